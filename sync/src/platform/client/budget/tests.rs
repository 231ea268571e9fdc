//! The budget step by step: what is sent, what comes back, what is allowed next.

use std::time::Duration;

use super::{Budget, Settings, Told, Verdict};
use crate::platform::Priority;

const SECOND: Duration = Duration::from_secs(1);
const LATENCY: Duration = Duration::from_millis(20);

fn settings() -> Settings {
    Settings { reserve: 0.2, concurrency: 4, window: None, trust_reset: true, backoff: (SECOND, 30 * SECOND) }
}

fn told(limit: u64, remaining: u64, reset: u64) -> Told {
    let reset_in = Some(Duration::from_secs(reset));
    Told { limit: Some(limit), remaining: Some(remaining), reset_in, retry_after: None }
}

#[test]
fn the_first_request_goes_alone_and_the_rest_follow_its_headers() {
    let mut budget = Budget::new(settings());
    let mut first = budget.send(Duration::ZERO, Priority::List);
    assert_eq!(budget.ask(Duration::ZERO, Priority::List), Verdict::Reply);
    budget.reply(&mut first, SECOND, &told(30, 29, 5), false);
    // Its body is still on the way, and counts as in flight: three more make four.
    for _ in 0..3 {
        assert_eq!(budget.ask(SECOND, Priority::List), Verdict::Go);
        budget.send(SECOND, Priority::List);
    }
    assert_eq!(budget.ask(SECOND, Priority::List), Verdict::Reply);
}

#[test]
fn after_a_window_one_request_goes_alone() {
    let mut budget = Budget::new(settings());
    let mut first = budget.send(Duration::ZERO, Priority::List);
    budget.reply(&mut first, Duration::ZERO, &told(30, 6, 5), false);
    budget.done(&mut first);
    let Verdict::Until(wake) = budget.ask(SECOND, Priority::List) else { panic!("should wait for the window") };
    assert!(wake >= 5 * SECOND && wake < 6 * SECOND);
    let mut probe = budget.send(wake, Priority::List);
    assert_eq!(budget.ask(wake, Priority::List), Verdict::Reply);
    budget.reply(&mut probe, wake + LATENCY, &told(30, 29, 5), false);
    assert_eq!(budget.ask(wake + LATENCY, Priority::List), Verdict::Go);
}

#[test]
fn a_probe_that_is_lost_does_not_block_the_way() {
    let mut budget = Budget::new(settings());
    let mut first = budget.send(Duration::ZERO, Priority::List);
    budget.reply(&mut first, Duration::ZERO, &told(30, 6, 5), false);
    budget.done(&mut first);
    let mut probe = budget.send(6 * SECOND, Priority::List);
    budget.done(&mut probe);
    assert_eq!(budget.ask(7 * SECOND, Priority::List), Verdict::Go);
}

#[test]
fn replies_that_crossed_on_their_way_do_not_raise_the_budget() {
    let mut budget = Budget::new(settings());
    let mut first = budget.send(Duration::ZERO, Priority::List);
    budget.reply(&mut first, Duration::ZERO, &told(30, 20, 5), false);
    let mut a = budget.send(Duration::ZERO, Priority::List);
    let mut b = budget.send(Duration::ZERO, Priority::List);
    budget.reply(&mut b, LATENCY, &told(30, 18, 5), false);
    budget.reply(&mut a, LATENCY, &told(30, 19, 5), false);
    assert_eq!(budget.view(LATENCY).1, Some(18));
    let mut c = budget.send(LATENCY, Priority::List);
    budget.reply(&mut c, 2 * LATENCY, &told(30, 22, 5), false);
    assert_eq!(budget.view(2 * LATENCY).1, Some(22), "sent after the last word, so its word is newer");
}

#[test]
fn headers_that_vanish_are_not_waited_for() {
    let mut budget = Budget::new(settings());
    let mut now = Duration::ZERO;
    let mut first = budget.send(now, Priority::List);
    budget.reply(&mut first, now, &told(10, 3, 2), false);
    budget.done(&mut first);
    let mut passed = 0;
    for _ in 0..100 {
        match budget.ask(now, Priority::List) {
            Verdict::Until(wake) => now = wake,
            Verdict::Reply => panic!("nothing is in flight"),
            Verdict::Go => {
                let mut ticket = budget.send(now, Priority::List);
                budget.reply(&mut ticket, now, &Told::default(), false);
                budget.done(&mut ticket);
                passed += 1;
            }
        }
    }
    assert!(passed > 90, "{passed}");
    assert!(now < 10 * SECOND, "{now:?}");
}

