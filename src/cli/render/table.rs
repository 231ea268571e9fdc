use quarterdeck_sync::text::{Clean, Secrets};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::amounts::count;
use crate::cli::style::{Role, Style};

/// One field of a table's row: text that has passed the boundary, and what it means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    text: Clean,
    role: Option<Role>,
    right: bool,
}

impl Cell {
    /// Text, on one line, its secrets masked.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::seen(text, Secrets::Masked)
    }

    /// The same with secrets as a person was allowed to see them.
    pub fn seen(text: impl AsRef<str>, secrets: Secrets) -> Self {
        Self { text: secrets.line(text.as_ref()), role: None, right: false }
    }

    /// Text that has passed the boundary in a way of its own.
    pub fn clean(text: Clean) -> Self {
        Self { text, role: None, right: false }
    }

    /// The same, or nothing.
    pub fn maybe(text: Option<&str>) -> Self {
        text.map(Self::text).unwrap_or_default()
    }

    /// A number, set to the right, its thousands apart.
    pub fn count(number: u64) -> Self {
        Self { right: true, ..Self::text(count(number)) }
    }

    /// The same with one more word behind it.
    #[must_use]
    pub fn behind(self, word: &str) -> Self {
        let gap = if self.text.as_str().is_empty() { "" } else { " " };
        // Clean already, and revealed perhaps.
        Self { text: Secrets::Revealed.line(&format!("{}{gap}{}", self.text, Clean::line(word))), ..self }
    }

    /// The same with a meaning.
    #[must_use]
    pub fn role(mut self, role: impl Into<Option<Role>>) -> Self {
        self.role = role.into();
        self
    }
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub heading: &'static str,
    /// It holds numbers: the heading stands to the right, as they do.
    pub right: bool,
    /// Width to which it may be cut on a terminal that is too narrow; 0: it is never cut.
    pub least: usize,
    /// On a terminal too narrow even so, columns are left out in falling order of this; 0: it always stays.
    pub spare: u8,
}

impl Column {
    /// A column that is always shown whole.
    pub const fn whole(heading: &'static str) -> Self {
        Self { heading, right: false, least: 0, spare: 0 }
    }

    /// A column that may be cut to `least` characters.
    pub const fn cut(heading: &'static str, least: usize) -> Self {
        Self { heading, right: false, least, spare: 0 }
    }

    /// A column of numbers.
    pub const fn number(heading: &'static str) -> Self {
        Self { heading, right: true, least: 0, spare: 0 }
    }

    /// The same, left out when there is no room; higher ones first.
    #[must_use]
    pub const fn spare(mut self, rank: u8) -> Self {
        self.spare = rank;
        self
    }
}

/// Rows on which the widths are settled.
const SAMPLE: usize = 500;
const GAP: &str = "  ";
/// Width to which columns are cut when nothing else helps.
const BARE: usize = 4;

/// A table with aligned columns. On a terminal it fits the width: columns that are empty or spare are left out, long
/// texts end in `…`. Elsewhere every column and every character is there.
///
/// Widths are settled on the first 500 rows; from then on rows are given out as they come.
#[derive(Debug)]
pub struct Table {
    columns: Vec<Column>,
    headings: Vec<Cell>,
    room: Option<usize>,
    style: Style,
    waiting: Vec<Vec<Cell>>,
    settled: Option<Vec<Option<usize>>>,
}

impl Table {
    /// A table as wide as it wants, or as `room` allows.
    pub fn new(columns: &[Column], room: Option<usize>, style: Style) -> Self {
        let headings = columns.iter().map(|column| Cell::text(column.heading)).collect();
        Self { columns: columns.to_vec(), headings, room, style, waiting: Vec::new(), settled: None }
    }

    /// The same under headings that come from outside.
    #[must_use]
    pub fn headed(mut self, headings: Vec<Cell>) -> Self {
        self.headings = headings;
        self
    }

    /// A table for stdout: it fits the terminal if that is one.
    pub fn for_stdout(columns: &[Column], style: Style) -> Self {
        // A terminal that does not know its size says 0.
        let width = || crossterm::terminal::size().map_or(0, |(width, _)| usize::from(width));
        let room = style.terminal.then(width).map(|width| if width == 0 { 80 } else { width });
        Self::new(columns, room, style)
    }

