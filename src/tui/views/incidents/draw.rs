//! Drawing incidents: the list, and what belongs to the selected one.

use jiff::Timestamp;
use quarterdeck_sync::text::Clean;
use ratatui::layout::Rect;

use super::Incidents;
use super::rows::{NOTE_AT, Of, PINNED, Row, Rows};
use crate::incident::{Case, Line, Moment, Pinned, Thing, What, state};
use crate::tui::actions::Act;
use crate::tui::canvas::Canvas;
use crate::tui::fleet::Fleet;
use crate::tui::looks;
use crate::tui::text::{fit, moment, width, word, wrap};
use crate::tui::theme::Role;
use crate::tui::views::Scene;
use crate::tui::widgets::table::{self, Column, Mark, Text};

/// From this width on the incident stands beside the list.
const BESIDE: u16 = 108;
/// Widest list: the incident needs the room.
const LIST_MOST: u16 = 58;
/// Cells of a pin's word and status.
const WORD: u16 = 9;
const STATUS: u16 = 14;

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    State,
    Title,
    Pins,
    Notes,
    Age,
}

const COLUMNS: &[Column<Cell>] = &[
    Column { cell: Cell::State, title: "STATE", least: 8, most: 8, rank: 2, right: false },
    Column { cell: Cell::Title, title: "INCIDENT", least: 20, most: 400, rank: 0, right: false },
    Column { cell: Cell::Pins, title: "PINS", least: 4, most: 4, rank: 3, right: true },
    Column { cell: Cell::Notes, title: "NOTES", least: 5, most: 5, rank: 5, right: true },
    Column { cell: Cell::Age, title: "AGE", least: 4, most: 4, rank: 1, right: true },
];

impl Incidents {
    pub(super) fn draw_all(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        self.head(Rect { height: 1, ..area }, canvas);
        (self.list_area, self.case_area) = (Rect::default(), Rect::default());
        if self.shown().is_empty() {
            self.nothing(body, scene, canvas);
            return self.typed.draw_suggestions(area, canvas);
        }
        let (list, pane) = self.places(body);
        (self.list_area, self.case_area) = (list, pane);
        self.table(list, canvas);
        match pane.x > list.right() {
            true => canvas.rule_down(list.right(), body.y, body.height, self.line_role()),
            false if list.height > 0 => canvas.rule_across(Rect { height: 1, ..body }, list.bottom(), self.line_role()),
            false => {}
        }
        self.pane(pane, scene.fleet, canvas);
        self.typed.draw_suggestions(area, canvas);
    }

    /// The line between list and incident says where the keys go, beside the cursor.
    fn line_role(&self) -> Role {
        if self.inside { Role::LineFocus } else { Role::Line }
    }

    fn places(&self, body: Rect) -> (Rect, Rect) {
        if body.width >= BESIDE {
            let list = Rect { width: (body.width * 2 / 5).min(LIST_MOST), ..body };
            let x = list.right() + 2;
            return (list, Rect { x, width: body.right().saturating_sub(x + 1), ..body });
        }
        if body.height < 12 && self.inside {
            return (Rect { height: 0, ..body }, Rect { x: body.x + 2, width: body.width.saturating_sub(3), ..body });
        }
        let wanted = self.shown().len() as u16 + 1;
        let most = if self.inside { body.height / 4 } else { body.height / 3 };
        let list = Rect { height: wanted.min(most).max(3).min(body.height), ..body };
        let y = (list.bottom() + 1).min(body.bottom());
        (list, Rect { x: body.x + 2, width: body.width.saturating_sub(3), y, height: body.bottom() - y })
    }

