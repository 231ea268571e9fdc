//! Turen: what the manual leaves to be found out.

use serde_json::Value;

use crate::client::{Caller, fixed, start};

#[test]
fn subagent_sessions_come_only_when_asked_for() {
    let sim = start(fixed());
    let turen = Caller::new(&sim, "turen");
    let without = turen.get("/sessions?limit=1").json();
    let with = turen.get("/sessions?limit=1&include_subagents=true").json();
    let truth = sim.truth("turen", "sessions");
    let subagents = truth.iter().filter(|row| row["is_subagent"] == true).count();
    assert!(subagents > 20, "a demo without subagents shows nothing");
    assert_eq!(with["pagination"]["total"], truth.len());
    assert_eq!(without["pagination"]["total"], truth.len() - subagents);
}

#[test]
fn a_page_is_never_larger_than_the_server_allows() {
    let sim = start(fixed());
    let turen = Caller::new(&sim, "turen");
    let page = turen.get("/sessions?limit=5000").json();
    assert_eq!(page["pagination"]["limit"], 100);
    assert_eq!(page["sessions"].as_array().map(Vec::len), Some(100));
    let default = turen.get("/sessions").json();
    assert_eq!(default["sessions"].as_array().map(Vec::len), Some(20));
}

#[test]
fn a_suspended_agent_is_shown_as_such_and_a_removed_one_not_at_all() {
    let sim = start(fixed());
    let turen = Caller::new(&sim, "turen");
    let agents = sim.truth("turen", "agents");
    let active: Vec<&str> =
        agents.iter().filter(|row| row["status"] == "active").filter_map(|row| row["id"].as_str()).collect();
    let body = r#"{"status":"suspended","reason":"Under investigation"}"#;
    assert_eq!(turen.send("PUT", &format!("/registered-agents/{}/status", active[0]), body).status, 204);
    assert_eq!(turen.get(&format!("/registered-agents/{}", active[0])).json()["status"], "suspended");
    assert_eq!(turen.send("DELETE", &format!("/registered-agents/{}", active[1]), "").status, 204);
    assert_eq!(turen.get(&format!("/registered-agents/{}", active[1])).json()["status"], "deleted");
    assert_eq!(turen.send("DELETE", &format!("/registered-agents/{}?hard=true", active[1]), "").status, 204);
    assert_eq!(turen.get(&format!("/registered-agents/{}", active[1])).status, 404);
    let applied: Vec<String> = sim.applied().into_iter().map(|write| write.method).collect();
    assert_eq!(applied, ["PUT", "DELETE", "DELETE"]);
}

#[test]
fn a_key_that_only_reads_changes_nothing() {
    let sim = start(fixed());
    let endpoint = sim.endpoint("turen").expect("turen");
    let mut reader = Caller::stranger(&endpoint);
    reader.add("X-API-Key", endpoint.read_only_key.clone().expect("a key that reads"));
    let before = sim.truth("turen", "policy");
    assert_eq!(reader.get("/policy").status, 200);
    assert_eq!(reader.send("PUT", "/policy", r#"{"rules":{"min_scorecard":1}}"#).status, 403);
    assert_eq!(sim.truth("turen", "policy"), before);
    assert!(sim.applied().is_empty());
}

#[test]
fn a_changed_policy_has_a_new_version_and_only_the_rules_that_were_sent() {
    let sim = start(fixed());
    let turen = Caller::new(&sim, "turen");
    let answer = turen.send("PUT", "/policy", r#"{"rules":{"min_scorecard":4.5}}"#).json();
    assert_eq!(answer["version"], "v1.4.3");
    assert_eq!(turen.get("/policy").json()["rules"], serde_json::json!({"min_scorecard": 4.5}));
}

#[test]
fn filters_narrow_the_events() {
    let sim = start(fixed());
    let turen = Caller::new(&sim, "turen");
    let blocked = turen.get("/events?outcome=block&limit=100").json();
    let rows = blocked["events"].as_array().expect("rows");
    assert!(!rows.is_empty() && rows.iter().all(|row| row["outcome"] == "block"));
    assert!(rows.iter().all(|row| !row["payload"]["reasons"].as_array().is_none_or(Vec::is_empty)));
    let since = turen.get("/events?since=2026-02-17T00:00:00Z&limit=100").json();
    let recent = since["events"].as_array().expect("rows");
    assert!(!recent.is_empty() && recent.iter().all(|row| row["timestamp"].as_str() >= Some("2026-02-17T00:00:00Z")));
}

#[test]
fn a_cloned_machine_shares_the_client_of_the_first() {
    let sim = start(fixed());
    let agents = sim.truth("turen", "agents");
    let clone = agents.iter().find(|row| row["clone_detected"] == true).expect("a clone");
    let same: Vec<&Value> = agents.iter().filter(|row| row["client_id"] == clone["client_id"]).collect();
    assert_eq!(same.len(), 2);
    assert_eq!(clone["generation"], 2);
}

#[test]
fn content_has_as_many_messages_as_the_session_says() {
    let sim = start(fixed());
    let turen = Caller::new(&sim, "turen");
    for session in sim.truth("turen", "sessions").iter().take(5) {
        let content = turen.get(&format!("/sessions/{}/content", session["id"])).json();
        assert_eq!(content["messages"].as_array().map(Vec::len), session["message_count"].as_u64().map(|n| n as usize));
        assert_eq!(content["messages"][0]["content"], session["first_prompt"]);
    }
}

#[test]
fn a_client_is_counted_once_whatever_its_machines_are_called() {
    let sim = start(fixed());
    let clients = sim.truth("turen", "session-clients");
    let ids: std::collections::BTreeSet<&str> = clients.iter().filter_map(|row| row["client_id"].as_str()).collect();
    assert_eq!(ids.len(), clients.len());
    let counted: u64 = clients.iter().filter_map(|row| row["session_count"].as_u64()).sum();
    assert_eq!(counted, sim.truth("turen", "sessions").len() as u64);
}
