//! From the query language to the filter the mirror evaluates: what each field means in a list.
//!
//! [`strict`] is for scripts: whatever a list cannot answer is an error. [`typing`] is for a person at the keyboard: what
//! is unfinished is left out, the value at the very end counts as begun rather than complete, and what a list cannot answer matches
//! nothing; each with a note. Time and time zone come in with `now`.
//!
//! Words are looked for anywhere in a record, so `dep` and `dep*` find the same rows of a list; only search, which
//! knows where words begin, tells them apart.

use std::str::FromStr;

use jiff::{Timestamp, Zoned};
use quarterdeck_index::query::{
    self, Ast, FieldKind, Fields, Flaw, Node, NodeKind, Span, Value, ValueKind, When, check_regex,
};
use quarterdeck_sync::model::{EntryKind, Field, Filter, Kind, Match};

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
    /// Part of the record, wherever.
    Anywhere,
    /// A moment at or after the time.
    After,
    /// A moment before the time.
    Before,
    /// A moment on the day.
    On,
    /// One of [`STATES`].
    Is,
    /// Only search can tell.
    Entries,
}

/// Every field of the language, and what it asks of a list.
const FIELDS: &[(&str, Meaning)] = &[
    ("kind", Meaning::Kind),
    ("status", Meaning::Exact(Field::Status)),
    ("agent", Meaning::Exact(Field::Agent)),
    ("host", Meaning::Exact(Field::Agent)),
    ("project", Meaning::Part(Field::Project)),
    ("title", Meaning::Part(Field::Title)),
    ("id", Meaning::Exact(Field::Id)),
    ("connection", Meaning::Exact(Field::Connection)),
    ("platform", Meaning::Exact(Field::Platform)),
    ("collection", Meaning::Exact(Field::Collection)),
    ("branch", Meaning::Anywhere),
    ("path", Meaning::Anywhere),
    ("after", Meaning::After),
    ("before", Meaning::Before),
    ("on", Meaning::On),
    ("is", Meaning::Is),
    ("has", Meaning::Entries),
    ("role", Meaning::Entries),
    ("tool", Meaning::Entries),
];

/// What can stand behind `is:`.
pub const STATES: [&str; 2] = ["gone", "pending"];

/// What can stand behind `is:` in search alone.
const SEARCHED: [&str; 2] = ["entry", "subagent"];

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

fn translate(text: &str, ast: Ast, now: &Zoned, typing: bool) -> Listing {
    let mut translator = Translator { text, now, typing, gone: false, notes: Vec::new() };
    let filter = translator.node(&ast.root).unwrap_or(Filter::All);
    Listing { filter, gone: translator.gone, notes: translator.notes, ast }
}

struct Translator<'a> {
    text: &'a str,
    now: &'a Zoned,
    typing: bool,
    gone: bool,
    notes: Vec<Flaw>,
}