    /// How many are open and closed; what is wrong, or how far one is, on the right.
    fn head(&self, area: Rect, canvas: &mut Canvas) {
        let (left, right) = (area.x + 2, area.right().saturating_sub(1));
        let words = match &self.failure {
            Some(why) => format!("! {why}"),
            None if !self.loaded || self.shown().is_empty() => String::new(),
            None => format!("{}/{}", self.cursor + 1, self.shown().len()),
        };
        let role = if self.failure.is_some() { Role::Bad } else { Role::Dim };
        let room = canvas.put_right(right, area.y, &words, right.saturating_sub(left), role);
        let line = Rect { x: left, width: room.saturating_sub(left + 2), ..area };
        if self.typed.draw(line, self.sieve.text(), "words, is:open, title:x, -not, after:2d", canvas) {
            return;
        }
        if !self.loaded || self.lines.is_empty() {
            return;
        }
        let open = self.lines.iter().filter(|line| line.incident.closed_at.is_none()).count();
        let mut x = left;
        for (count, glyph, word, role) in
            [(open, "●", "open", Role::Warn), (self.lines.len() - open, "○", "closed", Role::Quiet)]
        {
            if x + 20 > room {
                return;
            }
            x = canvas.put(x, area.y, glyph, 1, role) + 1;
            x = canvas.put(x, area.y, &count.to_string(), 8, Role::Text) + 1;
            x = canvas.put(x, area.y, word, 8, Role::Dim) + 3;
        }
    }

    fn table(&mut self, area: Rect, canvas: &mut Canvas) {
        if area.height == 0 {
            return;
        }
        self.page = usize::from(area.height.saturating_sub(1)).max(1);
        let lowest = (self.cursor + 1).saturating_sub(self.page);
        self.top = self.top.clamp(lowest, self.cursor).min(self.shown().len().saturating_sub(self.page));
        let columns = table::place(COLUMNS, area.width);
        table::heads(canvas, area, &columns, |_| None);
        let cursor = if self.inside { Mark::CursorIdle } else { Mark::Cursor };
        for (at, line) in self.shown().into_iter().enumerate().skip(self.top).take(self.page) {
            let place = Rect { y: area.y + 1 + (at - self.top) as u16, height: 1, ..area };
            let mark = if at == self.cursor { cursor } else { Mark::None };
            table::row(canvas, place, &columns, mark, |canvas, cell| text(line, cell, canvas));
        }
    }

    fn pane(&mut self, area: Rect, fleet: &Fleet, canvas: &mut Canvas) {
        if area.height == 0 || area.width == 0 || self.rest.running() {
            return;
        }
        let id = self.selected().map(|line| line.incident.id.clone());
        let Some(case) = self.case.as_deref().filter(|case| Some(&case.incident.id) == id.as_ref()) else {
            if let Some(why) = &self.case_failure {
                canvas.put(area.x, area.y, &format!("! {why}"), area.width, Role::Bad);
            }
            return;
        };
        let used = about(case, area, canvas);
        let body = Rect { y: area.y + used, height: area.height.saturating_sub(used), ..area };
        self.case_area = body;
        self.rows.make(case, body.width);
        let top = self.rows.scroll(usize::from(body.height));
        let selected = self.rows.row();
        for y in 0..body.height {
            let at = top + usize::from(y);
            let line = Rect { y: body.y + y, height: 1, ..body };
            let marked = if selected == Some(at) { Some(self.inside) } else { None };
            self.rows.draw(at, case, line, marked, fleet, canvas);
        }
        let below = self.rows.len().saturating_sub(top + usize::from(body.height));
        if below > 0 && body.height > 0 {
            canvas.put_right(body.right(), body.bottom() - 1, &format!(" {below} more lines "), body.width, Role::Dim);
        }
    }

    fn nothing(&self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        let key = |act| scene.keys.hint_of(act).unwrap_or_else(|| "(no key)".to_owned());
        let lines: Vec<(String, Role)> = match &self.failure {
            Some(why) => vec![
                ("The incidents could not be read.".into(), Role::Title),
                (why.clone(), Role::Bad),
                (looks::DOCTOR.into(), Role::Dim),
            ],
            None if !self.loaded => vec![("reading …".into(), Role::Dim)],
            None if !self.sieve.is_empty() => vec![
                (self.sieve.note.clone().unwrap_or_else(|| "No incidents match.".into()), Role::Title),
                (format!("{} clears the filter", key(Act::Back)), Role::Dim),
            ],
            None if !self.lines.is_empty() => vec![
                ("✓ No incident is open.".into(), Role::Good),
                (format!("{} shows closed ones", key(Act::ShowClosed)), Role::Dim),
            ],
            None => vec![
                ("✓ Nothing has happened.".into(), Role::Good),
                (
                    format!("When something does: {} opens an incident, from any view.", key(Act::OpenIncident)),
                    Role::Text,
                ),
                (format!("{} pins what is selected to it: records, entries, writes, hits.", key(Act::Pin)), Role::Dim),
            ],
        };
        let top = area.y + area.height.saturating_sub(lines.len() as u16 + 1) / 2;
        for (at, (words, role)) in lines.iter().enumerate() {
            // The first line stands apart.
            let y = top + at as u16 + u16::from(at > 0);
            if y < area.bottom() {
                canvas.put_centre(area, y, &fit(words, usize::from(area.width)), *role);
            }
        }
    }
}

