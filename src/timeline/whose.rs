//! Whose timeline it is: one agent's, or that of a machine with every agent on it.
//!
//! A record that names an agent leads to that agent. One that names only the host it comes from leads to the machine: to the agents
//! that are called so or say that they run there, whatever platform tells of them, and to all that names the host and no agent. So does
//! an agent, where its machine is asked for.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use quarterdeck_sync::model::{
    Content, Field, Filter, Judge, Judged, Kind, ListKey, Match, Query, Record, Row, RowKey, Scope,
};
use quarterdeck_sync::store::Reader;
use serde_json::Value;

use super::{Agent, TimelineError};

/// Where a document tells the machine that it comes from, by the names that are usual.
const HOSTS: [&str; 12] = [
    "/hostname",
    "/agent_hostname",
    "/host",
    "/host_name",
    "/machine",
    "/machine_id",
    "/host/name",
    "/actor/hostname",
    "/actor/host",
    "/subject/hostname",
    "/metadata/hostname",
    "/device/hostname",
];
/// Agents of one machine.
const AGENTS: usize = 200;
/// Documents that are read for one question, to see which host they name.
const READ: usize = 50_000;

/// The machine that a document names.
pub fn host_of(doc: &str) -> Option<String> {
    let doc: Value = serde_json::from_str(doc).ok()?;
    let text = |at: &&str| doc.pointer(at)?.as_str().map(str::trim).filter(|text| !text.is_empty());
    HOSTS.iter().find_map(text).map(str::to_owned)
}

/// Whose.
#[derive(Debug)]
pub(super) struct Whose {
    /// As it is told.
    pub agent: Agent,
    /// The agents that are meant: one, or those of a machine.
    pub agents: Vec<(Row, Value)>,
    /// The machine, when it is one.
    pub host: Option<String>,
}

impl Whose {
    /// Whom a record is about; with `machine` the machine that it names, even where it names an agent or is one.
    ///
    /// # Errors
    /// When it names neither an agent nor a machine, or the mirror cannot be read.
    pub fn of(reader: &Reader, record: Record, machine: bool) -> Result<Self, TimelineError> {
        let connection = record.row.list.connection.clone();
        if machine && let Some(host) = host_of(&record.doc) {
            return Self::machine(reader, connection, host);
        }
        match (record.row.kind, record.row.agent.clone()) {
            (Kind::Agent, _) => {
                let doc = serde_json::from_str(&record.doc).unwrap_or_default();
                let (id, title) = (record.row.id.clone(), record.row.title.clone());
                let agent = Agent { connection, id, title, machine: None, list: Some(record.row.list.clone()) };
                Ok(Self { agent, agents: vec![(record.row, doc)], host: None })
            }
            (_, Some(id)) => {
                let named = Filter::Field(Field::Id, Match::Is(id.clone()));
                let known = agents(reader, vec![connection.clone()], named)?;
                let known = known.into_iter().find(|(row, _)| row.id == id);
                let list = known.as_ref().map(|(row, _)| row.list.clone());
                let agents = vec![known.unwrap_or_else(|| (bare(&connection, &id), Value::Null))];
                let agent = Agent { connection, id, title: record.row.agent_title, machine: None, list };
                Ok(Self { agent, agents, host: None })
            }
            (kind, None) => match host_of(&record.doc) {
                Some(host) => Self::machine(reader, connection, host),
                None => Err(TimelineError::Nobody(format!("{kind} {}", record.row.id))),
            },
        }
    }

    fn machine(reader: &Reader, connection: String, host: String) -> Result<Self, TimelineError> {
        let holds = |field| Filter::Field(field, Match::Is(host.clone()));
        let named = Filter::Or(vec![holds(Field::Title), Filter::Text(Match::Contains(host.clone()))]);
        let mut agents = agents(reader, Vec::new(), named)?;
        let is_here = |text: Option<&str>| text.is_some_and(|text| text.eq_ignore_ascii_case(&host));
        agents.retain(|(row, doc)| is_here(row.title.as_deref()) || is_here(host_of(&doc.to_string()).as_deref()));
        let machine = Some(agents.len());
        if agents.is_empty() {
            agents.push((bare(&connection, &host), Value::Null));
        }
        let agent = Agent { connection, id: host.clone(), title: None, machine, list: None };
        Ok(Self { agent, agents, host: Some(host) })
    }

