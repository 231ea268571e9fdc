use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::columnar::{Column, ColumnValues};
use tantivy::index::SegmentId;
use tantivy::{DocId, SegmentReader, TERMINATED};

use crate::error::Error;

/// What is kept of each document of a segment.
pub(super) struct Columns {
    pub at: Column<i64>,
    seconds: Arc<Seconds>,
    owner: Arc<dyn ColumnValues<u64>>,
    place: Arc<dyn ColumnValues<u64>>,
}

impl Columns {
    pub fn open(segment: &SegmentReader, times: &Times) -> Result<Self, Error> {
        let fast = segment.fast_fields();
        let at = fast.i64("at")?;
        Ok(Self {
            seconds: times.get(segment, &at),
            at,
            owner: fast.column_first_or_default("owner")?,
            place: fast.column_first_or_default("place")?,
        })
    }

    /// The [`second`] of a document.
    pub fn second(&self, doc: DocId) -> u32 {
        self.seconds.each.get(doc as usize).copied().unwrap_or(u32::MAX)
    }

    /// The first document from this one on that has this second or a later one; [`TERMINATED`] when there is none.
    pub fn young(&self, mut doc: DocId, second: u32) -> DocId {
        let Seconds { each, latest } = &*self.seconds;
        loop {
            let block = doc / STRETCH;
            match latest.get(block as usize) {
                None => return TERMINATED,
                Some(latest) if *latest < second => doc = (block + 1) * STRETCH,
                Some(_) => match each.get(doc as usize) {
                    Some(own) if *own < second => doc += 1,
                    _ => return doc,
                },
            }
        }
    }

    pub fn owner(&self, doc: DocId) -> u64 {
        self.owner.get_val(doc)
    }

    /// The place and one; 0 is the owner's own document.
    pub fn place(&self, doc: DocId) -> u64 {
        self.place.get_val(doc)
    }
}

/// A time in seconds since 1970: of two, the one with the smaller second is the older. Without a time it is 0.
pub(super) fn second(at: Option<i64>) -> u32 {
    at.map_or(0, |at| u32::try_from(at.div_euclid(1_000).max(1)).unwrap_or(u32::MAX))
}

/// The seconds of documents, four bytes each, for segments that were asked before: where half of all documents have one of the words
/// that begin so, unpacking the time of each takes longer than everything else.
#[derive(Debug, Default)]
pub(crate) struct Times(Mutex<HashMap<SegmentId, Arc<Seconds>>>);

/// Documents whose latest second is kept: entries of one session stand side by side, and are of one time.
const STRETCH: u32 = 64;

/// The seconds of a segment's documents.
#[derive(Debug)]
struct Seconds {
    /// The [`second`] of each.
    each: Box<[u32]>,
    /// The latest of each [`STRETCH`] of them.
    latest: Box<[u32]>,
}

impl Times {
    fn get(&self, segment: &SegmentReader, at: &Column<i64>) -> Arc<Seconds> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seconds) = kept().get(&segment.segment_id()) {
            return seconds.clone();
        }
        // Not while others wait: two that read the same do no harm.
        let each: Box<[u32]> = (0..segment.max_doc()).map(|doc| second(at.first(doc))).collect();
        let latest = each.chunks(STRETCH as usize).map(|all| all.iter().copied().max().unwrap_or(0)).collect();
        let seconds = Arc::new(Seconds { each, latest });
        kept().insert(segment.segment_id(), seconds.clone());
        seconds
    }

    /// Forgets segments that are no more.
    pub fn keep(&self, segments: &[SegmentReader]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|id, _| segments.iter().any(|segment| segment.segment_id() == *id));
    }
}
