//! Policies: named, and replaced as a whole.

use serde_json::{Value, json};

use super::refuse;
use crate::http::{Reply, Request};
use crate::world::Place;

pub(super) fn create(place: &mut Place, ask: &Request) -> Reply {
    let body = ask.object().unwrap_or_default();
    let Some(name) = body.get("name").and_then(Value::as_str).filter(|name| !name.is_empty()) else {
        return refuse(400, "name is required");
    };
    if place.get("policies", name).is_some() {
        return refuse(409, &format!("policy {name} already exists"));
    }
    let spec = body.get("spec").cloned().unwrap_or_else(|| json!({}));
    let row = json!({
        "name": name, "namespace": "shop", "spec": spec,
        "status": {"ready": true, "message": "compiled"}, "used_by": [],
    });
    place.put("policies", row.clone());
    Reply::json(201, row)
}

/// The spec that is sent is the spec, whatever stood there before.
pub(super) fn replace(place: &mut Place, ask: &Request, name: &str) -> Reply {
    let Some(spec) = ask.object().and_then(|mut body| body.shift_remove("spec")).filter(Value::is_object) else {
        return refuse(400, "spec is required");
    };
    if !place.update("policies", name, |row| row["spec"] = spec) {
        return refuse(404, &format!("policy {name} not found"));
    }
    place.get("policies", name).map_or_else(|| refuse(404, "policy not found"), Reply::ok)
}

pub(super) fn delete(place: &mut Place, name: &str) -> Reply {
    let used = place.rows("agent_configs").iter().any(|config| {
        config["policies"].as_array().is_some_and(|policies| policies.iter().any(|policy| policy == name))
    });
    if used {
        return refuse(409, &format!("policy {name} is in use"));
    }
    match place.table_mut("policies").remove(name) {
        Some(_) => Reply::ok(json!({"status": "deleted"})),
        None => refuse(404, &format!("policy {name} not found")),
    }
}

/// The words a person wrote, as rules. The platform asks a model; here any sentence gives the careful rule.
pub(super) fn translate(ask: &Request) -> Reply {
    match ask.object().and_then(|body| body.get("text")?.as_str().map(str::to_owned)) {
        Some(text) if !text.trim().is_empty() => Reply::ok(json!({"rules": [
            {"permission": "approval_required", "operations": [], "resource": "*", "tags": []},
        ]})),
        _ => refuse(400, "text is required"),
    }
}
