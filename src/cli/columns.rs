//! Short tables whose rows are all known: connections, platforms, reports. What draws them is in `render`.

pub use super::render::Cell;
use super::render::Table;
pub use super::render::{count as grouped, size};
use super::style::Style;

/// The lines of a table: a heading, then the rows, columns two spaces apart, nothing behind the last.
pub fn table(style: &Style, headings: &[&str], rows: &[Vec<Cell>]) -> String {
    Table::of(headings, rows, *style)
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
