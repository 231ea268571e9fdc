//! Flags at places.

use rusqlite::{Connection, Row, named_params};

use super::{entry_in, entry_out};
use crate::model::{Flag, FlagKind, Place};
use crate::outbox::OutboxError;
use crate::outbox::store::writes::time;

const COLUMNS: &str = "SELECT kind, connection, collection, id, entry, made_at, until, seen FROM flags";

pub(super) fn put(conn: &Connection, flag: &Flag) -> Result<(), OutboxError> {
    let place = &flag.place;
    conn.prepare_cached(
        "INSERT OR REPLACE INTO flags (kind, connection, collection, id, entry, made_at, until, seen)
         VALUES (:kind, :connection, :collection, :id, :entry, :made_at, :until, :seen)",
    )?
    .execute(named_params! {
        ":kind": flag.kind.as_str(),
        ":connection": place.connection,
        ":collection": place.collection,
        ":id": place.id,
        ":entry": entry_in(place.entry),
        ":made_at": flag.made_at.as_millisecond(),
        ":until": flag.until.map(|until| until.as_millisecond()),
        ":seen": flag.seen,
    })?;
    Ok(())
}

pub(super) fn take(conn: &Connection, kind: FlagKind, place: &Place) -> Result<bool, OutboxError> {
    let gone = conn
        .prepare_cached(
            "DELETE FROM flags WHERE kind = ? AND connection = ? AND collection = ? AND id = ? AND entry = ?",
        )?
        .execute((kind.as_str(), &place.connection, &place.collection, &place.id, entry_in(place.entry)))?;
    Ok(gone > 0)
}

pub(super) fn of(conn: &Connection, kind: FlagKind) -> Result<Vec<Flag>, OutboxError> {
    let mut statement = conn.prepare_cached(&format!("{COLUMNS} WHERE kind = ? ORDER BY made_at DESC, id, entry"))?;
    known(statement.query_map([kind.as_str()], flag)?)
}

pub(super) fn on(conn: &Connection, connection: &str, collection: &str, id: &str) -> Result<Vec<Flag>, OutboxError> {
    let mut statement = conn.prepare_cached(&format!(
        "{COLUMNS} WHERE connection = ? AND collection = ? AND id = ? ORDER BY entry, kind"
    ))?;
    known(statement.query_map((connection, collection, id), flag)?)
}

/// A kind that this program does not know is another's: it is left alone.
fn known(rows: impl Iterator<Item = rusqlite::Result<Option<Flag>>>) -> Result<Vec<Flag>, OutboxError> {
    Ok(rows.filter_map(Result::transpose).collect::<Result<_, _>>()?)
}

fn flag(row: &Row) -> rusqlite::Result<Option<Flag>> {
    let Ok(kind) = row.get::<_, String>(0)?.parse() else { return Ok(None) };
    Ok(Some(Flag {
        kind,
        place: Place {
            connection: row.get(1)?,
            collection: row.get(2)?,
            id: row.get(3)?,
            entry: entry_out(row.get(4)?),
        },
        made_at: time(row.get(5)?),
        until: row.get::<_, Option<i64>>(6)?.map(time),
        seen: row.get(7)?,
    }))
}
