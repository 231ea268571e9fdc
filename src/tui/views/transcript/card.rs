//! What stands above the first entry: whose session it is, how it went, what it used and changed.

use super::keeping::{Reviewed, reviewed};
use super::lines::{Line, Span, lasting};
use crate::tui::kept::Kept;
use crate::tui::looks::status;
use crate::tui::reading::{Held, Transcript};
use crate::tui::text::{fit, fit_end, grouped, moment, word, wrap_start};
use crate::tui::theme::Role;

/// Cells for the names.
const NAMES: u16 = 13;
/// Files and tools that are named.
const NAMED: usize = 6;

/// The card, in lines of at most `cells`.
pub(super) fn lines(transcript: &Transcript, cells: u16) -> Vec<Line> {
    let mut card = Card { out: Vec::new(), room: usize::from(cells.saturating_sub(NAMES)).max(10) };
    let row = &transcript.row;
    let title = row.title.as_deref().map(str::trim).filter(|title| !title.is_empty()).unwrap_or(&row.id);
    let title = quarterdeck_sync::text::Clean::block(title).into_string();
    let (lines, _) = wrap_start(&title, usize::from(cells), 3);
    card.out.extend(lines.into_iter().map(|words| Line::of(0, words, Role::Title)));
    card.out.push(Line::default());
    let id = format!("{} · {} · {}", row.list.connection, row.list.collection.replace(['_', '-'], " "), row.id);
    card.field("from", id, Role::Dim);
    if let Some(known) = &row.status {
        let (glyph, role) = status(known);
        card.field("status", format!("{glyph} {}", word(known)), role);
    }
    if let Some(agent) = row.agent_title.as_ref().or(row.agent.as_ref()) {
        card.field("agent", agent.clone(), Role::Text);
    }
    if let Some(project) = &row.project {
        card.field("project", fit_end(project, card.room).into_owned(), Role::Text);
    }
    sums(&mut card, transcript);
    held(&mut card, transcript);
    card.out
}

struct Card {
    out: Vec<Line>,
    room: usize,
}

impl Card {
    fn field(&mut self, name: &'static str, words: String, role: Role) {
        let words = fit(&words, self.room).into_owned();
        let name = Span { x: 0, text: name.to_owned(), role: Role::Field };
        self.out.push(Line { spans: vec![name, Span { x: NAMES, text: words, role }], ..Line::default() });
    }
}

fn sums(card: &mut Card, transcript: &Transcript) {
    let sums = &transcript.sums;
    if let Some((first, last)) = sums.span {
        let lasts = lasting(last.as_second() - first.as_second());
        card.field("time", format!("{}, for {lasts}", moment(first)), Role::Text);
    }
    if !transcript.entries.is_empty() {
        let mut words = vec![many(transcript.entries.len(), "entry", "entries")];
        for (count, one, more) in [(sums.calls, "call", "calls"), (sums.edits, "change", "changes")] {
            if count > 0 {
                words.push(many(count, one, more));
            }
        }
        card.field("holds", words.join(" · "), Role::Text);
    }
    if sums.errors > 0 {
        card.field("errors", format!("✗ {}", many(sums.errors, "entry failed", "entries failed")), Role::Bad);
    }
    if sums.secrets > 0 {
        let (how, role) = if transcript.unsealed.is_some() { ("shown", Role::Bad) } else { ("masked", Role::Warn) };
        card.field("secrets", format!("! {how} in {}", many(sums.secrets, "entry", "entries")), role);
    }
    if sums.hidden > 0 {
        let words = format!("! {} made visible", many(sums.hidden, "hidden character", "hidden characters"));
        card.field("hidden", words, Role::Warn);
    }
    if let Some((read, written)) = sums.tokens {
        let cost = sums.cost.map_or(String::new(), |cost| format!(" · ${cost:.2}"));
        card.field("tokens", format!("{} read · {} written{cost}", grouped(read), grouped(written)), Role::Text);
    }
    if !sums.tools.is_empty() {
        card.field("tools", named(&sums.tools), Role::Text);
    }
    if !sums.files.is_empty() {
        card.field("changed", named(&sums.files), Role::Text);
    }
    let count = sums.subagents.len();
    for (number, (id, _)) in sums.subagents.iter().take(NAMED).enumerate() {
        let branch = if number + 1 == count { "└" } else { "├" };
        card.field(if number == 0 { "subagents" } else { "" }, format!("{branch} {id}"), Role::Accent);
    }
    if count > NAMED {
        card.field("", format!("and {} more", count - NAMED), Role::Dim);
    }
}

fn held(card: &mut Card, transcript: &Transcript) {
    match &transcript.held {
        Held::Here { fetched_at, stale: true, .. } => {
            card.field("as of", format!("~ {}; there is more by now", moment(*fetched_at)), Role::Warn);
        }
        Held::Here { fetched_at, .. } => card.field("as of", moment(*fetched_at), Role::Dim),
        _ => {}
    }
    if matches!(transcript.held, Held::Here { partial: true, .. }) {
        let words = "~ perhaps not whole: its platform may have more".to_owned();
        card.field("held", words, Role::Warn);
    }
    if let Some(at) = transcript.row.gone_at {
        let words = format!("† no longer listed since {}; kept here", moment(at));
        card.field("gone", words, Role::Warn);
    }
}

/// What a person keeps about the session itself.
pub(super) fn kept(kept: &Kept, transcript: &Transcript, cells: u16, out: &mut Vec<Line>) {
    let mut card = Card { out: Vec::new(), room: usize::from(cells.saturating_sub(NAMES)).max(10) };
    if let (Some((at, _)), Some(stands)) = (&kept.reviewed, reviewed(kept, transcript)) {
        match stands {
            Reviewed::Holds => card.field("reviewed", format!("✓ {}", moment(*at)), Role::Good),
            Reviewed::Lapsed => {
                card.field("reviewed", format!("~ {}; it has changed since", moment(*at)), Role::Warn);
            }
        }
    }
    let entries = kept.entries().len();
    let mut words = Vec::new();
    if kept.bookmarked(None) {
        words.push("★ bookmarked".to_owned());
    }
    if entries > 0 {
        words.push(format!("★ at {}", many(entries, "entry", "entries")));
    }
    if !words.is_empty() {
        card.field("kept", words.join(" · "), Role::Accent);
    }
    for (number, note) in kept.notes_at(None).enumerate() {
        let (lines, _) = wrap_start(&note.text, card.room, 6);
        for (row, line) in lines.into_iter().enumerate() {
            card.field(
                if number + row == 0 { "notes" } else { "" },
                format!("{} {line}", if row == 0 { "✎" } else { " " }),
                Role::Text,
            );
        }
    }
    out.append(&mut card.out);
}

fn many(count: usize, one: &str, more: &str) -> String {
    format!("{} {}", grouped(count as u64), if count == 1 { one } else { more })
}

fn named(list: &[(String, usize)]) -> String {
    let mut words: Vec<String> = list.iter().take(NAMED).map(|(name, count)| format!("{name} {count}")).collect();
    if list.len() > NAMED {
        words.push(format!("and {} more", list.len() - NAMED));
    }
    words.join(" · ")
}
