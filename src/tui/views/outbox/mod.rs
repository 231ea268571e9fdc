//! The outbox: what was decided and is not carried out yet, what waits for a person, and what became of the rest.
//!
//! What waits for a person stands first, then what is under way, then what is over, each newest first. The list comes as one
//! answer of short lines; the selected write comes whole. Nothing is done to a write here but on a sheet.

mod draw;

use std::collections::BTreeSet;

pub(super) use draw::page;

use jiff::Timestamp;
use quarterdeck_sync::model::{ListKey, WriteId, WriteState};

use super::{Aim, Cx, Goal, Narrow, Scene, View, Wish};
use crate::incident::write_place;
use crate::tui::actions::{Act, Facts, Scope};
use crate::tui::canvas::Canvas;
use crate::tui::data::{Answer, Answered, DraftOf, Lane, Question, Ticket};
use crate::tui::decisions::{Change, OpenedWrite, Target, WriteLine};
use crate::tui::incidents::Chosen;
use crate::tui::memory::ListState;
use crate::tui::motion;
use ratatui::layout::{Position, Rect};

/// The view's things that are asked for.
mod part {
    pub const LINES: u8 = 0;
    pub const WRITE: u8 = 1;
}

/// The view.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// Every write that was answered, in the order they are shown in.
    lines: Vec<WriteLine>,
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
    /// The keys go to what is known of the write.
    reading: bool,
    /// First line of it in sight, its lines, and how many fit.
    scroll: (usize, usize, usize),
    columns: super::chosen::Chosen<draw::Cell>,
    list_area: Rect,
}

/// Which part of the list a state belongs to: waits for a person, under way, over.
fn part_of(state: WriteState) -> u8 {
    if state.needs_person() { 0 } else { 2 - u8::from(state.is_open()) }
}

