//! When two values are the same, and a text that only the same values share.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Number, Value};

use super::place::{Place, Sort};

/// Are both absent, or of one value: numbers by value, sets in any order?
pub(super) fn same(a: Option<&Value>, b: Option<&Value>, place: &mut Place<'_>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => same_values(a, b, place),
        _ => false,
    }
}

fn same_values(a: &Value, b: &Value, place: &mut Place<'_>) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => same_numbers(a, b),
        (Value::Array(_), Value::Array(_)) | (Value::Object(_), Value::Object(_)) if place.is_deep() => a == b,
        (Value::Array(a), Value::Array(b)) if place.sort() == Sort::Set => as_set(a) == as_set(b),
        (Value::Array(a), Value::Array(b)) => {
            let item = |(index, (a, b)): (usize, (&Value, &Value))| {
                place.below(index.to_string(), |place| same_values(a, b, place))
            };
            a.len() == b.len() && a.iter().zip(b).enumerate().all(item)
        }
        (Value::Object(a), Value::Object(b)) => {
            let member = |(key, a): (&String, &Value)| {
                b.get(key).is_some_and(|b| place.below(key.as_str(), |place| same_values(a, b, place)))
            };
            a.len() == b.len() && a.iter().all(member)
        }
        _ => a == b,
    }
}

/// The items of a set, as [`key`]s.
pub(super) fn as_set(items: &[Value]) -> BTreeSet<String> {
    items.iter().map(key).collect()
}

/// By value, and integers never by way of a float: 2^53 + 1 is not 2^53.
fn same_numbers(a: &Number, b: &Number) -> bool {
    match (integer(a), integer(b)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => a.as_f64() == b.as_f64(),
        _ => false,
    }
}

/// The number as an integer, if it is one that a 64-bit integer could be.
fn integer(number: &Number) -> Option<i128> {
    const LIMIT: f64 = 18_446_744_073_709_551_616.0;
    if let Some(integer) = number.as_i64() {
        return Some(integer.into());
    }
    if let Some(integer) = number.as_u64() {
        return Some(integer.into());
    }
    let float = number.as_f64()?;
    // Exact: a whole float of this size is an i128.
    (float.fract() == 0.0 && float.abs() <= LIMIT).then_some(float as i128)
}

/// A text that two values share exactly when they are the same.
pub(super) fn key(value: &Value) -> String {
    let mut out = String::new();
    write_key(value, &mut out);
    out
}

fn write_key(value: &Value, out: &mut String) {
    match value {
        Value::Number(number) => {
            let _ = match integer(number) {
                Some(integer) => write!(out, "{integer}"),
                None => write!(out, "{:e}", number.as_f64().unwrap_or(f64::NAN)),
            };
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write_key(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| key.as_str());
            out.push('{');
            for (key, value) in members {
                let _ = write!(out, "{key:?}:");
                write_key(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::String(text) => {
            let _ = write!(out, "{text:?}");
        }
        Value::Null | Value::Bool(_) => {
            let _ = write!(out, "{value}");
        }
    }
}
