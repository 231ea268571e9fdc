//! Results of tools.

use std::borrow::Cow;

use super::{blocks, call, marks, patch};
use crate::json::{self, Json, Object};
use crate::model::{Answer, Edit, Part};

const CALLS: [&str; 6] = ["tool_use_id", "tool_call_id", "toolCallId", "call_id", "toolUseID", "parent_tool_use_id"];
const TOOLS: [&str; 4] = ["tool", "tool_name", "toolName", "name"];
const BODIES: [&str; 9] =
    ["content", "output", "result", "output_json", "result_json", "text", "response", "tool_response", "message"];

/// The result that an object holds, with what is attached to it.
pub(super) fn read(object: &Object<'_>, parts: &mut Vec<Part>, depth: usize) {
    let mut answer = Answer {
        call: object.word(&CALLS),
        tool: object.word(&TOOLS),
        error: marks::failed(object),
        ..Answer::default()
    };
    let mut attached = Vec::new();
    if let Some(body) = object.first(&BODIES) {
        answer.text = text(body, &mut attached, depth);
    }
    for name in ["stdout", "stderr", "error"] {
        if let Some(said) = object.get(name).filter(|said| !matches!(said.raw(), "true" | "false")) {
            add(&mut answer.text, &words(said));
        }
    }
    parts.push(Part::Result(answer));
    parts.append(&mut attached);
}

/// There is something in the object that a tool has answered.
pub(super) fn is_in(object: &Object<'_>) -> bool {
    ["output", "result", "output_json", "result_json", "response", "error"].iter().any(|name| object.holds(name))
}

/// What a value says to a reader: a string itself, of anything else its lines.
pub(super) fn words(json: Json<'_>) -> Cow<'_, str> {
    json.string().unwrap_or_else(|| json::readable(json.raw(), &[]).into())
}

/// Adds what is not yet said.
pub(super) fn add(text: &mut String, more: &str) {
    if more.trim().is_empty() || text.contains(more) {
        return;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(more);
}

/// The words of a result, which may be blocks; pictures and files are attached.
fn text(body: Json<'_>, attached: &mut Vec<Part>, depth: usize) -> String {
    if !body.is_array() {
        let block = body.object().filter(|object| object.holds("type") && object.holds("text"));
        return block.and_then(|object| object.string("text")).unwrap_or_else(|| words(body)).into_owned();
    }
    let blocks_of_it = body.items().next().is_some_and(|first| first.object().is_some_and(|first| first.holds("type")));
    if !blocks_of_it {
        return words(body).into_owned();
    }
    let mut parts = Vec::new();
    blocks::nested(body, &mut parts, depth + 1);
    let mut text = String::new();
    for part in parts {
        if matches!(part, Part::Attachment { .. }) {
            attached.push(part);
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&part.text());
    }
    text
}

/// What Claude Code keeps beside a result: the patch as it was applied, with the lines around it, and which files it read.
pub(super) fn beside(kept: &Object<'_>, parts: &mut [Part], files: &mut Vec<String>) {
    let path = kept.first(&["filePath", "file_path"]).and_then(Json::string).map(Cow::into_owned);
    let mut edits =
        kept.get("structuredPatch").map(|hunks| patch::structured(hunks, path.as_deref())).unwrap_or_default();
    if edits.is_empty() {
        let created = kept.string("content").filter(|_| kept.string("type").is_some_and(|word| word == "create"));
        let created = created.map(|text| Edit { path: path.clone(), after: text.into_owned(), ..Edit::default() });
        edits.extend(created.or_else(|| call::replaced(kept, path.as_ref())));
    }
    let answers = parts.iter_mut().filter_map(|part| if let Part::Result(answer) = part { Some(answer) } else { None });
    if let Some(answer) = answers.into_iter().next() {
        answer.edits = edits;
    }
    files.extend(call::paths(kept));
    if let Some(file) = kept.get("file").and_then(Json::object) {
        files.extend(call::paths(&file));
    }
}
