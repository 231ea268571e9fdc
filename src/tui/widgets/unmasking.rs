//! The question before secrets are shown as they are.

use quarterdeck_sync::model::ListKey;
use ratatui::layout::Rect;

use super::sheet::Sheet;
use crate::tui::actions::Act;
use crate::tui::canvas::Canvas;
use crate::tui::keys::Keymap;
use crate::tui::text::{width, wrap};
use crate::tui::theme::Role;

/// Widest box: longer lines are hard to read.
const WIDEST: u16 = 72;

/// What it says. Prompts are made of our own words and an id.
const MEANS: &str = "They stand there as they are, for whoever sees this screen, until you leave this view. \
                     The audit log says so first: who, when and of what.";

/// The open question.
#[derive(Debug)]
pub(crate) struct Unmasking {
    /// The list of the record.
    pub list: ListKey,
    /// Its id.
    pub id: String,
    /// The sheet it was asked on; it goes on as it was.
    pub sheet: Option<Box<Sheet>>,
}

impl Unmasking {
    /// Draws it over `area`.
    pub fn draw(&self, area: Rect, keys: &Keymap, canvas: &mut Canvas) {
        let wide = area.width.saturating_sub(2).min(WIDEST);
        let room = usize::from(wide.saturating_sub(4));
        let of = format!("{} · {} · {}", self.list.connection, self.list.collection.replace(['-', '_'], " "), self.id);
        let mut lines: Vec<(String, Role)> = wrap(&of, room, 2).into_iter().map(|line| (line, Role::Title)).collect();
        lines.push((String::new(), Role::Text));
        lines.extend(wrap(MEANS, room, 4).into_iter().map(|line| (line, Role::Text)));
        let high = (lines.len() as u16 + 2).min(area.height);
        let place = Rect {
            x: area.x + (area.width - wide) / 2,
            y: area.y + (area.height - high) / 3,
            width: wide,
            height: high,
        };
        let inside = canvas.boxed(place, "Show the secrets in it?");
        for (at, (line, role)) in lines.iter().enumerate().take(usize::from(inside.height)) {
            canvas.put(inside.x, inside.y + at as u16, line, inside.width, *role);
        }
        let (mut x, y) = (inside.x, place.bottom().saturating_sub(1));
        for (act, words) in [(Act::Unmask, "show them "), (Act::StayMasked, "leave them masked ")] {
            let Some(key) = keys.hint_of(act) else { continue };
            if x + (width(&key) + width(words) + 2) as u16 > inside.right() {
                return;
            }
            x = canvas.put(x, y, &format!(" {key} "), 12, Role::Key);
            x = canvas.put(x, y, words, inside.width, Role::Text) + 1;
        }
    }
}
