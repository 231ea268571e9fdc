//! What a person writes for an incident: its title in one line, a note in several.

use crossterm::event::KeyEvent;
use quarterdeck_sync::text::Clean;
use ratatui::layout::Rect;

use super::area::Area;
use super::input::Input;
use crate::tui::actions::{Act, Scope};
use crate::tui::canvas::Canvas;
use crate::tui::incidents::Purpose;
use crate::tui::keys::Keymap;
use crate::tui::text::{fit, width};
use crate::tui::theme::Role;

/// Widest box: longer lines are hard to read.
const WIDEST: u16 = 84;
/// Characters of a title at most: it stands in one line.
const TITLE: usize = 200;
/// Lines of a note that are in sight.
const LINES: u16 = 14;

#[derive(Debug)]
enum Field {
    Title(Input),
    Note(Area),
}

/// The open box.
#[derive(Debug)]
pub(crate) struct Writing {
    purpose: Purpose,
    /// Title of the incident that it is for; empty where there is none yet.
    of: String,
    field: Field,
}

impl Writing {
    /// Begins with `text`; `of` is the title of the incident that it is for.
    pub fn new(purpose: Purpose, text: &str, of: &str) -> Self {
        let field = match purpose.is_title() {
            true => Field::Title(Input::new(text)),
            false => Field::Note(Area::new(text)),
        };
        // In one line, whatever it holds.
        Self { purpose, of: Clean::line(of).as_str().trim().to_owned(), field }
    }

    /// Which keys count.
    pub fn scope(&self) -> Scope {
        if self.purpose.is_title() { Scope::Prompt } else { Scope::Note }
    }

    /// What is written, as it is kept: a title in one line, a note without blank lines at its end.
    pub fn text(&self) -> String {
        match &self.field {
            Field::Title(input) => {
                let words: Vec<&str> = input.text().split_whitespace().collect();
                words.join(" ").chars().take(TITLE).collect()
            }
            Field::Note(area) => area.text().trim_end().to_owned(),
        }
    }

    /// What it is for.
    pub fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// A key that no action took.
    pub fn key(&mut self, event: &KeyEvent) {
        match &mut self.field {
            Field::Title(input) => drop(input.key(event)),
            Field::Note(area) => area.key(event),
        }
    }

    /// Pasted text: never keys.
    pub fn paste(&mut self, text: &str) {
        match &mut self.field {
            Field::Title(input) => drop(input.insert(text)),
            Field::Note(area) => area.insert(text),
        }
    }

    /// Draws it over `area`.
    pub fn draw(&mut self, area: Rect, keys: &Keymap, canvas: &mut Canvas) {
        let wide = area.width.saturating_sub(2).min(WIDEST);
        let pins = match &self.purpose {
            Purpose::Open(pins) => pins.as_slice(),
            _ => &[],
        };
        let lines = if self.purpose.is_title() { 1 } else { LINES.min(area.height.saturating_sub(4)).max(1) };
        let below = u16::from(!pins.is_empty()) * 2;
        let high = (lines + below + 2).min(area.height);
        let place = Rect {
            x: area.x + (area.width - wide) / 2,
            y: area.y + (area.height - high) / 3,
            width: wide,
            height: high,
        };
        let inside = canvas.boxed(place, &self.title(usize::from(wide.saturating_sub(8))));
        match &mut self.field {
            Field::Title(input) => {
                input.draw(canvas, inside.x, inside.y, inside.width, "What happened, in a few words")
            }
            Field::Note(area) => {
                let room = Rect { height: lines.min(inside.height), ..inside };
                area.draw(canvas, room, "What is to be remembered");
            }
        }
        if let (Some(first), true) = (pins.first(), inside.height >= 3) {
            let more = if pins.len() > 1 { format!(" and {} more", pins.len() - 1) } else { String::new() };
            let words = format!("pinned first: {}{more}", first.title);
            canvas.put(inside.x, inside.y + 2, &words, inside.width, Role::Dim);
        }
        self.edge(Rect { y: place.bottom().saturating_sub(1), height: 1, ..inside }, keys, canvas);
    }

    /// What is written, and for which incident, in the upper edge. A title is somebody's words: it stands in quotes.
    fn title(&self, room: usize) -> String {
        let what = match &self.purpose {
            Purpose::Open(_) => return "Open an incident".to_owned(),
            Purpose::Rename(_) => "Rename",
            Purpose::Note(_) => "A note in",
            Purpose::ChangeNote(_) => "Change the note in",
        };
        format!("{what} “{}”", fit(&self.of, room.saturating_sub(width(what) + 3)))
    }

    /// What keeps it and what leaves it, in the lower edge.
    fn edge(&self, area: Rect, keys: &Keymap, canvas: &mut Canvas) {
        let (keep, leave) = match self.purpose.is_title() {
            true => (Act::Accept, Act::Cancel),
            false => (Act::KeepNote, Act::LeaveNote),
        };
        let mut x = area.x;
        for (act, words) in [(keep, "keep it"), (leave, "leave")] {
            let Some(key) = keys.hint_of(act) else { continue };
            if x + (width(&key) + width(words) + 4) as u16 > area.right() {
                return;
            }
            x = canvas.put(x, area.y, &format!(" {key} "), 12, Role::Key);
            x = canvas.put(x, area.y, &format!("{words} "), area.width, Role::Text) + 1;
        }
    }
}
