//! The editor: one document, checked while it is typed, with what is wrong, what changes, what would be sent and who is affected
//! beside it.
//!
//! - `text`: what is typed. `line`: one line of it as cells. `beside`: the panes. `draw`: all of it on the screen.
//!
//! Always true: nothing that is typed acts, only keys that cannot be text do; nothing is decided but on a sheet. Every edit is checked
//! by ticket, and an answer about an older text is dropped. What is typed is kept outside shortly after it is typed and whenever the
//! editor may be left, until it was decided on or thrown away.
//!
//! Not here: what a text makes of a document (the outside knows the manifests), and the sheet.

mod beside;
mod draw;
mod line;
mod text;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::KeyEvent;
use quarterdeck_sync::outbox::action::Asked;
use ratatui::layout::{Position, Rect};

use super::{Cx, Scene, View, Wish};
use crate::tui::actions::{self, Act, Facts, Scope};
use crate::tui::canvas::Canvas;
use crate::tui::data::{Answer, Answered, DraftOf, Lane, Question, Ticket};
use crate::tui::decisions::{Change, Subject};
use crate::tui::drafting::{Check, Checked, Kept, Opening, Paper, Weight};
use crate::tui::widgets::input::Input;
use beside::Beside;
use text::Text;

/// How long what is typed is in memory only.
const KEEP: Duration = Duration::from_millis(400);
/// A text of more bytes is checked once the typing pauses.
const LARGE: usize = 128 << 10;
/// Such a pause.
const PAUSE: Duration = Duration::from_millis(150);

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
    words: String,
    beside: Beside,
    checked: Option<Box<Checked>>,
    tickets: [Option<Ticket>; 4],
    check_due: Option<Instant>,
    keep_due: Option<Instant>,
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

impl Open {
    fn new(of: DraftOf, versions: bool) -> Self {
        Self {
            of,
            opening: None,
            paper: None,
            failure: None,
            text: Text::new(""),
            fresh: Arc::from(""),
            changed: false,
            focus: if versions { Focus::Beside } else { Focus::Text },
            words: String::new(),
            beside: Beside::new(versions),
            checked: None,
            tickets: [None; 4],
            check_due: None,
            keep_due: None,
            resumed: false,
            saving: None,
            decided: false,
            top: 0,
            left: 0,
            area: Rect::ZERO,
            side: Rect::ZERO,
        }
    }

    fn take(&mut self, opening: Box<Opening>, cx: &mut Cx) {
        let record = opening.draft.record.clone();
        self.paper = match (&self.of, record) {
            (DraftOf::Write(id), _) => Some(Paper::Write(id.clone())),
            (DraftOf::Row(_), record) => record.map(Paper::Record),
        };
        self.fresh = Arc::from(opening.draft.text.trim_end_matches('\n'));
        let kept = opening.kept.as_ref().map(|(text, _)| text.as_str());
        self.text = Text::new(kept.unwrap_or(&self.fresh));
        self.changed = *self.text.whole() != *self.fresh;
        self.resumed = kept.is_some();
        self.opening = Some(opening);
        self.beside.offer(self.opening.as_deref());
        self.check(cx);
        if let Some(Paper::Record(record)) = &self.paper {
            self.tickets[2] = Some(cx.ask(part::AFFECTED, Lane::Later, Question::Affected(record.clone())));
            self.tickets[3] = Some(cx.ask(part::VERSIONS, Lane::Later, Question::Versions(record.clone())));
        }
    }

    /// Asks what is to be said about the text as it is.
    fn check(&mut self, cx: &Cx) {
        let Some(paper) = self.paper.clone() else { return };
        self.check_due = None;
        let check = Check { paper, text: self.text.whole() };
        self.tickets[1] = Some(cx.ask(part::CHECK, Lane::Now, Question::Check(Box::new(check))));
    }

    /// The text has changed.
    fn typed(&mut self, cx: &mut Cx) {
        let text = self.text.whole();
        self.changed = text.len() != self.fresh.len() || *text != *self.fresh;
        if text.len() > LARGE {
            self.tickets[1] = None;
            self.check_due = Some(cx.clock + PAUSE);
            cx.wishes.push(Wish::Wake(PAUSE));
        } else {
            self.check(cx);
        }
        if self.keep_due.is_none() {
            self.keep_due = Some(cx.clock + KEEP);
            cx.wishes.push(Wish::Wake(KEEP));
        }
    }

