//! What a tool was given, beside what is shown of it already.

use quarterdeck_sync::model::Call;
use serde_json::Value;

/// What is left to show of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Nothing.
    Nothing,
    /// JSON text.
    Json(String),
    /// The text that was sent instead of JSON.
    Text(String),
}

/// A call's input without its command, its paths and the texts of its edits, which are drawn in forms of their own.
pub fn rest(call: &Call) -> Input {
    if call.input.trim().is_empty() {
        return Input::Nothing;
    }
    let Ok(value) = serde_json::from_str::<Value>(&call.input) else {
        // Too deep to be taken apart, or no JSON at all.
        return match serde_json::from_str::<&serde_json::value::RawValue>(&call.input) {
            Ok(_) => Input::Json(call.input.clone()),
            Err(_) if call.command.as_deref() == Some(call.input.as_str()) => Input::Nothing,
            Err(_) => Input::Text(call.input.clone()),
        };
    };
    match left(value, call) {
        Some(value) => Input::Json(value.to_string()),
        None => Input::Nothing,
    }
}

/// What is left of a value; `None` when all of it is shown elsewhere.
fn left(value: Value, call: &Call) -> Option<Value> {
    match value {
        Value::String(text) => (!is_shown(&text, call)).then_some(Value::String(text)),
        Value::Array(values) if !values.is_empty() => {
            let values: Vec<Value> = values.into_iter().filter_map(|value| left(value, call)).collect();
            (!values.is_empty()).then_some(Value::Array(values))
        }
        Value::Object(members) => {
            let members: serde_json::Map<_, _> =
                members.into_iter().filter_map(|(name, value)| Some((name, left(value, call)?))).collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
        value => Some(value),
    }
}

fn is_shown(text: &str, call: &Call) -> bool {
    let edits = call.edits.iter().any(|edit| edit.before == text || edit.after == text);
    edits || call.command.as_deref() == Some(text) || call.paths.iter().any(|path| path == text)
}
