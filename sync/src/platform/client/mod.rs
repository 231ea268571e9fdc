//! Talks to one connection: signs in, keeps to the rate budget, retries what may be retried, reads pages.
//!
//! - [`Client`] is the face; [`lists`] reads pages and records for the mirror, [`content`] the messages of one; [`look`] reads them for a write, from lists with the
//!   help of [`walk`]; [`send`] is the one loop around retries, waits and
//!   sign-ins of what only reads, [`write`] the one of what changes something; [`transport`] makes one exchange;
//!   [`verdict`] says what a status means.
//! - [`budget`] decides when a request may go; [`session`], [`sign_in`] and [`jar`] keep a user signed in; [`auth`]
//!   knows sorts of keys; [`words`] makes the messages.
//!
//! What always holds:
//! - The key, the password, cookies and tokens leave for one scheme, host and port, and stand in no message, log or
//!   `Debug` output.
//! - What changes something is never sent twice unless the server said that it was not applied.
//! - Every reply is limited in size and in silence.
//!
//! Not here: what a reply's rows mean (`decode`), how URLs are made (`request`), and what to fetch (`pull`).

mod auth;
mod budget;
mod content;
mod jar;
mod lists;
mod look;
mod retry;
mod send;
mod session;
mod sign_in;
#[cfg(test)]
pub(super) mod tests;
mod transport;
mod verdict;
mod walk;
mod words;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::model::BudgetView;
use jiff::Timestamp;
use url::Url;

use self::auth::Proof;
pub use self::auth::check_secret;
use self::budget::{Gate, Settings};
use self::lists::Learned;
use self::retry::Jitter;
use self::transport::{Transport, host};
use self::words::{Secrets, Words};
use super::decode::Decoder;
use super::manifest::{ResetKind, Standing};
use super::url::is_loopback;
use super::write::{NotTold, Seen, Told, WriteCall};
use super::{ContentAsk, ContentReply, FetchError, Manifest, PageAsk, Priority, Reply, Secret};
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
    /// The wall clock, which goes on while the machine sleeps: what a change may not leave after is told by it.
    pub now: fn() -> Timestamp,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            max_reply: 64 * 1024 * 1024,
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
            tries: 4,
            backoff: Duration::from_secs(1),
            backoff_max: Duration::from_secs(30),
            patience: Duration::from_secs(150),
            reserve: 0.2,
            concurrency: 4,
            now: Timestamp::now,
        }
    }
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
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Inner { name, manifest, base, .. } = &*self.inner;
        f.debug_struct("Client")
            .field("name", name)
            .field("platform", &manifest.name)
            .field("url", &base.as_str())
            .finish()
    }
}

/// What all clones share.
struct Inner {
    manifest: Arc<Manifest>,
    name: String,
    base: Url,
    /// Host and port of `base`, for messages.
    host: String,
    options: ClientOptions,
    transport: Transport,
    gate: Arc<Gate>,
    proof: Proof,
    secrets: Secrets,
    /// By collection.
    decoders: BTreeMap<String, Arc<Decoder>>,
    learned: Learned,
    /// It sends `Retry-After` with good replies, too: the header says nothing about the reply it comes with.
    chatty: AtomicBool,
    jitter: Jitter,
    counters: Counters,
}

