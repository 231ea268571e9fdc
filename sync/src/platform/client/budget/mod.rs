//! The rate budget of one connection: may a request go now, and if not, what is waited for?
//!
//! [`Budget`] decides and does no I/O: it is told what was sent, what came back and what time it is. [`Gate`] makes
//! requests wait for its word. Time is a `Duration` since the client was made.
//!
//! What always holds:
//! - Replies that have not come yet are taken to have cost their request already, so the budget is never overdrawn by
//!   what is on its way.
//! - While nothing is known, and after every wait for the server, one request goes alone and the rest follow once
//!   its headers have come.
//! - Lists and content leave the reserve to others; people and decisions may use all of it but the last one.
//! - People and decisions never wait for a list or a content to come in: beside those one more may be in flight.
//! - A wait that brought nothing is not repeated as it was: the next one is longer, whatever the headers promise.

mod gate;
#[cfg(test)]
mod models;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
mod told;

use std::collections::VecDeque;
use std::time::Duration;

pub(super) use gate::{Gate, Patience, Permit};
pub(super) use told::{ServerClock, Told};

use super::retry::doubled;
use crate::platform::Priority;

/// Slack for the way a request takes: a budget is not asked for at the very moment it should be whole.
const MARGIN: Duration = Duration::from_millis(60);
/// Two windows are the same when their ends differ by less than this: resets are written in whole seconds.
const SAME_WINDOW: Duration = Duration::from_millis(1_500);
/// How much later than told a window is taken to end each time that it ended later, and the most of it.
const LATER: Duration = Duration::from_millis(300);
const LATEST: Duration = Duration::from_secs(1);
/// A platform that says to wait longer than this is asked again then, by one request: what it says may be a slip, and what people
/// decided waits too.
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);
/// Requests that pass in a row before half of the refusals are forgotten.
const CALM: u32 = 10;
/// What each request that passes adds to the breadth, divided by the breadth: slow, or each window of a server that
/// tells nothing would be overrun anew.
const GROWTH: f64 = 0.1;
/// Most of our own requests that are remembered for a sliding window.
const LOG: usize = 20_000;

/// What the budget is made for.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// Share left to others, 0 to 1.
    pub reserve: f64,
    /// Most requests in flight.
    pub concurrency: usize,
    /// Length of the window, where it is known beforehand.
    pub window: Option<Duration>,
    /// Are reset headers believed until they are caught?
    pub trust_reset: bool,
    /// First and longest wait of our own.
    pub backoff: (Duration, Duration),
}

/// May it go?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Now.
    Go,
    /// Ask again when a reply has come.
    Reply,
    /// Ask again at this time.
    Until(Duration),
}

/// A request on its way.
#[derive(Debug)]
pub(super) struct Ticket {
    number: u64,
    sent: Duration,
    /// Replies that had come when it was sent: what they told is older than what this one will tell.
    seen: u64,
    /// What was left when it went ahead alone to see whether a wait was over.
    probe: Option<Option<u64>>,
    /// A list or a content.
    bulk: bool,
    /// Its headers have not come.
    open: bool,
}

/// The budget's state.
#[derive(Debug)]
pub(super) struct Budget {
    settings: Settings,
    limit: Option<u64>,
    remaining: Option<u64>,
    reset_at: Option<Duration>,
    /// When `remaining` was told, and as which reply.
    told_at: Duration,
    told_by: u64,
    replies: u64,
    sent: u64,
    in_flight: usize,
    /// Of these, lists and content: a large one may be long on its way.
    bulk: usize,
    /// In flight without headers: they may or may not be counted in `remaining` yet.
    open: u64,
    probe: Option<u64>,
    /// Nobody goes before this time: the server refused.
    pause: Option<Duration>,
    refusals: u32,
    calm: u32,
    /// Waits in a row that brought nothing back.
    strikes: u32,
    late: Duration,
    /// How many may be in flight: halved by a refusal, grown by what passes.
    breadth: f64,
    /// Our own requests within the window, by number and time; kept only where the window's length is known.
    log: VecDeque<(u64, Duration)>,
}

