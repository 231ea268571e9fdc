//! Whoever follows a list to its end has what the server holds: every style of paging, every size of page.

use std::collections::BTreeSet;

use quarterdeck_sim::{Options, Sim};
use serde_json::Value;

use crate::client::{Caller, fixed, start};

fn id(row: &Value) -> String {
    row.get("id").or(row.get("name")).map(ToString::to_string).unwrap_or_default()
}

fn rows(page: &Value) -> Vec<Value> {
    let named = ["data", "agents", "sessions", "events", "runs"].iter().find_map(|name| page.get(name));
    named.unwrap_or(page).as_array().cloned().unwrap_or_default()
}

/// Follows a list as its replies tell: cursor, `has_more`, a total, or until a page is empty.
fn follow(caller: &Caller, path: &str) -> Vec<String> {
    let mark = if path.contains('?') { '&' } else { '?' };
    let (mut found, mut step) = (Vec::new(), format!("{mark}limit=100"));
    for _ in 0..2000 {
        let answer = caller.get(&format!("{path}{step}"));
        assert_eq!(answer.status, 200, "{path}{step}: {}", answer.text());
        let page = answer.json();
        let new = rows(&page);
        found.extend(new.iter().map(id));
        let pagination = &page["pagination"];
        let total = pagination.get("total").or(page.get("total")).and_then(Value::as_u64);
        let more = pagination["has_more"].as_bool().unwrap_or(total.is_none_or(|total| (found.len() as u64) < total));
        if !more || new.is_empty() {
            return found;
        }
        step = match pagination["next_cursor"].as_str() {
            Some(cursor) => format!("{mark}limit=100&cursor={cursor}"),
            None => format!("{mark}limit=100&offset={}", found.len()),
        };
    }
    panic!("{path} never ends");
}

fn check(sim: &Sim, endpoint: &str, path: &str, collection: &str) {
    let found = follow(&Caller::new(sim, endpoint), path);
    let expected: Vec<String> = sim.truth(endpoint, collection).iter().map(id).collect();
    assert!(!expected.is_empty(), "{endpoint} {collection} is empty");
    assert_eq!(found, expected, "{endpoint} {path}");
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len(), "{endpoint} {path} has doubles");
}

#[test]
fn every_list_leads_to_all_its_rows_with_pages_of_1_7_and_100() {
    for cap in [1, 7, 100] {
        let sim = start(Options { page_cap: Some(cap), ..fixed() });
        check(&sim, "turen", "/registered-agents", "agents");
        if cap > 1 {
            check(&sim, "turen", "/sessions?include_subagents=true", "sessions");
            check(&sim, "turen", "/events", "events");
            check(&sim, "exo", "/runs", "runs");
        }
        for list in ["projects", "agents", "workflows", "deployments", "alerts"] {
            check(&sim, "exo", &format!("/{list}"), list);
        }
        check(&sim, "exo", "/approvals/pending", "approvals");
        for list in ["agents", "tools", "knowledge-bases", "conversations", "providers"] {
            check(&sim, "exo-documented", &format!("/{list}"), list);
        }
    }
}

#[test]
fn whole_lists_come_at_once() {
    let sim = start(fixed());
    for (endpoint, path, collection) in [
        ("exo", "/conversations", "conversations"),
        ("exo", "/tools", "tools"),
        ("exo", "/alerts/rules", "alert-rules"),
        ("runagents", "/agents", "agents"),
        ("runagents", "/policies", "policies"),
        ("runagents", "/approval-connectors", "connectors"),
        ("runagents", "/builds", "builds"),
        ("runagents-v1alpha", "/governance/requests", "approvals"),
    ] {
        let found: Vec<String> = rows(&Caller::new(&sim, endpoint).get(path).json()).iter().map(id).collect();
        let expected: Vec<String> = sim.truth(endpoint, collection).iter().map(id).collect();
        assert_eq!(found, expected, "{endpoint} {path}");
        assert!(!found.is_empty());
    }
}

#[test]
fn a_cursor_survives_the_loss_of_its_row() {
    let sim = start(fixed());
    let exo = Caller::new(&sim, "exo");
    let page = exo.get("/agents?limit=5").json();
    let expected = sim.truth("exo", "agents")[5].clone();
    let last = page["data"][4]["id"].as_str().expect("an id");
    assert!(sim.remove("exo", "agents", last));
    sim.insert("exo", "agents", 2);
    let cursor = page["pagination"]["next_cursor"].as_str().expect("a cursor");
    assert_eq!(exo.get(&format!("/agents?limit=5&cursor={cursor}")).json()["data"][0], expected);
}
