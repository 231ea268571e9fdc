//! From one frame to the next in as few bytes as we can: what is sent is only what differs.
//!
//! A list that scrolled by a line is scrolled by the terminal (a scroll region, then insert or delete line), and only the new
//! line is sent; runs of blanks are erased instead of written; colours and attributes are sent only where they change.
//! A frame is one string of bytes between synchronized-update marks, for one write (`frames`).
//!
//! The painter believes that the terminal shows what it sent last; [`Painter::forget`] says that it does not.

mod scroll;

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier};

use super::theme::codes::{ATTRIBUTES, colour};

/// A gap of unchanged cells up to this long is written again: a jump costs as much.
const GAP: u16 = 3;
/// A run of blanks from this long on is erased.
const BLANKS: usize = 16;
/// Stands for cells whose content on the terminal is not known: a noncharacter, which no text that is drawn holds.
const UNKNOWN: &str = "\u{fdd0}";

/// What the terminal shows, and what it is set to.
#[derive(Debug)]
pub(crate) struct Painter {
    shown: Buffer,
    lost: bool,
    erase: bool,
    pen: Pen,
    at: Option<(u16, u16)>,
    cursor: bool,
    out: String,
}

/// Colours and attributes in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    mods: Modifier,
}

const RESET: Pen = Pen { fg: Color::Reset, bg: Color::Reset, mods: Modifier::empty() };

/// Attributes that are seen on a blank.
const SEEN: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

impl Pen {
    /// What to put in force to write `cell`. On a blank only the ground is seen, so whatever else is in force may stay.
    fn for_cell(self, cell: &Cell) -> Self {
        if plain_blank(cell) && !self.mods.intersects(SEEN) {
            Self { bg: cell.bg, ..self }
        } else {
            Self { fg: cell.fg, bg: cell.bg, mods: cell.modifier }
        }
    }
}

/// A blank of which only the ground is seen.
fn plain_blank(cell: &Cell) -> bool {
    cell.symbol() == " " && !cell.modifier.intersects(SEEN)
}

/// Two cells that nobody can tell apart.
fn alike(one: &Cell, other: &Cell) -> bool {
    one == other || (plain_blank(one) && plain_blank(other) && one.bg == other.bg)
}

impl Painter {
    /// A painter for a terminal that shows anything. `erase`: it erases with the background in force.
    pub fn new(erase: bool) -> Self {
        let shown = Buffer::empty(Rect::default());
        Self { shown, lost: true, erase, pen: RESET, at: None, cursor: false, out: String::new() }
    }

    /// Makes room for screens of this size. What the terminal shows in it is not known yet.
    pub fn fit(&mut self, area: Rect) {
        self.shown = Buffer::empty(area);
        self.lost = true;
    }

    /// The terminal shows something else now.
    pub fn forget(&mut self) {
        self.lost = true;
    }

    /// The bytes that turn what is shown into `next`; empty when they are the same.
    pub fn paint(&mut self, next: &Buffer, cursor: Option<Position>) -> &[u8] {
        self.out.clear();
        let anew = self.lost || self.shown.area != next.area;
        if anew {
            self.pen = RESET;
            self.at = None;
            self.cursor = false;
            self.lost = false;
            self.out.push_str("\x1b[?25l\x1b[0m\x1b[r\x1b[2J");
        } else if let Some(found) = scroll::find(&self.shown, next) {
            self.scroll(found);
        }
        let changes = if anew { written(next) } else { changes(&self.shown, next) };
        // The cursor would be seen running over the screen on terminals without synchronized updates.
        if self.cursor && (!changes.is_empty() || cursor.is_none()) {
            self.out.push_str("\x1b[?25l");
            self.cursor = false;
        }
        self.cells(&changes, next);
        // Into the room that is there: cloned as a whole it would be new with each frame.
        self.shown.area = next.area;
        self.shown.content.clone_from(&next.content);
        if let Some(place) = cursor {
            if self.at != Some((place.x, place.y)) {
                self.jump(place.x, place.y);
            }
            if !self.cursor {
                self.out.push_str("\x1b[?25h");
                self.cursor = true;
            }
        }
        if !self.out.is_empty() {
            self.out.insert_str(0, "\x1b[?2026h");
            self.out.push_str("\x1b[?2026l");
        }
        self.out.as_bytes()
    }

    fn scroll(&mut self, found: scroll::Scroll) {
        let scroll::Scroll { top, bottom, by, up } = found;
        self.set(RESET);
        let verb = if up { 'M' } else { 'L' };
        let _ = write!(self.out, "\x1b[{};{}r\x1b[{};1H\x1b[{by}{verb}\x1b[r", top + 1, bottom, top + 1);
        // Setting the region has moved the cursor.
        self.at = None;
        found.apply(&mut self.shown, UNKNOWN);
    }

    fn cells(&mut self, changes: &[(u16, u16, &Cell)], next: &Buffer) {
        let mut at = 0;
        while at < changes.len() {
            let (x, y, cell) = changes[at];
            self.reach(x, y, next);
            self.set(self.pen.for_cell(cell));
            let blanks = self.blanks(&changes[at..]);
            if blanks > 0 {
                if x + blanks as u16 == next.area.right() {
                    self.out.push_str("\x1b[K");
                } else {
                    let _ = write!(self.out, "\x1b[{blanks}X");
                }
                at += blanks;
            } else {
                self.print(x, y, cell, next.area);
                at += 1;
            }
        }
    }

