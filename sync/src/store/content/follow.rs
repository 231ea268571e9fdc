//! Looks at every record that was touched since the last time.
//!
//! The change feed says which those are, so that a sync with nothing new costs nothing here. How far it was followed
//! (`content_mark`), and the stretch of records that is being looked at (`content_first`, `content_last`), stand in the
//! memo and move with each commit. What is wanted reaches as far back as the widest policy so far: another one, for a
//! narrower time, only asks for less of it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension, Row};

use super::super::frames::Dicts;
use super::super::rows::millis;
use super::plan::{self, Had, Look, Now};
use super::{memo, remember, room, source, state};
use crate::model::{ContentPolicy, ContentSource, Timestamp};

/// Records that are looked at in one transaction, if there is time.
const STRETCH: usize = 4_096;

/// How long one transaction looks at records: so long whoever wants to write has to wait. Where documents must be read a
/// record takes a hundred times as long as where none is.
const WHILE: Duration = Duration::from_millis(20);

/// A record of a stretch, and what is known of its content.
#[derive(Debug, Clone, Copy)]
pub(super) struct Touched {
    pub key: i64,
    pub list: i64,
    pub now: Now,
    pub had: Option<Had>,
}

/// Columns of a [`Touched`], of `record AS r` left joined with `content AS c`.
pub(super) const TOUCHED: &str = "r.key, r.list, r.hash, r.gone_at IS NOT NULL, r.active, r.updated_at,
    c.state, c.gone, c.hash, c.stamp";

impl Touched {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let hash = row.get(2)?;
        let now = Now {
            hash,
            gone: row.get(3)?,
            active: row.get(4)?,
            otherwise: row.get::<_, Option<i64>>(5)?.unwrap_or(hash),
        };
        let had = match row.get(6)? {
            Some(state) => Some(Had { state, gone: row.get(7)?, hash: row.get(8)?, stamp: row.get(9)? }),
            None => None,
        };
        Ok(Self { key: row.get(0)?, list: row.get(1)?, now, had })
    }
}

/// Begins to look at what was touched, so that what is due by `policy` can be asked for: [`stretch`] goes on with it. Returns
/// since when contents are wanted.
pub(in crate::store) fn begin(
    conn: &mut Connection,
    policy: ContentPolicy,
    budget: u64,
    now: Timestamp,
) -> rusqlite::Result<i64> {
    let since = widen(conn, policy, now)?;
    let room = room(conn, budget)?;
    if room.held_bytes < room.older_below {
        let dropped = "state = 4 AND gone = 0 AND (state <> 0 OR gone = 1)";
        conn.execute(&format!("UPDATE content SET state = 0 WHERE list IN (SELECT id FROM list) AND {dropped}"), [])?;
    }
    Ok(since)
}

/// Takes note of how far back contents are wanted; where that is further than before, every record is looked at anew.
/// Returns since when.
fn widen(conn: &mut Connection, policy: ContentPolicy, now: Timestamp) -> rusqlite::Result<i64> {
    let window = window(policy, now);
    let step = conn.transaction()?;
    let known = memo(&step, "content_window")?;
    let widest = known.map_or(window, |known| known.max(window));
    if known != Some(widest) {
        remember(&step, "content_window", widest)?;
    }
    if known != Some(widest) {
        anew(&step)?;
    }
    step.commit()?;
    Ok(if widest == i64::MAX { i64::MIN } else { millis(now).saturating_sub(widest) })
}

/// Has every record looked at, and from then on those that the feed tells of.
fn anew(conn: &Connection) -> rusqlite::Result<()> {
    let head: i64 = conn.query_row("SELECT coalesce(max(seq), 0) FROM feed", [], |row| row.get(0))?;
    remember(conn, "content_mark", head)?;
    remember(conn, "content_first", 0)?;
    remember(conn, "content_last", i64::MAX)
}

/// Milliseconds that a policy reaches back.
pub(super) fn window(policy: ContentPolicy, now: Timestamp) -> i64 {
    match policy {
        ContentPolicy::All => i64::MAX,
        ContentPolicy::Recent(_) => millis(now).saturating_sub(policy.since(now)),
        ContentPolicy::None => -1,
    }
}

/// The content of some list is come by in another way now: what was found out is void.
pub(in crate::store) fn void(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute("DELETE FROM memo WHERE name = 'content_mark'", [])?;
    Ok(())
}

