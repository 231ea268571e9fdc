//! The page of the query language: what it says of search.

use super::*;

#[test]
fn every_example_of_the_page_finds_what_it_says_and_not_what_it_says_not() {
    let page = include_str!("../../../docs/query-language.md");
    let section = page.split("\n## ").find(|section| section.starts_with("Words, precisely")).expect("the section");
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
    assert!(rows.len() > 15);
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(|cell| cell.trim().trim_matches('`')).collect();
        let [query, found, not_found] = cells.as_slice() else { panic!("{row}") };
        let index = of_texts(&[found, not_found]);
        assert_eq!(owners(&index, query, false), [0], "{row}");
    }
}
