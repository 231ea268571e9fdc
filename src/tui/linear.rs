//! The console line by line, for screen readers and for terminals that can do nothing else.
//!
//! What is drawn is the same; what is written are the lines that are new in it, as plain text, one after the other. Frames and
//! bars are left out: they say nothing to an ear. Before text of others stands `|`, on every line of it, so that nothing an agent
//! writes is heard as a word of ours. The line that is chosen begins with `>`. A line that was there before, wherever it stood, is
//! not said again, so a list that moves by one says one line.

use std::collections::HashSet;

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::canvas::FOREIGN;
use super::text::width;

/// Columns of the page that is read out: more would only be blanks between words.
pub(crate) const WIDTH: u16 = 100;
/// Its lines.
pub(crate) const HEIGHT: u16 = 36;
/// Lines of these that belong to messages: they share none with anything else.
pub(crate) const SAID: u16 = 6;
/// Cells in reverse that make a line the chosen one: a single one is a cursor.
const CHOSEN: usize = 4;
/// What the mark before text of others is written as: every terminal has it, and what reads it out has a word for it.
const OTHERS: &str = "|";

/// What was said, so that it is not said again.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    said: HashSet<String>,
    /// The chosen lines of the frame before.
    chosen: Vec<String>,
}

impl Reader {
    /// Everything is to be said anew.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// What is new in a frame: whole lines, each with its end. Nothing when nothing is.
    pub fn read(&mut self, frame: &Buffer) -> String {
        let mut out = String::new();
        let (mut said, mut chosen) = (HashSet::new(), Vec::new());
        for y in frame.area.y..frame.area.bottom() {
            let (line, marked) = line(frame, y);
            if line.is_empty() {
                continue;
            }
            let new = match marked {
                true => !self.chosen.contains(&line),
                false => !self.said.contains(&line),
            };
            if new {
                out.push_str(if marked { "> " } else { "" });
                out.push_str(&line);
                out.push_str("\r\n");
            }
            if marked {
                chosen.push(line.clone());
            }
            said.insert(line);
        }
        (self.said, self.chosen) = (said, chosen);
        out
    }
}

/// A row of the frame as words, and whether it is the chosen one.
fn line(frame: &Buffer, y: u16) -> (String, bool) {
    let (mut text, mut reversed, mut says, mut covered) = (String::new(), 0, false, 0);
    for x in frame.area.x..frame.area.right() {
        let Some(cell) = frame.cell((x, y)) else { continue };
        let symbol = cell.symbol();
        reversed += usize::from(cell.modifier.contains(Modifier::REVERSED));
        // The cells behind the first of a wide symbol are its own, and no blanks.
        if covered > 0 {
            covered -= 1;
            continue;
        }
        covered = width(symbol).saturating_sub(1);
        if symbol.starts_with(FOREIGN) {
            text.push_str(OTHERS);
            continue;
        }
        let blank = symbol.trim().is_empty() || symbol.chars().all(is_furniture);
        says |= !blank;
        match blank {
            // Two blanks are as good as many: they end a column.
            true if text.is_empty() || text.ends_with("  ") => {}
            true => text.push(' '),
            false => text.push_str(symbol),
        }
    }
    // Nobody need hear that others left a line blank.
    let text = if says { text.trim_end() } else { "" };
    (text.to_owned(), reversed >= CHOSEN)
}

/// Lines, boxes, blocks and shades.
fn is_furniture(c: char) -> bool {
    matches!(c, '\u{2500}'..='\u{259f}')
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    fn frame(lines: &[&str], chosen: usize) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 30, lines.len() as u16));
        for (y, line) in lines.iter().enumerate() {
            buffer.set_string(0, y as u16, line, Style::new());
            if y == chosen {
                buffer.set_style(Rect::new(0, y as u16, 30, 1), Style::new().add_modifier(Modifier::REVERSED));
            }
        }
        buffer
    }

    #[test]
    fn only_what_is_new_is_said() {
        let mut reader = Reader::default();
        let first = reader.read(&frame(&["AGENT    STATUS", "▌ web-01  active", "  web-02  idle"], 1));
        assert_eq!(first, "AGENT  STATUS\r\n> web-01  active\r\nweb-02  idle\r\n");
        assert_eq!(reader.read(&frame(&["AGENT    STATUS", "▌ web-01  active", "  web-02  idle"], 1)), "");
        // The choice moves down: one line is said.
        assert_eq!(
            reader.read(&frame(&["AGENT    STATUS", "  web-01  active", "▌ web-02  idle"], 2)),
            "> web-02  idle\r\n"
        );
        // The list moves up by one, and the choice with it.
        let moved = reader.read(&frame(&["AGENT    STATUS", "  web-02  idle", "▌ web-03  gone"], 2));
        assert_eq!(moved, "> web-03  gone\r\n");
        reader.forget();
        assert_eq!(reader.read(&frame(&["│ boxed │"], 9)), "boxed\r\n");
    }

    #[test]
    fn whose_words_a_line_is_is_said_on_every_line() {
        let mut reader = Reader::default();
        let said = reader.read(&frame(&["│ reason       mine         │", "│ ┊ C-y  yes           │", "│ ┊    │"], 9));
        assert_eq!(said, "reason  mine\r\n| C-y  yes\r\n");
    }

    #[test]
    fn wide_letters_are_said_as_the_words_that_they_are() {
        let mut reader = Reader::default();
        let said = reader.read(&frame(&["│ ┊ 日本語ab  日本 語  ✅ok │", "한국어"], 9));
        assert_eq!(said, "| 日本語ab  日本 語  ✅ok\r\n한국어\r\n");
    }

    #[test]
    fn going_back_says_the_line_again() {
        let mut reader = Reader::default();
        let at = |chosen| frame(&["one line", "two lines"], chosen);
        reader.read(&at(0));
        assert_eq!(reader.read(&at(1)), "> two lines\r\n");
        assert_eq!(reader.read(&at(0)), "> one line\r\n");
    }
}
