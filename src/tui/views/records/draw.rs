//! Drawing a list of records: its head line, the table, the details, and what stands there when there is nothing to list.

use quarterdeck_sync::model::{CountOf, Order};
use ratatui::layout::Rect;

use super::{Fetch, Records};
use crate::tui::actions::Act;
use crate::tui::canvas::Canvas;
use crate::tui::looks::{DOCTOR, READING, status};
use crate::tui::text::{grouped, width, word};
use crate::tui::theme::Role;
use crate::tui::views::Scene;
use crate::tui::views::columns::{Cell, sort_name, sorted_by, text};
use crate::tui::views::pane::{BESIDE, Pane};
use crate::tui::widgets::table::{self, Column, Mark};

/// Widest pane of details: longer lines are hard to read.
const DETAIL_MOST: u16 = 78;

/// Where everything goes.
struct Places {
    head: Rect,
    list: Rect,
    detail: Option<Rect>,
    /// The line between the two.
    rule: Option<Rect>,
}

impl Records {
    pub(super) fn draw_all(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        let places = self.places(area);
        self.detail_shown = places.detail.is_some();
        self.head(places.head, places.list.width, scene, canvas);
        let list = places.list;
        let heads = u16::from(self.listing.grouped);
        self.list_area = Rect { y: list.y + 1 + heads, height: list.height.saturating_sub(1 + heads), ..list };
        if list.height > 0 {
            self.rows.set_page(usize::from(self.list_area.height));
            self.table(list, scene, canvas);
        }
        if let Some(rule) = places.rule {
            match rule.width {
                1 => canvas.rule_down(rule.x, rule.y, rule.height, Role::Line),
                _ => canvas.rule_across(rule, rule.y, Role::Line),
            }
        }
        self.detail_area = places.detail.unwrap_or_default();
        if let Some(detail) = places.detail {
            let selected = self.rows.selected().cloned();
            let project = selected.as_ref().and_then(|row| self.beside.name(row)).map(|(name, _)| name.to_owned());
            self.detail.call(project);
            self.detail.draw(detail, selected.as_ref(), self.in_detail, scene.fleet, canvas);
        }
        self.over(area, canvas);
    }

    fn over(&self, area: Rect, canvas: &mut Canvas) {
        self.columns.draw(area, canvas);
        self.typed.draw_suggestions(area, canvas);
    }

    fn places(&self, area: Rect) -> Places {
        let head = Rect { height: 1, ..area };
        let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        let pane = match self.pane {
            Pane::Auto if area.width >= BESIDE => Pane::Side,
            Pane::Auto => Pane::Off,
            Pane::Side if area.width < 70 => Pane::Below,
            pane => pane,
        };
        match pane {
            // Nothing to show beside an empty list.
            _ if self.rows.is_empty() => Places { head, list: body, detail: None, rule: None },
            Pane::Side => {
                let wide = (area.width * 3 / 8).clamp(30, DETAIL_MOST);
                let list = Rect { width: area.width - wide - 1, ..body };
                let rule = Rect { x: list.right(), width: 1, ..body };
                let detail = Rect { x: rule.x + 2, width: wide - 2, ..body };
                Places { head, list, detail: Some(detail), rule: Some(rule) }
            }
            Pane::Below if body.height >= 12 => {
                let high = body.height * 9 / 20;
                let list = Rect { height: body.height - high - 1, ..body };
                let rule = Rect { y: list.bottom(), height: 1, ..body };
                let detail = Rect { x: body.x + 2, width: body.width - 3, y: rule.y + 1, height: high };
                Places { head, list, detail: Some(detail), rule: Some(rule) }
            }
            // One pane: whatever has the keys.
            _ if self.in_detail => {
                let detail = Rect { x: body.x + 2, width: body.width.saturating_sub(3), ..body };
                Places { head, list: Rect { height: 0, ..body }, detail: Some(detail), rule: None }
            }
            _ => Places { head, list: body, detail: None, rule: None },
        }
    }

