//! Drawing a transcript: where one is, the session in one line, and the page.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::book::Book;
use super::fetching::{standing, why_none};
use super::keeping::{Reviewed, reviewed};
use super::lines::Line;
use super::mode::Mode;
use super::scroll::{Scroll, Spot};
use super::strip::Strip;
use super::{Open, Transcripts};
use crate::tui::actions::Act;
use crate::tui::canvas::Canvas;
use crate::tui::looks::DOCTOR;
use crate::tui::marking::Words;
use crate::tui::reading::Transcript;
use crate::tui::text::{grouped, width, wrap};
use crate::tui::theme::Role;
use crate::tui::unsealed::{Place, SIGN, Unsealed, put};
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
        heading(head, open, &self.mode, scene, canvas);
        let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        let Some(transcript) = open.transcript().cloned().filter(|_| open.missing.is_none()) else {
            return absent(body, open, canvas);
        };
        let strip =
            Rect { x: area.x + 2 + ENDS, width: area.width.saturating_sub(3 + 2 * ENDS), height: 1, y: area.y + 1 };
        if self.strip.as_ref().is_none_or(|(wide, _)| *wide != strip.width) {
            self.strip = Some((strip.width, Strip::new(&transcript, strip.width)));
        }
        let body = Rect { y: area.y + 3, height: area.height.saturating_sub(3), ..area };
        let cells = body.width.saturating_sub(5).min(WIDEST);
        let body = left_out(body, open, &transcript, scene, canvas);
        page(body, cells, open, canvas);
        if let Some((_, line)) = self.strip.as_ref().filter(|_| !transcript.entries.is_empty()) {
            draw_strip(strip, line, open, &transcript, canvas);
            self.strip_area = strip;
        }
        self.text_area = body;
        if transcript.entries.is_empty() {
            why_empty(body, open, &transcript, scene, canvas);
        }
        if let Mode::Copying(picker, _) | Mode::Visiting(picker, _) = &self.mode {
            picker.draw(area, scene.keys, canvas);
        }
    }
}

/// Where one is: the view it was opened from, the session, the entry. While something is typed, that.
fn heading(area: Rect, open: &Open, mode: &Mode, scene: &Scene, canvas: &mut Canvas) {
    let mut room = area.width;
    let (words, role) = position(open, scene, canvas);
    if width(&words) as u16 + 20 < room {
        room = canvas.put_right(area.right(), area.y, &words, room, role).saturating_sub(area.x + 2);
    }
    let typed = match mode {
        Mode::Finding(input, _) => Some((input, "/ ", "words in this session")),
        Mode::Noting(input, _) => Some((input, "✎ ", "a note, kept on this machine; empty: none")),
        _ => None,
    };
    if let Some((input, sign, empty)) = typed {
        let x = canvas.put(area.x, area.y, sign, 2, Role::Accent);
        return input.draw(canvas, x, area.y, room.saturating_sub(2), empty);
    }
    let mut x = area.x;
    if open.transcript().is_some_and(|transcript| transcript.unsealed.is_some()) {
        x = canvas.put(x, area.y, SIGN, 20, Role::Bad) + 2;
    }
    let from = open.from.as_deref().unwrap_or("…");
    x = canvas.put(x, area.y, from, 20, Role::Dim);
    x = canvas.put(x, area.y, " › ", 3, Role::Dim);
    let title = open.transcript().and_then(|it| it.row.title.as_deref()).map(str::trim).filter(|it| !it.is_empty());
    let title = title.unwrap_or(&open.reading.title).split('\n').next().unwrap_or_default();
    canvas.put(x, area.y, title, (area.x + room).saturating_sub(x), Role::Title);
}

/// The entry the cursor is on among all, and how the words being looked for, the copy and the review stand.
fn position(open: &Open, scene: &Scene, canvas: &Canvas) -> (String, Role) {
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
    words.extend(standing(open, scene.fleet, canvas));
    if book.transcript().row.gone_at.is_some() {
        words.push("† gone".to_owned());
    }
    match reviewed(book.kept(), book.transcript()) {
        Some(Reviewed::Holds) => words.push("✓ reviewed".to_owned()),
        Some(Reviewed::Lapsed) => words.push("~ changed since its review".to_owned()),
        None => {}
    }
    if let Some(place) = book.place(open.scroll.cursor.entry) {
        words.push(format!("{}/{}", grouped(place as u64 + 1), grouped(count as u64)));
    } else if count > 0 {
        let noun = if count == 1 { "entry" } else { "entries" };
        words.push(format!("{} {noun}", grouped(count as u64)));
    }
    (words.join("   "), Role::Dim)
}

/// Says below the page how many calls the audit view leaves out, and how they are seen; what is left for the page.
fn left_out(body: Rect, open: &Open, transcript: &Transcript, scene: &Scene, canvas: &mut Canvas) -> Rect {
    let looks = transcript.sums.looks;
    if looks == 0 || body.height < 4 || !open.book.as_ref().is_some_and(Book::audit) {
        return body;
    }
    let key = scene.keys.hint_of(Act::Audit).unwrap_or_else(|| "the palette".to_owned());
    let (what, them) = if looks == 1 { ("other call", "it") } else { ("other calls", "them") };
    let words =
        format!("{} {what} not shown: known to look at files and no more; {key} shows {them}", grouped(looks as u64));
    canvas.put(body.x + 2, body.bottom() - 1, &words, body.width.saturating_sub(3), Role::Dim);
    Rect { height: body.height - 1, ..body }
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
    for (x, sign) in (area.x..area.right()).zip(&strip.signs) {
        if let Some((sign, role)) = sign {
            canvas.put(x, area.y + 1, sign, 1, *role);
        }
    }
    let kept = open.book.iter().flat_map(|book| book.kept().entries());
    for cell in kept.filter_map(|place| strip.place(place)) {
        canvas.put(area.x + cell, area.y + 1, "★", 1, Role::Accent);
    }
    if let Some(at) = at {
        canvas.put(area.x + at, area.y + 1, "▲", 1, Role::Accent);
    }
}

