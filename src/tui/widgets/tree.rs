//! A JSON document as a foldable tree of lines.
//!
//! Members stand one to a line, `name  value`, without braces; objects and arrays fold to a word about what is in them. Long
//! strings wrap. What is folded is kept by JSON pointer, so it survives a newer document of the same record.

use std::collections::HashSet;

use quarterdeck_sync::text::Secrets;
use serde_json::Value;

use crate::tui::text::{width, wrap_shown};
use crate::tui::theme::Role;

/// Lines a single string may take; the rest of it is cut with a mark.
const STRING_LINES: usize = 40;
/// Bytes of a string that is looked into for JSON.
const EMBEDDED: usize = 64 * 1024;
/// Lines a document may take on screen.
const LINES: usize = 20_000;
/// Widest column of member names: what platforms call things is seldom longer.
const NAME: usize = 36;
/// Deeper than this, objects and arrays begin folded.
const OPEN_DEPTH: usize = 3;
/// Longer than this, an array begins folded.
const OPEN_LENGTH: usize = 30;

/// One line on screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// JSON pointer of what it shows.
    pub path: String,
    /// Cells from the left.
    pub indent: usize,
    /// The fold mark, when it can be folded.
    pub fold: Option<bool>,
    /// The member's name, or the element's number; empty on the further lines of a long string.
    pub name: String,
    /// Cell at which the value starts, from the left.
    pub value_at: usize,
    /// The value, or what is in it.
    pub value: String,
    /// What the value is.
    pub role: Role,
}

/// What the operator folded and unfolded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Folds {
    /// Against the default.
    turned: HashSet<String>,
    /// The default: `None` by depth and length.
    all: Option<bool>,
}

impl Folds {
    /// Turns one.
    pub fn turn(&mut self, path: &str) {
        if !self.turned.remove(path) {
            self.turned.insert(path.to_owned());
        }
    }

    /// Everything open, or everything folded.
    pub fn all(&mut self, open: bool) {
        self.turned.clear();
        self.all = Some(open);
    }

    fn open(&self, path: &str, depth: usize, length: usize) -> bool {
        let default = self.all.unwrap_or(depth < OPEN_DEPTH && length <= OPEN_LENGTH);
        default != self.turned.contains(path)
    }
}

/// The lines of a document at a width; with its secrets in them for whoever may see those.
pub(crate) fn lines(doc: &Value, folds: &Folds, cells: usize, secrets: Secrets) -> Vec<Line> {
    let mut maker = Maker { folds, cells, secrets, out: Vec::new() };
    match doc {
        Value::Object(_) | Value::Array(_) => maker.members(doc, "", 0),
        scalar => maker.member(String::new(), scalar, String::new(), 0, 0),
    }
    maker.out
}

struct Maker<'a> {
    folds: &'a Folds,
    cells: usize,
    secrets: Secrets,
    out: Vec<Line>,
}

impl Maker<'_> {
    fn members(&mut self, parent: &Value, path: &str, depth: usize) {
        let members: Vec<(String, &Value)> = match parent {
            Value::Object(map) => map.iter().map(|(name, value)| (name.clone(), value)).collect(),
            Value::Array(list) => list.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
            _ => return,
        };
        let flat = |value: &Value| !folds(value) && embedded(value).is_none();
        let names = members.iter().filter(|(_, value)| flat(value)).map(|(name, _)| width(name)).max().unwrap_or(0);
        let names = names.min(NAME).min(self.cells * 9 / 20);
        for (name, value) in members {
            if self.out.len() >= LINES {
                return;
            }
            let path = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
            self.member(name, value, path, depth, names);
        }
    }

    fn member(&mut self, name: String, value: &Value, path: String, depth: usize, names: usize) {
        // Two cells for the fold mark, even where there is none: values line up.
        let indent = 2 * depth;
        let value_at = indent + 2 + names + 2;
        // Some platforms put JSON into strings. It reads as what it is, and says that it is a string.
        let embedded = embedded(value);
        let (value, mark) = match &embedded {
            Some(inner) => (inner, "text of "),
            None => (value, ""),
        };
        if let Some((length, words)) = contents(value).filter(|_| folds(value)) {
            let open = self.folds.open(&path, depth, length);
            let value_at = indent + 2 + width(&name) + 2;
            let value_words = match (open, value) {
                (false, _) => format!("{mark}{words}"),
                (true, Value::Array(_)) => format!("{mark}[{length}]"),
                (true, _) if mark.is_empty() => String::new(),
                (true, _) => format!("{mark}{{…}}"),
            };
            self.push(Line {
                path: path.clone(),
                indent,
                fold: Some(open),
                name,
                value_at,
                value: value_words,
                role: Role::Dim,
            });
            if open {
                self.members(value, &path, depth + 1);
            }
            return;
        }
        let (text, role) = scalar(value);
        // A value with little room beside its name goes below it; so does one whose name is longer than the column of names,
        // but that it stays where the others are.
        let long = width(&name) > names;
        let narrow = self.cells.saturating_sub(value_at) < 16 && width(&text) > 16;
        let (below, value_at) = (long || narrow, if narrow { indent + 4 } else { value_at });
        let room = self.cells.saturating_sub(value_at).max(8);
        let mut pieces = wrap_shown(&text, self.secrets, room, STRING_LINES).into_iter();
        let first = if below { String::new() } else { pieces.next().unwrap_or_default() };
        self.push(Line { path: path.clone(), indent, fold: None, name, value_at, value: first, role });
        for value in pieces {
            self.push(Line { path: path.clone(), indent, fold: None, name: String::new(), value_at, value, role });
        }
    }

    fn push(&mut self, line: Line) {
        self.out.push(line);
    }
}

