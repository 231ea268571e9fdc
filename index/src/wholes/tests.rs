use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use tantivy::directory::OwnedBytes;

use super::file::{Cursor, File, Writer};
use super::gather::Gatherer;
use crate::compile::{Pattern, Slips};
use crate::tests::{ask, entry, layout, now, owners, read};
use crate::{Effort, Index, Mark, Writer as IndexWriter};

/// The file of documents with these texts.
fn file(texts: &[String]) -> Vec<u8> {
    let mut gatherer = Gatherer::default();
    for (number, text) in texts.iter().enumerate() {
        gatherer.add(number as u32, &[text]).unwrap();
    }
    gatherer.write(Writer::new(Vec::new()).unwrap()).unwrap()
}

fn opened(bytes: Vec<u8>) -> File {
    File::of(OwnedBytes::new(bytes))
}

fn found<A: tantivy_fst::Automaton>(file: &File, begins: &str, automaton: &A) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    file.each(begins.as_bytes(), automaton, |document| {
        found.insert(document);
    })
    .unwrap();
    found
}

fn all(file: File) -> BTreeMap<String, Vec<u32>> {
    let mut cursor = Cursor::new(file).unwrap();
    let mut all = BTreeMap::new();
    while cursor.advance().unwrap() {
        let whole = String::from_utf8(cursor.whole.clone()).unwrap();
        assert!(all.last_key_value().is_none_or(|(last, _)| *last < whole), "in order, and once each");
        all.insert(whole, cursor.documents.clone());
    }
    all
}

/// Texts of some wholes, of which many begin alike.
fn texts(most: usize) -> impl Strategy<Value = Vec<String>> {
    let text =
        prop::collection::vec("[ab]{1,3}[_/.-][abc]{1,3}([_/.-][ab]{1,2})?", 0..5).prop_map(|wholes| wholes.join(" "));
    prop::collection::vec(text, 0..most)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn each_whole_has_its_documents(texts in texts(20)) {
        let mut expected: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (number, text) in texts.iter().enumerate() {
            for whole in text.split(' ').filter(|whole| !whole.is_empty()).collect::<BTreeSet<_>>() {
                expected.entry(whole.to_owned()).or_default().push(number as u32);
            }
        }
        prop_assert_eq!(all(opened(file(&texts))), expected);
    }

    #[test]
    fn what_an_automaton_lets_pass_is_found_and_nothing_else(
        texts in texts(20),
        pattern in "\\^?[abc.]{0,2}[_/]?(\\[ab\\]\\*)?\\$?",
        begins in "[ab]{0,2}",
        slip in "[ab]{1,3}_[abc]{1,4}",
    ) {
        let file = opened(file(&texts));
        let (Some(pattern), Some(slips)) = (Pattern::new(&pattern), Slips::new(&slip)) else { return Ok(()) };
        let right = |matches: &dyn Fn(&str) -> bool| -> BTreeSet<u32> {
            let has = |text: &String| text.split(' ').any(|whole| !whole.is_empty() && matches(whole));
            (0u32..).zip(&texts).filter(|(_, text)| has(text)).map(|(number, _)| number).collect()
        };
        let begun = |whole: &str| whole.starts_with(&begins) && pattern.matches(whole);
        prop_assert_eq!(found(&file, &begins, &pattern), right(&begun));
        prop_assert_eq!(found(&file, &slips.begins, &slips), right(&|whole| slips.matches(whole)));
    }

    #[test]
    fn what_is_damaged_is_told_or_read_as_something_else(texts in texts(8), at in any::<prop::sample::Index>(), bit in 0u8..8, cut in any::<bool>()) {
        let mut bytes = file(&texts);
        let at = at.index(bytes.len());
        match cut {
            true => bytes.truncate(at),
            false => bytes[at] ^= 1 << bit,
        }
        let _ = opened(bytes.clone()).each(b"", &Pattern::new("a").unwrap(), |_| {});
        let mut cursor = Cursor::new(opened(bytes)).unwrap();
        while matches!(cursor.advance(), Ok(true)) {}
    }
}

#[test]
fn many_blocks_are_one_list_and_only_those_that_may_hold_it_are_looked_into() {
    let texts: Vec<String> =
        (0..20_000).map(|number| format!("x{:05}_{number:x} all_of", number * 7 % 20_000)).collect();
    let bytes = file(&texts);
    let of_all = all(opened(bytes.clone()));
    assert_eq!((of_all.len(), of_all["all_of"].len()), (20_001, 20_000));
    let file = opened(bytes);
    let any = Pattern::anywhere("").unwrap();
    for number in [0u32, 1, 4_999, 19_999] {
        let begins = format!("x{:05}_", number * 7 % 20_000);
        assert_eq!(found(&file, &begins, &any), BTreeSet::from([number]), "{begins}");
    }
    assert_eq!(found(&file, "", &Pattern::anywhere("^x00[0-9]{3}_").unwrap()).len(), 1_000);
    assert!(found(&file, "y", &any).is_empty() && found(&file, "a", &Pattern::anywhere("^x").unwrap()).is_empty());
}

