//! What a person keeps for themselves: flags, notes, incidents. No platform hears of them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A record, or one entry of its content. It names what may be gone from the mirror by now.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Name of the connection.
    pub connection: String,
    /// Name of the collection; [`Place::OUTBOX`] for a write.
    pub collection: String,
    /// The record's id as its platform gives it, or a write's.
    pub id: String,
    /// 0-based place among the record's entries; `None` for the record itself.
    pub entry: Option<u64>,
}

impl Place {
    /// What stands for the collection where a write is meant.
    pub const OUTBOX: &str = "outbox";

    /// A record.
    pub fn record(connection: impl Into<String>, collection: impl Into<String>, id: impl Into<String>) -> Self {
        Self { connection: connection.into(), collection: collection.into(), id: id.into(), entry: None }
    }

    /// An entry of the same record.
    #[must_use]
    pub fn at(self, entry: u64) -> Self {
        Self { entry: Some(entry), ..self }
    }
}

/// What a flag says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlagKind {
    /// To be found again.
    Bookmark,
    /// Read by a person.
    Reviewed,
    /// Not now: out of the inbox until a time.
    Snoozed,
    /// Seen, and nothing to be done.
    Acknowledged,
}

impl FlagKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Bookmark, Self::Reviewed, Self::Snoozed, Self::Acknowledged];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bookmark => "bookmark",
            Self::Reviewed => "reviewed",
            Self::Snoozed => "snoozed",
            Self::Acknowledged => "acknowledged",
        }
    }
}

impl fmt::Display for FlagKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for FlagKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// A flag at a place; at most one of a kind stands there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    /// What it says.
    pub kind: FlagKind,
    /// Where.
    pub place: Place,
    /// Since when, to the millisecond.
    pub made_at: Timestamp,
    /// When it ends by itself, to the millisecond.
    pub until: Option<Timestamp>,
    /// A fingerprint of what was looked at: where it is another one now, the flag no longer holds.
    pub seen: Option<String>,
}

/// A ULID: ids sort in the order in which things were made.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id `text` stands for; it is not looked at.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// As it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// Id of a note.
    NoteId
}
id! {
    /// Id of an incident.
    IncidentId
}

/// Words of a person: about a place, of an incident, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// What it is about.
    pub place: Option<Place>,
    /// The incident it belongs to.
    pub incident: Option<IncidentId>,
    /// The words.
    pub text: String,
    /// When they were first written.
    pub made_at: Timestamp,
    /// When they were last changed.
    pub changed_at: Timestamp,
}

/// Something that happened and is looked into: what belongs to it is pinned to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// What a person called it.
    pub title: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was closed, if it is.
    pub closed_at: Option<Timestamp>,
}

/// Something that belongs to an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// What.
    pub place: Place,
    /// Since when.
    pub pinned_at: Timestamp,
}
