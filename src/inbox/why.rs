//! What a row, a write or a connection is in the inbox for, in our words. Pure: from data to a [`Reason`].

use jiff::{SignedDuration, Timestamp};
use quarterdeck_sync::model::{Kind, Row, Write, WriteState};

use super::cause::{Cause, Risk};
use super::findings::Leak;
use super::item::Reason;

/// A run that is at work and silent for so long is stuck.
pub(super) const STUCK: SignedDuration = SignedDuration::from_hours(1);
/// An active agent that was not seen for so long is silent.
pub(super) const SILENT: SignedDuration = SignedDuration::from_hours(24);
/// Failures and events older than this are history.
pub(super) const RECENT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A write whose fate is unknown for so long wants a person.
pub(super) const UNKNOWN: SignedDuration = SignedDuration::from_mins(10);
/// Who decided something that has not reached its platform for so long should know it.
pub(super) const UNDELIVERED: SignedDuration = SignedDuration::from_mins(5);
/// Time left below which an approval is told to hurry.
const HURRY: SignedDuration = SignedDuration::from_mins(15);

fn reason(cause: Cause, risk: Risk, why: impl Into<String>) -> Reason {
    Reason { cause, risk, why: why.into(), print: String::new(), came: None, since: None, deadline: None, entry: None }
}

/// The state of a row, and when it came to that.
fn state(row: &Row) -> String {
    let at = row.updated_at.or(row.created_at).map_or_else(String::new, |at| at.to_string());
    format!("{} {at}", row.status.as_deref().unwrap_or_default())
}

/// A pending approval, with the platform's own deadline where it is known.
pub(super) fn approval(row: &Row, deadline: Option<Timestamp>, now: Timestamp) -> Reason {
    let (risk, why) = match deadline {
        Some(at) if at <= now => (Risk::Low, "nobody answered before its time ran out"),
        Some(at) if at.duration_since(now) < HURRY => {
            (Risk::High, "an agent waits for an answer, and its time runs out")
        }
        _ => (Risk::High, "an agent waits until somebody answers"),
    };
    let print = state(row);
    // What can no longer be answered has no time left.
    let deadline = deadline.filter(|at| *at > now);
    Reason { print, since: row.created_at.or(row.updated_at), deadline, ..reason(Cause::Approval, risk, why) }
}

/// A record that its status brings in: an event, a run, an agent.
pub(super) fn by_status(row: &Row, cause: Cause) -> Reason {
    let (risk, why) = match cause {
        Cause::Alert => (Risk::Medium, "an alert that nobody has acknowledged"),
        Cause::Review => (Risk::Medium, "its platform leaves it to a person to judge this"),
        Cause::Blocked => (Risk::Medium, "its platform has stopped this"),
        Cause::Stuck => (Risk::Medium, "said to be at work, and nothing was heard of it for over an hour"),
        Cause::Silent => (Risk::Low, "said to be active, and not seen for over a day"),
        _ if row.kind == Kind::Agent => (Risk::Medium, "the agent says that it has failed"),
        _ => (Risk::Medium, "it ended in failure"),
    };
    Reason { print: state(row), since: row.updated_at.or(row.created_at), ..reason(cause, risk, why) }
}

/// An agent that was cloned. That it was seen again is no news; that it was no clone meanwhile is told by [`Findings::over`], as no
/// platform says since when.
///
/// [`Findings::over`]: super::Findings::over
pub(super) fn clone(row: &Row) -> Reason {
    let print = row.status.clone().unwrap_or_default();
    let why = match row.pending.is_empty() {
        true => "its platform says that more than one machine answers as this agent",
        false => "more than one machine answers as this agent, and what you decided has not reached it yet",
    };
    Reason { print, since: None, ..reason(Cause::Clone, Risk::High, why) }
}

/// A record in which secrets stand.
pub(super) fn leak(leak: &Leak) -> Reason {
    let why = match (leak.entries, leak.entry) {
        (_, None) => "a secret stands in the record".to_owned(),
        (1, _) => "a secret stands in one of its entries".to_owned(),
        (entries, _) => format!("secrets stand in {entries} of its entries"),
    };
    // That it leaks is seen once; each place and each secret that comes to it is news.
    let print = std::iter::once("found").chain(leak.marks.iter().map(String::as_str)).collect::<Vec<_>>().join("\n");
    Reason { print, since: leak.at, entry: leak.entry, ..reason(Cause::Leak, Risk::High, why) }
}

/// A write that wants a person; `None` when it does not.
pub(super) fn write(write: &Write, now: Timestamp) -> Option<Reason> {
    let (risk, why) = match write.state {
        WriteState::Conflicted => (Risk::High, "somebody else was there first: your decision was not sent"),
        WriteState::Wedged => (Risk::High, "your decision was not carried out, and trying again cannot help"),
        WriteState::Expired => (Risk::Medium, "your decision was not sent in time"),
        WriteState::Unknown if now.duration_since(write.updated_at) >= UNKNOWN => {
            (Risk::Medium, "your decision was sent, and nobody knows whether it arrived")
        }
        _ => return None,
    };
    let print = format!("{} {}", write.state, write.updated_at);
    Some(Reason { print, since: Some(write.updated_at), ..reason(Cause::Write, risk, why) })
}

/// A connection, or a list, in trouble. `print` is what kind of trouble; it wants a person since it began.
pub(super) fn connection(risk: Risk, why: impl Into<String>, print: &str, since: Option<Timestamp>) -> Reason {
    Reason { print: print.to_owned(), came: since, since, ..reason(Cause::Connection, risk, why) }
}
