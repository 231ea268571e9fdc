//! Text that attacks whoever shows it.

use serde_json::Value;

use crate::dialect::Dialect;
use crate::http::Request;

/// Set the window title, clear the screen, a C1 control (CSI), a bidi override and isolate, NUL, a hyperlink, a bell.
pub(crate) const PLANT: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[31m\u{9b}5m\u{90}q\u{202e}gnp.exe\u{2066}\u{0}\u{1b}]8;;http://evil.example\u{1b}\\\r\u{8}";

/// Appends the plant to every text of a row that is no identifier, time, or word of a closed set.
pub(crate) fn plant(value: &mut Value, dialect: Dialect) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                if name.ends_with("_json") {
                    plant_inside(field, dialect);
                } else if !is_machine_read(name, dialect) {
                    plant(field, dialect);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| plant(item, dialect)),
        Value::String(text) if !text.contains(PLANT) => text.push_str(PLANT),
        _ => {}
    }
}

/// A text that holds JSON stays JSON, and attacks whoever unpacks it.
fn plant_inside(field: &mut Value, dialect: Dialect) {
    match field {
        Value::String(text) => {
            if let Ok(mut inner) = serde_json::from_str::<Value>(text) {
                plant(&mut inner, dialect);
                *text = inner.to_string();
            }
        }
        other => plant(other, dialect),
    }
}

/// Takes the plant out of a request, so that a row may be asked for by the name it was shown under.
pub(crate) fn strip(ask: &mut Request) {
    for segment in &mut ask.segments {
        *segment = segment.replace(PLANT, "");
    }
    for (_, value) in &mut ask.query {
        *value = value.replace(PLANT, "");
    }
    if let Ok(mut body) = serde_json::from_slice::<Value>(&ask.body) {
        strip_value(&mut body);
        ask.body = body.to_string().into();
    }
}

fn strip_value(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(strip_value),
        Value::Array(items) => items.iter_mut().for_each(strip_value),
        Value::String(text) => *text = text.replace(PLANT, ""),
        _ => {}
    }
}

fn is_machine_read(field: &str, dialect: Dialect) -> bool {
    // RunAgents knows agents and tools by name: there the name is a text of a person.
    if dialect.platform().starts_with("runagents") && matches!(field, "agent_id" | "tool_id" | "name") {
        return false;
    }
    field == "id"
        || field.ends_with("_id")
        || field.ends_with("_at")
        || field.ends_with("_hash")
        || matches!(
            field,
            "timestamp"
                | "date"
                | "status"
                | "phase"
                | "type"
                | "outcome"
                | "role"
                | "severity"
                | "next_cursor"
                | "token"
                | "csrf_token"
                | "method"
                | "tool_method"
                | "permission"
                | "scope"
                | "duration"
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_for_people_is_planted_once_and_what_machines_read_is_not() {
        let mut row =
            json!({"id": "a", "status": "active", "hostname": "h", "actor": {"args": ["x"]}, "tools_json": "[\"t\"]"});
        plant(&mut row, Dialect::Turen);
        plant(&mut row, Dialect::Turen);
        assert_eq!(row["id"], "a");
        assert_eq!(row["status"], "active");
        assert_eq!(row["hostname"], format!("h{PLANT}"));
        let tools: Value = serde_json::from_str(row["tools_json"].as_str().unwrap()).unwrap();
        assert_eq!(tools, json!([format!("t{PLANT}")]));
        assert_eq!(row["actor"]["args"][0], format!("x{PLANT}"));
    }
}
