//! Whether a query finds a document, told without an index: for documents that the index does not have yet, or not any more as they are.
//!
//! What always holds: it says of a document what an index of that document alone would answer, for every query that stands for
//! no more words than an index tries, also while it is typed. Words are found by the code that marks them, which is the code that
//! cuts them.

use std::fmt;

use jiff::Zoned;

use crate::compile::{Pattern, Slips, Spelling, begun, is_bare, millis_up};
use crate::face::{Asks, Document, Search};
use crate::mark::Marker;
use crate::query::{Ast, Node, NodeKind, Value, ValueKind};
use crate::token::folded_value;

/// A query made ready to be tried on documents.
pub struct Matcher {
    test: Test,
}

#[expect(clippy::large_enum_variant, reason = "a query has a handful of them")]
enum Test {
    Always,
    Never,
    /// In the title or in the text.
    Words(Marker),
    Title(Marker),
    /// Any word at all; in the title alone.
    SomeWord(bool),
    Facet(Vec<usize>, Like),
    /// At this time (in milliseconds) or later, and before that.
    At(Option<i64>, Option<i64>),
    And(Vec<Test>),
    Or(Vec<Test>),
    Not(Box<Test>),
}

/// What the value of a facet is like; folded.
#[expect(clippy::large_enum_variant, reason = "a query has a handful of them")]
enum Like {
    Any,
    Whole(String),
    Begins(String),
    Has(String),
    Pattern(Pattern),
}

impl Like {
    fn holds(&self, value: &str) -> bool {
        let value = folded_value(value);
        match self {
            Like::Any => true,
            Like::Whole(whole) => value == *whole,
            Like::Begins(begin) => value.starts_with(begin),
            Like::Has(part) => value.contains(part),
            Like::Pattern(pattern) => pattern.matches(&value),
        }
    }
}

impl Matcher {
    /// Of a query that is not being typed any more. `fields` and `now`: as in [`Search`].
    pub fn new(ast: &Ast, fields: &[(&'static str, Asks)], now: &Zoned) -> Self {
        Self::made(ast, &Asking { fields, now, typing: false })
    }

    /// Of what a search asks; while it is typed, its last word may be the beginning of one.
    pub fn of(search: &Search<'_>) -> Self {
        Self::made(search.ast, &Asking { fields: search.fields, now: search.now, typing: search.typing })
    }

    fn made(ast: &Ast, asking: &Asking<'_>) -> Self {
        let everything = asking.typing || ast.root.kind == NodeKind::All;
        let test = asking.test(&ast.root, true).unwrap_or(if everything { Test::Always } else { Test::Never });
        Self { test }
    }

    /// Does it find the document?
    pub fn holds(&self, document: &Document) -> bool {
        holds(&self.test, document)
    }
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matcher").finish_non_exhaustive()
    }
}

fn holds(test: &Test, document: &Document) -> bool {
    match test {
        Test::Always => true,
        Test::Never => false,
        Test::Words(marker) => marker.finds(&document.text) || marker.finds(&document.title),
        Test::Title(marker) => marker.finds(&document.title),
        Test::SomeWord(titled) => has_words(&document.title) || (!titled && has_words(&document.text)),
        Test::Facet(facets, like) => {
            let mut values = document.all_facets().filter(|(facet, value)| facets.contains(facet) && !value.is_empty());
            values.any(|(_, value)| like.holds(value))
        }
        Test::At(from, to) => {
            let within = |at: i64| from.is_none_or(|from| at >= from) && to.is_none_or(|to| at < to);
            document.at.is_some_and(within)
        }
        Test::And(tests) => tests.iter().all(|test| holds(test, document)),
        Test::Or(tests) => tests.iter().any(|test| holds(test, document)),
        Test::Not(test) => !holds(test, document),
    }
}

/// How a query is to be read.
struct Asking<'a> {
    fields: &'a [(&'static str, Asks)],
    now: &'a Zoned,
    typing: bool,
}

