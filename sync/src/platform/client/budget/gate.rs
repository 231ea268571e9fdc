//! Makes requests wait for the word of the [`Budget`]: the thin, acting half.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::HeaderMap;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::{Budget, ServerClock, Settings, Ticket, Verdict, told};
use crate::model::BudgetView;
use crate::platform::Priority;
use crate::platform::manifest::Rate;

/// The way to the server: one request after the other asks for leave, those of higher priority first.
#[derive(Debug)]
pub(in crate::platform::client) struct Gate {
    rate: Rate,
    start: Instant,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    budget: Budget,
    clock: ServerClock,
    /// Who waits, the next one first.
    queue: BTreeSet<(Priority, u64)>,
    arrivals: u64,
}

/// How long one request waits for a server that holds it back; counted from the first such wait.
#[derive(Debug)]
pub(in crate::platform::client) struct Patience {
    whole: Duration,
    ends: Option<Duration>,
}

impl Patience {
    pub(in crate::platform::client) fn new(whole: Duration) -> Self {
        Self { whole, ends: None }
    }

    /// Lets it end after `whole` at the latest, counted from the next wait on.
    pub(in crate::platform::client) fn shorten(&mut self, whole: Duration) {
        if whole < self.whole {
            *self = Self::new(whole);
        }
    }
}

/// Leave to send one request. Dropping it says that the request is over.
#[derive(Debug)]
pub(in crate::platform::client) struct Permit {
    gate: Arc<Gate>,
    ticket: Ticket,
}

impl Gate {
    pub(in crate::platform::client) fn new(rate: Rate, settings: Settings) -> Self {
        let state =
            State { budget: Budget::new(settings), clock: ServerClock::default(), queue: BTreeSet::new(), arrivals: 0 };
        Self { rate, start: Instant::now(), state: Mutex::new(state), changed: Notify::new() }
    }

    /// Waits until a request of this priority may go.
    ///
    /// Fails with the time that would still be to wait when patience ends before.
    pub(in crate::platform::client) async fn enter(
        self: &Arc<Self>,
        priority: Priority,
        patience: &mut Patience,
    ) -> Result<Permit, Duration> {
        let place = Place::take(self, priority);
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Listens before it looks: a change in between is not missed.
            changed.as_mut().enable();
            let now = self.now();
            let wake = match self.look(&place, now) {
                Look::Go(ticket) => return Ok(Permit { gate: Arc::clone(self), ticket }),
                Look::Wait => {
                    changed.await;
                    continue;
                }
                Look::Until(wake) => wake,
            };
            if wake > *patience.ends.get_or_insert(now + patience.whole) {
                return Err(wake - now);
            }
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep_until(self.start + wake) => {}
            }
        }
    }

    /// The budget as last told.
    pub(in crate::platform::client) fn view(&self) -> BudgetView {
        let now = self.now();
        let (limit, remaining, reset, pause) = self.state().budget.view(now);
        // Counted from now, not from the start: a machine that slept in between has not counted its sleep.
        let wall = Timestamp::now();
        let at = |time: Duration| match time.checked_sub(now) {
            Some(ahead) => wall.checked_add(ahead).ok(),
            None => wall.checked_sub(now - time).ok(),
        };
        BudgetView { limit, remaining, reset_at: reset.and_then(at), paused_until: pause.and_then(at) }
    }

    fn look(&self, place: &Place<'_>, now: Duration) -> Look {
        let mut state = self.state();
        if state.queue.first() != Some(&place.0) {
            return Look::Wait;
        }
        match state.budget.ask(now, place.0.0) {
            Verdict::Go => Look::Go(state.budget.send(now, place.0.0)),
            Verdict::Reply => Look::Wait,
            Verdict::Until(wake) => Look::Until(wake),
        }
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here can be left half done by a panic that would matter more than going on.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Look {
    Go(Ticket),
    Wait,
    Until(Duration),
}

/// A place in the queue; given up when dropped, also by a request that is cancelled.
struct Place<'a>((Priority, u64), &'a Gate);

impl<'a> Place<'a> {
    fn take(gate: &'a Gate, priority: Priority) -> Self {
        let mut state = gate.state();
        state.arrivals += 1;
        let place = (priority, state.arrivals);
        state.queue.insert(place);
        Self(place, gate)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.1.state().queue.remove(&self.0);
        self.1.changed.notify_waiters();
    }
}

impl Permit {
    /// Takes note of the headers of the reply; `refused` says that its status was 429.
    pub(in crate::platform::client) fn headers(&mut self, headers: &HeaderMap, refused: bool) {
        let gate = &self.gate;
        let now = gate.now();
        let wall = Timestamp::now().as_millisecond();
        let mut state = gate.state();
        let told = told::read(&gate.rate, headers, &mut state.clock, now, wall);
        state.budget.reply(&mut self.ticket, now, &told, refused);
        drop(state);
        gate.changed.notify_waiters();
    }

    /// The same request goes out once more, to where a redirect pointed.
    pub(in crate::platform::client) fn again(&mut self) {
        self.gate.state().budget.reopen(&mut self.ticket);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.gate.state().budget.done(&mut self.ticket);
        self.gate.changed.notify_waiters();
    }
}
