//! A transcript that is open: which of its entries are shown, how, and the few of them that are laid out.
//!
//! What is shown is numbered from 0: the card first, then the entries, or in the audit view those that did something.

use std::rc::Rc;
use std::sync::Arc;

use quarterdeck_sync::model::{Entry, Part};

use super::card;
use super::ink::Ink;
use super::lines::{Folds, Line, Paper, Times};
use super::scroll::{Layouts, Spot};
use crate::tui::code::Colours;
use crate::tui::kept::Kept;
use crate::tui::marking::Words;
use crate::tui::pieces::Piece;
use crate::tui::reading::{Shows, Transcript};

/// The open transcript.
#[derive(Debug)]
pub(super) struct Book {
    transcript: Arc<Transcript>,
    /// Places of the entries shown; `None`: all of them.
    shown: Option<Vec<usize>>,
    folds: Folds,
    times: Times,
    cells: u16,
    layouts: Layouts,
    ink: Ink,
    kept: Kept,
}

impl Book {
    /// Opens one.
    pub fn new(transcript: Arc<Transcript>) -> Self {
        Self {
            transcript,
            shown: None,
            folds: Folds::default(),
            times: Times::default(),
            cells: 0,
            layouts: Layouts::default(),
            ink: Ink::default(),
            kept: Kept::default(),
        }
    }

    /// The transcript.
    pub fn transcript(&self) -> &Arc<Transcript> {
        &self.transcript
    }

    /// Takes a newer reading of the same session; what is folded and shown stays.
    pub fn renew(&mut self, transcript: Arc<Transcript>) {
        self.transcript = transcript;
        self.recolour();
        let audit = self.audit();
        self.set_audit(audit);
    }

    /// The audit view is on.
    pub fn audit(&self) -> bool {
        self.shown.is_some()
    }

    /// Turns the audit view on or off.
    pub fn set_audit(&mut self, on: bool) {
        let acts = |(at, shows): (usize, &Shows)| shows.any(Shows::AUDIT).then_some(at);
        self.shown = on.then(|| self.transcript.shows.iter().enumerate().filter_map(acts).collect());
        self.layouts.clear();
    }

    /// How times are told.
    pub fn times(&self) -> Times {
        self.times
    }

    /// Tells times otherwise.
    pub fn set_times(&mut self, times: Times) {
        self.times = times;
        self.layouts.clear();
    }

    /// Lays out for another width.
    pub fn set_cells(&mut self, cells: u16) {
        if self.cells != cells {
            self.cells = cells;
            self.layouts.clear();
        }
    }

    /// How many things are shown, the card among them.
    pub fn count(&self) -> usize {
        1 + self.shown.as_ref().map_or(self.transcript.entries.len(), Vec::len)
    }

    /// The entry that is shown as number `at`; none for the card.
    pub fn place(&self, at: usize) -> Option<usize> {
        let at = at.checked_sub(1)?;
        match &self.shown {
            Some(shown) => shown.get(at).copied(),
            None => (at < self.transcript.entries.len()).then_some(at),
        }
    }

    /// Where the entry is shown, or the first after it that is; the last thing shown when there is none.
    pub fn number(&self, place: usize) -> usize {
        let at = match &self.shown {
            Some(shown) => shown.partition_point(|known| *known < place),
            None => place,
        };
        (at + 1).min(self.count() - 1)
    }

    /// The entry that is shown as number `at`.
    pub fn entry(&self, at: usize) -> Option<&Entry> {
        self.transcript.entries.get(self.place(at)?)
    }

    /// What the entry that is shown as number `at` shows.
    pub fn shows(&self, at: usize) -> Shows {
        self.place(at).and_then(|place| self.transcript.shows.get(place)).copied().unwrap_or_default()
    }

    /// The part of an entry that a line belongs to.
    pub fn part(&mut self, spot: Spot) -> Option<&Part> {
        let number = self.lines(spot.entry).get(spot.line)?.part?;
        self.entry(spot.entry)?.parts.get(usize::from(number))
    }

