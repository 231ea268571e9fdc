use super::*;
use crate::outbox::action::Refusal;

/// What is refused, and a piece of what is said.
#[test]
fn what_makes_no_sense_is_not_even_queued() {
    let (agent, request) = (turen_agent(), approval());
    let table: Vec<(&str, &str, Value, Asked, &str)> = vec![
        (
            "turen",
            "agents",
            with(&agent, json!({"status": "suspended"})),
            asked("suspend", json!({})),
            "Same: it is suspended already",
        ),
        (
            "turen",
            "agents",
            with(&agent, json!({"status": "deleted"})),
            asked("suspend", json!({})),
            "NotNow: it is deleted; suspend needs status active",
        ),
        ("turen", "agents", agent.clone(), asked("approve", json!({})), "Lacks: Turen has no approve for agents"),
        (
            "exo",
            "agents",
            json!({"id": "e", "status": "active"}),
            asked("suspend", json!({})),
            "Lacks: Exo cannot suspend an agent: contain it",
        ),
        (
            "turen",
            "agents",
            agent.clone(),
            asked("suspend", json!({"scope": "once"})),
            "Argument: suspend takes no scope (arguments: none)",
        ),
        (
            "turen",
            "agents",
            agent.clone(),
            asked("suspend", json!({"reason": "x".repeat(2001)})),
            "Argument: the reason has 2001 characters: 2000 at most",
        ),
        (
            "turen",
            "agents",
            agent.clone(),
            asked("suspend", json!({"reason": "a\u{1b}[2J"})),
            "Argument: the reason holds control characters",
        ),
        (
            "runagents",
            "approvals",
            with(&request, json!({"status": "REJECTED", "approver_id": "siobhan"})),
            asked("approve", json!({})),
            "NotNow: it is REJECTED, by siobhan at 2026-03-01T11:50:00Z; approve needs status PENDING",
        ),
        (
            "runagents",
            "approvals",
            with(&request, json!({"status": "EXPIRED"})),
            asked("approve", json!({})),
            "NotNow: it is EXPIRED",
        ),
        (
            "runagents",
            "approvals",
            request.clone(),
            asked("approve", json!({"scope": "always"})),
            "Argument: scope cannot be `always`: use once, run, agent_user_ttl",
        ),
        (
            "runagents",
            "approvals",
            request.clone(),
            asked("approve", json!({"duration": "soon"})),
            "Argument: `soon` is no duration",
        ),
        (
            "runagents",
            "approvals",
            request.clone(),
            asked("approve", json!({"duration": "4"})),
            "Argument: `4` is no duration without a unit",
        ),
        (
            "runagents",
            "approvals",
            request.clone(),
            asked("approve", json!({"duration": "0h"})),
            "Argument: `0h` is no duration (it is nothing)",
        ),
        (
            "runagents",
            "approvals",
            request.clone(),
            asked("approve", json!({"duration": "99999999999999999999h"})),
            "Argument: `99999999999999999999h` is no duration",
        ),
        (
            "runagents",
            "approvals",
            request.clone(),
            asked("approve", json!({"duration": "9000h"})),
            "Argument: `9000h` is no duration (over a year)",
        ),
        (
            "runagents",
            "approvals",
            with(&request, json!({"expires_at": "2026-03-01T11:59:59Z"})),
            asked("approve", json!({})),
            "NotNow: the platform's own deadline for it passed",
        ),
        (
            "runagents",
            "approvals",
            request.clone(),
            Asked { if_hash: Some("abc124".to_owned()), ..asked("approve", json!({})) },
            "OtherHash: its payload hash is abc123, not abc124",
        ),
        (
            "runagents",
            "approvals",
            request,
            Asked { expires: Some(jiff::SignedDuration::ZERO), ..asked("approve", json!({})) },
            "Argument: --expires must be more than nothing",
        ),
    ];
    let mut wrong = Vec::new();
    for (name, collection, doc, asked, says) in table {
        let manifest = platform(name);
        let record = record(&manifest, collection, &doc);
        let refusal =
            intent(&manifest, collection, "work", Some(&record), &BTreeMap::new(), &asked, now()).expect_err(says);
        let kind = match &refusal {
            Refusal::Lacks(_) => "Lacks",
            Refusal::NotNow(_) => "NotNow",
            Refusal::Argument(_) => "Argument",
            Refusal::Same(_) => "Same",
            Refusal::OtherHash(_) => "OtherHash",
        };
        let said = format!("{kind}: {refusal}");
        if !said.starts_with(says) {
            wrong.push(format!("wanted {says}\n   got {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_record_that_is_gone_cannot_be_acted_on() {
    let manifest = platform("turen");
    let mut record = record(&manifest, "agents", &turen_agent());
    record.row.gone_at = Some(now());
    let refusal =
        intent(&manifest, "agents", "work", Some(&record), &BTreeMap::new(), &asked("suspend", json!({})), now());
    assert!(matches!(refusal, Err(Refusal::NotNow(why)) if why.contains("no longer lists it")));
}

#[test]
fn the_effect_is_settled_by_the_decision_columns_included() {
    let alert = json!({"id": "l", "message": "Slow", "acknowledged": false});
    let effects = [
        ("turen", "agents", turen_agent(), "suspend", json!({}), json!([["/status", "suspended"]]), Some("suspended")),
        ("turen", "agents", turen_agent(), "delete", json!({}), json!([["/status", "deleted"]]), Some("deleted")),
        ("turen", "agents", turen_agent(), "delete", json!({"hard": true}), json!([]), Some("deleted")),
        (
            "runagents",
            "approvals",
            approval(),
            "approve",
            json!({}),
            json!([["/status", "APPROVED"]]),
            Some("APPROVED"),
        ),
        ("exo", "alerts", alert, "acknowledge", json!({}), json!([["/acknowledged", true]]), Some("acknowledged")),
        ("exo", "agents", json!({"id": "e", "status": "active"}), "contain", json!({}), json!([]), None),
    ];
    for (name, collection, doc, verb, args, changes, status) in effects {
        let effect = decided(name, collection, &doc, &[], &asked(verb, args)).intent.effect;
        assert_eq!(serde_json::to_value(&effect.doc).unwrap(), changes, "{name} {verb}");
        assert_eq!(effect.columns.status.flatten().as_deref(), status, "{name} {verb}");
        assert_eq!((effect.columns.title, effect.columns.project), (None, None), "{name} {verb}");
    }
}

#[test]
fn durations_are_sent_as_platforms_read_them() {
    for (typed, sent) in
        [("4h", "4h"), ("90 min", "1h30m"), ("1d12h", "36h"), ("2 Days", "48h"), ("45s", "45s"), ("1w", "168h")]
    {
        let write = decided("runagents", "approvals", &approval(), &[], &asked("approve", json!({"duration": typed})));
        assert_eq!(write.intent.args["duration"], sent, "{typed}");
    }
}

#[test]
fn an_approval_waits_half_an_hour_unless_the_person_or_the_platform_says_otherwise() {
    let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
    let minutes = |minutes| Some(jiff::SignedDuration::from_mins(minutes));
    let soon = with(&approval(), json!({"expires_at": "2026-03-01T12:10:00Z"}));
    let never = with(&approval(), json!({"expires_at": "0001-01-01T00:00:00Z"}));
    for (doc, expires, deadline) in [
        (approval(), None, at("2026-03-01T12:30:00Z")),
        (approval(), minutes(60), at("2026-03-01T13:00:00Z")),
        (soon.clone(), None, at("2026-03-01T12:10:00Z")),
        (soon, minutes(60), at("2026-03-01T12:10:00Z")),
        (never, None, at("2026-03-01T12:30:00Z")),
    ] {
        let asked = Asked { expires, ..asked("approve", json!({})) };
        assert_eq!(decided("runagents", "approvals", &doc, &[], &asked).intent.deadline, deadline, "{doc} {expires:?}");
    }
    let exo = json!({"id": "p", "run_id": "r", "node_id": "gate", "status": "pending", "timeout_minutes": 60, "requested_at": "2026-03-01 11:20:00"});
    assert_eq!(
        decided("exo", "approvals", &exo, &[], &asked("approve", json!({}))).intent.deadline,
        at("2026-03-01T12:20:00Z")
    );
    assert_eq!(decided("turen", "agents", &turen_agent(), &[], &asked("suspend", json!({}))).intent.deadline, None);
}

#[test]
fn a_script_may_name_the_hash_it_saw_in_any_of_its_forms() {
    let bare = with(&approval(), json!({"payload_hash": null}));
    let whole = crate::outbox::action::fingerprint(&bare);
    for (doc, others, hash) in [
        (approval(), vec![], "abc123".to_owned()),
        (approval(), vec![], "sha256:ABC123".to_owned()),
        (bare.clone(), vec![("action", blocked_action())], "abc123".to_owned()),
        (bare, vec![], whole),
    ] {
        let asked = Asked { if_hash: Some(hash), ..asked("approve", json!({})) };
        decided("runagents", "approvals", &doc, &others, &asked);
    }
}
