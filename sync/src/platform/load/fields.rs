//! Reads typed values out of a tree and collects everything that is wrong, each with its place and what to do.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::keys::Section;
use super::tree::{Entry, Node, Place, Value};
use crate::platform::ManifestError;
use crate::platform::template::{self, Part, Slot};

/// What was found wrong so far, and the names that must turn out to exist.
#[derive(Debug, Default)]
pub struct Report {
    /// The files that were merged; a [`Place`] points here.
    pub files: Vec<PathBuf>,
    /// What is wrong.
    pub errors: Vec<ManifestError>,
    /// Names of collections that were referred to.
    pub collections: Vec<(String, Place)>,
    /// Collections whose content is the records of another: which, of which, and where that is said.
    pub made_of: Vec<(String, String, Place)>,
    /// Names of actions that were referred to, and the collection each must act on.
    pub actions: Vec<(String, String, Place)>,
    /// Every action, by name.
    pub verbs: Vec<(String, Place)>,
    /// Nouns of what a platform lacks: collections it may not even have.
    pub nouns: Vec<(String, Place)>,
    /// Names of everything that is described, well or badly: what is described badly is not missing, too.
    pub described: Vec<String>,
}

/// An opened table whose keys are all known ones.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    entries: &'a [Entry],
    /// Where the table stands.
    pub place: Place,
    name: &'static str,
}

impl<'a> Fields<'a> {
    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&'a Node> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// The value of `key`; its absence is an error.
    pub fn need(&self, report: &mut Report, key: &str) -> Option<&'a Node> {
        let found = self.get(key);
        if found.is_none() {
            report.error(self.place, format!("`{key}` is missing in {}", self.name), None);
        }
        found
    }
}

impl Report {
    /// Notes an error.
    pub fn error(&mut self, place: Place, message: impl Into<String>, hint: Option<String>) {
        self.errors.push(ManifestError {
            file: self.files.get(place.file).cloned().unwrap_or_default(),
            line: Some(place.line),
            column: Some(place.column),
            message: message.into(),
            hint,
        });
    }

    /// Opens a table, refusing keys that `section` does not have.
    pub fn open<'a>(&mut self, section: &'static Section, node: &'a Node) -> Option<Fields<'a>> {
        let entries = self.entries(node)?;
        for entry in entries {
            if !section.keys.contains(&entry.key.as_str()) {
                let hint = nearest(&entry.key, section.keys.iter().copied()).map_or_else(
                    || format!("{} takes {}", section.name, listed(section.keys)),
                    |near| format!("did you mean `{near}`?"),
                );
                self.error(entry.place, format!("unknown key `{}` in {}", entry.key, section.name), Some(hint));
            }
        }
        Some(Fields { entries, place: node.place, name: section.name })
    }

