//! Where the inbox looks.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use quarterdeck_sync::model::{
    CountOf, Flag, FlagKind, Freshness, Kind, Problem, Query, Record, Row, RowKey, Scope, Window, Write, WriteState,
};
use quarterdeck_sync::outbox::action::related_record;
use quarterdeck_sync::outbox::{Lot, Outbox, Paused, Which, action};
use quarterdeck_sync::platform::Manifest;
use quarterdeck_sync::platform::manifest::{Collection, Partition};
use quarterdeck_sync::store::Reader;
use serde_json::Value;

use super::writes::UNSENT;

/// What the records of a list say of themselves that a person should know, by pointers into their documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signs {
    /// The list says when an agent was last seen; its column of the last change holds that.
    pub seen: bool,
    /// Where it says that an agent was cloned.
    pub cloned: Vec<String>,
}

/// An end of what is sorted by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The newest.
    Newest,
    /// The oldest.
    Oldest,
}

/// Where the inbox looks. Every question is answered from what is here: no network, no waiting.
pub trait Source {
    /// The connections that are set up, with their platforms.
    fn connections(&self) -> Vec<(String, String)>;
    /// A window of rows.
    fn window(&self, query: &Query) -> Result<Window, String>;
    /// How many rows answer `query`; counts at most `cap`.
    fn count(&self, query: &Query, cap: u64) -> Result<CountOf, String>;
    /// One record.
    fn record(&self, key: RowKey) -> Result<Option<Record>, String>;
    /// The agent of a connection with exactly this id.
    fn agent(&self, connection: &str, id: &str) -> Result<Option<Row>, String>;
    /// Freshness of every list.
    fn freshness(&self) -> Result<Vec<Freshness>, String>;
    /// Open problems, newest first, at most `limit`.
    fn problems(&self, limit: usize) -> Result<Vec<Problem>, String>;
    /// Writes in this state, at most `limit` from this end, beginning there.
    fn writes(&self, state: WriteState, end: End, limit: usize) -> Result<Vec<Write>, String>;
    /// How many writes are in this state.
    fn count_writes(&self, state: WriteState) -> Result<u64, String>;
    /// Writes that were decided at `until` or before and have not reached their platform, by connection.
    fn unsent(&self, until: Timestamp) -> Result<Vec<Lot>, String>;
    /// Connections that nothing is sent to.
    fn paused(&self) -> Result<Vec<Paused>, String>;
    /// What was snoozed or acknowledged.
    fn flags(&self) -> Result<Vec<Flag>, String>;
    /// What the records of a list say of themselves; nothing while the manifests are not read.
    fn signs(&self, platform: &str, collection: &str) -> Signs;
    /// What this approval is a part of, the widest first: the workflow, and its run.
    fn within(&self, approval: &Record) -> Result<Vec<Row>, String>;
    /// The platform's own deadline for an answer to this approval.
    fn deadline(&self, record: &Record) -> Option<Timestamp>;
    /// Can this be done to the records of this list?
    fn able(&self, platform: &str, collection: &str, verb: &str) -> bool;
}

/// The files of this machine: mirror, outbox, manifests.
#[derive(Debug)]
pub struct Files<'a> {
    /// The connections that are set up, with their platforms.
    pub connections: Vec<(String, String)>,
    /// The mirror with the unfinished writes over it.
    pub reader: &'a Reader,
    /// The outbox, or why it cannot be read.
    pub outbox: Result<Outbox, String>,
    /// The platforms by name; none while they are being read.
    pub manifests: Option<&'a BTreeMap<String, Arc<Manifest>>>,
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl Files<'_> {
    fn manifest(&self, platform: &str) -> Option<&Manifest> {
        self.manifests?.get(platform).map(|manifest| &**manifest)
    }

    /// The record of a list with exactly this id.
    fn named(&self, connection: &str, collection: &str, id: &str) -> Result<Option<Record>, String> {
        let (connections, collections) = (vec![connection.to_owned()], vec![collection.to_owned()]);
        let scope = Scope { connections, collections, ..Scope::default() };
        let found = self.reader.find(&scope, id, 1).map_err(words)?;
        Ok(found.into_iter().find(|record| record.row.id == id))
    }

    fn outbox(&self) -> Result<&Outbox, String> {
        self.outbox.as_ref().map_err(Clone::clone)
    }
}

