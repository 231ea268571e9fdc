//! What a person keeps for themselves about a session: bookmarks, notes, and that they have reviewed it.
//!
//! It lies beside the outbox, never leaves this machine, and outlives the mirror.

use jiff::Timestamp;
use quarterdeck_sync::model::ListKey;

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
