//! Looks and changes with the real manifests against the simulated platforms.

use std::collections::BTreeSet;

use quarterdeck_sim::{Endpoint, Fault, Matcher, Retry, Sim, What};
use serde_json::{Value, json};

use super::sim::{connect, patient, sim};
use super::*;
use crate::platform::FetchKind;
use crate::platform::manifest::Standing;
use crate::platform::write::{OtherCall, Reached, WriteCall};

fn call(method: &str, path: String, body: Value) -> WriteCall {
    WriteCall { method: method.into(), path, body: Some(body), key: "01J0KEY".into(), ..WriteCall::default() }
}

/// A record of the world whose field is so.
fn pick(sim: &Sim, endpoint: &str, collection: &str, field: &str, is: &Value) -> Value {
    let rows = sim.truth(endpoint, collection);
    let row = rows.into_iter().find(|row| row[field] == *is);
    row.unwrap_or_else(|| panic!("{endpoint} has none of {collection} with {field} {is}"))
}

fn id(row: &Value) -> String {
    row["id"].as_str().expect("an id").to_owned()
}

fn suspend(agent: &str) -> WriteCall {
    call("PUT", format!("/registered-agents/{agent}/status"), json!({"status": "suspended", "reason": "seen"}))
}

#[tokio::test]
async fn every_platform_carries_a_decision_out_once_and_shows_it() {
    let sim = sim().await;
    let put = || vec![("PUT".to_owned(), None)];
    for (name, collection, field, from, to, method, path, body, or) in [
        (
            "turen",
            "agents",
            "status",
            "active",
            "suspended",
            "PUT",
            "/registered-agents/{}/status",
            "suspended",
            vec![],
        ),
        (
            "runagents",
            "approvals",
            "status",
            "PENDING",
            "APPROVED",
            "POST",
            "/approvals/requests/{}/approve",
            "",
            vec![],
        ),
        ("runagents", "runs", "status", "RUNNING", "FAILED", "PATCH", "/runs/{}", "FAILED", vec![]),
        (
            "runagents-v1alpha",
            "approvals",
            "status",
            "PENDING",
            "REJECTED",
            "POST",
            "/governance/requests/{}/reject",
            "",
            vec![],
        ),
        ("exo", "deployments", "status", "active", "inactive", "PATCH", "/deployments/{}", "inactive", put()),
        (
            "exo-documented",
            "deployments",
            "status",
            "active",
            "inactive",
            "PATCH",
            "/deployments/{}",
            "inactive",
            put(),
        ),
    ] {
        let client = connect(&sim.endpoint(name).unwrap(), patient(), |_| {});
        let target = id(&pick(&sim, name, collection, field, &from.into()));
        let seen = client.look(collection, &target, None).await.unwrap().expect("it is there");
        assert_eq!((&seen.raw[field], seen.incoming.id.as_str()), (&from.into(), target.as_str()), "{name}");
        let body = if body.is_empty() { json!({"reason": "seen"}) } else { json!({"status": body}) };
        let path = path.replace("{}", &target);
        let or = or.into_iter().map(|(method, other): (_, Option<String>)| OtherCall {
            method,
            path: other.unwrap_or(path.clone()),
            body: Some(body.clone()),
        });
        let write = WriteCall { or: or.collect(), ..call(method, path.clone(), body.clone()) };
        let told = client.write(&write).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert!((200..300).contains(&told.status), "{name}");
        let seen = client.look(collection, &target, None).await.unwrap().expect("it is there");
        assert_eq!((&seen.raw[field], seen.incoming.columns.status.as_deref()), (&to.into(), Some(to)), "{name}");
        let applied: Vec<_> = sim.applied().into_iter().filter(|write| write.endpoint == name).collect();
        let of_this = applied.iter().filter(|write| write.id.as_deref() == Some(&target));
        assert_eq!(of_this.map(|write| write.key.as_deref()).collect::<Vec<_>>(), [Some("01J0KEY")], "{name}");
    }
}

#[tokio::test]
async fn an_approval_that_is_only_listed_while_it_waits_is_found_and_then_not_there() {
    let sim = sim().await;
    let client = connect(&sim.endpoint("exo").unwrap(), patient(), |_| {});
    let ids: Vec<String> = sim.truth("exo", "approvals").iter().map(id).collect();
    let last = ids.last().expect("one waits");
    let seen = client.look("approvals", last, None).await.unwrap().expect("it waits");
    assert_eq!(seen.incoming.columns.status.as_deref(), Some("pending"));
    let answer = call("POST", format!("/approvals/{last}/respond"), json!({"approved": true, "comment": "seen"}));
    assert_eq!(client.write(&answer).await.unwrap().body.expect("a record")["status"], "approved");
    assert_eq!(client.look("approvals", last, None).await.unwrap(), None);
    let refused = client.write(&answer).await.unwrap_err();
    assert_eq!((refused.error.status, refused.reached), (Some(400), Reached::No));
    assert!(refused.error.message.ends_with("Approval already resolved"), "{}", refused.error);
}

