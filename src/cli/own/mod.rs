//! `qd notes`, `qd bookmarks`: what a person keeps for themselves about records and their entries. No platform hears of it.
//!
//! A place is written as a record's id, with `#` and the number of an entry behind it where an entry is meant, numbered from 0 as
//! `qd sessions entries` does.

pub mod bookmarks;
pub mod notes;

use quarterdeck_sync::model::Place;

use super::context::{Context, Noun};
use super::reading;
use crate::error::Failure;

/// The place that `text` means, of a record that is in the mirror.
fn place(cx: &Context, text: &str, connections: &[String]) -> Result<Place, Failure> {
    let reader = cx.reader()?;
    reading::check_connections(cx, &reader, connections)?;
    let find = |id: &str| reading::find(cx, &reader, &Noun::Any, id, connections);
    let at = text.rsplit_once('#').and_then(|(id, entry)| Some((id, entry.parse::<u64>().ok()?)));
    // Ids may hold the sign themselves.
    let (record, entry) = match (find(text), at) {
        (Ok(record), _) => (record, None),
        (Err(_), Some((id, entry))) => (find(id)?, Some(entry)),
        (Err(failure), None) => return Err(failure),
    };
    let list = &record.row.list;
    Ok(Place { entry, ..Place::record(&list.connection, &list.collection, &record.row.id) })
}

/// A place as it is written: `turen/4711#12`.
fn written(place: &Place) -> String {
    let entry = place.entry.map_or_else(String::new, |entry| format!("#{entry}"));
    format!("{}/{}{entry}", place.connection, place.id)
}
