//! The evidence of a case, file by file.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use quarterdeck_sync::model::{By, IncidentId, Note, Write};
use quarterdeck_sync::outbox::{Outbox, TurnLog};
use quarterdeck_sync::store::Reader;
use quarterdeck_sync::text::{Secrets, json_safe};
use serde::Serialize;
use serde_json::{Value, json};

use super::folder::Folder;
use super::keep::{Keeper, broken};
use super::{EvidenceError, audit, gather, happened};
use crate::incident::manifest::{self, About, Lines};
use crate::incident::report::Report;
use crate::incident::{Case, Manifest, Moment, Pinned, state};

/// What is asked for.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The incident.
    pub incident: &'a IncidentId,
    /// The folder that is to be made. Nothing of that name may be there.
    pub to: &'a Path,
    /// Whether secrets are to be seen. Whoever reveals them has written down who asked.
    pub secrets: Secrets,
    /// Who asks.
    pub by: By,
    /// The time it is written at.
    pub now: Timestamp,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Pinned things that are done.
    pub done: usize,
    /// Pinned things in all.
    pub of: usize,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The folder.
    pub folder: PathBuf,
    /// Files in it.
    pub files: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// What is not in it, and why; for a person. It stands in the report, too.
    pub left_out: Vec<String>,
}

/// Writes the evidence of an incident, and a line into the audit log that says so. `go_on` is told how far it is, and whether to go
/// on: who asks it to stop leaves nothing behind.
///
/// # Errors
/// [`EvidenceError`]; then nothing of that name is there.
pub fn export(
    reader: &Reader,
    outbox: &Outbox,
    asked: &Asked<'_>,
    go_on: &dyn Fn(Step) -> bool,
) -> Result<Done, EvidenceError> {
    // One moment of the mirror, however long it takes.
    let held = reader.hold()?;
    let case = gather::gather(reader, outbox, asked.incident)?;
    let case = case.ok_or_else(|| EvidenceError::Unknown(asked.incident.clone()))?;
    let writes = happened::writes(outbox, &case.pinned, &mut Vec::new())?;
    let title = asked.secrets.text(&case.incident.title).into_owned();
    let mut manifest = Manifest::new(
        About::new(&case.incident, &title),
        asked.now,
        asked.by.clone(),
        asked.secrets == Secrets::Masked,
    );
    let mut folder = Folder::new(asked.to)?;
    let mut keeper = Keeper::new(reader, asked.secrets)?;
    for (at, pinned) in case.pinned.iter().enumerate() {
        if !go_on(Step { done: at, of: case.pinned.len() }) {
            return Err(EvidenceError::Stopped);
        }
        let item = keeper.keep(&mut folder, at + 1, pinned)?;
        manifest.pinned.push(item);
    }
    drop(held);
    manifest.left_out = keeper.left_out;
    let pages = Pages { case: &case, writes: &writes, secrets: asked.secrets };
    manifest.audit = pages.audit(&mut folder, outbox)?;
    pages.plain(&mut folder)?;
    let done = pages.close(folder, manifest)?;
    let detail = json!({
        "incident": asked.incident.as_str(), "folder": done.folder, "files": done.files,
        "masked": asked.secrets == Secrets::Masked,
    });
    outbox.note("incident.export", detail, asked.now)?;
    Ok(done)
}

/// The pages about the case as a whole.
struct Pages<'a> {
    case: &'a Case,
    writes: &'a [(Write, Vec<TurnLog>)],
    secrets: Secrets,
}