impl Asking<'_> {
    /// `None`: it narrows nothing. `last`: nothing of the query follows.
    fn test(&self, node: &Node, last: bool) -> Option<Test> {
        let begun = last && self.typing && begun(node);
        match &node.kind {
            NodeKind::All => Some(Test::Always),
            NodeKind::Word(text) | NodeKind::Phrase(text) if begun => {
                words(text, Node { kind: NodeKind::Prefix(text.clone()), span: node.span })
            }
            NodeKind::Word(text) | NodeKind::Phrase(text) | NodeKind::Prefix(text) => words(text, node.clone()),
            NodeKind::Fuzzy(text) => match Slips::new(text) {
                Some(_) => Some(Test::Words(marker(node.clone()))),
                None => words(text, node.clone()),
            },
            NodeKind::Regex(pattern) => match Pattern::new(pattern) {
                Some(_) => Some(Test::Words(marker(node.clone()))),
                None => self.unreadable(pattern),
            },
            NodeKind::Field { name, values } => {
                let Some((_, asks)) = self.fields.iter().find(|(known, _)| known == name) else {
                    return Some(Test::Never);
                };
                let last = |place: usize| last && place + 1 == values.len();
                let tests =
                    values.iter().enumerate().filter_map(|(place, value)| self.value(*asks, value, last(place)));
                any(tests.collect())
            }
            NodeKind::And(nodes) => {
                let tests = self.each(nodes, last);
                (!tests.is_empty()).then_some(Test::And(tests))
            }
            NodeKind::Or(nodes) => any(self.each(nodes, last)),
            NodeKind::Not(inner) => self.test(inner, last).map(|inner| Test::Not(Box::new(inner))),
        }
    }

    fn each(&self, nodes: &[Node], last: bool) -> Vec<Test> {
        let last = |place: usize| last && place + 1 == nodes.len();
        nodes.iter().enumerate().filter_map(|(place, node)| self.test(node, last(place))).collect()
    }

    /// A regular expression that is still being typed narrows nothing.
    fn unreadable(&self, pattern: &str) -> Option<Test> {
        (!self.typing || crate::query::check_regex(pattern).is_ok()).then_some(Test::Never)
    }

    fn value(&self, asks: Asks, value: &Value, last: bool) -> Option<Test> {
        match &value.kind {
            ValueKind::Text(text) if last && self.typing && is_bare(value) && !is_time(asks) => {
                self.field(asks, &Value { kind: ValueKind::Prefix(text.clone()), span: value.span })
            }
            ValueKind::Regex(pattern) if Pattern::new(pattern).is_none() => self.unreadable(pattern),
            _ => self.field(asks, value),
        }
    }

    fn field(&self, asks: Asks, value: &Value) -> Option<Test> {
        match asks {
            Asks::Whole(facet) => Some(facet_like(vec![facet], value, false)),
            Asks::AnyOf(facets) => Some(facet_like(facets.to_vec(), value, false)),
            Asks::Part(facet) => Some(facet_like(vec![facet], value, true)),
            Asks::Title => match text_of(value)? {
                Test::Words(marker) => Some(Test::Title(marker)),
                Test::SomeWord(_) => Some(Test::SomeWord(true)),
                other => Some(other),
            },
            Asks::Text => text_of(value),
            Asks::After | Asks::Before | Asks::On => {
                let ValueKind::Time(when) = &value.kind else { return (!self.typing).then_some(Test::Never) };
                Some(match asks {
                    Asks::After => Test::At(Some(millis_up(when.start(self.now))), None),
                    Asks::Before => Test::At(None, Some(millis_up(when.start(self.now)))),
                    _ => {
                        let (from, to) = when.days(self.now);
                        Test::At(Some(millis_up(from)), Some(millis_up(to)))
                    }
                })
            }
        }
    }
}

fn is_time(asks: Asks) -> bool {
    matches!(asks, Asks::After | Asks::Before | Asks::On)
}

fn any(tests: Vec<Test>) -> Option<Test> {
    (!tests.is_empty()).then_some(Test::Or(tests))
}

fn marker(node: Node) -> Marker {
    Marker::new(&Ast { root: node }, false)
}

/// Can words be compared with this regular expression? One that is too large finds nothing.
pub fn fits(pattern: &str) -> bool {
    Pattern::new(pattern).is_some()
}

/// Is there something in this text that can be looked for: a word, or a sign such as an emoji?
pub fn has_words(text: &str) -> bool {
    !Spelling::of(text).is_empty()
}

fn words(text: &str, node: Node) -> Option<Test> {
    let spelling = Spelling::of(text);
    if spelling.signs.len() < 2 {
        return (!spelling.is_empty()).then(|| Test::Words(marker(node)));
    }
    // All of them, wherever they stand.
    let sign = |sign: &String| Node { kind: NodeKind::Word(sign.clone()), span: node.span };
    Some(Test::And(spelling.signs.iter().map(|one| Test::Words(marker(sign(one)))).collect()))
}

fn facet_like(facets: Vec<usize>, value: &Value, part: bool) -> Test {
    let like = match &value.kind {
        ValueKind::Prefix(text) if text.is_empty() => Like::Any,
        ValueKind::Text(text) | ValueKind::Prefix(text) if part => Like::Has(folded_value(text)),
        ValueKind::Text(text) => Like::Whole(folded_value(text)),
        ValueKind::Prefix(text) => Like::Begins(folded_value(text)),
        ValueKind::Regex(pattern) => match Pattern::anywhere(pattern) {
            Some(pattern) => Like::Pattern(pattern),
            None => return Test::Never,
        },
        ValueKind::Time(when) => Like::Whole(folded_value(&when.to_string())),
    };
    Test::Facet(facets, like)
}

fn text_of(value: &Value) -> Option<Test> {
    let node = |kind| Node { kind, span: value.span };
    match &value.kind {
        ValueKind::Prefix(text) if text.is_empty() => Some(Test::SomeWord(false)),
        ValueKind::Text(text) => words(text, node(NodeKind::Phrase(text.clone()))),
        ValueKind::Prefix(text) => words(text, node(NodeKind::Prefix(text.clone()))),
        ValueKind::Time(when) => words(&when.to_string(), node(NodeKind::Phrase(when.to_string()))),
        ValueKind::Regex(pattern) => Some(match Pattern::new(pattern) {
            Some(_) => Test::Words(marker(node(NodeKind::Regex(pattern.clone())))),
            None => Test::Never,
        }),
    }
}
