//! The texts of a JSON document, one after the other, whatever it is: nested without end, cut off, or with halves of characters.
//!
//! A scanner instead of a parser, since nothing here needs values: no recursion, and a document that is no JSON gives what can be
//! read of it.

use std::borrow::Cow;

/// How deep JSON may lie in strings of JSON.
const LAYERS: usize = 4;

/// Members that hold what a tool was given: names in it are the caller's own, and say as much as what stands under them.
const GIVEN: [&str; 13] = [
    "input",
    "inputs",
    "arguments",
    "args",
    "parameters",
    "params",
    "tool_input",
    "toolInput",
    "input_json",
    "arguments_json",
    "input_data",
    "parameters_json",
    "action",
];

/// Members that hold whatever an event has to say, under names of its own.
const TOLD: [&str; 2] = ["data", "payload"];

/// What a piece stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Within {
    /// The document: its members are those that a platform's documents have.
    Document,
    /// What an event has to say: [`TOLD`].
    Told,
    /// What a tool was given: [`GIVEN`].
    Given,
}

/// A string or number of a document, or the name of a member of what was given or told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The member it stands in, as it is written; empty at the top. That of the array, within one. Of a name, the name itself.
    pub key: &'a str,
    /// The text, escapes resolved.
    pub text: Cow<'a, str>,
    /// What it stands in.
    pub within: Within,
    /// It is the name of a member.
    pub name: bool,
}

/// Calls `each` with every string and number of `json`, and with the names of members of what a tool was given or an event tells,
/// until it says `false`. What a string holds is looked into when it is JSON itself.
pub fn pieces(json: &str, each: &mut dyn FnMut(Piece<'_>) -> bool) {
    walk(json, LAYERS, Within::Document, each);
}

fn walk(json: &str, layers: usize, within: Within, each: &mut dyn FnMut(Piece<'_>) -> bool) -> bool {
    let mut scanner = Scanner { json, at: 0, key: "", around: within, depth: 0, told: None, given: None };
    while let Some(piece) = scanner.next() {
        let text = piece.text.trim_start();
        let inside = !piece.name && layers > 0 && text.starts_with(['{', '[']) && is_json(text);
        let go_on = if inside { walk(text, layers - 1, of_member(piece.within, piece.key), each) } else { each(piece) };
        if !go_on {
            return false;
        }
    }
    true
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// What stands under a member of what stands in `within`.
fn of_member(within: Within, key: &str) -> Within {
    if GIVEN.contains(&key) {
        Within::Given
    } else if TOLD.contains(&key) {
        within.max(Within::Told)
    } else {
        within
    }
}

struct Scanner<'a> {
    json: &'a str,
    at: usize,
    key: &'a str,
    /// What the whole of it stands in.
    around: Within,
    /// Objects and arrays that are open.
    depth: usize,
    /// How many were open around what is told here, and around what is given.
    told: Option<usize>,
    given: Option<usize>,
}

impl<'a> Scanner<'a> {
    fn next(&mut self) -> Option<Piece<'a>> {
        let bytes = self.json.as_bytes();
        loop {
            match bytes.get(self.at)? {
                b'"' => {
                    let (inner, end) = self.string();
                    self.at = end;
                    if bytes[end..].iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b':') {
                        return Some(self.piece(unescape(inner), false));
                    }
                    self.key = inner;
                    if self.within() != Within::Document {
                        return Some(self.piece(unescape(inner), true));
                    }
                }
                b'0'..=b'9' | b'-' => {
                    let start = self.at;
                    let ends = |byte: &u8| !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
                    self.at = bytes[start..].iter().position(ends).map_or(bytes.len(), |length| start + length);
                    return Some(self.piece(Cow::Borrowed(&self.json[start..self.at]), false));
                }
                b'{' | b'[' => self.open(),
                b'}' | b']' => self.close(),
                _ => self.at += 1,
            }
        }
    }

    fn within(&self) -> Within {
        match (self.given, self.told) {
            (Some(_), _) => Within::Given,
            (None, Some(_)) => self.around.max(Within::Told),
            (None, None) => self.around,
        }
    }

    fn piece(&self, text: Cow<'a, str>, name: bool) -> Piece<'a> {
        Piece { key: self.key, text, within: self.within(), name }
    }

    fn open(&mut self) {
        match of_member(Within::Document, self.key) {
            Within::Given => self.given = self.given.or(Some(self.depth)),
            Within::Told => self.told = self.told.or(Some(self.depth)),
            Within::Document => {}
        }
        self.depth += 1;
        self.at += 1;
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        for opened in [&mut self.told, &mut self.given] {
            *opened = opened.filter(|depth| *depth < self.depth);
        }
        // What comes next in an array stands under nothing that is over.
        self.key = "";
        self.at += 1;
    }

    /// What stands between the quote here and the next that ends it, and where it goes on behind that.
    fn string(&self) -> (&'a str, usize) {
        let bytes = self.json.as_bytes();
        let start = self.at + 1;
        let mut at = start;
        while let Some(step) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
            at += step;
            if bytes.get(at) == Some(&b'"') {
                return (self.json.get(start..at).unwrap_or_default(), at + 1);
            }
            at += 2;
        }
        (self.json.get(start..).unwrap_or_default(), bytes.len())
    }
}

