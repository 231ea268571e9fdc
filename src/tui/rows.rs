//! The stretch of a list that is in memory, and the cursor in it.
//!
//! A list may hold a million records; here are the few hundred around the cursor. [`Rows::need`] says what to fetch next,
//! and answers are put in with [`Rows::show`], [`Rows::extend`] and [`Rows::refresh`]. Always true: the cursor stands on a
//! row (or the list is empty) and is within the visible page; the selected record stays selected, on its line, through
//! any refresh that still holds it. Motions past what is in memory are owed ([`Rows::need`] keeps asking) and paid when rows come.

use quarterdeck_sync::model::{Row, RowKey, Window};

/// Rows fetched at once.
pub(crate) const CHUNK: usize = 200;
/// Rows kept in memory; beyond, those far from the cursor are let go.
const KEEP: usize = 1_500;
/// Rows fetched at once when a long motion is owed.
const STRIDE: usize = 5_000;

/// What is missing around the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing.
    Nothing,
    /// So many rows before this one.
    Before(RowKey, usize),
    /// So many rows after this one.
    After(RowKey, usize),
}

/// Which end of the whole list a window shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Its first rows.
    First,
    /// Its last rows.
    Last,
}

/// A list's rows in memory.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    rows: Vec<Row>,
    more_before: bool,
    more_after: bool,
    /// Place of the first row in the whole list, while it is known.
    first: Option<u64>,
    cursor: usize,
    top: usize,
    page: usize,
    held: bool,
    owed: i64,
    /// Rows at the top that one does not open on: they lie in the future.
    ahead: usize,
}

impl Rows {
    /// The rows on the visible page.
    pub fn visible(&self) -> &[Row] {
        let end = (self.top + self.page).min(self.rows.len());
        &self.rows[self.top.min(end)..end]
    }

    /// The selected row.
    pub fn selected(&self) -> Option<&Row> {
        self.rows.get(self.cursor)
    }

    /// The rows from one to another, whichever comes first; `None` when one of them is not in memory.
    pub fn between(&self, one: RowKey, other: RowKey) -> Option<&[Row]> {
        let place = |key| self.rows.iter().position(|row| row.key == key);
        let (one, other) = (place(one)?, place(other)?);
        self.rows.get(one.min(other)..=one.max(other))
    }

    /// A row in memory has an unfinished write.
    pub fn pending(&self) -> bool {
        self.rows.iter().any(|row| !row.pending.is_empty())
    }

    /// The line of the page the cursor is on.
    pub fn line(&self) -> usize {
        self.cursor - self.top
    }

    /// The selected row's place in the whole list, from 1, while it is known.
    pub fn place(&self) -> Option<u64> {
        self.selected().and(self.first).map(|first| first + self.cursor as u64 + 1)
    }

    /// The whole list's length, when all of it is in memory.
    pub fn whole(&self) -> Option<u64> {
        (!self.more_before && !self.more_after).then_some(self.rows.len() as u64)
    }

    /// No row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The person has moved: the selection is theirs, and new rows must not take it away.
    pub fn held(&self) -> bool {
        self.held
    }

    /// The person has taken the selected row: from now on it is theirs.
    pub fn hold(&mut self) {
        self.held = true;
    }

    /// Rows on a page.
    pub fn page(&self) -> usize {
        self.page.max(1)
    }

    /// The page has this many lines now.
    pub fn set_page(&mut self, lines: usize) {
        self.page = lines;
        self.settle();
    }

    /// So many rows of the window that comes next are passed over by whoever opens the list. They are there all the same: above.
    pub fn pass_over(&mut self, rows: usize) {
        self.ahead = rows;
    }

    /// Where one stands who has not moved.
    fn home(&self) -> usize {
        if self.ahead < self.rows.len() { self.ahead } else { 0 }
    }

    /// Takes a window of one end of the list as all there is in memory, with the cursor on that end.
    pub fn show(&mut self, window: Window, end: End) {
        self.fill(window);
        self.owed = 0;
        self.held = end == End::Last;
        self.first = (end == End::First || !self.more_before).then_some(0);
        self.cursor = if end == End::Last { self.rows.len().saturating_sub(1) } else { self.home() };
        self.top = if end == End::Last { 0 } else { self.cursor };
        self.settle();
    }

    /// Takes a window around a row as all there is in memory, and selects the row. False, and nothing is taken, when it is not among
    /// them: no other may stand under the cursor as if it was the one.
    pub fn show_at(&mut self, window: Window, key: RowKey) -> bool {
        let Some(found) = window.rows.iter().position(|row| row.key == key) else { return false };
        self.fill(window);
        self.owed = 0;
        self.first = (!self.more_before).then_some(0);
        (self.cursor, self.held) = (found, true);
        self.top = self.cursor.saturating_sub(self.page / 3);
        self.settle();
        true
    }

