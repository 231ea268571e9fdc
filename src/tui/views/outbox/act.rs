//! What the keys do in the outbox.

use std::collections::BTreeSet;

use quarterdeck_sync::model::WriteState;

use super::{Outbox, sift};
use crate::tui::actions::Act;
use crate::tui::data::DraftOf;
use crate::tui::decisions::{Change, Target, WriteLine};
use crate::tui::motion;
use crate::tui::views::sieve::Sieve;
use crate::tui::views::typed::{Sifted, Typed};
use crate::tui::views::{Aim, Cx, Wish};

impl Outbox {
    pub(super) fn do_act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool {
        if self.columns.open() {
            return self.columns.choose(act, count, cx);
        }
        if self.typed.open() {
            return self.act_typing(act, cx);
        }
        match act {
            Act::WriteColumns => self.columns.turn(),
            Act::FilterWrites => {
                sift::know(&mut self.typed.known, &self.lines);
                self.typed.begin(self.sieve.text());
            }
            Act::SortWrites | Act::ReverseWrites => self.sort(act == Act::SortWrites, cx),
            Act::WritePane => {
                // What is read must be in sight.
                self.reading = false;
                self.pane = self.pane.next(self.shown_pane);
            }
            Act::OpenWrite => self.reading = self.selected().is_some(),
            Act::CloseWrite => self.reading = false,
            Act::NextState | Act::PreviousState => self.turn_filter(act == Act::NextState, cx),
            Act::ShowFinished => {
                self.finished = !self.finished;
                self.ask(cx);
                cx.say(if self.finished { "Finished writes are shown" } else { "Finished writes are hidden" });
            }
            Act::CancelWrite
            | Act::RetryWrite
            | Act::DiscardWrite
            | Act::TakeMine
            | Act::TakeTheirs
            | Act::EditWrite
            | Act::EditWriteHere
            | Act::Undo => return self.change(act, cx),
            Act::MarkWrite => return self.mark_one(cx),
            Act::MarkWrites => self.mark_all(),
            Act::WriteRecord => self.to_record(cx),
            Act::Back => return self.back(cx),
            act => return self.motion(act, count, cx),
        }
        true
    }

    /// Moves the cursor, or what is read; false when it is no motion.
    fn motion(&mut self, act: Act, count: Option<u32>, cx: &Cx) -> bool {
        let page = if self.reading { self.scroll.2 } else { self.page };
        let Some(by) = motion::lines(act, count, page) else { return false };
        if self.reading {
            self.scroll.0 = motion::among(self.scroll.1.saturating_sub(self.scroll.2) + 1, self.scroll.0, by);
        } else {
            self.cursor = motion::among(self.shown().len(), self.cursor, by);
            self.follow(cx);
        }
        true
    }

    fn turn_filter(&mut self, forward: bool, cx: &Cx) {
        let mut choices: Vec<Option<WriteState>> = vec![None];
        choices.extend(self.states().into_iter().map(Some));
        let at = choices.iter().position(|choice| *choice == self.only).unwrap_or(0);
        let next = if forward { at + 1 } else { at + choices.len() - 1 } % choices.len();
        self.only = choices[next];
        self.arrange();
        (self.cursor, self.top) = (0, 0);
        self.follow(cx);
    }

    /// Opens a sheet, or an editor, about the selected write; false when there is none.
    fn change(&mut self, act: Act, cx: &mut Cx) -> bool {
        let Some(id) = self.selected().map(|line| line.id.clone()) else { return false };
        // What settles a conflict is looked at one by one.
        let many = || match self.marks.is_empty() {
            true => vec![id.clone()],
            false => self.marks.iter().cloned().collect(),
        };
        cx.wishes.push(match act {
            Act::CancelWrite => Wish::Changes(many(), Change::Cancel),
            Act::RetryWrite => Wish::Changes(many(), Change::Retry),
            Act::DiscardWrite => Wish::Changes(many(), Change::Discard),
            Act::TakeMine => Wish::Change(id, Change::Mine),
            Act::TakeTheirs => Wish::Change(id, Change::Theirs),
            Act::EditWrite => Wish::Draft(DraftOf::Write(id)),
            Act::EditWriteHere => Wish::Compose(DraftOf::Write(id), Aim::Text),
            _ => Wish::Change(id, Change::Undo),
        });
        true
    }

    fn back(&mut self, cx: &mut Cx) -> bool {
        if self.reading {
            self.reading = false;
        } else if !self.marks.is_empty() {
            self.marks.clear();
        } else if !self.sieve.is_empty() {
            self.sift("", cx);
        } else if self.only.take().is_some() {
            self.arrange();
            self.follow(cx);
        } else {
            return false;
        }
        true
    }

    /// Sorts by the next column, or turns the order round.
    fn sort(&mut self, next: bool, cx: &mut Cx) {
        if next {
            self.sorted.next();
        } else {
            self.sorted.reverse();
        }
        self.arrange();
        (self.cursor, self.top) = (0, 0);
        self.follow(cx);
        cx.say(self.sorted.said());
    }

    fn mark_one(&mut self, cx: &Cx) -> bool {
        if let Some(id) = self.selected().map(|line| line.id.clone())
            && !self.marks.remove(&id)
        {
            self.marks.insert(id);
        }
        self.motion(Act::Down, None, cx)
    }

    fn mark_all(&mut self) {
        self.marks = match self.marks.is_empty() {
            true => self.shown().iter().map(|line| line.id.clone()).collect(),
            false => BTreeSet::new(),
        };
    }

    fn to_record(&self, cx: &mut Cx) {
        let on = |line: &WriteLine| Some(Target::Named(line.list.clone(), line.target.clone()?));
        match self.selected().map(on) {
            Some(Some(target)) => cx.wishes.push(Wish::Find(target)),
            Some(None) => cx.say("It makes a new record: there is none yet"),
            None => {}
        }
    }
}

impl Sifted for Outbox {
    fn typed(&mut self) -> &mut Typed {
        &mut self.typed
    }

    fn sift(&mut self, text: &str, cx: &Cx) {
        self.sieve = Sieve::typing(text, sift::ASKS, cx.now);
        self.arrange();
        self.follow(cx);
    }

    fn step(&mut self, by: i64, cx: &Cx) {
        self.cursor = motion::among(self.shown().len(), self.cursor, by);
        self.follow(cx);
    }
}
