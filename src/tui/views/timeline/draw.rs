//! Drawing a timeline: whose, the lanes, the axis, and the items around the cursor with the gaps between them.

use quarterdeck_sync::model::Timestamp;
use ratatui::layout::Rect;

use super::Timelines;
use crate::amounts::length;
use crate::timeline::axis::{Axis, SPANS, span_name};
use crate::timeline::{Item, Lane, LaneCounts, Timeline};
use crate::tui::canvas::Canvas;
use crate::tui::fleet::Fleet;
use crate::tui::looks::{DOCTOR, look, so_many, status};
use crate::tui::text::{AHEAD, grouped, is_ahead, width, word};
use crate::tui::theme::Role;
use crate::tui::views::Scene;

/// Cells for the names of the lanes, and for how many lie in each.
const NAMES: u16 = 12;
const SUMS: u16 = 8;
/// One item, and more of them up to the most of a lane.
const SIGNS: [&str; 5] = ["•", "▂", "▄", "▆", "█"];
/// A gap is told where it is this share of the axis.
const GAP: i64 = 8;

/// A line of the list.
enum Line {
    Item(usize),
    /// Nothing happened for so many milliseconds.
    Gap(u64),
    /// There is more, or there is not.
    End(&'static str),
}

impl Timelines {
    pub(super) fn draw_all(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        self.cells = area.width.saturating_sub(NAMES + SUMS + 4).max(1);
        self.lines.clear();
        let axis = self.shown(canvas.now());
        let Some(timeline) = self.timeline.take() else { return self.nothing(area, canvas) };
        self.head(&timeline, Rect { height: 1, ..area }, scene, canvas);
        let top = area.y + 1 + u16::from(area.height >= 30);
        let lanes = Rect { x: area.x + 2, y: top, width: area.width.saturating_sub(3), height: Lane::ALL.len() as u16 };
        self.lanes(&timeline, &axis, lanes, canvas);
        let now_cell = axis.cell(canvas.now());
        ticks(&axis, (self.cursor_cell(&timeline, &axis), now_cell), lanes, canvas);
        now_cell.into_iter().for_each(|cell| now(cell, lanes, canvas));
        let under = lanes.bottom() + 2;
        canvas.rule_across(Rect { height: 1, ..area }, under, Role::Line);
        let list = Rect { y: under + 1, height: area.bottom().saturating_sub(under + 1), ..area };
        self.list(&timeline, &axis, list, scene.fleet, canvas);
        self.timeline = Some(timeline);
        if let Some(why) = &self.failure {
            let words = format!("! this is old: {why}");
            canvas.put(area.x + 2, area.bottom().saturating_sub(1), &words, area.width.saturating_sub(4), Role::Bad);
        }
    }

    fn nothing(&self, area: Rect, canvas: &mut Canvas) {
        let y = area.y + area.height / 3;
        let (words, role) = match &self.failure {
            Some(why) => {
                canvas.put_centre(area, y, "The timeline could not be read.", Role::Title);
                canvas.put_centre(area, y + 3, DOCTOR, Role::Dim);
                return canvas.put_centre(area, y + 2, why, Role::Bad);
            }
            None if self.missing => ("The record is not in the mirror any more.".to_owned(), Role::Dim),
            None => ("Looking …".to_owned(), Role::Dim),
        };
        canvas.put_centre(area, y, &words, role);
    }

    /// Whose time it is, how much of it is shown, and on which clock.
    fn head(&self, timeline: &Timeline, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        let agent = &timeline.agent;
        let span = span_name(SPANS[self.span.min(SPANS.len() - 1)]);
        let right = canvas.put_right(area.right().saturating_sub(2), area.y, &format!("{span}, UTC"), 20, Role::Accent);
        let mut x = area.x + 2;
        if agent.machine.is_none() {
            x = canvas.put(x, area.y, &agent.connection, 20, scene.fleet.badge(&agent.connection)) + 2;
        }
        let name = agent.title.as_deref().unwrap_or(&agent.id);
        x = canvas.put(x, area.y, name, right.saturating_sub(x + 2), Role::Title) + 2;
        let beside = match agent.machine {
            Some(agents) => format!("machine, {}", so_many(agents, "agents")),
            None => agent.title.as_ref().map_or(String::new(), |_| agent.id.clone()),
        };
        canvas.put(x, area.y, &beside, right.saturating_sub(x + 2), Role::Dim);
    }

    fn cursor_cell(&self, timeline: &Timeline, axis: &Axis) -> Option<u16> {
        timeline.items.get(self.cursor).and_then(|item| axis.cell(item.at))
    }

