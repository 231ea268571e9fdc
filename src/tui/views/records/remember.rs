//! How a list was looked at, from one time to the next.

use jiff::Timestamp;
use quarterdeck_sync::model::{Filter, RowKey, Window};

use super::{Fetch, Pane, Records};
use crate::tui::memory::trail::{Passes, Step};
use crate::tui::memory::{ListState, RowState};
use crate::tui::views::{Cx, Narrow};

impl Records {
    /// The first rows: around the one that was selected the last time, if there was one.
    pub(super) fn begin(&mut self, cx: &Cx) {
        match &self.recalled {
            Some(row) => {
                self.fetch(Fetch::At(RowKey(row.key)), cx);
                self.totals.restart(&self.ask, cx);
            }
            None => self.restart(cx),
        }
    }

    /// Takes the window that a list was opened with. When what was wanted is not in it, somebody who came for a record is shown it among
    /// the gone ones or told that it is not there; what was merely selected the last time is not missed.
    pub(super) fn open_at(&mut self, window: Window, fetch: Fetch, key: RowKey, cx: &mut Cx) -> bool {
        let recalled = self.recalled.take();
        let found = self.rows.show_at(window, key);
        if let Some(was) = recalled {
            // Numbers are the mirror's: in one that was made anew they mean other records.
            if !found || self.rows.selected().is_none_or(|row| RowState::of(row) != was) {
                self.restart(cx);
                return false;
            }
            return true;
        }
        match (found, fetch) {
            (true, Fetch::Gone(_)) => cx.say("It is gone: gone records are shown, marked †"),
            (true, _) => {}
            (false, Fetch::At(_)) if !self.ask.gone => {
                self.ask.gone = true;
                self.fetch(Fetch::Gone(key), cx);
                self.totals.restart(&self.ask, cx);
            }
            (false, _) => {
                self.ask.gone &= !matches!(fetch, Fetch::Gone(_));
                self.restart(cx);
                cx.say("That record is not here any more");
            }
        }
        found
    }

    /// What is to be remembered of the list.
    pub(super) fn to_keep(&self) -> ListState {
        let row = match self.loaded {
            false => self.recalled.clone(),
            true => self.rows.selected().filter(|_| self.rows.held()).map(RowState::of),
        };
        ListState { columns: self.columns.keep(), pane: self.pane.id().to_owned(), row, ..self.ask.keep() }
    }

    /// Takes what was remembered.
    pub(super) fn take_kept(&mut self, kept: &ListState, whole: bool, now: Timestamp) {
        self.columns.recall(&kept.columns);
        if whole {
            self.ask.recall(kept, now);
            self.pane = Pane::of(&kept.pane);
            self.recalled = kept.row.clone();
        }
    }

    /// Lies over another view as it did; false where it showed what nothing here can ask for.
    pub(super) fn lie_as(&mut self, step: &Step, now: Timestamp) -> bool {
        let Some(narrow) = &step.narrow else { return true };
        let fixed = narrow.fixed.as_ref().map_or(Some(Filter::All), Passes::filter);
        let Some(fixed) = fixed else { return false };
        self.ask.narrow(Narrow { filter: narrow.home.clone(), fixed, ..Narrow::default() }, now);
        if let Some(kept) = &step.list {
            self.ask.recall(kept, now);
            self.pane = Pane::of(&kept.pane);
            self.recalled = kept.row.clone();
        }
        true
    }
}
