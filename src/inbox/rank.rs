//! The order of the inbox.

use std::cmp::{Ordering, Reverse};

use jiff::Timestamp;

use super::item::{Item, Reason};

/// Puts items in order: the highest risk first, then the least time left, then the longest wait, then by place. No two items
/// have one place, so there is one order, whatever order they came in; and it does not depend on what time it is.
pub fn rank(items: &mut [Item]) {
    items.sort_by(compare);
}

/// Which of two comes first.
pub(super) fn compare(one: &Item, other: &Item) -> Ordering {
    key(one).cmp(&key(other)).then_with(|| one.place.cmp(&other.place))
}

/// Which of two reasons presses more.
pub(super) fn reasons(one: &Reason, other: &Reason) -> Ordering {
    let key = |reason: &Reason| (Reverse(reason.risk), last(reason.deadline), last(reason.since));
    key(one).cmp(&key(other))
}

/// What has no deadline comes after all that have one; what has waited nobody knows how long, after all that say it.
fn last(at: Option<Timestamp>) -> Timestamp {
    at.unwrap_or(Timestamp::MAX)
}

fn key(item: &Item) -> impl Ord + use<> {
    (Reverse(item.risk()), last(item.deadline()), last(item.since()), item.cause())
}