    /// A table whose rows are all known, under `headings`, as wide as it wants.
    pub fn of(headings: &[&str], rows: &[Vec<Cell>], style: Style) -> String {
        let right = |place: usize| rows.first().and_then(|row| row.get(place)).is_some_and(|cell| cell.right);
        let columns: Vec<Column> =
            (0..headings.len()).map(|place| Column { right: right(place), ..Column::whole("") }).collect();
        let mut table = Self::new(&columns, None, style).headed(headings.iter().map(Cell::text).collect());
        let mut out: String = rows.iter().map(|row| table.row(row.clone())).collect();
        out.push_str(&table.finish());
        out
    }

    /// Adds a row, one cell for each column, and returns what can be written by now.
    pub fn row(&mut self, cells: Vec<Cell>) -> String {
        debug_assert_eq!(cells.len(), self.columns.len());
        match &self.settled {
            Some(widths) => self.line(&cells, widths),
            None => {
                self.waiting.push(cells);
                if self.waiting.len() < SAMPLE { String::new() } else { self.settle() }
            }
        }
    }

    /// What is still to be written. A table without rows is its headings.
    pub fn finish(mut self) -> String {
        if self.settled.is_none() { self.settle() } else { String::new() }
    }

    fn settle(&mut self) -> String {
        let widths = self.widths();
        let headings: Vec<Cell> = self.headings.iter().map(|cell| cell.clone().role(Role::Heading)).collect();
        let mut out = self.line(&headings, &widths);
        for row in std::mem::take(&mut self.waiting) {
            out.push_str(&self.line(&row, &widths));
        }
        self.settled = Some(widths);
        out
    }

    /// Width of each column; `None` for one that is left out.
    fn widths(&self) -> Vec<Option<usize>> {
        let natural = |place: usize| {
            let cells = self.waiting.iter().filter_map(|row| row.get(place)).map(|cell| cell.text.as_str().width());
            // No column is wider than the terminal, however long a text in it.
            cells.max().unwrap_or(0).min(self.room.unwrap_or(usize::MAX))
        };
        let mut widths: Vec<Option<usize>> = self
            .columns
            .iter()
            .zip(&self.headings)
            .enumerate()
            .map(|(place, (column, heading))| {
                let widest = natural(place);
                let empty = widest == 0 && !self.waiting.is_empty() && self.room.is_some();
                (!empty || column.heading.is_empty()).then(|| widest.max(heading.text.as_str().width()))
            })
            .collect();
        if let Some(room) = self.room {
            self.fit(&mut widths, room);
        }
        widths
    }

    fn fit(&self, widths: &mut [Option<usize>], room: usize) {
        loop {
            let over = total(widths).saturating_sub(room);
            if over <= self.slack(widths, |column| column.least) {
                return self.cut(widths, over, |column| column.least);
            }
            let spare = (0..widths.len())
                .filter(|&place| widths[place].is_some() && self.columns[place].spare > 0)
                .max_by_key(|&place| self.columns[place].spare);
            match spare {
                Some(place) => widths[place] = None,
                None => {
                    let bare = |column: &Column| column.least.min(BARE);
                    return self.cut(widths, over.min(self.slack(widths, bare)), bare);
                }
            }
        }
    }

    /// How much the columns that may be cut have beyond their `least`.
    fn slack(&self, widths: &[Option<usize>], least: impl Fn(&Column) -> usize) -> usize {
        let cuttable = self.columns.iter().zip(widths).filter(|(column, _)| column.least > 0);
        cuttable.map(|(column, width)| width.unwrap_or(0).saturating_sub(least(column))).sum()
    }

    /// Takes `over`, which is no more than the slack, from the columns that may be cut, cell by cell from the one that is
    /// the furthest over its `least` for its size.
    fn cut(&self, widths: &mut [Option<usize>], over: usize, least: impl Fn(&Column) -> usize) {
        for _ in 0..over {
            let wide = self.columns.iter().zip(widths.iter_mut()).filter_map(|(column, width)| {
                let (width, least) = (width.as_mut()?, least(column));
                (column.least > 0 && *width > least).then_some((*width * 1_000 / least.max(1), width))
            });
            if let Some((_, width)) = wide.max_by_key(|(share, _)| *share) {
                *width -= 1;
            }
        }
    }

