//! Keys, clicks and pasted text: to the overlay if there is one, to a text field if one is open, else to what is bound to them.

use std::time::Instant;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::{App, Overlay};
use crate::tui::actions::{self, Act, Scope};
use crate::tui::keys::Key;
use crate::tui::widgets::palette::{Choice, Click};
use crate::tui::widgets::sheet::Sheet;

/// Rows a turn of the wheel moves.
const WHEEL: u32 = 3;
/// Digits of a count: more would be a mistake.
const DIGITS: usize = 9;

impl App {
    pub(super) fn input(&mut self, event: Event, clock: Instant) {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => self.key(&key, clock),
            Event::Paste(text) => self.paste(&text, clock),
            Event::Mouse(mouse) => self.mouse(mouse, clock),
            Event::Resize(..) => self.dirty = true,
            _ => {}
        }
    }

    fn key(&mut self, event: &KeyEvent, clock: Instant) {
        self.dirty = true;
        self.toasts.key(clock);
        let key = Key::from_event(event);
        match self.overlay.take() {
            Some(Overlay::Palette(palette)) => return self.key_in_palette(palette, key, event, clock),
            Some(Overlay::Help(help)) => return self.key_in_help(help, key, clock),
            Some(Overlay::Sheet(sheet)) => return self.key_in_sheet(sheet, key, event, clock),
            Some(Overlay::Writing(writing)) => return self.key_in_writing(writing, key, event, clock),
            Some(Overlay::Unmasking(question)) => return self.key_in_unmasking(question, key, clock),
            None => {}
        }
        let scope = self.views[self.open].scope();
        if scope.takes_text() {
            return self.key_in_text(scope, key, event, clock);
        }
        if self.key_in_count(event) {
            return;
        }
        let count = self.count.take().and_then(|count| count.parse().ok()).filter(|count| *count > 0);
        if let Some(act) = self.keys.find(scope, key) {
            self.act(act, count, clock);
        }
    }

    /// While a count is typed its keys are nothing but that: what ends it does nothing else, and a digit too many is left out.
    fn key_in_count(&mut self, event: &KeyEvent) -> bool {
        let Some(count) = &mut self.count else { return false };
        match event.code {
            KeyCode::Char(c) if c.is_ascii_digit() => {
                if count.len() < DIGITS {
                    count.push(c);
                }
            }
            KeyCode::Backspace if count.pop().is_some() => {}
            KeyCode::Backspace | KeyCode::Esc => self.count = None,
            _ => return false,
        }
        true
    }

    /// While text is typed only keys that cannot be text do anything else.
    fn key_in_text(&mut self, scope: Scope, key: Key, event: &KeyEvent, clock: Instant) {
        if let Some(act) = self.keys.find(scope, key) {
            if let Some(why) = actions::row(act).why_not(&self.facts()) {
                // The key that copies a selection leaves the console where there is none.
                if !(act == Act::CopyText && self.leave_text(key, clock)) {
                    self.toasts.reply(format!("Not now: {why}."), clock);
                }
                return;
            }
            self.with_view(clock, |view, cx| view.act(act, None, cx));
        } else if !self.leave_text(key, clock) {
            self.with_view(clock, |view, cx| view.type_key(event, cx));
        }
    }

    /// The few actions that also work in the middle of typing, if their key cannot be text.
    pub(super) fn leave_text(&mut self, key: Key, clock: Instant) -> bool {
        let act = self.keys.find(Scope::Global, key).filter(|_| key.is_control());
        match act {
            Some(act @ (Act::Quit | Act::Suspend | Act::Redraw)) => {
                self.act(act, None, clock);
                true
            }
            _ => false,
        }
    }

    fn key_in_palette(&mut self, mut palette: Box<super::Palette>, key: Key, event: &KeyEvent, clock: Instant) {
        match self.keys.find(Scope::Prompt, key) {
            Some(Act::Accept) => return self.take_chosen(palette, clock),
            Some(Act::Cancel) => return,
            Some(Act::Following) => palette.step(true),
            Some(Act::Preceding) => palette.step(false),
            _ => {
                if !self.leave_text(key, clock) && palette.input.key(event) {
                    palette.search();
                    self.look_for_ids(&mut palette);
                }
            }
        }
        self.overlay = Some(Overlay::Palette(palette));
    }

    /// Does what the palette's cursor is on; where that cannot be done, the palette stays and a word says why.
    fn take_chosen(&mut self, palette: Box<super::Palette>, clock: Instant) {
        match palette.chosen().map(|entry| (entry.choice.clone(), entry.disabled.clone())) {
            Some((choice @ Choice::Elsewhere(_), _) | (choice, None)) => return self.choose(choice, clock),
            Some((_, Some(why))) => self.toasts.reply(format!("Not now: {why}."), clock),
            None => {}
        }
        self.overlay = Some(Overlay::Palette(palette));
    }

    fn click_in_palette(&mut self, at: Position, clock: Instant) {
        let Some(Overlay::Palette(mut palette)) = self.overlay.take() else { return };
        match palette.click(at) {
            Click::Entry => self.take_chosen(palette, clock),
            Click::Inside => self.overlay = Some(Overlay::Palette(palette)),
            Click::Outside => {}
        }
    }

    fn key_in_help(&mut self, mut help: super::Help, key: Key, clock: Instant) {
        let page = help.page() as i64;
        match self.keys.find(Scope::Move, key) {
            Some(Act::Down) => help.step(1),
            Some(Act::Up) => help.step(-1),
            Some(Act::PageDown) => help.step(page),
            Some(Act::PageUp) => help.step(-page),
            Some(Act::HalfDown) => help.step(page / 2),
            Some(Act::HalfUp) => help.step(-page / 2),
            Some(Act::First) => help.step(i64::MIN / 2),
            Some(Act::Last) => help.step(i64::MAX / 2),
            // `q` leaves the help, not the console; C-c always leaves.
            Some(Act::Quit) if key.is_control() => return self.act(Act::Quit, None, clock),
            Some(Act::Help | Act::Back | Act::Quit) => return,
            Some(act) => return self.act(act, None, clock),
            None => {}
        }
        self.overlay = Some(Overlay::Help(help));
    }

    /// On the sheet every key that can be text is text: only keys that cannot be typed do anything.
    fn key_in_sheet(&mut self, mut sheet: Box<Sheet>, key: Key, event: &KeyEvent, clock: Instant) {
        let page = sheet.page() as i64;
        let act = self.keys.find(Scope::Sheet, key);
        match act {
            Some(Act::Leave) => return,
            Some(Act::RevealGrounds) => return self.reveal_on(sheet, clock),
            Some(Act::NextField) => sheet.turn(true),
            Some(Act::PreviousField) => sheet.turn(false),
            Some(Act::SheetDown) => sheet.page_down(),
            Some(Act::SheetUp) => sheet.step(-page),
            Some(Act::SheetLast) => sheet.step(i64::MAX / 2),
            Some(Act::SheetFirst) => sheet.step(i64::MIN / 2),
            Some(Act::NextChoice | Act::PreviousChoice) => {
                if !sheet.choose(act == Some(Act::NextChoice)) {
                    sheet.key(event);
                }
            }
            Some(Act::Confirm | Act::LookAgain) => {}
            _ => {
                if !self.leave_text(key, clock) {
                    sheet.key(event);
                }
            }
        }
        self.overlay = Some(Overlay::Sheet(sheet));
        match act {
            Some(Act::Confirm) => match self.facts().unconfirmed {
                Some(why) => self.toasts.reply(format!("Not now: {why}."), clock),
                None => self.confirm(clock),
            },
            Some(Act::LookAgain) => self.take_newer(clock),
            // What was filled in may change what the decision comes to.
            Some(Act::NextChoice | Act::PreviousChoice) => self.look_again(),
            _ => {}
        }
    }

    /// Takes what is there now for what an open sheet is about, where that is something else than it shows.
    fn take_newer(&mut self, clock: Instant) {
        match (actions::row(Act::LookAgain).why_not(&self.facts()), &mut self.overlay) {
            (Some(why), _) => self.toasts.reply(format!("Not now: {why}."), clock),
            (None, Some(Overlay::Sheet(sheet))) => sheet.look_again(),
            (None, _) => {}
        }
    }

    fn paste(&mut self, text: &str, clock: Instant) {
        self.dirty = true;
        if let Some(Overlay::Sheet(sheet)) = &mut self.overlay {
            return sheet.paste(text);
        }
        if let Some(Overlay::Writing(writing)) = &mut self.overlay {
            return writing.paste(text);
        }
        if let Some(Overlay::Palette(mut palette)) =
            self.overlay.take_if(|overlay| matches!(overlay, Overlay::Palette(_)))
        {
            if palette.input.insert(text) {
                palette.search();
                self.look_for_ids(&mut palette);
            }
            self.overlay = Some(Overlay::Palette(palette));
        } else if self.overlay.is_none() && self.views[self.open].scope().takes_text() {
            self.with_view(clock, |view, cx| view.paste(text, cx));
        }
        // Anywhere else pasted text is not keys: it does nothing.
    }

    fn mouse(&mut self, mouse: MouseEvent, clock: Instant) {
        let wheel = match mouse.kind {
            MouseEventKind::ScrollDown => Some((Act::Down, i64::from(WHEEL))),
            MouseEventKind::ScrollUp => Some((Act::Up, -i64::from(WHEEL))),
            MouseEventKind::Down(MouseButton::Left) => None,
            _ => return,
        };
        self.dirty = true;
        match (&mut self.overlay, wheel) {
            (Some(Overlay::Help(help)), Some((_, by))) => help.step(by),
            (Some(Overlay::Palette(palette)), Some((act, _))) => palette.step(act == Act::Down),
            (Some(Overlay::Sheet(sheet)), Some((Act::Down, _))) => sheet.down(WHEEL as usize),
            (Some(Overlay::Sheet(sheet)), Some((_, by))) => sheet.step(by),
            (Some(Overlay::Writing(_) | Overlay::Unmasking(_)), Some(_)) => {}
            // A click beside a decision, or beside a note, must not throw away what was typed.
            (Some(Overlay::Sheet(_) | Overlay::Writing(_) | Overlay::Unmasking(_)), None) => {}
            (Some(Overlay::Palette(_)), None) => {
                self.click_in_palette(Position { x: mouse.column, y: mouse.row }, clock);
            }
            (Some(Overlay::Help(_)), None) => self.overlay = None,
            (None, Some((act, _))) => {
                self.with_view(clock, |view, cx| view.act(act, Some(WHEEL), cx));
            }
            (None, None) => {
                let at = Position { x: mouse.column, y: mouse.row };
                let crumb = self.crumb_places.iter().find(|(place, _)| place.contains(at)).map(|(_, place)| *place);
                match (self.tabs.iter().position(|tab| tab.contains(at)), crumb) {
                    (Some(view), _) => self.show(view, clock),
                    (None, Some(place)) => self.go_back_to(place, clock),
                    (None, None) => self.with_view(clock, |view, cx| view.click(at.x, at.y, cx)),
                }
            }
        }
    }
}
