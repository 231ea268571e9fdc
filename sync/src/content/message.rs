//! One message, whatever its shape.

use super::blocks::{self, Sort};
use super::{answer, call, event, marks, step, times, usage};
use crate::json::{self, Json, Object};
use crate::model::{Entry, EntryKind, Part};

const IDS: [&str; 6] = ["uuid", "event_id", "id", "message_id", "messageId", "step_id"];
/// Where a message may keep its words, in the order in which they are looked for.
const SAID: [&str; 10] =
    ["content", "text", "message", "summary", "detail", "prompt", "body", "output", "description", "error"];

/// An entry by itself, before it is paired with others.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) entry: Entry,
    /// The model's answer that the message is part of, where one is sent in several.
    pub(super) turn: Option<String>,
}

/// Reads a message. What is no object is kept as kind other, a string with its words.
pub(super) fn read(place: u32, raw: &str) -> Reading {
    let mut entry = Entry { place, raw: raw.to_owned(), ..Entry::default() };
    let json = Json::of(raw);
    let Some(object) = json.object() else {
        bare(json, &mut entry);
        return Reading { entry, turn: None };
    };
    // Claude Code wraps what the model sends and receives.
    let inner =
        object.get("message").and_then(Json::object).filter(|inner| inner.holds("role") || inner.holds("content"));
    let said = inner.as_ref().unwrap_or(&object);
    entry.id = object.word(&IDS).or_else(|| said.word(&["id"]));
    entry.at = times::at(&object).or_else(|| times::at(said));
    entry.usage = usage::usage(said);
    if inner.is_some() {
        usage::fill(&mut entry.usage, usage::usage(&object));
    }
    entry.subagent = marks::subagent(&object);
    entry.sidechain = ["isSidechain", "is_sidechain", "is_subagent"].iter().any(|name| object.is_true(name));
    shape(json, &object, inner.as_ref(), &mut entry);
    Reading { turn: inner.and_then(|inner| inner.word(&["id"])), entry }
}

fn bare(json: Json<'_>, entry: &mut Entry) {
    if json.is_object() {
        // Begins like an object and is none.
        entry.parts.push(Part::Other { label: String::new(), json: json.raw().to_owned() });
    } else {
        blocks::content(json, &mut entry.parts);
    }
    if entry.parts.is_empty() {
        entry.parts.push(Part::Other { label: String::new(), json: json.raw().to_owned() });
    }
    finish(EntryKind::Other, String::new(), entry);
}

fn shape(json: Json<'_>, object: &Object<'_>, inner: Option<&Object<'_>>, entry: &mut Entry) {
    let word = object.word(&["type", "kind"]).unwrap_or_default();
    let known = kind(&word);
    let unknown = Sort::of(&word) == Sort::Unknown && known == EntryKind::Other;
    if inner.is_none() && event::is_event(object, !unknown) {
        let (kind, word, failed) = event::read(json, object, &mut entry.parts);
        entry.error = failed;
        return finish(kind, word, entry);
    }
    let speaks = ["role", "content", "tool_calls"].iter().any(|name| object.holds(name));
    let stands_for_more = unknown || matches!(Sort::of(&word), Sort::Tool) || known == EntryKind::Assistant;
    if inner.is_none() && !speaks && stands_for_more && step::is_step(object) {
        let (kind, word) = step::read(object, &mut entry.parts);
        entry.error = marks::failed(object);
        return finish(kind, word, entry);
    }
    let said = inner.unwrap_or(object);
    let role = said.word(&["role", "author", "sender"]);
    let speaker = role.clone().unwrap_or_else(|| word.clone());
    let mut meant = if role.is_some() && kind(&speaker) != EntryKind::Other { kind(&speaker) } else { known };
    match Sort::of(&word) {
        Sort::Unknown | Sort::File => speech(json, said, &word, meant, entry),
        sort => {
            blocks::block(json, object, &mut entry.parts, 0);
            meant = if sort == Sort::Text { meant } else { kind(&word) };
        }
    }
    beside(object, entry);
    if object.is_true("isMeta") {
        meant = EntryKind::System;
    }
    if object.is_true("isCompactSummary") {
        meant = EntryKind::Summary;
    }
    let level = object.string("level").is_some_and(|level| marks::is_failure(&level));
    entry.error |= level || marks::is_failure(&word) || marks::failed(object) || inner.is_some_and(marks::failed);
    finish(meant, speaker, entry);
}

/// What a word for a message, or for who speaks in it, means.
fn kind(word: &str) -> EntryKind {
    match word.to_ascii_lowercase().replace('-', "_").as_str() {
        "user" | "human" => EntryKind::User,
        "assistant" | "ai" | "model" | "agent" | "bot" => EntryKind::Assistant,
        "system" | "developer" => EntryKind::System,
        "progress" => EntryKind::Progress,
        "summary" => EntryKind::Summary,
        "snapshot" | "file_history_snapshot" => EntryKind::Snapshot,
        word => match Sort::of(word) {
            Sort::Call | Sort::Result | Sort::Tool => EntryKind::Tool,
            Sort::Thinking => EntryKind::Thinking,
            _ => EntryKind::Other,
        },
    }
}

