//! From the query language to what the index is asked.
//!
//! The words stay as they are; values of fields are checked and put into the form in which documents have them. Agents are asked for
//! by names that change: who is meant is looked up now ([`Names`]), so that no document has to be made anew when a name is.
//!
//! Strict queries fail on the first thing that search cannot answer. While typing, that matches nothing and is noted, and the
//! value at the very end counts as begun, in quotes until they are closed.

use quarterdeck_index::query::{self, Ast, Flaw, Node, NodeKind, Span, Value, ValueKind, check_regex};
use quarterdeck_sync::model::Match;

use super::fields::{self, HAS_WORDS, IS_WORDS};
use crate::filter;

/// Looks up which agents a name means.
pub trait Names {
    /// The words of [`fields::AGENT`] for every agent whose id, key or title matches.
    fn agents(&self, named: &Match) -> Vec<String>;
}

/// A query of search, understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// As it was read.
    pub ast: Ast,
    /// What the index is asked.
    pub asks: Ast,
    /// It asks for what is gone.
    pub gone: bool,
    /// What was repaired, left out or cannot be answered; empty for a strict query.
    pub notes: Vec<Flaw>,
}

/// Reads a query.
///
/// # Errors
/// The first thing that is wrong, unless it is still being typed.
pub fn read(text: &str, typing: bool, names: &dyn Names) -> Result<Asked, Flaw> {
    let (ast, flaws) = match typing {
        true => query::parse(text, &filter::fields()),
        false => (query::parse_strict(text, &filter::fields())?, Vec::new()),
    };
    let mut reading = Reading { text, typing, names, gone: false, notes: flaws };
    let root = reading.node(&ast.root).unwrap_or(Node { kind: NodeKind::All, span: ast.root.span });
    reading.notes.sort_by_key(|note| note.span.start);
    let Reading { gone, mut notes, .. } = reading;
    match typing || notes.is_empty() {
        true => Ok(Asked { asks: Ast { root }, ast, gone, notes }),
        false => Err(notes.swap_remove(0)),
    }
}

/// The same query, of these connections alone, and without what is gone unless it is asked for. What narrows it comes in front: the
/// last word of a query that is being typed may be the beginning of one.
pub fn narrow(asked: &Ast, connections: &[String], gone: bool) -> Ast {
    let span = asked.root.span;
    let text = |text: &str| Value { kind: ValueKind::Text(text.to_owned()), span };
    let field = |name: &str, values| Node { kind: NodeKind::Field { name: name.to_owned(), values }, span };
    let mut parts = Vec::new();
    if !connections.is_empty() {
        parts.push(field("connection", connections.iter().map(|name| text(name)).collect()));
    }
    if !gone {
        let gone = field("is", vec![text("gone")]);
        parts.push(Node { kind: NodeKind::Not(Box::new(gone)), span });
    }
    match &asked.root.kind {
        NodeKind::And(nodes) => parts.extend(nodes.iter().cloned()),
        _ => parts.push(asked.root.clone()),
    }
    let root = if parts.len() == 1 { parts.swap_remove(0) } else { Node { kind: NodeKind::And(parts), span } };
    Ast { root }
}

/// A query that matches only what is gone and this.
pub fn only_gone(asked: &Ast, connections: &[String]) -> Ast {
    let Ast { root } = narrow(asked, connections, true);
    let span = root.span;
    let values = vec![Value { kind: ValueKind::Text("gone".to_owned()), span }];
    let gone = Node { kind: NodeKind::Field { name: "is".to_owned(), values }, span };
    let mut parts = vec![gone];
    match root.kind {
        NodeKind::And(nodes) => parts.extend(nodes),
        _ => parts.push(root),
    }
    Ast { root: Node { kind: NodeKind::And(parts), span } }
}

struct Reading<'a> {
    text: &'a str,
    typing: bool,
    names: &'a dyn Names,
    gone: bool,
    notes: Vec<Flaw>,
}

