//! The background work against simulated platforms.

use std::sync::mpsc::{Receiver, channel};

use quarterdeck_sim::{Options, Sim};
use quarterdeck_sync::engine::Event;

use super::line::after;
use super::*;
use crate::config::{self, Connections, SecretSource};

/// Longest a test waits for something that must happen.
const PATIENCE: Duration = Duration::from_secs(300);

struct Deck {
    home: tempfile::TempDir,
    _sim: Sim,
}

impl Deck {
    /// A home with one account, on a platform that serves one list quickly.
    fn new() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let sim = runtime.block_on(Sim::start(Options::default())).unwrap();
        let home = tempfile::tempdir().unwrap();
        let turen = sim.endpoint("turen").unwrap();
        let key = home.path().join("key");
        config::replace(&key, &turen.key.unwrap()).unwrap();
        let connection =
            Connection { platform: turen.platform, url: turen.url, user: None, secret: SecretSource::File(key) };
        let mut connections = Connections::load(&Paths::under(home.path()).connections()).unwrap();
        connections.add("turen", connection).unwrap();
        Self { home, _sim: sim }
    }

    fn paths(&self) -> Paths {
        Paths::under(self.home.path())
    }

    fn plan(&self) -> Plan {
        Plan {
            paths: self.paths(),
            settings: Settings::default(),
            registry: Registry::builtin(),
            connections: Connections::load(&self.paths().connections()).unwrap().pick(&[]).unwrap(),
            options: SyncOptions::default(),
            every: Duration::from_secs(3600),
            command: "console".to_owned(),
            outbox: None,
            lease: None,
        }
    }

    fn start(&self) -> (Live, Receiver<LiveEvent>) {
        let (sender, events) = channel();
        let live = Live::start(self.plan(), move |event| {
            let _ = sender.send(event);
        });
        (live.unwrap(), events)
    }
}

/// Waits for the event that `is` picks.
fn wait<T>(events: &Receiver<LiveEvent>, mut is: impl FnMut(&LiveEvent) -> Option<T>) -> T {
    loop {
        let event = events.recv_timeout(PATIENCE).expect("it happens in time");
        if let Some(found) = is(&event) {
            return found;
        }
    }
}

fn rows_read(event: &LiveEvent) -> Option<u64> {
    match event {
        LiveEvent::Sync(Event::Finished(report)) => Some(report.lists.iter().map(|list| list.rows).sum()),
        _ => None,
    }
}

#[test]
fn the_mirror_fills_while_it_can_be_read_and_the_lease_is_free_afterwards() {
    let deck = Deck::new();
    let (live, events) = deck.start();
    wait(&events, |event| matches!(event, LiveEvent::LeaseTaken).then_some(()));
    assert!(Lease::held(&deck.paths().lease()).unwrap().is_some());
    wait(&events, |event| matches!(event, LiveEvent::Commit).then_some(()));
    let rows = wait(&events, rows_read);
    drop(live);
    assert!(rows > 0);
    assert!(Lease::held(&deck.paths().lease()).unwrap().is_none());
    let lists = Mirror::open(&deck.paths().mirror(), Access::ReadOnly).unwrap().reader().unwrap().freshness().unwrap();
    assert!(lists.iter().any(|list| list.mirror_count > 0));
}

#[test]
fn nobody_has_to_wait_for_the_next_turn() {
    let deck = Deck::new();
    let (live, events) = deck.start();
    wait(&events, rows_read);
    live.ask(Ask::SyncNow(Some("nobody".to_owned())));
    live.ask(Ask::SyncNow(Some("turen".to_owned())));
    wait(&events, rows_read);
    live.ask(Ask::SyncNow(None));
    wait(&events, rows_read);
}

#[test]
fn without_the_lease_others_are_watched_and_then_followed() {
    let deck = Deck::new();
    let lease = Lease::take(&deck.paths().lease(), "sync --watch").unwrap();
    let mirror = Mirror::open(&deck.paths().mirror(), Access::ReadWrite).unwrap();
    let (_live, events) = deck.start();
    let who = wait(&events, |event| match event {
        LiveEvent::LeaseHeldBy(who) => Some(who.clone()),
        _ => None,
    });
    assert!(who.contains("qd sync --watch"), "{who}");
    // Its first look may come before or after this, so there is more than one change to see.
    let (done, stop) = channel::<()>();
    let other = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mut round = 0;
        while stop.recv_timeout(Duration::from_millis(20)) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            round += 1;
            runtime.block_on(mirror.forget(&format!("nobody-{round}"))).unwrap();
            let spec = quarterdeck_sync::store::ListSpec {
                key: quarterdeck_sync::model::ListKey::new("other", format!("list-{round}")),
                platform: "turen".to_owned(),
                kind: quarterdeck_sync::model::Kind::Agent,
                agent_join: None,
                agent_list: None,
                content: None,
            };
            runtime.block_on(mirror.register(vec![spec])).unwrap();
        }
    });
    wait(&events, |event| matches!(event, LiveEvent::Commit).then_some(()));
    done.send(()).unwrap();
    other.join().unwrap();
    drop(lease);
    wait(&events, |event| matches!(event, LiveEvent::LeaseTaken).then_some(()));
    assert!(wait(&events, rows_read) > 0);
}

#[test]
fn a_secret_that_takes_for_ever_does_not_hold_up_the_end() {
    let deck = Deck::new();
    let mut plan = deck.plan();
    plan.connections[0].1.secret = "command:sleep 120".parse().unwrap();
    let (sender, events) = channel();
    let live = Live::start(plan, move |event| {
        let _ = sender.send(event);
    })
    .unwrap();
    wait(&events, |event| matches!(event, LiveEvent::LeaseTaken).then_some(()));
    let begun = std::time::Instant::now();
    drop(live);
    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_missing_secret_is_told_and_the_rest_goes_on() {
    let deck = Deck::new();
    let mut plan = deck.plan();
    let mut other = plan.connections[0].clone();
    other.0 = "other".to_owned();
    other.1.secret = "env:QD_TEST_NEVER_SET".parse().unwrap();
    plan.connections.push(other);
    let (sender, events) = channel();
    let _live = Live::start(plan, move |event| {
        let _ = sender.send(event);
    })
    .unwrap();
    let (mut told, mut read) = (false, false);
    while !(told && read) {
        wait(&events, |event| {
            match event {
                LiveEvent::Problem(text) => {
                    assert!(text.contains("other: ") && text.contains("QD_TEST_NEVER_SET"), "{text}");
                    told = true;
                }
                LiveEvent::Sync(Event::Finished(_)) => read = true,
                _ => return None,
            }
            Some(())
        });
    }
}

#[test]
fn a_refused_key_is_tried_less_and_less_often() {
    let minute = Duration::from_secs(60);
    let waits: Vec<u64> = (0..9).map(|refusals| after(minute, refusals).as_secs() / 60).collect();
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 61, 61, 61]);
    assert_eq!(after(minute * 600, u32::MAX), minute * 660);
}
