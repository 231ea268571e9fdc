//! What is handed to the mirror, and what it answers.

use jiff::Timestamp;

use crate::model::{ContentSource, Incoming, Kind, ListKey, ListState, RowKey};

/// How a mirror is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Created if missing, migrated if old; owns the writer thread. Needs the lease.
    ReadWrite,
    /// Only reads; a missing file reads as empty.
    ReadOnly,
}

/// A list the mirror is to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListSpec {
    /// Which.
    pub key: ListKey,
    /// Name of its platform.
    pub platform: String,
    /// What its records are.
    pub kind: Kind,
    /// Collection that [`crate::model::Columns::agent`] joins to by key; `None` when it holds an id.
    pub agent_join: Option<String>,
    /// Collection in which [`crate::model::Columns::agent`] is an id; `None` when it joins by key.
    pub agent_list: Option<String>,
    /// How the content of its records is come by; `None` when they have none.
    pub content: Option<ContentSource>,
}

/// What one page, or the end of a walk, changes in one list. Committed as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// Rows to insert or update; those unchanged cost nothing.
    pub rows: Vec<Incoming>,
    /// Partition the rows came from; empty for a list in one piece.
    pub partition: String,
    /// New state of that partition, replacing the old.
    pub state: Option<ListState>,
    /// Ids to mark gone.
    pub gone: Vec<String>,
    /// Problems to keep; one with the same list, id and code is refreshed.
    pub problems: Vec<NewProblem>,
    /// Problems of this list with these codes are solved.
    pub solved: Vec<String>,
    /// The rows were looked at one by one, at the time of the batch: each stays in the partition in which the mirror has it, and
    /// no page that was asked for before then overwrites it.
    pub look: bool,
    /// When the page was asked for; rows that were looked at since then are left as they are.
    pub asked_at: Option<Timestamp>,
}

/// A problem to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProblem {
    /// The row, when it is about one.
    pub id: Option<String>,
    /// Stable word.
    pub code: String,
    /// For a person; scrubbed.
    pub message: String,
}

/// What became of a [`Batch`], after its commit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// Rows the mirror did not have.
    pub inserted: u64,
    /// Rows that differ from what it had, or came back.
    pub updated: u64,
    /// Rows that did not cost a write.
    pub unchanged: u64,
    /// Rows newly marked gone.
    pub gone: u64,
}

/// One id the mirror holds live, with the hash of its document and the partition it was last seen in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The platform's id.
    pub id: String,
    /// Hash of the document.
    pub hash: u64,
}

/// A stretch of the change feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// Number of the entry; later ones are higher.
    pub seq: u64,
    /// First touched record.
    pub first: RowKey,
    /// Last touched record: every record between the two was touched.
    pub last: RowKey,
}

/// The answer to a `qd sql` statement, row by row.
pub type SqlRow<'a> = &'a [(&'a str, serde_json::Value)];

impl Applied {
    /// Adds up what two batches did.
    pub fn add(&mut self, other: Applied) {
        self.inserted += other.inserted;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.gone += other.gone;
    }
}

/// How many live records of a list were last active in each stretch of time; see [`super::Reader::pace`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paced {
    /// The list.
    pub list: ListKey,
    /// The status they have; `None` for those without one, and where statuses were not told apart.
    pub status: Option<String>,
    /// A number for each stretch.
    pub counts: Vec<u64>,
    /// There are more: counting was cut short.
    pub more: bool,
}

/// What stands at some places of one record's document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peeked {
    /// The record's id.
    pub id: String,
    /// When it was last active; where no time is known, when it was last confirmed.
    pub at: Timestamp,
    /// For each place the text of the value as it stands in the document, digits and quotes and all.
    pub values: Vec<Option<String>>,
}