/// A string as it is meant. Halves of characters become the mark of what cannot be read.
fn unescape(inner: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Cow::Borrowed(inner);
    }
    let mut out = String::with_capacity(inner.len());
    let mut units: Vec<u16> = Vec::new();
    let mut rest = inner;
    while let Some((plain, escaped)) = at_escape(rest) {
        if !plain.is_empty() {
            flush(&mut units, &mut out);
            out.push_str(plain);
        }
        let mut chars = escaped.chars();
        let escape = chars.next();
        if escape == Some('u') {
            let digits: String = chars.by_ref().take(4).collect();
            units.push(u16::from_str_radix(&digits, 16).unwrap_or(0xfffd));
        } else {
            flush(&mut units, &mut out);
            out.push(match escape {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some(escape) => escape,
                None => '\\',
            });
        }
        rest = chars.as_str();
    }
    flush(&mut units, &mut out);
    out.push_str(rest);
    Cow::Owned(out)
}

/// What stands before the first backslash and behind it.
fn at_escape(text: &str) -> Option<(&str, &str)> {
    let at = memchr::memchr(b'\\', text.as_bytes())?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

fn flush(units: &mut Vec<u16>, out: &mut String) {
    out.extend(char::decode_utf16(units.drain(..)).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Keys and texts; the names of members apart.
    fn found(json: &str) -> (Vec<(String, String)>, Vec<String>) {
        let (mut found, mut names) = (Vec::new(), Vec::new());
        pieces(json, &mut |piece| {
            match piece.name {
                true => names.push(piece.text.into_owned()),
                false => found.push((piece.key.to_owned(), piece.text.into_owned())),
            }
            true
        });
        (found, names)
    }

    fn texts(json: &str) -> Vec<String> {
        found(json).0.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn strings_and_numbers_are_found_under_their_names() {
        let (told, names) = found(r#"{"name" : "web-01", "n": [-1.5e3, true, null, {"deep": "x\ny"}, 7], "": "last"}"#);
        let told: Vec<(&str, &str)> = told.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
        assert_eq!(told, [("name", "web-01"), ("n", "-1.5e3"), ("deep", "x\ny"), ("", "7"), ("", "last")]);
        assert!(names.is_empty(), "{names:?}");
    }

    #[test]
    fn the_names_of_what_a_tool_was_given_and_of_what_an_event_tells_are_found_and_no_others() {
        let json = r#"{"type":"x","input":{"files":{"src/auth.rs":[{"a":1}]}},"more":{"b":2},
            "data":{"c":{"d":3},"arguments":"{\"e\":4}","f":5},"list":[{"input":{}},{"g":6}]}"#;
        assert_eq!(found(json).1, ["files", "src/auth.rs", "a", "c", "d", "arguments", "e", "f"]);
        let mut within = Vec::new();
        pieces(json, &mut |piece| {
            within.push((piece.text.into_owned(), piece.within));
            true
        });
        let of = |text: &str| within.iter().find(|(known, _)| known == text).map(|(_, within)| *within);
        assert_eq!((of("x"), of("1"), of("2")), (Some(Within::Document), Some(Within::Given), Some(Within::Document)));
        assert_eq!((of("3"), of("4"), of("5")), (Some(Within::Told), Some(Within::Given), Some(Within::Told)));
        assert_eq!(of("6"), Some(Within::Document));
    }

    #[test]
    fn json_within_strings_is_looked_into_and_what_only_looks_like_it_is_not() {
        assert_eq!(texts(r#"{"arguments":"{\"command\":\"cargo test\\nls\"}"}"#), ["cargo test\nls"]);
        assert_eq!(texts(r#"["[error] it broke", "{x"]"#), ["[error] it broke", "{x"]);
    }

    #[test]
    fn absurd_documents_give_what_can_be_read_of_them() {
        assert_eq!(texts(r#"["\ud83d\ude80 \ud800 \u00e9", "cut of"#), ["🚀 \u{fffd} é", "cut of"]);
        assert_eq!(texts("\"\\"), ["\\"]);
        let deep = format!("{}\"x\"{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(texts(&deep), ["x"]);
    }

    proptest! {
        #[test]
        fn every_string_of_a_document_is_found(text in any::<String>()) {
            let json = serde_json::json!({"a": [text]}).to_string();
            // What is JSON itself is looked into.
            prop_assume!(!text.trim_start().starts_with(['{', '[']));
            prop_assert_eq!(texts(&json), [text]);
        }

        #[test]
        fn nothing_makes_it_stumble(text in any::<String>()) {
            texts(&text);
            texts(&format!("\"{text}"));
        }
    }
}