impl Outbox {
    /// The lines that pass the filter.
    fn shown(&self) -> Vec<&WriteLine> {
        let about = |line: &WriteLine| {
            self.about.as_ref().is_none_or(|(list, id)| line.list == *list && line.target.as_ref() == Some(id))
        };
        self.lines.iter().filter(|line| self.only.is_none_or(|only| line.state == only) && about(line)).collect()
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

    fn ask(&mut self, cx: &Cx) {
        if self.ticket.is_some() {
            self.again = true;
        } else {
            self.ticket = Some(cx.ask(part::LINES, Lane::Now, Question::Writes(self.finished)));
        }
    }

    fn take(&mut self, mut lines: Vec<WriteLine>, cx: &Cx) {
        let selected = self.selected().map(|line| line.id.clone());
        // Ids sort as people decided: the newest first. The sort keeps that order within each part.
        lines.sort_by(|a, b| b.id.cmp(&a.id));
        lines.sort_by_key(|line| part_of(line.state));
        self.lines = lines;
        // What is over and shown no more is not marked any more either.
        self.marks.retain(|id| self.lines.iter().any(|line| line.id == *id));
        self.only = self.only.filter(|only| self.lines.iter().any(|line| line.state == *only));
        // The selected write keeps the cursor; when it is not shown any more, its line does.
        let found = selected.and_then(|id| self.shown().iter().position(|line| line.id == id));
        self.point(found.unwrap_or(self.cursor));
        (self.loaded, self.failure) = (true, None);
        self.follow(cx);
        self.point_wanted(cx);
    }

    fn point_wanted(&mut self, cx: &Cx) {
        let found = self.wanted.as_ref().and_then(|id| self.shown().iter().position(|line| line.id == *id));
        if let Some(at) = found {
            self.wanted = None;
            self.point(at);
            self.follow(cx);
        }
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

    /// Moves the cursor, or what is read; false when it is no motion.
    fn motion(&mut self, act: Act, count: Option<u32>, cx: &Cx) -> bool {
        let page = if self.reading { self.scroll.2 } else { self.page };
        let Some(by) = motion::lines(act, count, page) else { return false };
        if self.reading {
            self.scroll.0 = motion::among(self.scroll.1.saturating_sub(self.scroll.2) + 1, self.scroll.0, by);
        } else {
            self.cursor = motion::among(self.shown().len(), self.cursor, by);
            self.follow(cx);
        }
        true
    }

    fn turn_filter(&mut self, forward: bool, cx: &Cx) {
        let mut choices: Vec<Option<WriteState>> = vec![None];
        choices.extend(self.states().into_iter().map(Some));
        let at = choices.iter().position(|choice| *choice == self.only).unwrap_or(0);
        let next = if forward { at + 1 } else { at + choices.len() - 1 } % choices.len();
        self.only = choices[next];
        (self.cursor, self.top) = (0, 0);
        self.follow(cx);
    }

    /// Opens a sheet, or an editor, about the selected write; false when there is none.
    fn change(&mut self, act: Act, cx: &mut Cx) -> bool {
        let Some(id) = self.selected().map(|line| line.id.clone()) else { return false };
        // What settles a conflict is looked at one by one.
        let many = || match self.marks.is_empty() {
            true => vec![id.clone()],
            false => self.marks.iter().cloned().collect(),
        };
        cx.wishes.push(match act {
            Act::CancelWrite => Wish::Changes(many(), Change::Cancel),
            Act::RetryWrite => Wish::Changes(many(), Change::Retry),
            Act::DiscardWrite => Wish::Changes(many(), Change::Discard),
            Act::TakeMine => Wish::Change(id, Change::Mine),
            Act::TakeTheirs => Wish::Change(id, Change::Theirs),
            Act::EditWrite => Wish::Draft(DraftOf::Write(id)),
            Act::EditWriteHere => Wish::Compose(DraftOf::Write(id), Aim::Text),
            _ => Wish::Change(id, Change::Undo),
        });
        true
    }

    fn back(&mut self, cx: &Cx) -> bool {
        let some = self.reading || self.only.is_some() || !self.marks.is_empty();
        if self.reading {
            self.reading = false;
        } else if !self.marks.is_empty() {
            self.marks.clear();
        } else if self.only.take().is_some() {
            self.follow(cx);
        }
        some
    }
}

impl View for Outbox {
    fn enter(&mut self, cx: &mut Cx) {
        self.ask(cx);
    }

    fn seek(&mut self, goal: &Goal, cx: &mut Cx) {
        match goal {
            // It may be over by now.
            Goal::Write(id) => (self.finished, self.only, self.wanted) = (true, None, Some(id.clone())),
            Goal::Writes(state) => (self.only, self.cursor, self.top) = (Some(*state), 0, 0),
            _ => return,
        }
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
        Some(ListState { columns: self.columns.keep(), ..ListState::default() })
    }

    fn recall(&mut self, kept: &ListState, _whole: bool, _now: Timestamp) {
        self.columns.recall(&kept.columns);
    }

    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        if self.columns.open() {
            return self.columns.choose(act, count, cx);
        }
        match act {
            Act::WriteColumns => self.columns.turn(),
            Act::OpenWrite => self.reading = self.selected().is_some(),
            Act::CloseWrite => self.reading = false,
            Act::NextState | Act::PreviousState => self.turn_filter(act == Act::NextState, cx),
            Act::ShowFinished => {
                self.finished = !self.finished;
                self.ask(cx);
                cx.say(if self.finished { "Finished writes are shown" } else { "Finished writes are hidden" });
            }
            Act::CancelWrite
            | Act::RetryWrite
            | Act::DiscardWrite
            | Act::TakeMine
            | Act::TakeTheirs
            | Act::EditWrite
            | Act::EditWriteHere
            | Act::Undo => return self.change(act, cx),
            Act::MarkWrite => {
                if let Some(id) = self.selected().map(|line| line.id.clone()) {
                    if !self.marks.remove(&id) {
                        self.marks.insert(id);
                    }
                    return self.motion(Act::Down, None, cx);
                }
            }
            Act::MarkWrites => {
                let all = match self.marks.is_empty() {
                    true => self.shown().iter().map(|line| line.id.clone()).collect(),
                    false => BTreeSet::new(),
                };
                self.marks = all;
            }
            Act::WriteRecord => {
                let on = |line: &WriteLine| Some(Target::Named(line.list.clone(), line.target.clone()?));
                match self.selected().map(on) {
                    Some(Some(target)) => cx.wishes.push(Wish::Find(target)),
                    Some(None) => cx.say("It makes a new record: there is none yet"),
                    None => {}
                }
            }
            Act::Back => return self.back(cx),
            act => return self.motion(act, count, cx),
        }
        true
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

    fn scope(&self) -> Scope {
        if self.columns.open() { Scope::Columns } else { Scope::Outbox }
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