impl Reading<'_> {
    /// The node as the index is asked; `None` when it asks nothing yet.
    fn node(&mut self, node: &Node) -> Option<Node> {
        let span = node.span;
        let kind = match &node.kind {
            NodeKind::Regex(pattern) => {
                check_regex(pattern).ok()?;
                node.kind.clone()
            }
            NodeKind::Field { name, values } => return self.field(span, name, values),
            NodeKind::Word(text) | NodeKind::Phrase(text) | NodeKind::Prefix(text)
                if !quarterdeck_index::has_words(text) =>
            {
                if !self.typing {
                    self.note(
                        span,
                        format!("there is no word in `{text}`"),
                        "search looks for letters, digits and emoji",
                    );
                }
                return None;
            }
            NodeKind::And(nodes) => {
                return joined(nodes.iter().filter_map(|node| self.node(node)).collect(), span, true);
            }
            NodeKind::Or(nodes) => {
                return joined(nodes.iter().filter_map(|node| self.node(node)).collect(), span, false);
            }
            NodeKind::Not(inner) => {
                let gone = self.gone;
                let inner = self.node(inner)?;
                self.gone = gone;
                // What cannot be told cannot be told to be absent either.
                if is_nothing(&inner) { inner.kind } else { NodeKind::Not(Box::new(inner)) }
            }
            kind => kind.clone(),
        };
        Some(Node { kind, span })
    }

    fn note(&mut self, span: Span, message: impl Into<String>, hint: impl Into<String>) {
        self.notes.push(Flaw::new(self.text, span, message, hint));
    }

    fn field(&mut self, span: Span, name: &str, values: &[Value]) -> Option<Node> {
        let mut asked = Vec::new();
        let mut unknown = false;
        for value in values {
            let begun = self.typing && value.span.end == self.text.len() && !filter::is_closed(self.text, value.span);
            match self.value(name, value, begun) {
                Some(found) => asked.extend(found),
                None => unknown = true,
            }
        }
        match (asked.is_empty(), unknown) {
            (false, _) => Some(Node { kind: NodeKind::Field { name: name.to_owned(), values: asked }, span }),
            (true, true) => Some(nothing(span)),
            (true, false) => None,
        }
    }

    /// The values as documents have them: none where it asks nothing yet; `None` where it cannot be answered, which is noted.
    fn value(&mut self, name: &str, value: &Value, begun: bool) -> Option<Vec<Value>> {
        let typed = match &value.kind {
            ValueKind::Regex(pattern) if check_regex(pattern).is_err() => return Some(Vec::new()),
            ValueKind::Text(text) => Some(text.as_str()),
            _ => None,
        };
        match (name, typed) {
            ("agent" | "host", _) => Some(self.agents(value, begun)),
            ("kind", Some(text)) => {
                let known = fields::kind_word(text);
                if known.is_none() && !begun {
                    let message = format!("there is no kind `{text}`");
                    self.note(value.span, message, format!("the kinds are {}", fields::kind_words()));
                    return None;
                }
                Some(vec![exact_or_begun(value, known, begun)])
            }
            ("is", _) => self.word(name, value, typed, begun, &IS_WORDS),
            ("has", _) => self.word(name, value, typed, begun, &HAS_WORDS),
            _ => Some(vec![exact_or_begun(value, None, begun)]),
        }
    }

    /// A value of a field that knows only these words.
    fn word(
        &mut self,
        name: &str,
        value: &Value,
        typed: Option<&str>,
        begun: bool,
        words: &[&'static str],
    ) -> Option<Vec<Value>> {
        let Some(typed) = typed else {
            // `has:*` asks for any of them. How a record stands is no word that could be like another.
            if name == "has" {
                return Some(vec![value.clone()]);
            }
            let typed = self.text.get(value.span.start..value.span.end).unwrap_or_default();
            return self.unknown(name, value.span, typed, words);
        };
        let lower = typed.to_lowercase();
        if let Some(known) = words.iter().find(|word| **word == lower) {
            self.gone |= name == "is" && lower == "gone";
            return Some(vec![Value { kind: ValueKind::Text((*known).to_owned()), span: value.span }]);
        }
        if begun && words.iter().any(|word| word.starts_with(&lower)) {
            return Some(Vec::new());
        }
        self.unknown(name, value.span, typed, words)
    }

    fn unknown(&mut self, name: &str, span: Span, typed: &str, words: &[&'static str]) -> Option<Vec<Value>> {
        let known: Vec<String> = words.iter().map(|word| format!("{name}:{word}")).collect();
        let hint = format!("there are {}", known.join(" "));
        self.note(span, format!("search knows no `{name}:{typed}`"), hint);
        None
    }

    /// Whoever is meant by a name, and the name itself: a record may name an agent that the mirror does not have.
    fn agents(&self, value: &Value, begun: bool) -> Vec<Value> {
        let named = match &value.kind {
            ValueKind::Text(text) if begun => Match::Prefix(text.clone()),
            ValueKind::Text(text) => Match::Is(text.clone()),
            ValueKind::Prefix(text) => Match::Prefix(text.clone()),
            ValueKind::Regex(pattern) => Match::Regex(pattern.clone()),
            ValueKind::Time(_) => return Vec::new(),
        };
        let mut values = Vec::new();
        // Any agent at all is told by the word alone.
        if !matches!(&named, Match::Prefix(text) if text.is_empty()) {
            let words = self.names.agents(&named).into_iter();
            values.extend(words.map(|word| Value { kind: ValueKind::Text(word), span: value.span }));
        }
        // The last value may count as begun: the words of agents are whole.
        values.push(exact_or_begun(value, None, begun));
        values
    }
}

/// The value, in the word that documents have when it is known; the beginning of one when it is begun.
fn exact_or_begun(value: &Value, known: Option<&'static str>, begun: bool) -> Value {
    let kind = match (&value.kind, known) {
        (ValueKind::Text(_), Some(known)) => ValueKind::Text(known.to_owned()),
        (ValueKind::Text(text), None) if begun => ValueKind::Prefix(text.clone()),
        (kind, _) => kind.clone(),
    };
    Value { kind, span: value.span }
}

fn nothing(span: Span) -> Node {
    Node { kind: NodeKind::Not(Box::new(Node { kind: NodeKind::All, span })), span }
}

fn is_nothing(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Not(inner) if inner.kind == NodeKind::All)
}

/// Joins nodes in normal form; `None` when there are none.
fn joined(mut nodes: Vec<Node>, span: Span, all: bool) -> Option<Node> {
    match nodes.len() {
        0 | 1 => nodes.pop(),
        _ => Some(Node { kind: if all { NodeKind::And(nodes) } else { NodeKind::Or(nodes) }, span }),
    }
}

#[cfg(test)]
mod tests;