#[test]
fn parts_that_become_one_keep_the_wholes_of_what_was_not_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = IndexWriter::open(folder.path(), &layout(), Effort::FOLLOW).unwrap();
    for round in 0..12u64 {
        for owner in round * 10..round * 10 + 10 {
            writer.replace(owner, [entry(0, &format!("own_{owner} of_all_{}", owner % 3))]).unwrap();
        }
        if round > 0 {
            // Of the round before.
            writer.clear(&[round * 10 - 1]).unwrap();
        }
        writer.commit(&Mark(round.to_string())).unwrap();
    }
    writer.finish().unwrap();
    let index = Index::open(folder.path(), &layout()).unwrap();
    let snapshot = index.snapshot();
    assert!(snapshot.searcher.segment_readers().len() < 12, "they became fewer");
    let alive = |owner: &u64| owner % 10 != 9 || *owner == 119;
    for third in 0..3 {
        let right: Vec<u64> = (0..120).filter(|owner| owner % 3 == third).filter(alive).collect();
        assert_eq!(owners(&snapshot, &format!("/^of_all_{third}$/"), false), right);
    }
    assert_eq!(owners(&snapshot, "/^own_11\\d$/", false), (110..120).collect::<Vec<_>>());
    assert!(owners(&snapshot, "/^own_9$/", false).is_empty());
    assert_eq!(owners(&snapshot, "/^own_8$/", false), [8]);
}

#[test]
fn a_damaged_file_is_named_by_the_check_and_its_questions_fail_or_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = IndexWriter::open(folder.path(), &layout(), Effort::FOLLOW).unwrap();
    writer.replace(1, [entry(0, "parse_auth_token src/auth.rs")]).unwrap();
    writer.commit(&Mark::default()).unwrap();
    writer.finish().unwrap();
    assert!(Index::open(folder.path(), &layout()).unwrap().check().is_ok());
    let files = std::fs::read_dir(folder.path()).unwrap().flatten().map(|file| file.path());
    let wholes: Vec<_> = files.filter(|file| file.extension().is_some_and(|kind| kind == "wholes")).collect();
    let [file] = &wholes[..] else { panic!("one part, one file: {wholes:?}") };
    let mut bytes = std::fs::read(file).unwrap();
    bytes[0] ^= 0xff;
    std::fs::write(file, bytes).unwrap();
    let index = Index::open(folder.path(), &layout()).unwrap();
    let told = index.check().unwrap_err().to_string();
    assert!(told.contains(".wholes"), "{told}");
    let (ast, now) = (read("/auth_token/"), now());
    let told = index.snapshot().search(&ask(&ast, &now)).unwrap_err();
    assert!(told.asks_for_rebuild(), "{told}");
    assert_eq!(owners(&index.snapshot(), "token", false), [1], "words are found still");
}

#[test]
fn whoever_looks_at_an_index_as_it_was_finds_its_wholes_after_they_were_done_away_with() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = IndexWriter::open(folder.path(), &layout(), Effort::FOLLOW).unwrap();
    let mut write = |rounds: std::ops::Range<u64>| {
        for round in rounds {
            writer.replace(round, [entry(0, &format!("own_{round} of_all"))]).unwrap();
            writer.commit(&Mark(round.to_string())).unwrap();
        }
    };
    write(0..2);
    let index = Index::open(folder.path(), &layout()).unwrap();
    let parts = || std::fs::read_dir(folder.path()).unwrap().flatten().map(|file| file.path());
    let before: BTreeSet<_> = parts().filter(|file| file.extension().is_some_and(|kind| kind == "wholes")).collect();
    let (unasked, asked) = (index.snapshot(), index.snapshot());
    assert_eq!(owners(&asked, "/^own_1$/", false), [1]);
    write(2..40);
    writer.finish().unwrap();
    IndexWriter::open(folder.path(), &layout(), Effort::FOLLOW).unwrap().commit(&Mark::default()).unwrap();
    assert!(before.iter().all(|file| !file.exists()), "they became one with others");
    for snapshot in [&unasked, &asked] {
        assert_eq!(owners(snapshot, "/^own_1$/", false), [1]);
    }
    index.reload().unwrap();
    assert_eq!(owners(&asked, "/^of_all$/", false), [0, 1]);
    assert_eq!(owners(&index.snapshot(), "/^of_all$/", false), (0..40).collect::<Vec<_>>());
}
