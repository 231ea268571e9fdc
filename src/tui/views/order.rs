//! The order of a list that is in memory as a whole: by what, and which way round.

use crate::tui::memory::ListState;

/// What a list can be sorted by.
#[derive(Debug, Clone, Copy)]
pub(super) struct By<C: 'static> {
    /// The column; none for the order that the list has by itself.
    pub cell: Option<C>,
    /// What it is called where it is remembered, and in a sentence.
    pub name: &'static str,
    /// Both ways in words, the usual one first.
    pub ways: (&'static str, &'static str),
}

/// The order in force.
#[derive(Debug)]
pub(super) struct Sorted<C: 'static> {
    offer: &'static [By<C>],
    at: usize,
    /// It is turned round.
    pub reversed: bool,
}

impl<C: Copy + PartialEq> Sorted<C> {
    /// The first of these.
    pub fn new(offer: &'static [By<C>]) -> Self {
        Self { offer, at: 0, reversed: false }
    }

    /// The column it is by; none for the list's own order.
    pub fn by(&self) -> Option<C> {
        self.offer.get(self.at).and_then(|by| by.cell)
    }

    /// By the next one, the usual way round.
    pub fn next(&mut self) {
        self.at = (self.at + 1) % self.offer.len().max(1);
        self.reversed = false;
    }

    /// The other way round.
    pub fn reverse(&mut self) {
        self.reversed = !self.reversed;
    }

    /// The sign beside the heading of the column it is by.
    pub fn arrow(&self, cell: C) -> Option<&'static str> {
        (self.by() == Some(cell)).then_some(if self.reversed { " ↑" } else { " ↓" })
    }

    /// In words.
    pub fn said(&self) -> String {
        let Some(by) = self.offer.get(self.at) else { return String::new() };
        format!("By {}, {}", by.name, if self.reversed { by.ways.1 } else { by.ways.0 })
    }

    /// Puts what is to be remembered into `state`; nothing for what it is by itself.
    pub fn keep(&self, state: ListState) -> ListState {
        let by = self.offer.get(self.at).filter(|_| self.at > 0);
        ListState { sort: by.map_or(String::new(), |by| by.name.to_owned()), reversed: self.reversed, ..state }
    }

    /// Takes what was remembered.
    pub fn recall(&mut self, kept: &ListState) {
        self.at = self.offer.iter().position(|by| by.name == kept.sort).unwrap_or(0);
        self.reversed = kept.reversed;
    }
}
