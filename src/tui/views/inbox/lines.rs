//! The lines of the inbox: its items as they are looked at now, and behind them what there is beyond.

use super::Inboxes;
use crate::inbox::{Cause, Item, More};
use quarterdeck_sync::model::Place;

/// A line that the cursor can stand on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Line<'a> {
    /// An item.
    Item(&'a Item),
    /// That there is more of a cause than is listed, and which of the lines about that cause it is.
    More(&'a More, usize),
}

/// What makes a line the same line after a refresh.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Spot {
    Item(Place),
    More(Cause, usize),
}

impl Line<'_> {
    pub fn spot(&self) -> Spot {
        match self {
            Line::Item(item) => Spot::Item(item.place.clone()),
            Line::More(more, nth) => Spot::More(more.cause, *nth),
        }
    }

    pub fn is(&self, spot: &Spot) -> bool {
        match (self, spot) {
            (Line::Item(item), Spot::Item(place)) => item.place == *place,
            (Line::More(more, nth), Spot::More(cause, at)) => more.cause == *cause && nth == at,
            _ => false,
        }
    }
}

impl Inboxes {
    /// The lines in sight: what waits, then what was put off if that is shown, then what there is beyond.
    pub(super) fn shown(&self) -> Vec<Line<'_>> {
        let passes = |item: &&Item| self.only.is_none_or(|only| item.cause() == only) && self.words.pass(item);
        let waiting = self.inbox.items.iter().filter(|item| item.waits());
        let rest = self.inbox.items.iter().filter(|item| self.all && !item.waits());
        waiting.chain(rest).filter(passes).map(Line::Item).chain(self.beyond()).collect()
    }

    /// What there is beyond the items, whatever words they are filtered by: those were not looked for in it.
    pub(super) fn beyond(&self) -> impl Iterator<Item = Line<'_>> {
        let all = &self.inbox.more;
        let nth = |at: usize, cause: Cause| all.iter().take(at).filter(|more| more.cause == cause).count();
        let lines = all.iter().enumerate().map(move |(at, more)| Line::More(more, nth(at, more.cause)));
        lines.filter(|line| match line {
            Line::More(more, _) => self.only.is_none_or(|only| only == more.cause),
            Line::Item(_) => false,
        })
    }

    /// Lets go of the chosen cause when nothing is here for it any more.
    pub(super) fn only_what_is_here(&mut self) {
        self.only = self.only.filter(|only| self.causes().iter().any(|(cause, _)| cause == only));
    }

    pub(super) fn line(&self) -> Option<Line<'_>> {
        self.shown().get(self.cursor).copied()
    }

    /// The selected item.
    pub(super) fn selected(&self) -> Option<&Item> {
        match self.line() {
            Some(Line::Item(item)) => Some(item),
            _ => None,
        }
    }

    /// What is done to many is done to these: the marked items in the order of the inbox, else the selected one.
    pub(super) fn meant(&self) -> Vec<&Item> {
        if self.marks.is_empty() {
            return self.selected().into_iter().collect();
        }
        self.inbox.items.iter().filter(|item| self.marks.contains(&item.place)).collect()
    }

    /// Items that could be looked at as things are: the whole of which the words leave some.
    pub(super) fn listed(&self) -> usize {
        let of_cause = |item: &&Item| self.only.is_none_or(|only| item.cause() == only);
        self.inbox.items.iter().filter(|item| self.all || item.waits()).filter(of_cause).count()
    }

    /// Causes to choose from, in their order, with the items of each.
    pub(super) fn causes(&self) -> Vec<(Cause, usize)> {
        let mut causes: Vec<(Cause, usize)> = Vec::new();
        for item in self.inbox.items.iter().filter(|item| self.all || item.waits()) {
            match causes.iter_mut().find(|(cause, _)| *cause == item.cause()) {
                Some((_, count)) => *count += 1,
                None => causes.push((item.cause(), 1)),
            }
        }
        causes.sort_unstable();
        causes
    }
}
