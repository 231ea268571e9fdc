use quarterdeck_sync::model::{Call, Entry, Part};

use super::words::first_line;
use crate::amounts::plural;
use crate::json::compact;

/// An entry in one line of at most about `limit` characters: the first thing that it says. As it was sent: it has not passed the
/// text boundary.
pub fn headline(entry: &Entry, limit: usize) -> String {
    let said = entry.parts.iter().map(|part| part_in_short(part, limit)).find(|said| !said.is_empty());
    said.unwrap_or_else(|| first_line(&entry.files.join(" "), limit))
}

fn part_in_short(part: &Part, limit: usize) -> String {
    match part {
        Part::Text(text) | Part::Thinking(text) => first_line(text, limit),
        Part::Call(call) => called(call, limit),
        Part::Result(answer) if answer.text.trim().is_empty() && !answer.edits.is_empty() => {
            plural(answer.edits.len() as u64, "change", "changes")
        }
        Part::Result(answer) => first_line(&answer.text, limit),
        Part::Attachment { media, .. } => first_line(&format!("[{media}]"), limit),
        Part::Other { json, .. } => first_line(&compact(json), limit),
    }
}

/// Its command, else the files it names and how much it changes, else what it is given.
fn called(call: &Call, limit: usize) -> String {
    if let Some(command) = &call.command {
        return first_line(command, limit);
    }
    let mut text = call.paths.join(" ");
    if !call.edits.is_empty() {
        text.push_str(&format!(" ({})", plural(call.edits.len() as u64, "change", "changes")));
    }
    match text.trim().is_empty() {
        true => first_line(&compact(&call.input), limit),
        false => first_line(&text, limit),
    }
}
