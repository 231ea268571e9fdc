//! What a person has said about an item: not now, or seen. Pure.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use quarterdeck_sync::model::{Flag, FlagKind, Place};

use super::item::{Item, Standing};

/// Says of each item how it stands. Returns when the first snooze ends.
pub(super) fn lay(items: &mut [Item], flags: &[Flag], now: Timestamp) -> Option<Timestamp> {
    let mut by_place: HashMap<&Place, Vec<&Flag>> = HashMap::new();
    for flag in flags {
        by_place.entry(&flag.place).or_default().push(flag);
    }
    let mut next: Option<Timestamp> = None;
    for item in items {
        let Some(flags) = by_place.get(&item.place) else { continue };
        item.standing = standing(item, flags, now);
        if let Standing::Snoozed(until) = item.standing {
            next = Some(next.map_or(until, |first| first.min(until)));
        }
    }
    next
}

fn standing(item: &Item, flags: &[&Flag], now: Timestamp) -> Standing {
    let seen = flags.iter().find(|flag| flag.kind == FlagKind::Acknowledged && holds(flag, item));
    if let Some(seen) = seen {
        return Standing::Acknowledged(seen.made_at);
    }
    // A snooze without an end would be another word for never.
    let until = flags.iter().filter(|flag| flag.kind == FlagKind::Snoozed).filter_map(|flag| flag.until).max();
    until.filter(|until| *until > now).map_or(Standing::Waiting, Standing::Snoozed)
}

/// An acknowledgement holds while every reason is one that was seen: a reason less is no news, another one is, and so is one that
/// has ended since and come again.
fn holds(flag: &Flag, item: &Item) -> bool {
    let Some(seen) = &flag.seen else { return false };
    let known: HashSet<&str> = seen.lines().collect();
    item.reasons.iter().all(|reason| reason.came.is_none_or(|at| at <= flag.made_at))
        && item.fingerprint().lines().all(|print| known.contains(print))
}
