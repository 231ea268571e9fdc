//! One sync of many connections: leases nothing, prints nothing; tells what happens as [`Event`]s and ends in a [`Report`].

mod connection;
mod content;

use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::Serialize;

pub use self::content::{Opened, contents, fetch_content};
use crate::model::ListKey;
use crate::platform::{BudgetView, FetchKind, Traffic};
use crate::pull::Source;
pub use crate::pull::{ContentOptions, ContentReport, ListReport, Mode, Outcome, SyncOptions};
use crate::store::{Mirror, StoreError};

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
    /// Contents came; told now and then while they are fetched.
    Contents {
        /// The connection.
        connection: String,
        /// How far it is.
        report: ContentReport,
        /// Budget of the connection.
        budget: BudgetView,
    },
    /// A connection is done.
    Finished(ConnectionReport),
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
    /// Its contents; `None` where none were to be fetched, or the connection could not be read.
    pub content: Option<ContentReport>,
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
