//! From the query language to the filter the mirror evaluates: what each field means in a list.
//!
//! [`strict`] is for scripts: whatever a list cannot answer is an error. [`typing`] is for a person at the keyboard: what
//! is unfinished is left out, the value at the very end counts as begun rather than complete, and what a list cannot answer matches
//! nothing; each with a note. Time and time zone come in with `now`.
//!
//! What the mirror has a column for is asked of the mirror. Words, and what entries have, are asked in the terms of search
//! ([`Sought`]), so that a word finds the same records in a list and in search; what stands side by side is asked together.

use std::str::FromStr;

use jiff::{Timestamp, Zoned};
use quarterdeck_index::query::{
    self, Ast, FieldKind, Fields, Flaw, Node, NodeKind, Span, Value, ValueKind, When, check_regex,
};
use quarterdeck_index::{fits, has_words};
use quarterdeck_sync::model::{EntryKind, Field, Filter, Kind, Match};

use crate::search::{HAS_WORDS, Sought, kind_words};

/// A query of a list, understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// Which rows pass.
    pub filter: Filter,
    /// It asks for gone records (`is:gone`): [`quarterdeck_sync::model::Query::gone`] must be set.
    pub gone: bool,
    /// The query as it was read: its terms are to be marked, and it prints in normal form.
    pub ast: Ast,
    /// What was repaired, left out or cannot be answered; empty for a strict query.
    pub notes: Vec<Flaw>,
}

/// What a field of the language asks of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// The whole value of this column.
    Exact(Field),
    /// Part of this column.
    Part(Field),
    /// The word of a kind.
    Kind,
    /// The words of its documents, as search knows them.
    Words,
    /// A moment at or after the time.
    After,
    /// A moment before the time.
    Before,
    /// A moment on the day.
    On,
    /// One of [`STATES`].
    Is,
    /// One of [`HAS_WORDS`].
    Has,
}

/// Every field of the language, and what it asks of a list.
const FIELDS: &[(&str, Meaning)] = &[
    ("kind", Meaning::Kind),
    ("status", Meaning::Exact(Field::Status)),
    // Events call it so, on their pages and in the console.
    ("outcome", Meaning::Exact(Field::Status)),
    ("agent", Meaning::Exact(Field::Agent)),
    ("host", Meaning::Exact(Field::Agent)),
    ("project", Meaning::Part(Field::Project)),
    ("title", Meaning::Words),
    ("id", Meaning::Exact(Field::Id)),
    ("connection", Meaning::Exact(Field::Connection)),
    ("platform", Meaning::Exact(Field::Platform)),
    ("collection", Meaning::Exact(Field::Collection)),
    ("branch", Meaning::Words),
    ("path", Meaning::Words),
    ("after", Meaning::After),
    ("before", Meaning::Before),
    ("on", Meaning::On),
    ("is", Meaning::Is),
    ("has", Meaning::Has),
    ("role", Meaning::Words),
    ("tool", Meaning::Words),
];

/// What can stand behind `is:`.
pub const STATES: [&str; 3] = ["gone", "pending", "subagent"];

/// Said of a regular expression that no word can be compared with.
const TOO_LARGE: &str = "this regular expression is too large";

/// The fields of the query language, for lists and search alike.
pub fn fields() -> Fields {
    Fields::new(FIELDS.iter().map(|&(name, meaning)| match meaning {
        Meaning::After | Meaning::Before | Meaning::On => (name, FieldKind::Time),
        _ => (name, FieldKind::Text),
    }))
}

/// Reads a query that must be right as it stands.
///
/// # Errors
/// The first thing in it that is wrong, or that a list cannot answer.
pub fn strict(text: &str, now: &Zoned) -> Result<Listing, Flaw> {
    let ast = query::parse_strict(text, &fields())?;
    let mut listing = translate(text, ast, now, false);
    match listing.notes.is_empty() {
        true => Ok(listing),
        false => Err(listing.notes.swap_remove(0)),
    }
}

/// Reads a query that is still being typed. Never fails.
pub fn typing(text: &str, now: &Zoned) -> Listing {
    let (ast, flaws) = query::parse(text, &fields());
    let mut listing = translate(text, ast, now, true);
    listing.notes.extend(flaws);
    listing.notes.sort_by_key(|note| note.span.start);
    listing
}

