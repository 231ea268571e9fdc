//! Nouns that stand alone, and lists that say what a person calls things.

use quarterdeck_sim::{Fault, Matcher, Options, What};
use serde_json::Value;

use crate::fleet::Fleet;

fn fleet(endpoint: &str) -> Fleet {
    let fleet = Fleet::new(Options::default(), &[endpoint]);
    let said = fleet.qd(&["sync"]);
    assert!(matches!(said.code, 0 | 5), "{said:?}");
    fleet
}

fn text(row: &Value, name: &str) -> String {
    row[name].as_str().unwrap_or_else(|| panic!("{name}: {row}")).to_owned()
}

#[test]
fn a_noun_alone_lists() {
    let fleet = fleet("exo");
    let nouns = [
        "agents",
        "sessions",
        "runs",
        "deployments",
        "outbox",
        "audit",
        "incidents",
        "notes",
        "bookmarks",
        "connect",
        "platform",
        "themes",
    ];
    for noun in nouns {
        let (alone, list) = (fleet.qd(&[noun, "--json"]), fleet.qd(&[noun, "list", "--json"]));
        assert_eq!((alone.code, &alone.out), (0, &list.out), "{noun}: {alone:?}");
        assert!(alone.json()["schema"].as_str().is_some_and(|schema| schema.starts_with("qd.")), "{noun}: {alone:?}");
        assert_eq!(fleet.qd(&[noun]).code, 0, "{noun}");
    }
    let lacking = fleet.qd(&["index", "--json"]);
    assert_eq!((lacking.code, lacking.error()["kind"].as_str()), (2, Some("usage")), "it has no list: {lacking:?}");
    let unknown = fleet.qd(&["outbox", "lst"]);
    assert_eq!(unknown.code, 2, "a verb that is none is no list: {unknown:?}");
}

#[test]
fn a_write_that_waits_for_another_try_says_when_that_is() {
    let fleet = fleet("turen");
    let rows = fleet.sim.truth("turen", "agents");
    let agent = rows.iter().find(|row| row["status"] == "active").expect("an active agent");
    let failing = Matcher::endpoint("turen").writes();
    fleet.sim.script().add(Fault::always(failing, What::Status(503)));
    let said = fleet.qd(&["agents", "suspend", &text(agent, "id"), "--yes", "--json"]);
    let state = said.json()["items"][0]["state"].clone();
    let due = fleet.qd(&["outbox", "list", "--json"]).json()["items"][0]["due_at"].clone();
    assert!(due.as_str().is_some_and(|at| at.ends_with('Z')), "a script can tell when it goes on: {due}");
    let list = fleet.qd(&["outbox", "list"]);
    assert!(["retrying", "unknown"].map(Value::from).contains(&state), "{said:?}");
    // On a slow machine it is due by now.
    let mut told = ["in ", "with the next sync"]
        .into_iter()
        .flat_map(|when| ["try", "look"].map(|what| format!("next {what} {when}")));
    assert!(told.any(|told| list.out.contains(&told)), "{list:?}");
    fleet.sim.script().clear();
}

#[test]
fn an_agents_project_is_called_by_its_name_where_the_platform_lists_projects() {
    let fleet = fleet("exo");
    let projects = fleet.sim.truth("exo", "projects");
    let agents = fleet.sim.truth("exo", "agents");
    let said = fleet.qd(&["agents", "list", "-n", "0"]);
    for agent in &agents {
        let project = projects.iter().find(|project| project["id"] == agent["project_id"]).expect("its project");
        let line = said.out.lines().find(|line| line.contains(&text(agent, "id")));
        let line = line.unwrap_or_else(|| panic!("{agent}: {said:?}"));
        assert!(line.contains(&text(project, "name")) && !line.contains(&text(project, "id")), "{line}");
    }
    let json = fleet.qd(&["agents", "list", "-n", "0", "--json"]).json();
    let ids = json["items"].as_array().expect("items").iter().map(|item| item["project"].clone());
    let known: Vec<&Value> = projects.iter().map(|project| &project["id"]).collect();
    assert!(ids.into_iter().all(|id| known.contains(&&id)), "what scripts read stays an id");
}
