//! One agent's time: lanes over an axis, and the items around the cursor below it.
//!
//! It lies over the view it was opened from. Counts in the lanes cover the whole axis; items come in windows around the cursor and
//! follow it, so a long history costs no more than a short one. What can be done with what the cursor is on, and with whom it is about,
//! is in `act`, drawing in `draw`.

mod act;
mod draw;
mod remember;

use jiff::Timestamp;
use ratatui::layout::{Position, Rect};

use super::{Copied, Cx, Scene, Traced, View};
use crate::incident::write_place;
use crate::timeline::axis::{Axis, SPANS};
use crate::timeline::{Ask, Item, Lane, Timeline};
use crate::tui::actions::{Act, Facts, Scope};
use crate::tui::canvas::Canvas;
use crate::tui::data::{Answer, Answered, Lane as Urgency, Question, Ticket};
use crate::tui::decisions::Target;
use crate::tui::incidents::Chosen;
use crate::tui::memory::trail::Step;

/// Items kept on either side of the cursor.
const SIDE: usize = 120;
/// Items between the cursor and the end of what is here, below which more are asked for.
const NEAR: usize = 24;
/// The length one begins with: a day.
const FIRST: usize = 4;

/// Which item is to be under the cursor when an answer has come.
#[derive(Debug, Clone, PartialEq)]
enum Pick {
    /// The first of all.
    First,
    /// The last of all.
    Last,
    /// This one; where it is not there any more, the last before its moment.
    Same(Timestamp, Lane, String),
}

/// The view.
#[derive(Debug)]
pub(super) struct Timelines {
    of: Option<Traced>,
    timeline: Option<Box<Timeline>>,
    /// The record is not there.
    missing: bool,
    failure: Option<String>,
    ticket: Option<Ticket>,
    pick: Pick,
    cursor: usize,
    span: usize,
    /// The moment the axis is laid around.
    middle: Option<Timestamp>,
    /// Cells of the axis as last drawn, and as last asked for.
    cells: u16,
    asked: u16,
    top: usize,
    page: usize,
    list_area: Rect,
    /// The item on each line of the list, as last drawn.
    lines: Vec<Option<usize>>,
}

impl Default for Timelines {
    fn default() -> Self {
        Self {
            of: None,
            timeline: None,
            missing: false,
            failure: None,
            ticket: None,
            pick: Pick::Last,
            cursor: 0,
            span: FIRST,
            middle: None,
            cells: 0,
            asked: 0,
            top: 0,
            page: 0,
            list_area: Rect::default(),
            lines: Vec::new(),
        }
    }
}

impl Timelines {
    fn items(&self) -> &[Item] {
        self.timeline.as_ref().map_or(&[], |timeline| &timeline.items)
    }

    fn selected(&self) -> Option<&Item> {
        self.items().get(self.cursor)
    }

    fn axis(&self, now: Timestamp) -> Axis {
        self.around(self.middle.unwrap_or(now))
    }

    /// The axis with the item under the cursor on it: time goes on, and an axis that follows it must not leave the cursor behind.
    fn shown(&self, now: Timestamp) -> Axis {
        let axis = self.axis(now);
        match self.selected() {
            Some(item) if !axis.shows(item.at) => self.around(item.at),
            _ => axis,
        }
    }

    fn around(&self, at: Timestamp) -> Axis {
        Axis::around(at, SPANS[self.span.min(SPANS.len() - 1)], self.cells.max(1))
    }

    /// Asks for the stretch around the cursor. Not before a frame has told how many cells there are.
    fn ask(&mut self, cx: &Cx) {
        let Some(Traced { list, id, machine }) = self.of.clone().filter(|_| self.cells > 0) else { return };
        let axis = self.axis(cx.now);
        let around = match &self.pick {
            Pick::First => Timestamp::MIN,
            Pick::Last => Timestamp::MAX,
            Pick::Same(at, ..) => *at,
        };
        self.asked = self.cells;
        let ask = Ask { list, id, machine, from: axis.from(), to: axis.to(), cells: self.cells, around, side: SIDE };
        self.ticket = Some(cx.ask(0, Urgency::Now, Question::Timeline(Box::new(ask))));
    }

    fn take(&mut self, timeline: Option<Box<Timeline>>, cx: &Cx) {
        (self.failure, self.missing) = (None, timeline.is_none());
        self.timeline = timeline;
        let items = self.items();
        self.cursor = match &self.pick {
            Pick::First => 0,
            Pick::Last => items.len().saturating_sub(1),
            Pick::Same(at, lane, id) => items
                .iter()
                .position(|item| item.at == *at && item.lane == *lane && item.id == *id)
                // What went on meanwhile stands at another moment now, and is still what the person looks at.
                .or_else(|| items.iter().rposition(|item| item.lane == *lane && item.id == *id))
                .unwrap_or_else(|| items.partition_point(|item| item.at <= *at).saturating_sub(1)),
        };
        self.hold();
        self.show(cx);
    }

    /// The item under the cursor is the one to come back to.
    fn hold(&mut self) {
        if let Some(item) = self.selected() {
            self.pick = Pick::Same(item.at, item.lane, item.id.clone());
        }
    }

    /// Moves the axis where it does not show the item under the cursor.
    fn show(&mut self, cx: &Cx) {
        let Some(at) = self.selected().map(|item| item.at) else { return };
        if !self.axis(cx.now).shows(at) {
            self.middle = Some(at);
            self.ask(cx);
        }
    }

