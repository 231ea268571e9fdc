//! Exo's world: projects with agents and workflows, their runs and conversations, and what went wrong.

use serde_json::{Value, json};

use super::place::{Place, text};
use super::table::Table;
use super::{transcript, words};
use crate::time::plain;

mod build;
mod runs;

pub(crate) use runs::{begin_run, begin_workflow_run, cancel_workflow_run, respond, workflow_run};

/// Every user's id on this server; objects of others are 404.
pub(crate) const USER: &str = "7d1f0a52-0c35-4b7e-8d0c-4f6f3f1f9a11";

const DAY: i64 = 86_400;

const ROLES: [(&str, &str); 9] = [
    ("Code reviewer", "Reviews diffs and names the three weakest points."),
    ("Incident scribe", "Keeps the timeline of an incident and drafts the report."),
    ("Dependency steward", "Watches advisories and proposes upgrades."),
    ("Test writer", "Writes the failing test first."),
    ("Query tuner", "Reads plans and proposes indexes."),
    ("Docs keeper", "Keeps guides and API pages true."),
    ("Release captain", "Collects what ships, asks for sign-off."),
    ("Log detective", "Searches logs for the first sign of trouble."),
    ("Data checker", "Checks daily loads against yesterday's."),
];

pub(crate) fn populate(place: &mut Place) {
    for name in ["projects", "agents", "workflows", "deployments", "runs", "workflow_runs", "alerts", "conversations"] {
        place.add_table(name, Table::newest_first("id", "created_at"));
    }
    place.add_table("approvals", Table::newest_first("id", "requested_at"));
    for name in ["tools", "knowledge_bases", "providers", "alert_rules"] {
        place.add_table(name, Table::in_order("id"));
    }
    build::tools(place);
    if place.scale == 0 {
        return;
    }
    build::surroundings(place);
    for n in 0..6 * place.scale {
        let age = (200 - n.cast_signed() % 60) * DAY + place.rng.between(0, DAY);
        place.in_the_past(age, |place| build::project(place, n));
    }
    for n in 0..18 * place.scale {
        let age = place.rng.between(3 * DAY, 120 * DAY);
        place.in_the_past(age, |place| build::agent(place, n));
    }
    for n in 0..8 * place.scale {
        let age = place.rng.between(5 * DAY, 100 * DAY);
        place.in_the_past(age, |place| build::workflow(place, n));
    }
    for n in 0..10 * place.scale {
        let age = place.rng.between(DAY, 60 * DAY);
        place.in_the_past(age, |place| build::deployment(place, n));
    }
    runs::populate(place);
    for n in 0..20 * place.scale {
        let age = place.spread(20 * DAY, n, 20 * place.scale) + 600;
        place.in_the_past(age, converse);
    }
    for n in 0..10 * place.scale {
        let age = place.spread(10 * DAY, n, 10 * place.scale);
        let id = place.in_the_past(age, alert);
        if n % 10 < 5 {
            place.update("alerts", &id, |row| row["acknowledged"] = true.into());
        }
    }
}

/// Someone talks with an agent.
pub(crate) fn converse(place: &mut Place) -> String {
    let agent = place.any_id("agents", |_| true).unwrap_or_default();
    let project = place.rng.pick(&words::PROJECTS);
    let (id, turns) = (place.rng.uuid(), place.rng.below(6) + 1);
    let messages = transcript::exo(&mut place.rng, project, turns);
    let title: String = messages.get(1).map(|(_, said, _)| said.chars().take(60).collect()).unwrap_or_default();
    let begun = place.now;
    let count = messages.len();
    for (n, (role, content, calls)) in messages.into_iter().enumerate() {
        let at = crate::time::after(begun, n as i64 * 21);
        let usage = (role == "assistant")
            .then(|| json!({"prompt_tokens": 900 + n * 210, "completion_tokens": 140 + n * 17}).to_string());
        let message = json!({
            "id": place.rng.uuid(), "conversation_id": id, "role": role, "content": content,
            "tool_calls_json": calls.map(|calls| calls.to_string()), "usage_json": usage, "created_at": plain(at),
        });
        place.children_mut("messages", &id).push(message);
    }
    let row = json!({
        "id": id, "user_id": USER, "agent_id": agent, "title": title, "message_count": count,
        "created_at": plain(begun), "updated_at": plain(crate::time::after(begun, count as i64 * 21)),
    });
    place.put("conversations", row);
    id
}

