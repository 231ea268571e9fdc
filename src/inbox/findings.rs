//! What no index of the mirror answers: secrets in content, which the search index knows, and agents that were cloned, which
//! their documents say. Asked for apart from the rest, behind everything that a person waits for.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use quarterdeck_sync::model::{FlagKind, Kind, Place, Query, Record, Row, RowKey, Scope};
use quarterdeck_sync::text::secrets;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::cause::Cause;
use super::source::Source;
use super::states;
use crate::search::{self, Order};

/// Leaks are looked for among what was active within this time.
const LEAKED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Hits that are looked through for leaks, the newest.
const HITS: usize = 400;
/// Agents whose documents are read, those seen last.
const AGENTS: usize = 5_000;
/// Secrets of one record that are told from each other.
const SECRETS: usize = 64;

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
    /// What tells it from another leak of the same record, each at most once: the places of its entries, and for each secret in the
    /// record itself what is left of its hash.
    pub marks: Vec<String>,
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
    /// Agents that somebody has acknowledged as cloned, and that are no clone any more, or have been stopped: that acknowledgement
    /// is to be taken back, or it would hold for whatever comes next.
    pub over: Vec<Place>,
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
            for leak in &mut found.leaks {
                // One that cannot be read is still one.
                let record = source.record(leak.key).ok().flatten();
                leak.marks.extend(record.iter().flat_map(marks));
            }
        }
        Err(why) => found.notes.push(format!("leaks are not known: {why}")),
    }
    match clones(source) {
        Ok(looked) => {
            (found.clones, found.over) = (looked.clones, looked.over);
            if !looked.all {
                found.notes.push(format!("clones were looked for among the {AGENTS} agents seen last"));
            }
        }
        Err(why) => found.notes.push(format!("clones are not known: {why}")),
    }
    found
}

/// The query that finds everything that leaks.
pub(super) fn leaks_query(now: Timestamp) -> String {
    format!("has:secret after:{}", now.checked_sub(LEAKED).unwrap_or(now).strftime("%Y-%m-%d"))
}

fn leaks_question(now: Timestamp) -> search::Question {
    search::Question { limit: HITS, order: Order::Newest, ..search::Question::new(leaks_query(now)) }
}

/// What is left of each secret that stands in the record itself: enough to see that another one stands there, too little to find
/// out which.
pub(super) fn marks(record: &Record) -> Vec<String> {
    let (row, doc) = (&record.row, &record.doc);
    let mark = |secret: &str| {
        // With the place of the record in it no two records can be compared.
        let parts = [&row.list.connection, &row.list.collection, &row.id, secret].map(|part| format!("{part}\0"));
        let sum = Sha256::digest(parts.concat());
        format!("secret {:02x}{:02x}", sum[0], sum[1])
    };
    let found = secrets::find(doc);
    let mut marks: Vec<String> =
        found.iter().take(SECRETS).filter_map(|found| doc.get(found.range.clone())).map(mark).collect();
    marks.sort_unstable();
    marks.dedup();
    marks
}

/// One leak for each record.
pub(super) fn leaks(hits: &[search::Hit]) -> Vec<Leak> {
    let mut leaks: Vec<Leak> = Vec::new();
    let mut places: HashMap<RowKey, usize> = HashMap::new();
    for hit in hits.iter().filter(|hit| !hit.gone) {
        let at = *places.entry(hit.key).or_insert(leaks.len());
        if at == leaks.len() {
            leaks.push(Leak { key: hit.key, entries: 0, entry: None, at: None, marks: Vec::new() });
        }
        let Some(leak) = leaks.get_mut(at) else { continue };
        if let Some(entry) = &hit.entry {
            leak.entries += 1;
            leak.marks.push(format!("entry {}", entry.place));
            leak.entry = Some(leak.entry.map_or(entry.place, |first| first.min(entry.place)));
        }
        leak.at = [leak.at, hit.at].into_iter().flatten().min();
    }
    leaks
}

/// What a look at the agents has shown.
#[derive(Default)]
struct Looked {
    clones: Vec<Clone>,
    over: Vec<Place>,
    /// All agents were looked at.
    all: bool,
}

fn clones(source: &dyn Source) -> Result<Looked, String> {
    let mut looked = Looked::default();
    let seen = seen_as_clones(source)?;
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
            let cloned = is_cloned(source, row, &pointers)?;
            let place = Place::record(&row.list.connection, &row.list.collection, &row.id);
            if !(cloned && states::goes_on(row)) && seen.contains(&place) {
                looked.over.push(place);
            }
            if cloned {
                looked.clones.push(Clone { key: row.key });
            }
        }
        if window.more_after {
            return Ok(looked);
        }
    }
    Ok(Looked { all: true, ..looked })
}

/// Where somebody has acknowledged a clone.
fn seen_as_clones(source: &dyn Source) -> Result<HashSet<Place>, String> {
    let clone = format!("{}:", Cause::Clone);
    let of_clone = |seen: Option<String>| seen.is_some_and(|seen| seen.lines().any(|line| line.starts_with(&clone)));
    let flags = source.flags()?.into_iter().filter(|flag| flag.kind == FlagKind::Acknowledged);
    Ok(flags.filter(|flag| of_clone(flag.seen.clone())).map(|flag| flag.place).collect())
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
