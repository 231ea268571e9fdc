//! Turen's world: a fleet of machines, what their agents did, and what the policy held back.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::huge::Generated;
use super::place::{Place, text};
use super::table::Table;
use super::words::Verdict;
use super::{transcript, words};
use crate::options::Scenario;
use crate::time::{after, before, iso};

const DAY: i64 = 86_400;

/// Fills an empty place.
pub(crate) fn populate(place: &mut Place, scenario: Scenario) {
    place.add_table("agents", Table::newest_first("id", "registered_at"));
    place.add_table("sessions", Table::newest_first("id", "modified_at"));
    place.add_table("events", Table::newest_first("id", "timestamp"));
    let policy = policy(place.now);
    place.singles.insert("policy", policy);
    let scale = place.scale;
    for _ in 0..23 * scale {
        let age = place.rng.between(2 * DAY, 160 * DAY);
        place.in_the_past(age, register);
    }
    for _ in 0..scale {
        let age = place.rng.between(3600, DAY);
        place.in_the_past(age, clone_agent);
    }
    settle(place);
    if let Scenario::Huge { sessions } = scenario {
        let hosts = place.rows("agents").iter().map(|a| (text(a, "client_id").into(), text(a, "hostname").into()));
        let generated = Generated::new(sessions, place.now, place.seed, hosts.collect());
        place.table_mut("sessions").generated = Some(generated);
        place.skip_serials(sessions);
    } else {
        make_sessions(place, 300 * scale);
    }
    for n in 0..150 * scale {
        let age = (n.cast_signed() * 3000 / scale.max(1).cast_signed()) + place.rng.between(30, 2500);
        place.in_the_past(age, happen);
    }
}

fn make_sessions(place: &mut Place, count: u64) {
    // Oldest first, so that ids rise with time as a database's do.
    for n in 0..count {
        let age = place.spread(21 * DAY, n, count);
        let lasted = place.rng.between(60, 960).min(age - place.rng.between(30, 110));
        place.in_the_past(age, |place| begin_session(place, Some(lasted)));
    }
}

/// Machines that nobody has seen for a while, and some that somebody stopped.
fn settle(place: &mut Place) {
    let now = place.now;
    let ids: Vec<String> = place.rows("agents").iter().map(|row| text(row, "id").to_owned()).collect();
    for (n, id) in ids.iter().enumerate() {
        let seen = match n % 8 {
            0..=4 => place.rng.between(5, 800),
            5 | 6 => place.rng.between(3600, 2 * DAY),
            _ => place.rng.between(4 * DAY, 12 * DAY),
        };
        let status = match n % 12 {
            7 => "suspended",
            11 => "deleted",
            _ => "active",
        };
        place.update("agents", id, |row| {
            let seen = before(now, seen);
            let registered = text(row, "registered_at").parse::<Timestamp>().unwrap_or(seen);
            row["last_seen_at"] = iso(seen.max(registered)).into();
            row["status"] = status.into();
        });
    }
}

/// A machine joins the fleet.
pub(crate) fn register(place: &mut Place) -> String {
    let person = place.rng.pick(&words::PEOPLE);
    let serial = place.next_serial();
    let (hostname, os, username) = match place.rng.below(10) {
        0..=4 => (format!("{}-macbook-{}", person.user, 10 + serial % 90), "darwin", person.user),
        5 | 6 => (format!("{}-thinkpad-{}", person.user, 10 + serial % 90), "linux", person.user),
        7 => (format!("{}-desk-{}", person.user, 10 + serial % 90), "windows", person.user),
        _ => (format!("{}-{serial:02}", place.rng.pick(&words::RUNNERS)), "linux", "ci"),
    };
    let id = place.rng.uuid();
    let arch = if os == "darwin" || place.rng.chance(250) { "arm64" } else { "amd64" };
    let machine = match os {
        "darwin" => format!("IOPlatformUUID-{}", place.rng.uuid().to_uppercase()),
        _ => place.rng.hex(32),
    };
    let row = json!({
        "id": id,
        "client_id": place.rng.hex(16),
        "machine_id": machine,
        "generation": 1,
        "secret_prefix": format!("as_live_{}", place.rng.hex(3)),
        "registration_key_id": format!("0b5e{:04x}-77aa-4c1d-9f02-5d1c3a9e{:04x}", person.team.len(), person.team.len() * 77),
        "registration_key_name": format!("{} Team", person.team),
        "status": "active",
        "hostname": hostname,
        "os": os,
        "arch": arch,
        "version": place.rng.pick(&["1.4.2", "1.4.2", "1.4.2", "1.4.1", "1.4.0", "1.3.7", "1.2.0"]),
        "username": username,
        "clone_detected": false,
        "registered_at": iso(place.now),
        "last_seen_at": iso(place.now),
    });
    place.put("agents", row);
    id
}

