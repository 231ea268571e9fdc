//! Whether one piece of a list with a piece for each record of another is to be read, given what is known of both. Pure.

use jiff::Timestamp;

use super::plan::{Learned, younger};
use super::report::SyncOptions;
use crate::model::{ListState, Offered};

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
    // A disappearance that was held back is looked at each time, for whoever accepts it; a server that contradicts itself will do so
    // again, for as many parents as there are.
    let waits = is_doubtful(known) && !younger(checked_at, options.reconcile_unordered, now);
    if waits || Learned::of(known).held { Due::Yes } else { Due::WhileOpen }
}

/// Is it in doubt whether all of a piece was shown, or whether what was not shown is gone?
pub fn is_doubtful(state: &ListState) -> bool {
    let learned = Learned::of(state);
    let read = state.offered == Offered::Yes;
    read && (learned.held || learned.swept_at.is_some() || state.walked_at.is_none())
}