    /// Keeps no more than what is around the cursor: nobody looks at it for a while.
    pub fn shed(&mut self) {
        self.trim_to(CHUNK.max(2 * self.page()));
    }

    /// Takes a newer window around the selected row, and keeps the selection on its line. When the record is not in it any more,
    /// the line stays, and another record stands on it.
    pub fn refresh(&mut self, window: Window, from_first: bool) {
        let (line, key) = (self.line(), self.selected().map(|row| row.key));
        let before = self.cursor;
        self.fill(window);
        self.first = (from_first || !self.more_before).then_some(0);
        let found = key.and_then(|key| self.rows.iter().position(|row| row.key == key));
        self.cursor =
            if self.held { found.unwrap_or(before) } else { self.home() }.min(self.rows.len().saturating_sub(1));
        self.top = if self.held { self.cursor.saturating_sub(line) } else { self.cursor };
        self.settle();
    }

    /// Adds rows that were needed, before or after those in memory, then pays what motion is owed.
    pub fn extend(&mut self, window: Window, need: Need) {
        match need {
            // Answers to a question about other rows than these are of no use: the list was replaced meanwhile.
            Need::After(key, _) if self.rows.last().is_some_and(|row| row.key == key) => {
                self.rows.extend(window.rows);
                self.more_after = window.more_after;
            }
            Need::Before(key, _) if self.rows.first().is_some_and(|row| row.key == key) => {
                let added = window.rows.len();
                self.rows.splice(0..0, window.rows);
                self.more_before = window.more_before;
                self.cursor += added;
                self.top += added;
                self.first = match self.first {
                    _ if !self.more_before => Some(0),
                    first => first.and_then(|first| first.checked_sub(added as u64)),
                };
            }
            _ => return,
        }
        let owed = std::mem::take(&mut self.owed);
        self.step(owed);
        self.trim();
    }

    /// Moves the cursor; what lies beyond the rows in memory is owed.
    pub fn step(&mut self, by: i64) {
        if self.rows.is_empty() || by == 0 {
            return;
        }
        self.held = true;
        let wanted = self.cursor as i64 + self.owed + by;
        let last = self.rows.len() as i64 - 1;
        let reached = wanted.clamp(0, last);
        let further = wanted - reached;
        let open = if further > 0 { self.more_after } else { self.more_before };
        self.owed = if open { further } else { 0 };
        self.cursor = reached as usize;
        self.settle();
    }

    /// Moves the cursor to a line of the page.
    pub fn point(&mut self, line: usize) -> bool {
        let at = self.top + line;
        if line >= self.page || at >= self.rows.len() {
            return false;
        }
        (self.cursor, self.held, self.owed) = (at, true, 0);
        true
    }

    /// Moves to one end, if it is in memory.
    pub fn reach(&mut self, end: End) -> bool {
        let open = if end == End::First { self.more_before } else { self.more_after };
        if open || self.rows.is_empty() {
            return false;
        }
        self.owed = 0;
        self.cursor = if end == End::First { 0 } else { self.rows.len() - 1 };
        // The first row of a list is where it opened, unless it opened below: from here new rows may come in above.
        self.held = end == End::Last || self.home() > 0;
        self.settle();
        true
    }

    /// What to fetch next.
    pub fn need(&self) -> Need {
        let (Some(first), Some(last)) = (self.rows.first(), self.rows.last()) else { return Need::Nothing };
        let margin = 2 * self.page();
        let want = |owed: i64| (owed.unsigned_abs() as usize + margin).clamp(CHUNK, STRIDE);
        if self.more_after && (self.owed > 0 || self.cursor + margin >= self.rows.len()) {
            return Need::After(last.key, want(self.owed));
        }
        if self.more_before && (self.owed < 0 || self.cursor < margin) {
            return Need::Before(first.key, want(self.owed));
        }
        Need::Nothing
    }

    fn fill(&mut self, window: Window) {
        self.rows = window.rows;
        self.more_before = window.more_before;
        self.more_after = window.more_after;
    }

    /// Keeps the cursor on the page, with a little of what comes next in sight.
    fn settle(&mut self) {
        // Whoever has not moved sees the row that the list opens on first.
        let ahead = if self.held || self.home() == 0 { 3.min(self.page().saturating_sub(1) / 4) } else { 0 };
        let lowest = (self.cursor + ahead + 1).saturating_sub(self.page());
        let highest = self.cursor.saturating_sub(ahead);
        // A short list may begin below its first row too.
        let opens = if self.held { 0 } else { self.home() };
        let bottom = self.rows.len().saturating_sub(self.page()).max(opens);
        self.top = self.top.clamp(lowest.min(highest), highest).min(bottom.max(lowest.min(bottom)));
    }

    fn trim(&mut self) {
        self.trim_to(KEEP);
    }

