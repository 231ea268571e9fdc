//! Who is affected by a policy: the agents that are bound to it, and those that have an older version of it.
//!
//! Platforms tell it in different ways, and some not at all: the policy names its agents, agents name their policies, or there is
//! one policy for everybody. What a platform does not tell is said to be unknown, and not guessed.

use std::collections::{HashMap, HashSet};

use quarterdeck_sync::model::{Kind, Query, Record, Row, Scope};
use quarterdeck_sync::store::Reader;
use serde_json::Value;

use super::house::{self, House};
use crate::tui::drafting::{Affected, Bound};

/// Agents that are looked at.
const AGENTS: usize = 5_000;
/// Agents that are listed.
const LISTED: usize = 200;
/// Events that are asked for the version an agent had: the newest.
const EVENTS: usize = 2_000;
/// Where a policy names the agents that it is bound to.
const USED_BY: [&str; 3] = ["/used_by", "/status/used_by", "/agents"];
/// Where an agent names its policies.
const POLICIES: [&str; 7] =
    ["/policies", "/policy", "/policy_id", "/spec/policies", "/spec/policy", "/config/policies", "/policy_name"];
/// Where a policy tells its version.
const VERSION: [&str; 3] = ["/version", "/metadata/resourceVersion", "/revision"];
/// Where agents and events tell the version that is in force there.
const IN_FORCE: [&str; 4] = ["/policy_version", "/metadata/policy_version", "/status/policyVersion", "/policyVersion"];

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// How it is known which agents a policy is bound to.
enum Binding {
    /// The policy names them.
    Named(HashSet<String>),
    /// They name their policies.
    Naming,
    /// There is one policy for all.
    Alone,
}

impl Binding {
    fn of(policy: &Value, agents: &[(Row, Value)], alone: bool) -> Option<Self> {
        if let Some(named) = names(policy, &USED_BY) {
            return Some(Self::Named(named));
        }
        let naming = agents.iter().any(|(_, doc)| names(doc, &POLICIES).is_some());
        if naming { Some(Self::Naming) } else { alone.then_some(Self::Alone) }
    }

    fn binds(&self, policy: &Row, (agent, doc): &(Row, Value)) -> bool {
        let is_in = |all: &HashSet<String>, row: &Row| {
            all.contains(&row.id) || row.title.as_ref().is_some_and(|title| all.contains(title))
        };
        let names_it = || names(doc, &POLICIES).is_some_and(|all| is_in(&all, policy));
        match self {
            Self::Named(named) => is_in(named, agent) || names_it(),
            Self::Naming => names_it(),
            Self::Alone => true,
        }
    }

    fn told(&self, connection: &str) -> String {
        match self {
            Self::Named(_) => "the policy names the agents that use it".to_owned(),
            Self::Naming => "agents name the policies they are bound to".to_owned(),
            Self::Alone => format!("it is the one policy of {connection}: every agent has it"),
        }
    }
}

impl House {
    /// Who is affected by a policy.
    pub(super) fn affected_by(&self, policy: &Record) -> Result<Affected, String> {
        let reader = self.reader()?;
        let doc: Value = serde_json::from_str(&policy.doc).unwrap_or_default();
        let connection = &policy.row.list.connection;
        let agents = agents(&reader, connection)?;
        let alone = house::rows(&reader, &policy.row.list, 2)?.len() < 2;
        let Some(binding) = Binding::of(&doc, &agents, alone) else {
            let how = format!("{connection} does not tell which agents a policy is bound to");
            return Ok(Affected { how, ..Affected::default() });
        };
        let version = text_at(&doc, &VERSION);
        let heard = match &version {
            Some(_) => in_force(&reader, connection)?,
            None => HashMap::new(),
        };
        let bound = agents.iter().filter(|agent| binding.binds(&policy.row, agent)).map(|(row, doc)| {
            let had = text_at(doc, &IN_FORCE).or_else(|| heard.get(&row.id).cloned());
            let outdated = version.is_some() && had.is_some() && had != version;
            Bound { id: row.id.clone(), title: row.title.clone(), status: row.status.clone(), version: had, outdated }
        });
        let mut list: Vec<Bound> = bound.collect();
        list.extend(strangers(&binding, &agents));
        let (total, outdated) = (list.len(), list.iter().filter(|agent| agent.outdated).count());
        let unknown = if version.is_some() { list.iter().filter(|agent| agent.version.is_none()).count() } else { 0 };
        list.sort_by_key(|agent| !agent.outdated);
        list.truncate(LISTED);
        Ok(Affected { how: binding.told(connection), version, agents: list, total, outdated, unknown })
    }
}

