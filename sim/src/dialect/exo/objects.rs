//! The usual verbs on the usual objects, and the server's habit of "cleaning" what is written.

use serde_json::{Map, Value, json};

use super::{deny, invalid, stamp};
use crate::dialect::{Dialect, apply_edit};
use crate::http::{Reply, Request};
use crate::world::{self, Place, text};

pub(super) fn show(place: &Place, table: &str, id: &str) -> Reply {
    // Built-in tools are in the list and nowhere else.
    let row = place.get(table, id).filter(|_| place.dialect == Dialect::ExoDocumented || !id.starts_with("builtin:"));
    row.map_or_else(|| deny(place, 404, "Resource not found"), Reply::ok)
}

pub(super) fn create(place: &mut Place, ask: &Request, table: &str) -> Reply {
    let Some(mut fields) = ask.object() else {
        return invalid(place, "body", "Input should be an object", "dict_type");
    };
    if !fields.get("name").is_some_and(Value::is_string)
        && matches!(table, "projects" | "agents" | "workflows" | "tools" | "alert_rules")
    {
        return invalid(place, "name", "Field required", "missing");
    }
    sanitise(place, &mut fields);
    let id = place.rng.uuid();
    let now = stamp(place);
    let mut row = json!({"id": id, "user_id": world::exo::USER});
    if table == "alert_rules" {
        row["enabled"] = true.into();
    }
    apply_edit(&mut row, &fields);
    row["created_at"] = now.clone().into();
    row["updated_at"] = now.into();
    place.put(table, row.clone());
    Reply::json(201, row)
}

/// Only what is sent changes, and null leaves a field alone.
pub(super) fn update(place: &mut Place, ask: &Request, table: &str, id: &str) -> Reply {
    let Some(mut fields) = ask.object() else {
        return invalid(place, "body", "Input should be an object", "dict_type");
    };
    if table == "deployments"
        && let Some(status) = fields.get("status").and_then(Value::as_str)
        && !matches!(status, "active" | "inactive")
    {
        return invalid(place, "status", "Input should be 'active' or 'inactive'", "literal_error");
    }
    if table == "alert_rules"
        && fields.get("enabled").is_some_and(|enabled| !enabled.is_boolean() && !enabled.is_null())
    {
        return invalid(place, "enabled", "Input should be a valid boolean", "bool_type");
    }
    for fixed in ["id", "user_id", "created_at", "updated_at"] {
        fields.shift_remove(fixed);
    }
    sanitise(place, &mut fields);
    let now = stamp(place);
    let known = place.update(table, id, |row| {
        apply_edit(row, &fields);
        row["updated_at"] = now.into();
        if let Some(version) = row.get("version").and_then(Value::as_u64) {
            row["version"] = (version + 1).into();
        }
    });
    if known {
        place.get(table, id).map_or_else(|| deny(place, 404, "Resource not found"), Reply::ok)
    } else {
        deny(place, 404, "Resource not found")
    }
}

pub(super) fn delete(place: &mut Place, table: &str, id: &str) -> Reply {
    let known = !id.starts_with("builtin:") && place.table_mut(table).remove(id).is_some();
    match (known, table) {
        (false, _) => deny(place, 404, "Resource not found"),
        (true, "conversations") => Reply::ok(json!({"message": "Conversation deleted"})),
        (true, _) => Reply::empty(204),
    }
}

pub(super) fn duplicate(place: &mut Place, id: &str) -> Reply {
    let Some(mut row) = place.get("agents", id) else { return deny(place, 404, "Resource not found") };
    let now = stamp(place);
    row["id"] = place.rng.uuid().into();
    row["name"] = format!("{} (copy)", text(&row, "name")).into();
    row["created_at"] = now.clone().into();
    row["updated_at"] = now.into();
    place.put("agents", row.clone());
    Reply::json(201, row)
}

/// As it is, the server takes out whatever stands between a `<` and a `>`, code and comparisons included.
fn sanitise(place: &Place, fields: &mut Map<String, Value>) {
    if place.dialect == Dialect::ExoDocumented {
        return;
    }
    for value in fields.values_mut() {
        if let Value::String(text) = value {
            *text = without_tags(text);
        }
    }
}

fn without_tags(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        clean.push_str(before);
        match after.split_once('>') {
            Some((_, beyond)) => rest = beyond,
            None => {
                clean.push('<');
                rest = after;
            }
        }
    }
    clean.push_str(rest);
    clean
}

#[cfg(test)]
mod tests {
    use super::without_tags;

    #[test]
    fn a_comparison_loses_its_middle() {
        assert_eq!(without_tags("if a < b and c > d"), "if a  d");
        assert_eq!(without_tags("use <b>bold</b> words, 1 < 2"), "use bold words, 1 < 2");
    }
}
