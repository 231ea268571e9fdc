//! Containing an agent, on every platform: what goes on of it afterwards, and what can be taken back.

use quarterdeck_sim::Options;
use serde_json::Value;

use crate::cli_harness::Said;
use crate::fleet::Fleet;

fn fleet(endpoint: &str) -> Fleet {
    Fleet::new(Options::default(), &[endpoint])
}

fn sync(fleet: &Fleet) {
    let said = fleet.qd(&["sync"]);
    assert!(matches!(said.code, 0 | 5), "{said:?}");
}

fn done(said: &Said) -> Value {
    assert_eq!(said.code, 0, "{said:?}");
    let write = said.json()["items"][0].clone();
    assert_eq!(write["state"], "confirmed", "{said:?}");
    write
}

fn status(fleet: &Fleet, collection: &str, id: &str) -> String {
    let rows = fleet.sim.truth("exo", collection);
    let row = rows.into_iter().find(|row| row["id"] == id).expect("a row");
    row["status"].as_str().expect("a status").to_owned()
}

/// An Exo with an agent that is deployed, and works in a workflow that runs; and a run of a workflow it has no part in.
fn exo() -> (Fleet, String) {
    let fleet = fleet("exo");
    let workflows = fleet.sim.truth("exo", "workflows");
    let agent_of = |workflow: &Value| -> String {
        let canvas: Value = serde_json::from_str(workflow["canvas_json"].as_str().expect("a canvas")).expect("JSON");
        canvas["nodes"][1]["agent_id"].as_str().expect("an agent").to_owned()
    };
    let agent = agent_of(&workflows[0]);
    let other = workflows.iter().find(|workflow| agent_of(workflow) != agent).expect("a workflow without it");
    let run = fleet.sim.truth("exo", "workflow_runs").swap_remove(0);
    for (id, workflow) in [("its-run", &workflows[0]), ("other-run", other)] {
        let mut run = run.clone();
        (run["id"], run["status"], run["workflow_id"]) = (id.into(), "running".into(), workflow["id"].clone());
        assert!(fleet.sim.put("exo", "workflow_runs", run));
    }
    let deployment = fleet.sim.truth("exo", "deployments").swap_remove(0);
    for (id, status) in [("its-live", "active"), ("its-idle", "inactive")] {
        let mut deployment = deployment.clone();
        (deployment["id"], deployment["status"]) = (id.into(), status.into());
        (deployment["entity_type"], deployment["entity_id"]) = ("agent".into(), agent.clone().into());
        assert!(fleet.sim.put("exo", "deployments", deployment));
    }
    sync(&fleet);
    (fleet, agent)
}

#[test]
fn on_exo_nothing_is_deployed_of_a_contained_agent_and_no_run_it_works_in_goes_on() {
    let (fleet, agent) = exo();
    let said = fleet.qd(&["agents", "contain", &agent, "--yes", "--json"]);
    let write = done(&said);
    assert!(said.err.contains("cancelled runs stay cancelled"), "what cannot be taken back is told: {said:?}");
    let told = write["verdict"]["message"].as_str().expect("words");
    assert!(told.contains("its-live") && told.contains("its-run") && !told.contains("other-run"), "{told}");
    assert_eq!(status(&fleet, "deployments", "its-live"), "inactive");
    assert_eq!(status(&fleet, "workflow_runs", "its-run"), "cancelled");
    assert_eq!(status(&fleet, "workflow_runs", "other-run"), "running");

    // The way back: what was active is again, what was not is not, and what was cancelled stays so.
    let back = fleet.qd(&["outbox", "undo", write["id"].as_str().expect("an id"), "--yes", "--json"]);
    assert_eq!(done(&back)["action"], "release");
    assert_eq!(status(&fleet, "deployments", "its-live"), "active");
    assert_eq!(status(&fleet, "deployments", "its-idle"), "inactive");
    assert_eq!(status(&fleet, "workflow_runs", "its-run"), "cancelled");
    let again = fleet.qd(&["agents", "release", &agent]);
    assert_eq!(again.code, 0, "what is released already is no failure: {again:?}");
}

#[test]
fn on_an_exo_without_workflow_runs_the_deployments_are_all_there_is_to_stop() {
    let fleet = fleet("exo-documented");
    sync(&fleet);
    let deployments = fleet.sim.truth("exo-documented", "deployments");
    let its = |row: &&Value| row["entity_type"] == "agent" && row["status"] == "active";
    let agent = deployments.iter().find(its).expect("a deployed agent")["entity_id"].clone();
    done(&fleet.qd(&["agents", "contain", agent.as_str().expect("an id"), "--yes", "--json"]));
    let live = |row: &Value| row["entity_id"] == agent && row["status"] == "active";
    assert!(!fleet.sim.truth("exo-documented", "deployments").iter().any(live));
}

#[test]
fn on_runagents_a_contained_agent_has_no_live_run_and_is_denied_everything_until_it_is_released() {
    for endpoint in ["runagents", "runagents-v1alpha"] {
        let fleet = fleet(endpoint);
        sync(&fleet);
        let live = |row: &Value| !matches!(row["status"].as_str(), Some("COMPLETED" | "FAILED"));
        let runs = fleet.sim.truth(endpoint, "runs");
        let agent = runs.iter().find(|run| live(run)).expect("a live run")["agent_id"].clone();
        let name = agent.as_str().expect("an id");
        let write = done(&fleet.qd(&["agents", "contain", name, "--yes", "--json"]));
        let left = fleet.sim.truth(endpoint, "runs").into_iter().filter(|run| run["agent_id"] == agent && live(run));
        assert_eq!(left.count(), 0, "{endpoint}");
        let policies = fleet.sim.truth(endpoint, "policies");
        assert!(policies.iter().any(|policy| policy["name"] == "quarterdeck-deny-all"), "{endpoint}");
        let back = fleet.qd(&["outbox", "undo", write["id"].as_str().expect("an id"), "--yes", "--json"]);
        assert_eq!(done(&back)["action"], "release", "{endpoint}");
        let bound = fleet.sim.applied().last().expect("a change").body.clone();
        assert!(!bound.to_string().contains("quarterdeck-deny-all"), "{endpoint}: {bound}");
    }
}

#[test]
fn on_turen_it_is_told_that_the_machine_notices_late() {
    let fleet = fleet("turen");
    sync(&fleet);
    let rows = fleet.sim.truth("turen", "agents");
    let agent = rows.iter().find(|row| row["status"] == "active").expect("an active agent")["id"].clone();
    let id = agent.as_str().expect("an id");
    for (verb, yes) in [("contain", true), ("release", false), ("suspend", false), ("resume", false)] {
        let said = fleet.qd(&[&["agents", verb, id, "--json"][..], if yes { &["--yes"] } else { &[] }].concat());
        done(&said);
        assert!(said.err.contains("within 15 minutes"), "{verb}: {said:?}");
    }
    assert_eq!(fleet.sim.truth("turen", "agents").iter().find(|row| row["id"] == agent).unwrap()["status"], "active");
}
