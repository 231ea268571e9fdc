//! Markdown for people: a head with the record's facts, then the entries.
//!
//! What somebody said is prose, escaped; what is code, a command, a result or a change of a file stands between fences longer than any
//! in it. Results and thoughts are folded away.

pub mod escape;

use std::io::{self, Write};

use quarterdeck_sync::model::{Answer, Call, Edit, Entry, Part};
use quarterdeck_sync::text::Secrets;

use super::diff::{self, Line};
use super::input::{self, Input};
use super::prose::{Stretch, plain_language, stretches};
use super::words::{day, first_line, time};
use super::{Summary, Transcript, facts};
use crate::amounts::{count, plural, size};

/// Most characters of a summary of what is folded away.
const SHORT: usize = 100;

/// Writes a session: the document's own, or the next of its subagents'.
pub fn session(to: &mut impl Write, session: &Transcript, place: usize) -> io::Result<()> {
    let summary = Summary::of(session.entries());
    let title = escape::line(first_line(facts::title(session), 200).as_str());
    if place > 0 {
        write!(to, "\n---\n\n")?;
    }
    writeln!(to, "# {}{title}\n", if place > 0 { "Subagent: " } else { "" })?;
    writeln!(to, "| | |\n|---|---|")?;
    for (name, value) in facts::of_record(session).into_iter().chain(facts::of_content(&summary)) {
        writeln!(to, "| {name} | {} |", escape::line(&value))?;
    }
    write!(to, "{}", contents(&summary, place))?;
    let mut today = None;
    for entry in session.entries() {
        let date = entry.at.map(day);
        if date.is_some() && date != today {
            writeln!(to, "\n## {}", date.as_deref().unwrap_or_default())?;
            today = date;
        }
        self::entry(to, entry, place)?;
    }
    Ok(())
}

/// What was used, what was changed, and where something failed.
fn contents(summary: &Summary, place: usize) -> String {
    let mut out = String::new();
    if !summary.tools.is_empty() {
        let tools = summary.tools.iter().map(|used| format!("{} {}", escape::line(&used.tool), count(used.calls)));
        out.push_str(&format!("\nTools: {}\n", tools.collect::<Vec<_>>().join(", ")));
    }
    if !summary.files.is_empty() {
        out.push_str("\nChanged:\n\n");
    }
    for file in &summary.files {
        let at = anchor(place, file.entry);
        out.push_str(&format!("- [{}](#{at}) {}\n", file.entry, code(&file.path)));
    }
    if summary.errors > 0 {
        let links = summary.failed.iter().map(|entry| format!("[{entry}](#{})", anchor(place, *entry)));
        let links = links.collect::<Vec<_>>().join(", ");
        out.push_str(&format!("\n{}: {links}", plural(summary.errors, "error", "errors")));
        out.push_str(if summary.errors > summary.failed.len() as u64 { " and more\n" } else { "\n" });
    }
    out
}

fn anchor(place: usize, entry: u32) -> String {
    if place == 0 { format!("e{entry}") } else { format!("s{place}-e{entry}") }
}

fn entry(to: &mut impl Write, entry: &Entry, place: usize) -> io::Result<()> {
    write!(to, "\n<a id=\"{}\"></a>\n\n### {} · {}", anchor(place, entry.place), entry.place, entry.kind)?;
    if entry.role != entry.kind.as_str() {
        write!(to, " ({})", escape::line(&entry.role))?;
    }
    if let Some(at) = entry.at {
        write!(to, " · {}", time(at))?;
    }
    if entry.sidechain {
        write!(to, " · in a subagent")?;
    }
    if entry.error {
        write!(to, " · **error**")?;
    }
    writeln!(to)?;
    for part in &entry.parts {
        self::part(to, part)?;
    }
    for file in &entry.files {
        writeln!(to, "\n- {}", code(file))?;
    }
    if let Some(subagent) = &entry.subagent {
        writeln!(to, "\nSubagent: {}", code(subagent))?;
    }
    let took = facts::took(&entry.usage);
    if !took.is_empty() {
        writeln!(to, "\n*{}*", took.join(", "))?;
    }
    Ok(())
}

fn part(to: &mut impl Write, part: &Part) -> io::Result<()> {
    match part {
        Part::Text(text) => self::text(to, text),
        Part::Thinking(text) => {
            folded(to, &format!("Thinks: {}", first_line(text, SHORT)), false, |to| self::text(to, text))
        }
        Part::Call(call) => self::call(to, call),
        Part::Result(answer) => self::answer(to, answer),
        Part::Attachment { media, bytes } => {
            let size = if *bytes == 0 { "by reference".to_owned() } else { size(*bytes) };
            writeln!(to, "\nAttached: {} ({size})", code(media))
        }
        Part::Other { label, json } => {
            let label = if label.is_empty() { "Unknown" } else { label };
            folded(to, label, false, |to| fenced(to, "json", &crate::json::pretty(json)))
        }
    }
}

