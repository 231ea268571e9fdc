//! What is asked of search, and what it answers. Plain data, and the one trait through which console and commands ask.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use jiff::{Timestamp, Zoned};
use quarterdeck_index::query::{Ast, Flaw};
use quarterdeck_sync::model::{EntryKind, Kind, ListKey, Mark, RowKey};
use quarterdeck_sync::text::{Clean, Secrets};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::sight::Sight;

pub use quarterdeck_index::Order;
pub use quarterdeck_sync::outbox::SavedSearch;

/// Finds records and entries. Called off the thread that draws.
pub trait Find: Send + Sync {
    /// Answers a question. Text that is still being typed never makes it fail.
    ///
    /// # Errors
    /// [`FindError`].
    fn find(&self, question: &Question) -> Result<Answer, FindError>;

    /// The saved searches, by name.
    ///
    /// # Errors
    /// For a person, when they cannot be read.
    fn saved(&self) -> Result<Vec<SavedSearch>, String>;
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// The query is wrong; only when it is not being typed.
    #[error("{0}")]
    Query(Flaw),
    /// Mirror or index cannot be read: for a person.
    #[error("{0}")]
    Trouble(String),
}

/// A question.
#[derive(Debug, Clone)]
pub struct Question {
    /// The query, in the query language.
    pub text: String,
    /// It is still being typed: nothing in it is an error, and its last word may be the beginning of one.
    pub typing: bool,
    /// Only these connections; none: all.
    pub connections: Vec<String>,
    /// Hits to leave out at the top.
    pub offset: usize,
    /// Most hits to answer, at most [`Question::MOST`].
    pub limit: usize,
    /// Their order.
    pub order: Order,
    /// What to count among everything that matches.
    pub facets: Vec<Facet>,
    /// Look for the hits only, where no facets are asked for: whoever types wants those first. [`Answer::total`] is as many as were
    /// looked at then.
    pub hits_only: bool,
    /// What its platform no longer lists too. A query that asks for `is:gone` needs no leave.
    pub gone: bool,
    /// Whether secrets are to be seen in snippets.
    pub secrets: Secrets,
    /// The moment of an answer of which this asks another page: what has changed since then does not move its hits.
    pub moment: Option<Moment>,
}

impl Question {
    /// Most hits of one answer.
    pub const MOST: usize = 1_000;

    /// The 50 best hits for what is being typed.
    pub fn typing(text: impl Into<String>) -> Self {
        Self { typing: true, ..Self::new(text) }
    }

    /// The 50 best hits for a query that must be right.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            typing: false,
            connections: Vec::new(),
            offset: 0,
            limit: 50,
            order: Order::Best,
            facets: Vec::new(),
            hits_only: false,
            gone: false,
            secrets: Secrets::Masked,
            moment: None,
        }
    }
}

/// The state of the index, and the time, that an answer was given at.
#[derive(Clone)]
pub struct Moment {
    pub(super) now: Zoned,
    pub(super) sight: Option<Arc<Sight>>,
}

impl Moment {
    /// The time `now`, of no index in particular.
    pub fn at(now: Zoned) -> Self {
        Self { now, sight: None }
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Moment").field("now", &self.now).finish_non_exhaustive()
    }
}

/// What the answers are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Facet {
    /// Kinds of records, and of entries.
    Kind,
    /// Names of connections.
    Connection,
    /// Agents.
    Agent,
    /// Projects.
    Project,
    /// Tools that entries call or answer for.
    Tool,
}

impl Facet {
    /// Every one, in the order in which they are shown.
    pub const ALL: [Facet; 5] = [Facet::Kind, Facet::Connection, Facet::Agent, Facet::Project, Facet::Tool];

    /// Its word: the field of the query language that asks for it, and its name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Facet::Kind => "kind",
            Facet::Connection => "connection",
            Facet::Agent => "agent",
            Facet::Project => "project",
            Facet::Tool => "tool",
        }
    }
}

/// How many answers have a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The value, as [`Count::narrow`] asks for it.
    pub value: String,
    /// What a person calls it, where that is something else: the title of an agent.
    pub label: Option<String>,
    /// How many.
    pub count: u64,
}