impl Pages<'_> {
    /// A value as one line of JSON: secrets masked as they were asked for, nothing hidden in it.
    fn json(&self, value: &impl Serialize) -> Result<String, EvidenceError> {
        let text = serde_json::to_string(value).map_err(broken)?;
        Ok(json_safe(&self.secrets.json(&text)).into_owned())
    }

    /// A document of items, one a line.
    fn items<T: Serialize>(
        &self,
        folder: &mut Folder,
        path: &str,
        schema: &str,
        items: impl Iterator<Item = T>,
    ) -> Result<(), EvidenceError> {
        folder.file(path, |to| {
            write!(to, "{{\"schema\":{},\"items\":[", Value::from(schema)).map_err(broken)?;
            for (at, item) in items.enumerate() {
                write!(to, "{}{}", if at == 0 { "\n" } else { ",\n" }, self.json(&item)?).map_err(broken)?;
            }
            writeln!(to, "\n]}}").map_err(broken)
        })
    }

    fn audit(&self, folder: &mut Folder, outbox: &Outbox) -> Result<Lines, EvidenceError> {
        let about = audit::About::new(self.case, self.writes);
        folder.file("audit.ndjson", |to| {
            let mut lines = 0;
            let head = audit::each(outbox, &about, |entry| {
                lines += 1;
                writeln!(to, "{}", self.json(entry)?).map_err(broken)
            })?;
            Ok(Lines { lines, head })
        })
    }

    fn plain(&self, folder: &mut Folder) -> Result<(), EvidenceError> {
        let incident = &self.case.incident;
        let notes: Vec<Value> = self.case.notes.iter().map(note).collect();
        let pins: Vec<Value> = self.case.pinned.iter().map(pin).collect();
        let about = json!({
            "schema": "qd.evidence.incident/1", "id": incident.id.as_str(), "title": incident.title,
            "state": state(incident), "opened_at": incident.opened_at, "closed_at": incident.closed_at,
            "pinned": pins, "notes": notes,
        });
        folder.file("incident.json", |to| writeln!(to, "{}", self.json(&about)?).map_err(broken))?;
        self.items(folder, "timeline.json", "qd.evidence.timeline/1", self.case.timeline.iter().map(happened))?;
        let writes = self.writes.iter().map(|(write, turns)| json!({"write": write, "turns": turns}));
        self.items(folder, "writes.json", "qd.evidence.writes/1", writes)
    }

    /// The report, the manifest and the sums; then the folder has its name.
    fn close(&self, mut folder: Folder, mut manifest: Manifest) -> Result<Done, EvidenceError> {
        manifest.files = folder.files().to_vec();
        manifest.files.sort_by(|one, other| one.path.cmp(&other.path));
        let report = Report { case: self.case, manifest: &manifest, writes: self.writes, secrets: self.secrets };
        folder.file("report.md", |to| report.write(to).map_err(broken))?;
        manifest.files.extend(folder.files().last().cloned());
        manifest.files.sort_by(|one, other| one.path.cmp(&other.path));
        let text = serde_json::to_string_pretty(&manifest).map_err(broken)?;
        folder.file("manifest.json", |to| writeln!(to, "{}", json_safe(&self.secrets.json(&text))).map_err(broken))?;
        let mut files = manifest.files;
        files.extend(folder.files().last().cloned());
        folder.file("SHA256SUMS", |to| to.write_all(manifest::sums(&files).as_bytes()).map_err(broken))?;
        let (files, bytes) = (folder.files().len() as u64, folder.files().iter().map(|file| file.bytes).sum());
        Ok(Done { folder: folder.finish()?, files, bytes, left_out: manifest.left_out })
    }
}

fn note(note: &Note) -> Value {
    json!({"id": note.id.as_str(), "made_at": note.made_at, "changed_at": note.changed_at, "text": note.text})
}

fn pin(pinned: &Pinned) -> Value {
    let place = pinned.place();
    json!({
        "connection": place.connection, "collection": place.collection, "id": place.id, "entry": place.entry,
        "pinned_at": pinned.pin.pinned_at,
    })
}

fn happened(moment: &Moment) -> Value {
    let place = moment.place.as_ref();
    json!({
        "at": moment.at, "what": moment.what.as_str(), "connection": place.map(|place| &place.connection),
        "collection": place.map(|place| &place.collection), "id": place.map(|place| &place.id),
        "entry": place.and_then(|place| place.entry), "words": moment.words, "text": moment.text,
    })
}
