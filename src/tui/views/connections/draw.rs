//! Drawing the connections: the table, and what is known of the selected row.

use quarterdeck_sync::model::{Freshness, Timestamp};
use ratatui::layout::Rect;

use super::Connections;
use super::rows::{self, Line};
use super::told::page;
use crate::amounts::{differing, plural};
use crate::tui::actions::Act;
use crate::tui::canvas::Canvas;
use crate::tui::fleet::{Fleet, OLD, budget_words};
use crate::tui::text::grouped;
use crate::tui::theme::Role;
use crate::tui::views::Scene;
use crate::tui::views::chosen::{Chosen, Offer};
use crate::tui::views::pane::share;
use crate::tui::widgets::table::{self, Column, Mark, Text};

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    Name,
    State,
    Server,
    Mirror,
    Gone,
    Checked,
    Platform,
    Address,
    Budget,
    Problems,
}

const fn words(cell: Cell, title: &'static str, least: u16, most: u16, rank: u8) -> Column<Cell> {
    Column { cell, title, least, most, rank, right: false }
}

const fn number(cell: Cell, title: &'static str, cells: u16, rank: u8) -> Column<Cell> {
    Column { cell, title, least: cells, most: cells, rank, right: true }
}

const COLUMNS: &[Column<Cell>] = &[
    words(Cell::Name, "CONNECTION", 18, 34, 0),
    words(Cell::State, "STATE", 18, 34, 1),
    number(Cell::Server, "SERVER", 9, 3),
    number(Cell::Mirror, "MIRROR", 9, 2),
    number(Cell::Gone, "GONE", 6, 3),
    number(Cell::Checked, "CHECKED", 9, 2),
];

/// Columns for those who want them.
const MORE: &[Column<Cell>] = &[
    words(Cell::Platform, "PLATFORM", 9, 14, 3),
    words(Cell::Address, "AT", 20, 60, 3),
    words(Cell::Budget, "BUDGET", 12, 20, 3),
    number(Cell::Problems, "PROBLEMS", 8, 3),
];

/// What a column is called where it is remembered.
fn name_of(cell: Cell) -> &'static str {
    match cell {
        Cell::Name => "connection",
        Cell::State => "state",
        Cell::Server => "server",
        Cell::Mirror => "mirror",
        Cell::Gone => "gone",
        Cell::Checked => "checked",
        Cell::Platform => "platform",
        Cell::Address => "at",
        Cell::Budget => "budget",
        Cell::Problems => "problems",
    }
}

impl Default for Chosen<Cell> {
    fn default() -> Self {
        Self::new(Offer { noun: "connections", own: COLUMNS, more: MORE, name: name_of })
    }
}

impl Connections {
    pub(super) fn draw_all(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        let fleet = scene.fleet;
        let lines = rows::lines(fleet, &self.sieve, &self.sorted, canvas.now());
        self.shown = lines.iter().map(Line::pick).collect();
        let shown = std::mem::take(&mut self.shown);
        self.settle(&shown);
        self.shown = shown;
        let at = self.at(&self.shown);
        let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        self.head(Rect { height: 1, ..area }, at, fleet, canvas);
        self.list_area = Rect::default();
        if let Some(selected) = lines.get(at) {
            let (list, pane) = share(body, self.pane, lines.len(), self.reading, canvas);
            self.shown_pane = self.pane.at(body.width);
            self.list_area = list;
            self.table(list, at, &lines, fleet, canvas);
            self.known(pane, selected, fleet, canvas);
            self.columns.draw(area, canvas);
        } else {
            let y = body.y + body.height.saturating_sub(3) / 2;
            let key = scene.keys.hint_of(Act::Back).unwrap_or_else(|| "(no key)".to_owned());
            canvas.put_centre(body, y, "No connections match.", Role::Title);
            canvas.put_centre(body, y + 2, &format!("{key} clears the filter"), Role::Dim);
        }
        self.typed.draw_suggestions(area, canvas);
    }

    /// The filter, or how many stand how; the place on the right.
    fn head(&self, area: Rect, at: usize, fleet: &Fleet, canvas: &mut Canvas) {
        let (left, right) = (area.x + 2, area.right().saturating_sub(1));
        let marked = match self.marks.len() {
            0 => String::new(),
            count => format!("* {} marked   ", grouped(count as u64)),
        };
        let tally = match (&self.sieve.note, self.shown.len()) {
            (Some(note), _) if self.typed.open() || self.shown.is_empty() => note.clone(),
            (_, 0) => String::new(),
            (_, count) => format!("{marked}{}/{count}", at + 1),
        };
        let room = canvas.put_right(right, area.y, &tally, right.saturating_sub(left), Role::Dim);
        let line = Rect { x: left, width: room.saturating_sub(left + 2), ..area };
        let example = "words, is:failed, connection:x, collection:runs, -not";
        if self.typed.draw(line, self.sieve.text(), example, canvas) {
            return;
        }
        let mut x = left;
        let verdicts: Vec<_> = fleet.connections.iter().map(|one| fleet.verdict(one, canvas.now())).collect();
        for (role, word) in
            [(Role::Bad, "failed"), (Role::Warn, "behind"), (Role::Busy, "syncing"), (Role::Good, "well")]
        {
            let Some(first) = verdicts.iter().find(|verdict| verdict.role == role) else { continue };
            let count = grouped(verdicts.iter().filter(|verdict| verdict.role == role).count() as u64);
            if x + (count.len() + word.len()) as u16 + 6 > room {
                return;
            }
            x = canvas.put(x, area.y, first.glyph, 1, role) + 1;
            x = canvas.put(x, area.y, &count, 12, Role::Text) + 1;
            x = canvas.put(x, area.y, word, 12, Role::Dim) + 3;
        }
    }

