//! RunAgents' world: agents known by name, their runs with events, and requests that wait for a person.

use serde_json::{Value, json};

use super::place::{Place, text};
use super::table::Table;
use super::words;
use crate::time::iso;
use roles::{ROLES, Role};

mod catalog;
mod roles;
mod runs;

pub(crate) use runs::{
    begin_run, decide, expire, fail_run, finish_run, note, pause_for_approval, resume_run, seconds, set_action,
};

pub(crate) fn populate(place: &mut Place) {
    for name in ["agents", "agent_configs", "policies", "tools", "model_providers", "identity_providers", "connectors"]
    {
        place.add_table(name, Table::in_order("name"));
    }
    place.add_table("runs", Table::newest_first("id", "created_at"));
    place.add_table("approvals", Table::newest_first("id", "created_at"));
    place.add_table("builds", Table::newest_first("id", "created_at"));
    place.add_table("catalog", Table::in_order("id"));
    place.add_table("model_spend", Table::in_order("model"));
    if place.scale == 0 {
        return;
    }
    catalog::populate(place);
    for n in 0..14 * place.scale {
        deploy(place, n);
    }
    make_runs(place);
}

/// An agent is deployed: the `n`-th.
fn deploy(place: &mut Place, n: u64) -> String {
    let Role { name: role, duty, tools, .. } = &ROLES[usize::try_from(n).unwrap_or(0) % ROLES.len()];
    let round = n / ROLES.len() as u64;
    let name = if round == 0 { (*role).to_owned() } else { format!("{role}-{}", round + 1) };
    let (provider, model, ..) = *place.rng.pick(&words::MODELS);
    let person = place.rng.pick(&words::PEOPLE);
    let version = place.rng.between(3, 48);
    let (phase, message) = match n % 14 {
        8 => ("Failed", "ImagePullBackOff: registry.chandlery.example/agents/contract-reader:v9 not found"),
        12 => ("Pending", "waiting for a node with 2 CPUs"),
        _ => ("Running", ""),
    };
    let namespace = if place.rng.chance(300) { "staging" } else { "shop" };
    let agent = json!({
        "name": name,
        "namespace": namespace,
        "labels": {"team": person.team.to_lowercase(), "owner": person.user},
        "spec": {
            "image": format!("registry.chandlery.example/agents/{role}:v{version}"),
            "systemPrompt": format!("{duty} You act for Chandlery Supplies. Never promise a date you do not know."),
            "requiredTools": tools,
            "llmConfig": {"provider": provider, "model": model},
            "env": [
                {"name": "LOG_LEVEL", "value": "info"},
                // In the shape of a secret, and plainly none.
                {"name": "TOOL_API_TOKEN", "value": format!("FAKE-secret-not-real-{}", place.rng.hex(24))},
                {"name": "DATABASE_URL", "value": format!("postgres://agent:FAKE-password-{}@orders-db/shop", place.rng.hex(8))},
            ],
        },
        "status": {"phase": phase, "message": message},
    });
    place.put("agents", agent);
    place.put(
        "agent_configs",
        json!({
            "name": name,
            "system_prompt": duty,
            "identity_provider": "okta-main",
            "llm_configs": [{"provider": provider, "model": model, "role": "primary"}],
            "required_tools": tools,
            "policies": ["default-tools", if tools.contains(&"orders-db") { "orders-read-only" } else { "mail-guard" }],
        }),
    );
    name
}

fn make_runs(place: &mut Place) {
    let scale = place.scale;
    for n in 0..90 * scale {
        // The last ones are still at it, and nobody has let them wait for long.
        let waits = n % 90 >= 66;
        let age = match waits {
            true => place.rng.between(150, 3 * 3600),
            false => place.spread(10 * 86_400, n % 90 + n / 90, 66 + scale),
        };
        place.in_the_past(age, |place| {
            let id = begin_run(place);
            for _ in 0..place.rng.between(1, 4) {
                place.pause(2, 15);
                note(place, &id);
            }
            match (waits, n % 6) {
                (true, 0 | 1 | 4) => pause_for_approval(place, &id),
                (true, 2) => runs::pause_for_consent(place, &id),
                (true, _) => {}
                (false, 0..=2) => finish_run(place, &id),
                (false, 3) => {
                    pause_for_approval(place, &id);
                    if let Some(request) = runs::request_of(place, &id) {
                        let approve = place.rng.chance(700);
                        decide(place, &request, approve, "siobhan@chandlery.example", None);
                    }
                    if place.get("runs", &id).is_some_and(|run| run["status"] == "RUNNING") {
                        finish_run(place, &id);
                    }
                }
                (false, 4) => fail_run(place, &id, "tool orders-db answered 503 three times"),
                (false, _) => finish_run(place, &id),
            }
        });
    }
}

/// One small thing happens.
pub(crate) fn step(place: &mut Place) {
    let running = place.any_id("runs", |row| row["status"] == "RUNNING");
    // As many end as begin, or a demo left open overnight would drown in runs.
    let crowded = place.rows("runs").iter().filter(|row| row["status"] == "RUNNING").count() > 12;
    match (place.rng.below(20), running) {
        (0 | 1, Some(run)) if crowded => finish_run(place, &run),
        (0 | 1, _) => {
            begin_run(place);
        }
        (3..=10, Some(run)) => note(place, &run),
        (11, Some(run)) => pause_for_approval(place, &run),
        (12 | 13, Some(run)) => finish_run(place, &run),
        (14, Some(run)) if place.rng.chance(300) => fail_run(place, &run, "model call timed out after 120 s"),
        (15, _) => {
            // Colleagues answer the oldest request, and leave some for the operator.
            let pending = place.rows("approvals").iter().filter(|row| row["status"] == "PENDING");
            let pending: Vec<String> = pending.map(|row| text(row, "id").to_owned()).collect();
            if let Some(id) = pending.last().filter(|_| pending.len() > 10) {
                let approve = place.rng.chance(800);
                decide(place, id, approve, "lena@chandlery.example", None);
            }
        }
        (16, _) if place.rng.chance(40) => {
            let n = place.rows("agents").len() as u64;
            deploy(place, n);
        }
        _ => {}
    }
}

pub(crate) fn grow(place: &mut Place, collection: &str) -> Option<String> {
    match collection {
        "runs" => Some(begin_run(place)),
        "agents" => {
            let n = place.rows("agents").len() as u64 + place.next_serial();
            Some(deploy(place, n))
        }
        "approvals" => {
            let run = begin_run(place);
            pause_for_approval(place, &run);
            runs::request_of(place, &run)
        }
        "policies" => {
            let name = format!("team-rule-{}", place.next_serial());
            place.put("policies", catalog::policy(&name, vec![catalog::rule("allow", &["GET"], "orders-db/*")]));
            Some(name)
        }
        _ => None,
    }
}

/// Appends an event to a run's.
fn event(place: &mut Place, run: &str, kind: &str, actor: Option<&str>, data: Value) {
    let seq = place.children("run_events", run).len() as u64 + 1;
    let mut event = json!({
        "event_id": place.rng.uuid(),
        "run_id": run,
        "seq": seq,
        "type": kind,
        "data": data,
        "timestamp": iso(place.now),
    });
    if let Some(actor) = actor {
        event["actor"] = actor.into();
    }
    if let Some(hash) = event["data"].get("payload_hash").cloned() {
        event["payload_hash"] = hash;
    }
    place.children_mut("run_events", run).push(event);
}
