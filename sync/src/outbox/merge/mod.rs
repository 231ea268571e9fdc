//! Merges two people's edits of one document, field by field. Pure.
//!
//! [`merge`] takes what both saw and what each made of it. Objects are merged by key. Lists are merged as the manifest's
//! [`Edits`] say: items told apart by pointers (`keyed`), as sets (`sets`), and else as whole values. What only one side changed
//! is taken over; what both changed, each in its own way, is a [`Dispute`], and so is an edit against a removal.
//! [`differences_under`] tells how two documents differ, under the same rules. [`carry`] puts a person's edits of a document
//! whose secrets are masked onto the document itself.
//!
//! Always true:
//! - A side that changed nothing gives way to the other as a whole, order and all.
//! - Fields that nobody knows are fields like any other: nothing is dropped that was not removed by someone.
//! - Numbers are compared by value (`1` is `1.0`; integers exactly, never by way of a float) and kept as the side wrote them
//!   that the field is taken from. What a [`Value`] cannot hold (more digits than a 64-bit integer or float has) was rounded when
//!   the text was read, before it came here; an edit that would send such a number back is not sent (`action::digits`).
//! - What lies deeper than [`DEEPEST`] is a whole value. The rest is recursive and needs no more stack than reading the
//!   document did: serde_json reads no text that is nested more than 128 deep.
//!
//! Not here: which fields may be edited at all, and what a person is asked about a dispute.

mod carry;
mod differ;
mod pair;
mod place;
mod same;
#[cfg(test)]
mod tests;
mod three;

use serde_json::Value;

pub use self::carry::carry;
use crate::model::Dispute;
use crate::platform::manifest::Edits;

/// Depth from which a value is taken as a whole: what serde_json reads at most.
pub const DEEPEST: usize = 128;

/// What became of a merge.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// The document with both sides' edits; where they clash, theirs.
    pub doc: Value,
    /// Fields both sides changed, each in its own way.
    pub disputes: Vec<Dispute>,
}

/// Merges `mine` and `theirs`, both made from `base`: objects by key, lists as `rules` says.
///
/// To have mine win where the two clash, hand them over the other way round.
pub fn merge(base: &Value, mine: &Value, theirs: &Value, rules: &Edits) -> Merged {
    three::merge(base, mine, theirs, rules)
}

/// Fields in which two documents differ: `base` is the first, `mine` the second. Lists of equal length are compared item by
/// item, others as wholes; where the manifest is at hand, [`differences_under`] tells more.
pub fn differences(a: &Value, b: &Value) -> Vec<Dispute> {
    differ::differences(a, b, &Edits::default())
}

/// [`differences`], with lists compared as `rules` says: the order of a set is no difference, and an item is compared with the
/// one it was made from. Pointers lead into `b`, to what was removed into `a`.
pub fn differences_under(a: &Value, b: &Value, rules: &Edits) -> Vec<Dispute> {
    differ::differences(a, b, rules)
}
