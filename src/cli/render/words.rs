use quarterdeck_sync::model::{Mark, WriteState};

use super::Cell;
use crate::cli::style::Role;

/// A number for people: `1,204,377`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A size for people: `812 B`, `4.3 MiB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// `1 problem`, `1,204 problems`.
pub fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

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
    fn numbers_are_grouped() {
        let told: Vec<_> = [0, 999, 1_000, 1_204_377].into_iter().map(count).collect();
        assert_eq!(told, ["0", "999", "1,000", "1,204,377"]);
        assert_eq!((plural(1, "row", "rows"), plural(2, "row", "rows")), ("1 row".into(), "2 rows".into()));
    }

    #[test]
    fn sizes_are_told_in_the_unit_that_suits_them() {
        let told: Vec<_> = [0, 1_023, 1_024, 4_508_877, 1 << 30, u64::MAX].into_iter().map(size).collect();
        assert_eq!(told, ["0 B", "1023 B", "1.0 KiB", "4.3 MiB", "1.0 GiB", "16777216.0 TiB"]);
    }

    #[test]
    fn a_status_is_known_in_any_case_and_an_unknown_one_promises_nothing() {
        assert_eq!(status_role("RUNNING"), Some(Role::Good));
        assert_eq!(status_role("Failed"), Some(Role::Bad));
        assert_eq!(status_role("inactivish"), None);
    }
}
