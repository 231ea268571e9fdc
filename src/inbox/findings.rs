//! What no index of the mirror answers: secrets in content, which the search index knows, and agents that were cloned, which
//! their documents say. Asked for apart from the rest, behind everything that a person waits for.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use quarterdeck_sync::model::{Kind, Query, Row, RowKey, Scope};
use serde_json::Value;

use super::source::Source;
use crate::search::{self, Order};

/// Leaks are looked for among what was active within this time.
const LEAKED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Hits that are looked through for leaks, the newest.
const HITS: usize = 400;
/// Agents whose documents are read, those seen last.
const AGENTS: usize = 5_000;

/// A record in which secrets stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// The record.
    pub key: RowKey,
    /// Entries of it that hold one, as far as they were looked through.
    pub entries: u64,
    /// The first of them, as they stand in the session; none when it is the record itself.
    pub entry: Option<u32>,
    /// When the first was said, of those that were looked through.
    pub at: Option<Timestamp>,
}

/// An agent whose platform says that it was cloned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clone {
    /// The agent.
    pub key: RowKey,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Records that leak, the latest first.
    pub leaks: Vec<Leak>,
    /// There are more hits than were looked through.
    pub more_leaks: bool,
    /// Cloned agents.
    pub clones: Vec<Clone>,
    /// What could not be looked at, for a person.
    pub notes: Vec<String>,
}

/// Looks. What one of the two cannot be asked does not hide the other.
pub fn seek(
    source: &dyn Source,
    find: &dyn Fn(&search::Question) -> Result<search::Answer, String>,
    now: Timestamp,
) -> Findings {
    let mut found = Findings::default();
    match find(&leaks_question(now)) {
        Ok(answer) => {
            found.more_leaks = answer.total > answer.hits.len() as u64;
            found.leaks = leaks(&answer.hits);
        }
        Err(why) => found.notes.push(format!("leaks are not known: {why}")),
    }
    match clones(source) {
        Ok((clones, all)) => {
            found.clones = clones;
            if !all {
                found.notes.push(format!("clones were looked for among the {AGENTS} agents seen last"));
            }
        }
        Err(why) => found.notes.push(format!("clones are not known: {why}")),
    }
    found
}

fn leaks_question(now: Timestamp) -> search::Question {
    let since = now.checked_sub(LEAKED).unwrap_or(now).strftime("%Y-%m-%d").to_string();
    search::Question { limit: HITS, order: Order::Newest, ..search::Question::new(format!("has:secret after:{since}")) }
}

/// One leak for each record.
pub(super) fn leaks(hits: &[search::Hit]) -> Vec<Leak> {
    let mut leaks: Vec<Leak> = Vec::new();
    let mut places: HashMap<RowKey, usize> = HashMap::new();
    for hit in hits.iter().filter(|hit| !hit.gone) {
        let at = *places.entry(hit.key).or_insert(leaks.len());
        if at == leaks.len() {
            leaks.push(Leak { key: hit.key, entries: 0, entry: None, at: None });
        }
        let Some(leak) = leaks.get_mut(at) else { continue };
        if let Some(entry) = &hit.entry {
            leak.entries += 1;
            leak.entry = Some(leak.entry.map_or(entry.place, |first| first.min(entry.place)));
        }
        leak.at = [leak.at, hit.at].into_iter().flatten().min();
    }
    leaks
}

/// Cloned agents, and whether all agents were looked at.
fn clones(source: &dyn Source) -> Result<(Vec<Clone>, bool), String> {
    let mut clones = Vec::new();
    let mut left = AGENTS;
    for list in source.freshness()?.into_iter().filter(|list| list.kind == Kind::Agent) {
        let pointers = source.signs(&list.platform, &list.list.collection).cloned;
        if pointers.is_empty() {
            continue;
        }
        let scope = Scope {
            kinds: vec![Kind::Agent],
            collections: vec![list.list.collection.clone()],
            connections: vec![list.list.connection.clone()],
        };
        let window = source.window(&Query { limit: left.max(1), ..Query::newest(scope) })?;
        left = left.saturating_sub(window.rows.len());
        for row in &window.rows {
            if is_cloned(source, row, &pointers)? {
                clones.push(Clone { key: row.key });
            }
        }
        if window.more_after {
            return Ok((clones, false));
        }
    }
    Ok((clones, true))
}

fn is_cloned(source: &dyn Source, row: &Row, pointers: &[String]) -> Result<bool, String> {
    let Some(record) = source.record(row.key)? else { return Ok(false) };
    let Ok(doc) = serde_json::from_str::<Value>(&record.doc) else { return Ok(false) };
    Ok(pointers.iter().any(|pointer| says_yes(doc.pointer(pointer))))
}

/// A flag as platforms write it.
pub(super) fn says_yes(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::Number(number)) => number.as_f64().is_some_and(|number| number != 0.0),
        Some(Value::String(text)) => {
            !matches!(text.trim().to_lowercase().as_str(), "" | "false" | "no" | "0" | "none" | "null" | "unknown")
        }
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(_) | Value::Null) | None => false,
    }
}