    /// The entries of a table with free keys.
    pub fn entries<'a>(&mut self, node: &'a Node) -> Option<&'a [Entry]> {
        match &node.value {
            Value::Table(entries) => Some(entries),
            _ => self.wrong(node, "a table"),
        }
    }

    fn wrong<T>(&mut self, node: &Node, wanted: &str) -> Option<T> {
        self.error(node.place, format!("expected {wanted}, found {}", node.sort()), None);
        None
    }

    /// A text that is not empty.
    pub fn text(&mut self, node: &Node) -> Option<String> {
        match &node.value {
            Value::Text(text) if text.is_empty() => {
                self.error(node.place, "this must not be empty", None);
                None
            }
            Value::Text(text) => Some(text.clone()),
            _ => self.wrong(node, "a string"),
        }
    }

    /// `true` or `false`.
    pub fn flag(&mut self, node: &Node) -> Option<bool> {
        match node.value {
            Value::Flag(flag) => Some(flag),
            _ => self.wrong(node, "true or false"),
        }
    }

    /// A whole number within bounds.
    pub fn number(&mut self, node: &Node, least: i64, most: i64) -> Option<u64> {
        match node.value {
            Value::Number(number) if (least..=most).contains(&number) => u64::try_from(number).ok(),
            Value::Number(number) => {
                self.error(
                    node.place,
                    format!("{number} is out of range"),
                    Some(format!("{least} to {most} is allowed")),
                );
                None
            }
            _ => self.wrong(node, "a whole number"),
        }
    }

    /// A text, or an array of them, each read by `read`; duplicates are an error.
    pub fn list<T>(&mut self, node: &Node, read: impl Fn(&mut Self, &Node) -> Option<T>) -> Vec<T> {
        let items = match &node.value {
            Value::List(items) => items.as_slice(),
            Value::Text(_) => std::slice::from_ref(node),
            _ => {
                self.wrong::<()>(node, "a string or an array of strings");
                return Vec::new();
            }
        };
        for (at, item) in items.iter().enumerate() {
            if let Some(text) = item.as_text()
                && items[..at].iter().any(|before| before.as_text() == Some(text))
            {
                self.error(item.place, format!("`{text}` stands here twice"), None);
            }
        }
        items.iter().filter_map(|item| read(self, item)).collect()
    }

    /// A table with free keys and texts as values.
    pub fn texts(&mut self, node: &Node) -> BTreeMap<String, String> {
        let entries = self.entries(node).unwrap_or_default();
        entries.iter().filter_map(|entry| Some((entry.key.clone(), self.text(&entry.node)?))).collect()
    }

    /// One of a closed set of words.
    pub fn choice<T: Copy>(&mut self, node: &Node, choices: &[(&str, T)]) -> Option<T> {
        let word = self.text(node)?;
        let found = choices.iter().find(|(name, _)| *name == word).map(|(_, choice)| *choice);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.error(
                node.place,
                format!("`{word}` is not one of the choices"),
                Some(format!("use {}", listed(&names))),
            );
        }
        found
    }

    /// A short name: lower-case letters, digits and hyphens, a letter first.
    pub fn name(&mut self, name: &str, place: Place) -> bool {
        let good = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.len() <= 64
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !good {
            let hint = "lower-case letters, digits and hyphens, a letter first, 64 at most";
            self.error(place, format!("`{name}` cannot be a name"), Some(hint.to_owned()));
        }
        good
    }

    /// A JSON pointer: `/key/0`. With `bare`, a single key without the slash is one too.
    pub fn pointer(&mut self, node: &Node, bare: bool) -> Option<String> {
        let text = self.text(node)?;
        if bare && !text.contains(['/', '~']) {
            return Some(format!("/{text}"));
        }
        let hint = if !text.starts_with('/') {
            format!("a pointer starts with a slash: `/{text}`")
        } else if text.replace("~0", "").replace("~1", "").contains('~') {
            "write `~0` for a tilde and `~1` for a slash in a key".to_owned()
        } else {
            return Some(text);
        };
        self.error(node.place, format!("`{text}` is not a JSON pointer"), Some(hint));
        None
    }

    /// One or several pointers.
    pub fn pointers(&mut self, node: &Node) -> Vec<String> {
        self.list(node, |report, item| report.pointer(item, false))
    }

    /// A path below the base URL, or below the host when written `host:/path`, with the places `allowed` lets pass.
    pub fn path(&mut self, node: &Node, allowed: fn(Slot<'_>) -> bool) -> Option<String> {
        let text = self.text(node)?;
        let path = text.strip_prefix("host:").unwrap_or(&text);
        let wrong = if !path.starts_with('/') {
            Some("a path starts with `/`, or with `host:/` when it is not below the base URL")
        } else if path.split('/').any(|segment| matches!(segment, "." | "..")) {
            Some("`.` and `..` are not allowed in a path")
        } else if path.contains(['?', '#', '\\']) || path.contains(char::is_whitespace) || path.starts_with("//") {
            Some("a path holds no query, fragment, backslash, white space or empty start; parameters go into `query`")
        } else {
            None
        };
        if let Some(hint) = wrong {
            self.error(node.place, format!("`{text}` is not a path"), Some(hint.to_owned()));
            return None;
        }
        self.template(node.place, &text, allowed).then_some(text)
    }

    /// Checks the places of a template.
    pub fn template(&mut self, place: Place, text: &str, allowed: fn(Slot<'_>) -> bool) -> bool {
        match template::parts(text) {
            Err(wrong) => {
                let hint = format!(
                    "known are {{id}}, {{parent}}, {{date-90d}}, {{/pointer}}, {{related:/pointer}}, {{doc}}, {{list}} and {}",
                    template::ARGUMENTS.map(|name| format!("{{{name}}}")).join(", ")
                );
                self.error(place, wrong, Some(hint));
                false
            }
            Ok(parts) => {
                let refused = parts.iter().find(|part| matches!(part, Part::Slot(slot) if !allowed(*slot)));
                if let Some(Part::Slot(slot)) = refused {
                    self.error(place, format!("{} has no meaning here", slot.name()), None);
                }
                refused.is_none()
            }
        }
    }

    /// The name of an HTTP header.
    pub fn header(&mut self, node: &Node) -> Option<String> {
        let name = self.text(node)?;
        if reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_err() {
            self.error(
                node.place,
                format!("`{name}` cannot be a header"),
                Some("letters, digits and hyphens".to_owned()),
            );
            return None;
        }
        Some(name)
    }
}

/// `a, b or c`.
pub fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

/// The name most like `word`, if one is near enough to have been meant.
pub fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names
        .map(|name| (distance(word, name), name))
        .filter(|(far, name)| *far <= name.chars().count().div_ceil(3))
        .min_by_key(|(far, _)| *far)
        .map(|(_, name)| name)
}

/// Levenshtein's distance in characters, one row at a time.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (place, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[place + 1];
            row[place + 1] = replaced.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
