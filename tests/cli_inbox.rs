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
