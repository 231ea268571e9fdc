use std::sync::Arc;

use tantivy::columnar::{Column, ColumnValues};
use tantivy::{DocId, SegmentReader};

use crate::error::Error;

/// What is kept of each document of a segment.
pub(super) struct Columns {
    pub at: Column<i64>,
    owner: Arc<dyn ColumnValues<u64>>,
    place: Arc<dyn ColumnValues<u64>>,
}

impl Columns {
    pub fn open(segment: &SegmentReader) -> Result<Self, Error> {
        let fast = segment.fast_fields();
        Ok(Self {
            at: fast.i64("at")?,
            owner: fast.column_first_or_default("owner")?,
            place: fast.column_first_or_default("place")?,
        })
    }

    pub fn owner(&self, doc: DocId) -> u64 {
        self.owner.get_val(doc)
    }

    /// The place and one; 0 is the owner's own document.
    pub fn place(&self, doc: DocId) -> u64 {
        self.place.get_val(doc)
    }
}
