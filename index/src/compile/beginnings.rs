//! The frequent words of a segment that begin with a letter or two, kept for as long as there is the segment.
//!
//! Whoever types a word begins with its first letter, with which as many words begin as with nothing else: half of a key's time would
//! go into going through them again, and the first of them in the alphabet are beginnings of hashes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::SegmentReader;
use tantivy::index::SegmentId;
use tantivy::schema::Field;

use super::many::Known;
use crate::error::Error;

/// Characters of a beginning that is kept: what is longer has few words.
const LONGEST: usize = 2;
/// Beginnings that are kept. Nobody types more between two changes of the index.
const KEPT: usize = 1_024;

/// Beginnings that were asked for before.
#[derive(Debug, Default)]
pub(crate) struct Beginnings(Mutex<Kept>);

type Kept = HashMap<(SegmentId, Field, String), Arc<Known>>;

impl Beginnings {
    /// Is it short enough to be kept?
    pub(super) fn keeps(begins: &str) -> bool {
        begins.chars().nth(LONGEST).is_none()
    }

    /// The words of a segment that begin so: as they are kept, or else as `look` finds them.
    pub(super) fn get(
        &self,
        segment: &SegmentReader,
        field: Field,
        begins: &str,
        look: impl FnOnce() -> Result<Known, Error>,
    ) -> Result<Arc<Known>, Error> {
        let key = (segment.segment_id(), field, begins.to_owned());
        if let Some(known) = self.kept().get(&key) {
            return Ok(known.clone());
        }
        // Not while others wait: two that look for the same do no harm.
        let known = Arc::new(look()?);
        let mut kept = self.kept();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, known.clone());
        Ok(known)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets segments that are no more.
    pub fn keep(&self, segments: &[SegmentReader]) {
        self.kept().retain(|(id, ..), _| segments.iter().any(|segment| segment.segment_id() == *id));
    }
}
