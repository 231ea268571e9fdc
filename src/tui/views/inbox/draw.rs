//! Drawing the inbox: causes and their numbers, the items, and the pleasant sight of none.

use ratatui::layout::Rect;

use super::Inboxes;
use crate::inbox::{Item, Risk, Standing};
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

    /// How many of which cause, with the chosen one marked; where one is on the right.
    fn head(&self, area: Rect, canvas: &mut Canvas) {
        let (left, right) = (area.x + 2, area.right().saturating_sub(1));
        let shown = self.shown().len();
        let put_off = self.inbox.items.len() - self.inbox.waiting();
        let put_off = match (put_off, self.all) {
            (0, _) => String::new(),
            (_, true) => "all shown   ".to_owned(),
            (count, false) => format!("{} seen or snoozed   ", grouped(count as u64)),
        };
        let (words, role) = match (&self.failure, self.inbox.notes.first()) {
            (Some(why), _) => (format!("! {why}"), Role::Bad),
            (None, Some(note)) => (format!("! {note}"), Role::Warn),
            (None, None) if !self.loaded => (READING.to_owned(), Role::Dim),
            (None, None) if shown == 0 => (String::new(), Role::Dim),
            (None, None) => (format!("{put_off}{}/{}", self.cursor + 1, grouped(shown as u64)), Role::Dim),
        };
        let most = if role == Role::Dim { right.saturating_sub(left) } else { area.width / 2 };
        let room = canvas.put_right(right, area.y, &words, most, role);
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
                canvas.put(x + 1, area.y, &format!("+{left_out}"), room.saturating_sub(x + 2), Role::Dim);
                return;
            }
            let open = self.only.is_some() && at == chosen;
            x = canvas.put(x, area.y, if open { "‹" } else { " " }, 1, Role::Accent);
            x = canvas.put(x, area.y, &grouped(of.1 as u64), 12, Role::Text) + 1;
            x = canvas.put(x, area.y, name(of), 24, if open { Role::Accent } else { Role::Dim });
            x = canvas.put(x, area.y, if open { "›" } else { " " }, 1, Role::Accent) + 1;
        }
    }

    fn table(&mut self, area: Rect, fleet: &Fleet, canvas: &mut Canvas) {
        // What is over a limit is told on a line of its own.
        let more = self.more();
        let lines = usize::from(area.height.saturating_sub(1)).saturating_sub(usize::from(!more.is_empty()));
        self.page = lines.max(1);
        let count = self.shown().len();
        let lowest = (self.cursor + 1).saturating_sub(self.page);
        self.top = self.top.clamp(lowest, self.cursor.max(lowest)).min(count.saturating_sub(self.page));
        let columns = table::place(COLUMNS, area.width);
        table::heads(canvas, area, &columns, |_| None);
        for (at, item) in self.shown().into_iter().enumerate().skip(self.top).take(self.page) {
            let place = Rect { y: area.y + 1 + (at - self.top) as u16, height: 1, ..area };
            let mark = if at == self.cursor { Mark::Cursor } else { Mark::None };
            table::row(canvas, place, &columns, mark, |canvas, cell| text(item, cell, fleet, canvas));
        }
        if !more.is_empty() && area.height > 1 {
            canvas.put(area.x + 2, area.bottom() - 1, &more, area.width.saturating_sub(3), Role::Dim);
        }
    }

    /// What there is beyond the items, in one line.
    fn more(&self) -> String {
        let more = self.inbox.more.iter().filter(|(cause, ..)| self.only.is_none_or(|only| only == *cause));
        let words: Vec<String> = more
            .map(|(cause, count, least)| match (count, least) {
                (0, _) => format!("more {}", cause.about().words.1),
                (count, true) => format!("at least {} more {}", grouped(*count), cause.about().words.1),
                (count, false) => format!("{} more {}", grouped(*count), cause.about().words.1),
            })
            .collect();
        if words.is_empty() { String::new() } else { format!("and {}", words.join(", ")) }
    }

    /// The screen without items: what is the case, and how much that is worth.
    fn nothing(&self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        if !self.loaded {
            // What is on its way for a few milliseconds must not flash a message.
            return;
        }
        let key = |act| scene.keys.hint_of(act).unwrap_or_else(|| "(no key)".to_owned());
        let put_off = self.inbox.items.len() - self.inbox.waiting();
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
        Cell::Title => Text::new(&item.title, quiet(Role::Text)),
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
