//! One request, one reply: connecting, limits of size and silence. No retries, no redirects, no judgement here.

use std::error::Error as _;
use std::io;
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Response};
use url::Url;

use super::retry::Pace;
use super::{ClientOptions, Counters};
use crate::platform::url::is_loopback;
use crate::platform::{FetchError, FetchKind};

/// Most of an error reply that is read: enough for its words.
const ERROR_REPLY: u64 = 64 * 1024;
/// How long an unused connection is kept. Exo closes its own after five seconds, and a write that meets a connection
/// just closed leaves nobody knowing whether it arrived.
const IDLE_CONNECTION: Duration = Duration::from_secs(4);
/// A reply slower than this, over and above the idle time, is as good as a silent one: bytes a second.
const CRAWL: u64 = 1024;

/// A request as it goes out, without what proves who we are.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub method: Method,
    pub url: Url,
    /// Headers beside those of the sign-in.
    pub headers: HeaderMap,
    /// JSON body.
    pub body: Option<Bytes>,
    /// Largest reply taken, unpacked.
    pub limit: u64,
    /// "Not there" counts only from the platform itself, and not from a gateway that shows a page: how soon it is asked again then.
    pub firm: Option<Pace>,
}

impl Call {
    pub(super) fn get(url: Url, limit: u64) -> Self {
        Self { method: Method::GET, url, headers: HeaderMap::new(), body: None, limit, firm: None }
    }
}

/// A reply, whatever its status.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// Unpacked; of an error reply only the beginning.
    pub body: Bytes,
}

/// No reply, or half of one. The texts are not scrubbed yet.
#[derive(Debug)]
pub(super) enum Failure {
    /// No connection, so that nothing was sent; `refused` when a machine answered that nobody listens.
    Connect { refused: bool, text: String },
    /// The connection broke before the reply's headers: a dead pooled connection looks like this.
    Lost(String),
    /// Nothing came for too long; with a status when the reply had begun.
    Silent { status: Option<u16>, text: String },
    /// The body ended early or could not be unpacked.
    Cut { status: u16, text: String },
    /// The body is over the limit.
    TooLarge { status: u16, limit: u64 },
    /// The request could not even be built.
    Unsendable(String),
}

impl Failure {
    /// How soon it deserves another try; none when another would fail in the same way.
    pub(super) fn pace(&self) -> Option<Pace> {
        match self {
            Self::Lost(_) => Some(Pace::AtOnce),
            Self::Connect { .. } => Some(Pace::Once),
            Self::Silent { .. } | Self::Cut { .. } => Some(Pace::Usual),
            Self::TooLarge { .. } | Self::Unsendable(_) => None,
        }
    }
}

/// The connections of one client.
#[derive(Debug)]
pub(super) struct Transport {
    http: reqwest::Client,
    connect: Duration,
    idle: Duration,
    counters: Counters,
}

impl Transport {
    pub(super) fn new(base: &Url, options: &ClientOptions, counters: Counters) -> Result<Self, FetchError> {
        // Fails when a provider is installed already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("quarterdeck/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(options.connect_timeout)
            .pool_idle_timeout(IDLE_CONNECTION)
            .tcp_nodelay(true);
        if is_loopback(base) {
            // A proxy could not reach this machine's own loopback.
            builder = builder.no_proxy();
        }
        if base.scheme() == "http" {
            // Certificates are never looked at, and a machine may have none.
            builder = builder.tls_certs_only([]);
        }
        let http = builder.build().map_err(|error| FetchError {
            kind: FetchKind::Unusable,
            path: base.path().to_owned(),
            status: None,
            message: format!("cannot set up connections to {}: {}", host(base), root_cause(&error)),
            retry_after: None,
        })?;
        Ok(Self { http, connect: options.connect_timeout, idle: options.idle_timeout, counters })
    }

