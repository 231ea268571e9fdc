//! The connections and their lists: how fresh each is, what the server and the mirror count, the budget, and every open problem.
//!
//! One table: a connection, below it its lists. What is known of the selected one stands beside. Freshness and problems are the
//! frame's; only how the contents stand is asked for here.
//!
//! - `rows`: what is shown, and in which order. `act`: what the keys do. `told`: what is known of a row. `draw`: drawing.

mod act;
mod draw;
mod rows;
mod told;

use std::collections::BTreeSet;

use crossterm::event::KeyEvent;
use quarterdeck_sync::model::{ContentTotals, Kind, Timestamp};
use ratatui::layout::{Position, Rect};

use super::chosen::Chosen;
use super::order::Sorted;
use super::pane::Pane;
use super::rest::Rest;
use super::sieve::Sieve;
use super::typed::{Sifted, Typed};
use super::{Copied, Cx, Goal, Scene, View};
use crate::tui::actions::{Act, Facts, Scope};
use crate::tui::canvas::Canvas;
use crate::tui::data::{Answer, Answered, Lane, Question, Ticket};
use crate::tui::memory::trail::Step;
use crate::tui::memory::{ListState, RowState};

/// The view.
#[derive(Debug)]
pub(super) struct Connections {
    /// The one that is selected.
    pick: Option<Pick>,
    /// Whether the cursor runs: what is known of a connection waits.
    rest: Rest,
    /// The one that was selected the last time, until the lists are known.
    left_at: Option<RowState>,
    /// Connections marked for one thing done with many.
    marks: BTreeSet<String>,
    sieve: Sieve,
    typed: Typed,
    sorted: Sorted<draw::Cell>,
    columns: Chosen<draw::Cell>,
    pane: Pane,
    /// Where it is, as last drawn.
    shown_pane: Pane,
    /// The keys go to what is known of the selected one.
    reading: bool,
    /// First line of it in sight, its lines, and how many fit.
    scroll: (usize, usize, usize),
    top: usize,
    page: usize,
    contents: Vec<ContentTotals>,
    ticket: Option<Ticket>,
    /// What stands on each line of the table, as last drawn.
    shown: Vec<Pick>,
    list_area: Rect,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            pick: None,
            rest: Rest::default(),
            left_at: None,
            marks: BTreeSet::new(),
            sieve: Sieve::default(),
            typed: Typed::new(rows::fields()),
            sorted: Sorted::new(rows::ORDERS),
            columns: Chosen::default(),
            pane: Pane::Auto,
            shown_pane: Pane::Side,
            reading: false,
            scroll: (0, 0, 0),
            top: 0,
            page: 0,
            contents: Vec::new(),
            ticket: None,
            shown: Vec::new(),
            list_area: Rect::default(),
        }
    }
}

/// A connection, or a list of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pick {
    connection: String,
    list: Option<(String, Kind)>,
}

impl Connections {
    /// The place of what is selected; the first, when that is not there any more.
    fn at(&self, picks: &[Pick]) -> usize {
        picks.iter().position(|pick| Some(pick) == self.pick.as_ref()).unwrap_or(0)
    }

    /// Selects something that is there: when a list is not shown any more, its connection, else the first.
    fn settle(&mut self, picks: &[Pick]) {
        if let Some(left) = self.left_at.take_if(|_| picks.iter().any(|pick| pick.list.is_some())) {
            let collection = |pick: &Pick| pick.list.as_ref().map_or(String::new(), |(name, _)| name.clone());
            let same = |pick: &&Pick| pick.connection == left.connection && collection(pick) == left.collection;
            self.pick =
                picks.iter().find(same).or(picks.iter().find(|pick| pick.connection == left.connection)).cloned();
        }
        if self.pick.as_ref().is_some_and(|pick| picks.contains(pick)) {
            return;
        }
        let name = self.pick.as_ref().map(|pick| &pick.connection);
        let found = picks.iter().find(|pick| Some(&pick.connection) == name).or(picks.first());
        self.pick = found.cloned();
        self.reading &= self.pick.is_some();
    }
}

