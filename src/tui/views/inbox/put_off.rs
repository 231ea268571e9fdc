//! What a person says about items: not now, or seen. To one, or to all that are marked.

use std::time::Duration;

use jiff::SignedDuration;
use quarterdeck_sync::model::{Flag, FlagKind, Place, Timestamp};

use super::Inboxes;
use super::lines::Spot;
use crate::inbox::{Item, Standing};
use crate::tui::views::{Cx, Wish};

/// A key that comes sooner than this after it has put an item away was meant for that item: nobody has read the next one yet.
const BEAT: Duration = Duration::from_millis(300);

/// Hours that somebody snoozes who does not say how many, and the most that are taken for meant.
const HOURS: (u32, u32) = (1, 24 * 366);

impl Inboxes {
    /// Puts up a flag at the items that are meant, or takes down those that all of them have.
    pub(super) fn turn(&mut self, kind: FlagKind, count: Option<u32>, cx: &mut Cx) {
        if self.put_away.is_some_and(|at| cx.clock.saturating_duration_since(at) < BEAT) {
            // A key that is held down, or bounces, stays with the one item.
            self.put_away = Some(cx.clock);
            return cx.say("Once is enough: it is put away. This is the next one");
        }
        let items: Vec<Item> = self.meant().into_iter().cloned().collect();
        let has = |item: &&Item| stands(item.standing, kind);
        let back = items.iter().all(|item| has(&item));
        let changed: Vec<&Item> = items.iter().filter(|item| back || !has(item)).collect();
        if changed.is_empty() {
            return;
        }
        let hours = count.unwrap_or(HOURS.0).clamp(1, HOURS.1);
        let until = cx.now.checked_add(SignedDuration::from_hours(i64::from(hours))).unwrap_or(cx.now);
        let standing = match (back, kind) {
            (true, _) => Standing::Waiting,
            (false, FlagKind::Snoozed) => Standing::Snoozed(until),
            (false, _) => Standing::Acknowledged(cx.now),
        };
        for item in &changed {
            cx.wishes.extend(wishes(item, kind, standing, cx.now));
        }
        let stand: Vec<(Place, Standing)> = changed.iter().map(|item| (item.place.clone(), standing)).collect();
        let words = said(standing, stand.len(), hours);
        let put_off =
            |item: &&Item| PutOff { kind, place: item.place.clone(), before: item.standing, seen: item.fingerprint() };
        self.last = if back { Vec::new() } else { changed.iter().map(put_off).collect() };
        self.marks.clear();
        self.show_as(&stand, cx);
        cx.say(words);
    }

    /// What was said is to be seen at once, and not when the outbox tells of it: an answer that is on its way does not know it.
    fn show_as(&mut self, stand: &[(Place, Standing)], cx: &Cx) {
        self.ticket = None;
        self.put_away = Some(cx.clock);
        for known in &mut self.inbox.items {
            if let Some((_, standing)) = stand.iter().find(|(place, _)| *place == known.place) {
                known.standing = *standing;
            }
        }
        // The last of a cause does not leave an empty list behind while others wait.
        self.only_what_is_here();
        self.cursor = self.cursor.min(self.shown().len().saturating_sub(1));
        self.hold();
        self.follow(false, cx);
    }

    /// Takes back what was said last, so that each stands as it did before; false when that is none of the inbox's.
    pub(super) fn undo(&mut self, cx: &mut Cx) -> bool {
        let last = std::mem::take(&mut self.last);
        let Some(first) = last.first().map(|one| one.place.clone()) else { return false };
        let stand: Vec<(Place, Standing)> = last.iter().map(|one| (one.place.clone(), one.before)).collect();
        for one in last {
            cx.wishes.push(Wish::Unflag(one.kind, one.place.clone()));
            cx.wishes.extend(one.flag(cx.now).map(Wish::Flag));
        }
        if self.inbox.items.iter().any(|item| item.place == first) {
            self.show_as(&stand, cx);
            let first = Spot::Item(first);
            let found = self.shown().iter().position(|line| line.is(&first));
            self.point(found.unwrap_or(self.cursor), cx);
        }
        let waited = stand.iter().all(|(_, before)| *before == Standing::Waiting);
        cx.say(match (waited, stand.len()) {
            (true, count) => said(Standing::Waiting, count, 0),
            (false, 1) => "It stands as it did before".to_owned(),
            (false, count) => format!("{count} stand as they did before"),
        });
        true
    }
}

/// An item that was put off, and how it stood before.
#[derive(Debug)]
pub(super) struct PutOff {
    /// The flag that was put up.
    kind: FlagKind,
    place: Place,
    before: Standing,
    /// What was to be seen of it.
    seen: String,
}

impl PutOff {
    /// The flag that makes it stand as it did before; none where it waited.
    fn flag(self, now: Timestamp) -> Option<Flag> {
        let Self { place, before, seen, .. } = self;
        match before {
            Standing::Waiting => None,
            Standing::Snoozed(until) => {
                Some(Flag { kind: FlagKind::Snoozed, place, made_at: now, until: Some(until), seen: None })
            }
            Standing::Acknowledged(at) => {
                Some(Flag { kind: FlagKind::Acknowledged, place, made_at: at, until: None, seen: Some(seen) })
            }
        }
    }
}

/// Does it stand as this flag says?
fn stands(standing: Standing, kind: FlagKind) -> bool {
    matches!(
        (standing, kind),
        (Standing::Snoozed(_), FlagKind::Snoozed) | (Standing::Acknowledged(_), FlagKind::Acknowledged)
    )
}

/// What makes an item stand so, and in no other way beneath: one that was seen before its snooze ended would be back at neither.
fn wishes(item: &Item, kind: FlagKind, standing: Standing, now: Timestamp) -> Vec<Wish> {
    let place = || item.place.clone();
    let flag = |until, seen| Wish::Flag(Flag { kind, place: place(), made_at: now, until, seen });
    let other = match kind {
        FlagKind::Snoozed => FlagKind::Acknowledged,
        _ => FlagKind::Snoozed,
    };
    let lifted = Some(Wish::Unflag(other, place())).filter(|_| stands(item.standing, other));
    match standing {
        // A snooze may lie beneath what was seen, and would hide it now.
        Standing::Waiting if kind == FlagKind::Acknowledged => {
            vec![Wish::Unflag(kind, place()), Wish::Unflag(other, place())]
        }
        Standing::Waiting => vec![Wish::Unflag(kind, place())],
        Standing::Acknowledged(_) => lifted.into_iter().chain([flag(None, Some(item.fingerprint()))]).collect(),
        Standing::Snoozed(until) => lifted.into_iter().chain([flag(Some(until), None)]).collect(),
    }
}

fn said(standing: Standing, count: usize, hours: u32) -> String {
    let long = if hours == 1 { "an hour".to_owned() } else { format!("{hours} hours") };
    match (standing, count) {
        (Standing::Waiting, 1) => "Back in the inbox".to_owned(),
        (Standing::Waiting, count) => format!("{count} are back in the inbox"),
        (Standing::Snoozed(_), 1) => format!("Snoozed for {long}"),
        (Standing::Snoozed(_), count) => format!("{count} are snoozed for {long}"),
        (Standing::Acknowledged(_), 1) => "Seen: back when something about it changes".to_owned(),
        (Standing::Acknowledged(_), count) => format!("{count} are seen: each is back when something about it changes"),
    }
}
