//! RunAgents: decisions, transitions, and the two generations.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::client::{Caller, fixed, start};

fn ids(rows: &Value) -> BTreeSet<String> {
    rows.as_array().into_iter().flatten().filter_map(|row| row["id"].as_str().map(str::to_owned)).collect()
}

#[test]
fn only_the_statuses_together_show_every_run() {
    let sim = start(fixed());
    let caller = Caller::new(&sim, "runagents");
    let running = ids(&caller.get("/runs").json());
    let mut all = BTreeSet::new();
    for status in ["RUNNING", "PAUSED_APPROVAL", "PAUSED_CONSENT", "PAUSED", "COMPLETED", "FAILED"] {
        let some = ids(&caller.get(&format!("/runs?status={status}")).json());
        assert!(status == "PAUSED" || !some.is_empty(), "the demo has no {status} run");
        all.extend(some);
    }
    let truth: BTreeSet<String> = ids(&Value::Array(sim.truth("runagents", "runs")));
    assert_eq!(all, truth);
    assert!(!running.is_empty() && running.len() < truth.len());
}

#[test]
fn approving_resumes_the_run_and_rejecting_fails_it() {
    let sim = start(fixed());
    let caller = Caller::new(&sim, "runagents");
    let pending: Vec<Value> =
        sim.truth("runagents", "approvals").into_iter().filter(|row| row["status"] == "PENDING").collect();
    assert!((10..=14).contains(&pending.len()), "{} pending", pending.len());
    for (request, verb, run_status) in [(&pending[0], "approve", "RUNNING"), (&pending[1], "reject", "FAILED")] {
        let id = request["id"].as_str().expect("an id");
        let decided = caller.send("POST", &format!("/approvals/requests/{id}/{verb}"), r#"{"reason":"seen"}"#);
        assert_eq!((decided.status, &decided.json()["reason"]), (200, &"seen".into()));
        let run = request["run_id"].as_str().expect("a run");
        assert_eq!(caller.get(&format!("/runs/{run}")).json()["status"], run_status);
        let again = caller.send("POST", &format!("/approvals/requests/{id}/approve"), "");
        assert_eq!(again.status, 409, "decided once");
    }
}

#[test]
fn an_approval_with_a_time_expires() {
    let sim = start(fixed());
    let caller = Caller::new(&sim, "runagents");
    let pending = sim.truth("runagents", "approvals").into_iter().find(|row| row["status"] == "PENDING").expect("one");
    let path = format!("/approvals/requests/{}", pending["id"].as_str().expect("an id"));
    caller.send("POST", &format!("{path}/approve"), r#"{"scope":"agent_user_ttl","duration":"2h"}"#);
    sim.advance(std::time::Duration::from_secs(2 * 3600 - 60));
    assert_eq!(caller.get(&path).json()["status"], "APPROVED");
    sim.advance(std::time::Duration::from_secs(120));
    assert_eq!(caller.get(&path).json()["status"], "EXPIRED");
}

#[test]
fn a_request_without_its_payload_has_it_in_the_blocked_action() {
    let sim = start(fixed());
    let caller = Caller::new(&sim, "runagents");
    let requests = sim.truth("runagents", "approvals");
    let bare =
        requests.iter().find(|row| row["status"] == "PENDING" && row.get("payload_hash").is_none()).expect("one");
    let (run, action) = (bare["run_id"].as_str().expect("a run"), bare["action_id"].as_str().expect("an action"));
    let blocked = caller.get(&format!("/runs/{run}/actions/{action}")).json();
    assert_eq!(blocked["status"], "BLOCKED");
    assert_eq!(blocked["payload_hash"].as_str().map(str::len), Some(64));
}

#[test]
fn events_come_in_order_and_resume_behind_a_number() {
    let sim = start(fixed());
    for (name, field) in [("runagents", "event_id"), ("runagents-v1alpha", "id")] {
        let caller = Caller::new(&sim, name);
        let run = sim.truth(name, "runs")[0]["id"].as_str().expect("an id").to_owned();
        let all = caller.get(&format!("/runs/{run}/events")).json();
        let rest = caller.get(&format!("/runs/{run}/events?after_seq=2&limit=1")).json();
        assert_eq!(rest.as_array().map(Vec::len), Some(1));
        assert_eq!(rest[0], all[2]);
        assert_eq!(all[0]["seq"], 1);
        assert!(all[0][field].is_string());
    }
}

#[test]
fn replacing_a_policy_drops_what_was_not_sent() {
    let sim = start(fixed());
    let caller = Caller::new(&sim, "runagents");
    let before = caller.get("/policies/mail-guard").json();
    assert!(before["spec"]["approvals"].is_array());
    let body = serde_json::json!({"name": "mail-guard", "spec": {"policies": before["spec"]["policies"]}});
    assert_eq!(caller.send("PUT", "/policies/mail-guard", &body.to_string()).status, 200);
    assert!(caller.get("/policies/mail-guard").json()["spec"].get("approvals").is_none());
}

#[test]
fn a_finished_run_cannot_be_stopped() {
    let sim = start(fixed());
    let caller = Caller::new(&sim, "runagents");
    let runs = sim.truth("runagents", "runs");
    let id =
        |status: &str| runs.iter().find(|run| run["status"] == status).and_then(|run| run["id"].as_str()).expect("one");
    let stop = |id: &str| caller.send("PATCH", &format!("/runs/{id}"), r#"{"status":"FAILED"}"#);
    assert_eq!(stop(id("RUNNING")).json()["status"], "FAILED");
    let refused = stop(id("COMPLETED"));
    assert_eq!(refused.json()["error"], "invalid transition from COMPLETED to FAILED");
    assert_eq!(refused.status, 409);
}

#[test]
fn each_generation_refuses_the_other_s_key() {
    let sim = start(fixed());
    let endpoint = |name: &str| sim.endpoint(name).expect("an endpoint");
    let mut newer = Caller::stranger(&endpoint("runagents"));
    newer.add("Authorization", format!("Bearer {}", endpoint("runagents").key.expect("a key")));
    assert_eq!(newer.get("/agents").status, 401);
    let mut older = Caller::stranger(&endpoint("runagents-v1alpha"));
    older.add("X-RunAgents-API-Key", endpoint("runagents-v1alpha").key.expect("a key"));
    assert_eq!(older.get("/api/agents").status, 401);
}
