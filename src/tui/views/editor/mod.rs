//! The editor: one document, checked while it is typed, with what is wrong, what changes, what would be sent and who is affected
//! beside it.
//!
//! - `open`: an open document, and what happens to it. `text`: what is typed. `line`: one line of it as cells. `beside`: the panes. `remember`: from one time to
//!   the next. `draw`: all of it on the screen.
//!
//! Always true: nothing that is typed acts, only keys that cannot be text do; nothing is decided but on a sheet. Every edit is checked
//! by ticket, and an answer about an older text is dropped. What is typed is kept outside shortly after it is typed and whenever the
//! editor may be left, until it was decided on or thrown away. A document that is opened over another leaves that one as it is: one
//! comes back to it.
//!
//! Not here: what a text makes of a document (the outside knows the manifests), and the sheet.

mod beside;
mod draw;
mod line;
mod open;
mod remember;
mod text;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::layout::{Position, Rect};

use super::{Aim, Cx, Scene, View, Wish};
use crate::tui::actions::{Act, Facts, Scope};
use crate::tui::canvas::Canvas;
use crate::tui::data::{Answer, Answered, DraftOf, Lane, Question, Ticket};
use crate::tui::decisions::Target;
use crate::tui::drafting::{Checked, Opening, Paper};
use crate::tui::incidents::Chosen;
use crate::tui::memory::trail::{EditedState, Step};
use crate::tui::widgets::input::Input;
use beside::Beside;
use text::Text;

/// How long what is typed is in memory only.
const KEEP: Duration = Duration::from_millis(400);
/// A text of more bytes is checked once the typing pauses.
const LARGE: usize = 128 << 10;
/// Such a pause.
const PAUSE: Duration = Duration::from_millis(150);

/// Documents that one can go back to; of more the first ones are let go of, and what was typed in them is kept outside.
const BEHIND: usize = 8;

/// What the editor asks for.
mod part {
    pub const OPENING: u8 = 0;
    pub const CHECK: u8 = 1;
    pub const AFFECTED: u8 = 2;
    pub const VERSIONS: u8 = 3;
}

/// The view.
#[derive(Default)]
pub(super) struct Editor {
    open: Option<Box<Open>>,
    /// What to go back to, the latest last: documents that others were opened over.
    behind: Vec<Open>,
    /// Something lies over it.
    covered: bool,
}

/// What a sheet was opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Saving {
    /// The text.
    Text,
    /// An older version.
    Version,
}

/// Where the keys go.
#[derive(Debug, Default)]
enum Focus {
    /// To the text.
    #[default]
    Text,
    /// To what stands beside it.
    Beside,
    /// To the words that are looked for, from where the cursor was.
    Find(Input, (usize, usize)),
    /// To the question before the text is left.
    Leaving,
}

/// An open document.
struct Open {
    of: DraftOf,
    opening: Option<Box<Opening>>,
    paper: Option<Paper>,
    failure: Option<String>,
    text: Text,
    /// The text as it is without anything typed.
    fresh: Arc<str>,
    /// It is not.
    changed: bool,
    focus: Focus,
    /// It was opened for its versions, and the text was not gone to yet.
    looking: bool,
    words: String,
    beside: Beside,
    checked: Option<Box<Checked>>,
    tickets: [Option<Ticket>; 4],
    check_due: Option<Instant>,
    keep_due: Option<Instant>,
    /// Where one was in it the last time, until the text is there.
    was: Option<EditedState>,
    /// What was typed before is in the text, and how long ago that was.
    resumed: bool,
    saving: Option<Saving>,
    /// The sheet was confirmed, and kept.
    decided: bool,
    top: usize,
    left: usize,
    area: Rect,
    side: Rect,
}

impl Editor {
    /// Leaves the editor: what was typed is kept, unless it was thrown away.
    fn leave(&mut self, cx: &mut Cx) {
        if let Some(mut open) = self.open.take() {
            if open.changed { open.keep(cx) } else { open.drop_draft(cx) }
        }
        self.uncover(cx);
        cx.wishes.push(Wish::Back);
    }

