//! RunAgents in both generations: bare arrays, `{"error": text}`, agents and policies known by name.
//!
//! The generations differ in the header that carries the key, in `/api` before most paths, in the path of the
//! approvals, and in two field names of a run's events. `normal` takes the older paths to the newer ones.

use serde_json::{Value, json};

use super::{Credentials, Dialect};
use crate::http::{Reply, Request};
use crate::world::{self, Place, text};

mod approvals;
mod fleet;
mod policies;
mod runs;

const KEY: &str = "ra_ws_simulated_workspace_key";
const KEY_ALPHA: &str = "ra_live_simulated_key";

pub(super) const CREDENTIALS: Credentials = Credentials { key: Some(KEY), read_only: None, user: None, password: None };
pub(super) const CREDENTIALS_ALPHA: Credentials = Credentials { key: Some(KEY_ALPHA), ..CREDENTIALS };

pub(super) fn refuse(status: u16, words: &str) -> Reply {
    if status == 422 { invalid("request", words) } else { Reply::json(status, json!({"error": words})) }
}

/// The shape of a refusal by the schema's validator, unlike all others.
fn invalid(place: &str, words: &str) -> Reply {
    Reply::json(
        422,
        json!({
            "type": "about:blank",
            "title": "Unprocessable Entity",
            "status": 422,
            "detail": format!("{place}: {words}"),
        }),
    )
}

pub(super) fn answer(place: &mut Place, ask: &Request) -> Reply {
    let alpha = place.dialect == Dialect::RunAgentsAlpha;
    let bearer = ask.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let given = if alpha { bearer } else { ask.header("x-runagents-api-key") };
    match given {
        Some(key) if key == if alpha { KEY_ALPHA } else { KEY } => {}
        // To the newer generation a bearer token is an end user's.
        None if !alpha && bearer.is_some() => return refuse(401, "invalid token: not a JWT"),
        None => return refuse(401, "missing API key"),
        Some(_) => return refuse(401, "invalid API key"),
    }
    let parts = ask.parts();
    let Some(parts) = normal(alpha, &parts) else { return refuse(404, "not found") };
    route(place, ask, &parts, alpha)
}

/// The path as the newer generation writes it; `None` where the older knows no such path.
fn normal<'a>(alpha: bool, parts: &[&'a str]) -> Option<Vec<&'a str>> {
    if !alpha {
        // A workspace's base URL leads to the same lists.
        let rest = parts.strip_prefix(&["workspaces"]).and_then(|rest| rest.get(1..));
        return Some(rest.unwrap_or(parts).to_vec());
    }
    match parts {
        ["governance", "requests", rest @ ..] => Some([&["approvals", "requests"], rest].concat()),
        // Early pages put the namespace before the name.
        ["api", "agents", _namespace, name] if *name != "config" => Some(vec!["agents", name]),
        ["api", rest @ ..] => Some(rest.to_vec()),
        ["runs", ..] => Some(parts.to_vec()),
        _ => None,
    }
}