    fn step(&mut self, by: i64, cx: &Cx) {
        let count = self.items().len();
        let last = count.saturating_sub(1) as i64;
        self.cursor = (self.cursor as i64).saturating_add(by).clamp(0, last) as usize;
        self.hold();
        let near = (self.more(false) && self.cursor < NEAR) || (self.more(true) && self.cursor + NEAR >= count);
        if near && self.ticket.is_none() {
            self.ask(cx);
        }
        self.show(cx);
    }

    /// There is more beyond what is here.
    fn more(&self, later: bool) -> bool {
        self.timeline.as_ref().is_some_and(|timeline| if later { timeline.later } else { timeline.earlier })
    }

    /// To the next item of the same lane, or the one before.
    fn alike(&mut self, forward: bool, cx: &mut Cx) {
        let Some(lane) = self.selected().map(|item| item.lane) else { return };
        let same = |at: &usize| self.items().get(*at).is_some_and(|item| item.lane == lane);
        let found = match forward {
            true => (self.cursor + 1..self.items().len()).find(same),
            false => (0..self.cursor).rev().find(same),
        };
        match found {
            Some(at) => self.step(at as i64 - self.cursor as i64, cx),
            // What is not here yet comes with the next window: the cursor goes to its edge, and on from there.
            None if self.more(forward) => self.step(if forward { i64::MAX / 2 } else { i64::MIN / 2 }, cx),
            None => cx.say(if forward { "No later item of this lane" } else { "No earlier item of this lane" }),
        }
    }

    fn zoom(&mut self, closer: bool, cx: &mut Cx) {
        let span = if closer { self.span.saturating_sub(1) } else { (self.span + 1).min(SPANS.len() - 1) };
        if span == self.span {
            return cx.say(if closer { "This is as close as it gets" } else { "This is as wide as it gets" });
        }
        self.span = span;
        self.middle = self.selected().map(|item| item.at).or(self.middle);
        self.ask(cx);
    }

    fn end(&mut self, pick: Pick, cx: &Cx) {
        self.pick = pick;
        self.ask(cx);
    }
}

impl View for Timelines {
    fn enter(&mut self, cx: &mut Cx) {
        self.ask(cx);
    }

    fn leave_off(&self, step: &mut Step) {
        step.traced = self.traced();
    }

    fn take_up(&mut self, step: &Step, _now: Timestamp) -> bool {
        self.trace_again(step.traced.as_ref())
    }

    fn trace(&mut self, of: Traced, cx: &mut Cx) {
        *self = Self { of: Some(of), cells: self.cells, ..Self::default() };
        self.ask(cx);
    }

    fn answer(&mut self, answered: Answered, cx: &mut Cx) {
        if self.ticket.take_if(|ticket| *ticket == answered.ticket).is_none() {
            return;
        }
        match answered.answer {
            Answer::Timeline(timeline) => self.take(timeline, cx),
            Answer::Failed(why) => self.failure = Some(why),
            _ => {}
        }
    }

    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        let times = i64::from(count.unwrap_or(1));
        let page = self.page.max(1) as i64;
        match act {
            Act::Down => self.step(times, cx),
            Act::Up => self.step(-times, cx),
            Act::PageDown => self.step(page * times, cx),
            Act::PageUp => self.step(-page * times, cx),
            Act::HalfDown => self.step((page / 2).max(1) * times, cx),
            Act::HalfUp => self.step(-(page / 2).max(1) * times, cx),
            Act::First => self.end(Pick::First, cx),
            Act::Last | Act::Latest => self.end(Pick::Last, cx),
            Act::NextOfLane | Act::PreviousOfLane => self.alike(act == Act::NextOfLane, cx),
            Act::ZoomIn | Act::ZoomOut => self.zoom(act == Act::ZoomIn, cx),
            Act::OpenMoment => match self.behind(cx) {
                Some(wish) => cx.wishes.push(wish),
                None => cx.say("There is nothing to open"),
            },
            act => return self.on_record(act, cx),
        }
        true
    }

    /// What the cursor is on; of a timeline on which nothing is, whose it is.
    fn chosen(&self) -> Vec<Chosen> {
        let item = self.selected().map(|item| match (&item.write, item.row) {
            (Some(write), _) if item.lane == Lane::Write => {
                Chosen::at(&write_place(&item.list.connection, write.as_str()))
            }
            (_, Some(key)) => Chosen::new(Target::Row(key), &item.title),
            _ => Chosen::new(Target::Named(item.list.clone(), item.id.clone()), &item.title),
        });
        let whose = || self.of.clone().map(|Traced { list, id, .. }| Chosen::new(Target::Named(list, id.clone()), id));
        item.or_else(whose).into_iter().collect()
    }

    fn copied(&self, more: bool) -> Option<Copied<'_>> {
        let item = self.selected()?;
        match (&item.write, item.lane, more) {
            (Some(write), Lane::Write, false) => Copied::id(write.as_str()),
            (_, Lane::Write, true) | (_, _, false) => Copied::id(&item.id),
            _ => None,
        }
    }

    fn click(&mut self, x: u16, y: u16, cx: &mut Cx) {
        if self.list_area.contains(Position { x, y }) {
            let line = usize::from(y - self.list_area.y);
            if let Some(at) = self.lines.get(line).copied().flatten() {
                self.step(at as i64 - self.cursor as i64, cx);
            }
        }
    }

    fn drawn(&mut self, cx: &mut Cx) {
        if self.cells != self.asked {
            self.ask(cx);
        }
        // Now has gone on: the axis stays where the cursor is.
        self.show(cx);
    }

    fn ready(&self) -> bool {
        self.timeline.is_some() || self.missing || self.failure.is_some()
    }

    fn scope(&self) -> Scope {
        Scope::Timeline
    }

    fn facts(&self, facts: &mut Facts) {
        self.known(facts);
    }

    fn draw(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        self.draw_all(area, scene, canvas);
    }
}
