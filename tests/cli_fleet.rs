//! The fleet in numbers and the timelines of agents, as scripts meet them: over the simulated platforms.

use jiff::Timestamp;
use quarterdeck_sim::Options;
use serde_json::Value;

use crate::fleet::Fleet;

fn items(said: &crate::cli_harness::Said) -> Vec<Value> {
    assert_eq!(said.code, 0, "{said:?}");
    said.out.lines().map(|line| serde_json::from_str(line).expect("an item")).collect()
}

fn sum(items: &[Value], figure: &str) -> u64 {
    let meant = items.iter().filter(|item| item["figure"] == figure);
    meant.map(|item| item["count"].as_u64().expect("a count")).sum()
}

#[test]
fn the_fleet_in_numbers_is_what_the_lists_hold() {
    let fleet = Fleet::new(Options::default(), &["turen", "runagents"]);
    let synced = fleet.qd(&["sync"]);
    assert_eq!(synced.code, 0, "{synced:?}");
    let told = items(&fleet.qd(&["fleet", "--ndjson", "--days", "371"]));
    let agents: usize = ["turen", "runagents"].iter().map(|name| fleet.mirrored(name, "agents").len()).sum();
    assert_eq!(sum(&told, "agents_by_status"), agents as u64);
    let turen = fleet.mirrored("turen", "agents").len() as u64;
    assert_eq!((sum(&told, "agents_by_version"), sum(&told, "agents_by_system")), (turen, turen));
    assert_eq!(sum(&told, "runs_by_status"), fleet.mirrored("runagents", "runs").len() as u64);
    assert_eq!(sum(&told, "events_by_day"), fleet.mirrored("turen", "events").len() as u64);
    let listed: u64 = told
        .iter()
        .filter(|item| item["figure"] == "sessions_by_day")
        .map(|item| item["listed"].as_u64().expect("a count"))
        .sum();
    assert_eq!(listed, fleet.mirrored("turen", "sessions").len() as u64);
    // A day's number is that of the list behind it.
    let day = told.iter().find(|item| item["figure"] == "sessions_by_day" && item["listed"] != 0).expect("a day");
    let on = format!("on:{}", day["date"].as_str().expect("a date"));
    let list = items(&fleet.qd(&["sessions", "list", &on, "--limit", "0", "--ndjson"]));
    assert_eq!(list.len() as u64, day["listed"].as_u64().expect("a count"));
    let connections: Vec<&Value> = told.iter().filter(|item| item["figure"] == "connection").collect();
    assert_eq!(connections.len(), 2);
    assert!(connections.iter().all(|deck| deck["lists"] == deck["up_to_date"]), "{connections:?}");
    let plain = fleet.qd(&["fleet"]);
    assert!(plain.code == 0 && plain.out.contains("Agents by status"), "{plain:?}");
    let beyond = fleet.qd(&["fleet", "--days", "372"]);
    assert!(beyond.code == 2 && beyond.err.contains("371"), "more days than are counted are no answer: {beyond:?}");
}

#[test]
fn an_agents_timeline_is_in_order_and_holds_what_was_decided() {
    let fleet = Fleet::new(Options::default(), &["turen"]);
    let synced = fleet.qd(&["sync"]);
    assert_eq!(synced.code, 0, "{synced:?}");
    let sessions = items(&fleet.qd(&["sessions", "list", "--limit", "1", "--ndjson"]));
    let session = sessions[0]["id"].as_str().expect("an id");
    let agent = sessions[0]["agent"].as_str().expect("an agent");
    let of_agent = |kind: &str| {
        let query = format!("agent:\"{agent}\"");
        items(&fleet.qd(&[kind, "list", &query, "--limit", "0", "--ndjson"])).len()
    };
    let told = items(&fleet.qd(&["timeline", "agents", agent, "--limit", "100000", "--ndjson"]));
    let at = |item: &Value| item["at"].as_str().and_then(|at| at.parse::<Timestamp>().ok()).expect("a time");
    assert!(told.is_sorted_by_key(at), "{told:?}");
    let in_lane = |told: &[Value], lane: &str| told.iter().filter(|item| item["lane"] == lane).count();
    assert_eq!((in_lane(&told, "session"), in_lane(&told, "event")), (of_agent("sessions"), of_agent("events")));
    assert!(in_lane(&told, "policy") >= 1, "the policy was seen");
    // A session leads to its agent's timeline; what is decided about the agent stands in it, pending.
    let queued = fleet.qd(&["agents", "suspend", agent, "--reason", "odd traffic", "--queue"]);
    assert_eq!(queued.code, 6, "{queued:?}");
    let told = items(&fleet.qd(&["timeline", "sessions", session, "--limit", "5", "--ndjson"]));
    let last = told.last().expect("an item");
    assert_eq!((last["lane"].as_str(), &last["pending"][0]), (Some("write"), &Value::from("queued")));
    let few = items(&fleet.qd(&["timeline", "agents", agent, "--limit", "3", "--ndjson"]));
    assert_eq!(few.len(), 3);
    let machine = items(&fleet.qd(&["timeline", "sessions", session, "--machine", "--limit", "100000", "--ndjson"]));
    assert!(machine.len() > told.len() && machine.is_sorted_by_key(at), "all that ran there, not the last five");
    let nowhere = fleet.qd(&["timeline", "policies", "policy", "--machine"]);
    assert!(nowhere.code == 2, "{nowhere:?}");
    assert_eq!(fleet.qd(&["timeline", "agents", "nobody-has-this-id"]).code, 9);
    let policy = fleet.qd(&["timeline", "policies", "policy"]);
    assert!(policy.code == 2 && policy.err.contains("names no agent"), "{policy:?}");
}
