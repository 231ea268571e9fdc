//! The evidence as a page for people: what is pinned and how it stands, what happened when, what we did, what was noted, and what
//! is not in it.
//!
//! What a platform, an agent or an operator wrote is escaped: it is no markup of this page, whoever wrote it.

use std::io::{self, Write};

use jiff::Timestamp;
use quarterdeck_sync::model::{By, ContentState, Write as Decision};
use quarterdeck_sync::outbox::TurnLog;
use quarterdeck_sync::text::Secrets;

use super::manifest::{Found, Item, Manifest};
use super::{Case, Moment, Pinned, state};
use crate::amounts::plural;
use crate::transcript::{first_line, markdown};

/// Longest text of others in a line.
const LINE: usize = 200;

/// What a report is made of.
#[derive(Debug)]
pub struct Report<'a> {
    /// The incident.
    pub case: &'a Case,
    /// What the folder holds: pins in the order of the case.
    pub manifest: &'a Manifest,
    /// Our writes on what is pinned, oldest first, each with its turns.
    pub writes: &'a [(Decision, Vec<TurnLog>)],
    /// Whether secrets are to be seen.
    pub secrets: Secrets,
}

impl Report<'_> {
    /// Writes the page.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&self, to: &mut impl Write) -> io::Result<()> {
        self.head(to)?;
        self.left_out(to)?;
        self.pinned(to)?;
        self.timeline(to)?;
        self.ours(to)?;
        self.notes(to)?;
        self.files(to)
    }

    /// Text of others in one line.
    fn line(&self, text: &str) -> String {
        // Masked whole, then cut.
        markdown::line(&first_line(&self.secrets.text(text), LINE))
    }

    fn head(&self, to: &mut impl Write) -> io::Result<()> {
        let (case, manifest) = (self.case, self.manifest);
        let incident = &case.incident;
        writeln!(to, "# Incident: {}\n", self.line(&incident.title))?;
        writeln!(to, "| | |\n|---|---|")?;
        writeln!(to, "| Id | {} |", markdown::line(&incident.id.to_string()))?;
        let closed = incident.closed_at.map_or(String::new(), |at| format!(", closed {}", moment(at)));
        writeln!(to, "| State | {}: opened {}{closed} |", state(incident), moment(incident.opened_at))?;
        let notes = plural(case.notes.len() as u64, "note", "notes");
        let things = plural(case.pinned.len() as u64, "thing", "things");
        writeln!(to, "| Holds | {things} pinned, {notes} |")?;
        writeln!(to, "| Written | {}, by {} |", moment(manifest.exported_at), markdown::line(&who(&manifest.by)))?;
        writeln!(to, "| By | qd {} |", manifest.qd)?;
        writeln!(to, "| Secrets | {} |", if manifest.masked { "masked" } else { "shown as they are" })
    }

    fn left_out(&self, to: &mut impl Write) -> io::Result<()> {
        if self.manifest.left_out.is_empty() {
            return writeln!(to, "\nEverything that is pinned is here.");
        }
        writeln!(to, "\n## What is not here\n")?;
        self.manifest.left_out.iter().try_for_each(|why| writeln!(to, "- {}", self.line(why)))
    }

    fn pinned(&self, to: &mut impl Write) -> io::Result<()> {
        writeln!(to, "\n## Pinned")?;
        if self.case.pinned.is_empty() {
            return writeln!(to, "\nNothing.");
        }
        for (pinned, item) in self.case.pinned.iter().zip(&self.manifest.pinned) {
            self.one(to, pinned, item)?;
        }
        Ok(())
    }

    fn one(&self, to: &mut impl Write, pinned: &Pinned, item: &Item) -> io::Result<()> {
        writeln!(to, "\n### {}. {} · {}\n", item.number, pinned.word(), self.line(&pinned.title()))?;
        writeln!(to, "| | |\n|---|---|")?;
        let place = pinned.place();
        let entry = place.entry.map_or(String::new(), |entry| format!(", entry {entry}"));
        let at = format!("{}/{} {}{entry}", place.connection, place.collection, place.id);
        writeln!(to, "| Where | {} |", self.line(&at))?;
        writeln!(to, "| Pinned | {} |", moment(pinned.pin.pinned_at))?;
        if let Some(status) = pinned.status() {
            writeln!(to, "| Status | {} |", self.line(status))?;
        }
        if let Some(agent) = pinned.row().and_then(|row| row.agent_title.as_ref().or(row.agent.as_ref())) {
            writeln!(to, "| Agent | {} |", self.line(agent))?;
        }
        match (item.found, &item.freshness) {
            (Found::Missing, _) => writeln!(to, "| Here | nothing but its name: it is not kept here any more |")?,
            (_, Some(fresh)) => {
                let gone = fresh
                    .gone_at
                    .map_or(String::new(), |at| format!("; no longer listed by its platform, noticed {}", moment(at)));
                writeln!(to, "| Here | as its platform last showed it, {}{gone} |", moment(fresh.confirmed_at))?;
            }
            _ => {}
        }
        if let Some(held) = &item.content {
            let words = match (held.state, held.fetched_at) {
                (state @ (ContentState::Held | ContentState::Stale), Some(at)) => {
                    let old = if state == ContentState::Stale { "; it has changed since" } else { "" };
                    format!("{}, as fetched {}{old}", plural(held.entries, "entry", "entries"), moment(at))
                }
                (ContentState::Absent, _) => "its platform has none".to_owned(),
                _ => "not here".to_owned(),
            };
            writeln!(to, "| Content | {words} |")?;
        }
        let files: Vec<String> = item.files.iter().map(|file| link(file, place.entry)).collect();
        if files.is_empty() { Ok(()) } else { writeln!(to, "| Files | {} |", files.join(", ")) }
    }

    fn timeline(&self, to: &mut impl Write) -> io::Result<()> {
        writeln!(to, "\n## Timeline\n\nAll times are UTC.\n")?;
        writeln!(to, "| at | what | where | |\n|---|---|---|---|")?;
        for moment in &self.case.timeline {
            self.row(to, moment)?;
        }
        if !self.case.short.is_empty() {
            writeln!(to)?;
        }
        self.case.short.iter().try_for_each(|short| writeln!(to, "- {}", self.line(short)))
    }

    fn row(&self, to: &mut impl Write, moment: &Moment) -> io::Result<()> {
        let at = moment.at.map_or("not told".to_owned(), self::moment);
        let place = moment.place.as_ref().map_or(String::new(), |place| self.line(&super::written(place)));
        let text = self.line(&moment.text);
        let gap = if moment.words.is_empty() || text.is_empty() { "" } else { ": " };
        writeln!(to, "| {at} | {} | {place} | {}{gap}{text} |", moment.what.as_str(), self.line(&moment.words))
    }

    /// What we decided about what is pinned.
    fn ours(&self, to: &mut impl Write) -> io::Result<()> {
        writeln!(to, "\n## What we decided")?;
        if self.writes.is_empty() {
            writeln!(to, "\nNothing about what is pinned.")?;
        }
        for (write, turns) in self.writes {
            let intent = &write.intent;
            let target = intent.target.as_deref().unwrap_or("(new)");
            let words = format!("{} {}/{target}", intent.verb, intent.connection);
            writeln!(to, "\n### {} · {}\n", self.line(&words), write.state)?;
            writeln!(to, "- write {}", markdown::line(write.id.as_str()))?;
            writeln!(to, "- decided {}, by {}", moment(write.created_at), markdown::line(&who(&intent.by)))?;
            if let Some(reason) = &intent.reason {
                writeln!(to, "- because: {}", self.line(reason))?;
            }
            for turn in turns {
                let verdict =
                    turn.verdict.as_ref().map_or(String::new(), |verdict| format!(": {}", self.line(&verdict.message)));
                writeln!(to, "- {} {}{verdict}", moment(turn.at), turn.to)?;
            }
        }
        let lines = plural(self.manifest.audit.lines, "line", "lines");
        writeln!(to, "\nIn [audit.ndjson](audit.ndjson): {lines} of the audit log about what is pinned.")
    }

    fn notes(&self, to: &mut impl Write) -> io::Result<()> {
        writeln!(to, "\n## Notes")?;
        if self.case.notes.is_empty() {
            writeln!(to, "\nNone.")?;
        }
        for note in &self.case.notes {
            let changed = if note.changed_at > note.made_at {
                format!(", changed {}", moment(note.changed_at))
            } else {
                String::new()
            };
            writeln!(to, "\n### {}{changed}\n", moment(note.made_at))?;
            writeln!(to, "{}", markdown::prose(&self.secrets.text(&note.text)))?;
        }
        Ok(())
    }

    fn files(&self, to: &mut impl Write) -> io::Result<()> {
        writeln!(to, "\n## Files\n\n`sha256sum -c SHA256SUMS` in this folder checks all of them.\n")?;
        writeln!(to, "| file | bytes |\n|---|---|")?;
        for file in &self.manifest.files {
            writeln!(to, "| {} | {} |", link(&file.path, None), file.bytes)?;
        }
        Ok(())
    }
}

/// A link to a file of ours, and there to an entry where the file has a place for each. Names of our files hold nothing that
/// Markdown reads.
fn link(path: &str, entry: Option<u64>) -> String {
    let paged = path.starts_with("transcripts/") && !path.ends_with(".json");
    match entry.filter(|_| paged) {
        Some(entry) => format!("[{path}]({path}#e{entry})"),
        None => format!("[{path}]({path})"),
    }
}

/// Who was at the keyboard, in one line.
pub fn who(by: &By) -> String {
    let ssh = by.ssh.as_ref().map_or(String::new(), |ssh| format!(" from {ssh}"));
    format!("{}@{}{ssh}", by.user, by.host)
}

fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}
