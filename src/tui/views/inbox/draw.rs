//! Drawing the inbox: causes and their numbers, the items, and the pleasant sight of none.

use ratatui::layout::Rect;

use super::Inboxes;
use super::lines::Line;
use crate::inbox::{Item, More, Risk, Standing};
use crate::tui::actions::Act;
use crate::tui::canvas::Canvas;
use crate::tui::fleet::Fleet;
use crate::tui::looks::{DOCTOR, READING};
use crate::tui::text::{grouped, width};
use crate::tui::theme::Role;
use crate::tui::views::Scene;
use crate::tui::widgets::table::{self, Column, Mark, Text};

/// From this width on, what is known of an item stands beside the list.
const BESIDE: u16 = 108;
/// Widest pane: longer lines are hard to read.
const PANE_MOST: u16 = 60;
/// Lines of the pane below the list.
const BELOW: u16 = 7;

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Risk,
    Cause,
    Title,
    Why,
    Agent,
    Connection,
    Left,
    Waits,
}

const fn column(cell: Cell, title: &'static str, least: u16, most: u16, rank: u8) -> Column<Cell> {
    Column { cell, title, least, most, rank, right: false }
}

const COLUMNS: &[Column<Cell>] = &[
    column(Cell::Risk, "RISK", 9, 9, 1),
    column(Cell::Cause, "WHAT", 10, 12, 1),
    column(Cell::Title, "ITEM", 20, 60, 0),
    column(Cell::Why, "WHY", 34, 400, 7),
    column(Cell::Agent, "AGENT", 12, 18, 4),
    column(Cell::Connection, "FROM", 9, 10, 5),
    Column { cell: Cell::Left, title: "LEFT", least: 5, most: 5, rank: 2, right: true },
    Column { cell: Cell::Waits, title: "WAITS", least: 7, most: 7, rank: 3, right: true },
];

/// The sign of a risk: never colour alone.
pub(super) fn risk(risk: Risk) -> (&'static str, Role) {
    match risk {
        Risk::High => ("▲", Role::Bad),
        Risk::Medium => ("◆", Role::Warn),
        Risk::Low => ("·", Role::Dim),
    }
}

impl Inboxes {
    pub(super) fn draw_all(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        if scene.fleet.connections.is_empty() && self.inbox.items.is_empty() {
            return super::super::welcome::draw(area, canvas);
        }
        let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        self.head(Rect { height: 1, ..area }, canvas);
        if self.shown().is_empty() {
            self.list_area = Rect::default();
            return self.nothing(body, scene, canvas);
        }
        let (list, pane) = self.places(body);
        self.list_area = list;
        self.pane_shown = Some(pane.is_some_and(|pane| pane.x > list.right()));
        self.table(list, scene.fleet, canvas);
        let Some(pane) = pane else { return };
        match pane.x > list.right() {
            true => canvas.rule_down(list.right(), body.y, body.height, Role::Line),
            false => canvas.rule_across(Rect { height: 1, ..body }, list.bottom(), Role::Line),
        }
        self.pane(pane, scene, canvas);
    }

    /// Where the list is, and what is known of the selected item.
    fn places(&self, body: Rect) -> (Rect, Option<Rect>) {
        if self.no_pane || body.height < 12 {
            return (body, None);
        }
        if body.width >= BESIDE {
            // The list is what is walked through: it has more of the width.
            let wide = (body.width * 2 / 5).min(PANE_MOST);
            let list = Rect { width: body.width - wide - 1, ..body };
            return (list, Some(Rect { x: list.right() + 2, width: wide - 2, ..body }));
        }
        let list = Rect { height: body.height - BELOW - 1, ..body };
        let pane = Rect { x: body.x + 2, width: body.width.saturating_sub(3), y: list.bottom() + 1, height: BELOW };
        (list, Some(pane))
    }

    /// How many of which cause, with the chosen one marked, or the words that are filtered by; where one is on the right.
    fn head(&self, area: Rect, canvas: &mut Canvas) {
        let (left, right) = (area.x + 2, area.right().saturating_sub(1));
        let (words, role) = self.tally();
        let most = if matches!(role, Role::Dim | Role::Text) { right.saturating_sub(left) } else { area.width / 2 };
        let room = canvas.put_right(right, area.y, &words, most, role);
        if self.words.typing().is_none() && self.words.text().is_empty() {
            return self.chips(left, room, area.y, canvas);
        }
        let x = canvas.put(left, area.y, "/ ", 2, Role::Accent);
        let cells = room.saturating_sub(x + 2);
        match self.words.typing() {
            Some(input) => {
                input.draw(canvas, x, area.y, cells, "words that an item holds: its title, why, agent, connection")
            }
            None => drop(canvas.put(x, area.y, self.words.text(), cells, Role::Text)),
        }
    }