#[tokio::test]
async fn a_child_is_found_with_its_parent_and_without() {
    let sim = sim().await;
    let client = connect(&sim.endpoint("exo").unwrap(), patient(), |_| {});
    let run = pick(&sim, "exo", "workflow-runs", "status", &"awaiting_approval".into());
    let parent = run["workflow_id"].as_str().unwrap();
    let seen = client.look("workflow-runs", &id(&run), Some(parent)).await.unwrap().expect("it is there");
    assert_eq!(seen.raw, run);
    assert_eq!(sim.log().last().unwrap().path, format!("/workflows/{parent}/runs/{}", id(&run)));
    assert_eq!(client.look("workflow-runs", &id(&run), None).await.unwrap(), Some(seen));
}

#[tokio::test]
async fn what_only_a_list_shows_is_there() {
    let sim = sim().await;
    let exo = connect(&sim.endpoint("exo").unwrap(), patient(), |_| {});
    assert!(exo.look("tools", "builtin:shell", None).await.unwrap().is_some(), "404 by id, and listed");
    let alert = pick(&sim, "exo", "alerts", "acknowledged", &false.into());
    assert_eq!(exo.look("alerts", &id(&alert), None).await.unwrap().expect("it fired").raw, alert);
    let rule = sim.truth("exo", "alert-rules").remove(0);
    assert!(exo.look("alert-rules", &id(&rule), None).await.unwrap().is_some());
    let turen = connect(&sim.endpoint("turen").unwrap(), patient(), |_| {});
    let policy = turen.look("policy", "policy", None).await.unwrap().expect("there is one");
    assert_eq!(Some(&policy.raw), sim.truth("turen", "policy").first());
    let documented = connect(&sim.endpoint("exo-documented").unwrap(), patient(), |_| {});
    let rule = sim.truth("exo-documented", "alert-rules").remove(0);
    assert!(documented.look("alert-rules", &id(&rule), None).await.unwrap().is_some(), "under another path");
}

#[tokio::test]
async fn a_document_to_be_sent_back_is_whole_and_the_one_to_be_kept_is_not() {
    let sim = sim().await;
    let client = connect(&sim.endpoint("runagents").unwrap(), patient(), |_| {});
    let seen = client.look("agents", "refund-clerk", None).await.unwrap().expect("it is deployed");
    assert!(seen.raw.to_string().contains("FAKE-secret"), "{}", seen.raw);
    assert!(!seen.incoming.doc.contains("FAKE-secret"), "{}", seen.incoming.doc);
    let config = client.look_at("/agents/refund-clerk/config").await.unwrap().expect("it has one");
    assert!(config["policies"].is_array());
    assert_eq!(client.look_at("/agents/nobody/config").await.unwrap(), None);
}

#[tokio::test]
async fn a_whole_list_is_all_that_the_server_holds() {
    let sim = sim().await;
    for (name, collection) in
        [("runagents", "runs"), ("exo", "workflow-runs"), ("exo", "deployments"), ("turen", "agents")]
    {
        let client = connect(&sim.endpoint(name).unwrap(), patient(), |_| {});
        let rows = client.rows(collection, &Standing::new()).await.unwrap();
        let read: BTreeSet<_> = rows.iter().map(|seen| seen.incoming.id.clone()).collect();
        let held: BTreeSet<_> = sim.truth(name, collection).iter().map(id).collect();
        assert_eq!((read.len(), &read), (rows.len(), &held), "{name} {collection}");
    }
}

#[tokio::test]
async fn a_key_that_only_reads_changes_nothing() {
    let sim = sim().await;
    let endpoint = sim.endpoint("turen").unwrap();
    let reader = Endpoint { key: endpoint.read_only_key.clone(), ..endpoint };
    let client = connect(&reader, patient(), |_| {});
    let agent = id(&pick(&sim, "turen", "agents", "status", &"active".into()));
    let refused = client.write(&suspend(&agent)).await.unwrap_err();
    assert_eq!((refused.error.kind, refused.reached), (FetchKind::Forbidden, Reached::No));
    assert!(refused.error.message.contains("write permission"), "{}", refused.error);
    assert!(sim.applied().is_empty());
}

