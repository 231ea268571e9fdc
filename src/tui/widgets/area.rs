//! Several lines of text being typed: a note.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use quarterdeck_sync::text::is_hidden;
use ratatui::layout::Rect;
use unicode_segmentation::UnicodeSegmentation;

use crate::tui::canvas::Canvas;
use crate::tui::text::width;
use crate::tui::theme::Role;

/// Bytes of text at most: what is longer is a document, and no note.
const MOST: usize = 64 << 10;

/// The text and the place in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Area {
    text: String,
    /// Byte offset, always between graphemes.
    at: usize,
    /// Cells of a line, as last drawn.
    cells: usize,
    top: usize,
}

impl Area {
    /// Begins with `text`, at its end.
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), at: text.len(), cells: 0, top: 0 }
    }

    /// What is typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A key that no action took.
    pub fn key(&mut self, event: &KeyEvent) {
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        match event.code {
            KeyCode::Char('a') if control => self.at = self.line().0,
            KeyCode::Char('e') if control => self.at = self.line().1,
            KeyCode::Char('u') if control => self.cut(self.line().0, self.at),
            KeyCode::Char('k') if control => self.cut(self.at, self.line().1),
            KeyCode::Char('w') if control => self.cut(self.word(), self.at),
            KeyCode::Char('h') if control => self.cut(self.left(), self.at),
            KeyCode::Char('j') if control => self.insert("\n"),
            KeyCode::Char(c) if !control && !event.modifiers.contains(KeyModifiers::ALT) => {
                self.insert(c.encode_utf8(&mut [0; 4]));
            }
            KeyCode::Enter => self.insert("\n"),
            KeyCode::Backspace => self.cut(self.left(), self.at),
            KeyCode::Delete => self.cut(self.at, self.right()),
            KeyCode::Left => self.at = self.left(),
            KeyCode::Right => self.at = self.right(),
            KeyCode::Up => self.step(-1),
            KeyCode::Down => self.step(1),
            KeyCode::PageUp => self.step(-10),
            KeyCode::PageDown => self.step(10),
            KeyCode::Home => self.at = self.line().0,
            KeyCode::End => self.at = self.line().1,
            _ => {}
        }
    }

    /// Text at the cursor. Line breaks stay; what would act instead of being seen does not get in. What is too long is left out whole.
    pub fn insert(&mut self, typed: &str) {
        let typed = typed.replace("\r\n", "\n").replace('\r', "\n").replace('\t', "    ");
        let typed: String = typed.chars().filter(|c| *c == '\n' || !is_hidden(*c)).collect();
        if self.text.len() + typed.len() <= MOST {
            self.text.insert_str(self.at, &typed);
            self.at += typed.len();
        }
    }

    /// Draws the lines around the cursor, and the terminal's cursor; `empty` stands there while nothing is typed.
    pub fn draw(&mut self, canvas: &mut Canvas, area: Rect, empty: &str) {
        self.cells = usize::from(area.width.saturating_sub(1)).max(1);
        if self.text.is_empty() {
            canvas.put(area.x, area.y, empty, area.width, Role::Dim);
            return canvas.set_cursor(area.x, area.y);
        }
        let rows = self.rows();
        let high = usize::from(area.height).max(1);
        let row = self.row(&rows);
        self.top = self.top.clamp((row + 1).saturating_sub(high), row).min(rows.len().saturating_sub(high));
        for (nth, (from, to)) in rows.iter().enumerate().skip(self.top).take(high) {
            let y = area.y + (nth - self.top) as u16;
            canvas.put(area.x, y, self.text.get(*from..*to).unwrap_or_default(), area.width, Role::Text);
        }
        let before = rows.get(row).and_then(|(from, _)| self.text.get(*from..self.at)).unwrap_or_default();
        canvas.set_cursor(area.x + width(before) as u16, area.y + (row - self.top) as u16);
    }

    /// The stretches of bytes that stand in one line of the screen each.
    fn rows(&self) -> Vec<(usize, usize)> {
        let cells = self.cells.max(1);
        let mut rows = Vec::new();
        let mut start = 0;
        for line in self.text.split('\n') {
            let (mut from, mut used, mut space) = (0, 0, None);
            for (at, grapheme) in line.grapheme_indices(true) {
                let wide = width(grapheme);
                if used + wide > cells && at > from {
                    // Behind the last space, when there is one that leaves something before it.
                    let cut = space.filter(|space| *space > from).unwrap_or(at);
                    rows.push((start + from, start + cut));
                    used = width(line.get(cut..at).unwrap_or_default());
                    (from, space) = (cut, None);
                }
                used += wide;
                if grapheme == " " {
                    space = Some(at + 1);
                }
            }
            rows.push((start + from, start + line.len()));
            start += line.len() + 1;
        }
        rows
    }

    /// The line of the screen that the cursor is on: of two that meet there the lower one.
    fn row(&self, rows: &[(usize, usize)]) -> usize {
        rows.iter().rposition(|(from, _)| *from <= self.at).unwrap_or(0)
    }

    fn step(&mut self, by: i64) {
        let rows = self.rows();
        let row = self.row(&rows);
        let to = (row as i64).saturating_add(by).clamp(0, rows.len().saturating_sub(1) as i64) as usize;
        let (Some((from, _)), Some((start, end))) = (rows.get(row), rows.get(to)) else { return };
        let column = width(self.text.get(*from..self.at).unwrap_or_default());
        let mut at = *start;
        for (place, grapheme) in self.text.get(*start..*end).unwrap_or_default().grapheme_indices(true) {
            let after = start + place + grapheme.len();
            if width(self.text.get(*start..after).unwrap_or_default()) > column {
                break;
            }
            at = after;
        }
        // The end of a line that goes on below is the beginning of the next one.
        let goes_on = rows.get(to + 1).is_some_and(|(next, _)| *next == at);
        self.at = if goes_on && at > *start { self.before(at) } else { at };
    }

    /// Beginning and end of the typed line that the cursor is in.
    fn line(&self) -> (usize, usize) {
        let from = self.text.get(..self.at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let to = self.text.get(self.at..).and_then(|after| after.find('\n')).map_or(self.text.len(), |at| self.at + at);
        (from, to)
    }

    fn cut(&mut self, from: usize, to: usize) {
        self.text.replace_range(from..to, "");
        self.at = from;
    }

    fn before(&self, at: usize) -> usize {
        self.text.get(..at).and_then(|text| text.grapheme_indices(true).next_back()).map_or(0, |(at, _)| at)
    }

    fn left(&self) -> usize {
        self.before(self.at)
    }

    fn right(&self) -> usize {
        self.text.get(self.at..).and_then(|text| text.graphemes(true).next()).map_or(self.at, |g| self.at + g.len())
    }

    fn word(&self) -> usize {
        let kept = self.text.get(..self.at).unwrap_or_default().trim_end();
        kept.rfind(char::is_whitespace).map_or(0, |at| at + kept[at..].chars().next().map_or(1, char::len_utf8))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn press(area: &mut Area, code: KeyCode) {
        area.key(&KeyEvent::new(code, KeyModifiers::NONE));
    }

    #[test]
    fn lines_are_typed_moved_through_and_corrected() {
        let mut area = Area { cells: 20, ..Area::default() };
        "one".chars().for_each(|c| press(&mut area, KeyCode::Char(c)));
        press(&mut area, KeyCode::Enter);
        area.insert("two\tthree\u{1b}\u{202e}\r\nfour");
        assert_eq!(area.text(), "one\ntwo    three\nfour");
        press(&mut area, KeyCode::Up);
        press(&mut area, KeyCode::Up);
        press(&mut area, KeyCode::Char('!'));
        assert_eq!(area.text(), "one!\ntwo    three\nfour");
        press(&mut area, KeyCode::Down);
        press(&mut area, KeyCode::End);
        press(&mut area, KeyCode::Backspace);
        area.key(&KeyEvent::new(KeyCode::Char('w'), KeyModifiers::CONTROL));
        assert_eq!(area.text(), "one!\ntwo    \nfour");
        area.key(&KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert_eq!(area.text(), "one!\n\nfour");
        area.insert(&"x".repeat(MOST));
        assert_eq!(area.text(), "one!\n\nfour", "what is too long is left out");
    }

    #[test]
    fn a_long_line_is_broken_where_words_end() {
        let area = Area { cells: 9, ..Area::new("one two three fourteen") };
        let rows: Vec<&str> = area.rows().into_iter().map(|(from, to)| &area.text[from..to]).collect();
        assert_eq!(rows, ["one two ", "three ", "fourteen"]);
    }

    proptest! {
        #[test]
        fn no_key_leaves_the_text(text in "[a日 \\n👩‍👩‍👧]{0,30}", keys in proptest::collection::vec(0_usize..9, 0..60), cells in 1_usize..12) {
            let mut area = Area { cells, ..Area::new("") };
            area.insert(&text);
            let codes = [
                KeyCode::Left, KeyCode::Right, KeyCode::Up, KeyCode::Down, KeyCode::Home, KeyCode::End,
                KeyCode::Backspace, KeyCode::Delete, KeyCode::Char('é'),
            ];
            for key in keys {
                press(&mut area, codes[key]);
                prop_assert!(area.text.is_char_boundary(area.at));
                let rows = area.rows();
                // The rows are the text, but for its line breaks.
                let shown: usize = rows.iter().map(|(from, to)| to - from).sum();
                prop_assert_eq!(shown + area.text.matches('\n').count(), area.text.len());
            }
        }
    }
}
