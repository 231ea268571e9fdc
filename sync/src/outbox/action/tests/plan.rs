use super::*;
use crate::outbox::action::{Plan, plan};
use crate::platform::write::{OtherCall, WriteCall};

fn sent(name: &str, write: &Write, sight: &Sight) -> WriteCall {
    match plan(&platform(name), write, sight, Sent::Never, now()) {
        Plan::Send(call) => call,
        other => panic!("{other:?}"),
    }
}

fn line(call: &WriteCall) -> String {
    let other = |other: &OtherCall| {
        let body = other.body.as_ref().filter(|_| other.body != call.body).map(|body| format!(" {body}"));
        format!(" or {} {}{}", other.method, other.path, body.unwrap_or_default())
    };
    let query: Vec<String> = call.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let body = call.body.as_ref().map(|body| format!(" {body}")).unwrap_or_default();
    let or: Vec<String> = call.or.iter().map(other).collect();
    format!(
        "{} {}{}{}{body}{}",
        call.method,
        call.path,
        if query.is_empty() { "" } else { "?" },
        query.join("&"),
        or.join("")
    )
}

/// Every action of one request: what it comes to when nothing stands in its way.
#[test]
fn every_action_comes_to_its_request() {
    let agent = turen_agent();
    let deployment = json!({"id": "d/1", "status": "active", "name": "x"});
    let run = json!({"id": "w-1", "workflow_id": "f 1", "status": "running"});
    let table: Vec<(&str, &str, Value, Asked, &str)> = vec![
        (
            "turen",
            "agents",
            agent.clone(),
            asked("suspend", json!({"reason": " odd "})),
            r#"PUT /registered-agents/a-1/status {"status":"suspended","reason":"odd"}"#,
        ),
        (
            "turen",
            "agents",
            agent.clone(),
            asked("contain", json!({})),
            r#"PUT /registered-agents/a-1/status {"status":"suspended"}"#,
        ),
        (
            "turen",
            "agents",
            with(&agent, json!({"status": "suspended"})),
            asked("resume", json!({})),
            r#"PUT /registered-agents/a-1/status {"status":"active"}"#,
        ),
        (
            "turen",
            "agents",
            agent.clone(),
            asked("delete", json!({"reason": "gone"})),
            "DELETE /registered-agents/a-1?reason=gone",
        ),
        (
            "turen",
            "agents",
            agent.clone(),
            asked("delete", json!({"hard": "true"})),
            "DELETE /registered-agents/a-1?hard=true",
        ),
        ("turen", "agents", agent, asked("delete", json!({"hard": false})), "DELETE /registered-agents/a-1"),
        (
            "exo",
            "deployments",
            deployment.clone(),
            asked("deactivate", json!({})),
            r#"PATCH /deployments/d%2F1 {"status":"inactive"} or PUT /deployments/d%2F1"#,
        ),
        (
            "exo",
            "deployments",
            with(&deployment, json!({"status": "inactive"})),
            asked("activate", json!({})),
            r#"PATCH /deployments/d%2F1 {"status":"active"} or PUT /deployments/d%2F1"#,
        ),
        ("exo", "workflow-runs", run, asked("stop", json!({})), "DELETE /workflows/f%201/runs/w-1"),
        (
            "exo",
            "alerts",
            json!({"id": "l", "acknowledged": false}),
            asked("acknowledge", json!({})),
            "PUT /alerts/l/acknowledge",
        ),
        (
            "exo",
            "alert-rules",
            json!({"id": "k", "enabled": true}),
            asked("disable", json!({})),
            r#"PUT /alerts/rules/k {"enabled":false} or PATCH /alerts/rules/k or PUT /alerts/k"#,
        ),
        ("exo", "agents", json!({"id": "e"}), asked("delete", json!({})), "DELETE /agents/e"),
        (
            "exo",
            "approvals",
            json!({"id": "p", "status": "pending"}),
            asked("reject", json!({"reason": "no"})),
            r#"POST /approvals/p/respond {"approved":false,"comment":"no"}"#,
        ),
        (
            "runagents",
            "runs",
            json!({"id": "r", "status": "RUNNING"}),
            asked("stop", json!({})),
            r#"PATCH /runs/r {"status":"FAILED"}"#,
        ),
        (
            "runagents",
            "agents",
            json!({"name": "shop/clerk"}),
            asked("delete", json!({})),
            "DELETE /agents/shop%2Fclerk",
        ),
        (
            "runagents-v1alpha",
            "agents",
            json!({"name": "clerk"}),
            asked("delete", json!({})),
            "DELETE /api/agents/clerk",
        ),
        (
            "runagents-v1alpha",
            "policies",
            json!({"name": "p"}),
            asked("delete", json!({})),
            "DELETE /api/policies/p or DELETE /policies/p",
        ),
        (
            "runagents",
            "approvals",
            approval(),
            asked("reject", json!({"reason": "no"})),
            r#"POST /approvals/requests/q-1/reject {"reason":"no"}"#,
        ),
    ];
    for (name, collection, doc, asked, is) in table {
        let write = decided(name, collection, &doc, &[], &asked);
        let call = sent(name, &write, &sight(name, collection, Some(&doc), &[]));
        assert_eq!((line(&call).as_str(), call.key.as_str()), (is, "01WRITE"));
    }
}

