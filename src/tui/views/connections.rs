//! The connections: how fresh each list is, what the server and the mirror count, the budget, and every open problem.

use quarterdeck_sync::model::{ContentTotals, Freshness, Kind, Offered, Problem, Timestamp};
use ratatui::layout::Rect;

use super::{Cx, Goal, Scene, View, Wish};
use crate::amounts::{differing, size};
use crate::tui::actions::{Act, Facts, Scope};
use crate::tui::canvas::Canvas;
use crate::tui::data::{Answer, Answered, Lane, Question, Ticket};
use crate::tui::fleet::{Connection, Fleet, OLD, Trial};
use crate::tui::links::view_of;
use crate::tui::text::{grouped, moment, wrap};
use crate::tui::theme::Role;

/// The view.
#[derive(Debug, Default)]
pub(super) struct Connections {
    top: usize,
    page: usize,
    lines: usize,
    /// What can be chosen, in the order of the screen, each with its line; as last drawn.
    stops: Vec<(usize, Pick)>,
    /// The one that is chosen.
    pick: Option<Pick>,
    contents: Vec<ContentTotals>,
    ticket: Option<Ticket>,
    area: Rect,
}

/// A connection, or a list of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pick {
    connection: String,
    list: Option<(String, Kind)>,
}

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

impl Connections {
    /// The place of what is chosen; the first, when that is not there any more.
    fn at(&self) -> usize {
        self.stops.iter().position(|(_, stop)| Some(stop) == self.pick.as_ref()).unwrap_or(0)
    }

    fn point(&mut self, at: usize) {
        self.pick = self.stops.get(at).map(|(_, pick)| pick.clone());
    }

    /// Opens the chosen list, or says why not.
    fn open(&self, cx: &mut Cx) {
        let Some(Pick { connection, list }) = &self.pick else { return };
        let Some((collection, kind)) = list else {
            return cx.say("Choose one of its lists to open it");
        };
        let filter = format!("connection:{} collection:{}", quoted(connection), quoted(collection));
        cx.wishes.push(Wish::List { view: view_of(*kind), filter, select: None });
    }

    /// Keeps what is chosen in sight, and as much around it as there is at the ends.
    fn settle(&mut self) {
        if self.pick.is_none() || !self.stops.iter().any(|(_, stop)| Some(stop) == self.pick.as_ref()) {
            self.point(0);
        }
        let at = self.at();
        let line = self.stops.get(at).map_or(0, |(line, _)| *line);
        let most = self.lines.saturating_sub(self.page);
        self.top = match at {
            0 => 0,
            at if at + 1 == self.stops.len() => most.min(line),
            _ => self.top.clamp((line + 3).saturating_sub(self.page), line.saturating_sub(1)).min(most),
        };
    }
}

/// A name as it is written in a filter.
fn quoted(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace(['"', '\\'], "")) }
}

impl View for Connections {
    /// Freshness and problems are the frame's, and asked for there.
    fn enter(&mut self, cx: &mut Cx) {
        self.ticket = Some(cx.ask(0, Lane::Later, Question::Contents));
    }

    fn answer(&mut self, answered: Answered, _cx: &mut Cx) {
        let mine = self.ticket.take_if(|ticket| *ticket == answered.ticket).is_some();
        if let (true, Answer::Contents(contents)) = (mine, answered.answer) {
            self.contents = contents;
        }
    }

