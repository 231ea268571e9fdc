use std::collections::BTreeSet;

use proptest::prelude::*;
use tantivy::collector::DocSetCollector;
use tantivy::query::PhraseQuery;
use tantivy::schema::{Schema, TEXT};
use tantivy::{Index, IndexWriter, Searcher, TantivyDocument};

use super::*;

/// Texts in several segments, which have lost those that hold the word `gone`; and their field.
pub(in crate::compile) fn index(texts: &[String], parts: usize, gone: &str) -> (Searcher, Field) {
    let mut schema = Schema::builder();
    let text = schema.add_text_field("text", TEXT);
    let index = Index::create_in_ram(schema.build());
    let mut writer: IndexWriter = index.writer_with_num_threads(1, 15_000_000).unwrap();
    for part in texts.chunks(texts.len().div_ceil(parts)) {
        for words in part {
            let mut document = TantivyDocument::new();
            document.add_text(text, words);
            writer.add_document(document).unwrap();
        }
        writer.commit().unwrap();
    }
    writer.delete_term(Term::from_field_text(text, gone));
    writer.commit().unwrap();
    (index.reader().unwrap().searcher(), text)
}

fn keys(words: &TermDictionary, begins: &str) -> Vec<String> {
    let mut stream = words.range().ge(begins).into_stream().unwrap();
    let mut found = Vec::new();
    while stream.advance() {
        found.push(String::from_utf8(stream.key().to_vec()).unwrap());
    }
    found.retain(|word| word.starts_with(begins));
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_phrase_with_an_open_end_finds_what_all_its_phrases_find(
        texts in prop::collection::vec("[ab]{1,2}( [ab1]{1,3}){0,9}", 1..40),
        leads in prop::collection::vec(("[ab]{1,2}", 1usize..3), 1..4),
        begins in "[ab1]{0,2}",
        parts in 1..4usize,
        held in 1..9usize,
    ) {
        let (searcher, field) = index(&texts, parts, "bbb");
        let mut at = 0;
        let mut words = Vec::new();
        for (word, gap) in &leads {
            words.push((at, Term::from_field_text(field, word)));
            at += gap;
        }
        let leads: Arc<[(u32, Term)]> = words.iter().map(|(from, word)| ((at - from) as u32, word.clone())).collect();
        let mut segments = HashMap::new();
        let mut all = BTreeSet::new();
        for segment in searcher.segment_readers() {
            let index = segment.inverted_index(field).unwrap();
            let (ends, whole) = look(index.terms(), begins.as_bytes(), u64::MAX).unwrap();
            let known = keys(index.terms(), &begins);
            prop_assert!(whole && ends.len() == known.len());
            all.extend(known);
            segments.insert(segment.segment_id(), ends);
        }
        let one_by_one = OpenPhrase { field, leads, segments: Arc::new(segments), held, beside: 0 };
        let found = searcher.search(&one_by_one, &DocSetCollector).unwrap();
        let beside = OpenPhrase { beside: usize::MAX, ..one_by_one };
        prop_assert_eq!(&searcher.search(&beside, &DocSetCollector).unwrap(), &found);
        let mut expected = std::collections::HashSet::new();
        for end in all {
            let mut phrase = words.clone();
            phrase.push((at, Term::from_field_text(field, &end)));
            expected.extend(searcher.search(&PhraseQuery::new_with_offset(phrase), &DocSetCollector).unwrap());
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn whoever_goes_on_lands_where_looking_at_each_would(
        documents in prop::collection::btree_set(0u32..200, 1..60),
        to in 0u32..210,
    ) {
        let documents: Vec<(DocId, usize)> = documents.into_iter().map(|document| (document, 0)).collect();
        let (first, _) = documents[0];
        prop_assume!(first < to);
        let expected: Vec<_> = documents.iter().copied().filter(|(document, _)| *document >= to).collect();
        prop_assert_eq!(from(&documents, to), expected.as_slice());
    }
}

#[test]
fn words_without_digits_are_looked_at_first() {
    let texts = ["a0 a1 a2 ab ac1 azure".to_owned()];
    let (searcher, field) = index(&texts, 1, "bbb");
    let index = searcher.segment_reader(0).inverted_index(field).unwrap();
    let count = |most| look(index.terms(), b"a", most).map(|(found, all)| (found.len(), all)).unwrap();
    assert_eq!((count(2), count(3), count(6)), ((2, false), (3, false), (6, true)));
    let natural =
        ["ab", "azure"].map(|word| index.get_term_info(&Term::from_field_text(field, word)).unwrap().unwrap());
    assert_eq!(look(index.terms(), b"a", 2).unwrap().0, natural);
}

#[test]
fn stretches_are_leapt_over_and_nothing_in_the_others_is_missed() {
    let text = |at: u32| match at {
        at if at % 5_000 == 1 => "deploy fails",
        at if at % 7 == 3 => "deploy failed",
        at if at % 7 == 4 => "failed deploy",
        _ => "deploy",
    };
    let texts: Vec<String> = (0..40_000).map(|at| text(at).to_owned()).collect();
    let (searcher, field) = index(&texts, 1, "bbb");
    let segment = searcher.segment_reader(0);
    let terms = segment.inverted_index(field).unwrap();
    let (ends, _) = look(terms.terms(), b"fai", u64::MAX).unwrap();
    let leads = Arc::from([(1, Term::from_field_text(field, "deploy"))]);
    let segments = Arc::new(HashMap::from([(segment.segment_id(), ends)]));
    let open = OpenPhrase { field, leads, segments, held: 1_000, beside: BESIDE };
    let all: Vec<DocId> = (0..40_000).filter(|at| text(*at).starts_with("deploy fai")).collect();
    for leap in [1, 700, 16_384, 17_000, 33_000] {
        let mut found = open.scorer(segment, 1.0).unwrap();
        let mut target = 0;
        while found.doc() != TERMINATED {
            target = found.doc().max(target) + leap;
            let next = all[all.partition_point(|at| *at < target)..].first().copied();
            assert_eq!(found.seek(target), next.unwrap_or(TERMINATED), "by {leap}");
        }
    }
    assert_eq!(searcher.search(&open, &tantivy::collector::Count).unwrap(), all.len());
}
