//! For who only looks: what the unfinished writes do to records, of an outbox that may not be there yet.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Outbox;
use crate::model::Overlay;
use crate::outbox::OutboxError;

/// Looks at an outbox from outside. It makes no file and moves none; one that is missing is as good as empty, and one that is
/// made later is seen from then on.
#[derive(Debug)]
pub struct Onlooker {
    path: PathBuf,
    open: Mutex<Option<Outbox>>,
}

impl Onlooker {
    /// Of the outbox at `path`. Nothing is opened before it is asked.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), open: Mutex::new(None) }
    }

    /// What the unfinished writes do to records, as of the last commit of any process. Kept until there is a newer one: cheap to
    /// ask again.
    ///
    /// # Errors
    /// When the file is there and cannot be read. It is left as it is.
    pub fn overlay(&self) -> Result<Arc<Overlay>, OutboxError> {
        let overlay = self.outbox()?.overlay();
        if overlay.is_err() {
            // Another try begins anew, with whatever is there then.
            self.open().take();
        }
        overlay
    }

    /// The outbox that it looks at, to read from.
    ///
    /// # Errors
    /// As for [`Self::overlay`].
    pub fn outbox(&self) -> Result<Outbox, OutboxError> {
        let mut open = self.open();
        let outbox = match open.take() {
            Some(outbox) => outbox,
            None => Outbox::open_reader(&self.path)?,
        };
        Ok(open.insert(outbox).clone())
    }

    fn open(&self) -> MutexGuard<'_, Option<Outbox>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