    fn head(&self, area: Rect, list: u16, scene: &Scene, canvas: &mut Canvas) {
        let (left, right) = (area.x + 2, area.right().saturating_sub(1));
        let (words, role) = self.tally(list, scene);
        let mut room = right.saturating_sub(left);
        let words = self.with_reading(words, room);
        if width(&words) as u16 + 24 < room {
            let at = canvas.put_right(right, area.y, &words, room, role);
            room = at.saturating_sub(left + 2);
        }
        let area = Rect { x: left, width: room, ..area };
        let example = "words, status:failed, agent:x, -not, after:2d";
        if !self.typed.draw(area, self.ask.text(), example, canvas) {
            match self.totals.statuses.is_empty() {
                // They count every record of the kind, and not these alone.
                _ if self.ask.narrowed() => {}
                true => self.sources(area, scene, canvas),
                false => self.chips(area, canvas),
            }
        }
    }

    /// What is understood of what is being typed stands before the numbers, where there is room.
    fn with_reading(&self, words: String, room: u16) -> String {
        let Some(text) = self.typed.text().filter(|_| self.ask.note.is_none()) else { return words };
        let long = format!("{}   {words}", self.ask.understood());
        let fits = width(&long) + width(text).max(24) + 6 < usize::from(room);
        if fits && !self.ask.understood().is_empty() { long } else { words }
    }

    /// How the list stands, for the right end of the head line.
    fn tally(&self, list: u16, scene: &Scene) -> (String, Role) {
        if let Some(why) = &self.failure {
            return (format!("! {why}"), Role::Bad);
        }
        let filtered = !self.ask.text().is_empty();
        // What is wrong with the words also explains a list that stays empty.
        if let Some(note) = self.ask.note.as_ref().filter(|_| self.typed.open() || self.rows.is_empty()) {
            return (note.clone(), Role::Warn);
        }
        let searching = self.slow && matches!(self.fetch, Some((_, Fetch::Show(_))));
        if filtered && (searching || self.restart_due.is_some()) {
            return ("searching …".to_owned(), Role::Dim);
        }
        let count = match (self.rows.whole(), self.totals.count) {
            (Some(whole), _) => grouped(whole),
            (None, Some(CountOf::Exact(count))) => grouped(count),
            (None, Some(CountOf::AtLeast(count))) => format!("≥{}", grouped(count)),
            (None, None) => "…".to_owned(),
        };
        let place = match self.rows.place() {
            Some(place) if !filtered => format!("{}/{count}", grouped(place)),
            _ => count,
        };
        let gone = if self.ask.gone { "† gone shown   " } else { "" };
        let marked = match self.marks.len() {
            0 => String::new(),
            count => format!("* {} marked   ", grouped(count as u64)),
        };
        let gone = format!("{marked}{gone}");
        // An order whose column is in sight is marked there.
        let sort = self.ask.sort();
        let in_sight = table::place(&self.columns(), list).iter().any(|column| sorted_by(column.cell, sort));
        let order =
            if in_sight { String::new() } else { format!("by {}, {}   ", sort_name(sort), self.ask.order_name()) };
        if filtered && !self.ask.narrowed() {
            let all = grouped(self.ask.listed(scene.fleet));
            return (format!("{gone}{order}{place} of {all} match"), Role::Text);
        }
        if self.rows.is_empty() {
            return (if self.loaded { String::new() } else { READING.to_owned() }, Role::Dim);
        }
        (format!("{gone}{order}{place}"), Role::Dim)
    }

    /// Live rows by status, as many as fit.
    fn chips(&self, area: Rect, canvas: &mut Canvas) {
        let mut x = area.x;
        for (at, (name, count)) in self.totals.statuses.iter().enumerate() {
            let (glyph, role) = status(name);
            let words = word(name);
            let number = grouped(*count);
            let wide = (width(&words) + number.len() + 3) as u16;
            // What is left out is told.
            let left_out = self.totals.statuses.len() - at;
            let ahead = if left_out > 1 { 4 + left_out.to_string().len() as u16 } else { 0 };
            if x + wide + ahead > area.right() {
                canvas.put(x, area.y, &format!("+{left_out}"), area.right().saturating_sub(x), Role::Dim);
                return;
            }
            x = canvas.put(x, area.y, glyph, 2, role) + 1;
            x = canvas.put(x, area.y, &number, 12, Role::Text) + 1;
            x = canvas.put(x, area.y, &words, 24, Role::Dim) + 3;
        }
    }