    /// Sends `call` and reads the reply. `told` is called with status and headers as soon as they are here.
    pub(super) async fn exchange(
        &self,
        call: &Call,
        pass: &HeaderMap,
        told: impl FnOnce(u16, &HeaderMap),
    ) -> Result<Answer, Failure> {
        let begun = Instant::now();
        let mut request = self.http.request(call.method.clone(), call.url.clone());
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body.clone());
        }
        let request = request
            .headers(call.headers.clone())
            .headers(pass.clone())
            .header(reqwest::header::ACCEPT, HeaderValue::from_static("application/json"));
        self.counters.request();
        let reply = match tokio::time::timeout(self.connect + self.idle, request.send()).await {
            Err(_) => {
                Err(Failure::Silent { status: None, text: format!("no reply within {:?}", self.connect + self.idle) })
            }
            Ok(Err(error)) => Err(before_headers(&error)),
            Ok(Ok(reply)) => Ok(reply),
        };
        let status = reply.as_ref().map(|reply| reply.status().as_u16()).ok();
        tracing::debug!(
            method = %call.method,
            path = call.url.path(),
            status,
            ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            "request"
        );
        let reply = reply?;
        told(reply.status().as_u16(), reply.headers());
        self.read(reply, call.limit).await
    }

    async fn read(&self, mut reply: Response, limit: u64) -> Result<Answer, Failure> {
        let status = reply.status().as_u16();
        let headers = std::mem::take(reply.headers_mut());
        if (300..400).contains(&status) {
            return Ok(Answer { status, headers, body: Bytes::new() });
        }
        let failed = status >= 400;
        let limit = if failed { limit.min(ERROR_REPLY) } else { limit };
        // A length in the headers is believed only to save the work, never to reserve memory.
        if !failed && reply.content_length().is_some_and(|length| length > limit) {
            return Err(Failure::TooLarge { status, limit });
        }
        let mut body = Vec::new();
        let begun = Instant::now();
        let silent = |text: String| Failure::Silent { status: Some(status), text };
        loop {
            let chunk = match tokio::time::timeout(self.idle, reply.chunk()).await {
                Ok(Ok(Some(chunk))) => chunk,
                Ok(Ok(None)) => break,
                // The status says it already; the words are a courtesy.
                _ if failed => break,
                Ok(Err(error)) if error.is_timeout() => return Err(silent(root_cause(&error))),
                Ok(Err(error)) => return Err(Failure::Cut { status, text: root_cause(&error) }),
                Err(_) => return Err(silent(format!("the reply stopped for {:?}", self.idle))),
            };
            self.counters.bytes(chunk.len());
            body.extend_from_slice(&chunk);
            if body.len() as u64 > limit {
                if failed {
                    break;
                }
                return Err(Failure::TooLarge { status, limit });
            }
            if begun.elapsed() > self.idle + Duration::from_secs(body.len() as u64 / CRAWL) {
                return Err(silent(format!("the reply crawls: {} bytes in {:?}", body.len(), begun.elapsed())));
            }
        }
        Ok(Answer { status, headers, body: body.into() })
    }
}

fn before_headers(error: &reqwest::Error) -> Failure {
    let text = root_cause(error);
    if error.is_connect() && error.is_timeout() {
        Failure::Connect { refused: false, text: "no connection in time".to_owned() }
    } else if error.is_connect() {
        Failure::Connect { refused: io_kind(error) == Some(io::ErrorKind::ConnectionRefused), text }
    } else if error.is_timeout() {
        Failure::Silent { status: None, text }
    } else if error.is_builder() {
        Failure::Unsendable(text)
    } else {
        Failure::Lost(text)
    }
}

/// The innermost cause: the outer ones only repeat that a request failed, and name its URL.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if cause.is::<reqwest::Error>() { "the request failed".to_owned() } else { cause.to_string() }
}

fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            return Some(io.kind());
        }
        cause = inner.source();
    }
    None
}

/// Host and port, for messages.
pub(super) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or("?");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
