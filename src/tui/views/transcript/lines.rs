//! One entry as lines of a width. Pure, and bounded: however long an entry is, only what is shown of it is looked at.
//!
//! An entry begins with a line that says who speaks, or with the tool that is called or answers; its parts follow, long
//! ones folded to their beginning. Calls and answers of tools are in [`tools`](super::tools), texts in [`texts`](super::texts); what is said in the audit view
//! instead is in [`audit`](super::audit).

use std::collections::HashSet;

use jiff::Timestamp;
use quarterdeck_sync::model::{Entry, EntryKind, Part, Usage};

use super::ink::Ink;
use crate::tui::reading::Transcript;
use crate::tui::text::{fit, grouped, width};
use crate::tui::theme::Role;

/// Lines of a part that are shown while it is folded: of words, thoughts, what a tool is given, what it answers, changes.
pub(super) const WORDS: usize = 60;
const THOUGHTS: usize = 6;
pub(super) const INPUT: usize = 6;
pub(super) const OUTPUT: usize = 8;
pub(super) const CHANGES: usize = 24;
/// Lines of a part that are shown at most.
pub(super) const MOST: usize = 3_000;
/// A pause that is told.
const PAUSE: i64 = 10 * 60;
/// Entries looked back at for a time.
const BACK: usize = 32;
/// Cells that the text of an entry stands in from the left.
pub(super) const INDENT: u16 = 2;

/// Words in one style, at a cell of their line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    pub x: u16,
    pub text: String,
    pub role: Role,
}

/// One line on screen.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Line {
    pub spans: Vec<Span>,
    /// At the right end.
    pub right: Option<(String, Role)>,
    /// The part of the entry it belongs to, by number.
    pub part: Option<u16>,
    /// Where an entry begins.
    pub head: bool,
}

impl Line {
    /// Words alone.
    pub fn of(x: u16, text: impl Into<String>, role: Role) -> Self {
        Self { spans: vec![Span { x, text: text.into(), role }], ..Self::default() }
    }

    /// More words behind those there are.
    pub fn add(&mut self, gap: u16, text: impl Into<String>, role: Role) {
        let text = text.into();
        let x = self.end() + gap;
        self.spans.push(Span { x, text, role });
    }

    /// More words right behind those there are, in several styles.
    pub fn extend(&mut self, parts: Vec<(String, Role)>) {
        for (text, role) in parts {
            self.add(0, text, role);
        }
    }

    /// The cell behind its words.
    pub fn end(&self) -> u16 {
        self.spans.last().map_or(0, |span| span.x.saturating_add(width(&span.text) as u16))
    }
}

/// Which parts are folded otherwise than they begin.
#[derive(Debug, Clone, Default)]
pub(super) struct Folds {
    all: bool,
    turned: HashSet<(usize, u16)>,
}

impl Folds {
    pub fn open(&self, entry: usize, part: u16) -> bool {
        self.all != self.turned.contains(&(entry, part))
    }

    pub fn turn(&mut self, entry: usize, part: u16) {
        if !self.turned.remove(&(entry, part)) {
            self.turned.insert((entry, part));
        }
    }

    /// Everything open, or folded.
    pub fn all(&mut self, open: bool) {
        self.all = open;
        self.turned.clear();
    }
}

/// What stands at the right of an entry's first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Times {
    /// The time of day, UTC.
    #[default]
    Clock,
    /// Since the session began.
    Since,
    /// Since the entry before.
    Step,
}

/// What an entry is laid out for.
pub(super) struct Paper<'a> {
    pub transcript: &'a Transcript,
    pub ink: &'a Ink,
    pub folds: &'a Folds,
    pub times: Times,
    pub cells: u16,
}

