//! Calls of tools and what they answer, as lines: the command, the file, the change, the document.

use quarterdeck_sync::model::{Answer, Call, Edit};
use serde_json::Value;

use super::diff;
use super::lines::{CHANGES, INDENT, INPUT, Line, MOST, OUTPUT, Sheet, Span};
use crate::tui::code::Cutter;
use crate::tui::pieces::Of;
use crate::tui::text::{fit, fit_end, grouped, width};
use crate::tui::theme::Role;
use crate::tui::unsealed::secrets;
use crate::tui::widgets::tree;

/// Bytes of a text that is read as JSON.
const JSON: usize = 64 * 1024;

impl Sheet<'_> {
    pub(super) fn call(&mut self, call: &Call, number: u16) {
        let failed = call.answered_at.and_then(|at| self.paper.transcript.entries.get(at as usize));
        let failed = failed.is_some_and(|entry| entry.error);
        let glyph = match call {
            call if call.command.is_some() => "$",
            call if !call.edits.is_empty() => "±",
            _ => "→",
        };
        let mut line = Line::of(0, glyph, Role::Accent);
        line.add(1, fit(if call.tool.is_empty() { "tool" } else { &call.tool }, 32).into_owned(), Role::Busy);
        // The time, and the sign of a failure, keep their place at the right.
        let room = usize::from(self.paper.cells).saturating_sub(usize::from(line.end()) + 24).max(12);
        let open = self.paper.folds.open(self.at, number);
        let one_line = |text: &str| fit(text.split('\n').next().unwrap_or_default(), room).into_owned();
        let mut below = String::new();
        if let Some(command) = &call.command {
            let command = command.trim();
            if command.contains('\n') || width(command) > room {
                below = command.to_owned();
            } else {
                let colours = self.colours(number, Of::Command);
                let runs = colours.as_deref().map_or(&[][..], |known| known.line(0));
                line.add(2, "", Role::Title);
                line.extend(Cutter::new(command, runs).cut(command, Role::Title));
            }
        } else if let [edit, ..] = &call.edits[..] {
            let path = edit.path.as_ref().or(call.paths.first()).map_or("", String::as_str);
            line.add(2, fit_end(path, room.saturating_sub(12)).into_owned(), Role::Title);
            let (added, taken) = diff::size(&call.edits);
            line.add(2, format!("+{added}"), Role::Good);
            line.add(1, format!("−{taken}"), Role::Bad);
        } else if let [path] = &call.paths[..] {
            line.add(2, fit_end(path, room).into_owned(), Role::Title);
        } else if !open {
            line.add(2, one_line(&brief_input(&call.input, room)), Role::Dim);
        }
        if failed {
            line.add(2, "✗ failed", Role::Bad);
        }
        self.push(line, number);
        if !below.is_empty() {
            self.body(&below, INPUT, Role::Title, number, Some(Of::Command));
        }
        self.edits(&call.edits, number);
        // What else it was given is a matter of detail.
        if open && call.edits.is_empty() && call.command.as_deref() != Some(call.input.as_str()) {
            self.json_or_text(&call.input, MOST, number, None);
        }
    }

    pub(super) fn result(&mut self, answer: &Answer, number: u16) {
        let mut line = Line::of(0, "↳", Role::Quiet);
        line.add(1, fit(answer.tool.as_deref().unwrap_or("result"), 32).into_owned(), Role::Field);
        if answer.error {
            line.add(2, "✗ failed", Role::Bad);
        }
        let text = answer.text.trim_end();
        let room = usize::from(self.paper.cells).saturating_sub(usize::from(line.end()) + 14);
        if !text.contains('\n') && width(text) <= room {
            line.add(2, text, if answer.error { Role::Text } else { Role::Dim });
            self.push(line, number);
        } else {
            self.push(line, number);
            self.json_or_text(text, OUTPUT, number, answer.called_at.map(|_| Of::Answer));
        }
        let called = answer.called_at.and_then(|at| self.paper.transcript.entries.get(at as usize));
        // What its call has shown need not be shown again.
        if called.is_none_or(|entry| entry.edits().next().is_none()) {
            self.edits(&answer.edits, number);
        }
    }

    fn edits(&mut self, edits: &[Edit], number: u16) {
        let mut left = self.limit(CHANGES, number);
        let mut hidden = 0;
        for (at, edit) in edits.iter().enumerate() {
            if at > 0 && left > 0 {
                let path = edit.path.as_deref().unwrap_or_default();
                self.push(Line::of(INDENT, fit_end(path, self.room()).into_owned(), Role::Dim), number);
            }
            let colours = u16::try_from(at).ok().and_then(|at| self.colours(number, Of::Change(at)));
            let lines = diff::lines(edit, self.room(), MOST, colours.as_deref());
            hidden += lines.len().saturating_sub(left);
            for change in lines.into_iter().take(left) {
                let mut line = Line::of(INDENT, change.sign, change.role);
                line.add(1, "", change.role);
                line.extend(change.parts);
                self.push(line, number);
                left -= 1;
            }
        }
        if hidden > 0 {
            self.folded(format!("{} more lines changed", grouped(hidden as u64)), number);
        }
    }

    /// A document as a tree of names and values, anything else as it stands.
    pub(super) fn json_or_text(&mut self, text: &str, folded: usize, number: u16, of: Option<Of>) {
        let Some(value) = json(text) else { return self.body(text, folded, Role::Dim, number, of) };
        let mut folds = tree::Folds::default();
        folds.all(true);
        let secrets = secrets(self.paper.transcript.unsealed.as_ref());
        let lines = tree::lines(&value, &folds, self.room(), secrets);
        let limit = self.limit(folded, number);
        let hidden = lines.len().saturating_sub(limit);
        for line in lines.into_iter().take(limit) {
            let mut spans = Vec::new();
            let x = INDENT + line.indent as u16;
            if !line.name.is_empty() {
                spans.push(Span { x, text: line.name, role: Role::JsonKey });
            }
            // The tree leaves two cells for fold marks, which there are none of here.
            let at = (INDENT + line.value_at as u16).saturating_sub(2);
            spans.push(Span { x: at, text: line.value, role: line.role });
            self.push(Line { spans, ..Line::default() }, number);
        }
        if hidden > 0 {
            self.folded(format!("{} more lines", grouped(hidden as u64)), number);
        }
    }
}

/// The object or array that a text is, if it is one that is not too long.
fn json(text: &str) -> Option<Value> {
    let text = text.trim();
    if text.len() > JSON || !text.starts_with(['{', '[']) {
        return None;
    }
    serde_json::from_str(text).ok()
}

/// What a tool is given, in one line: the values of an object with their names.
fn brief_input(input: &str, room: usize) -> String {
    let Some(Value::Object(map)) = json(input) else { return input.trim().to_owned() };
    let mut words = String::new();
    for (name, value) in &map {
        let value = match value {
            Value::String(text) => text.replace('\n', " "),
            other => other.to_string(),
        };
        let gap = if words.is_empty() { "" } else { "  " };
        words.push_str(&format!("{gap}{name} {value}"));
        if words.len() > room {
            break;
        }
    }
    words
}
