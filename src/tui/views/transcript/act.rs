//! What the keys do in a transcript.

use std::sync::Arc;

use quarterdeck_sync::model::Part;
use quarterdeck_sync::text::Clean;

use super::jump::{jump, motion, to_match};
use super::lines::Times;
use super::mode::Mode;
use super::things::{Thing, things};
use super::{Open, Transcripts};
use crate::tui::actions::Act;
use crate::tui::decisions::Target;
use crate::tui::marking::Words;
use crate::tui::reading::Reading;
use crate::tui::text::grouped;
use crate::tui::theme::Role;
use crate::tui::views::{Cx, Wish};
use crate::tui::widgets::input::Input;
use crate::tui::widgets::picker::{Item, Picker};

impl Transcripts {
    pub(super) fn do_act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        if !matches!(self.mode, Mode::Reading) {
            return self.act_typing(act, cx);
        }
        if let Some(open) = &mut self.open
            && (motion(open, act, count) || jump(open, act, count, cx))
        {
            return true;
        }
        // Whoever does something else waits for no list of subagents any more.
        self.kin_ticket = None;
        match act {
            Act::Back if self.unmark(cx) => {}
            Act::Back | Act::CloseEntries => self.leave(cx),
            Act::FindInside => {
                if let Some(open) = &self.open {
                    self.mode = Mode::Finding(Input::new(""), open.scroll.cursor);
                }
            }
            Act::Follow => self.follow(cx),
            Act::Fetch => self.open.iter_mut().for_each(|open| open.fetch_again(cx)),
            Act::Kin => self.ask_kin(cx),
            Act::TranscriptLinks => self.links(cx),
            Act::Yank | Act::YankPart => self.yank(act == Act::Yank, cx),
            Act::Pick => self.pick(cx),
            Act::Bookmark | Act::Note | Act::Review => self.mark(act, cx),
            _ => {
                let Some(open) = &mut self.open else { return false };
                return fold_or_turn(open, act, cx);
            }
        }
        true
    }

    fn act_typing(&mut self, act: Act, cx: &mut Cx) -> bool {
        match (act, std::mem::take(&mut self.mode)) {
            (Act::Accept, mode) => self.accept(mode, cx),
            (Act::Cancel, Mode::Finding(_, from)) => {
                self.open.iter_mut().for_each(|open| open.scroll.cursor = from);
                self.unmark(cx);
            }
            (Act::Cancel, Mode::Noting(input, about)) => {
                if self.leave_note(input.text(), about) {
                    cx.say("Not kept; what was written is there when you write again");
                }
            }
            (Act::Cancel, _) => {}
            (Act::Following | Act::Preceding, mut mode) => {
                let down = act == Act::Following;
                match (&mut mode, &mut self.open) {
                    (Mode::Finding(..), Some(open)) => to_match(open, down, 1, cx),
                    (Mode::Copying(picker, _) | Mode::Visiting(picker, _), _) => picker.step(down),
                    _ => {}
                }
                self.mode = mode;
            }
            (_, mode) => {
                self.mode = mode;
                return false;
            }
        }
        true
    }

    /// Takes what is typed or chosen.
    fn accept(&mut self, mode: Mode, cx: &mut Cx) {
        match mode {
            Mode::Reading | Mode::Finding(..) => {}
            Mode::Noting(input, about) => self.noted(input.text(), about, cx),
            Mode::Copying(picker, things) => {
                if let Some(thing) = picker.chosen().and_then(|at| things.into_iter().nth(at)) {
                    cx.wishes.extend(self.open.as_ref().map(|open| open.copy(thing.what, thing.text)));
                }
            }
            Mode::Visiting(picker, visits) => {
                if let Some(visit) = picker.chosen().and_then(|at| visits.into_iter().nth(at)) {
                    self.visit(visit, cx);
                }
            }
        }
    }

    /// The words being looked for have changed.
    pub(super) fn retype(&mut self, cx: &Cx) {
        if let (Mode::Finding(input, _), Some(open)) = (&self.mode, &mut self.open) {
            open.words = Words::plain(input.text());
        }
        self.find(cx);
    }

    /// Marks again what the transcript was opened with, if something else is marked now.
    fn unmark(&mut self, cx: &Cx) -> bool {
        let Some(open) = &mut self.open else { return false };
        let first = Words::of_query(&open.reading.query);
        let changed = open.words != first;
        if changed {
            open.words = first;
            self.find(cx);
        }
        changed
    }

    /// To the other half of what the cursor is on: from a call to its answer and back, from a subagent to its session.
    fn follow(&mut self, cx: &mut Cx) {
        let Some(open) = &mut self.open else { return };
        let Some(book) = &mut open.book else { return };
        let cursor = open.scroll.cursor;
        let pair = match book.part(cursor) {
            Some(Part::Call(call)) => call.answered_at,
            Some(Part::Result(answer)) => answer.called_at,
            _ => None,
        };
        let subagent = book.entry(cursor.entry).and_then(|entry| entry.subagent.clone());
        match (subagent, pair) {
            (Some(id), _) => {
                let list = book.transcript().row.list.clone();
                let title = format!("subagent {id}");
                let of = Target::Named(list, id);
                cx.wishes.push(Wish::Read(Reading { of, title, at: None, query: open.reading.query.clone() }));
            }
            (None, Some(place)) => {
                let number = book.number(place as usize);
                open.reach(number, false);
            }
            (None, None) => cx.say("Nothing to follow here: a call leads to its answer, a subagent to its session"),
        }
    }

    /// Copies one of the things of the entry that the cursor is on: the only one at once, of several the chosen one.
    fn pick(&mut self, cx: &mut Cx) {
        let Some(open) = &self.open else { return };
        let entry = open.book.as_ref().and_then(|book| book.entry(open.scroll.cursor.entry));
        let mut things = entry.map(things).unwrap_or_default();
        match things.as_slice() {
            [] => cx.say("No code, command, path or link in this entry"),
            [_] => {
                let Thing { what, text, .. } = things.remove(0);
                cx.wishes.push(open.copy(what, text));
            }
            _ => {
                let item = |thing: &Thing| Item {
                    sign: thing.sign.to_owned(),
                    label: Clean::line(thing.text.trim_start().split('\n').next().unwrap_or_default()).into_string(),
                    note: match thing.text.lines().count() {
                        1 => thing.what.to_owned(),
                        lines => format!("{}, {} lines", thing.what, grouped(lines as u64)),
                    },
                    role: Role::Accent,
                };
                let items = things.iter().map(item).collect();
                self.mode = Mode::Copying(Picker::new("Copy what?", items, 0), things);
            }
        }
    }

    /// Copies the entry that the cursor is on, or the part of it.
    fn yank(&mut self, whole: bool, cx: &mut Cx) {
        let Some(open) = &mut self.open else { return };
        let Some(book) = &mut open.book else { return };
        let cursor = open.scroll.cursor;
        let part = if whole { None } else { book.part(cursor).cloned() };
        let (what, text) = match part {
            Some(Part::Text(text) | Part::Thinking(text)) => ("text", text),
            Some(Part::Call(call)) => match (call.command, call.paths.into_iter().next()) {
                (Some(command), _) => ("command", command),
                (None, Some(path)) => ("path", path),
                (None, None) => ("input", call.input),
            },
            Some(Part::Result(answer)) => ("answer", answer.text),
            Some(Part::Attachment { media, .. }) => ("name", media),
            Some(Part::Other { json, .. }) => ("document", json),
            None => match book.entry(cursor.entry) {
                Some(entry) => ("entry", entry.text()),
                None => ("id", book.transcript().row.id.clone()),
            },
        };
        let wish = open.copy(what, text);
        cx.wishes.push(wish);
    }
}

