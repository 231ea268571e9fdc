use std::collections::BTreeSet;
use std::sync::Arc;

use quarterdeck_index::Document;
use quarterdeck_sync::model::{Record, Row};

use super::entry::says_nothing;
use super::flat::pieces;
use super::gathered::Gathered;
use super::{is_time, unpacked};
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
    // The word alone: who is meant by it changes, and is looked up when somebody asks.
    if let Some(agent) = &row.agent_word {
        shared.push((fields::AGENT, fields::agent_value(&row.list.connection, agent)));
        shared.push((fields::HOST, agent.clone()));
    }
    pieces(&record.doc, &mut |piece| {
        let facet = match piece.key {
            _ if piece.name => return true,
            key if BRANCHES.contains(&key) => fields::BRANCH,
            key if HOSTS.contains(&key) => fields::HOST,
            _ => return true,
        };
        let text = piece.text.as_ref();
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
pub fn document(record: &Record, shared: &Arc<[(usize, String)]>, has: BTreeSet<&'static str>) -> Document {
    let row = &record.row;
    let mut facets = vec![(fields::KIND, row.kind.as_str().to_owned())];
    facets.extend(row.pending.first().map(|_| (fields::IS, "pending".to_owned())));
    let mut has = has;
    if quarterdeck_sync::text::secrets::holds(&record.doc) {
        has.insert("secret");
    }
    facets.extend(has.into_iter().map(|word| (fields::HAS, word.to_owned())));
    let (title, text) = (title(row), record_text(record));
    Document { place: None, at: active(row), title, text, facets, shared: shared.clone() }
}

/// A record's last activity, in milliseconds.
pub fn active(row: &Row) -> Option<i64> {
    row.updated_at.or(row.created_at).map(|at| at.as_millisecond())
}

/// What counts more than the rest of it.
fn title(row: &Row) -> String {
    let mut title = Gathered::new(MOST);
    title.add(row.title.as_deref().unwrap_or_default());
    if row.title.as_ref() != Some(&row.id) {
        title.add(&row.id);
    }
    title.into_text()
}

/// What is searched of a record beside its title and its id, and what its snippet is cut from: the strings and numbers of its
/// document, but for messages that stand in it, which are entries. Columns that unfinished writes have changed are there too; the
/// title of its agent is not, since an agent may be called otherwise tomorrow.
pub fn record_text(record: &Record) -> String {
    let row = &record.row;
    let mut text = Gathered::new(MOST);
    pieces(&record.doc_alone(), &mut |piece| {
        let told = Some(piece.text.as_ref()) == row.title.as_deref() || piece.text == row.id;
        let nothing = if piece.name { says_nothing(&piece) } else { is_time(&piece) };
        told || nothing || text.add(unpacked(&piece.text))
    });
    for column in [&row.status, &row.project].into_iter().flatten() {
        text.add_new(column);
    }
    text.into_text()
}

/// A session that another started: some platforms say so outright, some name the other.
fn is_subagent(doc: &str) -> bool {
    let compact = |text: &str| doc.contains(text);
    compact("\"is_subagent\":true")
        || compact("\"is_subagent\": true")
        || compact("\"isSidechain\":true")
        || compact("\"isSidechain\": true")
}