    /// Keeps what is typed, or forgets it when it is what it was.
    fn keep(&mut self, cx: &mut Cx) {
        let due = self.keep_due.take().is_some();
        let Some(opening) = self.opening.as_ref().filter(|_| due) else { return };
        let key = opening.key.clone();
        cx.wishes.push(match self.changed {
            true => {
                let base = opening.draft.record.as_ref().map_or_else(String::new, |record| record.doc.clone());
                Wish::KeepDraft(Box::new(Kept { key, base, text: self.text.whole(), at: cx.now }))
            }
            false => Wish::DropDraft(key),
        });
    }

    fn drop_draft(&mut self, cx: &mut Cx) {
        self.keep_due = None;
        cx.wishes.extend(self.opening.as_ref().map(|opening| Wish::DropDraft(opening.key.clone())));
    }

    /// Opens the sheet about the text.
    fn save(&mut self, cx: &mut Cx) {
        let wrong = self.checked.as_ref().filter(|_| self.tickets[1].is_none());
        let wrong = wrong.and_then(|checked| checked.remarks.iter().find(|remark| remark.weight == Weight::Wrong));
        if let Some(remark) = wrong {
            let place = remark.place.map_or(String::new(), |(line, column)| format!("line {line}, column {column}: "));
            return cx.say(format!("Not yet: {place}{}.", remark.words));
        }
        if !self.changed && matches!(self.paper, Some(Paper::Record(_))) {
            return cx.say("Nothing was changed: there is nothing to save.");
        }
        let text = self.text.whole().to_string();
        let subject = match &self.paper {
            Some(Paper::Record(record)) => Subject::Edited { record: record.clone(), text, asked: asked() },
            Some(Paper::Write(id)) => Subject::Writes { ids: vec![id.clone()], change: Change::Edited(text) },
            None => return,
        };
        self.keep(cx);
        self.saving = Some(Saving::Text);
        cx.wishes.push(Wish::Sheet(Box::new(subject)));
    }

    /// Opens the sheet that brings back the version under the cursor.
    fn restore(&mut self, cx: &mut Cx) {
        let (Some(version), Some(Paper::Record(record))) = (self.beside.version(), &self.paper) else { return };
        if version.diff.is_empty() {
            return cx.say("That is how it is now.");
        }
        let subject = Subject::Restored { record: record.clone(), version: version.number, asked: asked() };
        self.saving = Some(Saving::Version);
        cx.wishes.push(Wish::Sheet(Box::new(subject)));
    }

    /// To the next problem behind the cursor, or the first.
    fn next_remark(&mut self, cx: &mut Cx) {
        let (line, column) = self.text.cursor();
        let remarks = self.checked.iter().flat_map(|checked| &checked.remarks);
        let mut places: Vec<(usize, usize)> = remarks.filter_map(|remark| remark.place).collect();
        places.sort_unstable();
        let next = places.iter().find(|place| **place > (line + 1, column + 1)).or(places.first());
        match next.copied() {
            Some((line, column)) => self.text.go_to(line.saturating_sub(1), column.saturating_sub(1)),
            None => cx.say("Nothing is wrong here."),
        }
    }

    fn go_there(&mut self, cx: &mut Cx) {
        if self.beside.version().is_some() {
            return self.restore(cx);
        }
        let place = self.checked.as_ref().and_then(|checked| checked.remarks.get(self.beside.problem()?)?.place);
        if let Some((line, column)) = place {
            self.text.go_to(line.saturating_sub(1), column.saturating_sub(1));
            self.focus = Focus::Text;
        }
    }

    fn find(&mut self, forward: bool, cx: &mut Cx) {
        if self.words.is_empty() {
            return cx.say("Nothing was looked for yet.");
        }
        let words = self.words.clone();
        if !self.text.find(&words, forward, false) {
            cx.say("Not found.");
        }
    }

    fn outside(&mut self, cx: &mut Cx) {
        if let Some(opening) = &self.opening {
            let name = opening.draft.name.clone();
            self.keep(cx);
            cx.wishes.push(Wish::Outside(name, format!("{}\n", self.text.whole())));
        }
    }

