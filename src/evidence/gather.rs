//! A case from what mirror and outbox have now.

use std::collections::BTreeMap;

use quarterdeck_sync::content;
use quarterdeck_sync::model::{Entry, Incident, IncidentId, ListKey, Pin, Place, Record, Scope, WriteId};
use quarterdeck_sync::outbox::Outbox;
use quarterdeck_sync::store::Reader;
use quarterdeck_sync::text::Secrets;

use super::{EvidenceError, happened};
use crate::amounts::size;
use crate::incident::{Case, Line, Pinned, Seen, Thing, timeline};
use crate::transcript::headline;

/// Bytes of content that are looked through for one case: entries that are pinned or failed.
const LOOKED_THROUGH: u64 = 8 << 20;
/// Longest line of what an entry says.
const SAID: usize = 160;

/// Contents that were looked through, by record.
pub(super) type Contents = BTreeMap<i64, Vec<Entry>>;

/// The incident with everything that is known of what is pinned in it, what was said with its secrets masked or not; `None` when
/// there is no such incident.
///
/// # Errors
/// When mirror or outbox cannot be read.
pub fn gather(
    reader: &Reader,
    outbox: &Outbox,
    id: &IncidentId,
    secrets: Secrets,
) -> Result<Option<Case>, EvidenceError> {
    let Some(incident) = outbox.incident(id)? else { return Ok(None) };
    let mut pinned = Vec::new();
    for pin in outbox.pins(id)? {
        pinned.push(self::pinned(reader, outbox, pin)?);
    }
    let mut short = Vec::new();
    let contents = contents(reader, &pinned, secrets, &mut short)?;
    for pinned in &mut pinned {
        pinned.entry = entry(pinned, &contents);
    }
    let notes = outbox.notes_in(id)?;
    let sources = happened::all(reader, outbox, (&incident, &pinned, &notes), &contents, &mut short)?;
    Ok(Some(Case { incident, pinned, notes, timeline: timeline::merge(sources), short }))
}

/// One line of the list of incidents.
///
/// # Errors
/// When the outbox cannot be read.
pub fn line(outbox: &Outbox, incident: Incident) -> Result<Line, EvidenceError> {
    let (pins, notes) = (outbox.pins(&incident.id)?.len(), outbox.notes_in(&incident.id)?.len());
    Ok(Line { incident, pins, notes })
}

fn pinned(reader: &Reader, outbox: &Outbox, pin: Pin) -> Result<Pinned, EvidenceError> {
    let place = &pin.place;
    let thing = match place.collection.as_str() {
        Place::OUTBOX => {
            outbox.get(&WriteId::new(&place.id))?.map_or(Thing::Missing, |write| Thing::Write(Box::new(write)))
        }
        _ => record(reader, place)?.map_or(Thing::Missing, |record| Thing::Record(Box::new(record.row))),
    };
    Ok(Pinned { pin, thing, entry: None })
}

/// The record at a place; gone ones too.
pub(super) fn record(reader: &Reader, place: &Place) -> Result<Option<Record>, EvidenceError> {
    let list = ListKey::new(&place.connection, &place.collection);
    let scope = Scope {
        connections: vec![list.connection.clone()],
        collections: vec![list.collection.clone()],
        ..Scope::default()
    };
    Ok(reader.find(&scope, &place.id, 1)?.into_iter().find(|record| record.row.id == place.id))
}

/// The entries of what is pinned, as far as they are here and not too much.
fn contents(
    reader: &Reader,
    pinned: &[Pinned],
    secrets: Secrets,
    short: &mut Vec<String>,
) -> Result<Contents, EvidenceError> {
    let (mut contents, mut left) = (Contents::new(), LOOKED_THROUGH);
    let mut passed_by: Vec<i64> = Vec::new();
    for row in pinned.iter().filter_map(Pinned::row) {
        let key = row.key;
        if contents.contains_key(&key.0) || passed_by.contains(&key.0) {
            continue;
        }
        let Some(info) = reader.content_state(key)?.filter(|info| info.state.is_held()) else { continue };
        if info.raw_bytes > left {
            passed_by.push(key.0);
            let list = &row.list;
            short.push(format!(
                "entries of {}/{}/{} are left out of the timeline: {} are too much to look through here",
                list.connection,
                list.collection,
                row.id,
                size(info.raw_bytes)
            ));
            continue;
        }
        left = left.saturating_sub(info.raw_bytes);
        let content = reader.content(key)?;
        let entries = content.map_or_else(Vec::new, |content| content::shown(&content.messages, secrets));
        contents.insert(key.0, entries);
    }
    Ok(contents)
}

/// What the pinned entry says.
fn entry(pinned: &Pinned, contents: &Contents) -> Option<Seen> {
    let place = usize::try_from(pinned.pin.place.entry?).ok()?;
    let entry = contents.get(&pinned.row()?.key.0)?.get(place)?;
    Some(Seen { kind: entry.kind, at: entry.at, said: said(entry) })
}

/// An entry in one line.
pub(super) fn said(entry: &Entry) -> String {
    headline(entry, SAID)
}
