//! From text to tokens. Every decision is local: what a token is depends on its own characters, so that a printed
//! query reads the same wherever its parts stand. The one look ahead, for the end of a `/regex/`, stops at the next
//! slash, and a word whose reading depended on text behind it becomes a phrase.

use super::flaw::Flaws;
use super::{FieldKind, Fields, NodeKind, Span, Value, ValueKind, When, check_regex};

/// A token and where it stands.
#[derive(Debug)]
pub(super) struct Token {
    pub what: What,
    pub span: Span,
}

/// What a token is.
#[derive(Debug)]
pub(super) enum What {
    Open,
    Close,
    Or,
    And,
    Not,
    Term(NodeKind),
    /// Something left out. It still takes up a `-` before it.
    Nothing,
}

pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    fields: &'a Fields,
    /// The last token was a `-`: what follows is no keyword.
    negated: bool,
    pub flaws: Flaws<'a>,
}

/// How a `/` begins.
enum Slash {
    /// A regular expression: its pattern, and where it ends.
    Regex { pattern: String, end: usize, closed: bool },
    /// Not one, which is told by the text up to here.
    Plain { told_by: usize },
}

const WORD_ENDS: &[char] = &['(', ')', '"'];
const VALUE_ENDS: &[char] = &['(', ')', '"', ','];

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str, fields: &'a Fields) -> Self {
        Self { text, at: 0, fields, negated: false, flaws: Flaws::new(text) }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The run of characters from here up to white space or one of `ends`.
    fn run(&self, ends: &[char]) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || ends.contains(&c)).unwrap_or(rest.len());
        &rest[..end]
    }

    fn flaw(&mut self, start: usize, message: impl Into<String>, hint: impl Into<String>) {
        self.flaws.add(Span::new(start, self.at), message, hint);
    }

    fn term(&mut self) -> What {
        match self.peek() {
            Some('"') => self.phrase(),
            Some('~') if !self.rest().starts_with("~/") => self.fuzzy(),
            Some('/') => self.slash(),
            _ => self.word(),
        }
    }

    fn dash(&mut self) -> What {
        let start = self.at;
        self.at += 1;
        match self.peek() {
            None | Some(')') => {}
            Some(c) if c.is_whitespace() => {}
            Some(_) => return What::Not,
        }
        self.flaw(
            start,
            "nothing follows `-`",
            "put it right before what is to be left out, as in -draft, or quote it",
        );
        // A space ends it: `- a` does not exclude `a`.
        What::Nothing
    }

    fn phrase(&mut self) -> What {
        let start = self.at;
        let text = self.quoted();
        let prefix = self.rest().starts_with('*');
        self.at += usize::from(prefix);
        if text.trim().is_empty() {
            self.flaw(start, "there is nothing between the quotes", "write the words to find there, or remove them");
            return What::Nothing;
        }
        What::Term(if prefix { NodeKind::Prefix(text) } else { NodeKind::Phrase(text) })
    }

    /// Reads a quoted text and steps behind it.
    fn quoted(&mut self) -> String {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.text[start + 1..].char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.at = start + 1 + at + 1;
                    return text;
                }
                '\\' => match chars.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                    Some((_, escaped)) => text.push(escaped),
                    None => text.push('\\'),
                },
                c => text.push(c),
            }
        }
        self.at = self.text.len();
        self.flaw(start, "the quote that opens here is not closed", "add a \" at its end");
        text
    }

    fn fuzzy(&mut self) -> What {
        let start = self.at;
        self.at += 1;
        let text = self.run(WORD_ENDS);
        self.at += text.len();
        if text.is_empty() {
            self.flaw(start, "nothing follows `~`", "put it right before one word, as in ~deplyo");
            return What::Nothing;
        }
        What::Term(NodeKind::Fuzzy(text.to_owned()))
    }

    fn slash(&mut self) -> What {
        let start = self.at;
        match self.scan_slash(WORD_ENDS) {
            Slash::Regex { pattern, end, closed } => {
                self.at = end;
                if !closed {
                    self.flaw(
                        start,
                        "the regular expression that begins here is not closed",
                        "add a / at its end, or quote it to search for the text",
                    );
                }
                match pattern.is_empty() {
                    true => What::Nothing,
                    false => {
                        self.regex_flaw(start, &pattern);
                        What::Term(NodeKind::Regex(pattern))
                    }
                }
            }
            Slash::Plain { told_by } => {
                let text = self.run(WORD_ENDS);
                if told_by <= start + text.len() {
                    return self.word();
                }
                // That this is no regular expression was told by text behind it: a phrase stays one anywhere.
                self.at += text.len();
                let (text, prefix) = star(text);
                What::Term(if prefix { NodeKind::Prefix(text) } else { NodeKind::Phrase(text) })
            }
        }
    }

    /// Looks whether the slash here begins a regular expression: the next slash must end a token. `ends` are the
    /// characters that end one.
    fn scan_slash(&self, ends: &[char]) -> Slash {
        let body = self.at + 1;
        let mut chars = self.text[body..].char_indices();
        match chars.clone().next() {
            None | Some((_, ')')) => return Slash::Plain { told_by: body },
            Some((_, c)) if c.is_whitespace() => return Slash::Plain { told_by: body },
            Some((_, '/')) => return Slash::Plain { told_by: body + 1 },
            Some(_) => {}
        }
        let mut pattern = String::new();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some((_, '/')) => pattern.push('/'),
                    Some((_, next)) => pattern.extend(['\\', next]),
                    None => {}
                },
                '/' => {
                    let end = body + at + 1;
                    let ends_here = |c: char| c.is_whitespace() || (c != '"' && ends.contains(&c));
                    return match self.text[end..].chars().next().is_none_or(ends_here) {
                        true => Slash::Regex { pattern, end, closed: true },
                        false => Slash::Plain { told_by: end + 1 },
                    };
                }
                c => pattern.push(c),
            }
        }
        Slash::Regex { pattern, end: self.text.len(), closed: false }
    }

    fn regex_flaw(&mut self, start: usize, pattern: &str) {
        if let Err(reason) = check_regex(pattern) {
            self.flaw(
                start,
                format!("`{pattern}` is not a regular expression: {reason}"),
                "correct it, or quote it to search for the text",
            );
        }
    }

    fn word(&mut self) -> What {
        let start = self.at;
        let text = self.run(WORD_ENDS);
        if let Some(what) = self.keyword(text).or_else(|| self.field(text)) {
            return what;
        }
        self.at = start + text.len();
        self.unknown_field(start, text);
        let (text, prefix) = star(text);
        What::Term(match prefix {
            true if text.is_empty() => NodeKind::All,
            true => NodeKind::Prefix(text),
            false => NodeKind::Word(text),
        })
    }

    fn keyword(&mut self, text: &str) -> Option<What> {
        let what = match text {
            "OR" => What::Or,
            "AND" => What::And,
            "NOT" => What::Not,
            _ => return None,
        };
        self.at += text.len();
        // As a phrase it stays a word wherever it is printed.
        Some(if self.negated { What::Term(NodeKind::Phrase(text.to_owned())) } else { what })
    }

    fn field(&mut self, text: &str) -> Option<What> {
        let (name, _) = field_name(text)?;
        let (name, kind) = self.fields.get(name)?;
        let start = self.at;
        self.at += name.len() + 1;
        let mut values = Vec::new();
        let mut missing = false;
        loop {
            let value = self.value(name, kind);
            missing |= value.is_none();
            values.extend(value);
            if !self.rest().starts_with(',') {
                break;
            }
            self.at += 1;
        }
        if values.is_empty() {
            let hint = match self.peek() {
                Some('(') => format!("for one of several, write {name}:a,b"),
                _ => format!("write it without a space, as in {name}:x or {name}:\"two words\""),
            };
            self.flaw(start, format!("`{name}:` has no value"), hint);
        } else if missing {
            self.flaw(start, "a value is missing beside a comma", "write the values without spaces, as in a,b");
        }
        Some(What::Term(NodeKind::Field { name: name.to_owned(), values }))
    }

    fn value(&mut self, name: &str, kind: FieldKind) -> Option<Value> {
        let start = self.at;
        let read = match self.peek() {
            Some('"') => {
                let text = self.quoted();
                let prefix = self.rest().starts_with('*');
                self.at += usize::from(prefix);
                if text.trim().is_empty() {
                    return None;
                }
                if prefix { ValueKind::Prefix(text) } else { ValueKind::Text(text) }
            }
            Some('/') => match self.scan_slash(VALUE_ENDS) {
                Slash::Regex { pattern, end, closed: true } => {
                    self.at = end;
                    self.regex_flaw(start, &pattern);
                    ValueKind::Regex(pattern)
                }
                _ => self.bare_value()?,
            },
            _ => self.bare_value()?,
        };
        let read = if kind == FieldKind::Time { self.time(start, name, read) } else { read };
        Some(Value { kind: read, span: Span::new(start, self.at) })
    }

    fn bare_value(&mut self) -> Option<ValueKind> {
        let text = self.run(VALUE_ENDS);
        self.at += text.len();
        let (text, prefix) = star(text);
        match prefix {
            true => Some(ValueKind::Prefix(text)),
            false if text.is_empty() => None,
            false => Some(ValueKind::Text(text)),
        }
    }

    fn time(&mut self, start: usize, name: &str, read: ValueKind) -> ValueKind {
        if let ValueKind::Text(text) = &read
            && let Some(when) = When::parse(text)
        {
            return ValueKind::Time(when);
        }
        let typed = &self.text[start..self.at];
        self.flaw(start, format!("`{typed}` is not a time that `{name}:` knows"), format!("write {}", When::FORMS));
        read
    }

    /// Tells of `name:value` where there is no such field. `error:`, `std::fs` and `http://x` are words.
    fn unknown_field(&mut self, start: usize, text: &str) {
        let Some((name, value)) = field_name(text) else { return };
        if value.is_empty() || value.starts_with("//") {
            return;
        }
        let known = self.fields.names().collect::<Vec<_>>().join(" ");
        self.flaw(
            start,
            format!("there is no field `{name}`"),
            format!("quote it to search for the text; the fields are {known}"),
        );
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        let start = self.at;
        let what = match self.peek()? {
            '(' => {
                self.at += 1;
                What::Open
            }
            ')' => {
                self.at += 1;
                What::Close
            }
            '-' if !self.negated && !self.rest().starts_with("--") => self.dash(),
            _ => self.term(),
        };
        self.negated = matches!(what, What::Not) && self.text[start..self.at].starts_with('-');
        Some(Token { what, span: Span::new(start, self.at) })
    }
}

/// `name:value` taken apart, when `text` has that form. A second colon makes it a path of code: `std::fs`.
fn field_name(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.split_once(':')?;
    let named = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
    (named && !value.starts_with(':')).then_some((name, value))
}

/// Takes a `*` off the end.
fn star(text: &str) -> (String, bool) {
    match text.strip_suffix('*') {
        Some(text) => (text.to_owned(), true),
        None => (text.to_owned(), false),
    }
}
