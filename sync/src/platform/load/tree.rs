//! A TOML document as a tree in which every key and value knows where it stands, and the merge of two such trees.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where something stands: which of the files that were merged, and the place in it, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Index into the report's files.
    pub file: usize,
    /// Line from 1.
    pub line: usize,
    /// Column from 1, in characters.
    pub column: usize,
}

/// A value and its place.
#[derive(Debug, Clone)]
pub struct Node {
    pub place: Place,
    pub value: Value,
}

/// A value of TOML, as far as manifests have a use for it.
#[derive(Debug, Clone)]
pub enum Value {
    Text(String),
    Number(i64),
    Float(f64),
    Flag(bool),
    List(Vec<Node>),
    Table(Vec<Entry>),
    /// Dates and numbers out of range, by the name of their type.
    Other(&'static str),
}

/// One `key = value`.
#[derive(Debug, Clone)]
pub struct Entry {
    pub key: String,
    pub place: Place,
    pub node: Node,
}

impl Node {
    /// What sort of value it is, for messages.
    pub fn sort(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "a string",
            Value::Number(_) => "a number",
            Value::Float(_) => "a number with a fraction",
            Value::Flag(_) => "true or false",
            Value::List(_) => "an array",
            Value::Table(_) => "a table",
            Value::Other(sort) => sort,
        }
    }

    /// The value under `key`, if this is a table that has one.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Table(entries) => entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node),
            _ => None,
        }
    }

    /// The text, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value as JSON; `None` for what JSON cannot say.
    pub fn to_json(&self) -> Option<serde_json::Value> {
        Some(match &self.value {
            Value::Text(text) => text.as_str().into(),
            Value::Number(number) => (*number).into(),
            Value::Float(number) => serde_json::Number::from_f64(*number)?.into(),
            Value::Flag(flag) => (*flag).into(),
            Value::List(items) => items.iter().map(Node::to_json).collect::<Option<Vec<_>>>()?.into(),
            Value::Table(entries) => {
                let pairs = entries.iter().map(|entry| Some((entry.key.clone(), entry.node.to_json()?)));
                serde_json::Value::Object(pairs.collect::<Option<_>>()?)
            }
            Value::Other(_) => return None,
        })
    }
}

/// Reads TOML; also gives what is wrong with its syntax.
pub fn parse(file: usize, text: &str) -> (Node, Vec<(Place, String)>) {
    let lines = Lines::new(file, text);
    let (table, errors) = DeTable::parse_recoverable(text);
    let errors = errors
        .iter()
        .map(|error| (lines.place(error.span().unwrap_or(0..0)), error.message().replace('\n', ", ")))
        .collect();
    let root = Node { place: lines.place(0..0), value: lines.table(table.get_ref()) };
    (root, errors)
}

struct Lines<'a> {
    file: usize,
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(file: usize, text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file, text, starts }
    }

    fn place(&self, span: Range<usize>) -> Place {
        let line = self.starts.partition_point(|&start| start <= span.start);
        let start = self.starts[line - 1];
        let column = self.text.get(start..span.start).map_or(0, |before| before.chars().count()) + 1;
        Place { file: self.file, line, column }
    }

    fn node(&self, value: &Spanned<DeValue<'_>>) -> Node {
        let place = self.place(value.span());
        let value = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.clone().into_owned()),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or(Value::Other("a number out of range"), Value::Number),
            DeValue::Float(number) => {
                number.as_str().parse().map_or(Value::Other("a number out of range"), Value::Float)
            }
            DeValue::Boolean(flag) => Value::Flag(*flag),
            DeValue::Datetime(_) => Value::Other("a date"),
            DeValue::Array(items) => Value::List(items.iter().map(|item| self.node(item)).collect()),
            DeValue::Table(table) => self.table(table),
        };
        Node { place, value }
    }

    fn table(&self, table: &DeTable<'_>) -> Value {
        let mut entries: Vec<Entry> = table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().to_string(),
                place: self.place(key.span()),
                node: self.node(value),
            })
            .collect();
        entries.sort_by_key(|entry| entry.place);
        Value::Table(entries)
    }
}

/// Tables that say one thing as a whole: an heir's replaces the inherited one instead of mixing with it.
const WHOLE: [&str; 8] = ["auth", "paging", "delta", "partition", "content", "request", "needs", "done"];

/// Ways of saying how an action is done: an heir that says one of them takes back what its parent said in another.
const WAYS: [&str; 4] = ["request", "requests", "steps", "lacks"];

/// Lays `heir` over `parent`: tables mix key by key, everything else is replaced.
pub fn merge(parent: Node, heir: Node) -> Node {
    lay(parent, heir, &[])
}

fn lay(parent: Node, heir: Node, path: &[&str]) -> Node {
    match (parent.value, heir.value) {
        (Value::Table(mut inherited), Value::Table(own)) => {
            if matches!(path, ["actions", _]) {
                let says = |key: &str| own.iter().any(|entry| entry.key == key);
                let (lacks, another) = (says("lacks"), WAYS.iter().any(|way| says(way)));
                inherited.retain(|entry| match entry.key.as_str() {
                    "on" | "verb" => true,
                    key => !(lacks || another && WAYS.contains(&key)),
                });
            }
            for entry in own {
                match inherited.iter_mut().find(|known| known.key == entry.key) {
                    None => inherited.push(entry),
                    Some(known) if WHOLE.contains(&entry.key.as_str()) => *known = entry,
                    Some(known) => {
                        let below =
                            std::mem::replace(&mut known.node, Node { place: entry.place, value: Value::Flag(false) });
                        known.node = lay(below, entry.node, &[path, &[entry.key.as_str()]].concat());
                        known.place = entry.place;
                    }
                }
            }
            Node { place: heir.place, value: Value::Table(inherited) }
        }
        (_, value) => Node { place: heir.place, value },
    }
}
