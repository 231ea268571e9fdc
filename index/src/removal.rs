//! Removing what owners have.
//!
//! Tantivy keeps what is to be removed until every part of the index has been looked through for it, and as long as parts are
//! merged. Its own question for a term brings a table for ranking, a kilobyte for each owner; this one asks for many owners at once
//! and keeps a number for each.

use std::sync::Arc;

use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError, Term};

/// The documents of these owners.
#[derive(Debug, Clone)]
pub(crate) struct OfOwners {
    pub field: Field,
    pub owners: Arc<[u64]>,
}

impl OfOwners {
    fn documents(&self, reader: &SegmentReader) -> tantivy::Result<Vec<DocId>> {
        let postings = reader.inverted_index(self.field)?;
        let mut found = Vec::new();
        for owner in &*self.owners {
            let term = Term::from_field_u64(self.field, *owner);
            let Some(mut documents) = postings.read_postings(&term, IndexRecordOption::Basic)? else { continue };
            while documents.doc() != TERMINATED {
                found.push(documents.doc());
                documents.advance();
            }
        }
        found.sort_unstable();
        Ok(found)
    }
}

impl Query for OfOwners {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for OfOwners {
    fn scorer(&self, reader: &SegmentReader, _: Score) -> tantivy::Result<Box<dyn Scorer>> {
        Ok(Box::new(Listed { documents: self.documents(reader)?, at: 0 }))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument("what is removed is not ranked".to_owned()))
    }
}

/// Documents, ascending.
struct Listed {
    documents: Vec<DocId>,
    at: usize,
}

impl DocSet for Listed {
    fn advance(&mut self) -> DocId {
        self.at = self.at.saturating_add(1);
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.documents.get(self.at).copied().unwrap_or(TERMINATED)
    }

    fn size_hint(&self) -> u32 {
        u32::try_from(self.documents.len()).unwrap_or(u32::MAX)
    }
}

impl Scorer for Listed {
    fn score(&mut self) -> Score {
        1.0
    }
}