impl Budget {
    pub(super) fn new(settings: Settings) -> Self {
        let breadth = settings.concurrency.max(1) as f64;
        Self {
            settings,
            limit: None,
            remaining: None,
            reset_at: None,
            told_at: Duration::ZERO,
            told_by: 0,
            replies: 0,
            sent: 0,
            in_flight: 0,
            bulk: 0,
            open: 0,
            probe: None,
            pause: None,
            refusals: 0,
            calm: 0,
            strikes: 0,
            late: Duration::ZERO,
            breadth,
            log: VecDeque::new(),
        }
    }

    /// May a request of this priority go now?
    pub(super) fn ask(&self, now: Duration, priority: Priority) -> Verdict {
        if self.replies == 0 {
            return if self.in_flight == 0 { Verdict::Go } else { Verdict::Reply };
        }
        if self.in_flight >= self.width(priority) {
            return Verdict::Reply;
        }
        if let Some(pause) = self.pause {
            return self.after(pause, now);
        }
        let Some(remaining) = self.remaining else { return Verdict::Go };
        let floor = self.floor(priority);
        if remaining.saturating_sub(self.open) > floor {
            return Verdict::Go;
        }
        if remaining > floor && self.open > 0 {
            return Verdict::Reply;
        }
        self.after(self.wake(), now)
    }

    /// How many may be in flight for one more of this priority to go.
    fn width(&self, priority: Priority) -> usize {
        let width = self.breadth as usize;
        match priority {
            Priority::Interactive | Priority::Write if self.bulk > 0 => width.saturating_add(1),
            Priority::Interactive | Priority::Write | Priority::List | Priority::Content => width,
        }
    }

    /// A wait until `wake`, after which one goes alone.
    fn after(&self, wake: Duration, now: Duration) -> Verdict {
        match self.probe {
            _ if now < wake => Verdict::Until(wake),
            Some(_) => Verdict::Reply,
            None => Verdict::Go,
        }
    }

    /// Takes note that a request goes, after [`Budget::ask`] allowed it for this priority.
    pub(super) fn send(&mut self, now: Duration, priority: Priority) -> Ticket {
        self.sent += 1;
        let number = self.sent;
        let short = self.remaining.is_some_and(|left| left.saturating_sub(self.open) <= self.floor(priority));
        let probe = (self.pause.is_some() || short).then_some(self.remaining);
        if probe.is_some() {
            self.probe = Some(number);
        }
        let bulk = matches!(priority, Priority::List | Priority::Content);
        self.in_flight += 1;
        self.bulk += usize::from(bulk);
        self.open += 1;
        if let Some(window) = self.settings.window {
            self.forget(now, window);
            if self.log.len() < LOG {
                self.log.push_back((number, now));
            }
        }
        Ticket { number, sent: now, seen: self.replies, probe, bulk, open: true }
    }

    /// Takes note of the headers of a reply; `refused` says that its status was 429.
    pub(super) fn reply(&mut self, ticket: &mut Ticket, now: Duration, told: &Told, refused: bool) {
        self.close(ticket);
        self.replies += 1;
        if let Some(limit) = told.limit {
            self.limit = Some(limit);
        }
        self.logged(ticket, now, refused);
        self.judge_probe(ticket, told, refused);
        self.take_remaining(ticket, now, told, refused);
        if refused {
            self.refuse(ticket, now, told);
        } else {
            self.pass(ticket);
        }
        // A redirect brings another reply to the same request: the wait before it has been judged.
        ticket.probe = None;
    }

