//! What is handed to the outbox, and what it answers.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::model::{By, Verdict, WriteId, WriteState};

/// Which writes are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Which {
    /// Finished ones too.
    pub all: bool,
    /// Only these connections; empty: all.
    pub connections: Vec<String>,
    /// Only these states; empty: all.
    pub states: Vec<WriteState>,
    /// Only on this record: collection and id. Needs a connection.
    pub target: Option<(String, String)>,
    /// At most so many, the newest; none: all of them.
    pub limit: Option<usize>,
    /// The oldest where there are more than the limit, and not the newest.
    pub oldest: bool,
}

/// How many writes of a connection are in certain states, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// The connection.
    pub connection: String,
    /// How many.
    pub count: u64,
    /// When the first of them was decided.
    pub oldest: Timestamp,
    /// When the last of them was.
    pub newest: Timestamp,
}

/// One move of a write: committed together with its line in the audit log.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Where it goes.
    pub to: WriteState,
    /// When it is to be looked at again.
    pub due_at: Option<Timestamp>,
    /// Why; `None` leaves the last one.
    pub verdict: Option<Verdict>,
    /// New memory of a recipe; `None` leaves it.
    pub memory: Option<Value>,
    /// It is being sent: counts as an attempt.
    pub attempt: bool,
    /// A person did it; `None`: the sender.
    pub by: Option<By>,
    /// When.
    pub at: Timestamp,
}

impl Turn {
    /// A move to `to`, and nothing else.
    pub fn to(to: WriteState, at: Timestamp) -> Self {
        Self { to, due_at: None, verdict: None, memory: None, attempt: false, by: None, at }
    }
}

/// A move as it was kept: every verdict a write ever had.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TurnLog {
    /// When.
    pub at: Timestamp,
    /// Where from.
    pub from: Option<WriteState>,
    /// Where to.
    pub to: WriteState,
    /// Why.
    pub verdict: Option<Verdict>,
    /// Who, when it was a person.
    pub by: Option<By>,
}

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditEntry {
    /// Number, from 1, without gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What happened: `decided`, `sending`, `accepted`, `cancelled`, `audit.export` ...
    pub what: String,
    /// The write it is about.
    pub write: Option<WriteId>,
    /// Who was at the keyboard, or ran the sender.
    pub by: By,
    /// The rest: connection, action, target, reason, base, verdict.
    pub detail: Value,
    /// Hash of the line before, hexadecimal; 64 zeros for the first.
    pub prev: String,
    /// SHA-256 over `prev` and this line, hexadecimal.
    pub hash: String,
}

/// What walking the audit log has shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// Lines read.
    pub entries: u64,
    /// Hash of the last line: whoever noted it down can tell later that nothing before it was changed or cut off.
    pub head: String,
    /// Number of the first line that does not fit, and why.
    pub broken: Option<(u64, String)>,
}

/// A version of a policy that was seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Version {
    /// Number of the version in this history, from 1 for the oldest.
    pub number: u64,
    /// When it was first seen.
    pub seen_at: Timestamp,
    /// The platform's own word for it, when the document has one.
    pub label: Option<String>,
    /// Hash of the document.
    #[serde(skip)]
    pub hash: u64,
    /// Our write that made it, if it was one.
    pub write: Option<WriteId>,
    /// The document, secrets masked: JSON text.
    #[serde(skip)]
    pub doc: String,
}

/// A connection that is not written to until a person has mended it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Paused {
    /// The connection.
    pub connection: String,
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub message: String,
}

/// A search that was kept under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SavedSearch {
    /// Its name.
    pub name: String,
    /// The query, as it was typed.
    pub query: String,
    /// When it was kept.
    pub saved_at: Timestamp,
}

/// A file that could not be used, and where it lies now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// Where it was put.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}