#[tokio::test]
async fn a_session_that_ends_under_a_change_is_renewed_and_the_change_made_once() {
    let sim = sim().await;
    let client = connect(&sim.endpoint("exo").unwrap(), patient(), |_| {});
    let target = id(&pick(&sim, "exo", "deployments", "status", &"active".into()));
    let write = |status: &str| call("PATCH", format!("/deployments/{target}"), json!({"status": status}));
    client.write(&write("inactive")).await.unwrap();
    sim.script().add(Fault::first(Matcher::endpoint("exo").writes(), 1, What::ExpireSession));
    client.write(&write("active")).await.unwrap();
    // And when it ends between the sign-in and the first token.
    let fresh = connect(&sim.endpoint("exo").unwrap(), patient(), |_| {});
    fresh.look("deployments", &target, None).await.unwrap();
    sim.change(|world| world.expire_sessions("exo"));
    fresh.write(&write("inactive")).await.unwrap();
    assert_eq!(sim.applied().len(), 3);
    assert_eq!(sim.log().iter().filter(|request| request.path == "/auth/login").count(), 4);
}

#[tokio::test]
async fn each_thing_that_goes_wrong_is_told_by_how_far_the_change_got() {
    use Reached::{Maybe, No};
    for (what, reached, applied) in [
        (What::Reset, Some(Maybe), 0),
        (What::Close, Some(Maybe), 0),
        (What::Hang, Some(Maybe), 0),
        (What::AppliedNoAnswer, Some(Maybe), 1),
        (What::AppliedReset, Some(Maybe), 1),
        (What::AppliedHang, Some(Maybe), 1),
        (What::AppliedStatus(500), Some(Maybe), 1),
        (What::AppliedStatus(502), Some(Maybe), 1),
        (What::AppliedStatus(504), Some(Maybe), 1),
        (What::Html(502), Some(Maybe), 0),
        (What::Html(200), Some(Maybe), 0),
        (What::Body(200, r#"{"error":"no"}"#.into()), Some(Maybe), 0),
        (What::Status(503), Some(Maybe), 0),
        (What::Status(409), Some(No), 0),
        (What::Status(422), Some(No), 0),
        (What::ExpireSession, Some(No), 0),
        (What::TooMany(Retry::Seconds(3600)), Some(No), 0),
        (What::TooMany(Retry::Date(3600)), Some(No), 0),
        (What::Truncated(5), None, 1),
        (What::CutChunked(5), None, 1),
        (What::SlowConfirm(2), None, 1),
    ] {
        let sim = sim().await;
        let brief = Duration::from_secs(1);
        let quick = ClientOptions { connect_timeout: brief, idle_timeout: brief, ..patient() };
        let options = if matches!(what, What::Hang | What::AppliedHang) { quick } else { patient() };
        let turen = sim.endpoint("turen").unwrap();
        // The first look waits until there is a world to look at.
        connect(&turen, patient(), |_| {}).look("policy", "policy", None).await.unwrap();
        let client = connect(&turen, options, |_| {});
        client.look("policy", "policy", None).await.unwrap();
        let fault = sim.script().add(Fault::always(Matcher::any().writes(), what.clone()));
        // What it answers has a body, so that there is something to cut.
        let write = call("PUT", "/policy".into(), json!({"rules": {"min_scorecard": 4}}));
        let came = client.write(&write).await;
        assert_eq!(came.as_ref().err().map(|not_told| not_told.reached), reached, "{what:?}: {came:?}");
        assert_eq!((sim.applied().len(), sim.script().hits(fault)), (applied, 1), "{what:?}: sent once");
        assert!(!format!("{came:?}").contains("sk_live_"), "{came:?}");
    }
}

#[tokio::test]
async fn a_refusal_without_a_time_is_sat_out() {
    let sim = sim().await;
    let client = connect(&sim.endpoint("runagents").unwrap(), patient(), |_| {});
    sim.script().add(Fault::first(Matcher::any().writes(), 2, What::TooMany(Retry::Nothing)));
    let run = id(&pick(&sim, "runagents", "runs", "status", &"RUNNING".into()));
    client.write(&call("PATCH", format!("/runs/{run}"), json!({"status": "FAILED"}))).await.unwrap();
    assert_eq!((sim.applied().len(), client.traffic().refused), (1, 2));
}

#[tokio::test]
async fn a_change_is_not_sent_to_where_the_server_would_rather_have_it() {
    let sim = sim().await;
    let client = connect(&sim.endpoint("exo").unwrap(), patient(), |_| {});
    let target = id(&pick(&sim, "exo", "deployments", "status", &"active".into()));
    for path in [format!("/deployments/{target}/"), format!("host:/api/deployments/{target}")] {
        let refused = client.write(&call("PATCH", path.clone(), json!({"status": "inactive"}))).await.unwrap_err();
        assert_eq!((refused.error.kind, refused.reached), (FetchKind::Redirected, Reached::No), "{path}");
        assert!(refused.error.message.contains(&format!("/api/v1/deployments/{target}")), "{}", refused.error);
    }
    assert!(sim.applied().is_empty());
}