/// What somebody said: words as words, and code as code.
fn text(to: &mut impl Write, text: &str) -> io::Result<()> {
    for stretch in stretches(text) {
        match stretch {
            Stretch::Words(words) => writeln!(to, "\n{}", escape::prose(words))?,
            Stretch::Code(language, code) => fenced(to, plain_language(language), code)?,
        }
    }
    Ok(())
}

fn call(to: &mut impl Write, call: &Call) -> io::Result<()> {
    write!(to, "\n**Calls {}**", escape::line(&call.tool))?;
    for path in &call.paths {
        write!(to, " {}", code(path))?;
    }
    if let Some(at) = call.answered_at {
        write!(to, " · answered in {at}")?;
    }
    writeln!(to)?;
    if let Some(command) = &call.command {
        fenced(to, "sh", command)?;
    }
    edits(to, &call.edits)?;
    match input::rest(call) {
        Input::Nothing => Ok(()),
        Input::Json(json) => fenced(to, "json", &crate::json::pretty(&json)),
        Input::Text(text) => fenced(to, "", &text),
    }
}

fn edits(to: &mut impl Write, edits: &[Edit]) -> io::Result<()> {
    for edit in edits {
        let lines = diff::lines(edit);
        let (removed, added) = diff::counts(&lines);
        let path = edit.path.as_deref().map(|path| format!(" {}", code(path))).unwrap_or_default();
        let line = edit.line.map(|line| format!(" at line {line}")).unwrap_or_default();
        writeln!(to, "\nChanges{path}{line}: +{added} -{removed}")?;
        fenced(to, "diff", &patch(&lines))?;
    }
    Ok(())
}

fn patch(lines: &[Line<'_>]) -> String {
    let mut out = String::new();
    for line in lines {
        match line {
            Line::Same(text) => out.push_str(&format!(" {text}\n")),
            Line::Removed(text) => out.push_str(&format!("-{text}\n")),
            Line::Added(text) => out.push_str(&format!("+{text}\n")),
            Line::Skipped(number) => {
                out.push_str(&format!("@@ {} @@\n", plural(*number as u64, "line as it was", "lines as they were")));
            }
        }
    }
    out.pop();
    out
}

fn answer(to: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let mut label = match &answer.tool {
        Some(tool) => format!("{tool} answers"),
        None => "Answer".to_owned(),
    };
    label.push_str(if answer.error { " with an error" } else { "" });
    if let Some(at) = answer.called_at {
        label.push_str(&format!(" what {at} asked"));
    }
    if !answer.edits.is_empty() {
        let changes = plural(answer.edits.len() as u64, "change", "changes");
        folded(to, &format!("{label}: {changes}"), answer.called_at.is_none(), |to| edits(to, &answer.edits))?;
    }
    match answer.text.is_empty() {
        true if answer.edits.is_empty() => return writeln!(to, "\n{}: nothing", escape::line(&label)),
        true => return Ok(()),
        false => {}
    }
    let lines = plural(answer.text.lines().count() as u64, "line", "lines");
    let label = format!("{label} ({lines}): {}", first_line(&answer.text, SHORT));
    folded(to, &label, answer.error, |to| fenced(to, "", &answer.text))
}

/// Something under a line that unfolds it.
fn folded<W: Write>(
    to: &mut W,
    label: &str,
    open: bool,
    inside: impl FnOnce(&mut W) -> io::Result<()>,
) -> io::Result<()> {
    let open = if open { " open" } else { "" };
    writeln!(to, "\n<details{open}><summary>{}</summary>", escape::tag(label))?;
    inside(to)?;
    writeln!(to, "\n</details>")
}

/// Text between fences longer than any in it.
fn fenced(to: &mut impl Write, language: &str, text: &str) -> io::Result<()> {
    let text = Secrets::Revealed.block(text);
    let fence = "`".repeat(longest_run(text.as_str()).max(2) + 1);
    writeln!(to, "\n{fence}{language}\n{}\n{fence}", text.as_str())
}

/// A name as code, within a line.
fn code(name: &str) -> String {
    let name = Secrets::Revealed.line(name);
    let name = name.as_str();
    let marks = "`".repeat(longest_run(name) + 1);
    // A space on both sides is taken away again, and keeps a backtick in the name from joining the marks.
    let gap = if name.starts_with(['`', ' ']) || name.ends_with(['`', ' ']) || name.is_empty() { " " } else { "" };
    format!("{marks}{gap}{name}{gap}{marks}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
