//! Carries writes out.

use jiff::Timestamp;

use super::{Outbox, OutboxError, Reach};
use crate::model::{Write, WriteId};
use crate::store::{Mirror, StoreError};

/// How the sender works.
#[derive(Debug, Clone)]
pub struct SendOptions {
    /// The clock.
    pub now: fn() -> Timestamp,
    /// Only these writes; empty: all that are open.
    pub only: Vec<WriteId>,
    /// Go on for ever: wait for new writes and for timers. Else end when nothing is due within `patience`.
    pub forever: bool,
    /// How long waits for a retry are sat out when not `forever`.
    pub patience: std::time::Duration,
    /// Writes of one connection in flight at once.
    pub lanes: usize,
}

/// What happens while writes are sent.
#[derive(Debug, Clone)]
pub enum SendEvent {
    /// A write moved on.
    Moved(Box<Write>),
    /// A connection does not accept us: nothing more is sent to it until a person has mended it.
    Paused {
        /// The connection.
        connection: String,
        /// Why.
        message: String,
    },
}

/// Why sending ended before its time: our own files failed.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The outbox failed.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// The mirror failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sends what is open to one connection. To be called with the lease held. Dropping the future stops it at any point: what was
/// on its way is `unknown` to whoever sends next, and a look settles it.
pub async fn send<R: Reach>(
    _outbox: &Outbox,
    _mirror: &Mirror,
    _reach: &R,
    _options: &SendOptions,
    _on_event: &(dyn Fn(SendEvent) + Send + Sync),
) -> Result<(), SendError> {
    todo!()
}
