//! Sends writes and says where they stand then: what a write command and `qd outbox flush` call.
//!
//! Whoever finds the lease free takes it and sends. Whoever finds it held leaves the sending to its holder, who notices a new
//! write within moments, and watches the outbox.
//!
//! Always true: a write that this returns without having finished is on the disk, and whoever sends next carries it on.

use std::time::Duration;

use quarterdeck_sync::model::{Write, WriteId};
use quarterdeck_sync::outbox::Outbox;
use quarterdeck_sync::outbox::sender::SendEvent;
use quarterdeck_sync::platform::Registry;

use crate::config::{Connection, Paths, Settings};
use crate::error::Failure;

/// What is needed to send.
#[derive(Debug, Clone, Copy)]
pub struct Wiring<'a> {
    /// Where the mirror and the lease are.
    pub paths: &'a Paths,
    /// Timeouts, reserve and the like.
    pub settings: &'a Settings,
    /// The platforms.
    pub registry: &'a Registry,
    /// The connections that may be sent to.
    pub connections: &'a [(String, Connection)],
    /// What this process calls itself to others that want the lease: `agents suspend`.
    pub command: &'a str,
}

/// What became of the writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Flushed {
    /// As they stand now, in the order of their ids: those asked for, else those that were open.
    pub writes: Vec<Write>,
    /// Connections to which nothing could be sent at all, and why: no secret, not accepted.
    pub troubles: Vec<(String, Failure)>,
    /// Who held the lease and so did the sending, when it was another qd: for a person.
    pub left_to: Option<String>,
}

/// Sends the writes `only` (none named: every open one of these connections), after what stands before them on the same targets,
/// and returns when nothing more can be done within `patience`: with zero as soon as each write is through, refused, or cannot
/// be sent now; with [`Duration::MAX`] only when each has ended or waits for a person. Blocks. ^C ends it early and is no
/// failure of the writes, which stay in the outbox.
///
/// # Errors
/// [`Kind::Stopped`](crate::error::Kind::Stopped) after ^C; else when our own files fail.
pub fn flush(
    _wiring: Wiring<'_>,
    _outbox: &Outbox,
    _only: &[WriteId],
    _patience: Duration,
    _on_event: &(dyn Fn(SendEvent) + Send + Sync),
) -> Result<Flushed, Failure> {
    todo!()
}