    /// The document that was open before comes to the front again.
    fn uncover(&mut self, cx: &mut Cx) {
        self.open = self.behind.pop().map(Box::new);
        if let Some(open) = &mut self.open {
            open.again(cx);
        }
    }

    /// Asks for a document that was open the last time; and once more when what it takes to open it was not there yet.
    fn open_left(&mut self, cx: &Cx) {
        if let Some(open) = self.open.as_mut().filter(|open| open.was.is_some() && open.tickets[0].is_none()) {
            open.ask(cx);
        }
    }

    /// Puts the open document away for one that is opened over it. What was typed in it is kept outside too; of a document that is
    /// opened anew, and of those that there is no room for, only there.
    fn put_behind(&mut self, of: &DraftOf, cx: &mut Cx) {
        let covered = std::mem::take(&mut self.covered);
        let Some(mut before) = self.open.take() else { return };
        before.keep(cx);
        let mut gone = Vec::new();
        if covered {
            self.behind.push(*before)
        } else {
            gone.push(*before)
        }
        self.behind.retain(|open| open.of != *of);
        if self.behind.len() > BEHIND {
            gone.push(self.behind.remove(0));
        }
        if gone.iter().any(|open| open.changed && open.of != *of) {
            cx.say("What you typed in another document is kept, and there when you edit that again.");
        }
    }
}

impl View for Editor {
    fn enter(&mut self, cx: &mut Cx) {
        self.covered = false;
        self.open_left(cx);
    }

    fn covered(&mut self) {
        self.covered = true;
    }

    fn refresh(&mut self, cx: &mut Cx) {
        self.open_left(cx);
        // What would be sent rests on what is there; and a sync may have seen a version more.
        let Some(open) = &mut self.open else { return };
        if open.tickets[1].is_none() && open.check_due.is_none() {
            open.check(cx);
        }
        if let Some(Paper::Record(record)) = &open.paper {
            open.tickets[3] = Some(cx.ask(part::VERSIONS, Lane::Later, Question::Versions(record.clone())));
        }
    }

    fn compose(&mut self, of: DraftOf, aim: Aim, cx: &mut Cx) {
        self.put_behind(&of, cx);
        let mut open = Open::new(of, aim);
        open.ask(cx);
        self.open = Some(Box::new(open));
    }

