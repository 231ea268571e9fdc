//! How the like of a request was answered before: what the mirror still has, and what was sent from here.

use std::collections::{BTreeMap, HashMap};

use quarterdeck_sync::model::{Kind, Query, Record, Scope, Sort, Write, WriteState};
use quarterdeck_sync::outbox::{Outbox, Which};
use quarterdeck_sync::store::Reader;
use serde_json::Value;

use super::{Asking, text_at, words};
use crate::tui::grounds::{Earlier, Past};

/// Requests that are looked through: the newest.
const LOOKED: usize = 500;
/// Answers that are shown.
const SHOWN: usize = 6;
/// Where it is told who answered, and why.
const WHO: [&str; 6] = ["/approver_id", "/approved_by", "/responded_by", "/resolved_by", "/decided_by", "/reviewer"];
const WHY: [&str; 2] = ["/reason", "/comment"];

/// How the like of a request was answered before.
pub(super) fn like(reader: &Reader, outbox: &Outbox, record: &Record, asking: &Asking) -> Result<Earlier, String> {
    let row = &record.row;
    let alike = match (&asking.tool, &asking.capability) {
        (None, None) => return Ok(Earlier { alike: "it names no tool to go by".to_owned(), ..Earlier::default() }),
        (Some(_), Some(_)) => "same tool and capability",
        (Some(_), None) => "same tool",
        (None, Some(_)) => "same capability",
    };
    let is_like = |doc: &Value, of: &Record| {
        let other = Asking::of(of, doc);
        other.tool == asking.tool && other.capability == asking.capability
    };
    let connection = &row.list.connection;
    let which = Which { all: true, connections: vec![connection.clone()], limit: Some(LOOKED), ..Which::default() };
    let sent = outbox.list(&which).map_err(words)?;
    let mut ours: HashMap<String, Write> = sent
        .into_iter()
        .filter(|write| write.intent.kind == Kind::Approval)
        .filter(|write| matches!(write.state, WriteState::Accepted | WriteState::Confirmed))
        .filter_map(|write| Some((write.intent.target.clone()?, write)))
        .collect();
    let scope = Scope { kinds: vec![Kind::Approval], connections: vec![connection.clone()], ..Scope::default() };
    let query = Query { limit: LOOKED, gone: true, sort: Sort::Updated, ..Query::newest(scope) };
    let mut found = Vec::new();
    for other in reader.window(&query).map_err(words)?.rows {
        if other.id == row.id || other.list != row.list {
            continue;
        }
        let Some(other) = reader.record(other.key).map_err(words)? else { continue };
        let doc: Value = serde_json::from_str(&other.doc).unwrap_or_default();
        let mine = ours.remove(&other.row.id);
        let open = other.row.status.as_deref().is_none_or(|status| status.eq_ignore_ascii_case("pending"));
        if is_like(&doc, &other) && (!open || mine.is_some()) {
            found.push(past(&other, &doc, mine.as_ref()));
        }
    }
    // What the platform no longer lists was answered from here all the same.
    for (id, write) in &ours {
        let same = text_at(&write.intent.base.doc, &["/tool_id", "/tool", "/tool_name", "/node_id"]) == asking.tool
            && text_at(&write.intent.base.doc, &["/capability", "/operation"]) == asking.capability;
        if same && *id != row.id {
            found.push(Past {
                id: id.clone(),
                agent: text_at(&write.intent.base.doc, &["/agent_id", "/agent"]),
                status: write.intent.verb.clone(),
                at: Some(write.updated_at),
                who: Some(write.intent.by.user.clone()),
                reason: write.intent.reason.clone(),
                ours: true,
            });
        }
    }
    Ok(counted(alike, found, asking))
}

fn past(record: &Record, doc: &Value, ours: Option<&Write>) -> Past {
    let row = &record.row;
    let mine = ours.map(|write| &write.intent);
    Past {
        id: row.id.clone(),
        agent: row.agent_title.clone().or_else(|| row.agent.clone()),
        status: row.status.clone().unwrap_or_default(),
        at: row.updated_at.or(row.created_at),
        who: text_at(doc, &WHO).or_else(|| mine.map(|mine| mine.by.user.clone())),
        reason: text_at(doc, &WHY).or_else(|| mine.and_then(|mine| mine.reason.clone())),
        ours: ours.is_some(),
    }
}

/// All of them in numbers, and the newest: those of the same agent first.
fn counted(alike: &str, mut found: Vec<Past>, asking: &Asking) -> Earlier {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for past in &found {
        *counts.entry(past.status.to_lowercase()).or_default() += 1;
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    found.sort_by_key(|past| (past.agent != asking.agent, std::cmp::Reverse(past.at)));
    found.truncate(SHOWN);
    Earlier { alike: alike.to_owned(), counts, list: found }
}