    fn line(&self, cells: &[Cell], widths: &[Option<usize>]) -> String {
        let mut out = String::new();
        let mut gap = 0;
        for ((cell, column), width) in cells.iter().zip(&self.columns).zip(widths) {
            let Some(width) = *width else { continue };
            let text = if self.room.is_some() { cut(cell.text.as_str(), width) } else { cell.text.as_str().to_owned() };
            let pad = width.saturating_sub(text.width());
            let (before, after) = if cell.right || column.right { (pad, 0) } else { (0, pad) };
            // Held back, so that a line does not end in white space.
            if !text.is_empty() {
                out.extend(std::iter::repeat_n(' ', gap + before));
                out.push_str(&match cell.role {
                    Some(role) => self.style.paint(role, &text),
                    None => text,
                });
                gap = after + GAP.len();
            } else {
                gap += width + GAP.len();
            }
        }
        out.push('\n');
        out
    }
}

fn total(widths: &[Option<usize>]) -> usize {
    let shown = widths.iter().flatten();
    shown.clone().sum::<usize>() + GAP.len() * shown.count().saturating_sub(1)
}

/// Cuts `text` to `width` cells of a terminal, with a mark where it was cut.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut left = width.saturating_sub(1);
    for grapheme in text.graphemes(true) {
        match left.checked_sub(grapheme.width()) {
            Some(rest) => left = rest,
            None => break,
        }
        out.push_str(grapheme);
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] =
        &[Column::whole("ID"), Column::cut("TITLE", 6), Column::number("ROWS"), Column::whole("NOTE").spare(1)];

    fn table(room: Option<usize>, rows: &[[&str; 4]]) -> String {
        let mut table = Table::new(COLUMNS, room, Style::plain());
        let mut out: String = rows.iter().map(|row| table.row(row.iter().map(Cell::text).collect())).collect();
        out.push_str(&table.finish());
        out
    }

    #[test]
    fn columns_are_aligned_and_lines_end_where_they_end() {
        let rows = [["a", "日本", "7", ""], ["bcd", "x", "1,204", "new"]];
        assert_eq!(table(None, &rows), "ID   TITLE   ROWS  NOTE\na    日本       7\nbcd  x      1,204  new\n");
    }

    #[test]
    fn a_narrow_terminal_gets_less_and_never_a_broken_line() {
        let rows = [["a", "a title that is long", "7", "something"]];
        assert_eq!(table(Some(32), &rows), "ID  TITLE        ROWS  NOTE\na   a title th…     7  something\n");
        assert_eq!(table(Some(20), &rows), "ID  TITLE       ROWS\na   a title t…     7\n");
        assert_eq!(table(Some(5), &rows), "ID  TIT…  ROWS\na   a t…     7\n");
        for line in table(Some(20), &[["a", "日本語日本語日本語", "7", "x"]]).lines() {
            assert!(line.width() <= 20, "{line:?}");
        }
    }

    #[test]
    fn a_pipe_gets_everything() {
        let long = "x".repeat(500);
        assert!(table(None, &[["a", &long, "", ""]]).contains(&long));
        assert_eq!(table(None, &[]), "ID  TITLE  ROWS  NOTE\n");
    }

    #[test]
    fn empty_columns_take_no_room_on_a_terminal() {
        assert_eq!(table(Some(80), &[["a", "b", "", ""]]), "ID  TITLE\na   b\n");
    }

    #[test]
    fn what_comes_from_outside_is_seen_and_not_obeyed() {
        assert_eq!(
            table(None, &[["\u{1b}[2J", "\u{202e}", "\n", ""]]),
            "ID    TITLE   ROWS  NOTE\n␛[2J  ⟨202E⟩     ␊\n"
        );
    }

    #[test]
    fn a_long_table_is_given_out_as_it_comes() {
        let mut table = Table::new(&[Column::whole("ID")], None, Style::plain());
        let early: String = (0..SAMPLE).map(|id| table.row(vec![Cell::text(id.to_string())])).collect();
        assert_eq!(early.lines().count(), SAMPLE + 1);
        assert_eq!(table.row(vec![Cell::text("last")]), "last\n");
        assert_eq!(table.finish(), "");
    }
}
