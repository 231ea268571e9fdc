//! `outbox.db`: a handle, a writer thread, and readers.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;

use super::{Aside, AuditEntry, OutboxError, Paused, Proof, Turn, TurnLog, Version, Which};
use crate::model::{By, Intent, ListKey, Overlay, Write, WriteId, WriteState};

/// The outbox: a cheap handle, shared by clones. Any number of processes may have it open, and all may add to it; only who
/// holds the lease sends. Calls block for the disk; those with `await` may be used on async threads.
#[derive(Debug, Clone)]
pub struct Outbox {}

impl Outbox {
    /// Opens the outbox at `path` (file 0600, missing parent folders 0700), made if missing. A file that fails its integrity
    /// check is set aside, never overwritten: where it lies now comes back beside the new one.
    pub fn open(_path: &Path, _by: By) -> Result<(Self, Option<Aside>), OutboxError> {
        todo!()
    }

    /// Keeps decisions, in order, all with one sync of the disk: when it returns they survive a power cut.
    pub fn append(&self, _intents: Vec<Intent>, _now: Timestamp) -> Result<Vec<Write>, OutboxError> {
        todo!()
    }

    /// Moves a write on, if it is in one of the states `from`; `None` when it is not (somebody was faster). On the disk when it
    /// returns.
    pub fn turn(&self, _id: &WriteId, _from: &[WriteState], _turn: Turn) -> Result<Option<Write>, OutboxError> {
        todo!()
    }

    /// [`Outbox::turn`] for async threads: many at once share one sync of the disk.
    pub async fn turn_async(
        &self,
        _id: &WriteId,
        _from: &[WriteState],
        _turn: Turn,
    ) -> Result<Option<Write>, OutboxError> {
        todo!()
    }

    /// One write.
    pub fn get(&self, _id: &WriteId) -> Result<Option<Write>, OutboxError> {
        todo!()
    }

    /// Writes whose id begins with `prefix` (any case), newest first, at most `limit`.
    pub fn find(&self, _prefix: &str, _limit: usize) -> Result<Vec<Write>, OutboxError> {
        todo!()
    }

    /// Writes in the order of their ids.
    pub fn list(&self, _which: &Which) -> Result<Vec<Write>, OutboxError> {
        todo!()
    }

    /// How many writes are in each state.
    pub fn counts(&self) -> Result<Vec<(WriteState, u64)>, OutboxError> {
        todo!()
    }

    /// Every move of a write, oldest first.
    pub fn turns(&self, _id: &WriteId) -> Result<Vec<TurnLog>, OutboxError> {
        todo!()
    }

    /// What the unfinished writes do to records. Kept until the file changes, whichever process changes it: cheap to ask again.
    pub fn overlay(&self) -> Result<Arc<Overlay>, OutboxError> {
        todo!()
    }

    /// A number that changes with every commit of any process to the file.
    pub fn version(&self) -> Result<u64, OutboxError> {
        todo!()
    }

    /// Changes with every commit of this process.
    pub fn commits(&self) -> watch::Receiver<u64> {
        todo!()
    }

    /// Adds a line to the audit log that is about no write.
    pub fn note(&self, _what: &str, _detail: serde_json::Value, _now: Timestamp) -> Result<(), OutboxError> {
        todo!()
    }

    /// Lines of the audit log after line `after`, at most `limit`.
    pub fn audit(&self, _after: u64, _limit: usize) -> Result<Vec<AuditEntry>, OutboxError> {
        todo!()
    }

    /// Walks the whole audit log: does every line fit the one before, and every write its lines?
    pub fn verify(&self) -> Result<Proof, OutboxError> {
        todo!()
    }

    /// Keeps a version of a policy, unless it is the newest already.
    pub fn keep_version(
        &self,
        _list: &ListKey,
        _id: &str,
        _doc: &str,
        _hash: u64,
        _label: Option<&str>,
        _write: Option<&WriteId>,
        _now: Timestamp,
    ) -> Result<bool, OutboxError> {
        todo!()
    }

    /// Versions of a policy, newest first.
    pub fn versions(&self, _list: &ListKey, _id: &str) -> Result<Vec<Version>, OutboxError> {
        todo!()
    }

    /// Stops writing to a connection until a person has mended it.
    pub fn pause(&self, _connection: &str, _message: &str, _now: Timestamp) -> Result<(), OutboxError> {
        todo!()
    }

    /// Lets a connection be written to again; `false` when it was not paused.
    pub fn resume(&self, _connection: &str, _now: Timestamp) -> Result<bool, OutboxError> {
        todo!()
    }

    /// Connections that are not written to.
    pub fn paused(&self) -> Result<Vec<Paused>, OutboxError> {
        todo!()
    }
}
