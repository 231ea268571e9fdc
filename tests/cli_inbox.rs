//! `qd inbox` against what the platforms have.

use quarterdeck_sim::Options;
use serde_json::Value;

use crate::fleet::{ENDPOINTS, Fleet};

fn items(fleet: &Fleet, more: &[&str]) -> Vec<Value> {
    let said = fleet.qd(&[&["inbox", "--json", "-n", "0"], more].concat());
    assert_eq!(said.code, 0, "{said:?}");
    let all: Value = serde_json::from_str(&said.out).expect("one object");
    assert_eq!(all["schema"], "qd.inbox/1");
    all["items"].as_array().expect("items").clone()
}

fn of<'a>(items: &'a [Value], cause: &str, connection: &str) -> Vec<&'a str> {
    let caused = |item: &&Value| {
        item["causes"].as_array().expect("causes").iter().any(|known| known == cause)
            && item["connection"] == connection
    };
    let mut ids: Vec<&str> = items.iter().filter(caused).map(|item| item["id"].as_str().expect("an id")).collect();
    ids.sort_unstable();
    ids
}

fn mirrored(fleet: &Fleet, connection: &str, collection: &str, wanted: impl Fn(&Value) -> bool) -> Vec<String> {
    let rows = fleet.mirrored(connection, collection).into_iter().filter(wanted);
    let mut ids: Vec<String> = rows
        .map(|row| match &row["id"] {
            Value::String(id) => id.clone(),
            id => id.to_string(),
        })
        .collect();
    ids.sort_unstable();
    ids
}

#[test]
fn everything_that_waits_on_the_platforms_is_in_the_inbox_the_gravest_first() {
    let fleet = Fleet::new(Options::default(), &ENDPOINTS);
    assert_eq!(fleet.qd(&["sync"]).code, 0);
    let all = items(&fleet, &[]);
    let rank = |item: &Value| ["high", "medium", "low"].iter().position(|risk| item["risk"] == *risk).expect("a risk");
    assert!(all.windows(2).all(|pair| rank(&pair[0]) <= rank(&pair[1])), "{all:#?}");
    assert!(all.iter().all(|item| item["why"].as_str().is_some_and(|why| !why.is_empty())));
    for connection in ["exo", "runagents"] {
        let pending = mirrored(&fleet, connection, "approvals", |row| {
            row["status"].as_str().is_some_and(|it| it.eq_ignore_ascii_case("pending"))
        });
        assert_eq!(of(&all, "approval", connection), pending, "{connection}");
    }
    // Of the step of a workflow nobody knows what it is about who is not told the workflow.
    let runs = fleet.mirrored("exo", "workflow-runs");
    let workflows = fleet.mirrored("exo", "workflows");
    for approval in fleet.mirrored("exo", "approvals") {
        let Some(run) = runs.iter().find(|run| run["id"] == approval["run_id"]) else { continue };
        let workflow = workflows.iter().find(|workflow| workflow["id"] == run["workflow_id"]).expect("its workflow");
        let item =
            all.iter().find(|item| item["id"].as_str() == approval["id"].as_str() && item["connection"] == "exo");
        assert_eq!(item.map(|item| &item["within"][0]), Some(&workflow["name"]), "{approval}");
    }
    let cloned = mirrored(&fleet, "turen", "agents", |row| row["clone_detected"] == true && row["status"] == "active");
    assert_eq!(of(&all, "clone", "turen"), cloned);
    let open = mirrored(&fleet, "exo", "alerts", |row| row["acknowledged"] == false);
    assert_eq!(of(&all, "alert", "exo"), open);
    assert!(!of(&all, "approval", "runagents").is_empty(), "the simulated platform has approvals that wait");
    let approval = all.iter().find(|item| item["cause"] == "approval" && item["connection"] == "runagents");
    let verbs: Vec<&Value> =
        approval.expect("one")["can"].as_array().expect("verbs").iter().map(|can| &can["verb"]).collect();
    assert!(verbs.starts_with(&[&Value::from("approve"), &Value::from("reject")]), "{verbs:?}");
}

#[test]
fn what_was_decided_leaves_the_inbox_before_it_is_sent() {
    let fleet = Fleet::new(Options::default(), &["runagents"]);
    assert_eq!(fleet.qd(&["sync"]).code, 0);
    let before = items(&fleet, &["--cause", "approval"]);
    let id = before.first().expect("an approval that waits")["id"].as_str().expect("an id").to_owned();
    assert_eq!(fleet.qd(&["approvals", "reject", &id, "--queue", "--yes"]).code, 6);
    let after = items(&fleet, &["--cause", "approval"]);
    assert_eq!(after.len(), before.len() - 1);
    assert!(after.iter().all(|item| item["id"] != id.as_str()));
}

