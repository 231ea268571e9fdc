//! Where the inbox looks.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use quarterdeck_sync::model::{
    CountOf, Flag, FlagKind, Freshness, Kind, Problem, Query, Record, Row, RowKey, Scope, Window, Write, WriteState,
};
use quarterdeck_sync::outbox::{Outbox, Paused, Which, action};
use quarterdeck_sync::platform::Manifest;
use quarterdeck_sync::store::Reader;

/// What the records of a list say of themselves that a person should know, by pointers into their documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signs {
    /// The list says when an agent was last seen; its column of the last change holds that.
    pub seen: bool,
    /// Where it says that an agent was cloned.
    pub cloned: Vec<String>,
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
    /// Writes in these states, at most `limit`, the newest.
    fn writes(&self, states: &[WriteState], limit: usize) -> Result<Vec<Write>, String>;
    /// Connections that nothing is sent to.
    fn paused(&self) -> Result<Vec<Paused>, String>;
    /// What was snoozed or acknowledged.
    fn flags(&self) -> Result<Vec<Flag>, String>;
    /// What the records of a list say of themselves; nothing while the manifests are not read.
    fn signs(&self, platform: &str, collection: &str) -> Signs;
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

    fn outbox(&self) -> Result<&Outbox, String> {
        self.outbox.as_ref().map_err(Clone::clone)
    }
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

    fn writes(&self, states: &[WriteState], limit: usize) -> Result<Vec<Write>, String> {
        let which = Which { states: states.to_vec(), limit: Some(limit), ..Which::default() };
        self.outbox()?.list(&which).map_err(words)
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

    fn deadline(&self, record: &Record) -> Option<Timestamp> {
        let manifest = self.manifest(&record.row.platform)?;
        action::runs_out(manifest, &record.row.list.collection, "approve", &record.doc)
    }

    fn able(&self, platform: &str, collection: &str, verb: &str) -> bool {
        self.manifest(platform).is_some_and(|manifest| action::find(manifest, collection, verb).is_ok())
    }
}