    fn seek(&mut self, goal: &Goal, _cx: &mut Cx) {
        if let Goal::Connection(name) = goal {
            self.pick = Some(Pick { connection: name.clone(), list: None });
        }
    }

    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        let times = count.unwrap_or(1) as usize;
        let (at, page) = (self.at(), self.page.max(1));
        let to = match act {
            Act::Down => at.saturating_add(times),
            Act::Up => at.saturating_sub(times),
            Act::PageDown => at.saturating_add(page.saturating_mul(times)),
            Act::PageUp => at.saturating_sub(page.saturating_mul(times)),
            Act::HalfDown => at.saturating_add((page / 2).saturating_mul(times)),
            Act::HalfUp => at.saturating_sub((page / 2).saturating_mul(times)),
            Act::First => 0,
            Act::Last => usize::MAX,
            Act::OpenList => {
                self.open(cx);
                return true;
            }
            Act::SyncConnection => {
                cx.wishes.extend(self.pick.as_ref().map(|pick| Wish::Sync(pick.connection.clone())));
                return true;
            }
            Act::TestConnection => {
                cx.wishes.extend(self.pick.as_ref().map(|pick| Wish::Test(pick.connection.clone())));
                return true;
            }
            _ => return false,
        };
        self.point(to.min(self.stops.len().saturating_sub(1)));
        true
    }

    fn click(&mut self, _x: u16, y: u16, _cx: &mut Cx) {
        let line = self.top + usize::from(y.saturating_sub(self.area.y));
        if let Some(at) = self.stops.iter().position(|(stop, _)| *stop == line) {
            self.point(at);
        }
    }

    fn scope(&self) -> Scope {
        Scope::Connection
    }

    fn facts(&self, facts: &mut Facts) {
        facts.list = self.pick.as_ref().is_some_and(|pick| pick.list.is_some());
    }

    fn draw(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        if scene.fleet.connections.is_empty() {
            return super::welcome::draw(area, canvas);
        }
        let columns = Columns::of(area);
        let lines = lines(scene.fleet, &self.contents, usize::from(area.width.saturating_sub(8)), canvas);
        (self.lines, self.page, self.area) = (lines.len(), usize::from(area.height), area);
        let stop = |(at, line): (usize, &Line)| match line {
            Line::Connection(one) => Some((at, Pick { connection: one.info.name.clone(), list: None })),
            Line::List(list) => {
                let collection = Some((list.list.collection.clone(), list.kind));
                Some((at, Pick { connection: list.list.connection.clone(), list: collection }))
            }
            _ => None,
        };
        self.stops = lines.iter().enumerate().filter_map(stop).collect();
        self.settle();
        let chosen = self.stops.get(self.at()).map(|(line, _)| *line);
        for (at, line) in lines.iter().enumerate().skip(self.top).take(self.page) {
            let line_area = Rect { y: area.y + (at - self.top) as u16, height: 1, ..area };
            if Some(at) == chosen {
                canvas.tint(line_area, Role::Selected);
                canvas.put(line_area.x, line_area.y, "▌", 1, Role::LineFocus);
            }
            draw_line(line, line_area, &columns, scene.fleet, canvas);
            if Some(at) == chosen {
                canvas.settle(line_area, Role::Selected);
            }
        }
    }
}

