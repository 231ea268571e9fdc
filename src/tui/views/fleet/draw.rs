//! Drawing the panels: their headings, shares in bars, and the connections.

use std::cell::RefCell;

use quarterdeck_sync::model::Offered;
use ratatui::layout::Rect;

use super::{Panel, Panels, curves, heat, layout};
use crate::numbers::{Numbers, Shares};
use crate::tui::actions::Act;
use crate::tui::canvas::Canvas;
use crate::tui::fleet::{Connection, Ended, Fleet};
use crate::tui::looks::status;
use crate::tui::text::{grouped, width, word};
use crate::tui::theme::Role;
use crate::tui::views::{Scene, welcome};

/// A panel being drawn: its place without the heading, and whether the keys go there.
pub(super) struct Inside<'a> {
    pub area: Rect,
    pub focused: bool,
    pub cursor: usize,
    /// Rows of the screen, and which line of the panel stands on each.
    pub lines: &'a RefCell<Vec<(u16, usize)>>,
}

impl Inside<'_> {
    /// A row of the screen belongs to a line: a click there means it.
    pub fn stands(&self, y: u16, at: usize) {
        self.lines.borrow_mut().push((y, at));
    }
}

impl Panels {
    pub(super) fn draw_all(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        self.places.clear();
        self.drawn.clear();
        if scene.fleet.connections.is_empty() {
            return welcome::draw(area, canvas);
        }
        let Some(numbers) = self.numbers.take() else {
            let (words, role) = match &self.failure {
                Some(why) => (format!("The mirror cannot be read: {why}"), Role::Bad),
                None => ("Counting …".to_owned(), Role::Dim),
            };
            return canvas.put_centre(area, area.y + area.height / 3, &words, role);
        };
        let bands = layout::bands(area.width, scene.fleet.connections.len() as u16, !numbers.costs.is_empty());
        let body = Rect { height: area.height.saturating_sub(1), ..area };
        let (places, shown) = layout::places(body, &bands, &mut self.top, self.panel);
        self.numbers = Some(numbers);
        for (panel, place) in &places {
            let lines = RefCell::default();
            self.panel_at(*panel, *place, &lines, scene.fleet, canvas);
            self.drawn.extend(lines.into_inner().into_iter().map(|(y, at)| (*panel, y, at)));
        }
        self.foot(area, bands.len(), shown, scene, canvas);
        self.places = places;
    }

    /// The last line: what went wrong, and which panels are out of sight.
    fn foot(&self, area: Rect, bands: usize, shown: usize, scene: &Scene, canvas: &mut Canvas) {
        let y = area.bottom().saturating_sub(1);
        if let Some(why) = &self.failure {
            let words = format!("! these numbers are old: {why}");
            canvas.put(area.x + 2, y, &words, area.width.saturating_sub(4), Role::Bad);
            return;
        }
        let (above, below) = (self.top, bands.saturating_sub(self.top + shown));
        if above + below > 0 {
            let key = scene.keys.hint_of(Act::NextPanel).unwrap_or_default();
            let mut told = Vec::new();
            for (sign, count) in [("▲", above), ("▼", below)] {
                if count > 0 {
                    told.push(format!("{sign} {count} more"));
                }
            }
            let words = format!("{}   {key} goes on", told.join("  "));
            canvas.put_right(area.right().saturating_sub(2), y, &words, area.width, Role::Dim);
        }
    }

    fn panel_at(
        &self,
        panel: Panel,
        place: Rect,
        lines: &RefCell<Vec<(u16, usize)>>,
        fleet: &Fleet,
        canvas: &mut Canvas,
    ) {
        let Some(numbers) = &self.numbers else { return };
        let focused = self.panel == panel;
        let place = Rect { width: place.width.saturating_sub(2), x: place.x + 1, ..place };
        heading(title(panel), &beside(panel, numbers), place, focused, canvas);
        let area = Rect {
            x: place.x + 1,
            y: place.y + 1,
            width: place.width.saturating_sub(2),
            // A blank line between two panels.
            height: place.height.saturating_sub(2),
        };
        let inside = Inside { area, focused, cursor: self.cursor(panel), lines };
        match panel {
            Panel::Agents => shares(&numbers.agents, "No agents.", &inside, fleet, canvas),
            Panel::Versions => shares(&numbers.versions, "No platform here tells versions.", &inside, fleet, canvas),
            Panel::Systems => shares(&numbers.systems, "No platform here tells systems.", &inside, fleet, canvas),
            Panel::Runs => shares(&numbers.runs, "No runs.", &inside, fleet, canvas),
            Panel::Sessions => heat::draw(numbers, self.day(), &inside, canvas),
            Panel::Outcomes => curves::outcomes(numbers, self.back, &inside, canvas),
            Panel::Costs => curves::costs(numbers, &inside, fleet, canvas),
            Panel::Connections => connections(fleet, &inside, canvas),
        }
    }
}

