//! What the console asks for by ticket: the mirror with the unfinished writes over it ([`Seen`]), the writes themselves, and what a
//! decision would come to.
//!
//! It looks only. What was confirmed is carried out in [`deeds`](super::deeds), from the same place.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use quarterdeck_sync::model::{By, Intent, ListKey, Query, Record, Row, Scope, Write, WriteId, WriteState};
use quarterdeck_sync::outbox::Outbox;
use quarterdeck_sync::outbox::action::{self, Asked};
use quarterdeck_sync::outbox::decide::{self, Target as Aim};
use quarterdeck_sync::outbox::merge::merge;
use quarterdeck_sync::outbox::moves::{self, Move};
use quarterdeck_sync::platform::{Manifest, Registry};
use quarterdeck_sync::store::Reader;
use serde_json::Value;

use super::incidents::asked_of;
use super::seen::Seen;
use crate::config::Paths;
use crate::editing::{Complaint, Editable};
use crate::search::Searcher;
use crate::tui::decisions::{Brief, Change, Item, OpenedWrite, Target, WriteItem};

/// What there is once the first frame is on the screen.
#[derive(Debug)]
pub(super) struct Open {
    /// The platforms by name.
    pub manifests: BTreeMap<String, Arc<Manifest>>,
    /// Where decisions are kept; none when the file cannot be used.
    pub outbox: Option<Outbox>,
}

impl Open {
    /// From what was loaded.
    pub fn new(registry: &Registry, outbox: Option<Outbox>) -> Self {
        let manifests = registry.iter().map(|(one, _)| (one.name.clone(), Arc::clone(one))).collect();
        Self { manifests, outbox }
    }
}

/// What the console reads.
#[derive(Debug)]
pub struct House {
    pub(super) seen: Seen,
    pub(super) searcher: Searcher,
    pub(super) paths: Paths,
    pub(super) by: By,
    /// The connections that are set up, with their platforms.
    pub(super) connections: Vec<(String, String)>,
    pub(super) open: OnceLock<Open>,
}

