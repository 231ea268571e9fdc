//! How a person's decision gets in: capability, overlay, interlocks, and taking back what has not left yet.
//!
//! What the operator sees is what they decide on: the mirror's record with the effects of the open writes on it, those of the same
//! call included. Deciding twice is deciding once; deciding the opposite of what has not left yet leaves nothing to send.
//!
//! Not here: what an action means (`action`), how conflicts are settled (`resolve`).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;
use thiserror::Error;

use super::action::{self, Asked, Refusal};
pub use super::resolve::{Resolution, resolve};
pub use super::undo::{Undo, undo, way_back};
use super::{Outbox, OutboxError, Turn, Which, merge};
use crate::model::{Intent, ListKey, Record, Scope, Verdict, Write, WriteState};
use crate::platform::Manifest;
use crate::platform::manifest::{Action, Step};
use crate::store::{Reader, StoreError};

/// Arguments by name.
type Args = BTreeMap<String, Value>;

/// Decisions in one call from which the open writes are read at once, not target by target.
const MANY: usize = 16;

/// States in which a write has certainly had no effect, and can be taken back.
pub(super) const NOT_LEFT: [WriteState; 2] = [WriteState::Queued, WriteState::Retrying];

/// What became of a decision.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one for each decision of a person")]
pub enum Decision {
    /// Kept, to be sent.
    Queued(Write),
    /// It took back a write that had not been sent: both are cancelled, and nothing will be sent.
    TookBack {
        /// The new write.
        new: Write,
        /// The one it took back.
        old: Write,
    },
    /// The same is on its way already.
    Already(Write),
}