#[test]
fn a_platform_that_went_away_is_in_the_inbox_and_everything_else_stays() {
    let fleet = Fleet::new(Options::default(), &["turen", "runagents"]);
    assert_eq!(fleet.qd(&["sync"]).code, 0);
    let before = items(&fleet, &["--cause", "approval"]);
    fleet.unplug();
    assert_ne!(fleet.qd(&["sync"]).code, 0);
    let trouble = items(&fleet, &["--cause", "connection"]);
    let names: Vec<&Value> = trouble.iter().map(|item| &item["connection"]).collect();
    assert!(names.contains(&&Value::from("turen")) && names.contains(&&Value::from("runagents")), "{trouble:#?}");
    assert_eq!(items(&fleet, &["--cause", "approval"]), before);
}

#[test]
fn the_inbox_is_a_table_for_people_and_says_when_nothing_is_in_it() {
    let fleet = Fleet::new(Options::default(), &["runagents"]);
    let said = fleet.qd(&["inbox"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("never read"), "a connection that was never synced wants that: {said:?}");
    assert_eq!(fleet.qd(&["sync"]).code, 0);
    let said = fleet.qd(&["inbox", "--cause", "approvals"]);
    assert!(said.out.contains("RISK") && said.out.contains("high"), "{said:?}");
    let said = fleet.qd(&["inbox", "--cause", "clone"]);
    assert!(said.err.contains("nothing wants you"), "{said:?}");
    assert_eq!(fleet.qd(&["inbox", "--cause", "boredom"]).code, 2);
}

/// The one item that a command tells of.
fn told(said: &crate::cli_harness::Said) -> Value {
    assert_eq!(said.code, 0, "{said:?}");
    let all: Value = serde_json::from_str(&said.out).expect("one object");
    assert_eq!((&all["schema"], all["items"].as_array().map(Vec::len)), (&Value::from("qd.inbox/1"), Some(1)));
    all["items"][0].clone()
}

#[test]
fn an_item_is_put_off_seen_and_brought_back_from_a_script() {
    let fleet = Fleet::new(Options::default(), &["runagents"]);
    assert_eq!(fleet.qd(&["sync"]).code, 0);
    let before = items(&fleet, &[]);
    let id = of(&before, "approval", "runagents").first().expect("an approval that waits").to_string();
    let has = |items: &[Value]| items.iter().any(|item| item["id"] == id.as_str());

    let item = told(&fleet.qd(&["inbox", "snooze", &id, "--for", "8h", "--json"]));
    assert_eq!(item["id"], id.as_str());
    assert!(item["snoozed_until"].is_string() && item["acknowledged_at"].is_null(), "{item}");
    assert!(!has(&items(&fleet, &[])) && has(&items(&fleet, &["--all"])));

    let item = told(&fleet.qd(&["inbox", "acknowledge", &format!("runagents/{id}"), "--json"]));
    assert!(item["acknowledged_at"].is_string() && item["snoozed_until"].is_null(), "{item}");
    let all = items(&fleet, &["--all"]);
    let kept = all.iter().find(|item| item["id"] == id.as_str()).expect("it is there");
    assert!(kept["acknowledged_at"].is_string(), "{kept}");

    // What was seen would hide it beyond the time that is named now.
    let item = told(&fleet.qd(&["inbox", "snooze", &id, "--until", "2099-01-01", "--json"]));
    assert!(item["snoozed_until"].as_str().expect("a time").starts_with("20"), "{item}");
    let all = items(&fleet, &["--all"]);
    let kept = all.iter().find(|item| item["id"] == id.as_str()).expect("it is there");
    assert_eq!((&kept["snoozed_until"], &kept["acknowledged_at"]), (&item["snoozed_until"], &Value::Null));

    let said = fleet.qd(&["inbox", "back", &id]);
    assert!(said.code == 0 && said.out.is_empty() && said.err.contains("back in the inbox"), "{said:?}");
    assert_eq!(items(&fleet, &[]), before, "as if nothing had been said");
    assert_eq!(fleet.qd(&["inbox", "back", &id]).code, 8, "there is nothing to take back");
}

#[test]
fn what_cannot_be_put_off_is_told() {
    let fleet = Fleet::new(Options::default(), &["runagents"]);
    // A connection that was never read is an item too, and goes by its name.
    let item = told(&fleet.qd(&["inbox", "snooze", "runagents", "--json"]));
    assert_eq!((&item["kind"], &item["connection"]), (&Value::from("connection"), &Value::from("runagents")));
    assert_eq!(fleet.qd(&["inbox", "back", "runagents"]).code, 0);
    assert_eq!(fleet.qd(&["sync"]).code, 0);
    assert_eq!(fleet.qd(&["inbox", "acknowledge", "nobody"]).code, 9);
    assert_eq!(fleet.qd(&["inbox", "acknowledge", ""]).code, 2);
    let all = items(&fleet, &[]);
    let id = all.iter().find_map(|item| item["id"].as_str()).expect("an item with an id").to_owned();
    for (until, why) in [("2001-01-01", "has passed"), ("3h", "--for 3h"), ("someday", "is not a time")] {
        let said = fleet.qd(&["inbox", "snooze", &id, "--until", until]);
        assert!(said.code == 2 && said.err.contains(why), "{until}: {said:?}");
    }
    assert_eq!(fleet.qd(&["inbox", "snooze", &id, "--for", "1h", "--until", "2099-01-01"]).code, 2);
}
