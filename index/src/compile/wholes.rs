//! Wholes that a pattern lets pass, and the documents that have one.

use std::cell::Cell;
use std::collections::HashMap;

use tantivy::index::SegmentId;
use tantivy::query::{BitSetDocSet, ConstScorer, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{BitSet, DocId, DocSet as _, Score, SegmentReader, TantivyError};
use tantivy_fst::Automaton;

use super::Compiler;
use super::many::{Bounded, steps};
use crate::error::Error;

/// The documents of each part of the index that were found; of a part that is not among them none were.
#[derive(Debug, Clone)]
struct Found {
    of: HashMap<SegmentId, BitSet>,
}

impl Compiler<'_> {
    /// What finds the documents with a whole that begins so and that the automaton lets pass; each counts the same. `None`: there are
    /// none.
    pub(super) fn wholes<A: Automaton>(&self, begins: &str, automaton: &A) -> Result<Option<Box<dyn Query>>, Error> {
        let left = Cell::new(steps(self.search.typing));
        let automaton = Bounded { inner: automaton, left: &left };
        let mut of = HashMap::new();
        for segment in self.index.searcher.segment_readers() {
            let found = self.index.wholes.documents(segment, begins, &automaton).map_err(TantivyError::from)?;
            of.extend(found.map(|found| (segment.segment_id(), found)));
        }
        if left.get() == 0 {
            self.capped.set(true);
        }
        let documents: u64 = of.values().map(|found: &BitSet| found.len() as u64).sum();
        self.documents.set(self.documents.get().saturating_add(documents));
        Ok((documents > 0).then(|| Box::new(Found { of }) as Box<dyn Query>))
    }
}

impl Query for Found {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for Found {
    fn scorer(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        Ok(match self.of.get(&segment.segment_id()) {
            Some(found) => Box::new(ConstScorer::new(BitSetDocSet::from(found.clone()), boost)),
            None => Box::new(EmptyScorer),
        })
    }

    fn explain(&self, segment: &SegmentReader, document: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(segment, 1.0)?;
        let found = scorer.seek(document) == document;
        Ok(Explanation::new("any of some wholes", if found { 1.0 } else { 0.0 }))
    }
}
