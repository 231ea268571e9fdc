//! What the keys do in a transcript.

use std::sync::Arc;

use quarterdeck_sync::model::Part;

use super::lines::Times;
use super::scroll::Spot;
use super::{Open, Transcripts};
use crate::tui::actions::Act;
use crate::tui::decisions::Target;
use crate::tui::marking::Words;
use crate::tui::reading::{Reading, Shows};
use crate::tui::views::{Cx, Wish};
use crate::tui::widgets::input::Input;

/// What one jumps to: what it shows, and its name.
fn jump_of(act: Act) -> Option<(Shows, bool, &'static str)> {
    Some(match act {
        Act::NextError => (Shows::ERROR, true, "error"),
        Act::PreviousError => (Shows::ERROR, false, "error"),
        Act::NextCall => (Shows::CALL, true, "call"),
        Act::PreviousCall => (Shows::CALL, false, "call"),
        Act::NextChange => (Shows::EDIT, true, "change"),
        Act::PreviousChange => (Shows::EDIT, false, "change"),
        Act::NextPrompt => (Shows::USER, true, "message of a person"),
        Act::PreviousPrompt => (Shows::USER, false, "message of a person"),
        _ => return None,
    })
}

impl Transcripts {
    pub(super) fn do_act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        if self.typing.is_some() {
            return self.act_typing(act, cx);
        }
        if let Some(open) = &mut self.open
            && (motion(open, act, count) || jump(open, act, count, cx))
        {
            return true;
        }
        match act {
            Act::Back if self.unmark(cx) => {}
            Act::Back | Act::CloseEntries => self.leave(cx),
            Act::FindInside => {
                if let Some(open) = &self.open {
                    self.typing = Some((Input::new(""), open.scroll.cursor));
                }
            }
            Act::Follow => self.follow(cx),
            Act::Fetch => self.fetch_again(cx),
            Act::Yank | Act::YankPart => self.yank(act == Act::Yank, cx),
            _ => {
                let Some(open) = &mut self.open else { return false };
                return fold_or_turn(open, act, cx);
            }
        }
        true
    }

    fn act_typing(&mut self, act: Act, cx: &mut Cx) -> bool {
        match act {
            Act::Accept => self.typing = None,
            Act::Cancel => {
                if let (Some((_, from)), Some(open)) = (self.typing.take(), &mut self.open) {
                    open.scroll.cursor = from;
                }
                self.unmark(cx);
            }
            Act::Following | Act::Preceding => {
                if let Some(open) = &mut self.open {
                    to_match(open, act == Act::Following, 1, cx);
                }
            }
            _ => return false,
        }
        true
    }

    /// The words being looked for have changed.
    pub(super) fn retype(&mut self, cx: &Cx) {
        if let (Some((input, _)), Some(open)) = (&self.typing, &mut self.open) {
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

    fn fetch_again(&mut self, cx: &mut Cx) {
        let Some(open) = &mut self.open else { return };
        let Some(book) = &open.book else { return };
        let row = &book.transcript().row;
        if row.gone_at.is_some() {
            return cx.say(format!("{} does not list it any more: what is here is all there is", row.list.connection));
        }
        cx.say(format!("Asking {} for its entries", row.list.connection));
        cx.wishes.push(Wish::Fetch(row.list.clone(), row.id.clone()));
        open.fetching = true;
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
        cx.wishes.push(Wish::Copy(what, text));
    }
}

/// Moves; false when it is no motion.
fn motion(open: &mut Open, act: Act, count: Option<u32>) -> bool {
    let times = i64::from(count.unwrap_or(1));
    let page = open.scroll.page.max(1) as i64;
    let by = match act {
        Act::Down => times,
        Act::Up => -times,
        Act::PageDown => page.saturating_mul(times),
        Act::PageUp => (-page).saturating_mul(times),
        Act::HalfDown => (page / 2).max(1).saturating_mul(times),
        Act::HalfUp => -(page / 2).max(1).saturating_mul(times),
        Act::First => i64::MIN / 2,
        Act::Last => i64::MAX / 2,
        Act::NextEntry | Act::PreviousEntry => {
            if let Some(book) = &open.book {
                let at = open.scroll.cursor.entry;
                let times = times as usize;
                let to = if act == Act::NextEntry { at.saturating_add(times) } else { at.saturating_sub(times) };
                let to = to.min(book.count() - 1);
                open.reach(to, false);
            }
            return true;
        }
        _ => return false,
    };
    if let Some(book) = &mut open.book {
        let count = book.count();
        open.scroll.step(by, count, |at| book.height(at));
    }
    true
}

/// Jumps; false when it is no jump.
fn jump(open: &mut Open, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
    let times = count.unwrap_or(1).max(1) as usize;
    if let Act::NextMatch | Act::PreviousMatch = act {
        to_match(open, act == Act::NextMatch, times, cx);
        return true;
    }
    let Some((shows, forward, name)) = jump_of(act) else { return false };
    let Some(book) = &open.book else { return true };
    let at = open.scroll.cursor.entry;
    let is = |at: &usize| book.shows(*at).any(shows);
    let to = if forward {
        (at + 1..book.count()).filter(is).take(times).last()
    } else {
        (0..at).rev().filter(is).take(times).last()
    };
    match to {
        Some(to) => open.reach(to, false),
        None => cx.say(format!("No {name} {} here", if forward { "below" } else { "above" })),
    }
    true
}

/// To the next line that holds the marked words: in this entry, else in the next one that does.
fn to_match(open: &mut Open, forward: bool, times: usize, cx: &mut Cx) {
    for _ in 0..times {
        if !step_match(open, forward) {
            let where_to = if forward { "below" } else { "above" };
            return cx.say(match open.words.is_empty() {
                true => "Nothing is looked for: / begins".to_owned(),
                false => format!("Nothing found {where_to} here"),
            });
        }
    }
}

fn step_match(open: &mut Open, forward: bool) -> bool {
    let Some(book) = &mut open.book else { return false };
    if open.words.is_empty() {
        return false;
    }
    let Spot { entry: at, line } = open.scroll.cursor;
    if forward && let Some(line) = book.marked(at, line + 1, &open.words, false) {
        let count = book.count();
        open.scroll.reach(Spot { entry: at, line }, count, |at| book.height(at));
        return true;
    }
    let shown = |place: &&u32| {
        let number = book.number(**place as usize);
        let stands = book.place(number) == Some(**place as usize);
        stands && if forward { number > at } else { number < at }
    };
    let next = if forward { open.found.iter().find(shown) } else { open.found.iter().rev().find(shown) };
    let Some(place) = next.copied() else { return false };
    let number = book.number(place as usize);
    open.reach(number, true);
    true
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
