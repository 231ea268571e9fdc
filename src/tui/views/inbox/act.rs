//! What the keys do in the inbox.

use std::time::Duration;

use jiff::SignedDuration;
use quarterdeck_sync::model::{Flag, FlagKind, Kind};

use super::Inboxes;
use crate::inbox::{Cause, Item, Standing, Subject};
use crate::tui::actions::{Act, of_agents, verbs};
use crate::tui::data::DraftOf;
use crate::tui::decisions::Target;
use crate::tui::motion;
use crate::tui::reading::Reading;
use crate::tui::views::{Cx, Goal, Wish};

/// A key that comes sooner than this after it has put an item away was meant for that item: nobody has read the next one yet.
const BEAT: Duration = Duration::from_millis(300);

/// Hours that somebody snoozes who does not say how many, and the most that are taken for meant.
const HOURS: (u32, u32) = (1, 24 * 366);

impl Inboxes {
    pub(super) fn point(&mut self, at: usize, cx: &Cx) {
        self.cursor = at.min(self.shown().len().saturating_sub(1));
        // Whoever moves has looked.
        self.put_away = None;
        self.hold();
        self.follow(false, cx);
    }

    /// From now on the selected item is the person's.
    fn hold(&mut self) {
        self.held = self.selected().map(|item| item.place.clone());
    }

    /// Moves the cursor; false when it is no motion.
    pub(super) fn motion(&mut self, act: Act, count: Option<u32>, cx: &Cx) -> bool {
        let act = match act {
            Act::NextItem => Act::Down,
            Act::PreviousItem => Act::Up,
            act => act,
        };
        let Some(by) = motion::lines(act, count, self.page) else { return false };
        self.point(motion::among(self.shown().len(), self.cursor, by), cx);
        true
    }

    /// Does something about the selected item, or with the list; false when it is none of the view's.
    pub(super) fn do_item(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        match act {
            Act::OpenItem => {
                self.hold();
                cx.wishes.extend(self.selected().map(open));
            }
            Act::Read => {
                self.hold();
                cx.wishes.extend(self.selected().and_then(read));
            }
            Act::Seen => self.turn(FlagKind::Acknowledged, count, cx),
            Act::Snooze => self.turn(FlagKind::Snoozed, count, cx),
            Act::Undo => return self.undo(cx),
            Act::ShowSnoozed => {
                self.all = !self.all;
                self.restart(cx);
                cx.say(if self.all {
                    "What was seen or snoozed is shown"
                } else {
                    "What was seen or snoozed is hidden"
                });
            }
            Act::NextCause | Act::PreviousCause => self.turn_cause(act == Act::NextCause, cx),
            Act::InboxPane => {
                self.no_pane = !self.no_pane;
                self.follow(false, cx);
            }
            Act::Edit => {
                if let Some(Subject::Record { key, .. }) = self.selected().map(|item| &item.subject) {
                    cx.wishes.push(Wish::Draft(DraftOf::Row(*key)));
                }
            }
            Act::Back if self.only.is_some() => {
                self.only = None;
                self.restart(cx);
            }
            act if !verbs(act).is_empty() => {
                // The person decides about this item: another one must not take its place.
                self.hold();
                cx.wishes.extend(self.selected().and_then(|item| decide(act, item)));
            }
            _ => return false,
        }
        true
    }

    /// From the top: what is listed is another list.
    fn restart(&mut self, cx: &Cx) {
        let place = self.held.clone();
        let found = place.as_ref().and_then(|place| self.shown().iter().position(|item| item.place == *place));
        (self.cursor, self.top) = (found.unwrap_or(0), 0);
        self.held = place.filter(|_| found.is_some());
        self.follow(false, cx);
    }

    fn turn_cause(&mut self, forward: bool, cx: &Cx) {
        let mut choices: Vec<Option<Cause>> = vec![None];
        choices.extend(self.causes().into_iter().map(|(cause, _)| Some(cause)));
        let at = choices.iter().position(|choice| *choice == self.only).unwrap_or(0);
        let next = if forward { at + 1 } else { at + choices.len() - 1 } % choices.len();
        self.only = choices.get(next).copied().flatten();
        self.restart(cx);
    }

