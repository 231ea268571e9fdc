//! What a query says of one document without an index is what an index of it says, and all owners are those of all hits.

use proptest::prelude::*;

use super::*;
use crate::{Matcher, Owners};

/// Asks both; the index must say whether it tried every word.
fn agree(document: &Document, query: &str, typing: bool) -> Result<(), TestCaseError> {
    let (ast, now) = (read(query), now());
    let search = Search { typing, ..ask(&ast, &now) };
    let index = Index::in_memory(&layout(), [(7, document.clone())]).expect("an index").snapshot();
    let found = index.search(&search).expect("an answer");
    prop_assume!(!found.capped);
    prop_assert_eq!(Matcher::of(&search).holds(document), found.total == 1, "{:?} of {:?}", query, document);
    Ok(())
}

fn document() -> impl Strategy<Value = Document> {
    let word = || {
        prop::sample::select(vec![
            "deploy",
            "failed",
            "Deploy",
            "parse_auth_token",
            "parseAuthToken",
            "src/auth/index.ts",
            "v1.4.2",
            "10ms",
            "E0277",
            "2026-11-20T10:00:00Z",
            "9f86d081884c7d65",
            "部署失败",
            "Crème",
            "--dry-run",
            "web-01",
            "a",
            "🚀",
            "don't",
        ])
    };
    let text = || prop::collection::vec(word(), 0..6).prop_map(|words| words.join(" "));
    let facets = prop::collection::vec(
        (0usize..3, prop::sample::select(vec!["run", "Session", "/home/deck", "bash", ""])),
        0..3,
    );
    (text(), text(), facets, prop::option::of(0i64..2_000_000_000_000)).prop_map(|(title, text, facets, at)| {
        let mut facets: Vec<_> = facets.into_iter().map(|(facet, value)| (facet, value.to_owned())).collect();
        let shared = facets.split_off(facets.len() / 2).into();
        Document { title, text, facets, shared, at, place: None }
    })
}

fn question() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "deploy",
        "dep*",
        "\"deploy failed\"",
        "\"deploy fai\"*",
        "auth",
        "parse_auth_token",
        "parseauthtoken",
        "\"src/auth\"",
        "v1.4",
        "1.4",
        "10:00",
        "T10",
        "250",
        "9f86d08",
        "失败",
        "败",
        "creme",
        "~deplyo",
        "~a",
        "/deploy-\\d+/",
        "/v1.*/",
        "/[/",
        "kind:run",
        "kind:sess*",
        "kind:*",
        "kind:/ss/",
        "project:deck",
        "project:DECK*",
        "tool:bash,run",
        "any:bash",
        "title:deploy",
        "title:*",
        "title:/dep.*/",
        "branch:web",
        "after:2001",
        "before:2001",
        "on:2010",
        "colour:red",
        "!!!",
        "🚀",
        "*",
        "--dry-run",
        "don't",
        "x",
    ]);
    let joint = prop::sample::select(vec![" ", " OR ", " -", " ("]);
    prop::collection::vec((piece, joint), 1..5)
        .prop_map(|pieces| pieces.into_iter().flat_map(|(piece, joint)| [piece, joint]).collect::<String>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn a_document_is_found_without_an_index_when_it_is_found_with_one(document in document(), query in question()) {
        agree(&document, &query, false)?;
    }

    #[test]
    fn so_it_is_while_the_query_is_typed(document in document(), query in question(), left_out in 0usize..5) {
        let typed: String = query.chars().take(query.chars().count().saturating_sub(left_out)).collect();
        agree(&document, &typed, true)?;
    }
}

#[test]
fn a_phrase_is_excluded_wherever_it_first_stands() {
    let index = of_texts(&["deploy", "deploy failed", "deploy then failed", "deploy", "deploy failed again"]);
    assert_eq!(super::owners(&index, "deploy -\"deploy failed\"", false), [0, 2, 3]);
    assert_eq!(super::owners(&index, "-\"no such phrase\"", false), [0, 1, 2, 3, 4]);
}

#[test]
fn owners_are_those_of_everything_that_matches() {
    let own = |text: &str| Document { text: text.to_owned(), ..Document::default() };
    let docs = [(1, own("deploy")), (1, entry(0, "failed")), (2, own("failed")), (3, entry(4, "deploy failed"))];
    let index = Index::in_memory(&layout(), docs).expect("an index").snapshot();
    let (ast, now) = (read("failed"), now());
    let found = |own| index.owners_found(&ask(&ast, &now), own).expect("an answer");
    assert_eq!(found(false), (Owners::from_iter([1, 2, 3]), false));
    assert_eq!(found(true), (Owners::from_iter([2]), false));
}