/// A message in which somebody says something, and may call tools.
fn speech(json: Json<'_>, said: &Object<'_>, word: &str, meant: EntryKind, entry: &mut Entry) {
    let before = entry.parts.len();
    let thought = ["reasoning_content", "reasoning", "thinking"].iter().find_map(|name| said.get(name)?.string());
    entry
        .parts
        .extend(thought.filter(|thought| !thought.is_empty()).map(|thought| Part::Thinking(thought.into_owned())));
    let content = said.first(&SAID);
    let first = || said.get("content")?.items().next()?.object()?.string("type");
    if meant == EntryKind::Tool && first().is_none_or(|word| Sort::of(&word) != Sort::Result) {
        answer::read(said, &mut entry.parts, 0);
    } else if meant == EntryKind::Progress {
        progress(said, entry);
    } else if Sort::of(word) == Sort::File || (content.is_none() && blocks::is_call(said)) {
        blocks::block(json, said, &mut entry.parts, 0);
    } else if let Some(block) = content.filter(|content| content.object().is_some_and(|block| !block.holds("type"))) {
        entry.parts.push(Part::Text(json::readable(block.raw(), &[])));
    } else if let Some(content) = content {
        blocks::content(content, &mut entry.parts);
    }
    for calls in
        ["tool_calls", "tool_calls_json", "toolCalls", "function_call"].iter().filter_map(|name| said.get(name))
    {
        step::tool_calls(calls, &mut entry.parts);
    }
    if entry.parts.len() == before && content.is_none() {
        entry.parts.push(Part::Other {
            label: said.word(&["subtype"]).unwrap_or_else(|| word.to_owned()),
            json: json.raw().to_owned(),
        });
    }
}

/// How far something is: in words, or below `data`, where a subagent's messages are wrapped once more.
fn progress(said: &Object<'_>, entry: &mut Entry) {
    if let Some(words) = said.first(&SAID) {
        return blocks::content(words, &mut entry.parts);
    }
    let Some(json) = said.get("data") else { return };
    let Some(data) = json.object() else { return blocks::content(json, &mut entry.parts) };
    entry.subagent = entry.subagent.take().or_else(|| marks::subagent(&data));
    let wrapped = data.get("message").and_then(Json::object);
    let inner = wrapped.as_ref().and_then(|outer| outer.get("message")?.object()?.get("content"));
    match inner.or_else(|| wrapped.as_ref()?.get("content")).or_else(|| data.first(&["fullOutput", "output"])) {
        Some(content) => blocks::content(content, &mut entry.parts),
        None => entry.parts.push(Part::Text(json::readable(json.raw(), &[]))),
    }
}

/// What stands beside the content: what a tool's result was about, and the files that are named.
fn beside(object: &Object<'_>, entry: &mut Entry) {
    if let Some(kept) = object.first(&["toolUseResult", "tool_use_result"]).and_then(Json::object) {
        answer::beside(&kept, &mut entry.parts, &mut entry.files);
        entry.subagent = entry.subagent.take().or_else(|| marks::subagent(&kept));
        // Its tokens are those of the subagent's own session, and are counted there.
        entry.usage.duration_ms = entry.usage.duration_ms.or(usage::usage(&kept).duration_ms);
    }
    if let Some(kept) = object.get("snapshot").and_then(Json::object) {
        entry.at = entry.at.or_else(|| times::at(&kept));
        let tracked = kept.get("trackedFileBackups").and_then(Json::object);
        entry.files.extend(tracked.iter().flat_map(Object::fields).map(|(path, _)| path.to_owned()));
    }
    if marks::calls(&entry.parts).next().is_none() {
        entry.files.extend(call::paths(object));
    }
}

/// The kind by what the parts say: words, then thoughts, then calls.
fn finish(meant: EntryKind, role: String, entry: &mut Entry) {
    let has = |wanted: fn(&Part) -> bool| entry.parts.iter().any(wanted);
    let speaks = matches!(meant, EntryKind::User | EntryKind::Assistant | EntryKind::Other);
    let words = has(|part| match part {
        Part::Text(text) => !text.trim().is_empty(),
        part => matches!(part, Part::Attachment { .. }),
    });
    entry.kind = match meant {
        _ if !speaks || words => meant,
        _ if has(|part| matches!(part, Part::Thinking(_))) => EntryKind::Thinking,
        _ if has(|part| matches!(part, Part::Call(_) | Part::Result(_))) => EntryKind::Tool,
        meant => meant,
    };
    entry.role = if role.is_empty() { entry.kind.as_str().to_owned() } else { role };
    entry.error |= marks::any_failed(&entry.parts);
}
