//! One line of text being typed: the filter, the palette.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation;

use crate::tui::canvas::Canvas;
use crate::tui::text::width;
use crate::tui::theme::Role;

/// The text and the place in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Input {
    text: String,
    /// Byte offset, always between graphemes.
    at: usize,
    /// The whole text is chosen: what is typed takes its place.
    chosen: bool,
}

impl Input {
    /// Begins with `text`, at its end.
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), at: text.len(), chosen: false }
    }

    /// What is typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Chooses the whole text, as one who comes back to it may want another; a key that moves keeps it.
    pub fn choose(&mut self) {
        (self.at, self.chosen) = (self.text.len(), !self.text.is_empty());
    }

    /// A key that no action took. True when the text changed.
    pub fn key(&mut self, event: &KeyEvent) -> bool {
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        if matches!(event.code, KeyCode::Backspace | KeyCode::Delete) && self.chosen {
            return self.clear();
        }
        if !matches!(event.code, KeyCode::Char(_)) || control {
            self.chosen = false;
        }
        match event.code {
            KeyCode::Char('a') if control => self.at = 0,
            KeyCode::Char('e') if control => self.at = self.text.len(),
            KeyCode::Char('u') if control => return self.cut(0, self.at),
            KeyCode::Char('k') if control => return self.cut(self.at, self.text.len()),
            KeyCode::Char('w') if control => return self.cut(self.word(), self.at),
            KeyCode::Char('h') if control => return self.cut(self.left(), self.at),
            KeyCode::Char(c) if !control && !event.modifiers.contains(KeyModifiers::ALT) => {
                return self.insert(c.encode_utf8(&mut [0; 4]));
            }
            KeyCode::Backspace => return self.cut(self.left(), self.at),
            KeyCode::Delete => return self.cut(self.at, self.right()),
            KeyCode::Left => self.at = self.left(),
            KeyCode::Right => self.at = self.right(),
            KeyCode::Home => self.at = 0,
            KeyCode::End => self.at = self.text.len(),
            _ => {}
        }
        false
    }

    /// Pasted text: its line breaks become spaces.
    pub fn insert(&mut self, pasted: &str) -> bool {
        if self.chosen {
            self.clear();
        }
        let line: String = pasted.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.text.insert_str(self.at, &line);
        self.at += line.len();
        !line.is_empty()
    }

    /// Draws the text with the terminal's cursor in it; `empty` stands there while nothing is typed.
    pub fn draw(&self, canvas: &mut Canvas, x: u16, y: u16, cells: u16, empty: &str) {
        if self.text.is_empty() {
            canvas.put(x, y, empty, cells, Role::Dim);
            canvas.set_cursor(x, y);
            return;
        }
        // The end being typed at stays in sight: cut what is left of it.
        let before = &self.text[..self.at];
        let room = usize::from(cells.saturating_sub(1));
        let mut from = 0;
        for (at, _) in before.grapheme_indices(true) {
            if width(&before[from..]) <= room {
                break;
            }
            from = at;
        }
        if width(&before[from..]) > room {
            from = self.at;
        }
        let role = if self.chosen { Role::Selected } else { Role::Text };
        canvas.put(x, y, &self.text[from..], cells, role);
        canvas.set_cursor(x + width(&before[from..]) as u16, y);
    }

    fn clear(&mut self) -> bool {
        self.chosen = false;
        self.cut(0, self.text.len())
    }

    fn cut(&mut self, from: usize, to: usize) -> bool {
        self.text.replace_range(from..to, "");
        self.at = from;
        from != to
    }

    fn left(&self) -> usize {
        self.text[..self.at].grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn right(&self) -> usize {
        self.text[self.at..].graphemes(true).next().map_or(self.at, |g| self.at + g.len())
    }

    fn word(&self) -> usize {
        let kept = self.text[..self.at].trim_end();
        kept.rfind(char::is_whitespace).map_or(0, |at| at + kept[at..].chars().next().map_or(1, char::len_utf8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(input: &mut Input, keys: &str) {
        for c in keys.chars() {
            let (code, modifiers) = match c {
                '⌫' => (KeyCode::Backspace, KeyModifiers::NONE),
                '←' => (KeyCode::Left, KeyModifiers::NONE),
                '¬' => (KeyCode::Char('w'), KeyModifiers::CONTROL),
                c => (KeyCode::Char(c), KeyModifiers::NONE),
            };
            input.key(&KeyEvent::new(code, modifiers));
        }
    }

    #[test]
    fn typing_and_correcting() {
        let mut input = Input::new("");
        press(&mut input, "status:fäiled x¬⌫⌫⌫");
        assert_eq!(input.text(), "status:fäil");
        press(&mut input, "←←⌫a");
        assert_eq!(input.text(), "status:fail");
        input.insert("\nb");
        assert_eq!(input.text(), "status:fa bil");
    }

    #[test]
    fn what_is_chosen_gives_way_to_what_is_typed_and_stays_when_one_moves_in_it() {
        let mut input = Input::new("refund");
        input.choose();
        press(&mut input, "ab");
        assert_eq!(input.text(), "ab");
        input.choose();
        press(&mut input, "⌫");
        assert_eq!(input.text(), "");
        input.insert("refund");
        input.choose();
        press(&mut input, "←x");
        assert_eq!(input.text(), "refunxd");
        input.choose();
        input.insert("pasted");
        assert_eq!(input.text(), "pasted");
    }
}
