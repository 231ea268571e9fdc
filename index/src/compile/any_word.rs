//! Documents that hold any of some words.

use tantivy::query::{ConstScorer, EnableScoring, Explanation, Query, Scorer, TermSetQuery, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Score, SegmentReader, Term};

use super::documents::Documents;

/// Up to so many words are looked up one by one. More are gone through together with the words of the index, for which an automaton
/// has to be built first: that alone takes as long as looking up hundreds.
const FEW: usize = 256;

/// What finds the documents that hold any of `words`; each counts the same.
pub(super) fn any_word(words: Vec<Term>) -> Box<dyn Query> {
    match words.len() <= FEW {
        true => Box::new(AnyWord { words }),
        false => Box::new(TermSetQuery::new(words)),
    }
}

#[derive(Debug, Clone)]
struct AnyWord {
    words: Vec<Term>,
}

impl Query for AnyWord {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a Term, bool)) {
        self.words.iter().for_each(|word| visitor(word, false));
    }
}

impl Weight for AnyWord {
    fn scorer(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut all = Vec::with_capacity(self.words.len());
        for word in &self.words {
            let index = segment.inverted_index(word.field())?;
            let Some(info) = index.get_term_info(word)? else { continue };
            all.push(index.read_block_postings_from_terminfo(&info, IndexRecordOption::Basic)?);
        }
        Ok(Box::new(ConstScorer::new(Documents::new(all, segment.max_doc()), boost)))
    }

    fn explain(&self, segment: &SegmentReader, document: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(segment, 1.0)?;
        let found = scorer.seek(document) == document;
        Ok(Explanation::new("any of some words", if found { 1.0 } else { 0.0 }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tantivy::TERMINATED;
    use tantivy::collector::DocSetCollector;

    use super::super::ends::tests::index;
    use super::*;

    #[test]
    fn words_of_many_documents_are_gone_through_and_leapt_over_alike() {
        let holds = |word: &str, at: u32| match word {
            "third" => at.is_multiple_of(3),
            "some" => (16_300..16_500).contains(&at),
            "seldom" => at % 5_000 == 4_999,
            "last" => at == 49_999,
            _ => false,
        };
        let texts: Vec<String> = (0..50_000)
            .map(|at| {
                let words = ["third", "some", "seldom", "last"].into_iter().filter(|word| holds(word, at));
                words.collect::<Vec<_>>().join(" ")
            })
            .collect();
        let (searcher, text) = index(&texts, 1, "gone");
        assert_eq!(searcher.segment_readers().len(), 1);
        for asked in [&["third", "some", "seldom", "last"][..], &["some", "seldom"], &["last"], &["none"]] {
            let words: Vec<Term> = asked.iter().map(|word| Term::from_field_text(text, word)).collect();
            let any = AnyWord { words };
            for segment in searcher.segment_readers() {
                let scorer = || any.scorer(segment, 1.0).unwrap();
                let mut all = Vec::new();
                let mut documents = scorer();
                while documents.doc() != TERMINATED {
                    all.push(documents.doc());
                    documents.advance();
                }
                assert_eq!(documents.advance(), TERMINATED);
                let right = |at: &u32| asked.iter().any(|word| holds(word, *at));
                assert_eq!(all, (0..segment.max_doc()).filter(right).collect::<Vec<u32>>());
                for leap in [1, 63, 64, 100, 8_000, 16_383, 16_384, 20_000, 49_000] {
                    let mut documents = scorer();
                    let mut target = 0;
                    while documents.doc() != TERMINATED {
                        target = documents.doc().max(target) + leap;
                        let next = all[all.partition_point(|at| *at < target)..].first().copied();
                        assert_eq!(documents.seek(target), next.unwrap_or(TERMINATED), "{asked:?} by {leap}");
                    }
                    assert_eq!((documents.seek(TERMINATED), documents.advance()), (TERMINATED, TERMINATED));
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn few_words_find_what_the_automaton_of_many_finds(
            texts in prop::collection::vec("[a-e]{1,2}( [a-e]{1,2}){0,3}", 1..40),
            asked in prop::collection::hash_set("[a-f]{1,2}", 0..6),
            parts in 1..4usize,
        ) {
            let (searcher, text) = index(&texts, parts, "a");
            let words: Vec<Term> = asked.iter().map(|word| Term::from_field_text(text, word)).collect();
            let few = searcher.search(&AnyWord { words: words.clone() }, &DocSetCollector).unwrap();
            let many = searcher.search(&TermSetQuery::new(words), &DocSetCollector).unwrap();
            prop_assert_eq!(few, many);
        }
    }
}