    fn lanes(&self, timeline: &Timeline, axis: &Axis, area: Rect, canvas: &mut Canvas) {
        let at = self.cursor_cell(timeline, axis);
        let chosen = timeline.items.get(self.cursor).map(|item| item.lane);
        for (row, lane) in timeline.lanes.iter().enumerate() {
            let y = area.y + row as u16;
            let here = chosen == Some(lane.lane);
            canvas.put(area.x, y, if here { "▸" } else { " " }, 1, Role::Accent);
            canvas.put(area.x + 2, y, lane.lane.title(), NAMES - 3, if here { Role::Title } else { Role::Dim });
            self.lane(timeline, lane, axis, Rect { x: area.x + NAMES, y, width: self.cells, height: 1 }, canvas);
            let sum: u64 = lane.counts.iter().sum();
            let words = format!("{}{}", grouped(sum), if lane.more { "+" } else { "" });
            let role = if sum == 0 { Role::Dim } else { Role::Text };
            canvas.put_right(area.right(), y, &words, SUMS - 1, role);
        }
        if let Some(cell) = at {
            let column = Rect { x: area.x + NAMES + cell, y: area.y, width: 1, height: area.height };
            canvas.tint(column, Role::SelectedIdle);
        }
    }

    fn lane(&self, timeline: &Timeline, lane: &LaneCounts, axis: &Axis, area: Rect, canvas: &mut Canvas) {
        let most = lane.counts.iter().copied().max().unwrap_or(0);
        // What has not come yet is blank.
        let past = if axis.to() <= canvas.now() { area.width } else { axis.cell(canvas.now()).unwrap_or(0) };
        canvas.put(area.x, area.y, &"·".repeat(usize::from(past)), area.width, Role::Line);
        for (cell, count) in lane.counts.iter().take(usize::from(area.width)).enumerate() {
            let sign = match (count, most) {
                (0, _) => continue,
                (1, _) => SIGNS[0],
                (count, most) => SIGNS[1 + (u128::from(count - 1) * 3 / u128::from(most.max(2) - 1)).min(3) as usize],
            };
            canvas.put(area.x + cell as u16, area.y, sign, 1, Role::Text);
        }
        // What failed or waits is seen from afar, among the items that are here.
        for item in timeline.items.iter().filter(|item| item.lane == lane.lane) {
            let Some(cell) = axis.cell(item.at).filter(|cell| *cell < area.width) else { continue };
            let (sign, role) = sign(item);
            if matches!(role, Role::Bad | Role::Warn) || !item.pending.is_empty() {
                canvas.put(area.x + cell, area.y, sign, 1, role);
            }
        }
    }

