//! What a question is answered from: the index as it is at one moment, and over it the records that have unfinished writes.

use std::sync::Arc;

use quarterdeck_index::{Error, Found, Index, Mark, Search, Snapshot};
use quarterdeck_sync::content;
use quarterdeck_sync::model::{Overlay, Record, Scope};
use quarterdeck_sync::store::{Reader, StoreError};

use super::{documents, fields};

/// The index at one moment, with what lies over it.
pub struct Sight {
    pub snapshot: Snapshot,
    /// How far the snapshot follows the mirror, at least.
    pub mark: Option<Mark>,
    pub over: Arc<Over>,
}

impl Sight {
    /// May there be anything that is gone? Told at once.
    pub fn may_have_gone(&self) -> Result<bool, Error> {
        let over = self.over.snapshot.iter();
        for snapshot in over.chain([&self.snapshot]) {
            if snapshot.has(fields::IS, "gone")? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Asks both as if they were one. [`Search::without`] is set here.
    pub fn search(&self, search: &Search<'_>) -> Result<Found, Error> {
        match &self.over.snapshot {
            None => self.snapshot.search(search),
            Some(over) => {
                let search = Search { without: &self.over.keys, ..search.clone() };
                self.snapshot.search_beside(over, &search)
            }
        }
    }
}

/// The records that have unfinished writes, as a small index.
#[derive(Default)]
pub struct Over {
    /// What they were made from: the overlay, and the end of the mirror's change feed.
    pub of: Option<(Arc<Overlay>, u64)>,
    snapshot: Option<Snapshot>,
    /// Their numbers, ascending.
    keys: Vec<u64>,
}

impl Over {
    /// Is it that of this overlay and this state of the mirror?
    pub fn is_of(&self, overlay: &Arc<Overlay>, head: u64) -> bool {
        match &self.of {
            Some((of, at)) => Arc::ptr_eq(of, overlay) && (*at == head || !overlay.has_records()),
            None => false,
        }
    }

    /// Does it answer for this record?
    pub fn has(&self, owner: u64) -> bool {
        self.keys.binary_search(&owner).is_ok()
    }

    /// Makes it. `reader` is one with the overlay over it.
    ///
    /// # Errors
    /// When the mirror cannot be read.
    pub fn make(reader: &Reader, overlay: &Arc<Overlay>, head: u64) -> Result<Self, OverError> {
        let of = Some((overlay.clone(), head));
        if !overlay.has_records() {
            return Ok(Self { of, ..Self::default() });
        }
        let mut documents = Vec::new();
        for (list, id, _) in overlay.records() {
            let scope = Scope {
                connections: vec![list.connection.clone()],
                collections: vec![list.collection.clone()],
                ..Scope::default()
            };
            for record in reader.find(&scope, id, 1)?.into_iter().filter(|record| record.row.id == id) {
                documents.push((record.row.key.0.cast_unsigned(), own(reader, &record)?));
            }
        }
        let mut keys: Vec<u64> = documents.iter().map(|(key, _)| *key).collect();
        keys.sort_unstable();
        keys.dedup();
        let snapshot = Index::in_memory(&fields::layout(), documents)?.snapshot();
        Ok(Self { of, snapshot: Some(snapshot), keys })
    }
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum OverError {
    /// The mirror cannot be read.
    #[error(transparent)]
    Mirror(#[from] StoreError),
    /// No index can be made of it.
    #[error(transparent)]
    Index(#[from] Error),
}

/// A record's own document, which tells what its entries have.
fn own(reader: &Reader, record: &Record) -> Result<quarterdeck_index::Document, StoreError> {
    let content = match reader.content(record.row.key) {
        Ok(content) => content,
        Err(StoreError::Damaged { .. }) => None,
        Err(error) => return Err(error),
    };
    let entries = content.map(|content| content::entries(&content.messages)).unwrap_or_default();
    Ok(documents::of(record, &entries).into_iter().next().unwrap_or_default())
}