fn route(place: &mut Place, ask: &Request, parts: &[&str], alpha: bool) -> Reply {
    match (ask.method.as_str(), parts) {
        ("GET", ["agents"]) => all(place, "agents"),
        ("GET", ["agents", name]) => one(place, "agents", name),
        ("DELETE", ["agents", name]) => fleet::delete(place, name),
        ("GET", ["agents", name, "config"]) => fleet::config(place, name),
        ("PUT", ["agents", name, "config"]) => fleet::set_config(place, ask, name),
        ("GET", ["runs"]) => runs::list(place, ask),
        ("GET", ["runs", id]) => runs::show(place, id),
        ("PATCH", ["runs", id]) => runs::set_status(place, ask, id),
        ("GET", ["runs", id, "events"]) => runs::events(place, ask, id, alpha),
        ("GET", ["runs", id, "actions"]) => Reply::ok(Value::Array(place.children("actions", id).to_vec())),
        ("GET", ["runs", id, "actions", action]) => runs::action(place, id, action),
        ("POST", ["runs", id, "actions", action, "approve"]) => runs::approve_action(place, ask, id, action),
        ("GET", ["approvals", "requests"]) => approvals::list(place, ask),
        ("GET", ["approvals", "requests", id]) => one(place, "approvals", id),
        ("POST", ["approvals", "requests", id, verb @ ("approve" | "reject")]) => {
            approvals::decide(place, ask, id, *verb == "approve")
        }
        ("GET", ["policies"]) => all(place, "policies"),
        ("POST", ["policies"]) => policies::create(place, ask),
        ("POST", ["policies", "translate"]) => policies::translate(ask),
        ("GET", ["policies", name]) => one(place, "policies", name),
        ("PUT", ["policies", name]) => policies::replace(place, ask, name),
        ("DELETE", ["policies", name]) => policies::delete(place, name),
        ("GET", [name @ ("tools" | "model-providers" | "identity-providers" | "approval-connectors" | "builds")]) => {
            all(place, table_for(name))
        }
        (
            "GET",
            [name @ ("tools" | "model-providers" | "identity-providers" | "approval-connectors" | "builds"), id],
        ) => one(place, table_for(name), id),
        ("GET", ["catalog"]) if !alpha => fleet::catalog(place, ask),
        ("GET", ["context", "export"]) if !alpha => fleet::context(place),
        ("GET", ["model-spend"]) if !alpha => all(place, "model_spend"),
        (_, ["agents" | "runs" | "approvals" | "policies" | "tools", ..]) => refuse(405, "method not allowed"),
        _ => refuse(404, "not found"),
    }
}

fn table_for(path: &str) -> &'static str {
    match path {
        "tools" => "tools",
        "model-providers" => "model_providers",
        "identity-providers" => "identity_providers",
        "approval-connectors" => "connectors",
        _ => "builds",
    }
}

fn all(place: &Place, table: &str) -> Reply {
    Reply::ok(Value::Array(place.rows(table).to_vec()))
}

fn one(place: &Place, table: &str, id: &str) -> Reply {
    place.get(table, id).map_or_else(|| refuse(404, &format!("{id} not found")), Reply::ok)
}

pub(super) fn grow(place: &mut Place, collection: &str) -> Option<String> {
    world::runagents::grow(place, collection)
}

pub(super) fn derived(place: &Place, collection: &str) -> Vec<Value> {
    match collection {
        "run_events" => {
            let alpha = place.dialect == Dialect::RunAgentsAlpha;
            place.all_children("run_events").into_iter().map(|event| runs::event_as_served(event, alpha)).collect()
        }
        "actions" => place.all_children("actions"),
        _ => Vec::new(),
    }
}

pub(super) fn target(place: &Place, ask: &Request, parts: &[&str]) -> Option<(&'static str, String)> {
    let parts = normal(place.dialect == Dialect::RunAgentsAlpha, parts)?;
    let owned = |table, id: &str| Some((table, id.to_owned()));
    match *parts.as_slice() {
        ["runs", _, "actions", action, ..] => {
            let request = place.rows("approvals").iter().find(|row| text(row, "action_id") == action);
            request.map_or_else(|| owned("actions", action), |row| owned("approvals", text(row, "id")))
        }
        ["agents", name, "config"] => owned("agent_configs", name),
        ["approvals", "requests", id, ..] => owned("approvals", id),
        ["policies"] => ask.object().and_then(|body| owned("policies", body.get("name")?.as_str()?)),
        [table @ ("agents" | "runs" | "policies"), id] => {
            let table = if table == "agents" {
                "agents"
            } else if table == "runs" {
                "runs"
            } else {
                "policies"
            };
            owned(table, id)
        }
        _ => None,
    }
}

pub(super) fn table_of(segments: &[&str]) -> Option<&'static str> {
    let rest = if segments.first() == Some(&"api") { &segments[1..] } else { segments };
    match rest.first()? {
        &"agents" => Some("agents"),
        &"runs" => Some("runs"),
        &"approvals" | &"governance" => Some("approvals"),
        &"policies" => Some("policies"),
        &"catalog" => Some("catalog"),
        name @ (&"tools" | &"model-providers" | &"identity-providers" | &"approval-connectors" | &"builds") => {
            Some(table_for(name))
        }
        _ => None,
    }
}
