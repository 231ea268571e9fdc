//! Faults: what can go wrong with a reply, when, and for which requests.
//!
//! A [`Fault`] is a [`Matcher`], a [`When`] and a [`What`]. A [`Script`] holds the faults in force and counts how often
//! each has struck. `wire` says what a fault does to a request, a reply and the bytes sent; `limit` is the rate limiter.
//! Always true: a fault changes what the world holds only where its name says so; a struck request is in the log.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::http::{Body, Request};
use crate::rng::Rng;

mod limit;
mod reshape;
pub(crate) mod wire;

pub use limit::{Limit, RateHeaders, Window};
pub(crate) use limit::{Limiter, Verdict};

/// Which requests something applies to. What is left out applies to all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Matcher {
    /// Name of the endpoint.
    pub endpoint: Option<String>,
    /// Method, in capitals.
    pub method: Option<String>,
    /// The whole path below the base URL: `/sessions`.
    pub path: Option<String>,
    /// What the path below the base URL begins with: `/sessions/`.
    pub under: Option<String>,
    /// Query parameters that must be there with these values.
    pub query: Vec<(String, String)>,
    /// Only requests that change something, signing in not counted.
    pub writes: bool,
}

impl Matcher {
    /// Every request.
    pub fn any() -> Matcher {
        Matcher::default()
    }

    /// Requests to one endpoint.
    pub fn endpoint(name: &str) -> Matcher {
        Matcher { endpoint: Some(name.to_owned()), ..Matcher::default() }
    }

    /// Only those with this method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Matcher {
        self.method = Some(method.to_ascii_uppercase());
        self
    }

    /// Only those that change something: a decision, not a sign-in.
    #[must_use]
    pub fn writes(mut self) -> Matcher {
        self.writes = true;
        self
    }

    /// Only those with exactly this path below the base URL.
    #[must_use]
    pub fn path(mut self, path: &str) -> Matcher {
        self.path = Some(path.to_owned());
        self
    }

    /// Only those whose path below the base URL begins so.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Matcher {
        self.under = Some(prefix.to_owned());
        self
    }

    /// Only those with this query parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Matcher {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn fits(&self, endpoint: &str, ask: &Request) -> bool {
        self.endpoint.as_deref().is_none_or(|name| name == endpoint)
            && self.method.as_deref().is_none_or(|method| method == ask.method)
            && self.path.as_deref().is_none_or(|path| path == ask.path)
            && self.under.as_deref().is_none_or(|prefix| ask.path.starts_with(prefix))
            && self.query.iter().all(|(name, value)| ask.param(name) == Some(value))
            && (!self.writes || ask.is_decision())
    }
}

/// On which of the matching requests a fault strikes; they are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum When {
    /// On each.
    Always,
    /// On this one alone.
    Nth(u64),
    /// On the first so many.
    First(u64),
    /// On this one and all after it.
    From(u64),
    /// On each so-manieth.
    Every(u64),
    /// By lot, from the simulator's seed: 0.0 never, 1.0 always.
    Chance(f64),
}

/// How a 429 says when to come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retry {
    /// `Retry-After` in seconds.
    Seconds(u64),
    /// `Retry-After` as a date, so many seconds from now.
    Date(u64),
    /// `X-RateLimit-Reset` as Unix time, so many seconds from now; no `Retry-After`.
    ResetEpoch(u64),
    /// `X-RateLimit-Reset` as seconds from now; no `Retry-After`.
    ResetDelta(u64),
    /// Both headers say "1", whatever the truth.
    Lying,
    /// No header at all.
    Nothing,
}

/// How a row is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadRow {
    /// Its identifier is missing.
    NoId,
    /// It is a number.
    NotAnObject,
    /// It is an object whose texts are numbers and whose numbers are lists.
    WrongTypes,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// This status, with an error in the platform's shape. The request is not applied.
    Status(u16),
    /// 429, with or without headers. The request is not applied.
    TooMany(Retry),
    /// This status with this JSON for a body, whatever the platform would say. The request is not applied.
    Body(u16, String),
    /// A page of HTML with this status: 200 for a captive portal, 502 for a proxy. The request is not applied.
    Html(u16),
    /// The reply comes this much later.
    Slow(Duration),
    /// No reply ever comes; the connection stays open. The request is not applied.
    Hang,
    /// The connection is reset (TCP RST) before a reply. The request is not applied.
    Reset,
    /// The connection is closed before a reply. The request is not applied.
    Close,
    /// The request is applied; then the connection is closed without a reply.
    AppliedNoAnswer,
    /// The request is applied; then the connection is reset (TCP RST) without a reply.
    AppliedReset,
    /// The request is applied; then nothing comes, and the connection stays open.
    AppliedHang,
    /// The request is applied, and answered with this status and an error in the platform's shape: a handler that fails
    /// after its work is done, a proxy that waits no longer.
    AppliedStatus(u16),
    /// The request is applied, but so many later reads of what it was about, by itself or in its list, show that as it was.
    SlowConfirm(u32),
    /// `Content-Length` announces the whole body; only this many bytes come.
    Truncated(usize),
    /// A chunked body that stops after this many bytes, without its end.
    CutChunked(usize),
    /// The body of the last page this path served, again.
    RepeatPage,
    /// As if `offset` had not been sent.
    IgnoreOffset,
    /// As if `cursor` had not been sent.
    IgnoreCursor,
    /// The list never ends: always the first page, and always more to come.
    EndlessRepeating,
    /// The list never ends: rows with ever new ids, and always more to come.
    EndlessFresh,
    /// The total is off by this.
    WrongTotal(i64),
    /// Before the reply, so many rows vanish from the front of the list.
    Shrink(u32),
    /// Before the reply, so many new rows appear in the list.
    Grow(u32),
    /// The list is empty, and says so.
    EmptyList,
    /// Whoever is signed in is no longer: Exo ends its sessions, the others refuse the key with 401.
    ExpireSession,
    /// A JSON body that never ends.
    Gigantic,
    /// A JSON body of arrays this deep.
    DeepJson(usize),
    /// The middle row of the page is bad.
    BadRow(BadRow),
    /// A byte sequence that is no UTF-8 stands in the first text of the body.
    InvalidUtf8,
    /// Replies carry `ETag`, and 304 answers a request that has it.
    ETag,
    /// Replies carry `Last-Modified`, and 304 answers a request that has it.
    LastModified,
    /// A bare array comes as `{"data": [...], "pagination": {...}}`.
    Envelope,
    /// As `Envelope`, and cut by `limit` and `offset` into pages of at most so many rows: the paging that RunAgents
    /// announces for later.
    Paged(u32),
}

