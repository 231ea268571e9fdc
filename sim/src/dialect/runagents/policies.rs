//! Policies: named, and replaced as a whole.

use serde_json::{Value, json};

use super::refuse;
use crate::http::{Reply, Request};
use crate::options::Quirk;
use crate::world::Place;

pub(super) fn create(place: &mut Place, ask: &Request) -> Reply {
    let body = ask.object().unwrap_or_default();
    let Some(name) = body.get("name").and_then(Value::as_str).filter(|name| !name.is_empty()) else {
        return refuse(400, "name is required");
    };
    if place.get("policies", name).is_some() {
        return refuse(409, &format!("policy {name} already exists"));
    }
    let spec = taken(place, body.get("spec").cloned().unwrap_or_else(|| json!({})));
    let row = json!({
        "name": name, "namespace": "shop", "spec": spec,
        "status": {"ready": true, "message": "compiled"}, "used_by": [],
    });
    place.put("policies", row.clone());
    Reply::json(201, row)
}

/// The spec that is sent is the spec, whatever stood there before.
pub(super) fn replace(place: &mut Place, ask: &Request, name: &str) -> Reply {
    let mut body = ask.object().unwrap_or_default();
    if body.get("name").is_some_and(|named| named != name) {
        return refuse(400, "name cannot be changed");
    }
    let Some(spec) = body.shift_remove("spec").filter(Value::is_object) else {
        return refuse(400, "spec is required");
    };
    let spec = taken(place, spec);
    if !place.update("policies", name, |row| row["spec"] = spec) {
        return refuse(404, &format!("policy {name} not found"));
    }
    place.get("policies", name).map_or_else(|| refuse(404, "policy not found"), Reply::ok)
}

/// What a server that knows only its own schema keeps of a spec.
fn taken(place: &Place, mut spec: Value) -> Value {
    if place.quirks.contains(&Quirk::PolicyDropsTags) {
        for (list, fields) in [("policies", &["tags"][..]), ("approvals", &["tags", "delivery"])] {
            let items = spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
            for item in items.filter_map(Value::as_object_mut) {
                item.retain(|field, _| !fields.contains(&field.as_str()));
            }
        }
    }
    spec
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
