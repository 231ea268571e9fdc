//! Notes.

use jiff::Timestamp;
use rusqlite::{Connection, Params, Row, named_params};

use super::{entry_in, entry_out, incidents, next_id};
use crate::model::{IncidentId, Note, NoteId, Place};
use crate::outbox::OutboxError;
use crate::outbox::store::writes::{time, to_millis};

pub(super) fn add(
    conn: &Connection,
    place: Option<Place>,
    incident: Option<IncidentId>,
    text: String,
    now: Timestamp,
) -> Result<Option<Note>, OutboxError> {
    if let Some(incident) = &incident
        && incidents::get(conn, incident)?.is_none()
    {
        return Ok(None);
    }
    let (id, at) = (NoteId::new(next_id(conn, "notes", now)?.to_string()), to_millis(now));
    let about = place.as_ref();
    conn.prepare_cached(
        "INSERT INTO notes (id, connection, collection, record, entry, incident, made_at, changed_at, text)
         VALUES (:id, :connection, :collection, :record, :entry, :incident, :at, :at, :text)",
    )?
    .execute(named_params! {
        ":id": id.as_str(),
        ":connection": about.map(|place| &place.connection),
        ":collection": about.map(|place| &place.collection),
        ":record": about.map(|place| &place.id),
        ":entry": about.map(|place| entry_in(place.entry)),
        ":incident": incident.as_ref().map(IncidentId::as_str),
        ":at": at.as_millisecond(),
        ":text": text,
    })?;
    Ok(Some(Note { id, place, incident, text, made_at: at, changed_at: at }))
}

pub(super) fn change(conn: &Connection, id: &NoteId, text: &str, now: Timestamp) -> Result<bool, OutboxError> {
    let changed = conn.prepare_cached("UPDATE notes SET text = ?, changed_at = ? WHERE id = ?")?.execute((
        text,
        now.as_millisecond(),
        id.as_str(),
    ))?;
    Ok(changed > 0)
}

pub(super) fn remove(conn: &Connection, id: &NoteId) -> Result<bool, OutboxError> {
    Ok(conn.prepare_cached("DELETE FROM notes WHERE id = ?")?.execute([id.as_str()])? > 0)
}

pub(super) fn on(conn: &Connection, connection: &str, collection: &str, id: &str) -> Result<Vec<Note>, OutboxError> {
    select(conn, "WHERE connection = ? AND collection = ? AND record = ?", (connection, collection, id))
}

pub(super) fn within(conn: &Connection, incident: &IncidentId) -> Result<Vec<Note>, OutboxError> {
    select(conn, "WHERE incident = ?", [incident.as_str()])
}

pub(super) fn all(conn: &Connection) -> Result<Vec<Note>, OutboxError> {
    select(conn, "", [])
}

fn select(conn: &Connection, of: &str, values: impl Params) -> Result<Vec<Note>, OutboxError> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT id, connection, collection, record, entry, incident, made_at, changed_at, text FROM notes {of} ORDER BY id"
    ))?;
    Ok(statement.query_map(values, note)?.collect::<Result<_, _>>()?)
}

fn note(row: &Row) -> rusqlite::Result<Note> {
    let place = match (row.get(1)?, row.get(2)?, row.get(3)?) {
        (Some(connection), Some(collection), Some(id)) => {
            Some(Place { connection, collection, id, entry: row.get::<_, Option<i64>>(4)?.and_then(entry_out) })
        }
        _ => None,
    };
    Ok(Note {
        id: NoteId::new(row.get::<_, String>(0)?),
        place,
        incident: row.get::<_, Option<String>>(5)?.map(IncidentId::new),
        made_at: time(row.get(6)?),
        changed_at: time(row.get(7)?),
        text: row.get(8)?,
    })
}
