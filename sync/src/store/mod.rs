//! `mirror.db`: every record as last told, kept so that it can be read without a network and rebuilt at any time.
//!
//! One writer thread owns the file; readers are a small pool of read-only connections. What arrives in about 100 ms
//! is committed at once, in key order: rows, list states (with their resume cursors) and change-feed entries together, so a
//! kill at any moment resumes where it was. An unchanged row costs no write. Nothing here loads a whole list.
//!
//! Not here: what a platform is, or when to fetch.

mod error;

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

pub use error::StoreError;

use crate::model::{
    CountOf, Freshness, Incoming, Kind, ListId, ListKey, ListState, Problem, Query, Record, RowKey, Scope, Window,
};

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

/// A batch on its way to the disk.
#[derive(Debug)]
pub struct Pending {}

impl Pending {
    /// Waits for the commit.
    pub async fn committed(self) -> Result<Applied, StoreError> {
        todo!()
    }
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

/// The mirror: a cheap handle, shared by clones. The file is closed, and the writer joined, with the last of them.
#[derive(Debug, Clone)]
pub struct Mirror {}

impl Mirror {
    /// Opens the mirror at `path` (file 0600, missing parent folders 0700).
    pub fn open(_path: &Path, _access: Access) -> Result<Self, StoreError> {
        todo!()
    }

    /// A read connection from the pool; given back when dropped. Blocking: call it off the async threads.
    pub fn reader(&self) -> Result<Reader, StoreError> {
        todo!()
    }

    /// Makes lists known and returns their numbers, in order. Known ones keep theirs.
    pub async fn register(&self, _lists: Vec<ListSpec>) -> Result<Vec<ListId>, StoreError> {
        todo!()
    }

    /// Hands a batch to the writer: waits while too many are on their way, then returns at once. The [`Pending`] resolves
    /// when it is committed. Batches of one list are applied in the order in which they were handed over. This is what lets
    /// the network run ahead of the disk; dropping the [`Pending`] does not take the batch back.
    pub async fn submit(&self, _list: ListId, _batch: Batch, _at: Timestamp) -> Result<Pending, StoreError> {
        todo!()
    }

    /// [`Mirror::submit`], and waits for the commit.
    pub async fn apply(&self, list: ListId, batch: Batch, at: Timestamp) -> Result<Applied, StoreError> {
        self.submit(list, batch, at).await?.committed().await
    }

    /// Forgets every record, state and problem of a connection.
    pub async fn forget(&self, _connection: &str) -> Result<(), StoreError> {
        todo!()
    }

    /// Ends a first sync: builds what is cheaper to build at once than row by row (indexes), trains the dictionary,
    /// checkpoints. Does nothing when there is nothing to do.
    pub async fn settle(&self) -> Result<(), StoreError> {
        todo!()
    }

    /// Changes with every commit that touched a record, a state or a problem, in this process.
    pub fn commits(&self) -> tokio::sync::watch::Receiver<u64> {
        todo!()
    }
}

/// A read connection. Every call sees the latest commit, from whichever process.
#[derive(Debug)]
pub struct Reader {}

impl Reader {
    /// A window of rows.
    pub fn window(&self, _query: &Query) -> Result<Window, StoreError> {
        todo!()
    }

    /// How many rows answer `query` (its anchor and limit do not matter), counting at most `cap` when it has to count one by one.
    pub fn count(&self, _query: &Query, _cap: u64) -> Result<CountOf, StoreError> {
        todo!()
    }

    /// One record by its number.
    pub fn record(&self, _key: RowKey) -> Result<Option<Record>, StoreError> {
        todo!()
    }

    /// Records of `scope`, gone ones too, whose id is `id`; where there is none, those whose id begins with it. At most `limit`.
    pub fn find(&self, _scope: &Scope, _id: &str, _limit: usize) -> Result<Vec<Record>, StoreError> {
        todo!()
    }

    /// For each of `ids` in turn: the hash of the live record, or `None`.
    pub fn hashes(&self, _list: ListId, _ids: &[&str]) -> Result<Vec<Option<u64>>, StoreError> {
        todo!()
    }

    /// Live records of a list in order of id, starting after `after`; with `partition`, only those last seen there.
    pub fn live(
        &self,
        _list: ListId,
        _partition: Option<&str>,
        _after: Option<&str>,
        _limit: usize,
    ) -> Result<Vec<Known>, StoreError> {
        todo!()
    }

    /// Live rows of a list, without counting them; with `partition`, counted.
    pub fn live_count(&self, _list: ListId, _partition: Option<&str>) -> Result<u64, StoreError> {
        todo!()
    }

    /// State of one partition of a list.
    pub fn state(&self, _list: ListId, _partition: &str) -> Result<Option<ListState>, StoreError> {
        todo!()
    }

    /// States of all partitions of a list.
    pub fn states(&self, _list: ListId) -> Result<Vec<ListState>, StoreError> {
        todo!()
    }

    /// Freshness of every list, by connection and collection.
    pub fn freshness(&self) -> Result<Vec<Freshness>, StoreError> {
        todo!()
    }

    /// Open problems, newest first.
    pub fn problems(&self, _connection: Option<&str>, _limit: usize) -> Result<Vec<Problem>, StoreError> {
        todo!()
    }

    /// The change feed after entry `after`.
    pub fn feed(&self, _after: u64, _limit: usize) -> Result<Vec<FeedEntry>, StoreError> {
        todo!()
    }

    /// Number of the newest feed entry; 0 when there is none.
    pub fn feed_head(&self) -> Result<u64, StoreError> {
        todo!()
    }

    /// Live rows by status within `scope`.
    pub fn statuses(&self, _scope: &Scope) -> Result<BTreeMap<String, u64>, StoreError> {
        todo!()
    }

    /// Runs one read-only statement and hands each row to `each` as column names and JSON values; stops when `each` says `false`.
    /// Anything that writes, attaches, or changes settings is refused, as is a second statement.
    pub fn sql(&self, _statement: &str, _each: &mut dyn FnMut(SqlRow<'_>) -> bool) -> Result<(), StoreError> {
        todo!()
    }
}

impl Applied {
    /// Adds up what two batches did.
    pub fn add(&mut self, other: Applied) {
        self.inserted += other.inserted;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.gone += other.gone;
    }
}
