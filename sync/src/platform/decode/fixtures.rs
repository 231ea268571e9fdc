//! Recorded exchanges, decoded: what is written down from the platforms' own documents is the common truth of
//! everything that reads or plays them.

use std::path::Path;

use serde_json::Value;

use super::tests::{PLATFORMS, ask};
use super::*;
use crate::platform::request;

/// Collections that the exchanges of each folder must have shown, so that none is passed over in silence.
const SHOWN: [(&str, &str, &[&str]); 5] = [
    ("turen", "turen", &["agents", "events", "policy", "session-calendar", "session-clients", "sessions", "stats"]),
    (
        "exo",
        "exo",
        &[
            "agents",
            "alert-rules",
            "alerts",
            "approvals",
            "conversations",
            "costs",
            "deployments",
            "knowledge-bases",
            "projects",
            "runs",
            "tools",
            "workflow-runs",
            "workflows",
        ],
    ),
    (
        "exo-documented",
        "exo",
        &["agents", "alert-rules", "alerts", "conversations", "costs", "health", "providers", "runs"],
    ),
    (
        "runagents",
        "runagents",
        &[
            "agents",
            "approvals",
            "builds",
            "catalog",
            "connectors",
            "identity-providers",
            "model-providers",
            "model-spend",
            "policies",
            "run-events",
            "runs",
            "tools",
        ],
    ),
    ("runagents-v1alpha", "runagents-v1alpha", &["agents", "approvals", "policies", "run-events"]),
];

struct Exchange {
    name: String,
    method: String,
    path: String,
    status: u64,
    body: Value,
}

fn exchanges(folder: &str) -> Vec<Exchange> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/fixtures").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts = files.iter().map(|file| std::fs::read_to_string(file).unwrap());
    let all = texts.flat_map(|text| serde_json::from_str::<Vec<Value>>(&text).unwrap());
    all.map(|exchange| Exchange {
        name: exchange["name"].as_str().unwrap().to_owned(),
        method: exchange["ask"]["method"].as_str().unwrap().to_owned(),
        path: exchange["ask"]["path"].as_str().unwrap().split('?').next().unwrap().to_owned(),
        status: exchange["status"].as_u64().unwrap(),
        body: exchange["body"].clone(),
    })
    .collect()
}

/// Is `path`, in which `{agents}` stands for some id, an instance of the manifest's `template`?
fn is_at(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let same = |(wanted, found): (&&str, &&str)| {
        if wanted.starts_with('{') { found.starts_with('{') } else { wanted == found }
    };
    template.len() == path.len() && template.iter().zip(&path).all(same)
}

#[test]
fn every_recorded_list_and_record_is_read() {
    for (folder, platform, wanted) in SHOWN {
        let manifest = PLATFORMS.get(platform).unwrap();
        let mut shown = Vec::new();
        for exchange in exchanges(folder).iter().filter(|exchange| exchange.method == "GET" && exchange.status == 200) {
            let body = serde_json::to_vec(&exchange.body).unwrap();
            let what = format!("{folder}: {}", exchange.name);
            for collection in manifest.collections.values() {
                let decoder = Decoder::new(collection);
                let lists = std::iter::once(&collection.list).chain(&collection.list_or);
                if lists.clone().any(|list| is_at(list, &exchange.path)) {
                    let ask = PageAsk { partition: Some("parent".to_owned()), ..ask(At::Start) };
                    let page = decoder.page(&ask, &body).unwrap_or_else(|error| panic!("{what}: {error}"));
                    assert_eq!(page.bad.iter().filter(|bad| bad.id.is_some()).count(), 0, "{what}");
                    for row in &page.rows {
                        holds(row, &what);
                    }
                    shown.push(collection.name.clone());
                }
                if collection.item.as_ref().is_some_and(|item| is_at(item, &exchange.path)) {
                    let row = decoder.record(None, &body).unwrap_or_else(|error| panic!("{what}: {error}"));
                    holds(&row, &what);
                }
            }
        }
        shown.sort();
        shown.dedup();
        assert_eq!(shown, wanted, "{folder}");
    }
}

/// What an operator must find in every record.
fn holds(row: &Incoming, what: &str) {
    let doc: Value = serde_json::from_str(&row.doc).unwrap();
    assert!(doc.is_object(), "{what}");
    assert!(!row.id.is_empty(), "{what}");
    assert!(!row.doc.contains("FAKE"), "{what}: a secret was kept: {}", row.doc);
    let said = |keys: &[&str]| keys.iter().any(|key| doc.get(key).is_some_and(|value| value.is_string()));
    assert_eq!(
        row.columns.created_at.is_some(),
        said(&["created_at", "registered_at", "requested_at", "timestamp", "date"]),
        "{what}"
    );
    if said(&["status"]) {
        assert!(row.columns.status.is_some(), "{what}");
    }
}

#[test]
fn every_recorded_error_gives_its_words() {
    for (folder, platform, _) in SHOWN {
        let manifest = PLATFORMS.get(platform).unwrap();
        for exchange in exchanges(folder).iter().filter(|exchange| exchange.status >= 400) {
            let words = request::error_text(&manifest, &serde_json::to_vec(&exchange.body).unwrap());
            let words = words.unwrap_or_else(|| panic!("{folder}: {}", exchange.name));
            let said =
                ["/error/message", "/error", "/detail"].iter().find_map(|at| exchange.body.pointer(at)?.as_str());
            assert!(words.starts_with(said.unwrap()), "{folder}: {}: {words}", exchange.name);
        }
    }
}
