//! Events and the summary of them.

use serde_json::{Value, json};

use super::{page, paging, refuse};
use crate::dialect::list;
use crate::http::{Reply, Request};
use crate::time::parse;
use crate::world::{Place, text};

pub(super) fn list(place: &Place, ask: &Request) -> Reply {
    let (offset, limit) = match paging(place, ask, 50) {
        Ok(window) => window,
        Err(refusal) => return refusal,
    };
    let mut rows = list::only(
        place.rows("events").iter().collect(),
        ask,
        &[
            ("type", "/type"),
            ("outcome", "/outcome"),
            ("ecosystem", "/subject/ecosystem"),
            ("package", "/subject/package"),
        ],
    );
    for (name, keep) in [("since", std::cmp::Ordering::Less), ("until", std::cmp::Ordering::Greater)] {
        let Some(given) = ask.param(name) else { continue };
        let Some(bound) = parse(given) else {
            return refuse(400, &format!("{name} must be an ISO 8601 timestamp"));
        };
        rows.retain(|row| parse(text(row, "timestamp")).is_some_and(|at| at.cmp(&bound) != keep));
    }
    page("events", list::window(&rows, offset, limit), offset, limit, rows.len() as u64)
}

pub(super) fn summary(place: &Place) -> Value {
    let events = place.rows("events");
    let count = |field: &str, value: &str| events.iter().filter(|row| row[field] == value).count();
    json!({
        "total_events": events.len(),
        "outcomes": {
            "allow": count("outcome", "allow"),
            "review": count("outcome", "review"),
            "block": count("outcome", "block"),
        },
        "types": {"install": count("type", "install"), "audit": count("type", "audit")},
        "active_agents": place.rows("agents").iter().filter(|row| row["status"] == "active").count(),
    })
}
