//! A short list over the view, to choose one thing from; typing narrows it.

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::input::Input;
use crate::tui::actions::Act;
use crate::tui::canvas::Canvas;
use crate::tui::keys::Keymap;
use crate::tui::text::{fit, width};
use crate::tui::theme::Role;

/// Cells the list takes at most, and lines.
const WIDE: u16 = 92;
const HIGH: u16 = 20;

/// One thing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    /// In front of it: its sign, or the lines of a tree.
    pub sign: String,
    /// What it is called.
    pub label: String,
    /// Beside it.
    pub note: String,
    /// Of the sign.
    pub role: Role,
}

/// The open list.
#[derive(Debug)]
pub(crate) struct Picker {
    title: &'static str,
    items: Vec<Item>,
    input: Input,
    /// The items that hold every word that is typed, by number.
    found: Vec<usize>,
    cursor: usize,
}

impl Picker {
    /// Opens it with the cursor on the item `at`.
    pub fn new(title: &'static str, items: Vec<Item>, at: usize) -> Self {
        let found = (0..items.len()).collect();
        let cursor = at.min(items.len().saturating_sub(1));
        Self { title, items, input: Input::new(""), found, cursor }
    }

    /// A key that no action took.
    pub fn key(&mut self, event: &KeyEvent) {
        if self.input.key(event) {
            self.search();
        }
    }

    /// Pasted text.
    pub fn insert(&mut self, text: &str) {
        if self.input.insert(text) {
            self.search();
        }
    }

    fn search(&mut self) {
        let words: Vec<String> = self.input.text().split_whitespace().map(str::to_lowercase).collect();
        let holds = |item: &Item| {
            let text = format!("{} {}", item.label, item.note).to_lowercase();
            words.iter().all(|word| text.contains(word.as_str()))
        };
        self.found = (0..).zip(&self.items).filter(|(_, item)| holds(item)).map(|(at, _)| at).collect();
        self.cursor = 0;
    }

    /// Moves, round the ends.
    pub fn step(&mut self, down: bool) {
        let count = self.found.len().max(1);
        self.cursor = if down { self.cursor + 1 } else { self.cursor + count - 1 } % count;
    }

    /// The item under the cursor, by number.
    pub fn chosen(&self) -> Option<usize> {
        self.found.get(self.cursor).copied()
    }

    /// Draws it over the upper part of `area`.
    pub fn draw(&self, area: Rect, keys: &Keymap, canvas: &mut Canvas) {
        let wide = area.width.saturating_sub(2).min(WIDE);
        let need = u16::try_from(self.items.len()).unwrap_or(u16::MAX).saturating_add(4);
        let high = need.clamp(6, HIGH).min(area.height);
        let y = area.y + (area.height - high) / 4;
        let place = Rect { x: area.x + (area.width - wide) / 2, y, width: wide, height: high };
        let inside = canvas.boxed(place, self.title);
        moving(place, keys, canvas);
        let x = canvas.put(inside.x, inside.y, "/ ", 2, Role::Accent);
        self.input.draw(canvas, x, inside.y, inside.width.saturating_sub(2), "type to narrow the list");
        let list = Rect { y: inside.y + 2, height: inside.height.saturating_sub(2), ..inside };
        if self.found.is_empty() {
            canvas.put(list.x + 2, list.y, "Nothing is called like that.", list.width, Role::Dim);
        }
        let page = usize::from(list.height).max(1);
        let top = (self.cursor + 1).saturating_sub(page);
        for (row, at) in self.found.iter().enumerate().skip(top).take(page) {
            let line = Rect { y: list.y + (row - top) as u16, height: 1, ..list };
            if row == self.cursor {
                canvas.tint(line, Role::Selected);
                canvas.put(line.x, line.y, "▌", 1, Role::Accent);
            }
            if let Some(item) = self.items.get(*at) {
                draw_item(item, line, canvas);
            }
            if row == self.cursor {
                canvas.settle(line, Role::Selected);
            }
        }
    }
}

/// In the lower edge of a list with a field to type in: which keys move. All of them are told, since `j` and `k` are letters here.
pub(super) fn moving(place: Rect, keys: &Keymap, canvas: &mut Canvas) {
    let short = |key: &String| !key.starts_with('<');
    let all: Vec<String> = keys.hints(Act::Following).chain(keys.hints(Act::Preceding)).filter(short).collect();
    let words = format!(" {} move ", all.join(" "));
    if !all.is_empty() && width(&words) + 4 < usize::from(place.width) {
        canvas.put_right(
            place.right().saturating_sub(2),
            place.bottom().saturating_sub(1),
            &words,
            place.width,
            Role::Dim,
        );
    }
}

fn draw_item(item: &Item, line: Rect, canvas: &mut Canvas) {
    let note = fit(&item.note, usize::from(line.width / 3)).into_owned();
    let room = line.width.saturating_sub(width(&note) as u16 + 4);
    let x = canvas.put(line.x + 2, line.y, &item.sign, room, item.role) + 1;
    canvas.put(x, line.y, &item.label, (line.x + room).saturating_sub(x), Role::Text);
    canvas.put_right(line.right().saturating_sub(1), line.y, &note, line.width / 3, Role::Dim);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_narrows_the_list_and_choosing_gives_the_item_as_it_was_numbered() {
        let item = |label: &str, note: &str| Item {
            sign: "·".into(),
            label: label.into(),
            note: note.into(),
            role: Role::Dim,
        };
        let items = vec![item("cargo test", "command"), item("https://a.example", "link"), item("src/a.rs", "path")];
        let mut picker = Picker::new("Copy", items, 9);
        assert_eq!(picker.chosen(), Some(2));
        picker.insert("LINK a");
        assert_eq!(picker.chosen(), Some(1));
        picker.step(true);
        assert_eq!(picker.chosen(), Some(1), "only one is left, so the cursor stays on it");
        picker.insert("zzz");
        assert_eq!(picker.chosen(), None);
    }
}
