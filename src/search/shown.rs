//! What hits show, read from the mirror: each record, and each session's messages, once for an answer.
//!
//! Secrets are masked in the documents, where each stands under its name: what a snippet is cut from holds the values alone.

use std::collections::HashMap;

use quarterdeck_sync::content::{self, Messages};
use quarterdeck_sync::model::{Content, Entry, Part, Record, RowKey};
use quarterdeck_sync::store::{Reader, StoreError};
use quarterdeck_sync::text::Secrets;
use serde_json::value::RawValue;

use super::documents;

/// A session's messages are read completely, to name the tool of a result by its call, up to this size.
const WHOLE: usize = 256 * 1024;

/// Contents that are kept for the next hit.
const KEPT: usize = 8;

/// Reads what hits show.
pub struct Shown<'a> {
    reader: &'a Reader,
    secrets: Secrets,
    records: HashMap<RowKey, Option<Record>>,
    contents: Vec<(RowKey, Option<Content>)>,
}

impl<'a> Shown<'a> {
    /// From this state of the mirror.
    pub fn new(reader: &'a Reader, secrets: Secrets) -> Self {
        Self { reader, secrets, records: HashMap::new(), contents: Vec::new() }
    }

    /// A record; none when it is not there any more, or cannot be read.
    pub fn record(&mut self, key: RowKey) -> Result<Option<Record>, StoreError> {
        if let Some(known) = self.records.get(&key) {
            return Ok(known.clone());
        }
        let record = sound(self.reader.record(key))?;
        self.records.insert(key, record.clone());
        Ok(record)
    }

    /// What is searched of a record itself.
    pub fn text(&self, record: Record) -> String {
        let doc = self.secrets.json(&record.doc).into_owned();
        documents::record_text(&Record { doc, ..record })
    }

    /// An entry; none when it is not there any more.
    pub fn entry(&mut self, key: RowKey, place: u32) -> Result<Option<Entry>, StoreError> {
        if !self.contents.iter().any(|(known, _)| *known == key) {
            if self.contents.len() == KEPT {
                self.contents.remove(0);
            }
            self.contents.push((key, sound(self.reader.content(key))?));
        }
        let content = self.contents.iter().find(|(known, _)| *known == key);
        let content = content.and_then(|(_, content)| content.as_ref());
        Ok(content.and_then(|content| entry(&content.messages, place, self.secrets)))
    }
}

fn sound<T>(read: Result<Option<T>, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Err(StoreError::Damaged { .. }) => Ok(None),
        read => read,
    }
}

/// One entry of a session. Mostly its message alone has to be understood.
fn entry(messages: &str, place: u32, secrets: Secrets) -> Option<Entry> {
    let at = usize::try_from(place).ok()?;
    let whole = || content::entries(&secrets.json(messages)).into_iter().nth(at);
    let taken_apart = Messages::of(messages);
    let raw = taken_apart.raw(at)?;
    // Text that stops being JSON is told from JSON by what stands around it.
    if serde_json::from_str::<&RawValue>(raw).is_err() {
        return whole();
    }
    let alone = format!("[{}]", secrets.json(raw));
    let entry = content::entries(&alone).into_iter().next()?;
    // A result is named by its call, which stands elsewhere.
    let unnamed = |part: &Part| matches!(part, Part::Result(answer) if answer.tool.is_none() && answer.call.is_some());
    if messages.len() <= WHOLE && entry.parts.iter().any(unnamed) {
        return whole();
    }
    Some(Entry { place, ..entry })
}
