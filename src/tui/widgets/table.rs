//! A table: columns that fit the width, a row with the cursor. What the rows are is the caller's affair.

use ratatui::layout::Rect;

use crate::tui::canvas::Canvas;
use crate::tui::text::width;
use crate::tui::theme::Role;

/// Cells in which a title can be read.
const READABLE: u16 = 34;
/// Columns of this rank and below are not worth a title that cannot be read.
const MINOR: u8 = 4;
/// Cells between two columns.
const GAP: u16 = 2;
/// Cells before the first column: the cursor's mark, and a space.
const MARGIN: u16 = 2;

/// A column, as wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column<T> {
    /// What it shows.
    pub cell: T,
    /// Its heading.
    pub title: &'static str,
    /// Cells it needs to be of use.
    pub least: u16,
    /// Cells it can use.
    pub most: u16,
    /// Lower ones stay when it gets narrow.
    pub rank: u8,
    /// Numbers and ages end flush.
    pub right: bool,
}

/// A column with its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed<T> {
    /// What it shows.
    pub cell: T,
    /// Its heading.
    pub title: &'static str,
    /// Where it starts, from the table's left.
    pub x: u16,
    /// How wide it is.
    pub width: u16,
    /// Ends flush.
    pub right: bool,
}

/// One cell's text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Text {
    /// A sign before the words, in the same role.
    pub glyph: &'static str,
    /// The words.
    pub words: String,
    /// What they mean.
    pub role: Option<Role>,
    /// Cut at the left: a path.
    pub tail: bool,
    /// Stands behind the words, and is never cut for them: a sign, a word, what they mean.
    pub mark: Option<(&'static str, String, Role)>,
}

impl Text {
    /// Words with a meaning.
    pub fn new(words: impl Into<String>, role: Role) -> Self {
        Self { words: words.into(), role: Some(role), ..Self::default() }
    }
}

/// Chooses the columns that fit into `total` cells, the lowest ranks first, and shares out what is left.
pub(crate) fn place<T: Copy>(columns: &[Column<T>], total: u16) -> Vec<Placed<T>> {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|&at| columns[at].rank);
    let mut widths: Vec<Option<u16>> = vec![None; columns.len()];
    // A cell is kept free at the right edge: text that touches it reads badly beside another pane.
    let mut left = total.saturating_sub(MARGIN + 1);
    let main = columns.iter().find(|column| column.rank == 0).map_or(READABLE, |column| column.least);
    for at in order {
        let first = widths.iter().all(Option::is_none);
        let cost = columns[at].least + if first { 0 } else { GAP };
        // What does not fit ends the choice: a lesser column in its place would be noise.
        let squeezed = columns[at].rank >= MINOR && main + left.saturating_sub(cost) < READABLE;
        if (cost > left && !first) || squeezed {
            break;
        }
        widths[at] = Some(columns[at].least.min(left));
        left = left.saturating_sub(cost);
    }
    // The most important column is read, the others are looked at: it gets what it needs to be read first.
    if let Some(main) = (0..columns.len()).find(|&at| columns[at].rank == 0)
        && let Some(width) = &mut widths[main]
    {
        let more = columns[main].most.min(READABLE).saturating_sub(*width).min(left);
        *width += more;
        left -= more;
    }
    while left > 0 {
        let hungry: Vec<usize> =
            (0..columns.len()).filter(|&at| widths[at].is_some_and(|width| width < columns[at].most)).collect();
        if hungry.is_empty() {
            break;
        }
        let share = (left / hungry.len() as u16).max(1);
        for at in hungry {
            if let Some(width) = &mut widths[at] {
                let more = share.min(columns[at].most - *width).min(left);
                *width += more;
                left -= more;
            }
        }
    }
    let mut x = MARGIN;
    let mut placed = Vec::new();
    for (column, width) in columns.iter().zip(widths) {
        if let Some(width) = width {
            placed.push(Placed { cell: column.cell, title: column.title, x, width, right: column.right });
            x += width + GAP;
        }
    }
    placed
}

