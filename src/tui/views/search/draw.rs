//! Drawing search: the query, what was found and how the answer stands, the facets, the preview.

use quarterdeck_sync::model::EntryKind;
use ratatui::layout::Rect;

use super::act::order_name;
use super::facets::Look;
use super::{Focus, HIGH, Search};
use crate::search::Hit;
use crate::tui::canvas::Canvas;
use crate::tui::fleet::Fleet;
use crate::tui::looks::{foremost, look};
use crate::tui::text::{grouped, width, wrap};
use crate::tui::theme::Role;
use crate::tui::views::Scene;
use crate::tui::views::transcript;

/// From this width on the facets stand beside the hits, and from that one on the preview too.
const FACETS: u16 = 96;
const PREVIEW: u16 = 132;
/// Cells of the facets.
const FACETS_WIDE: u16 = 28;
/// Most cells of the preview.
const PREVIEW_MOST: u16 = 84;

/// What the query language can do, by example.
const EXAMPLES: &[(&str, &str)] = &[
    ("refund timeout", "both words"),
    ("\"rate limit\" -test", "words in this order; without that one"),
    ("parse_auth* OR E0277", "how a word begins; one or the other"),
    ("kind:tool tool:bash has:error", "commands that failed"),
    ("path:src/auth after:3d", "files, in the last three days"),
    ("agent:build-07 is:gone", "one agent; what is listed no longer"),
];

/// Where everything goes.
struct Places {
    facets: Option<Rect>,
    hits: Rect,
    preview: Option<Rect>,
}

impl Search {
    pub(super) fn draw_all(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        (self.hits_area, self.facets_area, self.preview_area) = <(Rect, Rect, Rect)>::default();
        self.head(Rect { height: 1, ..area }, canvas);
        let body = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        self.under_head(Rect { y: area.y + 1, height: 1, ..area }, canvas);
        if self.input.text().trim().is_empty() && self.ticket.is_none() {
            self.preview.set_seen(false);
            return self.begin(body, scene, canvas);
        }
        if self.hits.is_empty() {
            self.preview.set_seen(false);
            return self.nothing(body, scene.fleet, canvas);
        }
        let places = self.places(body);
        if let Some(facets) = places.facets {
            // Lines that scroll move the whole screen: beside a cursor that runs, whatever stands still would be sent again with
            // every key.
            if self.focus == Focus::Facets || !self.preview.running() {
                let look = Look { focused: self.focus == Focus::Facets, old: self.counting.is_some() };
                self.facets.draw(facets, self.input.text(), look, canvas);
            }
            self.facets_area = facets;
            if places.hits.width > 0 {
                canvas.rule_down(facets.right(), facets.y, facets.height, Role::Line);
            }
        }
        self.page = (usize::from(places.hits.height) / HIGH).max(1);
        if places.hits.width > 0 {
            self.draw_hits(places.hits, scene.fleet, canvas);
            self.hits_area = places.hits;
        }
        self.preview.set_seen(places.preview.is_some());
        if let Some(preview) = places.preview {
            if places.hits.width > 0 {
                canvas.rule_down(preview.x - 2, preview.y, preview.height, Role::Line);
            }
            let hit = self.hits.get(self.cursor);
            self.preview.draw(preview, hit, &self.words, scene.fleet, canvas);
            self.preview_area = preview;
        }
    }

    fn places(&self, area: Rect) -> Places {
        let inner = Rect { x: area.x, width: area.width.saturating_sub(1), ..area };
        let none = Rect { width: 0, ..area };
        // With little room, whatever has the keys has all of it.
        if self.preview.entered() && area.width < PREVIEW {
            let preview = Rect { x: inner.x + 2, width: inner.width.saturating_sub(2), ..inner };
            return Places { facets: None, hits: none, preview: Some(preview) };
        }
        if area.width < FACETS {
            return match self.focus {
                Focus::Facets => Places { facets: Some(inner), hits: none, preview: None },
                _ => Places { facets: None, hits: inner, preview: None },
            };
        }
        let facets = Rect { width: FACETS_WIDE, ..area };
        let rest = Rect { x: area.x + FACETS_WIDE + 1, width: inner.width - FACETS_WIDE - 1, ..area };
        if area.width < PREVIEW || !self.preview.on() {
            return Places { facets: Some(facets), hits: rest, preview: None };
        }
        let wide = (rest.width * 11 / 20).min(PREVIEW_MOST);
        let hits = Rect { width: rest.width - wide - 1, ..rest };
        let preview = Rect { x: hits.right() + 2, width: wide.saturating_sub(1), ..rest };
        Places { facets: Some(facets), hits, preview: Some(preview) }
    }

