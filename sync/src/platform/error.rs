//! What can go wrong with a manifest or a request.

use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

/// A manifest that cannot be used: which file, where, why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}{}: {message}", .file.display(), place(.line, .column))]
pub struct ManifestError {
    /// The file; for a built-in one its name.
    pub file: PathBuf,
    /// Line from 1, when it is known.
    pub line: Option<usize>,
    /// Column from 1, when it is known.
    pub column: Option<usize>,
    /// What is wrong there.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

fn place(line: &Option<usize>, column: &Option<usize>) -> String {
    match (line, column) {
        (Some(line), Some(column)) => format!(":{line}:{column}"),
        (Some(line), None) => format!(":{line}"),
        _ => String::new(),
    }
}

/// A request that got no usable answer, after the retries that make sense.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{message}")]
pub struct FetchError {
    /// What sort of failure.
    pub kind: FetchKind,
    /// URL path of the request, without query or secret.
    pub path: String,
    /// HTTP status, when there was a reply.
    pub status: Option<u16>,
    /// What happened, with path, status and the first bytes of the reply; scrubbed of secrets and control characters.
    pub message: String,
    /// How long the server asked to wait, when it did.
    pub retry_after: Option<Duration>,
}

impl FetchError {
    /// Was "there is no such thing" said by somebody who may not know, such as a gateway without a server behind it?
    pub(crate) fn is_doubtful(&self) -> bool {
        self.kind == FetchKind::BadReply && matches!(self.status, Some(404 | 405 | 410 | 501))
    }
}

/// Sorts of failure, each with its own consequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FetchKind {
    /// 401, also after signing in again: the connection stops.
    Unauthorized,
    /// 403: this list is not for this key.
    Forbidden,
    /// 404, 405, 501: this server has no such list.
    NotOffered,
    /// 429 for longer than we wait.
    RateLimited,
    /// 400, 409, 422 and other 4xx: the request itself is wrong for this server.
    Rejected,
    /// 5xx, after retries.
    Server,
    /// No connection: refused, reset, name not found, TLS.
    Unreachable,
    /// It took too long.
    TimedOut,
    /// A reply that is not what was asked for: cut off, not JSON, HTML, no rows where rows should be.
    BadReply,
    /// A reply over the size limit.
    TooLarge,
    /// A redirect we must not follow.
    Redirected,
    /// The connection itself is not usable: bad URL, plain http to another machine, no way to sign in, wrong sort of key.
    Unusable,
}
