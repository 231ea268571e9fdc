//! What stands at the head of a transcript: the record's facts, where the copy comes from, and what it holds. Texts are as they
//! came: whoever writes them into a document escapes them.

use quarterdeck_sync::model::{Kind, Usage};

use super::words::moment;
use super::{Summary, Transcript};
use crate::amounts::{count, dollars, length, plural};

/// A name of ours, and what a platform or the count says.
pub type Fact = (&'static str, String);

/// The title of a session; its id where it has none.
pub fn title(session: &Transcript) -> &str {
    let row = &session.record().row;
    row.title.as_deref().filter(|title| !title.trim().is_empty()).unwrap_or(&row.id)
}

/// What people call a record of the kind.
pub fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Session => "Session",
        Kind::Run => "Run",
        _ => "Record",
    }
}

/// The record's facts, those that there are.
pub fn of_record(session: &Transcript) -> Vec<Fact> {
    let row = &session.record().row;
    let agent = row.agent.as_ref().map(|id| match &row.agent_title {
        Some(title) if title != id => format!("{title} ({id})"),
        _ => id.clone(),
    });
    let facts = [
        (word(row.kind), Some(row.id.clone())),
        ("From", Some(format!("{}/{} ({})", row.list.connection, row.list.collection, row.platform))),
        ("Agent", agent),
        ("Project", row.project.clone()),
        ("Status", row.status.clone()),
        ("Created", row.created_at.map(moment)),
        ("Updated", row.updated_at.map(moment)),
        ("Gone", row.gone_at.map(|at| format!("no longer listed by the platform, noticed {}", moment(at)))),
        ("Content", Some(held(session))),
    ];
    facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// How far the copy can be trusted to be the whole.
fn held(session: &Transcript) -> String {
    let mut text = match session.held().at {
        Some(at) => format!("as fetched {}", moment(at)),
        None => "as found in a file".to_owned(),
    };
    text.push_str(if session.held().current { "" } else { ", and the session has changed since" });
    text.push_str(if session.held().partial { ", and the platform may have more of it than it showed" } else { "" });
    text.push_str(if session.held().masked { "; secrets are masked" } else { "; secrets are not masked" });
    text
}

/// What was counted, in short.
pub fn of_content(summary: &Summary) -> Vec<Fact> {
    let kinds = summary.kinds.iter().map(|(kind, number)| format!("{} {kind}", count(*number)));
    let mut entries = plural(summary.entries, "entry", "entries");
    if summary.entries > 0 {
        entries.push_str(&format!(": {}", kinds.collect::<Vec<_>>().join(", ")));
    }
    let mut facts = vec![("Entries", entries)];
    let span = summary.span_ms().zip(summary.first_at);
    facts.extend(span.map(|(span, first)| ("Time", format!("{}, from {}", length(span), moment(first)))));
    let took = took(&summary.usage);
    if !took.is_empty() {
        facts.push(("Took", took.join(", ")));
    }
    facts
}

/// What an entry or a session took, in words.
pub fn took(usage: &Usage) -> Vec<String> {
    let cached = usage.cached_tokens.map(|tokens| format!(" ({} cached)", count(tokens))).unwrap_or_default();
    let words = [
        usage.input_tokens.map(|tokens| format!("{} in{cached}", plural(tokens, "token", "tokens"))),
        usage.output_tokens.map(|tokens| format!("{} out", plural(tokens, "token", "tokens"))),
        usage.cost.filter(|cost| cost.is_finite()).map(dollars),
        usage.duration_ms.map(length),
    ];
    words.into_iter().flatten().collect()
}