/// Through the blocked action the server compares the hash itself; terms and reasons have a way of their own.
#[test]
fn an_approval_goes_through_its_blocked_action_unless_there_is_something_to_say() {
    let bare = with(&approval(), json!({"payload_hash": null, "tool_url": null}));
    let lone = with(&bare, json!({"action_id": null}));
    // Where a server knows nothing of actions, the request is asked for by itself, in words that every server knows.
    let through =
        r#"POST /runs/r-1/actions/x-1/approve {"payload_hash":"abc123"} or POST /approvals/requests/q-1/approve {}"#;
    for (doc, args, is) in [
        (approval(), json!({}), through),
        (bare, json!({}), through),
        (lone, json!({}), "POST /approvals/requests/q-1/approve {}"),
        (approval(), json!({"scope": "run"}), r#"POST /approvals/requests/q-1/approve {"scope":"run"}"#),
        (
            approval(),
            json!({"reason": "ok", "duration": "2h"}),
            r#"POST /approvals/requests/q-1/approve {"duration":"2h","reason":"ok"}"#,
        ),
    ] {
        let others = [("run", paused_run()), ("action", blocked_action())];
        let write = decided("runagents", "approvals", &doc, &others[..1], &asked("approve", args));
        assert_eq!(line(&sent("runagents", &write, &sight("runagents", "approvals", Some(&doc), &others))), is);
    }
}

/// What becomes of a write in one word: `send`, `steps`, or the verdict's code with where it goes.
pub(super) fn word(name: &str, write: &Write, sight: &Sight, sent: bool, at: &str) -> String {
    match plan(&platform(name), write, sight, before(sent), at.parse().unwrap()) {
        Plan::Send(_) => "send".to_owned(),
        Plan::Steps => "steps".to_owned(),
        Plan::Done(verdict) => format!("done {}", verdict.code),
        Plan::Stop(state, verdict) => format!("{state} {}", verdict.code),
    }
}

pub(super) const NOON: &str = "2026-03-01T12:00:01Z";
const LATE: &str = "2026-03-01T12:30:00Z";

/// Platform, collection, document as it was seen, verb, document as it is, whether it was sent, what is to be done.
type Look = (&'static str, &'static str, Value, &'static str, Option<Value>, bool, &'static str);

/// What was seen at the decision is in the first column's document; then what a look shows, whether the write has left before,
/// when it is, and what is to be done.
#[test]
fn a_look_decides_between_sending_and_leaving_it() {
    let agent = turen_agent();
    let is = |changes: Value| Some(with(&turen_agent(), changes));
    let suspended = || is(json!({"status": "suspended"}));
    let run = |status: &str| Some(json!({"id": "r", "status": status}));
    let table: Vec<Look> = vec![
        ("turen", "agents", agent.clone(), "suspend", Some(agent.clone()), false, "send"),
        ("turen", "agents", agent.clone(), "suspend", suspended(), false, "done already_done"),
        ("turen", "agents", agent.clone(), "suspend", suspended(), true, "done applied"),
        ("turen", "agents", agent.clone(), "suspend", is(json!({"status": "deleted"})), false, "conflicted moved"),
        ("turen", "agents", agent.clone(), "suspend", None, false, "wedged missing"),
        ("turen", "agents", agent.clone(), "suspend", None, true, "wedged missing"),
        // There is a way back: a third value may be that of somebody who took ours back.
        ("turen", "agents", agent.clone(), "suspend", is(json!({"status": "deleted"})), true, "wedged uncertain"),
        ("turen", "agents", agent.clone(), "delete", None, false, "done already_done"),
        (
            "exo",
            "agents",
            json!({"id": "e", "name": "n"}),
            "delete",
            Some(json!({"id": "e", "name": "n"})),
            true,
            "send",
        ),
        ("exo", "agents", json!({"id": "e", "name": "n"}), "delete", None, true, "done applied"),
        ("exo", "agents", json!({"id": "e"}), "contain", Some(json!({"id": "e"})), false, "steps"),
        ("exo", "agents", json!({"id": "e"}), "contain", Some(json!({"id": "e"})), true, "steps"),
        ("exo", "agents", json!({"id": "e"}), "contain", None, false, "wedged missing"),
        // From one live state to another: still to be stopped. To an end: somebody, or the run itself, was faster.
        ("runagents", "runs", json!({"id": "r", "status": "RUNNING"}), "stop", run("PAUSED_APPROVAL"), false, "send"),
        (
            "runagents",
            "runs",
            json!({"id": "r", "status": "RUNNING"}),
            "stop",
            run("COMPLETED"),
            false,
            "conflicted moved",
        ),
        ("runagents", "runs", json!({"id": "r", "status": "RUNNING"}), "stop", run("FAILED"), true, "done applied"),
        // No way back: somebody else's answer is final, and ours was not applied.
        (
            "runagents",
            "runs",
            json!({"id": "r", "status": "RUNNING"}),
            "stop",
            run("COMPLETED"),
            true,
            "conflicted moved",
        ),
    ];
    for (name, collection, doc, verb, now, sent, is) in table {
        let write = decided(name, collection, &doc, &[], &asked(verb, json!({})));
        let sight = sight(name, collection, now.as_ref(), &[]);
        assert_eq!(word(name, &write, &sight, sent, NOON), is, "{name} {verb} {now:?} sent {sent}");
    }
}

#[test]
fn an_approval_is_sent_only_while_everything_is_as_it_was_seen() {
    let others = |run: Value, action: Value| {
        vec![("run", with(&paused_run(), run)), ("action", with(&blocked_action(), action))]
    };
    let none = || json!({});
    let table = [
        (none(), others(none(), none()), false, NOON, "send"),
        (json!({"updated_at": "2026-03-01T12:00:00Z"}), others(none(), none()), false, NOON, "send"),
        (json!({"status": "APPROVED"}), others(none(), none()), false, NOON, "done already_done"),
        // Not approved by us, and by now too late; or it was, and the approval has run out since.
        (json!({"status": "EXPIRED"}), others(none(), none()), false, NOON, "conflicted moved"),
        (json!({"status": "EXPIRED"}), others(none(), none()), true, LATE, "done applied"),
        (json!({"status": "REJECTED"}), others(none(), none()), false, NOON, "conflicted moved"),
        (json!({"payload_hash": "abc124"}), others(none(), none()), false, NOON, "conflicted moved"),
        (json!({"scope": "agent_user_ttl"}), others(none(), none()), false, NOON, "conflicted moved"),
        (json!({"payload_hash": null}), others(none(), none()), false, NOON, "conflicted moved"),
        (none(), others(json!({"status": "FAILED"}), none()), false, NOON, "conflicted moved"),
        (none(), others(none(), json!({"payload_hash": "other"})), false, NOON, "conflicted moved"),
        (none(), vec![("action", blocked_action())], false, NOON, "conflicted moved"),
        (none(), vec![("run", paused_run())], false, NOON, "send"),
        (none(), others(none(), none()), false, LATE, "expired expired"),
        (none(), others(none(), none()), true, LATE, "expired expired"),
        // The platform has brought its own deadline forward.
        (json!({"expires_at": "2026-03-01T12:00:00Z"}), others(none(), none()), false, NOON, "expired expired"),
        (json!({"updated_at": "2026-03-01T12:00:00Z"}), others(none(), none()), true, NOON, "wedged uncertain"),
    ];
    for (changes, others, sent, at, is) in table {
        let mut write =
            decided("runagents", "approvals", &approval(), &[("run", paused_run())], &asked("approve", json!({})));
        let before = sight("runagents", "approvals", Some(&approval()), &[]);
        write.memory = crate::outbox::action::before_sending(&platform("runagents"), &write, &before);
        let now = with(&approval(), changes.clone());
        let sight = sight("runagents", "approvals", Some(&now), &others);
        assert_eq!(word("runagents", &write, &sight, sent, at), is, "{changes} {others:?} sent {sent} at {at}");
    }
}

/// Turen tells when a machine was last seen, and not when somebody last changed its record.
#[test]
fn a_machine_that_checks_in_is_nobody_who_took_a_suspension_back() {
    let mut write = decided("turen", "agents", &turen_agent(), &[], &asked("suspend", json!({})));
    let before = sight("turen", "agents", Some(&turen_agent()), &[]);
    write.memory = crate::outbox::action::before_sending(&platform("turen"), &write, &before);
    for (changes, is) in [
        (json!({"last_seen_at": "2026-03-01T12:00:00Z"}), "send"),
        (json!({"last_seen_at": "2026-03-01T12:00:00Z", "status": "suspended"}), "done applied"),
        (json!({"last_seen_at": "2026-03-01T12:00:00Z", "status": "deleted"}), "wedged uncertain"),
    ] {
        let sight = sight("turen", "agents", Some(&with(&turen_agent(), changes.clone())), &[]);
        assert_eq!(word("turen", &write, &sight, true, NOON), is, "{changes}");
    }
}

#[test]
fn who_was_faster_is_told_with_both_sides() {
    let write = decided("runagents", "approvals", &approval(), &[], &asked("approve", json!({"scope": "run"})));
    let theirs = with(
        &approval(),
        json!({"status": "REJECTED", "approver_id": "siobhan", "updated_at": "2026-03-01T11:58:00Z"}),
    );
    let sight = sight("runagents", "approvals", Some(&theirs), &[]);
    let Plan::Stop(WriteState::Conflicted, verdict) = plan(&platform("runagents"), &write, &sight, Sent::Never, now())
    else {
        panic!("a conflict");
    };
    assert_eq!((verdict.who.as_deref(), verdict.when.as_deref()), (Some("siobhan"), Some("2026-03-01T11:58:00Z")));
    assert_eq!(verdict.message, "it is REJECTED, by siobhan at 2026-03-01T11:58:00Z; nothing was sent");
    let sides = &verdict.disputes[0];
    assert_eq!(
        (sides.at.as_str(), &sides.base, &sides.mine, &sides.theirs),
        ("/status", &Some(json!("PENDING")), &Some(json!("APPROVED")), &Some(json!("REJECTED")))
    );
    assert_eq!(verdict.theirs, Some(theirs));
}

/// What was refused has left: the audit log is not to say that it never did.
#[test]
fn a_look_after_a_refusal_does_not_say_that_nothing_was_sent() {
    let approval = approval();
    let gone = json!({"id": "p", "run_id": "r", "node_id": "gate", "status": "pending"});
    let rejected = with(&approval, json!({"status": "REJECTED", "approver_id": "siobhan"}));
    let approved = with(&approval, json!({"status": "APPROVED", "approver_id": "siobhan"}));
    let other = with(&approval, json!({"subject": "another"}));
    for (name, seen, theirs) in [
        ("runagents", &approval, Some(&rejected)),
        ("runagents", &approval, Some(&approved)),
        ("runagents", &approval, Some(&other)),
        ("runagents", &approval, None),
        ("exo", &gone, None),
    ] {
        let write = decided(name, "approvals", seen, &[], &asked("approve", json!({})));
        let sight = sight(name, "approvals", theirs, &[]);
        for (before, end) in [(Sent::Never, "; nothing was sent"), (Sent::Refused, "; what was sent was refused")] {
            match plan(&platform(name), &write, &sight, before, now()) {
                Plan::Done(verdict) | Plan::Stop(_, verdict) => {
                    assert!(verdict.message.ends_with(end), "{name} {before:?}: {}", verdict.message);
                }
                other => panic!("{name} {theirs:?}: {other:?}"),
            }
        }
    }
}

#[test]
fn an_approval_of_other_terms_is_done_but_says_so() {
    let write = decided("runagents", "approvals", &approval(), &[], &asked("approve", json!({"scope": "run"})));
    let theirs = with(&approval(), json!({"status": "APPROVED", "scope": "agent_user_ttl", "approver_id": "tomas"}));
    let sight = sight("runagents", "approvals", Some(&theirs), &[]);
    let Plan::Done(verdict) = plan(&platform("runagents"), &write, &sight, Sent::Never, now()) else { panic!("done") };
    assert_eq!(verdict.who.as_deref(), Some("tomas"));
    assert_eq!(
        (verdict.altered[0].mine.clone(), verdict.altered[0].theirs.clone()),
        (Some(json!("run")), Some(json!("agent_user_ttl")))
    );
}

#[test]
fn a_hard_deletion_is_done_when_the_agent_is_gone_and_a_soft_one_when_it_says_deleted() {
    let (agent, deleted) = (turen_agent(), with(&turen_agent(), json!({"status": "deleted"})));
    for (hard, before, now, is) in [
        (false, &agent, Some(&deleted), "done already_done"),
        (true, &agent, Some(&agent), "send"),
        (true, &deleted, Some(&deleted), "send"),
        (true, &agent, None, "done already_done"),
        (false, &agent, None, "done already_done"),
    ] {
        let write = decided("turen", "agents", before, &[], &asked("delete", json!({"hard": hard})));
        assert_eq!(word("turen", &write, &sight("turen", "agents", now, &[]), false, NOON), is, "{hard} {now:?}");
    }
}

#[test]
fn a_manifest_that_no_longer_has_the_action_stops_it() {
    let mut write = decided("turen", "agents", &turen_agent(), &[], &asked("suspend", json!({})));
    let sight = sight("turen", "agents", Some(&turen_agent()), &[]);
    for action in ["gone", "approve", "update"] {
        write.intent.action = action.to_owned();
        assert_eq!(word("turen", &write, &sight, false, NOON), "wedged lacks");
    }
}

#[test]
fn what_is_made_is_made_once() {
    let manifest = platform("exo");
    let rule = json!({"name": "Slow runs", "threshold": 120});
    let ask = asked("create", json!({"doc": rule}));
    let mut write = write(intent(&manifest, "alert-rules", "work", None, &BTreeMap::new(), &ask, now()).unwrap());
    let list = |rules: &[Value]| Sight {
        rows: Some(rules.iter().map(|rule| seen(&manifest, "alert-rules", rule)).collect()),
        ..Sight::default()
    };
    let (old, new) = (with(&rule, json!({"id": "old"})), with(&rule, json!({"id": "new", "enabled": true})));
    let empty = list(std::slice::from_ref(&old));
    assert_eq!(
        line(&sent("exo", &write, &empty)),
        r#"POST /alerts/rules {"name":"Slow runs","threshold":120} or POST /alerts"#
    );
    write.memory = crate::outbox::action::before_sending(&manifest, &write, &empty);
    assert_eq!(word("exo", &write, &list(&[old.clone(), new]), true, NOON), "done applied");
    // An equal one that was there before is another's.
    assert_eq!(word("exo", &write, &empty, true, NOON), "unknown uncertain");
    assert_eq!(word("exo", &write, &Sight::default(), true, NOON), "unknown uncertain");
}
