//! Drawing a transcript: where one is, the session in one line, and the page.

use ratatui::layout::Rect;

use super::lines::Line;
use super::scroll::Spot;
use super::strip::Strip;
use super::{Open, Transcripts};
use crate::tui::actions::Act;
use crate::tui::canvas::Canvas;
use crate::tui::marking::Words;
use crate::tui::reading::{Held, Transcript};
use crate::tui::text::{grouped, width, wrap};
use crate::tui::theme::Role;
use crate::tui::views::Scene;

/// Longer lines are hard to read.
const WIDEST: u16 = 116;
/// Cells for the times beside the strip.
const ENDS: u16 = 6;

impl Transcripts {
    pub(super) fn draw_all(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        let head = Rect { x: area.x + 2, width: area.width.saturating_sub(3), height: 1, ..area };
        self.text_area = Rect::default();
        self.strip_area = Rect::default();
        let Some(open) = &mut self.open else {
            canvas.put(head.x, head.y, "Nothing is open.", head.width, Role::Dim);
            return;
        };
        heading(head, open, self.typing.as_ref().map(|(input, _)| input), canvas);
        let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        if open.missing || (open.book.is_none() && open.failure.is_some()) {
            return absent(body, open, canvas);
        }
        let Some(transcript) = open.transcript().cloned() else { return };
        let strip =
            Rect { x: area.x + 2 + ENDS, width: area.width.saturating_sub(3 + 2 * ENDS), height: 1, y: area.y + 1 };
        if self.strip.as_ref().is_none_or(|(wide, _)| *wide != strip.width) {
            self.strip = Some((strip.width, Strip::new(&transcript, strip.width)));
        }
        let body = Rect { y: area.y + 3, height: area.height.saturating_sub(3), ..area };
        let cells = body.width.saturating_sub(5).min(WIDEST);
        page(body, cells, open, canvas);
        if let Some((_, line)) = self.strip.as_ref().filter(|_| !transcript.entries.is_empty()) {
            draw_strip(strip, line, open, &transcript, canvas);
            self.strip_area = strip;
        }
        self.text_area = body;
        if transcript.entries.is_empty() {
            why_empty(body, open, &transcript, scene, canvas);
        }
    }
}

/// Where one is: the view it was opened from, the session, the entry. While one looks for words, those.
fn heading(area: Rect, open: &Open, typing: Option<&crate::tui::widgets::input::Input>, canvas: &mut Canvas) {
    let mut room = area.width;
    let (words, role) = position(open);
    if width(&words) as u16 + 20 < room {
        room = canvas.put_right(area.right(), area.y, &words, room, role).saturating_sub(area.x + 2);
    }
    if let Some(input) = typing {
        let x = canvas.put(area.x, area.y, "/ ", 2, Role::Accent);
        return input.draw(canvas, x, area.y, room.saturating_sub(2), "words in this session");
    }
    let mut x = area.x;
    let from = open.from.as_deref().unwrap_or("…");
    x = canvas.put(x, area.y, from, 20, Role::Dim);
    x = canvas.put(x, area.y, " › ", 3, Role::Line);
    let title = open.transcript().and_then(|it| it.row.title.as_deref()).map(str::trim).filter(|it| !it.is_empty());
    let title = title.unwrap_or(&open.reading.title).split('\n').next().unwrap_or_default();
    canvas.put(x, area.y, title, (area.x + room).saturating_sub(x), Role::Title);
}

/// The entry the cursor is on among all, and how the words being looked for stand.
fn position(open: &Open) -> (String, Role) {
    if let Some(why) = open.failure.as_ref().filter(|_| open.book.is_some()) {
        return (format!("! {why}"), Role::Bad);
    }
    let Some(book) = &open.book else { return (String::new(), Role::Dim) };
    let count = book.transcript().entries.len();
    let mut words = Vec::new();
    if !open.words.is_empty() {
        words.push(format!("{} found", grouped(open.found.len() as u64)));
    }
    if book.audit() {
        words.push("audit".to_owned());
    }
    if let Held::Here { stale: true, .. } = book.transcript().held {
        words.push(if open.fetching { "~ old, asking again" } else { "~ there is more by now" }.to_owned());
    }
    if book.transcript().row.gone_at.is_some() {
        words.push("† gone".to_owned());
    }
    if let Some(place) = book.place(open.scroll.cursor.entry) {
        words.push(format!("{}/{}", grouped(place as u64 + 1), grouped(count as u64)));
    } else if count > 0 {
        let noun = if count == 1 { "entry" } else { "entries" };
        words.push(format!("{} {noun}", grouped(count as u64)));
    }
    (words.join("   "), Role::Dim)
}

