//! The contents of every connection, counted.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::super::frames::Dicts;
use super::follow;
use super::plan::{self, Look};
use super::{memo, source, state};
use crate::model::{ContentPolicy, ContentSource, ContentTotals, Timestamp};

/// Touched records that are looked at to say whether the totals still hold.
const LOOKED_AT: usize = 1_000;

/// The contents of every connection, counted.
pub(in crate::store) fn totals(
    conn: &Connection,
    dicts: &Dicts,
    policy: ContentPolicy,
    now: Timestamp,
) -> rusqlite::Result<Vec<ContentTotals>> {
    let mut all: BTreeMap<String, ContentTotals> = BTreeMap::new();
    let mut lists = conn.prepare_cached("SELECT id, connection, live FROM list WHERE content IS NOT NULL")?;
    let mut rows = lists.query([])?;
    let settled = settled(conn, dicts, policy, now)?;
    while let Some(row) = rows.next()? {
        let (list, connection, live): (i64, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let totals = all.entry(connection.clone()).or_insert_with(|| ContentTotals {
            connection,
            settled,
            ..ContentTotals::default()
        });
        match source(conn, list)? {
            Some(ContentSource::Children { .. }) => count_children(conn, list, live, totals)?,
            Some(source) => count(conn, list, live, &source, (policy.since(now), settled), totals)?,
            None => {}
        }
    }
    Ok(all.into_values().collect())
}

fn count(
    conn: &Connection,
    list: i64,
    live: i64,
    source: &ContentSource,
    (since, settled): (i64, bool),
    totals: &mut ContentTotals,
) -> rusqlite::Result<()> {
    // Those that were never fetched are told from the rest of the list. They may be a million.
    let mut statement = conn.prepare_cached(
        "SELECT state, gone, count(*), coalesce(sum(raw), 0), coalesce(sum(packed), 0)
         FROM content INDEXED BY content_known WHERE list = ?1 AND (state <> 0 OR gone = 1) GROUP BY state, gone",
    )?;
    let mut rows = statement.query([list])?;
    let (mut known, mut stale) = (0, 0);
    while let Some(row) = rows.next()? {
        let (state, gone): (i64, bool) = (row.get(0)?, row.get(1)?);
        let number = |place| Ok::<_, rusqlite::Error>(row.get::<_, i64>(place)?.cast_unsigned());
        let (n, raw, packed) = (number(2)?, number(3)?, number(4)?);
        totals.raw_bytes += raw;
        totals.packed_bytes += packed;
        if gone {
            totals.gone += if matches!(state, state::HELD | state::STALE | state::INSIDE) { n } else { 0 };
            totals.gone_bytes += packed;
            continue;
        }
        match state {
            state::HELD | state::INSIDE => totals.held += n,
            state::STALE => {
                totals.stale += n;
                stale += n;
            }
            state::ABSENT => totals.absent += n,
            state::DROPPED => totals.dropped += n,
            _ => continue,
        }
        known += n;
    }
    let fetched = !matches!(source, ContentSource::Record { fetched: false, .. });
    if fetched {
        totals.missing += live.cast_unsigned().saturating_sub(known);
    }
    let waits = "list = ?1 AND state IN (0, 2) AND gone = 0 AND active >= ?2";
    let number = |from: &str, more: &str| -> rusqlite::Result<i64> {
        conn.prepare_cached(&format!("SELECT count(*) FROM content INDEXED BY {from} WHERE {waits}{more}"))?
            .query_row((list, since), |row| row.get(0))
    };
    // Where everything is wanted and was looked at, what is not known of the others is that they are due.
    totals.due += match settled && since == i64::MIN && fetched {
        true => live.cast_unsigned().saturating_sub(known) + stale,
        false => number("content_due", "")?.cast_unsigned(),
    };
    totals.failing += number("content_failing", " AND tries > 0")?.cast_unsigned();
    Ok(())
}

/// Records with children have content; of one without it is the list of children that knows whether it was read.
fn count_children(conn: &Connection, list: i64, live: i64, totals: &mut ContentTotals) -> rusqlite::Result<()> {
    let (held, gone): (i64, i64) = conn
        .prepare_cached(
            "SELECT coalesce(sum(r.gone_at IS NULL), 0), coalesce(sum(r.gone_at IS NOT NULL), 0) FROM list AS l
             JOIN list AS o ON o.connection = l.connection AND o.collection = l.content_list
             JOIN part AS p ON p.list = o.id
             JOIN record AS r ON r.list = l.id AND r.id = p.name
             WHERE l.id = ?1 AND EXISTS (
                SELECT 1 FROM child AS x JOIN record AS e ON e.key = x.record
                WHERE x.part = p.id AND (e.gone_at IS NULL OR r.gone_at IS NOT NULL))",
        )?
        .query_row([list], |row| Ok((row.get(0)?, row.get(1)?)))?;
    totals.held += held.cast_unsigned();
    totals.in_records += held.cast_unsigned();
    totals.gone += gone.cast_unsigned();
    totals.absent += (live - held).max(0).cast_unsigned();
    Ok(())
}

/// Were all records looked at that matter, as far back as `policy` reaches?
fn settled(conn: &Connection, dicts: &Dicts, policy: ContentPolicy, now: Timestamp) -> rusqlite::Result<bool> {
    let (Some(mark), Some(window)) = (memo(conn, "content_mark")?, memo(conn, "content_window")?) else {
        return Ok(policy == ContentPolicy::None);
    };
    let between = memo(conn, "content_first")?.unwrap_or(0) <= memo(conn, "content_last")?.unwrap_or(-1);
    if between || follow::window(policy, now) > window {
        return Ok(false);
    }
    let mut entries = conn.prepare_cached("SELECT first, last FROM feed WHERE seq > ?1 ORDER BY seq")?;
    let mut rows = entries.query([mark])?;
    let mut left = LOOKED_AT;
    let since = policy.since(now);
    while let Some(row) = rows.next()? {
        let touched = follow::touched(conn, row.get(0)?, row.get(1)?, left + 1)?;
        if touched.len() > left {
            return Ok(false);
        }
        left -= touched.len();
        for record in touched {
            let Some(source) = source(conn, record.list)? else { continue };
            let doc = || follow::doc(conn, dicts, record.key).ok().flatten();
            match plan::look(&source, record.now, doc, record.had, since) {
                Look::Leave => {}
                Look::Set(known) if record.had.is_some_and(|had| had.state == known) => {}
                _ => return Ok(false),
            }
        }
    }
    Ok(true)
}
