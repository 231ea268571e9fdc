//! What a record leads to, found in its document and in the lists of its connection.
//!
//! Platforms name other records in members called after them: `run_id`, `session_id`, `knowledge_base_ids`. That is all that is known
//! here, so platforms that nobody has seen yet are followed too. A member that names nothing the mirror has is no link. Whether a
//! record names another is told from its document: by any value that is the id, when ids are long enough to mean one thing;
//! else by a look at the member itself.

use std::collections::BTreeSet;

use quarterdeck_sync::model::{
    Anchor, Field, Filter, Freshness, Kind, ListKey, Match, Order, Query, Record, Row, Scope, Sort,
};
use quarterdeck_sync::outbox::Which;
use quarterdeck_sync::store::Reader;
use serde_json::Value;

use super::house::House;
use crate::timeline;
use crate::tui::data::NamedWords;
use crate::tui::decisions::Target;
use crate::tui::links::{Link, Links, MOST, To, only_these};

/// Members of a document that are looked at, and how deep they may stand.
const MEMBERS: usize = 400;
const DEPTH: usize = 4;
/// Characters of an id, at most: a longer text is none.
const ID: usize = 200;
/// Documents that are looked at to find those that name a record with a short id.
const LOOKS: usize = 300;

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Another record, as a document names it: what it is called there, and its id.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    word: String,
    id: String,
}

/// Every record that a document names.
fn names(doc: &Value) -> Vec<Name> {
    let mut found = Vec::new();
    let mut left = MEMBERS;
    look(doc, DEPTH, &mut left, &mut found);
    found
}

fn look(value: &Value, depth: usize, left: &mut usize, found: &mut Vec<Name>) {
    if depth == 0 {
        return;
    }
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if *left == 0 {
                    return;
                }
                *left -= 1;
                match word(key) {
                    Some(word) => {
                        // What an `entity_id` is, the member beside it says.
                        let beside = map.get(&format!("{word}_type")).and_then(Value::as_str);
                        take(beside.unwrap_or(&word), value, found);
                    }
                    None => look(value, depth - 1, left, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| look(value, depth - 1, left, found)),
        _ => {}
    }
}

/// What a member names, from its own name: `run` of `run_id`, `knowledge_base` of `knowledge_base_ids_json`.
fn word(key: &str) -> Option<String> {
    let key = snake(key);
    let key = key.strip_suffix("_json").unwrap_or(&key);
    let stem = key.strip_suffix("_ids").or_else(|| key.strip_suffix("_id"));
    // Policies and tools are often named by their names alone.
    let listed = ["policies", "used_by", "agents", "tools", "required_tools"].contains(&key);
    stem.map(str::to_owned)
        .or_else(|| listed.then(|| if key == "used_by" { "agent".to_owned() } else { singular(key) }))
}

fn take(word: &str, value: &Value, found: &mut Vec<Name>) {
    let mut add = |id: String| {
        if !id.is_empty() && id.len() <= ID && found.len() < MEMBERS {
            found.push(Name { word: word.to_owned(), id });
        }
    };
    match value {
        Value::String(text) if text.starts_with('[') => {
            if let Ok(Value::Array(list)) = serde_json::from_str::<Value>(text) {
                list.iter().filter_map(id_of).for_each(add);
            }
        }
        Value::Array(list) => list.iter().filter_map(id_of).for_each(add),
        value => id_of(value).into_iter().for_each(&mut add),
    }
}

fn id_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `runId` as `run_id`, `knowledge-bases` as `knowledge_bases`.
fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        out.push(if c == '-' || c == ' ' { '_' } else { c.to_ascii_lowercase() });
    }
    out
}

fn singular(plural: &str) -> String {
    match plural.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => plural.strip_suffix('s').unwrap_or(plural).to_owned(),
    }
}

/// Does a member's word stand for records of this list? `run`, `parent_run` and `workflow_run` all do for runs.
fn stands_for(word: &str, collection: &str, kind: Kind) -> bool {
    let own = singular(&snake(collection));
    let ends = |what: &str| word == what || word.strip_suffix(what).is_some_and(|rest| rest.ends_with('_'));
    ends(&own) || (kind != Kind::Other && ends(kind.as_str()))
}