    fn trim_to(&mut self, keep: usize) {
        if self.rows.len() <= keep {
            return;
        }
        let end = (self.cursor + keep / 2).clamp(keep, self.rows.len());
        if end < self.rows.len() {
            self.rows.truncate(end);
            self.more_after = true;
        }
        let start = end - keep;
        if start > 0 {
            self.rows.drain(..start);
            self.more_before = true;
            self.cursor -= start;
            self.top = self.top.saturating_sub(start);
            self.first = self.first.map(|first| first + start as u64);
        }
        self.settle();
    }
}

#[cfg(test)]
mod tests {
    use quarterdeck_sync::model::{Kind, ListKey};

    use super::*;

    fn row(number: i64) -> Row {
        let row = Row::bare(ListKey::new("a", "sessions"), "turen", Kind::Session, number.to_string());
        Row { key: RowKey(number), ..row }
    }

    fn window(range: std::ops::Range<i64>, all: std::ops::Range<i64>) -> Window {
        Window { more_before: range.start > all.start, more_after: range.end < all.end, rows: range.map(row).collect() }
    }

    fn key(rows: &Rows) -> i64 {
        rows.selected().unwrap().key.0
    }

    /// Answers every need from a list of the numbers in `all`.
    fn feed(rows: &mut Rows, all: std::ops::Range<i64>) {
        for _ in 0..10_000 {
            let need = rows.need();
            let found = match need {
                Need::Nothing => return,
                Need::After(RowKey(key), n) => window(key + 1..(key + 1 + n as i64).min(all.end), all.clone()),
                Need::Before(RowKey(key), n) => window((key - n as i64).max(all.start)..key, all.clone()),
            };
            rows.extend(found, need);
        }
        panic!("never satisfied");
    }

    fn list(all: std::ops::Range<i64>) -> Rows {
        let mut rows = Rows::default();
        rows.set_page(20);
        rows.show(window(all.start..(all.start + CHUNK as i64).min(all.end), all.clone()), End::First);
        feed(&mut rows, all);
        rows
    }

    #[test]
    fn a_long_motion_arrives_and_memory_stays_small() {
        let mut rows = list(0..100_000);
        rows.step(54_321);
        feed(&mut rows, 0..100_000);
        assert_eq!((key(&rows), rows.place()), (54_321, Some(54_322)));
        assert!(rows.rows.len() <= KEEP);
        rows.step(-54_000);
        feed(&mut rows, 0..100_000);
        assert_eq!((key(&rows), rows.place()), (321, Some(322)));
        assert!(rows.rows.len() <= KEEP);
    }

    #[test]
    fn motions_stop_at_the_ends() {
        let mut rows = list(0..500);
        rows.step(-7);
        assert_eq!(key(&rows), 0);
        rows.step(9_999);
        feed(&mut rows, 0..500);
        assert_eq!((key(&rows), rows.owed), (499, 0));
        assert_eq!(rows.visible().last().unwrap().key.0, 499);
    }

    #[test]
    fn new_rows_above_do_not_move_the_selected_record() {
        let mut rows = list(0..500);
        rows.step(30);
        let (line, was) = (rows.line(), key(&rows));
        rows.refresh(window(-8..200, -8..500), true);
        assert_eq!((rows.line(), key(&rows)), (line, was));
        assert_eq!(rows.place(), Some(39));
    }

    #[test]
    fn an_untouched_list_shows_what_is_new() {
        let mut rows = list(0..500);
        rows.refresh(window(-8..200, -8..500), true);
        assert_eq!((rows.line(), key(&rows)), (0, -8));
    }

    #[test]
    fn a_selected_record_that_vanished_leaves_its_line_selected() {
        let mut rows = list(0..50);
        rows.step(10);
        let line = rows.line();
        let mut newer = window(0..50, 0..50);
        newer.rows.retain(|row| row.key.0 != 10);
        rows.refresh(newer, true);
        assert_eq!((rows.line(), key(&rows)), (line, 11));
        rows.refresh(Window::default(), true);
        assert_eq!((rows.selected(), rows.line()), (None, 0));
    }

    #[test]
    fn an_answer_about_other_rows_is_dropped() {
        let mut rows = list(0..500);
        rows.extend(window(900..950, 0..1000), Need::After(RowKey(899), 50));
        assert!(rows.rows.windows(2).all(|pair| pair[1].key.0 == pair[0].key.0 + 1));
    }

    #[test]
    fn the_cursor_is_always_on_the_page() {
        let mut rows = list(0..500);
        for (at, by) in [17, -3, 200, -150, 40, 1, 1, 1, -60].into_iter().enumerate() {
            rows.set_page([20, 5, 1, 40][at % 4]);
            rows.step(by);
            feed(&mut rows, 0..500);
            assert!(rows.line() < rows.page(), "after {by}");
            assert!(rows.visible().iter().any(|row| row.key.0 == key(&rows)));
        }
    }
}
