use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Kind, Mark};

/// Which list of which account: the unit that is walked, counted and shown as fresh.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ListKey {
    /// Name of the connection.
    pub connection: String,
    /// Name of the collection in the platform's manifest.
    pub collection: String,
}

impl ListKey {
    /// The list of `collection` as `connection` serves it.
    pub fn new(connection: impl Into<String>, collection: impl Into<String>) -> Self {
        Self { connection: connection.into(), collection: collection.into() }
    }
}

/// The mirror's own number for a [`ListKey`]; stable for the life of one `mirror.db`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListId(pub i64);

/// The mirror's own number for a record: the row it lives in. Stable for the life of one `mirror.db`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowKey(pub i64);

/// What we extract from a raw document; everything else stays in the document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Columns {
    /// What a person would call it.
    pub title: Option<String>,
    /// The platform's own word for its state.
    pub status: Option<String>,
    /// The agent it belongs to: an agent's id, or the key by which the manifest joins to one.
    pub agent: Option<String>,
    /// Project, namespace or working directory.
    pub project: Option<String>,
    /// When it came to be, as the platform says.
    pub created_at: Option<Timestamp>,
    /// When it last changed, as the platform says.
    pub updated_at: Option<Timestamp>,
}

/// The key under which other records refer to this one, when it is not the id
/// (Turen sessions name an agent's `client_id`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinKey {
    /// The value others carry.
    pub key: String,
    /// Which of several records with this key is meant: the highest (Turen's `generation`).
    pub rank: i64,
}

/// One row as a reply carried it, ready for the mirror.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// The platform's id, as text. For children of a parent it is unique within the list all the same.
    pub id: String,
    /// The extracted columns.
    pub columns: Columns,
    /// Set when the manifest joins other collections to this one by something other than its id.
    pub join: Option<JoinKey>,
    /// Hash of `doc`, and of what the manifest reads from it: equal hashes mean an unchanged row.
    pub hash: u64,
    /// The raw document: JSON text as it was sent, secrets masked, every unknown field kept.
    pub doc: String,
}

/// What the mirror did with an [`Incoming`] row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The mirror did not have it.
    Inserted,
    /// Its document differs from the one we had, or it had been gone.
    Updated,
    /// Same hash: no row written, no feed entry.
    Unchanged,
}

/// One line of a list: the columns, without the document.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The mirror's number.
    pub key: RowKey,
    /// Where it comes from.
    pub list: ListKey,
    /// Name of the platform.
    pub platform: String,
    /// Kind of the collection.
    pub kind: Kind,
    /// The platform's id.
    pub id: String,
    /// See [`Columns::title`].
    pub title: Option<String>,
    /// See [`Columns::status`].
    pub status: Option<String>,
    /// Id of the agent it belongs to; the bare join key while no agent with it is known.
    pub agent: Option<String>,
    /// The agent's title, when the mirror has the agent.
    pub agent_title: Option<String>,
    /// More than one agent answers to the join key (a cloned machine): `agent` is the latest generation.
    pub agent_doubt: bool,
    /// See [`Columns::project`].
    pub project: Option<String>,
    /// See [`Columns::created_at`].
    pub created_at: Option<Timestamp>,
    /// See [`Columns::updated_at`].
    pub updated_at: Option<Timestamp>,
    /// When the platform last showed it to us: the later of the row's own and its list's last complete walk.
    pub confirmed_at: Timestamp,
    /// When we noticed that the platform no longer lists it.
    pub gone_at: Option<Timestamp>,
    /// Unfinished writes on it, oldest first.
    pub pending: Vec<Mark>,
}

impl Row {
    /// A line of which no more is known: no columns, never confirmed, and not of any mirror ([`RowKey`] 0).
    pub fn bare(list: ListKey, platform: impl Into<String>, kind: Kind, id: impl Into<String>) -> Self {
        Self {
            key: RowKey(0),
            list,
            platform: platform.into(),
            kind,
            id: id.into(),
            title: None,
            status: None,
            agent: None,
            agent_title: None,
            agent_doubt: false,
            project: None,
            created_at: None,
            updated_at: None,
            confirmed_at: Timestamp::UNIX_EPOCH,
            gone_at: None,
            pending: Vec::new(),
        }
    }

    /// The same line with these columns.
    #[must_use]
    pub fn with(self, columns: Columns) -> Self {
        let Columns { title, status, agent, project, created_at, updated_at } = columns;
        Self { title, status, agent, project, created_at, updated_at, ..self }
    }
}

/// A whole record: its line and its document.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The columns.
    pub row: Row,
    /// The document as the platform sent it: JSON text.
    pub doc: String,
}
