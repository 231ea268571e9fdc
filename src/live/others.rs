//! What another process commits, seen from outside: the mirror's file is looked at, never written.

use std::path::PathBuf;

use quarterdeck_sync::store::{Access, Mirror, Reader, StoreError};

/// Remembers how the file looked last.
#[derive(Debug)]
pub struct Others {
    path: PathBuf,
    /// Kept open: the number that changes with every commit of another is told to one connection alone.
    reader: Option<Reader>,
    last: Option<u64>,
}

impl Others {
    /// Nothing was seen yet.
    pub fn new(path: PathBuf) -> Self {
        Self { path, reader: None, last: None }
    }

    /// Looks again; `true` when something was committed since the last look. Blocks for a moment.
    pub fn look(&mut self) -> bool {
        match self.version() {
            Ok(version) => {
                let before = std::mem::replace(&mut self.last, version);
                before != version
            }
            // Unreadable just now, for example while it is replaced: the next look opens it anew.
            Err(_) => {
                self.reader = None;
                false
            }
        }
    }

    fn version(&mut self) -> Result<Option<u64>, StoreError> {
        if !self.path.exists() {
            self.reader = None;
            return Ok(None);
        }
        if self.reader.is_none() {
            self.reader = Some(Mirror::open(&self.path, Access::ReadOnly)?.reader()?);
        }
        self.reader.as_ref().map(Reader::data_version).transpose()
    }
}