    /// Takes note that a request is over, with or without a reply.
    pub(super) fn done(&mut self, ticket: &mut Ticket) {
        self.close(ticket);
        self.in_flight = self.in_flight.saturating_sub(1);
        self.bulk = self.bulk.saturating_sub(usize::from(ticket.bulk));
        if self.probe == Some(ticket.number) {
            self.probe = None;
        }
    }

    /// A redirect sends the same request once more under one ticket.
    pub(super) fn reopen(&mut self, ticket: &mut Ticket) {
        if !ticket.open {
            ticket.open = true;
            ticket.seen = self.replies;
            self.open += 1;
        }
    }

    /// Limit, what is left, when it is whole again, and until when nobody goes.
    pub(super) fn view(&self, now: Duration) -> (Option<u64>, Option<u64>, Option<Duration>, Option<Duration>) {
        let pause = match (self.pause, self.ask(now, Priority::List)) {
            (Some(pause), _) => Some(pause),
            (None, Verdict::Until(wake)) => Some(wake),
            _ => None,
        };
        let reset = self.reset_at.filter(|_| self.settings.trust_reset);
        // What was left of a window that is over says nothing about the one that runs now.
        let over = reset.is_some_and(|at| at <= now);
        let remaining = self.remaining.filter(|_| !over);
        (self.limit, remaining, reset.filter(|_| !over), pause.filter(|&until| until > now))
    }

    fn close(&mut self, ticket: &mut Ticket) {
        if std::mem::take(&mut ticket.open) {
            self.open = self.open.saturating_sub(1);
        }
    }

    /// How many must be left after everything on its way for this priority to stay back.
    fn floor(&self, priority: Priority) -> u64 {
        let whole = self.limit.or(self.remaining).unwrap_or(0);
        let reserve = whole as f64 * self.settings.reserve.clamp(0.0, 1.0);
        let floor = match priority {
            Priority::Interactive | Priority::Write => 1,
            Priority::List => reserve.ceil() as u64,
            Priority::Content => (reserve * 1.5).ceil() as u64,
        };
        // A budget of one could not be used at all otherwise.
        floor.min(whole.saturating_sub(1))
    }

    /// When the budget should have recovered.
    fn wake(&self) -> Duration {
        let told = self.reset_at.filter(|_| self.settings.trust_reset);
        if let (Some(reset_at), 0) = (told, self.strikes) {
            return (reset_at + self.late + MARGIN).min(self.told_at + LONGEST_PAUSE);
        }
        let own = self.told_at + self.backoff(self.strikes);
        match self.own_leaves() {
            // Where the reset is no help, what is left is asked for now and then: the window may be shorter than thought.
            Some(leaves) if self.can_look() => own.min(leaves + MARGIN),
            Some(leaves) if self.strikes == 0 => leaves + MARGIN,
            Some(leaves) => own.max(leaves + MARGIN),
            None => told.map_or(own, |reset_at| own.max(reset_at + self.late + MARGIN)),
        }
    }

    /// May one request more be taken out of the reserve, only to see what is left?
    fn can_look(&self) -> bool {
        let reserve = self.floor(Priority::List);
        !self.settings.trust_reset && self.remaining.is_some_and(|left| left > 1 && left * 3 > reserve)
    }

    /// When the oldest of our own requests leaves the sliding window; only if most of what is used up was ours.
    fn own_leaves(&self) -> Option<Duration> {
        let window = self.settings.window?;
        let used = match (self.limit, self.remaining) {
            (Some(limit), Some(left)) => limit.saturating_sub(left),
            _ => 0,
        };
        let (_, oldest) = self.log.front()?;
        (2 * self.log.len() as u64 >= used).then_some(*oldest + window)
    }

    /// A wait of our own: doubles with every failure in a row.
    fn backoff(&self, failures: u32) -> Duration {
        let (first, longest) = self.settings.backoff;
        doubled(first, longest, failures.saturating_sub(1))
    }

    fn forget(&mut self, now: Duration, window: Duration) {
        while self.log.front().is_some_and(|&(_, at)| at + window <= now) {
            self.log.pop_front();
        }
    }