    /// Does an action; false: the editor is to be left.
    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        self.saving = None;
        let times = i64::from(count.unwrap_or(1));
        match act {
            Act::SaveText => self.save(cx),
            Act::LeaveText if self.changed => self.focus = Focus::Leaving,
            Act::LeaveText => return false,
            Act::ToText if self.opening.is_none() => return false,
            Act::ToText | Act::GoOn => self.focus = Focus::Text,
            Act::KeepAndLeave => return false,
            Act::ThrowAway => {
                self.changed = false;
                return false;
            }
            Act::ToBeside => self.focus = Focus::Beside,
            Act::NextBeside | Act::NextPane => self.beside.turn(true),
            Act::PreviousPane => self.beside.turn(false),
            Act::NextRemark => self.next_remark(cx),
            Act::UndoTyping | Act::RedoTyping => {
                if if act == Act::UndoTyping { self.text.undo() } else { self.text.redo() } {
                    self.typed(cx);
                }
            }
            Act::FindText => self.focus = Focus::Find(Input::new(&self.words), self.text.cursor()),
            Act::NextInText | Act::PreviousInText => self.find(act == Act::NextInText, cx),
            Act::TextOutside | Act::OpenOutside => self.outside(cx),
            Act::GoThere => self.go_there(cx),
            Act::Accept | Act::Cancel | Act::Following | Act::Preceding => self.finding(act, cx),
            Act::Down | Act::Up if matches!(self.focus, Focus::Text) => {
                self.text.down(if act == Act::Down { times } else { -times });
            }
            act => self.beside.motion(act, times),
        }
        true
    }

    /// While words are looked for.
    fn finding(&mut self, act: Act, cx: &mut Cx) {
        let Focus::Find(input, from) = &self.focus else { return };
        let (words, from) = (input.text().to_owned(), *from);
        match act {
            Act::Cancel => {
                self.text.go_to(from.0, from.1);
                self.focus = Focus::Text;
            }
            Act::Accept => {
                self.words = words;
                self.focus = Focus::Text;
            }
            _ if !self.text.find(&words, act == Act::Following, false) => cx.say("Not found."),
            _ => {}
        }
    }

    fn type_key(&mut self, key: &KeyEvent, cx: &mut Cx) {
        self.saving = None;
        match &mut self.focus {
            Focus::Find(input, from) => {
                if input.key(key) {
                    let (words, from) = (input.text().to_owned(), *from);
                    self.text.go_to(from.0, from.1);
                    self.text.find(&words, true, true);
                }
            }
            Focus::Text if self.text.key(key) => self.typed(cx),
            _ => {}
        }
    }
}

/// What is asked for with a text; the sheet asks for the reason.
fn asked() -> Asked {
    let verb = actions::verbs(Act::EditHere).first().copied().unwrap_or_default();
    Asked { verb: verb.to_owned(), ..Asked::default() }
}

impl Editor {
    /// Leaves the editor: what was typed is kept, unless it was thrown away.
    fn leave(&mut self, cx: &mut Cx) {
        if let Some(mut open) = self.open.take() {
            if open.changed { open.keep(cx) } else { open.drop_draft(cx) }
        }
        cx.wishes.push(Wish::Back);
    }
}

impl View for Editor {
    fn enter(&mut self, _cx: &mut Cx) {}

    fn refresh(&mut self, cx: &mut Cx) {
        // What would be sent rests on what is there; and a sync may have seen a version more.
        let Some(open) = &mut self.open else { return };
        if open.tickets[1].is_none() && open.check_due.is_none() {
            open.check(cx);
        }
        if let Some(Paper::Record(record)) = &open.paper {
            open.tickets[3] = Some(cx.ask(part::VERSIONS, Lane::Later, Question::Versions(record.clone())));
        }
    }

    fn compose(&mut self, of: DraftOf, versions: bool, cx: &mut Cx) {
        let mut open = Open::new(of.clone(), versions);
        open.tickets[0] = Some(cx.ask(part::OPENING, Lane::Now, Question::Opening(of)));
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
        // Back is to the text first: only there one leaves.
        let act = if act == Act::Back { Act::ToText } else { act };
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

    fn click(&mut self, x: u16, y: u16, _cx: &mut Cx) {
        let Some(open) = self.open.as_mut().filter(|open| !matches!(open.focus, Focus::Leaving)) else { return };
        let at = Position { x, y };
        if open.area.contains(at) {
            open.focus = Focus::Text;
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
        self.open = None;
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

    fn facts(&self, _facts: &mut Facts) {}

    fn draw(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas) {
        if let Some(open) = &mut self.open {
            open.draw(area, scene, canvas);
        }
    }
}
