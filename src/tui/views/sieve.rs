//! A filter over a list that is in memory as a whole: writes, connections, incidents. The language is that of every list; which fields
//! there are is told by whoever has the list.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use quarterdeck_index::query::{self, Ast, FieldKind, Fields, Node, NodeKind, Value, ValueKind};
use quarterdeck_index::{Asks, Document, Matcher, has_words};

/// What the fields of a list ask of its things.
pub(super) type Asked = &'static [(&'static str, Asks)];

/// A filter, as typed.
#[derive(Debug, Default)]
pub(super) struct Sieve {
    text: String,
    /// None while it asks for nothing: everything passes.
    matcher: Option<Matcher>,
    /// What could not be understood of it, for a person.
    pub note: Option<String>,
}

impl Sieve {
    /// Reads a filter that is still being typed. Never fails.
    pub fn typing(text: &str, asks: Asked, now: Timestamp) -> Self {
        let kind = |asks: &Asks| match asks {
            Asks::After | Asks::Before | Asks::On => FieldKind::Time,
            _ => FieldKind::Text,
        };
        let fields = Fields::new(asks.iter().map(|(name, asks)| (*name, kind(asks))));
        let (ast, flaws) = query::parse(text, &fields);
        let asking = Ast { root: begun(ast.root, text.len()) };
        let now = now.to_zoned(TimeZone::system());
        let matcher = asks_something(&asking.root).then(|| Matcher::new(&asking, asks, &now));
        Self { text: text.to_owned(), matcher, note: flaws.into_iter().next().map(|flaw| flaw.message) }
    }

    /// The filter as typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// It asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.matcher.is_none()
    }

    /// Does a thing pass? It is told as a document only where something is asked.
    pub fn passes(&self, told: impl FnOnce() -> Document) -> bool {
        self.matcher.as_ref().is_none_or(|matcher| matcher.holds(&told()))
    }
}

/// It asks for something already: a field without a value, or a sign without a letter, does not.
fn asks_something(node: &Node) -> bool {
    match &node.kind {
        NodeKind::All => false,
        NodeKind::Word(text) | NodeKind::Phrase(text) | NodeKind::Prefix(text) | NodeKind::Fuzzy(text) => {
            has_words(text)
        }
        NodeKind::Regex(_) => true,
        NodeKind::Field { values, .. } => !values.is_empty(),
        NodeKind::And(nodes) | NodeKind::Or(nodes) => nodes.iter().any(asks_something),
        NodeKind::Not(inner) => asks_something(inner),
    }
}

/// What is being typed at the end of the text is the beginning of a word.
fn begun(node: Node, end: usize) -> Node {
    let span = node.span;
    let all = |nodes: Vec<Node>| nodes.into_iter().map(|node| begun(node, end)).collect();
    let kind = match node.kind {
        // Of a phrase, as long as its quote is open.
        NodeKind::Word(text) | NodeKind::Phrase(text)
            if span.end == end && span.end.saturating_sub(span.start) <= text.len() + 1 =>
        {
            NodeKind::Prefix(text)
        }
        NodeKind::Field { name, values } => {
            let values = values.into_iter().map(|value| match value.kind {
                ValueKind::Text(text) if value.span.end == end => Value { kind: ValueKind::Prefix(text), ..value },
                _ => value,
            });
            NodeKind::Field { name, values: values.collect() }
        }
        NodeKind::And(nodes) => NodeKind::And(all(nodes)),
        NodeKind::Or(nodes) => NodeKind::Or(all(nodes)),
        NodeKind::Not(inner) => NodeKind::Not(Box::new(begun(*inner, end))),
        kind => kind,
    };
    Node { kind, span }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKS: Asked = &[("state", Asks::Whole(0)), ("title", Asks::Title), ("after", Asks::After)];

    fn passes(text: &str) -> bool {
        let told = Document {
            title: "refund-helper".into(),
            text: "suspend refund-helper".into(),
            facets: vec![(0, "wedged".into())],
            at: Some(1_000_000),
            ..Document::default()
        };
        Sieve::typing(text, ASKS, Timestamp::from_second(5_000).unwrap()).passes(|| told)
    }

    #[test]
    fn a_filter_is_understood_as_far_as_it_is_typed() {
        for text in [
            "",
            "  ",
            "sus",
            "state:we",
            "state:wedged helper",
            "-state:queued",
            "title:ref",
            "state:",
            "...",
            "after:1970",
            "\"suspend ref",
        ] {
            assert!(passes(text), "{text}");
        }
        for text in ["resume", "state:queued", "-state:wedged", "title:suspend", "state:we x", "after:now"] {
            assert!(!passes(text), "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_said() {
        assert!(Sieve::typing("/(/", ASKS, Timestamp::UNIX_EPOCH).note.is_some());
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_typed_is_survived(text in "[a-z:\"/()*~ -]{0,30}|\\PC{0,20}") {
            passes(&text);
        }
    }
}
