//! JSON text, laid out anew without being read into values: numbers keep every digit, members keep their order.

use std::borrow::Cow;
use std::fmt::Write as _;

use quarterdeck_sync::text::json_safe;

/// Takes the white space out between the tokens of valid JSON, so that it fits on one line.
pub fn compact(json: &str) -> Cow<'_, str> {
    let mut tokens = Tokens::new(json);
    if tokens.by_ref().map(str::len).sum::<usize>() == json.len() {
        return Cow::Borrowed(json);
    }
    Cow::Owned(Tokens::new(json).collect())
}

/// Lays valid JSON out over lines, two spaces a level, safe to print. Escapes that stand for readable characters are resolved.
pub fn pretty(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0usize;
    let mut tokens = Tokens::new(json).peekable();
    while let Some(token) = tokens.next() {
        match token {
            "{" | "[" => {
                out.push_str(token);
                match tokens.peek() {
                    Some(&close @ ("}" | "]")) => {
                        out.push_str(close);
                        tokens.next();
                    }
                    _ => {
                        depth += 1;
                        new_line(&mut out, depth);
                    }
                }
            }
            "}" | "]" => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push_str(token);
            }
            "," => {
                out.push(',');
                new_line(&mut out, depth);
            }
            ":" => out.push_str(": "),
            text if text.starts_with('"') => out.push_str(&readable(text)),
            other => out.push_str(other),
        }
    }
    out
}

/// However deep a document is, its indent is not: hostile nesting must not cost memory squared.
const DEEPEST_INDENT: usize = 40;

fn new_line(out: &mut String, depth: usize) {
    let _ = write!(out, "\n{:1$}", "", depth.min(DEEPEST_INDENT) * 2);
}

/// A string token with only those escapes it needs.
fn readable(token: &str) -> Cow<'_, str> {
    if !token.contains('\\') {
        return json_safe(token);
    }
    match serde_json::from_str::<String>(token).map(|text| serde_json::Value::from(text).to_string()) {
        Ok(text) => Cow::Owned(json_safe(&text).into_owned()),
        // Half a surrogate pair is valid JSON and no text: it stays escaped.
        Err(_) => json_safe(token),
    }
}

/// The tokens of valid JSON, as they stand.
struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    fn new(json: &'a str) -> Self {
        Self { rest: json }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
        let bytes = rest.as_bytes();
        let end = match *bytes.first()? {
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            b'"' => string_end(bytes),
            _ => bytes.iter().position(|byte| b"{}[],:\" \t\n\r".contains(byte)).unwrap_or(bytes.len()),
        };
        let (token, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
        self.rest = rest;
        Some(token)
    }
}

/// One past the closing quote.
fn string_end(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_fits_on_one_line_and_keeps_its_digits() {
        let json = "{ \"a b\" : [ 1.50 ,\n 12345678901234567890123 ] }";
        assert_eq!(compact(json), "{\"a b\":[1.50,12345678901234567890123]}");
        assert!(matches!(compact("{\"a\":1}"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_document_is_laid_out_for_people() {
        let json = r#"{"a":[1.50,{}],"b":"\u00fc\u001b \ud800","c":[],"d":null}"#;
        let expected = "{\n  \"a\": [\n    1.50,\n    {}\n  ],\n  \"b\": \"\\u00fc\\u001b \\ud800\",\n  \"c\": [],\n  \"d\": null\n}";
        assert_eq!(pretty(json), expected);
        assert_eq!(pretty(r#"["\u00fc\u001b\u202e"]"#), "[\n  \"ü\\u001b\\u202e\"\n]");
    }

    #[test]
    fn deep_nesting_is_laid_out_in_line() {
        let json = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(pretty(&json).len() < 10_000 * 2 * 90);
    }
}
