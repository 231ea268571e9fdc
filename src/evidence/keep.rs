//! The files about one pinned thing: its record as it is mirrored, and its content in every format.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use quarterdeck_sync::model::{ContentState, Freshness, Record, Row};
use quarterdeck_sync::store::Reader;
use quarterdeck_sync::text::{Secrets, json_safe};

use super::EvidenceError;
use super::folder::Folder;
use super::gather::record;
use crate::incident::manifest::{Found, Fresh, Held, Item};
use crate::incident::{Pinned, Thing, numbered, written};
use crate::json::{JsonRecord, pretty};
use crate::transcript::{self, Exporter, Format, Transcript};

/// Writes records and contents, each once, however often it is pinned.
pub(super) struct Keeper<'a> {
    reader: &'a Reader,
    secrets: Secrets,
    lists: Vec<Freshness>,
    /// The files of records that are written, and how their contents stand.
    kept: BTreeMap<i64, (Vec<String>, Option<Held>)>,
    /// What could not be had, and why.
    pub left_out: Vec<String>,
}

/// A page that could not be written or made. The name of the file is put to it where that is known.
pub(super) fn broken(source: impl Into<io::Error>) -> EvidenceError {
    EvidenceError::Io { path: "evidence".into(), source: source.into() }
}

/// Why the entry that is pinned is not in what is kept, where nothing else says so.
fn no_entry(item: &Item, pinned: &Pinned) -> Option<&'static str> {
    let entry = item.entry.filter(|_| pinned.entry.is_none())?;
    match (item.content, &pinned.thing) {
        (Some(held), _) if held.state.is_held() && entry >= held.entries => {
            Some("the content as it is held has no such entry")
        }
        (None, Thing::Record(_)) => Some("it has no content here, and no such entry"),
        _ => None,
    }
}

impl<'a> Keeper<'a> {
    /// Over the moment of the mirror that `reader` holds.
    pub fn new(reader: &'a Reader, secrets: Secrets) -> Result<Self, EvidenceError> {
        let lists = reader.freshness()?;
        Ok(Self { reader, secrets, lists, kept: BTreeMap::new(), left_out: Vec::new() })
    }

    /// Writes what there is of a pinned thing, and says what that is.
    pub fn keep(&mut self, folder: &mut Folder, number: usize, pinned: &Pinned) -> Result<Item, EvidenceError> {
        let mut item = Item::new(number, pinned.place(), pinned.pin.pinned_at);
        match &pinned.thing {
            Thing::Missing => {
                let place = written(pinned.place());
                self.left_out.push(format!("{number}. {place}: it is not kept here any more, or never was"));
            }
            Thing::Write(_) => {
                item.found = Found::Held;
                item.files.push("writes.json".to_owned());
            }
            Thing::Record(row) => {
                item.kind = Some(row.kind);
                item.found = if row.gone_at.is_some() { Found::Gone } else { Found::Held };
                item.freshness = Some(Fresh::new(row, &self.lists));
                (item.files, item.content) = self.record(folder, number, pinned, row)?;
            }
        }
        if let Some(why) = no_entry(&item, pinned) {
            self.left_out.push(format!("{number}. {}: {why}", written(pinned.place())));
        }
        Ok(item)
    }

    fn record(
        &mut self,
        folder: &mut Folder,
        number: usize,
        pinned: &Pinned,
        row: &Row,
    ) -> Result<(Vec<String>, Option<Held>), EvidenceError> {
        if let Some(kept) = self.kept.get(&row.key.0) {
            return Ok(kept.clone());
        }
        let Some(record) = record(self.reader, pinned.place())? else { return Ok((Vec::new(), None)) };
        let list = &row.list;
        let name = numbered(number, &format!("{} {} {}", list.connection, list.collection, row.id));
        let mut files = vec![format!("records/{name}.json")];
        folder.file(&files[0], |to| {
            let text = serde_json::to_string(&JsonRecord::new(&record)?).map_err(broken)?;
            writeln!(to, "{}", json_safe(&pretty(&self.secrets.json(&text)))).map_err(broken)
        })?;
        let content = self.content(folder, &name, record, &mut files)?;
        self.kept.insert(row.key.0, (files.clone(), content));
        Ok((files, content))
    }

    /// Writes the content of a record, if there is any: read once, written entry by entry in each format.
    fn content(
        &mut self,
        folder: &mut Folder,
        name: &str,
        record: Record,
        files: &mut Vec<String>,
    ) -> Result<Option<Held>, EvidenceError> {
        let key = record.row.key;
        let Some(info) = self.reader.content_state(key)?.filter(|info| info.state != ContentState::Unoffered) else {
            return Ok(None);
        };
        let mut held = Held { state: info.state, fetched_at: info.fetched_at, entries: 0 };
        let list = &record.row.list;
        let what = format!("the entries of {}/{}/{}", list.connection, list.collection, record.row.id);
        let Some(content) = self.reader.content(key)? else {
            let why = match info.state {
                ContentState::Absent => "its platform has none",
                ContentState::Dropped => "they were held, and had to make room",
                _ => "they were never fetched",
            };
            self.left_out.push(format!("{what}: {why}"));
            return Ok(Some(held));
        };
        if content.stale {
            self.left_out.push(format!("{what}: they have changed since they were fetched; what is here is older"));
        }
        let copy = transcript::Held {
            at: Some(content.fetched_at),
            current: !content.stale,
            masked: false,
            partial: content.partial,
        };
        let transcript = Transcript::new(record, &content.messages, copy, self.secrets);
        drop(content);
        held.entries = transcript.entries().len() as u64;
        for format in Format::ALL {
            let path = format!("transcripts/{name}.{}", format.as_str());
            folder.file(&path, |to| {
                let mut exporter = Exporter::new(format, to);
                exporter.session(&transcript).map_err(broken)?;
                exporter.finish().map_err(broken)?;
                Ok(())
            })?;
            files.push(path);
        }
        Ok(Some(held))
    }
}
