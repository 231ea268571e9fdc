//! Looking into documents without taking them apart: values stay the text they are, digits and all.
//!
//! Pure, and known to everybody below the engine. Not here: replies, which may be broken (`platform::decode`), and what agents wrote,
//! which may be anything ([`json`](crate::json), which says why they are three).

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use xxhash_rust::xxh3::Xxh3;

/// The text of the value that `pointer` names in `doc`; `None` where there is none, or it is null.
pub(crate) fn at<'a>(doc: &'a str, pointer: &str) -> Option<&'a str> {
    let mut here = doc;
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        here = Step(&token).deserialize(&mut serde_json::Deserializer::from_str(here)).ok()??.get();
    }
    let here = here.trim();
    (here != "null").then_some(here)
}

/// What the values at `changed` come to; where there are none, what `otherwise` says.
pub(crate) fn stamp(doc: &str, changed: &[String], otherwise: i64) -> i64 {
    let mut hasher = Xxh3::new();
    let mut some = false;
    for pointer in changed {
        if let Some(value) = at(doc, pointer) {
            hasher.update(value.as_bytes());
            some = true;
        }
        // Which of them holds a value matters, too.
        hasher.update(b"\n");
    }
    if some { hasher.digest().cast_signed() } else { otherwise }
}

/// The messages that stand at the first of `places` that holds any: an array, or the text of one. Anything else that
/// stands there is a single message. Where all that is there is empty, there are none: a server may fill one of two names for them,
/// and leave the other empty.
pub(crate) fn messages<'a>(doc: &'a str, places: &[String]) -> Option<Cow<'a, str>> {
    let mut empty = None;
    for here in places.iter().filter_map(|place| at(doc, place)) {
        let Some(messages) = packed(here) else { continue };
        if !is_empty(&messages) {
            return Some(messages);
        }
        empty = empty.or(Some(messages));
    }
    empty
}

/// Does nothing stand in the array that this text begins with?
pub(crate) fn is_empty(array: &str) -> bool {
    array.trim_start().strip_prefix('[').is_some_and(|inner| inner.trim_start().starts_with(']'))
}

/// The messages of one value.
fn packed(here: &str) -> Option<Cow<'_, str>> {
    if here.starts_with('[') {
        return Some(here.into());
    }
    if !here.starts_with('"') {
        return Some(format!("[{here}]").into());
    }
    let text = Text.deserialize(&mut serde_json::Deserializer::from_str(here)).ok()?;
    let inner = text.trim();
    if inner.is_empty() {
        return Some("[]".into());
    }
    let whole = serde_json::from_str::<&RawValue>(inner).is_ok();
    Some(match whole {
        true if inner.starts_with('[') => inner.to_owned().into(),
        true if inner == "null" => "[]".into(),
        true => format!("[{inner}]").into(),
        false => format!("[{here}]").into(),
    })
}

/// The keys of the object that `doc` is, as they are written in a pointer; none where it is none.
pub(crate) fn keys(doc: &str) -> Vec<String> {
    serde_json::from_str::<std::collections::BTreeMap<String, IgnoredAny>>(doc)
        .map(|members| members.into_keys().map(|key| key.replace('~', "~0").replace('/', "~1")).collect())
        .unwrap_or_default()
}

/// How many items the text of a JSON array holds; `None` when it is no array, or not whole.
pub(crate) fn count(array: &str) -> Option<u64> {
    struct Items;
    impl<'de> Visitor<'de> for Items {
        type Value = u64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<u64, A::Error> {
            let mut count = 0;
            while items.next_element::<&RawValue>()?.is_some() {
                count += 1;
            }
            Ok(count)
        }
    }
    let mut deserializer = serde_json::Deserializer::from_str(array);
    let count = deserializer.deserialize_seq(Items).ok()?;
    deserializer.end().ok()?;
    Some(count)
}

/// One step down: a key of an object, or a place in an array.
struct Step<'k>(&'k str);

impl<'de> DeserializeSeed<'de> for Step<'_> {
    type Value = Option<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Step<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(is_it) = members.next_key_seed(Is(self.0))? {
            match is_it {
                true => found = Some(members.next_value()?),
                false => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut left = self.0.parse::<usize>().ok();
        let mut found = None;
        while let Some(item) = items.next_element()? {
            match &mut left {
                Some(0) if found.is_none() => found = Some(item),
                Some(left) => *left = left.saturating_sub(1),
                None => {}
            }
        }
        Ok(found)
    }
}