    fn table(&mut self, area: Rect, at: usize, lines: &[Line], fleet: &Fleet, canvas: &mut Canvas) {
        if area.height == 0 {
            return;
        }
        self.page = usize::from(area.height.saturating_sub(1)).max(1);
        let lowest = (at + 1).saturating_sub(self.page);
        self.top = self.top.clamp(lowest, at).min(lines.len().saturating_sub(self.page));
        let columns = table::place(&self.columns.columns(), area.width);
        table::heads(canvas, area, &columns, |cell| self.sorted.arrow(cell));
        let cursor = if self.reading { Mark::CursorIdle } else { Mark::Cursor };
        for (number, line) in lines.iter().enumerate().skip(self.top).take(self.page) {
            let place = Rect { y: area.y + 1 + (number - self.top) as u16, height: 1, ..area };
            let mark = if number == at { cursor } else { Mark::None };
            table::row(canvas, place, &columns, mark, |canvas, cell| text(line, cell, fleet, canvas));
            if line.list.is_none() && self.marks.contains(&line.connection.info.name) {
                canvas.put(place.x + 1, place.y, "*", 1, Role::Accent);
            }
        }
    }

    fn known(&mut self, area: Rect, line: &Line, fleet: &Fleet, canvas: &mut Canvas) {
        if area.height == 0 || self.rest.running() {
            return;
        }
        let page = page(line, fleet, &self.contents, area.width, canvas);
        let (top, ..) = self.scroll;
        let high = usize::from(area.height);
        self.scroll = (top.min(page.len().saturating_sub(high)), page.len(), high);
        if self.reading && area.x >= 2 {
            // Where the keys go is marked, as the cursor is in the list.
            canvas.rule_down(area.x - 2, area.y, area.height, Role::LineFocus);
        }
        page.draw(area, self.scroll.0, canvas);
        let below = page.len().saturating_sub(self.scroll.0 + high);
        if below > 0 {
            canvas.put_right(area.right(), area.bottom() - 1, &format!(" {below} more lines "), area.width, Role::Dim);
        }
    }
}

fn text(line: &Line, cell: Cell, fleet: &Fleet, canvas: &Canvas) -> Text {
    let info = &line.connection.info;
    let lists = line.lists(fleet);
    let sum = |of: fn(&Freshness) -> u64| lists.iter().fold(0_u64, |sum, list| sum.saturating_add(of(list)));
    match cell {
        Cell::Name => match line.list {
            None => Text::new(info.name.as_str(), fleet.badge(&info.name)),
            Some(list) => Text::new(format!("  {}", list.list.collection), Role::Text),
        },
        Cell::State => {
            let (glyph, words, role, since) = line.stands(fleet, canvas.now());
            if let Some(since) = since {
                canvas.age(since);
            }
            Text { glyph, ..Text::new(words, role) }
        }
        Cell::Server => {
            let counts: Vec<u64> = lists.iter().filter_map(|list| list.server_count).collect();
            let told = counts.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
            Text::new(if counts.is_empty() { "–".to_owned() } else { grouped(told) }, Role::Text)
        }
        Cell::Mirror => {
            let agree = lists.iter().all(|list| list.server_count.is_none_or(|count| count == list.mirror_count));
            Text::new(grouped(sum(|list| list.mirror_count)), if agree { Role::Text } else { Role::Warn })
        }
        Cell::Gone => {
            let gone = sum(|list| list.gone_count);
            Text::new(if gone == 0 { "–".to_owned() } else { grouped(gone) }, Role::Dim)
        }
        Cell::Checked => {
            let never = lists.iter().any(|list| list.checked_at.is_none());
            let oldest = lists.iter().filter_map(|list| list.checked_at).min().filter(|_| !never);
            Text::new(oldest.map_or_else(|| "never".to_owned(), |at| canvas.age(at)), Role::Dim)
        }
        Cell::Platform => Text::new(&info.platform, Role::Dim),
        Cell::Address => Text::new(&info.url, Role::Dim),
        Cell::Budget => {
            let budget = &line.connection.budget;
            let left = budget.limit.zip(budget.remaining).map(|(limit, left)| format!("{left}/{limit} left"));
            match budget_words(line.connection, canvas.now()) {
                Some(words) => Text::new(words, Role::Warn),
                None => Text::new(left.unwrap_or_else(|| "–".to_owned()), Role::Dim),
            }
        }
        Cell::Problems => match line.problems(fleet).len() {
            0 => Text::new("–", Role::Dim),
            count => Text::new(grouped(count as u64), Role::Warn),
        },
    }
}

/// What is the case with a list, in a few words.
pub(super) fn state(list: &Freshness, unread: bool, now: Timestamp) -> (&'static str, String, Role) {
    if list.up_to_date() && list.checked_at.is_some_and(|at| now.duration_since(at) >= OLD) {
        // What was up to date long ago must not pass for fresh.
        ("~", "long ago".to_owned(), Role::Warn)
    } else if list.up_to_date() && unread {
        // It was, when it was read last. Nobody can say whether it still is.
        ("·", "as last read".to_owned(), Role::Dim)
    } else if list.up_to_date() {
        ("✓", "up to date".to_owned(), Role::Good)
    } else if list.problems > 0 {
        ("!", plural(list.problems, "problem", "problems"), Role::Warn)
    } else if list.walking {
        ("~", "walk unfinished".to_owned(), Role::Warn)
    } else if list.checked_at.is_none() {
        ("○", "never synced".to_owned(), Role::Warn)
    } else {
        let words = differing(list.server_count, list.mirror_count, list.index_count);
        ("~", words.unwrap_or_else(|| "not known".to_owned()), Role::Warn)
    }
}
