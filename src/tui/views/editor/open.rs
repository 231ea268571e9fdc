//! An open document: what happens to it, and what is asked about it.

use std::sync::Arc;

use crossterm::event::KeyEvent;
use quarterdeck_sync::outbox::action::Asked;
use ratatui::layout::Rect;

use super::beside::Beside;
use super::text::{MOST, Text};
use super::{Focus, KEEP, LARGE, Open, PAUSE, Saving, part};
use crate::tui::actions::{self, Act};
use crate::tui::data::{DraftOf, Lane, Question};
use crate::tui::decisions::{Change, Subject};
use crate::tui::drafting::{Check, Kept, Opening, Paper, Weight};
use crate::tui::views::{Aim, Cx, Wish};
use crate::tui::widgets::input::Input;

impl Open {
    pub(super) fn new(of: DraftOf, aim: Aim) -> Self {
        let versions = aim != Aim::Text;
        Self {
            of,
            opening: None,
            paper: None,
            failure: None,
            text: Text::new(""),
            fresh: Arc::from(""),
            changed: false,
            focus: if versions { Focus::Beside } else { Focus::Text },
            looking: versions,
            words: String::new(),
            beside: Beside::new(aim),
            checked: None,
            tickets: [None; 4],
            check_due: None,
            keep_due: None,
            was: None,
            resumed: false,
            saving: None,
            decided: false,
            top: 0,
            left: 0,
            area: Rect::ZERO,
            side: Rect::ZERO,
        }
    }

    pub(super) fn take(&mut self, opening: Box<Opening>, cx: &mut Cx) {
        let record = opening.draft.record.clone();
        self.paper = match (&self.of, record) {
            (DraftOf::Write(id), _) => Some(Paper::Write(id.clone())),
            (DraftOf::Record(_), record) => record.map(Paper::Record),
        };
        self.fresh = Arc::from(opening.draft.text.trim_end_matches('\n'));
        let kept = opening.kept.as_ref().map(|(text, _)| text.as_str());
        self.text = Text::new(kept.unwrap_or(&self.fresh));
        self.changed = *self.text.whole() != *self.fresh;
        self.resumed = kept.is_some();
        self.failure = None;
        self.take_up();
        self.opening = Some(opening);
        self.beside.offer(self.opening.as_deref());
        self.ask_beside(cx);
    }

    /// It comes to the front again: answers that were on their way for it did not reach it.
    pub(super) fn again(&mut self, cx: &mut Cx) {
        (self.tickets, self.saving) = ([None; 4], None);
        match self.opening {
            Some(_) => self.ask_beside(cx),
            None => self.ask(cx),
        }
    }

    /// Asks for the document.
    pub(super) fn ask(&mut self, cx: &Cx) {
        self.tickets[0] = Some(cx.ask(part::OPENING, Lane::Now, Question::Opening(self.of.clone())));
    }

    /// Asks for what stands beside the text.
    fn ask_beside(&mut self, cx: &mut Cx) {
        self.check(cx);
        if let Some(Paper::Record(record)) = &self.paper {
            self.tickets[2] = Some(cx.ask(part::AFFECTED, Lane::Later, Question::Affected(record.clone())));
            self.tickets[3] = Some(cx.ask(part::VERSIONS, Lane::Later, Question::Versions(record.clone())));
        }
    }

    /// Asks what is to be said about the text as it is.
    pub(super) fn check(&mut self, cx: &Cx) {
        let Some(paper) = self.paper.clone() else { return };
        self.check_due = None;
        let check = Check { paper, text: self.text.whole() };
        self.tickets[1] = Some(cx.ask(part::CHECK, Lane::Now, Question::Check(Box::new(check))));
    }

    /// The text has changed.
    pub(super) fn typed(&mut self, cx: &mut Cx) {
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
    pub(super) fn keep(&mut self, cx: &mut Cx) {
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

    pub(super) fn drop_draft(&mut self, cx: &mut Cx) {
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
    pub(super) fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
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
                let undo = act == Act::UndoTyping;
                match if undo { self.text.undo() } else { self.text.redo() } {
                    true => self.typed(cx),
                    false if undo => cx.say("Nothing was typed that could be taken back"),
                    false => cx.say("Nothing was taken back"),
                }
            }
            Act::CopyText => {
                let text = self.text.copy();
                cx.wishes.push(Wish::Copy("selection", text));
            }
            Act::CutText | Act::PasteText => {
                let changed = if act == Act::CutText { self.text.cut() } else { self.text.put_back() };
                match changed {
                    Some(true) => self.typed(cx),
                    Some(false) => cx.say("Nothing was copied or cut here yet"),
                    None => cx.say(format!("Too much: a text here has at most {} MB.", MOST >> 20)),
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
            act => self.beside.motion(act, count),
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

    pub(super) fn type_key(&mut self, key: &KeyEvent, cx: &mut Cx) {
        self.saving = None;
        match &mut self.focus {
            Focus::Find(input, from) => {
                let changed = input.key(key);
                if changed {
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
