//! A document on its way into the index. Its texts stand in several fields and are copied for none of them.
//!
//! Documents are handed over faster than they are indexed, and tantivy's own queue counts them, whatever their size. [`Room`] says
//! how many bytes may wait; each document holds its [`Share`] until it has been indexed.

use std::array;
use std::iter::{Chain, Empty, Flatten};
use std::slice;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tantivy::schema::Field;
use tantivy::schema::document::{ReferenceValue, ReferenceValueLeaf, Value};

use crate::face::Document;
use crate::schema::Shape;
use crate::token;

/// Most bytes that wait to be indexed; a single document may be larger.
const MOST: usize = 4 << 20;

/// What a document takes beside its texts: most records have little text and many small values.
const FRAME: usize = 1024;

/// What a value takes beside its text.
const VALUE: usize = 64;

/// How long anybody waits for room: where the index has failed, the documents that wait there are never let go.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many times a word of the title counts as much as one of the text.
const TITLE_COUNTS: usize = 4;

/// Values of a document that are no facets.
const FIXED: usize = TITLE_COUNTS + 6;

/// A document as tantivy takes it.
pub(crate) struct Paper {
    shape: Arc<Shape>,
    owner: u64,
    document: Document,
    _share: Share,
}

impl Paper {
    /// `share` is what it takes of the room for those that wait.
    pub fn new(shape: Arc<Shape>, owner: u64, document: Document, share: Share) -> Self {
        Self { shape, owner, document, _share: share }
    }

    /// What wholes are looked for in.
    pub fn texts(&self) -> [&str; 2] {
        [&self.document.title, &self.document.text]
    }

    fn fixed<'a>(&'a self) -> [Option<(Field, Said<'a>)>; FIXED] {
        let (shape, it) = (&*self.shape, &self.document);
        let said = |field, text: &'a str| (!text.is_empty()).then_some((field, Said::Text(text)));
        let mut fixed = [said(shape.text, &it.title); FIXED];
        let others = [
            Some((shape.owner, Said::Number(self.owner))),
            // The place and one; 0 is the owner's own document.
            Some((shape.place, Said::Number(it.place.map_or(0, |place| u64::from(place) + 1)))),
            it.place.is_none().then_some((shape.own, Said::Number(self.owner))),
            it.at.map(|at| (shape.at, Said::Time(at))),
            said(shape.title, &it.title),
            said(shape.text, &it.text),
        ];
        fixed[TITLE_COUNTS..].copy_from_slice(&others);
        fixed
    }
}

impl tantivy::Document for Paper {
    type Value<'a> = Said<'a>;
    type FieldsValuesIter<'a> = Written<'a>;

    fn iter_fields_and_values(&self) -> Written<'_> {
        let facets = self.document.shared.iter().chain(&self.document.facets);
        Written { fields: &self.shape.facets, fixed: self.fixed().into_iter().flatten(), facets }
    }
}

/// A value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Said<'a> {
    Number(u64),
    Time(i64),
    Text(&'a str),
}

impl<'a> Value<'a> for Said<'a> {
    type ArrayIter = Empty<Self>;
    type ObjectIter = Empty<(&'a str, Self)>;

    fn as_value(&self) -> ReferenceValue<'a, Self> {
        ReferenceValue::Leaf(match *self {
            Self::Number(number) => ReferenceValueLeaf::U64(number),
            Self::Time(time) => ReferenceValueLeaf::I64(time),
            Self::Text(text) => ReferenceValueLeaf::Str(text),
        })
    }
}

/// Values of facets.
type Facets<'a> = slice::Iter<'a, (usize, String)>;

/// What a [`Paper`] says of each field.
pub(crate) struct Written<'a> {
    fields: &'a [Field],
    fixed: Flatten<array::IntoIter<Option<(Field, Said<'a>)>, FIXED>>,
    facets: Chain<Facets<'a>, Facets<'a>>,
}

impl<'a> Iterator for Written<'a> {
    type Item = (Field, Said<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let fields = self.fields;
        self.fixed.next().or_else(|| {
            self.facets.find_map(|(number, value)| {
                let field = fields.get(*number).filter(|_| !value.is_empty())?;
                Some((*field, Said::Text(token::capped(value, token::VALUE_BYTES))))
            })
        })
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
/// document. The other half is as much as eight makers hold that they have not handed over yet.
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