/// A rule fires.
pub(crate) fn alert(place: &mut Place) -> String {
    let rule = place.any_id("alert_rules", |_| true).and_then(|id| place.get("alert_rules", &id)).unwrap_or_default();
    let id = place.rng.uuid();
    let value = place.rng.between(2, 40);
    let message = match text(&rule, "type") {
        "cost" => format!("Cost today is {}.{value:02} USD, the limit is 40", 40 + value),
        "latency" => format!("Release captain took {} s, the limit is 120", 120 + value * 3),
        "approval_age" => format!("Release sign-off has waited for {} minutes", 30 + value),
        "provider_errors" => format!("anthropic answered 529 {value} times in 15 minutes"),
        _ => format!("{value} runs failed in the last hour"),
    };
    let row = json!({
        "id": id, "user_id": USER, "rule_id": rule["id"], "type": rule["type"],
        "severity": place.rng.pick(&["info", "warning", "warning", "critical"]),
        "message": message,
        "acknowledged": false, "created_at": plain(place.now),
    });
    place.put("alerts", row);
    id
}

/// One small thing happens.
pub(crate) fn step(place: &mut Place) {
    match place.rng.below(20) {
        0 | 1 => {
            begin_run(place);
        }
        2..=9 => runs::advance(place),
        10 => {
            begin_workflow_run(place);
        }
        11..=13 => runs::advance_workflow(place),
        14 if place.rng.chance(300) => {
            converse(place);
        }
        15 if place.rng.chance(300) => {
            alert(place);
        }
        16 if place.rng.chance(40) => {
            let n = place.rows("agents").len() as u64;
            build::agent(place, n);
        }
        _ => {}
    }
}

pub(crate) fn grow(place: &mut Place, collection: &str) -> Option<String> {
    let n = place.next_serial() + 100;
    Some(match collection {
        "projects" => build::project(place, n),
        "agents" => build::agent(place, n),
        "workflows" => build::workflow(place, n),
        "deployments" => build::deployment(place, n),
        "runs" => begin_run(place),
        "workflow_runs" => begin_workflow_run(place),
        "conversations" => converse(place),
        "alerts" => alert(place),
        "approvals" => {
            let run = begin_workflow_run(place);
            runs::ask_approval(place, &run)
        }
        _ => return None,
    })
}

/// What the runs of the last `seconds` cost.
pub(crate) fn costs(place: &Place, seconds: i64) -> Value {
    let since = plain(crate::time::before(place.now, seconds));
    let mut total = 0.0;
    let mut by_agent: std::collections::BTreeMap<&str, (f64, u64)> = std::collections::BTreeMap::new();
    for run in place.rows("runs").iter().filter(|run| text(run, "created_at") >= since.as_str()) {
        let cost = run["cost_usd"].as_f64().unwrap_or(0.0);
        total += cost;
        let entry = by_agent.entry(text(run, "agent_id")).or_default();
        *entry = (entry.0 + cost, entry.1 + 1);
    }
    let round = |cost: f64| (cost * 1e4).round() / 1e4;
    let by_agent: Vec<Value> = by_agent
        .into_iter()
        .map(|(agent, (cost, runs))| json!({"agent_id": agent, "cost_usd": round(cost), "runs": runs}))
        .collect();
    json!({"total_cost_usd": round(total), "currency": "USD", "by_agent": by_agent})
}
