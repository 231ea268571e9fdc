//! What faults do to the body of a good reply.

use serde_json::{Value, json};

use super::{BadRow, Script, What};
use crate::http::{Body, Reply, Request};
use crate::time::http_date;
use crate::world::Place;

/// Names under which a list's rows stand.
const ROWS: [&str; 6] = ["data", "agents", "sessions", "events", "runs", "clients"];

pub(super) fn reshape(what: &What, script: &Script, place: &Place, ask: &Request, reply: &mut Reply) {
    match what {
        What::RepeatPage => {
            if let Some(before) = script.page_before(place.name, &ask.path) {
                reply.body = before;
            }
        }
        What::EndlessRepeating => reply.change(|body| promise_more(body, script)),
        What::EndlessFresh => reply.change(|body| {
            // The first page is true; all that follow are it again under other ids.
            if ask.past_first_page {
                renumber(body, script.fresh() * 10_000);
            }
            promise_more(body, script);
        }),
        What::WrongTotal(off) => reply.change(|body| shift_total(body, *off)),
        What::EmptyList => reply.change(empty),
        What::BadRow(kind) => reply.change(|body| spoil(body, *kind)),
        What::DeepJson(depth) => {
            let text = "[".repeat(*depth) + &"]".repeat(*depth);
            reply.body = Body::Text(text.into());
        }
        What::InvalidUtf8 => invalid_utf8(reply),
        What::Envelope => reply.change(|body| {
            if let Value::Array(rows) = body {
                let total = rows.len();
                let pagination = json!({"next_cursor": null, "has_more": false, "total": total});
                *body = json!({"data": std::mem::take(rows), "pagination": pagination});
            }
        }),
        What::Paged(most) => reply.change(|body| page(body, ask, *most)),
        What::ETag => etag(ask, reply),
        What::LastModified => last_modified(place, ask, reply),
        _ => {}
    }
}

/// The rows of a list, wherever they stand.
fn rows_of(body: &mut Value) -> Option<&mut Vec<Value>> {
    if body.is_array() {
        return body.as_array_mut();
    }
    let name = ROWS.iter().find(|name| body.get(**name).is_some_and(Value::is_array))?;
    body.get_mut(*name)?.as_array_mut()
}

/// One page of a bare array, in an envelope.
fn page(body: &mut Value, ask: &Request, most: u32) {
    let Value::Array(rows) = body else { return };
    let number = |name: &str| ask.param(name).and_then(|text| text.parse::<usize>().ok());
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let (offset, limit) = (number("offset").unwrap_or(0), number("limit").unwrap_or(most).min(most));
    let total = rows.len();
    let data: Vec<Value> = rows.iter().skip(offset).take(limit).cloned().collect();
    let has_more = offset + data.len() < total;
    *body = json!({
        "data": data,
        "pagination": {"limit": limit, "offset": offset, "total": total, "has_more": has_more},
    });
}

fn promise_more(body: &mut Value, script: &Script) {
    let rows = rows_of(body).map_or(0, |rows| rows.len());
    if let Some(pagination) = body.get_mut("pagination") {
        pagination["has_more"] = true.into();
        if let Some(offset) = pagination.get("offset").and_then(Value::as_u64) {
            pagination["total"] = (offset + rows as u64 + 1_000_000).into();
        }
        if pagination.get("next_cursor").is_some() {
            pagination["next_cursor"] = format!("more-{}", script.fresh()).into();
        }
    } else if body.get("total").is_some() {
        body["total"] = 1_000_000_000_u64.into();
    }
}

/// Gives every row an id nobody has seen.
fn renumber(body: &mut Value, base: u64) {
    let Some(rows) = rows_of(body) else { return };
    for (row, n) in rows.iter_mut().zip(base..) {
        for field in ["id", "name"] {
            match row.get_mut(field) {
                Some(id @ Value::Number(_)) => *id = (1_000_000_000 + n).into(),
                Some(Value::String(id)) => *id = format!("{id}-{n}"),
                _ => continue,
            }
            break;
        }
    }
}

fn shift_total(body: &mut Value, off: i64) {
    for pointer in ["/pagination/total", "/total"] {
        if let Some(total) = body.pointer_mut(pointer) {
            *total = total.as_i64().unwrap_or(0).saturating_add(off).max(0).into();
        }
    }
}

fn empty(body: &mut Value) {
    if let Some(rows) = rows_of(body) {
        rows.clear();
    }
    shift_total(body, i64::MIN);
    if let Some(pagination) = body.get_mut("pagination") {
        pagination["has_more"] = false.into();
        if pagination.get("next_cursor").is_some() {
            pagination["next_cursor"] = Value::Null;
        }
    }
}

fn spoil(body: &mut Value, kind: BadRow) {
    let Some(rows) = rows_of(body) else { return };
    let middle = rows.len() / 2;
    let Some(row) = rows.get_mut(middle) else { return };
    match kind {
        BadRow::NotAnObject => *row = json!(42),
        BadRow::NoId => {
            if let Some(fields) = row.as_object_mut()
                && fields.shift_remove("id").is_none()
            {
                fields.shift_remove("name");
            }
        }
        BadRow::WrongTypes => {
            for field in row.as_object_mut().into_iter().flat_map(|fields| fields.values_mut()) {
                *field = if field.is_string() { json!(7) } else { json!([[]]) };
            }
        }
    }
}

fn invalid_utf8(reply: &mut Reply) {
    let (bytes, _) = reply.bytes();
    let mut bytes = bytes.to_vec();
    // After the colon and the quote of the first text.
    if let Some(at) = bytes.windows(2).position(|pair| pair == b":\"") {
        bytes.splice(at + 2..at + 2, [0xff, 0xfe, 0xc0, 0x80]);
    }
    reply.body = Body::Text(bytes.into());
}

fn etag(ask: &Request, reply: &mut Reply) {
    let (bytes, _) = reply.bytes();
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let tag = format!("\"{hash:016x}\"");
    if ask.method == "GET" && ask.header("if-none-match") == Some(tag.as_str()) {
        *reply = Reply::empty(304);
    }
    reply.headers.push(("ETag".into(), tag));
}

/// The time of the newest change among the rows of the table behind the path.
fn last_modified(place: &Place, ask: &Request, reply: &mut Reply) {
    let Some(table) = place.dialect.table_of(&ask.parts()) else { return };
    let field = place.dialect.modified_field(table);
    let newest = place.rows(table).iter().filter_map(|row| crate::time::parse(row.get(field)?.as_str()?)).max();
    let Some(newest) = newest else { return };
    let date = http_date(newest);
    if ask.method == "GET" && ask.header("if-modified-since") == Some(date.as_str()) {
        *reply = Reply::empty(304);
    }
    reply.headers.push(("Last-Modified".into(), date));
}
