//! The texts of a JSON document, one after the other, whatever it is: nested without end, cut off, or with halves of characters.
//!
//! A scanner instead of a parser, since nothing here needs values: no recursion, and a document that is no JSON gives what can be
//! read of it.

use std::borrow::Cow;

/// How deep JSON may lie in strings of JSON.
const LAYERS: usize = 4;

/// A string or number of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The member it stands in, as it is written; empty at the top. That of the array, within one.
    pub key: &'a str,
    /// The text, escapes resolved.
    pub text: Cow<'a, str>,
}

/// Calls `each` with every string and number of `json` until it says `false`; names of members are none of them. What a string
/// holds is looked into when it is JSON itself.
pub fn pieces(json: &str, each: &mut dyn FnMut(&str, &str) -> bool) {
    walk(json, LAYERS, each);
}

fn walk(json: &str, layers: usize, each: &mut dyn FnMut(&str, &str) -> bool) -> bool {
    for piece in (Scanner { json, at: 0, key: "" }) {
        let text = piece.text.trim_start();
        let inside = layers > 0 && text.starts_with(['{', '[']) && is_json(text);
        let go_on = if inside { walk(text, layers - 1, each) } else { each(piece.key, &piece.text) };
        if !go_on {
            return false;
        }
    }
    true
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

struct Scanner<'a> {
    json: &'a str,
    at: usize,
    key: &'a str,
}

impl<'a> Iterator for Scanner<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let bytes = self.json.as_bytes();
        loop {
            match bytes.get(self.at)? {
                b'"' => {
                    let (inner, end) = self.string();
                    self.at = end;
                    if bytes[end..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':') {
                        self.key = inner;
                        continue;
                    }
                    return Some(Piece { key: self.key, text: unescape(inner) });
                }
                b'0'..=b'9' | b'-' => {
                    let start = self.at;
                    let ends = |byte: &u8| !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
                    self.at = bytes[start..].iter().position(ends).map_or(bytes.len(), |length| start + length);
                    return Some(Piece { key: self.key, text: Cow::Borrowed(&self.json[start..self.at]) });
                }
                _ => self.at += 1,
            }
        }
    }
}

impl<'a> Scanner<'a> {
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
    while let Some((plain, escaped)) = rest.split_once('\\') {
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

fn flush(units: &mut Vec<u16>, out: &mut String) {
    out.extend(char::decode_utf16(units.drain(..)).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(json: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        pieces(json, &mut |key, text| {
            found.push((key.to_owned(), text.to_owned()));
            true
        });
        found
    }

    fn texts(json: &str) -> Vec<String> {
        found(json).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn strings_and_numbers_are_found_and_names_of_members_are_not() {
        let told = found(r#"{"name" : "web-01", "n": [-1.5e3, true, null, {"deep": "x\ny"}], "": "last"}"#);
        let told: Vec<(&str, &str)> = told.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
        assert_eq!(told, [("name", "web-01"), ("n", "-1.5e3"), ("deep", "x\ny"), ("", "last")]);
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
