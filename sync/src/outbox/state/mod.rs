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
    /// Tries in a row that failed before this one, of whatever sort: what the back-off grows by.
    pub failures: u32,
    /// How often in a row it came to this before, of clashes and of looks that do not show what was accepted, in whichever
    /// process that was: what ends them.
    pub alike: u32,
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

/// The first wait after a failure; each further one doubles it.
const FIRST_WAIT: f64 = 2.0;

/// No wait of our own choice is longer.
const LONGEST_WAIT: f64 = 300.0;

/// No wait that we are told is longer: a platform that says "in ten years" is asked again.
pub(super) const LONGEST_TOLD: Duration = Duration::from_secs(60 * 60);

/// Clashes in a row after which somebody else has won, though no look shows with what.
const CLASHES: u32 = 3;

/// Looks in a row that do not show an accepted write after which waiting for it ends.
const LOOKS: u32 = 5;

impl Next {
    fn rest(state: WriteState) -> Self {
        Self { state, due_at: None, pause: false }
    }

    fn at_once(state: WriteState, facts: &Facts) -> Self {
        Self { state, due_at: Some(facts.now), pause: false }
    }

    fn wait(state: WriteState, facts: &Facts) -> Self {
        Self { state, due_at: Some(later(facts.now, back_off(facts))), pause: false }
    }

    fn paused(self) -> Self {
        Self { pause: true, ..self }
    }
}

/// Where a write goes from `state` when `outcome` is what came of it. Total: the table in docs/outbox.md has every pair, and a
/// test holds the two against each other.
pub fn after_attempt(state: WriteState, outcome: &Outcome, facts: &Facts) -> Next {
    match state {
        WriteState::Queued | WriteState::Retrying => from_here(outcome, facts),
        WriteState::Sending => from_sending(outcome, facts),
        WriteState::Unknown => from_unknown(outcome, facts),
        WriteState::Accepted => from_accepted(outcome, facts),
        WriteState::Confirmed
        | WriteState::Conflicted
        | WriteState::Wedged
        | WriteState::Expired
        | WriteState::Cancelled
        | WriteState::Discarded => Next::rest(state),
    }
}

/// It has not left, or is known not to have had its effect.
fn from_here(outcome: &Outcome, facts: &Facts) -> Next {
    match outcome {
        Outcome::Clear => Next::at_once(WriteState::Sending, facts),
        Outcome::Done => Next::rest(WriteState::Confirmed),
        Outcome::Moved => Next::rest(WriteState::Conflicted),
        Outcome::Missing | Outcome::Refused => Next::rest(WriteState::Wedged),
        Outcome::Late => Next::rest(WriteState::Expired),
        Outcome::NotSent | Outcome::LookFailed => Next::wait(WriteState::Retrying, facts),
        Outcome::Throttled(told) => throttled(WriteState::Retrying, *told, facts),
        Outcome::Unauthorized => Next::rest(WriteState::Queued).paused(),
        Outcome::Clash => clash(facts),
        Outcome::Accepted => yes(facts),
        // Whoever says so has sent it without saying so first: nothing is taken for granted.
        Outcome::Unanswered | Outcome::NotYetShown => no_answer(facts),
    }
}

/// The request may have left.
fn from_sending(outcome: &Outcome, facts: &Facts) -> Next {
    match outcome {
        Outcome::Accepted => yes(facts),
        Outcome::Done => Next::rest(WriteState::Confirmed),
        // It may have had its effect before the record moved on: not a conflict, which promises that it had none.
        Outcome::Moved | Outcome::Missing | Outcome::Refused => Next::rest(WriteState::Wedged),
        Outcome::NotSent => Next::wait(WriteState::Retrying, facts),
        Outcome::Throttled(told) => throttled(WriteState::Retrying, *told, facts),
        Outcome::Unauthorized => Next::rest(WriteState::Queued).paused(),
        Outcome::Clash => clash(facts),
        Outcome::Clear => cleared(facts),
        Outcome::NotYetShown => not_shown(facts),
        // `Late` says that nothing was sent; from here nobody can know that without a look.
        Outcome::Unanswered | Outcome::LookFailed | Outcome::Late => no_answer(facts),
    }
}