/// What a panel is called.
fn title(panel: Panel) -> &'static str {
    match panel {
        Panel::Agents => "Agents by status",
        Panel::Versions => "Agents by version",
        Panel::Systems => "Agents by system",
        Panel::Runs => "Runs by status",
        Panel::Sessions => "Sessions per day, by last activity",
        Panel::Outcomes => "Events by outcome",
        Panel::Connections => "Connections",
        Panel::Costs => "Costs",
    }
}

/// What it comes to in all, said as often as there is room: the most telling first.
fn beside(panel: Panel, numbers: &Numbers) -> Vec<String> {
    let one = |sum: u64| vec![grouped(sum)];
    match panel {
        Panel::Agents => one(numbers.agents.total()),
        Panel::Versions => one(numbers.versions.total()),
        Panel::Systems => one(numbers.systems.total()),
        Panel::Runs => one(numbers.runs.total()),
        Panel::Sessions => one(numbers.sessions.iter().map(|day| day.all()).sum()),
        Panel::Outcomes => one(numbers.outcomes.iter().map(|series| series.total()).sum()),
        Panel::Costs => curves::sums(numbers),
        Panel::Connections => Vec::new(),
    }
}

fn heading(title: &str, sums: &[String], place: Rect, focused: bool, canvas: &mut Canvas) {
    if place.height == 0 {
        return;
    }
    let line = if focused { Role::LineFocus } else { Role::Line };
    canvas.rule_across(Rect { height: 1, ..place }, place.y, line);
    // With the focus it has a sign of its own: colours may not be seen.
    let (sign, role) = if focused { ("▌", Role::Accent) } else { ("─", line) };
    canvas.put(place.x, place.y, sign, 1, role);
    let shown = if focused { Role::Accent } else { Role::Title };
    let left = canvas.put(place.x + 1, place.y, &format!(" {title} "), place.width.saturating_sub(2), shown);
    let mut right = place.right().saturating_sub(1);
    for sum in sums {
        let words = format!(" {sum} ");
        if left + 2 + width(&words) as u16 > right {
            return;
        }
        right = canvas.put_right(right, place.y, &words, place.width, Role::Text).saturating_sub(1);
    }
}

/// The first line in sight, so that the cursor's is.
pub(super) fn first(inside: &Inside, page: usize) -> usize {
    (inside.cursor + 1).saturating_sub(page.max(1))
}

/// A line that the cursor is on, or not.
pub(super) fn line(inside: &Inside, y: u16, at: usize, canvas: &mut Canvas) -> bool {
    inside.stands(y, at);
    let on = inside.focused && at == inside.cursor;
    if on {
        let area = Rect { x: inside.area.x.saturating_sub(1), width: inside.area.width + 2, y, height: 1 };
        canvas.tint(area, Role::Selected);
        canvas.put(area.x, y, "▌", 1, Role::Accent);
    }
    on
}

/// Ends the line of the cursor.
pub(super) fn settle(inside: &Inside, y: u16, on: bool, canvas: &mut Canvas) {
    if on {
        let area = Rect { x: inside.area.x.saturating_sub(1), width: inside.area.width + 2, y, height: 1 };
        canvas.settle(area, Role::Selected);
    }
}

/// How many have which label: sign, word, bar, number.
fn shares(shares: &Shares, none: &str, inside: &Inside, fleet: &Fleet, canvas: &mut Canvas) {
    let area = inside.area;
    if shares.items.is_empty() {
        canvas.put(area.x, area.y, none, area.width, Role::Dim);
        return;
    }
    let page = usize::from(area.height);
    let first = first(inside, page);
    let seen: Vec<_> = shares.items.iter().enumerate().skip(first).take(page).collect();
    let words = |label: &str| width(&word(label)) as u16;
    let most = seen.iter().map(|(_, share)| words(&share.label)).max().unwrap_or(0);
    let label = most.min(area.width / 2).max(4);
    let bar_at = area.x + 2 + label + 1;
    let room = area.right().saturating_sub(bar_at + 8);
    let max = shares.items.first().map_or(1, |share| share.count).max(1);
    for (line_at, (at, share)) in seen.iter().enumerate() {
        let y = area.y + line_at as u16;
        let on = line(inside, y, *at, canvas);
        let (sign, role) = match &share.connection {
            Some(connection) => ("•", fleet.badge(connection)),
            None => status(&share.label),
        };
        canvas.put(area.x, y, sign, 1, role);
        canvas.put(area.x + 2, y, &word(&share.label), label, Role::Text);
        canvas.put_right(area.right(), y, &grouped(share.count), 8, Role::Text);
        bar(Rect { x: bar_at, y, width: room, height: 1 }, share.count, max, role, canvas);
        settle(inside, y, on, canvas);
    }
}

