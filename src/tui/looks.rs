//! How a platform's words and the states of writes look: a sign and a meaning each, never colour alone.

use quarterdeck_sync::model::{Mark, WriteState};

use super::theme::Role;

/// Said at the end of a list's head line until the first answer has come.
pub(crate) const READING: &str = "reading …";

/// What to do where something of ours cannot be read.
pub(crate) const DOCTOR: &str = "`qd doctor` looks into what is wrong with what is kept here.";

/// A status: its sign and what it means. An open set: platforms invent words, and an unknown one is just said.
pub(crate) fn status(words: &str) -> (&'static str, Role) {
    let words = words.to_lowercase();
    let is = |list: &[&str]| list.iter().any(|known| words == *known);
    if is(&["active", "ready", "healthy", "enabled", "online", "connected"]) {
        ("●", Role::Good)
    } else if is(&[
        "completed",
        "complete",
        "succeeded",
        "success",
        "approved",
        "allow",
        "allowed",
        "done",
        "ok",
        "passed",
    ]) {
        ("✓", Role::Good)
    } else if is(&["running", "in_progress", "resumed", "building", "deploying", "started"]) {
        ("▶", Role::Busy)
    } else if words.starts_with("paused")
        || is(&["pending", "awaiting_approval", "review", "warning", "queued", "waiting", "open"])
    {
        ("◆", Role::Warn)
    } else if is(&[
        "failed",
        "error",
        "block",
        "blocked",
        "rejected",
        "deny",
        "denied",
        "critical",
        "timed_out",
        "unhealthy",
    ]) {
        ("✗", Role::Bad)
    } else if is(&["suspended"]) {
        ("■", Role::Warn)
    } else if is(&[
        "inactive",
        "disabled",
        "deleted",
        "expired",
        "cancelled",
        "canceled",
        "archived",
        "draft",
        "offline",
    ]) {
        ("○", Role::Quiet)
    } else {
        ("·", Role::Text)
    }
}

/// The sign and the meaning of a write's state.
pub(crate) fn look(state: WriteState) -> (&'static str, Role) {
    match state {
        WriteState::Queued => ("⋯", Role::Busy),
        WriteState::Sending => ("↑", Role::Busy),
        WriteState::Accepted => ("◌", Role::Busy),
        WriteState::Confirmed => ("✓", Role::Good),
        WriteState::Retrying => ("↻", Role::Warn),
        WriteState::Unknown => ("?", Role::Warn),
        WriteState::Conflicted => ("≠", Role::Bad),
        WriteState::Wedged => ("✗", Role::Bad),
        WriteState::Expired => ("⊘", Role::Warn),
        WriteState::Cancelled => ("○", Role::Quiet),
        WriteState::Discarded => ("·", Role::Quiet),
    }
}

/// What a state means, in a sentence.
pub(crate) fn meaning(state: WriteState) -> &'static str {
    match state {
        WriteState::Queued => "kept, not sent yet",
        WriteState::Sending => "on its way",
        WriteState::Accepted => "the platform said yes; a later read has to show it",
        WriteState::Confirmed => "a later read has shown it",
        WriteState::Retrying => "not applied; tried again when due",
        WriteState::Unknown => "sent, and nobody knows yet whether it arrived",
        WriteState::Conflicted => "somebody else got there first; nothing was sent",
        WriteState::Wedged => "trying again cannot help",
        WriteState::Expired => "its deadline passed before it could be sent",
        WriteState::Cancelled => "taken back before it was sent",
        WriteState::Discarded => "let go of",
    }
}

/// Of several writes on one record, the one to be seen first: what needs a person, else the latest.
pub(crate) fn foremost(marks: &[Mark]) -> Option<&Mark> {
    marks.iter().rev().find(|mark| mark.state.needs_person()).or_else(|| marks.last())
}

/// A verb as the first word of a sentence: `Suspend`.
pub(crate) fn capital(verb: &str) -> String {
    let mut chars = verb.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

/// So many of something: `1 agent`, `37 agents`. Collections are named in the plural.
pub(crate) fn so_many(count: usize, collection: &str) -> String {
    let plural = collection.replace(['-', '_'], " ");
    let singular = match plural.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => plural.strip_suffix('s').unwrap_or(&plural).to_owned(),
    };
    if count == 1 { format!("1 {singular}") } else { format!("{count} {plural}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_sign_of_its_own() {
        let mut signs: Vec<&str> = WriteState::ALL.iter().map(|state| look(*state).0).collect();
        signs.sort_unstable();
        signs.dedup();
        assert_eq!(signs.len(), WriteState::ALL.len());
        assert!(signs.iter().all(|sign| super::super::text::width(sign) == 1));
    }

    #[test]
    fn one_and_many_are_told_apart() {
        let said = [(1, "agents"), (37, "agents"), (1, "policies"), (1, "policy"), (2, "workflow-runs")];
        let said = said.map(|(count, collection)| so_many(count, collection));
        assert_eq!(said, ["1 agent", "37 agents", "1 policy", "1 policy", "2 workflow runs"]);
    }
}
