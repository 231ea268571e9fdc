//! The complete form: one object, an entry a line, that [`super::read_json`] reads back.

use std::io::{self, Write};

use quarterdeck_sync::text::json_safe;
use serde::Serialize;

use super::{JsonEntry, Transcript};
use crate::json::JsonRecord;

/// The schema, with the version of its shape.
pub const SCHEMA: &str = "qd.session/1";

/// The record as everywhere, and what a list would look up elsewhere: the file may be read where there is no mirror.
#[derive(Serialize)]
struct Exported<'a> {
    #[serde(flatten)]
    record: JsonRecord<'a>,
    agent_title: Option<&'a str>,
}

/// Writes a session: the document's own, or the next of its subagents'.
pub fn session(to: &mut impl Write, session: &Transcript, place: usize) -> io::Result<()> {
    match place {
        0 => {
            to.write_all(b"{\"schema\":")?;
            value(to, &SCHEMA)?;
            to.write_all(b",")?;
        }
        1 => to.write_all(b",\"subagents\":[\n{")?,
        _ => to.write_all(b"},\n{")?,
    }
    to.write_all(b"\"record\":")?;
    let record = JsonRecord::new(session.record()).map_err(io::Error::other)?;
    value(to, &Exported { record, agent_title: session.record().row.agent_title.as_deref() })?;
    to.write_all(b",\"held\":")?;
    value(to, &session.held())?;
    to.write_all(b",\"entries\":[")?;
    for (nth, entry) in session.entries().iter().enumerate() {
        to.write_all(if nth == 0 { b"\n" } else { b",\n" })?;
        value(to, &JsonEntry::new(entry))?;
    }
    to.write_all(b"\n]")
}

/// Writes what ends a document of so many sessions.
pub fn finish(to: &mut impl Write, sessions: usize) -> io::Result<()> {
    to.write_all(match sessions {
        0 => b"{}\n",
        1 => b"}\n",
        _ => b"}]}\n",
    })
}

fn value(to: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string(value)?;
    to.write_all(json_safe(&text).as_bytes())
}
