//! `qd notes`, `qd bookmarks`: what a person keeps for themselves about records and their entries. No platform hears of it.
//!
//! A place is written as a record's id, with `#` and the number of an entry behind it where an entry is meant, numbered from 0 as
//! `qd sessions entries` does.

pub mod bookmarks;
pub mod notes;

use jiff::{Timestamp, Zoned};
use quarterdeck_sync::model::{FlagKind, Note, NoteId, Place, Record};
use quarterdeck_sync::outbox::Outbox;
use serde::Serialize;

use super::context::{Context, Noun};
use super::reading;
use super::render::moment;
use crate::error::Failure;

/// The place that `text` means, of a record that is in the mirror.
fn place(cx: &Context, text: &str, connections: &[String]) -> Result<Place, Failure> {
    let reader = cx.reader()?;
    reading::check_connections(cx, &reader, connections)?;
    let find = |id: &str| reading::find(cx, &reader, &Noun::Any, id, connections);
    let at = text.rsplit_once('#').and_then(|(id, entry)| Some((id, entry.parse::<u64>().ok()?)));
    // Ids may hold the sign themselves.
    let (record, entry) = match (find(text), at) {
        (Ok(record), _) => (record, None),
        (Err(_), Some((id, entry))) => (find(id)?, Some(entry)),
        (Err(failure), None) => return Err(failure),
    };
    let list = &record.row.list;
    Ok(Place { entry, ..Place::record(&list.connection, &list.collection, &record.row.id) })
}

/// What is kept about one record and its entries.
#[derive(Debug, Serialize)]
pub struct Kept {
    /// The record has a bookmark itself.
    bookmarked: bool,
    /// Places of its entries with a bookmark.
    bookmarks: Vec<u64>,
    /// When it was reviewed.
    reviewed_at: Option<Timestamp>,
    /// The notes, oldest first.
    notes: Vec<KeptNote>,
}

#[derive(Debug, Serialize)]
struct KeptNote {
    id: NoteId,
    entry: Option<u64>,
    text: String,
    changed_at: Timestamp,
}

impl Kept {
    /// Of a record; none where nothing is kept. An outbox that cannot be read keeps nobody from reading records.
    pub fn of(cx: &Context, record: &Record) -> Option<Self> {
        let outbox = Outbox::open_reader(&cx.paths.outbox()).ok()?;
        let (list, id) = (&record.row.list, &record.row.id);
        let flags = outbox.flags_on(&list.connection, &list.collection, id).ok()?;
        let notes = outbox.notes_on(&list.connection, &list.collection, id).ok()?;
        let bookmarks = || flags.iter().filter(|flag| flag.kind == FlagKind::Bookmark);
        let reviewed = flags.iter().find(|flag| flag.kind == FlagKind::Reviewed && flag.place.entry.is_none());
        let kept = Self {
            bookmarked: bookmarks().any(|flag| flag.place.entry.is_none()),
            bookmarks: bookmarks().filter_map(|flag| flag.place.entry).collect(),
            reviewed_at: reviewed.map(|flag| flag.made_at),
            notes: notes.into_iter().map(KeptNote::from).collect(),
        };
        let some = kept.bookmarked || !kept.bookmarks.is_empty() || reviewed.is_some() || !kept.notes.is_empty();
        some.then_some(kept)
    }

    /// The same in lines, each with its name.
    pub fn lines(&self, now: &Zoned) -> Vec<(&'static str, String)> {
        let mut lines = Vec::new();
        if self.bookmarked {
            lines.push(("bookmark", "yes".to_owned()));
        }
        if !self.bookmarks.is_empty() {
            let places: Vec<String> = self.bookmarks.iter().map(|entry| format!("#{entry}")).collect();
            lines.push(("bookmarks", places.join(" ")));
        }
        lines.extend(self.reviewed_at.map(|at| ("reviewed", moment(at, now))));
        lines.extend(self.notes.iter().map(|note| {
            let at = note.entry.map_or_else(String::new, |entry| format!("#{entry}: "));
            ("note", format!("{at}{}", note.text))
        }));
        lines
    }
}

impl From<Note> for KeptNote {
    fn from(note: Note) -> Self {
        Self {
            id: note.id,
            entry: note.place.and_then(|place| place.entry),
            text: note.text,
            changed_at: note.changed_at,
        }
    }
}

/// A place as it is written: `turen/4711#12`.
fn written(place: &Place) -> String {
    let entry = place.entry.map_or_else(String::new, |entry| format!("#{entry}"));
    format!("{}/{}{entry}", place.connection, place.id)
}
