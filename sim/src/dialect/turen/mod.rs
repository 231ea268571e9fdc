//! Turen: key in a header, offset paging under `pagination`, errors as `{"error": text}`.

use serde_json::{Value, json};

use super::{Credentials, list};
use crate::http::{Body, Reply, Request};
use crate::world::{self, Place};

mod events;
mod fleet;
pub(crate) use fleet::bump_policy;
mod sessions;

/// Opens everything.
const KEY: &str = "sk_live_simulated_full_access";
/// Reads only: writes answer 403.
const READ_ONLY_KEY: &str = "sk_live_simulated_read_only";

pub(super) const CREDENTIALS: Credentials =
    Credentials { key: Some(KEY), read_only: Some(READ_ONLY_KEY), user: None, password: None };

/// The largest page when nothing else is said.
const LARGEST_PAGE: u64 = 100;

pub(super) fn refuse(status: u16, words: &str) -> Reply {
    Reply::json(status, json!({"error": words}))
}

pub(super) fn answer(place: &mut Place, ask: &Request) -> Reply {
    let parts = ask.parts();
    if parts == ["health"] {
        return Reply::ok(json!({"status": "ok"}));
    }
    match ask.header("x-api-key") {
        Some(KEY) => {}
        Some(READ_ONLY_KEY) if !ask.is_write() => {}
        Some(READ_ONLY_KEY) => return refuse(403, "API key does not have write permission"),
        Some(_) => return refuse(401, "Invalid API key"),
        None => return refuse(401, "Missing X-API-Key header"),
    }
    route(place, ask, &parts)
}

fn route(place: &mut Place, ask: &Request, parts: &[&str]) -> Reply {
    match (ask.method.as_str(), parts) {
        ("GET", ["registered-agents"]) => fleet::list(place, ask),
        ("GET", ["registered-agents", id]) => fleet::show(place, id),
        ("PUT", ["registered-agents", id, "status"]) => fleet::set_status(place, ask, id),
        ("DELETE", ["registered-agents", id]) => fleet::delete(place, ask, id),
        ("GET", ["sessions"]) => sessions::list(place, ask),
        ("GET", ["sessions", "calendar"]) => sessions::calendar(place, ask),
        ("GET", ["sessions", "clients"]) => Reply::ok(json!({"clients": sessions::clients(place)})),
        ("GET", ["sessions", id]) => sessions::show(place, id),
        ("GET", ["sessions", id, "content"]) => sessions::content(place, id),
        ("GET", ["events"]) => events::list(place, ask),
        ("GET", ["stats", "summary"]) => Reply::ok(events::summary(place)),
        ("GET", ["policy"]) => Reply::ok(place.singles["policy"].clone()),
        ("PUT", ["policy"]) => fleet::set_policy(place, ask),
        (_, ["registered-agents" | "sessions" | "events" | "policy", ..]) => refuse(405, "Method not allowed"),
        _ => refuse(404, "Not found"),
    }
}

/// Offset and limit of a request, or the refusal of them.
fn paging(place: &Place, ask: &Request, default: u64) -> Result<(u64, u64), Reply> {
    let refused = || refuse(400, "limit and offset must be non-negative integers");
    let limit = list::number(ask, "limit", default).filter(|limit| *limit > 0).ok_or_else(refused)?;
    let offset = list::number(ask, "offset", 0).ok_or_else(refused)?;
    Ok((offset, limit.min(place.page_cap.map_or(LARGEST_PAGE, u64::from))))
}

/// A page under its name, with the pagination object.
fn page(name: &str, rows: Vec<Value>, offset: u64, limit: u64, total: u64) -> Reply {
    let has_more = offset + (rows.len() as u64) < total;
    let mut body = serde_json::Map::new();
    body.insert(name.to_owned(), Value::Array(rows));
    body.insert(
        "pagination".to_owned(),
        json!({"limit": limit, "offset": offset, "total": total, "has_more": has_more}),
    );
    Reply::ok(Value::Object(body))
}

pub(super) fn grow(place: &mut Place, collection: &str) -> Option<String> {
    match collection {
        "agents" => Some(world::turen::register(place)),
        "sessions" => Some(world::turen::begin_session(place, None)),
        "events" => Some(world::turen::happen(place)),
        _ => None,
    }
}

pub(super) fn derived(place: &Place, collection: &str) -> Vec<Value> {
    match collection {
        "policy" => vec![place.singles["policy"].clone()],
        "stats" => vec![events::summary(place)],
        "clients" | "session_clients" => sessions::clients(place),
        "calendar" | "sessions_calendar" | "session_calendar" => sessions::days(place, None, None),
        _ => Vec::new(),
    }
}

pub(super) fn target(parts: &[&str]) -> Option<(&'static str, String)> {
    match parts {
        ["policy"] => Some(("policy", "policy".to_owned())),
        [_, id, ..] => table_of(parts).map(|table| (table, (*id).to_owned())),
        _ => None,
    }
}

pub(super) fn table_of(segments: &[&str]) -> Option<&'static str> {
    match *segments.first()? {
        "registered-agents" => Some("agents"),
        "sessions" => Some("sessions"),
        "events" => Some("events"),
        _ => None,
    }
}

/// A body that was formatted by hand.
fn formatted(text: String) -> Reply {
    Reply { status: 200, headers: Vec::new(), body: Body::Text(text.into()) }
}