/// What the incident is, above its rows; how many lines that took.
fn about(case: &Case, area: Rect, canvas: &mut Canvas) -> u16 {
    let incident = &case.incident;
    // In one paragraph, whatever it holds: no line break in it may begin a line of ours.
    let title = Clean::line(&incident.title);
    let titles = wrap(title.as_str(), usize::from(area.width), 2);
    let mut y = area.y;
    for line in titles.iter().take(usize::from(area.height)) {
        canvas.put(area.x, y, line, area.width, Role::Title);
        y += 1;
    }
    if y < area.bottom() {
        let (glyph, role) = look(case.incident.closed_at.is_some());
        let mut x = canvas.put(area.x, y, glyph, 1, role) + 1;
        x = canvas.put(x, y, state(incident), 8, role) + 2;
        let closed = incident.closed_at.map_or(String::new(), |at| format!(", closed {}", moment(at)));
        let words = format!("opened {}{closed}", moment(incident.opened_at));
        canvas.put(x, y, &words, area.right().saturating_sub(x), Role::Dim);
        y += 1;
    }
    // A blank line, where there is room.
    (y - area.y + u16::from(area.height > 8)).min(area.height)
}

fn look(closed: bool) -> (&'static str, Role) {
    if closed { ("○", Role::Quiet) } else { ("●", Role::Warn) }
}

fn text(line: &Line, cell: Cell, canvas: &Canvas) -> Text {
    let incident = &line.incident;
    match cell {
        Cell::State => {
            let (glyph, role) = look(incident.closed_at.is_some());
            Text { glyph, ..Text::new(state(incident), role) }
        }
        Cell::Title => Text::new(&incident.title, Role::Text),
        Cell::Pins => Text::new(line.pins.to_string(), Role::Text),
        Cell::Notes => Text::new(line.notes.to_string(), Role::Dim),
        Cell::Age => Text::new(canvas.age(incident.opened_at), Role::Dim),
    }
}

/// Month, day and time of day: `11-22 08:12:31`.
fn short(at: Timestamp) -> String {
    moment(at).chars().skip(5).take(14).collect()
}

impl Rows {
    /// Draws one row; `marked` when the cursor is on it, and whether the keys go there.
    fn draw(&self, at: usize, case: &Case, area: Rect, marked: Option<bool>, fleet: &Fleet, canvas: &mut Canvas) {
        let ground = marked.map(|here| if here { Role::Selected } else { Role::SelectedIdle });
        if let (Some(ground), Some(true)) = (ground, marked) {
            canvas.tint(area, ground);
        }
        let body = Rect { x: area.x + 2, width: area.width.saturating_sub(2), ..area };
        match self.get(at) {
            None | Some(Row::Blank) => {}
            Some(Row::Heading(words, count)) => {
                let x = canvas.put(area.x, area.y, words, area.width, Role::Field) + 1;
                let x = canvas.put(x, area.y, &count.to_string(), 8, Role::Dim) + 1;
                let rest = Rect { x, width: area.right().saturating_sub(x), ..area };
                canvas.rule_across(rest, area.y, Role::Line);
                if *words != PINNED && rest.width > 8 {
                    canvas.put_right(area.right(), area.y, " UTC", 4, Role::Dim);
                }
            }
            Some(Row::Words(words)) => drop(canvas.put(body.x, body.y, words, body.width, Role::Dim)),
            Some(Row::More(_, words)) => {
                let x = area.x + NOTE_AT;
                canvas.put(x, area.y, words, area.right().saturating_sub(x), Role::Text);
            }
            Some(Row::Of(Of::Pin(at))) => case.pinned.get(*at).into_iter().for_each(|it| pin(it, body, fleet, canvas)),
            Some(Row::Of(Of::Moment(at))) => {
                case.timeline.get(*at).into_iter().for_each(|it| happened(it, body, canvas))
            }
            Some(Row::Of(Of::Note(at))) => {
                let made: String = case.notes.get(*at).map(|note| short(note.made_at)).unwrap_or_default();
                canvas.put(body.x, body.y, made.get(..11).unwrap_or(&made), NOTE_AT - 4, Role::Dim);
                let x = area.x + NOTE_AT;
                let words = self.first.get(*at).map_or("", String::as_str);
                canvas.put(x, area.y, words, area.right().saturating_sub(x), Role::Text);
            }
        }
        if let (Some(ground), Some(true)) = (ground, marked) {
            canvas.settle(area, ground);
            canvas.put(area.x, area.y, "▌", 1, Role::LineFocus);
        }
    }
}

