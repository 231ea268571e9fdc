//! How a conflict is settled: a decision that met something else than the person saw.
//!
//! The conflicted write itself is never sent any more. Whatever is to be done instead is a new write, decided on what was found
//! there ([`Verdict::theirs`]), with interlocks of its own: if that has moved on as well, it conflicts again.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::action::{self, Asked, Refusal};
use super::decide::DecideError;
use super::merge::merge;
use super::{Outbox, OutboxError, Turn, Which};
use crate::model::{By, Columns, Intent, Kind, Record, Row, Verdict, Write, WriteId, WriteState};
use crate::platform::Manifest;
use crate::platform::decode::Decoder;
use crate::platform::manifest::Edits;

/// How a conflict is settled.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolution {
    /// What I want, over what is there now.
    Mine,
    /// Leave it as it is there: the write is discarded.
    Theirs,
    /// This document.
    Edit(Value),
}

/// Settles a conflicted write: it is discarded, and a new one stands in its place where one is wanted. `None` when nothing is left
/// to be done.
///
/// [`Resolution::Mine`] on an edited document puts my edits over what was found there, and wins every dispute; on anything else
/// it decides the same again about what was found. An approval that moved cannot be forced.
///
/// # Errors
/// When the write is not conflicted, when what was found there is not known, and when the decision makes no sense any more: the
/// write stays as it is then.
pub fn resolve(
    outbox: &Outbox,
    manifest: &Manifest,
    id: &WriteId,
    resolution: Resolution,
    by: &By,
    now: Timestamp,
) -> Result<Option<Write>, DecideError> {
    let write = outbox.get(id)?.ok_or_else(|| OutboxError::Unknown(id.to_string()))?;
    if write.state != WriteState::Conflicted {
        return Err(not_conflicted(&write).into());
    }
    if resolution == Resolution::Theirs {
        settle(outbox, id, "theirs", "left as it is there", by, now)?;
        return Ok(None);
    }
    let again = again(manifest, &write, resolution, by).map_err(DecideError::Refused)?;
    let related = &write.intent.base.related;
    let (connection, collection) = (&write.intent.connection, &write.intent.collection);
    let intent = match action::intent(manifest, collection, connection, Some(&again.record), related, &again.asked, now)
    {
        Ok(intent) => intent,
        Err(Refusal::Same(_)) => {
            settle(outbox, id, "same", "what is there is what was wanted", by, now)?;
            return Ok(None);
        }
        Err(why) => return Err(DecideError::Refused(why)),
    };
    Ok(Some(replace(outbox, &write, intent, by, now)?))
}

/// The decision, made anew: about what, and what.
struct Again {
    record: Record,
    asked: Asked,
}

fn again(manifest: &Manifest, write: &Write, resolution: Resolution, by: &By) -> Result<Again, Refusal> {
    let intent = &write.intent;
    if intent.kind == Kind::Approval {
        return Err(Refusal::NotNow(
            "what is to be approved or rejected is not what was seen any more, and an answer to something unseen is never \
             forced: look at it again, and decide about what is there now"
                .to_owned(),
        ));
    }
    let theirs = write.verdict.as_ref().and_then(|verdict| verdict.theirs.as_ref()).ok_or_else(|| {
        Refusal::NotNow("what stood in the way was not kept: decide again about what is there now".to_owned())
    })?;
    let edits = manifest.actions.get(&intent.action).and_then(|action| action.edits.as_ref());
    let args = match (resolution, edits, intent.args.get("doc")) {
        (Resolution::Edit(doc), Some(_), _) => with_doc(&intent.args, doc),
        (Resolution::Edit(_), None, _) => {
            return Err(Refusal::Argument(format!("{} is no edit of a document: mine or theirs?", intent.verb)));
        }
        (_, Some(rules), Some(mine)) => with_doc(&intent.args, over(&intent.base.doc, mine, theirs, rules)),
        _ => intent.args.clone(),
    };
    let asked = Asked {
        verb: intent.verb.clone(),
        args,
        reason: intent.reason.clone(),
        // As long as it was given the first time.
        expires: intent.deadline.map(|deadline| deadline.duration_since(write.created_at)),
        if_hash: None,
        undoes: intent.undoes.clone().map(|undone| (undone, write.memory.clone())),
        by: by.clone(),
    };
    Ok(Again { record: record(manifest, intent, theirs), asked })
}

