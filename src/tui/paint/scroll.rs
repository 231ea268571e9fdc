//! Finding that a part of the screen has only moved up or down.
//!
//! No view says so: whole lines that stand elsewhere now are evidence enough, and so every list, help and document scrolls
//! cheaply. The terminal can move whole lines only; whatever stands beside a list moves along and is repaired.

use std::hash::{DefaultHasher, Hash, Hasher};

use ratatui::buffer::{Buffer, Cell};

/// Fewer cells than this are not worth a scroll.
const WORTH: usize = 120;

/// Lines `top..bottom` move by `by`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scroll {
    pub top: u16,
    /// Just after the last line.
    pub bottom: u16,
    pub by: u16,
    /// Towards the top.
    pub up: bool,
}

impl Scroll {
    /// The line that stands on `line` after the scroll, if it is not a new one.
    fn source(&self, line: u16) -> Option<u16> {
        let from = if self.up { line.checked_add(self.by)? } else { line.checked_sub(self.by)? };
        (self.top..self.bottom).contains(&from).then_some(from)
    }

    /// Does to `buffer` what the terminal does; new lines are filled with `unknown`.
    pub fn apply(&self, buffer: &mut Buffer, unknown: &'static str) {
        let wide = usize::from(buffer.area.width);
        let row = |line: u16| usize::from(line) * wide..(usize::from(line) + 1) * wide;
        let lines: Vec<u16> =
            if self.up { (self.top..self.bottom).collect() } else { (self.top..self.bottom).rev().collect() };
        for line in lines {
            match self.source(line) {
                Some(from) => {
                    let (from, to) = (row(from), row(line));
                    for (from, to) in from.zip(to) {
                        buffer.content[to] = buffer.content[from].clone();
                    }
                }
                None => buffer.content[row(line)].fill(Cell::new(unknown)),
            }
        }
    }
}

/// The scroll that saves most, if one does.
pub(super) fn find(shown: &Buffer, next: &Buffer) -> Option<Scroll> {
    let high = next.area.height;
    if shown.area != next.area || high < 4 {
        return None;
    }
    // Lines that stay as they are tell nothing, and are most of a screen: only the others are hashed.
    let (old, new): (Vec<_>, Vec<_>) = lines(shown)
        .zip(lines(next))
        .map(|(was, is)| if was == is { (None, None) } else { (hash(was), hash(is)) })
        .unzip();
    // Every changed line votes for the distances at which it stood before. Lines that stand in several places vote for all.
    let mut votes = vec![(0u32, u16::MAX, 0u16); 2 * usize::from(high)];
    for (to, hash) in (0..high).zip(new).filter_map(|(to, hash)| Some((to, hash?))) {
        for from in (0..high).filter(|from| old[usize::from(*from)] == Some(hash)) {
            let vote = &mut votes[usize::from(high + from - to)];
            *vote = (vote.0 + 1, vote.1.min(from.min(to)), vote.2.max(from.max(to)));
        }
    }
    let (at, (count, top, last)) = votes.into_iter().enumerate().max_by_key(|(_, (count, ..))| *count)?;
    if count < 2 {
        return None;
    }
    let by = at as i32 - i32::from(high);
    let found = Scroll { top, bottom: last + 1, by: by.unsigned_abs() as u16, up: by > 0 };
    let saved = cost(shown, next, &found, Some) as i64 - cost(shown, next, &found, |line| found.source(line)) as i64;
    (saved > WORTH as i64).then_some(found)
}

/// Cells to send for the scrolled lines, if each begins as `source` says.
fn cost(shown: &Buffer, next: &Buffer, scroll: &Scroll, source: impl Fn(u16) -> Option<u16>) -> usize {
    let row = |buffer: &Buffer, line: u16| {
        let wide = usize::from(buffer.area.width);
        usize::from(line) * wide..(usize::from(line) + 1) * wide
    };
    (scroll.top..scroll.bottom)
        .map(|line| {
            let next = &next.content[row(next, line)];
            match source(line) {
                Some(from) => shown.content[row(shown, from)].iter().zip(next).filter(|(old, new)| old != new).count(),
                None => next.len(),
            }
        })
        .sum()
}

fn lines(buffer: &Buffer) -> impl Iterator<Item = &[Cell]> {
    buffer.content.chunks(usize::from(buffer.area.width).max(1))
}

/// A hash of a line; none for a blank one, which tells nothing.
fn hash(line: &[Cell]) -> Option<u64> {
    if line.iter().all(|cell| cell.symbol() == " ") {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    line.hash(&mut hasher);
    Some(hasher.finish())
}