fn draw_strip(area: Rect, strip: &Strip, open: &Open, transcript: &Transcript, canvas: &mut Canvas) {
    if let Some((first, last)) = transcript.sums.span {
        let short = |at| super::lines::clock(at).chars().take(5).collect::<String>();
        canvas.put(area.x - ENDS, area.y, &short(first), 5, Role::Quiet);
        canvas.put(area.right() + 1, area.y, &short(last), 5, Role::Quiet);
    }
    for (x, (sign, role)) in (area.x..area.right()).zip(&strip.cells) {
        canvas.put(x, area.y, sign, 1, *role);
    }
    for (at, words) in &strip.pauses {
        canvas.put(area.x + at, area.y, words, area.width.saturating_sub(*at), Role::Quiet);
    }
    let at = open.book.as_ref().and_then(|book| strip.place(book.place(open.scroll.cursor.entry)?));
    canvas.rule_across(Rect { x: area.x, width: area.width, y: area.y + 1, height: 1 }, area.y + 1, Role::Line);
    if let Some(at) = at {
        canvas.put(area.x + at, area.y + 1, "▲", 1, Role::Accent);
    }
}

fn page(area: Rect, cells: u16, open: &mut Open, canvas: &mut Canvas) {
    let Some(book) = &mut open.book else { return };
    book.set_cells(cells);
    open.scroll.page = usize::from(area.height).max(1);
    if let Some(goal) = open.goal.take() {
        let number = book.number(goal);
        open.reach(number, true);
    }
    let Some(book) = &mut open.book else { return };
    let count = book.count();
    open.scroll.settle(count, |at| book.height(at));
    let mut at = open.scroll.top;
    for y in area.top()..area.bottom() {
        if at.entry >= count {
            return;
        }
        let lines = book.lines(at.entry);
        if let Some(line) = lines.get(at.line) {
            draw_line(line, Rect { y, height: 1, ..area }, cells, at == open.scroll.cursor, &open.words, canvas);
        }
        at = if at.line + 1 < lines.len() {
            Spot { line: at.line + 1, ..at }
        } else {
            Spot { entry: at.entry + 1, line: 0 }
        };
    }
}

/// One line, with the words marked that are looked for.
pub(super) fn draw_line(line: &Line, area: Rect, cells: u16, cursor: bool, words: &Words, canvas: &mut Canvas) {
    let row = Rect { width: cells + 4, ..area };
    if cursor {
        canvas.tint(row, Role::Selected);
        canvas.put(area.x, area.y, "▌", 1, Role::Accent);
    }
    let left = area.x + 2;
    for span in &line.spans {
        let room = cells.saturating_sub(span.x);
        canvas.put(left + span.x, area.y, &span.text, room, span.role);
    }
    if let Some((words, role)) = &line.right
        && line.end() + width(words) as u16 + 2 <= cells
    {
        canvas.put_right(left + cells, area.y, words, cells, *role);
    }
    if cursor {
        canvas.settle(row, Role::Selected);
    }
    for span in &line.spans {
        for range in words.ranges(&span.text) {
            let from = span.x + width(&span.text[..range.start]) as u16;
            canvas.put(left + from, area.y, &span.text[range], cells.saturating_sub(from), Role::Match);
        }
    }
}

/// It is not in the mirror, or cannot be read.
fn absent(area: Rect, open: &Open, canvas: &mut Canvas) {
    let (words, role) = match &open.failure {
        Some(why) => (format!("It cannot be read: {why}."), Role::Bad),
        None => ("It is not in the mirror. It may come with the next sync.".to_owned(), Role::Dim),
    };
    let lines = wrap(&words, usize::from(area.width.saturating_sub(6)), 4);
    for (line, y) in lines.iter().zip(area.y + 1..area.bottom()) {
        canvas.put(area.x + 2, y, line, area.width.saturating_sub(3), role);
    }
}

/// Below the card: why there is no entry, and what can be done.
fn why_empty(area: Rect, open: &mut Open, transcript: &Transcript, scene: &Scene, canvas: &mut Canvas) {
    let card = open.book.as_mut().map_or(0, |book| book.height(0)) as u16;
    let connection = &transcript.row.list.connection;
    let (words, role) = match &transcript.held {
        Held::Here { .. } => ("It holds no entry.".to_owned(), Role::Dim),
        Held::NotOffered(why) => (format!("Its entries cannot be had: {why}."), Role::Dim),
        Held::Failed(why) => (format!("✗ Its entries could not be fetched: {why}."), Role::Bad),
        Held::NotYet if transcript.row.gone_at.is_some() => {
            (format!("† {connection} does not list it any more, and its entries were never fetched."), Role::Warn)
        }
        Held::NotYet if scene.fleet.lease.is_some() => (
            "Its entries are not here yet: another qd is syncing, and fetches them in its turn.".to_owned(),
            Role::Warn,
        ),
        Held::NotYet if open.fetching => {
            (format!("⋯ Its entries are not here yet: {connection} is asked for them."), Role::Busy)
        }
        Held::NotYet => ("Its entries are not here yet.".to_owned(), Role::Warn),
    };
    let mut y = area.y + card + 1;
    for line in wrap(&words, usize::from(area.width.saturating_sub(6)), 4) {
        if y >= area.bottom() {
            return;
        }
        canvas.put(area.x + 2, y, &line, area.width.saturating_sub(3), role);
        y += 1;
    }
    let can = matches!(transcript.held, Held::NotYet | Held::Failed(_));
    if let Some(key) = scene.keys.hint_of(Act::Fetch).filter(|_| can && y < area.bottom()) {
        let x = canvas.put(area.x + 2, y, &key, 8, Role::Key) + 1;
        canvas.put(x, y, "asks again", 40, Role::Hint);
    }
}
