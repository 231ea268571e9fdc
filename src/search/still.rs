//! Whether what the index found is so still: what was said may have been replaced since its last commit, and a record may be gone.
//!
//! Only what was touched since then is looked at, and of it only what is to be shown: it is made into documents as the index will, and
//! asked the same. Where an index is so far behind that nobody can tell what was touched, all that is to be shown is looked at.

use std::collections::HashMap;

use quarterdeck_index::{Document, Hit as Place, Matcher, Search};
use quarterdeck_sync::content;
use quarterdeck_sync::model::RowKey;
use quarterdeck_sync::store::{Mirror, Reader, StoreError};

use super::changed::Changed;
use super::documents;
use super::sight::Sight;

/// Those of the places that `search` finds still. What lies over the index is as new as the question and stays.
///
/// # Errors
/// When the mirror cannot be read; what is damaged in it is not found.
pub fn still(
    mirror: &Mirror,
    reader: &Reader,
    sight: &Sight,
    search: &Search<'_>,
    places: Vec<Place>,
) -> Result<Vec<Place>, StoreError> {
    let changed = match &sight.mark {
        Some(mark) if !places.is_empty() => Changed::since(reader, mark)?,
        _ => None,
    };
    let doubtful = |place: &Place| {
        let touched = changed.as_ref().is_none_or(|changed| changed.has(RowKey(place.owner.cast_signed())));
        touched && !(place.place.is_none() && sight.over.has(place.owner))
    };
    if !places.iter().any(doubtful) {
        return Ok(places);
    }
    // Without the unfinished writes: the index knows them of no entry.
    let (reader, matcher) = (mirror.reader()?, Matcher::of(search));
    let mut known: HashMap<u64, Vec<Document>> = HashMap::new();
    let mut kept = Vec::with_capacity(places.len());
    for place in places {
        if doubtful(&place) {
            let documents = match known.entry(place.owner) {
                std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::hash_map::Entry::Vacant(new) => new.insert(made(&reader, place.owner)?),
            };
            let document = documents.iter().find(|document| document.place == place.place);
            if !document.is_some_and(|document| matcher.holds(document)) {
                continue;
            }
        }
        kept.push(place);
    }
    Ok(kept)
}

/// A record's documents, as they are now.
fn made(reader: &Reader, owner: u64) -> Result<Vec<Document>, StoreError> {
    let key = RowKey(owner.cast_signed());
    let Some(record) = sound(reader.record(key))? else { return Ok(Vec::new()) };
    let content = sound(reader.content(key))?;
    let entries = content.map(|content| content::entries(&content.messages)).unwrap_or_default();
    Ok(documents::of(&record, &entries))
}

fn sound<T>(read: Result<Option<T>, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Err(StoreError::Damaged { .. }) => Ok(None),
        read => read,
    }
}
