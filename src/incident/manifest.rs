//! What a folder of evidence holds, in a form that programs check: `manifest.json` and `SHA256SUMS`.

use std::fmt::Write as _;

use jiff::Timestamp;
use quarterdeck_sync::model::{By, ContentState, Freshness, Incident, Kind, Place};
use serde::Serialize;

use super::state;

/// The schema, with the version of its shape.
pub const SCHEMA: &str = "qd.evidence/1";

/// `manifest.json`. The order of the members is part of the schema.
#[derive(Debug, Clone, Serialize)]
pub struct Manifest {
    schema: &'static str,
    /// The incident.
    pub incident: About,
    /// When it was written.
    pub exported_at: Timestamp,
    /// By whom.
    pub by: By,
    /// The version of qd that wrote it.
    pub qd: &'static str,
    /// Secrets are masked.
    pub masked: bool,
    /// What is pinned, in order.
    pub pinned: Vec<Item>,
    /// Lines of our audit log that are in it.
    pub audit: Lines,
    /// What is not in it, and why; for a person.
    pub left_out: Vec<String>,
    /// Every file but this one and `SHA256SUMS`, by name.
    pub files: Vec<File>,
}

/// The incident a manifest is of.
#[derive(Debug, Clone, Serialize)]
pub struct About {
    id: String,
    title: String,
    state: &'static str,
    opened_at: Timestamp,
    closed_at: Option<Timestamp>,
}

impl About {
    /// Of `incident`, under a title whose secrets are masked or shown on purpose.
    pub fn new(incident: &Incident, title: &str) -> Self {
        Self {
            id: incident.id.to_string(),
            title: title.to_owned(),
            state: state(incident),
            opened_at: incident.opened_at,
            closed_at: incident.closed_at,
        }
    }
}

/// One pinned thing, how fresh what is known of it is, and the files about it.
#[derive(Debug, Clone, Serialize)]
pub struct Item {
    /// Its number in this folder, from 1.
    pub number: usize,
    /// Its connection.
    pub connection: String,
    /// Its collection; `outbox` for a write of ours.
    pub collection: String,
    /// Its id.
    pub id: String,
    /// The entry that is pinned, by its place among the messages.
    pub entry: Option<u64>,
    /// When it was pinned.
    pub pinned_at: Timestamp,
    /// What it is; none when that is not known any more.
    pub kind: Option<Kind>,
    /// How it stands here.
    pub found: Found,
    /// How fresh the record is.
    pub freshness: Option<Fresh>,
    /// How its content stands; none where there is none to be had, or it was not looked for.
    pub content: Option<Held>,
    /// The files about it.
    pub files: Vec<String>,
}

impl Item {
    /// Of a pin, with nothing known yet.
    pub fn new(number: usize, place: &Place, pinned_at: Timestamp) -> Self {
        Self {
            number,
            connection: place.connection.clone(),
            collection: place.collection.clone(),
            id: place.id.clone(),
            entry: place.entry,
            pinned_at,
            kind: None,
            found: Found::Missing,
            freshness: None,
            content: None,
            files: Vec::new(),
        }
    }
}

/// Whether a pinned thing is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Found {
    /// It is in the mirror, or in the outbox.
    Held,
    /// It is in the mirror, and its platform does not list it any more.
    Gone,
    /// It is not here: nothing but its name is.
    Missing,
}

/// When, and how, a record was last confirmed with its platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fresh {
    /// When the platform last showed the record.
    pub confirmed_at: Timestamp,
    /// When it was missed in the platform's list.
    pub gone_at: Option<Timestamp>,
    /// Last time its list was read as far as was needed.
    pub checked_at: Option<Timestamp>,
    /// Last time its list was read completely.
    pub walked_at: Option<Timestamp>,
}

impl Fresh {
    /// Of a record, and of the list it stands in.
    pub fn new(row: &quarterdeck_sync::model::Row, lists: &[Freshness]) -> Self {
        let list = lists.iter().find(|list| list.list == row.list);
        Self {
            confirmed_at: row.confirmed_at,
            gone_at: row.gone_at,
            checked_at: list.and_then(|list| list.checked_at),
            walked_at: list.and_then(|list| list.walked_at),
        }
    }
}

/// How a content stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Held {
    /// Its state.
    pub state: ContentState,
    /// When it was fetched.
    pub fetched_at: Option<Timestamp>,
    /// Entries of it in this folder.
    pub entries: u64,
}

/// Lines of the audit log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Lines {
    /// How many.
    pub lines: u64,
    /// Hash of the last line of the whole log when they were read: `qd audit verify --head` finds it.
    pub head: Option<String>,
}

/// A file of the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct File {
    /// Its path in the folder, with `/` between the parts.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of what is in it, hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// A manifest without pins and files.
    pub fn new(about: About, exported_at: Timestamp, by: By, masked: bool) -> Self {
        Self {
            schema: SCHEMA,
            incident: about,
            exported_at,
            by,
            qd: env!("CARGO_PKG_VERSION"),
            masked,
            pinned: Vec::new(),
            audit: Lines::default(),
            left_out: Vec::new(),
            files: Vec::new(),
        }
    }
}

/// The lines of `SHA256SUMS`: `sha256sum -c` reads them. Paths hold nothing that would have to be escaped there.
pub fn sums(files: &[File]) -> String {
    let mut out = String::new();
    for file in files {
        let _ = writeln!(out, "{}  {}", file.sha256, file.path);
    }
    out
}