/// Where the parent of a record of this list stands, and its id.
fn parent_of(list: &Collection, doc: &Value) -> Option<(String, String)> {
    let Some(Partition::Parent { collection, field: Some(field), .. }) = &list.partition else { return None };
    let id = match doc.pointer(field)? {
        Value::String(id) if !id.is_empty() => id.clone(),
        Value::Number(id) => id.to_string(),
        _ => return None,
    };
    Some((collection.clone(), id))
}

impl Source for Files<'_> {
    fn connections(&self) -> Vec<(String, String)> {
        self.connections.clone()
    }

    fn window(&self, query: &Query) -> Result<Window, String> {
        self.reader.window(query).map_err(words)
    }

    fn count(&self, query: &Query, cap: u64) -> Result<CountOf, String> {
        self.reader.count(query, cap).map_err(words)
    }

    fn record(&self, key: RowKey) -> Result<Option<Record>, String> {
        self.reader.record(key).map_err(words)
    }

    fn agent(&self, connection: &str, id: &str) -> Result<Option<Row>, String> {
        let scope = Scope { kinds: vec![Kind::Agent], connections: vec![connection.to_owned()], ..Scope::default() };
        let found = self.reader.find(&scope, id, 1).map_err(words)?;
        Ok(found.into_iter().map(|record| record.row).find(|row| row.id == id))
    }

    fn freshness(&self) -> Result<Vec<Freshness>, String> {
        self.reader.freshness().map_err(words)
    }

    fn problems(&self, limit: usize) -> Result<Vec<Problem>, String> {
        self.reader.problems(None, limit).map_err(words)
    }

    fn writes(&self, state: WriteState, end: End, limit: usize) -> Result<Vec<Write>, String> {
        let oldest = end == End::Oldest;
        let which = Which { states: vec![state], limit: Some(limit), oldest, ..Which::default() };
        let mut found = self.outbox()?.list(&which).map_err(words)?;
        if !oldest {
            found.reverse();
        }
        Ok(found)
    }

    fn count_writes(&self, state: WriteState) -> Result<u64, String> {
        let counts = self.outbox()?.counts().map_err(words)?;
        Ok(counts.into_iter().find(|(known, _)| *known == state).map_or(0, |(_, count)| count))
    }

    fn unsent(&self, until: Timestamp) -> Result<Vec<Lot>, String> {
        self.outbox()?.lots(&UNSENT, until).map_err(words)
    }

    fn paused(&self) -> Result<Vec<Paused>, String> {
        self.outbox()?.paused().map_err(words)
    }

    fn flags(&self) -> Result<Vec<Flag>, String> {
        let outbox = self.outbox()?;
        let mut flags = outbox.flags(FlagKind::Snoozed).map_err(words)?;
        flags.extend(outbox.flags(FlagKind::Acknowledged).map_err(words)?);
        Ok(flags)
    }

    fn signs(&self, platform: &str, collection: &str) -> Signs {
        let signs =
            self.manifest(platform).and_then(|manifest| manifest.collections.get(collection)).map(|it| &it.signs);
        signs.map_or_else(Signs::default, |signs| Signs { seen: !signs.seen.is_empty(), cloned: signs.cloned.clone() })
    }

    fn within(&self, approval: &Record) -> Result<Vec<Row>, String> {
        let row = &approval.row;
        let Some(manifest) = self.manifest(&row.platform) else { return Ok(Vec::new()) };
        let Ok((_, action)) = action::find(manifest, &row.list.collection, "approve") else { return Ok(Vec::new()) };
        let doc: Value = serde_json::from_str(&approval.doc).unwrap_or_default();
        let mut related = action.related.values().filter_map(|related| related_record(related, &row.id, &doc));
        let Some((collection, id)) = related.next() else { return Ok(Vec::new()) };
        let run = self.named(&row.list.connection, &collection, &id)?;
        let told = run.as_ref().map_or(doc, |run| serde_json::from_str(&run.doc).unwrap_or_default());
        let workflow = match manifest.collections.get(&collection).and_then(|list| parent_of(list, &told)) {
            Some((parents, id)) => self.named(&row.list.connection, &parents, &id)?,
            None => None,
        };
        Ok(workflow.into_iter().chain(run).map(|record| record.row).collect())
    }

    fn deadline(&self, record: &Record) -> Option<Timestamp> {
        let manifest = self.manifest(&record.row.platform)?;
        action::runs_out(manifest, &record.row.list.collection, "approve", &record.doc)
    }

    fn able(&self, platform: &str, collection: &str, verb: &str) -> bool {
        self.manifest(platform).is_some_and(|manifest| action::find(manifest, collection, verb).is_ok())
    }
}
