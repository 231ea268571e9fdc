//! The selected hit where it stands: an entry among its neighbours, a record with its document.
//!
//! While the cursor runs nothing is shown: what belongs to another hit would mislead, and a held key costs a slow line nothing.

use quarterdeck_sync::model::{Kind, ListKey, RowKey};
use ratatui::layout::Rect;

use super::part;
use crate::search::Hit;
use crate::tui::actions::Act;
use crate::tui::canvas::Canvas;
use crate::tui::data::{Answer, Answered, Lane, Opened, Question, Ticket};
use crate::tui::decisions::Target;
use crate::tui::fleet::Fleet;
use crate::tui::marking::Words;
use crate::tui::motion;
use crate::tui::reading::Read;
use crate::tui::theme::Role;
use crate::tui::unsealed::Unsealed;
use crate::tui::views::detail::Detail;
use crate::tui::views::rest::Rest;
use crate::tui::views::transcript::Window;
use crate::tui::views::{Copied, Cx};

/// What is shown.
#[derive(Debug, Default)]
enum Shown {
    #[default]
    Nothing,
    Entries(RowKey, Box<Window>),
    Record(RowKey, Box<Detail>),
    /// It could not be read.
    Failed(RowKey, String),
}

/// The pane.
#[derive(Debug, Default)]
pub(super) struct Preview {
    shown: Shown,
    /// What it is for: the record, and the entry.
    goal: Option<(RowKey, Option<u32>)>,
    ticket: Option<(Ticket, RowKey)>,
    rest: Rest,
    off: bool,
    /// It was drawn, so there is room for it.
    seen: bool,
    /// The keys go to it.
    entered: bool,
    /// The right to see the secrets of the record that is shown.
    unsealed: Option<Unsealed>,
}

impl Preview {
    /// It is wanted.
    pub fn on(&self) -> bool {
        !self.off || self.entered
    }

    /// Shows or hides it.
    pub fn turn(&mut self) {
        self.off = !self.off;
    }

    /// The keys go to it.
    pub fn entered(&self) -> bool {
        self.entered
    }

    /// Gives it the keys.
    pub fn enter(&mut self) {
        self.entered = true;
    }

    /// Takes the keys away again.
    pub fn leave(&mut self) {
        self.entered = false;
    }

    /// Whether there is room for it.
    pub fn set_seen(&mut self, seen: bool) {
        self.seen = seen;
    }

    /// The selection moved.
    pub fn moved(&mut self, cx: &mut Cx) {
        self.rest.moved(cx);
    }

    /// The cursor runs.
    pub fn running(&self) -> bool {
        self.rest.running()
    }

    /// The hits are others: no need to wait.
    pub fn rest(&mut self) {
        self.rest.stop();
    }

    /// Time has passed; true when the cursor rests now.
    pub fn wake(&mut self, cx: &Cx) -> bool {
        self.rest.wake(cx)
    }

    /// Brings it to a hit, unless the cursor runs.
    pub fn follow(&mut self, hit: Option<&Hit>, cx: &Cx) {
        let Some(hit) = hit else {
            (self.shown, self.goal, self.ticket, self.entered) = (Shown::Nothing, None, None, false);
            return;
        };
        // Whoever moves on and comes back is asked again.
        if self.unsealed.take_if(|unsealed| !unsealed.is_of(&hit.list, &hit.id)).is_some() {
            (self.shown, self.ticket) = (Shown::Nothing, None);
        }
        if self.rest.running() || !(self.seen || self.entered) {
            return;
        }
        let entry = hit.entry.as_ref().map(|entry| entry.place);
        self.goal = Some((hit.key, entry));
        match &mut self.shown {
            Shown::Entries(key, window) if *key == hit.key => window.turn_to(entry),
            Shown::Record(key, _) | Shown::Failed(key, _) if *key == hit.key => {}
            _ if self.ticket.is_some_and(|(_, asked)| asked == hit.key) => {}
            _ => {
                let entries = entry.is_some() || matches!(hit.kind, Kind::Session | Kind::Run);
                let question = match entries {
                    true => Question::Transcript(Target::Row(hit.key), None, None),
                    false => Question::Record(hit.key, self.unsealed.clone()),
                };
                self.ticket = Some((cx.ask(part::PREVIEW, Lane::Now, question), hit.key));
            }
        }
    }

