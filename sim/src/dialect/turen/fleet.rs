//! Registered agents and the policy.

use serde_json::{Value, json};

use super::{page, paging, refuse};
use crate::dialect::{apply_edit, list};
use crate::http::{Reply, Request};
use crate::options::Quirk;
use crate::time::iso;
use crate::world::Place;

pub(super) fn list(place: &Place, ask: &Request) -> Reply {
    let (offset, limit) = match paging(place, ask, 50) {
        Ok(window) => window,
        Err(refusal) => return refusal,
    };
    let rows: Vec<&Value> = place.rows("agents").iter().collect();
    page("agents", list::window(&rows, offset, limit), offset, limit, rows.len() as u64)
}

pub(super) fn show(place: &Place, id: &str) -> Reply {
    place.get("agents", id).map_or_else(|| refuse(404, "Agent not found"), Reply::ok)
}

pub(super) fn set_status(place: &mut Place, ask: &Request, id: &str) -> Reply {
    let Some(body) = ask.object() else { return refuse(400, "Invalid JSON body") };
    let status = match body.get("status").and_then(Value::as_str) {
        Some(status @ ("active" | "suspended")) => status.to_owned(),
        _ => return refuse(400, "status must be 'active' or 'suspended'"),
    };
    if body.get("reason").is_some_and(|reason| !reason.is_string() && !reason.is_null()) {
        return refuse(400, "reason must be a string");
    }
    match place.get("agents", id) {
        None => return refuse(404, "Agent not found"),
        Some(agent) if agent["status"] == "deleted" => return refuse(400, "Agent is deleted"),
        Some(_) => {}
    }
    place.update("agents", id, |row| row["status"] = status.into());
    Reply::empty(204)
}

pub(super) fn delete(place: &mut Place, ask: &Request, id: &str) -> Reply {
    let known = match ask.param("hard") {
        Some("true") => place.table_mut("agents").remove(id).is_some(),
        None | Some("false") => place.update("agents", id, |row| row["status"] = "deleted".into()),
        Some(_) => return refuse(400, "hard must be true or false"),
    };
    if known { Reply::empty(204) } else { refuse(404, "Agent not found") }
}

/// Rules are replaced as a whole, or merged where the place has that quirk; the version rises with every change.
pub(super) fn set_policy(place: &mut Place, ask: &Request) -> Reply {
    let body = ask.object();
    let Some(rules) = body.as_ref().and_then(|body| body.get("rules")).filter(|rules| rules.is_object()) else {
        return refuse(400, "rules must be an object");
    };
    let scorecard = rules.get("min_scorecard").and_then(Value::as_f64).unwrap_or(0.0);
    if !(0.0..=10.0).contains(&scorecard) {
        return refuse(400, "min_scorecard must be between 0 and 10");
    }
    let now = iso(place.now);
    let merges = place.quirks.contains(&Quirk::PolicyMerges);
    let silent = place.quirks.contains(&Quirk::PolicyAnswersNothing);
    let Some(policy) = place.singles.get_mut("policy") else { return refuse(404, "Not found") };
    match rules.as_object().filter(|_| merges) {
        Some(patch) => apply_edit(&mut policy["rules"], patch),
        None => policy["rules"] = rules.clone(),
    }
    for field in ["name", "blocked_packages", "blocked_maintainers"] {
        if let Some(value) = body.as_ref().and_then(|body| body.get(field)) {
            policy[field] = value.clone();
        }
    }
    bump_policy(policy, &now);
    if silent { Reply::empty(204) } else { Reply::ok(policy.clone()) }
}

/// `v1.4.2` becomes `v1.4.3`.
pub(crate) fn bump_policy(policy: &mut Value, now: &str) {
    let version = policy["version"].as_str().unwrap_or("v1.0.0");
    let (front, last) = version.rsplit_once('.').unwrap_or((version, "0"));
    let next = last.parse::<u64>().unwrap_or(0) + 1;
    policy["version"] = json!(format!("{front}.{next}"));
    policy["updated_at"] = now.into();
}
