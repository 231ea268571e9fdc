//! What a person keeps for themselves, in the file of what they decided: kept as safely, and told to nobody.
//!
//! Always true: one flag of a kind at a place, one pin of a place in an incident; a note of an incident names one that exists. Not
//! here: what a flag means for a record (whoever shows it), and the audit log, since nothing outside changes.

mod flags;
mod incidents;
mod notes;

use jiff::Timestamp;
use rusqlite::Connection;
use ulid::Ulid;

use super::{Outbox, writes};
use crate::model::{Flag, FlagKind, Incident, IncidentId, Note, NoteId, Pin, Place};
use crate::outbox::OutboxError;

/// Flags.
impl Outbox {
    /// Puts up a flag, in place of one of its kind there.
    pub fn flag(&self, flag: &Flag) -> Result<(), OutboxError> {
        let flag = flag.clone();
        self.write(move |desk| flags::put(desk.conn, &flag))
    }

    /// Takes a flag down; `false` when there is none.
    pub fn unflag(&self, kind: FlagKind, place: &Place) -> Result<bool, OutboxError> {
        let place = place.clone();
        self.write(move |desk| flags::take(desk.conn, kind, &place))
    }

    /// Every flag of a kind, newest first.
    pub fn flags(&self, kind: FlagKind) -> Result<Vec<Flag>, OutboxError> {
        self.read(|conn| flags::of(conn, kind))
    }

    /// The flags of a record and of its entries, the record's first, then by entry.
    pub fn flags_on(&self, connection: &str, collection: &str, id: &str) -> Result<Vec<Flag>, OutboxError> {
        self.read(|conn| flags::on(conn, connection, collection, id))
    }
}

/// Notes.
impl Outbox {
    /// Keeps a note. `None` when it names an incident that does not exist.
    pub fn add_note(
        &self,
        place: Option<Place>,
        incident: Option<IncidentId>,
        text: &str,
        now: Timestamp,
    ) -> Result<Option<Note>, OutboxError> {
        let text = text.to_owned();
        self.write(move |desk| notes::add(desk.conn, place, incident, text, now))
    }

    /// Changes the words of a note; `false` when there is no such note.
    pub fn change_note(&self, id: &NoteId, text: &str, now: Timestamp) -> Result<bool, OutboxError> {
        let (id, text) = (id.clone(), text.to_owned());
        self.write(move |desk| notes::change(desk.conn, &id, &text, now))
    }

    /// Lets go of a note; `false` when there is no such note.
    pub fn drop_note(&self, id: &NoteId) -> Result<bool, OutboxError> {
        let id = id.clone();
        self.write(move |desk| notes::remove(desk.conn, &id))
    }

    /// The notes about a record and its entries, oldest first.
    pub fn notes_on(&self, connection: &str, collection: &str, id: &str) -> Result<Vec<Note>, OutboxError> {
        self.read(|conn| notes::on(conn, connection, collection, id))
    }

    /// The notes of an incident, oldest first.
    pub fn notes_in(&self, incident: &IncidentId) -> Result<Vec<Note>, OutboxError> {
        self.read(|conn| notes::within(conn, incident))
    }

    /// Every note, oldest first.
    pub fn notes(&self) -> Result<Vec<Note>, OutboxError> {
        self.read(notes::all)
    }
}

/// Incidents.
impl Outbox {
    /// Opens an incident.
    pub fn open_incident(&self, title: &str, now: Timestamp) -> Result<Incident, OutboxError> {
        let title = title.to_owned();
        self.write(move |desk| incidents::open(desk.conn, title, now))
    }

    /// Gives an incident another title; `false` when there is no such incident.
    pub fn rename_incident(&self, id: &IncidentId, title: &str) -> Result<bool, OutboxError> {
        let (id, title) = (id.clone(), title.to_owned());
        self.write(move |desk| incidents::rename(desk.conn, &id, &title))
    }

    /// Closes an incident; `false` when there is no such incident, or it is closed.
    pub fn close_incident(&self, id: &IncidentId, now: Timestamp) -> Result<bool, OutboxError> {
        let id = id.clone();
        self.write(move |desk| incidents::close(desk.conn, &id, now))
    }

    /// Opens a closed incident again; `false` when there is no such incident, or it is open.
    pub fn reopen_incident(&self, id: &IncidentId) -> Result<bool, OutboxError> {
        let id = id.clone();
        self.write(move |desk| incidents::reopen(desk.conn, &id))
    }

    /// One incident.
    pub fn incident(&self, id: &IncidentId) -> Result<Option<Incident>, OutboxError> {
        self.read(|conn| incidents::get(conn, id))
    }

    /// Every incident, newest first.
    pub fn incidents(&self) -> Result<Vec<Incident>, OutboxError> {
        self.read(incidents::all)
    }

    /// Pins a place to an incident; `false` when it is pinned already, or there is no such incident.
    pub fn pin(&self, incident: &IncidentId, place: &Place, now: Timestamp) -> Result<bool, OutboxError> {
        let (incident, place) = (incident.clone(), place.clone());
        self.write(move |desk| incidents::pin(desk.conn, &incident, &place, now))
    }

    /// Takes a pin off; `false` when it is not there.
    pub fn unpin(&self, incident: &IncidentId, place: &Place) -> Result<bool, OutboxError> {
        let (incident, place) = (incident.clone(), place.clone());
        self.write(move |desk| incidents::unpin(desk.conn, &incident, &place))
    }

    /// What is pinned to an incident, oldest first.
    pub fn pins(&self, incident: &IncidentId) -> Result<Vec<Pin>, OutboxError> {
        self.read(|conn| incidents::pins(conn, incident))
    }
}

/// An id above every id of a table, so that their order is that of their making whatever the clocks say.
fn next_id(conn: &Connection, table: &str, now: Timestamp) -> Result<Ulid, OutboxError> {
    let last: Option<String> =
        conn.prepare_cached(&format!("SELECT max(id) FROM {table}"))?.query_row([], |row| row.get(0))?;
    Ok(writes::next_id(last.as_deref(), now))
}

/// An entry's place as it is kept: -1 for the record itself. One beyond what the file can hold is none that exists.
fn entry_in(entry: Option<u64>) -> i64 {
    entry.map_or(-1, |entry| i64::try_from(entry).unwrap_or(i64::MAX))
}

/// The other way round.
fn entry_out(entry: i64) -> Option<u64> {
    u64::try_from(entry).ok()
}