    /// The agents that are meant: the connection and the id of each. Two platforms may give the same id to two agents.
    pub fn ids(&self) -> impl Iterator<Item = (&str, &str)> {
        self.agents.iter().map(|(row, _)| (row.list.connection.as_str(), row.id.as_str()))
    }

    /// The connections that are looked through; none for all of them.
    pub fn connections(&self) -> Vec<String> {
        if self.host.is_some() { Vec::new() } else { vec![self.agent.connection.clone()] }
    }

    /// The connections of the agents that are meant, each once.
    pub fn homes(&self) -> Vec<String> {
        let mut homes: Vec<String> = self.ids().map(|(connection, _)| connection.to_owned()).collect();
        homes.sort();
        homes.dedup();
        homes
    }

    /// What is theirs, within the connections that are looked through.
    pub fn filter(&self) -> Filter {
        let several = self.host.is_some();
        let named = self.ids().map(|(connection, id)| {
            let theirs = Filter::Field(Field::Agent, Match::Is(id.to_owned()));
            match several {
                true => Filter::And(vec![Filter::Field(Field::Connection, Match::Is(connection.to_owned())), theirs]),
                false => theirs,
            }
        });
        let mut any: Vec<Filter> = named.collect();
        any.extend(self.unnamed().map(|(filter, _)| filter));
        if any.len() == 1 { any.remove(0) } else { Filter::Or(any) }
    }

    /// What names the machine and no agent; and what tells, afterwards, whether all of it was looked at.
    pub fn unnamed(&self) -> Option<(Filter, Arc<OnHost>)> {
        let host = self.host.clone()?;
        let judge = Arc::new(OnHost { asks: format!("host {host:?}"), host, left: AtomicUsize::new(READ) });
        let nobody = Filter::Not(Box::new(Filter::Field(Field::Agent, Match::Prefix(String::new()))));
        Some((Filter::And(vec![nobody, Filter::Judged(Judged(judge.clone()))]), judge))
    }

    /// Is this record one of theirs, or one that is about them?
    pub fn has(&self, record: &Record) -> bool {
        let row = &record.row;
        let id = if row.kind == Kind::Agent { Some(&row.id) } else { row.agent.as_ref() };
        match id {
            Some(id) => self.ids().any(|known| known == (row.list.connection.as_str(), id.as_str())),
            None => {
                let named = |host: &String| host_of(&record.doc).is_some_and(|named| named.eq_ignore_ascii_case(host));
                self.host.as_ref().is_some_and(named)
            }
        }
    }
}

fn bare(connection: &str, id: &str) -> Row {
    Row::bare(ListKey::new(connection, "agents"), "", Kind::Agent, id)
}

/// Agents of these connections, of all where none is named, that pass, gone ones too, with their documents.
fn agents(reader: &Reader, connections: Vec<String>, filter: Filter) -> Result<Vec<(Row, Value)>, TimelineError> {
    let scope = Scope { kinds: vec![Kind::Agent], connections, ..Scope::default() };
    let query = Query { filter, gone: true, limit: AGENTS, ..Query::newest(scope) };
    with_docs(reader, &query)
}

/// The rows of a window with their documents.
pub(super) fn with_docs(reader: &Reader, query: &Query) -> Result<Vec<(Row, Value)>, TimelineError> {
    let mut found = Vec::new();
    for row in reader.window(query)?.rows {
        let doc = reader.record(row.key)?.and_then(|record| serde_json::from_str(&record.doc).ok());
        found.push((row, doc.unwrap_or_default()));
    }
    Ok(found)
}

/// Tells which records name a machine. It reads so many documents and no more: a list may be a million long.
#[derive(Debug)]
pub(super) struct OnHost {
    host: String,
    asks: String,
    left: AtomicUsize,
}

impl OnHost {
    /// There was more than it could read.
    pub fn gave_up(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }
}

impl Judge for OnHost {
    fn asks(&self) -> &str {
        &self.asks
    }

    fn holds(&self, record: &Record, _content: &dyn Fn() -> Option<Content>) -> bool {
        let read = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        read.is_ok() && host_of(&record.doc).is_some_and(|host| host.eq_ignore_ascii_case(&self.host))
    }

    fn knows(&self, _list: &ListKey, _key: RowKey) -> Option<bool> {
        self.gave_up().then_some(false)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
