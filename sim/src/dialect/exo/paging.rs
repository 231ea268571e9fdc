//! Four ways of paging on one server.

use serde_json::{Value, json};

use super::{deny, invalid};
use crate::dialect::list;
use crate::http::{Reply, Request};
use crate::world::{Place, text};

/// How a list is cut into pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `{data, pagination: {next_cursor, has_more, total}}`.
    Cursor,
    /// `{runs, total, limit, offset}`.
    Counted,
    /// A bare array, cut by limit and offset, without a total.
    Slice,
    /// A bare array, whole.
    Whole,
}

const LARGEST_PAGE: u64 = 100;

pub(super) fn list(place: &Place, ask: &Request, table: &str, style: Style) -> Reply {
    let mut rows: Vec<&Value> = place.rows(table).iter().collect();
    rows = list::only(
        rows,
        ask,
        &[("agent_id", "/agent_id"), ("status", "/status"), ("project_id", "/project_id"), ("severity", "/severity")],
    );
    if table == "approvals" {
        rows.retain(|row| row["status"] == "pending");
    }
    if table == "runs" || table == "workflow_runs" {
        // Text against text: a bound with a T in it is greater than any time of its day.
        rows.retain(|row| {
            let at = text(row, "created_at");
            ask.param("start_date").is_none_or(|start| at >= start) && ask.param("end_date").is_none_or(|end| at <= end)
        });
    }
    cut(place, ask, &rows, style)
}

/// Cuts a page out of rows that are in the order of their list.
pub(super) fn cut(place: &Place, ask: &Request, rows: &[&Value], style: Style) -> Reply {
    if style == Style::Whole {
        return Reply::ok(rows.iter().map(|row| (*row).clone()).collect());
    }
    let default = if style == Style::Cursor { 20 } else { 50 };
    let limit = match list::number(ask, "limit", default) {
        Some(0) => return invalid(place, "limit", "Input should be greater than or equal to 1", "greater_than_equal"),
        Some(limit) if limit > LARGEST_PAGE => {
            return invalid(place, "limit", "Input should be less than or equal to 100", "less_than_equal");
        }
        Some(limit) => limit.min(place.page_cap.map_or(LARGEST_PAGE, u64::from)),
        None => return invalid(place, "limit", "Input should be a valid integer", "int_parsing"),
    };
    if style == Style::Cursor {
        return by_cursor(place, ask, rows, limit);
    }
    let Some(offset) = list::number(ask, "offset", 0) else {
        return invalid(place, "offset", "Input should be a valid integer", "int_parsing");
    };
    let page = list::window(rows, offset, limit);
    if style == Style::Slice {
        return Reply::ok(Value::Array(page));
    }
    Reply::ok(json!({"runs": page, "total": rows.len(), "limit": limit, "offset": offset}))
}

fn by_cursor(place: &Place, ask: &Request, rows: &[&Value], limit: u64) -> Reply {
    let start = match ask.param("cursor") {
        None => 0,
        Some(cursor) => match decode(cursor) {
            Some((at, id)) => place_after(rows, &at, &id),
            // Nothing catches what a broken cursor raises.
            None => return deny(place, 500, "Internal server error"),
        },
    };
    let page = list::window(rows, start as u64, limit);
    let has_more = start + page.len() < rows.len();
    let next = page.last().filter(|_| has_more).map(|row| encode(text(row, "created_at"), text(row, "id")));
    Reply::ok(json!({
        "data": page,
        "pagination": {"next_cursor": next, "has_more": has_more, "total": rows.len()},
    }))
}

/// The place behind the row a cursor names, or where it would have stood.
fn place_after(rows: &[&Value], at: &str, id: &str) -> usize {
    let found = rows.iter().position(|row| text(row, "id") == id).map(|place| place + 1);
    found
        .or_else(|| rows.iter().position(|row| (text(row, "created_at"), text(row, "id")) < (at, id)))
        .unwrap_or(rows.len())
}

fn encode(at: &str, id: &str) -> String {
    format!("{at}|{id}").bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn decode(cursor: &str) -> Option<(String, String)> {
    let bytes: Option<Vec<u8>> = cursor
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?, 16).ok())
        .collect();
    let text = String::from_utf8(bytes?).ok()?;
    let (at, id) = text.split_once('|')?;
    Some((at.to_owned(), id.to_owned()))
}
