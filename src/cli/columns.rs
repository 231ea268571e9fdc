//! Short tables whose rows are all known: connections, platforms, reports. Lists of records are drawn in `render`.

use quarterdeck_sync::text::Clean;
use unicode_width::UnicodeWidthStr;

use super::style::{Role, Style};

/// A cell: text that passes the boundary here, and what it means.
#[derive(Debug, Clone)]
pub struct Cell {
    text: String,
    role: Option<Role>,
    right: bool,
}

impl Cell {
    /// Text.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self { text: Clean::line(text.as_ref()).into_string(), role: None, right: false }
    }

    /// A count, set to the right, with its thousands apart.
    pub fn count(number: u64) -> Self {
        Self { text: grouped(number), role: None, right: true }
    }

    /// The same in the colour of `role`.
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.role = Some(role);
        self
    }
}

/// The lines of a table: a heading, then the rows, columns two spaces apart, nothing behind the last.
pub fn table(style: &Style, headings: &[&str], rows: &[Vec<Cell>]) -> String {
    let mut widths: Vec<usize> = headings.iter().map(|heading| heading.width()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.text.width());
        }
    }
    let right = |column: usize| rows.first().and_then(|row| row.get(column)).is_some_and(|cell| cell.right);
    let heading: Vec<Cell> = headings
        .iter()
        .enumerate()
        .map(|(column, heading)| Cell { right: right(column), ..Cell::text(heading).role(Role::Heading) })
        .collect();
    let mut out = String::new();
    for row in std::iter::once(&heading).chain(rows) {
        out.push_str(&line(style, &widths, row));
        out.push('\n');
    }
    out
}

fn line(style: &Style, widths: &[usize], row: &[Cell]) -> String {
    let mut out = String::new();
    let mut owed = 0;
    for (cell, width) in row.iter().zip(widths) {
        let room = width.saturating_sub(cell.text.width());
        let (before, after) = if cell.right { (room, 0) } else { (0, room) };
        out.push_str(&" ".repeat(owed + before));
        out.push_str(&match cell.role {
            Some(role) => style.paint(role, &cell.text),
            None => cell.text.clone(),
        });
        owed = after + 2;
    }
    out.trim_end().to_owned()
}

/// `1234567` as `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_their_headings_and_counts_to_the_right() {
        let rows = [
            vec![Cell::text("prod"), Cell::count(1_234_567), Cell::text("ok")],
            vec![Cell::text("漢字ab"), Cell::count(3), Cell::text("")],
        ];
        let expected = "name         rows  state\nprod    1,234,567  ok\n漢字ab          3\n";
        assert_eq!(table(&Style::plain(), &["name", "rows", "state"], &rows), expected);
    }
}