impl Translator<'_> {
    /// The filter of a node; `None` when it asks nothing yet.
    fn node(&mut self, node: &Node) -> Option<Filter> {
        Some(match &node.kind {
            NodeKind::All => Filter::All,
            NodeKind::Word(text) | NodeKind::Phrase(text) | NodeKind::Prefix(text) => {
                Filter::Text(Match::Contains(text.clone()))
            }
            NodeKind::Regex(pattern) => Filter::Text(regex(pattern)?),
            NodeKind::Fuzzy(_) => {
                let message = "`~` finds similar words; it works in search, not in lists";
                self.unanswerable(node.span, message, "write the word itself, or a /regular expression/")
            }
            NodeKind::Field { name, values } => self.field(node.span, name, values)?,
            NodeKind::And(nodes) => all(nodes.iter().filter_map(|node| self.node(node)).collect(), Filter::And)?,
            NodeKind::Or(nodes) => all(nodes.iter().filter_map(|node| self.node(node)).collect(), Filter::Or)?,
            NodeKind::Not(inner) => {
                let gone = self.gone;
                let filter = self.node(inner)?;
                self.gone = gone;
                match filter {
                    // What cannot be told cannot be told to be absent either.
                    Filter::None => Filter::None,
                    filter => Filter::Not(Box::new(filter)),
                }
            }
        })
    }

    fn note(&mut self, span: Span, message: impl Into<String>, hint: impl Into<String>) {
        self.notes.push(Flaw::new(self.text, span, message, hint));
    }

    fn unanswerable(&mut self, span: Span, message: impl Into<String>, hint: &str) -> Filter {
        self.note(span, message, hint);
        Filter::None
    }

    fn field(&mut self, span: Span, name: &str, values: &[Value]) -> Option<Filter> {
        let (_, meaning) = *FIELDS.iter().find(|(known, _)| *known == name)?;
        if meaning == Meaning::Entries {
            let message = format!("`{name}:` asks about entries; it works in search, not in lists");
            return Some(self.unanswerable(span, message, "leave it out, or look for the text itself"));
        }
        all(values.iter().filter_map(|value| self.value(meaning, value)).collect(), Filter::Or)
    }

    fn value(&mut self, meaning: Meaning, value: &Value) -> Option<Filter> {
        let begun = self.typing && value.span.end == self.text.len();
        match meaning {
            Meaning::Exact(field) => Some(Filter::Field(field, compare(&value.kind, begun, Match::Is)?)),
            Meaning::Part(field) => Some(Filter::Field(field, compare(&value.kind, false, Match::Contains)?)),
            Meaning::Kind => self.kind(value, begun),
            Meaning::Anywhere => match compare(&value.kind, false, Match::Contains)? {
                Match::Prefix(text) => Some(Filter::Text(Match::Contains(text))),
                found => Some(Filter::Text(found)),
            },
            Meaning::After | Meaning::Before | Meaning::On => {
                let ValueKind::Time(when) = &value.kind else { return None };
                Some(match meaning {
                    Meaning::After => Filter::After(when.start(self.now)),
                    Meaning::Before => Filter::Before(when.start(self.now)),
                    _ => {
                        let (start, end) = when.days(self.now);
                        Filter::And(vec![Filter::After(start), Filter::Before(end)])
                    }
                })
            }
            Meaning::Is => self.state(value, begun),
            Meaning::Entries => None,
        }
    }

    fn kind(&mut self, value: &Value, begun: bool) -> Option<Filter> {
        let found = match &value.kind {
            ValueKind::Text(text) => {
                let lower = text.to_lowercase();
                match Kind::from_str(&lower) {
                    Ok(kind) => Match::Is(kind.as_str().to_owned()),
                    Err(()) if lower.parse::<EntryKind>().is_ok() => {
                        let message = format!("`kind:{text}` asks about entries; it works in search, not in lists");
                        let hint = "leave it out, or look for the text itself";
                        return Some(self.unanswerable(value.span, message, hint));
                    }
                    Err(()) if begun => Match::Prefix(lower),
                    Err(()) => {
                        let known = Kind::ALL.map(Kind::as_str).join(" ");
                        self.note(value.span, format!("there is no kind `{text}`"), format!("the kinds are {known}"));
                        return Some(Filter::None);
                    }
                }
            }
            other => compare(other, false, Match::Is)?,
        };
        Some(Filter::Field(Field::Kind, found))
    }

    fn state(&mut self, value: &Value, begun: bool) -> Option<Filter> {
        match &value.kind {
            ValueKind::Text(text) if text.eq_ignore_ascii_case("gone") => {
                self.gone = true;
                Some(Filter::Gone)
            }
            ValueKind::Text(text) if text.eq_ignore_ascii_case("pending") => Some(Filter::Pending),
            ValueKind::Text(text) if SEARCHED.iter().any(|state| text.eq_ignore_ascii_case(state)) => {
                let message = format!("`is:{text}` works in search, not in lists");
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
                let hint =
                    "write is:gone for records that are no longer listed, is:pending for those with unfinished writes";
                Some(self.unanswerable(value.span, message, hint))
            }
        }
    }
}

/// Joins filters; `None` when there are none.
fn all(mut filters: Vec<Filter>, join: fn(Vec<Filter>) -> Filter) -> Option<Filter> {
    match filters.len() {
        0 | 1 => filters.pop(),
        _ => Some(join(filters)),
    }
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

fn regex(pattern: &str) -> Option<Match> {
    check_regex(pattern).is_ok().then(|| Match::Regex(pattern.to_owned()))
}

#[cfg(test)]
mod tests;
