//! Runs of agents and of workflows, and the approvals workflows wait for.

use serde_json::{Value, json};

use super::{DAY, USER};
use crate::time::{after, before, parse, plain};
use crate::world::place::{Place, text};
use crate::world::words;

/// An agent starts to work.
pub(crate) fn begin_run(place: &mut Place) -> String {
    let agent = place.any_id("agents", |_| true).unwrap_or_default();
    let project = place.rng.pick(&words::PROJECTS);
    let id = place.rng.uuid();
    let row = json!({
        "id": id, "user_id": USER, "agent_id": agent, "workflow_id": Value::Null, "status": "running",
        "trigger": place.rng.pick(&["manual", "schedule", "api"]),
        "input_json": json!({"message": place.rng.pick(project.prompts)}).to_string(),
        "output_json": Value::Null, "error": Value::Null, "steps_json": [],
        "tokens_input": 0, "tokens_output": 0, "cost_usd": 0.0, "duration_ms": Value::Null,
        "started_at": plain(place.now), "completed_at": Value::Null,
        "created_at": plain(place.now), "updated_at": plain(place.now),
    });
    place.put("runs", row);
    id
}

/// One step of the trace.
fn step(place: &mut Place, n: usize) -> Value {
    let (command, output) = *place.rng.pick(&words::COMMANDS);
    let (.., input_price, output_price) = *place.rng.pick(&words::MODELS);
    let (sent, received) = (place.rng.between(400, 6000), place.rng.between(60, 900));
    let cost = (sent as f64 * input_price + received as f64 * output_price) / 1e6;
    let (kind, name) = if n.is_multiple_of(2) { ("llm", "complete") } else { ("tool", "builtin:shell") };
    json!({
        "index": n, "type": kind, "name": name,
        "input": {"command": command}, "output": output, "error": Value::Null,
        "tokens_input": sent, "tokens_output": received, "cost_usd": (cost * 1e6).round() / 1e6,
        "duration_ms": place.rng.between(80, 14_000), "started_at": plain(place.now),
    })
}

fn add_step(place: &mut Place, run: &str) {
    let n = place.get("runs", run).and_then(|row| row["steps_json"].as_array().map(Vec::len)).unwrap_or(0);
    let (step, now) = (step(place, n), plain(place.now));
    place.update("runs", run, |row| {
        for field in ["tokens_input", "tokens_output"] {
            row[field] = (row[field].as_i64().unwrap_or(0) + step[field].as_i64().unwrap_or(0)).into();
        }
        let cost = row["cost_usd"].as_f64().unwrap_or(0.0) + step["cost_usd"].as_f64().unwrap_or(0.0);
        row["cost_usd"] = ((cost * 1e6).round() / 1e6).into();
        row["updated_at"] = now.into();
        if let Some(steps) = row["steps_json"].as_array_mut() {
            steps.push(step);
        }
    });
}

fn end(place: &mut Place, run: &str, status: &str, lasted: i64) {
    let ended = after(place.now, lasted);
    let answer = *place.rng.pick(&words::ANSWERS);
    place.update("runs", run, |row| {
        row["status"] = status.into();
        let begun = parse(text(row, "created_at")).unwrap_or(ended);
        row["duration_ms"] = ((ended.as_second() - begun.as_second()) * 1000 + 412).into();
        row["completed_at"] = plain(ended).into();
        row["updated_at"] = plain(ended).into();
        match status {
            "completed" => row["output_json"] = json!({"message": answer}).to_string().into(),
            "failed" => row["error"] = "provider anthropic: 529 overloaded, gave up after 4 attempts".into(),
            _ => {}
        }
    });
}

/// The latest run goes on, or ends.
pub(super) fn advance(place: &mut Place) {
    let Some(run) = place.any_id("runs", |row| row["status"] == "running") else { return };
    if place.rng.chance(680) {
        add_step(place, &run);
    } else {
        let status = if place.rng.chance(850) { "completed" } else { "failed" };
        end(place, &run, status, 0);
    }
}

pub(super) fn populate(place: &mut Place) {
    let scale = place.scale;
    for n in 0..120 * scale {
        let age = place.spread(28 * DAY, n, 120 * scale);
        place.in_the_past(age, |place| {
            let run = begin_run(place);
            for _ in 0..place.rng.below(5) {
                place.pause(2, 12);
                add_step(place, &run);
            }
            let lasted = place.rng.between(8, 25);
            match n % 12 {
                0..=7 => end(place, &run, "completed", lasted),
                8 | 9 => end(place, &run, "failed", lasted),
                10 => end(place, &run, "cancelled", lasted),
                _ if n + 14 < 120 * scale => end(place, &run, "completed", lasted),
                _ => {}
            }
        });
    }
    for n in 0..22 * scale {
        let age = (22 * scale - n).cast_signed() * DAY / 2 / scale.cast_signed() + place.rng.between(60, 3000);
        // The last ones are recent enough for their approvals to be open.
        let age = if n % 22 >= 18 { place.rng.between(120, 3000) } else { age };
        place.in_the_past(age, |place| {
            let run = begin_workflow_run(place);
            match n % 22 {
                18..=21 => {
                    ask_approval(place, &run);
                }
                4 | 11 => end_workflow(place, &run, "failed"),
                _ => end_workflow(place, &run, "completed"),
            }
        });
    }
    orphan(place);
}