pub(super) fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl House {
    /// Over what is at `paths`; opened with the first question.
    pub fn new(seen: Seen, paths: Paths, by: By, connections: Vec<(String, String)>) -> Self {
        let searcher = Searcher::new(seen.mirror().clone(), &paths.outbox(), &paths.search());
        Self { seen, searcher, paths, by, connections, open: OnceLock::new() }
    }

    /// The mirror with the unfinished writes of this moment over it.
    pub(super) fn reader(&self) -> Result<Reader, String> {
        self.seen.reader()
    }

    /// Where things are.
    pub(super) fn paths(&self) -> &Paths {
        &self.paths
    }

    /// Asks the mirror, with what `query` asks of words looked up in the index.
    pub(super) fn listed<T>(
        &self,
        query: &Query,
        ask: impl FnOnce(&Reader, &Query) -> Result<T, String>,
    ) -> Result<T, String> {
        let lists = self.searcher.lists(&query.filter);
        let reader = self.reader()?;
        let Some(lists) = lists else { return ask(&reader, query) };
        let held = reader.hold().map_err(words)?;
        let answer = ask(&reader, &lists.answer(&reader, query));
        drop(held);
        answer
    }

    /// The outbox, to look at.
    pub(super) fn outbox(&self) -> Result<Outbox, String> {
        if let Some(outbox) = self.open.get().and_then(|open| open.outbox.clone()) {
            return Ok(outbox);
        }
        self.seen.outbox()
    }

    /// The manifest of a platform.
    pub(super) fn manifest(&self, platform: &str) -> Result<&Arc<Manifest>, String> {
        let open = self.open.get().ok_or("the manifests are still being read")?;
        open.manifests.get(platform).ok_or_else(|| format!("there is no platform called {platform} any more"))
    }

    pub(super) fn target(&self, reader: &Reader, target: &Target) -> Result<Option<Record>, String> {
        let (list, id) = match target {
            Target::Row(key) => return reader.record(*key).map_err(words),
            Target::Named(list, id) => (list, id),
        };
        named(reader, list, id)
    }

    /// What would be kept of a decision about each of these records.
    pub(super) fn weigh(&self, reader: &Reader, records: Vec<Record>, asked: &Asked) -> Result<Vec<Item>, String> {
        let outbox = self.outbox()?;
        let asked = Asked { by: self.by.clone(), ..asked.clone() };
        let manifests: Vec<_> = records.iter().map(|record| self.manifest(&record.row.platform).cloned()).collect();
        let known: Vec<(&Manifest, Aim<'_>, Asked)> = records
            .iter()
            .zip(&manifests)
            .filter_map(|(record, manifest)| {
                let manifest: &Manifest = manifest.as_ref().ok()?;
                Some((manifest, Aim::Record(record), asked_of(manifest, record, &asked)))
            })
            .collect();
        let mut weighed = decide::consider(&outbox, reader, &known, Timestamp::now()).map_err(words)?.into_iter();
        let mut intents = Vec::with_capacity(records.len());
        for manifest in &manifests {
            intents.push(match manifest {
                Err(why) => Err(why.clone()),
                Ok(_) => weighed.next().map_or_else(|| Err(String::new()), |weighed| weighed.map_err(words)),
            });
        }
        let items = records.iter().zip(&manifests).zip(intents).map(|((record, manifest), intent)| {
            let rests_on = manifest.as_ref().map(|it| {
                let verb = asked_of(it, record, &asked).verb;
                rests_on(it, record, &verb, intent.as_ref().ok())
            });
            Item { record: record.clone(), intent, rests_on: rests_on.unwrap_or_default() }
        });
        Ok(items.collect())
    }

    /// What the person wants, from the text they left.
    pub(super) fn edited(&self, record: &Record, text: &str, asked: &Asked) -> Result<Asked, String> {
        let edited = self.editable(record)?.read(text).map_err(complained)?;
        Ok(Asked { expires: asked.expires, ..Editable::asked(edited, asked.reason.clone(), self.by.clone()) })
    }

    pub(super) fn opened(&self, outbox: &Outbox, id: &WriteId) -> Result<Option<OpenedWrite>, String> {
        let Some(write) = outbox.get(id).map_err(words)? else { return Ok(None) };
        let (turns, diff) = (outbox.turns(id).map_err(words)?, action::diff(&write));
        Ok(Some(OpenedWrite { write, turns, diff }))
    }

    pub(super) fn about_writes(&self, ids: &[WriteId], change: &Change) -> Result<Brief, String> {
        let outbox = self.outbox()?;
        let mut items = Vec::new();
        for id in ids {
            let Some(opened) = self.opened(&outbox, id)? else { continue };
            let manifest = self.manifest(&opened.write.intent.platform)?;
            if let (Change::Undo, [_]) = (change, ids)
                && let Ok(Some(inverse)) = decide::way_back(manifest, &opened.write)
            {
                return self.inverse(&opened.write, inverse);
            }
            items.push(self.about_write(manifest, opened, change));
        }
        Ok(Brief::Writes(items))
    }

    /// What waits for a connection that is paused.
    pub(super) fn held_back(&self, connection: &str) -> Result<Brief, String> {
        let outbox = self.outbox()?;
        let mut items = Vec::new();
        for write in crate::trial::waiting(&outbox, connection).map_err(words)? {
            let opened = self.opened(&outbox, &write.id)?;
            items.extend(opened.map(|opened| WriteItem { opened, refused: None, caution: None }));
        }
        Ok(Brief::Writes(items))
    }

    /// The decision that takes back a write that has left.
    pub(super) fn inverse(&self, write: &Write, asked: Asked) -> Result<Brief, String> {
        let reader = self.reader()?;
        let id = write.intent.target.as_deref().unwrap_or_default();
        let record = named(&reader, &write.list(), id)?;
        Ok(Brief::Records { items: self.weigh(&reader, record.into_iter().collect(), &asked)?, asked })
    }

    fn about_write(&self, manifest: &Manifest, opened: OpenedWrite, change: &Change) -> WriteItem {
        let write = &opened.write;
        let conflicted = || match write.state {
            WriteState::Conflicted => None,
            state => Some(format!("it is {state}: only a conflict is settled")),
        };
        let refused = match change {
            Change::Cancel => moves::can(Move::Cancel, write).err().map(str::to_owned),
            Change::Retry => moves::can(Move::Retry, write).err().map(str::to_owned),
            Change::Discard => moves::can(Move::Discard, write).err().map(str::to_owned),
            Change::Undo => match decide::way_back(manifest, write) {
                Ok(None) => None,
                Ok(Some(inverse)) => Some(format!("it has been sent: the way back is {}", inverse.verb)),
                Err(why) => Some(why),
            },
            Change::Mine | Change::Theirs => conflicted(),
            Change::Edited(text) => conflicted().or_else(|| settled(manifest, write, text).err()),
        };
        let caution = match change {
            Change::Retry if moves::doubtful(Some(manifest), write) => {
                Some("it may have been carried out already, and nothing can tell: it may be done twice".to_owned())
            }
            Change::Discard if write.state == WriteState::Unknown => {
                Some("it may have been carried out, and will not be looked for any more".to_owned())
            }
            _ => None,
        };
        WriteItem { refused, caution, opened }
    }
}

/// The document that a conflict is settled with, from the text the person left.
pub(super) fn settled(manifest: &Manifest, write: &Write, text: &str) -> Result<Value, String> {
    Ok(both(manifest, write)?.read(text).map_err(complained)?.doc)
}

/// What a conflicted edit is edited as: mine over theirs.
pub(super) fn both(manifest: &Manifest, write: &Write) -> Result<Editable, String> {
    let intent = &write.intent;
    let rules = manifest.actions.get(&intent.action).and_then(|action| action.edits.as_ref());
    let theirs = write.verdict.as_ref().and_then(|verdict| verdict.theirs.as_ref());
    let (Some(rules), Some(mine), Some(theirs)) = (rules, intent.args.get("doc"), theirs) else {
        return Err(format!("{} is no edit of a document: settle it with mine or theirs", intent.verb));
    };
    let both = merge(&intent.base.doc, theirs, mine, rules).doc;
    Editable::new(manifest, &intent.collection, both, &theirs.to_string()).map_err(words)
}

pub(super) fn complained(complaints: Vec<Complaint>) -> String {
    let said: Vec<String> = complaints.iter().take(3).map(Complaint::to_string).collect();
    let more = if complaints.len() > said.len() {
        format!(", and {} more", complaints.len() - said.len())
    } else {
        String::new()
    };
    format!("{}{more}. Nothing is lost: edit again to go on with your text", said.join("; "))
}

/// The record of a list with exactly this id.
pub(super) fn named(reader: &Reader, list: &ListKey, id: &str) -> Result<Option<Record>, String> {
    let scope = Scope {
        connections: vec![list.connection.clone()],
        collections: vec![list.collection.clone()],
        ..Scope::default()
    };
    Ok(reader.find(&scope, id, 1).map_err(words)?.into_iter().find(|record| record.row.id == id))
}

/// The first rows of a list, newest first.
pub(super) fn rows(reader: &Reader, list: &ListKey, limit: usize) -> Result<Vec<Row>, String> {
    let scope = Scope {
        connections: vec![list.connection.clone()],
        collections: vec![list.collection.clone()],
        ..Scope::default()
    };
    Ok(reader.window(&Query { limit, ..Query::newest(scope) }).map_err(words)?.rows)
}

/// What a decision rests on, by name: the fields that must not change before it is sent, of the record and of related ones.
fn rests_on(manifest: &Manifest, record: &Record, verb: &str, intent: Option<&Intent>) -> Vec<(String, String)> {
    let Ok((_, action)) = action::find(manifest, &record.row.list.collection, verb) else { return Vec::new() };
    let parsed = || serde_json::from_str::<Value>(&record.doc).unwrap_or_default();
    let doc = intent.map_or_else(parsed, |intent| intent.base.doc.clone());
    let mut found: Vec<(String, String)> = Vec::new();
    let mut tell = |about: &str, pointer: &str, doc: &Value| {
        let text = match doc.pointer(pointer) {
            None | Some(Value::Null) => return,
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        let name = pointer.trim_start_matches('/').replace(['/', '_'], " ");
        let name = if about.is_empty() { name } else { format!("{about} {name}") };
        // What a related record only repeats need not be read twice.
        if !text.is_empty() && !found.iter().any(|(known, value)| *value == text && name.ends_with(known.as_str())) {
            found.push((name, text));
        }
    };
    for pointer in action.guard.iter().filter(|pointer| *pointer != "/status") {
        tell("", pointer, &doc);
    }
    for (name, related) in &action.related {
        if let Some(doc) = intent.and_then(|intent| intent.base.related.get(name)) {
            related.guard.iter().chain(related.needs.keys()).for_each(|pointer| tell(name, pointer, doc));
        }
    }
    // What would be done stands before for whom, and that before numbers that nobody reads: a low screen shows the first.
    found.sort_by_key(|(name, _)| match name.as_str() {
        "message" | "comment" => 0,
        "run id" | "action id" => 2,
        name if ["tool", "capability", "payload", "run", "action"].iter().any(|word| name.starts_with(word)) => 0,
        _ => 1,
    });
    found
}