/// A machine was copied: a second agent turns up with the client id of the first.
pub(crate) fn clone_agent(place: &mut Place) -> String {
    let Some(original) = place.any_id("agents", |row| row["clone_detected"] == false) else {
        return register(place);
    };
    let Some(mut row) = place.get("agents", &original) else { return original };
    let id = place.rng.uuid();
    let reason = format!("machine_id of {} reported from two networks within 4 minutes", text(&row, "hostname"));
    row["id"] = id.clone().into();
    row["generation"] = (row["generation"].as_u64().unwrap_or(1) + 1).into();
    row["secret_prefix"] = format!("as_live_{}", place.rng.hex(3)).into();
    row["hostname"] = format!("{}-copy", text(&row, "hostname")).into();
    row["status"] = "active".into();
    row["clone_detected"] = true.into();
    row["clone_reason"] = reason.into();
    row["registered_at"] = iso(place.now).into();
    row["last_seen_at"] = iso(place.now).into();
    place.put("agents", row);
    id
}

/// Someone starts a session; with `lasted`, it is over by then (in seconds), subagents and all.
pub(crate) fn begin_session(place: &mut Place, lasted: Option<i64>) -> String {
    let agent = someone_there(place);
    let (client, host, user) = match &agent {
        Some(row) => (text(row, "client_id"), text(row, "hostname"), text(row, "username")),
        None => ("0000000000000000", "unknown-host", "nobody"),
    };
    let project = place.rng.pick(&words::PROJECTS);
    let home = match agent.as_ref().map(|row| text(row, "os")) {
        Some("darwin") => format!("/Users/{user}/work/"),
        Some("windows") => format!("C:\\Users\\{user}\\work\\"),
        _ => format!("/home/{user}/work/"),
    };
    let subagents = if place.rng.chance(180) { place.rng.below(3) + 1 } else { 0 };
    let length = lasted.unwrap_or(0);
    let messages = if lasted.is_some() { place.rng.between(4, 60) } else { 1 };
    let serial = place.next_serial();
    let row = json!({
        "id": serial,
        "session_id": place.rng.uuid(),
        "client_id": client,
        "agent_hostname": host,
        "project_path": format!("{home}{}", project.name),
        "first_prompt": place.rng.pick(project.prompts),
        "git_branch": place.rng.pick(project.branches),
        "message_count": messages,
        "created_at": iso(place.now),
        "modified_at": iso(after(place.now, length)),
        "uploaded_at": iso(after(place.now, length + 20)),
        "size_bytes": messages * 1480 + place.rng.between(90, 900),
        "is_subagent": false,
        "subagent_count": subagents,
    });
    for n in 0..subagents {
        begin_subagent(place, &row, n, length);
    }
    place.put("sessions", row);
    serial.to_string()
}

/// An agent that was about at this time.
fn someone_there(place: &mut Place) -> Option<Value> {
    let least = iso(before(place.now, 900));
    let there = place.any_id("agents", |row| row["status"] == "active" && text(row, "last_seen_at") >= least.as_str());
    let id = there.or_else(|| place.any_id("agents", |row| row["status"] == "active"))?;
    place.get("agents", &id)
}

fn begin_subagent(place: &mut Place, parent: &Value, n: u64, length: i64) {
    let task = place.rng.pick(&[
        "Search the repository for every caller of the changed function and list file and line",
        "Run the test suite of this package and report only what failed, with the first error of each",
        "Read the migration history and say which of them touch this table",
        "Review the diff as a stranger would and name the three weakest points",
    ]);
    let mut row = parent.clone();
    let messages = place.rng.between(3, 14);
    let offset = length * (n.cast_signed() + 1) / 5;
    row["id"] = place.next_serial().into();
    row["session_id"] = format!("agent-{}", place.rng.hex(8)).into();
    row["first_prompt"] = (*task).into();
    row["message_count"] = messages.into();
    row["created_at"] = iso(after(place.now, offset)).into();
    row["modified_at"] = iso(after(place.now, length.max(offset))).into();
    row["size_bytes"] = (messages * 1210).into();
    row["is_subagent"] = true.into();
    row["subagent_count"] = 0.into();
    place.put("sessions", row);
}

