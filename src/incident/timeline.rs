//! What happened, in one order of time, wherever it is known from.

use std::cmp::Ordering;

use jiff::Timestamp;
use quarterdeck_sync::model::Place;

/// What sort of thing happened. The order is that of things that happened at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// A record came to be.
    Began,
    /// An entry of a session or run.
    Entry,
    /// An event, or another record of a pinned agent.
    Event,
    /// A record changed, as far as its platform says when.
    Changed,
    /// A version of a policy was seen.
    Version,
    /// The incident was opened.
    Opened,
    /// Something was pinned.
    Pinned,
    /// A write of ours moved.
    Write,
    /// A person noted something.
    Note,
    /// A record was missed in its platform's list.
    Gone,
    /// The incident was closed.
    Closed,
}

impl What {
    /// Every sort, in their order.
    pub const ALL: [What; 11] = [
        What::Began,
        What::Entry,
        What::Event,
        What::Changed,
        What::Version,
        What::Opened,
        What::Pinned,
        What::Write,
        What::Note,
        What::Gone,
        What::Closed,
    ];

    /// Its word, in tables, JSON and pages.
    pub fn as_str(self) -> &'static str {
        match self {
            What::Began => "began",
            What::Entry => "entry",
            What::Event => "event",
            What::Changed => "changed",
            What::Version => "version",
            What::Opened => "opened",
            What::Pinned => "pinned",
            What::Write => "write",
            What::Note => "note",
            What::Gone => "gone",
            What::Closed => "closed",
        }
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// When; none when nobody says.
    pub at: Option<Timestamp>,
    /// What sort of thing.
    pub what: What,
    /// What it is about, and where one reads more; none for the incident itself and its notes.
    pub place: Option<Place>,
    /// What happened, in words of ours and ids.
    pub words: String,
    /// What somebody else says of it: text of a platform, an agent or the operator.
    pub text: String,
}

/// All moments of all sources in one order: by time, what has none last; then by sort, place and words. The same moments come out
/// in the same order, however they went in, and none is left out.
pub fn merge(sources: Vec<Vec<Moment>>) -> Vec<Moment> {
    let mut all: Vec<Moment> = sources.into_iter().flatten().collect();
    all.sort_by(order);
    all
}

/// The order of moments: total, and equal only for what is equal.
pub fn order(one: &Moment, other: &Moment) -> Ordering {
    fn place(place: &Place) -> (&str, &str, &str, Option<u64>) {
        (&place.connection, &place.collection, &place.id, place.entry)
    }
    let of = |moment: &Moment| (moment.at.is_none(), moment.at, moment.what);
    of(one)
        .cmp(&of(other))
        .then_with(|| one.place.as_ref().map(place).cmp(&other.place.as_ref().map(place)))
        .then_with(|| one.words.cmp(&other.words))
        .then_with(|| one.text.cmp(&other.text))
}
