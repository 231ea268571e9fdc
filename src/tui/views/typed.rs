//! A filter that is being typed over a list: the line, what may stand where one types, and what was there before.
//!
//! What passes it is the list's affair; each letter is told, so that the list can be filtered while one types.

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::Cx;
use super::complete::{Known, Suggested};
use crate::tui::actions::Act;
use crate::tui::canvas::Canvas;
use crate::tui::theme::Role;
use crate::tui::widgets::input::Input;

/// The line.
#[derive(Debug, Default)]
pub(super) struct Typed {
    input: Option<Input>,
    suggested: Suggested,
    /// What can be asked for.
    pub known: Known,
    /// What the filter was before typing began.
    before: String,
}

/// What a key did to it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// What is typed stands.
    Done,
    /// What was there before stands again.
    Back(String),
    /// A suggestion was taken: the text is another one.
    Changed,
    /// To the next row, or to the one before: there is nothing to choose from.
    Step(i64),
    /// It is none of its keys.
    None,
}

/// A list that is filtered out of what it has at hand, letter by letter.
pub(super) trait Sifted {
    /// The line it is typed in.
    fn typed(&mut self) -> &mut Typed;

    /// Shows what passes this filter.
    fn sift(&mut self, text: &str, cx: &Cx);

    /// Moves the cursor while the line is open.
    fn step(&mut self, by: i64, cx: &Cx);

    /// The filter's text has changed.
    fn retype(&mut self, cx: &Cx) {
        let text = self.typed().text().unwrap_or_default().to_owned();
        self.sift(&text, cx);
    }

    /// Does an action while a filter is typed; false when it is none of those.
    fn act_typing(&mut self, act: Act, cx: &Cx) -> bool {
        match self.typed().act(act) {
            Turn::Done => {}
            Turn::Back(before) => self.sift(&before, cx),
            Turn::Changed => self.retype(cx),
            Turn::Step(by) => self.step(by, cx),
            Turn::None => return false,
        }
        true
    }
}

impl Typed {
    /// Of a list that can be asked for this.
    pub fn new(known: Known) -> Self {
        Self { known, ..Self::default() }
    }

    /// Something is being typed.
    pub fn open(&self) -> bool {
        self.input.is_some()
    }

    /// What is being typed.
    pub fn text(&self) -> Option<&str> {
        self.input.as_ref().map(Input::text)
    }

    /// Begins with the filter as it is.
    pub fn begin(&mut self, text: &str) {
        self.before = text.to_owned();
        self.input = Some(Input::new(text));
        self.suggest();
    }

    /// Stops, whatever was typed.
    pub fn stop(&mut self) {
        self.input = None;
    }

    /// Finds again what may stand where one types: something was typed, or more is known.
    pub fn suggest(&mut self) {
        if let Some(input) = &self.input {
            self.suggested = Suggested::new(input.text(), &self.known);
        }
    }

    /// Does an action.
    pub fn act(&mut self, act: Act) -> Turn {
        let Some(input) = &mut self.input else { return Turn::None };
        let forward = act == Act::Following;
        match act {
            Act::Accept => {
                self.input = None;
                Turn::Done
            }
            Act::Cancel => {
                self.input = None;
                Turn::Back(std::mem::take(&mut self.before))
            }
            Act::Following | Act::Preceding if self.suggested.any() => {
                if let Some(text) = self.suggested.take(input.text(), forward) {
                    *input = Input::new(&text);
                }
                Turn::Changed
            }
            Act::Following | Act::Preceding => Turn::Step(if forward { 1 } else { -1 }),
            _ => Turn::None,
        }
    }

    /// A key that no action took; true when the text has changed.
    pub fn key(&mut self, key: &KeyEvent) -> bool {
        let changed = self.input.as_mut().is_some_and(|input| input.key(key));
        if changed {
            self.suggest();
        }
        changed
    }

    /// Pasted text; true when the text has changed.
    pub fn paste(&mut self, text: &str) -> bool {
        let changed = self.input.as_mut().is_some_and(|input| input.insert(text));
        if changed {
            self.suggest();
        }
        changed
    }

    /// Draws what is typed, or the filter that stands; false when there is neither. `example` stands there while nothing is typed.
    pub fn draw(&self, area: Rect, filter: &str, example: &str, canvas: &mut Canvas) -> bool {
        let room = area.width.saturating_sub(2);
        match &self.input {
            Some(input) => {
                let x = canvas.put(area.x, area.y, "/ ", 2, Role::Accent);
                input.draw(canvas, x, area.y, room, example);
            }
            None if filter.is_empty() => return false,
            None => {
                let x = canvas.put(area.x, area.y, "/ ", 2, Role::Accent);
                canvas.put(x, area.y, filter, room, Role::Text);
            }
        }
        true
    }

    /// Draws the suggestions below the line, over the list: `area` is that of both.
    pub fn draw_suggestions(&self, area: Rect, canvas: &mut Canvas) {
        let Some(input) = &self.input else { return };
        let below = Rect {
            x: area.x + 4,
            y: area.y + 1,
            width: area.width.saturating_sub(4),
            height: area.height.saturating_sub(1),
        };
        self.suggested.draw(input.text(), below, canvas);
    }
}
