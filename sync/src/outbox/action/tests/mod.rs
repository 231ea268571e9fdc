mod airtight;
mod ask;
mod edit;
mod plan;
mod runs;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Asked, Sent, Sight, find, intent, verbs};
use crate::model::{Incoming, Intent, ListKey, Record, Row, Write, WriteId, WriteState};
use crate::platform::decode::Decoder;
use crate::platform::write::Seen;
use crate::platform::{Manifest, Registry};

/// What all tests take for now.
pub fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

/// What a look knows of earlier tries when one of them may have left, or none did.
fn before(sent: bool) -> Sent {
    if sent { Sent::Maybe } else { Sent::Never }
}

pub fn platform(name: &str) -> Arc<Manifest> {
    static PLATFORMS: LazyLock<Registry> = LazyLock::new(Registry::builtin);
    PLATFORMS.get(name).unwrap()
}

fn read(manifest: &Manifest, collection: &str, doc: &Value) -> Incoming {
    Decoder::new(&manifest.collections[collection]).record(None, doc.to_string().as_bytes()).unwrap()
}

/// A record of the mirror.
pub fn record(manifest: &Manifest, collection: &str, doc: &Value) -> Record {
    let incoming = read(manifest, collection, doc);
    let (list, kind) = (ListKey::new("work", collection), manifest.collections[collection].kind);
    let row = Row::bare(list, &manifest.name, kind, incoming.id).with(incoming.columns);
    let row = Row { confirmed_at: now(), ..row };
    Record { row, doc: incoming.doc }
}

/// A record as it stands on the platform.
pub fn seen(manifest: &Manifest, collection: &str, doc: &Value) -> Seen {
    Seen { incoming: read(manifest, collection, doc), raw: doc.clone() }
}

pub fn asked(verb: &str, args: Value) -> Asked {
    let Value::Object(args) = args else { panic!("arguments are an object") };
    let mut asked = Asked { verb: verb.to_owned(), ..Asked::default() };
    for (name, value) in args {
        match name.as_str() {
            "reason" => asked.reason = value.as_str().map(str::to_owned),
            _ => drop(asked.args.insert(name, value)),
        }
    }
    asked
}

pub fn related(pairs: &[(&str, Value)]) -> BTreeMap<String, Value> {
    pairs.iter().map(|(name, doc)| ((*name).to_owned(), doc.clone())).collect()
}

/// A write as it is kept.
pub fn write(intent: Intent) -> Write {
    Write::unsent(WriteId::new("01WRITE"), intent, now())
}

/// A decision on one record, as it is kept.
pub fn decided(platform_name: &str, collection: &str, doc: &Value, others: &[(&str, Value)], asked: &Asked) -> Write {
    let manifest = platform(platform_name);
    let record = record(&manifest, collection, doc);
    write(intent(&manifest, collection, "work", Some(&record), &related(others), asked, now()).unwrap())
}

pub fn sight(platform_name: &str, collection: &str, doc: Option<&Value>, others: &[(&str, Value)]) -> Sight {
    let manifest = platform(platform_name);
    Sight { target: doc.map(|doc| seen(&manifest, collection, doc)), related: related(others), rows: None }
}

/// The document with some of its fields changed.
pub fn with(doc: &Value, changes: Value) -> Value {
    let mut doc = doc.clone();
    let Value::Object(changes) = changes else { panic!("changes are an object") };
    for (key, value) in changes {
        doc[key] = value;
    }
    doc
}

pub fn turen_agent() -> Value {
    json!({
        "id": "a-1", "client_id": "c", "status": "active", "hostname": "build-7", "registration_key_name": "Engineering",
        "registered_at": "2026-01-15T08:00:00Z", "last_seen_at": "2026-03-01T11:59:00Z",
    })
}

pub fn approval() -> Value {
    json!({
        "id": "q-1", "subject": "lena@example.com", "agent_id": "refund-clerk", "tool_id": "refunds", "status": "PENDING",
        "duration": "4h", "scope": "once", "approver_id": "", "reason": "", "action_id": "x-1", "run_id": "r-1",
        "capability": "refunds:write", "payload_hash": "abc123", "tool_method": "POST",
        "tool_url": "https://shop.example/refunds", "created_at": "2026-03-01T11:50:00Z",
        "updated_at": "2026-03-01T11:50:00Z", "expires_at": "2026-03-01T15:50:00Z",
    })
}

pub fn paused_run() -> Value {
    json!({"id": "r-1", "agent_id": "refund-clerk", "status": "PAUSED_APPROVAL", "blocked_action_id": "x-1"})
}

pub fn blocked_action() -> Value {
    json!({
        "id": "x-1", "run_id": "r-1", "status": "BLOCKED", "payload_hash": "abc123", "tool_id": "refunds",
        "tool_method": "POST", "tool_url": "https://shop.example/refunds", "capability": "refunds:write",
    })
}

#[test]
fn every_platform_can_do_every_verb_or_says_why_not() {
    let wanted = [
        ("agents", ["suspend", "resume", "contain", "release", "update", "delete"].as_slice()),
        ("approvals", &["approve", "reject"]),
        ("runs", &["stop"]),
        ("policies", &["update", "create", "delete"]),
    ];
    for name in ["turen", "exo", "runagents", "runagents-v1alpha"] {
        let manifest = platform(name);
        for (noun, needed) in wanted {
            let of_kind: Vec<&str> = manifest
                .collections
                .values()
                .filter(|it| it.kind.plural() == noun)
                .map(|it| it.name.as_str())
                .collect();
            for collection in if of_kind.is_empty() { vec![noun] } else { of_kind } {
                for verb in needed {
                    match find(&manifest, collection, verb) {
                        Ok((_, action)) => assert!(action.lacks.is_none() && action.verb == *verb),
                        Err(why) => assert!(
                            !why.to_string().contains(&format!("has no {verb} for")),
                            "{name} {collection} {verb}: {why}"
                        ),
                    }
                    assert!(
                        verbs(&manifest, collection).iter().any(|(known, _)| known == verb),
                        "{name} {collection} {verb}"
                    );
                }
            }
        }
    }
}

#[test]
fn verbs_come_in_the_order_people_know_and_what_is_lacking_has_its_reason() {
    let told = |name: &str, collection: &str| -> Vec<String> {
        let manifest = platform(name);
        let verbs = verbs(&manifest, collection).into_iter();
        verbs.map(|(verb, action)| format!("{}{verb}", if action.is_ok() { "" } else { "-" })).collect()
    };
    assert_eq!(told("turen", "agents"), ["suspend", "resume", "contain", "release", "-update", "delete"]);
    assert_eq!(told("exo", "agents"), ["-suspend", "-resume", "contain", "release", "update", "delete"]);
    assert_eq!(told("exo", "workflow-runs"), ["stop"]);
    assert_eq!(told("exo", "runs"), ["-stop"]);
    assert_eq!(told("runagents-v1alpha", "agents"), ["-suspend", "-resume", "contain", "release", "-update", "delete"]);
    assert_eq!(told("turen", "policy"), ["update", "-create", "-delete"]);
    assert_eq!(told("turen", "sessions"), [""; 0]);
}