    /// Live rows by connection, for lists without a status.
    fn sources(&self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        let mut x = area.x;
        for connection in &scene.fleet.connections {
            let name = &connection.info.name;
            let lists = scene.fleet.lists.iter().filter(|list| list.kind == self.listing.kind);
            let count: u64 = lists.filter(|list| list.list.connection == *name).map(|list| list.mirror_count).sum();
            let number = grouped(count);
            if count == 0 || x + (width(name) + number.len() + 4) as u16 > area.right() {
                continue;
            }
            x = canvas.put(x, area.y, &number, 12, Role::Text) + 1;
            x = canvas.put(x, area.y, name, 24, scene.fleet.badge(name)) + 3;
        }
    }

    fn table(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        let mut area = area;
        if self.listing.grouped {
            self.groups(Rect { height: 1, ..area }, scene, canvas);
            area = Rect { y: area.y + 1, height: area.height - 1, ..area };
        }
        if self.rows.is_empty() {
            return self.nothing(area, scene, canvas);
        }
        let columns = table::place(&self.columns(), area.width);
        let sort = self.ask.sort();
        let arrow = if self.ask.order() == Order::Descending { " ↓" } else { " ↑" };
        table::heads(canvas, area, &columns, |cell| sorted_by(cell, sort).then_some(arrow));
        let cursor = if self.in_detail { Mark::CursorIdle } else { Mark::Cursor };
        for (at, row) in self.rows.visible().iter().enumerate() {
            let line = Rect { y: area.y + 1 + at as u16, height: 1, ..area };
            let mark = if at == self.rows.line() { cursor } else { Mark::None };
            table::row(canvas, line, &columns, mark, |canvas, cell| {
                self.beside.told(row, cell, text(row, cell, scene.fleet, canvas))
            });
            if self.marks.has(row.key) {
                canvas.put(line.x + 1, line.y, "*", 1, Role::Accent);
            }
        }
    }

    /// The columns; with room for what is pending while something is.
    fn columns(&self) -> Vec<Column<Cell>> {
        let wider = |column: &Column<Cell>| match column.cell {
            Cell::Status if self.pending || self.beside.wide() => {
                Column { least: column.least.max(22), most: column.most.max(25), ..*column }
            }
            _ => *column,
        };
        self.columns.columns().iter().map(wider).collect()
    }

    fn groups(&self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        let groups = self.ask.groups(scene.fleet);
        let mut x = area.x + 2;
        // The chosen one is always in sight: begin as far left as it allows.
        let wide =
            |name: &Option<String>, count: u64| (name.as_deref().map_or(3, width) + grouped(count).len() + 4) as u16;
        let chosen = groups.iter().position(|(name, _)| name.as_deref() == self.ask.group()).unwrap_or(0);
        let mut first = 0;
        while first < chosen
            && groups[first..=chosen].iter().map(|(name, count)| wide(name, *count)).sum::<u16>() + 4 > area.width
        {
            first += 1;
        }
        for (at, (name, count)) in groups.iter().enumerate().skip(first) {
            if x + wide(name, *count) > area.right() {
                canvas.put(x, area.y, "…", 1, Role::Dim);
                return;
            }
            let words = name.as_deref().map_or_else(|| "all".to_owned(), |name| word(name).replace('-', " "));
            let role = if at == chosen { Role::Accent } else { Role::Dim };
            let (mark, end) = if at == chosen { ("‹", "›") } else { (" ", " ") };
            x = canvas.put(x, area.y, mark, 1, Role::Accent);
            x = canvas.put(x, area.y, &words, 40, role) + 1;
            x = canvas.put(x, area.y, &grouped(*count), 12, Role::Dim);
            x = canvas.put(x, area.y, end, 1, Role::Accent) + 1;
        }
    }