impl View for Connections {
    /// Freshness and problems are the frame's, and asked for there.
    fn enter(&mut self, cx: &mut Cx) {
        self.ticket = Some(cx.ask(0, Lane::Later, Question::Contents));
    }

    fn answer(&mut self, answered: Answered, _cx: &mut Cx) {
        let mine = self.ticket.take_if(|ticket| *ticket == answered.ticket).is_some();
        if let (true, Answer::Contents(contents)) = (mine, answered.answer) {
            self.contents = contents;
        }
    }

    fn seek(&mut self, goal: &Goal, _cx: &mut Cx) {
        if let Goal::Connection(name) = goal {
            // Whatever hid it is taken off.
            self.sieve = Sieve::default();
            self.typed.stop();
            // The next key is about what one came for, and goes to the list.
            self.marks.clear();
            (self.reading, self.scroll.0, self.left_at) = (false, 0, None);
            self.pick = Some(Pick { connection: name.clone(), list: None });
        }
    }

    fn keep(&self) -> Option<ListState> {
        let row = self.left_at.clone().or(self.pick.as_ref().map(|pick| RowState {
            connection: pick.connection.clone(),
            collection: pick.list.as_ref().map_or(String::new(), |(collection, _)| collection.clone()),
            ..RowState::default()
        }));
        let first = self.left_at.is_none() && self.shown.first() == self.pick.as_ref();
        Some(self.sorted.keep(ListState {
            columns: self.columns.keep(),
            filter: self.sieve.text().to_owned(),
            pane: self.pane.id().to_owned(),
            row: row.filter(|_| !first),
            ..ListState::default()
        }))
    }

    fn recall(&mut self, kept: &ListState, whole: bool, now: Timestamp) {
        self.columns.recall(&kept.columns);
        if whole {
            self.sieve = Sieve::typing(&kept.filter, rows::ASKS, now);
            self.sorted.recall(kept);
            self.pane = Pane::of(&kept.pane);
            self.left_at = kept.row.clone();
        }
    }

    fn leave_off(&self, step: &mut Step) {
        step.list = self.keep();
    }

    fn take_up(&mut self, step: &Step, now: Timestamp) -> bool {
        step.list.iter().for_each(|kept| self.recall(kept, true, now));
        true
    }

    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        let before = self.pick.clone();
        let done = self.do_act(act, count, cx);
        self.rest.pressed(self.pick != before, cx);
        done
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

    fn click(&mut self, x: u16, y: u16, _cx: &mut Cx) {
        let inside = self.list_area.contains(Position { x, y });
        self.reading = !inside && self.pick.is_some();
        let line = y.checked_sub(self.list_area.y + 1).filter(|_| inside).map(usize::from);
        if let Some(pick) = line.and_then(|line| self.shown.get(self.top + line)) {
            (self.pick, self.scroll.0) = (Some(pick.clone()), 0);
        }
    }

    fn wake(&mut self, cx: &mut Cx) {
        self.rest.wake(cx);
    }

    fn scope(&self) -> Scope {
        match self.typed.open() {
            _ if self.columns.open() => Scope::Columns,
            true => Scope::Prompt,
            false => Scope::Connection,
        }
    }

    fn copied(&self, more: bool) -> Option<Copied<'_>> {
        let pick = self.pick.as_ref().filter(|_| !more)?;
        let name = pick.list.as_ref().map_or(&pick.connection, |(collection, _)| collection);
        Some(Copied::Text("name", name.as_str().into()))
    }

    fn facts(&self, _facts: &mut Facts) {}

    fn draw(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        if scene.fleet.connections.is_empty() {
            return super::welcome::draw(area, canvas);
        }
        self.draw_all(area, scene, canvas);
    }
}
