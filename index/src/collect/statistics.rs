use tantivy::Term;
use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::Field;

use crate::snapshot::Snapshot;

/// How common words are, over several indices.
pub(super) struct Statistics<'a> {
    indices: &'a [&'a Snapshot],
}

impl<'a> Statistics<'a> {
    pub fn new(indices: &'a [&'a Snapshot]) -> Self {
        Self { indices }
    }

    fn sum(&self, of: impl Fn(&tantivy::Searcher) -> tantivy::Result<u64>) -> tantivy::Result<u64> {
        self.indices.iter().map(|index| of(&index.searcher)).sum()
    }
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.sum(|searcher| searcher.total_num_tokens(field))
    }

    /// Never 0: means are made with it.
    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.sum(Bm25StatisticsProvider::total_num_docs)?.max(1))
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        self.sum(|searcher| searcher.doc_freq(term))
    }
}
