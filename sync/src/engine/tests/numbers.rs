//! Lists whose rows are numbered, such as the events of a run: only what is new is asked for, and a list that was numbered anew is
//! read again.

use super::world::{Fault, Item, World};
use super::*;

fn event(run: u64, number: u64) -> Item {
    Item { id: format!("r{run}e{number}"), version: number, status: String::new() }
}

/// One open run with so many events.
fn running(events: u64, fault: Fault) -> World {
    let world = World::new([("runs", items([0])), ("events/0", (1..=events).map(|number| event(0, number)).collect())]);
    world.with("events/0", |list| {
        list.manner.style = Style::Whole;
        list.manner.fault = fault;
    });
    world
}

fn synced(bench: &Bench, world: &World) -> bool {
    bench.mirrored("events") == served(&world.rows("events/0"))
}

/// What was asked for since the last time: each request's number, none for the whole list.
fn asked(world: &World) -> Vec<Option<String>> {
    let asked = world.with("events/0", |list| list.asks.iter().map(|ask| ask.since.clone()).collect());
    world.forget_requests();
    asked
}

fn number(number: u64) -> Option<String> {
    Some(number.to_string())
}

#[test]
fn of_a_run_that_goes_on_only_the_new_events_are_fetched() {
    let world = running(41, Fault::None);
    let bench = Bench::new();
    bench.sync(&world);
    assert_eq!(asked(&world), [None, number(41)]);
    bench.sync(&world);
    assert_eq!(asked(&world), [number(40)], "nothing new costs one request");
    world.with("events/0", |list| list.rows.extend((42..=44).map(|number| event(0, number))));
    let report = bench.sync(&world);
    assert_eq!(asked(&world), [number(40), number(44)]);
    assert_eq!(super::report(&report, "events").inserted, 3);
    assert!(synced(&bench, &world));
}

#[test]
fn numbers_that_begin_anew_are_seen_whether_they_have_passed_the_last_one_or_not() {
    for events in [0, 1, 3, 41, 60] {
        let world = running(41, Fault::None);
        let mut bench = Bench::new();
        bench.options.accept_gone = false;
        bench.sync(&world);
        asked(&world);
        world.with("events/0", |list| list.rows = (1..=events).map(|number| event(9, number)).collect());
        let report = bench.sync(&world);
        let asked = asked(&world);
        assert_eq!(&asked[..2], [number(40), None], "{events} events: it is asked for all of them");
        let held = bench.mirrored("events");
        assert!((1..=events).all(|number| held.contains_key(&format!("r9e{number}"))), "{events}: {held:?}");
        // Forty that are missing at once are a person's to let go of.
        assert!(super::report(&report, "events").message.as_ref().is_some_and(|said| said.contains("--accept-gone")));
        bench.options.accept_gone = true;
        bench.sync(&world);
        assert!(synced(&bench, &world), "{events}");
    }
}

#[test]
fn after_numbers_began_anew_one_request_is_enough_again() {
    let world = running(5, Fault::None);
    let bench = Bench::new();
    bench.sync(&world);
    for rows in [vec![event(9, 1)], vec![event(8, 1), event(8, 2), event(8, 3)], vec![event(7, 1), event(7, 2)]] {
        world.with("events/0", |list| list.rows = rows);
        bench.sync(&world);
        assert!(synced(&bench, &world));
        asked(&world);
        bench.sync(&world);
        assert!(asked(&world).len() <= 2, "the last number is known again");
    }
    bench.sync(&world);
    assert_eq!(asked(&world), [number(1)]);
    assert!(synced(&bench, &world));
}

#[test]
fn a_server_that_ignores_the_number_or_cuts_its_replies_hides_nothing() {
    for fault in [Fault::IgnoresSince, Fault::CutsTo(1), Fault::CutsTo(2), Fault::CutsTo(7)] {
        for events in [0, 1, 2, 7, 20] {
            let world = running(events, fault);
            let bench = Bench::new();
            bench.sync(&world);
            assert!(synced(&bench, &world), "{fault:?}, {events} events");
            for more in [1, 3, 20] {
                let from = world.rows("events/0").len() as u64;
                world
                    .with("events/0", |list| list.rows.extend((from + 1..=from + more).map(|number| event(0, number))));
                bench.sync(&world);
                assert!(synced(&bench, &world), "{fault:?}, {events} events and {more} more");
            }
        }
    }
}

#[test]
fn a_kill_between_two_replies_loses_no_event_and_brings_none_twice() {
    for polls in 0..60 {
        let world = running(6, Fault::CutsTo(3));
        let bench = Bench::new();
        bench.sync(&world);
        world.with("events/0", |list| list.rows.extend((7..=24).map(|number| event(0, number))));
        bench.sync_killed_after(&world, polls);
        let held = bench.mirrored("events");
        assert!((1..=6).all(|number| held.contains_key(&event(0, number).id)), "{polls}");
        bench.sync(&world);
        assert!(synced(&bench, &world), "killed after {polls}");
    }
}

#[test]
fn a_kill_after_numbers_began_anew_does_not_hide_that_they_did() {
    for polls in 0..40 {
        let world = running(8, Fault::None);
        let bench = Bench::new();
        bench.sync(&world);
        world.with("events/0", |list| list.rows = (1..=12).map(|number| event(9, number)).collect());
        bench.sync_killed_after(&world, polls);
        bench.sync(&world);
        assert!(synced(&bench, &world), "killed after {polls}");
    }
}

#[test]
fn a_run_that_has_something_new_in_each_reply_is_left_at_last() {
    for known in [false, true] {
        let world = running(3, Fault::None);
        let bench = Bench::new();
        if known {
            bench.sync(&world);
            asked(&world);
        }
        world.with("events/0", |list| {
            list.meddle = Some(Box::new(|_, rows| rows.push(event(0, rows.len() as u64 + 1))));
        });
        let report = bench.sync(&world);
        let asks = asked(&world).len();
        assert!((400..2_000).contains(&asks), "{known}: {asks} requests");
        assert!(bench.mirrored("events").len() > 400, "what was read is kept");
        let said = super::report(&report, "events").message.clone().unwrap_or_default();
        assert!(said.contains("keeps sending new rows"), "{known}: {said}");
    }
}
