//! Making room: what may go when there is too much, and what was kept long enough.

use rusqlite::Connection;

use super::super::apply::feed;
use super::super::rows::millis;
use super::{ContentLimits, TrimmedContent, held_bytes, memo, remember};
use crate::model::{ContentKeep, Timestamp};

/// Contents dropped in one transaction.
const AT_ONCE: i64 = 256;

/// Drops contents of gone records that were kept long enough, then, while there is more than the budget allows, the oldest
/// by last activity. One that could not be fetched again never makes room.
pub(in crate::store) fn trim(
    conn: &mut Connection,
    limits: ContentLimits,
    now: Timestamp,
) -> rusqlite::Result<TrimmedContent> {
    let mut trimmed = TrimmedContent::default();
    if let ContentKeep::For(span) = limits.keep {
        let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        let before = millis(now).saturating_sub(span);
        while let Some(keys) = expired(conn, before)? {
            trimmed.expired += keys.len() as u64;
            drop_all(conn, &keys)?;
        }
    }
    loop {
        let held = held_bytes(conn)?;
        trimmed.over = held.saturating_sub(limits.budget);
        let oldest = if trimmed.over > 0 { oldest(conn, trimmed.over)? } else { Vec::new() };
        if oldest.is_empty() {
            return Ok(trimmed);
        }
        let keys: Vec<i64> = oldest.iter().map(|(key, _)| *key).collect();
        let largest = oldest.iter().map(|(_, bytes)| bytes.cast_signed()).max().unwrap_or(0);
        if memo(conn, "content_largest")?.is_none_or(|known| known < largest) {
            remember(conn, "content_largest", largest)?;
        }
        drop_all(conn, &keys)?;
        trimmed.dropped += keys.len() as u64;
        trimmed.dropped_bytes += oldest.iter().map(|(_, bytes)| *bytes).sum::<u64>();
    }
}

fn expired(conn: &Connection, before: i64) -> rusqlite::Result<Option<Vec<i64>>> {
    let keys: Vec<i64> = conn
        .prepare_cached(
            "SELECT c.record FROM content AS c JOIN record AS r ON r.key = c.record
             WHERE c.gone = 1 AND c.packed IS NOT NULL AND r.gone_at < ?1 LIMIT ?2",
        )?
        .query_map((before, AT_ONCE), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok((!keys.is_empty()).then_some(keys))
}

/// The oldest contents that free so many bytes, with what each takes.
fn oldest(conn: &Connection, bytes: u64) -> rusqlite::Result<Vec<(i64, u64)>> {
    let mut statement = conn.prepare_cached(
        "SELECT c.record, c.packed FROM content AS c JOIN record AS r ON r.key = c.record
         WHERE c.gone = 0 AND c.packed IS NOT NULL AND r.gone_at IS NULL
            -- Its record is listed still, and the platform has no longer what was said in it.
            AND NOT EXISTS (
                SELECT 1 FROM trouble AS t WHERE t.list = c.list AND t.code = 'content_gone' AND coalesce(t.id, '') = r.id
                    AND (t.id IS NULL) = 0)
         ORDER BY c.active LIMIT ?1",
    )?;
    let mut rows = statement.query([AT_ONCE])?;
    let (mut oldest, mut freed) = (Vec::new(), 0);
    while freed < bytes
        && let Some(row) = rows.next()?
    {
        let packed = row.get::<_, i64>(1)?.cast_unsigned();
        freed += packed;
        oldest.push((row.get(0)?, packed));
    }
    Ok(oldest)
}

/// Drops these contents and tells the change feed.
fn drop_all(conn: &mut Connection, keys: &[i64]) -> rusqlite::Result<()> {
    let step = conn.transaction()?;
    for key in keys {
        step.prepare_cached("DELETE FROM body WHERE record = ?1")?.execute([key])?;
        step.prepare_cached(
            "UPDATE content SET state = 4, fetched_at = NULL, messages = NULL, raw = NULL, packed = NULL, digest = NULL,
                etag = NULL WHERE record = ?1",
        )?
        .execute([key])?;
    }
    let mut touched = keys.to_vec();
    touched.sort_unstable();
    feed(&step, &touched)?;
    step.commit()
}