    /// The lines of what is shown as number `at`.
    pub fn lines(&mut self, at: usize) -> Rc<Vec<Line>> {
        let place = self.place(at);
        let before = at.checked_sub(1).and_then(|at| self.place(at));
        let paper = Paper {
            transcript: &self.transcript,
            ink: &self.ink,
            folds: &self.folds,
            times: self.times,
            cells: self.cells,
        };
        let (audit, kept) = (self.shown.is_some(), &self.kept);
        self.layouts.get(at, |_| {
            let Some(place) = place else {
                let mut lines = card::lines(paper.transcript, paper.cells);
                card::kept(kept, paper.transcript, paper.cells, &mut lines);
                return lines;
            };
            let mut lines = match audit && !paper.folds.open(place, AUDIT) {
                true => paper.audit_lines(place),
                false => paper.lines(place, before),
            };
            paper.notes(kept, place, &mut lines);
            // The first entry stands apart from the card.
            if before.is_none() {
                lines.insert(0, Line::default());
            }
            lines
        })
    }

    /// Forgets the colours: an answer on its way may have been lost.
    pub fn recolour(&mut self) {
        self.ink = Ink::default();
        self.layouts.clear();
    }

    /// What a person keeps about the session.
    pub fn kept(&self) -> &Kept {
        &self.kept
    }

    /// Takes in what a person keeps about it.
    pub fn keep(&mut self, kept: Kept) {
        if self.kept != kept {
            self.kept = kept;
            self.layouts.clear();
        }
    }

    /// The colours that are wanted and not asked for yet.
    pub fn wanted(&mut self) -> Vec<Piece> {
        self.ink.ask()
    }

    /// Takes in colours that were asked for; `None`: there will be none.
    pub fn colour(&mut self, found: Option<Vec<(Piece, Option<Arc<Colours>>)>>) {
        match found {
            None => self.ink.give_up(),
            Some(found) => {
                for place in self.ink.learn(found) {
                    let number = self.number(place);
                    self.layouts.forget(number);
                }
            }
        }
    }

    /// How many they are.
    pub fn height(&mut self, at: usize) -> usize {
        self.lines(at).len()
    }

    /// Folds or unfolds what a line belongs to; in the audit view, the whole entry. False when it belongs to nothing that folds.
    pub fn turn(&mut self, spot: Spot) -> bool {
        let Some(place) = self.place(spot.entry) else { return false };
        let part = if self.audit() {
            AUDIT
        } else {
            let lines = self.lines(spot.entry);
            let of_line = lines.get(spot.line).and_then(|line| line.part);
            match of_line.or_else(|| lines.iter().find_map(|line| line.part)) {
                Some(part) => part,
                None => return false,
            }
        };
        self.folds.turn(place, part);
        self.layouts.clear();
        true
    }

    /// Everything open, or folded.
    pub fn turn_all(&mut self, open: bool) {
        self.folds.all(open);
        self.layouts.clear();
    }

    /// The first line of an entry from `from` on that holds some of `words`. With `unfold`, what is folded is opened if no line
    /// in sight does.
    pub fn marked(&mut self, at: usize, from: usize, words: &Words, unfold: bool) -> Option<usize> {
        let find = |book: &mut Self| {
            let lines = book.lines(at);
            let holds = |line: &Line| line.spans.iter().any(|span| !words.ranges(&span.text).is_empty());
            lines.iter().enumerate().skip(from).find(|(_, line)| holds(line)).map(|(number, _)| number)
        };
        if let Some(found) = find(self) {
            return Some(found);
        }
        let place = self.place(at).filter(|_| unfold)?;
        let parts = self.transcript.entries.get(place)?.parts.len();
        let closed: Vec<u16> = (0..).take(parts).filter(|part| !self.folds.open(place, *part)).collect();
        closed.iter().for_each(|part| self.folds.turn(place, *part));
        self.layouts.clear();
        let found = find(self);
        if found.is_none() {
            // It is not in what can be unfolded either: leave it as it was.
            closed.iter().for_each(|part| self.folds.turn(place, *part));
            self.layouts.clear();
        }
        found
    }

    /// The first line of an entry itself: below what lies between it and the one above.
    pub fn head(&mut self, at: usize) -> usize {
        self.lines(at).iter().position(|line| line.head).unwrap_or(0)
    }
}

/// The whole entry, in the audit view: no part has this number.
const AUDIT: u16 = u16::MAX;