/// Draws the headings.
pub(crate) fn heads<T: Copy>(
    canvas: &mut Canvas,
    area: Rect,
    columns: &[Placed<T>],
    sorted: impl Fn(T) -> Option<&'static str>,
) {
    for column in columns {
        let x = area.x + column.x;
        let mark = sorted(column.cell);
        let words = format!("{}{}", column.title, mark.unwrap_or_default());
        let role = if mark.is_some() { Role::Text } else { Role::Dim };
        if column.right {
            canvas.put_right(x + column.width, area.y, &words, column.width, role);
        } else {
            canvas.put(x, area.y, &words, column.width, role);
        }
    }
}

/// How a row is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Like any other.
    None,
    /// The cursor is on it, and the keys go to this table.
    Cursor,
    /// The cursor is on it, and the keys go elsewhere.
    CursorIdle,
}

/// Draws one row on the first line of `area`.
pub(crate) fn row<T: Copy>(
    canvas: &mut Canvas,
    area: Rect,
    columns: &[Placed<T>],
    mark: Mark,
    text: impl Fn(&Canvas, T) -> Text,
) {
    let ground = match mark {
        Mark::None => None,
        Mark::Cursor => Some(Role::Selected),
        Mark::CursorIdle => Some(Role::SelectedIdle),
    };
    if let Some(ground) = ground {
        canvas.tint(area, ground);
        canvas.put(area.x, area.y, if mark == Mark::Cursor { "▌" } else { "▏" }, 1, Role::LineFocus);
    }
    for column in columns {
        let cell = text(canvas, column.cell);
        let role = cell.role.unwrap_or(Role::Text);
        let (mut x, mut room) = (area.x + column.x, column.width);
        if !cell.glyph.is_empty() {
            x = canvas.put(x, area.y, cell.glyph, 2, role) + 1;
            room = room.saturating_sub(width(cell.glyph) as u16 + 1);
        }
        if let Some((glyph, words, meaning)) = &cell.mark {
            let wide = (width(glyph) + width(words)) as u16;
            room = room.saturating_sub(wide + 1);
            let at = canvas.put(x, area.y, &cell.words, room, role) + u16::from(room > 0);
            let at = canvas.put(at, area.y, glyph, wide, *meaning);
            canvas.put(at, area.y, words, (area.x + column.x + column.width).saturating_sub(at), *meaning);
        } else if column.right {
            canvas.put_right(x + room, area.y, &cell.words, room, role);
        } else if cell.tail {
            canvas.put_end(x, area.y, &cell.words, room, role);
        } else {
            canvas.put(x, area.y, &cell.words, room, role);
        }
    }
    if let Some(ground) = ground {
        canvas.settle(area, ground);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column<u8>; 4] = [
        Column { cell: 0, title: "STATUS", least: 10, most: 14, rank: 1, right: false },
        Column { cell: 1, title: "TITLE", least: 20, most: 400, rank: 0, right: false },
        Column { cell: 2, title: "PROJECT", least: 12, most: 30, rank: 3, right: false },
        Column { cell: 3, title: "AGE", least: 4, most: 4, rank: 2, right: true },
    ];

    #[test]
    fn the_least_important_column_goes_first_and_nothing_overlaps() {
        for total in 10..200 {
            let placed = place(&COLUMNS, total);
            assert!(placed.iter().any(|column| column.cell == 1), "the title is always there");
            for pair in placed.windows(2) {
                assert!(pair[0].x + pair[0].width < pair[1].x);
            }
            let end = placed.last().map_or(0, |column| column.x + column.width);
            assert!(end <= total, "{end} of {total}");
            let shown: Vec<u8> = placed.iter().map(|column| column.cell).collect();
            if shown.contains(&2) {
                assert!(shown.contains(&3) && shown.contains(&0));
            }
        }
        assert_eq!(place(&COLUMNS, 200).len(), 4);
    }
}
