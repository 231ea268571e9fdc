//! Searches that were kept under a name.

use jiff::Timestamp;
use rusqlite::Connection;

use super::writes::time;
use crate::outbox::{OutboxError, SavedSearch};

/// Keeps one, in place of what had the name.
pub(super) fn save(conn: &Connection, name: &str, query: &str, now: Timestamp) -> Result<(), OutboxError> {
    conn.prepare_cached(
        "INSERT INTO searches (name, saved_at, query) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET saved_at = excluded.saved_at, query = excluded.query",
    )?
    .execute((name, now.as_millisecond(), query))?;
    Ok(())
}

/// Lets go of one.
pub(super) fn forget(conn: &Connection, name: &str) -> Result<bool, OutboxError> {
    Ok(conn.prepare_cached("DELETE FROM searches WHERE name = ?1")?.execute([name])? > 0)
}

/// All, by name.
pub(super) fn all(conn: &Connection) -> Result<Vec<SavedSearch>, OutboxError> {
    let mut statement = conn.prepare_cached("SELECT name, query, saved_at FROM searches ORDER BY name")?;
    let rows = statement
        .query_map([], |row| Ok(SavedSearch { name: row.get(0)?, query: row.get(1)?, saved_at: time(row.get(2)?) }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
