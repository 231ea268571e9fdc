//! The audit view of an entry: what it did to the world, one line each, in the order of asking: commands, changes,
//! network, other calls, secrets, permissions, failures. What was said is left out, and calls that are known to look at files
//! and no more; how many those are is said below the page.

use quarterdeck_sync::model::{Call, Part};

use super::diff;
use super::lines::{Line, Paper, Span, clock};
use crate::tui::reading::{Reach, Shows, reach};
use crate::tui::text::{fit, wrap_start};
use crate::tui::theme::Role;

/// Lines of one thing.
const LINES: usize = 4;
/// Cells for the time, the sign and the word.
const WORDS: u16 = 22;

/// One thing that was done.
struct Deed {
    glyph: &'static str,
    word: &'static str,
    text: String,
    role: Role,
    part: u16,
}

impl Paper<'_> {
    /// The lines of an entry in the audit view; those of the whole entry follow where it is unfolded.
    pub fn audit_lines(&self, at: usize) -> Vec<Line> {
        let Some(entry) = self.transcript.entries.get(at) else { return Vec::new() };
        let shows = self.transcript.shows.get(at).copied().unwrap_or_default();
        let mut deeds = Vec::new();
        for (number, part) in (0..).zip(&entry.parts) {
            match part {
                Part::Call(call) => called(call, shows, number, &mut deeds),
                Part::Result(answer) if answer.error => {
                    let tool = answer.tool.as_deref().unwrap_or("tool");
                    deeds.push(Deed::new("✗", "error", format!("{tool}: {}", end(&answer.text)), Role::Bad, number));
                }
                _ => {}
            }
        }
        if entry.error && !deeds.iter().any(|deed| deed.word == "error") {
            deeds.push(Deed::new("✗", "error", entry.text(), Role::Bad, 0));
        }
        if shows.any(Shows::SECRET) {
            let how = if self.transcript.unsealed.is_some() { "shown" } else { "masked" };
            deeds.push(Deed::new("!", "secret", format!("a secret stands in it, {how} here"), Role::Warn, 0));
        }
        if shows.any(Shows::APPROVAL) && !deeds.iter().any(|deed| deed.word == "asks") {
            deeds.push(Deed::new("◆", "asks", entry.text(), Role::Warn, 0));
        }
        if let Some(id) = &entry.subagent {
            deeds.push(Deed::new("⤷", "subagent", id.clone(), Role::Accent, 0));
        }
        let mut out = Vec::new();
        for (number, deed) in deeds.iter().enumerate() {
            self.deed(deed, entry.at.filter(|_| number == 0).map(clock), &mut out);
        }
        if let Some(line) = out.first_mut() {
            line.head = true;
        }
        out
    }

    fn deed(&self, deed: &Deed, time: Option<String>, out: &mut Vec<Line>) {
        let room = usize::from(self.cells.saturating_sub(WORDS)).max(8);
        let (mut lines, shown) = wrap_start(deed.text.trim(), room, LINES);
        if let Some(last) = lines.last_mut().filter(|_| shown < deed.text.trim().len()) {
            *last = fit(&format!("{last} …"), room).into_owned();
        }
        for (number, words) in lines.into_iter().enumerate() {
            let mut spans = Vec::new();
            if number == 0 {
                let time = time.clone().unwrap_or_default();
                spans.push(Span { x: 0, text: time, role: Role::Dim });
                spans.push(Span { x: 10, text: deed.glyph.to_owned(), role: deed.role });
                spans.push(Span { x: 12, text: deed.word.to_owned(), role: deed.role });
            }
            spans.push(Span { x: WORDS, text: words, role: if number == 0 { Role::Text } else { Role::Dim } });
            out.push(Line { spans, part: Some(deed.part), ..Line::default() });
        }
    }
}

/// The last lines of what failed: there it says why.
fn end(text: &str) -> &str {
    let text = text.trim();
    let cut = text.rmatch_indices('\n').nth(LINES - 1).map_or(0, |(at, _)| at + 1);
    &text[cut..]
}

impl Deed {
    fn new(glyph: &'static str, word: &'static str, text: String, role: Role, part: u16) -> Self {
        Self { glyph, word, text, role, part }
    }
}

fn called(call: &Call, shows: Shows, part: u16, deeds: &mut Vec<Deed>) {
    let (before, far) = (deeds.len(), reach(call));
    if let Some(command) = &call.command {
        let (word, role) = if far == Reach::Network { ("network", Role::Warn) } else { ("command", Role::Busy) };
        deeds.push(Deed::new("$", word, command.clone(), role, part));
    } else if far == Reach::Network {
        deeds.push(Deed::new("⇅", "network", format!("{}  {}", call.tool, call.input), Role::Warn, part));
    }
    for edit in &call.edits {
        let (added, taken) = diff::size(std::slice::from_ref(edit));
        let path = edit.path.as_ref().or(call.paths.first()).map_or("a file", String::as_str);
        deeds.push(Deed::new("±", "write", format!("{path}  +{added} −{taken}"), Role::Good, part));
    }
    if far == Reach::Acts && deeds.len() == before && !shows.any(Shows::APPROVAL) {
        deeds.push(Deed::new("→", "call", format!("{}  {}", call.tool, call.input), Role::Warn, part));
    }
    if shows.any(Shows::APPROVAL) && deeds.len() == before && far != Reach::Local {
        deeds.push(Deed::new("◆", "asks", format!("{}  {}", call.tool, call.input), Role::Warn, part));
    }
}