/// `count` of `max` as a bar. What there is shows, however little of the whole it is. A bar is lower than its line: those of
/// lines below each other stay apart, and a line that is turned round for the cursor has no hole in it.
fn bar(area: Rect, count: u64, max: u64, role: Role, canvas: &mut Canvas) {
    let all = u128::from(area.width) * 2;
    let filled = (u128::from(count.min(max)) * all).div_ceil(u128::from(max.max(1)));
    let (whole, rest) = ((filled / 2) as usize, (filled % 2) as usize);
    canvas.put(area.x, area.y, &format!("{}{}", "━".repeat(whole), "╸".repeat(rest)), area.width, role);
}

/// How each connection stands: verdict, lists, budget.
fn connections(fleet: &Fleet, inside: &Inside, canvas: &mut Canvas) {
    let page = usize::from(inside.area.height);
    let first = first(inside, page);
    for (line_at, (at, connection)) in fleet.connections.iter().enumerate().skip(first).take(page).enumerate() {
        let y = inside.area.y + line_at as u16;
        let on = line(inside, y, at, canvas);
        one(connection, Rect { y, height: 1, ..inside.area }, fleet, canvas);
        settle(inside, y, on, canvas);
    }
}

fn one(connection: &Connection, area: Rect, fleet: &Fleet, canvas: &mut Canvas) {
    let (name, y) = (&connection.info.name, area.y);
    let verdict = fleet.verdict(connection, canvas.now());
    if let Some(since) = verdict.since {
        canvas.age(since);
    }
    canvas.put(area.x, y, verdict.glyph, 1, verdict.role);
    canvas.put(area.x + 2, y, name, 13, fleet.badge(name));
    let mut x = area.x + 16;
    let wide = 24.min(area.width.saturating_sub(16));
    canvas.put(x, y, &verdict.words, wide, verdict.role);
    x += 25;
    let lists: Vec<_> = fleet.lists.iter().filter(|list| list.list.connection == *name).collect();
    let offered = lists.iter().filter(|list| !matches!(list.offered, Offered::No { .. })).count();
    let fresh = lists.iter().filter(|list| list.up_to_date()).count();
    let oldest = lists.iter().filter_map(|list| list.checked_at).min();
    let words = match (&connection.ended, oldest) {
        // Nobody can say whether they still are.
        (Some(Ended { error: Some(_), .. }), Some(at)) => format!("{offered} lists as of {}", canvas.age(at)),
        _ => format!("{fresh} of {offered} lists up to date"),
    };
    let room = area.right().saturating_sub(x);
    canvas.put(x, y, &words, room.min(27), Role::Dim);
    x += 28;
    let budget = &connection.budget;
    match budget.limit.zip(budget.remaining) {
        Some((limit, left)) if x + 24 < area.right() => {
            let wide = (area.right() - x).saturating_sub(26).min(24);
            let role = if left.saturating_mul(4) <= limit { Role::Warn } else { Role::Good };
            canvas.rule_across(Rect { x, width: wide, y, height: 1 }, y, Role::Line);
            bar(Rect { x, width: wide, y, height: 1 }, left, limit, role, canvas);
            let room = area.right().saturating_sub(x + wide + 1);
            let numbers = format!("{} of {}", grouped(left), grouped(limit));
            let old = connection.budget_at.map(|at| canvas.age(at)).filter(|age| age != "now");
            let old = old.map_or(String::new(), |age| format!(", {age} ago"));
            let told =
                [format!("{numbers} requests left{old}"), format!("{numbers} left{old}"), format!("{numbers} left")];
            let fits = told.iter().find(|words| width(words) <= usize::from(room)).unwrap_or(&told[2]);
            canvas.put(x + wide + 1, y, fits, room, Role::Dim);
        }
        None if x + 24 < area.right() => {
            canvas.put(x, y, "no rate budget told yet", area.right() - x, Role::Dim);
        }
        _ => {}
    }
}
