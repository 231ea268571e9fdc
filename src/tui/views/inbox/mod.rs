//! The inbox: everything that wants a person, the most pressing first, with why it is here and what can be done.
//!
//! The items come as one answer ([`Question::Inbox`]); what no index of the mirror answers is asked for apart, behind
//! everything else, and never before the first frame ([`look`]). The selection belongs to an item and not to a line: nothing
//! moves under the cursor once a person has moved it. Nothing is decided here but on a sheet.
//!
//! - `lines`: the items as they are looked at now, and what there is beyond. `words`: filtering them. `act`: the keys. `put_off`: what
//!   a person says about them. `draw`, `pane`: how it looks.
//!
//! Not here: what wants a person and in which order ([`crate::inbox`]).

mod act;
mod draw;
mod lines;
mod look;
mod pane;
mod put_off;
mod remember;
mod words;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use quarterdeck_sync::model::{FlagKind, Kind, ListKey, Place, RowKey, WriteId};
use ratatui::layout::{Position, Rect};

use super::detail::Detail;
use super::rest::Rest;
use super::{Copied, Cx, Scene, View, Wish};
use crate::inbox::{Cause, Inbox, Item, Subject};
use crate::tui::actions::{Act, Facts, Scope};
use crate::tui::canvas::Canvas;
use crate::tui::data::{Answer, Answered, Lane, Question, Ticket};
use crate::tui::decisions::OpenedWrite;
use crate::tui::incidents::Chosen;
use crate::tui::memory::ListState;
use lines::{Line, Spot};
use look::Look;
use put_off::PutOff;
use words::Words;

/// Items that can be marked at once: one decision about more is better made with a filter, in a script.
const MARKS: usize = 1_000;

/// The view's things that are asked for.
mod part {
    pub const ITEMS: u8 = 0;
    pub const FINDINGS: u8 = 1;
    pub const RECORD: u8 = 2;
    pub const WRITE: u8 = 3;
}

/// The view.
#[derive(Debug, Default)]
pub(super) struct Inboxes {
    inbox: Inbox,
    loaded: bool,
    failure: Option<String>,
    ticket: Option<Ticket>,
    /// Something changed while an answer was on its way: ask again when it has come.
    again: bool,
    look: Look,
    /// What was seen or snoozed is shown too.
    all: bool,
    /// Only this cause.
    only: Option<Cause>,
    /// Only what holds these words.
    words: Words,
    /// Items that were marked, for what is done to many.
    marks: BTreeSet<Place>,
    /// The cause that was chosen the last time, until it is found that something is here for it.
    left_at: Option<Cause>,
    /// The line that a person has moved to; none: whatever stands first.
    held: Option<Spot>,
    cursor: usize,
    /// Whether it runs: the pane waits.
    rest: Rest,
    top: usize,
    page: usize,
    /// The pane was closed.
    no_pane: bool,
    /// As last drawn; until then it is taken to be there, so that the first frame has it.
    pane_shown: Option<bool>,
    detail: Detail,
    detail_ticket: Option<(Ticket, RowKey)>,
    /// What is known of the write under the cursor, or why nothing is.
    write: Option<(WriteId, Result<Box<OpenedWrite>, String>)>,
    write_ticket: Option<(Ticket, WriteId)>,
    /// When the first snooze ends, and this is to be asked for again.
    turns_at: Option<Timestamp>,
    /// What was put off here last: what `undo` takes back.
    last: Vec<PutOff>,
    /// When an item was put away, or brought back, and another came under the cursor.
    put_away: Option<Instant>,
    list_area: Rect,
}

impl Inboxes {
    fn ask(&mut self, lane: Lane, cx: &Cx) {
        if self.ticket.is_some() {
            self.again = true;
        } else {
            self.ticket = Some(cx.ask(part::ITEMS, lane, Question::Inbox(self.look.findings())));
        }
    }

