//! Simulations: the budget against pure models of rate-limiting servers, in virtual time.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Budget, Settings, Ticket, Told, Verdict};
use crate::platform::Priority;

const SECOND: Duration = Duration::from_secs(1);
const LATENCY: Duration = Duration::from_millis(20);

/// A server that counts requests: what it tells, and whether it refuses.
trait Model {
    fn handle(&mut self, now: Duration) -> (Told, bool);
}

/// `limit` per `window`, counted from fixed moments; resets in epoch seconds, cut down to whole ones.
struct Fixed {
    limit: u64,
    window: Duration,
    /// When the first window began, before our time zero.
    phase: Duration,
    used: u64,
    current: u64,
    /// Taken by others at the start of each window.
    others: u64,
    headers: bool,
}

impl Fixed {
    fn new(limit: u64, window: Duration, phase: Duration) -> Self {
        Self { limit, window, phase, used: 0, current: u64::MAX, others: 0, headers: true }
    }
}

impl Model for Fixed {
    fn handle(&mut self, now: Duration) -> (Told, bool) {
        let at = now + self.phase;
        let current = (at.as_nanos() / self.window.as_nanos()) as u64;
        if current != self.current {
            (self.current, self.used) = (current, self.others);
        }
        let end = self.window * (current as u32 + 1);
        let refused = self.used >= self.limit;
        self.used += u64::from(!refused);
        let reset_in = Duration::from_secs(end.as_secs()).saturating_sub(at);
        if !self.headers {
            let retry_after = refused.then(|| Duration::from_secs((end - at).as_secs() + 1));
            return (Told { retry_after, ..Told::default() }, refused);
        }
        let told = Told {
            limit: Some(self.limit),
            remaining: Some(self.limit - self.used),
            reset_in: Some(reset_in),
            retry_after: refused.then_some(reset_in),
        };
        (told, refused)
    }
}

/// `limit` within any `window`.
struct Sliding {
    limit: u64,
    window: Duration,
    log: VecDeque<Duration>,
    /// Always says one second, as Exo does.
    lies: bool,
}

impl Sliding {
    fn new(limit: u64, window: Duration, lies: bool) -> Self {
        Self { limit, window, log: VecDeque::new(), lies }
    }
}

impl Model for Sliding {
    fn handle(&mut self, now: Duration) -> (Told, bool) {
        while self.log.front().is_some_and(|&at| at + self.window <= now) {
            self.log.pop_front();
        }
        let refused = self.log.len() as u64 >= self.limit;
        if !refused {
            self.log.push_back(now);
        }
        let leaves = self.log.front().map_or(Duration::ZERO, |&at| at + self.window - now);
        let reset = if self.lies { SECOND } else { Duration::from_secs(leaves.as_secs() + 1) };
        let told = Told {
            limit: Some(self.limit),
            remaining: Some(self.limit - self.log.len() as u64),
            reset_in: Some(reset),
            retry_after: refused.then_some(reset),
        };
        (told, refused)
    }
}

/// A bucket of `size` tokens, one new every `every`; the reset tells when it is full.
struct Bucket {
    size: u64,
    every: Duration,
    tokens: f64,
    last: Duration,
}

impl Model for Bucket {
    fn handle(&mut self, now: Duration) -> (Told, bool) {
        let new = (now - self.last).as_secs_f64() / self.every.as_secs_f64();
        self.tokens = (self.tokens + new).min(self.size as f64);
        self.last = now;
        let refused = self.tokens < 1.0;
        if !refused {
            self.tokens -= 1.0;
        }
        let reset = self.every.mul_f64(self.size as f64 - self.tokens);
        let told = Told {
            limit: Some(self.size),
            remaining: Some(self.tokens as u64),
            reset_in: Some(reset),
            retry_after: refused.then_some(self.every),
        };
        (told, refused)
    }
}

#[derive(Debug, Default)]
struct Outcome {
    passed: u64,
    refused: u64,
    longest_pause: Duration,
    /// Most requests that were sent within one second.
    densest: usize,
}

