//! The life of a run: it begins, does things, waits for a person, ends.

use serde_json::{Value, json};

use super::{catalog, event, roles};
use crate::time::{after, iso, parse};
use crate::world::place::{Place, text};
use crate::world::words;

/// Someone asks an agent for something.
pub(crate) fn begin_run(place: &mut Place) -> String {
    let agent = place.any_id("agents", |row| row["status"]["phase"] == "Running").unwrap_or("refund-clerk".to_owned());
    let agent_row = place.get("agents", &agent).unwrap_or_default();
    let person = place.rng.pick(&words::PEOPLE);
    let message = *place.rng.pick(roles::role_of(&agent).asked);
    let id = place.rng.uuid();
    let row = json!({
        "id": id,
        "conversation_id": place.rng.uuid(),
        "agent_id": agent,
        "namespace": agent_row.get("namespace").cloned().unwrap_or("shop".into()),
        "user_id": format!("{}@chandlery.example", person.user),
        "status": "RUNNING",
        "initial_message": message,
        "invoke_url": format!("http://{agent}.{}.svc.cluster.local:8080/invoke", text(&agent_row, "namespace")),
        "created_at": iso(place.now),
        "updated_at": iso(place.now),
    });
    place.put("runs", row);
    event(place, &id, "RUN_CREATED", Some("system"), json!({"agent_id": agent}));
    event(place, &id, "USER_MESSAGE", Some(person.user), json!({"message": message}));
    event(place, &id, "INVOKE_STARTED", Some("system"), json!({"attempt": 1}));
    id
}

fn agent_of(place: &Place, run: &str) -> String {
    place.get("runs", run).map(|row| text(&row, "agent_id").to_owned()).unwrap_or_default()
}

/// The run calls a tool, or says something.
pub(crate) fn note(place: &mut Place, run: &str) {
    let role = roles::role_of(&agent_of(place, run));
    if place.rng.chance(650) {
        let tool = *place.rng.pick(role.tools);
        let url = catalog::url_of(tool);
        let asked =
            json!({"tool_id": tool, "tool_method": "GET", "tool_url": url, "capability": format!("{tool}:read")});
        event(place, run, "TOOL_REQUEST", Some("agent"), asked);
        let (code, summary) = if place.rng.chance(90) { (503, "upstream connect error") } else { (200, "14 rows") };
        let answer = json!({"tool_id": tool, "tool_method": "GET", "status_code": code, "summary": summary});
        event(place, run, "TOOL_RESPONSE", Some("tool"), answer);
    } else {
        let answer = *place.rng.pick(&[
            "Let me look at what is there before I propose anything.",
            "Two sources disagree; I take the one with the later time and say so.",
            "That is done. One thing is left, and it is not mine to decide.",
        ]);
        event(place, run, "AGENT_MESSAGE", Some("agent"), json!({"message": answer}));
    }
    set_status(place, run, "RUNNING");
}

fn set_status(place: &mut Place, run: &str, status: &str) {
    let now = iso(place.now);
    place.update("runs", run, |row| {
        row["status"] = status.into();
        row["updated_at"] = now.into();
        if status == "RUNNING"
            && let Some(fields) = row.as_object_mut()
        {
            fields.shift_remove("blocked_action_id");
        }
    });
}

/// The run wants to do something that needs a person's leave.
pub(crate) fn pause_for_approval(place: &mut Place, run_id: &str) {
    let Some(run) = place.get("runs", run_id) else { return };
    let (tool, method, url, capability, payload) = roles::ask_of(text(&run, "agent_id"));
    let why = *place.rng.pick(roles::role_of(text(&run, "agent_id")).says);
    event(place, run_id, "AGENT_MESSAGE", Some("agent"), json!({"message": why}));
    let (action, request, hash) = (place.rng.uuid(), place.rng.uuid(), place.rng.hex(64));
    let now = iso(place.now);
    place.children_mut("actions", run_id).push(json!({
        "id": action, "run_id": run_id, "agent_id": run["agent_id"], "tool_id": tool, "tool_method": method,
        "tool_url": url, "capability": capability, "payload": payload, "payload_hash": hash, "status": "BLOCKED",
        "idempotency_key": &hash[..16], "created_at": now, "updated_at": now,
    }));
    let mut row = json!({
        "id": request, "subject": run["user_id"], "agent_id": run["agent_id"], "tool_id": tool, "status": "PENDING",
        "duration": "4h", "scope": "once", "approver_id": "", "reason": "", "action_id": action, "run_id": run_id,
        "capability": capability, "payload_hash": hash, "tool_method": method, "tool_url": url,
        "created_at": now, "updated_at": now, "expires_at": iso(after(place.now, 4 * 3600)),
    });
    // Older versions of the governor leave the payload out: it must be read from the action.
    if place.next_serial().is_multiple_of(4)
        && let Some(fields) = row.as_object_mut()
    {
        for field in ["capability", "payload_hash", "tool_method", "tool_url"] {
            fields.shift_remove(field);
        }
    }
    place.put("approvals", row);
    set_status(place, run_id, "PAUSED_APPROVAL");
    place.update("runs", run_id, |row| row["blocked_action_id"] = action.into());
    let data = json!({"tool_id": tool, "tool_method": method, "tool_url": url, "capability": capability,
                      "payload_hash": hash, "detail": "policy: approval_required"});
    event(place, run_id, "APPROVAL_REQUIRED", Some("governor"), data);
}

