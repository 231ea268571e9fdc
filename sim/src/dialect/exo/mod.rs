//! Exo in both its forms. As documented: cursors everywhere, `{"detail"}`, a key or a cookie. As it is: four ways of
//! paging, cookies with CSRF, its own errors, and a number of oddities, each at its place below.

use serde_json::{Value, json};

use super::{Credentials, Dialect};
use crate::http::{Reply, Request};
use crate::time::plain;
use crate::world::{self, Place};

mod auth;
mod objects;
mod operations;
mod paging;

use paging::Style;

const KEY: &str = "exo_simulated_api_key";
const USER: &str = "operator@chandlery.example";
const PASSWORD: &str = "simulated-password";

pub(super) const CREDENTIALS: Credentials =
    Credentials { key: None, read_only: None, user: Some(USER), password: Some(PASSWORD) };
pub(super) const CREDENTIALS_DOCUMENTED: Credentials = Credentials { key: Some(KEY), ..CREDENTIALS };

/// A refusal by the server as it is.
pub(super) fn refuse(status: u16, words: &str) -> Reply {
    // Limits and CSRF are refused by another layer, which speaks the documented form.
    if status == 429 {
        return refuse_documented(status, words);
    }
    let code = match status {
        400 => "BAD_REQUEST",
        401 => "UNAUTHORIZED",
        403 => "FORBIDDEN",
        404 => "NOT_FOUND",
        405 => "METHOD_NOT_ALLOWED",
        422 => "VALIDATION_ERROR",
        _ => "INTERNAL_ERROR",
    };
    Reply::json(status, json!({"error": {"code": code, "message": words, "details": {}}}))
}

/// A refusal as the manual describes it.
pub(super) fn refuse_documented(status: u16, words: &str) -> Reply {
    Reply::json(status, json!({"detail": words}))
}

/// A refusal in the form of the place.
fn deny(place: &Place, status: u16, words: &str) -> Reply {
    place.dialect.refuse(status, words)
}

/// A field is wrong: 422 with the field named, or as documented 400.
fn invalid(place: &Place, field: &str, words: &str, kind: &str) -> Reply {
    if place.dialect == Dialect::ExoDocumented {
        return refuse_documented(400, &format!("{field}: {words}"));
    }
    let fields = json!([{"field": field, "message": words, "type": kind}]);
    let error = json!({"code": "VALIDATION_ERROR", "message": "Validation failed", "details": {"fields": fields}});
    Reply::json(422, json!({"error": error}))
}

/// Paths outside `/api/v1`, of the server as it is.
pub(super) fn outside(ask: &Request) -> Reply {
    if ask.path == "/api/health" {
        return Reply::ok(json!({"status": "healthy", "version": "0.9.4", "database": "ok"}));
    }
    match ask.path.strip_prefix("/api/") {
        Some(rest) => Reply::empty(301).with("Location", format!("/api/v1/{rest}")),
        None => refuse(404, "Not found"),
    }
}

pub(super) fn answer(place: &mut Place, ask: &Request) -> Reply {
    let real = place.dialect == Dialect::Exo;
    if real && ask.path.len() > 1 && ask.path.ends_with('/') {
        let query: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&ask.query).finish();
        let mark = if query.is_empty() { "" } else { "?" };
        let path = ask.path.trim_end_matches('/');
        return Reply::empty(307).with("Location", format!("/api/v1{path}{mark}{query}"));
    }
    let parts = ask.parts();
    if let ["auth", verb] = parts.as_slice() {
        return auth::answer(place, ask, verb);
    }
    if let Err(refusal) = auth::check(place, ask) {
        return refusal;
    }
    let special = if real { route_real(place, ask, &parts) } else { route_documented(place, ask, &parts) };
    special.or_else(|| route_common(place, ask, &parts)).unwrap_or_else(|| deny(place, 404, "Resource not found"))
}

/// What only the documented form has.
fn route_documented(place: &mut Place, ask: &Request, parts: &[&str]) -> Option<Reply> {
    Some(match (ask.method.as_str(), parts) {
        ("GET", ["monitoring", "costs"]) => Reply::ok(world::exo::costs(place, 30 * 86_400)),
        ("GET", ["monitoring", "health"]) => Reply::ok(operations::health(place)),
        ("GET", ["alerts"]) => paging::list(place, ask, "alert_rules", Style::Cursor),
        ("POST", ["alerts"]) => objects::create(place, ask, "alert_rules"),
        ("PUT", ["alerts", id]) => objects::update(place, ask, "alert_rules", id),
        (_, ["alerts"] | ["alerts", _]) => deny(place, 405, "Method not allowed"),
        ("PUT", ["deployments", id]) => objects::update(place, ask, "deployments", id),
        ("PATCH", ["deployments", _]) => deny(place, 405, "Method not allowed"),
        ("GET", ["search"]) => operations::search_documented(place, ask),
        ("GET", ["providers"]) => paging::list(place, ask, "providers", Style::Cursor),
        // Not in the manual, whatever the server has.
        (_, ["approvals" | "costs" | "metrics", ..] | ["workflows", _, "runs", ..]) => {
            deny(place, 404, "Resource not found")
        }
        _ => return None,
    })
}