    fn take(&mut self, inbox: Inbox, cx: &mut Cx) {
        // The line of the cursor stays where it is on the screen, whatever comes in above.
        let line = self.cursor.saturating_sub(self.top);
        (self.inbox, self.loaded, self.failure) = (inbox, true, None);
        self.only_what_is_here();
        self.choose_as_left();
        // What is gone is not marked any more either.
        self.marks.retain(|place| self.inbox.items.iter().any(|item| item.place == *place));
        let found = self.held.as_ref().and_then(|spot| self.shown().iter().position(|line| line.is(spot)));
        let at = if self.held.is_some() { found.unwrap_or(self.cursor) } else { 0 };
        self.cursor = at.min(self.shown().len().saturating_sub(1));
        if self.held.is_some() {
            // One that is gone leaves its line to the next, which is the person's now.
            self.held = self.line().map(|line| line.spot());
        }
        self.top = self.cursor.saturating_sub(line);
        if self.inbox.turns_at != self.turns_at {
            self.turns_at = self.inbox.turns_at;
            cx.wishes.extend(self.turns_at.map(|at| Wish::Wake(until(at, cx.now))));
        }
        self.follow(true, cx);
    }

    /// Brings the pane to the selected item. `again`: also if it shows it already.
    fn follow(&mut self, again: bool, cx: &Cx) {
        let subject = self.selected().map(|item| item.subject.clone());
        let wanted = !self.no_pane && self.pane_shown.unwrap_or(true);
        if !matches!(subject, Some(Subject::Record { .. })) {
            self.detail.clear();
            self.detail_ticket = None;
        }
        if !matches!(subject, Some(Subject::Write { .. })) {
            (self.write, self.write_ticket) = (None, None);
        }
        match subject {
            Some(Subject::Record { key, .. }) if wanted => {
                let shown = self.detail.key() == Some(key) || self.detail_ticket.is_some_and(|(_, asked)| asked == key);
                if self.detail.key().is_some_and(|known| known != key) {
                    self.detail.clear();
                }
                if again || !shown {
                    self.detail_ticket = Some((cx.ask(part::RECORD, Lane::Now, Question::Record(key, None)), key));
                }
            }
            Some(Subject::Write { id, .. }) if wanted => {
                let asked = self.write_ticket.as_ref().is_some_and(|(_, asked)| *asked == id);
                let shown = self.write.as_ref().is_some_and(|(known, _)| *known == id);
                if !shown {
                    self.write = None;
                }
                if again || !(shown || asked) {
                    self.write_ticket = Some((cx.ask(part::WRITE, Lane::Now, Question::Write(id.clone())), id));
                }
            }
            _ => {}
        }
    }

    fn answer_pane(&mut self, answered: Answered) {
        if let Some((_, key)) = self.detail_ticket.take_if(|(ticket, _)| *ticket == answered.ticket) {
            match answered.answer {
                Answer::Record(opened) => self.detail.show(key, opened),
                Answer::Failed(why) => self.detail.fail(key, why),
                _ => {}
            }
        } else if let Some((_, id)) = self.write_ticket.take_if(|(ticket, _)| *ticket == answered.ticket) {
            let known = match answered.answer {
                Answer::Write(opened) => opened.ok_or_else(|| "it is not in the outbox any more".to_owned()),
                Answer::Failed(why) => Err(why),
                _ => return,
            };
            self.write = Some((id, known));
        }
    }
}

fn each_once(lists: impl Iterator<Item = ListKey>) -> Vec<ListKey> {
    let mut lists: Vec<ListKey> = lists.collect();
    lists.sort();
    lists.dedup();
    lists
}

/// From now until `at`.
fn until(at: Timestamp, now: Timestamp) -> Duration {
    // A moment more: what ends then has ended when it is looked at.
    Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO) + Duration::from_millis(5)
}

impl View for Inboxes {
    fn enter(&mut self, cx: &mut Cx) {
        self.ask(Lane::Now, cx);
        self.look.refresh(cx);
    }

    fn changed(&mut self, cx: &mut Cx) {
        self.ask(Lane::Later, cx);
        self.look.begin(cx);
        self.look.refresh(cx);
    }

