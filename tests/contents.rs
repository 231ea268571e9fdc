//! Contents, from one end to the other: what the mirror holds afterwards is what the servers hold.

use std::collections::BTreeMap;

use quarterdeck_sim::{Fault, Matcher, Options, What};
use serde_json::Value;

use crate::fleet::Fleet;

/// Messages held of each record of a list, by its id.
fn held(fleet: &Fleet, connection: &str, collection: &str) -> BTreeMap<String, u64> {
    let asked = format!(
        "select id, messages from contents where connection = '{connection}' and collection = '{collection}' and not stale"
    );
    let said = fleet.qd(&["sql", &asked, "--json"]);
    assert_eq!(said.code, 0, "{said:?}");
    let rows = said.json()["items"].as_array().expect("rows").clone();
    let text = |row: &Value| row["id"].as_str().expect("an id").to_owned();
    rows.iter().map(|row| (text(row), row["messages"].as_u64().expect("a count"))).collect()
}

fn id(row: &Value) -> String {
    row["id"].as_str().map_or_else(|| row["id"].to_string(), str::to_owned)
}

/// Messages that the server has of each record, as it says itself.
fn served(fleet: &Fleet, connection: &str, collection: &str, count: impl Fn(&Value) -> u64) -> BTreeMap<String, u64> {
    fleet.sim.truth(connection, collection).iter().map(|row| (id(row), count(row))).collect()
}

fn sessions(fleet: &Fleet) -> BTreeMap<String, u64> {
    served(fleet, "turen", "sessions", |row| row["message_count"].as_u64().expect("a count"))
}

fn contents_asked(fleet: &Fleet) -> usize {
    fleet.sim.log().iter().filter(|asked| asked.path.ends_with("/content")).count()
}

#[test]
fn the_contents_of_every_platform_are_held_and_fetched_again_only_when_they_change() {
    let fleet = Fleet::new(Options::default(), &["turen", "exo", "runagents"]);
    let synced = fleet.qd(&["sync", "--content", "all", "--json"]);
    assert!(matches!(synced.code, 0 | 5), "{synced:?}");
    assert_eq!(held(&fleet, "turen", "sessions"), sessions(&fleet));
    let steps = |row: &Value| row["steps_json"].as_array().map_or(0, |steps| steps.len() as u64);
    assert_eq!(held(&fleet, "exo", "runs"), served(&fleet, "exo", "runs", steps));
    assert!(held(&fleet, "exo", "conversations").len() == fleet.sim.truth("exo", "conversations").len());
    assert!(!held(&fleet, "runagents", "runs").is_empty());

    fleet.sim.clear_log();
    fleet.qd(&["sync", "--content", "all"]);
    assert_eq!(contents_asked(&fleet), 0, "nothing new");
    fleet.sim.step(8);
    fleet.sim.clear_log();
    fleet.qd(&["sync", "--full", "--content", "all"]);
    assert_eq!(held(&fleet, "turen", "sessions"), {
        let mut all = sessions(&fleet);
        let kept = held(&fleet, "turen", "sessions");
        for (id, messages) in kept {
            all.entry(id).or_insert(messages);
        }
        all
    });
    let asked = contents_asked(&fleet);
    assert!(asked < sessions(&fleet).len() / 2, "only what changed is asked for: {asked}");
}

#[test]
fn contents_that_were_cut_off_by_a_kill_are_fetched_by_the_next_sync_and_no_other() {
    for nth in [1, 2, 17] {
        let fleet = Fleet::new(Options::default(), &["turen"]);
        let all = ["sync", "--content", "all"];
        fleet.killed_at(nth, Matcher::endpoint("turen").under("/sessions/"), &all);
        // What it had asked for at once with that is answered by now, and is not of the next sync.
        assert_eq!(fleet.qd(&["connect", "test", "turen"]).code, 0);
        let before = held(&fleet, "turen", "sessions").len();
        fleet.sim.clear_log();
        assert_eq!(fleet.qd(&all).code, 0);
        assert_eq!(held(&fleet, "turen", "sessions"), sessions(&fleet));
        assert_eq!(contents_asked(&fleet), sessions(&fleet).len() - before, "nothing that was kept is asked for again");
    }
}

#[test]
fn one_session_that_cannot_be_read_is_told_and_costs_no_other() {
    for what in [What::Status(500), What::Html(200), What::Truncated(40), What::Gigantic] {
        let fleet = Fleet::new(Options::default(), &["turen"]);
        let config = "max_reply = \"4MiB\"\ntries = 1\n";
        std::fs::write(fleet.home().join("config.toml"), config).expect("written");
        let broken = id(&fleet.sim.truth("turen", "sessions")[3]);
        let path = format!("/sessions/{broken}/content");
        fleet.sim.script().add(Fault::always(Matcher::endpoint("turen").path(&path), what.clone()));
        let synced = fleet.qd(&["sync", "--content", "all", "--json"]);
        assert_eq!(synced.code, 5, "{what:?}: {synced:?}");
        let content = synced.json()["items"][0]["content"].clone();
        assert_eq!(
            (content["failed"].as_u64(), content["waiting"].as_u64()),
            (Some(1), Some(1)),
            "{what:?}: {content}"
        );
        let mut all = sessions(&fleet);
        all.remove(&broken);
        assert_eq!(held(&fleet, "turen", "sessions"), all, "{what:?}");
        let status = fleet.qd(&["status", "--json"]).json();
        let problem = &status["items"][0]["problems"][0];
        assert_eq!(problem["id"].as_str(), Some(broken.as_str()), "{what:?}: {status}");
        assert_eq!(status["items"][0]["up_to_date"], false);
        fleet.sim.clear_log();
        let again = fleet.qd(&["sync", "--content", "all", "--json"]);
        assert_eq!(contents_asked(&fleet), 0, "it is left alone for a while");
        assert_eq!((again.code, again.json()["items"][0]["content"]["failing"].as_u64()), (5, Some(1)), "{again:?}");
        let told = fleet.qd(&["sync", "--content", "all"]);
        assert!(told.code == 5 && told.err.contains("1 failed before"), "{told:?}");
        fleet.sim.script().clear();
        assert_eq!(fleet.qd(&["sync", "--full", "--content", "all"]).code, 0);
        assert_eq!(held(&fleet, "turen", "sessions"), sessions(&fleet), "{what:?}: who asks for all gets all");
    }
}
