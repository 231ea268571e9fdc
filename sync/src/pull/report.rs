//! What a pull is asked to do, and how that of one list ended.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::model::{ListKey, Offered};

/// What a sync is asked to do.
#[derive(Debug, Clone)]
pub struct SyncOptions {
    /// Walk every list completely, whatever its state.
    pub full: bool,
    /// Let a complete walk mark any share of a list gone.
    pub accept_gone: bool,
    /// Age of the last complete walk after which another is due.
    pub reconcile: Duration,
    /// Age after which a list whose order ignores edits is walked again.
    pub reconcile_unordered: Duration,
    /// Only these collections; empty: all.
    pub collections: Vec<String>,
    /// The clock.
    pub now: fn() -> Timestamp,
}

impl Default for SyncOptions {
    fn default() -> Self {
        Self {
            full: false,
            accept_gone: false,
            reconcile: Duration::from_secs(24 * 60 * 60),
            reconcile_unordered: Duration::from_secs(10 * 60),
            collections: Vec::new(),
            now: Timestamp::now,
        }
    }
}

/// How the pull of one list ended.
#[derive(Debug, Clone, Serialize)]
pub struct ListReport {
    /// The list.
    #[serde(flatten)]
    pub list: ListKey,
    /// How it went.
    pub outcome: Outcome,
    /// `walk` when the whole list was read, `delta` when only its news.
    pub mode: Mode,
    /// Requests it took.
    pub requests: u64,
    /// Rows read.
    pub rows: u64,
    /// Rows the mirror did not have.
    pub inserted: u64,
    /// Rows that differed.
    pub updated: u64,
    /// Rows marked gone.
    pub gone: u64,
    /// Rows that could not be taken.
    pub bad: u64,
    /// Rows the server says there are.
    pub server_count: Option<u64>,
    /// Does the connection serve it?
    pub offered: Offered,
    /// What stood in the way, for a person.
    pub message: Option<String>,
}

/// How a list was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Completely.
    Walk,
    /// Its news only.
    Delta,
    /// Not at all.
    Skipped,
}

/// How a list's pull went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The mirror equals the server, as far as it says.
    Ok,
    /// The connection does not serve it.
    NotOffered,
    /// Read, but something is left: bad rows, a walk that could not be proven complete, a held-back disappearance.
    Partial,
    /// Not read.
    Failed,
}