/// A pin: what it is, how it stands, what it is called, where it is from.
fn pin(pinned: &Pinned, area: Rect, fleet: &Fleet, canvas: &mut Canvas) {
    canvas.put(area.x, area.y, pinned.word(), WORD - 1, Role::Dim);
    let gone = pinned.row().is_some_and(|row| row.gone_at.is_some());
    let (glyph, words, role) = match (&pinned.thing, pinned.status()) {
        (Thing::Missing, _) => ("?", "not here".to_owned(), Role::Warn),
        _ if gone => ("†", "gone".to_owned(), Role::Warn),
        (Thing::Write(write), _) => {
            let (glyph, role) = looks::look(write.state);
            (glyph, write.state.to_string(), role)
        }
        (_, Some(status)) if pinned.place().entry.is_none() => {
            let (glyph, role) = looks::status(status);
            (glyph, word(status), role)
        }
        _ => ("", String::new(), Role::Dim),
    };
    let x = area.x + WORD;
    canvas.put(x, area.y, glyph, 1, role);
    canvas.put(x + 2, area.y, &words, STATUS - 3, role);
    let connection = &pinned.place().connection;
    let right = area.right();
    let end = match area.width > 60 {
        true => canvas.put_right(right, area.y, connection, 14, fleet.badge(connection)).saturating_sub(2),
        false => right,
    };
    let x = x + STATUS;
    let number = pinned.place().entry.map_or(String::new(), |entry| format!("#{entry} "));
    let x = canvas.put(x, area.y, &number, 10, Role::Accent);
    // One line: a title may hold several.
    let title = pinned.title();
    canvas.put(x, area.y, title.lines().next().unwrap_or_default(), end.saturating_sub(x), Role::Text);
}

/// A moment: when, what sort, what happened.
fn happened(moment: &Moment, area: Rect, canvas: &mut Canvas) {
    let at = moment.at.map_or_else(|| "not told".to_owned(), short);
    let mut x = canvas.put(area.x, area.y, &at, 14, Role::Dim);
    x = x.max(area.x + 14) + 2;
    let role = match moment.what {
        What::Write | What::Opened | What::Closed => Role::Accent,
        What::Gone => Role::Warn,
        What::Note => Role::Title,
        What::Pinned => Role::Quiet,
        _ => Role::Field,
    };
    canvas.put(x, area.y, moment.what.as_str(), 8, role);
    x += 9;
    let room = |x: u16| area.right().saturating_sub(x);
    if !moment.words.is_empty() {
        x = canvas.put(x, area.y, &moment.words, room(x), Role::Text);
    }
    let text = moment.text.lines().next().unwrap_or_default();
    if !text.is_empty() && x + 4 < area.right() {
        let gap = if moment.words.is_empty() { 0 } else { 2 };
        let role = if moment.what == What::Note { Role::Text } else { Role::Dim };
        let cells = width(text).min(usize::from(u16::MAX)) as u16;
        canvas.put(x + gap, area.y, text, room(x + gap).min(cells.max(1)), role);
    }
}
