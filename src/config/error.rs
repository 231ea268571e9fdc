//! What can be wrong with our own files.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a file of the operator's or of ours cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// There is nowhere to put anything.
    #[error("no home directory is known, so there is nowhere to keep anything")]
    NoHome,
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file says something that cannot be.
    #[error("{}:{line}:{column}: {message}", .path.display())]
    Text {
        /// The file.
        path: PathBuf,
        /// Line from 1.
        line: usize,
        /// Column from 1, in characters.
        column: usize,
        /// What is wrong there.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// A connection of that name is there already.
    #[error("there is a connection called {name} already")]
    Exists {
        /// The name.
        name: String,
    },
    /// A name that cannot be a connection's.
    #[error("{name:?} cannot be the name of a connection")]
    Name {
        /// The name.
        name: String,
    },
    /// No connection of that name.
    #[error("there is no connection called {name:?}")]
    Unknown {
        /// The name asked for.
        name: String,
        /// Those there are.
        known: Vec<String>,
    },
}

impl ConfigError {
    pub(super) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }
}