/// Why a decision was not kept.
#[derive(Debug, Error)]
pub enum DecideError {
    /// It makes no sense, or the platform cannot do it.
    #[error("{0}")]
    Refused(Refusal),
    /// The outbox failed.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// The mirror failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The target of a decision.
#[derive(Debug, Clone)]
pub enum Target<'a> {
    /// A record of the mirror.
    Record(&'a Record),
    /// Something that is to be made, in this collection of this connection.
    New {
        /// The connection.
        connection: &'a str,
        /// The collection.
        collection: &'a str,
    },
}

/// A record's document as the operator sees it: as the mirror has it, with what the open writes on it will do. What an edit starts
/// from.
pub fn seen(outbox: &Outbox, record: &Record) -> Result<Value, OutboxError> {
    let mut doc: Value = serde_json::from_str(&record.doc)?;
    for write in open_on(outbox, &record.row.list, &record.row.id)? {
        write.intent.effect.onto(&mut doc);
    }
    Ok(doc)
}

/// What would be kept of the decisions, in their order, and keeps nothing: what a person is shown before they say yes. The same
/// questions get the same answers from [`decide`] as long as nothing moves.
pub fn consider(
    outbox: &Outbox,
    reader: &Reader,
    decisions: &[(&Manifest, Target<'_>, Asked)],
    now: Timestamp,
) -> Result<Vec<Result<Intent, Refusal>>, DecideError> {
    let mut desk = Desk::new(outbox, reader, decisions, now)?;
    let mut found = Vec::with_capacity(decisions.len());
    for (manifest, target, asked) in decisions {
        found.push(match desk.weigh(manifest, target, asked)? {
            Ok(Weighed::Keep(at) | Weighed::TakeBack(at, _) | Weighed::SameAs(at)) => Ok(desk.kept[at].clone()),
            Ok(Weighed::Already(write)) => Ok(write.intent),
            Err(refusal) => Err(refusal),
        });
    }
    Ok(found)
}

/// Keeps the decisions that can be kept, all with one sync of the disk, and says for each what became of it.
pub fn decide(
    outbox: &Outbox,
    reader: &Reader,
    decisions: &[(&Manifest, Target<'_>, Asked)],
    now: Timestamp,
) -> Result<Vec<Result<Decision, Refusal>>, DecideError> {
    let mut desk = Desk::new(outbox, reader, decisions, now)?;
    let weighed = decisions.iter().map(|(manifest, target, asked)| desk.weigh(manifest, target, asked));
    let weighed: Vec<Result<Weighed, Refusal>> = weighed.collect::<Result<_, _>>()?;
    let kept = if desk.kept.is_empty() { Vec::new() } else { outbox.append(desk.kept, now)? };
    let mut found = Vec::with_capacity(weighed.len());
    for outcome in weighed {
        found.push(match outcome {
            Ok(Weighed::Keep(at)) => Ok(Decision::Queued(kept[at].clone())),
            Ok(Weighed::SameAs(at)) => Ok(Decision::Already(kept[at].clone())),
            Ok(Weighed::Already(write)) => Ok(Decision::Already(*write)),
            Ok(Weighed::TakeBack(at, old)) => Ok(take_back(outbox, &kept[at], &old, now)?),
            Err(refusal) => Err(refusal),
        });
    }
    Ok(found)
}

/// Cancels a write that has not left, and the one that takes it back. Whoever sends may be faster: then the new one has work to do.
fn take_back(outbox: &Outbox, new: &Write, old: &Write, now: Timestamp) -> Result<Decision, OutboxError> {
    let by = Some(new.intent.by.clone());
    let words = |message: String| Some(Verdict { code: "taken_back".to_owned(), message, ..Verdict::default() });
    let cancel =
        |message: String| Turn { verdict: words(message), by: by.clone(), ..Turn::to(WriteState::Cancelled, now) };
    let cancelled = outbox.turn(&old.id, &NOT_LEFT, cancel(format!("taken back by {} before it was sent", new.id)))?;
    let Some(old) = cancelled else { return Ok(Decision::Queued(new.clone())) };
    let spent = outbox.turn(&new.id, &NOT_LEFT, cancel(format!("it took back {}, which had not been sent", old.id)))?;
    Ok(match spent {
        Some(new) => Decision::TookBack { new, old },
        None => Decision::Queued(outbox.get(&new.id)?.unwrap_or_else(|| new.clone())),
    })
}

/// Open writes on one record, in the order of their ids.
fn open_on(outbox: &Outbox, list: &ListKey, id: &str) -> Result<Vec<Write>, OutboxError> {
    let which = Which {
        connections: vec![list.connection.clone()],
        target: Some((list.collection.clone(), id.to_owned())),
        ..Which::default()
    };
    Ok(outbox.list(&which)?.into_iter().filter(|write| write.state.is_open()).collect())
}

/// What is to become of a decision.
enum Weighed {
    /// Keep this of the new intents.
    Keep(usize),
    /// Keep this of them, and cancel it together with a write that has not left.
    TakeBack(usize, Box<Write>),
    /// An earlier decision of this call says the same.
    SameAs(usize),
    /// The same is on its way.
    Already(Box<Write>),
}

/// What one call decides on.
struct Desk<'a> {
    outbox: &'a Outbox,
    reader: &'a Reader,
    now: Timestamp,
    /// Open writes by record, when there are many decisions.
    open: Option<BTreeMap<(ListKey, String), Vec<Write>>>,
    /// What is to be kept so far.
    kept: Vec<Intent>,
}

impl<'a> Desk<'a> {
    fn new(
        outbox: &'a Outbox,
        reader: &'a Reader,
        decisions: &[(&Manifest, Target<'_>, Asked)],
        now: Timestamp,
    ) -> Result<Self, OutboxError> {
        let open = if decisions.len() < MANY { None } else { Some(all_open(outbox)?) };
        Ok(Self { outbox, reader, now, open, kept: Vec::new() })
    }

    fn weigh(
        &mut self,
        manifest: &Manifest,
        target: &Target<'_>,
        asked: &Asked,
    ) -> Result<Result<Weighed, Refusal>, DecideError> {
        let record = match target {
            Target::Record(record) => *record,
            Target::New { connection, collection } => {
                let related = BTreeMap::new();
                let intent = action::intent(manifest, collection, connection, None, &related, asked, self.now);
                return Ok(intent.map(|intent| self.keep(intent)));
            }
        };
        let (list, id) = (&record.row.list, record.row.id.as_str());
        let (name, action) = match action::find(manifest, &list.collection, &asked.verb) {
            Ok((name, action)) => (name, action),
            Err(refusal) => return Ok(Err(refusal)),
        };
        let open = self.open_on(list, id)?;
        let mut doc: Value = serde_json::from_str(&record.doc).map_err(OutboxError::from)?;
        for write in &open {
            write.intent.effect.onto(&mut doc);
        }
        for intent in self.kept.iter().filter(|intent| is_on(intent, list, id)) {
            intent.effect.onto(&mut doc);
        }
        let asked = match self.with_inverse(manifest, action, &doc, asked)? {
            Ok(asked) => asked,
            Err(refusal) => return Ok(Err(refusal)),
        };
        match action::arguments(action, &asked) {
            Ok(args) => {
                if let Some(same) = self.same(&open, list, id, name, &args) {
                    return Ok(Ok(same));
                }
            }
            Err(refusal) => return Ok(Err(refusal)),
        }
        if let Some(refusal) = self.nothing_remembered(manifest, name, action, list, id)? {
            return Ok(Err(refusal));
        }
        let related = self.related(action, list, id, &doc)?;
        let seen = Record { row: record.row.clone(), doc: doc.to_string() };
        let intent =
            action::intent(manifest, &list.collection, &list.connection, Some(&seen), &related, &asked, self.now);
        let intent = match intent {
            Ok(intent) => intent,
            Err(refusal) => return Ok(Err(because_of(refusal, open.last()))),
        };
        // Only the newest can be taken back: what came after it was decided on what it does.
        let newest = open.last().filter(|_| !self.kept.iter().any(|intent| is_on(intent, list, id)));
        let undone = newest.filter(|write| NOT_LEFT.contains(&write.state) && undoes(manifest, write, name));
        Ok(Ok(match undone {
            None => self.keep(intent),
            Some(old) => {
                self.kept.push(Intent { undoes: Some(old.id.clone()), ..intent });
                Weighed::TakeBack(self.kept.len() - 1, Box::new(old.clone()))
            }
        }))
    }

    fn keep(&mut self, intent: Intent) -> Weighed {
        self.kept.push(intent);
        Weighed::Keep(self.kept.len() - 1)
    }

    fn open_on(&self, list: &ListKey, id: &str) -> Result<Vec<Write>, OutboxError> {
        match &self.open {
            Some(open) => Ok(open.get(&(list.clone(), id.to_owned())).cloned().unwrap_or_default()),
            None => open_on(self.outbox, list, id),
        }
    }

    /// The same action with the same arguments, on its way or decided in this call. What was decided after it may have changed
    /// what it means: only the last one counts.
    fn same(&self, open: &[Write], list: &ListKey, id: &str, name: &str, args: &Args) -> Option<Weighed> {
        let says_it = |intent: &Intent| intent.action == name && intent.args == *args;
        match self.kept.iter().rposition(|intent| is_on(intent, list, id)) {
            Some(at) => says_it(&self.kept[at]).then_some(Weighed::SameAs(at)),
            None => open
                .last()
                .filter(|write| says_it(&write.intent))
                .cloned()
                .map(|write| Weighed::Already(Box::new(write))),
        }
    }

    /// For an edit that takes an earlier one back, the document as it would be without it.
    fn with_inverse(
        &self,
        manifest: &Manifest,
        action: &Action,
        doc: &Value,
        asked: &Asked,
    ) -> Result<Result<Asked, Refusal>, OutboxError> {
        let (Some(edits), Some((id, _)), None) = (&action.edits, &asked.undoes, asked.args.get("doc")) else {
            return Ok(Ok(asked.clone()));
        };
        let old = self.outbox.get(id)?.ok_or_else(|| OutboxError::Unknown(id.to_string()))?;
        let Some(wanted) = old.intent.args.get("doc").filter(|_| old.intent.platform == manifest.name) else {
            return Ok(Err(Refusal::NotNow(format!("{id} is no edit that could be taken back"))));
        };
        let back = merge::merge(wanted, &old.intent.base.doc, doc, edits);
        if let Some(clash) = back.disputes.first() {
            let why = format!("{} was changed again since: edit it by hand", clash.at);
            return Ok(Err(Refusal::NotNow(why)));
        }
        let mut asked = asked.clone();
        asked.args.insert("doc".to_owned(), back.doc);
        Ok(Ok(asked))
    }

    /// An action that takes back what another remembered needs something to have been remembered.
    fn nothing_remembered(
        &self,
        manifest: &Manifest,
        name: &str,
        action: &Action,
        list: &ListKey,
        id: &str,
    ) -> Result<Option<Refusal>, OutboxError> {
        if !action.steps.iter().any(|step| matches!(step, Step::Each { remembered: true, .. })) {
            return Ok(None);
        }
        let which = Which {
            all: true,
            connections: vec![list.connection.clone()],
            target: Some((list.collection.clone(), id.to_owned())),
            ..Which::default()
        };
        let known = self.outbox.list(&which)?.iter().any(|write| undoes(manifest, write, name));
        let why = format!("{} takes back what was done from here before, and nothing was", action.verb);
        Ok((!known).then_some(Refusal::NotNow(why)))
    }

    /// The records the action rests on, as far as the mirror has them.
    fn related(
        &self,
        action: &Action,
        list: &ListKey,
        id: &str,
        doc: &Value,
    ) -> Result<BTreeMap<String, Value>, StoreError> {
        let mut found = BTreeMap::new();
        for (name, related) in &action.related {
            let Some((collection, id)) = action::related_record(related, id, doc) else { continue };
            let scope =
                Scope { connections: vec![list.connection.clone()], collections: vec![collection], ..Scope::default() };
            // Where there is no such id, those that begin with it are found: these are others.
            let record =
                self.reader.find(&scope, &id, 1)?.into_iter().find(|it| it.row.id == id && it.row.gone_at.is_none());
            if let Some(doc) = record.and_then(|record| serde_json::from_str(&record.doc).ok()) {
                found.insert(name.clone(), doc);
            }
        }
        Ok(found)
    }
}

fn all_open(outbox: &Outbox) -> Result<BTreeMap<(ListKey, String), Vec<Write>>, OutboxError> {
    let mut open: BTreeMap<(ListKey, String), Vec<Write>> = BTreeMap::new();
    for write in outbox.list(&Which::default())?.into_iter().filter(|write| write.state.is_open()) {
        if let Some(id) = &write.intent.target {
            open.entry((write.list(), id.clone())).or_default().push(write);
        }
    }
    Ok(open)
}

fn is_on(intent: &Intent, list: &ListKey, id: &str) -> bool {
    intent.connection == list.connection && intent.collection == list.collection && intent.target.as_deref() == Some(id)
}

/// Does the action `name` take back what `write` does?
fn undoes(manifest: &Manifest, write: &Write, name: &str) -> bool {
    manifest.actions.get(&write.intent.action).is_some_and(|action| action.undo.as_deref() == Some(name))
}

/// Where a write of our own is the reason, a refusal says so.
fn because_of(refusal: Refusal, write: Option<&Write>) -> Refusal {
    let Some(write) = write else { return refusal };
    let own = format!("{} of your own is {} ({})", write.intent.verb, write.state, write.id);
    match refusal {
        Refusal::NotNow(why) => Refusal::NotNow(format!("{why}: {own}")),
        Refusal::Same(why) => Refusal::Same(format!("{why}, or will be: {own}")),
        other => other,
    }
}

#[cfg(test)]
mod tests;
