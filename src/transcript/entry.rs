use jiff::Timestamp;
use quarterdeck_sync::model::{Entry, EntryKind, Part, Usage};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::json::compact;

/// An entry as JSON, in lists and in exports. The order of the members is part of the schema.
#[derive(Debug, Serialize)]
pub struct JsonEntry<'a> {
    entry: u32,
    role: &'a str,
    kind: EntryKind,
    /// The tool, where there is one; the first of several.
    tool: Option<&'a str>,
    at: Option<Timestamp>,
    text: String,
    /// The message as it was sent, on one line.
    raw: Box<RawValue>,
    error: bool,
    paths: Vec<&'a str>,
    edits: Vec<JsonEdit<'a>>,
    usage: Usage,
    id: Option<&'a str>,
    subagent: Option<&'a str>,
    sidechain: bool,
    /// Places of the entries that answer its calls.
    answered_at: Vec<u32>,
    /// Places of the entries whose calls it answers.
    called_at: Vec<u32>,
}

/// A change of a file as JSON.
#[derive(Debug, Serialize)]
struct JsonEdit<'a> {
    path: Option<&'a str>,
    before: &'a str,
    after: &'a str,
    line: Option<u64>,
}

impl<'a> JsonEntry<'a> {
    /// The JSON form of `entry`.
    pub fn new(entry: &'a Entry) -> Self {
        let edits = entry.edits();
        let edits = edits.map(|edit| JsonEdit {
            path: edit.path.as_deref(),
            before: &edit.before,
            after: &edit.after,
            line: edit.line,
        });
        let (mut answered_at, mut called_at) = (Vec::new(), Vec::new());
        for part in &entry.parts {
            match part {
                Part::Call(call) => answered_at.extend(call.answered_at),
                Part::Result(answer) => called_at.extend(answer.called_at),
                _ => {}
            }
        }
        Self {
            entry: entry.place,
            role: &entry.role,
            kind: entry.kind,
            tool: entry.tools().first().copied(),
            at: entry.at,
            text: entry.text(),
            raw: raw(&entry.raw),
            error: entry.error,
            paths: entry.paths(),
            edits: edits.collect(),
            usage: entry.usage,
            id: entry.id.as_deref(),
            subagent: entry.subagent.as_deref(),
            sidechain: entry.sidechain,
            answered_at,
            called_at,
        }
    }
}

/// JSON text as the value it is. What is none, which no mirror gives, is a string that holds it.
fn raw(json: &str) -> Box<RawValue> {
    let value = RawValue::from_string(compact(json).into_owned());
    value.or_else(|_| serde_json::value::to_raw_value(json)).unwrap_or_else(|_| RawValue::NULL.to_owned())
}
