use std::collections::{BTreeSet, HashSet};

use quarterdeck_index::Document;
use quarterdeck_sync::model::{Call, Entry, EntryKind, Part, Record};
use quarterdeck_sync::text::secrets;

use super::flat::pieces;
use super::record::active;
use super::{add, is_packed, is_time};
use crate::search::fields;

/// Most bytes of an entry that are searched.
const MOST: usize = 8 << 20;

/// Members whose values say how a message is built, and nothing that was said.
const STRUCTURE: [&str; 6] = ["type", "role", "subtype", "media_type", "object", "event_type"];

/// How many bytes may be looked through to see whether a piece is already there.
const LOOKS: usize = 4 << 20;

/// The document of an entry of `record`. What it has is added to `has`.
pub fn document(
    entry: &Entry,
    record: &Record,
    shared: &[(usize, String)],
    has: &mut BTreeSet<&'static str>,
) -> Document {
    let text = entry_text(entry);
    let mut facets = shared.to_vec();
    facets.push((fields::KIND, entry.kind.as_str().to_owned()));
    facets.push((fields::ROLE, entry.role.clone()));
    facets.push((fields::IS, "entry".to_owned()));
    facets.extend(entry.tools().into_iter().map(|tool| (fields::TOOL, tool.to_owned())));
    facets.extend(entry.paths().into_iter().map(|path| (fields::PATH, path.to_owned())));
    for word in holds(entry) {
        has.insert(word);
        facets.push((fields::HAS, word.to_owned()));
    }
    let at = entry.at.map(|at| at.as_millisecond()).or_else(|| active(&record.row));
    Document { place: Some(entry.place), at, title: String::new(), text, facets }
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
/// message that is not among that.
pub fn entry_text(entry: &Entry) -> String {
    let mut text = String::new();
    let mut seen: HashSet<&str> = HashSet::new();
    for part in &entry.parts {
        match part {
            Part::Text(said) | Part::Thinking(said) => say(&mut text, &mut seen, said),
            Part::Call(call) => add_call(&mut text, &mut seen, call),
            Part::Result(answer) => say(&mut text, &mut seen, &answer.text),
            Part::Attachment { .. } | Part::Other { .. } => {}
        }
    }
    entry.files.iter().for_each(|path| say(&mut text, &mut seen, path));
    let mut looks = LOOKS;
    pieces(&entry.raw, &mut |key, piece| {
        if STRUCTURE.contains(&key) || is_time(piece) || is_packed(piece) || seen.contains(piece) {
            return true;
        }
        if looks >= text.len() {
            looks -= text.len();
            if text.contains(piece) {
                return true;
            }
        }
        add(&mut text, piece, MOST)
    });
    text
}

fn add_call<'a>(text: &mut String, seen: &mut HashSet<&'a str>, call: &'a Call) {
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

fn say<'a>(text: &mut String, seen: &mut HashSet<&'a str>, said: &'a str) {
    if seen.insert(said) {
        add(text, said, MOST);
    }
}
