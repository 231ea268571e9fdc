//! JSON as people write it: read strictly, and looked at for numbers that cannot be kept.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::Complaint;

/// Reads a text; a name that stands twice in one object is an error too, since one of the two would be lost.
pub(super) fn parse(text: &str) -> Result<Value, Complaint> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| {
        let full = error.to_string();
        let message = full.rsplit_once(" at line ").map_or(full.as_str(), |(message, _)| message);
        Complaint::text(error.line().max(1), error.column().max(1), message)
    })
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Strict)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format!("{name:?} stands here twice")));
            }
            object.insert(name, members.next_value_seed(Strict)?);
        }
        Ok(Value::Object(object))
    }
}

/// Numbers of a JSON text that would lose digits, with their places.
pub(super) fn inexact(text: &str) -> Vec<Complaint> {
    let lost = |(at, token): (usize, &str)| {
        let before = &text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Complaint::text(line, column, format!("{token} has more digits than can be kept"))
    };
    numbers(text).filter(|(_, token)| !is_kept(token)).map(lost).collect()
}

/// The first number of a JSON text that would lose digits, of those that stand at `pointer` or below.
pub(super) fn inexact_below<'a>(text: &'a str, pointer: &str) -> Option<&'a str> {
    let mut here = text;
    for token in pointer.split('/').skip(1) {
        let mut members: BTreeMap<String, &RawValue> = serde_json::from_str(here).ok()?;
        here = members.remove(&token.replace("~1", "/").replace("~0", "~"))?.get();
    }
    numbers(here).map(|(_, token)| token).find(|token| !is_kept(token))
}

/// The numbers of valid JSON, and where each begins.
fn numbers(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            match bytes[at] {
                b'"' => {
                    at += 1;
                    while at < bytes.len() && bytes[at] != b'"' {
                        at += if bytes[at] == b'\\' { 2 } else { 1 };
                    }
                    at += 1;
                }
                b'-' | b'0'..=b'9' => {
                    let start = at;
                    while at < bytes.len() && matches!(bytes[at], b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9') {
                        at += 1;
                    }
                    return Some((start, &text[start..at]));
                }
                _ => at += 1,
            }
        }
        None
    })
}

/// Is the number the same after it was read as an integer of 64 bits or a float?
fn is_kept(token: &str) -> bool {
    if token.parse::<i64>().is_ok() || token.parse::<u64>().is_ok() {
        return true;
    }
    match token.parse::<f64>() {
        Ok(float) if float.is_finite() => decimal(token) == decimal(&format!("{float:e}")),
        _ => false,
    }
}

/// Digits without zeros at either end, and the power of ten of the first.
fn decimal(token: &str) -> Option<(String, i64)> {
    let (mantissa, exponent) =
        token.trim_start_matches('-').split_once(['e', 'E']).unwrap_or((token.trim_start_matches('-'), "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let leading = digits.len() - digits.trim_start_matches('0').len();
    if leading == digits.len() {
        return Some((String::new(), 0));
    }
    let first = i64::try_from(whole.len()).ok()? - i64::try_from(leading).ok()?;
    Some((digits.trim_matches('0').to_owned(), first.checked_add(exponent.parse::<i64>().ok()?)?))
}
