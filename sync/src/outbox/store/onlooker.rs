//! For who only looks: what the unfinished writes do to records, of an outbox that may not be there yet.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::file;
use super::watch::Watch;
use crate::model::Overlay;
use crate::outbox::OutboxError;

/// Looks at an outbox from outside. It makes no file and moves none; one that is missing is as good as empty, and one that is
/// made later is seen from then on.
pub struct Onlooker {
    path: PathBuf,
    watch: Mutex<Option<Open>>,
}

/// The file that is being looked at.
struct Open {
    watch: Watch,
    /// Which it is: a damaged one may be set aside, by whichever process, and another stand in its place.
    file: u64,
}

impl fmt::Debug for Onlooker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Onlooker").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Onlooker {
    /// Of the outbox at `path`. Nothing is opened before it is asked.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), watch: Mutex::new(None) }
    }

    /// What the unfinished writes do to records, as of the last commit of any process. Kept until there is a newer one: cheap to
    /// ask again.
    ///
    /// # Errors
    /// When the file is there and cannot be read. It is left as it is.
    pub fn overlay(&self) -> Result<Arc<Overlay>, OutboxError> {
        let mut open = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        let there = number(&self.path);
        if open.as_ref().is_none_or(|open| there != Some(open.file)) {
            *open = match there {
                None => None,
                Some(file) => file::open_onlooker(&self.path)?.map(|conn| Open { watch: Watch::new(conn), file }),
            };
        }
        let Some(seen) = open.as_mut() else { return Ok(Arc::default()) };
        seen.watch.overlay().map_err(|error| {
            // Another try begins anew, with whatever is there then.
            *open = None;
            file::told(&self.path, error)
        })
    }
}

/// A number that tells the file at `path` from others that stood there; none while there is no file.
fn number(path: &Path) -> Option<u64> {
    let meta = fs::metadata(path).ok()?;
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&meta);
    // Elsewhere a file that is open cannot be put away.
    #[cfg(not(unix))]
    let number = u64::from(meta.is_file());
    Some(number)
}