    /// Puts up a flag at the selected item, or takes down the one that it has.
    fn turn(&mut self, kind: FlagKind, count: Option<u32>, cx: &mut Cx) {
        if self.put_away.is_some_and(|at| cx.clock.saturating_duration_since(at) < BEAT) {
            // A key that is held down, or bounces, stays with the one item.
            self.put_away = Some(cx.clock);
            return cx.say("Once is enough: it is put away. This is the next one");
        }
        let Some(item) = self.selected().cloned() else { return };
        let (words, standing) = match (kind, item.standing) {
            (_, Standing::Waiting)
            | (FlagKind::Snoozed, Standing::Acknowledged(_))
            | (FlagKind::Acknowledged, Standing::Snoozed(_)) => {
                let until = (kind == FlagKind::Snoozed).then(|| {
                    let hours = count.unwrap_or(HOURS.0).clamp(1, HOURS.1);
                    cx.now.checked_add(SignedDuration::from_hours(i64::from(hours))).unwrap_or(cx.now)
                });
                if kind == FlagKind::Snoozed && item.standing != Standing::Waiting {
                    // What was seen would hide it beyond that time.
                    cx.wishes.push(Wish::Unflag(FlagKind::Acknowledged, item.place.clone()));
                }
                let seen = (kind == FlagKind::Acknowledged).then(|| item.fingerprint());
                cx.wishes.push(Wish::Flag(Flag { kind, place: item.place.clone(), made_at: cx.now, until, seen }));
                self.last = Some((kind, item.place.clone()));
                match until {
                    Some(until) => {
                        (format!("Snoozed for {}", hours(count.unwrap_or(HOURS.0))), Standing::Snoozed(until))
                    }
                    None => ("Seen: back when something about it changes".to_owned(), Standing::Acknowledged(cx.now)),
                }
            }
            _ => {
                cx.wishes.push(Wish::Unflag(kind, item.place.clone()));
                self.last = None;
                ("Back in the inbox".to_owned(), Standing::Waiting)
            }
        };
        self.show_as(&item, standing, cx);
        cx.say(words);
    }

    /// What was said is to be seen at once, and not when the outbox tells of it: an answer that is on its way does not know it.
    fn show_as(&mut self, item: &Item, standing: Standing, cx: &Cx) {
        self.ticket = None;
        self.put_away = Some(cx.clock);
        if let Some(known) = self.inbox.items.iter_mut().find(|known| known.place == item.place) {
            known.standing = standing;
        }
        self.cursor = self.cursor.min(self.shown().len().saturating_sub(1));
        self.hold();
        self.follow(false, cx);
    }

    fn undo(&mut self, cx: &mut Cx) -> bool {
        let Some((kind, place)) = self.last.take() else { return false };
        cx.wishes.push(Wish::Unflag(kind, place.clone()));
        let item = self.inbox.items.iter().find(|item| item.place == place).cloned();
        if let Some(item) = item {
            self.show_as(&item, Standing::Waiting, cx);
            let found = self.shown().iter().position(|known| known.place == place);
            self.point(found.unwrap_or(self.cursor), cx);
        }
        cx.say("Back in the inbox");
        true
    }
}

fn hours(count: u32) -> String {
    let count = count.clamp(1, HOURS.1);
    if count == 1 { "an hour".to_owned() } else { format!("{count} hours") }
}

/// Where an item lives.
fn open(item: &Item) -> Wish {
    match &item.subject {
        Subject::Record { .. } if item.cause() == Cause::Leak && item.entry().is_some() => {
            read(item).unwrap_or_else(|| Wish::Say("there is no transcript here".to_owned()))
        }
        Subject::Record { key, kind } => Wish::Show(Goal::Row(*kind, *key)),
        Subject::Write { id, .. } => Wish::Show(Goal::Write(id.clone())),
        Subject::Connection => Wish::Show(Goal::Connection(item.place.connection.clone())),
    }
}

/// Its transcript, at the entry for which it is here.
fn read(item: &Item) -> Option<Wish> {
    let Subject::Record { key, .. } = item.subject else { return None };
    let reading = Reading { of: Target::Row(key), title: item.title.clone(), at: item.entry(), query: String::new() };
    Some(Wish::Read(reading))
}

/// A sheet about doing this to the item's record, or to the agent behind it.
fn decide(act: Act, item: &Item) -> Option<Wish> {
    let Subject::Record { key, kind } = item.subject else { return None };
    let behind = item.agent.as_ref().filter(|_| kind != Kind::Agent && of_agents(act));
    let wanted = match behind {
        Some(agent) => (agent.list.clone(), Target::Row(agent.key)),
        None => (item.list(), Target::Row(key)),
    };
    Some(Wish::Decide(act, vec![wanted]))
}
