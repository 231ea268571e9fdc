//! A [`Match`] made ready to be tried on many texts. Never case-sensitive.

use std::fmt;

use regex::{Regex, RegexBuilder};
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::StoreError;
use crate::model::Match;

/// A regular expression may grow to so many bytes: people write small ones, and big ones stall the reader.
const REGEX_BYTES: usize = 1 << 20;

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
        let within = |pattern: &str, shown: &str| {
            RegexBuilder::new(pattern).case_insensitive(true).size_limit(REGEX_BYTES).build().map_err(|error| {
                let reason = match error {
                    regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
                    // The first lines of the message draw the pattern again; the last says what is wrong.
                    error => {
                        error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
                    }
                };
                StoreError::Pattern { pattern: shown.to_owned(), reason }
            })
        };
        Ok(match what {
            Match::Is(text) => Needle::Is(text.to_lowercase()),
            Match::Prefix(text) => Needle::Prefix(text.to_lowercase()),
            Match::Contains(text) => Needle::Within(within(&regex::escape(text), text)?),
            Match::Regex(pattern) => Needle::Within(within(pattern, pattern)?),
        })
    }

    /// Is `text` like this?
    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Needle::Is(whole) => text.to_lowercase() == *whole,
            Needle::Prefix(start) => text.to_lowercase().starts_with(start),
            Needle::Within(regex) => regex.is_match(text),
        }
    }

    /// For ids, of which a prefix is as good as the whole. Their case is folded within ASCII only.
    pub(super) fn matches_id(&self, id: &str) -> bool {
        match self.id_start() {
            Some(start) => id.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start)),
            None => self.matches(id),
        }
    }

    /// What an id has to begin with, when that is all that is asked.
    pub(super) fn id_start(&self) -> Option<&str> {
        match self {
            Needle::Is(start) | Needle::Prefix(start) => Some(start),
            Needle::Within(_) => None,
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
    fn a_pattern_that_cannot_be_used_says_why() {
        let error = Needle::new(&Match::Regex("a(".into())).unwrap_err().to_string();
        assert_eq!(error, "/a(/ is not a regular expression we can use: unclosed group");
        let error = Needle::new(&Match::Regex(r"\w{1000}{1000}".into())).unwrap_err().to_string();
        assert!(error.ends_with("it is too large"), "{error}");
    }
}
