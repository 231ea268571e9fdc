//! Deciding from the command line, against simulated platforms: what is kept, what is seen at once, what is sent, and what not.

use quarterdeck_sim::{Fault, Matcher, Options, What};
use quarterdeck_sync::text::is_hidden;
use serde_json::{Value, json};

use crate::cli_harness::Said;
use crate::fleet::Fleet;

/// A synced fleet.
fn synced(names: &[&str]) -> Fleet {
    let fleet = Fleet::new(Options::default(), names);
    let said = fleet.qd(&["sync"]);
    assert!(matches!(said.code, 0 | 5), "{said:?}");
    fleet
}

/// The ids of the server's rows for which `field` is `value`.
fn ids(fleet: &Fleet, connection: &str, collection: &str, field: &str, value: &Value) -> Vec<String> {
    let rows = fleet.sim.truth(connection, collection);
    let id = |row: &Value| row["id"].as_str().map_or_else(|| row["id"].to_string(), str::to_owned);
    let found: Vec<String> = rows.iter().filter(|row| row[field] == *value).map(id).collect();
    assert!(!found.is_empty(), "{connection} {collection}: none has {field} {value}");
    found
}

fn status(fleet: &Fleet, connection: &str, collection: &str, id: &str) -> String {
    let rows = fleet.sim.truth(connection, collection);
    let row = rows.iter().find(|row| row["id"] == id).expect("the server's row");
    row["status"].as_str().expect("a status").to_owned()
}

/// How many changes the server carried out under this path.
fn applied(fleet: &Fleet, under: &str) -> usize {
    fleet.sim.applied().iter().filter(|one| one.path.contains(under)).count()
}

fn items(said: &Said) -> Vec<Value> {
    said.json()["items"].as_array().expect("items").clone()
}

fn outbox(fleet: &Fleet) -> Vec<Value> {
    items(&fleet.qd(&["outbox", "list", "--all", "--json"]))
}

#[test]
fn a_decision_without_a_network_is_seen_at_once_and_carried_out_once() {
    let fleet = synced(&["turen"]);
    let agent = ids(&fleet, "turen", "agents", "status", &json!("active")).swap_remove(0);
    let plugged = fleet.unplug();
    let said = fleet.qd(&["agents", "suspend", &agent, "--reason", "odd traffic", "--json"]);
    assert_eq!(said.code, 6, "{said:?}");
    let kept = items(&said);
    assert_eq!((kept.len(), kept[0]["action"].as_str(), kept[0]["attempts"].as_u64()), (1, Some("suspend"), Some(0)));
    assert!(said.err.contains(&format!("kept {}: suspend turen/{agent}", kept[0]["id"].as_str().unwrap())), "{said:?}");

    let seen = fleet.qd(&["agents", "list", "status:suspended", "--limit", "0", "--json"]);
    let row = items(&seen).into_iter().find(|row| row["id"] == agent.as_str()).expect("suspended, as decided");
    assert_eq!((&row["pending"][0]["id"], &row["pending"][0]["action"]), (&kept[0]["id"], &json!("suspend")));
    assert_eq!(status(&fleet, "turen", "agents", &agent), "active");
    let again = fleet.qd(&["agents", "suspend", &agent, "--queue"]);
    assert_eq!((outbox(&fleet).len(), again.code), (1, 6), "what is decided already is not decided twice: {again:?}");

    fleet.plug(&plugged);
    let flushed = fleet.qd(&["outbox", "flush", "--wait", "--json"]);
    assert_eq!((flushed.code, items(&flushed)[0]["state"].as_str()), (0, Some("confirmed")), "{flushed:?}");
    assert_eq!(status(&fleet, "turen", "agents", &agent), "suspended");
    let told = fleet.qd(&["outbox", "flush"]);
    assert_eq!((told.code, told.err.as_str()), (0, "there was nothing to send\n"));
    assert_eq!(applied(&fleet, &agent), 1);
    let shown = fleet.qd(&["agents", "show", &agent, "--json"]).json();
    assert_eq!((shown["status"].as_str(), &shown["pending"]), (Some("suspended"), &json!([])));
    // What stands as it was asked for is no failure, and nothing is sent.
    let said = fleet.qd(&["agents", "suspend", &agent]);
    assert_eq!((said.code, applied(&fleet, &agent)), (0, 1), "{said:?}");
}

