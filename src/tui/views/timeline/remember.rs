//! Where one was on a timeline, from one time to the next.

use super::{Pick, Timelines};
use crate::timeline::Lane;
use crate::timeline::axis::SPANS;
use crate::tui::memory::trail::{NamedState, TracedState};
use crate::tui::views::Traced;

impl Timelines {
    /// What is to be remembered; `None` while there is no timeline.
    pub(super) fn traced(&self) -> Option<TracedState> {
        let Traced { list, id, machine } = self.of.as_ref()?;
        let place = TracedState {
            of: NamedState::new(list, id),
            machine: *machine,
            zoom: self.span,
            middle: self.middle,
            ..TracedState::default()
        };
        Some(match &self.pick {
            Pick::Same(at, lane, id) => {
                TracedState { at: Some(*at), lane: lane.title().to_lowercase(), id: id.clone(), ..place }
            }
            Pick::First | Pick::Last => place,
        })
    }

    /// Takes up a timeline as it was left; false where none was. An item that is gone since leaves one at the last before it.
    pub(super) fn trace_again(&mut self, left: Option<&TracedState>) -> bool {
        let Some(left) = left else { return false };
        let lane = Lane::ALL.into_iter().find(|lane| lane.title().to_lowercase() == left.lane);
        let pick = match (left.at, lane) {
            (Some(at), Some(lane)) => Pick::Same(at, lane, left.id.clone()),
            _ => Pick::Last,
        };
        let (middle, span) = (left.middle, left.zoom.min(SPANS.len() - 1));
        let (list, id) = left.of.named();
        let of = Some(Traced { list, id, machine: left.machine });
        *self = Self { of, pick, middle, span, cells: self.cells, ..Self::default() };
        true
    }
}
