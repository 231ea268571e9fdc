//! What a person has said about an item: not now, or seen. Pure.

use std::collections::HashMap;

use jiff::Timestamp;

use super::item::{Item, Standing};
use super::place::{MarkKind, Place, PlaceMark};

/// Says of each item how it stands. Returns when the first snooze ends.
pub(super) fn lay(items: &mut [Item], marks: &[PlaceMark], now: Timestamp) -> Option<Timestamp> {
    let mut by_place: HashMap<&Place, Vec<&PlaceMark>> = HashMap::new();
    for mark in marks {
        by_place.entry(&mark.place).or_default().push(mark);
    }
    let mut next: Option<Timestamp> = None;
    for item in items {
        let Some(marks) = by_place.get(&item.place) else { continue };
        item.standing = standing(item, marks, now);
        if let Standing::Snoozed(until) = item.standing {
            next = Some(next.map_or(until, |first| first.min(until)));
        }
    }
    next
}

fn standing(item: &Item, marks: &[&PlaceMark], now: Timestamp) -> Standing {
    let seen = marks.iter().find(|mark| mark.kind == MarkKind::Acknowledged && holds(mark, item));
    if let Some(seen) = seen {
        return Standing::Acknowledged(seen.made_at);
    }
    // A snooze without an end would be another word for never.
    let until = marks.iter().filter(|mark| mark.kind == MarkKind::Snoozed).filter_map(|mark| mark.until).max();
    until.filter(|until| *until > now).map_or(Standing::Waiting, Standing::Snoozed)
}

/// An acknowledgement holds while every reason is one that was seen: a reason less is no news, another one is.
fn holds(mark: &PlaceMark, item: &Item) -> bool {
    let Some(seen) = &mark.seen else { return false };
    item.fingerprint().lines().all(|print| seen.lines().any(|known| known == print))
}
