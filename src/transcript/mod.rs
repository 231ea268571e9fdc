//! Transcripts: a session with all that was said in it, as one document that can be read where there is no `qd`.
//!
//! [`Exporter`] writes a [`Transcript`], and those of its subagents behind it, in one of the [`Format`]s: JSON that is complete and
//! can be read back ([`read_json`]), Markdown and a web page for people. [`Summary`] counts what a session holds. Pure: records and
//! entries in, text out, entry by entry; shared by the command line and the console.
//!
//! Always true: whatever stands in a document has passed the text boundary; what a platform sent is seen and cannot act: it
//! is no markup, no link, no picture and no script, in whichever viewer; a web page loads nothing from anywhere; JSON keeps every message
//! as it was sent.
//!
//! Not here: how messages are read (`sync::content`) and what in them is a secret (`sync::text::secrets`), and files.

mod diff;
mod entry;
mod facts;
mod headline;
mod html;
mod import;
mod input;
mod json;
mod md;
mod prose;
mod summary;
#[cfg(test)]
mod tests;
mod words;

use std::io::{self, Write};
use std::str::FromStr;

use jiff::Timestamp;
use quarterdeck_sync::content;
use quarterdeck_sync::model::{Entry, Record, Row};
use quarterdeck_sync::text::{Secrets, json_safe};
use serde::{Deserialize, Serialize};

use crate::json::compact;

pub use entry::JsonEntry;
pub use facts::took;
pub use headline::headline;
pub use import::{ImportError, Imported, read_json};
pub use md::escape as markdown;
pub use summary::Summary;
pub use words::first_line;

/// What is known of a held copy of a session's content. The order of the members is part of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// When it was fetched.
    pub at: Option<Timestamp>,
    /// The record has not changed since, as far as the mirror knows.
    pub current: bool,
    /// Secrets in it are masked.
    pub masked: bool,
    /// The platform may have more of it than it showed.
    #[serde(default)]
    pub partial: bool,
}

/// A record, and what was said in it. Its secrets are masked, unless whoever made it was allowed to see them.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    record: Record,
    held: Held,
    entries: Vec<Entry>,
}

impl Transcript {
    /// The transcript of `record` from its messages, the text of a JSON array. Masked before it is taken apart, so that a secret
    /// is seen whole, and every part of an entry agrees with its message; and brought into the form in which JSON leaves the program
    /// (no white space between tokens, hidden characters escaped), so that what is read back is what was written to the letter.
    pub fn new(record: Record, messages: &str, held: Held, secrets: Secrets) -> Self {
        let masked = held.masked || secrets == Secrets::Masked;
        let entries = content::entries(&json_safe(&compact(&secrets.json(messages))));
        Self { record: masked_record(record, secrets), held: Held { masked, ..held }, entries }
    }

    /// The session, run or conversation.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// What is known of the copy.
    pub fn held(&self) -> Held {
        self.held
    }

    /// What was said, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

fn masked_record(record: Record, secrets: Secrets) -> Record {
    let text = |text: String| secrets.text(&text).into_owned();
    let row = record.row;
    let row = Row {
        title: row.title.map(text),
        status: row.status.map(text),
        agent: row.agent.map(text),
        agent_title: row.agent_title.map(text),
        project: row.project.map(text),
        ..row
    };
    Record { row, doc: secrets.json(&record.doc).into_owned() }
}

/// What a transcript is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Markdown, for people.
    Markdown,
    /// A web page in one file, for people.
    Html,
    /// JSON, complete.
    Json,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 3] = [Format::Markdown, Format::Html, Format::Json];

    /// Its word, which is also the usual end of a file's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Markdown => "md",
            Format::Html => "html",
            Format::Json => "json",
        }
    }
}

impl FromStr for Format {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Format::ALL.into_iter().find(|format| format.as_str() == text).ok_or(())
    }
}

/// Writes one document, session by session: the first is what it is about, those behind it are its subagents'.
///
/// It holds one entry's text at a time. Give it a buffered writer, and call [`Exporter::finish`]: a document without its end is
/// not one.
#[derive(Debug)]
pub struct Exporter<W> {
    to: W,
    format: Format,
    sessions: usize,
}

impl<W: Write> Exporter<W> {
    /// A document that begins with its first session.
    pub fn new(format: Format, to: W) -> Self {
        Self { to, format, sessions: 0 }
    }

    /// Writes a session.
    ///
    /// # Errors
    /// The writer's.
    pub fn session(&mut self, session: &Transcript) -> io::Result<()> {
        let place = self.sessions;
        self.sessions += 1;
        match self.format {
            Format::Markdown => md::session(&mut self.to, session, place),
            Format::Html => html::session(&mut self.to, session, place),
            Format::Json => json::session(&mut self.to, session, place),
        }
    }

    /// Writes the end, and gives the writer back.
    ///
    /// # Errors
    /// The writer's.
    pub fn finish(mut self) -> io::Result<W> {
        match self.format {
            Format::Markdown => {}
            Format::Html => html::finish(&mut self.to, self.sessions)?,
            Format::Json => json::finish(&mut self.to, self.sessions)?,
        }
        self.to.flush()?;
        Ok(self.to)
    }
}
