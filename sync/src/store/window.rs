//! Windows: where one begins, what it holds, and whether there is more on either side.

use rusqlite::Connection;

use super::StoreError;
use super::agents::Met;
use super::frames::Dicts;
use super::over::Over;
use super::plan::Plan;
use super::rows;
use super::walk::{Start, Walk};
use crate::model::{Anchor, Query, Row, RowKey, Window};

/// Answers `query`.
pub(super) fn window(conn: &Connection, dicts: &Dicts, over: &Over, query: &Query) -> Result<Window, StoreError> {
    let plan = Plan::new(conn, query)?;
    let overlaid = over.strand(conn, &plan, query)?;
    let walk = Walk::new(conn, dicts, &plan, &overlaid);
    let limit = query.limit.max(1);
    let anchored = |key: RowKey| match over.place(conn, &plan, key.0)? {
        Some(place) => Ok::<_, StoreError>(Some(place)),
        None => rows::stored(conn, key.0)?.map(|stored| plan.place(conn, &stored)).transpose(),
    };
    let (start, backward) = match query.anchor {
        Anchor::First => (None, false),
        Anchor::Last => (None, true),
        Anchor::After(key) => (anchored(key)?.map(|place| Start { place, inclusive: false }), false),
        Anchor::Before(key) => (anchored(key)?.map(|place| Start { place, inclusive: false }), true),
        Anchor::At(key) => (anchored(key)?.map(|place| Start { place, inclusive: true }), false),
    };
    let way = if backward { plan.way.back() } else { plan.way };
    // What lies behind the start is seen by going back from it.
    let behind = match &start {
        None => false,
        Some(start) => {
            let back = Start { place: start.place.clone(), inclusive: !start.inclusive };
            !walk.collect(way.back(), Some(&back), 1)?.is_empty()
        }
    };
    let mut found = walk.collect(way, start.as_ref(), limit + 1)?;
    let ahead = found.len() > limit;
    found.truncate(limit);
    if backward {
        found.reverse();
    }
    let mut lines: Vec<Row> = Vec::with_capacity(found.len());
    let mut met = Met::default();
    for found in &found {
        if let Some(stored) = rows::stored(conn, found.place.key)? {
            lines.push(over.show(rows::line(conn, found.list, stored, &mut met)?));
        }
    }
    let (more_before, more_after) = if backward { (ahead, behind) } else { (behind, ahead) };
    Ok(Window { rows: lines, more_before, more_after })
}