    /// The screen without rows: what is the case, and what to do.
    fn nothing(&self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        let key = |act| scene.keys.hint_of(act).unwrap_or_else(|| "(no key)".to_owned());
        let mut standings = true;
        let (title, more): (String, Vec<String>) = if !self.loaded {
            // A list that is on its way for a few milliseconds must not flash a message.
            return;
        } else if let Some(why) = &self.failure {
            standings = false;
            ("The mirror could not be read.".to_owned(), vec![why.clone(), DOCTOR.to_owned()])
        } else if !self.ask.text().is_empty() {
            standings = false;
            let home = self.ask.text() == self.ask.home();
            let clear = format!("{} {}", key(Act::Back), if home { "goes back" } else { "clears the filter" });
            (format!("No {} match.", self.listing.nouns.1), vec![clear])
        } else if self.ask.narrowed() {
            standings = false;
            (format!("No {}.", self.listing.nouns.1), vec![format!("{} goes back", key(Act::Back))])
        } else if scene.fleet.connections.is_empty() {
            return super::super::welcome::draw(area, canvas);
        } else if scene.fleet.syncing() {
            ("Syncing …".to_owned(), vec![format!("{} appear here as they arrive.", capital(self.listing.nouns.1))])
        } else if scene.fleet.empty() && scene.fleet.lists.iter().all(|list| list.checked_at.is_none()) {
            let sync = format!("{} syncs now", key(Act::Sync));
            ("Nothing has been mirrored yet.".to_owned(), vec![sync])
        } else {
            let counted: Vec<&str> = scene
                .fleet
                .lists
                .iter()
                .filter(|list| list.kind == self.listing.kind && list.mirror_count == 0)
                .map(|list| list.list.connection.as_str())
                .collect();
            let more = match counted.is_empty() {
                true => "None of the connections offers such a list.".to_owned(),
                false => format!("Asked: {}.", dedup(counted).join(", ")),
            };
            let again = format!("{more} {} asks again.", key(Act::Sync));
            (self.listing.none.to_owned(), vec![self.listing.here.to_owned(), again])
        };
        let connections = if standings { scene.fleet.connections.len() as u16 + 1 } else { 0 };
        let high = 2 + more.len() as u16 + connections;
        let top = area.y + area.height.saturating_sub(high) / 2;
        canvas.put_centre(area, top, &title, Role::Title);
        for (at, line) in more.iter().enumerate() {
            canvas.put_centre(area, top + 2 + at as u16, line, Role::Dim);
        }
        if standings {
            let y = top + 3 + more.len() as u16;
            self.standings(Rect { y, height: area.bottom().saturating_sub(y), ..area }, scene, canvas);
        }
    }

    /// How each connection stands: on a screen without rows, that is why there are none.
    fn standings(&self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        let fleet = scene.fleet;
        let names = fleet.connections.iter().map(|connection| width(&connection.info.name)).max().unwrap_or(0) as u16;
        let verdicts: Vec<_> = fleet.connections.iter().map(|one| (one, fleet.verdict(one, canvas.now()))).collect();
        let widest = verdicts.iter().map(|(_, verdict)| width(&verdict.words)).max().unwrap_or(0) as u16;
        let left = area.x + area.width.saturating_sub(names + widest + 4) / 2;
        for (at, (connection, verdict)) in verdicts.iter().take(usize::from(area.height)).enumerate() {
            let (y, name) = (area.y + at as u16, &connection.info.name);
            canvas.put(left, y, name, names, fleet.badge(name));
            let x = canvas.put(left + names + 2, y, verdict.glyph, 1, verdict.role) + 1;
            canvas.put(x, y, &verdict.words, area.right().saturating_sub(x), verdict.role);
            if let Some(since) = verdict.since {
                canvas.age(since);
            }
        }
    }
}

fn dedup(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names.dedup();
    names
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}
