//! What becomes of messages: a file for each family of forms, then what no form foresees.

mod absurd;
mod calls;
mod claude;
mod exo;
mod links;
mod numbers;
mod pieces;
mod runagents;
mod turen;

use super::*;
use crate::model::{Answer, Call, EntryKind, Part};

/// The entries of messages that are written without the brackets around them.
fn read(messages: &str) -> Vec<Entry> {
    entries(&format!("[{messages}]"))
}

fn one(message: &str) -> Entry {
    let mut entries = read(message);
    assert_eq!(entries.len(), 1, "{message}");
    entries.remove(0)
}

fn call(entry: &Entry) -> &Call {
    let calls = entry.parts.iter().find_map(|part| if let Part::Call(call) = part { Some(call) } else { None });
    calls.expect("a call")
}

fn answer(entry: &Entry) -> &Answer {
    let answers = entry.parts.iter().find_map(|part| if let Part::Result(answer) = part { Some(answer) } else { None });
    answers.expect("a result")
}

/// One row: a message, and the kind, role and text that it comes to.
fn holds(rows: &[(&str, EntryKind, &str, &str)]) {
    for (message, kind, role, text) in rows {
        let entry = one(message);
        assert_eq!((entry.kind, &*entry.role, &*entry.text()), (*kind, *role, *text), "{message}");
        assert_eq!(entry.raw, message.trim());
    }
}
