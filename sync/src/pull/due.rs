//! Whether one piece of a list with a piece for each record of another is to be read, given what is known of both. Pure.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::plan::{Learned, refused, younger};
use super::report::SyncOptions;
use crate::model::{ListState, Offered};

/// How long after a change of the parent rows may still be written that belong to it: a run is over, and its last words come a moment
/// later. No sign of the parent tells of them.
const SETTLES: Duration = Duration::from_secs(60);

/// A parent that is met for the first time has just changed when its own time says so, by a clock that may be behind ours.
const LATELY: SignedDuration = SignedDuration::from_mins(2);

/// Is the piece of a parent to be read?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// In this sync.
    Yes,
    /// Nothing speaks for it, unless the parent stands so that its children grow without a sign.
    WhileOpen,
}

/// Decides for the piece of a parent whose document has this hash.
pub fn due(parent_hash: u64, known: Option<&ListState>, options: &SyncOptions, now: Timestamp) -> Due {
    let Some(known) = known.filter(|known| known.parent_hash == Some(parent_hash) && !options.full) else {
        return Due::Yes;
    };
    let Some(checked_at) = known.checked_at else { return Due::Yes };
    let learned = Learned::of(known);
    if known.offered != Offered::Yes {
        let lately = refused(known, options, now).is_some() && learned.unsettled_since.is_none();
        return if lately { Due::WhileOpen } else { Due::Yes };
    }
    // A disappearance that was held back is looked at each time, for whoever accepts it. A server that contradicts itself will do so
    // again, for as many parents as there are: once a day is enough, and what was so for a moment is read once more anyway.
    let waits = is_doubtful(known) && !younger(checked_at, options.reconcile, now);
    if waits || learned.held || learned.unsettled_since.is_some() { Due::Yes } else { Due::WhileOpen }
}

/// Since when the parent is as it is, if its piece is to be read once more after this read, which began at `began`. `updated_at`: when
/// the parent last changed, by its own word.
pub fn unsettled_since(
    parent_hash: u64,
    known: Option<&ListState>,
    updated_at: Option<Timestamp>,
    began: Timestamp,
) -> Option<Timestamp> {
    let hash = known.and_then(|known| known.parent_hash);
    if hash == Some(parent_hash) {
        let since = known.and_then(|known| Learned::of(known).unsettled_since);
        return since.filter(|since| younger(*since, SETTLES, began));
    }
    let lately = updated_at.is_some_and(|at| began.duration_since(at) < LATELY);
    (hash.is_some() || lately).then_some(began)
}

/// Is it in doubt whether all of a piece was shown, or whether what was not shown is gone?
pub fn is_doubtful(state: &ListState) -> bool {
    let learned = Learned::of(state);
    let read = state.offered == Offered::Yes;
    read && (learned.held || learned.swept_at.is_some() || state.walked_at.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn read(learned: Learned) -> ListState {
        let mut state = ListState {
            offered: Offered::Yes,
            walked_at: Some(at(1_000)),
            checked_at: Some(at(1_000)),
            parent_hash: Some(7),
            ..ListState::default()
        };
        learned.keep(&mut state);
        state
    }

    #[test]
    fn the_events_of_a_run_are_read_once_more_a_minute_after_it_changed() {
        let before = read(Learned::default());
        assert_eq!(unsettled_since(8, Some(&before), None, at(2_000)), Some(at(2_000)));
        let since = |second| read(Learned { unsettled_since: Some(at(second)), ..Learned::default() });
        assert_eq!(due(7, Some(&since(2_000)), &SyncOptions::default(), at(2_010)), Due::Yes);
        assert_eq!(unsettled_since(7, Some(&since(2_000)), None, at(2_059)), Some(at(2_000)));
        assert_eq!(unsettled_since(7, Some(&since(2_000)), None, at(2_060)), None);
    }

    #[test]
    fn of_runs_that_are_met_for_the_first_time_only_those_that_just_changed_are_read_twice() {
        assert_eq!(unsettled_since(7, None, Some(at(1_000)), at(2_000)), None);
        assert_eq!(unsettled_since(7, None, Some(at(1_990)), at(2_000)), Some(at(2_000)));
        assert_eq!(unsettled_since(7, None, Some(at(2_900)), at(2_000)), Some(at(2_000)), "its clock is ahead of ours");
        assert_eq!(unsettled_since(7, None, None, at(2_000)), None);
    }

    #[test]
    fn what_is_read_and_settled_is_not_read_again() {
        let options = SyncOptions::default();
        assert_eq!(due(7, Some(&read(Learned::default())), &options, at(2_000_000)), Due::WhileOpen);
        assert_eq!(due(8, Some(&read(Learned::default())), &options, at(2_000)), Due::Yes);
    }

    #[test]
    fn a_run_without_events_is_asked_for_them_once_a_day() {
        let options = SyncOptions::default();
        let none = ListState { offered: Offered::No { status: 404 }, ..read(Learned::default()) };
        assert_eq!(due(7, Some(&none), &options, at(1_000 + 3_600)), Due::WhileOpen);
        assert_eq!(due(7, Some(&none), &options, at(1_000 + 90_000)), Due::Yes);
        assert_eq!(due(8, Some(&none), &options, at(1_001)), Due::Yes, "or when it changes");
    }
}