    /// Takes an answer in, unless it is about another hit.
    pub fn answer(&mut self, answered: Answered) {
        let Some((_, key)) = self.ticket.take_if(|(ticket, _)| *ticket == answered.ticket) else { return };
        let Some((goal, entry)) = self.goal.filter(|(goal, _)| *goal == key) else { return };
        self.shown = match answered.answer {
            Answer::Transcript(Read::New(transcript)) => Shown::Entries(goal, Box::new(Window::new(transcript, entry))),
            Answer::Record(Some(opened)) => Shown::Record(goal, Box::new(detail(opened))),
            Answer::Failed(why) => Shown::Failed(goal, why),
            _ => Shown::Failed(goal, "it is no longer in the mirror".to_owned()),
        };
    }

    /// Moves through the record, while the keys go to it; false when they do not, or the action is none of its.
    pub fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        if !self.entered {
            return false;
        }
        if matches!(act, Act::Back | Act::CloseFound) {
            self.entered = false;
            return true;
        }
        // Still on its way: what can be done with it can be done already.
        let Shown::Record(_, detail) = &mut self.shown else { return motion::lines(act, count, 1).is_some() };
        let times = i64::from(count.unwrap_or(1));
        let page = detail.page() as i64;
        match act {
            Act::Down => detail.step(times),
            Act::Up => detail.step(-times),
            Act::PageDown => detail.step(page.saturating_mul(times)),
            Act::PageUp => detail.step((-page).saturating_mul(times)),
            Act::HalfDown => detail.step((page / 2).max(1)),
            Act::HalfUp => detail.step(-(page / 2).max(1)),
            Act::First => detail.step(i64::MIN / 2),
            Act::Last => detail.step(i64::MAX / 2),
            Act::FoldFound => {
                if !detail.fold() {
                    cx.say("Nothing folds here");
                }
            }
            Act::UnfoldFound | Act::FoldAllFound => detail.fold_all(act == Act::UnfoldFound),
            _ => return false,
        }
        true
    }

    /// The record that is shown, where a secret of it is masked.
    pub fn masks(&self) -> Option<(ListKey, String)> {
        let Shown::Record(_, detail) = &self.shown else { return None };
        let row =
            detail.row().filter(|row| detail.has_secrets() && self.goal.is_some_and(|(key, _)| key == row.key))?;
        Some((row.list.clone(), row.id.clone()))
    }

    /// It shows the secrets of the record.
    pub fn shows_secrets(&self) -> bool {
        self.unsealed.is_some()
    }

    /// Shows the secrets of the record, or masks them again.
    pub fn unseal(&mut self, unsealed: Option<Unsealed>, hit: Option<&Hit>, cx: &Cx) {
        self.unsealed = unsealed;
        if matches!(self.shown, Shown::Record(..)) {
            (self.shown, self.ticket) = (Shown::Nothing, None);
        }
        self.follow(hit, cx);
    }

    /// A line of what is shown, counted from the top of the pane, is clicked on: whether the keys can go to it.
    pub fn point(&mut self, line: usize) -> bool {
        let Shown::Record(_, detail) = &mut self.shown else { return false };
        // The pane's first line is its heading.
        if let Some(line) = line.checked_sub(1) {
            detail.point(line);
        }
        self.entered = true;
        true
    }

    /// The document of this record, while it is shown.
    pub fn document(&self, of: RowKey) -> Option<Copied<'_>> {
        match &self.shown {
            Shown::Record(key, detail) if *key == of => detail.document(),
            _ => None,
        }
    }

    /// Draws it.
    pub fn draw(&mut self, area: Rect, hit: Option<&Hit>, words: &Words, fleet: &Fleet, canvas: &mut Canvas) {
        let Some(hit) = hit else { return };
        let entry = hit.entry.as_ref().map(|entry| entry.place);
        match &mut self.shown {
            // Another entry of the same session is there at once, but not while the cursor runs.
            Shown::Entries(key, window) if *key == hit.key && !self.rest.running() => {
                window.turn_to(entry);
                window.draw(area, words, canvas);
            }
            Shown::Record(key, detail) if *key == hit.key => {
                let row = detail.row().cloned();
                detail.draw(area, row.as_ref(), self.entered, fleet, canvas);
            }
            Shown::Failed(key, why) if *key == hit.key => {
                canvas.put(area.x, area.y, &format!("✗ {why}"), area.width, Role::Bad);
            }
            _ => {}
        }
    }
}

fn detail(opened: Box<Opened>) -> Detail {
    let mut detail = Detail::default();
    detail.show(opened.record.row.key, Some(opened));
    detail
}
