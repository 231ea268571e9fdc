//! Versions of policies, and connections that are not written to.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

use super::ledger;
use super::writer::Desk;
use super::writes::{time, to_millis};
use crate::model::{ListKey, WriteId};
use crate::outbox::{OutboxError, Paused, Version};

/// A version of a policy, to be kept.
#[derive(Debug)]
pub(super) struct NewVersion {
    pub list: ListKey,
    pub id: String,
    pub doc: String,
    pub hash: u64,
    pub label: Option<String>,
    pub write: Option<WriteId>,
    pub now: Timestamp,
}

/// Number and hash of the newest version.
fn newest(conn: &Connection, new: &NewVersion) -> rusqlite::Result<Option<(i64, u64)>> {
    conn.prepare_cached(
        "SELECT number, hash FROM versions WHERE connection = ?1 AND collection = ?2 AND id = ?3
         ORDER BY number DESC LIMIT 1",
    )?
    .query_row(params![new.list.connection, new.list.collection, new.id], |row| {
        Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned()))
    })
    .optional()
}

/// Is it the newest already?
pub(super) fn is_newest(conn: &Connection, new: &NewVersion) -> Result<bool, OutboxError> {
    Ok(newest(conn, new)?.is_some_and(|(_, known)| known == new.hash))
}

/// Hash of the newest version of every policy that has one.
pub(super) fn newest_of_all(conn: &Connection) -> Result<HashMap<(ListKey, String), u64>, OutboxError> {
    // Of several rows with max() or min() SQLite takes the other columns from the one it found.
    let mut statement = conn.prepare_cached(
        "SELECT connection, collection, id, hash, max(number) FROM versions GROUP BY connection, collection, id",
    )?;
    let rows = statement.query_map([], |row| {
        let list = ListKey { connection: row.get(0)?, collection: row.get(1)? };
        Ok(((list, row.get(2)?), row.get::<_, i64>(3)?.cast_unsigned()))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps a version, unless it is the newest already.
pub(super) fn keep(conn: &Connection, new: &NewVersion) -> Result<bool, OutboxError> {
    let newest = newest(conn, new)?;
    if newest.is_some_and(|(_, known)| known == new.hash) {
        return Ok(false);
    }
    let number = newest.map_or(1, |(number, _)| number + 1);
    conn.prepare_cached(
        "INSERT INTO versions (connection, collection, id, number, seen_at, label, hash, write, doc)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        new.list.connection,
        new.list.collection,
        new.id,
        number,
        new.now.as_millisecond(),
        new.label,
        new.hash.cast_signed(),
        new.write.as_ref().map(WriteId::as_str),
        new.doc
    ])?;
    Ok(true)
}

/// Versions of a policy, newest first.
pub(super) fn versions(conn: &Connection, list: &ListKey, id: &str) -> Result<Vec<Version>, OutboxError> {
    let mut statement = conn.prepare_cached(
        "SELECT number, seen_at, label, hash, write, doc FROM versions
         WHERE connection = ?1 AND collection = ?2 AND id = ?3 ORDER BY number DESC",
    )?;
    let rows = statement.query_map(params![list.connection, list.collection, id], |row| {
        Ok(Version {
            number: u64::try_from(row.get::<_, i64>(0)?).unwrap_or_default(),
            seen_at: time(row.get(1)?),
            label: row.get(2)?,
            hash: row.get::<_, i64>(3)?.cast_unsigned(),
            write: row.get::<_, Option<String>>(4)?.map(WriteId::new),
            doc: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?)
}

/// Stops writing to a connection. One that is stopped already keeps its time and its line in the audit log.
pub(super) fn pause(desk: &mut Desk<'_>, connection: &str, message: &str, now: Timestamp) -> Result<(), OutboxError> {
    let changed = desk
        .conn
        .prepare_cached("UPDATE paused SET message = ?2 WHERE connection = ?1")?
        .execute(params![connection, message])?;
    if changed > 0 {
        return Ok(());
    }
    desk.conn
        .prepare_cached("INSERT INTO paused (connection, since, message) VALUES (?1, ?2, ?3)")?
        .execute(params![connection, now.as_millisecond(), message])?;
    let detail = ledger::stable(&json!({ "connection": connection, "message": message }))?;
    desk.ledger.add(desk.conn, to_millis(now), "paused", None, desk.me, &detail)?;
    Ok(())
}

/// Lets a connection be written to again.
pub(super) fn resume(desk: &mut Desk<'_>, connection: &str, now: Timestamp) -> Result<bool, OutboxError> {
    if desk.conn.prepare_cached("DELETE FROM paused WHERE connection = ?1")?.execute([connection])? == 0 {
        return Ok(false);
    }
    let detail = ledger::stable(&json!({ "connection": connection }))?;
    desk.ledger.add(desk.conn, to_millis(now), "resumed", None, desk.me, &detail)?;
    Ok(true)
}

/// Connections that are not written to, by name.
pub(super) fn paused(conn: &Connection) -> Result<Vec<Paused>, OutboxError> {
    let mut statement = conn.prepare_cached("SELECT connection, since, message FROM paused ORDER BY connection")?;
    let rows = statement
        .query_map([], |row| Ok(Paused { connection: row.get(0)?, since: time(row.get(1)?), message: row.get(2)? }))?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?)
}