    /// Where one is, and what is not in sight.
    fn tally(&self) -> (String, Role) {
        let items = self.shown().iter().filter(|line| matches!(line, Line::Item(_))).count();
        let put_off = self.inbox.items.len() - self.inbox.waiting();
        let put_off = match (put_off, self.all) {
            (0, _) => String::new(),
            (_, true) => "all shown   ".to_owned(),
            (count, false) => format!("{} seen or snoozed   ", grouped(count as u64)),
        };
        let marked = match self.marks.len() {
            0 => String::new(),
            count => format!("* {} marked   ", grouped(count as u64)),
        };
        if let Some(why) = &self.failure {
            return (format!("! {why}"), Role::Bad);
        }
        if !self.words.text().is_empty() {
            let all = grouped(self.listed() as u64);
            return (format!("{marked}{} of {all} match", grouped(items as u64)), Role::Text);
        }
        if let Some(note) = self.inbox.notes.first() {
            return (format!("{marked}! {note}"), Role::Warn);
        }
        let at = match self.line() {
            _ if !self.loaded => return (READING.to_owned(), Role::Dim),
            None => return (String::new(), Role::Dim),
            Some(Line::Item(_)) => format!("{}/", self.cursor + 1),
            Some(Line::More(..)) => String::new(),
        };
        (format!("{marked}{put_off}{at}{}", grouped(items as u64)), Role::Dim)
    }

    /// How many of which cause.
    fn chips(&self, left: u16, room: u16, y: u16, canvas: &mut Canvas) {
        let causes = self.causes();
        // The chosen one is always in sight: begin as far left as it allows.
        let chosen = causes.iter().position(|(cause, _)| Some(*cause) == self.only).unwrap_or(0);
        let name = |(cause, count): &(crate::inbox::Cause, usize)| {
            let words = cause.about().words;
            if *count == 1 { words.0 } else { words.1 }
        };
        let wide = |of: &(crate::inbox::Cause, usize)| (grouped(of.1 as u64).len() + width(name(of)) + 4) as u16;
        let mut first = 0;
        while first < chosen && left + causes[first..=chosen].iter().map(wide).sum::<u16>() > room {
            first += 1;
        }
        let mut x = left;
        for (at, of) in causes.iter().enumerate().skip(first) {
            let left_out = causes.len() - at;
            let ahead = if left_out > 1 { 3 + left_out.to_string().len() as u16 } else { 0 };
            if x + wide(of) + ahead > room {
                canvas.put(x + 1, y, &format!("+{left_out}"), room.saturating_sub(x + 2), Role::Dim);
                return;
            }
            let open = self.only.is_some() && at == chosen;
            x = canvas.put(x, y, if open { "‹" } else { " " }, 1, Role::Accent);
            x = canvas.put(x, y, &grouped(of.1 as u64), 12, Role::Text) + 1;
            x = canvas.put(x, y, name(of), 24, if open { Role::Accent } else { Role::Dim });
            x = canvas.put(x, y, if open { "›" } else { " " }, 1, Role::Accent) + 1;
        }
    }

    fn table(&mut self, area: Rect, fleet: &Fleet, canvas: &mut Canvas) {
        let lines = usize::from(area.height.saturating_sub(1));
        let (count, beyond) = (self.shown().len(), self.beyond().count());
        // What is over the limit stands at the end. Until that is in sight a line of its own tells of it.
        let told = beyond > 0 && count > lines;
        self.page = lines.saturating_sub(usize::from(told)).max(1);
        let lowest = (self.cursor + 1).saturating_sub(self.page);
        self.top = self.top.clamp(lowest, self.cursor.max(lowest)).min(count.saturating_sub(self.page));
        let columns = table::place(COLUMNS, area.width);
        table::heads(canvas, area, &columns, |_| None);
        for (at, line) in self.shown().into_iter().enumerate().skip(self.top).take(self.page) {
            let place = Rect { y: area.y + 1 + (at - self.top) as u16, height: 1, ..area };
            let mark = if at == self.cursor { Mark::Cursor } else { Mark::None };
            match line {
                Line::Item(item) => {
                    table::row(canvas, place, &columns, mark, |canvas, cell| text(item, cell, fleet, canvas));
                    if self.marks.contains(&item.place) {
                        canvas.put(place.x + 1, place.y, "*", 1, Role::Accent);
                    }
                }
                Line::More(more, _) => one_more(more, place, mark, canvas),
            }
        }
        if told && self.top + self.page + beyond <= count && area.height > 1 {
            let words: Vec<String> = self.beyond().filter_map(|line| told_of(&line)).collect();
            let words = format!("and {}", words.join(", "));
            canvas.put(area.x + 2, area.bottom() - 1, &words, area.width.saturating_sub(3), Role::Dim);
        }
    }

