//! The text that is being typed: what keys do to it, and where in it one is.
//!
//! The editing is `tui-textarea`'s; how it looks is ours ([`super::line`]), so that nothing hidden and no secret reaches the screen.
//! Lines and columns count from 0 here, columns in characters.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, TextArea};

/// Blanks of one step of indentation.
const STEP: u8 = 2;
/// Steps that can be taken back.
const STEPS: usize = 5_000;
/// Bytes a text may have: no policy comes near, and everything here stays quick.
pub(super) const MOST: usize = 8 << 20;
/// The furthest that one jump reaches.
const JUMP: usize = u16::MAX as usize;

/// The text, and the place in it.
pub(super) struct Text {
    area: TextArea<'static>,
    joined: Option<Arc<str>>,
    /// Lines that fit on the screen.
    pub page: usize,
}

impl Text {
    /// A text, at its beginning.
    pub fn new(text: &str) -> Self {
        let mut area = TextArea::new(text.split('\n').map(|line| line.trim_end_matches('\r').to_owned()).collect());
        area.set_max_histories(STEPS);
        area.set_tab_length(STEP);
        Self { area, joined: None, page: 1 }
    }

    /// The whole text.
    pub fn whole(&mut self) -> Arc<str> {
        let area = &self.area;
        self.joined.get_or_insert_with(|| Arc::from(area.lines().join("\n"))).clone()
    }

    /// Its lines.
    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// Line and column of the cursor.
    pub fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// What is selected: from where, to where.
    pub fn selection(&self) -> Option<((usize, usize), (usize, usize))> {
        self.area.selection_range()
    }

    fn edited(&mut self, changed: bool) -> bool {
        if changed {
            self.joined = None;
        }
        changed
    }

    /// Takes a key that no action took. True when the text changed.
    pub fn key(&mut self, event: &KeyEvent) -> bool {
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        let changed = match event.code {
            KeyCode::Char(c) if !control && !alt => {
                // One character more is no matter: what is pasted is measured.
                if self.area.is_selecting() {
                    self.area.insert_str(c.to_string())
                } else {
                    self.area.insert_char(c);
                    true
                }
            }
            KeyCode::Char('w') if control => self.area.delete_word(),
            KeyCode::Char('d') if alt => self.area.delete_next_word(),
            KeyCode::Char('k') if control => self.area.delete_line_by_end(),
            KeyCode::Char('h') if control => self.area.delete_char(),
            KeyCode::Char('d') if control => self.area.delete_next_char(),
            KeyCode::Backspace if alt => self.area.delete_word(),
            KeyCode::Backspace => self.area.delete_char(),
            KeyCode::Delete => self.area.delete_next_char(),
            KeyCode::Tab => self.area.insert_tab(),
            KeyCode::Enter => self.break_line(),
            _ => {
                self.walk(event, control, alt);
                false
            }
        };
        self.edited(changed)
    }

    fn walk(&mut self, event: &KeyEvent, control: bool, alt: bool) {
        let to = match event.code {
            KeyCode::Left if control => CursorMove::WordBack,
            KeyCode::Right if control => CursorMove::WordForward,
            KeyCode::Home if control => CursorMove::Top,
            KeyCode::End if control => CursorMove::Bottom,
            KeyCode::Char('b') if alt => CursorMove::WordBack,
            KeyCode::Char('f') if alt => CursorMove::WordForward,
            KeyCode::Char('<') if alt => CursorMove::Top,
            KeyCode::Char('>') if alt => CursorMove::Bottom,
            KeyCode::Char('a') if control => CursorMove::Head,
            KeyCode::Char('e') if control => CursorMove::End,
            KeyCode::Left => CursorMove::Back,
            KeyCode::Right => CursorMove::Forward,
            KeyCode::Home => CursorMove::Head,
            KeyCode::End => CursorMove::End,
            KeyCode::Up => return self.step(-1, event),
            KeyCode::Down => return self.step(1, event),
            KeyCode::PageUp => return self.step(-(self.page as i64), event),
            KeyCode::PageDown => return self.step(self.page as i64, event),
            _ => return,
        };
        self.select(event);
        self.area.move_cursor(to);
    }

    /// With shift a movement selects; without, it ends a selection.
    fn select(&mut self, event: &KeyEvent) {
        if !event.modifiers.contains(KeyModifiers::SHIFT) {
            self.area.cancel_selection();
        } else if !self.area.is_selecting() {
            self.area.start_selection();
        }
    }

    fn step(&mut self, by: i64, event: &KeyEvent) {
        self.select(event);
        self.down(by);
    }

    /// Moves down by so many lines, or up.
    pub fn down(&mut self, by: i64) {
        let last = self.lines().len().saturating_sub(1) as i64;
        let (line, column) = self.cursor();
        let to = (line as i64).saturating_add(by).clamp(0, last) as usize;
        if by.abs() == 1 {
            self.area.move_cursor(if by > 0 { CursorMove::Down } else { CursorMove::Up });
        } else {
            self.reach(to, column);
        }
    }