/// Long enough to mean one thing wherever it stands.
fn telling(id: &str) -> bool {
    let digits = id.chars().all(|c| c.is_ascii_digit());
    id.chars().count() >= if digits { 12 } else { 8 }
}

fn of_connection(name: &str, also: Filter) -> Filter {
    Filter::And(vec![Filter::Field(Field::Connection, Match::Is(name.to_owned())), also])
}

/// Everything a look at links needs.
struct Seeker<'a> {
    reader: &'a Reader,
    record: &'a Record,
    lists: Vec<Freshness>,
    links: Vec<Link>,
}

impl House {
    /// What a record leads to; `None` when it is not in the mirror.
    pub(super) fn linked(&self, of: &Target) -> Result<Option<Links>, String> {
        let reader = self.reader()?;
        let Some(record) = self.target(&reader, of)? else { return Ok(None) };
        let mut lists = reader.freshness().map_err(words)?;
        lists.retain(|list| {
            list.list.connection == record.row.list.connection && list.mirror_count + list.gone_count > 0
        });
        let mut seeker = Seeker { reader: &reader, record: &record, lists, links: Vec::new() };
        let doc = serde_json::from_str(&record.doc).unwrap_or(Value::Null);
        seeker.named(&doc)?;
        if let Some(host) = timeline::host_of(&record.doc) {
            seeker.add("its machine".to_owned(), To::Machine(host));
        }
        seeker.naming(&doc)?;
        let mut links = seeker.links;
        let row = &record.row;
        let which = Which {
            all: true,
            connections: vec![row.list.connection.clone()],
            target: Some((row.list.collection.clone(), row.id.clone())),
            ..Which::default()
        };
        // Without an outbox there is nothing to lead to.
        let writes =
            self.outbox().and_then(|outbox| outbox.list(&which).map_err(words)).map_or(0, |writes| writes.len());
        if writes > 0 {
            links.push(Link { name: "writes".to_owned(), to: To::Writes(writes as u64) });
        }
        links.truncate(MOST);
        Ok(Some(Links { of: record.row, links }))
    }
}

/// Names that are offered, at most.
const WORDS: usize = 5_000;

impl House {
    /// The words that records name their agents and projects with.
    pub(super) fn named_words(&self, scope: &Scope) -> Result<NamedWords, String> {
        let reader = self.reader()?;
        let mut agents: Vec<String> = reader
            .agents_named()
            .map_err(words)?
            .into_iter()
            .map(|agent| agent.title.filter(|title| !title.trim().is_empty()).unwrap_or(agent.id))
            .collect();
        agents.sort_unstable();
        agents.dedup();
        agents.truncate(WORDS);
        Ok(NamedWords { agents, projects: reader.projects(scope, WORDS).map_err(words)? })
    }
}