    fn head(&self, area: Rect, canvas: &mut Canvas) {
        let (left, right) = (area.x + 2, area.right().saturating_sub(1));
        let (words, role) = self.tally();
        let mut room = right.saturating_sub(left);
        if width(&words) as u16 + 24 < room {
            room = canvas.put_right(right, area.y, &words, room, role).saturating_sub(left + 2);
        }
        let x = canvas.put(left, area.y, "⌕ ", 2, Role::Accent);
        let room = room.saturating_sub(2);
        if let Some(naming) = &self.naming {
            return naming.draw(Rect { x, width: room, ..area }, canvas);
        }
        let empty = "words, \"a phrase\", begin*, -not, OR, field:value";
        match (self.focus, self.input.text()) {
            (Focus::Query, _) => self.input.draw(canvas, x, area.y, room, empty),
            (_, "") => drop(canvas.put(x, area.y, "/ to search everything", room, Role::Dim)),
            (_, text) => drop(canvas.put(x, area.y, text, room, Role::Title)),
        }
    }

    /// How much was found.
    fn tally(&self) -> (String, Role) {
        if let Some(why) = &self.failure {
            return (format!("! {why}"), Role::Bad);
        }
        if self.late {
            return ("searching …".to_owned(), Role::Busy);
        }
        let Some(answer) = &self.answer else { return (String::new(), Role::Dim) };
        let more = if answer.capped { "+" } else { "" };
        let at = if self.hits.is_empty() { String::new() } else { format!("{}/", grouped(self.cursor as u64 + 1)) };
        let total = self.total.map_or_else(|| "…".to_owned(), |total| format!("{}{more}", grouped(total)));
        (format!("{at}{total}   {}", order_name(self.order)), Role::Dim)
    }

    /// What is to be known of the answer: what could not be understood, what is not indexed yet.
    fn under_head(&self, area: Rect, canvas: &mut Canvas) {
        let Some(answer) = &self.answer else { return };
        let mut notes: Vec<(String, Role)> = Vec::new();
        if let Some(note) = answer.notes.first() {
            notes.push((note.message.clone(), Role::Warn));
        }
        if answer.behind > 0 {
            let noun = if answer.behind == 1 { "record is" } else { "records are" };
            notes.push((format!("~ {} {noun} not searched yet", grouped(answer.behind)), Role::Warn));
        }
        if answer.capped {
            notes.push(("a beginning stands for more words than were tried: type on".to_owned(), Role::Dim));
        }
        let mut x = area.x + 4;
        for (words, role) in notes {
            if x + 8 > area.right() {
                return;
            }
            x = canvas.put(x, area.y, &words, area.right().saturating_sub(x + 1), role) + 3;
        }
    }

    fn draw_hits(&mut self, area: Rect, fleet: &Fleet, canvas: &mut Canvas) {
        let last = self.hits.len().saturating_sub(1);
        self.cursor = self.cursor.min(last);
        let ahead = 1.min(self.page.saturating_sub(1) / 2);
        let lowest = (self.cursor + ahead + 1).min(self.hits.len()).saturating_sub(self.page);
        let highest = self.cursor.saturating_sub(ahead).min(self.hits.len().saturating_sub(self.page));
        self.top = self.top.clamp(lowest.min(highest), highest.max(lowest.min(highest)));
        for (at, hit) in self.hits.iter().enumerate().skip(self.top).take(self.page) {
            let y = area.y + ((at - self.top) * HIGH) as u16;
            let row = Rect { y, height: HIGH as u16, ..area }.intersection(area);
            let selected = at == self.cursor;
            let role = if self.focus == Focus::Facets { Role::SelectedIdle } else { Role::Selected };
            if selected {
                canvas.tint(row, role);
                canvas.put(row.x, row.y, if self.focus == Focus::Facets { "▏" } else { "▌" }, 1, Role::Accent);
            }
            draw_hit(hit, row, fleet, canvas);
            if selected {
                canvas.settle(row, role);
            }
            marks(hit, row, canvas);
        }
    }

    /// Before anything is typed: saved searches, and what can be typed.
    fn begin(&self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        let left = area.x + 4;
        let room = area.width.saturating_sub(6);
        let mut y = area.y + 1;
        let heading = |y: u16, words: &str, canvas: &mut Canvas| {
            let x = canvas.put(left, y, words, room, Role::Field);
            canvas.rule_across(
                Rect { x: x + 1, y, width: room.saturating_sub(x + 1 - left), height: 1 },
                y,
                Role::Line,
            );
        };
        if !self.saved.is_empty() {
            heading(y, "SAVED", canvas);
            y += 1;
            let names = self.saved.iter().map(|(saved, _)| width(&saved.name)).max().unwrap_or(0).min(28) as u16;
            let fits = usize::from(area.bottom().saturating_sub(y + 2)).min(12);
            let from = (self.chosen + 1).saturating_sub(fits.max(1));
            for (at, (saved, count)) in self.saved.iter().enumerate().skip(from).take(fits) {
                if at == self.chosen && self.focus != Focus::Facets {
                    let row = Rect { x: left - 2, y, width: room + 2, height: 1 };
                    canvas.tint(row, Role::Selected);
                    canvas.put(left - 2, y, "▌", 1, Role::Accent);
                }
                let number = count.map_or("?".to_owned(), grouped);
                let end = canvas.put_right(left + room, y, &number, 12, Role::Dim);
                canvas.put(left, y, &saved.name, names, Role::Title);
                canvas.put(left + names + 2, y, &saved.query, end.saturating_sub(left + names + 4), Role::Dim);
                y += 1;
            }
            y += 1;
        }
        if y + 1 < area.bottom() {
            heading(y, "FOR EXAMPLE", canvas);
            y += 1;
        }
        let wide = EXAMPLES.iter().map(|(query, _)| width(query)).max().unwrap_or(0) as u16;
        for (query, meaning) in EXAMPLES {
            if y >= area.bottom() {
                return;
            }
            canvas.put(left, y, query, room, Role::Key);
            canvas.put(left + wide + 3, y, meaning, room.saturating_sub(wide + 3), Role::Dim);
            y += 1;
        }
        y += 1;
        let lists: u64 = scene.fleet.lists.iter().map(|list| list.mirror_count).sum();
        if lists > 0 && y < area.bottom() {
            let words = format!("{} records are here, and what was fetched of sessions and runs.", grouped(lists));
            canvas.put(left, y, &words, room, Role::Dim);
        }
    }

