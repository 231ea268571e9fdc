//! Carries writes out, each exactly once.
//!
//! - [`send`] is the face: one connection, until nothing more can be done or for ever. [`expire`] lets deadlines pass where
//!   nobody can send.
//! - `lanes` says which write is due (pure); `run` is the loop that starts what is due and waits for the rest; `news` notices
//!   what other hands did to the outbox.
//! - `attempt` takes one write one move on: looks, compares, commits `sending`, sends, settles. `look` reads the target and what
//!   the decision rests on; `outcome` says what an answer means; `steps` takes recipes of several requests step by step, `find` says
//!   what is left to do of one, and `memory` is what they did; `rows` hands what was seen to the mirror.
//!
//! What always holds:
//! - `sending` is on the disk before a request leaves, and a request leaves only from a look that found nothing in its way.
//! - A write whose request left and was not answered is looked at before anything else happens to it.
//! - Every move is a compare-and-set on the state the write was taken up in: who was cancelled meanwhile is not sent.
//! - The fresh row is in the mirror before the write is `confirmed`: at no moment does a reader see the old record without the
//!   write over it.
//! - The future may be dropped at any await. What was on its way then is `sending` on the disk, which whoever sends next takes
//!   for `unknown`: only the holder of the lease sends, so nobody else can be at it.
//!
//! Not here: the life of a write (`state`), what a look means for it (`action`).

mod attempt;
mod expire;
mod find;
mod lanes;
mod look;
mod memory;
mod news;
mod outcome;
mod rows;
mod run;
mod steps;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use self::expire::expire;
pub(crate) use self::rows::list_spec;
use jiff::Timestamp;
use tokio::sync::watch;

use super::{Outbox, OutboxError, Reach};
use crate::model::{Write, WriteId};
use crate::store::{Mirror, StoreError};

/// How the sender works.
#[derive(Debug, Clone)]
pub struct SendOptions {
    /// The clock.
    pub now: fn() -> Timestamp,
    /// Only these writes, and what stands before them on the same targets; empty: all that are open.
    pub only: Vec<WriteId>,
    /// Go on for ever: wait for new writes and for timers. Else end when nothing is due within `patience`.
    pub forever: bool,
    /// How long waits for a retry are sat out when not `forever`, all together.
    pub patience: Duration,
    /// Writes of one connection in flight at once.
    pub lanes: usize,
    /// Who tells that the outbox may have changed; none: it is looked at four times a second.
    pub nudges: Option<watch::Receiver<Nudge>>,
}

impl Default for SendOptions {
    /// Everything that is open, once, without waiting.
    fn default() -> Self {
        Self {
            now: Timestamp::now,
            only: Vec::new(),
            forever: false,
            patience: Duration::ZERO,
            lanes: 16,
            nudges: None,
        }
    }
}

/// What a sender is told from outside. Each number only grows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Nudge {
    /// Another process may have changed the outbox.
    pub changed: u64,
    /// Somebody wants what waits for its time to be tried now.
    pub hurry: u64,
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

/// Sends what is open to one connection. To be called with the lease held, once at a time. Dropping the future stops it at any
/// point: what was on its way is `unknown` to whoever sends next, and a look settles it. `on_event` must not block.
///
/// # Errors
/// Only when a file of ours fails; what a platform does wrong stands in the writes' verdicts.
pub async fn send<R: Reach>(
    outbox: &Outbox,
    mirror: &Mirror,
    reach: &R,
    options: &SendOptions,
    on_event: &(dyn Fn(SendEvent) + Send + Sync),
) -> Result<(), SendError> {
    let sender = run::Sender::new(outbox, mirror, reach, options, on_event);
    sender.recover().await?;
    sender.run().await
}
