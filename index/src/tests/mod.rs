//! The index as a whole: what is written is found, and nothing else.

mod answers;
mod crash;
mod finds;
mod marks;
mod matches;
mod page;
mod properties;

use crate::query::{Ast, FieldKind, Fields, parse};
use crate::*;

pub(super) const KIND: usize = 0;
pub(super) const PROJECT: usize = 1;
pub(super) const TOOL: usize = 2;

pub(super) const ASKS: &[(&str, Asks)] = &[
    ("kind", Asks::Whole(KIND)),
    ("project", Asks::Part(PROJECT)),
    ("tool", Asks::Whole(TOOL)),
    ("any", Asks::AnyOf(&[KIND, TOOL])),
    ("title", Asks::Title),
    ("branch", Asks::Text),
    ("after", Asks::After),
    ("before", Asks::Before),
    ("on", Asks::On),
];

pub(super) fn layout() -> Layout {
    let facet = |name, parts| Facet { name, parts, counted: !parts };
    Layout { facets: vec![facet("kind", false), facet("project", true), facet("tool", false)], version: 1 }
}

pub(super) fn now() -> jiff::Zoned {
    "2026-03-10T09:30:00+01:00[Europe/Berlin]".parse().expect("a time")
}

pub(super) fn read(text: &str) -> Ast {
    let fields = ["kind", "project", "tool", "any", "title", "branch", "colour"].map(|name| (name, FieldKind::Text));
    let times = ["after", "before", "on"].map(|name| (name, FieldKind::Time));
    parse(text, &Fields::new(fields.into_iter().chain(times))).0
}

pub(super) fn entry(place: u32, text: &str) -> Document {
    Document { place: Some(place), text: text.to_owned(), ..Document::default() }
}

/// An index in memory; each text is the only entry of an owner: 0, 1, 2 ...
pub(super) fn of_texts(texts: &[&str]) -> Snapshot {
    let docs = texts.iter().enumerate().map(|(owner, text)| (owner as u64, entry(0, text)));
    Index::in_memory(&layout(), docs).expect("an index").snapshot()
}

pub(super) fn ask<'a>(ast: &'a Ast, now: &'a jiff::Zoned) -> Search<'a> {
    Search {
        ast,
        fields: ASKS,
        typing: false,
        now,
        offset: 0,
        limit: 1000,
        count: &[],
        hits_only: false,
        without: &[],
        order: Order::Best,
    }
}

/// Owners of what is found, ascending.
pub(super) fn owners(index: &Snapshot, query: &str, typing: bool) -> Vec<u64> {
    let (ast, now) = (read(query), now());
    let found = index.search(&Search { typing, ..ask(&ast, &now) }).unwrap_or_else(|error| panic!("{query}: {error}"));
    assert_eq!(found.total, found.hits.len() as u64, "{query}");
    let mut owners: Vec<u64> = found.hits.iter().map(|hit| hit.owner).collect();
    owners.sort_unstable();
    owners
}