    fn answer(&mut self, answered: Answered, cx: &mut Cx) {
        let Some(open) = &mut self.open else { return };
        let part = answered.slot.part;
        let ticket = open.tickets.get_mut(usize::from(part));
        if ticket.and_then(|ticket| ticket.take_if(|ticket| *ticket == answered.ticket)).is_none() {
            return;
        }
        match (part, answered.answer) {
            (part::OPENING, Answer::Opening(opening)) => open.take(opening, cx),
            (part::OPENING, Answer::Failed(why)) => open.failure = Some(why),
            (part::CHECK, Answer::Checked(checked)) => {
                open.checked = Some(checked);
                open.beside.renew();
            }
            (part::AFFECTED, Answer::Affected(affected)) => open.beside.affects(Ok(*affected)),
            (part::AFFECTED, Answer::Failed(why)) => open.beside.affects(Err(why)),
            (part::VERSIONS, Answer::Versions(versions)) => open.beside.versions(Ok(versions)),
            (part::VERSIONS, Answer::Failed(why)) => open.beside.versions(Err(why)),
            (_, Answer::Failed(why)) => cx.say(format!("It could not be checked: {why}.")),
            _ => {}
        }
    }

    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        let Some(open) = &mut self.open else { return false };
        // Back is to the text first: only there one leaves. Who came for the versions alone was never in the text, and must not
        // find the next keys typed into it.
        let act = match act {
            Act::Back if open.looking && !open.changed => {
                self.leave(cx);
                return true;
            }
            Act::Back => Act::ToText,
            act => act,
        };
        open.looking &= act != Act::ToText;
        if !open.act(act, count, cx) {
            self.leave(cx);
        }
        true
    }

    fn type_key(&mut self, key: &KeyEvent, cx: &mut Cx) {
        if let Some(open) = &mut self.open {
            open.type_key(key, cx);
        }
    }

    fn paste(&mut self, text: &str, cx: &mut Cx) {
        let Some(open) = &mut self.open else { return };
        open.saving = None;
        match &mut open.focus {
            Focus::Find(input, _) => drop(input.insert(text)),
            Focus::Text if open.text.paste(text) => open.typed(cx),
            Focus::Text => cx.say(format!("Too much: a text here has at most {} MB.", text::MOST >> 20)),
            Focus::Beside | Focus::Leaving => {}
        }
    }

    fn edited(&mut self, text: String, cx: &mut Cx) {
        let Some(open) = &mut self.open else { return };
        if text.len() > text::MOST {
            return cx.say(format!("Too much: a text here has at most {} MB.", text::MOST >> 20));
        }
        open.text.replace(&text);
        open.typed(cx);
    }

    /// What is edited.
    fn chosen(&self) -> Vec<Chosen> {
        let open = self.open.as_ref();
        let chosen = open.and_then(|open| match (&open.of, &open.paper) {
            (DraftOf::Record(_), Some(Paper::Record(record))) => {
                let row = &record.row;
                Some(Chosen::new(Target::Row(row.key), row.title.as_ref().unwrap_or(&row.id)))
            }
            _ => None,
        });
        chosen.into_iter().collect()
    }

    fn click(&mut self, x: u16, y: u16, _cx: &mut Cx) {
        let Some(open) = self.open.as_mut().filter(|open| !matches!(open.focus, Focus::Leaving)) else { return };
        let at = Position { x, y };
        if open.area.contains(at) {
            (open.focus, open.looking) = (Focus::Text, false);
            open.point(x, y);
        } else if open.side.contains(at) {
            open.focus = Focus::Beside;
        }
    }

    fn wake(&mut self, cx: &mut Cx) {
        let Some(open) = &mut self.open else { return };
        if open.keep_due.is_some_and(|at| at <= cx.clock) {
            open.keep(cx);
        }
        if open.check_due.is_some_and(|at| at <= cx.clock) {
            open.check(cx);
        }
    }

    fn leaving(&mut self, cx: &mut Cx) {
        if let Some(open) = &mut self.open {
            open.keep(cx);
        }
    }

    fn close(&mut self) {
        *self = Self::default();
    }

    fn step_out(&mut self, cx: &mut Cx) {
        if let Some(open) = &mut self.open {
            open.keep(cx);
        }
        self.uncover(cx);
    }

    fn leave_off(&self, step: &mut Step) {
        step.edited = self.left();
    }

    fn take_up(&mut self, step: &Step, _now: Timestamp) -> bool {
        self.edit_again(&step.edited)
    }

    fn bare(&self) -> bool {
        self.open.is_none()
    }

    fn decided(&mut self) {
        if let Some(open) = self.open.as_mut().filter(|open| open.saving.is_some()) {
            open.decided = true;
        }
    }

    fn drawn(&mut self, cx: &mut Cx) {
        let Some(open) = self.open.as_mut().filter(|open| open.decided) else { return };
        // What was decided on is in the outbox now: that is where it is kept.
        if open.saving == Some(Saving::Text) {
            open.changed = false;
        }
        self.leave(cx);
    }

    fn ready(&self) -> bool {
        self.open.as_ref().is_none_or(|open| open.tickets[0].is_none())
    }

    fn scope(&self) -> Scope {
        let Some(open) = &self.open else { return Scope::Beside };
        match &open.focus {
            _ if open.opening.is_none() => Scope::Beside,
            Focus::Text => Scope::Editor,
            Focus::Beside => Scope::Beside,
            Focus::Find(..) => Scope::Prompt,
            Focus::Leaving => Scope::Leaving,
        }
    }

    fn facts(&self, facts: &mut Facts) {
        facts.text_selected = self.open.as_ref().is_some_and(|open| open.text.selects());
    }

    fn draw(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        if let Some(open) = &mut self.open {
            open.draw(area, scene, canvas);
        }
    }
}
