//! Remembering: where one was and how each list is to look, from one time to the next.

use std::time::Instant;

use super::{App, Order};
use crate::tui::Ask;
use crate::tui::app::choices::load;
use crate::tui::memory::{ListState, Worn};
use crate::tui::views::VIEWS;

impl App {
    /// Takes what was remembered, before anything is shown.
    pub(super) fn recall(&mut self) {
        let memory = self.memory.clone();
        let now = (self.now)();
        self.incidents.take_drafts(&memory.drafts);
        for (number, entry) in VIEWS.iter().enumerate() {
            self.views[number].take_drafts(&memory.drafts);
            if let Some(kept) = memory.lists.get(entry.id) {
                self.views[number].recall(kept, true, now);
            }
        }
        let left = memory.view.as_deref();
        if let Some(number) = VIEWS.iter().position(|entry| entry.tab && Some(entry.id) == left) {
            self.open = number;
        }
        self.take_up(&memory.trail);
        let worn = memory.theme.filter(|worn| worn.over == self.settings.theme);
        if let Some(worn) = worn
            && let Ok(theme) = load(&self.settings, &worn.name)
        {
            (self.theme, self.theme_name) = (theme, worn.name);
        }
    }

    /// A list that was just made gets the columns of its kind.
    pub(super) fn recall_columns(&mut self, view: usize, kind: usize) {
        let now = (self.now)();
        if let Some(kept) = self.memory.lists.get(VIEWS[kind].id) {
            self.views[view].recall(kept, false, now);
        }
    }

    /// The columns of the open list were changed: every list of the kind has them from now on.
    pub(super) fn remember_columns(&mut self) {
        let kind = self.views.kind(self.open);
        let Some(kept) = self.views[self.open].keep() else { return };
        let list = self.memory.lists.entry(VIEWS[kind].id.to_owned()).or_default();
        list.columns = kept.columns;
        let list = list.clone();
        let now = (self.now)();
        let others: Vec<usize> = self.under.iter().copied().chain([kind]).filter(|other| *other != self.open).collect();
        for other in others {
            if self.views.kind(other) == kind {
                self.views[other].recall(&list, false, now);
            }
        }
        self.remember();
    }

    /// Tells the outside what is to be kept for the next time.
    pub(super) fn remember(&mut self) {
        self.memory.drafts = self.incidents.drafts();
        for (number, entry) in VIEWS.iter().enumerate() {
            self.memory.drafts.extend(self.views[number].drafts());
            let Some(kept) = self.views[number].keep() else { continue };
            match kept == ListState::default() {
                true => drop(self.memory.lists.remove(entry.id)),
                false => drop(self.memory.lists.insert(entry.id.to_owned(), kept)),
            }
        }
        self.memory.view = Some(VIEWS[self.tab()].id.to_owned());
        self.memory.trail = self.steps();
        let over = &self.settings.theme;
        let worn = || Worn { name: self.theme_name.clone(), over: over.clone() };
        self.memory.theme = (self.theme_name != *over).then(worn);
        (self.asks)(Ask::Remember(Box::new(self.memory.clone())));
    }

    /// Leaves, and remembers where one was.
    pub(super) fn quit(&mut self, clock: Instant) {
        // What is only in a view's memory, or in a box, is kept before.
        self.leave_writing();
        self.with_view(clock, |view, cx| view.leaving(cx));
        self.remember();
        self.orders.push(Order::Quit);
    }
}
