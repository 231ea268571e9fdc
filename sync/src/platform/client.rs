//! Talks to one connection: signs in, keeps to the rate budget, retries what may be retried, reads pages.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::{FetchError, Manifest, PageAsk, Priority, Reply, Secret};
use crate::model::Incoming;

/// One account on one platform.
#[derive(Debug, Clone)]
pub struct ConnectSpec {
    /// Name of the connection.
    pub name: String,
    /// Base URL, already in form (see [`Client::normalise_url`]).
    pub url: Url,
    /// User for platforms that sign in; none for a key.
    pub user: Option<String>,
    /// Key or password.
    pub secret: Secret,
}

/// Limits and patience of a [`Client`].
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// Largest reply to a list request, unpacked.
    pub max_reply: u64,
    /// Time to connect.
    pub connect_timeout: Duration,
    /// Longest silence while a reply is awaited or read.
    pub idle_timeout: Duration,
    /// Tries of a request that may be repeated, the first included.
    pub tries: u32,
    /// First back-off; doubles with jitter.
    pub backoff: Duration,
    /// Longest back-off.
    pub backoff_max: Duration,
    /// How long one request waits for a refusing (429) server in all.
    pub patience: Duration,
    /// Share of the rate budget left to others, 0 to 1.
    pub reserve: f64,
    /// Most requests in flight.
    pub concurrency: usize,
}

/// The rate budget as a person is shown it.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct BudgetView {
    /// Requests in one window, if known.
    pub limit: Option<u64>,
    /// Left in this window, if known.
    pub remaining: Option<u64>,
    /// When it is whole again, if known.
    pub reset_at: Option<Timestamp>,
    /// Nothing is sent before this time.
    pub paused_until: Option<Timestamp>,
}

/// What a client has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Traffic {
    /// Requests sent, retries and sign-ins included.
    pub requests: u64,
    /// Of these, refused with 429.
    pub refused: u64,
    /// Of these, repeated after a failure.
    pub retries: u64,
    /// Bytes of replies, unpacked.
    pub bytes: u64,
}

/// The client of one connection. Cheap to clone; clones share budget, session and connections.
#[derive(Debug, Clone)]
pub struct Client {}

impl Client {
    /// Makes a client; sends nothing yet.
    ///
    /// Fails when the URL is plain http to another machine, the manifest has no way to sign in with what the
    /// connection holds, or the secret is of a sort the platform refuses.
    pub fn new(_manifest: Arc<Manifest>, _spec: ConnectSpec, _options: ClientOptions) -> Result<Self, FetchError> {
        todo!()
    }

    /// Brings a pasted URL into form for `manifest`, and names the platform it really belongs to when that differs.
    pub fn normalise_url(_manifest: &Manifest, _pasted: &str) -> Result<(Url, Option<String>), String> {
        todo!()
    }

    /// The manifest.
    pub fn manifest(&self) -> &Arc<Manifest> {
        todo!()
    }

    /// Name of the connection.
    pub fn name(&self) -> &str {
        todo!()
    }

    /// Reads one page. Retries, waits and signs in again as needed.
    pub async fn page(&self, _ask: &PageAsk, _priority: Priority) -> Result<Reply, FetchError> {
        todo!()
    }

    /// Reads one record by id; `None` when the server has none of that id.
    pub async fn item(
        &self,
        _collection: &str,
        _id: &str,
        _priority: Priority,
    ) -> Result<Option<Incoming>, FetchError> {
        todo!()
    }

    /// The budget as last told.
    pub fn budget(&self) -> BudgetView {
        todo!()
    }

    /// What it has done so far.
    pub fn traffic(&self) -> Traffic {
        todo!()
    }
}
