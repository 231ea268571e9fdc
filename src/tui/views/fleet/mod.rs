//! The fleet at a glance: how many of what, and what happened when, in panels that lead to the lists behind them.
//!
//! All numbers come as one answer, summed up by the desk's worker from counts that the mirror keeps; how each connection stands is
//! the frame's. The cursor stands in one panel; the panels over time share a day. What a number leads to is in `drill`, the place of
//! the panels in `layout`, drawing in `draw`, `heat` and `curves`.
//!
//! Always true: every number is shown as a number, too, and every bar has its word and its sign: nothing is told by colour alone.

mod curves;
mod draw;
mod drill;
mod heat;
mod layout;

use std::time::{Duration, Instant};

use jiff::Timestamp;
use ratatui::layout::{Position, Rect};

use super::{Cx, Scene, View, Wish};
use crate::numbers::Numbers;
use crate::tui::actions::{Act, Facts, Scope};
use crate::tui::canvas::Canvas;
use crate::tui::data::{Answer, Answered, Lane, Question, Ticket};
use crate::tui::memory::ListState;

/// Time between two questions, at least, while the mirror changes.
const PAUSE: Duration = Duration::from_secs(1);

/// What stands in a panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Panel {
    #[default]
    Agents,
    Versions,
    Systems,
    Runs,
    Sessions,
    Outcomes,
    Connections,
    Costs,
}

/// Every panel, in the order in which one goes through them.
const ALL: [Panel; 8] = [
    Panel::Agents,
    Panel::Versions,
    Panel::Systems,
    Panel::Runs,
    Panel::Sessions,
    Panel::Outcomes,
    Panel::Connections,
    Panel::Costs,
];

/// The view.
#[derive(Debug, Default)]
pub(super) struct Panels {
    numbers: Option<Box<Numbers>>,
    failure: Option<String>,
    ticket: Option<Ticket>,
    asked: Option<Instant>,
    took: Duration,
    due: Option<Instant>,
    panel: Panel,
    /// Place of the cursor in each panel's lines.
    cursors: [usize; ALL.len()],
    /// Days back from today, for the panels over time.
    back: usize,
    connections: usize,
    /// First band of panels in sight.
    top: usize,
    places: Vec<(Panel, Rect)>,
    /// Which line of which panel stands on which row of the screen, as last drawn.
    drawn: Vec<(Panel, u16, usize)>,
}

impl Panels {
    fn ask(&mut self, lane: Lane, cx: &Cx) {
        (self.due, self.asked) = (None, Some(cx.clock));
        self.ticket = Some(cx.ask(0, lane, Question::Numbers));
    }

    /// Lines that the cursor can stand on.
    fn lines(&self, panel: Panel) -> usize {
        let Some(numbers) = &self.numbers else { return 0 };
        match panel {
            Panel::Agents => numbers.agents.items.len(),
            Panel::Versions => numbers.versions.items.len(),
            Panel::Systems => numbers.systems.items.len(),
            Panel::Runs => numbers.runs.items.len(),
            Panel::Outcomes => numbers.outcomes.len(),
            Panel::Costs => curves::spent(numbers).len(),
            Panel::Connections => self.connections,
            Panel::Sessions => 0,
        }
    }

    fn cursor(&self, panel: Panel) -> usize {
        self.cursors[panel as usize].min(self.lines(panel).saturating_sub(1))
    }

    fn days(&self) -> usize {
        self.numbers.as_ref().map_or(0, |numbers| numbers.days.len())
    }

    /// The day under the cursor, from the first.
    fn day(&self) -> Option<usize> {
        self.days().checked_sub(1 + self.back)
    }

    fn turn(&mut self, forward: bool) {
        let at = ALL.iter().position(|panel| *panel == self.panel).unwrap_or(0);
        let by = if forward { 1 } else { ALL.len() - 1 };
        self.panel = ALL[(at + by) % ALL.len()];
    }

    /// So many days later, or earlier.
    fn pass(&mut self, days: i64) {
        let last = self.days().saturating_sub(1) as i64;
        self.back = (self.back as i64).saturating_sub(days).clamp(0, last) as usize;
    }

    fn step(&mut self, by: i64) {
        let last = self.lines(self.panel).saturating_sub(1) as i64;
        let at = self.cursor(self.panel) as i64;
        self.cursors[self.panel as usize] = at.saturating_add(by).clamp(0, last) as usize;
    }

