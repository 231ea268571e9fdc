//! The most that a document can score, before its time raises it.

use tantivy::Term;
use tantivy::query::{Bm25StatisticsProvider, Bm25Weight};

use super::text::LIKE;

/// What can raise a document's score. More than there is does no harm: less would hide documents.
#[derive(Debug, Default)]
pub(crate) struct Most {
    /// Words that are scored, each with the others of its phrase.
    words: Vec<Vec<Term>>,
    /// How often something counts that is only like what was asked for.
    likes: u16,
}

impl Most {
    pub fn add_words(&mut self, words: Vec<Term>) {
        self.words.push(words);
    }

    pub fn add_like(&mut self) {
        self.likes = self.likes.saturating_add(1);
    }

    /// The score that no document is above.
    pub fn score(&self, statistics: &dyn Bm25StatisticsProvider) -> tantivy::Result<f32> {
        let mut sum = f32::from(self.likes) * LIKE;
        for words in self.words.iter().filter(|words| !words.is_empty()) {
            // An empty text full of the word: none can be that good.
            sum += Bm25Weight::for_terms(statistics, words)?.score(0, u32::MAX);
        }
        Ok(sum * 1.0001)
    }
}