    /// The screen without items: what is the case, and how much that is worth.
    fn nothing(&self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        if !self.loaded {
            // What is on its way for a few milliseconds must not flash a message.
            return;
        }
        let key = |act| scene.keys.hint_of(act).unwrap_or_else(|| "(no key)".to_owned());
        let put_off = self.inbox.items.len() - self.inbox.waiting();
        if self.failure.is_none() && (self.listed() > 0 || self.inbox.waiting() > 0) {
            let words = if self.listed() > 0 { "No item holds these words." } else { "Nothing of this cause waits." };
            let (y, back) = (area.y + area.height.saturating_sub(2) / 2, format!("{} shows all.", key(Act::Back)));
            canvas.put_centre(area, y, words, Role::Title);
            return canvas.put_centre(area, (y + 1).min(area.bottom() - 1), &back, Role::Dim);
        }
        let looked = match self.inbox.looked_at {
            Some(at) if canvas.age(at) == "now" => "The whole fleet was looked at just now.".to_owned(),
            Some(at) => format!("The whole fleet was last looked at {} ago.", canvas.age(at)),
            None => format!("Not every connection was looked at yet: {} syncs.", key(Act::Sync)),
        };
        let mut lines: Vec<(String, Role)> = match &self.failure {
            Some(why) => vec![
                ("The inbox could not be read.".into(), Role::Title),
                (why.clone(), Role::Bad),
                (DOCTOR.into(), Role::Dim),
            ],
            None => vec![
                ("✓ Nothing wants you.".into(), Role::Good),
                (looked, Role::Dim),
                ("What waits for an answer, fails, leaks or falls silent comes here.".into(), Role::Dim),
            ],
        };
        if put_off > 0 {
            let words = format!("{} seen or snoozed: {} shows them.", grouped(put_off as u64), key(Act::ShowSnoozed));
            lines.push((words, Role::Dim));
        }
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

fn told_of(line: &Line<'_>) -> Option<String> {
    match line {
        Line::More(more, _) => Some(more.told(grouped)),
        Line::Item(_) => None,
    }
}

/// The line that tells of what is over the limit.
fn one_more(more: &More, area: Rect, mark: Mark, canvas: &mut Canvas) {
    let chosen = mark != Mark::None;
    if chosen {
        canvas.tint(area, Role::Selected);
        canvas.put(area.x, area.y, "▌", 1, Role::LineFocus);
    }
    let words = format!("… and {}", more.told(grouped));
    canvas.put(area.x + 2, area.y, &words, area.width.saturating_sub(3), if chosen { Role::Text } else { Role::Dim });
    if chosen {
        canvas.settle(area, Role::Selected);
    }
}

fn text(item: &Item, cell: Cell, fleet: &Fleet, canvas: &Canvas) -> Text {
    let quiet = |role: Role| if item.waits() { role } else { Role::Quiet };
    match cell {
        // How what was put off stands is told where every width shows it.
        Cell::Risk => match item.standing {
            Standing::Waiting => {
                let (glyph, role) = risk(item.risk());
                Text { glyph, ..Text::new(item.risk().as_str(), role) }
            }
            Standing::Snoozed(_) => Text { glyph: "z", ..Text::new("snoozed", Role::Quiet) },
            Standing::Acknowledged(_) => Text { glyph: "✓", ..Text::new("seen", Role::Quiet) },
        },
        Cell::Cause => Text::new(item.cause().as_str(), quiet(Role::Text)),
        Cell::Title => Text::new(item.called(), quiet(Role::Text)),
        Cell::Why => Text::new(item.why(), quiet(Role::Dim)),
        Cell::Agent => match item.agent.as_ref().map(|agent| &agent.title).or(item.agent_name.as_ref()) {
            Some(agent) => Text::new(agent, quiet(Role::Text)),
            None => Text::new("–", Role::Dim),
        },
        Cell::Connection => Text::new(&item.place.connection, fleet.badge(&item.place.connection)),
        Cell::Left => match item.deadline() {
            Some(at) if at > canvas.now() => {
                Text::new(canvas.age(at).trim_start_matches("in ").to_owned(), quiet(Role::Warn))
            }
            Some(_) => Text::new("passed", Role::Warn),
            None => Text::new("–", Role::Dim),
        },
        Cell::Waits => match (item.standing, item.since()) {
            (Standing::Snoozed(until), _) => Text::new(canvas.age(until), Role::Quiet),
            (Standing::Acknowledged(at), _) => Text::new(canvas.age(at), Role::Quiet),
            (Standing::Waiting, Some(at)) => {
                let (words, role) = canvas.happened(at);
                Text::new(words, role)
            }
            (Standing::Waiting, None) => Text::new("–", Role::Dim),
        },
    }
}