/// What only the server has.
fn route_real(place: &mut Place, ask: &Request, parts: &[&str]) -> Option<Reply> {
    Some(match (ask.method.as_str(), parts) {
        ("GET", ["costs", "summary"]) => operations::costs(place, ask),
        ("GET", ["metrics", "dashboard"]) => Reply::ok(operations::health(place)),
        ("GET", ["alerts"]) => paging::list(place, ask, "alerts", Style::Slice),
        ("GET", ["alerts", "rules"]) => paging::list(place, ask, "alert_rules", Style::Whole),
        ("POST", ["alerts", "rules"]) => objects::create(place, ask, "alert_rules"),
        ("PUT", ["alerts", "rules", id]) => objects::update(place, ask, "alert_rules", id),
        ("DELETE", ["alerts", "rules", id]) => objects::delete(place, "alert_rules", id),
        (_, ["alerts", "rules"] | ["alerts", "rules", _]) => deny(place, 405, "Method not allowed"),
        ("PUT", ["alerts", id, "acknowledge"]) => operations::acknowledge(place, id),
        ("GET", ["approvals", "pending"]) => paging::list(place, ask, "approvals", Style::Slice),
        ("POST", ["approvals", id, "respond"]) => operations::respond(place, ask, id),
        ("GET", ["workflows", id, "runs"]) => operations::workflow_runs(place, ask, id),
        ("GET", ["workflows", _, "runs", run]) => objects::show(place, "workflow_runs", run),
        ("DELETE", ["workflows", _, "runs", run]) => operations::cancel(place, run),
        ("PATCH", ["deployments", id]) => objects::update(place, ask, "deployments", id),
        ("PUT", ["deployments", _]) => deny(place, 405, "Method not allowed"),
        ("GET", ["search"]) => operations::search(place, ask),
        ("GET", ["providers"]) => deny(place, 403, "Admin access required"),
        (_, ["alerts"] | ["alerts", _, "acknowledge"] | ["approvals", _, "respond"] | ["workflows", _, "runs", ..]) => {
            deny(place, 405, "Method not allowed")
        }
        (_, ["monitoring", ..]) => deny(place, 404, "Not found"),
        _ => return None,
    })
}

fn route_common(place: &mut Place, ask: &Request, parts: &[&str]) -> Option<Reply> {
    let real = place.dialect == Dialect::Exo;
    let table = parts.first().and_then(|name| object_table(name));
    Some(match (ask.method.as_str(), parts, table) {
        ("GET", [_], Some(table)) => paging::list(place, ask, table, style_of(table, real)),
        ("POST", [_], Some(table)) if !matches!(table, "runs" | "conversations") => objects::create(place, ask, table),
        ("GET", [_, id], Some(table)) => objects::show(place, table, id),
        ("PUT", [_, id], Some(table @ ("projects" | "agents" | "workflows" | "tools"))) => {
            objects::update(place, ask, table, id)
        }
        ("DELETE", [_, id], Some(table)) if table != "runs" => objects::delete(place, table, id),
        ("POST", ["agents", id, "duplicate"], _) => objects::duplicate(place, id),
        ("POST", ["workflows", id, "run"], _) => operations::start(place, id),
        ("GET", ["conversations", id, "messages"], _) => operations::messages(place, ask, id),
        (_, [_, ..], Some(_)) => deny(place, 405, "Method not allowed"),
        _ => return None,
    })
}

fn object_table(path: &str) -> Option<&'static str> {
    Some(match path {
        "projects" => "projects",
        "agents" => "agents",
        "workflows" => "workflows",
        "tools" => "tools",
        "knowledge-bases" => "knowledge_bases",
        "deployments" => "deployments",
        "runs" => "runs",
        "conversations" => "conversations",
        _ => return None,
    })
}

fn style_of(table: &str, real: bool) -> Style {
    match table {
        _ if !real => Style::Cursor,
        "projects" | "agents" | "workflows" | "deployments" => Style::Cursor,
        "runs" => Style::Counted,
        _ => Style::Whole,
    }
}

pub(super) fn grow(place: &mut Place, collection: &str) -> Option<String> {
    world::exo::grow(place, collection)
}

pub(super) fn derived(place: &Place, collection: &str) -> Vec<Value> {
    match collection {
        "messages" => place.all_children("messages"),
        // The span each form gives when nothing is asked for.
        "costs" if place.dialect == Dialect::Exo => vec![world::exo::costs(place, 86_400)],
        "costs" => vec![world::exo::costs(place, 30 * 86_400)],
        "health" => vec![operations::health(place)],
        _ => Vec::new(),
    }
}

/// As documented, what stands under `alerts` are rules.
pub(super) fn target(parts: &[&str], real: bool) -> Option<(&'static str, String)> {
    let (table, id) = match parts {
        ["alerts", "rules", id] | ["alerts", id] if !real || parts.len() == 3 => ("alert_rules", id),
        ["alerts", id, "acknowledge"] => ("alerts", id),
        ["approvals", id, "respond"] => ("approvals", id),
        ["workflows", _, "runs", run] => ("workflow_runs", run),
        [name, id] => (object_table(name)?, id),
        _ => return None,
    };
    Some((table, (*id).to_owned()))
}

pub(super) fn table_of(segments: &[&str]) -> Option<&'static str> {
    match segments {
        ["alerts"] => Some("alerts"),
        ["alerts", "rules"] => Some("alert_rules"),
        ["approvals", ..] => Some("approvals"),
        ["workflows", _, "runs", ..] => Some("workflow_runs"),
        ["providers", ..] => Some("providers"),
        [first, ..] => object_table(first),
        [] => None,
    }
}

fn stamp(place: &Place) -> String {
    plain(place.now)
}
