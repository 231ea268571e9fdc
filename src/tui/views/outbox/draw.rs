//! Drawing the outbox: states and their numbers, the table, and what is known of the selected write.

use quarterdeck_sync::model::WriteState;
use ratatui::layout::Rect;

use super::Outbox;
use crate::tui::actions::Act;
use crate::tui::canvas::Canvas;
use crate::tui::data::FINISHED;
use crate::tui::decisions::{OpenedWrite, WriteLine};
use crate::tui::fleet::Fleet;
use crate::tui::looks::{DOCTOR, READING, look};
use crate::tui::text::{grouped, moment, word};
use crate::tui::theme::Role;
use crate::tui::views::Scene;
use crate::tui::views::chosen::{Chosen, Offer};
use crate::tui::views::pane::share;
use crate::tui::widgets::page::Page;
use crate::tui::widgets::sheet;
use crate::tui::widgets::table::{self, Column, Mark, Text};

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    State,
    Write,
    Why,
    Connection,
    Deadline,
    Age,
    Collection,
    Moved,
    Id,
}

const fn column(cell: Cell, title: &'static str, least: u16, most: u16, rank: u8) -> Column<Cell> {
    Column { cell, title, least, most, rank, right: false }
}

const COLUMNS: &[Column<Cell>] = &[
    column(Cell::State, "STATE", 12, 12, 1),
    column(Cell::Write, "WRITE", 20, 44, 0),
    column(Cell::Why, "WHY", 18, 400, 5),
    column(Cell::Connection, "CONNECTION", 10, 14, 4),
    Column { cell: Cell::Deadline, title: "EXPIRES", least: 9, most: 9, rank: 2, right: true },
    Column { cell: Cell::Age, title: "AGE", least: 5, most: 5, rank: 3, right: true },
];

/// Columns for those who want them.
const MORE: &[Column<Cell>] = &[
    column(Cell::Collection, "LIST", 10, 20, 3),
    Column { cell: Cell::Moved, title: "MOVED", least: 7, most: 7, rank: 3, right: true },
    column(Cell::Id, "ID", 10, 26, 3),
];

/// What a column is called where it is remembered.
fn name_of(cell: Cell) -> &'static str {
    match cell {
        Cell::State => "state",
        Cell::Write => "write",
        Cell::Why => "why",
        Cell::Connection => "connection",
        Cell::Deadline => "expires",
        Cell::Age => "age",
        Cell::Collection => "list",
        Cell::Moved => "moved",
        Cell::Id => "id",
    }
}

impl Default for Chosen<Cell> {
    fn default() -> Self {
        Self::new(Offer { noun: "writes", own: COLUMNS, more: MORE, name: name_of })
    }
}

impl Outbox {
    pub(super) fn draw_all(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        self.head(Rect { height: 1, ..area }, canvas);
        if self.places.is_empty() {
            self.list_area = Rect::default();
            self.nothing(body, scene, canvas);
            return self.typed.draw_suggestions(area, canvas);
        }
        let (list, pane) = share(body, self.pane, self.places.len(), self.reading, canvas);
        self.shown_pane = self.pane.at(body.width);
        self.list_area = list;
        self.table(list, scene.fleet, canvas);
        self.pane(pane, canvas);
        self.columns.draw(area, canvas);
        self.typed.draw_suggestions(area, canvas);
    }

