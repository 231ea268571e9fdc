//! Keeping what was fetched.

use rusqlite::{Connection, OptionalExtension};

use super::super::apply::feed;
use super::super::frames::Dicts;
use super::super::rows::millis;
use super::follow::{TOUCHED, Touched, doc};
use super::{KeptContent, NewContent, held_bytes, plan, source, state};
use crate::model::{DueContent, ListId, Timestamp};

/// What was fetched for one record, packed.
#[derive(Debug)]
pub(in crate::store) struct Fetched {
    pub due: DueContent,
    pub got: NewContent,
    /// The frame of its messages, if there are any.
    pub frame: Vec<u8>,
    /// Hash of their text.
    pub digest: u64,
    pub at: Timestamp,
}

/// Keeps it, in one transaction. `None` when the record is not there any longer. `held`: bytes that all contents take, as far
/// as they were counted; counted anew after an error.
pub(in crate::store) fn keep(
    conn: &mut Connection,
    dicts: &Dicts,
    held: &mut Option<u64>,
    fetched: &Fetched,
) -> rusqlite::Result<Option<KeptContent>> {
    let before = match held.take() {
        Some(bytes) => bytes,
        None => held_bytes(conn)?,
    };
    let step = conn.transaction()?;
    let key = fetched.due.record.0;
    let record = step
        .prepare_cached(&format!(
            "SELECT {TOUCHED} FROM record AS r LEFT JOIN content AS c ON c.record = r.key WHERE r.key = ?1"
        ))?
        .query_row([key], Touched::read)
        .optional()?;
    let Some(record) = record else { return Ok(None) };
    let Some(source) = source(&step, record.list)? else { return Ok(None) };
    // It may have changed while the content was on its way.
    let stamp = doc(&step, dicts, key)?.map(|doc| plan::stamp(&source, &doc, record.now));
    let moved = stamp != Some(fetched.due.stamp.cast_signed());
    let mut changed = false;
    known(&step, &record)?;
    let replaced: i64 = step
        .prepare_cached("SELECT coalesce(packed, 0) FROM content WHERE record = ?1")?
        .query_row([key], |row| row.get(0))?;
    let replaced = replaced.cast_unsigned();
    match &fetched.got {
        NewContent::Messages { messages, count, etag, partial } => {
            changed = body(&step, key, fetched, messages.len())?;
            let state = if moved { state::STALE } else { state::HELD };
            step.prepare_cached(
                "UPDATE content SET state = ?2, stamp = ?3, fetched_at = ?4, messages = ?5, raw = ?6, packed = ?7,
                    digest = ?8, etag = ?9, partial = ?10, tries = 0, again_at = NULL WHERE record = ?1",
            )?
            .execute((
                key,
                state,
                fetched.due.stamp.cast_signed(),
                millis(fetched.at),
                count.cast_signed(),
                messages.len() as i64,
                // The same messages stay as they were packed then.
                if changed { fetched.frame.len() as i64 } else { replaced.cast_signed() },
                fetched.digest.cast_signed(),
                etag,
                partial,
            ))?;
        }
        NewContent::Unchanged => {
            step.prepare_cached(
                "UPDATE content SET state = ?2, stamp = ?3, fetched_at = ?4, tries = 0, again_at = NULL
                 WHERE record = ?1 AND packed IS NOT NULL",
            )?
            .execute((
                key,
                if moved { state::STALE } else { state::HELD },
                fetched.due.stamp.cast_signed(),
                millis(fetched.at),
            ))?;
        }
        NewContent::Absent => {
            let state = if moved { state::WANTED } else { state::ABSENT };
            step.prepare_cached(
                "UPDATE content SET state = ?2, stamp = ?3, tries = 0, again_at = NULL
                 WHERE record = ?1 AND packed IS NULL",
            )?
            .execute((key, state, fetched.due.stamp.cast_signed()))?;
        }
        NewContent::Failed { again_at, .. } => {
            // It was asked for before it was planned, as when a person opens it: the record is looked at here, and not again.
            step.prepare_cached(
                "UPDATE content SET tries = tries + 1, again_at = ?2,
                    state = CASE WHEN stamp = ?3 THEN state WHEN state = ?4 THEN ?5 WHEN state = ?6 THEN ?7 ELSE state END
                 WHERE record = ?1",
            )?
            .execute((
                key,
                millis(*again_at),
                stamp,
                state::HELD,
                state::STALE,
                state::ABSENT,
                state::WANTED,
            ))?;
        }
    }
    trouble(&step, record.list, fetched)?;
    if changed {
        feed(&step, &[key])?;
    }
    step.commit()?;
    let held_bytes = if changed { (before + fetched.frame.len() as u64).saturating_sub(replaced) } else { before };
    *held = Some(held_bytes);
    let raw_bytes = match &fetched.got {
        NewContent::Messages { messages, .. } => messages.len() as u64,
        _ => 0,
    };
    Ok(Some(KeptContent { changed, raw_bytes, held_bytes }))
}

