//! Sends writes and says where they stand then: what a write command and `qd outbox flush` call.
//!
//! Whoever finds the lease free takes it and sends. Whoever finds it held leaves the sending to its holder, who notices a new
//! write within moments, and watches the outbox.
//!
//! Always true: a write that this returns without having finished is on the disk, and whoever sends next carries it on.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use quarterdeck_sync::model::{Timestamp, Write, WriteId, WriteState};
use quarterdeck_sync::outbox::sender::{SendEvent, SendOptions, expire, send};
use quarterdeck_sync::outbox::{Outbox, Which, history};
use quarterdeck_sync::platform::{Client, Registry};
use quarterdeck_sync::store::{Access, Mirror};

use crate::config::{self, Connection, Lease, LeaseError, Paths, Settings};
use crate::error::{Failure, Kind};
use crate::stop::stop_asked;

/// How often the outbox is looked at while another qd sends.
const LOOK: Duration = Duration::from_millis(100);

/// How long an answer that was not given, or an effect that does not show yet, is worth waiting for.
const SETTLING: Duration = Duration::from_secs(10);

/// How long another qd may do nothing about our writes before we stop waiting for it: not every one that holds the lease sends.
const IDLE: Duration = Duration::from_secs(5);

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
/// [`Kind::Stopped`] after ^C; else when our own files fail.
pub fn flush(
    wiring: Wiring<'_>,
    outbox: &Outbox,
    only: &[WriteId],
    patience: Duration,
    on_event: &(dyn Fn(SendEvent) + Send + Sync),
) -> Result<Flushed, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Kind::Internal, format!("no threads to be had: {error}")))?;
    let errand =
        Errand { wiring, outbox, asked: asked(wiring, outbox, only)?, all: only.is_empty(), patience, on_event };
    runtime.block_on(async {
        tokio::select! {
            flushed = errand.run() => flushed,
            () = stop_asked() => Err(Failure::new(Kind::Stopped, "stopped before the end")
                .hint("what was decided is kept: qd outbox list shows where each write stands")),
        }
    })
}

/// The writes this is about: those named, or every open one.
fn asked(wiring: Wiring<'_>, outbox: &Outbox, only: &[WriteId]) -> Result<Vec<WriteId>, Failure> {
    if !only.is_empty() {
        return Ok(only.to_vec());
    }
    let connections: Vec<String> = wiring.connections.iter().map(|(name, _)| name.clone()).collect();
    if connections.is_empty() {
        return Ok(Vec::new());
    }
    let states = WriteState::ALL.into_iter().filter(|state| state.is_open()).collect();
    let open = outbox.list(&Which { connections, states, ..Which::default() })?;
    Ok(open.into_iter().map(|write| write.id).collect())
}

/// One flush.
struct Errand<'a> {
    wiring: Wiring<'a>,
    outbox: &'a Outbox,
    asked: Vec<WriteId>,
    /// Not named one by one: what is added meanwhile is sent too.
    all: bool,
    patience: Duration,
    on_event: &'a (dyn Fn(SendEvent) + Send + Sync),
}

