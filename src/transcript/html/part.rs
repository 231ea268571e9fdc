//! The blocks of an entry.

use std::io::{self, Write};

use quarterdeck_sync::model::{Answer, Call, Edit, Part};

use super::{anchor, escape};
use crate::amounts::{plural, size};
use crate::json;
use crate::transcript::diff::{self, Line};
use crate::transcript::input::{self, Input};
use crate::transcript::prose::{Stretch, stretches};
use crate::transcript::words::first_line;

/// Most characters of a summary of what is folded away.
const SHORT: usize = 100;

/// Results of so few lines are shown unfolded.
const FEW: usize = 6;

/// Writes a block.
pub fn part(to: &mut impl Write, part: &Part, place: usize) -> io::Result<()> {
    match part {
        Part::Text(text) => words(to, text),
        Part::Thinking(text) => writeln!(to, "<div class=\"words thought\">{}</div>", escape::block(text.trim_end())),
        Part::Call(call) => self::call(to, call, place),
        Part::Result(answer) => self::answer(to, answer, place),
        Part::Attachment { media, bytes } => {
            let size = if *bytes == 0 { "by reference".to_owned() } else { size(*bytes) };
            writeln!(to, "<p class=\"note\">Attached: <code>{}</code> {size}</p>", escape::line(media))
        }
        Part::Other { label, json } => {
            let label = if label.is_empty() { "unknown" } else { label };
            let json = escape::block(&json::pretty(json));
            writeln!(to, "<details><summary>{}</summary><pre>\n{json}</pre></details>", escape::line(label))
        }
    }
}

/// What somebody said: words as words, and code as code.
fn words(to: &mut impl Write, text: &str) -> io::Result<()> {
    for stretch in stretches(text) {
        match stretch {
            Stretch::Words(words) => writeln!(to, "<div class=\"words\">{}</div>", escape::block(words))?,
            Stretch::Code(_, code) => pre(to, code)?,
        }
    }
    Ok(())
}

fn call(to: &mut impl Write, call: &Call, place: usize) -> io::Result<()> {
    write!(to, "<div class=\"call\"><div class=\"name\"><b>{}</b>", escape::line(&call.tool))?;
    for path in &call.paths {
        write!(to, " <code>{}</code>", escape::line(path))?;
    }
    if let Some(at) = call.answered_at {
        write!(to, " <a class=\"note\" href=\"#{}\">answered in {at}</a>", anchor(place, at))?;
    }
    writeln!(to, "</div>")?;
    if let Some(command) = &call.command {
        pre(to, command)?;
    }
    for edit in &call.edits {
        self::edit(to, edit, &call.paths)?;
    }
    match input::rest(call) {
        Input::Nothing => {}
        Input::Json(json) => {
            let json = json::pretty(&json);
            let label = format!("input: {}", first_line(json::compact(&json).trim_matches(['{', '}']), SHORT));
            let (label, json) = (escape::line(&label), escape::block(&json));
            writeln!(to, "<details><summary>{label}</summary><pre>\n{json}</pre></details>")?;
        }
        Input::Text(text) => pre(to, &text)?,
    }
    writeln!(to, "</div>")
}

/// A change of a file, under a head that may have named it already.
fn edit(to: &mut impl Write, edit: &Edit, named: &[String]) -> io::Result<()> {
    let lines = diff::lines(edit);
    let (removed, added) = diff::counts(&lines);
    let path = edit.path.as_ref().filter(|path| named != std::slice::from_ref(*path));
    let path = path.map(|path| format!("<code>{}</code> ", escape::line(path))).unwrap_or_default();
    let line = edit.line.map(|line| format!("line {line} · ")).unwrap_or_default();
    writeln!(
        to,
        "<div class=\"note num\">{path}{line}<span class=\"add\">+{added}</span> <span class=\"del\">−{removed}</span></div>"
    )?;
    write!(to, "<pre class=\"diff\">")?;
    for line in lines {
        match line {
            Line::Same(text) => write!(to, "<span> {}</span>", escape::block(text))?,
            Line::Removed(text) => write!(to, "<span class=\"del\">-{}</span>", escape::block(text))?,
            Line::Added(text) => write!(to, "<span class=\"add\">+{}</span>", escape::block(text))?,
            Line::Skipped(number) => {
                let told = plural(number as u64, "line as it was", "lines as they were");
                write!(to, "<span class=\"skip\">… {told}</span>")?;
            }
        }
    }
    writeln!(to, "</pre>")
}

fn answer(to: &mut impl Write, answer: &Answer, place: usize) -> io::Result<()> {
    let mut label = match &answer.tool {
        Some(tool) => format!("{} answers", escape::line(tool)),
        None => "Answer".to_owned(),
    };
    label.push_str(if answer.error { " with an error" } else { "" });
    if let Some(at) = answer.called_at {
        label.push_str(&format!(" <a href=\"#{}\">what {at} asked</a>", anchor(place, at)));
    }
    if !answer.edits.is_empty() {
        let changes = plural(answer.edits.len() as u64, "change", "changes");
        let open = if answer.called_at.is_none() { " open" } else { "" };
        writeln!(to, "<details class=\"answer\"{open}><summary>{label} · {changes}</summary>")?;
        for edit in &answer.edits {
            self::edit(to, edit, &[])?;
        }
        writeln!(to, "</details>")?;
    }
    match answer.text.is_empty() {
        true if answer.edits.is_empty() => return writeln!(to, "<p class=\"note answer\">{label}: nothing</p>"),
        true => return Ok(()),
        false => {}
    }
    let lines = answer.text.lines().count();
    label.push_str(&format!(" · {} · ", plural(lines as u64, "line", "lines")));
    label.push_str(&escape::line(&first_line(&answer.text, SHORT)));
    let class = if answer.error { "answer bad" } else { "answer" };
    let open = if answer.error || lines <= FEW { " open" } else { "" };
    let text = escape::block(&answer.text);
    writeln!(to, "<details class=\"{class}\"{open}><summary>{label}</summary><pre>\n{text}</pre></details>")
}

fn pre(to: &mut impl Write, text: &str) -> io::Result<()> {
    // A line break right behind the tag is not shown: one more is.
    writeln!(to, "<pre>\n{}</pre>", escape::block(text))
}
