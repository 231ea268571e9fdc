//! The outbox: what was decided and is not carried out yet, what waits for a person, and what became of the rest.
//!
//! What waits for a person stands first, then what is under way, then what is over, each newest first. The list comes as one
//! answer of short lines, which are sifted and sorted here; the selected write comes whole. Nothing is done to a write here but on a
//! sheet.
//!
//! - `act`: what the keys do. `sift`: which writes are shown, and in which order. `remember`: the same the next time. `draw`: drawing.

mod act;
mod draw;
mod remember;
mod sift;

use std::collections::BTreeSet;

pub(super) use draw::page;

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use quarterdeck_sync::model::{ListKey, WriteId, WriteState};

use super::order::Sorted;
use super::pane::Pane;
use super::rest::Rest;
use super::sieve::Sieve;
use super::typed::{Sifted, Typed};
use super::{Copied, Cx, Goal, Narrow, Scene, View};
use crate::incident::write_place;
use crate::tui::actions::{Act, Facts, Scope};
use crate::tui::canvas::Canvas;
use crate::tui::data::{Answer, Answered, Lane, Question, Ticket};
use crate::tui::decisions::{OpenedWrite, WriteLine};
use crate::tui::incidents::Chosen;
use crate::tui::memory::ListState;
use crate::tui::memory::trail::Step;
use ratatui::layout::{Position, Rect};

/// The view's things that are asked for.
mod part {
    pub const LINES: u8 = 0;
    pub const WRITE: u8 = 1;
}

/// The view.
#[derive(Debug)]
pub(super) struct Outbox {
    /// Every write that was answered, in the list's own order; of one record, where it is about one.
    lines: Vec<WriteLine>,
    /// Places among them of those that are shown, in the order they are shown in.
    places: Vec<usize>,
    /// The filter, and what is typed into it.
    sieve: Sieve,
    typed: Typed,
    sorted: Sorted<draw::Cell>,
    /// Writes that are over too.
    finished: bool,
    /// Only this state.
    only: Option<WriteState>,
    /// Only those on this record.
    about: Option<(ListKey, String)>,
    /// Writes marked for one change of many.
    marks: BTreeSet<WriteId>,
    /// Place among the lines shown.
    cursor: usize,
    /// Whether it runs: what is known of a write waits.
    rest: Rest,
    top: usize,
    page: usize,
    loaded: bool,
    failure: Option<String>,
    ticket: Option<Ticket>,
    /// The outbox changed while an answer was on its way: ask again when it has come.
    again: bool,
    opened: Option<Box<OpenedWrite>>,
    opened_ticket: Option<(Ticket, WriteId)>,
    /// The write that somebody came here for: the cursor goes to it as soon as it is in the list.
    wanted: Option<WriteId>,
    /// It was come for just now, and is not merely where the cursor was the last time: that it is not there is said.
    sought: bool,
    /// The keys go to what is known of the write.
    reading: bool,
    /// First line of it in sight, its lines, and how many fit.
    scroll: (usize, usize, usize),
    pane: Pane,
    /// Where it is, as last drawn.
    shown_pane: Pane,
    columns: super::chosen::Chosen<draw::Cell>,
    list_area: Rect,
}

impl Default for Outbox {
    fn default() -> Self {
        Self {
            lines: Vec::new(),
            places: Vec::new(),
            sieve: Sieve::default(),
            typed: Typed::new(sift::fields()),
            sorted: Sorted::new(sift::ORDERS),
            finished: false,
            only: None,
            about: None,
            marks: BTreeSet::new(),
            cursor: 0,
            rest: Rest::default(),
            top: 0,
            page: 0,
            loaded: false,
            failure: None,
            ticket: None,
            again: false,
            opened: None,
            opened_ticket: None,
            wanted: None,
            sought: false,
            reading: false,
            scroll: (0, 0, 0),
            pane: Pane::Auto,
            shown_pane: Pane::Side,
            columns: super::chosen::Chosen::default(),
            list_area: Rect::default(),
        }
    }
}

/// Which part of the list a state belongs to: waits for a person, under way, over.
fn part_of(state: WriteState) -> u8 {
    if state.needs_person() { 0 } else { 2 - u8::from(state.is_open()) }
}

