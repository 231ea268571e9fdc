//! The blocks that a message is made of: text, thoughts, calls, results, pictures.

use super::{answer, call};
use crate::json::{Json, Object};
use crate::model::Part;

/// Blocks in blocks in blocks: what lies deeper is kept as JSON.
const DEEPEST: usize = 8;
/// The blocks of one message that are told apart; the rest is kept as JSON.
const MOST: usize = 4096;

/// What sort of block a word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Text,
    Thinking,
    Call,
    Result,
    /// A call, its result, or both.
    Tool,
    File,
    Unknown,
}

impl Sort {
    pub(super) fn of(word: &str) -> Self {
        match word.to_ascii_lowercase().replace('-', "_").as_str() {
            "text" | "input_text" | "output_text" => Self::Text,
            "thinking" | "reasoning" | "thought" => Self::Thinking,
            "tool_use" | "server_tool_use" | "mcp_tool_use" | "tool_call" | "function_call" | "custom_tool_call"
            | "local_shell_call" | "mcp_call" | "tool_request" | "tool_called" => Self::Call,
            "function_call_output"
            | "custom_tool_call_output"
            | "local_shell_call_output"
            | "tool_response"
            | "tool_output"
            | "tool_call_output"
            | "function_response" => Self::Result,
            "tool" | "function" => Self::Tool,
            "image" | "image_url" | "input_image" | "document" | "file" | "input_file" | "audio" | "input_audio"
            | "video" => Self::File,
            word if word.ends_with("tool_result") => Self::Result,
            _ => Self::Unknown,
        }
    }
}

/// The content of a message: text, a block, or an array of them, also as JSON in a string.
pub(super) fn content(json: Json<'_>, parts: &mut Vec<Part>) {
    if let Some(text) = json.string().filter(|text| text.trim_start().starts_with("[{")) {
        let packed = Json::of(&text);
        let kind = |item: Json<'_>| item.object()?.string("type").map(|word| Sort::of(&word));
        // Somebody may also talk about JSON: these are blocks only where the first calls itself one.
        if packed.items().next().and_then(kind).is_some_and(|sort| sort != Sort::Unknown) {
            return nested(packed, parts, 0);
        }
    }
    nested(json, parts, 0);
}

pub(super) fn nested(json: Json<'_>, parts: &mut Vec<Part>, depth: usize) {
    if let Some(text) = json.string() {
        say(text.into_owned(), parts);
    } else if let Some(object) = json.object().filter(|_| depth <= DEEPEST) {
        block(json, &object, parts, depth);
    } else if json.is_array() && depth <= DEEPEST {
        let mut items = json.items();
        for item in items.by_ref().take(MOST) {
            nested(item, parts, depth + 1);
        }
        let rest: Vec<&str> = items.map(Json::raw).collect();
        if !rest.is_empty() {
            parts.push(Part::Other { label: "more".into(), json: format!("[{}]", rest.join(",")) });
        }
    } else if !matches!(json.raw(), "null" | "") {
        other("", json, parts);
    }
}

/// One object as a block, by its own word for itself.
pub(super) fn block(json: Json<'_>, object: &Object<'_>, parts: &mut Vec<Part>, depth: usize) {
    let word = object.string("type").unwrap_or_default();
    let text = || ["text", "thinking", "content", "refusal"].iter().find_map(|name| object.get(name)?.string());
    match Sort::of(&word) {
        Sort::Text if text().is_some() => say(text().unwrap_or_default().into_owned(), parts),
        Sort::Thinking => match text().map(|text| text.into_owned()).or_else(|| summary(object)) {
            Some(thought) => parts.push(Part::Thinking(thought)),
            None => other(&word, json, parts),
        },
        Sort::Call => {
            parts.push(Part::Call(call::read(object, &word)));
            if answer::is_in(object) {
                answer::read(object, parts, depth);
            }
        }
        Sort::Result => answer::read(object, parts, depth),
        Sort::Tool => both(object, parts, depth),
        Sort::File => file(&word, object, parts),
        _ if word.is_empty() && text().is_some() => say(text().unwrap_or_default().into_owned(), parts),
        _ if is_call(object) => both(object, parts, depth),
        _ => other(&word, json, parts),
    }
}

/// Whatever it calls itself, it names a tool and what the tool is given.
pub(super) fn is_call(object: &Object<'_>) -> bool {
    let tool = ["tool", "tool_name", "toolName"].iter().any(|name| object.string(name).is_some());
    tool && ["input", "arguments", "args"].iter().any(|name| object.holds(name))
}

/// A call, its result, or both, by what is there.
fn both(object: &Object<'_>, parts: &mut Vec<Part>, depth: usize) {
    let asks = ["input", "arguments", "args", "parameters", "command", "path"].iter().any(|name| object.holds(name));
    let answers = answer::is_in(object) || object.holds("content");
    if asks || !answers {
        parts.push(Part::Call(call::read(object, "")));
    }
    if answers {
        answer::read(object, parts, depth);
    }
}

fn say(text: String, parts: &mut Vec<Part>) {
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
}

fn other(label: &str, json: Json<'_>, parts: &mut Vec<Part>) {
    parts.push(Part::Other { label: label.to_owned(), json: json.raw().to_owned() });
}

/// Thoughts that are sent in short: `summary: [{text}]`.
fn summary(object: &Object<'_>) -> Option<String> {
    let summary = object.get("summary")?;
    let texts: Vec<_> =
        summary.items().filter_map(|item| item.object()?.string("text").map(|t| t.into_owned())).collect();
    summary.string().map(|text| text.into_owned()).or_else(|| (!texts.is_empty()).then(|| texts.join("\n")))
}

/// A picture or a file: in the block itself, below `source`, or in a data URL.
fn file(word: &str, object: &Object<'_>, parts: &mut Vec<Part>) {
    let below = ["source", "image_url", "file", "input_audio"].iter().find_map(|name| object.get(name)?.object());
    let holder = below.as_ref().unwrap_or(object);
    let url = [holder, object].iter().find_map(|at| at.get("url").or_else(|| at.get("image_url"))?.string());
    let packed = url.as_deref().and_then(|url| url.strip_prefix("data:")?.split_once(','));
    let data = ["data", "file_data"].iter().find_map(|name| holder.get(name)?.string());
    if let Some(text) = data.as_ref().filter(|_| holder.string("type").is_some_and(|word| word == "text")) {
        return say(text.clone().into_owned(), parts);
    }
    let named = ["media_type", "mediaType", "mime_type", "mimeType"];
    let media = holder.word(&named).or_else(|| object.word(&named));
    let media = media.or_else(|| packed.map(|(head, _)| head.split(';').next().unwrap_or_default().to_owned()));
    let bytes = data.as_deref().or(packed.map(|(_, data)| data)).map_or(0, unpacked);
    parts.push(Part::Attachment {
        // `input_image` says what it is as well as `image` does.
        media: media.filter(|media| !media.is_empty()).unwrap_or_else(|| word.trim_start_matches("input_").to_owned()),
        bytes,
    });
}

/// Bytes in base64 text.
fn unpacked(base64: &str) -> u64 {
    let digits = base64.bytes().filter(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte)).count();
    (digits as u64).saturating_mul(3) / 4
}
