//! Who is affected by a policy: the agents that are bound to it ([`Binding`]), and those that have an older version of it.

use std::collections::{HashMap, HashSet};

use quarterdeck_sync::model::{Kind, Query, Record, Row, Scope};
use quarterdeck_sync::store::Reader;
use serde_json::Value;

use super::house::{self, House};
use crate::binding::Binding;
use crate::tui::drafting::{Affected, Bound};

/// Agents that are looked at.
const AGENTS: usize = 5_000;
/// Agents that are listed.
const LISTED: usize = 200;
/// Events that are asked for the version an agent had: the newest.
const EVENTS: usize = 2_000;
/// Where a policy tells its version.
const VERSION: [&str; 3] = ["/version", "/metadata/resourceVersion", "/revision"];
/// Where agents and events tell the version that is in force there.
const IN_FORCE: [&str; 4] = ["/policy_version", "/metadata/policy_version", "/status/policyVersion", "/policyVersion"];

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
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

fn text_at(doc: &Value, places: &[&str]) -> Option<String> {
    places.iter().find_map(|at| match doc.pointer(at)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}
