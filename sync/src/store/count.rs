//! Counting the answers of a query.

use rusqlite::Connection;

use super::StoreError;
use super::filter::Test;
use super::frames::Dicts;
use super::over::Over;
use super::plan::{self, Shelf};
use super::walk::passes;
use crate::model::{CountOf, Query};

/// Counts the answers of `query`, one by one up to `cap` where the mirror keeps no count.
pub(super) fn count(
    conn: &Connection,
    dicts: &Dicts,
    over: &Over,
    query: &Query,
    cap: u64,
) -> Result<CountOf, StoreError> {
    let overlaid = over.counts(conn, dicts, query)?;
    let mut known = overlaid.shown;
    let mut counted = 0;
    for shelf in plan::shelves(conn, query)? {
        let hidden = overlaid.hidden(&shelf);
        match &shelf.test {
            Test::Always => known += shelf.count.saturating_sub(hidden),
            Test::Word(field, words) => {
                let all = plan::tally(conn, shelf.list.id, shelf.gone, *field, words.iter().copied())?;
                known += all.saturating_sub(hidden);
            }
            _ => counted += count_shelf(conn, dicts, over, &shelf, hidden, cap.saturating_sub(counted))?,
        }
        if counted > cap {
            return Ok(CountOf::AtLeast(known + cap));
        }
    }
    Ok(CountOf::Exact(known + counted))
}

/// Counts up to one more than `cap`, leaving out what is overlaid: `hidden` of the answers are.
fn count_shelf(
    conn: &Connection,
    dicts: &Dicts,
    over: &Over,
    shelf: &Shelf,
    hidden: u64,
    cap: u64,
) -> Result<u64, StoreError> {
    let from = format!("FROM record AS r WHERE {}{}", shelf.driven(), shelf.sql);
    if shelf.rest.is_empty() {
        let sql = format!("SELECT count(*) FROM (SELECT 1 {from} LIMIT ?1)");
        let limit = i64::try_from(cap.saturating_add(hidden).saturating_add(1)).unwrap_or(i64::MAX);
        let met: i64 = conn.prepare(&sql)?.query_row([limit], |row| row.get(0))?;
        return Ok(met.cast_unsigned().saturating_sub(hidden));
    }
    let mut statement = conn.prepare(&format!("SELECT r.key {from}"))?;
    let mut keys = statement.query([])?;
    let mut counted = 0;
    while let Some(row) = keys.next()? {
        let key = row.get(0)?;
        if !over.has(key) && passes(conn, dicts, shelf, key)? {
            counted += 1;
            if counted > cap {
                break;
            }
        }
    }
    Ok(counted)
}
