//! Incidents, and what is pinned to them.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

use super::{entry_in, entry_out, next_id};
use crate::model::{Incident, IncidentId, Pin, Place};
use crate::outbox::OutboxError;
use crate::outbox::store::writes::{time, to_millis};

const COLUMNS: &str = "SELECT id, title, opened_at, closed_at FROM incidents";

pub(super) fn open(conn: &Connection, title: String, now: Timestamp) -> Result<Incident, OutboxError> {
    let (id, opened_at) = (IncidentId::new(next_id(conn, "incidents", now)?.to_string()), to_millis(now));
    conn.prepare_cached("INSERT INTO incidents (id, title, opened_at) VALUES (?, ?, ?)")?.execute((
        id.as_str(),
        &title,
        opened_at.as_millisecond(),
    ))?;
    Ok(Incident { id, title, opened_at, closed_at: None })
}

pub(super) fn rename(conn: &Connection, id: &IncidentId, title: &str) -> Result<bool, OutboxError> {
    Ok(conn.prepare_cached("UPDATE incidents SET title = ? WHERE id = ?")?.execute((title, id.as_str()))? > 0)
}

pub(super) fn close(conn: &Connection, id: &IncidentId, now: Timestamp) -> Result<bool, OutboxError> {
    let closed = conn
        .prepare_cached("UPDATE incidents SET closed_at = ? WHERE id = ? AND closed_at IS NULL")?
        .execute((now.as_millisecond(), id.as_str()))?;
    Ok(closed > 0)
}

pub(super) fn reopen(conn: &Connection, id: &IncidentId) -> Result<bool, OutboxError> {
    let opened = conn
        .prepare_cached("UPDATE incidents SET closed_at = NULL WHERE id = ? AND closed_at IS NOT NULL")?
        .execute([id.as_str()])?;
    Ok(opened > 0)
}

pub(super) fn get(conn: &Connection, id: &IncidentId) -> Result<Option<Incident>, OutboxError> {
    Ok(conn.prepare_cached(&format!("{COLUMNS} WHERE id = ?"))?.query_row([id.as_str()], incident).optional()?)
}

pub(super) fn all(conn: &Connection) -> Result<Vec<Incident>, OutboxError> {
    let mut statement = conn.prepare_cached(&format!("{COLUMNS} ORDER BY id DESC"))?;
    Ok(statement.query_map([], incident)?.collect::<Result<_, _>>()?)
}

pub(super) fn pin(conn: &Connection, id: &IncidentId, place: &Place, now: Timestamp) -> Result<bool, OutboxError> {
    let pinned = conn
        .prepare_cached(
            "INSERT OR IGNORE INTO pins (incident, connection, collection, id, entry, pinned_at)
             SELECT id, ?2, ?3, ?4, ?5, ?6 FROM incidents WHERE id = ?1",
        )?
        .execute((
            id.as_str(),
            &place.connection,
            &place.collection,
            &place.id,
            entry_in(place.entry),
            now.as_millisecond(),
        ))?;
    Ok(pinned > 0)
}

pub(super) fn unpin(conn: &Connection, id: &IncidentId, place: &Place) -> Result<bool, OutboxError> {
    let gone = conn
        .prepare_cached(
            "DELETE FROM pins WHERE incident = ? AND connection = ? AND collection = ? AND id = ? AND entry = ?",
        )?
        .execute((id.as_str(), &place.connection, &place.collection, &place.id, entry_in(place.entry)))?;
    Ok(gone > 0)
}

pub(super) fn pins(conn: &Connection, id: &IncidentId) -> Result<Vec<Pin>, OutboxError> {
    let mut statement = conn.prepare_cached(
        "SELECT connection, collection, id, entry, pinned_at FROM pins WHERE incident = ?
         ORDER BY pinned_at, connection, collection, id, entry",
    )?;
    let rows = statement.query_map([id.as_str()], |row| {
        let place =
            Place { connection: row.get(0)?, collection: row.get(1)?, id: row.get(2)?, entry: entry_out(row.get(3)?) };
        Ok(Pin { place, pinned_at: time(row.get(4)?) })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn incident(row: &Row) -> rusqlite::Result<Incident> {
    Ok(Incident {
        id: IncidentId::new(row.get::<_, String>(0)?),
        title: row.get(1)?,
        opened_at: time(row.get(2)?),
        closed_at: row.get::<_, Option<i64>>(3)?.map(time),
    })
}