    /// What the axis shows, moment by moment.
    fn list(&mut self, timeline: &Timeline, axis: &Axis, area: Rect, fleet: &Fleet, canvas: &mut Canvas) {
        self.list_area = area;
        self.page = usize::from(area.height);
        if timeline.items.is_empty() {
            let words = "Nothing is known of what it did.";
            return canvas.put_centre(area, area.y + area.height / 3, words, Role::Dim);
        }
        let gap = SPANS[self.span.min(SPANS.len() - 1)] * 60_000 / GAP;
        let lines = lines(timeline, axis, gap);
        let at = lines.iter().position(|line| matches!(line, Line::Item(at) if *at == self.cursor)).unwrap_or(0);
        let last = lines.len().saturating_sub(self.page);
        self.top = self.top.min(at).max((at + 2).saturating_sub(self.page)).min(last);
        for (row, shown) in lines.iter().skip(self.top).take(self.page).enumerate() {
            let place = Rect { y: area.y + row as u16, height: 1, ..area };
            self.lines.push(if let Line::Item(at) = shown { Some(*at) } else { None });
            match shown {
                Line::Item(at) => {
                    if let Some(item) = timeline.items.get(*at) {
                        // On a machine there may be agents of several platforms.
                        let from = timeline.agent.machine.map(|_| (&item.list.connection, fleet));
                        draw_item(item, *at == self.cursor, from, place, canvas);
                    }
                }
                Line::Gap(long) => {
                    let words = format!("┄┄ {} nothing ┄┄", length(*long));
                    canvas.put(place.x + 17, place.y, &words, place.width.saturating_sub(18), Role::Dim);
                }
                Line::End(words) => {
                    canvas.put(place.x + 17, place.y, words, place.width.saturating_sub(18), Role::Dim);
                }
            }
        }
    }
}

/// The items that the axis shows with the gaps between them, and what lies beyond.
fn lines(timeline: &Timeline, axis: &Axis, gap: i64) -> Vec<Line> {
    let (first, last) = (timeline.items.first(), timeline.items.last());
    let before = timeline.earlier || first.is_some_and(|item| item.at < axis.from());
    let after = timeline.later || last.is_some_and(|item| item.at >= axis.to());
    let mut lines = vec![Line::End(if before { "… earlier" } else { "nothing earlier is known" })];
    let mut before: Option<Timestamp> = None;
    for (at, item) in timeline.items.iter().enumerate().filter(|(_, item)| axis.shows(item.at)) {
        if let Some(long) = before.map(|before| item.at.as_millisecond().saturating_sub(before.as_millisecond()))
            && long >= gap
        {
            lines.push(Line::Gap(long.max(0) as u64));
        }
        before = Some(item.at);
        lines.push(Line::Item(at));
    }
    lines.push(Line::End(if after { "… later" } else { "nothing later is known" }));
    lines
}

/// What an item looks like: an unfinished write first, else its status, else its lane.
fn sign(item: &Item) -> (&'static str, Role) {
    match (item.pending.last(), &item.status) {
        (Some(state), _) => look(*state),
        (None, Some(known)) => status(known),
        (None, None) => ("•", Role::Text),
    }
}

fn draw_item(item: &Item, selected: bool, from: Option<(&String, &Fleet)>, area: Rect, canvas: &mut Canvas) {
    let y = area.y;
    if selected {
        canvas.tint(area, Role::Selected);
        canvas.put(area.x, y, "▌", 1, Role::Accent);
    }
    let when = item.at.strftime("%d %b %H:%M:%S").to_string();
    // What a platform dates ahead of our clock has not happened later than now.
    let (mark, role) = if is_ahead(canvas.now(), item.at) { (AHEAD, Role::Warn) } else { (" ", Role::Dim) };
    let x = canvas.put(area.x + 1, y, &when, 16, role);
    let mut x = canvas.put(x, y, mark, 1, role);
    let lane = item.lane.title();
    let lane =
        lane.strip_suffix("ies").map_or_else(|| lane.trim_end_matches('s').to_owned(), |stem| format!("{stem}y"));
    canvas.put(x, y, &lane.to_lowercase(), 9, Role::Text);
    x += 10;
    let (glyph, role) = sign(item);
    canvas.put(x, y, glyph, 1, role);
    let said = match (item.pending.last(), &item.status) {
        (Some(state), _) => state.to_string(),
        (None, known) => known.as_deref().map(word).unwrap_or_default(),
    };
    canvas.put(x + 2, y, &said, 15, role);
    x += 18;
    let lasted = item.since.map(|since| item.at.as_millisecond().saturating_sub(since.as_millisecond()).max(0) as u64);
    let lasted = lasted.filter(|long| *long >= 1_000).map(length).unwrap_or_default();
    let right = area.right().saturating_sub(1);
    let right =
        from.map_or(right, |(name, fleet)| canvas.put_right(right, y, name, 12, fleet.badge(name)).saturating_sub(2));
    let wide = width(&lasted) as u16;
    let shown = !lasted.is_empty() && right > x + wide + 20;
    if shown {
        canvas.put_right(right, y, &lasted, wide, Role::Dim);
    }
    let end = if shown { right.saturating_sub(wide + 1) } else { right };
    canvas.put(x, y, &item.title, end.saturating_sub(x), Role::Text);
    if selected {
        canvas.settle(area, Role::Selected);
    }
}

/// Where now is: what is to the right of it has not come yet.
fn now(cell: u16, lanes: Rect, canvas: &mut Canvas) {
    let x = lanes.x + NAMES + cell;
    canvas.rule_down(x, lanes.y, lanes.height, Role::Busy);
    canvas.put(x, lanes.bottom(), "┴", 1, Role::Busy);
    canvas.put(lanes.x + NAMES + now_at(cell, axis_cells(lanes)), lanes.bottom() + 1, NOW, 3, Role::Busy);
}

/// What is written below it.
const NOW: &str = "now";

/// The cell where that begins.
fn now_at(cell: u16, cells: u16) -> u16 {
    cell.saturating_sub(1).min(cells.saturating_sub(NOW.len() as u16))
}

fn axis_cells(lanes: Rect) -> u16 {
    lanes.width.saturating_sub(NAMES + SUMS - 1).max(1)
}

/// The axis under the lanes: ticks, their times, and where the cursor is.
fn ticks(axis: &Axis, marks: (Option<u16>, Option<u16>), lanes: Rect, canvas: &mut Canvas) {
    let (x, y) = (lanes.x + NAMES, lanes.bottom());
    let (cells, (cursor, now)) = (axis_cells(lanes), marks);
    canvas.rule_across(Rect { x, y, width: cells, height: 1 }, y, Role::Line);
    for tick in axis.ticks() {
        canvas.put(x + tick.cell, y, "┬", 1, Role::Line);
        // A time that would run into the word at now is left out.
        let end = tick.cell + width(&tick.label) as u16;
        let at = now.map(|cell| now_at(cell, cells));
        if at.is_some_and(|at| tick.cell <= at + NOW.len() as u16 && at <= end) {
            continue;
        }
        canvas.put(x + tick.cell, y + 1, &tick.label, cells.saturating_sub(tick.cell), Role::Dim);
    }
    if let Some(cell) = cursor {
        canvas.put(x + cell, y, "▲", 1, Role::Accent);
    }
}
