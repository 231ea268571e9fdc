//! What a person keeps for themselves about a session: bookmarks, notes, and that they have reviewed it.
//!
//! It lies beside the outbox, never leaves this machine, and outlives the mirror.

use std::collections::BTreeMap;

use jiff::Timestamp;
use quarterdeck_sync::model::{ListKey, Row};

/// All of one session or run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Kept {
    /// Places of the entries with a bookmark, ascending; `None` stands for the session itself.
    pub bookmarks: Vec<Option<u64>>,
    /// The notes, the oldest first.
    pub notes: Vec<KeptNote>,
    /// When it was reviewed, and what it looked like then.
    pub reviewed: Option<(Timestamp, String)>,
}

/// One note.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptNote {
    /// Its id.
    pub id: String,
    /// The entry it is about; none: the session itself.
    pub entry: Option<u64>,
    /// What it says.
    pub text: String,
    /// When it was written or changed.
    pub at: Timestamp,
}

impl Kept {
    /// The entry, or the session, has a bookmark.
    pub fn bookmarked(&self, entry: Option<u64>) -> bool {
        self.bookmarks.contains(&entry)
    }

    /// The notes about the entry, or about the session.
    pub fn notes_at(&self, entry: Option<u64>) -> impl Iterator<Item = &KeptNote> {
        self.notes.iter().filter(move |note| note.entry == entry)
    }

    /// The entries that have a bookmark or a note, ascending.
    pub fn entries(&self) -> Vec<usize> {
        let noted = self.notes.iter().filter_map(|note| note.entry);
        let mut places: Vec<usize> =
            self.bookmarks.iter().flatten().copied().chain(noted).filter_map(|at| usize::try_from(at).ok()).collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

/// What a session looks like now, in a word that changes when it does: a review holds as long as this is the same.
pub fn look(row: &Row, entries: usize) -> String {
    format!("{} {entries}", changed(row))
}

fn changed(row: &Row) -> String {
    row.updated_at.or(row.created_at).unwrap_or_default().to_string()
}

/// What stands beside records, for lists: which have a bookmark or a review, and which were contained from here. A list shows neither
/// notes nor entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flagged(BTreeMap<ListKey, BTreeMap<String, Flags>>);

/// What became of containing an agent from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Containment {
    /// It holds, as far as the mirror shows.
    Holds,
    /// The platform has shown since that something of the agent is active again: somebody else let it go, or it acts all the same.
    Undone,
}

/// What stands beside one record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Flags {
    bookmarked: bool,
    reviewed: Option<String>,
    contained: Option<Containment>,
}

impl Flagged {
    fn at(&mut self, list: ListKey, id: String) -> &mut Flags {
        self.0.entry(list).or_default().entry(id).or_default()
    }

    /// There is a bookmark at this record, or at an entry of it.
    pub fn bookmark(&mut self, list: ListKey, id: String) {
        self.at(list, id).bookmarked = true;
    }

    /// This record was reviewed when it [looked](look) so.
    pub fn review(&mut self, list: ListKey, id: String, seen: String) {
        self.at(list, id).reviewed = Some(seen);
    }

    /// This agent was contained from here, and not released from here since.
    pub fn contain(&mut self, list: ListKey, id: String, how: Containment) {
        self.at(list, id).contained = Some(how);
    }

    /// How that stands, if this one was.
    pub fn containment(&self, row: &Row) -> Option<Containment> {
        self.of(row)?.contained
    }

    /// Was any?
    pub fn any_contained(&self) -> bool {
        self.0.values().flat_map(BTreeMap::values).any(|flags| flags.contained.is_some())
    }

    fn of(&self, row: &Row) -> Option<&Flags> {
        self.0.get(&row.list)?.get(&row.id)
    }

    /// The signs of a record: a star for a bookmark, a tick for a review, a tilde for one that the record has changed since.
    pub fn sign(&self, row: &Row) -> &'static str {
        let Some(flags) = self.of(row) else { return "" };
        // How many entries there are now is not known to a list: that it was touched is.
        let holds = |seen: &String| seen.rsplit_once(' ').is_some_and(|(then, _)| then == changed(row));
        match (flags.bookmarked, flags.reviewed.as_ref().map(holds)) {
            (false, None) => "",
            (true, None) => "★",
            (false, Some(true)) => "✓",
            (true, Some(true)) => "★✓",
            (false, Some(false)) => "~",
            (true, Some(false)) => "★~",
        }
    }
}

/// Something to keep, or to keep no longer.
#[derive(Debug, Clone, PartialEq)]
pub struct Keep {
    /// The list of the session.
    pub list: ListKey,
    /// Its id.
    pub id: String,
    /// What.
    pub what: What,
}

/// See [`Keep`].
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A bookmark, set or taken away.
    Bookmark {
        /// The entry; none: the session itself.
        entry: Option<u64>,
        /// Whether there is to be one.
        on: bool,
    },
    /// That it was reviewed, as it looked then; `None` takes it back.
    Reviewed(Option<String>),
    /// A new note.
    Note {
        /// The entry; none: the session itself.
        entry: Option<u64>,
        /// What it says.
        text: String,
    },
    /// Another text for a note; an empty one drops it.
    Rewrite {
        /// The note.
        note: String,
        /// What it says now.
        text: String,
    },
}