/// An approval whose run died: it stays pending for ever.
fn orphan(place: &mut Place) {
    place.in_the_past(2 * DAY, |place| {
        let run = begin_workflow_run(place);
        ask_approval(place, &run);
        end_workflow(place, &run, "failed");
    });
}

/// A workflow starts.
pub(crate) fn begin_workflow_run(place: &mut Place) -> String {
    let workflow = place.any_id("workflows", |_| true).unwrap_or_default();
    workflow_run(place, &workflow)
}

pub(crate) fn workflow_run(place: &mut Place, workflow: &str) -> String {
    let id = place.rng.uuid();
    let row = json!({
        "id": id, "user_id": USER, "workflow_id": workflow, "agent_id": Value::Null, "status": "running",
        "trigger": "schedule", "input_json": "{}", "output_json": Value::Null, "error": Value::Null, "steps_json": [],
        "tokens_input": 2100, "tokens_output": 380, "cost_usd": 0.012, "duration_ms": Value::Null,
        "current_node": "work", "started_at": plain(place.now), "completed_at": Value::Null,
        "created_at": plain(place.now), "updated_at": plain(place.now),
    });
    place.put("workflow_runs", row);
    id
}

fn end_workflow(place: &mut Place, run: &str, status: &str) {
    let now = plain(place.now);
    place.update("workflow_runs", run, |row| {
        row["status"] = status.into();
        row["completed_at"] = now.clone().into();
        row["updated_at"] = now.into();
        if status == "failed" {
            row["error"] = "node work: agent stopped after 24 turns".into();
        }
    });
}

/// `false` when the run is over already, `None` when there is no such run.
pub(crate) fn cancel_workflow_run(place: &mut Place, run: &str) -> Option<bool> {
    let row = place.get("workflow_runs", run)?;
    if matches!(text(&row, "status"), "completed" | "failed" | "cancelled") {
        return Some(false);
    }
    end_workflow(place, run, "cancelled");
    Some(true)
}

/// The workflow's gate waits for a person.
pub(super) fn ask_approval(place: &mut Place, run: &str) -> String {
    let (id, now) = (place.rng.uuid(), plain(place.now));
    place.update("workflow_runs", run, |row| {
        row["status"] = "awaiting_approval".into();
        row["current_node"] = "gate".into();
        row["updated_at"] = now.clone().into();
    });
    let comment =
        *place.rng.pick(&["", "Three packages, one of them with a new maintainer", "14 services, no migration"]);
    let row = json!({
        "id": id, "run_id": run, "node_id": "gate", "status": "pending", "timeout_minutes": 60,
        "comment": comment, "requested_at": now, "responded_at": Value::Null,
    });
    place.put("approvals", row);
    id
}

/// A person answers; `None` when there is no such approval, `false` when it was answered already.
pub(crate) fn respond(place: &mut Place, id: &str, approved: bool, comment: Option<&str>) -> Option<bool> {
    let approval = place.get("approvals", id)?;
    if approval["status"] != "pending" {
        return Some(false);
    }
    let now = plain(place.now);
    place.update("approvals", id, |row| {
        row["status"] = if approved { "approved" } else { "rejected" }.into();
        row["responded_at"] = now.into();
        if let Some(comment) = comment {
            row["comment"] = comment.into();
        }
    });
    let run = text(&approval, "run_id");
    if place.get("workflow_runs", run).is_some_and(|row| row["status"] == "awaiting_approval") {
        end_workflow(place, run, if approved { "completed" } else { "failed" });
    }
    Some(true)
}

/// A workflow run reaches its gate, or its end; approvals nobody answered time out.
pub(super) fn advance_workflow(place: &mut Place) {
    let late = plain(before(place.now, 3600));
    let overdue =
        place.any_id("approvals", |row| row["status"] == "pending" && text(row, "requested_at") < late.as_str());
    if let Some((id, row)) = overdue.and_then(|id| place.get("approvals", &id).map(|row| (id, row))) {
        let run = text(&row, "run_id").to_owned();
        // An orphan stays: nobody sweeps behind a dead run.
        if place.get("workflow_runs", &run).is_some_and(|run| run["status"] == "awaiting_approval") {
            place.update("approvals", &id, |row| row["status"] = "timed_out".into());
            end_workflow(place, &run, "failed");
            return;
        }
    }
    let Some(run) = place.any_id("workflow_runs", |row| row["status"] == "running") else { return };
    if place.rng.chance(600) {
        ask_approval(place, &run);
    } else {
        end_workflow(place, &run, "completed");
    }
}
