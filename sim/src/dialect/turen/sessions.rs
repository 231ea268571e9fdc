//! Sessions, their content, and the two counts of them.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::{formatted, page, paging, refuse};
use crate::dialect::list;
use crate::http::{Reply, Request};
use crate::world::{self, Place, text};

/// Days in the longest calendar.
const LONGEST_CALENDAR: usize = 400;

pub(super) fn list(place: &Place, ask: &Request) -> Reply {
    let (offset, limit) = match paging(place, ask, 20) {
        Ok(window) => window,
        Err(refusal) => return refusal,
    };
    let filtered =
        ["agent_id", "client_id", "project", "git_branch", "date"].iter().any(|name| ask.param(name).is_some());
    if !filtered && place.table("sessions").generated.is_some() {
        return long_list(place, ask, offset, limit);
    }
    let all = place.table("sessions").all();
    let rows = wanted(place, ask, &all);
    page("sessions", list::window(&rows, offset, limit), offset, limit, rows.len() as u64)
}

fn wanted<'a>(place: &Place, ask: &Request, all: &'a [Value]) -> Vec<&'a Value> {
    let mut rows = list::only(
        all.iter().collect(),
        ask,
        &[("client_id", "/client_id"), ("project", "/project_path"), ("git_branch", "/git_branch")],
    );
    if ask.param("include_subagents") != Some("true") {
        rows.retain(|row| row["is_subagent"] != true);
    }
    if let Some(id) = ask.param("agent_id") {
        let agent = place.get("agents", id).unwrap_or_default();
        rows.retain(|row| row["client_id"] == agent["client_id"]);
    }
    if let Some(date) = ask.param("date") {
        rows.retain(|row| text(row, "created_at").starts_with(date));
    }
    rows
}

/// Stored rows first, then those made on the fly: nothing is built that is not sent.
fn long_list(place: &Place, ask: &Request, offset: u64, limit: u64) -> Reply {
    let table = place.table("sessions");
    let stored = wanted(place, ask, table.rows());
    let Some(generated) = &table.generated else { return refuse(500, "Internal server error") };
    let (front, total) = (stored.len() as u64, stored.len() as u64 + generated.len());
    let mut out = String::with_capacity(1024 + usize::try_from(limit).unwrap_or(0) * 520);
    out.push_str(r#"{"sessions":["#);
    let rows = list::window(&stored, offset, limit);
    for row in &rows {
        if !out.ends_with('[') {
            out.push(',');
        }
        out.push_str(&row.to_string());
    }
    let mut sent = rows.len() as u64;
    let (skip, rest) = (offset.saturating_sub(front), limit - sent);
    if rest > 0 && skip < generated.len() {
        if sent > 0 {
            out.push(',');
        }
        sent += generated.write(&mut out, skip, rest);
    }
    let has_more = offset + sent < total;
    out.push_str(&format!(
        r#"],"pagination":{{"limit":{limit},"offset":{offset},"total":{total},"has_more":{has_more}}}}}"#
    ));
    formatted(out)
}

pub(super) fn show(place: &Place, id: &str) -> Reply {
    place.get("sessions", id).map_or_else(|| refuse(404, "Session not found"), Reply::ok)
}

pub(super) fn content(place: &Place, id: &str) -> Reply {
    let Some(session) = place.get("sessions", id) else { return refuse(404, "Session not found") };
    Reply::ok(world::turen::content(place, &session))
}

pub(super) fn calendar(place: &Place, ask: &Request) -> Reply {
    let days = days(place, ask.param("since"), ask.param("until"));
    let total: u64 = days.iter().filter_map(|day| day["count"].as_u64()).sum();
    Reply::ok(json!({"days": days, "total_count": total}))
}

/// Days, and how many sessions began on each.
pub(super) fn days(place: &Place, since: Option<&str>, until: Option<&str>) -> Vec<Value> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    // A day without sessions is named too when both ends are given.
    if let (Some(since), Some(until)) = (since.and_then(day), until.and_then(day)) {
        let span = since.series(1.day()).take_while(|date| *date <= until).take(LONGEST_CALENDAR);
        counts.extend(span.map(|date| (date.to_string(), 0)));
    }
    for row in place.rows("sessions") {
        let date = text(row, "created_at").get(..10).unwrap_or_default();
        if since.is_none_or(|since| date >= since) && until.is_none_or(|until| date <= until) {
            *counts.entry(date.to_owned()).or_default() += 1;
        }
    }
    counts.into_iter().map(|(date, count)| json!({"date": date, "count": count})).collect()
}

fn day(text: &str) -> Option<Date> {
    text.parse().ok()
}

/// Clients that have sessions, and how many; a machine that was cloned goes by the name it had last.
pub(super) fn clients(place: &Place) -> Vec<Value> {
    let mut clients: BTreeMap<&str, (u64, &Value)> = BTreeMap::new();
    // Newest first: the first row met of a client is its latest.
    for row in place.rows("sessions") {
        clients.entry(text(row, "client_id")).or_insert((0, row)).0 += 1;
    }
    clients
        .into_iter()
        .map(|(client, (count, latest))| {
            json!({
                "client_id": client, "agent_hostname": latest["agent_hostname"], "session_count": count,
                "last_session_at": latest["modified_at"],
            })
        })
        .collect()
}
