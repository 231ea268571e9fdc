//! Runs, their events and their blocked actions.

use serde_json::{Value, json};

use super::{invalid, refuse};
use crate::dialect::list;
use crate::http::{Reply, Request};
use crate::world::{self, Place, text};

const STATUSES: [&str; 6] = ["RUNNING", "PAUSED_APPROVAL", "PAUSED_CONSENT", "PAUSED", "COMPLETED", "FAILED"];

/// Without a status, only the running ones.
pub(super) fn list(place: &Place, ask: &Request) -> Reply {
    let status = ask.param("status").unwrap_or("RUNNING");
    if !STATUSES.contains(&status) {
        return invalid("query.status", &format!("'{status}' is not one of {}", STATUSES.join(", ")));
    }
    let rows = place.rows("runs").iter().filter(|row| text(row, "status") == status);
    let rows = list::only(rows.collect(), ask, &[("agent_id", "/agent_id")]);
    Reply::ok(rows.into_iter().cloned().collect())
}

pub(super) fn show(place: &Place, id: &str) -> Reply {
    if !is_uuid(id) {
        return invalid("path.id", &format!("'{id}' is not a valid UUID"));
    }
    place.get("runs", id).map_or_else(|| refuse(404, "run not found"), Reply::ok)
}

fn is_uuid(id: &str) -> bool {
    id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

pub(super) fn set_status(place: &mut Place, ask: &Request, id: &str) -> Reply {
    let Some(run) = place.get("runs", id) else { return refuse(404, "run not found") };
    let body = ask.object().unwrap_or_default();
    let to = match body.get("status").and_then(Value::as_str) {
        Some(to) if STATUSES.contains(&to) => to.to_owned(),
        Some(to) => return refuse(400, &format!("unknown status {to}")),
        None => return refuse(400, "status is required"),
    };
    let from = text(&run, "status").to_owned();
    let allowed = match from.as_str() {
        "RUNNING" => to != "RUNNING" && to != "PAUSED",
        from if from.starts_with("PAUSED") => matches!(to.as_str(), "RUNNING" | "FAILED"),
        _ => false,
    };
    if !allowed {
        return refuse(409, &format!("invalid transition from {from} to {to}"));
    }
    match to.as_str() {
        "FAILED" => world::runagents::fail_run(place, id, "stopped through the API"),
        "COMPLETED" => world::runagents::finish_run(place, id),
        "RUNNING" => world::runagents::resume_run(place, id),
        _ => {
            place.update("runs", id, |row| row["status"] = to.into());
        }
    }
    show(place, id)
}

/// In the order of their numbers, those after `after_seq`.
pub(super) fn events(place: &Place, ask: &Request, id: &str, alpha: bool) -> Reply {
    if place.get("runs", id).is_none() {
        return refuse(404, "run not found");
    }
    let cap = place.page_cap.map_or(500, u64::from);
    let (after, limit) = (list::number(ask, "after_seq", 0), list::number(ask, "limit", 100));
    let (Some(after), Some(limit)) = (after, limit) else {
        return invalid("query", "after_seq and limit must be integers");
    };
    let later = place.children("run_events", id).iter().filter(|event| event["seq"].as_u64() > Some(after));
    let page = later.take(usize::try_from(limit.min(cap)).unwrap_or(usize::MAX));
    Reply::ok(page.map(|event| event_as_served(event.clone(), alpha)).collect())
}

/// The older generation calls two fields by other names.
pub(super) fn event_as_served(mut event: Value, alpha: bool) -> Value {
    if alpha && let Some(fields) = event.as_object_mut() {
        for (new, old) in [("event_id", "id"), ("timestamp", "created_at")] {
            if let Some(value) = fields.shift_remove(new) {
                fields.insert(old.to_owned(), value);
            }
        }
    }
    event
}

fn find_action(place: &Place, run: &str, action: &str) -> Option<Value> {
    place.children("actions", run).iter().find(|row| text(row, "id") == action).cloned()
}

pub(super) fn action(place: &Place, run: &str, action: &str) -> Reply {
    find_action(place, run, action).map_or_else(|| refuse(404, "action not found"), Reply::ok)
}

pub(super) fn approve_action(place: &mut Place, ask: &Request, run: &str, action: &str) -> Reply {
    let Some(found) = find_action(place, run, action) else { return refuse(404, "action not found") };
    if found["status"] != "BLOCKED" {
        return refuse(409, "action is not blocked");
    }
    let body = ask.object().unwrap_or_default();
    match body.get("payload_hash").and_then(Value::as_str) {
        None => return refuse(400, "payload_hash is required"),
        Some(hash) if hash != text(&found, "payload_hash") => return refuse(409, "payload hash mismatch"),
        Some(_) => {}
    }
    let request = place.rows("approvals").iter().find(|row| text(row, "action_id") == action);
    let request = request.map(|row| text(row, "id").to_owned());
    match request {
        Some(request) => {
            world::runagents::decide(place, &request, true, "api", Some(&Value::Object(body)));
        }
        None => world::runagents::set_action(place, run, action, "APPROVED"),
    }
    Reply::ok(json!({"status": "approved", "action": find_action(place, run, action)}))
}
