//! Agents, their configuration, and the catalog.

use serde_json::{Value, json};

use super::{invalid, refuse};
use crate::dialect::{apply_edit, list};
use crate::http::{Reply, Request};
use crate::world::Place;

pub(super) fn delete(place: &mut Place, name: &str) -> Reply {
    if place.table_mut("agents").remove(name).is_none() {
        return refuse(404, &format!("agent {name} not found"));
    }
    place.table_mut("agent_configs").remove(name);
    Reply::ok(json!({"status": "deleted"}))
}

pub(super) fn config(place: &Place, name: &str) -> Reply {
    let Some(mut config) = place.get("agent_configs", name) else {
        return refuse(404, &format!("agent {name} not found"));
    };
    if let Some(fields) = config.as_object_mut() {
        fields.shift_remove("name");
    }
    Reply::ok(config)
}

/// Any of the fields may be sent; those that are not stay.
pub(super) fn set_config(place: &mut Place, ask: &Request, name: &str) -> Reply {
    let Some(mut patch) = ask.object() else { return refuse(400, "invalid JSON body") };
    patch.retain(|field, _| {
        matches!(field.as_str(), "system_prompt" | "identity_provider" | "llm_configs" | "required_tools" | "policies")
    });
    let unknown = patch.get("policies").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    if let Some(missing) = unknown.into_iter().find(|policy| place.get("policies", policy).is_none()) {
        return refuse(400, &format!("policy {missing} not found"));
    }
    if !place.update("agent_configs", name, |row| apply_edit(row, &patch)) {
        return refuse(404, &format!("agent {name} not found"));
    }
    config(place, name)
}

/// The workspace in one piece, without its runs.
pub(super) fn context(place: &Place) -> Reply {
    let rows = |table: &str| Value::Array(place.rows(table).to_vec());
    Reply::ok(json!({"agents": rows("agents"), "policies": rows("policies"), "tools": rows("tools")}))
}

pub(super) fn catalog(place: &Place, ask: &Request) -> Reply {
    let cap = place.page_cap.map_or(100, u64::from);
    let page = list::number(ask, "page", 1).filter(|page| *page > 0);
    let size = list::number(ask, "page_size", 50).filter(|size| *size > 0).map(|size| size.min(cap));
    let (Some(page), Some(size)) = (page, size) else {
        return invalid("query", "page and page_size must be positive integers");
    };
    let rows: Vec<&Value> = place.rows("catalog").iter().collect();
    let items = list::window(&rows, (page - 1).saturating_mul(size), size);
    Reply::ok(json!({"items": items, "page": page, "page_size": size, "total": rows.len()}))
}