    /// A request counts in the window from when the server saw it: at the latest when its headers came.
    fn logged(&mut self, ticket: &Ticket, now: Duration, refused: bool) {
        let Some(window) = self.settings.window else { return };
        if let Some(place) = self.log.iter().rposition(|&(number, _)| number == ticket.number) {
            self.log.remove(place);
            if !refused {
                self.log.push_back((ticket.number, now));
            }
        }
        self.forget(now, window);
    }

    /// Did the wait before this request bring anything back?
    fn judge_probe(&mut self, ticket: &Ticket, told: &Told, refused: bool) {
        let Some(before) = ticket.probe else { return };
        if self.probe == Some(ticket.number) {
            self.probe = None;
        }
        match (before, told.remaining) {
            _ if refused => {}
            (Some(_), Some(left)) if left > self.floor(Priority::List) => return self.strikes = 0,
            // It trickles back, or we do not know: no reason to wait longer, and none to hurry.
            (Some(before), Some(left)) if left >= before => return,
            (_, None) => return self.strikes = 0,
            _ => {}
        }
        if self.strikes == 0 && self.settings.trust_reset && self.reset_at.is_some() {
            self.late = (self.late + LATER).min(LATEST);
        }
        self.strikes += 1;
    }

    fn take_remaining(&mut self, ticket: &Ticket, now: Duration, told: &Told, refused: bool) {
        let reset_at = told.reset_in.map(|wait| now + wait);
        let Some(left) = told.remaining else {
            self.remaining = match self.remaining {
                // It told once and tells no more, not even after a wait: there is nothing to keep to.
                Some(_) if ticket.probe.is_some() && !refused => None,
                Some(_) if refused => Some(0),
                left => left.map(|left| left.saturating_sub(1)),
            };
            return;
        };
        let later = ticket.seen >= self.told_by;
        let (newer, older) = match (self.reset_at, reset_at) {
            (Some(known), Some(told)) => (told > known + SAME_WINDOW, told + SAME_WINDOW < known),
            _ => (false, false),
        };
        if older && !later {
            return;
        }
        self.remaining = match self.remaining {
            // Two that crossed on their way: which was counted last is unknown, so the lower one holds.
            Some(known) if !later && !newer => Some(known.min(left)),
            _ => Some(left),
        };
        self.reset_at = reset_at;
        self.told_at = now;
        self.told_by = self.replies;
    }

    fn refuse(&mut self, ticket: &Ticket, now: Duration, told: &Told) {
        let said = told.retry_after.or(told.reset_in.filter(|_| self.settings.trust_reset));
        let said = said.map(|said| said.min(LONGEST_PAUSE));
        self.calm = 0;
        if let Some(pause) = &mut self.pause
            && ticket.sent < *pause
        {
            // Sent before we knew: the same refusal, seen once more.
            *pause = (*pause).max(now + said.unwrap_or_default());
            return;
        }
        self.refusals += 1;
        self.breadth = (self.breadth / 2.0).max(1.0);
        let own = self.backoff(self.refusals);
        let mut wait = match said {
            Some(said) if self.refusals == 1 => said,
            Some(said) => said.max(own),
            None => own,
        };
        if !self.settings.trust_reset
            && let Some(leaves) = self.own_leaves()
        {
            wait = wait.max(leaves.saturating_sub(now));
        }
        self.pause = Some(now + wait + MARGIN);
    }

    fn pass(&mut self, ticket: &Ticket) {
        if self.pause.is_some_and(|pause| ticket.sent >= pause) {
            self.pause = None;
        }
        let most = self.settings.concurrency.max(1) as f64;
        self.breadth = (self.breadth + GROWTH / self.breadth).min(most);
        self.calm += 1;
        if self.calm >= CALM {
            self.calm = 0;
            self.refusals /= 2;
        }
    }
}