#[test]
fn a_write_in_json_has_its_schema() {
    let fleet = synced(&["turen"]);
    let agent = ids(&fleet, "turen", "agents", "status", &json!("active")).swap_remove(0);
    let said = fleet.qd(&["agents", "suspend", &agent, "--queue", "--reason", "why", "--json"]);
    assert_eq!(said.code, 6, "{said:?}");
    let answer = said.json();
    assert_eq!(answer["schema"], "qd.writes/1");
    let write = &answer["items"][0];
    let names: Vec<&str> = write.as_object().expect("an object").keys().map(String::as_str).collect();
    let expected = [
        "id",
        "connection",
        "collection",
        "kind",
        "action",
        "target",
        "args",
        "state",
        "reason",
        "base",
        "deadline",
        "due_at",
        "attempts",
        "created_at",
        "updated_at",
        "by",
        "verdict",
        "undoes",
    ];
    assert_eq!(names, expected);
    assert_eq!((write["kind"].as_str(), write["state"].as_str()), (Some("agent"), Some("queued")));
    assert_eq!((write["reason"].as_str(), write["target"].as_str()), (Some("why"), Some(agent.as_str())));
    assert_eq!(write["base"]["status"], "active", "the document as it was seen");
    assert!(write["due_at"].is_null(), "it goes with the next sync: {write}");
    assert_eq!(write["by"].as_object().expect("who").len(), 3);
    let shown = fleet.qd(&["outbox", "show", write["id"].as_str().expect("an id"), "--json"]).json();
    for (name, value) in write.as_object().expect("an object") {
        assert_eq!(&shown[name], value, "show gives the shape of a row: {name}");
    }
    assert_eq!(shown["diff"][0]["at"], "/status");
    assert_eq!(shown["turns"][0]["to"], "queued");
    let line = fleet.qd(&["outbox", "list", "--ndjson"]);
    assert_eq!(serde_json::from_str::<Value>(&line.out).expect("one line"), *write);
}

#[test]
fn an_approval_is_given_for_what_was_seen_and_nothing_else() {
    let fleet = synced(&["runagents"]);
    let approval = ids(&fleet, "runagents", "approvals", "status", &json!("PENDING")).swap_remove(0);
    let said = fleet.qd(&["approvals", "approve", &approval, "--if-hash", "0badc0de", "--json"]);
    assert_eq!((said.code, said.error()["kind"].as_str()), (8, Some("refused")), "{said:?}");
    assert_eq!((outbox(&fleet).len(), applied(&fleet, "approve")), (0, 0));
    for args in [["--scope", "always"].as_slice(), &["--duration", "soon"]] {
        let said = fleet.qd(&[&["approvals", "approve", &approval], args].concat());
        assert_eq!((said.code, outbox(&fleet).len()), (2, 0), "{args:?}: {said:?}");
    }
    let said = fleet.qd(&["approvals", "approve", &approval, "--scope", "run", "--reason", "seen", "--json"]);
    assert_eq!(said.code, 0, "{said:?}");
    let write = &items(&said)[0];
    assert_eq!((write["args"]["scope"].as_str(), write["state"].as_str()), (Some("run"), Some("confirmed")));
    assert!(write["deadline"].is_string(), "an approval is never sent late: {write}");
    assert_eq!(status(&fleet, "runagents", "approvals", &approval), "APPROVED");
    let back = fleet.qd(&["outbox", "undo", write["id"].as_str().expect("an id"), "--yes"]);
    assert_eq!(back.code, 8, "an approval cannot be unsent: {back:?}");
}

