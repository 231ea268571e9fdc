//! An incident as JSON: the row of `list`, and what `show` has beside.

use quarterdeck_sync::model::{Note, Timestamp};
use serde::Serialize;

use crate::incident::{Case, Line, Moment, Pinned, Thing, state};

/// A row. The order of the members is part of the schema.
#[derive(Debug, Serialize)]
pub struct JsonIncident<'a> {
    id: &'a str,
    title: &'a str,
    state: &'static str,
    opened_at: Timestamp,
    closed_at: Option<Timestamp>,
    /// How many things are pinned.
    pins: usize,
    /// How many notes there are.
    notes: usize,
}

impl<'a> JsonIncident<'a> {
    /// The JSON form of a line.
    pub fn new(line: &'a Line) -> Self {
        let incident = &line.incident;
        Self {
            id: incident.id.as_str(),
            title: &incident.title,
            state: state(incident),
            opened_at: incident.opened_at,
            closed_at: incident.closed_at,
            pins: line.pins,
            notes: line.notes,
        }
    }
}

/// The row, and all that is known of it.
#[derive(Debug, Serialize)]
pub struct JsonCase<'a> {
    #[serde(flatten)]
    row: JsonIncident<'a>,
    pinned: Vec<JsonPin<'a>>,
    noted: &'a [Note],
    timeline: Vec<JsonMoment<'a>>,
    /// What the timeline leaves out.
    left_out: &'a [String],
}

/// A pinned thing, and how it stands.
#[derive(Debug, Serialize)]
struct JsonPin<'a> {
    connection: &'a str,
    collection: &'a str,
    id: &'a str,
    entry: Option<u64>,
    pinned_at: Timestamp,
    /// What it is: the record's kind, `entry`, `write`.
    kind: &'static str,
    title: Option<String>,
    status: Option<&'a str>,
    gone_at: Option<Timestamp>,
    /// Neither mirror nor outbox has it.
    missing: bool,
}

/// One thing that happened.
#[derive(Debug, Serialize)]
struct JsonMoment<'a> {
    at: Option<Timestamp>,
    what: &'static str,
    connection: Option<&'a str>,
    collection: Option<&'a str>,
    id: Option<&'a str>,
    entry: Option<u64>,
    words: &'a str,
    text: &'a str,
}

impl<'a> JsonCase<'a> {
    /// The JSON form of a case; `line` is its row.
    pub fn new(case: &'a Case, line: &'a Line) -> Self {
        Self {
            row: JsonIncident::new(line),
            pinned: case.pinned.iter().map(pin).collect(),
            noted: &case.notes,
            timeline: case.timeline.iter().map(happened).collect(),
            left_out: &case.short,
        }
    }
}

fn pin(pinned: &Pinned) -> JsonPin<'_> {
    let place = pinned.place();
    let missing = pinned.thing == Thing::Missing;
    JsonPin {
        connection: &place.connection,
        collection: &place.collection,
        id: &place.id,
        entry: place.entry,
        pinned_at: pinned.pin.pinned_at,
        kind: pinned.word(),
        title: (!missing).then(|| pinned.title()),
        status: pinned.status(),
        gone_at: pinned.row().and_then(|row| row.gone_at),
        missing,
    }
}

fn happened(moment: &Moment) -> JsonMoment<'_> {
    let place = moment.place.as_ref();
    JsonMoment {
        at: moment.at,
        what: moment.what.as_str(),
        connection: place.map(|place| place.connection.as_str()),
        collection: place.map(|place| place.collection.as_str()),
        id: place.map(|place| place.id.as_str()),
        entry: place.and_then(|place| place.entry),
        words: &moment.words,
        text: &moment.text,
    }
}