/// Has every content of these lists that is wanted asked for at once, and those too of which the platform said that it has none.
pub(in crate::store) fn ask_again(conn: &mut Connection, lists: &[ListId]) -> rusqlite::Result<()> {
    let step = conn.transaction()?;
    for list in lists {
        step.execute(
            "UPDATE content SET again_at = NULL WHERE list = ?1 AND tries > 0 AND again_at IS NOT NULL",
            [list.0],
        )?;
        step.execute(
            "UPDATE content SET state = 0 WHERE list = ?1 AND state = 3 AND gone = 0 AND (state <> 0 OR gone = 1)",
            [list.0],
        )?;
    }
    step.commit()
}

/// Makes a row for a record that none was planned for: it was opened.
fn known(conn: &Connection, record: &Touched) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO content (record, list, state, gone, active, hash, stamp) VALUES (?1, ?2, 0, ?3, ?4, ?5, 0)
         ON CONFLICT DO UPDATE SET hash = ?5, gone = ?3, active = ?4",
    )?
    .execute((record.key, record.list, record.now.gone, record.now.active, record.now.hash))?;
    Ok(())
}

/// Puts the frame in place of the one before; false when the messages are the same.
fn body(conn: &Connection, key: i64, fetched: &Fetched, raw: usize) -> rusqlite::Result<bool> {
    let same: bool = conn
        .prepare_cached(
            "SELECT count(*) FROM content WHERE record = ?1 AND digest = ?2 AND raw = ?3 AND packed IS NOT NULL",
        )?
        .query_row((key, fetched.digest.cast_signed(), raw as i64), |row| row.get(0))?;
    if !same {
        conn.prepare_cached("INSERT OR REPLACE INTO body (record, frame) VALUES (?1, ?2)")?
            .execute((key, &fetched.frame))?;
    }
    Ok(!same)
}

/// Tells the problem, or that there is none any longer.
fn trouble(conn: &Connection, list: i64, fetched: &Fetched) -> rusqlite::Result<()> {
    let id = &fetched.due.id;
    let told = match &fetched.got {
        NewContent::Failed { code, message, .. } => Some((code, message)),
        _ => None,
    };
    conn.prepare_cached(
        "DELETE FROM trouble WHERE list = ?1 AND id = ?2 AND substr(code, 1, 8) = 'content_' AND code IS NOT ?3",
    )?
    .execute((list, id, told.map(|(code, _)| code)))?;
    if let Some((code, message)) = told {
        conn.prepare_cached(
            "INSERT INTO trouble (list, code, id, message, since, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
             ON CONFLICT (list, code, coalesce(id, ''), id IS NULL)
             DO UPDATE SET message = excluded.message, seen_at = excluded.seen_at",
        )?
        .execute((list, code, id, message, millis(fetched.at)))?;
    }
    Ok(())
}