/// The sign, the word and the role of a kind.
pub(in crate::tui::views) fn look(kind: EntryKind) -> (&'static str, &'static str, Role) {
    match kind {
        EntryKind::User => ("❯", "user", Role::Accent),
        EntryKind::Assistant => ("●", "assistant", Role::Title),
        EntryKind::Tool => ("↳", "tool", Role::Busy),
        EntryKind::Thinking => ("∴", "thinking", Role::Dim),
        EntryKind::Progress => ("↻", "progress", Role::Dim),
        EntryKind::System => ("§", "system", Role::Quiet),
        EntryKind::Summary => ("≡", "summary", Role::Warn),
        EntryKind::Snapshot => ("▣", "snapshot", Role::Dim),
        EntryKind::Other => ("·", "other", Role::Dim),
    }
}

impl Paper<'_> {
    /// The lines of an entry; `before` is the one shown above it.
    pub fn lines(&self, at: usize, before: Option<usize>) -> Vec<Line> {
        let Some(entry) = self.transcript.entries.get(at) else { return Vec::new() };
        let mut sheet = Sheet { paper: self, at, out: Vec::new() };
        sheet.pause(entry, before);
        let head = sheet.out.len();
        // A tool's entry begins with the tool; what else it is, that line says.
        let tool_first = matches!(entry.parts.first(), Some(Part::Call(_) | Part::Result(_)));
        if !(entry.kind == EntryKind::Tool && tool_first) {
            sheet.speaker(entry);
        }
        for (number, part) in (0..).zip(&entry.parts) {
            sheet.part(part, number);
        }
        if let Some(id) = &entry.subagent {
            let mut line = Line::of(INDENT, "⤷", Role::Accent);
            line.add(1, "subagent", Role::Accent);
            line.add(2, fit(id, usize::from(self.cells).saturating_sub(16)).into_owned(), Role::Dim);
            sheet.out.push(line);
        }
        if let Some(line) = sheet.out.get_mut(head) {
            line.head = true;
            line.right = self.time(at).map(|words| (words, Role::Dim));
        }
        sheet.out
    }

    /// What stands at the right of an entry.
    pub fn time(&self, at: usize) -> Option<String> {
        let time = self.transcript.entries.get(at)?.at?;
        Some(match self.times {
            Times::Clock => clock(time),
            Times::Since => {
                let (first, _) = self.transcript.sums.span?;
                format!("+{}", lasting(seconds(first, time)))
            }
            Times::Step => match self.time_before(at) {
                Some(before) => format!("Δ {}", lasting(seconds(before, time))),
                None => clock(time),
            },
        })
    }

    fn time_before(&self, at: usize) -> Option<Timestamp> {
        self.transcript.entries.get(..at)?.iter().rev().take(BACK).find_map(|entry| entry.at)
    }
}

/// The time of day: `07:44:05`.
pub(super) fn clock(at: Timestamp) -> String {
    at.to_string().chars().skip(11).take(8).collect()
}

/// The day: `2026-11-22`.
pub(super) fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.as_second().saturating_sub(from.as_second())
}

/// A stretch of time in at most two units: `4s`, `2m 05s`, `3h 12m`, `2d 4h`.
pub(super) fn lasting(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.unsigned_abs();
    let words = match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{}h {:02}m", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{}d {}h", seconds / 86_400, seconds % 86_400 / 3_600),
    };
    format!("{sign}{words}")
}

/// The lines of one entry, as they come.
pub(super) struct Sheet<'a> {
    pub paper: &'a Paper<'a>,
    pub at: usize,
    pub out: Vec<Line>,
}

