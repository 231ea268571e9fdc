//! Which words of platforms mean what to the inbox. An open set: platforms invent words, and one that is not known brings
//! nothing in.
//!
//! Regular expressions, because the mirror tries them on the distinct words of a list and not on its records; without `.`,
//! because those without signs of Unicode are built in a tenth of the time, and a person waits for the first look.

use quarterdeck_sync::model::{Field, Filter, Match, Row};
use quarterdeck_sync::store::prepare_pattern;

/// A pending approval.
pub(super) const PENDING: &str =
    "^(pending|open|requested|waiting|new)$|^(awaiting|waiting|needs|pending|requires)[ _-]|[ _-]pending$";
/// An event that was stopped.
pub(super) const BLOCKED: &str = "^(block|blocked|deny|denied|quarantined?|critical)$";
/// An event that is to be judged.
pub(super) const REVIEW: &str = "^(review|(needs|to|in|under|pending)[ _-]review|flagged|suspicious)$";
/// An alert that nobody has acknowledged.
pub(super) const ALERT: &str = "^(open|firing|fired|triggered|alerting|unacknowledged|unack(ed)?)$";
/// A run or an agent that has failed.
pub(super) const FAILED: &str =
    "^(fail(ed|ure)?|error(ed)?|crash(ed|loopbackoff)?|aborted|timed[ _-]?out|timeout|unhealthy|degraded)$";
/// A run that is at work or is about to be.
pub(super) const AT_WORK: &str = "^(running|in[ _-]?progress|started|starting|resumed|executing|processing|active|pending|queued|building|deploying)$";
/// An agent that should be there.
pub(super) const ACTIVE: &str = "^(active|ready|healthy|enabled|online|connected|running|open)$";
/// An agent that has been stopped already.
const HALTED: [&str; 8] =
    ["suspended", "deleted", "inactive", "disabled", "contained", "revoked", "archived", "terminated"];

/// Builds the patterns ahead of the first look.
pub fn prepare() {
    [PENDING, BLOCKED, REVIEW, ALERT, FAILED, AT_WORK, ACTIVE].into_iter().for_each(prepare_pattern);
}

/// Records in one of these states.
pub(super) fn is(states: &str) -> Filter {
    Filter::Field(Field::Status, Match::Regex(states.to_owned()))
}

/// It has not been stopped: a decision on its way has not stopped anything yet.
pub(super) fn goes_on(row: &Row) -> bool {
    !(halted(row.status.as_deref()) && row.pending.is_empty())
}

/// Somebody has stopped it.
pub(super) fn halted(status: Option<&str>) -> bool {
    status.is_some_and(|status| HALTED.contains(&status.to_lowercase().as_str()))
}
