use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Kind, Mark};
use crate::peek;

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
    /// The word by which the record itself names its agent: an id, or a join key.
    pub agent_word: Option<String>,
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
    /// Where in its document its messages stand, if that is where they do: the first of these pointers that holds something.
    pub messages_at: Option<Arc<[String]>>,
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
            agent_word: None,
            agent_title: None,
            agent_doubt: false,
            project: None,
            created_at: None,
            updated_at: None,
            confirmed_at: Timestamp::UNIX_EPOCH,
            gone_at: None,
            pending: Vec::new(),
            messages_at: None,
        }
    }

    /// The same line with these columns.
    #[must_use]
    pub fn with(self, columns: Columns) -> Self {
        let Columns { title, status, agent, project, created_at, updated_at } = columns;
        Self { title, status, agent_word: agent.clone(), agent, project, created_at, updated_at, ..self }
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

impl Record {
    /// The document without the messages that stand in it: what the record says for itself.
    pub fn doc_alone(&self) -> Cow<'_, str> {
        let Some(at) = &self.row.messages_at else { return Cow::Borrowed(&self.doc) };
        let Some(messages) = at.iter().find_map(|place| peek::at(&self.doc, place)) else {
            return Cow::Borrowed(&self.doc);
        };
        // They are a piece of the document: where they begin tells what stands around them.
        let start = (messages.as_ptr() as usize).saturating_sub(self.doc.as_ptr() as usize);
        let around = self.doc.get(..start).zip(self.doc.get(start + messages.len()..));
        around.map_or(Cow::Borrowed(&self.doc), |(before, behind)| Cow::Owned(format!("{before}null{behind}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_without_the_messages_that_stand_in_it() {
        let alone = |doc: &str, at: Option<&[&str]>| {
            let at = at.map(|at| at.iter().map(|place| (*place).to_owned()).collect());
            let row = Row::bare(ListKey::new("prod", "runs"), "exo", Kind::Run, "1");
            Record { row: Row { messages_at: at, ..row }, doc: doc.to_owned() }.doc_alone().into_owned()
        };
        let doc = r#"{"id":1, "steps_json": "[{\"name\":\"a\"}]" ,"steps":[{"name":"b"}],"x":2}"#;
        let places: &[&str] = &["/nothing", "/steps_json", "/steps"];
        assert_eq!(alone(doc, Some(places)), r#"{"id":1, "steps_json": null ,"steps":[{"name":"b"}],"x":2}"#);
        assert_eq!(alone(doc, None), doc);
        assert_eq!(alone(doc, Some(&["/nothing"])), doc);
        assert_eq!(alone("[no json", Some(places)), "[no json");
    }
}
