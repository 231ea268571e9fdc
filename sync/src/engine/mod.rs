//! One sync of many connections: leases nothing, prints nothing; tells what happens as [`Event`]s and ends in a [`Report`].

mod connection;

use std::time::Duration;

use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::Serialize;

use crate::model::{ListKey, Offered};
use crate::platform::{BudgetView, FetchKind, Traffic};
use crate::pull::Source;
use crate::store::{Mirror, StoreError};

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

/// What happens during a sync, told as it happens. Frequent ones are thinned out by the engine.
#[derive(Debug, Clone)]
pub enum Event {
    /// A connection's sync began; so many lists will be pulled.
    Started {
        /// The connection.
        connection: String,
        /// Lists to pull.
        lists: usize,
    },
    /// A list moved on.
    Progress {
        /// The list.
        list: ListKey,
        /// Rows read in this sync.
        rows: u64,
        /// Rows the server says there are, in what is being read.
        total: Option<u64>,
        /// Budget of its connection.
        budget: BudgetView,
    },
    /// A list is done.
    Listed(ListReport),
    /// A connection is done.
    Finished(ConnectionReport),
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

/// How the sync of one connection ended.
#[derive(Debug, Clone, Serialize)]
pub struct ConnectionReport {
    /// Its name.
    pub connection: String,
    /// Its platform.
    pub platform: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Its lists.
    pub lists: Vec<ListReport>,
    /// Why the connection as a whole could not be read.
    pub error: Option<ConnectionError>,
    /// Requests, refusals, bytes.
    pub traffic: Traffic,
    /// The budget at the end.
    pub budget: BudgetView,
}

/// Why a connection could not be read at all.
#[derive(Debug, Clone, Serialize)]
pub struct ConnectionError {
    /// What sort of failure.
    #[serde(skip)]
    pub kind: Option<FetchKind>,
    /// What happened.
    pub message: String,
}

/// How a sync ended.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Its connections, in the order asked for.
    pub connections: Vec<ConnectionReport>,
}

/// Pulls every list of every connection into the mirror, connections side by side. Dropping the future stops it;
/// what was committed stays, and the next sync resumes. `on_event` must not block.
///
/// # Errors
/// Only when the mirror itself fails; what a platform does wrong stands in the report.
pub async fn sync<S: Source>(
    mirror: &Mirror,
    sources: &[S],
    options: &SyncOptions,
    on_event: &(dyn Fn(Event) + Send + Sync),
) -> Result<Report, StoreError> {
    let connections = sources.iter().map(|source| connection::sync(mirror, source, options, on_event));
    Ok(Report { connections: try_join_all(connections).await? })
}

#[cfg(test)]
mod tests;
