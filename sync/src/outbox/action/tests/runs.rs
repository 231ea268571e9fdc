//! What the run beside an approval decides: whether it may be answered, and what became of an answer that nobody confirmed.

use super::plan::{NOON, word};
use super::*;
use crate::outbox::action::before_sending;

/// A colleague may have answered otherwise, or nobody in time: that the list has it no more is no yes. What its run has come to since is.
#[test]
fn what_a_pending_list_no_longer_has_was_settled_and_only_its_run_tells_how() {
    let approval = json!({"id": "p", "run_id": "r", "node_id": "gate", "status": "pending"});
    let run = |status: &str| ("run", json!({"id": "r", "workflow_id": "f", "status": status}));
    for (verb, at_sending, now, is) in [
        ("approve", Some("awaiting_approval"), Some("completed"), "done settled"),
        ("approve", Some("awaiting_approval"), Some("running"), "done settled"),
        // Running as it was: the list tells late of the step to waiting.
        ("approve", Some("running"), Some("running"), "wedged uncertain"),
        ("approve", Some("awaiting_approval"), Some("awaiting_approval"), "wedged uncertain"),
        ("approve", Some("awaiting_approval"), Some("failed"), "wedged uncertain"),
        ("approve", Some("awaiting_approval"), Some("cancelled"), "wedged uncertain"),
        ("approve", Some("awaiting_approval"), None, "wedged uncertain"),
        ("approve", None, Some("completed"), "wedged uncertain"),
        ("reject", Some("awaiting_approval"), Some("failed"), "done settled"),
        ("reject", Some("failed"), Some("failed"), "wedged uncertain"),
        ("reject", Some("awaiting_approval"), Some("completed"), "wedged uncertain"),
        ("reject", Some("awaiting_approval"), Some("cancelled"), "wedged uncertain"),
    ] {
        let before: Vec<_> = at_sending.map(run).into_iter().collect();
        let mut write = decided("exo", "approvals", &approval, &[], &asked(verb, json!({})));
        let seen = sight("exo", "approvals", Some(&approval), &before);
        write.memory = before_sending(&platform("exo"), &write, &seen);
        let now: Vec<_> = now.map(run).into_iter().collect();
        let gone = sight("exo", "approvals", None, &now);
        assert_eq!(word("exo", &write, &gone, false, NOON), "conflicted settled", "{verb} {before:?} {now:?}");
        assert_eq!(word("exo", &write, &gone, true, NOON), is, "{verb} {before:?} {now:?}");
    }
}

/// Lists are read one after the other: the mirror may have a run as still running which waits for the approval beside it.
#[test]
fn a_run_that_was_mirrored_a_moment_before_it_paused_is_no_conflict() {
    let run = |status: &str| ("run", with(&paused_run(), json!({"status": status})));
    for platform in ["runagents", "runagents-v1alpha"] {
        for (verb, seen, now, is) in [
            ("approve", "RUNNING", "PAUSED_APPROVAL", "send"),
            ("reject", "RUNNING", "PAUSED_APPROVAL", "send"),
            ("approve", "PAUSED_APPROVAL", "RUNNING", "send"),
            ("approve", "RUNNING", "FAILED", "conflicted moved"),
            ("reject", "PAUSED_APPROVAL", "COMPLETED", "conflicted moved"),
        ] {
            let write = decided(platform, "approvals", &approval(), &[run(seen)], &asked(verb, json!({})));
            let sight = sight(platform, "approvals", Some(&approval()), &[run(now), ("action", blocked_action())]);
            assert_eq!(word(platform, &write, &sight, false, NOON), is, "{platform} {verb} {seen} {now}");
        }
        let write = decided(platform, "approvals", &approval(), &[run("RUNNING")], &asked("approve", json!({})));
        let other = ("run", with(&paused_run(), json!({"agent_id": "another"})));
        let sight = sight(platform, "approvals", Some(&approval()), &[other]);
        assert_eq!(word(platform, &write, &sight, false, NOON), "conflicted moved", "another agent's run");
    }
}

/// Exo's list of runs tells late that one has gone from running to waiting: that is no reason. That it has ended is.
#[test]
fn an_orphan_of_a_run_that_ended_is_not_approved_unless_it_was_seen_as_one() {
    let approval = json!({"id": "p", "run_id": "r", "node_id": "gate", "status": "pending"});
    let run = |status: &str| ("run", json!({"id": "r", "workflow_id": "f", "status": status}));
    for (seen, now, is) in [
        (Some(run("running")), run("awaiting_approval"), "send"),
        (Some(run("running")), run("failed"), "conflicted moved"),
        (Some(run("failed")), run("failed"), "send"),
        (None, run("awaiting_approval"), "send"),
        (None, run("failed"), "conflicted moved"),
    ] {
        let write = decided("exo", "approvals", &approval, seen.as_slice(), &asked("reject", json!({})));
        let sight = sight("exo", "approvals", Some(&approval), std::slice::from_ref(&now));
        assert_eq!(word("exo", &write, &sight, false, NOON), is, "{seen:?} {now:?}");
    }
}
