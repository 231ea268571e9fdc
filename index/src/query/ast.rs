use std::collections::VecDeque;

use super::When;

/// A stretch of the query's text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// From `start` up to `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The stretch that holds both.
    pub fn join(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A query, read. An empty one asks for everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ast {
    /// The whole query.
    pub root: Node,
}

/// One part of a query and where it stands. Two nodes are equal when they ask the same, wherever they stand.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it asks.
    pub kind: NodeKind,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Node {}

/// What a part of a query asks.
///
/// In normal form: `And` and `Or` hold at least two nodes and none of their own sort, `Not` holds no `Not`, and no text is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKind {
    /// Everything: `*`, or nothing typed.
    All,
    /// `deploy`
    Word(String),
    /// `"deploy failed"`
    Phrase(String),
    /// `deploy*`, `"deploy fai"*`
    Prefix(String),
    /// `~deplyo`: the word or one much like it.
    Fuzzy(String),
    /// `/deploy-\d+/`. While typing it may be one that [`super::check_regex`] refuses.
    Regex(String),
    /// `status:active,failed`: one of the values.
    Field {
        /// Name, in lower case.
        name: String,
        /// The values; none while the first is still to be typed.
        values: Vec<Value>,
    },
    /// All of them.
    And(Vec<Node>),
    /// One of them.
    Or(Vec<Node>),
    /// Not this.
    Not(Box<Node>),
}

/// A value of a field, and where it stands. Equal when they ask the same, wherever they stand.
#[derive(Debug, Clone)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Where it stands, quotes included.
    pub span: Span,
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Value {}

/// What a value of a field is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueKind {
    /// `active`, `"two words"`. In a field that takes a time: one that is not a time, or not yet.
    Text(String),
    /// `web*`; `*` alone: any value.
    Prefix(String),
    /// `/web-\d+/`
    Regex(String),
    /// `2026-02-01`, `3h`, `yesterday`
    Time(When),
}

/// Text to mark where a query's hits are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Term<'a> {
    /// A word.
    Word(&'a str),
    /// Words in this order.
    Phrase(&'a str),
    /// The beginning of a word.
    Prefix(&'a str),
    /// A word like this.
    Fuzzy(&'a str),
    /// A regular expression.
    Regex(&'a str),
}

impl Ast {
    /// What to mark in text that was found: every term that is asked for; those that are excluded and
    /// the values of fields are not among them.
    pub fn terms(&self) -> Vec<Term<'_>> {
        let mut terms = Vec::new();
        let mut left = VecDeque::from([&self.root]);
        while let Some(node) = left.pop_front() {
            match &node.kind {
                NodeKind::Word(text) => terms.push(Term::Word(text)),
                NodeKind::Phrase(text) => terms.push(Term::Phrase(text)),
                NodeKind::Prefix(text) => terms.push(Term::Prefix(text)),
                NodeKind::Fuzzy(text) => terms.push(Term::Fuzzy(text)),
                NodeKind::Regex(text) => terms.push(Term::Regex(text)),
                NodeKind::And(nodes) | NodeKind::Or(nodes) => {
                    nodes.iter().rev().for_each(|node| left.push_front(node));
                }
                NodeKind::All | NodeKind::Field { .. } | NodeKind::Not(_) => {}
            }
        }
        terms
    }
}