    /// How many blanks of one style begin here, if erasing them pays.
    fn blanks(&self, changes: &[(u16, u16, &Cell)]) -> usize {
        let (x, y, first) = changes[0];
        if !self.erase || !plain_blank(first) {
            return 0;
        }
        let same = |(at, change): &(usize, &(u16, u16, &Cell))| {
            change.0 == x + *at as u16 && change.1 == y && alike(change.2, first)
        };
        let count = changes.iter().enumerate().take_while(same).count();
        if count >= BLANKS { count } else { 0 }
    }

    fn print(&mut self, x: u16, y: u16, cell: &Cell, area: Rect) {
        self.out.push_str(cell.symbol());
        let wide = cell.cell_width();
        // Terminals disagree about the width of what is not one plain character, and about where the cursor is
        // after the last column: then the next place is told, not assumed.
        let sure = cell.symbol().is_ascii() || (wide == 1 && cell.symbol().chars().count() == 1);
        self.at = (sure && x + 1 < area.right()).then_some((x + 1, y));
    }

    /// Brings the terminal's cursor to a cell.
    fn reach(&mut self, x: u16, y: u16, next: &Buffer) {
        match self.at {
            Some(at) if at == (x, y) => {}
            Some((from, line)) if line == y && from < x => {
                let gap: Vec<&Cell> = (from..x).filter_map(|x| next.cell((x, y))).collect();
                let plain = |cell: &&Cell| cell.symbol().is_ascii() && self.pen.for_cell(cell) == self.pen;
                if x - from <= GAP && gap.iter().all(plain) {
                    gap.iter().for_each(|cell| self.out.push_str(cell.symbol()));
                } else {
                    let _ = write!(self.out, "\x1b[{}C", x - from);
                }
                self.at = Some((x, y));
            }
            _ => self.jump(x, y),
        }
    }

    fn jump(&mut self, x: u16, y: u16) {
        let _ = match x {
            0 => write!(self.out, "\x1b[{}H", y + 1),
            _ => write!(self.out, "\x1b[{};{}H", y + 1, x + 1),
        };
        self.at = Some((x, y));
    }

    /// Puts colours and attributes in force.
    fn set(&mut self, pen: Pen) {
        if pen == self.pen {
            return;
        }
        self.out.push_str("\x1b[");
        let codes = &mut self.out;
        // Bold and dim are switched off together, so a change of attributes that takes something away starts afresh.
        let mut from = self.pen;
        if !pen.mods.contains(from.mods) {
            codes.push_str("0;");
            from = RESET;
        }
        for (modifier, code) in ATTRIBUTES {
            if pen.mods.contains(modifier) && !from.mods.contains(modifier) {
                codes.push_str(code);
            }
        }
        if pen.fg != from.fg {
            colour(codes, pen.fg, 30);
        }
        if pen.bg != from.bg {
            colour(codes, pen.bg, 40);
        }
        // Each code ends in its separator; the last one ends the sequence.
        if codes.ends_with(';') {
            codes.pop();
        }
        codes.push('m');
        self.pen = pen;
    }
}

/// The cells to send to a terminal that was cleared.
fn written(next: &Buffer) -> Vec<(u16, u16, &Cell)> {
    let wide = usize::from(next.area.width).max(1);
    let mut written = Vec::with_capacity(next.content.len());
    for (y, line) in next.content.chunks(wide).enumerate() {
        let mut covered = 0;
        for (x, is) in line.iter().enumerate() {
            if covered > 0 {
                covered -= 1;
                continue;
            }
            covered = is.cell_width().saturating_sub(1);
            if !plain_blank(is) || is.bg != Color::Reset {
                written.push((x as u16, y as u16, is));
            }
        }
    }
    written
}

/// The cells to send. A wide character stands in its first cell and covers the next: a cell that was covered and is
/// not any more has to be sent even if it compares equal, since the terminal has only blanked it.
fn changes<'a>(shown: &Buffer, next: &'a Buffer) -> Vec<(u16, u16, &'a Cell)> {
    let wide = usize::from(next.area.width).max(1);
    let mut changes = Vec::new();
    for (y, (old, new)) in shown.content.chunks(wide).zip(next.content.chunks(wide)).enumerate() {
        // Cells still covered by the last wide character, on either side.
        let (mut old_covered, mut new_covered) = (0, 0);
        for (x, (was, is)) in old.iter().zip(new).enumerate() {
            let (was_covered, is_covered) = (old_covered > 0, new_covered > 0);
            old_covered = if was_covered { old_covered - 1 } else { was.cell_width().saturating_sub(1) };
            new_covered = if is_covered { new_covered - 1 } else { is.cell_width().saturating_sub(1) };
            if !is_covered && (was_covered || !alike(was, is)) {
                changes.push((x as u16, y as u16, is));
            }
        }
    }
    changes
}

#[cfg(test)]
mod tests;
