//! Where in the text of a session each of its messages stands.

use std::borrow::Cow;
use std::ops::Range;

use super::links::Links;
use super::message::{self, Reading};
use crate::json::{Json, Walk};
use crate::model::Entry;

/// A place where the text of a session may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Where the piece ends, in bytes of the text: the next begins with a message.
    pub end: usize,
    /// Messages of the piece.
    pub messages: usize,
}

/// Cuts the text of an array of messages into pieces of whole messages, each of at least `bytes` but the last: together they are
/// the text. One piece where it is no such array to its end, or is small.
pub fn pieces(text: &str, bytes: usize) -> Vec<Cut> {
    let whole = |messages| vec![Cut { end: text.len(), messages }];
    let mut walk = Walk { text, at: 0 };
    if text.len() < 2 * bytes || !walk.takes(b'[') {
        return whole(0);
    }
    let (mut cuts, mut begun, mut messages) = (Vec::new(), 0, 0);
    while let Some(message) = walk.value() {
        let start = walk.at - message.raw().len();
        if messages > 0 && start - begun >= bytes {
            cuts.push(Cut { end: start, messages: std::mem::take(&mut messages) });
            begun = start;
        }
        messages += 1;
        if !walk.takes(b',') {
            break;
        }
    }
    // What is no array to its end is not read as one.
    if !walk.takes(b']') || !walk.rest().is_empty() {
        return whole(0);
    }
    cuts.push(Cut { end: text.len(), messages });
    cuts
}

/// A piece that [`pieces`] made, as an array of its own. `first`, `last`: where it stands among the pieces.
pub fn alone(piece: &str, first: bool, last: bool) -> String {
    let inside = piece.trim();
    let inside = if last { inside } else { inside.strip_suffix(',').unwrap_or(inside) };
    format!("{}{inside}{}", if first { "" } else { "[" }, if last { "" } else { "]" })
}

/// The messages of a session: their text, and where each begins and ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Messages<'a> {
    text: Cow<'a, str>,
    places: Vec<Range<usize>>,
}

impl<'a> Messages<'a> {
    /// Takes apart the text of an array of messages, a string that holds one, or messages one a line.
    pub fn of(text: &'a str) -> Self {
        let bare = text.trim_start_matches('\u{feff}').trim();
        let text = if bare.starts_with('"') { Json::of(bare).unpacked() } else { Cow::Borrowed(bare) };
        let places = places(&text);
        Self { text, places }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The text of one, as it was sent.
    pub fn raw(&self, place: usize) -> Option<&str> {
        self.text.get(self.places.get(place)?.clone())
    }

    /// Which result answers which call. Reads every message once and keeps none.
    pub fn links(&self) -> Links {
        let mut links = Links::default();
        self.readings(0..self.len()).for_each(|reading| links.note(&reading));
        links
    }

    /// The entries of a stretch of the messages, paired also with what lies outside of it.
    pub fn window(&self, range: Range<usize>, links: &Links) -> Vec<Entry> {
        let mut entries: Vec<Entry> = self.readings(range).map(|reading| reading.entry).collect();
        links.apply(&mut entries);
        entries
    }

    pub(super) fn readings(&self, range: Range<usize>) -> impl Iterator<Item = Reading> {
        let range = range.start..range.end.min(self.len());
        range.filter_map(|place| Some(message::read(u32::try_from(place).unwrap_or(u32::MAX), self.raw(place)?)))
    }
}

fn places(text: &str) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut walk = Walk { text, at: 0 };
    if walk.takes(b'[') {
        while !walk.sees(b']') {
            let Some(message) = walk.value() else { break };
            places.push(walk.at - message.raw().len()..walk.at);
            if !walk.takes(b',') {
                break;
            }
        }
        walk.takes(b']');
    } else {
        // One a line, or a single one. A bare word is no message: this is not JSON then.
        while walk.sees(b'{') || walk.sees(b'"') {
            let Some(message) = walk.value() else { break };
            places.push(walk.at - message.raw().len()..walk.at);
        }
    }
    let rest = walk.rest();
    if !rest.is_empty() && rest != "null" {
        places.push(text.trim_end().len() - rest.len()..text.trim_end().len());
    }
    places
}