impl Seeker<'_> {
    fn connection(&self) -> &str {
        &self.record.row.list.connection
    }

    fn lists_for(&self, word: &str) -> Vec<ListKey> {
        let fits = |list: &&Freshness| stands_for(word, &list.list.collection, list.kind);
        self.lists.iter().filter(fits).map(|list| list.list.clone()).collect()
    }

    fn has(&self, kind: Kind) -> bool {
        self.lists.iter().any(|list| list.kind == kind)
    }

    fn add(&mut self, name: String, to: To) {
        let known = self.links.iter().any(|link| match (&link.to, &to) {
            (To::Record(one), To::Record(other)) => one.key == other.key,
            (one, other) => one == other,
        });
        let itself = matches!(&to, To::Record(row) if row.key == self.record.row.key);
        if !known && !itself {
            self.links.push(Link { name, to });
        }
    }

    /// What the record names.
    fn named(&mut self, doc: &Value) -> Result<(), String> {
        let row = &self.record.row;
        let mut all = Vec::new();
        if row.kind != Kind::Agent {
            all.extend(row.agent.clone().map(|id| Name { word: "agent".to_owned(), id }));
        }
        all.extend(names(doc));
        let mut seen = BTreeSet::new();
        for name in all {
            if !seen.insert((name.word.clone(), name.id.clone())) || self.links.len() >= MOST {
                continue;
            }
            let lists = self.lists_for(&name.word);
            let collections = lists.iter().map(|list| list.collection.clone()).collect::<Vec<_>>();
            if collections.is_empty() {
                continue;
            }
            let scope = Scope { connections: vec![self.connection().to_owned()], collections, kinds: Vec::new() };
            let found = self.reader.find(&scope, &name.id, 1).map_err(words)?;
            let said = name.word.replace('_', " ");
            match found.into_iter().find(|found| found.row.id == name.id) {
                Some(found) => self.add(said, To::Record(Box::new(found.row))),
                // Some records have a second name: Turen's events name a session by another id than its own.
                None if telling(&name.id) && !self.own_names(doc).contains(&name.id) => {
                    self.second_name(&name, &scope, said)?
                }
                None => {}
            }
        }
        Ok(())
    }

    fn second_name(&mut self, name: &Name, scope: &Scope, said: String) -> Result<(), String> {
        let sessions = self
            .lists
            .iter()
            .any(|list| list.kind == Kind::Session && scope.collections.contains(&list.list.collection));
        if sessions {
            let filter = of_connection(self.connection(), Filter::Text(Match::Is(name.id.clone())));
            self.add(format!("{said} {}", short(&name.id)), To::List(Kind::Session, filter));
        }
        Ok(())
    }

    /// What others may call this record: its id, and the member of its document that is named after it.
    fn own_names(&self, doc: &Value) -> Vec<String> {
        let row = &self.record.row;
        let mut names = vec![row.id.clone()];
        for word in [row.kind.as_str().to_owned(), singular(&snake(&row.list.collection))] {
            names.extend(doc.get(format!("{word}_id")).and_then(id_of));
        }
        names.sort();
        names.dedup();
        names
    }

    /// What names the record.
    fn naming(&mut self, doc: &Value) -> Result<(), String> {
        let row = &self.record.row;
        let own = self.own_names(doc);
        for kind in [Kind::Session, Kind::Run, Kind::Approval, Kind::Event, Kind::Policy, Kind::Agent, Kind::Other] {
            if !self.has(kind) {
                continue;
            }
            match (row.kind, kind) {
                (Kind::Agent, Kind::Policy) | (Kind::Policy, Kind::Agent) => self.bound(kind),
                (Kind::Agent, Kind::Agent) => {}
                (Kind::Agent, _) => {
                    let filter = Filter::Field(Field::Agent, Match::Is(row.id.clone()));
                    self.add(kind.plural().to_owned(), To::List(kind, of_connection(&row.list.connection, filter)));
                }
                (_, Kind::Agent | Kind::Policy) => {}
                _ => self.others(kind, &own)?,
            }
        }
        Ok(())
    }

    /// Agents and policies: where there is one policy, it holds for all; else the one names the other.
    fn bound(&mut self, kind: Kind) {
        let row = &self.record.row;
        let policies: u64 =
            self.lists.iter().filter(|list| list.kind == Kind::Policy).map(|list| list.mirror_count).sum();
        let filter = match policies {
            0 | 1 => Filter::All,
            _ => Filter::Text(Match::Is(row.id.clone())),
        };
        let name = if policies > 1 { format!("{} that name it", kind.plural()) } else { kind.plural().to_owned() };
        self.add(name, To::List(kind, of_connection(&row.list.connection, filter)));
    }

    /// Records of a kind whose documents name this one.
    fn others(&mut self, kind: Kind, own: &[String]) -> Result<(), String> {
        let row = &self.record.row;
        let name = match (row.kind, kind) {
            (Kind::Session, Kind::Session) => "subagents and siblings".to_owned(),
            (_, Kind::Other) => "others that name it".to_owned(),
            _ => kind.plural().to_owned(),
        };
        let telling: Vec<&String> = own.iter().filter(|id| telling(id)).collect();
        if !telling.is_empty() {
            let any = telling.into_iter().map(|id| Filter::Text(Match::Is(id.clone()))).collect();
            let itself = Filter::Not(Box::new(crate::tui::links::only(row)));
            let filter = Filter::And(vec![Filter::Or(any), itself]);
            self.add(name, To::List(kind, of_connection(&row.list.connection, filter)));
            return Ok(());
        }
        for (list, ids) in self.short(kind)? {
            self.add(name.clone(), To::List(kind, only_these(&list, &ids)));
        }
        Ok(())
    }

    /// The same where the id is too short to mean one thing: every document that holds it is looked at.
    fn short(&self, kind: Kind) -> Result<Vec<(ListKey, Vec<String>)>, String> {
        let row = &self.record.row;
        let query = Query {
            scope: Scope { kinds: vec![kind], connections: vec![row.list.connection.clone()], collections: Vec::new() },
            filter: Filter::Text(Match::Is(row.id.clone())),
            gone: row.gone_at.is_some(),
            sort: Sort::Updated,
            order: Order::Descending,
            anchor: Anchor::First,
            limit: LOOKS,
        };
        let mut found: Vec<(ListKey, Vec<String>)> = Vec::new();
        for other in self.reader.window(&query).map_err(words)?.rows {
            if other.key == row.key || !self.is_named_by(&other)? {
                continue;
            }
            match found.iter_mut().find(|(list, _)| *list == other.list) {
                Some((_, ids)) => ids.push(other.id),
                None => found.push((other.list, vec![other.id])),
            }
        }
        Ok(found)
    }

    fn is_named_by(&self, other: &Row) -> Result<bool, String> {
        let Some(record) = self.reader.record(other.key).map_err(words)? else { return Ok(false) };
        let doc: Value = serde_json::from_str(&record.doc).unwrap_or(Value::Null);
        let row = &self.record.row;
        Ok(names(&doc).iter().any(|name| name.id == row.id && stands_for(&name.word, &row.list.collection, row.kind)))
    }
}

fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_names_others_by_members_called_after_them() {
        let doc = serde_json::json!({
            "id": 3, "run_id": "r-1", "parentSessionId": "s-9", "knowledge_base_ids_json": "[4, 5]",
            "spec": {"policies": ["deny-all"]}, "entity_type": "agent", "entity_id": 12, "used_by": ["refunds"], "note": "run_id",
        });
        let mut found: Vec<(String, String)> = names(&doc).into_iter().map(|name| (name.word, name.id)).collect();
        found.sort();
        let wanted = [
            ("agent", "12"),
            ("agent", "refunds"),
            ("knowledge_base", "4"),
            ("knowledge_base", "5"),
            ("parent_session", "s-9"),
            ("policy", "deny-all"),
            ("run", "r-1"),
        ];
        let found: Vec<(&str, &str)> = found.iter().map(|(word, id)| (word.as_str(), id.as_str())).collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_word_stands_for_the_list_that_is_called_so() {
        assert!(stands_for("run", "runs", Kind::Run));
        assert!(stands_for("parent_session", "conversations", Kind::Session));
        assert!(stands_for("conversation", "conversations", Kind::Session));
        assert!(stands_for("knowledge_base", "knowledge-bases", Kind::Other));
        assert!(!stands_for("rerun", "runs", Kind::Run));
        assert!(!stands_for("other", "tools", Kind::Other));
    }

    #[test]
    fn hostile_documents_are_looked_at_no_longer_than_others() {
        let mut deep = Value::Null;
        for _ in 0..60 {
            deep = serde_json::json!({"a": deep, "run_id": "x".repeat(300)});
        }
        assert!(names(&deep).is_empty());
        let wide: serde_json::Map<String, Value> = (0..5_000).map(|at| (format!("m{at}_id"), at.into())).collect();
        assert_eq!(names(&Value::Object(wide)).len(), MEMBERS);
    }
}
