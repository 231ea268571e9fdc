//! What operators do and look at: alerts, approvals, workflow runs, messages, costs, search.

use serde_json::{Value, json};

use super::paging::{self, Style};
use super::{deny, invalid};
use crate::dialect::Dialect;
use crate::http::{Reply, Request};
use crate::world::{self, Place, text};

pub(super) fn acknowledge(place: &mut Place, id: &str) -> Reply {
    if !place.update("alerts", id, |row| row["acknowledged"] = true.into()) {
        return deny(place, 404, "Alert not found");
    }
    place.get("alerts", id).map_or_else(|| deny(place, 404, "Alert not found"), Reply::ok)
}

pub(super) fn respond(place: &mut Place, ask: &Request, id: &str) -> Reply {
    let body = ask.object().unwrap_or_default();
    let Some(approved) = body.get("approved").and_then(Value::as_bool) else {
        return invalid(place, "approved", "Field required", "missing");
    };
    match world::exo::respond(place, id, approved, body.get("comment").and_then(Value::as_str)) {
        None => deny(place, 404, "Approval not found"),
        Some(false) => deny(place, 400, "Approval already resolved"),
        Some(true) => place.get("approvals", id).map_or_else(|| deny(place, 404, "Approval not found"), Reply::ok),
    }
}

pub(super) fn workflow_runs(place: &Place, ask: &Request, workflow: &str) -> Reply {
    if place.get("workflows", workflow).is_none() {
        return deny(place, 404, "Workflow not found");
    }
    let wanted = ask.param("status");
    let of_this =
        |row: &&Value| text(row, "workflow_id") == workflow && wanted.is_none_or(|s| text(row, "status") == s);
    let rows: Vec<&Value> = place.rows("workflow_runs").iter().filter(of_this).collect();
    paging::cut(place, ask, &rows, Style::Counted)
}

pub(super) fn start(place: &mut Place, workflow: &str) -> Reply {
    if place.get("workflows", workflow).is_none() {
        return deny(place, 404, "Workflow not found");
    }
    let run = world::exo::workflow_run(place, workflow);
    place.get("workflow_runs", &run).map_or_else(|| deny(place, 404, "Run not found"), |row| Reply::json(201, row))
}

pub(super) fn cancel(place: &mut Place, run: &str) -> Reply {
    match world::exo::cancel_workflow_run(place, run) {
        None => deny(place, 404, "Run not found"),
        Some(false) => deny(place, 422, "Run is already finished"),
        Some(true) => place.get("workflow_runs", run).map_or_else(|| deny(place, 404, "Run not found"), Reply::ok),
    }
}

pub(super) fn messages(place: &Place, ask: &Request, conversation: &str) -> Reply {
    if place.get("conversations", conversation).is_none() {
        return deny(place, 404, "Conversation not found");
    }
    let rows: Vec<&Value> = place.children("messages", conversation).iter().collect();
    let style = if place.dialect == Dialect::Exo { Style::Whole } else { Style::Cursor };
    paging::cut(place, ask, &rows, style)
}

pub(super) fn costs(place: &Place, ask: &Request) -> Reply {
    let hours = match ask.param("range").unwrap_or("24h") {
        "24h" => 24,
        "7d" => 7 * 24,
        "30d" => 30 * 24,
        _ => return invalid(place, "range", "Input should be '24h', '7d' or '30d'", "literal_error"),
    };
    Reply::ok(world::exo::costs(place, hours * 3600))
}

pub(super) fn health(place: &Place) -> Value {
    let runs = place.rows("runs");
    let with = |status: &str| runs.iter().filter(|run| run["status"] == status).count();
    json!({
        "status": "healthy",
        "agents": place.rows("agents").len(),
        "runs": {"running": with("running"), "failed": with("failed"), "completed": with("completed")},
        "unacknowledged_alerts": place.rows("alerts").iter().filter(|alert| alert["acknowledged"] == false).count(),
    })
}

fn matching(place: &Place, table: &str, words: &str) -> Vec<Value> {
    let words = words.to_lowercase();
    let rows = place.rows(table).iter();
    rows.filter(|row| ["name", "description"].iter().any(|field| text(row, field).to_lowercase().contains(&words)))
        .take(5)
        .cloned()
        .collect()
}

/// The words go to the database's own query parser as they are: quotes, dashes and AND break it.
pub(super) fn search(place: &Place, ask: &Request) -> Reply {
    let Some(words) = ask.param("q") else { return invalid(place, "q", "Field required", "missing") };
    if words.contains(['"', '-']) || words.contains("AND") {
        return deny(place, 500, "Internal server error");
    }
    Reply::ok(json!({
        "agents": matching(place, "agents", words),
        "workflows": matching(place, "workflows", words),
        "tools": matching(place, "tools", words),
        "knowledge_bases": matching(place, "knowledge_bases", words),
    }))
}

pub(super) fn search_documented(place: &Place, ask: &Request) -> Reply {
    let Some(words) = ask.param("q") else { return invalid(place, "q", "Field required", "missing") };
    let mut found = Vec::new();
    for (table, kind) in [("agents", "agent"), ("workflows", "workflow"), ("tools", "tool")] {
        for row in matching(place, table, words) {
            found.push(json!({"type": kind, "id": row["id"], "name": row["name"], "description": row["description"]}));
        }
    }
    let total = found.len();
    Reply::ok(json!({"data": found, "pagination": {"next_cursor": null, "has_more": false, "total": total}}))
}