/// Is this the key? Read as bytes: what is no Unicode is a key, too.
struct Is<'k>(&'k str);

impl<'de> DeserializeSeed<'de> for Is<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Is<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_bytes<E>(self, key: &[u8]) -> Result<bool, E> {
        Ok(key == self.0.as_bytes())
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}

/// A string, with a replacement for what is no Unicode in it.
struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Text {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E>(self, text: &[u8]) -> Result<String, E> {
        Ok(String::from_utf8_lossy(text).into_owned())
    }

    fn visit_str<E>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_finds_the_text_of_a_value() {
        let doc = r#"{"a": {"b/c": [10, 2.50, {"~": "x"}]}, "n": null, "\ud800": 1, "big": 12345678901234567890123}"#;
        for (pointer, found) in [
            ("/a/b~1c/1", Some("2.50")),
            ("/a/b~1c/2/~0", Some("\"x\"")),
            ("/big", Some("12345678901234567890123")),
            ("/n", None),
            ("/a/b~1c/3", None),
            ("/a/b~1c/x", None),
            ("/nowhere", None),
            ("/big/deeper", None),
        ] {
            assert_eq!(at(doc, pointer), found, "{pointer}");
        }
        assert_eq!(at("no json", "/a"), None);
    }

    #[test]
    fn deep_nesting_is_walked_past() {
        let deep = format!(r#"{{"deep":{}1{},"id":7}}"#, "[".repeat(200_000), "]".repeat(200_000));
        assert_eq!(at(&deep, "/id"), Some("7"));
        assert_eq!(count(&format!("[{}]", at(&deep, "/deep").unwrap())), Some(1));
    }

    #[test]
    fn a_stamp_moves_with_the_values_and_with_nothing_else() {
        let changed = ["/m".to_owned(), "/n".to_owned()];
        let stamp = |doc| stamp(doc, &changed, 7);
        assert_eq!(stamp(r#"{"m":1,"n":2}"#), stamp(r#"{"x":9, "n":2, "m" : 1}"#));
        assert_ne!(stamp(r#"{"m":1,"n":2}"#), stamp(r#"{"m":1,"n":3}"#));
        assert_ne!(stamp(r#"{"m":1}"#), stamp(r#"{"n":1}"#));
        assert_eq!(stamp(r#"{"m":1}"#), stamp(r#"{"m":1,"n":null}"#));
        assert_eq!(stamp("{}"), 7);
    }

    #[test]
    fn messages_stand_in_a_record_in_many_ways() {
        let places = ["/steps".to_owned(), "/steps_json".to_owned()];
        for (doc, found) in [
            (r#"{"steps":[1, 2.0]}"#, Some("[1, 2.0]")),
            (r#"{"steps":null,"steps_json":"[{\"a\":\"\\ud800\"}]"}"#, Some(r#"[{"a":"\ud800"}]"#)),
            (r#"{"steps_json":"{\"a\":1}"}"#, Some(r#"[{"a":1}]"#)),
            (r#"{"steps_json":"what happened"}"#, Some(r#"["what happened"]"#)),
            (r#"{"steps_json":"[cut"}"#, Some(r#"["[cut"]"#)),
            (r#"{"steps_json":""}"#, Some("[]")),
            (r#"{"steps_json":"null"}"#, Some("[]")),
            (r#"{"steps":{"a":1}}"#, Some(r#"[{"a":1}]"#)),
            (r#"{"steps":[],"steps_json":"[1]"}"#, Some("[1]")),
            (r#"{"steps":"","steps_json":[2]}"#, Some("[2]")),
            (r#"{"steps":"[3]","steps_json":"[]"}"#, Some("[3]")),
            (r#"{"steps":"[]","steps_json":" "}"#, Some("[]")),
            (r#"{"other":1}"#, None),
        ] {
            assert_eq!(messages(doc, &places).as_deref(), found, "{doc}");
        }
    }

    #[test]
    fn only_a_whole_array_is_counted() {
        assert_eq!(count("[]"), Some(0));
        assert_eq!(count(r#" [1, {"a":[1,2]}, "\ud800"] "#), Some(3));
        for wrong in ["", "{}", "[1,", "[1] 2", "\"[]\""] {
            assert_eq!(count(wrong), None, "{wrong}");
        }
    }
}