impl Outbox {
    /// The lines that pass the filter.
    fn shown(&self) -> Vec<&WriteLine> {
        self.places.iter().filter_map(|at| self.lines.get(*at)).collect()
    }

    /// Sifts and sorts what is here. The selected write keeps the cursor; when it is not shown any more, its line does.
    fn arrange(&mut self) {
        let selected = self.selected().map(|line| line.id.clone());
        let passes = |line: &WriteLine| {
            self.only.is_none_or(|only| line.state == only) && self.sieve.passes(|| sift::told(line))
        };
        let mut places: Vec<usize> = (0..self.lines.len()).filter(|at| passes(&self.lines[*at])).collect();
        sift::arrange(&mut places, &self.lines, &self.sorted);
        self.places = places;
        let found = selected.and_then(|id| self.shown().iter().position(|line| line.id == id));
        self.point(found.unwrap_or(self.cursor));
    }

    fn selected(&self) -> Option<&WriteLine> {
        self.shown().get(self.cursor).copied()
    }

    /// States to filter by: those that there are, in the order of the list.
    fn states(&self) -> Vec<WriteState> {
        let mut states: Vec<WriteState> = self.lines.iter().map(|line| line.state).collect();
        states.sort_unstable_by_key(|state| (part_of(*state), *state));
        states.dedup();
        states
    }

    fn question(&self) -> Question {
        Question::Writes { finished: self.finished, about: self.about.clone() }
    }

    fn ask(&mut self, cx: &Cx) {
        if self.ticket.is_some() {
            self.again = true;
        } else {
            self.ticket = Some(cx.ask(part::LINES, Lane::Now, self.question()));
        }
    }

    fn take(&mut self, mut lines: Vec<WriteLine>, cx: &mut Cx) {
        let selected = self.selected().map(|line| line.id.clone());
        let line = self.cursor;
        // Ids sort as people decided: the newest first. The sort keeps that order within each part.
        lines.sort_by(|a, b| b.id.cmp(&a.id));
        lines.sort_by_key(|line| part_of(line.state));
        self.lines = lines;
        // What is over and shown no more is not marked any more either.
        self.marks.retain(|id| self.lines.iter().any(|line| line.id == *id));
        self.only = self.only.filter(|only| self.lines.iter().any(|line| line.state == *only));
        self.arrange();
        let found = selected.and_then(|id| self.shown().iter().position(|line| line.id == id));
        self.point(found.unwrap_or(line));
        (self.loaded, self.failure) = (true, None);
        self.follow(cx);
        // What this list does not have, no later one will have either, unless that is asked for already.
        if !self.point_wanted(cx) && !self.again {
            let sought = std::mem::take(&mut self.sought);
            if self.wanted.take().is_some() && sought {
                cx.say("That decision is not listed: of what is over, only the newest are");
            }
        }
    }

    /// Brings the cursor to the write that somebody came for; false while it is not in the list.
    fn point_wanted(&mut self, cx: &Cx) -> bool {
        let found = self.wanted.as_ref().and_then(|id| self.shown().iter().position(|line| line.id == *id));
        if let Some(at) = found {
            (self.wanted, self.sought) = (None, false);
            self.point(at);
            self.follow(cx);
        }
        found.is_some()
    }

    fn point(&mut self, at: usize) {
        self.cursor = at.min(self.shown().len().saturating_sub(1));
    }

    /// Asks for what is known of the selected write, unless it is here as it stands.
    fn follow(&mut self, cx: &Cx) {
        let Some(line) = self.selected() else {
            (self.opened, self.opened_ticket, self.reading) = (None, None, false);
            return;
        };
        let (id, updated_at, state) = (line.id.clone(), line.updated_at, line.state);
        let known = self.opened.as_ref().is_some_and(|opened| {
            let write = &opened.write;
            write.id == id && write.updated_at == updated_at && write.state == state
        });
        if self.opened.as_ref().is_some_and(|opened| opened.write.id != id) {
            self.opened = None;
            self.scroll.0 = 0;
        }
        if !known {
            self.opened_ticket = Some((cx.ask(part::WRITE, Lane::Now, Question::Write(id.clone())), id));
        }
    }
}

impl View for Outbox {
    fn enter(&mut self, cx: &mut Cx) {
        self.ask(cx);
    }

