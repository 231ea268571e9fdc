//! The cursor in a transcript, and the page around it.
//!
//! A transcript may have a hundred thousand entries, of unknown heights: an entry is laid out when the page, or a
//! motion, comes to it, and the layouts kept are few. Always true: the cursor stands on a line of an entry (or there is none) and
//! is within the page.

use std::collections::HashMap;
use std::rc::Rc;

use super::lines::Line;

/// Layouts kept; beyond, all are let go: those in sight are made anew.
const KEPT: usize = 600;
/// Lines of the layouts kept.
const KEPT_LINES: usize = 20_000;
/// Lines that one motion walks over at most; what is longer goes by entries.
const WALK: i64 = 2_000;
/// Lines above and below the cursor that stay in sight.
const AHEAD: usize = 2;

/// A line of the transcript: the entry, by its place among those shown, and the line of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Spot {
    pub entry: usize,
    pub line: usize,
}

/// Layouts of entries, by their place among those shown.
#[derive(Debug, Default)]
pub(super) struct Layouts {
    kept: HashMap<usize, Rc<Vec<Line>>>,
    lines: usize,
}

impl Layouts {
    /// Forgets everything: width, folds or what is shown have changed.
    pub fn clear(&mut self) {
        self.kept.clear();
        self.lines = 0;
    }

    /// Forgets one entry: it looks otherwise now.
    pub fn forget(&mut self, entry: usize) {
        if let Some(lines) = self.kept.remove(&entry) {
            self.lines -= lines.len();
        }
    }

    /// The lines of an entry, kept or made. There is always one: an entry without any is an empty line.
    pub fn get(&mut self, entry: usize, make: impl FnOnce(usize) -> Vec<Line>) -> Rc<Vec<Line>> {
        if let Some(lines) = self.kept.get(&entry) {
            return Rc::clone(lines);
        }
        if self.kept.len() >= KEPT || self.lines > KEPT_LINES {
            self.clear();
        }
        let mut lines = make(entry);
        if lines.is_empty() {
            lines.push(Line::default());
        }
        self.lines += lines.len();
        let lines = Rc::new(lines);
        self.kept.insert(entry, Rc::clone(&lines));
        lines
    }
}

/// The cursor and the page.
#[derive(Debug, Default)]
pub(super) struct Scroll {
    pub cursor: Spot,
    pub top: Spot,
    /// Lines of the page.
    pub page: usize,
}

impl Scroll {
    /// Moves the cursor by lines. `count` entries are shown, `height` knows how many lines each has.
    pub fn step(&mut self, by: i64, count: usize, mut height: impl FnMut(usize) -> usize) {
        if count == 0 {
            return;
        }
        if by.abs() > WALK {
            let entry = (self.cursor.entry as i64).saturating_add(by).clamp(0, count as i64 - 1) as usize;
            let last = if by > 0 { height(entry).saturating_sub(1) } else { 0 };
            self.cursor = Spot { entry, line: last };
            return;
        }
        self.cursor = walk(self.cursor, by, count, &mut height);
    }

    /// Puts the cursor on an entry, so that what follows is in sight too.
    pub fn reach(&mut self, spot: Spot, count: usize, mut height: impl FnMut(usize) -> usize) {
        let seen = self.in_page(spot, count, &mut height);
        self.cursor = spot;
        let enough = seen.is_some_and(|line| line + self.page / 3 < self.page);
        if !enough {
            self.top = walk(spot, -((self.page / 5) as i64), count, &mut height);
        }
    }

