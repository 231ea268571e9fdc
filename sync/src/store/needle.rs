//! A [`Match`] made ready to be tried on many texts. Never case-sensitive.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use regex::{Regex, RegexBuilder};
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::StoreError;
use crate::model::{Field, Match};

/// A regular expression may grow to so many bytes: people write small ones, and big ones stall the reader.
const REGEX_BYTES: usize = 1 << 20;
/// Patterns kept built: the views ask with the same few again and again, and building one costs more than trying it.
const BUILT: usize = 16;
/// A longer pattern is not kept.
const KEPT_LENGTH: usize = 200;

/// What a text must be like.
#[derive(Debug, Clone)]
pub(super) enum Needle {
    /// The whole text, folded.
    Is(String),
    /// The text begins with this, folded.
    Prefix(String),
    /// Somewhere in the text.
    Within(Regex),
}

impl Needle {
    /// Reads a match.
    pub(super) fn new(what: &Match) -> Result<Self, StoreError> {
        let refused = |pattern: &str, error| StoreError::Pattern { pattern: pattern.to_owned(), reason: reason(error) };
        Ok(match what {
            Match::Is(text) => Needle::Is(text.to_lowercase()),
            Match::Prefix(text) => Needle::Prefix(text.to_lowercase()),
            Match::Contains(text) => Needle::Within(build(&regex::escape(text)).map_err(|error| refused(text, error))?),
            Match::Regex(pattern) => Needle::Within(built(pattern).map_err(|error| refused(pattern, error))?),
        })
    }

    /// Reads a match of a field. The case of ids is folded within ASCII only, when they are compared.
    pub(super) fn of(field: Field, what: &Match) -> Result<Self, StoreError> {
        match (field, what) {
            (Field::Id, Match::Is(text)) => Ok(Needle::Is(text.clone())),
            (Field::Id, Match::Prefix(text)) => Ok(Needle::Prefix(text.clone())),
            _ => Self::new(what),
        }
    }

    /// Is `text` like this?
    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Needle::Is(whole) => text.to_lowercase() == *whole,
            Needle::Prefix(start) => text.to_lowercase().starts_with(start),
            Needle::Within(regex) => regex.is_match(text),
        }
    }

    /// Is this id like what [`Needle::of`] read?
    pub(super) fn matches_id(&self, id: &str) -> bool {
        match self {
            Needle::Is(whole) => id.eq_ignore_ascii_case(whole),
            Needle::Prefix(start) => id.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start)),
            Needle::Within(_) => self.matches(id),
        }
    }

    /// Is any text or number in this document like this? Keys do not count: every record of a list has the same.
    pub(super) fn matches_doc(&self, doc: &str) -> bool {
        let mut search = Search { needle: self, found: false };
        // A document that is no JSON was never taken in; what could be read of it has been tried.
        let _ = serde_json::Deserializer::from_str(doc).deserialize_any(&mut search);
        search.found
    }
}

/// The pattern, built now or before.
fn built(pattern: &str) -> Result<Regex, regex::Error> {
    static KEPT: Mutex<Vec<(String, Regex)>> = Mutex::new(Vec::new());
    let kept = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, regex)) = kept().iter().find(|(known, _)| known == pattern) {
        return Ok(regex.clone());
    }
    let regex = build(pattern)?;
    if pattern.len() <= KEPT_LENGTH {
        let mut kept = kept();
        if kept.len() >= BUILT {
            kept.remove(0);
        }
        kept.push((pattern.to_owned(), regex.clone()));
    }
    Ok(regex)
}

fn build(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).case_insensitive(true).unicode(!is_plain(pattern)).size_limit(REGEX_BYTES).build()
}

/// Does the pattern mean the same without the tables of Unicode, but for the case of the Kelvin sign and of the long s? Those
/// tables make building it take ten times as long.
fn is_plain(pattern: &str) -> bool {
    // What is negated, as what a dot or an escape stands for, holds bytes that are no characters once the tables are away.
    pattern.is_ascii()
        && !pattern.contains(['.', '\\'])
        && !["[^", "[:^", "(?"].iter().any(|sign| pattern.contains(sign))
}

/// Builds the pattern of a [`Match::Regex`] ahead of the first question with it. One that is none is told to whoever asks with it.
pub fn prepare(pattern: &str) {
    let _ = built(pattern);
}

/// Why a pattern cannot be used.
fn reason(error: regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        // The first lines of the message draw the pattern again; the last says what is wrong.
        error => error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
    }
}

/// Walks a document without building it.
struct Search<'a> {
    needle: &'a Needle,
    found: bool,
}

impl Search<'_> {
    fn check(&mut self, text: &str) {
        self.found = self.found || self.needle.matches(text);
    }
}

impl<'de> Visitor<'de> for &mut Search<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.check(text);
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.check(&number.to_string());
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.check(&number.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.check(&number.to_string());
        Ok(())
    }

    fn visit_bool<E>(self, truth: bool) -> Result<(), E> {
        self.check(if truth { "true" } else { "false" });
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(&mut *self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key::<IgnoredAny>()?.is_some() {
            map.next_value_seed(&mut *self)?;
        }
        Ok(())
    }
}

impl<'de> serde::de::DeserializeSeed<'de> for &mut Search<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_searched_and_keys_are_not() {
        let needle = Needle::new(&Match::Contains("STATUS".into())).unwrap();
        assert!(!needle.matches_doc(r#"{"status": "ok", "n": [1, {"status": null}]}"#));
        assert!(needle.matches_doc(r#"{"a": ["no", {"b": "exit st\u0061tus 1"}]}"#));
        let needle = Needle::new(&Match::Is("42".into())).unwrap();
        assert!(needle.matches_doc(r#"{"n": [42]}"#));
        assert!(!needle.matches_doc(r#"{"n": [421]}"#));
    }

    #[test]
    fn a_plain_pattern_is_tried_on_any_text() {
        let like = |pattern: &str, text: &str| Needle::new(&Match::Regex(pattern.into())).unwrap().matches(text);
        assert!(like("^(fail(ed)?|timed[ _-]?out)$", "Timed Out"));
        assert!(like("[^x]y$|z", "\u{65e5}y"), "what is not plain still knows whole characters");
        assert!(
            like("^[[:^alpha:]]$", "\u{65e5}") && !like("^[[:^alpha:]]$", "a"),
            "nor is a class that is turned round"
        );
        assert!(like("b+", "caf\u{e9} ABBA") && !like("b+", "caf\u{e9}"));
        assert!(like("CAF\u{c9}", "caf\u{e9}"), "a letter that is not ASCII folds its case");
        let contains = |words: &str, text: &str| Needle::new(&Match::Contains(words.into())).unwrap().matches(text);
        assert!(contains("a.b (c)", "x A.B (C)") && !contains("a.b", "aXb"));
    }

    #[test]
    fn a_pattern_that_cannot_be_used_says_why() {
        let error = Needle::new(&Match::Regex("a(".into())).unwrap_err().to_string();
        assert_eq!(error, "/a(/ is not a regular expression we can use: unclosed group");
        let error = Needle::new(&Match::Regex(r"\w{1000}{1000}".into())).unwrap_err().to_string();
        assert!(error.ends_with("it is too large"), "{error}");
    }
}