#[test]
fn somebody_who_decided_first_is_named_and_nothing_is_sent() {
    let fleet = synced(&["runagents"]);
    let approval = ids(&fleet, "runagents", "approvals", "status", &json!("PENDING")).swap_remove(0);
    let patch = json!({"status": "REJECTED", "approver_id": "ada@example.com"});
    assert!(fleet.sim.edit("runagents", "approvals", &approval, &patch, true));
    let said = fleet.qd(&["approvals", "approve", &approval]);
    assert_eq!(said.code, 7, "{said:?}");
    assert!(said.out.contains("conflicted") && said.out.contains("ada@example.com"), "{said:?}");
    assert!(said.err.contains("qd outbox show"), "{said:?}");
    assert_eq!(status(&fleet, "runagents", "approvals", &approval), "REJECTED");
    assert_eq!(applied(&fleet, "approve"), 0);
    let verdict = outbox(&fleet)[0]["verdict"].clone();
    assert_eq!(verdict["who"], "ada@example.com", "{verdict}");
    assert!(verdict["when"].is_string(), "{verdict}");
}

#[test]
fn a_key_that_may_not_is_told_in_the_servers_words() {
    let fleet = synced(&["turen"]);
    let key = fleet.sim.endpoint("turen").and_then(|one| one.read_only_key).expect("a key that only reads");
    std::fs::write(fleet.home().join("turen.secret"), key).expect("written");
    let agent = ids(&fleet, "turen", "agents", "status", &json!("active")).swap_remove(0);
    let said = fleet.qd(&["agents", "suspend", &agent, "--json"]);
    assert_eq!(said.code, 8, "{said:?}");
    let write = &items(&said)[0];
    assert_eq!((write["state"].as_str(), write["verdict"]["status"].as_u64()), (Some("wedged"), Some(403)), "{write}");
    assert!(said.err.contains("qd outbox retry"), "{said:?}");
    assert_eq!(fleet.qd(&["outbox", "list"]).out.lines().filter(|line| line.contains("wedged")).count(), 1);
}

