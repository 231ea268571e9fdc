use std::path::Path;
use std::sync::{Mutex, PoisonError};

use quarterdeck_sync::model::{CountOf, Freshness, Problem, Query, Record, RowKey, Scope, ToldBudget, Window};
use quarterdeck_sync::outbox::{Onlooker, Outbox};
use quarterdeck_sync::store::{Mirror, Reader};

use crate::tui::Store;

/// What the operator sees: the mirror with the unfinished writes over it. It only looks: no file is made or moved.
#[derive(Debug)]
pub struct Seen {
    mirror: Mirror,
    outbox: Onlooker,
    trouble: Mutex<Option<String>>,
}

impl Seen {
    /// Over `mirror`, the outbox at `outbox`, which may not be there yet. Opened with the first question.
    pub fn new(mirror: Mirror, outbox: &Path) -> Self {
        Self { mirror, outbox: Onlooker::new(outbox), trouble: Mutex::new(None) }
    }

    /// Opens what the first questions read, so that none of them waits for it: a reader for each of the two that ask at once.
    /// What cannot be opened is told by whoever asks.
    pub fn open(&self) {
        drop(self.outbox().map(|outbox| outbox.counts()));
        drop((self.reader(), self.reader()));
    }

    /// The mirror alone.
    pub fn mirror(&self) -> &Mirror {
        &self.mirror
    }

    /// Why the unfinished writes are not to be seen, since the last question; `None` when they are. For a person.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The outbox, to look at.
    pub fn outbox(&self) -> Result<Outbox, String> {
        self.outbox.outbox().map_err(|error| error.to_string())
    }

    /// A reader of the mirror with the unfinished writes of this moment over it. An outbox that cannot be read does not keep
    /// anybody from reading the mirror.
    pub fn reader(&self) -> Result<Reader, String> {
        let (overlay, trouble) = match self.outbox.overlay() {
            Ok(overlay) => (overlay, None),
            Err(error) => (Default::default(), Some(error.to_string())),
        };
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
        Ok(self.mirror.reader().map_err(|error| error.to_string())?.over(overlay))
    }
}

impl Store for Seen {
    fn window(&self, query: &Query) -> Result<Window, String> {
        self.reader()?.window(query).map_err(|error| error.to_string())
    }

    fn count(&self, query: &Query, cap: u64) -> Result<CountOf, String> {
        self.reader()?.count(query, cap).map_err(|error| error.to_string())
    }

    fn record(&self, key: RowKey) -> Result<Option<Record>, String> {
        self.reader()?.record(key).map_err(|error| error.to_string())
    }

    fn freshness(&self) -> Result<Vec<Freshness>, String> {
        self.reader()?.freshness().map_err(|error| error.to_string())
    }

    fn problems(&self, limit: usize) -> Result<Vec<Problem>, String> {
        self.reader()?.problems(None, limit).map_err(|error| error.to_string())
    }

    fn budgets(&self) -> Result<Vec<ToldBudget>, String> {
        self.reader()?.budgets().map_err(|error| error.to_string())
    }

    fn statuses(&self, scope: &Scope) -> Result<Vec<(String, u64)>, String> {
        let found = self.reader()?.statuses(scope).map_err(|error| error.to_string())?;
        Ok(found.into_iter().collect())
    }
}