    /// How many are in which state, with the filter marked; how many in all on the right.
    fn head(&self, area: Rect, canvas: &mut Canvas) {
        let (left, right) = (area.x + 2, area.right().saturating_sub(1));
        let words = match &self.failure {
            Some(why) => format!("! {why}"),
            None if !self.loaded => READING.to_owned(),
            None if self.lines.is_empty() => String::new(),
            None if self.places.is_empty() => self.said(),
            None => format!("{}{}/{}", self.said(), self.cursor + 1, self.places.len()),
        };
        let role = if self.failure.is_some() { Role::Bad } else { Role::Dim };
        let room = canvas.put_right(right, area.y, &words, right.saturating_sub(left), role);
        let line = Rect { x: left, width: room.saturating_sub(left + 2), ..area };
        if self.typed.draw(line, self.sieve.text(), "words, state:wedged, verb:suspend, -not, after:2d", canvas) {
            return;
        }
        let mut x = left;
        for state in self.states() {
            let count = self.lines.iter().filter(|line| line.state == state).count() as u64;
            let (glyph, role) = look(state);
            let (count, chosen) = (grouped(count), self.only == Some(state));
            if x + (count.len() + state.as_str().len()) as u16 + 6 > room {
                return;
            }
            x = canvas.put(x, area.y, if chosen { "‹" } else { "" }, 1, Role::Accent);
            x = canvas.put(x, area.y, glyph, 1, role) + 1;
            x = canvas.put(x, area.y, &count, 12, Role::Text) + 1;
            x = canvas.put(x, area.y, state.as_str(), 12, if chosen { Role::Accent } else { Role::Dim });
            x = canvas.put(x, area.y, if chosen { "›" } else { "" }, 1, Role::Accent) + 3;
        }
    }

    /// What is not as it is by itself.
    fn said(&self) -> String {
        if let Some(note) = self.sieve.note.as_ref().filter(|_| self.typed.open() || self.places.is_empty()) {
            return format!("{note}   ");
        }
        let over = self.lines.iter().filter(|line| !line.state.is_unfinished()).count();
        let finished = match self.finished {
            true if self.about.is_none() && over >= FINISHED => {
                format!("newest {} finished shown   ", grouped(over as u64))
            }
            true => "finished shown   ".to_owned(),
            false => String::new(),
        };
        match self.marks.len() {
            0 => finished,
            count => format!("* {} marked   {finished}", grouped(count as u64)),
        }
    }

    fn table(&mut self, area: Rect, fleet: &Fleet, canvas: &mut Canvas) {
        if area.height == 0 {
            return;
        }
        self.page = usize::from(area.height.saturating_sub(1)).max(1);
        let lowest = (self.cursor + 1).saturating_sub(self.page);
        self.top = self.top.clamp(lowest, self.cursor).min(self.places.len().saturating_sub(self.page));
        let columns = table::place(&self.columns.columns(), area.width);
        table::heads(canvas, area, &columns, |cell| self.sorted.arrow(cell));
        let cursor = if self.reading { Mark::CursorIdle } else { Mark::Cursor };
        for (at, line) in self.shown().into_iter().enumerate().skip(self.top).take(self.page) {
            let place = Rect { y: area.y + 1 + (at - self.top) as u16, height: 1, ..area };
            let mark = if at == self.cursor { cursor } else { Mark::None };
            table::row(canvas, place, &columns, mark, |canvas, cell| text(line, cell, fleet, canvas));
            if self.marks.contains(&line.id) {
                canvas.put(place.x + 1, place.y, "*", 1, Role::Accent);
            }
        }
    }