    fn nothing(&self, area: Rect, fleet: &Fleet, canvas: &mut Canvas) {
        // Nothing is said before there is an answer.
        let (words, role) = match (&self.failure, &self.answer) {
            (Some(why), _) => (format!("Nothing can be found: {why}."), Role::Bad),
            (None, None) => return,
            (None, Some(_)) => (format!("Nothing is called or says “{}”.", self.answered), Role::Text),
        };
        let mut y = area.y + 1;
        for line in wrap(&words, usize::from(area.width.saturating_sub(8)), 4) {
            canvas.put(area.x + 4, y, &line, area.width.saturating_sub(5), role);
            y += 1;
        }
        if self.failure.is_none() && !fleet.connections.is_empty() && y + 1 < area.bottom() {
            let hint = "Entries are found once they were fetched: qd sync --content all";
            canvas.put(area.x + 4, y + 1, hint, area.width.saturating_sub(5), Role::Dim);
        }
    }
}

/// First line: what it is, whose, when. Second line: the place that says most.
fn draw_hit(hit: &Hit, row: Rect, fleet: &Fleet, canvas: &mut Canvas) {
    let (glyph, word, role) = sign(hit);
    let mut right = row.right();
    if let Some(at) = hit.at {
        let (age, role) = canvas.happened(at);
        right = canvas.put_right(right, row.y, &age, 8, role);
    }
    if row.width >= 56 {
        let name = &hit.list.connection;
        right = right.saturating_sub(2);
        right = canvas.put_right(right, row.y, name, 12, fleet.badge(name));
    }
    let agent = hit.agent.as_deref().unwrap_or_default();
    if row.width >= 64 && !agent.is_empty() {
        right = canvas.put_right(right.saturating_sub(2), row.y, &crate::tui::text::fit(agent, 16), 16, Role::Dim);
    }
    let right = right.saturating_sub(2);
    let mut x = canvas.put(row.x + 2, row.y, glyph, 1, role) + 1;
    let tool = hit.entry.as_ref().filter(|entry| entry.kind == EntryKind::Tool).and_then(|entry| entry.tools.first());
    x = canvas.put(x, row.y, tool.map_or(word, String::as_str), 12, role) + 2;
    if let Some(mark) = foremost(&hit.pending) {
        let (glyph, role) = look(mark.state);
        x = canvas.put(x, row.y, glyph, 1, role) + 1;
    }
    if hit.gone {
        x = canvas.put(x, row.y, "†", 1, Role::Warn) + 1;
    }
    let title = hit.title.as_deref().map(str::trim).filter(|title| !title.is_empty()).unwrap_or(&hit.id);
    let role = if hit.gone { Role::Gone } else { Role::Title };
    canvas.put(x, row.y, title, right.saturating_sub(x), role);
    if row.height > 1 {
        canvas.put(row.x + 4, row.y + 1, hit.snippet.text.as_str(), row.width.saturating_sub(4), Role::Text);
    }
}

/// Marks what was searched for in the snippet.
fn marks(hit: &Hit, row: Rect, canvas: &mut Canvas) {
    if row.height < 2 {
        return;
    }
    let text = hit.snippet.text.as_str();
    for range in &hit.snippet.marks {
        let (Some(before), Some(marked)) = (text.get(..range.start), text.get(range.clone())) else { continue };
        let x = row.x + 4 + width(before).min(usize::from(u16::MAX / 2)) as u16;
        let wide = width(marked) as u16;
        // The last cell may be the mark of what was cut off.
        if x + wide < row.right() {
            canvas.put(x, row.y + 1, marked, wide, Role::Match);
        }
    }
}

/// The sign and the word of a hit: those of the entry, else of the record.
fn sign(hit: &Hit) -> (&'static str, &'static str, Role) {
    use quarterdeck_sync::model::Kind;
    match &hit.entry {
        Some(entry) => transcript::look(entry.kind),
        None => {
            let glyph = match hit.kind {
                Kind::Agent => "◉",
                Kind::Session => "▤",
                Kind::Run => "▶",
                Kind::Approval => "◆",
                Kind::Policy => "§",
                Kind::Event => "•",
                Kind::Other => "·",
            };
            (glyph, hit.kind.as_str(), Role::Accent)
        }
    }
}
