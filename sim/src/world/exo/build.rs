//! What people set up: projects, agents, workflows, deployments, tools, rules.

use serde_json::{Value, json};

use super::{DAY, ROLES, USER};
use crate::time::{after, before, plain};
use crate::world::place::{Place, text};
use crate::world::words;

pub(super) fn project(place: &mut Place, n: u64) -> String {
    let project = &words::PROJECTS[usize::try_from(n).unwrap_or(0) % words::PROJECTS.len()];
    let id = place.rng.uuid();
    let row = json!({
        "id": id, "user_id": USER, "name": project.name, "description": format!("Agents that work on {}", project.name),
        "color": place.rng.pick(&["#1f6feb", "#2da44e", "#bf3989", "#9a6700"]), "settings_json": "{}",
        "created_at": plain(place.now), "updated_at": plain(place.now),
    });
    place.put("projects", row);
    id
}

fn project_of(place: &mut Place) -> (String, String) {
    let id = place.any_id("projects", |_| true).unwrap_or_default();
    let name = place.get("projects", &id).map(|row| text(&row, "name").to_owned()).unwrap_or_default();
    (id, name)
}

/// An agent with its 27 fields; those that end in `_json` are texts that hold JSON.
pub(super) fn agent(place: &mut Place, n: u64) -> String {
    let (role, duty) = ROLES[usize::try_from(n).unwrap_or(0) % ROLES.len()];
    let (project_id, project) = project_of(place);
    let (provider, model, ..) = *place.rng.pick(&words::MODELS);
    let id = place.rng.uuid();
    let edited = after(place.now, place.rng.between(0, 2 * DAY));
    let row = json!({
        "id": id,
        "user_id": USER,
        "project_id": project_id,
        "name": format!("{role}, {project}"),
        "description": duty,
        "system_prompt": format!("{duty} You work on {project}. Say what you did not check."),
        "provider_id": provider,
        "model_id": model,
        "temperature": 0.2,
        "max_tokens": 4096,
        "top_p": 1.0,
        "tools_json": json!(["builtin:shell", "builtin:http", "deploy-preview"]).to_string(),
        "knowledge_base_ids_json": "[]",
        "guardrails_json": json!({"blocked_topics": ["salaries"], "max_cost_usd": 2.5}).to_string(),
        "memory_config_json": json!({"kind": "window", "messages": 40}).to_string(),
        "input_schema_json": Value::Null,
        "output_schema_json": Value::Null,
        "metadata_json": json!({"owner": place.rng.pick(&words::PEOPLE).user}).to_string(),
        "tags_json": json!(["prod", project]).to_string(),
        "status": "active",
        "version": place.rng.between(1, 19),
        "is_public": false,
        "icon": "anchor",
        "avatar_url": Value::Null,
        "max_turns": 24,
        "created_at": plain(place.now),
        "updated_at": plain(edited),
    });
    place.put("agents", row);
    id
}

pub(super) fn workflow(place: &mut Place, n: u64) -> String {
    const NAMES: [&str; 8] = [
        "Nightly dependency sweep",
        "Release sign-off",
        "Incident report",
        "Late parcel digest",
        "Certificate rotation",
        "Weekly cost review",
        "Price change, four eyes",
        "New starter access",
    ];
    let (project_id, _) = project_of(place);
    let agent = place.any_id("agents", |_| true).unwrap_or_default();
    let id = place.rng.uuid();
    let canvas = json!({
        "nodes": [
            {"id": "start", "type": "trigger"}, {"id": "work", "type": "agent", "agent_id": agent},
            {"id": "gate", "type": "approval", "timeout_minutes": 60}, {"id": "end", "type": "output"},
        ],
        "edges": [["start", "work"], ["work", "gate"], ["gate", "end"]],
    });
    let row = json!({
        "id": id, "user_id": USER, "project_id": project_id, "name": NAMES[usize::try_from(n).unwrap_or(0) % NAMES.len()],
        "description": "Runs on weekdays; the gate waits for a person for an hour.",
        "canvas_json": canvas.to_string(), "schedule": "30 2 * * 1-5", "status": "published", "version": 3,
        "created_at": plain(place.now), "updated_at": plain(place.now),
    });
    place.put("workflows", row);
    id
}

