//! The loop: starts what is due, waits for the rest.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::lanes::{Contact, Job, Lanes};
use super::news::{News, Notice};
use super::{SendError, SendEvent, SendOptions};
use crate::model::{ListId, Verdict, Write, WriteState};
use crate::outbox::{Outbox, OutboxError, Reach, Turn, Which};
use crate::platform::Collection;
use crate::store::Mirror;

/// The longest sleep: a machine that slept meanwhile finds its deadlines again after so long.
const NAP: Duration = Duration::from_secs(60);

/// How long an answer that was not given, or an effect that does not show yet, is worth waiting for.
const SETTLING: SignedDuration = SignedDuration::from_secs(10);

/// States in which a write still has a way to go.
const OPEN: [WriteState; 5] =
    [WriteState::Queued, WriteState::Sending, WriteState::Accepted, WriteState::Retrying, WriteState::Unknown];

/// The sender of one connection.
pub(super) struct Sender<'a, R> {
    pub(super) outbox: &'a Outbox,
    pub(super) mirror: &'a Mirror,
    pub(super) reach: &'a R,
    pub(super) options: &'a SendOptions,
    pub(super) on_event: &'a (dyn Fn(SendEvent) + Send + Sync),
    pub(super) lists: OnceCell<HashMap<String, ListId>>,
    /// It was told that the connection is paused; once is enough for what was on its way together.
    pub(super) told_paused: AtomicBool,
}

/// What one piece of work came to.
pub(super) struct Went {
    /// As the write stands now.
    pub(super) write: Write,
    /// Tries in a row that failed, of whatever sort: the next one waits longer.
    pub(super) failures: u32,
    pub(super) contact: Contact,
    /// The platform does not accept us.
    pub(super) paused: bool,
    /// It did not leave, and only for having waited too long: it is to be looked at again at once.
    pub(super) again: bool,
}

/// The connection's part of the outbox.
struct Board {
    open: Vec<Write>,
    paused: bool,
    epoch: u64,
    version: u64,
    took: Duration,
}

impl<'a, R: Reach> Sender<'a, R> {
    pub(super) fn new(
        outbox: &'a Outbox,
        mirror: &'a Mirror,
        reach: &'a R,
        options: &'a SendOptions,
        on_event: &'a (dyn Fn(SendEvent) + Send + Sync),
    ) -> Self {
        Self { outbox, mirror, reach, options, on_event, lists: OnceCell::new(), told_paused: false.into() }
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.options.now)()
    }

    pub(super) fn collection(&self, name: &str) -> Option<&'a Collection> {
        self.reach.manifest().collections.get(name)
    }

    pub(super) fn moved(&self, write: &Write) {
        (self.on_event)(SendEvent::Moved(Box::new(write.clone())));
    }

    /// Whatever is `sending` was left so by a process that is no more: we hold the lease.
    pub(super) async fn recover(&self) -> Result<(), SendError> {
        for write in self.open_writes(vec![WriteState::Sending]).await? {
            let verdict = Verdict {
                code: "no_answer".to_owned(),
                message: "qd ended while this was on its way: a look has to tell whether it arrived".to_owned(),
                ..Verdict::default()
            };
            let at = self.now();
            let turn = Turn { due_at: Some(at), verdict: Some(verdict), ..Turn::to(WriteState::Unknown, at) };
            if let Some(write) = self.outbox.turn_async(&write.id, &[WriteState::Sending], turn).await? {
                self.moved(&write);
            }
        }
        Ok(())
    }

    pub(super) async fn run(&self) -> Result<(), SendError> {
        let started = self.now();
        let mut lanes = Lanes::new(self.options.only.iter().cloned());
        let mut news = News::new(self.outbox, self.options);
        let mut flying = FuturesUnordered::new();
        let mut reading: Option<BoxFuture<'_, Result<Board, SendError>>> = None;
        let (mut read_once, mut was_paused) = (false, false);
        loop {
            while flying.len() < self.options.lanes.max(1)
                && let Some(job) = lanes.take(self.now())
            {
                flying.push(self.work(job));
            }
            let idle = flying.is_empty() && reading.is_none() && read_once;
            if idle && !self.options.forever && !self.worth_waiting(&lanes, started) {
                return Ok(());
            }
            let full = flying.len() >= self.options.lanes.max(1);
            let nap = if full { None } else { lanes.wake_at().map(|at| until(at, self.now())) };
            tokio::select! {
                Some(went) = flying.next() => {
                    let Went { write, failures, contact, paused, again: _ } = went?;
                    lanes.land(write, failures, contact, self.now());
                    if paused {
                        lanes.pause();
                    }
                }
                board = async { reading.as_mut().expect("guarded").await }, if reading.is_some() => {
                    reading = None;
                    read_once = true;
                    let Board { open, paused, epoch, version, took } = board?;
                    if std::mem::replace(&mut was_paused, paused) && !paused {
                        self.told_paused.store(false, Ordering::Relaxed);
                    }
                    lanes.learn(open, paused, epoch);
                    news.was_read(version, took);
                }
                notice = news.notice(), if reading.is_none() => match notice? {
                    Notice::Read => {
                        news.reading();
                        reading = Some(self.read(lanes.epoch()).boxed());
                    }
                    Notice::Hurry => lanes.hurry(),
                    Notice::Nothing => {}
                },
                () = tokio::time::sleep(nap.unwrap_or(NAP)), if nap.is_some() => {}
            }
        }
    }

    /// Without going on for ever: is the next thing due soon enough to be waited for?
    fn worth_waiting(&self, lanes: &Lanes, started: Timestamp) -> bool {
        let patience = SignedDuration::try_from(self.options.patience).unwrap_or(SignedDuration::MAX);
        let within = |due: Option<Timestamp>, patience| due.is_some_and(|due| due.duration_since(started) <= patience);
        within(lanes.next_due(), patience) || within(lanes.next_look(), patience.max(SETTLING))
    }

    async fn work(&self, job: Job) -> Result<Went, SendError> {
        match job {
            Job::Expire(write) => self.expire(write).await,
            Job::Carry(write, failures) => {
                let mut went = self.carry(write, failures).await?;
                while went.again {
                    went = self.carry(went.write, went.failures).await?;
                }
                Ok(went)
            }
        }
    }

    async fn read(&self, epoch: u64) -> Result<Board, SendError> {
        let begun = Instant::now();
        let name = self.reach.name().to_owned();
        let board = self.ask(move |outbox| {
            // Before the rest: what is committed in between is read again, not missed.
            let version = outbox.version()?;
            let paused = outbox.paused()?.iter().any(|paused| paused.connection == name);
            let open = outbox.list(&open(name, OPEN.to_vec()))?;
            Ok(Board { open, paused, epoch, version, took: Duration::ZERO })
        });
        Ok(Board { took: begun.elapsed(), ..board.await? })
    }

    async fn open_writes(&self, states: Vec<WriteState>) -> Result<Vec<Write>, SendError> {
        let name = self.reach.name().to_owned();
        self.ask(move |outbox| outbox.list(&open(name, states))).await
    }

    /// Asks the outbox something, off the async threads.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Outbox) -> Result<T, OutboxError> + Send + 'static,
    ) -> Result<T, SendError> {
        let outbox = self.outbox.clone();
        let answer = tokio::task::spawn_blocking(move || question(&outbox)).await;
        Ok(answer.unwrap_or(Err(OutboxError::Stopped))?)
    }
}

fn open(connection: String, states: Vec<WriteState>) -> Which {
    Which { connections: vec![connection], states, ..Which::default() }
}

/// From now to then, and not too long.
fn until(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO).min(NAP)
}