#[test]
fn what_a_platform_lacks_is_an_answer_with_its_reason() {
    let fleet = synced(&["exo"]);
    let agent = fleet.qd(&["agents", "list", "-n", "1", "--json"]).json()["items"][0]["id"].clone();
    let said = fleet.qd(&["agents", "suspend", agent.as_str().expect("an id"), "--json"]);
    assert_eq!((said.code, said.error()["kind"].as_str()), (2, Some("capability")), "{said:?}");
    assert!(said.error()["hint"].as_str().expect("a hint").contains("contain"), "{said:?}");
    let said = fleet.qd(&["agents", "supsend", "x"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("did you mean `qd agents suspend`?") && said.err.contains("on Turen: "), "{said:?}");
    let said = fleet.qd(&["sessions", "suspend", "x", "--json"]);
    assert_eq!((said.code, said.error()["kind"].as_str()), (2, Some("usage")), "{said:?}");
    assert_eq!(outbox(&fleet).len(), 0);
}

#[test]
fn many_are_shown_counted_and_confirmed() {
    let fleet = synced(&["turen"]);
    let active = ids(&fleet, "turen", "agents", "status", &json!("active"));
    let first = &active[0];
    assert_eq!(fleet.qd(&["agents", "suspend", first]).code, 0);
    let bulk = ["agents", "suspend", "--where", "status:active OR status:suspended", "--reason", "all of them"];
    let said = fleet.qd(&bulk);
    assert_eq!((said.code, outbox(&fleet).len()), (2, 1), "{said:?}");
    assert!(said.err.contains("--yes") && said.err.contains(&format!("{} records", active.len() - 1)), "{said:?}");
    let said = fleet.qd(&[&bulk[..], &["--dry-run", "--json"]].concat());
    assert_eq!((said.code, items(&said).len(), outbox(&fleet).len()), (0, active.len() - 1, 1), "{said:?}");
    assert_eq!((&items(&said)[0]["id"], &items(&said)[0]["state"]), (&Value::Null, &Value::Null));
    let said = fleet.qd(&[&bulk[..], &["--yes", "--json"]].concat());
    assert_eq!((said.code, items(&said).len()), (0, active.len() - 1), "{said:?}");
    for agent in &active {
        assert_eq!(status(&fleet, "turen", "agents", agent), "suspended");
        assert_eq!(applied(&fleet, agent), 1);
    }
    let said = fleet.qd(&[&bulk[..], &["--yes"]].concat());
    assert_eq!(said.code, 0, "nothing is left to do, and that is no failure: {said:?}");
    assert!(said.err.contains("there is nothing to suspend"), "{said:?}");
}

#[test]
fn ids_come_from_stdin_and_one_that_is_wrong_stops_all() {
    let fleet = synced(&["turen"]);
    let active = ids(&fleet, "turen", "agents", "status", &json!("active"));
    let said = fleet.fed("nobody\n", &["agents", "suspend", "-", "--queue"]);
    assert_eq!(said.code, 9, "{said:?}");
    let text = format!("{}\n\n turen/{} \n{}\n", active[0], active[1], active[0]);
    let said = fleet.fed(&format!("{text}nobody\n"), &["agents", "suspend", "-", "--queue"]);
    assert_eq!((said.code, outbox(&fleet).len()), (9, 0), "all are found before anything is kept: {said:?}");
    let said = fleet.fed(&text, &["agents", "suspend", "-", "--queue", "--json"]);
    assert_eq!((said.code, items(&said).len()), (6, 2), "{said:?}");
}

#[test]
fn what_cannot_be_taken_back_is_never_done_unasked() {
    let fleet = synced(&["turen"]);
    let agent = ids(&fleet, "turen", "agents", "status", &json!("active")).swap_remove(0);
    let said = fleet.qd(&["agents", "delete", &agent, "--hard"]);
    assert_eq!((said.code, outbox(&fleet).len()), (2, 0), "{said:?}");
    assert!(said.err.contains("--yes"), "{said:?}");
    let said = fleet.qd(&["agents", "delete", &agent, "--hard", "--yes", "--json"]);
    assert_eq!((said.code, items(&said)[0]["args"]["hard"].clone()), (0, json!(true)), "{said:?}");
    assert_eq!(fleet.sim.applied().len(), 1);
}

#[test]
fn every_noun_has_the_verbs_of_its_manifest() {
    let fleet = synced(&["exo"]);
    let deployment = ids(&fleet, "exo", "deployments", "status", &json!("active")).swap_remove(0);
    let said = fleet.qd(&["deployments", "deactivate", &deployment, "--json", "--reason", "too loud"]);
    assert_eq!((said.code, items(&said)[0]["state"].as_str()), (0, Some("confirmed")), "{said:?}");
    assert_eq!(status(&fleet, "exo", "deployments", &deployment), "inactive");
    let alert = ids(&fleet, "exo", "alerts", "acknowledged", &json!(false)).swap_remove(0);
    let said = fleet.qd(&["alerts", "acknowledge", &alert]);
    assert_eq!(said.code, 0, "{said:?}");
    let help = fleet.qd(&["alerts", "acknowledge", "--help"]);
    assert_eq!(help.code, 0, "{help:?}");
    for word in ["--where", "--reason", "--queue", "--dry-run", "--json"] {
        assert!(help.out.contains(word), "{help:?}");
    }
    let said = fleet.qd(&["deployments", "acknowledge", &deployment]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("activate, deactivate"), "{said:?}");
}

#[test]
fn fields_are_changed_by_name_and_only_they() {
    let fleet = synced(&["exo"]);
    let row = fleet.sim.truth("exo", "agents").swap_remove(0);
    let id = row["id"].as_str().map_or_else(|| row["id"].to_string(), str::to_owned);
    let said = fleet.qd(&["agents", "update", &id]);
    assert_eq!((said.code, outbox(&fleet).len()), (2, 0), "{said:?}");
    let said = fleet.qd(&["agents", "update", &id, "--set", "name=renamed by hand", "--json"]);
    assert_eq!((said.code, items(&said)[0]["state"].as_str()), (0, Some("confirmed")), "{said:?}");
    let sent = fleet.sim.applied().last().expect("one change").body.clone();
    assert_eq!(sent, json!({"name": "renamed by hand"}), "only what was changed is sent");
    let shown = fleet.qd(&["outbox", "show", items(&said)[0]["id"].as_str().expect("an id")]);
    assert!(shown.out.contains("/name: ") && shown.out.contains("-> \"renamed by hand\""), "{shown:?}");
}

#[test]
fn what_an_agent_wrote_cannot_act_on_the_terminal_or_ask_a_question() {
    let fleet = Fleet::new(Options { hostile: true, ..Options::default() }, &["turen", "runagents"]);
    let synced = fleet.qd(&["sync"]);
    assert!(matches!(synced.code, 0 | 5), "{synced:?}");
    let agent = ids(&fleet, "turen", "agents", "status", &json!("active")).swap_remove(0);
    let approval = ids(&fleet, "runagents", "approvals", "status", &json!("PENDING")).swap_remove(0);
    let mut said = vec![
        fleet.qd(&["agents", "suspend", &agent, "--dry-run"]),
        fleet.qd(&["agents", "suspend", &agent]),
        fleet.qd(&["approvals", "reject", &approval, "--queue", "--json"]),
    ];
    for args in
        [["outbox", "list", "--all"].as_slice(), &["audit", "list"], &["audit", "export"], &["audit", "list", "--json"]]
    {
        said.push(fleet.qd(args));
    }
    for write in outbox(&fleet) {
        said.push(fleet.qd(&["outbox", "show", write["id"].as_str().expect("an id")]));
        said.push(fleet.qd(&["outbox", "show", write["id"].as_str().expect("an id"), "--json"]));
    }
    for said in said {
        let hidden = |text: &str| text.chars().any(|c| c != '\n' && is_hidden(c));
        assert!(!hidden(&said.out) && !hidden(&said.err), "{said:?}");
    }
}

#[test]
fn a_paused_connection_goes_on_when_it_was_tried_and_what_waits_for_it_is_told() {
    let fleet = synced(&["turen"]);
    let agent = ids(&fleet, "turen", "agents", "status", &json!("active")).swap_remove(0);
    let kept = items(&fleet.qd(&["agents", "suspend", &agent, "--queue", "--yes", "--json"])).swap_remove(0);
    fleet.sim.script().add(Fault::always(Matcher::endpoint("turen"), What::Status(401)));
    let refused = fleet.qd(&["outbox", "flush", "--wait", "--json"]);
    assert_eq!(
        (refused.code, items(&refused)[0]["state"].as_str()),
        (3, Some("queued")),
        "no network is 6: {refused:?}"
    );
    fleet.sim.script().clear();

    let held = fleet.qd(&["connect", "test", "turen", "--hold", "--json"]);
    let item = &held.json()["item"];
    assert_eq!((held.code, &item["resumed"], &item["waiting"][0]["id"]), (0, &json!(false), &kept["id"]), "{held:?}");
    let flushed = fleet.qd(&["outbox", "flush", "--json"]);
    assert_eq!((flushed.code, applied(&fleet, &agent)), (3, 0), "it is still held: {flushed:?}");

    let told = fleet.qd(&["connect", "test", "turen"]);
    assert!(told.out.contains("it was paused; 1 decision goes out with the next sync"), "{told:?}");
    assert!(told.out.contains(&format!("{}  suspend {agent}", kept["id"].as_str().unwrap())), "{told:?}");
    fleet.qd(&["outbox", "flush", "--wait"]);
    assert_eq!((applied(&fleet, &agent), status(&fleet, "turen", "agents", &agent).as_str()), (1, "suspended"));
}