/// The object or array that a string holds, if it does.
fn embedded(value: &Value) -> Option<Value> {
    let text = value.as_str().filter(|text| text.len() <= EMBEDDED && text.starts_with(['{', '[']))?;
    serde_json::from_str(text).ok().filter(folds)
}

/// Objects and arrays with something in them fold.
fn folds(value: &Value) -> bool {
    match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => false,
    }
}

/// How much is in it, and a word about that for when it is folded.
fn contents(value: &Value) -> Option<(usize, String)> {
    match value {
        Value::Object(map) => {
            let names: Vec<&str> = map.keys().take(4).map(String::as_str).collect();
            let more = if map.len() > 4 { ", …" } else { "" };
            Some((map.len(), format!("{{{}{more}}}", names.join(", "))))
        }
        Value::Array(list) => {
            let flat: Vec<String> =
                list.iter().take(4).map(|item| if folds(item) { "…".into() } else { scalar(item).0 }).collect();
            let more = if list.len() > 4 { ", …" } else { "" };
            Some((list.len(), format!("[{}] {}{more}", list.len(), flat.join(", "))))
        }
        _ => None,
    }
}

/// A value's text. Strings stand bare, unless that would make them look like something else.
fn scalar(value: &Value) -> (String, Role) {
    match value {
        Value::Null => ("null".to_owned(), Role::JsonWord),
        Value::Bool(yes) => (yes.to_string(), Role::JsonWord),
        Value::Number(number) => (number.to_string(), Role::JsonNumber),
        Value::String(text) => {
            let mistaken = text.is_empty()
                || text.trim() != text
                || matches!(text.as_str(), "null" | "true" | "false" | "{}" | "[]")
                || text.parse::<f64>().is_ok();
            (if mistaken { format!("\"{text}\"") } else { text.clone() }, Role::JsonText)
        }
        Value::Array(_) => ("[]".to_owned(), Role::JsonWord),
        Value::Object(_) => ("{}".to_owned(), Role::JsonWord),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(doc: &Value, folds: &Folds, cells: usize) -> String {
        let mut out = String::new();
        for line in lines(doc, folds, cells, Secrets::Masked) {
            let mark = match line.fold {
                Some(true) => "▾ ",
                Some(false) => "▸ ",
                None => "  ",
            };
            let head = if line.name.is_empty() {
                String::new()
            } else {
                format!("{}{mark}{}", " ".repeat(line.indent), line.name)
            };
            out.push_str(format!("{head:<at$}{}", line.value, at = line.value_at).trim_end());
            out.push('\n');
        }
        out
    }

    #[test]
    fn a_document_reads_like_a_page() {
        let doc = json!({"name": "billing", "ok": true, "n": "12", "spec": {"image": "ghcr.io/x", "env": [], "tags": ["a", "b"]}});
        let mut folds = Folds::default();
        folds.turn("/spec/tags");
        assert_eq!(
            text(&doc, &folds, 40),
            "  name  billing\n  ok    true\n  n     \"12\"\n▾ spec\n    image  ghcr.io/x\n    env    []\n  ▸ tags  [2] a, b\n"
        );
        folds.all(false);
        assert_eq!(text(&doc, &folds, 40).lines().last(), Some("▸ spec  {image, env, tags}"));
    }

    #[test]
    fn long_strings_wrap_within_the_width() {
        let doc = json!({"prompt": "one two three four five six seven eight nine ten", "x": 1});
        for line in lines(&doc, &Folds::default(), 30, Secrets::Masked) {
            assert!(line.value_at + width(&line.value) <= 30, "{line:?}");
        }
    }

    #[test]
    fn json_in_a_string_unfolds_and_says_what_it_is() {
        let doc = json!({"steps_json": "[{\"tool\": \"shell\"}]", "note": "[not json"});
        assert_eq!(
            text(&doc, &Folds::default(), 40),
            "▾ steps_json  text of [1]\n  ▾ 0\n      tool  shell\n  note  [not json\n"
        );
    }

    #[test]
    fn names_with_slashes_fold_alone() {
        let doc = json!({"a/b": {"x": 1}, "a": {"b": {"x": 1}}});
        let mut folds = Folds::default();
        folds.turn("/a~1b");
        let shown = lines(&doc, &folds, 60, Secrets::Masked);
        assert_eq!(shown.iter().filter(|line| line.fold == Some(false)).count(), 1);
    }
}