    /// Moves to the side; false where the panel beside is meant.
    fn aside(&mut self, right: bool, times: i64) {
        let by = if right { times } else { -times };
        match self.panel {
            Panel::Sessions => self.pass(by.saturating_mul(7)),
            Panel::Outcomes => self.pass(by),
            _ => self.turn(right),
        }
    }

    fn motion(&mut self, act: Act, count: Option<u32>) -> bool {
        let times = i64::from(count.unwrap_or(1));
        let by = match act {
            Act::Down => times,
            Act::Up => -times,
            Act::HalfDown | Act::PageDown => 10 * times,
            Act::HalfUp | Act::PageUp => -10 * times,
            Act::First => i64::MIN / 2,
            Act::Last => i64::MAX / 2,
            _ => return false,
        };
        match self.panel {
            Panel::Sessions => self.pass(by),
            _ => self.step(by),
        }
        true
    }
}

impl View for Panels {
    fn enter(&mut self, cx: &mut Cx) {
        self.ask(Lane::Now, cx);
    }

    /// While a sync commits the numbers are asked for when the last ones have come, the less often the longer they took.
    fn refresh(&mut self, cx: &mut Cx) {
        let next = self.asked.map_or(cx.clock, |asked| asked + PAUSE + 4 * self.took);
        if cx.clock >= next && self.ticket.is_none() {
            self.ask(Lane::Later, cx);
        } else if self.due.is_none() {
            let wait = next.saturating_duration_since(cx.clock).max(PAUSE);
            self.due = Some(cx.clock + wait);
            cx.wishes.push(Wish::Wake(wait));
        }
    }

    fn wake(&mut self, cx: &mut Cx) {
        if self.due.take_if(|at| *at <= cx.clock).is_some() {
            self.refresh(cx);
        }
    }

    fn answer(&mut self, answered: Answered, cx: &mut Cx) {
        if self.ticket.take_if(|ticket| *ticket == answered.ticket).is_none() {
            return;
        }
        self.took = self.asked.map_or(Duration::ZERO, |asked| cx.clock.saturating_duration_since(asked));
        match answered.answer {
            Answer::Numbers(numbers) => (self.numbers, self.failure) = (Some(numbers), None),
            Answer::Failed(why) => self.failure = Some(why),
            _ => {}
        }
    }

    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        let times = i64::from(count.unwrap_or(1));
        self.connections = cx.fleet.connections.len();
        match act {
            Act::NextPanel | Act::PreviousPanel => self.turn(act == Act::NextPanel),
            Act::PanelRight | Act::PanelLeft => self.aside(act == Act::PanelRight, times),
            Act::OpenPanel => match self.behind(cx.fleet) {
                Some(wish) => cx.wishes.push(wish),
                None if self.panel == Panel::Sessions => {
                    cx.say("Only the platform's calendar knows of these: no list has them")
                }
                None => cx.say("There is nothing behind this"),
            },
            act => return self.motion(act, count),
        }
        true
    }

    fn click(&mut self, x: u16, y: u16, _cx: &mut Cx) {
        let at = Position { x, y };
        if let Some((panel, _)) = self.places.iter().find(|(_, place)| place.contains(at)).copied() {
            self.panel = panel;
            // What scrolls, is two rows high or stands below a chart is where it was drawn, and nowhere else.
            if let Some((.., at)) = self.drawn.iter().find(|(of, row, _)| (*of, *row) == (panel, y)) {
                self.cursors[panel as usize] = *at;
            }
        }
    }

    fn keep(&self) -> Option<ListState> {
        let first = self.panel == Panel::default();
        let spot = if first { String::new() } else { format!("{:?}", self.panel).to_lowercase() };
        Some(ListState { spot, ..ListState::default() })
    }

    fn recall(&mut self, kept: &ListState, whole: bool, _now: Timestamp) {
        let found = ALL.into_iter().find(|panel| format!("{panel:?}").to_lowercase() == kept.spot);
        if let Some(panel) = found.filter(|_| whole) {
            self.panel = panel;
        }
    }

    fn ready(&self) -> bool {
        self.numbers.is_some() || self.failure.is_some()
    }

    fn scope(&self) -> Scope {
        Scope::Panels
    }

    fn facts(&self, _facts: &mut Facts) {}

    fn draw(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        self.connections = scene.fleet.connections.len();
        self.draw_all(area, scene, canvas);
    }
}