    /// Brings the page to the cursor, with as little motion as can be, and fills it.
    pub fn settle(&mut self, count: usize, mut height: impl FnMut(usize) -> usize) {
        if count == 0 {
            (self.cursor, self.top) = (Spot::default(), Spot::default());
            return;
        }
        let fit = |spot: Spot, height: &mut dyn FnMut(usize) -> usize| {
            let entry = spot.entry.min(count - 1);
            Spot { entry, line: spot.line.min(height(entry).saturating_sub(1)) }
        };
        self.cursor = fit(self.cursor, &mut height);
        self.top = fit(self.top, &mut height);
        let page = self.page.max(1);
        let ahead = AHEAD.min(page.saturating_sub(1) / 3);
        let highest = walk(self.cursor, -(ahead as i64), count, &mut height);
        let last = walk(self.cursor, ahead as i64, count, &mut height);
        let lowest = walk(last, 1 - page as i64, count, &mut height);
        self.top = self.top.clamp(lowest.min(highest), highest);
        // No empty lines below the end while there is something above.
        let end = Spot { entry: count - 1, line: height(count - 1).saturating_sub(1) };
        if self.in_page(end, count, &mut height).is_some() {
            self.top = self.top.min(walk(end, 1 - page as i64, count, &mut height));
        }
    }

    /// The line of the page that a spot is on, if it is on the page.
    pub fn in_page(&self, spot: Spot, count: usize, height: &mut impl FnMut(usize) -> usize) -> Option<usize> {
        if spot < self.top {
            return None;
        }
        let mut lines = 0;
        let mut at = self.top;
        while at.entry < spot.entry {
            if at.entry >= count {
                return None;
            }
            lines += height(at.entry).saturating_sub(at.line);
            if lines >= self.page {
                return None;
            }
            at = Spot { entry: at.entry + 1, line: 0 };
        }
        let line = lines + spot.line.saturating_sub(at.line);
        (line < self.page).then_some(line)
    }
}

/// The spot so many lines further, or the end that is nearer.
fn walk(from: Spot, by: i64, count: usize, height: &mut impl FnMut(usize) -> usize) -> Spot {
    let Spot { mut entry, mut line } = from;
    let mut left = by.unsigned_abs() as usize;
    while left > 0 {
        if by > 0 {
            let below = height(entry).saturating_sub(line + 1);
            if left <= below {
                return Spot { entry, line: line + left };
            }
            if entry + 1 >= count {
                return Spot { entry, line: line + below };
            }
            left -= below + 1;
            (entry, line) = (entry + 1, 0);
        } else {
            if left <= line {
                return Spot { entry, line: line - left };
            }
            if entry == 0 {
                return Spot { entry, line: 0 };
            }
            left -= line + 1;
            entry -= 1;
            line = height(entry).saturating_sub(1);
        }
    }
    Spot { entry, line }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever one does, the cursor is on the page, and the page is full as long as there is enough to fill it.
        #[test]
        fn the_cursor_is_always_on_a_full_page(
            heights in prop::collection::vec(1usize..9, 1..40),
            motions in prop::collection::vec((-30i64..30, 1usize..20, any::<bool>()), 1..30),
        ) {
            let mut scroll = Scroll::default();
            let count = heights.len();
            let total: usize = heights.iter().sum();
            for (by, page, reach) in motions {
                scroll.page = page;
                if reach {
                    let entry = by.unsigned_abs() as usize % count;
                    scroll.reach(Spot { entry, line: 0 }, count, |at| heights[at]);
                } else {
                    scroll.step(by, count, |at| heights[at]);
                }
                scroll.settle(count, |at| heights[at]);
                prop_assert!(scroll.in_page(scroll.cursor, count, &mut |at| heights[at]).is_some());
                let above: usize = heights[..scroll.top.entry].iter().sum::<usize>() + scroll.top.line;
                prop_assert!(total - above >= page.min(total), "{above} of {total} above a page of {page}");
            }
        }

        #[test]
        fn a_way_there_is_a_way_back(heights in prop::collection::vec(1usize..6, 1..20), by in 0i64..30) {
            let height = |at: usize| heights[at];
            let there = walk(Spot::default(), by, heights.len(), &mut { height });
            let steps: usize = heights[..there.entry].iter().sum::<usize>() + there.line;
            prop_assert_eq!(steps as i64, by.min(heights.iter().sum::<usize>() as i64 - 1));
            prop_assert_eq!(walk(there, -by, heights.len(), &mut { height }), Spot::default());
        }
    }
}