fn fold_or_turn(open: &mut Open, act: Act, cx: &mut Cx) -> bool {
    let Some(book) = &mut open.book else { return false };
    let cursor = open.scroll.cursor;
    match act {
        Act::FoldPart => {
            if !book.turn(cursor) {
                cx.say("Nothing folds here");
            }
        }
        Act::UnfoldParts | Act::FoldParts => {
            book.turn_all(act == Act::UnfoldParts);
            open.scroll.cursor.line = 0;
        }
        Act::Audit => {
            let (on, place) = (!book.audit(), book.place(cursor.entry));
            book.set_audit(on);
            let number = place.map_or(0, |place| book.number(place));
            cx.say(if on { "Audit: what it did to the world" } else { "Everything that was said and done" });
            open.reach(number, false);
        }
        Act::Times => {
            let times = match book.times() {
                Times::Clock => Times::Since,
                Times::Since => Times::Step,
                Times::Step => Times::Clock,
            };
            book.set_times(times);
            cx.say(match times {
                Times::Clock => "Times of day, UTC",
                Times::Since => "Time since it began",
                Times::Step => "Time since the entry before",
            });
        }
        _ => return false,
    }
    true
}

impl Open {
    /// The transcript, once it is here.
    pub(super) fn transcript(&self) -> Option<&Arc<crate::tui::reading::Transcript>> {
        self.book.as_ref().map(|book| book.transcript())
    }
}