/// Looks at one stretch of records, in a transaction of its own that says how far it came. False when there is none left.
pub(in crate::store) fn stretch(conn: &mut Connection, dicts: &Dicts, since: i64) -> rusqlite::Result<bool> {
    let started = Instant::now();
    let step = conn.transaction()?;
    // What was found out is void since a stretch ago, or has never been found out.
    if memo(&step, "content_mark")?.is_none() {
        anew(&step)?;
    }
    let Some((first, last)) = next(&step)? else { return Ok(false) };
    let touched = touched(&step, first, last, STRETCH)?;
    let mut reached = match touched.last() {
        Some(record) if touched.len() == STRETCH => record.key,
        _ => last,
    };
    let mut sources = HashMap::new();
    for (place, record) in touched.iter().enumerate() {
        let source = match sources.get(&record.list) {
            Some(known) => known,
            None => sources.entry(record.list).or_insert(source(&step, record.list)?),
        };
        if let Some(source) = source {
            settle(&step, dicts, source, record, since)?;
        }
        if place + 1 < touched.len() && started.elapsed() >= WHILE {
            reached = record.key;
            break;
        }
    }
    remember(&step, "content_first", reached.saturating_add(1))?;
    remember(&step, "content_last", if reached == last { -1 } else { last })?;
    step.commit()?;
    Ok(true)
}

/// What is to be looked at next: what is left of a stretch, or the next one of the feed.
pub(super) fn next(conn: &Connection) -> rusqlite::Result<Option<(i64, i64)>> {
    let (first, last) = (memo(conn, "content_first")?.unwrap_or(0), memo(conn, "content_last")?.unwrap_or(-1));
    if first <= last {
        return Ok(Some((first, last)));
    }
    let mark = memo(conn, "content_mark")?.unwrap_or(0);
    let entry: Option<(i64, i64, i64)> = conn
        .prepare_cached("SELECT seq, first, last FROM feed WHERE seq > ?1 ORDER BY seq LIMIT 1")?
        .query_row([mark], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((seq, first, last)) = entry else { return Ok(None) };
    remember(conn, "content_mark", seq)?;
    Ok(Some((first, last)))
}

/// Records from `first` to `last`, at most `limit`.
pub(super) fn touched(conn: &Connection, first: i64, last: i64, limit: usize) -> rusqlite::Result<Vec<Touched>> {
    conn.prepare_cached(&format!(
        "SELECT {TOUCHED} FROM record AS r LEFT JOIN content AS c ON c.record = r.key
         WHERE r.key BETWEEN ?1 AND ?2 ORDER BY r.key LIMIT ?3"
    ))?
    .query_map((first, last, i64::try_from(limit).unwrap_or(i64::MAX)), Touched::read)?
    .collect()
}

/// The document of a record.
pub(super) fn doc(conn: &Connection, dicts: &Dicts, key: i64) -> rusqlite::Result<Option<String>> {
    conn.prepare_cached("SELECT doc FROM record WHERE key = ?1")?
        .query_row([key], |row| Ok(dicts.doc(row.get_ref(0)?.as_blob()?)))
        .optional()
        .map(Option::flatten)
}

/// Writes down how the content of one record stands.
fn settle(
    conn: &Connection,
    dicts: &Dicts,
    source: &ContentSource,
    record: &Touched,
    since: i64,
) -> rusqlite::Result<()> {
    let Touched { key, list, now, had } = *record;
    let look = plan::look(source, now, || doc(conn, dicts, key).ok().flatten(), had, since);
    let (known, inside) = match look {
        Look::Leave => return Ok(()),
        Look::Forget => {
            forget(conn, key)?;
            return Ok(());
        }
        Look::Set(known) => (known, None),
        Look::Inside(messages, raw) => (state::INSIDE, Some((messages.cast_signed(), raw.cast_signed()))),
    };
    conn.prepare_cached(
        "INSERT INTO content (record, list, state, gone, active, hash, stamp) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)
         ON CONFLICT DO UPDATE SET state = ?3, gone = ?4, active = ?5, hash = ?6",
    )?
    .execute((key, list, known, now.gone, now.active, now.hash))?;
    if let Some((messages, raw)) = inside {
        // What was fetched when it did not stand there is not kept beside it.
        conn.prepare_cached("DELETE FROM body WHERE record = ?1")?.execute([key])?;
        conn.prepare_cached(
            "UPDATE content SET messages = ?2, raw = ?3, packed = NULL, fetched_at = NULL, digest = NULL, etag = NULL
             WHERE record = ?1",
        )?
        .execute((key, messages, raw))?;
    }
    Ok(())
}

/// Nothing is known of a record's content any longer, and nothing kept.
pub(super) fn forget(conn: &Connection, key: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM content WHERE record = ?1")?.execute([key])?;
    conn.prepare_cached("DELETE FROM body WHERE record = ?1")?.execute([key])?;
    Ok(())
}
