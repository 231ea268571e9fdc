use std::sync::Arc;

use tantivy::{Searcher, Term};

use crate::error::Error;
use crate::face::{Found, Search};
use crate::owners::Owners;
use crate::schema::Shape;
use crate::token::folded_value;
use crate::wholes::Files;

/// An index as it was at one moment: pages of one answer are asked of the same one.
#[derive(Clone)]
pub struct Snapshot {
    pub(crate) searcher: Searcher,
    pub(crate) shape: Arc<Shape>,
    pub(crate) wholes: Arc<Files>,
}

impl Snapshot {
    pub(crate) fn new(searcher: Searcher, shape: Arc<Shape>, wholes: Arc<Files>) -> Self {
        Self { searcher, shape, wholes }
    }

    /// All documents.
    pub fn total(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// Has any document this value of the facet, as far as can be told without looking at one? One that was just removed counts.
    pub fn has(&self, facet: usize, value: &str) -> Result<bool, Error> {
        let Some(field) = self.shape.facets.get(facet) else { return Ok(false) };
        let term = Term::from_field_text(*field, &folded_value(value));
        for segment in self.searcher.segment_readers() {
            if segment.inverted_index(*field)?.doc_freq(&term).map_err(Error::io("search index"))? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Answers a question.
    pub fn search(&self, search: &Search<'_>) -> Result<Found, Error> {
        crate::collect::answer(&[self], search)
    }

    /// Answers a question from this index and a small one that lies over it, as if they were one: words count as rare or
    /// common over both. [`Search::without`] leaves out documents of this one only.
    pub fn search_beside(&self, over: &Snapshot, search: &Search<'_>) -> Result<Found, Error> {
        crate::collect::answer(&[self, over], search)
    }

    /// The owners of everything that matches, and whether a word stood for more than were tried, so that some may be missing. `own`:
    /// only those whose own document matches, the one without a place. Of `search`, only what is asked counts.
    pub fn owners_found(&self, search: &Search<'_>, own: bool) -> Result<(Owners, bool), Error> {
        crate::collect::owners(self, search, own)
    }

    /// The next owners, from `from` on in ascending order, at most `limit`, and how many documents each has: for comparing
    /// with what ought to be there, a stretch at a time.
    pub fn owners(&self, from: u64, limit: usize) -> Result<Vec<(u64, u64)>, Error> {
        crate::verify::owners(self, from, limit)
    }
}