/// An agent asks for a package, or an audit runs.
pub(crate) fn happen(place: &mut Place) -> String {
    let client = someone_there(place);
    let client = client.as_ref().map_or("0000000000000000", |row| text(row, "client_id")).to_owned();
    let (ecosystem, package, version, verdict) = *place.rng.pick(&words::PACKAGES);
    let (outcome, reason) = match verdict {
        Verdict::Fine => ("allow", None),
        Verdict::Doubtful(reason) if place.rng.chance(550) => ("review", Some(reason)),
        Verdict::Doubtful(_) => ("allow", None),
        Verdict::Bad(reason) => ("block", Some(reason)),
    };
    let audit = place.rng.chance(200);
    let (command, args) = match ecosystem {
        "npm" => ("npm", json!(["install", format!("{package}@{version}")])),
        "pip" => ("pip", json!(["install", format!("{package}=={version}")])),
        "go" => ("go", json!(["get", format!("{package}@{version}")])),
        _ => ("cargo", json!(["add", format!("{package}@{version}")])),
    };
    let id = format!("evt_{}", place.rng.hex(20));
    let row = json!({
        "id": id,
        "client_id": client,
        "timestamp": iso(place.now),
        "type": if audit { "audit" } else { "install" },
        "outcome": outcome,
        "actor": {"command": command, "args": args, "version": place.rng.pick(&["10.9.2", "24.3.1", "1.88.0"])},
        "subject": {"ecosystem": ecosystem, "package": package, "version": version},
        "metadata": {"scorecard": place.rng.between(21, 98) as f64 / 10.0, "policy_version": "v1.4.2"},
        "payload": {"reasons": Vec::from_iter(reason)},
    });
    place.put("events", row);
    id
}

fn policy(now: Timestamp) -> Value {
    json!({
        "version": "v1.4.2",
        "name": "Default policy",
        "updated_at": iso(before(now, 5 * DAY)),
        "rules": {
            "min_scorecard": 3.0,
            "review_scorecard": 5.0,
            "max_known_vulnerabilities": 0,
            "block_on_critical_vuln": true,
            "require_provenance": false,
            "allow_provenance_fallback": true,
            "review_on_new_package_days": 14,
            "allowed_licenses": ["MIT", "Apache-2.0", "BSD-3-Clause", "ISC", "MPL-2.0"],
            "typosquat_action": "block",
            "typosquat_threshold": 0.86,
            "exempt_registries": ["npm.internal.chandlery.example"],
        },
        "blocked_packages": ["npm:event-stream-next", "cargo:rustdecimal"],
        "blocked_maintainers": ["right9ctrl"],
    })
}

/// One small thing happens.
pub(crate) fn step(place: &mut Place) {
    let now = place.now;
    match place.rng.below(20) {
        0..=3 => {
            begin_session(place, None);
        }
        4..=10 => grow_session(place),
        11..=14 => {
            happen(place);
        }
        15 if place.rng.chance(250) => {
            register(place);
        }
        16 if place.rng.chance(120) => {
            clone_agent(place);
        }
        17 if place.rng.chance(100) => retire_oldest(place),
        _ => {
            if let Some(id) = place.any_id("agents", |row| row["status"] == "active") {
                place.update("agents", &id, |row| row["last_seen_at"] = iso(now).into());
            }
        }
    }
}

/// The latest sessions go on.
fn grow_session(place: &mut Place) {
    let recent: Vec<String> = place.rows("sessions").iter().take(6).map(|row| row["id"].to_string()).collect();
    if recent.is_empty() {
        return;
    }
    let id = place.rng.pick(&recent).clone();
    touch_session(place, &id);
}

/// A session gets some more messages.
pub(crate) fn touch_session(place: &mut Place, id: &str) {
    let now = place.now;
    let more = place.rng.between(1, 4);
    place.update("sessions", id, |row| {
        row["message_count"] = (row["message_count"].as_i64().unwrap_or(0) + more).into();
        row["size_bytes"] = (row["size_bytes"].as_i64().unwrap_or(0) + more * 1480).into();
        row["modified_at"] = iso(now).into();
        row["uploaded_at"] = iso(after(now, 2)).into();
    });
}

/// The plan keeps sessions for 30 days.
fn retire_oldest(place: &mut Place) {
    let limit = iso(before(place.now, 30 * DAY));
    let old = place.rows("sessions").last().filter(|row| text(row, "modified_at") < limit.as_str());
    if let Some(id) = old.map(|row| row["id"].to_string()) {
        place.table_mut("sessions").remove(&id);
    }
}

/// The sessions of its subagents, which are numbered behind it, in the order in which they began.
fn children(place: &Place, session: &Value) -> Vec<Value> {
    let (first, count) = (session["id"].as_u64().unwrap_or(0), session["subagent_count"].as_u64().unwrap_or(0));
    let behind = (1..=count).filter_map(|n| place.get("sessions", &(first + n).to_string()));
    behind.filter(|row| row["is_subagent"] == true).collect()
}

/// The session that started this one, as a subagent.
fn parent(place: &Place, session: &Value) -> Option<Value> {
    let id = session["id"].as_u64().filter(|_| session["is_subagent"] == true)?;
    let before = (1..=3).filter_map(|n| place.get("sessions", &id.checked_sub(n)?.to_string()));
    before.into_iter().find(|row| row["is_subagent"] == false)
}

/// The messages of a session: the same for the same session, and a longer one begins like the shorter did.
pub(crate) fn content(place: &Place, session: &Value) -> Value {
    let mut messages = transcript::turen(place.seed, session);
    transcript::kin(&mut messages, session, parent(place, session).as_ref(), &children(place, session));
    json!({"session_id": session["session_id"], "message_count": messages.len(), "messages": messages})
}
