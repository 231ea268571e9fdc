//! How the outbox was looked at, from one time to the next.

use jiff::Timestamp;
use quarterdeck_sync::model::{WriteId, WriteState};

use super::{Outbox, sift};
use crate::tui::memory::ListState;
use crate::tui::memory::trail::{NamedState, NarrowState, Step};
use crate::tui::views::pane::Pane;
use crate::tui::views::sieve::Sieve;

impl Outbox {
    /// What is to be remembered of it.
    pub(super) fn to_keep(&self) -> ListState {
        // The first line is selected by itself.
        let selected = self.selected().filter(|_| self.cursor > 0).map(|line| line.id.as_str());
        let spot = if self.loaded { selected } else { self.wanted.as_ref().map(WriteId::as_str) };
        self.sorted.keep(ListState {
            columns: self.columns.keep(),
            filter: self.sieve.text().to_owned(),
            gone: self.finished,
            group: self.only.map(|only| only.as_str().to_owned()),
            pane: self.pane.id().to_owned(),
            spot: spot.unwrap_or_default().to_owned(),
            ..ListState::default()
        })
    }

    /// Takes what was remembered; `whole` also says what one looked at, and not only how.
    pub(super) fn take_kept(&mut self, kept: &ListState, whole: bool, now: Timestamp) {
        self.columns.recall(&kept.columns);
        if !whole {
            return;
        }
        self.sieve = Sieve::typing(&kept.filter, sift::ASKS, now);
        self.sorted.recall(kept);
        (self.finished, self.pane) = (kept.gone, Pane::of(&kept.pane));
        self.only = kept.group.as_deref().and_then(|state| state.parse::<WriteState>().ok());
        self.wanted = Some(kept.spot.as_str()).filter(|id| !id.is_empty()).map(WriteId::new);
        self.arrange();
    }

    /// Where one is, when it lies over another view: the writes on one record.
    pub(super) fn narrowing(&self, step: &mut Step) {
        step.list = Some(self.to_keep());
        let about = self.about.as_ref().map(|(list, id)| NamedState::new(list, id));
        step.narrow = Some(NarrowState { about, ..NarrowState::default() });
    }

    /// Lies over another view as it did.
    pub(super) fn lie_as(&mut self, step: &Step, now: Timestamp) {
        let Some(narrow) = &step.narrow else { return };
        self.about = narrow.about.as_ref().map(NamedState::named);
        self.finished = true;
        if let Some(kept) = &step.list {
            self.take_kept(kept, true, now);
        }
    }
}