pub(super) fn deployment(place: &mut Place, n: u64) -> String {
    let kind = if n % 3 == 2 { "workflow" } else { "agent" };
    let target = place.any_id(if kind == "agent" { "agents" } else { "workflows" }, |_| true).unwrap_or_default();
    let (id, slug) = (place.rng.uuid(), place.rng.hex(6));
    let row = json!({
        "id": id, "user_id": USER, "entity_type": kind, "entity_id": target, "name": format!("prod-{slug}"),
        "environment": place.rng.pick(&["production", "production", "preview"]),
        "endpoint": format!("/d/{slug}"), "status": if n % 5 == 4 { "inactive" } else { "active" },
        "rate_limit": 60, "api_key_hash": format!("sha256:FAKE{}", place.rng.hex(40)),
        "created_at": plain(place.now), "updated_at": plain(place.now),
    });
    place.put("deployments", row);
    id
}

/// Built-in tools are in the list of every account, and 404 when asked for one by one.
pub(super) fn tools(place: &mut Place) {
    let at = plain(before(place.now, 300 * DAY));
    for (n, name) in ["shell", "http", "python", "file_read", "file_write", "web_search"].iter().enumerate() {
        place.put("tools", json!({
            "id": format!("builtin:{name}"), "name": name, "description": format!("Built-in {name}"), "type": "builtin",
            "schema_json": "{\"type\":\"object\"}", "is_builtin": true, "order": n, "created_at": at, "updated_at": at,
        }));
    }
}

pub(super) fn surroundings(place: &mut Place) {
    let at = plain(before(place.now, 90 * DAY));
    for (name, about) in [
        ("deploy-preview", "Build a preview of a branch and give its URL"),
        ("orders-lookup", "One order by number"),
        ("grafana-query", "A PromQL query over a range"),
        ("jira-comment", "Comment on an issue"),
        ("pg-explain", "The plan of a query, never its rows"),
        ("feature-flag", "Read or flip a flag in preview"),
    ] {
        let id = place.rng.uuid();
        place.put(
            "tools",
            json!({
                "id": id, "user_id": USER, "name": name, "description": about, "type": "http",
                "schema_json": json!({"type": "object", "properties": {"q": {"type": "string"}}}).to_string(),
                "is_builtin": false, "created_at": at, "updated_at": at,
            }),
        );
    }
    for (name, documents) in [("Runbooks", 64), ("Returns policy", 9), ("Carrier contracts", 17), ("API reference", 41)]
    {
        let id = place.rng.uuid();
        place.put(
            "knowledge_bases",
            json!({
                "id": id, "user_id": USER, "name": name, "description": format!("{name}, kept by the owners"),
                "embedding_model": "text-embedding-3-small", "document_count": documents, "status": "ready",
                "created_at": at, "updated_at": at,
            }),
        );
    }
    for (name, kind, default) in
        [("Anthropic", "anthropic", true), ("OpenAI", "openai", false), ("Local", "ollama", false)]
    {
        place.put(
            "providers",
            json!({
                "id": kind, "name": name, "type": kind, "is_default": default, "api_key_hash": "sha256:FAKE0000",
                "status": "connected", "created_at": at, "updated_at": at,
            }),
        );
    }
    for (name, kind, threshold) in [
        ("Failed runs", "failure_rate", 5),
        ("Daily cost over 40 USD", "cost", 40),
        ("Slow runs", "latency", 120),
        ("Approvals older than 30 min", "approval_age", 30),
        ("Provider errors", "provider_errors", 3),
    ] {
        let id = place.rng.uuid();
        place.put(
            "alert_rules",
            json!({
                "id": id, "user_id": USER, "name": name, "type": kind, "threshold": threshold, "enabled": true,
                "channel": "slack:#agents-ops", "created_at": at, "updated_at": at,
            }),
        );
    }
}
