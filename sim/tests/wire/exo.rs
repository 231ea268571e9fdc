//! Exo as it is: the oddities an operator's client must live with.

use std::io::{Read, Write};

use serde_json::{Value, json};

use crate::client::{Caller, fixed, start};

#[test]
fn a_session_lasts_72_hours_and_signing_in_again_helps() {
    let sim = start(fixed());
    let mut exo = Caller::new(&sim, "exo");
    sim.advance(std::time::Duration::from_secs(72 * 3600 - 1));
    assert_eq!(exo.get("/agents").status, 200);
    sim.advance(std::time::Duration::from_secs(2));
    assert_eq!(exo.get("/agents").status, 401);
    let refused = exo.send("POST", "/projects", r#"{"name":"x"}"#);
    assert_eq!((refused.status, refused.json()), (403, json!({"detail": "Invalid session"})));
    exo.headers.clear();
    exo.sign_in(&sim.endpoint("exo").expect("exo"));
    assert_eq!(exo.send("POST", "/projects", r#"{"name":"x"}"#).status, 201);
}

#[test]
fn text_is_cleaned_of_what_looks_like_a_tag() {
    let sim = start(fixed());
    let exo = Caller::new(&sim, "exo");
    let id = sim.truth("exo", "agents")[0]["id"].as_str().expect("an id").to_owned();
    let body = json!({"system_prompt": "stop when a < b and c > d", "description": null}).to_string();
    let before = sim.truth("exo", "agents")[0]["description"].clone();
    let answer = exo.send("PUT", &format!("/agents/{id}"), &body).json();
    assert_eq!(answer["system_prompt"], "stop when a  d");
    assert_eq!(answer["description"], before, "null leaves a field alone");
}

#[test]
fn an_approval_is_answered_once() {
    let sim = start(fixed());
    let exo = Caller::new(&sim, "exo");
    let pending = sim.truth("exo", "approvals");
    let live = pending.iter().find(|row| {
        let runs = sim.truth("exo", "workflow_runs");
        runs.iter().any(|run| run["id"] == row["run_id"] && run["status"] == "awaiting_approval")
    });
    let approval = live.expect("an approval of a live run");
    let path = format!("/approvals/{}/respond", approval["id"].as_str().expect("an id"));
    assert_eq!(exo.send("POST", &path, r#"{"approved":true}"#).json()["status"], "approved");
    assert_eq!(exo.send("POST", &path, r#"{"approved":false}"#).status, 400);
    let run =
        sim.truth("exo", "workflow_runs").into_iter().find(|run| run["id"] == approval["run_id"]).expect("its run");
    assert_eq!(run["status"], "completed");
    assert_eq!(sim.truth("exo", "approvals").len(), pending.len() - 1);
}

#[test]
fn one_pending_approval_belongs_to_a_run_that_is_dead() {
    let sim = start(fixed());
    let runs = sim.truth("exo", "workflow_runs");
    let orphans = sim
        .truth("exo", "approvals")
        .into_iter()
        .filter(|approval| runs.iter().any(|run| run["id"] == approval["run_id"] && run["status"] == "failed"));
    assert_eq!(orphans.count(), 1);
}

#[test]
fn a_run_is_cancelled_once() {
    let sim = start(fixed());
    let exo = Caller::new(&sim, "exo");
    let runs = sim.truth("exo", "workflow_runs");
    let run = runs.iter().find(|run| run["status"] == "awaiting_approval").expect("a waiting run");
    let path = format!("/workflows/{}/runs/{}", run["workflow_id"].as_str().unwrap(), run["id"].as_str().unwrap());
    assert_eq!(exo.send("DELETE", &path, "").json()["status"], "cancelled");
    assert_eq!(exo.send("DELETE", &path, "").status, 422);
}

#[test]
fn paths_without_a_version_are_sent_elsewhere_whatever_the_method() {
    let sim = start(fixed());
    let exo = Caller::new(&sim, "exo");
    for method in ["GET", "POST"] {
        let answer = exo.raw(method, "/api/agents", "{}");
        assert_eq!((answer.status, answer.header("location")), (301, Some("/api/v1/agents")));
    }
    assert_eq!(exo.get("/agents/?limit=5").header("location"), Some("/api/v1/agents?limit=5"));
    assert_eq!(exo.raw("GET", "/api/health", "").json()["status"], "healthy");
}

#[test]
fn the_search_is_the_database_s_own() {
    let sim = start(fixed());
    let exo = Caller::new(&sim, "exo");
    assert!(!exo.get("/search?q=review").json()["agents"].as_array().is_none_or(Vec::is_empty));
    for broken in ["dry-run", "%22a%22", "a%20AND%20b"] {
        assert_eq!(exo.get(&format!("/search?q={broken}")).status, 500, "{broken}");
    }
}

#[test]
fn deployments_are_switched_by_patch_here_and_by_put_in_the_manual() {
    let sim = start(fixed());
    for (name, right, wrong) in [("exo", "PATCH", "PUT"), ("exo-documented", "PUT", "PATCH")] {
        let caller = Caller::new(&sim, name);
        let deployments = sim.truth(name, "deployments");
        let active = deployments.iter().find(|row| row["status"] == "active").expect("an active one");
        let path = format!("/deployments/{}", active["id"].as_str().expect("an id"));
        assert_eq!(caller.send(wrong, &path, r#"{"status":"inactive"}"#).status, 405);
        assert_eq!(caller.send(right, &path, r#"{"status":"inactive"}"#).json()["status"], "inactive");
    }
}

#[test]
fn a_connection_that_rests_is_closed() {
    let sim = start(fixed());
    let exo = Caller::new(&sim, "exo");
    let mut stream = exo.connect();
    let begun = std::time::Instant::now();
    stream.write_all(b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("closed in good order");
    assert!(bytes.starts_with(b"HTTP/1.1 200"));
    assert!(begun.elapsed().as_secs() >= 4, "after some seconds, not at once");
}

#[test]
fn every_agent_has_27_fields_and_texts_that_hold_json() {
    let sim = start(fixed());
    for agent in sim.truth("exo", "agents") {
        assert_eq!(agent.as_object().map(serde_json::Map::len), Some(27));
        let tools: Value = serde_json::from_str(agent["tools_json"].as_str().expect("a text")).expect("JSON inside");
        assert!(tools.is_array());
    }
}