/// Reads `--since`: rows from this moment on.
///
/// # Errors
/// When `text` is no time.
pub fn since(text: &str, now: &Zoned) -> Result<Timestamp, Flaw> {
    time(text).map(|when| when.start(now))
}

/// Reads `--until`: rows before this moment. A day, month or year is meant to its end.
///
/// # Errors
/// When `text` is no time.
pub fn until(text: &str, now: &Zoned) -> Result<Timestamp, Flaw> {
    time(text).map(|when| when.range(now).1)
}

fn time(text: &str) -> Result<When, Flaw> {
    When::parse(text).ok_or_else(|| {
        let span = Span::new(0, text.len());
        Flaw::new(text, span, format!("`{text}` is not a time"), format!("write {}", When::FORMS))
    })
}

/// Is what stands here in quotes, of which the second is there? Then it is meant as it stands, and not as the beginning of something.
pub(crate) fn is_closed(text: &str, span: Span) -> bool {
    let Some(inside) = text.get(span.start..span.end).and_then(|text| text.strip_prefix('"')) else {
        return false;
    };
    let slashes = |text: &str| text.bytes().rev().take_while(|byte| *byte == b'\\').count();
    inside.strip_suffix('"').is_some_and(|text| slashes(text) % 2 == 0)
}

fn translate(text: &str, ast: Ast, now: &Zoned, typing: bool) -> Listing {
    let mut translator = Translator { text, now, typing, gone: false, notes: Vec::new() };
    let filter = translator.node(&ast.root).map_or(Filter::All, Part::filter);
    Listing { filter, gone: translator.gone, notes: translator.notes, ast }
}

struct Translator<'a> {
    text: &'a str,
    now: &'a Zoned,
    typing: bool,
    gone: bool,
    notes: Vec<Flaw>,
}

/// A part of a query, by who can answer it.
enum Part {
    /// The mirror, from its columns.
    Mirror(Filter),
    /// Whoever knows words.
    Words(Node),
}

impl Part {
    fn filter(self) -> Filter {
        match self {
            Part::Mirror(filter) => filter,
            Part::Words(node) => Filter::Judged(Sought::new(node).judged()),
        }
    }

    fn words(kind: NodeKind, span: Span) -> Self {
        Part::Words(Node { kind, span })
    }
}

