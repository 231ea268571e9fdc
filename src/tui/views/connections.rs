//! The connections: how fresh each list is, what the server and the mirror count, the budget, and every open problem.

use quarterdeck_sync::model::{Freshness, Offered, Problem};
use ratatui::layout::Rect;

use super::{Cx, Goal, Scene, View};
use crate::tui::actions::{Act, Facts, Scope};
use crate::tui::canvas::Canvas;
use crate::tui::data::Answered;
use crate::tui::fleet::{Connection, Fleet};
use crate::tui::text::{grouped, width, wrap};
use crate::tui::theme::Role;

/// The view.
#[derive(Debug, Default)]
pub(super) struct Connections {
    top: usize,
    page: usize,
    lines: usize,
}

/// Cells of a line, until the first frame tells.
const WIDE: usize = 112;

/// A line of the screen.
enum Line<'a> {
    Blank,
    Connection(&'a Connection),
    Note(String, Role),
    Heads,
    List(&'a Freshness),
    Problem(&'a Problem, String, bool),
}

/// Where the columns of a list begin, and how wide they are.
struct Columns {
    name: u16,
    state: u16,
    numbers: u16,
    right: u16,
}

impl Columns {
    fn of(area: Rect) -> Self {
        let name = area.x + 4;
        let state = name + 24.min(area.width / 4);
        let numbers = (state + 28).min(area.right().saturating_sub(44));
        Self { name, state, numbers, right: (numbers + 46).min(area.right().saturating_sub(1)) }
    }
}

impl View for Connections {
    /// All it shows is the frame's: freshness and problems are asked for there.
    fn enter(&mut self, _cx: &mut Cx) {}

    fn seek(&mut self, goal: &Goal, cx: &mut Cx) {
        let Goal::Connection(name) = goal else { return };
        let head = |line: &Line| matches!(line, Line::Connection(one) if one.info.name == *name);
        // How wide the screen is counts for long messages alone: the frame settles what was counted too far.
        let at = lines(cx.fleet, WIDE).iter().position(head);
        self.top = at.unwrap_or(0);
    }

    fn answer(&mut self, _answered: Answered, _cx: &mut Cx) {}

    fn act(&mut self, act: Act, count: Option<u32>, _cx: &mut Cx) -> bool {
        let times = count.unwrap_or(1) as usize;
        let page = self.page.max(1);
        self.top = match act {
            Act::Down => self.top.saturating_add(times),
            Act::Up => self.top.saturating_sub(times),
            Act::PageDown => self.top.saturating_add(page * times),
            Act::PageUp => self.top.saturating_sub(page * times),
            Act::HalfDown => self.top.saturating_add(page / 2 * times),
            Act::HalfUp => self.top.saturating_sub(page / 2 * times),
            Act::First => 0,
            Act::Last => usize::MAX,
            _ => return false,
        }
        .min(self.lines.saturating_sub(page));
        true
    }

    fn scope(&self) -> Scope {
        Scope::Move
    }

    fn facts(&self, _facts: &mut Facts) {}

    fn draw(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        if scene.fleet.connections.is_empty() {
            return super::welcome::draw(area, canvas);
        }
        let columns = Columns::of(area);
        let lines = lines(scene.fleet, usize::from(area.width.saturating_sub(8)));
        (self.lines, self.page) = (lines.len(), usize::from(area.height));
        self.top = self.top.min(self.lines.saturating_sub(self.page));
        for (at, line) in lines.iter().skip(self.top).take(self.page).enumerate() {
            let line_area = Rect { y: area.y + at as u16, height: 1, ..area };
            draw_line(line, line_area, &columns, scene.fleet, canvas);
        }
    }
}

fn lines(fleet: &Fleet, cells: usize) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    for connection in &fleet.connections {
        lines.push(Line::Connection(connection));
        let error = connection.ended.as_ref().and_then(|ended| ended.error.as_ref()).map(|(_, message)| message);
        if let Some(message) = error {
            for words in wrap(message, cells, 3) {
                lines.push(Line::Note(words, Role::Bad));
            }
        }
        let all = || fleet.lists.iter().filter(|list| list.list.connection == connection.info.name);
        let (offered, missing): (Vec<_>, Vec<_>) = all().partition(|list| !matches!(list.offered, Offered::No { .. }));
        if !offered.is_empty() {
            lines.push(Line::Heads);
        }
        for list in offered {
            lines.push(Line::List(list));
            // What stopped the whole connection has been said above.
            let here = |problem: &&Problem| problem.list == list.list && Some(&problem.message) != error;
            for problem in fleet.problems.iter().filter(here) {
                let about = problem.id.as_ref().map_or(String::new(), |id| format!("{id}: "));
                for (at, words) in
                    wrap(&format!("{about}{}", problem.message), cells.saturating_sub(18), 3).into_iter().enumerate()
                {
                    lines.push(Line::Problem(problem, words, at == 0));
                }
            }
        }
        if !missing.is_empty() {
            let names: Vec<&str> = missing.iter().map(|list| list.list.collection.as_str()).collect();
            for words in wrap(&format!("not offered: {}", names.join(", ")), cells, 3) {
                lines.push(Line::Note(words, Role::Dim));
            }
        }
        lines.push(Line::Blank);
    }
    lines
}

fn draw_line(line: &Line, area: Rect, columns: &Columns, fleet: &Fleet, canvas: &mut Canvas) {
    match line {
        Line::Blank => {}
        Line::Note(words, role) => {
            canvas.put(columns.name, area.y, words, area.right().saturating_sub(columns.name), *role);
        }
        Line::Connection(connection) => head(connection, area, fleet, canvas),
        Line::Heads => {
            canvas.put(columns.name, area.y, "LIST", 20, Role::Dim);
            canvas.put(columns.state, area.y, "STATE", 20, Role::Dim);
            for (at, title) in ["SERVER", "MIRROR", "GONE", "CHECKED"].into_iter().enumerate() {
                canvas.put_right(number(columns, at), area.y, title, 10, Role::Dim);
            }
        }
        Line::List(list) => draw_list(list, area, columns, canvas),
        Line::Problem(problem, words, first) => {
            let since = if *first { canvas.age(problem.since) } else { String::new() };
            let x = columns.name + 2;
            canvas.put(x, area.y, if *first { "!" } else { " " }, 1, Role::Warn);
            let end = canvas.put(x + 2, area.y, words, area.right().saturating_sub(x + 2), Role::Text);
            if !since.is_empty() {
                canvas.put(end + 2, area.y, &format!("since {since}"), area.right().saturating_sub(end + 2), Role::Dim);
            }
        }
    }
}

/// Right edge of a number's column.
fn number(columns: &Columns, at: usize) -> u16 {
    (columns.numbers + 11 * (at as u16 + 1)).min(columns.right)
}

fn head(connection: &Connection, area: Rect, fleet: &Fleet, canvas: &mut Canvas) {
    let info = &connection.info;
    let verdict = fleet.verdict(connection, canvas.now());
    let mut x = area.x + 2;
    x = canvas.put(x, area.y, verdict.glyph, 1, verdict.role) + 1;
    let badge = canvas.style(fleet.badge(&info.name)).add_modifier(ratatui::style::Modifier::BOLD);
    x = canvas.put_styled(x, area.y, &info.name, 24, badge) + 2;
    if let Some(since) = verdict.since {
        canvas.age(since);
    }
    x = canvas.put(x, area.y, &verdict.words, 40, verdict.role) + 2;
    let place = format!("{} · {}", info.platform, info.url);
    x = canvas.put(x, area.y, &place, area.right().saturating_sub(x + 1), Role::Dim) + 2;
    let budget = &connection.budget;
    if let Some((limit, left)) = budget.limit.zip(budget.remaining) {
        let words = format!("budget {left}/{limit}");
        if x + (width(&words) as u16) < area.right() {
            canvas.put_right(area.right() - 1, area.y, &words, 24, Role::Dim);
        }
    }
}

fn draw_list(list: &Freshness, area: Rect, columns: &Columns, canvas: &mut Canvas) {
    let (glyph, words, role) = state(list);
    canvas.put(columns.name, area.y, &list.list.collection, columns.state - columns.name - 1, Role::Text);
    let x = canvas.put(columns.state, area.y, glyph, 1, role) + 1;
    canvas.put(x, area.y, &words, columns.numbers.saturating_sub(x), role);
    let server = list.server_count.map_or("–".to_owned(), grouped);
    canvas.put_right(number(columns, 0), area.y, &server, 10, Role::Text);
    let agree = list.server_count.is_none_or(|count| count == list.mirror_count);
    let role = if agree { Role::Text } else { Role::Warn };
    canvas.put_right(number(columns, 1), area.y, &grouped(list.mirror_count), 10, role);
    let gone = if list.gone_count == 0 { "–".to_owned() } else { grouped(list.gone_count) };
    canvas.put_right(number(columns, 2), area.y, &gone, 10, Role::Dim);
    let checked = list.checked_at.map_or("never".to_owned(), |at| canvas.age(at));
    canvas.put_right(number(columns, 3), area.y, &checked, 10, Role::Dim);
}

/// What is the case with a list, in a few words.
fn state(list: &Freshness) -> (&'static str, String, Role) {
    if list.up_to_date() {
        ("✓", "up to date".to_owned(), Role::Good)
    } else if list.problems > 0 {
        let noun = if list.problems == 1 { "problem" } else { "problems" };
        ("!", format!("{} {noun}", grouped(list.problems)), Role::Warn)
    } else if list.walking {
        ("~", "walk unfinished".to_owned(), Role::Warn)
    } else if list.checked_at.is_none() {
        ("○", "never synced".to_owned(), Role::Warn)
    } else {
        ("~", "counts differ".to_owned(), Role::Warn)
    }
}
