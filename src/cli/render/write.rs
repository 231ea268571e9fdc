use std::collections::BTreeMap;

use quarterdeck_sync::model::{By, Kind, Timestamp, Verdict, Write, WriteId, WriteState};
use serde::Serialize;
use serde_json::Value;

/// A write as JSON. The order of the members is part of the schema.
#[derive(Debug, Serialize)]
pub struct JsonWrite<'a> {
    /// None for one that would be kept and was not.
    id: Option<&'a WriteId>,
    connection: &'a str,
    collection: &'a str,
    kind: Kind,
    /// The verb, as it is typed.
    action: &'a str,
    /// The record's id; none for something that is to be made.
    target: Option<&'a str>,
    args: &'a BTreeMap<String, Value>,
    state: Option<WriteState>,
    reason: Option<&'a str>,
    /// The target's document as the person saw it.
    base: &'a Value,
    deadline: Option<Timestamp>,
    /// When it is sent, tried or looked at again; none when it waits for a person, or for nothing any more.
    due_at: Option<Timestamp>,
    attempts: u32,
    created_at: Timestamp,
    updated_at: Timestamp,
    by: &'a By,
    verdict: Option<&'a Verdict>,
    undoes: Option<&'a WriteId>,
}

impl<'a> JsonWrite<'a> {
    /// The JSON form of `write`.
    pub fn new(write: &'a Write) -> Self {
        let intent = &write.intent;
        Self {
            id: Some(&write.id),
            connection: &intent.connection,
            collection: &intent.collection,
            kind: intent.kind,
            action: &intent.verb,
            target: intent.target.as_deref(),
            args: &intent.args,
            state: Some(write.state),
            reason: intent.reason.as_deref(),
            base: &intent.base.doc,
            deadline: intent.deadline,
            due_at: write.due_at.filter(|_| write.state.is_open()),
            attempts: write.attempts,
            created_at: write.created_at,
            updated_at: write.updated_at,
            by: &intent.by,
            verdict: write.verdict.as_ref(),
            undoes: intent.undoes.as_ref(),
        }
    }

    /// The same for one that is only shown: it has no id and stands nowhere.
    pub fn would_be(write: &'a Write) -> Self {
        Self { id: None, state: None, ..Self::new(write) }
    }
}
