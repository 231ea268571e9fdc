//! Documents for the console's own editor: how they open, what is to be said about a text, what would be sent of it, and the versions
//! that can come back.

use jiff::Timestamp;
use quarterdeck_sync::model::{Columns, Dispute, Incoming, Intent, Record, Verdict, Write, WriteId};
use quarterdeck_sync::outbox::Version as Seen;
use quarterdeck_sync::outbox::action::{self, Asked, Plan, Sent, Sight};
use quarterdeck_sync::outbox::decide;
use quarterdeck_sync::platform::Manifest;
use quarterdeck_sync::platform::write::{Seen as Looked, WriteCall};
use quarterdeck_sync::text::secrets;
use serde_json::Value;

use super::drafts;
use super::house::{self, House};
use crate::editing::{Editable, Edited, Habits, Remark as Said};
use crate::tui::data::DraftOf;
use crate::tui::decisions::{Draft, why};
use crate::tui::drafting::{Check, Checked, DraftKey, Opening, Paper, Remark, Request, Sides, Version};

/// Remarks that are shown.
const REMARKS: usize = 200;
/// Changes that are shown.
const CHANGES: usize = 500;
/// Versions that are shown, the newest.
const VERSIONS: usize = 50;
/// Other policies that a value is held against.
const OTHERS: usize = 100;
/// Documents of more than so many bytes together are not read for that.
const OTHERS_BYTES: usize = 2 << 20;
/// Secrets of one text that are looked for while it is drawn.
const SECRETS: usize = 200;

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl House {
    /// A record's document as it may be edited; an edit starts from what the operator sees.
    pub(super) fn editable(&self, record: &Record) -> Result<Editable, String> {
        let doc = decide::seen(&self.outbox()?, record).map_err(words)?;
        let manifest = self.manifest(&record.row.platform)?;
        Editable::new(manifest, &record.row.list.collection, doc, &record.doc).map_err(words)
    }

    /// A document for the editor, with what was typed before. That stays bound to what it was made from, whatever came since.
    pub(super) fn open_draft(&self, of: &DraftOf) -> Result<Opening, String> {
        let mut draft = self.draft_of(of)?;
        let (key, platform, sides) = match (of, &draft.record) {
            (DraftOf::Write(id), _) => {
                let write = self.written(id)?;
                let id = write.intent.target.clone().unwrap_or_default();
                let key = DraftKey { list: write.list(), id, write: Some(write.id.clone()) };
                let sides = self.sides(&write)?;
                (key, write.intent.platform, Some(sides))
            }
            (DraftOf::Record(_), Some(record)) => {
                let key = DraftKey { list: record.row.list.clone(), id: record.row.id.clone(), write: None };
                (key, record.row.platform.clone(), None)
            }
            (DraftOf::Record(_), None) => return Err("it is not in the mirror any more".to_owned()),
        };
        let kept = drafts::kept(&self.paths().drafts(), &key);
        let mut moved = false;
        if let (Some(kept), Some(record)) = (&kept, &mut draft.record)
            && record.doc != kept.base
        {
            let older = Record { doc: kept.base.clone(), ..(**record).clone() };
            // What was kept cannot be read any more as what it was made from: then it is held against what is there.
            if let Ok(editable) = self.editable(&older) {
                (**record, draft.text, moved) = (older, editable.text(), true);
            }
        }
        let kept = kept.map(|kept| (kept.text.to_string(), kept.at));
        Ok(Opening { key, platform, draft, kept, moved, sides })
    }

    /// The text in which a record's document, or a conflicted write's, is edited.
    pub(super) fn draft_of(&self, of: &DraftOf) -> Result<Draft, String> {
        match of {
            DraftOf::Record(target) => {
                let record = self.target(&self.reader()?, target)?.ok_or("it is not in the mirror any more")?;
                let name = format!("{}-{}", record.row.list.connection, record.row.id);
                Ok(Draft { name, text: self.editable(&record)?.text(), record: Some(Box::new(record)) })
            }
            DraftOf::Write(id) => {
                let write = self.written(id)?;
                let text = house::both(self.manifest(&write.intent.platform)?, &write)?.text();
                let target = write.intent.target.as_deref().unwrap_or(&write.intent.collection);
                Ok(Draft { name: format!("{}-{target}", write.intent.connection), text, record: None })
            }
        }
    }

    pub(super) fn written(&self, id: &WriteId) -> Result<Write, String> {
        self.outbox()?.get(id).map_err(words)?.ok_or_else(|| format!("there is no write {id}"))
    }

    fn sides(&self, write: &Write) -> Result<Sides, String> {
        let editable = house::both(self.manifest(&write.intent.platform)?, write)?;
        let base = &write.intent.base.doc;
        let verdict = write.verdict.as_ref();
        let changes = |to: Option<&Value>| to.map_or_else(Vec::new, |to| editable.changes(base, to));
        Ok(Sides {
            disputes: verdict.map(|verdict| verdict.disputes.clone()).unwrap_or_default(),
            mine: changes(write.intent.args.get("doc")),
            theirs: changes(verdict.and_then(|verdict| verdict.theirs.as_ref())),
        })
    }

    /// What is to be said about a text that is being typed.
    pub(super) fn check_text(&self, check: &Check) -> Result<Checked, String> {
        let found = secrets::find(&check.text);
        let hidden = found.iter().filter_map(|found| check.text.get(found.range.clone())).take(SECRETS);
        let hidden: Vec<String> = hidden.map(str::to_owned).collect();
        let (judged, changes, request) = match &check.paper {
            Paper::Record(record) => {
                let editable = self.editable(record)?;
                let judged = editable.judge(&check.text, &self.habits(record, &editable)?);
                let changes = judged.edited.as_ref().map(|edited| edited.changes.clone()).unwrap_or_default();
                let request = judged.edited.clone().map(|edited| self.would_send(record, edited));
                (judged, changes, request)
            }
            Paper::Write(id) => {
                let write = self.written(id)?;
                let manifest = self.manifest(&write.intent.platform)?;
                let editable = house::both(manifest, &write)?;
                let mut habits = Habits::default();
                habits.learn(editable.doc());
                let judged = editable.judge(&check.text, &habits);
                let theirs = write.verdict.as_ref().and_then(|verdict| verdict.theirs.clone()).unwrap_or_default();
                let edited = judged.edited.as_ref();
                let changes = edited.map(|edited| editable.changes(&theirs, &edited.doc)).unwrap_or_default();
                let request = judged.edited.clone().map(|edited| would_settle(manifest, &write, theirs, edited));
                (judged, changes, request)
            }
        };
        let more = judged.remarks.len().saturating_sub(REMARKS);
        let (changes, more_changes) = first(changes);
        let remarks = judged.remarks.into_iter().take(REMARKS).map(remark).collect();
        Ok(Checked { remarks, more, changes, more_changes, request, secrets: hidden })
    }

    /// What a value is held against: this document, its versions, and the others of its list.
    fn habits(&self, record: &Record, editable: &Editable) -> Result<Habits, String> {
        let mut habits = Habits::default();
        habits.learn(editable.doc());
        let mut room = OTHERS_BYTES;
        let mut learn = |doc: &str| {
            room = room.saturating_sub(doc.len());
            if room > 0
                && let Ok(doc) = serde_json::from_str(doc)
            {
                habits.learn(&doc);
            }
            room > 0
        };
        let row = &record.row;
        for version in self.outbox()?.versions(&row.list, &row.id).map_err(words)?.iter().take(VERSIONS) {
            if !learn(&version.doc) {
                return Ok(habits);
            }
        }
        let reader = self.reader()?;
        for other in house::rows(&reader, &row.list, OTHERS)?.iter().filter(|other| other.id != row.id) {
            if let Some(other) = reader.record(other.key).map_err(words)?
                && !learn(&other.doc)
            {
                break;
            }
        }
        Ok(habits)
    }

    /// What would be sent of an edit, were everything there as the mirror has it.
    fn would_send(&self, record: &Record, edited: Edited) -> Result<Request, String> {
        let asked = Editable::asked(edited, None, self.by.clone());
        let reader = self.reader()?;
        let items = self.weigh(&reader, vec![record.clone()], &asked)?;
        let intent = items.into_iter().next().ok_or("it is not there")?.intent?;
        let now = house::named(&reader, &record.row.list, &record.row.id)?;
        let doc = now.as_ref().map_or(record.doc.as_str(), |now| now.doc.as_str());
        let merged = now.as_ref().is_some_and(|now| now.doc != record.doc);
        let theirs: Value = serde_json::from_str(doc).map_err(words)?;
        let request = planned(self.manifest(&record.row.platform)?, intent, theirs)?;
        Ok(Request { merged, ..request })
    }

    /// The versions of a document that were seen, newest first.
    pub(super) fn versions_of(&self, record: &Record) -> Result<Vec<Version>, String> {
        let editable = self.editable(record)?;
        let versions = self.seen_versions(record)?;
        let docs: Vec<Value> =
            versions.iter().map(|version| serde_json::from_str(&version.doc).unwrap_or_default()).collect();
        let shown = versions.into_iter().zip(&docs).enumerate().take(VERSIONS);
        let told = shown.map(|(at, (version, doc))| {
            let older = docs.get(at + 1);
            let changed = |older| editable.changes(older, doc).into_iter().map(|change| change.at).take(CHANGES);
            Version {
                number: version.number,
                seen_at: version.seen_at,
                label: version.label,
                write: version.write,
                changed: older.map(|older| changed(older).collect()),
                diff: first(editable.changes(editable.doc(), doc)).0,
            }
        });
        Ok(told.collect())
    }

    /// One more than is shown: the oldest shown is compared with it.
    fn seen_versions(&self, record: &Record) -> Result<Vec<Seen>, String> {
        let row = &record.row;
        let mut versions = self.outbox()?.versions(&row.list, &row.id).map_err(words)?;
        versions.truncate(VERSIONS + 1);
        Ok(versions)
    }

    /// What brings a version back.
    pub(super) fn restored(&self, record: &Record, number: u64, asked: &Asked) -> Result<Asked, String> {
        let row = &record.row;
        let versions = self.outbox()?.versions(&row.list, &row.id).map_err(words)?;
        let version = versions.into_iter().find(|version| version.number == number);
        let version = version.ok_or_else(|| format!("there is no version {number} any more"))?;
        let doc = serde_json::from_str(&version.doc).map_err(words)?;
        let edited = self.editable(record)?.restore(&doc).map_err(house::complained)?;
        Ok(Asked { expires: asked.expires, ..Editable::asked(edited, asked.reason.clone(), self.by.clone()) })
    }
}

