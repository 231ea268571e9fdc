//! A web page for people: one file that loads nothing, runs nothing and prints well.
//!
//! The page forbids itself everything but its own style, so that even a mistake here could not act. Every entry has an
//! anchor (`#e12`; `#s1-e12` in the first subagent's session). What is shown is chosen by boxes at the top, in style alone.

pub(super) mod escape;
mod part;

use std::io::{self, Write};

use quarterdeck_sync::model::Entry;

use super::words::{day, first_line, moment, time};
use super::{Summary, Transcript, facts};
use crate::amounts::{count, length, plural};

const STYLE: &str = include_str!("style.css");

/// Longest title.
const TITLE: usize = 200;

/// Longest pause between two entries that nobody needs to be told of, in milliseconds.
const PAUSE: i64 = 60_000;

/// Writes a session: the document's own, or the next of its subagents'.
pub fn session(to: &mut impl Write, session: &Transcript, place: usize) -> io::Result<()> {
    let summary = Summary::of(session.entries());
    let title = escape::line(&first_line(facts::title(session), TITLE));
    if place == 0 {
        head(to, &title)?;
    }
    writeln!(to, "<section class=\"session\">\n<header class=\"head\">")?;
    let word = facts::word(session.record().row.kind);
    let word = if place == 0 { word.to_owned() } else { format!("Subagent · {}", word.to_lowercase()) };
    writeln!(to, "<h1><small>{word}</small>{title}</h1>\n<dl>")?;
    for (name, value) in facts::of_record(session).into_iter().chain(facts::of_content(&summary)) {
        writeln!(to, "<dt>{name}</dt><dd>{}</dd>", escape::line(&value))?;
    }
    writeln!(to, "</dl>")?;
    contents(to, &summary, place)?;
    if place == 0 {
        choices(to)?;
    }
    writeln!(to, "</header>")?;
    entries(to, session.entries(), place)?;
    writeln!(to, "</section>")
}

/// Writes what ends a document of so many sessions.
pub fn finish(to: &mut impl Write, sessions: usize) -> io::Result<()> {
    if sessions == 0 {
        head(to, "Nothing")?;
    }
    let version = env!("CARGO_PKG_VERSION");
    writeln!(to, "<footer>Written by qd {version}. All times are UTC.</footer>\n</body>\n</html>")
}

/// The beginning, with a title that has been escaped.
fn head(to: &mut impl Write, title: &str) -> io::Result<()> {
    writeln!(
        to,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>"
    )
}

/// What was used, what was changed, and where something failed.
fn contents(to: &mut impl Write, summary: &Summary, place: usize) -> io::Result<()> {
    if !summary.tools.is_empty() || summary.errors > 0 {
        writeln!(to, "<ul class=\"chips\">")?;
        if summary.errors > 0 {
            writeln!(to, "<li class=\"bad\">{}</li>", plural(summary.errors, "error", "errors"))?;
        }
        for used in &summary.tools {
            writeln!(to, "<li><b>{}</b> {}</li>", escape::line(&used.tool), count(used.calls))?;
        }
        writeln!(to, "</ul>")?;
    }
    if summary.errors > 0 {
        write!(to, "<div class=\"index\">Errors at")?;
        for entry in &summary.failed {
            write!(to, " <a href=\"#{}\">{entry}</a>", anchor(place, *entry))?;
        }
        writeln!(to, "{}</div>", if summary.errors > summary.failed.len() as u64 { " and more" } else { "" })?;
    }
    if !summary.files.is_empty() {
        let files = plural(summary.files.len() as u64, "file", "files");
        let open = if summary.files.len() <= FEW { " open" } else { "" };
        writeln!(to, "<details class=\"index\"{open}><summary>{files} changed</summary><ul>")?;
        for file in &summary.files {
            let (at, path) = (anchor(place, file.entry), escape::line(&file.path));
            let times = if file.edits > 1 { format!(" × {}", count(file.edits)) } else { String::new() };
            writeln!(to, "<li><a class=\"mono\" href=\"#{at}\">{path}</a>{times}</li>")?;
        }
        writeln!(to, "</ul></details>")?;
    }
    Ok(())
}

/// A list of files so short is shown unfolded.
const FEW: usize = 12;

/// What is shown: boxes that the style looks at.
fn choices(to: &mut impl Write) -> io::Result<()> {
    write!(to, "<div class=\"show\">")?;
    for (id, label) in [("thinking", "thoughts"), ("tool", "tools"), ("rest", "progress, system and the like")] {
        write!(to, "<label><input type=\"checkbox\" id=\"show-{id}\" checked>{label}</label>")?;
    }
    writeln!(to, "</div>")
}

fn entries(to: &mut impl Write, entries: &[Entry], place: usize) -> io::Result<()> {
    let (mut today, mut last) = (None, None);
    for entry in entries {
        let date = entry.at.map(day);
        if date.is_some() && date != today {
            writeln!(to, "<h2 class=\"day\">{}</h2>", date.as_deref().unwrap_or_default())?;
            (today, last) = (date, None);
        }
        let pause = entry.at.zip(last).map(|(at, last): (jiff::Timestamp, jiff::Timestamp)| {
            at.as_millisecond().saturating_sub(last.as_millisecond())
        });
        last = entry.at.or(last);
        self::entry(to, entry, place, pause.filter(|pause| *pause > PAUSE))?;
    }
    if entries.is_empty() {
        writeln!(to, "<p class=\"note\">Nothing was said in it.</p>")?;
    }
    Ok(())
}

fn entry(to: &mut impl Write, entry: &Entry, place: usize, pause: Option<i64>) -> io::Result<()> {
    let at = anchor(place, entry.place);
    let (kind, error) = (entry.kind, if entry.error { " error" } else { "" });
    write!(to, "<article id=\"{at}\" class=\"{kind}{error}\"><header>")?;
    write!(to, "<span class=\"place\"><a href=\"#{at}\">{}</a></span><span class=\"kind\">{kind}</span>", entry.place)?;
    if entry.role != kind.as_str() {
        write!(to, "<span>{}</span>", escape::line(&entry.role))?;
    }
    if entry.sidechain {
        write!(to, "<span>in a subagent</span>")?;
    }
    if entry.error {
        write!(to, "<span class=\"failed\">error</span>")?;
    }
    if let Some(at) = entry.at {
        let pause = pause.and_then(|pause| u64::try_from(pause).ok());
        let pause = pause.map(|pause| format!("{} later · ", length(pause))).unwrap_or_default();
        write!(to, "<time datetime=\"{at}\" title=\"{}\">{pause}{}</time>", moment(at), time(at))?;
    }
    writeln!(to, "</header>")?;
    for part in &entry.parts {
        part::part(to, part, place)?;
    }
    if !entry.files.is_empty() {
        let files = entry.files.iter().map(|file| format!("<code>{}</code>", escape::line(file)));
        writeln!(to, "<p class=\"note\">{}</p>", files.collect::<Vec<_>>().join(" "))?;
    }
    if let Some(subagent) = &entry.subagent {
        writeln!(to, "<p class=\"note\">Subagent <code>{}</code></p>", escape::line(subagent))?;
    }
    let took = facts::took(&entry.usage);
    if !took.is_empty() {
        writeln!(to, "<p class=\"took\">{}</p>", took.join(" · "))?;
    }
    writeln!(to, "</article>")
}

/// Where an entry stands in the page.
fn anchor(place: usize, entry: u32) -> String {
    if place == 0 { format!("e{entry}") } else { format!("s{place}-e{entry}") }
}