impl Outcome {
    /// Share of what `per_second` allows that was used over `time`.
    fn used(&self, per_second: f64, time: Duration) -> f64 {
        self.passed as f64 / (per_second * time.as_secs_f64())
    }

    fn sent(&self) -> u64 {
        self.passed + self.refused
    }
}

fn settings() -> Settings {
    Settings { reserve: 0.2, concurrency: 4, window: None, trust_reset: true, backoff: (SECOND, 30 * SECOND) }
}

/// As many requests as the budget allows, for so long.
fn run(server: &mut dyn Model, settings: Settings, priority: Priority, time: Duration) -> Outcome {
    let mut budget = Budget::new(settings);
    let mut flying: VecDeque<(Duration, Ticket, Told, bool)> = VecDeque::new();
    let mut outcome = Outcome::default();
    let mut sent: VecDeque<Duration> = VecDeque::new();
    let mut now = Duration::ZERO;
    let mut last = Duration::ZERO;
    while now < time {
        let verdict = budget.ask(now, priority);
        let next = match verdict {
            Verdict::Go => {
                let ticket = budget.send(now, priority);
                let (told, refused) = server.handle(now + LATENCY / 2);
                flying.push_back((now + LATENCY, ticket, told, refused));
                sent.push_back(now);
                while sent.front().is_some_and(|&at| at + SECOND <= now) {
                    sent.pop_front();
                }
                outcome.densest = outcome.densest.max(sent.len());
                outcome.longest_pause = outcome.longest_pause.max(now - last);
                last = now;
                // Requests do not leave at the very same moment.
                Some(now + Duration::from_micros(300))
            }
            Verdict::Until(wake) => {
                assert!(wake > now, "a wait that is over is no wait");
                Some(wake)
            }
            Verdict::Reply => {
                assert!(!flying.is_empty(), "waits for a reply that nobody owes");
                None
            }
        };
        let reply = flying.front().map(|(at, ..)| *at);
        now = next.into_iter().chain(reply).min().expect("something always happens next").max(now);
        while flying.front().is_some_and(|(at, ..)| *at <= now) {
            let Some((at, mut ticket, told, refused)) = flying.pop_front() else { break };
            budget.reply(&mut ticket, at, &told, refused);
            budget.done(&mut ticket);
            if refused { outcome.refused += 1 } else { outcome.passed += 1 }
        }
    }
    outcome.longest_pause = outcome.longest_pause.max(time - last);
    outcome
}

fn keeps_the_promise(outcome: &Outcome, per_second: f64, time: Duration) {
    assert!(outcome.refused * 50 <= outcome.sent(), "refused too often: {outcome:?}");
    let used = outcome.used(per_second * 0.8, time);
    assert!(used >= 0.7, "only {used:.2} of what the reserve leaves: {outcome:?}");
}

#[test]
fn thirty_per_five_seconds_in_fixed_windows_is_used_and_not_overrun() {
    for phase in [0, 1, 300, 700, 999, 2_500, 4_900] {
        let time = 100 * SECOND;
        let mut server = Fixed::new(30, 5 * SECOND, Duration::from_millis(phase));
        let outcome = run(&mut server, settings(), Priority::List, time);
        keeps_the_promise(&outcome, 6.0, time);
        assert_eq!(outcome.refused, 0, "the reserve takes up what the clock gets wrong, phase {phase}: {outcome:?}");
    }
}

#[test]
fn thirty_per_five_seconds_in_a_sliding_window_is_used_and_not_overrun() {
    let time = 100 * SECOND;
    let outcome = run(&mut Sliding::new(30, 5 * SECOND, false), settings(), Priority::List, time);
    keeps_the_promise(&outcome, 6.0, time);
}

#[test]
fn a_token_bucket_is_used_and_not_overrun() {
    let time = 100 * SECOND;
    let every = Duration::from_millis(167);
    let mut server = Bucket { size: 30, every, tokens: 30.0, last: Duration::ZERO };
    let outcome = run(&mut server, settings(), Priority::List, time);
    keeps_the_promise(&outcome, 6.0, time);
}

