//! Which view is open, and the way back: views that were opened over others.

use std::time::Instant;

use quarterdeck_sync::model::ListKey;

use super::App;
use crate::tui::reading::Reading;
use crate::tui::views::{self, Came, TRANSCRIPT, VIEWS};

/// Views that one can go back through.
const UNDER: usize = 16;

/// How many views have a tab: they come first in the registry.
pub(super) fn tabs() -> usize {
    VIEWS.iter().filter(|view| view.tab).count()
}

impl App {
    /// The tab one is in: that of the open view, or of the view it lies over.
    pub(super) fn tab(&self) -> usize {
        let trail = self.under.iter().rev();
        std::iter::once(&self.open).chain(trail).copied().find(|view| VIEWS[*view].tab).unwrap_or(0)
    }

    /// Opens a view with a tab; nothing leads back.
    pub(super) fn show(&mut self, view: usize, clock: Instant) {
        if view >= tabs() || (view == self.open && self.under.is_empty()) {
            return;
        }
        let left: Vec<usize> = self.under.drain(..).chain([self.open]).filter(|left| *left != view).collect();
        left.into_iter().for_each(|left| self.views[left].close());
        if self.open != view {
            self.open = view;
            self.with_view(clock, |view, cx| view.enter(cx));
        }
    }

    /// Opens a view over the open one, to come back there.
    pub(super) fn lay_over(&mut self, view: usize, clock: Instant) {
        if view == self.open {
            return;
        }
        self.under.push(self.open);
        if self.under.len() > UNDER {
            self.under.remove(0);
        }
        self.open = view;
        self.with_view(clock, |view, cx| view.enter(cx));
    }

    /// Opens a transcript over what is open.
    pub(super) fn read(&mut self, reading: Reading, clock: Instant) {
        let view = views::number(TRANSCRIPT);
        let title = VIEWS[self.open].title.to_owned();
        let came = match self.open == view {
            true => Came::Here,
            false if self.under.contains(&view) => Came::Over(title),
            false => Came::Fresh(title),
        };
        if view != self.open {
            self.under.push(self.open);
            self.open = view;
        }
        self.with_view(clock, |view, cx| view.read(reading, came, cx));
    }

    /// What came of asking for the entries of a session: told to whoever reads it, else said.
    pub(super) fn fetched(&mut self, list: &ListKey, id: &str, failed: Option<String>, clock: Instant) {
        let why = failed.as_deref();
        let view = views::number(TRANSCRIPT);
        let read = self.with(view, clock, |view, cx| view.fetched(list, id, why, cx)) && self.open == view;
        match failed {
            Some(why) if !read => self.toasts.say(why, clock),
            Some(_) => {}
            None => self.refresh(clock),
        }
        self.dirty = true;
    }

    /// Back to the view that the open one was opened over.
    pub(super) fn go_back(&mut self, clock: Instant) {
        let Some(view) = self.under.pop() else { return };
        let left = std::mem::replace(&mut self.open, view);
        if !self.under.contains(&left) {
            self.views[left].close();
        }
        self.with_view(clock, |view, cx| view.enter(cx));
    }
}