    fn pane(&mut self, area: Rect, canvas: &mut Canvas) {
        if self.rest.running() {
            return;
        }
        let selected = self.selected().map(|line| line.id.clone());
        let Some(opened) = self.opened.as_ref().filter(|opened| Some(&opened.write.id) == selected.as_ref()) else {
            return;
        };
        let page = page(opened, area.width, canvas);
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

    fn nothing(&self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        if !self.loaded {
            return;
        }
        let key = |act| scene.keys.hint_of(act).unwrap_or_else(|| "(no key)".to_owned());
        let finished = format!("{} shows what is over", key(Act::ShowFinished));
        let lines: Vec<(String, Role)> = match &self.failure {
            Some(why) => vec![
                ("The outbox could not be read.".into(), Role::Title),
                (why.clone(), Role::Bad),
                (DOCTOR.into(), Role::Dim),
            ],
            None if !self.sieve.is_empty() => vec![
                ("No writes match.".into(), Role::Title),
                (format!("{} clears the filter", key(Act::Back)), Role::Dim),
            ],
            None if self.about.is_some() && self.finished => {
                vec![("Nothing was decided about this record yet.".into(), Role::Title)]
            }
            None if self.about.is_some() => {
                vec![("No decision about this record waits.".into(), Role::Title), (finished, Role::Dim)]
            }
            None if self.finished => vec![
                ("Nothing was decided yet.".into(), Role::Title),
                (
                    "What is decided on an agent, an approval, a run or a policy is kept here until it is done.".into(),
                    Role::Dim,
                ),
            ],
            None => vec![
                ("✓ Nothing waits.".into(), Role::Good),
                ("Every decision has been carried out.".into(), Role::Dim),
                (finished, Role::Dim),
            ],
        };
        let top = area.y + area.height.saturating_sub(lines.len() as u16 + 1) / 2;
        for (at, (words, role)) in lines.iter().enumerate() {
            // The first line stands apart.
            let y = top + at as u16 + u16::from(at > 0);
            if y < area.bottom() {
                canvas.put_centre(area, y, words, *role);
            }
        }
    }
}

fn text(line: &WriteLine, cell: Cell, fleet: &Fleet, canvas: &Canvas) -> Text {
    match cell {
        Cell::State => {
            let (glyph, role) = look(line.state);
            Text { glyph, ..Text::new(line.state.as_str(), role) }
        }
        // What people call it; its id is told beside.
        Cell::Write => {
            let target = line.title.as_deref().or(line.target.as_deref()).unwrap_or("(new)");
            Text::new(format!("{} {target}", line.verb), Role::Text)
        }
        Cell::Why => match (&line.why, line.due_at) {
            (Some(why), _) => Text::new(why.lines().next().unwrap_or_default(), Role::Dim),
            (None, Some(due)) if line.state == WriteState::Retrying => {
                Text::new(format!("next {}", canvas.age(due)), Role::Dim)
            }
            _ => Text::new("–", Role::Dim),
        },
        Cell::Connection => Text::new(&line.list.connection, fleet.badge(&line.list.connection)),
        Cell::Deadline => match line.deadline.filter(|_| line.state.is_open() && line.state != WriteState::Accepted) {
            Some(deadline) if deadline <= canvas.now() => Text::new("passed", Role::Warn),
            Some(deadline) => Text::new(canvas.age(deadline), Role::Text),
            None => Text::new("–", Role::Dim),
        },
        Cell::Age => Text::new(canvas.age(line.created_at), Role::Dim),
        Cell::Collection => Text::new(word(&line.list.collection).replace('-', " "), Role::Dim),
        Cell::Moved => Text::new(canvas.age(line.updated_at), Role::Dim),
        Cell::Id => Text::new(line.id.as_str(), Role::Dim),
    }
}

/// What is known of a write.
pub(in crate::tui::views) fn page(opened: &OpenedWrite, cells: u16, canvas: &Canvas) -> Page {
    let mut page = Page::new(cells);
    sheet::write(&mut page, opened, canvas.now());
    sheet::conflict(&mut page, opened);
    if !opened.diff.is_empty() {
        page.heading(if opened.write.state.is_open() { "WHAT IT WILL DO" } else { "WHAT WAS WANTED" });
        page.diff(&opened.diff);
    }
    page.heading("TURNS");
    for turn in &opened.turns {
        let by =
            turn.by.as_ref().filter(|by| !by.user.is_empty()).map_or(String::new(), |by| format!(", by {}", by.user));
        let (glyph, role) = look(turn.to);
        let at: String = moment(turn.at).chars().skip(5).take(11).collect();
        page.marked(&at, glyph, &format!("{}{by}", turn.to), role);
        if let Some(verdict) = &turn.verdict {
            let status = verdict.status.map_or(String::new(), |status| format!("HTTP {status}: "));
            page.foreign("", &format!("{status}{}", verdict.message));
        }
    }
    page
}