#[test]
fn content_stops_earlier_and_still_moves() {
    let time = 100 * SECOND;
    let outcome = run(&mut Fixed::new(30, 5 * SECOND, Duration::ZERO), settings(), Priority::Content, time);
    keeps_the_promise(&outcome, 6.0, time);
    assert!(outcome.passed <= 22 * 20, "{outcome:?}");
}

#[test]
fn a_person_may_use_the_reserve_but_not_the_last_one() {
    let time = 50 * SECOND;
    let outcome = run(&mut Fixed::new(30, 5 * SECOND, Duration::ZERO), settings(), Priority::Interactive, time);
    assert_eq!(outcome.refused, 0, "{outcome:?}");
    assert!(outcome.passed >= 25 * 10 && outcome.passed <= 30 * 10, "{outcome:?}");
}

#[test]
fn a_reset_that_always_says_one_second_neither_storms_nor_stalls() {
    let time = 600 * SECOND;
    let known = Settings { window: Some(60 * SECOND), trust_reset: false, ..settings() };
    // With the window known from the manifest, known only as a lie, and found out.
    let unknown = Settings { trust_reset: false, ..settings() };
    for settings in [known, unknown, settings()] {
        let outcome = run(&mut Sliding::new(60, 60 * SECOND, true), settings.clone(), Priority::List, time);
        keeps_the_promise(&outcome, 1.0, time);
        assert_eq!(outcome.refused, 0, "{settings:?}: {outcome:?}");
        assert!(outcome.longest_pause <= 62 * SECOND, "{settings:?}: {outcome:?}");
    }
}

#[test]
fn a_window_that_is_shorter_than_the_manifest_says_does_not_stall() {
    let time = 120 * SECOND;
    let known = Settings { window: Some(60 * SECOND), trust_reset: false, ..settings() };
    for lies in [true, false] {
        let outcome = run(&mut Sliding::new(30, 5 * SECOND, lies), known.clone(), Priority::List, time);
        assert!(outcome.refused * 50 <= outcome.sent(), "{outcome:?}");
        assert!(outcome.longest_pause <= 9 * SECOND, "{outcome:?}");
        assert!(outcome.used(6.0 * 0.8, time) >= 0.5, "{outcome:?}");
    }
}

#[test]
fn a_full_window_found_at_the_start_is_waited_out_with_few_refusals() {
    for window in [Some(60 * SECOND), None] {
        let mut server = Sliding::new(60, 60 * SECOND, true);
        for _ in 0..60 {
            server.handle(Duration::ZERO);
        }
        let settings = Settings { window, trust_reset: false, ..settings() };
        let outcome = run(&mut server, settings, Priority::List, 150 * SECOND);
        assert!(outcome.refused <= 7, "{outcome:?}");
        assert!(outcome.passed >= 48, "{outcome:?}");
    }
}

#[test]
fn others_who_share_the_budget_are_seen() {
    let time = 100 * SECOND;
    let mut server = Fixed::new(30, 5 * SECOND, Duration::from_millis(1_300));
    server.others = 12;
    let outcome = run(&mut server, settings(), Priority::List, time);
    assert_eq!(outcome.refused, 0, "{outcome:?}");
    assert!(outcome.passed >= 20 * 8, "{outcome:?}");
}

#[test]
fn without_headers_only_refusals_slow_us_down() {
    let mut server = Fixed::new(30, 5 * SECOND, Duration::ZERO);
    server.headers = false;
    let time = 100 * SECOND;
    let outcome = run(&mut server, settings(), Priority::List, time);
    assert!(outcome.used(6.0, time) >= 0.7, "{outcome:?}");
    assert!(outcome.refused <= 3 * 20, "at most a breadth per window: {outcome:?}");
}

#[test]
fn tiny_budgets_can_be_used() {
    for limit in [1, 2, 3] {
        let time = 60 * SECOND;
        let mut server = Fixed::new(limit, SECOND, Duration::from_millis(500));
        let outcome = run(&mut server, settings(), Priority::Interactive, time);
        assert!(outcome.passed >= 20, "{limit}: {outcome:?}");
        assert!(outcome.refused * 10 <= outcome.sent(), "{limit}: {outcome:?}");
    }
}
