//! How the like of a request was answered before: what the mirror still has, and what was sent from here.

use std::collections::{BTreeMap, HashMap};

use quarterdeck_sync::model::{Kind, ListKey, Query, Record, Scope, Sort, Write, WriteState};
use quarterdeck_sync::outbox::{Outbox, Which};
use quarterdeck_sync::store::Reader;
use serde_json::Value;

use super::{AGENT, Asking, CAPABILITY, TOOL, text_at, words};
use crate::tui::grounds::{Earlier, Past};

/// Requests that are looked through: the newest.
const LOOKED: usize = 500;
/// Answers that are shown.
const SHOWN: usize = 6;
/// Where it is told who answered, and why.
const WHO: [&str; 6] = ["/approver_id", "/approved_by", "/responded_by", "/resolved_by", "/decided_by", "/reviewer"];
const WHY: [&str; 2] = ["/reason", "/comment"];

/// A request that was answered, as far as it is compared with another.
pub(super) struct Answered {
    list: ListKey,
    asked: (Option<String>, Option<String>),
    past: Past,
}

/// The requests of a connection that were answered: what the mirror still has of them, and what was sent from here.
pub(super) fn answered(reader: &Reader, outbox: &Outbox, connection: &str) -> Result<Vec<Answered>, String> {
    let which = Which { all: true, connections: vec![connection.to_owned()], limit: Some(LOOKED), ..Which::default() };
    let sent = outbox.list(&which).map_err(words)?;
    let mut ours: HashMap<(ListKey, String), Write> = sent
        .into_iter()
        .filter(|write| write.intent.kind == Kind::Approval)
        .filter(|write| matches!(write.state, WriteState::Accepted | WriteState::Confirmed))
        .filter_map(|write| Some(((write.list(), write.intent.target.clone()?), write)))
        .collect();
    let scope = Scope { kinds: vec![Kind::Approval], connections: vec![connection.to_owned()], ..Scope::default() };
    let query = Query { limit: LOOKED, gone: true, sort: Sort::Updated, ..Query::newest(scope) };
    let mut found = Vec::new();
    for other in reader.window(&query).map_err(words)?.rows {
        let Some(other) = reader.record(other.key).map_err(words)? else { continue };
        let doc: Value = serde_json::from_str(&other.doc).unwrap_or_default();
        let mine = ours.remove(&(other.row.list.clone(), other.row.id.clone()));
        let open = other.row.status.as_deref().is_none_or(|status| status.eq_ignore_ascii_case("pending"));
        if !open || mine.is_some() {
            let asking = Asking::of(&other, &doc);
            let past = past(&other, &doc, mine.as_ref());
            found.push(Answered { list: other.row.list, asked: (asking.tool, asking.capability), past });
        }
    }
    // What the platform no longer lists was answered from here all the same.
    found.extend(ours.into_iter().map(|((list, id), write)| {
        let doc = &write.intent.base.doc;
        Answered {
            list,
            asked: (text_at(doc, &TOOL), text_at(doc, &CAPABILITY)),
            past: Past {
                id,
                agent: text_at(doc, &AGENT),
                status: write.intent.verb.clone(),
                at: Some(write.updated_at),
                who: Some(write.intent.by.user.clone()),
                reason: write.intent.reason.clone(),
                ours: true,
            },
        }
    }));
    Ok(found)
}

/// How the like of a request was answered before, of what was answered on its connection.
pub(super) fn like(answered: &[Answered], record: &Record, asking: &Asking) -> Earlier {
    let alike = match (&asking.tool, &asking.capability) {
        (None, None) => return Earlier { alike: "it names no tool to go by".to_owned(), ..Earlier::default() },
        (Some(_), Some(_)) => "same tool and capability",
        (Some(_), None) => "same tool",
        (None, Some(_)) => "same capability",
    };
    let row = &record.row;
    let is_like = |other: &&Answered| {
        other.list == row.list
            && other.past.id != row.id
            && other.asked.0 == asking.tool
            && other.asked.1 == asking.capability
    };
    counted(alike, answered.iter().filter(is_like).map(|other| other.past.clone()).collect(), asking)
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