    /// Goes to a place, as near as can be.
    pub fn go_to(&mut self, line: usize, column: usize) {
        self.area.cancel_selection();
        self.reach(line, column);
    }

    fn reach(&mut self, line: usize, column: usize) {
        self.area.move_cursor(CursorMove::Jump(line.min(JUMP) as u16, column.min(JUMP) as u16));
        let last = self.lines().len().saturating_sub(1);
        for _ in JUMP..line.min(last) {
            self.area.move_cursor(CursorMove::Down);
        }
    }

    /// A new line, as far in as the one it leaves, and a step more behind a bracket that opens.
    fn break_line(&mut self) -> bool {
        let (line, column) = self.cursor();
        let before: String = self.lines().get(line).map(|line| line.chars().take(column).collect()).unwrap_or_default();
        let inside = before.trim_end().ends_with(['{', '[']);
        let blanks: String = before.chars().take_while(|c| *c == ' ' || *c == '\t').collect();
        let step = if inside { usize::from(STEP) } else { 0 };
        self.area.insert_str(format!("\n{blanks}{}", " ".repeat(step)))
    }

    /// Pasted text, as it is but for its line breaks. False when it is too much: nothing is taken then.
    pub fn paste(&mut self, text: &str) -> bool {
        if self.whole().len().saturating_add(text.len()) > MOST {
            return false;
        }
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let changed = self.area.insert_str(text);
        self.edited(changed);
        true
    }

    /// Something is selected.
    pub fn selects(&self) -> bool {
        self.selection().is_some_and(|(from, to)| from != to)
    }

    /// What is selected, which can be put in again afterwards.
    pub fn copy(&mut self) -> String {
        self.area.copy();
        self.area.yank_text()
    }

    /// Cuts what is selected. True when the text changed.
    pub fn cut(&mut self) -> Option<bool> {
        let changed = self.area.cut();
        Some(self.edited(changed))
    }

    /// Puts in what was copied or cut. True when the text changed; none when it is too much.
    pub fn put_back(&mut self) -> Option<bool> {
        if self.whole().len().saturating_add(self.area.yank_text().len()) > MOST {
            return None;
        }
        let changed = self.area.paste();
        Some(self.edited(changed))
    }

    /// Another text in the place of the whole; what was there can be brought back.
    pub fn replace(&mut self, text: &str) {
        let (line, column) = self.cursor();
        self.area.select_all();
        self.area.insert_str(text.trim_end_matches(['\n', '\r']));
        self.edited(true);
        self.go_to(line, column);
    }

    /// Takes back what was typed last. True when the text changed.
    pub fn undo(&mut self) -> bool {
        let changed = self.area.undo();
        self.edited(changed)
    }

    /// Types again what was taken back. True when the text changed.
    pub fn redo(&mut self) -> bool {
        let changed = self.area.redo();
        self.edited(changed)
    }

