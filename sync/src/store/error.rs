//! What can go wrong with the mirror.

use std::path::PathBuf;

use thiserror::Error;

/// Why the mirror could not be used.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The file cannot be opened, made or given its mode.
    #[error("{}: {source}", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Written by a newer program.
    #[error("{} has schema {found}, this program knows {known}: use a newer qd, or delete the file (it is rebuilt by the next sync)", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// A document in the mirror cannot be unpacked.
    #[error("record {id} in the mirror is damaged: delete mirror.db and sync again")]
    Damaged {
        /// The record.
        id: String,
    },
    /// A statement that `qd sql` does not run.
    #[error("{message}")]
    Refused {
        /// What, and what to do instead.
        message: String,
    },
    /// The writer thread is gone.
    #[error("the mirror's writer has stopped")]
    Stopped,
    /// Everything else SQLite says.
    #[error("mirror: {0}")]
    Sqlite(#[from] rusqlite::Error),
}
