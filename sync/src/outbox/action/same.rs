//! When two values are the same, and when a document is as a manifest says.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::outbox::merge;

/// What the manifest says of values: pointer, and the values that are good there.
pub type Conditions = BTreeMap<String, Vec<Value>>;

/// Do both mean the same? Absent is null; numbers are compared by value, objects whatever the order of their keys.
pub fn same(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (present(a), present(b)) {
        (None, None) => true,
        (Some(a), Some(b)) => a == b || merge::differences(a, b).is_empty(),
        _ => false,
    }
}

/// The value, unless it is null.
pub fn present(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !value.is_null())
}

/// Is the value one of these?
pub fn one_of(value: Option<&Value>, values: &[Value]) -> bool {
    values.iter().any(|wanted| same(value, Some(wanted)))
}

/// Does the document meet every condition?
pub fn meets(doc: &Value, conditions: &Conditions) -> bool {
    conditions.iter().all(|(at, values)| one_of(doc.pointer(at), values))
}

/// The conditions it does not meet: pointer, and what was wanted there.
pub fn unmet<'a>(doc: &Value, conditions: &'a Conditions) -> Vec<(&'a str, &'a [Value])> {
    let unmet = conditions.iter().filter(|(at, values)| !one_of(doc.pointer(at), values));
    unmet.map(|(at, values)| (at.as_str(), values.as_slice())).collect()
}

/// Does the document hold, for each condition, the first of its values: the usual one?
pub fn usual(doc: &Value, conditions: &Conditions) -> bool {
    conditions.iter().all(|(at, values)| same(doc.pointer(at), values.first()))
}

/// A value in words: a text as it is, everything else as JSON; short.
pub fn told(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(Value::String(text)) => crate::text::shorten(text, 80).into_owned(),
        Some(other) => crate::text::shorten(&other.to_string(), 80).into_owned(),
    }
}
