//! Whatever servers tell, in whatever order: the budget never gets stuck, and never overdraws what it was told.

use std::time::Duration;

use proptest::prelude::*;

use super::{Budget, Settings, Ticket, Told, Verdict};
use crate::platform::Priority;

#[derive(Debug, Clone)]
enum Event {
    Send(Priority),
    /// The headers of one of the requests in flight, and whether it was refused.
    Reply(prop::sample::Index, Told, bool),
    /// The end of one of them, with or without headers.
    Done(prop::sample::Index),
    Pass(u64),
}

fn priority() -> impl Strategy<Value = Priority> {
    prop_oneof![Just(Priority::Interactive), Just(Priority::Write), Just(Priority::List), Just(Priority::Content)]
}

fn told() -> impl Strategy<Value = Told> {
    let seconds = || prop::option::of((0u64..100).prop_map(Duration::from_secs));
    (prop::option::of(1u64..40), prop::option::of(0u64..40), seconds(), seconds())
        .prop_map(|(limit, remaining, reset_in, retry_after)| Told { limit, remaining, reset_in, retry_after })
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => priority().prop_map(Event::Send),
        4 => (any::<prop::sample::Index>(), told(), prop::bool::weighted(0.2)).prop_map(|(n, t, r)| Event::Reply(n, t, r)),
        3 => any::<prop::sample::Index>().prop_map(Event::Done),
        2 => (0u64..20_000).prop_map(Event::Pass),
    ]
}

fn settings() -> impl Strategy<Value = Settings> {
    (0.0f64..1.0, 1usize..6, prop::option::of(1u64..60), any::<bool>()).prop_map(
        |(reserve, concurrency, window, trust)| {
            let second = Duration::from_secs(1);
            let window = window.map(Duration::from_secs);
            Settings { reserve, concurrency, window, trust_reset: trust, backoff: (second, 30 * second) }
        },
    )
}

proptest! {
    #[test]
    fn it_never_gets_stuck(settings in settings(), events in prop::collection::vec(event(), 1..200), last in priority()) {
        let most = settings.concurrency;
        let mut budget = Budget::new(settings);
        let mut flying: Vec<Ticket> = Vec::new();
        let mut now = Duration::ZERO;
        for event in events {
            match event {
                Event::Send(priority) if budget.ask(now, priority) == Verdict::Go => {
                    flying.push(budget.send(now, priority));
                }
                Event::Reply(which, told, refused) if !flying.is_empty() => {
                    budget.reply(which.get_mut(&mut flying), now, &told, refused);
                }
                Event::Done(which) if !flying.is_empty() => {
                    let mut ticket = flying.swap_remove(which.index(flying.len()));
                    budget.done(&mut ticket);
                }
                Event::Pass(ms) => now += Duration::from_millis(ms),
                _ => {}
            }
            prop_assert!(flying.len() <= most + 1, "one more than told, for a decision beside downloads");
        }
        for mut ticket in flying {
            budget.done(&mut ticket);
        }
        match budget.ask(now, last) {
            Verdict::Go => {}
            Verdict::Reply => prop_assert!(false, "waits for a reply that nobody owes"),
            Verdict::Until(wake) => {
                prop_assert!(wake > now && wake <= now + Duration::from_secs(170), "{wake:?} at {now:?}");
                prop_assert_eq!(budget.ask(wake, last), Verdict::Go);
            }
        }
    }
}
