//! The servers: five listeners on loopback, one thread, one lock around the world.
//!
//! `conn` carries bytes between a socket and `answer`, which turns one request into one reply under the lock: hooks,
//! limit, faults, dialect, log, in this order. Always true: only 127.0.0.1 is listened on; no lock is held across an
//! await; a request is applied wholly or not at all.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::faults::{Matcher, Script};
use crate::time::Time;
use crate::world::World;

mod answer;
mod conn;

pub(crate) use conn::listen;

/// Requests the log holds; the oldest go first. A demo may run for weeks.
const LONGEST_LOG: usize = 200_000;

/// A request as the servers saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Name of the endpoint: `exo-documented`.
    pub endpoint: String,
    /// Method.
    pub method: String,
    /// Path below the base URL.
    pub path: String,
    /// Query as it came, without the question mark.
    pub query: String,
    /// Status of the reply; 0 when none was sent.
    pub status: u16,
    /// The simulator's time.
    pub at: Timestamp,
}

/// A write a server carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// Name of the endpoint.
    pub endpoint: String,
    /// Method.
    pub method: String,
    /// Path below the base URL.
    pub path: String,
    /// Body, `null` when there was none or it was no JSON.
    pub body: serde_json::Value,
    /// The collection of what it changed, by the name `Sim::truth` takes. An approval that was given through the action it is
    /// about counts as the approval.
    pub collection: Option<String>,
    /// Which of them, made ones included.
    pub id: Option<String>,
    /// The `Idempotency-Key` it came with.
    pub key: Option<String>,
    /// The simulator's time.
    pub at: Timestamp,
}

/// A change of the world that waits for its request.
pub(crate) struct Hook {
    pub(crate) matcher: Matcher,
    /// Matching requests still to come, this one included.
    pub(crate) left: u64,
    pub(crate) change: Box<dyn FnOnce(&mut World) + Send>,
}

/// What the servers and the handle share.
pub(crate) struct Shared {
    pub(crate) world: Mutex<World>,
    pub(crate) script: Script,
    pub(crate) time: Time,
    pub(crate) log: Mutex<VecDeque<Logged>>,
    pub(crate) applied: Mutex<Vec<Applied>>,
    pub(crate) hooks: Mutex<Vec<Hook>>,
}

/// A lock that a panicking test has poisoned still guards whole data.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(crate) fn note(&self, request: Logged) {
        let mut log = lock(&self.log);
        if log.len() >= LONGEST_LOG {
            log.pop_front();
        }
        log.push_back(request);
    }

    /// The world, brought to the present.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        let mut world = lock(&self.world);
        world.catch_up(self.time.now());
        world
    }
}

pub(crate) type SharedRef = Arc<Shared>;