impl Count {
    /// The piece of query that narrows an answer to this value: `agent:"prod/4f1c"`.
    pub fn narrow(&self, facet: Facet) -> String {
        let quoted = self.value.replace('\\', "\\\\").replace('"', "\\\"");
        format!("{}:\"{quoted}\"", facet.as_str())
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The hits that were asked for.
    pub hits: Vec<Hit>,
    /// Everything that matches, whatever the limit; see [`Question::hits_only`].
    pub total: u64,
    /// Hits that were asked for and are not among these: what they stand in went away, or says something else, since the index was last
    /// committed.
    pub left_out: u64,
    /// Where the next page of it begins: a [`Question::offset`]. None behind the last hit. What is left out has its place too.
    pub next: Option<usize>,
    /// What matches beside that and is gone: [`Question::gone`] has it found too. Not counted while typing.
    pub gone: u64,
    /// For each facet asked for: the most frequent values, those first.
    pub counts: BTreeMap<Facet, Vec<Count>>,
    /// A prefix, fuzzy word or regular expression stands for more words than were tried: there may be more hits.
    pub capped: bool,
    /// What was repaired or left out in a query that is being typed.
    pub notes: Vec<Flaw>,
    /// Records that the mirror has told of and the index does not have yet, as far as they were counted.
    pub behind: u64,
    /// How long it took.
    pub took: Duration,
    /// The query as it was read: its terms are marked where a hit is opened.
    pub ast: Ast,
    /// To ask for another page of the same answer.
    pub moment: Moment,
}

/// One record or entry that matches.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The record, or that in which the entry stands.
    pub key: RowKey,
    /// Its list.
    pub list: ListKey,
    /// Its platform.
    pub platform: String,
    /// What that record is.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Option<String>,
    /// Its status, with unfinished writes over it.
    pub status: Option<String>,
    /// Its agent: the title where one is known, else the id.
    pub agent: Option<String>,
    /// Its project.
    pub project: Option<String>,
    /// Its platform no longer lists it.
    pub gone: bool,
    /// Its unfinished writes.
    pub pending: Vec<Mark>,
    /// The entry; none when the record itself is the hit.
    pub entry: Option<HitEntry>,
    /// When: of the entry, else of the record's last activity.
    pub at: Option<Timestamp>,
    /// How well it matches; comparable within one answer only.
    pub score: f32,
    /// The place in its text that says most.
    pub snippet: Snippet,
}

/// The entry of a hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HitEntry {
    /// Its 0-based place among the messages of its session.
    pub place: u32,
    /// What it is.
    pub kind: EntryKind,
    /// Who speaks, in the platform's word.
    pub role: String,
    /// The tools that it calls or that answer in it.
    pub tools: Vec<String>,
}

/// A piece of text with what was searched for marked in it. One line; safe to show; known secrets are masked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snippet {
    /// The text.
    pub text: Clean,
    /// What to mark: stretches of bytes, ascending, none touching another.
    pub marks: Vec<Range<usize>>,
}

impl Hit {
    /// The word by which `kind:` finds it: that of the entry, else that of the record.
    pub fn word(&self) -> &'static str {
        self.entry.as_ref().map_or(self.kind.as_str(), |entry| entry.kind.as_str())
    }
}

/// The order of the members is part of the schema.
impl Serialize for Hit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entry = self.entry.as_ref();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("connection", &self.list.connection)?;
        map.serialize_entry("kind", self.word())?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("session", &entry.map(|_| &self.id))?;
        map.serialize_entry("entry", &entry.map(|entry| entry.place))?;
        map.serialize_entry("role", &entry.map(|entry| &entry.role))?;
        map.serialize_entry("at", &self.at)?;
        map.serialize_entry("snippet", self.snippet.text.as_str())?;
        map.serialize_entry("score", &self.score)?;
        map.serialize_entry("collection", &self.list.collection)?;
        map.serialize_entry("title", &self.title)?;
        map.serialize_entry("agent", &self.agent)?;
        map.serialize_entry("project", &self.project)?;
        map.serialize_entry("tool", &entry.and_then(|entry| entry.tools.first()))?;
        map.serialize_entry("pending", &self.pending)?;
        map.end()
    }
}
