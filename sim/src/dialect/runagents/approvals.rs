//! Requests that wait for a person.

use serde_json::Value;

use super::{invalid, refuse};
use crate::dialect::list;
use crate::http::{Reply, Request};
use crate::world::{self, Place, text};

pub(super) fn list(place: &Place, ask: &Request) -> Reply {
    if let Some(status) = ask.param("status")
        && !["PENDING", "APPROVED", "REJECTED", "EXPIRED"].contains(&status)
    {
        return invalid("query.status", &format!("'{status}' is no status of a request"));
    }
    let rows = list::only(place.rows("approvals").iter().collect(), ask, &[("status", "/status")]);
    Reply::ok(rows.into_iter().cloned().collect())
}

pub(super) fn decide(place: &mut Place, ask: &Request, id: &str, approve: bool) -> Reply {
    let Some(request) = place.get("approvals", id) else { return refuse(404, "request not found") };
    let terms = match ask.object() {
        Some(terms) => Value::Object(terms),
        None if ask.body.is_empty() => Value::Null,
        None => return refuse(400, "invalid JSON body"),
    };
    if let Some(scope) = terms.get("scope").and_then(Value::as_str)
        && !["once", "run", "agent_user_ttl"].contains(&scope)
    {
        return refuse(400, &format!("unknown scope {scope}"));
    }
    for field in ["reason", "duration"] {
        if terms.get(field).is_some_and(|given| !given.is_string() && !given.is_null()) {
            return refuse(400, &format!("{field} must be a string"));
        }
    }
    if let Some(duration) = terms.get("duration").and_then(Value::as_str)
        && world::runagents::seconds(duration).is_none()
    {
        return refuse(400, &format!("invalid duration {duration}"));
    }
    match world::runagents::decide(place, id, approve, "api", Some(&terms)) {
        Some(decided) => Reply::ok(decided),
        None => refuse(409, &format!("request is not pending: {}", text(&request, "status"))),
    }
}