#[test]
fn a_second_refusal_is_waited_for_longer_than_the_headers_say() {
    let mut budget = Budget::new(settings());
    let refusal = Told { retry_after: Some(SECOND), ..Told::default() };
    let mut now = Duration::ZERO;
    let mut waits = Vec::new();
    for _ in 0..7 {
        let mut ticket = budget.send(now, Priority::List);
        budget.reply(&mut ticket, now, &refusal, true);
        budget.done(&mut ticket);
        let Verdict::Until(wake) = budget.ask(now, Priority::List) else { panic!("should be paused") };
        waits.push((wake - now).as_secs());
        now = wake;
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
}

#[test]
fn one_burst_of_refusals_counts_once() {
    let mut budget = Budget::new(settings());
    let mut first = budget.send(Duration::ZERO, Priority::List);
    budget.reply(&mut first, Duration::ZERO, &Told::default(), false);
    budget.done(&mut first);
    let refusal = Told { retry_after: Some(SECOND), ..Told::default() };
    let mut burst: Vec<_> = (0..4).map(|_| budget.send(Duration::ZERO, Priority::List)).collect();
    for ticket in &mut burst {
        budget.reply(ticket, LATENCY, &refusal, true);
        budget.done(ticket);
    }
    let Verdict::Until(wake) = budget.ask(LATENCY, Priority::List) else { panic!("should be paused") };
    assert!(wake < 2 * SECOND, "{wake:?}");
}

#[test]
fn what_was_left_of_a_window_that_is_over_is_not_shown() {
    let mut budget = Budget::new(settings());
    let mut first = budget.send(Duration::ZERO, Priority::List);
    budget.reply(&mut first, Duration::ZERO, &told(30, 7, 5), false);
    assert_eq!(budget.view(4 * SECOND), (Some(30), Some(7), Some(5 * SECOND), None));
    assert_eq!(budget.view(6 * SECOND), (Some(30), None, None, None));
}

#[test]
fn a_platform_that_says_to_wait_for_days_is_asked_again_by_one_request() {
    let day = 86_400 * SECOND;
    for said in [
        (Told { retry_after: Some(10 * day), ..Told::default() }, true),
        (Told { reset_in: Some(10 * day), remaining: Some(0), limit: Some(30), retry_after: None }, false),
    ] {
        let mut budget = Budget::new(settings());
        let mut first = budget.send(Duration::ZERO, Priority::List);
        budget.reply(&mut first, SECOND, &said.0, said.1);
        budget.done(&mut first);
        let Verdict::Until(wake) = budget.ask(2 * SECOND, Priority::Write) else { panic!("it should wait") };
        assert!(wake > 3_000 * SECOND && wake < 4_000 * SECOND, "{wake:?}");
        assert_eq!(budget.ask(wake, Priority::Write), Verdict::Go);
        let mut probe = budget.send(wake, Priority::Write);
        assert_eq!(budget.ask(wake, Priority::List), Verdict::Reply, "one alone");
        budget.reply(&mut probe, wake + SECOND, &told(30, 29, 5), false);
        budget.done(&mut probe);
        assert_eq!(budget.ask(wake + SECOND, Priority::List), Verdict::Go);
    }
}

#[test]
fn a_decision_does_not_wait_until_downloads_are_through() {
    let plain = Told::default();
    let mut budget = Budget::new(settings());
    // One after the other, headers seen and bodies still on their way, until the platform's breadth is full.
    let mut flying = Vec::new();
    while budget.ask(SECOND, Priority::Content) == Verdict::Go {
        let mut ticket = budget.send(SECOND, Priority::Content);
        budget.reply(&mut ticket, SECOND, &plain, false);
        flying.push(ticket);
    }
    assert_eq!((flying.len(), budget.ask(SECOND, Priority::List)), (4, Verdict::Reply));
    for priority in [Priority::Write, Priority::Interactive] {
        assert_eq!(budget.ask(SECOND, priority), Verdict::Go);
        let mut ticket = budget.send(SECOND, priority);
        budget.reply(&mut ticket, SECOND, &plain, false);
        assert_eq!(budget.ask(SECOND, priority), Verdict::Reply, "one, and not as many as like to");
        budget.done(&mut ticket);
    }
    flying.iter_mut().for_each(|ticket| budget.done(ticket));
    // A platform that has refused lets one request through at a time, and that one may be a long one.
    for at in [100 * SECOND, 200 * SECOND, 300 * SECOND] {
        let mut ticket = budget.send(at, Priority::List);
        budget.reply(&mut ticket, at, &plain, true);
        budget.done(&mut ticket);
    }
    let later = 3_600 * SECOND;
    let mut long = budget.send(later, Priority::Content);
    budget.reply(&mut long, later, &plain, false);
    assert_eq!(budget.ask(later, Priority::Write), Verdict::Go);
    budget.done(&mut long);
    // Where nothing but decisions is on its way, there is no room beside it.
    let mut alone = budget.send(later, Priority::Write);
    budget.reply(&mut alone, later, &plain, false);
    assert_eq!(budget.ask(later, Priority::Write), Verdict::Reply);
}