    fn seek(&mut self, goal: &Goal, cx: &mut Cx) {
        match goal {
            // It may be over by now.
            Goal::Write(id) => {
                (self.finished, self.only) = (true, None);
                (self.wanted, self.sought) = (Some(id.clone()), true);
            }
            Goal::Writes(state) => (self.only, self.cursor, self.top) = (Some(*state), 0, 0),
            _ => return,
        }
        // The next key is about what one came for, and goes to the list.
        self.marks.clear();
        self.reading = false;
        self.sift("", cx);
        self.typed.stop();
        self.ask(cx);
        self.point_wanted(cx);
    }

    fn narrow(&mut self, narrow: Narrow, cx: &mut Cx) {
        // What was decided about one record is a story with its end.
        (self.about, self.finished) = (narrow.about, true);
        self.ask(cx);
    }

    fn answer(&mut self, answered: Answered, cx: &mut Cx) {
        if answered.slot.part == part::WRITE {
            let mine = self.opened_ticket.take_if(|(ticket, _)| *ticket == answered.ticket);
            if let (Some((_, id)), Answer::Write(opened)) = (mine, answered.answer)
                && self.selected().is_some_and(|line| line.id == id)
            {
                self.opened = opened;
            }
            return;
        }
        if self.ticket.take_if(|ticket| *ticket == answered.ticket).is_none() {
            return;
        }
        match answered.answer {
            Answer::Writes(lines) => self.take(lines, cx),
            Answer::Failed(why) => (self.failure, self.loaded) = (Some(why), true),
            _ => {}
        }
        if std::mem::take(&mut self.again) {
            self.ask(cx);
        }
    }

    fn keep(&self) -> Option<ListState> {
        Some(self.to_keep())
    }

    fn recall(&mut self, kept: &ListState, whole: bool, now: Timestamp) {
        self.take_kept(kept, whole, now);
    }

    fn leave_off(&self, step: &mut Step) {
        self.narrowing(step);
    }

    fn take_up(&mut self, step: &Step, now: Timestamp) -> bool {
        self.lie_as(step, now);
        true
    }

    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        let before = self.cursor;
        let done = self.do_act(act, count, cx);
        self.rest.pressed(self.cursor != before, cx);
        done
    }

    fn click(&mut self, x: u16, y: u16, cx: &mut Cx) {
        self.reading = !self.list_area.contains(Position { x, y }) && self.selected().is_some();
        if !self.reading && y > self.list_area.y {
            let at = self.top + usize::from(y - self.list_area.y - 1);
            if at < self.shown().len() {
                self.point(at);
                self.follow(cx);
            }
        }
    }

    fn decided(&mut self) {
        self.marks.clear();
    }

    fn ready(&self) -> bool {
        self.loaded && self.opened_ticket.is_none()
    }

    fn type_key(&mut self, key: &KeyEvent, cx: &mut Cx) {
        if self.typed.key(key) {
            self.retype(cx);
        }
    }

    fn paste(&mut self, text: &str, cx: &mut Cx) {
        if self.typed.paste(text) {
            self.retype(cx);
        }
    }

    fn wake(&mut self, cx: &mut Cx) {
        self.rest.wake(cx);
    }

    fn scope(&self) -> Scope {
        match self.typed.open() {
            _ if self.columns.open() => Scope::Columns,
            true => Scope::Prompt,
            false => Scope::Outbox,
        }
    }

    fn copied(&self, more: bool) -> Option<Copied<'_>> {
        let line = self.selected()?;
        if more { Copied::id(line.target.as_deref()?) } else { Copied::id(line.id.as_str()) }
    }

    fn chosen(&self) -> Vec<Chosen> {
        let write = self.selected();
        write.map(|line| Chosen::at(&write_place(&line.list.connection, line.id.as_str()))).into_iter().collect()
    }

    fn facts(&self, facts: &mut Facts) {
        facts.outbox = true;
        facts.write = self.selected().map(|line| line.state);
        let marked = self.lines.iter().filter(|line| self.marks.contains(&line.id));
        facts.marked = marked.map(|line| line.state).collect();
        facts.undoable |= facts.write.is_some();
    }

    fn draw(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        self.draw_all(area, scene, canvas);
    }
}
