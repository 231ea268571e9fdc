//! A JSON export read back: the same entries, made from the same messages by the same reader as those of the mirror.

use std::borrow::Cow;

use quarterdeck_sync::content;
use quarterdeck_sync::model::Entry;
use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

use super::Held;
use super::json::SCHEMA;

/// What an exported file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The record as it stood in the file: JSON text.
    pub record: String,
    /// What was known of the copy that was exported.
    pub held: Option<Held>,
    /// The session's entries.
    pub entries: Vec<Entry>,
    /// The sessions of its subagents, as far as they were exported with it.
    pub subagents: Vec<Imported>,
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
    #[serde(borrow)]
    record: &'a RawValue,
    #[serde(default)]
    held: Option<Held>,
    #[serde(borrow)]
    entries: Vec<Line<'a>>,
    #[serde(borrow, default)]
    subagents: Vec<Whole<'a>>,
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
        record: whole.record.get().to_owned(),
        held: whole.held,
        entries: content::entries(&messages),
        subagents: whole.subagents.into_iter().map(imported).collect::<Result<_, _>>()?,
    })
}
