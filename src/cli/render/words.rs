use quarterdeck_sync::model::{Mark, WriteState};

use super::Cell;
use crate::cli::style::Role;

/// What a platform's word for a state means to an operator. Words we do not know mean nothing in particular: their
/// colour must not promise anything.
pub fn status_role(status: &str) -> Option<Role> {
    const GOOD: &[&str] = &[
        "active",
        "allow",
        "approved",
        "completed",
        "connected",
        "enabled",
        "finished",
        "healthy",
        "ok",
        "online",
        "ready",
        "resolved",
        "running",
        "succeeded",
        "success",
    ];
    const WARNING: &[&str] = &[
        "awaiting_approval",
        "degraded",
        "paused",
        "paused_approval",
        "pending",
        "pending_approval",
        "queued",
        "review",
        "stale",
        "suspended",
        "waiting",
        "warning",
    ];
    const BAD: &[&str] = &[
        "block",
        "blocked",
        "critical",
        "deleted",
        "denied",
        "error",
        "expired",
        "failed",
        "failure",
        "firing",
        "offline",
        "rejected",
        "timed_out",
        "unhealthy",
    ];
    let word = status.to_ascii_lowercase();
    let among = |words: &[&str]| words.contains(&word.as_str());
    match () {
        () if among(GOOD) => Some(Role::Good),
        () if among(WARNING) => Some(Role::Warning),
        () if among(BAD) => Some(Role::Bad),
        () => None,
    }
}

/// A cell of a record with its unfinished writes: `suspended (queued)`. Words, so that it needs no colour; one that waits
/// for a person is coloured too.
pub fn mark(cell: Cell, pending: &[Mark]) -> Cell {
    let mut states: Vec<WriteState> = pending.iter().map(|mark| mark.state).collect();
    if states.is_empty() {
        return cell;
    }
    states.sort_unstable();
    states.dedup();
    let told = states.iter().map(|state| state.as_str()).collect::<Vec<_>>().join(", ");
    let marked = cell.behind(&format!("({told})"));
    if states.iter().any(|state| state.needs_person()) { marked.role(Role::Warning) } else { marked }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_known_in_any_case_and_an_unknown_one_promises_nothing() {
        assert_eq!(status_role("RUNNING"), Some(Role::Good));
        assert_eq!(status_role("Failed"), Some(Role::Bad));
        assert_eq!(status_role("inactivish"), None);
    }
}