/// One thing that goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// For which requests.
    pub matcher: Matcher,
    /// On which of them.
    pub when: When,
    /// What.
    pub what: What,
}

impl Fault {
    /// A fault that strikes every matching request.
    pub fn always(matcher: Matcher, what: What) -> Fault {
        Fault { matcher, when: When::Always, what }
    }

    /// A fault that strikes the `n`-th matching request, from 1.
    pub fn nth(matcher: Matcher, n: u64, what: What) -> Fault {
        Fault { matcher, when: When::Nth(n), what }
    }

    /// A fault that strikes the first `n` matching requests.
    pub fn first(matcher: Matcher, n: u64, what: What) -> Fault {
        Fault { matcher, when: When::First(n), what }
    }
}

/// Names a fault in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FaultId(u64);

/// The faults in force. Copies share them.
#[derive(Debug, Clone)]
pub struct Script(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    rng: Rng,
    last: u64,
    faults: BTreeMap<FaultId, Entry>,
    limiters: BTreeMap<String, Limiter>,
    /// The last body a path served, for `RepeatPage`.
    pages: BTreeMap<(String, String), Body>,
    /// Numbers for the ids of `EndlessFresh`.
    fresh: u64,
}

#[derive(Debug)]
struct Entry {
    fault: Fault,
    seen: u64,
    hits: u64,
}

impl Script {
    pub(crate) fn new(seed: u64) -> Script {
        Script(Arc::new(Mutex::new(Inner {
            rng: Rng::named(seed, "faults"),
            last: 0,
            faults: BTreeMap::new(),
            limiters: BTreeMap::new(),
            pages: BTreeMap::new(),
            fresh: 0,
        })))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a fault in force.
    pub fn add(&self, fault: Fault) -> FaultId {
        let mut inner = self.lock();
        inner.last += 1;
        let id = FaultId(inner.last);
        inner.faults.insert(id, Entry { fault, seen: 0, hits: 0 });
        id
    }

    /// Takes a fault back; `false` when it was not in force.
    pub fn remove(&self, id: FaultId) -> bool {
        self.lock().faults.remove(&id).is_some()
    }

    /// Takes all faults back. Rate limits stay.
    pub fn clear(&self) {
        self.lock().faults.clear();
    }

    /// How often a fault has struck.
    pub fn hits(&self, id: FaultId) -> u64 {
        self.lock().faults.get(&id).map_or(0, |entry| entry.hits)
    }

    /// Limits the requests to an endpoint, from now on and from zero.
    pub fn limit(&self, endpoint: &str, limit: Limit) {
        self.lock().limiters.insert(endpoint.to_owned(), Limiter::new(limit));
    }

    /// Counts a request against its endpoint's limit.
    pub(crate) fn spend(&self, endpoint: &str, now: jiff::Timestamp) -> Option<Verdict> {
        self.lock().limiters.get_mut(endpoint).map(|limiter| limiter.spend(now))
    }

    /// What strikes a request, in the order in which the faults were added.
    pub(crate) fn strike(&self, endpoint: &str, ask: &Request) -> Vec<What> {
        let mut inner = self.lock();
        let Inner { rng, faults, .. } = &mut *inner;
        let mut struck = Vec::new();
        for entry in faults.values_mut().filter(|entry| entry.fault.matcher.fits(endpoint, ask)) {
            entry.seen += 1;
            let strikes = match entry.fault.when {
                When::Always => true,
                When::Nth(n) => entry.seen == n,
                When::First(n) => entry.seen <= n,
                When::From(n) => entry.seen >= n,
                When::Every(n) => n > 0 && entry.seen % n == 0,
                When::Chance(share) => rng.chance((share.clamp(0.0, 1.0) * 1000.0).round() as u64),
            };
            if strikes {
                entry.hits += 1;
                struck.push(entry.fault.what.clone());
            }
        }
        struck
    }

    /// The page a path served last.
    pub(crate) fn page_before(&self, endpoint: &str, path: &str) -> Option<Body> {
        self.lock().pages.get(&(endpoint.to_owned(), path.to_owned())).cloned()
    }

    /// Keeps the page a path serves, as long as some fault may want it again.
    pub(crate) fn remember(&self, endpoint: &str, path: &str, page: &Body) {
        let mut inner = self.lock();
        if inner.faults.values().any(|entry| entry.fault.what == What::RepeatPage) {
            inner.pages.insert((endpoint.to_owned(), path.to_owned()), page.clone());
        }
    }

    pub(crate) fn fresh(&self) -> u64 {
        let mut inner = self.lock();
        inner.fresh += 1;
        inner.fresh
    }
}