impl Client {
    /// Makes a client; sends nothing yet.
    ///
    /// Fails when the URL is plain http to another machine, the manifest has no way to sign in with what the
    /// connection holds, or the secret is of a sort the platform refuses.
    pub fn new(manifest: Arc<Manifest>, spec: ConnectSpec, options: ClientOptions) -> Result<Self, FetchError> {
        let ConnectSpec { name, url: base, user, secret } = spec;
        let secrets = Secrets::new(secret.expose());
        let host = host(&base);
        let unusable = |why: &str| {
            let words = Words { secrets: &secrets, path: base.path(), host: &host };
            words.never_sent(why)
        };
        check_url(&base).map_err(|why| unusable(&why))?;
        let proof = Proof::new(&manifest, user.as_deref(), &secret).map_err(|why| unusable(&why))?;
        let counters = Counters::default();
        let transport = Transport::new(&base, &options, counters.clone())?;
        let settings = Settings {
            reserve: options.reserve,
            concurrency: options.concurrency,
            window: manifest.rate.window.map(Duration::from_secs),
            trust_reset: manifest.rate.reset_kind != ResetKind::Lies,
            backoff: (options.backoff, options.backoff_max.min(Duration::from_secs(30))),
        };
        let gate = Arc::new(Gate::new(manifest.rate.clone(), settings));
        let decoders =
            manifest.collections.iter().map(|(name, it)| (name.clone(), Arc::new(Decoder::new(it)))).collect();
        let (learned, jitter) = (Learned::default(), Jitter::new());
        let inner = Inner {
            manifest,
            name,
            base,
            host,
            options,
            transport,
            gate,
            proof,
            secrets,
            decoders,
            learned,
            chatty: AtomicBool::new(false),
            jitter,
            counters,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Brings a pasted URL into form for `manifest`, and names the platform it really belongs to when that differs.
    pub fn normalise_url(manifest: &Manifest, pasted: &str) -> Result<(Url, Option<String>), String> {
        super::url::normalise(manifest, pasted)
    }

    /// The manifest.
    pub fn manifest(&self) -> &Arc<Manifest> {
        &self.inner.manifest
    }

    /// Name of the connection.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Reads one page. Retries, waits and signs in again as needed.
    pub async fn page(&self, ask: &PageAsk, priority: Priority) -> Result<Reply, FetchError> {
        self.inner.page(ask, priority).await
    }

    /// Reads one record by id; `None` when the server has none of that id.
    pub async fn item(&self, collection: &str, id: &str, priority: Priority) -> Result<Option<Incoming>, FetchError> {
        self.inner.item(collection, id, priority).await
    }

    /// Reads the content of one record, all its pages; fails when it is larger than a reply may be.
    pub async fn content(&self, ask: &ContentAsk, priority: Priority) -> Result<ContentReply, FetchError> {
        self.inner.content(ask, priority).await
    }

    /// Looks at one record as it stands now, secrets and all; `None` when the server has none of this id. Where the collection has
    /// no path for one record, its list is read until the record is found; `parent` names the record whose child it is, in a child
    /// list: without it every parent's list is read. Goes before lists.
    pub async fn look(&self, collection: &str, id: &str, parent: Option<&str>) -> Result<Option<Seen>, FetchError> {
        self.inner.look(collection, id, parent).await
    }

    /// Reads the JSON document at a path below the base URL; `None` when there is none. Not masked.
    pub async fn look_at(&self, path: &str) -> Result<Option<serde_json::Value>, FetchError> {
        self.inner.look_at(path).await
    }

    /// Reads a whole list, every partition of it, as it stands now. Fails when the list cannot be read to its end, or is larger
    /// than 50,000 records or 64 MiB: half a list is not handed out. A record that moves from one partition to another meanwhile
    /// may be missed.
    pub async fn rows(&self, collection: &str, standing: &Standing) -> Result<Vec<Seen>, FetchError> {
        self.inner.rows(collection, standing).await
    }

    /// Changes something. Sent once: again only when the server has said that it did nothing (an ended session, a stale CSRF
    /// token); waits for the rate budget, never for a failing server.
    pub async fn write(&self, call: &WriteCall) -> Result<Told, NotTold> {
        self.inner.write(call).await
    }

    /// Signs in if need be, and reads one row of the first list that is offered: does this connection work?
    pub async fn probe(&self) -> Result<(), FetchError> {
        self.inner.probe().await
    }

    /// The budget as last told.
    pub fn budget(&self) -> BudgetView {
        self.inner.gate.view()
    }

    /// What it has done so far.
    pub fn traffic(&self) -> Traffic {
        self.inner.counters.traffic()
    }
}

impl Inner {
    /// A connection or a manifest that cannot work: nothing was sent.
    fn unusable(&self, why: &str) -> FetchError {
        let words = Words { secrets: &self.secrets, path: self.base.path(), host: &self.host };
        words.never_sent(why)
    }
}

/// A key must not travel in the clear, nor hide in a URL.
fn check_url(url: &Url) -> Result<(), String> {
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(url) => {}
        "http" => return Err(format!("plain http to {} would show the key to the network: use https", host(url))),
        other => return Err(format!("{other} is no way to reach a platform: use https")),
    }
    if url.host().is_none() {
        return Err("the URL names no host".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the URL holds a user or a password: keep the secret apart from it".to_owned());
    }
    Ok(())
}

/// Shared counts behind [`Traffic`].
#[derive(Debug, Clone, Default)]
struct Counters(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    requests: AtomicU64,
    refused: AtomicU64,
    retries: AtomicU64,
    bytes: AtomicU64,
}

impl Counters {
    fn request(&self) {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
    }

    fn refused(&self) {
        self.0.refused.fetch_add(1, Ordering::Relaxed);
    }

    fn retry(&self) {
        self.0.retries.fetch_add(1, Ordering::Relaxed);
    }

    fn bytes(&self, count: usize) {
        self.0.bytes.fetch_add(count as u64, Ordering::Relaxed);
    }

    fn traffic(&self) -> Traffic {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let counts = &*self.0;
        Traffic {
            requests: get(&counts.requests),
            refused: get(&counts.refused),
            retries: get(&counts.retries),
            bytes: get(&counts.bytes),
        }
    }
}