/// The run needs a user to sign in somewhere.
pub(super) fn pause_for_consent(place: &mut Place, run: &str) {
    set_status(place, run, "PAUSED_CONSENT");
    let data = json!({"tool_id": "drive-read", "detail": "the user has not connected Google Drive"});
    event(place, run, "CONSENT_REQUIRED", Some("governor"), data);
}

pub(crate) fn finish_run(place: &mut Place, run: &str) {
    let answer = *place.rng.pick(roles::role_of(&agent_of(place, run)).says);
    event(place, run, "AGENT_MESSAGE", Some("agent"), json!({"message": answer}));
    event(place, run, "COMPLETED", Some("system"), json!({"summary": "finished", "duration_ms": 48_200}));
    set_status(place, run, "COMPLETED");
}

pub(crate) fn fail_run(place: &mut Place, run: &str, error: &str) {
    event(place, run, "FAILED", Some("system"), json!({"error": error}));
    set_status(place, run, "FAILED");
}

pub(crate) fn resume_run(place: &mut Place, run: &str) {
    event(place, run, "RESUMED", Some("system"), json!({}));
    set_status(place, run, "RUNNING");
}

/// The request a run waits for.
pub(super) fn request_of(place: &Place, run: &str) -> Option<String> {
    let request = place.rows("approvals").iter().find(|row| text(row, "run_id") == run)?;
    Some(text(request, "id").to_owned())
}

/// A person approves or rejects a request; the request as it is then, `None` when it is not pending.
pub(crate) fn decide(place: &mut Place, id: &str, approve: bool, by: &str, terms: Option<&Value>) -> Option<Value> {
    let request = place.get("approvals", id).filter(|row| row["status"] == "PENDING")?;
    let (run, action, now) = (text(&request, "run_id").to_owned(), text(&request, "action_id").to_owned(), place.now);
    let word = if approve { "APPROVED" } else { "REJECTED" };
    place.update("approvals", id, |row| {
        row["status"] = word.into();
        row["approver_id"] = by.into();
        row["updated_at"] = iso(now).into();
        for field in ["scope", "duration", "reason"] {
            if let Some(value) = terms.and_then(|terms| terms.get(field)).filter(|value| value.is_string()) {
                row[field] = value.clone();
            }
        }
        if approve {
            row["expires_at"] = iso(after(now, seconds(text(row, "duration")).unwrap_or(3600))).into();
        }
    });
    set_action(place, &run, &action, word);
    let reason = terms.and_then(|terms| terms.get("reason")).cloned().unwrap_or_default();
    event(place, &run, word, Some(by), json!({"approval_id": id, "detail": reason}));
    if place.get("runs", &run).is_some_and(|row| text(&row, "status").starts_with("PAUSED")) {
        if approve {
            resume_run(place, &run);
        } else {
            fail_run(place, &run, "a person rejected the action");
        }
    }
    place.get("approvals", id)
}

pub(crate) fn set_action(place: &mut Place, run: &str, action: &str, status: &str) {
    let now = iso(place.now);
    for row in place.children_mut("actions", run).iter_mut().filter(|row| text(row, "id") == action) {
        row["status"] = status.into();
        row["updated_at"] = now.clone().into();
    }
}

/// `4h`, `30m`, `1h30m` in seconds.
pub(crate) fn seconds(duration: &str) -> Option<i64> {
    let (mut whole, mut digits) = (0_i64, String::new());
    for letter in duration.chars() {
        let unit = match letter {
            '0'..='9' => {
                digits.push(letter);
                continue;
            }
            's' => 1,
            'm' => 60,
            'h' => 3600,
            _ => return None,
        };
        whole = whole.checked_add(digits.parse::<i64>().ok()?.checked_mul(unit)?)?;
        digits.clear();
    }
    (digits.is_empty() && whole > 0).then_some(whole)
}

/// Approvals whose time is over are no longer good.
pub(crate) fn expire(place: &mut Place) {
    let now = place.now;
    let over: Vec<String> = place
        .rows("approvals")
        .iter()
        .filter(|row| row["status"] == "APPROVED" && parse(text(row, "expires_at")).is_some_and(|at| at < now))
        .map(|row| text(row, "id").to_owned())
        .collect();
    for id in over {
        place.update("approvals", &id, |row| row["status"] = "EXPIRED".into());
    }
}
