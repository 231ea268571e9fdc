//! Incidents: what a person gathered about something that went wrong, as one story.
//!
//! A [`Case`] is an incident with what is pinned in it, how each pinned thing stands, what was noted, and the [`Moment`]s of all
//! of it in one order of time ([`timeline`]). From a case come the pages of its evidence: [`report`] for people, [`Manifest`] and
//! [`sums`](manifest::sums) for whoever has to prove that nothing was changed since. Pure: values in, values and text out; shared
//! by the console and the command line.
//!
//! Always true: what was pinned is in every answer, whether the mirror still has it or not; a moment that nobody gave a time is
//! kept, behind those that have one; names of files are made here, of our own counting and of letters that mean nothing to a
//! file system.
//!
//! Not here: where a case comes from and where evidence is written to ([`crate::evidence`]), and the operator's rows themselves
//! (`sync::outbox`).

mod files;
pub mod manifest;
pub mod report;
#[cfg(test)]
mod tests;
mod thing;
pub mod timeline;

use quarterdeck_sync::model::{Incident, Note, Place, Write};

pub use files::{folder_name, numbered, stem};
pub use manifest::Manifest;
pub use thing::{Pinned, Seen, Thing};
pub use timeline::{Moment, What};

/// The place of a write.
pub fn place_of_write(write: &Write) -> Place {
    write_place(&write.intent.connection, write.id.as_str())
}

/// The place of a write of this connection, by its id.
pub fn write_place(connection: &str, id: &str) -> Place {
    Place::record(connection, Place::OUTBOX, id)
}

/// An incident, whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The incident.
    pub incident: Incident,
    /// What is pinned, in the order in which it was.
    pub pinned: Vec<Pinned>,
    /// What was noted, oldest first.
    pub notes: Vec<Note>,
    /// Everything that is known to have happened, oldest first.
    pub timeline: Vec<Moment>,
    /// What the timeline leaves out, and why; for a person.
    pub short: Vec<String>,
}

/// An incident as one line of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The incident.
    pub incident: Incident,
    /// Things pinned in it.
    pub pins: usize,
    /// Notes in it.
    pub notes: usize,
}

/// `open` or `closed`: the word in tables, JSON and pages.
pub fn state(incident: &Incident) -> &'static str {
    if incident.closed_at.is_some() { "closed" } else { "open" }
}

/// A place as it is written: `turen/agents/agt_0005`, and `#12` behind it for an entry; `turen/write 01J…` for a write of ours.
pub fn written(place: &Place) -> String {
    match (place.collection == Place::OUTBOX, place.entry) {
        (true, _) => format!("{}/write {}", place.connection, place.id),
        (false, Some(entry)) => format!("{}/{}/{} #{entry}", place.connection, place.collection, place.id),
        (false, None) => format!("{}/{}/{}", place.connection, place.collection, place.id),
    }
}