    fn answer(&mut self, answered: Answered, cx: &mut Cx) {
        match answered.slot.part {
            part::ITEMS => {
                if self.ticket.take_if(|ticket| *ticket == answered.ticket).is_none() {
                    return;
                }
                match answered.answer {
                    Answer::Inbox(inbox) => self.take(*inbox, cx),
                    Answer::Failed(why) => (self.failure, self.loaded) = (Some(why), true),
                    _ => {}
                }
                if std::mem::take(&mut self.again) {
                    self.ask(Lane::Later, cx);
                }
            }
            part::FINDINGS => {
                if self.look.answer(answered, cx) {
                    // Whoever has seen an end would not see the next beginning.
                    let over = self.look.findings().over.clone().into_iter();
                    cx.wishes.extend(over.map(|place| Wish::Unflag(FlagKind::Acknowledged, place)));
                    self.ask(Lane::Later, cx);
                }
            }
            _ => self.answer_pane(answered),
        }
    }

    fn wake(&mut self, cx: &mut Cx) {
        self.look.wake(cx);
        self.rest.wake(cx);
        if self.turns_at.take_if(|at| *at <= cx.now).is_some() {
            self.ask(Lane::Later, cx);
        }
    }

    fn keep(&self) -> Option<ListState> {
        Some(self.to_keep())
    }

    fn recall(&mut self, kept: &ListState, whole: bool, _now: Timestamp) {
        if whole {
            self.take_kept(kept);
        }
    }

    fn overtaken(&mut self) {
        self.last.clear();
    }

    fn decided(&mut self) {
        self.marks.clear();
    }

    fn copied(&self, more: bool) -> Option<Copied<'_>> {
        self.to_copy(more)
    }

    fn chosen(&self) -> Vec<Chosen> {
        self.pinned()
    }

    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        self.left_at = None;
        if self.words.typing().is_some() {
            return self.type_act(act, cx);
        }
        let before = self.cursor;
        let moved = self.motion(act, count, cx);
        self.rest.pressed(moved && self.cursor != before, cx);
        moved || self.do_item(act, count, cx)
    }

    fn type_key(&mut self, key: &KeyEvent, cx: &mut Cx) {
        self.type_one(key, cx);
    }

    fn paste(&mut self, text: &str, cx: &mut Cx) {
        self.type_into(|input| input.insert(text), cx);
    }

    fn click(&mut self, x: u16, y: u16, cx: &mut Cx) {
        if self.list_area.contains(Position { x, y }) && y > self.list_area.y {
            let at = self.top + usize::from(y - self.list_area.y - 1);
            if at < self.shown().len() {
                self.point(at, cx);
            }
        }
    }

    fn drawn(&mut self, cx: &mut Cx) {
        if self.loaded {
            self.look.begin(cx);
        }
        self.follow(false, cx);
    }

    fn count(&self) -> Option<u64> {
        self.loaded.then(|| self.inbox.waiting() as u64)
    }

    fn ready(&self) -> bool {
        self.loaded && self.detail_ticket.is_none() && self.write_ticket.is_none()
    }

    fn scope(&self) -> Scope {
        if self.words.typing().is_some() { Scope::Prompt } else { Scope::Inbox }
    }

    fn facts(&self, facts: &mut Facts) {
        facts.inbox = true;
        // Keys typed ahead of the first answer count: the item will be there.
        facts.item = self.selected().is_some() || !self.loaded;
        facts.beyond = matches!(self.line(), Some(Line::More(..)));
        facts.undoable |= !self.last.is_empty();
        if let Some(Subject::Record { kind, .. }) = self.selected().map(|item| &item.subject) {
            facts.selected = true;
            facts.readable = matches!(kind, Kind::Session | Kind::Run | Kind::Approval | Kind::Event);
        }
        let records = || self.meant().into_iter().filter(|item| matches!(item.subject, Subject::Record { .. }));
        facts.targets = each_once(records().map(Item::list));
        facts.agents = each_once(
            records().map(|item| item.agent.as_ref().map_or_else(|| item.list(), |agent| agent.list.clone())),
        );
    }

    fn draw(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        self.draw_all(area, scene, canvas);
    }
}
