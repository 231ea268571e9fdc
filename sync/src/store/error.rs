//! What can go wrong with the mirror.

use std::path::PathBuf;

use rusqlite::ErrorCode;
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
    #[error("{} has schema {found}, this program knows {known}: use a newer qd, or put the file aside: the next sync makes a new one, without what the platforms list no more", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// Written by an older program, and opened for reading only.
    #[error("{} has schema {found}, this program reads {known}: run `qd sync`, which brings it up to date", .path.display())]
    Older {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The file is damaged, or is something else than a mirror.
    #[error("{} is damaged or is not a mirror ({reason}): put it aside, the next sync makes a new one; what the platforms list no more is in this one alone", .path.display())]
    NotAMirror {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A document in the mirror cannot be unpacked.
    #[error(
        "record {id} in the mirror is damaged: put mirror.db aside and sync again; what the platforms list no more is in it alone"
    )]
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
    /// A regular expression that cannot be read, or is too large.
    #[error("/{pattern}/ is not a regular expression we can use: {reason}")]
    Pattern {
        /// As it was given.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A list number that this mirror never gave, or whose connection was forgotten.
    #[error("the mirror does not know list {0}")]
    UnknownList(i64),
    /// The mirror was opened for reading only.
    #[error("the mirror is open for reading only")]
    ReadOnly,
    /// The writer thread is gone.
    #[error("the mirror's writer has stopped")]
    Stopped,
    /// Everything else SQLite says.
    #[error("mirror: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

impl StoreError {
    /// The file was found to hold what no mirror can hold: it is to be put aside.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::NotAMirror { .. } | Self::Damaged { .. })
            || matches!(self.code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
    }

    /// There is no room left on the disk.
    pub fn is_full(&self) -> bool {
        self.code() == Some(ErrorCode::DiskFull)
    }

    fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Sqlite(error) => error.sqlite_error_code(),
            _ => None,
        }
    }
}
