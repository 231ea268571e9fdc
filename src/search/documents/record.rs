use std::collections::BTreeSet;

use quarterdeck_index::Document;
use quarterdeck_sync::model::{Record, Row};

use super::flat::pieces;
use super::{add, is_packed, is_time, uncoloured};
use crate::search::fields;

/// Most bytes of a record that are searched.
const MOST: usize = 1 << 20;

/// Members that name a branch, and a machine, wherever they stand.
const BRANCHES: [&str; 3] = ["git_branch", "branch", "gitBranch"];
const HOSTS: [&str; 3] = ["agent_hostname", "hostname", "host"];

/// What a record shares with its entries: (facet, value).
pub fn shared(record: &Record) -> Vec<(usize, String)> {
    let row = &record.row;
    let mut shared = vec![
        (fields::CONNECTION, row.list.connection.clone()),
        (fields::PLATFORM, row.platform.clone()),
        (fields::COLLECTION, row.list.collection.clone()),
        (fields::ID, row.id.clone()),
    ];
    for (facet, value) in [(fields::STATUS, &row.status), (fields::PROJECT, &row.project)] {
        shared.extend(value.clone().map(|value| (facet, value)));
    }
    if let Some(agent) = &row.agent {
        shared.push((fields::AGENT, fields::agent_value(&row.list.connection, agent)));
        shared.push((fields::HOST, agent.clone()));
    }
    pieces(&record.doc, &mut |key, text| {
        let facet = match key {
            key if BRANCHES.contains(&key) => fields::BRANCH,
            key if HOSTS.contains(&key) => fields::HOST,
            _ => return true,
        };
        let value = (facet, text.to_owned());
        if !text.is_empty() && text.len() <= 256 && !shared.contains(&value) {
            shared.push(value);
        }
        // A document with thousands of branches is none.
        shared.len() < 64
    });
    if row.gone_at.is_some() {
        shared.push((fields::IS, "gone".to_owned()));
    }
    if is_subagent(&record.doc) {
        shared.push((fields::IS, "subagent".to_owned()));
    }
    shared
}

/// The document of a record itself; `has` is what its entries have.
pub fn document(record: &Record, shared: Vec<(usize, String)>, has: BTreeSet<&'static str>) -> Document {
    let row = &record.row;
    let mut facets = shared;
    facets.push((fields::KIND, row.kind.as_str().to_owned()));
    facets.extend(row.pending.first().map(|_| (fields::IS, "pending".to_owned())));
    let mut has = has;
    if quarterdeck_sync::text::secrets::holds(&record.doc) {
        has.insert("secret");
    }
    facets.extend(has.into_iter().map(|word| (fields::HAS, word.to_owned())));
    Document { place: None, at: active(row), title: title(row), text: record_text(record), facets }
}

/// A record's last activity, in milliseconds.
pub fn active(row: &Row) -> Option<i64> {
    row.updated_at.or(row.created_at).map(|at| at.as_millisecond())
}

/// What counts more than the rest of it.
fn title(row: &Row) -> String {
    let mut title = uncoloured(row.title.as_deref().unwrap_or_default()).into_owned();
    if title != row.id {
        add(&mut title, &row.id, MOST);
    }
    title
}

/// What is searched of a record beside its title and its id, and what its snippet is cut from: the strings and numbers of its
/// document. Columns that unfinished writes have changed are there too.
pub fn record_text(record: &Record) -> String {
    let row = &record.row;
    let mut text = String::new();
    for column in [&row.status, &row.agent_title, &row.project].into_iter().flatten() {
        if !record.doc.contains(column.as_str()) {
            add(&mut text, column, MOST);
        }
    }
    pieces(&record.doc, &mut |_, piece| {
        let told = Some(piece) == row.title.as_deref() || piece == row.id || is_time(piece) || is_packed(piece);
        told || add(&mut text, piece, MOST)
    });
    text
}

/// A session that another started: some platforms say so outright, some name the other.
fn is_subagent(doc: &str) -> bool {
    let compact = |text: &str| doc.contains(text);
    compact("\"is_subagent\":true")
        || compact("\"is_subagent\": true")
        || compact("\"isSidechain\":true")
        || compact("\"isSidechain\": true")
}
