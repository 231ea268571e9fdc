//! What the lists of all dialects have in common.

use serde_json::{Map, Value};

use crate::http::Request;

/// A parameter read as a number of rows; `None` when it is no number.
pub(crate) fn number(ask: &Request, name: &str, default: u64) -> Option<u64> {
    match ask.param(name) {
        None => Some(default),
        Some(text) => text.parse().ok(),
    }
}

/// Keeps the rows whose field is what the query asks for, for each `(parameter, field)` that is asked for.
pub(crate) fn only<'a>(rows: Vec<&'a Value>, ask: &Request, filters: &[(&str, &str)]) -> Vec<&'a Value> {
    let wanted: Vec<(&str, &str)> =
        filters.iter().filter_map(|(param, field)| Some((*field, ask.param(param)?))).collect();
    rows.into_iter()
        .filter(|row| wanted.iter().all(|(pointer, value)| row.pointer(pointer).and_then(Value::as_str) == Some(value)))
        .collect()
}

/// The rows of one page, copied.
pub(crate) fn window(rows: &[&Value], offset: u64, limit: u64) -> Vec<Value> {
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    let take = usize::try_from(limit).unwrap_or(usize::MAX);
    rows.iter().skip(skip).take(take).map(|row| (*row).clone()).collect()
}

/// Merges a patch into a row, field by field; `null` in the patch leaves the field alone.
pub(crate) fn apply_edit(row: &mut Value, patch: &Map<String, Value>) {
    let Some(fields) = row.as_object_mut() else { return };
    for (name, value) in patch {
        if !value.is_null() {
            fields.insert(name.clone(), value.clone());
        }
    }
}