impl Translator<'_> {
    /// A node, understood; `None` when it asks nothing yet.
    fn node(&mut self, node: &Node) -> Option<Part> {
        let span = node.span;
        // What is being typed is the beginning of a word; of a phrase, as long as its quote is open.
        let begun = |text: &str| self.typing && span.end == self.text.len() && span.end - span.start <= text.len() + 1;
        Some(match &node.kind {
            NodeKind::All => Part::Mirror(Filter::All),
            NodeKind::Word(text) | NodeKind::Phrase(text) | NodeKind::Prefix(text) if !has_words(text) => {
                if !self.typing {
                    self.note(span, format!("there is no word in `{text}`"), "lists look for letters and digits");
                }
                return None;
            }
            NodeKind::Word(text) | NodeKind::Phrase(text) if begun(text) => {
                Part::words(NodeKind::Prefix(text.clone()), span)
            }
            NodeKind::Regex(pattern) => {
                check_regex(pattern).ok()?;
                match fits(pattern) {
                    true => Part::Words(node.clone()),
                    false => self.unanswerable(span, TOO_LARGE, "write a shorter one"),
                }
            }
            NodeKind::Word(_) | NodeKind::Phrase(_) | NodeKind::Prefix(_) | NodeKind::Fuzzy(_) => {
                Part::Words(node.clone())
            }
            NodeKind::Field { name, values } => self.field(span, name, values)?,
            NodeKind::And(nodes) => self.joined(nodes, span, Filter::And, NodeKind::And)?,
            NodeKind::Or(nodes) => self.joined(nodes, span, Filter::Or, NodeKind::Or)?,
            NodeKind::Not(inner) => {
                let gone = self.gone;
                let part = self.node(inner)?;
                self.gone = gone;
                match part {
                    // What cannot be told cannot be told to be absent either.
                    Part::Mirror(Filter::None) => Part::Mirror(Filter::None),
                    Part::Mirror(filter) => Part::Mirror(Filter::Not(Box::new(filter))),
                    Part::Words(node) => Part::words(NodeKind::Not(Box::new(node)), span),
                }
            }
        })
    }

    /// Joins nodes: what asks for words is asked together, so that who answers can begin with the rarest.
    fn joined(
        &mut self,
        nodes: &[Node],
        span: Span,
        filters: fn(Vec<Filter>) -> Filter,
        words: fn(Vec<Node>) -> NodeKind,
    ) -> Option<Part> {
        let parts: Vec<Part> = nodes.iter().filter_map(|node| self.node(node)).collect();
        join(parts, span, filters, words)
    }

    fn note(&mut self, span: Span, message: impl Into<String>, hint: impl Into<String>) {
        self.notes.push(Flaw::new(self.text, span, message, hint));
    }

    fn unanswerable(&mut self, span: Span, message: impl Into<String>, hint: &str) -> Part {
        self.note(span, message, hint);
        Part::Mirror(Filter::None)
    }

    fn field(&mut self, span: Span, name: &str, values: &[Value]) -> Option<Part> {
        let (_, meaning) = *FIELDS.iter().find(|(known, _)| *known == name)?;
        let parts: Vec<Part> = values.iter().filter_map(|value| self.value(name, meaning, value)).collect();
        join(parts, span, Filter::Or, NodeKind::Or)
    }

    fn value(&mut self, name: &str, meaning: Meaning, value: &Value) -> Option<Part> {
        let begun = self.typing && value.span.end == self.text.len() && !is_closed(self.text, value.span);
        Some(Part::Mirror(match meaning {
            Meaning::Exact(field) => Filter::Field(field, compare(&value.kind, begun, Match::Is)?),
            Meaning::Part(field) => Filter::Field(field, part(&value.kind)?),
            Meaning::Kind => return self.kind(value, begun),
            Meaning::Words => match &value.kind {
                ValueKind::Regex(pattern) if check_regex(pattern).is_ok() && !fits(pattern) => {
                    return Some(self.unanswerable(value.span, TOO_LARGE, "write a shorter one"));
                }
                _ => return words(name, value, begun),
            },
            Meaning::Has => return self.has(value, begun),
            Meaning::After | Meaning::Before | Meaning::On => {
                let ValueKind::Time(when) = &value.kind else { return None };
                match meaning {
                    Meaning::After => Filter::After(when.start(self.now)),
                    Meaning::Before => Filter::Before(when.start(self.now)),
                    _ => {
                        let (start, end) = when.days(self.now);
                        Filter::And(vec![Filter::After(start), Filter::Before(end)])
                    }
                }
            }
            Meaning::Is => return self.state(value, begun),
        }))
    }

    fn has(&mut self, value: &Value, begun: bool) -> Option<Part> {
        let ValueKind::Text(typed) = &value.kind else { return words("has", value, begun) };
        let lower = typed.to_lowercase();
        if HAS_WORDS.contains(&lower.as_str()) {
            return Some(asked("has", ValueKind::Text(lower), value.span));
        }
        if begun && HAS_WORDS.iter().any(|word| word.starts_with(&lower)) {
            return None;
        }
        let known: Vec<String> = HAS_WORDS.iter().map(|word| format!("has:{word}")).collect();
        let hint = format!("there are {}", known.join(" "));
        Some(self.unanswerable(value.span, format!("nothing is known of `has:{typed}`"), &hint))
    }

    fn kind(&mut self, value: &Value, begun: bool) -> Option<Part> {
        let found = match &value.kind {
            ValueKind::Text(text) => {
                let lower = text.to_lowercase();
                match Kind::from_str(&lower) {
                    Ok(kind) => Match::Is(kind.as_str().to_owned()),
                    Err(()) if let Ok(kind) = lower.parse::<EntryKind>() => {
                        return Some(asked("kind", ValueKind::Text(kind.as_str().to_owned()), value.span));
                    }
                    Err(()) if begun => Match::Prefix(lower),
                    Err(()) => {
                        let hint = format!("the kinds are {}", kind_words());
                        return Some(self.unanswerable(value.span, format!("there is no kind `{text}`"), &hint));
                    }
                }
            }
            other => compare(other, false, Match::Is)?,
        };
        Some(Part::Mirror(Filter::Field(Field::Kind, found)))
    }

    fn state(&mut self, value: &Value, begun: bool) -> Option<Part> {
        match &value.kind {
            ValueKind::Text(text) if text.eq_ignore_ascii_case("gone") => {
                self.gone = true;
                Some(Part::Mirror(Filter::Gone))
            }
            ValueKind::Text(text) if text.eq_ignore_ascii_case("pending") => Some(Part::Mirror(Filter::Pending)),
            ValueKind::Text(text) if text.eq_ignore_ascii_case("subagent") => {
                Some(asked("is", ValueKind::Text("subagent".to_owned()), value.span))
            }
            ValueKind::Text(text) if text.eq_ignore_ascii_case("entry") => {
                let message = "a list shows no entries: `is:entry` works in search";
                Some(self.unanswerable(value.span, message, "leave it out, or ask qd search"))
            }
            ValueKind::Text(text)
                if begun && STATES.iter().any(|state| state.starts_with(&text.to_ascii_lowercase())) =>
            {
                None
            }
            _ => {
                let typed = self.text.get(value.span.start..value.span.end).unwrap_or_default();
                let message = format!("lists know no `is:{typed}`");
                let hint = "write is:gone for records that are no longer listed, is:pending for those with unfinished writes, \
                            is:subagent for sessions that another started";
                Some(self.unanswerable(value.span, message, hint))
            }
        }
    }
}

