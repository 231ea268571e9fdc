//! Decisions: what they change, what refuses them, and what is heard of them.

use quarterdeck_sim::{Fault, Matcher, Quirk, Sim, What, When};
use serde_json::{Value, json};

use crate::client::{Caller, End, fixed, start};

fn row(sim: &Sim, endpoint: &str, collection: &str, status: &str) -> Value {
    let rows = sim.truth(endpoint, collection);
    rows.into_iter().find(|row| row["status"] == status).unwrap_or_else(|| panic!("no {status} of {collection}"))
}

fn id(row: &Value) -> &str {
    row["id"].as_str().expect("an id")
}

fn suspend(turen: &Caller, agent: &str) -> crate::client::Answer {
    turen.send("PUT", &format!("/registered-agents/{agent}/status"), r#"{"status":"suspended","reason":"seen"}"#)
}

#[test]
fn every_write_is_counted_for_what_it_changed() {
    let sim = start(fixed());
    let mut turen = Caller::new(&sim, "turen");
    turen.add("Idempotency-Key", "01J0KEY".to_owned());
    let agent = row(&sim, "turen", "agents", "active");
    suspend(&turen, id(&agent));
    turen.send("PUT", "/policy", r#"{"rules":{}}"#);
    let runagents = Caller::new(&sim, "runagents");
    let blocked = sim.truth("runagents", "approvals").into_iter().find(|row| row["status"] == "PENDING").expect("one");
    let run = blocked["run_id"].as_str().expect("a run");
    let action = blocked["action_id"].as_str().expect("an action");
    let action = format!("/runs/{run}/actions/{action}");
    let hash = runagents.get(&action).json()["payload_hash"].clone();
    runagents.send("POST", &format!("{action}/approve"), &json!({"payload_hash": hash}).to_string());
    runagents.send("POST", "/policies", r#"{"name":"new","spec":{}}"#);
    runagents.send("PUT", "/agents/refund-clerk/config", r#"{"policies":["new"]}"#);
    let exo = Caller::new(&sim, "exo");
    let made = exo.send("POST", "/alerts/rules", r#"{"name":"New rule","type":"cost"}"#).json();
    // Refused: not applied, and not counted.
    runagents.send("DELETE", "/policies/new", "");
    let applied: Vec<_> = sim.applied().into_iter().map(|write| (write.collection, write.id, write.key)).collect();
    let one = |collection: &str, id: &str, key: Option<&str>| {
        (Some(collection.to_owned()), Some(id.to_owned()), key.map(str::to_owned))
    };
    assert_eq!(
        applied,
        [
            one("agents", id(&agent), Some("01J0KEY")),
            one("policy", "policy", Some("01J0KEY")),
            one("approvals", id(&blocked), None),
            one("policies", "new", None),
            one("agent_configs", "refund-clerk", None),
            one("alert_rules", id(&made), None),
        ]
    );
}

#[test]
fn an_action_is_approved_once_and_only_as_it_was_seen() {
    let sim = start(fixed());
    for (name, list) in [("runagents", "/approvals/requests"), ("runagents-v1alpha", "/governance/requests")] {
        let caller = Caller::new(&sim, name);
        let request = row(&sim, name, "approvals", "PENDING");
        let path = format!(
            "/runs/{}/actions/{}",
            request["run_id"].as_str().expect("a run"),
            request["action_id"].as_str().expect("an action")
        );
        let hash = caller.get(&path).json()["payload_hash"].clone();
        let approve =
            |hash: &Value| caller.send("POST", &format!("{path}/approve"), &json!({"payload_hash": hash}).to_string());
        assert_eq!(approve(&"0000".into()).status, 409);
        assert_eq!(approve(&hash).status, 200);
        assert_eq!(approve(&hash).json()["error"], "action is not blocked");
        assert_eq!(caller.get(&format!("{list}/{}", id(&request))).json()["status"], "APPROVED");
    }
}

#[test]
fn a_colleague_who_decides_first_is_named_and_the_second_answer_refused() {
    let sim = start(fixed());
    let runagents = Caller::new(&sim, "runagents");
    let request = row(&sim, "runagents", "approvals", "PENDING");
    assert!(sim.change(|world| world.decide("runagents", id(&request), false, "siobhan@chandlery.example")));
    let path = format!("/approvals/requests/{}", id(&request));
    let refused = runagents.send("POST", &format!("{path}/approve"), "{}");
    assert_eq!((refused.status, refused.json()["error"].clone()), (409, "request is not pending: REJECTED".into()));
    assert_eq!(runagents.get(&path).json()["approver_id"], "siobhan@chandlery.example");
    let exo = Caller::new(&sim, "exo");
    let approval = row(&sim, "exo", "approvals", "pending");
    assert!(sim.change(|world| world.decide("exo", id(&approval), true, "somebody")));
    assert!(!sim.change(|world| world.decide("exo", id(&approval), true, "somebody")));
    let refused = exo.send("POST", &format!("/approvals/{}/respond", id(&approval)), r#"{"approved":false}"#);
    assert_eq!((refused.status, refused.json()["error"]["message"].clone()), (400, "Approval already resolved".into()));
    assert!(sim.applied().is_empty());
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let sim = start(fixed());
    let agent = row(&sim, "turen", "agents", "deleted");
    let request = row(&sim, "runagents", "approvals", "PENDING");
    let (turen, runagents, exo) =
        (Caller::new(&sim, "turen"), Caller::new(&sim, "runagents"), Caller::new(&sim, "exo"));
    let rule = sim.truth("exo", "alert-rules")[0].clone();
    let approve = format!("/approvals/requests/{}/approve", id(&request));
    let status = format!("/registered-agents/{}/status", id(&agent));
    for (caller, method, path, body, code) in [
        (&turen, "PUT", status.as_str(), r#"{"status":"active"}"#, 400),
        (&turen, "PUT", &status, r#"{"status":"paused"}"#, 400),
        (&turen, "PUT", "/registered-agents/nobody/status", r#"{"status":"active"}"#, 404),
        (&turen, "DELETE", &format!("/registered-agents/{}?hard=yes", id(&agent)), "", 400),
        (&turen, "PUT", "/policy", r#"{"rules":[]}"#, 400),
        (&turen, "POST", "/policy", r#"{"rules":{}}"#, 405),
        (&runagents, "POST", &approve, r#"{"scope":"always"}"#, 400),
        (&runagents, "POST", &approve, r#"{"duration":"soon"}"#, 400),
        (&runagents, "POST", &approve, r#"{"reason":7}"#, 400),
        (&runagents, "PUT", "/policies/mail-guard", r#"{"name":"other","spec":{}}"#, 400),
        (&runagents, "PUT", "/policies/nothing", r#"{"spec":{}}"#, 404),
        (&runagents, "PUT", "/agents/refund-clerk/config", r#"{"policies":["nothing"]}"#, 400),
        (&exo, "PATCH", &format!("/alerts/rules/{}", id(&rule)), r#"{"enabled":false}"#, 405),
        (&exo, "PUT", &format!("/alerts/rules/{}", id(&rule)), r#"{"enabled":"no"}"#, 422),
        (&exo, "PUT", "/alerts/nothing/acknowledge", "", 404),
        (&exo, "POST", "/alerts", r#"{"name":"x"}"#, 405),
    ] {
        let answer = caller.send(method, path, body);
        assert_eq!(answer.status, code, "{method} {path} {body}: {}", answer.text());
    }
    assert!(sim.applied().is_empty());
}

#[test]
fn alert_rules_are_made_and_switched_where_each_form_has_them() {
    let sim = start(fixed());
    for (name, list) in [("exo", "/alerts/rules"), ("exo-documented", "/alerts")] {
        let caller = Caller::new(&sim, name);
        let made = caller.send("POST", list, r#"{"name":"Too dear","type":"cost","threshold":12}"#);
        assert_eq!((made.status, made.json()["enabled"].clone()), (201, true.into()));
        let path = format!("{list}/{}", id(&made.json()));
        assert_eq!(caller.send("PUT", &path, r#"{"enabled":false}"#).json()["enabled"], false);
        let rules = sim.truth(name, "alert-rules");
        let rule = rules.iter().find(|row| row["id"] == made.json()["id"]).expect("it is listed");
        assert_eq!((&rule["enabled"], &rule["threshold"]), (&false.into(), &12.into()));
    }
}

#[test]
fn a_conversation_that_was_deleted_is_gone() {
    let sim = start(fixed());
    let exo = Caller::new(&sim, "exo");
    let conversation = sim.truth("exo", "conversations")[0].clone();
    let path = format!("/conversations/{}", id(&conversation));
    assert_eq!(exo.send("DELETE", &path, "").status, 200);
    assert_eq!(exo.get(&path).status, 404);
    assert_eq!(exo.send("DELETE", &path, "").status, 404);
}

#[test]
fn policies_are_taken_as_each_server_takes_them() {
    let sim = start(fixed());
    let turen = Caller::new(&sim, "turen");
    let before = turen.get("/policy").json();
    sim.quirk("turen", Quirk::PolicyMerges);
    let merged = turen.send("PUT", "/policy", r#"{"rules":{"min_scorecard":4.5}}"#).json();
    assert_eq!(merged["rules"]["min_scorecard"], 4.5);
    assert_eq!(merged["rules"]["typosquat_action"], before["rules"]["typosquat_action"]);
    assert_ne!(merged["version"], before["version"]);
    sim.quirk("turen", Quirk::PolicyAnswersNothing);
    assert_eq!(turen.send("PUT", "/policy", r#"{"rules":{"min_scorecard":5}}"#).status, 204);
    assert_eq!(turen.get("/policy").json()["rules"]["min_scorecard"], 5);

    let runagents = Caller::new(&sim, "runagents");
    let policy = runagents.get("/policies/mail-guard").json();
    assert!(policy["spec"]["approvals"][0]["delivery"].is_object());
    sim.quirk("runagents", Quirk::PolicyDropsTags);
    let sent = json!({"name": "mail-guard", "spec": policy["spec"]}).to_string();
    let kept = runagents.send("PUT", "/policies/mail-guard", &sent).json();
    assert!(
        kept["spec"]["policies"][0].get("tags").is_none() && kept["spec"]["approvals"][0].get("delivery").is_none()
    );
    assert_eq!(kept["spec"]["policies"][0]["permission"], policy["spec"]["policies"][0]["permission"]);
}

#[test]
fn what_is_applied_and_not_acknowledged_is_applied_all_the_same() {
    for (what, status, end) in [
        (What::AppliedNoAnswer, 0, End::Closed),
        (What::AppliedReset, 0, End::Reset),
        (What::AppliedStatus(500), 500, End::Whole),
        (What::AppliedStatus(504), 504, End::Whole),
    ] {
        let sim = start(fixed());
        let turen = Caller::new(&sim, "turen");
        sim.script().add(Fault::always(Matcher::any().writes(), what.clone()));
        let agent = row(&sim, "turen", "agents", "active");
        let answer = suspend(&turen, id(&agent));
        assert_eq!((answer.status, answer.end), (status, end), "{what:?}");
        assert_eq!(sim.applied().len(), 1, "{what:?}");
        assert_eq!(turen.get(&format!("/registered-agents/{}", id(&agent))).json()["status"], "suspended", "{what:?}");
    }
}

#[test]
fn lost_acknowledgements_do_not_keep_anyone_from_signing_in() {
    let sim = start(fixed());
    sim.script().add(Fault::always(Matcher::any().writes(), What::AppliedNoAnswer));
    let exo = Caller::new(&sim, "exo");
    let deployment = row(&sim, "exo", "deployments", "active");
    let path = format!("/deployments/{}", id(&deployment));
    assert_eq!(exo.send("PATCH", &path, r#"{"status":"inactive"}"#).status, 0);
    assert_eq!(exo.get(&path).json()["status"], "inactive");
}

#[test]
fn a_change_that_readers_see_late_hides_itself_and_nothing_else() {
    let sim = start(fixed());
    let turen = Caller::new(&sim, "turen");
    let agents = sim.truth("turen", "agents");
    let active: Vec<&str> = agents.iter().filter(|row| row["status"] == "active").map(id).collect();
    let status = |agent: &str| turen.get(&format!("/registered-agents/{agent}")).json()["status"].clone();
    sim.script().add(Fault { matcher: Matcher::any().writes(), when: When::First(1), what: What::SlowConfirm(2) });
    assert_eq!(suspend(&turen, active[0]).status, 204);
    assert_eq!(suspend(&turen, active[1]).status, 204);
    assert_eq!(status(active[1]), "suspended");
    assert_eq!(status(active[0]), "active");
    // The server itself knows, and a list is a read like any other.
    assert_eq!(sim.applied().len(), 2);
    let listed = turen.get("/registered-agents?limit=100").json();
    let in_list = listed["agents"].as_array().into_iter().flatten().find(|row| row["id"] == active[0]).expect("listed");
    assert_eq!(in_list["status"], "active");
    assert_eq!(status(active[0]), "suspended");

    sim.script().add(Fault::always(Matcher::any().writes(), What::SlowConfirm(1)));
    let version = turen.get("/policy").json()["version"].clone();
    turen.send("PUT", "/policy", r#"{"rules":{}}"#);
    assert_eq!(turen.get("/policy").json()["version"], version);
    assert_ne!(turen.get("/policy").json()["version"], version);
    let path = format!("/registered-agents/{}?hard=true", active[2]);
    assert_eq!(turen.send("DELETE", &path, "").status, 204);
    assert_eq!(status(active[2]), "active", "not seen to be gone yet");
    assert_eq!(turen.get(&format!("/registered-agents/{}", active[2])).status, 404);
    let before: Vec<Value> = agents.iter().map(|row| row["id"].clone()).filter(|id| id != active[2]).collect();
    let after: Vec<Value> = sim.truth("turen", "agents").iter().map(|row| row["id"].clone()).collect();
    assert_eq!(after, before, "the order is what it was");
    let runagents = Caller::new(&sim, "runagents");
    runagents.send("POST", "/policies", r#"{"name":"new","spec":{}}"#);
    assert_eq!(runagents.get("/policies/new").status, 404);
    assert_eq!(runagents.get("/policies/new").status, 200);
}