fn lines<'a>(fleet: &'a Fleet, contents: &[ContentTotals], cells: usize, canvas: &Canvas) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    for connection in &fleet.connections {
        lines.push(Line::Connection(connection));
        let error = connection.ended.as_ref().and_then(|ended| ended.error.as_ref()).map(|(_, message)| message);
        if let Some(message) = error {
            for words in wrap(message, cells, 3) {
                lines.push(Line::Note(words, Role::Bad));
            }
        }
        for (words, role) in trial_lines(connection.trial.as_ref(), cells) {
            lines.push(Line::Note(words, role));
        }
        if let Some((words, role)) = budget_line(connection, canvas) {
            lines.push(Line::Note(words, role));
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
        if let Some(words) = contents.iter().find(|one| one.connection == connection.info.name).and_then(content_line) {
            lines.push(Line::Note(words, Role::Dim));
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

/// How trying a connection went.
fn trial_lines(trial: Option<&Trial>, cells: usize) -> Vec<(String, Role)> {
    let (words, role) = match trial {
        None => return Vec::new(),
        Some(Trial::Running) => ("↻ being tested: signs in and reads one row".to_owned(), Role::Busy),
        Some(Trial::Good(at, answer)) => (format!("✓ tested at {}: {}", moment(*at), answer.words()), Role::Good),
        Some(Trial::Bad(at, why)) => (format!("! tested at {}: {why}", moment(*at)), Role::Bad),
    };
    wrap(&words, cells, 3).into_iter().map(|line| (line, role)).collect()
}

/// What a connection may still ask for, where that is known.
fn budget_line(connection: &Connection, canvas: &Canvas) -> Option<(String, Role)> {
    let (budget, now) = (&connection.budget, canvas.now());
    if let Some(until) = budget.paused_until.filter(|until| *until > now) {
        return Some((format!("rate budget: used up, waits until {}", moment(until)), Role::Warn));
    }
    let (limit, left) = budget.limit.zip(budget.remaining)?;
    let reset =
        budget.reset_at.filter(|at| *at > now).map_or(String::new(), |at| format!(", full again at {}", moment(at)));
    let role = if left.saturating_mul(4) <= limit { Role::Warn } else { Role::Dim };
    let told = connection.budget_at.map(|at| canvas.age(at)).filter(|age| age != "now");
    let told = told.map_or(String::new(), |age| format!(", as told {age} ago"));
    Some((format!("rate budget: {left} of {limit} requests left{told}{reset}"), role))
}

/// How much of what was said and done is here.
fn content_line(totals: &ContentTotals) -> Option<String> {
    let here = totals.held + totals.stale;
    if here + totals.missing + totals.dropped == 0 {
        return None;
    }
    let kept = match totals.in_records {
        0 => size(totals.packed_bytes),
        // Their bytes are those of the lists above.
        all if all >= here => "as records of their own".to_owned(),
        some => format!("{}, and {} as records of their own", size(totals.packed_bytes), grouped(some)),
    };
    let mut said = vec![format!("{} here ({kept})", grouped(here))];
    for (count, words) in [
        (totals.stale, "of them older than their records"),
        (totals.missing, "not fetched"),
        (totals.failing, "failed"),
        (totals.dropped, "dropped to make room"),
    ] {
        if count > 0 {
            said.push(format!("{} {words}", grouped(count)));
        }
    }
    Some(format!("contents: {}", said.join(", ")))
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
        Line::List(list) => draw_list(list, area, columns, fleet, canvas),
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
    canvas.put(x, area.y, &place, area.right().saturating_sub(x + 1), Role::Dim);
}

fn draw_list(list: &Freshness, area: Rect, columns: &Columns, fleet: &Fleet, canvas: &mut Canvas) {
    let unread = fleet.unread(&list.list.connection);
    let (glyph, words, role) = state(list, unread, canvas.now());
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
fn state(list: &Freshness, unread: bool, now: Timestamp) -> (&'static str, String, Role) {
    if list.up_to_date() && list.checked_at.is_some_and(|at| now.duration_since(at) >= OLD) {
        // What was up to date long ago must not pass for fresh.
        ("~", "long ago".to_owned(), Role::Warn)
    } else if list.up_to_date() && unread {
        // It was, when it was read last. Nobody can say whether it still is.
        ("·", "as last read".to_owned(), Role::Dim)
    } else if list.up_to_date() {
        ("✓", "up to date".to_owned(), Role::Good)
    } else if list.problems > 0 {
        let noun = if list.problems == 1 { "problem" } else { "problems" };
        ("!", format!("{} {noun}", grouped(list.problems)), Role::Warn)
    } else if list.walking {
        ("~", "walk unfinished".to_owned(), Role::Warn)
    } else if list.checked_at.is_none() {
        ("○", "never synced".to_owned(), Role::Warn)
    } else {
        let words = differing(list.server_count, list.mirror_count, list.index_count);
        ("~", words.unwrap_or_else(|| "not known".to_owned()), Role::Warn)
    }
}
