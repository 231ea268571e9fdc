//! The name under which a search is kept, or let go of: typed into the line of the query.

use ratatui::layout::Rect;

use super::Search;
use crate::search::{NAMES, as_meant, check_saved, is_name};
use crate::tui::actions::Act;
use crate::tui::canvas::Canvas;
use crate::tui::theme::Role;
use crate::tui::views::{Cx, Wish};
use crate::tui::widgets::input::Input;

/// What is typed, and what for.
#[derive(Debug)]
pub(super) struct Naming {
    pub input: Input,
    /// The search of the name is let go of; else the query is kept under it.
    forget: bool,
}

impl Naming {
    /// The name for a query.
    pub fn keep() -> Self {
        Self { input: Input::default(), forget: false }
    }

    /// The name of a search that is to be let go of.
    pub fn forget(name: &str) -> Self {
        Self { input: Input::new(name), forget: true }
    }

    /// In the place of the query.
    pub fn draw(&self, area: Rect, canvas: &mut Canvas) {
        let (words, role) = if self.forget { ("Let go of ", Role::Warn) } else { ("Keep as ", Role::Accent) };
        let x = canvas.put(area.x, area.y, words, area.width, role);
        let room = area.right().saturating_sub(x);
        self.input.draw(canvas, x, area.y, room, "a name, such as leaked-keys");
    }
}

impl Search {
    /// What the keys do while a name is typed.
    pub(super) fn act_naming(&mut self, act: Act, cx: &mut Cx) -> bool {
        match act {
            Act::Cancel => self.naming = None,
            Act::Accept => {
                let Some(naming) = &self.naming else { return false };
                let name = naming.input.text().trim().to_owned();
                if !is_name(&name) {
                    cx.say(format!("A name is {NAMES}"));
                    return true;
                }
                // What it found on the screen it is to find under its name too.
                let query = as_meant(self.input.text());
                if !naming.forget
                    && let Err(flaw) = check_saved(&query)
                {
                    cx.say(format!("Not kept: {flaw}"));
                    self.naming = None;
                    return true;
                }
                cx.wishes.push(match naming.forget {
                    true => Wish::ForgetSearch(name),
                    false => Wish::SaveSearch(name, query),
                });
                self.naming = None;
            }
            _ => return false,
        }
        true
    }
}
