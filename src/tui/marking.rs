//! Which parts of a text a query's words are, so that they can be marked where they stand.
//!
//! What a query has found is marked by the code that found it ([`Marker`]): accents, parts of identifiers, beginnings, slips and regular
//! expressions as the index takes them. What is looked for inside of an open text is plain, and stands anywhere.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};
use quarterdeck_index::query::{self, Ast, Node, NodeKind};
use quarterdeck_index::{Document, Marker, Matcher};

use crate::filter;

/// Plain words shorter than this are not marked inside of others: `a` stands everywhere.
const SHORT: usize = 2;

/// The words that are asked for.
#[derive(Clone, Default)]
pub struct Words {
    /// As they were typed.
    text: String,
    sought: Sought,
}

#[derive(Clone, Default)]
enum Sought {
    #[default]
    Nothing,
    /// In lower case, the longest first: where one begins inside of another, the longer one is marked.
    Plain(Vec<String>),
    Query(Arc<(Marker, Matcher)>),
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Words").field(&self.text).finish()
    }
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && std::mem::discriminant(&self.sought) == std::mem::discriminant(&other.sought)
    }
}

impl Words {
    /// Of a query in the query language, as it is typed. Excluded words and values of fields are not among them.
    pub fn of_query(text: &str) -> Self {
        let (ast, _) = query::parse(text, &filter::fields());
        let Some(root) = worded(&ast.root, true) else { return Self::default() };
        let ast = Ast { root };
        let now = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
        let sought = Sought::Query(Arc::new((Marker::new(&ast, false), Matcher::new(&ast, &[], &now))));
        Self { text: text.to_owned(), sought }
    }

    /// Of plain text: what stands between spaces.
    pub fn plain(text: &str) -> Self {
        let mut words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words.dedup();
        let sought = if words.is_empty() { Sought::Nothing } else { Sought::Plain(words) };
        Self { text: text.to_owned(), sought }
    }

    /// As they were typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        matches!(self.sought, Sought::Nothing)
    }

    /// `text` has what is asked for: every plain word in any case of letters, or what the query asks of words.
    pub fn all_in(&self, text: &str) -> bool {
        match &self.sought {
            Sought::Nothing => false,
            Sought::Plain(words) => {
                let text = text.to_lowercase();
                words.iter().all(|word| text.contains(word))
            }
            Sought::Query(query) => query.1.holds(&Document { text: text.to_owned(), ..Document::default() }),
        }
    }

    /// Where in `line` the words stand: byte ranges, in order, none within another.
    pub fn ranges(&self, line: &str) -> Vec<Range<usize>> {
        match &self.sought {
            Sought::Nothing => Vec::new(),
            Sought::Plain(words) => plain_ranges(words, line),
            Sought::Query(query) => query.0.marks(line),
        }
    }
}

/// What a node asks of words alone; `None` where that is nothing. The last word of a query that is typed is the beginning of one.
fn worded(node: &Node, last: bool) -> Option<Node> {
    let span = node.span;
    let all = |nodes: &[Node]| {
        let count = nodes.len();
        let nodes = nodes.iter().enumerate().filter_map(|(at, node)| worded(node, last && at + 1 == count));
        nodes.collect::<Vec<_>>()
    };
    let joined = |mut nodes: Vec<Node>, join: fn(Vec<Node>) -> NodeKind| match nodes.len() {
        0 | 1 => nodes.pop(),
        _ => Some(Node { kind: join(nodes), span }),
    };
    match &node.kind {
        NodeKind::All | NodeKind::Field { .. } | NodeKind::Not(_) => None,
        NodeKind::And(nodes) => joined(all(nodes), NodeKind::And),
        NodeKind::Or(nodes) => joined(all(nodes), NodeKind::Or),
        NodeKind::Word(text) if last => Some(Node { kind: NodeKind::Prefix(text.clone()), span }),
        // As long as its quote is open.
        NodeKind::Phrase(text) if last && span.end - span.start <= text.len() + 1 => {
            Some(Node { kind: NodeKind::Prefix(text.clone()), span })
        }
        NodeKind::Word(_) | NodeKind::Phrase(_) | NodeKind::Prefix(_) | NodeKind::Fuzzy(_) | NodeKind::Regex(_) => {
            Some(node.clone())
        }
    }
}

fn plain_ranges(words: &[String], line: &str) -> Vec<Range<usize>> {
    let (folded, places) = fold(line);
    let mut found: Vec<Range<usize>> = Vec::new();
    for word in words {
        for (at, _) in folded.match_indices(word) {
            let end = at + word.len();
            let alone = word.chars().count() >= SHORT || stands_alone(&folded, at, end);
            let range = places[at]..places[end];
            if alone && !range.is_empty() && !found.iter().any(|one| one.start < range.end && range.start < one.end) {
                found.push(range);
            }
        }
    }
    found.sort_by_key(|range| range.start);
    found
}

fn stands_alone(text: &str, from: usize, to: usize) -> bool {
    let before = text[..from].chars().next_back();
    let after = text[to..].chars().next();
    [before, after].into_iter().flatten().all(|c| !c.is_alphanumeric())
}

/// `line` in lower case, and for each of its bytes, and for its end, where the character it comes from begins in `line`. The byte
/// after a character stands for its end.
fn fold(line: &str) -> (String, Vec<usize>) {
    let mut folded = String::with_capacity(line.len());
    let mut places = Vec::with_capacity(line.len() + 1);
    for (at, c) in line.char_indices() {
        for lower in c.to_lowercase() {
            folded.push(lower);
            places.resize(folded.len(), at);
        }
    }
    places.push(line.len());
    (folded, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(words: &Words, line: &str) -> Vec<String> {
        words.ranges(line).into_iter().map(|range| line[range].to_owned()).collect()
    }

    #[test]
    fn what_a_query_has_found_is_marked_as_it_was_found() {
        let words = Words::of_query("Refund \"time zone\" -secret tool:bash pay*");
        assert_eq!(
            marked(&words, "REFUND in the Time Zone of secret bash payments"),
            ["REFUND", "Time Zone", "payments"]
        );
        assert_eq!(marked(&Words::of_query("auth creme"), "Crème parseAuthToken"), ["Crème", "Auth"]);
        assert_eq!(
            marked(&Words::of_query("/deploy-\\d+/ ~refudn"), "deploy-17 refund predeploy-17"),
            ["deploy-17", "refund"]
        );
        assert_eq!(marked(&Words::of_query("refu"), "a refund"), ["refund"], "the last word may be begun");
    }

    #[test]
    fn nothing_is_marked_twice_and_no_letter_everywhere() {
        let words = Words::plain("go golang a");
        assert_eq!(marked(&words, "golang, go and a banana"), ["golang", "go", "a"]);
        assert_eq!(marked(&Words::plain("ÄRGER"), "İ ärger"), ["ärger"]);
        assert!(Words::plain(" ").ranges("anything").is_empty());
        assert!(Words::of_query("tool:bash -x").is_empty());
    }

    #[test]
    fn a_text_holds_words_only_if_it_holds_all_of_them() {
        let words = Words::plain("Checkout cart");
        assert!(words.all_in("the CART at checkout") && !words.all_in("checkout") && !Words::default().all_in("x"));
        let either = Words::of_query("checkout OR cart kind:tool");
        assert!(either.all_in("a checkout") && either.all_in("my cart") && !either.all_in("x"));
    }
}
