//! A JSON export read back: the same entries, made from the same messages by the same reader as those of the mirror.

use std::borrow::Cow;

use jiff::Timestamp;
use quarterdeck_sync::model::{self, Kind, ListKey, Record};
use quarterdeck_sync::text::Secrets;
use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

use super::json::SCHEMA;
use super::{Held, Transcript};

/// What an exported file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The record as it stood in the file.
    pub record: Record,
    /// What was known of the copy that was exported.
    pub held: Option<Held>,
    /// The messages: the text of a JSON array.
    pub messages: String,
    /// The sessions of its subagents, as far as they were exported with it.
    pub subagents: Vec<Imported>,
}

impl Imported {
    /// The transcript it was written from, and those of its subagents.
    pub fn open(self, secrets: Secrets) -> (Transcript, Vec<Transcript>) {
        let held = self.held.unwrap_or(Held { at: None, current: true, masked: false, partial: false });
        let subagents = self.subagents.into_iter().map(|sub| sub.open(secrets).0).collect();
        (Transcript::new(self.record, &self.messages, held, secrets), subagents)
    }
}

/// Why a file is no export that can be read.
#[derive(Debug, Error)]
pub enum ImportError {
    /// It is no JSON of this shape, or it breaks off.
    #[error("not a whole export: {0}")]
    Json(#[from] serde_json::Error),
    /// It is something else, or of a later version.
    #[error("it says schema {found:?}, this program reads {SCHEMA:?}")]
    Schema {
        /// What it says.
        found: String,
    },
    /// An entry is missing, or stands where another should.
    #[error("entry {found} stands where {expected} should: something was cut out or moved")]
    Order {
        /// The place that should come.
        expected: usize,
        /// The place that came.
        found: u32,
    },
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    schema: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Whole<'a> {
    record: Row,
    #[serde(default)]
    held: Option<Held>,
    #[serde(borrow)]
    entries: Vec<Line<'a>>,
    #[serde(borrow, default)]
    subagents: Vec<Whole<'a>>,
}

/// A record as [`crate::json::JsonRecord`] writes it. What a file leaves out is not known.
#[derive(Deserialize)]
struct Row {
    id: String,
    #[serde(default)]
    connection: String,
    #[serde(default)]
    platform: String,
    #[serde(default)]
    collection: String,
    #[serde(default)]
    kind: Option<Kind>,
    title: Option<String>,
    status: Option<String>,
    agent: Option<String>,
    agent_title: Option<String>,
    project: Option<String>,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    confirmed_at: Option<Timestamp>,
    gone_at: Option<Timestamp>,
    doc: Option<Box<RawValue>>,
}

impl From<Row> for Record {
    fn from(row: Row) -> Self {
        let list = ListKey::new(row.connection, row.collection);
        let line = model::Row {
            title: row.title,
            status: row.status,
            agent: row.agent,
            agent_title: row.agent_title,
            project: row.project,
            created_at: row.created_at,
            updated_at: row.updated_at,
            confirmed_at: row.confirmed_at.unwrap_or(Timestamp::UNIX_EPOCH),
            gone_at: row.gone_at,
            ..model::Row::bare(list, row.platform, row.kind.unwrap_or(Kind::Other), row.id)
        };
        Record { row: line, doc: row.doc.map_or_else(|| "null".to_owned(), |doc| doc.get().to_owned()) }
    }
}

/// Of an entry, what all the rest follows from.
#[derive(Deserialize)]
struct Line<'a> {
    entry: u32,
    #[serde(borrow)]
    raw: &'a RawValue,
}

/// Reads what was exported as JSON.
///
/// # Errors
/// [`ImportError`] when `text` is anything but a whole export of a version we know.
pub fn read_json(text: &str) -> Result<Imported, ImportError> {
    let document: Document<'_> = serde_json::from_str(text)?;
    if document.schema != SCHEMA {
        return Err(ImportError::Schema { found: document.schema.into_owned() });
    }
    imported(serde_json::from_str(text)?)
}

fn imported(whole: Whole<'_>) -> Result<Imported, ImportError> {
    let mut messages = String::from("[");
    for (expected, line) in whole.entries.iter().enumerate() {
        if usize::try_from(line.entry).ok() != Some(expected) {
            return Err(ImportError::Order { expected, found: line.entry });
        }
        if expected > 0 {
            messages.push(',');
        }
        messages.push_str(line.raw.get());
    }
    messages.push(']');
    Ok(Imported {
        record: whole.record.into(),
        held: whole.held,
        messages,
        subagents: whole.subagents.into_iter().map(imported).collect::<Result<_, _>>()?,
    })
}
