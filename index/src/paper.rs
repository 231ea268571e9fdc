//! A document on its way into the index. Its text stands in several fields and is copied for none of them.
//!
//! Documents are handed over faster than they are indexed, and tantivy's own queue counts them, whatever their size. [`Room`] says
//! how many bytes may wait; each document holds its [`Share`] until it has been indexed.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tantivy::schema::{Field, OwnedValue};

use crate::face::Document;

/// Most bytes that wait to be indexed; a single document may be larger.
const MOST: usize = 4 << 20;

/// What a document takes beside its texts: most records have little text and many small values.
const FRAME: usize = 1024;

/// What a value takes beside its text.
const VALUE: usize = 64;

/// How long anybody waits for room: where the index has failed, the documents that wait there are never let go.
const PATIENCE: Duration = Duration::from_secs(10);

/// Values, and the fields that each stands in.
pub(crate) struct Paper {
    values: Vec<OwnedValue>,
    fields: Vec<(Field, usize)>,
    _share: Share,
}

impl Paper {
    pub fn new(share: Share) -> Self {
        Self { values: Vec::with_capacity(20), fields: Vec::with_capacity(24), _share: share }
    }

    pub fn write(&mut self, value: OwnedValue, fields: &[Field]) {
        self.fields.extend(fields.iter().map(|field| (*field, self.values.len())));
        self.values.push(value);
    }
}

impl tantivy::Document for Paper {
    type Value<'a> = &'a OwnedValue;
    type FieldsValuesIter<'a> = Written<'a>;

    fn iter_fields_and_values(&self) -> Written<'_> {
        Written { values: &self.values, fields: self.fields.iter() }
    }
}

/// What a [`Paper`] says of each field.
pub(crate) struct Written<'a> {
    values: &'a [OwnedValue],
    fields: std::slice::Iter<'a, (Field, usize)>,
}

impl<'a> Iterator for Written<'a> {
    type Item = (Field, &'a OwnedValue);

    fn next(&mut self) -> Option<Self::Item> {
        let (field, place) = self.fields.next()?;
        Some((*field, self.values.get(*place)?))
    }
}

/// Bytes that a document takes while it waits.
pub(crate) fn weight(document: &Document) -> usize {
    let values: usize = document.facets.iter().map(|(_, value)| VALUE + value.len()).sum();
    FRAME + document.text.len() + document.title.len() + values
}

/// The room for documents that wait.
///
/// Whoever waits for room is woken when half of it is free, and not for each document that leaves: to be woken costs more than a
/// document.
#[derive(Clone, Default)]
pub(crate) struct Room(Arc<Inner>);

#[derive(Default)]
struct Inner {
    taken: Mutex<Taken>,
    left: Condvar,
}

#[derive(Default)]
struct Taken {
    bytes: usize,
    /// Those that wait for room.
    waiting: usize,
}

impl Room {
    /// Waits until there is room for so many bytes.
    pub fn take(&self, bytes: usize) -> Share {
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |taken: &mut Taken| taken.bytes > 0 && taken.bytes.saturating_add(bytes) > MOST;
        if full(&mut taken) {
            taken.waiting += 1;
            let waited = self.0.left.wait_timeout_while(taken, PATIENCE, full);
            (taken, _) = waited.unwrap_or_else(PoisonError::into_inner);
            taken.waiting -= 1;
        }
        taken.bytes = taken.bytes.saturating_add(bytes);
        Share { room: self.clone(), bytes }
    }
}

/// What one document takes of the room.
pub(crate) struct Share {
    room: Room,
    bytes: usize,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.room.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.bytes = taken.bytes.saturating_sub(self.bytes);
        if taken.waiting > 0 && taken.bytes <= MOST / 2 {
            self.room.0.left.notify_all();
        }
    }
}