fn page(area: Rect, cells: u16, open: &mut Open, canvas: &mut Canvas) {
    let Some(book) = &mut open.book else { return };
    book.set_cells(cells);
    open.scroll.page = usize::from(area.height).max(1);
    let here = !book.transcript().entries.is_empty();
    if let Some(goal) = open.goal.take_if(|_| here) {
        let number = book.number(goal);
        open.reach(number, true);
    }
    let Some(book) = &mut open.book else { return };
    let count = book.count();
    open.scroll.settle(count, |at| book.height(at));
    look_ahead(book, &open.scroll, count);
    let transcript = Arc::clone(book.transcript());
    let unsealed = transcript.unsealed.as_ref();
    let mut at = open.scroll.top;
    for y in area.top()..area.bottom() {
        if at.entry >= count {
            return;
        }
        let lines = book.lines(at.entry);
        if let Some(line) = lines.get(at.line) {
            let row = Rect { y, height: 1, ..area };
            let pen = Pen { words: &open.words, unsealed: unsealed.filter(|_| at.entry > 0) };
            draw_line(line, row, cells, at == open.scroll.cursor, pen, canvas);
            let entry = book.place(at.entry).and_then(|place| u64::try_from(place).ok());
            if line.head && book.kept().bookmarked(entry) {
                canvas.put(area.x + 1, y, "★", 1, Role::Accent);
            }
        }
        at = if at.line + 1 < lines.len() {
            Spot { line: at.line + 1, ..at }
        } else {
            Spot { entry: at.entry + 1, line: 0 }
        };
    }
}

/// Lays out what comes next in either direction, so that its code has its colours before it is in sight.
fn look_ahead(book: &mut Book, scroll: &Scroll, count: usize) {
    let (mut from, mut lines) = (scroll.top.entry, 0);
    for at in (0..scroll.top.entry).rev().take(scroll.page) {
        lines += book.height(at);
        if lines > scroll.page {
            break;
        }
    }
    lines = 0;
    while from < count && lines <= 3 * scroll.page {
        lines += book.height(from);
        from += 1;
    }
}

/// What lines of a page are drawn with.
#[derive(Clone, Copy)]
pub(super) struct Pen<'a> {
    /// The words that are looked for.
    pub words: &'a Words,
    /// The right to see the secrets in it.
    pub unsealed: Option<&'a Unsealed>,
}

/// One line, with the words marked that are looked for.
pub(super) fn draw_line(line: &Line, area: Rect, cells: u16, cursor: bool, pen: Pen<'_>, canvas: &mut Canvas) {
    let Pen { words, unsealed } = pen;
    let row = Rect { width: cells + 4, ..area };
    if cursor {
        canvas.tint(row, Role::Selected);
        canvas.put(area.x, area.y, "▌", 1, Role::Accent);
    }
    let left = area.x + 2;
    for span in &line.spans {
        let cells = cells.saturating_sub(span.x);
        put(Place { unsealed, x: left + span.x, y: area.y, cells }, &span.text, span.role, canvas);
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
            let cells = cells.saturating_sub(from);
            put(Place { unsealed, x: left + from, y: area.y, cells }, &span.text[range], Role::Match, canvas);
        }
    }
}

/// It is not in the mirror, cannot be read, or has not come yet.
fn absent(area: Rect, open: &Open, canvas: &mut Canvas) {
    let (words, role) = match (&open.failure, open.missing) {
        (Some(why), _) => (format!("It cannot be read: {why}. {DOCTOR}"), Role::Bad),
        (None, Some(why)) => (why.to_owned(), Role::Dim),
        (None, None) => ("⋯ It is being opened.".to_owned(), Role::Dim),
    };
    let lines = wrap(&words, usize::from(area.width.saturating_sub(6)), 4);
    for (line, y) in lines.iter().zip(area.y + 1..area.bottom()) {
        canvas.put(area.x + 2, y, line, area.width.saturating_sub(3), role);
    }
}

/// Below the card: why there is no entry, and what can be done.
fn why_empty(area: Rect, open: &mut Open, transcript: &Transcript, scene: &Scene, canvas: &mut Canvas) {
    let card = open.book.as_mut().map_or(0, |book| book.height(0)) as u16;
    let (words, role, again) = why_none(open, transcript, scene.fleet, canvas);
    let mut y = area.y + card + 1;
    for line in wrap(&words, usize::from(area.width.saturating_sub(6)), 4) {
        if y >= area.bottom() {
            return;
        }
        canvas.put(area.x + 2, y, &line, area.width.saturating_sub(3), role);
        y += 1;
    }
    if let Some(key) = scene.keys.hint_of(Act::Fetch).filter(|_| again && y < area.bottom()) {
        let x = canvas.put(area.x + 2, y, &key, 8, Role::Key) + 1;
        canvas.put(x, y, "asks again", 40, Role::Hint);
    }
}
