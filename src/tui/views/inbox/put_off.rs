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
        let places: Vec<Place> = changed.iter().map(|item| item.place.clone()).collect();
        let words = said(standing, places.len(), hours);
        self.last = if back { Vec::new() } else { places.iter().map(|place| (kind, place.clone())).collect() };
        self.marks.clear();
        self.show_as(&places, standing, cx);
        cx.say(words);
    }

    /// What was said is to be seen at once, and not when the outbox tells of it: an answer that is on its way does not know it.
    fn show_as(&mut self, places: &[Place], standing: Standing, cx: &Cx) {
        self.ticket = None;
        self.put_away = Some(cx.clock);
        for known in self.inbox.items.iter_mut().filter(|known| places.contains(&known.place)) {
            known.standing = standing;
        }
        // The last of a cause does not leave an empty list behind while others wait.
        self.only_what_is_here();
        self.cursor = self.cursor.min(self.shown().len().saturating_sub(1));
        self.hold();
        self.follow(false, cx);
    }

    /// Takes back what was said last; false when that is none of the inbox's.
    pub(super) fn undo(&mut self, cx: &mut Cx) -> bool {
        let last = std::mem::take(&mut self.last);
        let Some((_, first)) = last.first().cloned() else { return false };
        let places: Vec<Place> = last.iter().map(|(_, place)| place.clone()).collect();
        cx.wishes.extend(last.into_iter().map(|(kind, place)| Wish::Unflag(kind, place)));
        if self.inbox.items.iter().any(|item| item.place == first) {
            self.show_as(&places, Standing::Waiting, cx);
            let first = Spot::Item(first);
            let found = self.shown().iter().position(|line| line.is(&first));
            self.point(found.unwrap_or(self.cursor), cx);
        }
        cx.say(said(Standing::Waiting, places.len(), 0));
        true
    }
}

/// Does it stand as this flag says?
fn stands(standing: Standing, kind: FlagKind) -> bool {
    matches!(
        (standing, kind),
        (Standing::Snoozed(_), FlagKind::Snoozed) | (Standing::Acknowledged(_), FlagKind::Acknowledged)
    )
}

/// What makes an item stand so.
fn wishes(item: &Item, kind: FlagKind, standing: Standing, now: Timestamp) -> Vec<Wish> {
    let place = || item.place.clone();
    let flag = |until, seen| Wish::Flag(Flag { kind, place: place(), made_at: now, until, seen });
    match standing {
        Standing::Waiting => vec![Wish::Unflag(kind, place())],
        Standing::Acknowledged(_) => vec![flag(None, Some(item.fingerprint()))],
        // What was seen would hide it beyond that time.
        Standing::Snoozed(until) if stands(item.standing, FlagKind::Acknowledged) => {
            vec![Wish::Unflag(FlagKind::Acknowledged, place()), flag(Some(until), None)]
        }
        Standing::Snoozed(until) => vec![flag(Some(until), None)],
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
