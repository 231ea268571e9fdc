//! What a pull is asked to do, and how that of one list ended.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::model::{ContentKeep, ContentPolicy, ContentTotals, ListKey, Offered};
use crate::store::ContentLimits;

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
    /// Which contents are fetched after the lists, and how much is kept.
    pub content: ContentOptions,
    /// The clock.
    pub now: fn() -> Timestamp,
}

/// What a sync does about content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentOptions {
    /// Which are fetched.
    pub policy: ContentPolicy,
    /// Bytes that they may take in the mirror, all connections together.
    pub budget: u64,
    /// How long content of gone records is kept.
    pub keep: ContentKeep,
}

impl ContentOptions {
    /// How much may be held.
    pub fn limits(&self) -> ContentLimits {
        ContentLimits { budget: self.budget, keep: self.keep }
    }
}

/// Nothing is fetched, and nothing dropped.
impl Default for ContentOptions {
    fn default() -> Self {
        Self { policy: ContentPolicy::None, budget: u64::MAX, keep: ContentKeep::Forever }
    }
}

impl Default for SyncOptions {
    fn default() -> Self {
        Self {
            full: false,
            accept_gone: false,
            reconcile: Duration::from_secs(24 * 60 * 60),
            reconcile_unordered: Duration::from_secs(10 * 60),
            collections: Vec::new(),
            content: ContentOptions::default(),
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

/// How the fetching of contents of one connection ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContentReport {
    /// By which policy.
    pub policy: String,
    /// Contents that were due when it began.
    pub due: u64,
    /// Contents that came.
    pub fetched: u64,
    /// Of these, other than what was held.
    pub changed: u64,
    /// Contents of which the platform said that they are as they were.
    pub unchanged: u64,
    /// Records of which it said that they have none.
    pub absent: u64,
    /// Contents that could not be fetched; each is a problem of its record, and tried again later.
    pub failed: u64,
    /// Contents that are due and were not fetched: those that failed too.
    pub waiting: u64,
    /// Of these, contents that failed, in this sync or before it.
    pub failing: u64,
    /// Bytes of JSON that came.
    pub bytes: u64,
    /// Contents dropped to make room, of every connection.
    pub dropped: u64,
    /// Contents of gone records that were kept long enough, of every connection.
    pub expired: u64,
    /// No room for more: what waits is older than all that is held.
    pub full: bool,
    /// Bytes over the budget that contents of gone records take: they are never dropped for it.
    pub over: u64,
    /// The last failure, for a person.
    pub failure: Option<String>,
    /// Why no more were asked for, for a person.
    pub message: Option<String>,
    /// What is held now.
    pub totals: Option<ContentTotals>,
}

impl ContentReport {
    /// Nothing was done so far.
    pub fn new(policy: ContentPolicy) -> Self {
        Self {
            policy: policy.to_string(),
            due: 0,
            fetched: 0,
            changed: 0,
            unchanged: 0,
            absent: 0,
            failed: 0,
            waiting: 0,
            failing: 0,
            bytes: 0,
            dropped: 0,
            expired: 0,
            full: false,
            over: 0,
            failure: None,
            message: None,
            totals: None,
        }
    }

    /// Contents that were asked for.
    pub fn done(&self) -> u64 {
        self.fetched + self.unchanged + self.absent + self.failed
    }
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
