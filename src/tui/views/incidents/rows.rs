//! An incident as rows: headings, pins, notes, moments. The cursor stands on what can be selected, and skips the rest.

use crate::incident::Case;
use crate::tui::text::wrap;

/// Lines of a note that are shown.
const NOTE: usize = 40;
/// Cells before the text of a note.
pub(super) const NOTE_AT: u16 = 15;

/// The heading above what is pinned: nothing below it tells a time.
pub(super) const PINNED: &str = "PINNED";

/// Something that can be selected, by its place in the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Pin(usize),
    Note(usize),
    Moment(usize),
}

/// One line of the pane.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Row {
    Blank,
    /// A heading, and how many there are below it.
    Heading(&'static str, usize),
    /// Words of ours where there is nothing else.
    Words(String),
    /// Something that can be selected.
    Of(Of),
    /// A line of a note behind its first.
    More(usize, String),
}

/// The rows of a case, and where the cursor is.
#[derive(Debug, Default)]
pub(super) struct Rows {
    all: Vec<Row>,
    /// First lines of notes, by note.
    pub first: Vec<String>,
    /// The width they were made for; none when they have to be made.
    made_for: Option<u16>,
    /// Rows that can be selected.
    stops: Vec<usize>,
    /// Which of those the cursor is on.
    cursor: usize,
    pub top: usize,
    pub page: usize,
}

impl Rows {
    /// The case has changed.
    pub fn renew(&mut self) {
        self.made_for = None;
    }

    /// The rows, made for a width.
    pub fn make(&mut self, case: &Case, cells: u16) -> &[Row] {
        if self.made_for == Some(cells) {
            return &self.all;
        }
        let kept = self.selected();
        self.made_for = Some(cells);
        self.all.clear();
        self.first.clear();
        self.part(PINNED, case.pinned.len(), "Nothing yet.");
        self.all.extend((0..case.pinned.len()).map(|at| Row::Of(Of::Pin(at))));
        self.all.push(Row::Blank);
        self.part("NOTES", case.notes.len(), "None yet.");
        for (at, note) in case.notes.iter().enumerate() {
            let mut lines = wrap(&note.text, usize::from(cells.saturating_sub(NOTE_AT)), NOTE).into_iter();
            self.first.push(lines.next().unwrap_or_default());
            self.all.push(Row::Of(Of::Note(at)));
            self.all.extend(lines.map(|line| Row::More(at, line)));
        }
        self.all.push(Row::Blank);
        self.part("TIMELINE", case.timeline.len(), "Nothing yet.");
        self.all.extend((0..case.timeline.len()).map(|at| Row::Of(Of::Moment(at))));
        for short in &case.short {
            self.all.extend(wrap(short, usize::from(cells.saturating_sub(2)), 3).into_iter().map(Row::Words));
        }
        let stop = |(at, row): (usize, &Row)| matches!(row, Row::Of(_)).then_some(at);
        self.stops = self.all.iter().enumerate().filter_map(stop).collect();
        let found = kept.and_then(|of| self.stops.iter().position(|at| self.all.get(*at) == Some(&Row::Of(of))));
        self.cursor = found.unwrap_or(self.cursor).min(self.stops.len().saturating_sub(1));
        &self.all
    }

    fn part(&mut self, heading: &'static str, count: usize, none: &str) {
        self.all.push(Row::Heading(heading, count));
        if count == 0 {
            self.all.push(Row::Words(none.to_owned()));
        }
    }

    /// The row the cursor is on.
    pub fn row(&self) -> Option<usize> {
        self.stops.get(self.cursor).copied()
    }

    /// What the cursor is on.
    pub fn selected(&self) -> Option<Of> {
        match self.all.get(self.row()?)? {
            Row::Of(of) => Some(*of),
            _ => None,
        }
    }

    /// Moves the cursor.
    pub fn step(&mut self, by: i64) {
        let last = self.stops.len().saturating_sub(1) as i64;
        self.cursor = (self.cursor as i64).saturating_add(by).clamp(0, last) as usize;
    }

    /// To the beginning of the next part, or of the one before, round the ends.
    pub fn turn(&mut self, forward: bool) {
        let part = |of: Of| std::mem::discriminant(&of);
        let of = |at: usize| match self.stops.get(at).and_then(|row| self.all.get(*row)) {
            Some(Row::Of(of)) => Some(*of),
            _ => None,
        };
        let begins = |at: usize| at == 0 || of(at).map(part) != of(at - 1).map(part);
        let starts: Vec<usize> = (0..self.stops.len()).filter(|at| begins(*at)).collect();
        let here = starts.iter().rposition(|start| *start <= self.cursor).unwrap_or(0);
        let to = if forward { here + 1 } else { here + starts.len().saturating_sub(1) } % starts.len().max(1);
        self.cursor = starts.get(to).copied().unwrap_or(0);
    }

    /// Puts the cursor on what stands in a line of the pane, or nearest above it.
    pub fn point(&mut self, line: usize) {
        let row = self.top + line;
        self.cursor = self.stops.iter().rposition(|at| *at <= row).unwrap_or(0);
    }

    /// First row in sight, so that the cursor is, and its heading when there is room for it.
    pub fn scroll(&mut self, high: usize) -> usize {
        self.page = high.max(1);
        let row = self.row().unwrap_or(0);
        let above = if self.cursor == 0 { 0 } else { row.saturating_sub(1) };
        let lowest = (row + 2).saturating_sub(self.page);
        self.top = self.top.clamp(lowest.min(above), above).min(self.all.len().saturating_sub(self.page));
        self.top
    }

    /// One of them.
    pub fn get(&self, at: usize) -> Option<&Row> {
        self.all.get(at)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }
}
