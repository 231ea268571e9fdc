use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;
use quarterdeck_index::Document;
use quarterdeck_sync::model::{Call, Entry, EntryKind, Part, Record};
use quarterdeck_sync::text::secrets;

use super::flat::{Piece, Within, pieces};
use super::gathered::Gathered;
use super::record::active;
use super::{is_time, unpacked};
use crate::search::fields;

/// Most bytes of an entry that are searched.
const MOST: usize = 8 << 20;

/// Members whose values say how a message is built, and nothing that was said.
const STRUCTURE: [&str; 6] = ["type", "role", "subtype", "media_type", "object", "event_type"];

/// Members that hold seals on what was said or thought, as packed bytes.
const SEALS: [&str; 4] = ["signature", "thoughtSignature", "thought_signature", "encrypted_content"];

/// Names that what tools are given and what events tell has everywhere: everything would be found by them.
const ORDINARY: [&str; 58] = [
    "action",
    "actor",
    "args",
    "arguments",
    "body",
    "cmd",
    "command",
    "content",
    "contents",
    "cwd",
    "data",
    "description",
    "detail",
    "edits",
    "error",
    "file",
    "file_path",
    "filePath",
    "filename",
    "files",
    "headers",
    "id",
    "input",
    "key",
    "kind",
    "limit",
    "message",
    "method",
    "mode",
    "model",
    "name",
    "new_string",
    "newString",
    "offset",
    "old_string",
    "oldString",
    "output",
    "path",
    "paths",
    "payload",
    "prompt",
    "query",
    "reason",
    "replace_all",
    "result",
    "status",
    "summary",
    "text",
    "timeout",
    "timestamp",
    "title",
    "tool",
    "tool_id",
    "tool_name",
    "type",
    "url",
    "usage",
    "value",
];

/// What was said already.
type Said<'a> = HashSet<&'a str, RandomState>;

/// The document of an entry of `record`. What it has is added to `has`.
pub fn document(
    entry: &Entry,
    record: &Record,
    shared: &Arc<[(usize, String)]>,
    has: &mut BTreeSet<&'static str>,
) -> Document {
    let text = entry_text(entry);
    let mut facets = vec![
        (fields::KIND, entry.kind.as_str().to_owned()),
        (fields::ROLE, entry.role.clone()),
        (fields::IS, "entry".to_owned()),
    ];
    facets.extend(entry.tools().into_iter().map(|tool| (fields::TOOL, tool.to_owned())));
    facets.extend(entry.paths().into_iter().map(|path| (fields::PATH, path.to_owned())));
    for word in holds(entry) {
        has.insert(word);
        facets.push((fields::HAS, word.to_owned()));
    }
    let at = entry.at.map(|at| at.as_millisecond()).or_else(|| active(&record.row));
    Document { place: Some(entry.place), at, title: String::new(), text, facets, shared: shared.clone() }
}

/// What an entry holds, in the words of `has:`.
fn holds(entry: &Entry) -> Vec<&'static str> {
    let image = |part: &Part| matches!(part, Part::Attachment { media, .. } if media.starts_with("image"));
    let held = [
        ("error", entry.error),
        ("diff", entry.edits().next().is_some()),
        ("secret", holds_secret(entry)),
        ("image", entry.parts.iter().any(image)),
        ("call", entry.parts.iter().any(|part| matches!(part, Part::Call(_)))),
    ];
    held.into_iter().filter_map(|(word, held)| held.then_some(word)).collect()
}

/// Is there anything in it that is masked where it is shown? What is no JSON has no strings to look into.
fn holds_secret(entry: &Entry) -> bool {
    secrets::holds_in_json(&entry.raw) || (entry.kind == EntryKind::Other && secrets::holds(&entry.raw))
}

/// What is searched of an entry, and what its snippet is cut from: what a person reads in it, then every string of the
/// message that is not among that, and the names in what a tool was given.
pub fn entry_text(entry: &Entry) -> String {
    let mut text = Gathered::new(MOST);
    let mut seen: Said<'_> = Said::default();
    for part in &entry.parts {
        match part {
            Part::Text(said) | Part::Thinking(said) => say(&mut text, &mut seen, said),
            Part::Call(call) => add_call(&mut text, &mut seen, call),
            Part::Result(answer) => say(&mut text, &mut seen, &answer.text),
            Part::Attachment { .. } | Part::Other { .. } => {}
        }
    }
    entry.files.iter().for_each(|path| say(&mut text, &mut seen, path));
    pieces(&entry.raw, &mut |piece| {
        let known = says_nothing(&piece) || seen.contains(piece.text.as_ref());
        known || text.add_new(unpacked(&piece.text))
    });
    text.into_text()
}

/// It says how a message is built, or when it was said, and nothing of what was said.
pub fn says_nothing(piece: &Piece<'_>) -> bool {
    if piece.name {
        return ORDINARY.contains(&piece.key);
    }
    let sealed = || SEALS.contains(&piece.key) && unpacked(&piece.text).len() < piece.text.len();
    piece.within == Within::Document && STRUCTURE.contains(&piece.key) || is_time(piece) || sealed()
}

fn add_call<'a>(text: &mut Gathered, seen: &mut Said<'a>, call: &'a Call) {
    say(text, seen, &call.tool);
    if let Some(command) = &call.command {
        say(text, seen, command);
    }
    call.paths.iter().for_each(|path| say(text, seen, path));
    for edit in &call.edits {
        say(text, seen, &edit.before);
        say(text, seen, &edit.after);
    }
    // Text that was sent instead of JSON.
    if !call.input.trim_start().starts_with(['{', '[']) {
        say(text, seen, &call.input);
    }
}

fn say<'a>(text: &mut Gathered, seen: &mut Said<'a>, said: &'a str) {
    if seen.insert(said) {
        text.add(said);
    }
}
