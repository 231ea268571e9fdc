//! What a list needs, given what is known of it. Pure.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::report::SyncOptions;
use crate::model::{ListState, Offered};
use crate::platform::Collection;
use crate::platform::manifest::{Delta, Paging};

/// Up to so many rows a list whose order tells nothing is walked as often as one that never had an order.
const CHEAP_ROWS: u64 = 5_000;

/// What to do about one list, or one piece of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// The connection said, not long ago, that it has no such list.
    NotOffered {
        /// With this HTTP status.
        status: u16,
    },
    /// Read all of it.
    Walk,
    /// Look for news, and read all of it when the news cannot be told apart.
    News,
}

/// What the pull remembers of a piece, beside what is shown of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Learned {
    /// When a walk last came to an end that proved nothing: the server contradicts itself.
    pub swept_at: Option<Timestamp>,
    /// A disappearance is held back: walk again each time.
    pub held: bool,
    /// One reply held all of it: "not modified" vouches for every row.
    pub one_page: bool,
    /// The list is not in the order that the manifest promises: an edit may be anywhere in it.
    pub disordered: bool,
    /// A reply held one row, and there were more.
    pub narrow: bool,
    /// When it was last read, where nothing but "not modified" has vouched for it since.
    pub read_at: Option<Timestamp>,
    /// What the manifest said of its rows when the reply came that "not modified" would stand for.
    pub read_by: Option<u64>,
    /// That it is not offered may be the word of a gateway, and not of the platform.
    pub hearsay: bool,
    /// Since when its parent is as it is, while rows may still be written that belong to the change: of a list with a piece for each
    /// parent.
    pub unsettled_since: Option<Timestamp>,
    /// Rows of it were skipped: of a list with a piece for each parent.
    pub bad: bool,
}

impl Learned {
    /// As kept in `state`.
    pub fn of(state: &ListState) -> Self {
        state.learned.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// Keeps it in `state`.
    pub fn keep(self, state: &mut ListState) {
        state.learned = if self == Self::default() { None } else { serde_json::to_string(&self).ok() };
    }
}

/// Decides for one piece of a list.
pub fn plan(state: Option<&ListState>, collection: &Collection, options: &SyncOptions, now: Timestamp) -> Plan {
    let Some(state) = state else { return Plan::Walk };
    if let Some(status) = refused(state, options, now) {
        return Plan::NotOffered { status };
    }
    let learned = Learned::of(state);
    if options.full || options.accept_gone || learned.held {
        return Plan::Walk;
    }
    let short = state.server_count.is_none_or(|count| count <= CHEAP_ROWS);
    let due_after = match collection.reconcile {
        Some(seconds) => Duration::from_secs(seconds),
        None if order_tells(collection, &learned) && !(learned.disordered && short) => options.reconcile,
        None => options.reconcile_unordered,
    };
    // However often a server says "not modified", now and then it is not asked whether it is.
    let read_at = learned.read_at.or(state.walked_at);
    let walked = state.walk.is_none() && read_at.is_some_and(|at| younger(at, due_after, now));
    let swept = learned.swept_at.is_some_and(|at| younger(at, options.reconcile_unordered, now));
    if walked || swept { Plan::News } else { Plan::Walk }
}

/// May "not modified" stand for a walk? Only where one reply holds the whole list, nothing is in doubt, nobody asks for more, and
/// the list was read not too long ago: a proxy may send one tag for ever, and a second is too coarse to tell two states apart.
pub fn may_vouch(state: &ListState, options: &SyncOptions, now: Timestamp) -> bool {
    let learned = Learned::of(state);
    let asked = options.full || options.accept_gone;
    let read_at = learned.read_at.or(state.walked_at).filter(|_| state.walked_at.is_some());
    let lately = read_at.is_some_and(|at| younger(at, options.reconcile, now));
    !asked && lately && learned.one_page && !learned.held
}

/// The status with which the connection refused this list not long ago: it is not asked again yet. A list that is not
/// there stays so for long; a key's rights are mended while somebody waits for it, and a gateway may have spoken for a server that
/// was just started anew.
pub fn refused(state: &ListState, options: &SyncOptions, now: Timestamp) -> Option<u16> {
    let Offered::No { status } = state.offered else { return None };
    let passes = status == 403 || Learned::of(state).hearsay;
    let wait = if passes { options.reconcile_unordered } else { options.reconcile };
    let lately = state.checked_at.is_some_and(|at| younger(at, wait, now));
    (lately && !options.full).then_some(status)
}

/// Does the order of this list, or a filter of its server, or that one reply holds all of it, tell where the news are? That a list
/// comes in one reply is believed when it did, and not because its manifest knows of no pages.
fn order_tells(collection: &Collection, learned: &Learned) -> bool {
    match collection.delta {
        Delta::Full => collection.paging == Paging::None && learned.one_page,
        Delta::NewestFirst { .. } | Delta::Since { .. } => true,
    }
}

/// Is `at` less than `age` ago?
pub fn younger(at: Timestamp, age: Duration, now: Timestamp) -> bool {
    // A time from the future (a clock that was set back) is not trusted to be recent.
    match Duration::try_from(now.duration_since(at)) {
        Ok(passed) => passed < age,
        Err(_) => false,
    }
}

/// Does the total that a first page tells agree with what the mirror expects after `inserted` new rows?
///
/// `None` on either side tells nothing, and so agrees.
pub fn total_as_expected(known: Option<u64>, inserted: u64, told: Option<u64>) -> bool {
    match (known, told) {
        (Some(known), Some(told)) => known.saturating_add(inserted) == told,
        _ => true,
    }
}
