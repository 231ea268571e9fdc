//! Events of runs: `{event_id, run_id, seq, type, actor, data, timestamp}`. Their types are an open set.

use super::{answer, blocks, call, marks};
use crate::json::{self, Json, Object};
use crate::model::{Answer, EntryKind, Part};

const SAID: [&str; 7] = ["message", "content", "text", "detail", "summary", "reason", "error"];
const TOOLS: [&str; 6] = ["tool_name", "tool", "tool_id", "toolName", "name", "capability"];
/// What every event says of itself, and no reader needs to be told.
const AROUND: [&str; 9] =
    ["event_id", "id", "run_id", "seq", "type", "actor", "payload_hash", "timestamp", "created_at"];
/// Not `tool_id`: that is the tool's own.
const IDS: [&str; 6] = ["tool_call_id", "call_id", "request_id", "action_id", "tool_use_id", "correlation_id"];

/// It says of which run it is the how-manieth event, or keeps what it says below `data`. Other messages may have a `data` too,
/// but not types in capitals or of their own.
pub(super) fn is_event(object: &Object<'_>, known: bool) -> bool {
    let Some(word) = object.string("type") else { return false };
    let of_run = ["run_id", "event_id"].iter().any(|name| object.holds(name));
    let told_apart = !known || !word.contains(|c: char| c.is_lowercase());
    let speaks = ["role", "content", "tool", "input"].iter().any(|name| object.holds(name));
    !speaks && (of_run || (told_apart && (object.holds("data") || object.holds("seq"))))
}

/// Its kind, its own word for it, and its parts.
pub(super) fn read(whole: Json<'_>, event: &Object<'_>, parts: &mut Vec<Part>) -> (EntryKind, String, bool) {
    let word = event.string("type").unwrap_or_default().into_owned();
    let packed = event.first(&["data", "payload"]).map(|data| data.unpacked().into_owned()).unwrap_or_default();
    let json = Json::of(&packed);
    let data = json.object();
    let kind = kind(&word);
    match (kind, &data) {
        (EntryKind::Tool, _) => tool(&word, data.as_ref().unwrap_or(event), json, parts),
        (EntryKind::User | EntryKind::Assistant | EntryKind::Thinking, Some(data)) if data.first(&SAID).is_some() => {
            speech(kind, data, parts);
        }
        _ => {
            let text = all(whole, event, data.as_ref(), json);
            parts.push(Part::Text(if text.is_empty() { word.clone() } else { text }));
        }
    }
    let failed = marks::failed(event) || marks::is_failure(&word) || data.as_ref().is_some_and(marks::failed);
    (kind, word, failed)
}

/// What a type means. Types that we do not know are events of the platform all the same, unless they say nothing of themselves.
fn kind(word: &str) -> EntryKind {
    let word = word.to_ascii_uppercase().replace(['-', '.', ' '], "_");
    let any = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
    match word.as_str() {
        "USER_MESSAGE" | "USER" | "HUMAN_MESSAGE" | "USER_INPUT" => EntryKind::User,
        "AGENT_MESSAGE" | "ASSISTANT_MESSAGE" | "ASSISTANT" | "MODEL_MESSAGE" | "AGENT_RESPONSE" => {
            EntryKind::Assistant
        }
        "SUMMARY" => EntryKind::Summary,
        _ if any(&["THINKING", "REASONING"]) => EntryKind::Thinking,
        _ if word.starts_with("TOOL_") => EntryKind::Tool,
        _ if any(&["PROGRESS", "HEARTBEAT"]) => EntryKind::Progress,
        _ if any(&["SNAPSHOT"]) => EntryKind::Snapshot,
        _ if word.starts_with("INVOKE") || word.starts_with("RUN_") => EntryKind::System,
        _ if word.ends_with("_REQUIRED") || word.ends_with("_GRANTED") || word.ends_with("_EXPIRED") => {
            EntryKind::System
        }
        "APPROVED" | "REJECTED" | "RESUMED" | "PAUSED" | "STARTED" | "COMPLETED" | "FAILED" | "CANCELLED"
        | "TIMEOUT" | "ERROR" | "SYSTEM" => EntryKind::System,
        _ => EntryKind::Other,
    }
}

fn speech(kind: EntryKind, data: &Object<'_>, parts: &mut Vec<Part>) {
    let Some(said) = data.first(&SAID) else { return };
    if kind == EntryKind::Thinking {
        parts.push(Part::Thinking(answer::words(said).into_owned()));
    } else {
        blocks::content(said, parts);
    }
    if let Some(calls) = data.first(&["tool_calls", "tool_calls_json"]) {
        super::step::tool_calls(calls, parts);
    }
}

/// A call or its result. Everything that stands beside the arguments (method, URL, capability) is part of what the tool is given.
fn tool(word: &str, data: &Object<'_>, json: Json<'_>, parts: &mut Vec<Part>) {
    let word = word.to_ascii_uppercase();
    let name = data.word(&TOOLS).unwrap_or_default();
    let id = data.word(&IDS);
    if ["RESPONSE", "RESULT", "OUTPUT", "COMPLETED", "FAILED", "ERROR"].iter().any(|end| word.ends_with(end)) {
        let mut text = String::new();
        for said in ["content", "result", "output", "response", "body", "message", "detail", "summary", "error"] {
            if let Some(said) = data.get(said) {
                answer::add(&mut text, &answer::words(said));
            }
        }
        if text.is_empty() {
            text = json::readable(json.raw(), &[]);
        }
        let error = marks::failed(data) || marks::is_failure(&word);
        let tool = Some(name).filter(|name| !name.is_empty());
        parts.push(Part::Result(Answer { call: id, tool, text, error, ..Answer::default() }));
        return;
    }
    let arguments = data.first(&["arguments", "input", "args", "params", "parameters", "body", "payload"]);
    let mut made = call::given(name, arguments);
    made.id = id;
    if !json.raw().is_empty() {
        made.input = json.raw().to_owned();
    }
    parts.push(Part::Call(made));
}

/// Everything that an event says, what is meant for people first.
fn all(whole: Json<'_>, event: &Object<'_>, data: Option<&Object<'_>>, json: Json<'_>) -> String {
    let mut text = String::new();
    let from = data.unwrap_or(event);
    for said in SAID.iter().filter_map(|name| from.get(name)) {
        answer::add(&mut text, &answer::words(said));
    }
    let rest = if json.raw().is_empty() {
        json::readable(whole.raw(), &[&SAID[..], &AROUND].concat())
    } else {
        json::readable(json.raw(), &SAID)
    };
    answer::add(&mut text, &rest);
    if let Some(actor) = event.word(&["actor"]) {
        answer::add(&mut text, &format!("actor: {actor}"));
    }
    text
}