/// Agents that the policy names and the mirror does not have: they are affected all the same.
fn strangers(binding: &Binding, agents: &[(Row, Value)]) -> Vec<Bound> {
    let Binding::Named(named) = binding else { return Vec::new() };
    let known: HashSet<&str> =
        agents.iter().flat_map(|(row, _)| [Some(row.id.as_str()), row.title.as_deref()]).flatten().collect();
    let mut strangers: Vec<&String> = named.iter().filter(|name| !known.contains(name.as_str())).collect();
    strangers.sort();
    let bound = |id: &String| Bound { id: id.clone(), title: None, status: None, version: None, outdated: false };
    strangers.into_iter().map(bound).collect()
}

/// The agents of a connection and their documents.
fn agents(reader: &Reader, connection: &str) -> Result<Vec<(Row, Value)>, String> {
    let mut found = Vec::new();
    for row in newest(reader, connection, Kind::Agent, AGENTS)? {
        if let Some(record) = reader.record(row.key).map_err(words)? {
            found.push((row, serde_json::from_str(&record.doc).unwrap_or_default()));
        }
    }
    Ok(found)
}

/// The version that each agent told last, in what it was seen to do.
fn in_force(reader: &Reader, connection: &str) -> Result<HashMap<String, String>, String> {
    let mut found = HashMap::new();
    for row in newest(reader, connection, Kind::Event, EVENTS)? {
        let Some(agent) = row.agent.filter(|agent| !found.contains_key(agent)) else { continue };
        let Some(record) = reader.record(row.key).map_err(words)? else { continue };
        let doc: Value = serde_json::from_str(&record.doc).unwrap_or_default();
        if let Some(version) = text_at(&doc, &IN_FORCE) {
            found.insert(agent, version);
        }
    }
    Ok(found)
}

fn newest(reader: &Reader, connection: &str, kind: Kind, limit: usize) -> Result<Vec<Row>, String> {
    let scope = Scope { kinds: vec![kind], connections: vec![connection.to_owned()], ..Scope::default() };
    Ok(reader.window(&Query { limit, ..Query::newest(scope) }).map_err(words)?.rows)
}

/// The names at the first of `places` that is there: a text, or a list of texts or of things with a name.
fn names(doc: &Value, places: &[&str]) -> Option<HashSet<String>> {
    let value = places.iter().find_map(|at| doc.pointer(at).filter(|value| !value.is_null()))?;
    let name = |value: &Value| match value {
        Value::String(name) => Some(name.clone()),
        Value::Object(_) => ["/name", "/id"].iter().find_map(|at| value.pointer(at)?.as_str().map(str::to_owned)),
        _ => None,
    };
    match value {
        Value::Array(items) => Some(items.iter().filter_map(name).collect()),
        other => Some(name(other).into_iter().collect()),
    }
}

fn text_at(doc: &Value, places: &[&str]) -> Option<String> {
    places.iter().find_map(|at| match doc.pointer(at)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_read_however_they_are_listed() {
        let read = |doc: Value| {
            let mut found: Vec<String> = names(&doc, &USED_BY)?.into_iter().collect();
            found.sort();
            Some(found)
        };
        assert_eq!(read(json!({"used_by": ["b", "a"]})), Some(vec!["a".into(), "b".into()]));
        assert_eq!(read(json!({"used_by": [{"name": "a"}, {"id": "b"}, 3]})), Some(vec!["a".into(), "b".into()]));
        assert_eq!(read(json!({"used_by": []})), Some(vec![]));
        assert_eq!(read(json!({"used_by": null})), None);
    }
}
