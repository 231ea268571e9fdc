//! What `show` tells of a record's content: how much is held and from when, and what it came to.

use jiff::{Timestamp, Zoned};
use quarterdeck_sync::model::{ContentInfo, ContentState, Record};
use quarterdeck_sync::store::Reader;
use quarterdeck_sync::text::Secrets;
use serde::Serialize;

use crate::amounts::{count, length, plural, size};
use crate::cli::context::Noun;
use crate::cli::render::moment;
use crate::error::Failure;
use crate::transcript::{Held, Summary, Transcript, took};

/// What is known of a record's content, and what was counted in it. The order of the members is part of the schema.
#[derive(Debug, Serialize)]
pub struct ShownContent {
    state: ContentState,
    fetched_at: Option<Timestamp>,
    raw_bytes: u64,
    partial: bool,
    summary: Option<Summary>,
}

impl ShownContent {
    /// Of a record whose list has content; never asks the platform.
    pub fn of(reader: &Reader, record: &Record, secrets: Secrets) -> Result<Option<Self>, Failure> {
        let Some(info) = reader.content_state(record.row.key)? else { return Ok(None) };
        let ContentInfo { state, fetched_at, raw_bytes, partial, .. } = info;
        if state == ContentState::Unoffered {
            return Ok(None);
        }
        let summary = reader.content(record.row.key)?.map(|content| {
            let held =
                Held { at: Some(content.fetched_at), current: !content.stale, masked: false, partial: content.partial };
            Summary::of(Transcript::new(record.clone(), &content.messages, held, secrets).entries())
        });
        Ok(Some(Self { state, fetched_at, raw_bytes, partial, summary }))
    }

    /// As lines of `show`: a name, and what there is to say.
    pub fn lines(&self, noun: &Noun, record: &Record, now: &Zoned) -> Vec<(&'static str, String)> {
        let verb = if noun.name() == "runs" { "events" } else { "entries" };
        let read = format!("qd {} {verb} {}", noun.name(), record.row.id);
        let since = self.fetched_at.map(|at| format!(", fetched {}", moment(at, now))).unwrap_or_default();
        let Some(summary) = &self.summary else {
            let why = match self.state {
                ContentState::Absent => "the platform has none".to_owned(),
                ContentState::Dropped => format!("held no longer; {read} fetches it again"),
                _ => format!("not held; {read} fetches it"),
            };
            return vec![("content", why)];
        };
        let entries = plural(summary.entries, "entry", "entries");
        let stale = if self.state == ContentState::Stale { "; the record has changed since" } else { "" };
        let partial = if self.partial { "; the platform may have more of it than it showed" } else { "" };
        let mut lines = vec![("content", format!("{entries}, {}{since}{stale}{partial}", size(self.raw_bytes)))];
        lines.extend(counted(summary));
        lines.push(("read it", read));
        lines
    }
}

/// Most tools, files and places that stand in a line.
const LISTED: usize = 12;

fn counted(summary: &Summary) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    let mut line = |name, parts: Vec<String>| {
        let more = parts.len().saturating_sub(LISTED);
        let mut text = parts.into_iter().take(LISTED).collect::<Vec<_>>().join(", ");
        if more > 0 {
            text.push_str(&format!(" and {} more", count(more as u64)));
        }
        if !text.is_empty() {
            lines.push((name, text));
        }
    };
    line("kinds", summary.kinds.iter().map(|(kind, number)| format!("{} {kind}", count(*number))).collect());
    line("tools", summary.tools.iter().map(|used| format!("{} {}", used.tool, count(used.calls))).collect());
    let places = summary.failed.iter().take(LISTED).map(u32::to_string).collect::<Vec<_>>().join(", ");
    if summary.errors > 0 {
        line("errors", vec![format!("{}, first at {places}", count(summary.errors))]);
    }
    line("changed", summary.files.iter().map(|file| file.path.clone()).collect());
    line("subagents", summary.subagents.clone());
    line("lasted", summary.span_ms().map(length).into_iter().collect());
    line("took", took(&summary.usage));
    lines
}
