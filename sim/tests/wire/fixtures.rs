//! Every recorded exchange, asked again: the same status, and a body of the same shape.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use quarterdeck_sim::{Limit, RateHeaders, Sim, Window};
use serde_json::Value;

use crate::client::{Answer, Caller, fixed, start};

fn exchanges(endpoint: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(endpoint);
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).expect("fixtures").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
        .iter()
        .flat_map(|file| {
            let text = std::fs::read_to_string(file).expect("readable");
            serde_json::from_str::<Vec<Value>>(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
        })
        .collect()
}

/// Puts ids of the world in the place of `{collection}`, `{collection:STATUS}` and `{collection:STATUS:field}`.
fn fill(sim: &Sim, endpoint: &str, text: &str) -> String {
    let Some((before, rest)) = text.split_once('{') else { return text.to_owned() };
    let (mark, after) = rest.split_once('}').expect("a closed mark");
    let mut words = mark.split(':');
    let (collection, status, field) = (words.next().unwrap_or_default(), words.next(), words.next());
    let rows = sim.truth(endpoint, collection);
    let row = rows.iter().find(|row| status.is_none_or(|status| row["status"] == status));
    let row = row.unwrap_or_else(|| panic!("{endpoint} holds no {mark}"));
    let value = field.map_or_else(|| row.get("id").unwrap_or(&row["name"]), |field| &row[field]);
    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    format!("{before}{value}{}", fill(sim, endpoint, after))
}

fn caller_for(sim: &Sim, endpoint: &str, role: &str) -> Caller {
    let found = sim.endpoint(endpoint).expect("an endpoint");
    let mut caller =
        if role == "full" || role == "cookie" { Caller::new(sim, endpoint) } else { Caller::stranger(&found) };
    match role {
        "reader" => caller.add("X-API-Key", found.read_only_key.expect("a key that reads")),
        "key" => caller.add("X-API-Key", "exo_some_key".to_owned()),
        "cookie" => caller.headers.retain(|(name, _)| name != "X-CSRF-Token"),
        _ => {}
    }
    caller
}

fn ask(sim: &Sim, endpoint: &str, exchange: &Value) -> Answer {
    let caller = caller_for(sim, endpoint, exchange["as"].as_str().unwrap_or("full"));
    let path = fill(sim, endpoint, exchange["ask"]["path"].as_str().expect("a path"));
    let mut body = exchange["ask"]["body"].clone();
    for text in body.as_object_mut().into_iter().flat_map(|fields| fields.values_mut()) {
        if let Value::String(mark) = text {
            *mark = fill(sim, endpoint, mark);
        }
    }
    match exchange["given"].as_str() {
        Some("expired") => sim.change(|world| world.expire_sessions(endpoint)),
        Some("limit") => {
            let headers = match endpoint {
                "turen" => RateHeaders::Epoch,
                "exo" => RateHeaders::Lying,
                _ => RateHeaders::RetryOnly,
            };
            let limit = Limit { requests: 0, per: Duration::from_secs(60), window: Window::Fixed, headers };
            sim.script().limit(endpoint, limit);
        }
        _ => {}
    }
    let body = if body.is_null() { String::new() } else { body.to_string() };
    caller.send(exchange["ask"]["method"].as_str().expect("a method"), &path, &body)
}

/// The types found at each place of a document; the items of a list are one place.
type Shape = BTreeMap<String, BTreeSet<&'static str>>;

fn shape(value: &Value, place: &str, shape_so_far: &mut Shape) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    shape_so_far.entry(place.to_owned()).or_default().insert(kind);
    match value {
        Value::Array(items) => items.iter().for_each(|item| shape(item, &format!("{place}/*"), shape_so_far)),
        Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| shape(field, &format!("{place}/{name}"), shape_so_far));
        }
        _ => {}
    }
}

/// Whether a recorded `{}` or `[]` stands above a place: anything may be below.
fn is_free(recorded: &Shape, place: &str) -> bool {
    let parents = place.match_indices('/').map(|(at, _)| &place[..at]);
    parents.into_iter().any(|parent| {
        let container = recorded.get(parent).is_some_and(|kinds| kinds.contains("array") || kinds.contains("object"));
        let below = format!("{parent}/");
        container && !recorded.keys().any(|other| other.starts_with(&below))
    })
}

fn compare(name: &str, exchange: &Value, answer: &Answer) {
    if exchange["body"].is_null() {
        assert!(answer.body.is_empty(), "{name}: a body where none was recorded: {}", answer.text());
        return;
    }
    let (mut recorded, mut served) = (Shape::new(), Shape::new());
    shape(&exchange["body"], "", &mut recorded);
    shape(&answer.json(), "", &mut served);
    for (place, kinds) in &served {
        let known = recorded.get(place);
        let fits = known.is_some_and(|known| kinds.iter().all(|kind| *kind == "null" || known.contains(kind)));
        assert!(
            fits || known.is_some_and(|known| known.contains("null")) || is_free(&recorded, place),
            "{name}: {place} is {kinds:?}, recorded was {known:?}"
        );
    }
    for (place, kinds) in recorded.iter().filter(|_| exchange["open"] != true) {
        let found = served.get(place).unwrap_or_else(|| panic!("{name}: no {place} in {}", answer.text()));
        assert!(kinds.iter().any(|kind| found.contains(kind)), "{name}: {place} is {found:?}, recorded was {kinds:?}");
    }
}

fn replay(endpoint: &str) {
    let shared = start(fixed());
    for exchange in exchanges(endpoint) {
        let name = format!("{endpoint}: {}", exchange["name"].as_str().expect("a name"));
        // What changes the world gets one of its own.
        let fresh = exchange["ask"]["method"] != "GET" || exchange.get("given").is_some();
        let own = fresh.then(|| start(fixed()));
        let answer = ask(own.as_ref().unwrap_or(&shared), endpoint, &exchange);
        assert_eq!(Some(u64::from(answer.status)), exchange["status"].as_u64(), "{name}: {}", answer.text());
        for header in exchange["headers"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            assert!(answer.header(header).is_some(), "{name}: no {header}");
        }
        compare(&name, &exchange, &answer);
    }
}

#[test]
fn turen_answers_as_recorded() {
    replay("turen");
}

#[test]
fn exo_answers_as_recorded() {
    replay("exo");
}

#[test]
fn exo_as_documented_answers_as_recorded() {
    replay("exo-documented");
}

#[test]
fn runagents_answers_as_recorded() {
    replay("runagents");
}

#[test]
fn runagents_of_the_first_generation_answers_as_recorded() {
    replay("runagents-v1alpha");
}