/// What would be sent to settle a conflict.
fn would_settle(manifest: &Manifest, write: &Write, theirs: Value, edited: Edited) -> Result<Request, String> {
    let mut intent = write.intent.clone();
    intent.base.doc = theirs.clone();
    intent.args.insert("doc".to_owned(), edited.doc);
    planned(manifest, intent, theirs)
}

/// The request that the sender would make of an intent, if its look showed `theirs`.
fn planned(manifest: &Manifest, intent: Intent, theirs: Value) -> Result<Request, String> {
    let now = Timestamp::now();
    let incoming = Incoming {
        id: intent.target.clone().unwrap_or_default(),
        columns: Columns::default(),
        join: None,
        hash: 0,
        doc: theirs.to_string(),
    };
    let related = intent.base.related.clone();
    let sight = Sight { target: Some(Looked { incoming, raw: theirs }), related, rows: None };
    let write = Write::unsent(WriteId::new(""), intent, now);
    let said = |verdict: Verdict| why(&verdict);
    match action::plan(manifest, &write, &sight, Sent::Never, now) {
        Plan::Send(call) => Ok(request(&call)),
        Plan::Done(verdict) | Plan::Stop(_, verdict) => Err(said(verdict)),
        Plan::Steps => Err("it takes several requests, one after the other".to_owned()),
    }
}

fn request(call: &WriteCall) -> Request {
    let query: Vec<String> = call.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let body = call.body.as_ref().and_then(|body| serde_json::to_string_pretty(body).ok());
    Request {
        method: call.method.clone(),
        path: format!("{}{query}", call.path),
        or: call.or.iter().map(|other| format!("{} {}", other.method, other.path)).collect(),
        body: body.map(|body| secrets::mask_json(&body).into_owned()),
        merged: false,
    }
}

fn remark(said: Said) -> Remark {
    Remark { weight: said.weight, place: said.says.place, at: said.says.at, words: said.says.message }
}

fn first(mut changes: Vec<Dispute>) -> (Vec<Dispute>, usize) {
    let more = changes.len().saturating_sub(CHANGES);
    changes.truncate(CHANGES);
    (changes, more)
}

#[cfg(test)]
mod tests;
