use super::*;
use crate::outbox::action::{Plan, plan};
use crate::platform::write::WriteCall;

fn sent(name: &str, write: &Write, sight: &Sight) -> WriteCall {
    match plan(&platform(name), write, sight, false, now()) {
        Plan::Send(call) => call,
        other => panic!("{other:?}"),
    }
}

fn line(call: &WriteCall) -> String {
    let query: Vec<String> = call.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let body = call.body.as_ref().map(|body| format!(" {body}")).unwrap_or_default();
    let or: Vec<String> = call.or.iter().map(|(method, path)| format!(" or {method} {path}")).collect();
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
    let through = r#"POST /runs/r-1/actions/x-1/approve {"payload_hash":"abc123"}"#;
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