/// It was sent, nobody answered, and every outcome here is that of a look.
fn from_unknown(outcome: &Outcome, facts: &Facts) -> Next {
    match outcome {
        Outcome::Done => Next::rest(WriteState::Confirmed),
        Outcome::Accepted => yes(facts),
        Outcome::Moved | Outcome::Missing => Next::rest(WriteState::Wedged),
        Outcome::Clear => cleared(facts),
        // We may not look: only a person can find out.
        Outcome::Refused => Next::rest(WriteState::Unknown),
        Outcome::Throttled(told) if facts.provable => throttled(WriteState::Unknown, *told, facts),
        Outcome::Unauthorized => no_answer(facts).paused(),
        Outcome::Throttled(_)
        | Outcome::NotSent
        | Outcome::Unanswered
        | Outcome::Clash
        | Outcome::LookFailed
        | Outcome::NotYetShown
        | Outcome::Late => no_answer(facts),
    }
}

/// The platform said yes, and every outcome here is that of a look.
fn from_accepted(outcome: &Outcome, facts: &Facts) -> Next {
    match outcome {
        Outcome::Done => Next::rest(WriteState::Confirmed),
        Outcome::Accepted => yes(facts),
        Outcome::Moved | Outcome::Missing => Next::rest(WriteState::Wedged),
        Outcome::NotYetShown | Outcome::Clear | Outcome::Refused => not_shown(facts),
        Outcome::Throttled(told) => throttled(WriteState::Accepted, *told, facts),
        Outcome::Unauthorized => Next::wait(WriteState::Accepted, facts).paused(),
        Outcome::NotSent | Outcome::Unanswered | Outcome::Clash | Outcome::LookFailed | Outcome::Late => {
            Next::wait(WriteState::Accepted, facts)
        }
    }
}

/// A yes is the last word where nothing can be looked at; else a look follows at once.
fn yes(facts: &Facts) -> Next {
    if facts.provable { Next::at_once(WriteState::Accepted, facts) } else { Next::rest(WriteState::Confirmed) }
}

/// Only a look, or where none can tell a person, knows what became of it.
fn no_answer(facts: &Facts) -> Next {
    if facts.provable { Next::wait(WriteState::Unknown, facts) } else { Next::rest(WriteState::Unknown) }
}

/// A look shows that what was sent had no effect: it may be sent again. A look that cannot tell shows nothing.
fn cleared(facts: &Facts) -> Next {
    if facts.provable { Next::rest(WriteState::Queued) } else { Next::rest(WriteState::Unknown) }
}

/// The platform said yes, but does not show it: looked at a few times more, and sooner than after a failure.
fn not_shown(facts: &Facts) -> Next {
    if facts.alike < LOOKS {
        Next { state: WriteState::Accepted, due_at: Some(later(facts.now, back_off(facts) / 2)), pause: false }
    } else {
        Next::rest(WriteState::Wedged)
    }
}

/// The platform did nothing, for something is in the way: a look at once tells what. When looks show nothing, it ends.
fn clash(facts: &Facts) -> Next {
    match facts.alike {
        0 => Next::at_once(WriteState::Retrying, facts),
        clashes if clashes < CLASHES => Next::wait(WriteState::Retrying, facts),
        _ => Next::rest(WriteState::Conflicted),
    }
}

fn throttled(state: WriteState, told: Option<Duration>, facts: &Facts) -> Next {
    let wait = told.map_or_else(|| back_off(facts), |told| told.clamp(Duration::from_secs(1), LONGEST_TOLD));
    Next { state, due_at: Some(later(facts.now, wait)), pause: false }
}

/// From about two seconds to about five minutes, doubling; a fifth more or less, so that what failed together does not come
/// back together.
fn back_off(facts: &Facts) -> Duration {
    let doublings = i32::try_from(facts.failures.min(16)).unwrap_or(16);
    let wait = (FIRST_WAIT * 2f64.powi(doublings)).min(LONGEST_WAIT);
    let jitter = if facts.jitter.is_nan() { 0.5 } else { facts.jitter.clamp(0.0, 1.0) };
    Duration::from_secs_f64(wait * (0.8 + 0.4 * jitter))
}

fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