/// My edits over what they made of the same document; where the two clash, mine.
fn over(base: &Value, mine: &Value, theirs: &Value, rules: &Edits) -> Value {
    merge(base, theirs, mine, rules).doc
}

fn with_doc(args: &BTreeMap<String, Value>, doc: Value) -> BTreeMap<String, Value> {
    let mut args = args.clone();
    args.insert("doc".to_owned(), doc);
    args
}

/// The target as it was found, in the shape in which the mirror has records.
fn record(manifest: &Manifest, intent: &Intent, theirs: &Value) -> Record {
    let doc = theirs.to_string();
    let decoded = manifest
        .collections
        .get(&intent.collection)
        .and_then(|collection| Decoder::new(collection).record(None, doc.as_bytes()).ok());
    let columns = decoded.map_or_else(Columns::default, |incoming| incoming.columns);
    let list = crate::model::ListKey::new(&intent.connection, &intent.collection);
    let bare = Row::bare(list, &intent.platform, intent.kind, intent.target.clone().unwrap_or_default());
    let row = bare.with(Columns { title: columns.title.clone().or_else(|| intent.title.clone()), ..columns });
    let row = Row { confirmed_at: intent.base.seen_at.unwrap_or_default(), ..row };
    Record { row, doc }
}

/// Keeps the new write, then lets go of the old one: a power cut between the two leaves both, never neither.
fn replace(outbox: &Outbox, old: &Write, intent: Intent, by: &By, now: Timestamp) -> Result<Write, DecideError> {
    let new = match left_behind(outbox, old, &intent)? {
        Some(new) => new,
        None => outbox.append(vec![intent], now)?.into_iter().next().ok_or(OutboxError::Stopped)?,
    };
    let words = format!("decided again about what is there now: {}", new.id);
    if !settle(outbox, &old.id, "replaced", &words, by, now)? {
        // Another process settled it in the meantime: two answers to one conflict are one too many.
        let verdict = Verdict {
            code: "resolved".to_owned(),
            message: format!("{} was settled elsewhere", old.id),
            ..Verdict::default()
        };
        let turn = Turn { verdict: Some(verdict), by: Some(by.clone()), ..Turn::to(WriteState::Cancelled, now) };
        outbox.turn(&new.id, &[WriteState::Queued], turn)?;
        let state = outbox.get(&old.id)?.map_or(WriteState::Discarded, |old| old.state);
        let why = "somebody else settled it just now".to_owned();
        return Err(OutboxError::NotNow { id: old.id.clone(), state, why }.into());
    }
    Ok(new)
}

/// The write that stands in for `old` already, when the process ended before it let go of that.
fn left_behind(outbox: &Outbox, old: &Write, intent: &Intent) -> Result<Option<Write>, OutboxError> {
    let Some(target) = &old.intent.target else { return Ok(None) };
    let which = Which {
        connections: vec![old.intent.connection.clone()],
        target: Some((old.intent.collection.clone(), target.clone())),
        ..Which::default()
    };
    let same = |write: &Write| {
        let its = &write.intent;
        write.id > old.id
            && write.state.is_open()
            && (&its.action, &its.args, &its.base.doc) == (&intent.action, &intent.args, &intent.base.doc)
    };
    Ok(outbox.list(&which)?.into_iter().find(same))
}

/// Lets go of the write; `false` when it is not conflicted any more.
fn settle(
    outbox: &Outbox,
    id: &WriteId,
    code: &str,
    message: &str,
    by: &By,
    now: Timestamp,
) -> Result<bool, OutboxError> {
    let verdict = Verdict { code: code.to_owned(), message: message.to_owned(), ..Verdict::default() };
    let turn = Turn { verdict: Some(verdict), by: Some(by.clone()), ..Turn::to(WriteState::Discarded, now) };
    Ok(outbox.turn(id, &[WriteState::Conflicted], turn)?.is_some())
}

fn not_conflicted(write: &Write) -> OutboxError {
    let why = match write.state {
        state if state.is_open() => {
            "it is on its way, and nothing stands against it; cancel takes back what has not left"
        }
        WriteState::Wedged | WriteState::Expired => {
            "nobody got there first: retry sends it again, discard lets go of it"
        }
        _ => "it has ended",
    };
    OutboxError::NotNow { id: write.id.clone(), state: write.state, why: why.to_owned() }
}

#[cfg(test)]
mod tests;