impl Errand<'_> {
    async fn run(&self) -> Result<Flushed, Failure> {
        let (mut left_to, mut troubles) = (None, Vec::new());
        let begun = Instant::now();
        let mut watch = Watch::default();
        while !self.asked.is_empty() {
            match Lease::take(&self.wiring.paths.lease(), self.wiring.command) {
                Ok(lease) => {
                    troubles = self.send(&lease).await?;
                    left_to = None;
                    break;
                }
                Err(LeaseError::Held { holder }) => {
                    left_to = Some(holder.map_or_else(|| "another qd".to_owned(), |holder| holder.to_string()));
                }
                Err(LeaseError::Config(error)) => return Err(error.into()),
            }
            if self.watched(&mut watch, begun)? {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        let writes = self.writes()?;
        self.tell_paused(&writes, &mut troubles)?;
        Ok(Flushed { writes, troubles, left_to })
    }

    /// Sends, with the lease held. Says for which connections nothing could be done.
    async fn send(&self, _held: &Lease) -> Result<Vec<(String, Failure)>, Failure> {
        let wanted: BTreeSet<String> = self.writes()?.into_iter().map(|write| write.intent.connection).collect();
        let connections: Vec<(String, Connection)> =
            self.wiring.connections.iter().filter(|(name, _)| wanted.contains(name)).cloned().collect();
        let (registry, settings) = (self.wiring.registry, self.wiring.settings);
        let made = tokio::task::block_in_place(|| config::clients(&connections, registry, settings));
        let mut troubles = Vec::new();
        let mut clients: Vec<Client> = Vec::new();
        for ((name, _), made) in connections.iter().zip(made) {
            match made {
                Ok(client) => clients.push(client),
                Err(failure) => troubles.push((name.clone(), failure)),
            }
        }
        self.wiring.paths.make_data_dir()?;
        let mirror = Mirror::open(&self.wiring.paths.mirror(), Access::ReadWrite)?;
        let options = SendOptions {
            only: if self.all { Vec::new() } else { self.asked.clone() },
            patience: self.patience,
            ..SendOptions::default()
        };
        expire(self.outbox, Timestamp::now, self.on_event).await?;
        try_join_all(clients.iter().map(|client| send(self.outbox, &mirror, client, &options, self.on_event))).await?;
        // What was sent is a version of its policy, whoever reads the mirror next.
        if let Err(error) = history::keep(self.outbox, &mirror.reader()?, Timestamp::now()) {
            crate::log::history_failed(&error.to_string());
        }
        Ok(troubles)
    }

    /// Another qd sends: tells what it moved. `true` when nothing more is to be waited for.
    fn watched(&self, watch: &mut Watch, begun: Instant) -> Result<bool, Failure> {
        let version = self.outbox.version()?;
        if watch.version != Some(version) {
            watch.version = Some(version);
            watch.paused = self.outbox.paused()?.into_iter().map(|paused| paused.connection).collect();
            for write in self.writes()? {
                if watch.writes.get(&write.id).is_none_or(|before| before.updated_at != write.updated_at) {
                    watch.moved = Instant::now();
                    (self.on_event)(SendEvent::Moved(Box::new(write.clone())));
                    watch.writes.insert(write.id.clone(), write);
                }
            }
        }
        let waits = |write: &Write| !watch.paused.contains(&write.intent.connection) && self.waits(write, begun);
        let idle = self.patience < IDLE && watch.moved.elapsed() > IDLE;
        Ok(idle || !watch.writes.values().any(waits))
    }

    /// Is it worth waiting for what becomes of it next?
    fn waits(&self, write: &Write, begun: Instant) -> bool {
        let patience = match write.state {
            WriteState::Queued | WriteState::Sending => return true,
            // Some retries are due at once: a look that tells what is in the way.
            WriteState::Retrying => self.patience.max(Duration::from_secs(1)),
            WriteState::Accepted | WriteState::Unknown => self.patience.max(SETTLING),
            _ => return false,
        };
        let left = patience.saturating_sub(begun.elapsed());
        let due = write.due_at.and_then(|due| Duration::try_from(due.duration_since(Timestamp::now())).ok());
        write.due_at.is_some() && due.unwrap_or(Duration::ZERO) < left
    }

    /// The writes as they stand, in the order of their ids.
    fn writes(&self) -> Result<Vec<Write>, Failure> {
        let mut writes = Vec::with_capacity(self.asked.len());
        for id in &self.asked {
            writes.extend(self.outbox.get(id)?);
        }
        writes.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(writes)
    }

    /// What is still open on a paused connection waits for a person.
    fn tell_paused(&self, writes: &[Write], troubles: &mut Vec<(String, Failure)>) -> Result<(), Failure> {
        for paused in self.outbox.paused()? {
            let name = &paused.connection;
            let waits = writes.iter().any(|write| write.intent.connection == *name && write.state.is_open());
            if waits && !troubles.iter().any(|(told, _)| told == name) {
                let failure = Failure::new(
                    Kind::Unauthorized,
                    format!("it is paused, for it does not accept us: {}", paused.message),
                )
                .hint(format!("once the key is mended, qd connect test {name} goes on sending"));
                troubles.push((name.clone(), failure));
            }
        }
        Ok(())
    }
}

/// What is known of the writes that another qd sends.
struct Watch {
    version: Option<u64>,
    writes: BTreeMap<WriteId, Write>,
    paused: BTreeSet<String>,
    /// When one of them last moved.
    moved: Instant,
}

impl Default for Watch {
    fn default() -> Self {
        Self { version: None, writes: BTreeMap::new(), paused: BTreeSet::new(), moved: Instant::now() }
    }
}
