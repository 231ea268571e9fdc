//! What is pinned, and how it stands now.

use jiff::Timestamp;
use quarterdeck_sync::model::{EntryKind, Kind, ListKey, Pin, Place, Row, Write};

use super::written;

/// A pinned thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Pinned {
    /// The pin.
    pub pin: Pin,
    /// What it is pinned on.
    pub thing: Thing,
    /// The entry, where one is pinned and its content is here.
    pub entry: Option<Seen>,
}

/// How a pinned thing stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Thing {
    /// A record, which its platform may not list any more.
    Record(Box<Row>),
    /// A write of ours.
    Write(Box<Write>),
    /// Neither mirror nor outbox has it now.
    Missing,
}

/// An entry in short.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// What it is.
    pub kind: EntryKind,
    /// When.
    pub at: Option<Timestamp>,
    /// What it says, in one line; as it was sent.
    pub said: String,
}

impl Pinned {
    /// Where it is pinned.
    pub fn place(&self) -> &Place {
        &self.pin.place
    }

    /// The record's line, when the mirror has it.
    pub fn row(&self) -> Option<&Row> {
        match &self.thing {
            Thing::Record(row) => Some(row),
            _ => None,
        }
    }

    /// The list it stands in.
    pub fn list(&self) -> ListKey {
        ListKey::new(&self.pin.place.connection, &self.pin.place.collection)
    }

    /// What it is, in a word: `agent`, `entry`, `write`.
    pub fn word(&self) -> &'static str {
        match &self.thing {
            _ if self.pin.place.entry.is_some() => "entry",
            Thing::Record(row) => row.kind.as_str(),
            Thing::Write(_) => "write",
            Thing::Missing if self.pin.place.collection == Place::OUTBOX => "write",
            Thing::Missing => "record",
        }
    }

    /// What a person would call it: text of others, or the place where nothing else is known.
    pub fn title(&self) -> String {
        match (&self.thing, &self.entry) {
            (_, Some(entry)) if !entry.said.is_empty() => entry.said.clone(),
            (Thing::Record(row), _) => row.title.clone().unwrap_or_else(|| row.id.clone()),
            (Thing::Write(write), _) => {
                let intent = &write.intent;
                format!("{} {}", intent.verb, intent.target.as_deref().unwrap_or("(new)"))
            }
            (Thing::Missing, _) => written(&self.pin.place),
        }
    }

    /// Where it stands: the record's status, the write's state.
    pub fn status(&self) -> Option<&str> {
        match &self.thing {
            Thing::Record(row) => row.status.as_deref(),
            Thing::Write(write) => Some(write.state.as_str()),
            Thing::Missing => None,
        }
    }

    /// It acts, or is something that goes on: what containing is about.
    pub fn acts(&self) -> bool {
        self.pin.place.entry.is_none()
            && self.row().is_some_and(|row| matches!(row.kind, Kind::Agent | Kind::Run) && row.gone_at.is_none())
    }
}
