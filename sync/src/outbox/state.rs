//! The life of a write: one pure function, and its table.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::WriteState;

/// What a look at the target, or a try to change it, came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The look shows it done already, before we sent anything, or after we sent and got no answer.
    Done,
    /// The look shows what the person did not see: a guard field, who resolved it, the same field of a policy.
    Moved,
    /// The platform has no such record.
    Missing,
    /// The deadline has passed, and nothing was sent.
    Late,
    /// The look shows it not done, and nothing in the way: it may be sent.
    Clear,
    /// The platform said yes.
    Accepted,
    /// The request never left (no network), or was answered with "nothing was done, try again" (503).
    NotSent,
    /// Refused for now (429), for so long.
    Throttled(Option<Duration>),
    /// Sent, and nobody knows whether it was applied.
    Unanswered,
    /// The credentials are not accepted (401).
    Unauthorized,
    /// The platform refused it (400, 403, 404, 422 ...).
    Refused,
    /// The platform says that it clashes (409): a look has to tell with what.
    Clash,
    /// The server failed (5xx) at the look: nothing was sent.
    LookFailed,
    /// After a yes, a look does not show the effect yet.
    NotYetShown,
}

/// What the table looks at besides state and outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facts {
    /// How often it was sent so far.
    pub attempts: u32,
    /// Tries in a row that failed, of whatever sort: what the back-off grows by.
    pub failures: u32,
    /// A look can tell whether it was applied.
    pub provable: bool,
    /// Now.
    pub now: Timestamp,
    /// A number in 0..1 that spreads waits.
    pub jitter: f64,
}

/// Where the write goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// The state.
    pub state: WriteState,
    /// When it is looked at again.
    pub due_at: Option<Timestamp>,
    /// Its connection is paused until a person has mended it.
    pub pause: bool,
}

/// Where a write goes from `state` when `outcome` is what came of it.
pub fn after_attempt(_state: WriteState, _outcome: &Outcome, _facts: &Facts) -> Next {
    todo!()
}