    /// Goes to the next place that holds `words`, or the one before; `here`: the cursor's own place counts. False when there is none.
    pub fn find(&mut self, words: &str, forward: bool, here: bool) -> bool {
        self.area.cancel_selection();
        // Escaped, so it is a pattern; one that is too long for one is not found.
        let set = self.area.set_search_pattern(format!("(?i){}", regex::escape(words)));
        !words.is_empty()
            && set.is_ok()
            && if forward { self.area.search_forward(here) } else { self.area.search_back(here) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::actions::typing;
    use crate::tui::widgets::area::Area;
    use crate::tui::widgets::input::Input;

    fn press(text: &mut Text, code: KeyCode, modifiers: KeyModifiers) -> bool {
        text.key(&KeyEvent::new(code, modifiers))
    }

    #[test]
    fn what_is_typed_can_be_taken_back_and_typed_again() {
        let mut text = Text::new("{\n}");
        text.go_to(0, 1);
        assert!(press(&mut text, KeyCode::Enter, KeyModifiers::NONE));
        for c in "\"a\": 1".chars() {
            assert!(press(&mut text, KeyCode::Char(c), KeyModifiers::NONE));
        }
        assert_eq!(&*text.whole(), "{\n  \"a\": 1\n}");
        for _ in 0..7 {
            assert!(text.undo());
        }
        assert_eq!(&*text.whole(), "{\n}");
        assert!(!text.undo());
        assert!(text.redo());
        assert_eq!(&*text.whole(), "{\n  \n}");
    }

    #[test]
    fn another_text_in_its_place_can_be_taken_back() {
        let mut text = Text::new("one\ntwo");
        text.replace("three\n");
        assert_eq!(&*text.whole(), "three");
        while text.undo() {}
        assert_eq!(&*text.whole(), "one\ntwo");
    }

    #[test]
    fn pasted_text_comes_in_whole_and_never_more_than_there_is_room_for() {
        let mut text = Text::new("");
        assert!(text.paste("{\r\n\t\"a\": \"\u{202e}\"\r}"));
        assert_eq!(&*text.whole(), "{\n\t\"a\": \"\u{202e}\"\n}");
        assert!(!text.paste(&"x".repeat(MOST)));
        assert_eq!(&*text.whole(), "{\n\t\"a\": \"\u{202e}\"\n}");
    }

    #[test]
    fn a_place_far_down_is_reached_and_words_are_found_whatever_they_are() {
        let mut text = Text::new(&"{}\n".repeat(70_000));
        text.go_to(69_000, 1);
        assert_eq!(text.cursor(), (69_000, 1));
        text.go_to(usize::MAX, usize::MAX);
        assert_eq!(text.cursor().0, 65_535 + (70_000 - 65_535));
        let mut text = Text::new("a (b\nA (B");
        assert!(text.find("(b", true, true));
        assert_eq!(text.cursor(), (0, 2));
        assert!(text.find("(b", true, false));
        assert_eq!(text.cursor(), (1, 2));
        assert!(!text.find("nothing", true, true) && !text.find("", true, true));
    }

    #[test]
    fn what_is_selected_is_copied_and_cut_and_put_in_again() {
        let mut text = Text::new("one two");
        for _ in 0..3 {
            press(&mut text, KeyCode::Right, KeyModifiers::SHIFT);
        }
        assert_eq!(text.copy(), "one");
        press(&mut text, KeyCode::End, KeyModifiers::NONE);
        assert_eq!((text.put_back(), &*text.whole()), (Some(true), "one twoone"));
        press(&mut text, KeyCode::Left, KeyModifiers::SHIFT);
        assert_eq!((text.cut(), &*text.whole()), (Some(true), "one twoon"));
        let mut text = Text::new(&"x".repeat(MOST));
        press(&mut text, KeyCode::Right, KeyModifiers::SHIFT);
        assert_eq!((text.copy().as_str(), text.put_back()), ("x", None), "more than a text may have");
    }

    /// A key as the help writes it.
    fn event(written: &str) -> KeyEvent {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = written;
        for (mark, modifier) in [("C-", KeyModifiers::CONTROL), ("A-", KeyModifiers::ALT), ("S-", KeyModifiers::SHIFT)]
        {
            if let Some(after) = rest.strip_prefix(mark).filter(|after| !after.is_empty()) {
                (rest, modifiers) = (after, modifiers | modifier);
            }
        }
        let code = match rest {
            "<Home>" => KeyCode::Home,
            "<End>" => KeyCode::End,
            "<Left>" => KeyCode::Left,
            "<Right>" => KeyCode::Right,
            "<Up>" => KeyCode::Up,
            "<Down>" => KeyCode::Down,
            "<BS>" => KeyCode::Backspace,
            "<Del>" => KeyCode::Delete,
            one => KeyCode::Char(one.chars().next().expect("a key")),
        };
        KeyEvent::new(code, modifiers)
    }

    #[test]
    fn every_key_that_the_help_tells_of_edits_the_text_or_moves_in_it() {
        let fresh = || {
            let mut text = Text::new("one two\nthree four\nfive six");
            text.go_to(1, 7);
            text
        };
        for key in typing::EVERYWHERE.iter().chain(typing::EDITOR).flat_map(|edits| edits.keys) {
            let mut text = fresh();
            let before = (text.whole(), text.cursor());
            text.key(&event(key));
            assert!((text.whole(), text.cursor()) != before, "{key} does nothing in the editor");
            assert_eq!(text.selection().is_some(), key.starts_with("S-"), "{key}");
        }
        for key in typing::EVERYWHERE.iter().chain(typing::FIELDS).flat_map(|edits| edits.keys) {
            let (mut input, mut area) = (Input::new("one two"), Area::new("one two"));
            // In the middle, where each of them has something to do.
            for _ in 0..2 {
                let left = KeyEvent::new(KeyCode::Left, KeyModifiers::NONE);
                input.key(&left);
                area.key(&left);
            }
            let (field, note) = (format!("{input:?}"), format!("{area:?}"));
            input.key(&event(key));
            area.key(&event(key));
            assert!(field != format!("{input:?}"), "{key} does nothing in a field");
            assert!(note != format!("{area:?}"), "{key} does nothing in a note");
        }
    }

    #[test]
    fn shift_selects_and_typing_takes_its_place() {
        let mut text = Text::new("abc");
        press(&mut text, KeyCode::Right, KeyModifiers::SHIFT);
        press(&mut text, KeyCode::Right, KeyModifiers::SHIFT);
        assert_eq!(text.selection(), Some(((0, 0), (0, 2))));
        press(&mut text, KeyCode::Char('x'), KeyModifiers::NONE);
        assert_eq!(&*text.whole(), "xc");
    }
}
