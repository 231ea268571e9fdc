//! Secrets that no manifest needs to name: what is called by these names is one on every platform.
//!
//! A short list on purpose. A name too many hides from an operator what they came to see.

use std::collections::BTreeSet;

use serde_json::Value;

/// What surrounds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// Nothing that matters.
    Plain,
    /// It is the value of `env`: a list of names and values, or an object of them.
    Environment,
    /// It is an item of such a list.
    Variable,
    /// Its name says that it is a secret. Only text is hidden: an object under such a name is a schema more often than not.
    Secret,
}

/// What surrounds the value of `name`.
#[inline]
pub fn below(around: Around, name: &str) -> Around {
    match (around, name) {
        (Around::Variable, "value") => Around::Secret,
        // Not a list but an object: each name is a variable's.
        (Around::Environment, _) => Around::Secret,
        (_, "env") => Around::Environment,
        (_, name) if is_secret(name) => Around::Secret,
        _ => Around::Plain,
    }
}

/// What surrounds the items of an array.
#[inline]
pub fn in_array(around: Around) -> Around {
    if around == Around::Environment { Around::Variable } else { Around::Plain }
}

/// Told by length first: nearly every name is settled by that.
#[inline]
fn is_secret(name: &str) -> bool {
    let names: &[&str] = match name.len() {
        6 => &["cookie"],
        8 => &["password"],
        9 => &["x-api-key"],
        10 => &["set-cookie"],
        11 => &["private_key"],
        12 => &["api_key_hash"],
        13 => &["authorization", "client_secret"],
        19 => &["proxy-authorization", "x-runagents-api-key"],
        _ => return false,
    };
    names.iter().any(|secret| name.eq_ignore_ascii_case(secret))
}

/// The texts of a document that are secrets: by the names above, or because a manifest's mask ends in one of `named`.
pub fn texts<'a>(document: &'a Value, named: &BTreeSet<&str>) -> Vec<&'a str> {
    let mut found = Vec::new();
    gather(document, Around::Plain, named, &mut found);
    found
}

fn gather<'a>(value: &'a Value, around: Around, named: &BTreeSet<&str>, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) if around == Around::Secret => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| gather(item, in_array(around), named, found)),
        Value::Object(members) => {
            for (name, value) in members {
                let around = match named.contains(name.as_str()) {
                    // All that stands below it: `/headers/*`.
                    true if value.is_object() => Around::Environment,
                    true => Around::Secret,
                    false => below(around, name),
                };
                gather(value, around, named, found);
            }
        }
        _ => {}
    }
}
