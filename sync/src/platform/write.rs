//! What is handed to a client to change something, and what comes back.

use jiff::Timestamp;
use serde_json::Value;

use super::FetchError;
use crate::model::Incoming;

/// One request that changes something, ready to go: every template filled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WriteCall {
    /// HTTP method.
    pub method: String,
    /// Path below the connection's base URL, its segments escaped.
    pub path: String,
    /// Query parameters, not escaped.
    pub query: Vec<(String, String)>,
    /// JSON body.
    pub body: Option<Value>,
    /// Other ways to ask for the same, in turn, when the server answers 404, 405 or 501 to the one before: it did nothing then.
    pub or: Vec<OtherCall>,
    /// Idempotency key: the write's id. Sent as `Idempotency-Key`; a platform that does not know it ignores it.
    pub key: String,
    /// It does not leave from this moment on, by the wall clock: a deadline has passed then, or what it was decided by may have
    /// changed. None for no such moment.
    pub not_after: Option<Timestamp>,
}

/// The same change, asked for in another way.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OtherCall {
    /// HTTP method.
    pub method: String,
    /// Path below the connection's base URL, its segments escaped.
    pub path: String,
    /// JSON body.
    pub body: Option<Value>,
}

/// The platform said yes.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// HTTP status, 2xx.
    pub status: u16,
    /// The reply, when it is JSON and came whole. Not masked: never kept, never shown.
    pub body: Option<Value>,
}

/// The platform did not say yes.
#[derive(Debug, Clone, PartialEq)]
pub struct NotTold {
    /// What happened; its message is scrubbed.
    pub error: FetchError,
    /// Whether the request can have had an effect.
    pub reached: Reached,
}

/// How far a request got that was not answered with yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// It never left, or the server said that it did nothing (429, 4xx).
    No,
    /// Nobody knows: the connection broke, a time-out, a 5xx, an answer that is none. With an error of the kind `Rejected`, the
    /// platform said yes and no in one answer.
    Maybe,
}

/// A record as it stands on the platform at this moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// As the mirror keeps it: columns read, secrets masked.
    pub incoming: Incoming,
    /// The document as it was sent, secrets and all: never kept, never shown. What a whole document sent back is made of.
    pub raw: Value,
}
