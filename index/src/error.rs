use std::path::PathBuf;

use tantivy::TantivyError;
use tantivy::directory::error::{LockError, OpenReadError};

/// What can go wrong with an index. Nothing in it is anybody's work: whatever it says, an index can be made anew.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process, or another [`crate::Writer`] of this one, writes to it.
    #[error("another process writes to the search index")]
    Held,
    /// It was made for another [`crate::Layout`], by another version of this crate, or in another format of tantivy. The
    /// caller wipes it and fills it again.
    #[error("the search index was made by another version: {0}")]
    Outdated(String),
    /// Its files are not what was written. The caller wipes it and fills it again.
    #[error("the search index is damaged: {0}")]
    Damaged(String),
    /// A file could not be read or written: no space, no permission.
    #[error("{path}: {source}")]
    Io {
        /// The folder of the index, or a file in it.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Anything else that tantivy could not do.
    #[error("the search index failed: {0}")]
    Failed(String),
}

impl Error {
    /// Wiping the index and filling it again mends this.
    pub fn asks_for_rebuild(&self) -> bool {
        matches!(self, Error::Outdated(_) | Error::Damaged(_))
    }

    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { path, source }
    }
}

impl From<TantivyError> for Error {
    fn from(error: TantivyError) -> Self {
        match error {
            TantivyError::LockFailure(LockError::LockBusy, _) => Error::Held,
            TantivyError::IncompatibleIndex(why) => Error::Outdated(format!("{why:?}")),
            TantivyError::OpenReadError(OpenReadError::IncompatibleIndex(why)) => Error::Outdated(format!("{why:?}")),
            TantivyError::SchemaError(why) => Error::Outdated(why),
            TantivyError::DataCorruption(why) => Error::Damaged(format!("{why:?}")),
            TantivyError::OpenReadError(OpenReadError::FileDoesNotExist(path)) => {
                Error::Damaged(format!("{} is missing", path.display()))
            }
            TantivyError::OpenReadError(OpenReadError::IoError { io_error, filepath }) => of_io(filepath, &io_error),
            TantivyError::IoError(error) => of_io(PathBuf::from("search index"), &error),
            other => Error::Failed(other.to_string()),
        }
    }
}

/// Tantivy tells of files that are too short, or are not its own, as of any other trouble with files.
fn of_io(path: PathBuf, error: &std::io::Error) -> Error {
    use std::io::ErrorKind::{InvalidData, UnexpectedEof};
    match error.kind() {
        InvalidData | UnexpectedEof => Error::Damaged(error.to_string()),
        kind => Error::Io { path, source: std::io::Error::new(kind, error.to_string()) },
    }
}
