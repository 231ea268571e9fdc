use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use quarterdeck_sync::model::{Entry, EntryKind, Part, Usage};
use serde::Serialize;

/// What a session holds, counted. The order of the members is part of the schema.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// How many entries.
    pub entries: u64,
    /// How many of each kind, those that there are.
    pub kinds: BTreeMap<EntryKind, u64>,
    /// How often each tool was called; the most called first.
    pub tools: Vec<Used>,
    /// Entries in which something failed.
    pub errors: u64,
    /// Places of the first of them, at most [`Summary::LISTED`].
    pub failed: Vec<u32>,
    /// Files that were changed, how often, and where first; in the order in which they were.
    pub files: Vec<Changed>,
    /// Sessions of subagents that it names, each once.
    pub subagents: Vec<String>,
    /// What it took altogether, where the platform says.
    pub usage: Usage,
    /// The earliest time in it.
    pub first_at: Option<Timestamp>,
    /// The latest time in it.
    pub last_at: Option<Timestamp>,
}

/// A tool that was called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Used {
    /// Its name.
    pub tool: String,
    /// How often.
    pub calls: u64,
}

/// A file that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Its path.
    pub path: String,
    /// How often.
    pub edits: u64,
    /// Place of the entry that did it first.
    pub entry: u32,
}

impl Summary {
    /// Most places of errors that are kept.
    pub const LISTED: usize = 50;

    /// Counts.
    pub fn of(entries: &[Entry]) -> Self {
        let mut summary = Self::default();
        let mut tools: BTreeMap<&str, u64> = BTreeMap::new();
        let mut files: BTreeMap<&str, usize> = BTreeMap::new();
        let mut subagents: BTreeSet<&str> = BTreeSet::new();
        for entry in entries {
            summary.count(entry);
            for part in &entry.parts {
                if let Part::Call(call) = part {
                    *tools.entry(&call.tool).or_default() += 1;
                }
            }
            for path in entry.parts.iter().flat_map(changed) {
                let known = *files.entry(path).or_insert(summary.files.len());
                match summary.files.get_mut(known) {
                    Some(file) => file.edits += 1,
                    None => summary.files.push(Changed { path: path.to_owned(), edits: 1, entry: entry.place }),
                }
            }
            if let Some(subagent) = entry.subagent.as_deref()
                && subagents.insert(subagent)
            {
                summary.subagents.push(subagent.to_owned());
            }
        }
        tools.remove("");
        summary.tools = tools.into_iter().map(|(tool, calls)| Used { tool: tool.to_owned(), calls }).collect();
        summary.tools.sort_by_key(|used| std::cmp::Reverse(used.calls));
        summary
    }

    fn count(&mut self, entry: &Entry) {
        self.entries += 1;
        *self.kinds.entry(entry.kind).or_default() += 1;
        if entry.error {
            self.errors += 1;
            if self.failed.len() < Self::LISTED {
                self.failed.push(entry.place);
            }
        }
        add(&mut self.usage.input_tokens, entry.usage.input_tokens);
        add(&mut self.usage.cached_tokens, entry.usage.cached_tokens);
        add(&mut self.usage.output_tokens, entry.usage.output_tokens);
        add(&mut self.usage.duration_ms, entry.usage.duration_ms);
        if let Some(cost) = entry.usage.cost.filter(|cost| cost.is_finite() && *cost >= 0.0) {
            self.usage.cost = Some(self.usage.cost.unwrap_or(0.0) + cost);
        }
        if let Some(at) = entry.at {
            self.first_at = Some(self.first_at.map_or(at, |first| first.min(at)));
            self.last_at = Some(self.last_at.map_or(at, |last| last.max(at)));
        }
    }

    /// Milliseconds between the first and the last time in it.
    pub fn span_ms(&self) -> Option<u64> {
        let (first, last) = (self.first_at?, self.last_at?);
        u64::try_from(last.as_millisecond().saturating_sub(first.as_millisecond())).ok()
    }
}

/// The files that a part changes. A result whose call is there says what the call said already.
fn changed(part: &Part) -> impl Iterator<Item = &str> {
    let edits = match part {
        Part::Call(call) => &call.edits[..],
        Part::Result(answer) if answer.called_at.is_none() => &answer.edits[..],
        _ => &[],
    };
    edits.iter().filter_map(|edit| edit.path.as_deref())
}

/// Sums only grow, and stop at the largest number there is: a platform may say anything.
fn add(sum: &mut Option<u64>, more: Option<u64>) {
    if let Some(more) = more {
        *sum = Some(sum.unwrap_or(0).saturating_add(more));
    }
}