/// Joins parts; `None` when there are none.
fn join(
    parts: Vec<Part>,
    span: Span,
    filters: fn(Vec<Filter>) -> Filter,
    words: fn(Vec<Node>) -> NodeKind,
) -> Option<Part> {
    let (mut filtered, mut nodes) = (Vec::new(), Vec::new());
    for part in parts {
        match part {
            Part::Mirror(filter) => filtered.push(filter),
            Part::Words(node) => nodes.push(node),
        }
    }
    let nodes = match nodes.len() {
        0 | 1 => nodes.pop().map(Part::Words),
        _ => Some(Part::words(words(nodes), span)),
    };
    match (filtered.len(), nodes) {
        (0, nodes) => nodes,
        (1, None) => filtered.pop().map(Part::Mirror),
        (_, nodes) => {
            filtered.extend(nodes.map(Part::filter));
            Some(Part::Mirror(filters(filtered)))
        }
    }
}

/// A value of a field of which search knows what it asks.
fn words(name: &str, value: &Value, begun: bool) -> Option<Part> {
    let kind = match &value.kind {
        ValueKind::Regex(pattern) if check_regex(pattern).is_err() => return None,
        ValueKind::Text(text) if begun => ValueKind::Prefix(text.clone()),
        kind => kind.clone(),
    };
    Some(asked(name, kind, value.span))
}

fn asked(name: &str, kind: ValueKind, span: Span) -> Part {
    Part::words(NodeKind::Field { name: name.to_owned(), values: vec![Value { kind, span }] }, span)
}

/// How a value is compared; `None` when it asks nothing yet.
fn compare(value: &ValueKind, begun: bool, plain: fn(String) -> Match) -> Option<Match> {
    match value {
        ValueKind::Text(text) if begun => Some(Match::Prefix(text.clone())),
        ValueKind::Text(text) => Some(plain(text.clone())),
        ValueKind::Prefix(text) => Some(Match::Prefix(text.clone())),
        ValueKind::Regex(pattern) => regex(pattern),
        ValueKind::Time(_) => None,
    }
}

/// How a part of a value is compared. It may stand anywhere, so its beginning may, too; but any value at all has to be there.
fn part(value: &ValueKind) -> Option<Match> {
    match value {
        ValueKind::Prefix(text) if !text.is_empty() => Some(Match::Contains(text.clone())),
        value => compare(value, false, Match::Contains),
    }
}

fn regex(pattern: &str) -> Option<Match> {
    check_regex(pattern).is_ok().then(|| Match::Regex(pattern.to_owned()))
}

#[cfg(test)]
mod tests;
