//! What can go wrong with the outbox.

use std::path::PathBuf;

use thiserror::Error;

use crate::model::{WriteId, WriteState};

/// Why the outbox could not be used.
#[derive(Debug, Error)]
pub enum OutboxError {
    /// The file cannot be opened, made or given its mode.
    #[error("{}: {source}", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Written by a newer program.
    #[error("{} has schema {found}, this program knows {known}: use a newer qd; nothing in it was touched", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The file is damaged, and could not be set aside.
    #[error("{} is damaged ({reason}); it was left where it is", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No write has this id.
    #[error("there is no write {0}")]
    Unknown(String),
    /// The write is in a state in which this cannot be done.
    #[error("write {id} is {state}: {why}")]
    NotNow {
        /// The write.
        id: WriteId,
        /// Where it stands.
        state: WriteState,
        /// Why that rules it out, and what can be done instead.
        why: String,
    },
    /// The outbox was opened for reading only.
    #[error("the outbox is open for reading only")]
    ReadOnly,
    /// The writer thread is gone.
    #[error("the outbox's writer has stopped")]
    Stopped,
    /// A document in the file cannot be read.
    #[error("the outbox holds something that is not what we wrote: {0}")]
    Json(#[from] serde_json::Error),
    /// Everything else SQLite says.
    #[error("outbox: {0}")]
    Sqlite(#[from] rusqlite::Error),
}