impl Sheet<'_> {
    /// What lies between the entry above and this one: air, a pause, another day.
    fn pause(&mut self, entry: &Entry, before: Option<usize>) {
        let Some(before) = before else { return };
        let above = self.paper.transcript.entries.get(before);
        let passed = above.and_then(|above| above.at).zip(entry.at).map(|(then, now)| (seconds(then, now), then, now));
        match passed {
            Some((gap, then, now)) if gap >= PAUSE || day(then) != day(now) => {
                let mut words = if gap >= PAUSE { format!("{} later", lasting(gap)) } else { String::new() };
                if day(then) != day(now) {
                    let more = if words.is_empty() { "" } else { " · " };
                    words = format!("{words}{more}{}", day(now));
                }
                self.out.push(Line::default());
                self.out.push(Line::of(INDENT, format!("┄┄ {words} ┄┄"), Role::Quiet));
                self.out.push(Line::default());
            }
            _ => {
                // Tools answer right below their call.
                let close = |kind| matches!(kind, EntryKind::Tool | EntryKind::Progress);
                if !(close(entry.kind) && above.is_some_and(|above| close(above.kind) || has_call(above))) {
                    self.out.push(Line::default());
                }
            }
        }
    }

    fn speaker(&mut self, entry: &Entry) {
        let (glyph, word, role) = look(entry.kind);
        let mut line = Line::of(0, glyph, role);
        line.add(1, word, role);
        if entry.role != word && !entry.role.is_empty() {
            line.add(1, fit(&entry.role, 24).into_owned(), Role::Dim);
        }
        if entry.sidechain {
            line.add(2, "⤷ subagent", Role::Dim);
        }
        if entry.error {
            line.add(2, "✗ failed", Role::Bad);
        }
        let took = took(&entry.usage);
        if !took.is_empty() && self.paper.cells >= 60 {
            line.add(2, took, Role::Quiet);
        }
        self.out.push(line);
    }

    fn part(&mut self, part: &Part, number: u16) {
        match part {
            Part::Text(text) => self.words(text, number),
            Part::Thinking(text) => {
                let first = self.out.len();
                self.body(text, THOUGHTS, Role::Dim, number, None);
                // Where the entry is nothing else, its first line says so.
                if self.paper.transcript.entries.get(self.at).is_none_or(|entry| entry.kind != EntryKind::Thinking) {
                    self.sign(first, "∴");
                }
            }
            Part::Call(call) => self.call(call, number),
            Part::Result(answer) => self.result(answer, number),
            Part::Attachment { media, bytes } => {
                let size = if *bytes > 0 { format!(" · {} bytes", grouped(*bytes)) } else { String::new() };
                self.push(Line::of(INDENT, format!("▤ {media}{size}"), Role::Dim), number);
            }
            Part::Other { label, json } => {
                // What its first line says already need not be said again.
                let entry = self.paper.transcript.entries.get(self.at);
                if !label.is_empty() && entry.is_none_or(|entry| entry.kind.as_str() != label && entry.role != *label) {
                    self.push(Line::of(INDENT, format!("· {label}"), Role::Dim), number);
                }
                self.json_or_text(json, INPUT, number, None);
            }
        }
    }

    /// A sign left of a part's first line, where it has room.
    fn sign(&mut self, line: usize, sign: &'static str) {
        if let Some(line) = self.out.get_mut(line) {
            line.spans.insert(0, Span { x: 0, text: sign.to_owned(), role: Role::Dim });
        }
    }

    pub(super) fn push(&mut self, mut line: Line, part: u16) {
        line.part = Some(part);
        self.out.push(line);
    }

    /// Room for the text of an entry.
    pub(super) fn room(&self) -> usize {
        usize::from(self.paper.cells.saturating_sub(INDENT)).max(8)
    }
}

fn has_call(entry: &Entry) -> bool {
    matches!(entry.parts.last(), Some(Part::Call(_)))
}

/// What an entry took: `1,204 → 380 tokens · $0.0123 · 3.2s`.
fn took(usage: &Usage) -> String {
    let mut words = Vec::new();
    if usage.input_tokens.is_some() || usage.output_tokens.is_some() {
        let number = |tokens: Option<u64>| tokens.map_or("?".to_owned(), grouped);
        words.push(format!("{} → {} tokens", number(usage.input_tokens), number(usage.output_tokens)));
    }
    if let Some(cost) = usage.cost.filter(|cost| cost.is_finite()) {
        words.push(format!("${cost:.4}"));
    }
    if let Some(ms) = usage.duration_ms {
        words.push(if ms < 60_000 {
            format!("{}.{}s", ms / 1_000, ms % 1_000 / 100)
        } else {
            lasting(i64::try_from(ms / 1_000).unwrap_or(i64::MAX))
        });
    }
    words.join(" · ")
}
