//! Decisions carried out against a platform that moves, fails and forgets to answer, by a process that is killed: the whole of
//! outbox, sender, pull and mirror together.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;

use super::town::{Dice, Town, Weather};
use crate::engine::{SyncOptions, sync};
use crate::model::{By, Query, Scope, Write, WriteState};
use crate::outbox::action::Asked;
use crate::outbox::decide::{self, Decision, Target, Undo};
use crate::outbox::sender::{self, Nudge, SendOptions};
use crate::outbox::{Outbox, Which};
use crate::platform::Manifest;
use crate::store::{Access, Mirror};

/// How many histories are tried.
const HISTORIES: u64 = 300;
/// Things that happen in each.
const STEPS: u64 = 30;

thread_local! {
    static CLOCK: std::cell::Cell<Option<(tokio::time::Instant, Timestamp)>> = const { std::cell::Cell::new(None) };
}

/// The present, on the runtime's clock: waits take no time.
fn now() -> Timestamp {
    let (start, at) = CLOCK.get().expect("the clock is started");
    at + SignedDuration::try_from(start.elapsed()).expect("in range")
}

fn by() -> By {
    By { user: "ada".into(), host: "deck".into(), ssh: None }
}

/// One operator's machine.
struct Deck {
    home: TempDir,
    mirror: Mirror,
    outbox: Outbox,
}

impl Deck {
    fn new() -> Self {
        // In memory where the system has such a place: thousands of commits are synced to it.
        let home = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a temporary folder");
        let (mirror, outbox) = open(&home);
        Self { home, mirror, outbox }
    }

    fn restart(self) -> Self {
        let Self { home, mirror, outbox } = self;
        drop((mirror, outbox));
        let (mirror, outbox) = open(&home);
        Self { home, mirror, outbox }
    }

    async fn pull(&self, town: &Town) {
        let options = SyncOptions { full: true, now, ..SyncOptions::default() };
        sync(&self.mirror, std::slice::from_ref(town), &options, &|_| {}).await.expect("the mirror works");
    }

    /// Sends until nothing is due soon; false when the process died on the way.
    async fn send(&self, town: &Town) -> bool {
        // Nobody else writes to this outbox: four looks a second at the file would be most of the work.
        let (_nudge, nudges) = watch::channel(Nudge::default());
        let options = SendOptions {
            now,
            only: Vec::new(),
            forever: false,
            patience: Duration::from_secs(120),
            lanes: 4,
            nudges: Some(nudges),
        };
        tokio::select! {
            biased;
            () = town.died.notified() => false,
            sent = sender::send(&self.outbox, &self.mirror, town, &options, &|_| {}) => {
                sent.expect("our own files work");
                true
            }
        }
    }

    fn writes(&self) -> Vec<Write> {
        self.outbox.list(&Which { all: true, ..Which::default() }).expect("readable")
    }

    /// A person decides something about a record they see.
    fn decide(&self, manifest: &Manifest, collection: &str, id: &str, asked: Asked) -> Option<Decision> {
        let reader = self.mirror.reader().expect("a reader").over(self.outbox.overlay().expect("an overlay"));
        let scope = Scope { collections: vec![collection.into()], ..Scope::default() };
        let record =
            reader.find(&scope, id, 1).expect("readable").pop().filter(|record| record.row.gone_at.is_none())?;
        let decided = decide::decide(&self.outbox, &reader, &[(manifest, Target::Record(&record), asked)], now());
        decided.expect("our own files work").remove(0).ok()
    }

    fn mirrored(&self, collection: &str) -> BTreeMap<String, Value> {
        let scope = Scope { collections: vec![collection.into()], ..Scope::default() };
        let reader = self.mirror.reader().expect("a reader");
        let rows = reader.window(&Query { limit: 1_000, ..Query::newest(scope) }).expect("a window").rows;
        let doc = |key| reader.record(key).expect("readable").expect("there").doc;
        rows.into_iter().map(|row| (row.id, serde_json::from_str(&doc(row.key)).expect("JSON"))).collect()
    }
}

fn open(home: &TempDir) -> (Mirror, Outbox) {
    let mirror = Mirror::open(&home.path().join("mirror.db"), Access::ReadWrite).expect("a mirror");
    let (outbox, aside) = Outbox::open(&home.path().join("outbox.db"), by()).expect("an outbox");
    assert_eq!(aside, None, "a kill damages nothing");
    (mirror, outbox)
}

fn asked(verb: &str) -> Asked {
    Asked { verb: verb.into(), by: by(), reason: Some("drill".into()), ..Asked::default() }
}

/// Blocks as a command does: not on the async thread's own terms.
fn blocking<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let clock = CLOCK.get();
    std::thread::scope(|scope| {
        let handle = scope.spawn(|| {
            CLOCK.set(clock);
            work()
        });
        handle.join().expect("no panic")
    })
}

fn on_own_clock(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let start = Timestamp::from_second(1_800_000_000).expect("in range");
        CLOCK.set(Some((tokio::time::Instant::now(), start)));
        work.await;
    });
}

/// A person does something with what they see.
fn person(deck: &Deck, manifest: &Manifest, dice: &mut Dice) {
    let n = dice.roll(6);
    let decided = |collection: &str, id: String, asked: Asked| deck.decide(manifest, collection, &id, asked);
    match dice.roll(8) {
        0 | 1 => drop(decided("agents", format!("agent-{n}"), asked("suspend"))),
        2 => drop(decided("agents", format!("agent-{n}"), asked("resume"))),
        3 => drop(decided("approvals", format!("approval-{n}"), asked("approve"))),
        4 => drop(decided("approvals", format!("approval-{n}"), asked("reject"))),
        5 if n == 0 => drop(decided("agents", "agent-4".into(), asked("delete"))),
        5 | 6 => {
            let id = format!("policy-{}", n % 2);
            if let Some(Value::Object(mut doc)) = deck.mirrored("policies").remove(&id).filter(|doc| doc.is_object()) {
                let field = *dice.pick(&["a", "b"]);
                doc["rules"][field] = json!(100 + dice.roll(1_000));
                let mut edit = asked("update");
                edit.args.insert("doc".into(), Value::Object(doc));
                decided("policies", id, edit);
            }
        }
        _ => {
            let open: Vec<Write> = deck.writes().into_iter().filter(|write| write.state.is_open()).collect();
            if !open.is_empty() {
                let undone = decide::undo(&deck.outbox, manifest, &dice.pick(&open).id, &by(), now());
                if let Ok(Undo::Cancelled(write)) = undone {
                    assert_eq!(write.state, WriteState::Cancelled);
                }
            }
        }
    }
}

/// How many writes ended in each state.
type Ends = BTreeMap<WriteState, u64>;

async fn history(seed: u64, ends: &Mutex<Ends>) {
    let town = Town::new(seed);
    let manifest = crate::outbox::Reach::manifest(&town).clone();
    let mut dice = Dice(seed);
    let mut deck = Deck::new();
    deck.pull(&town).await;
    town.weather(Weather::STORM);
    for _ in 0..STEPS {
        match dice.roll(10) {
            0..=4 => blocking(|| person(&deck, &manifest, &mut dice)),
            5 => town.colleague(),
            6 | 7 => {
                if dice.chance(60) {
                    town.dies_in(Some(dice.roll(12)));
                }
                if !deck.send(&town).await {
                    deck = blocking(|| deck.restart());
                }
                town.dies_in(None);
            }
            8 => deck.pull(&town).await,
            _ => tokio::time::advance(Duration::from_secs(60 * dice.roll(25))).await,
        }
        if dice.chance(20) {
            blocking(|| deck.outbox.resume("town", now()).expect("our own files work"));
        }
    }
    town.weather(Weather::CALM);
    settle(&deck, &town).await;
    deck.pull(&town).await;
    check(seed, &deck, &town);
    let mut ends = ends.lock().expect("no history has failed");
    deck.writes().iter().for_each(|write| *ends.entry(write.state).or_default() += 1);
}

/// The network is back for good.
async fn settle(deck: &Deck, town: &Town) {
    blocking(|| deck.outbox.resume("town", now()).expect("our own files work"));
    for _ in 0..20 {
        assert!(deck.send(town).await, "nobody dies any more");
        if blocking(|| deck.writes()).iter().all(|write| !write.state.is_open()) {
            return;
        }
        tokio::time::advance(Duration::from_secs(600)).await;
    }
}

fn check(seed: u64, deck: &Deck, town: &Town) {
    let applied = town.applied();
    for write in deck.writes() {
        let times = applied.get(write.id.as_str()).copied().unwrap_or(0);
        let told = || format!("history {seed}: applied {times} times: {write:#?}");
        assert!(!write.state.is_open(), "no verdict, {}", told());
        assert!(times <= 1, "more than once, {}", told());
        if matches!(write.state, WriteState::Conflicted | WriteState::Expired | WriteState::Cancelled) {
            assert_eq!(times, 0, "{}", told());
        }
        assert!(write.verdict.is_some(), "no words, {}", told());
    }
    for collection in ["agents", "approvals", "policies"] {
        assert_eq!(deck.mirrored(collection), town.rows(collection), "history {seed}: {collection}");
    }
    let proof = deck.outbox.verify().expect("readable");
    assert_eq!(proof.broken, None, "history {seed}");
}

/// Random people, colleagues, faults and deaths: in the end mirror equals server, every write has its verdict, the server applied
/// each at most once, and none that was conflicted, expired or cancelled at all. `QD_HISTORY=N` tries one history alone.
#[test]
fn whatever_happens_every_decision_is_applied_at_most_once_and_ends_in_a_verdict() {
    let only: Option<u64> = std::env::var("QD_HISTORY").ok().and_then(|seed| seed.parse().ok());
    let seeds = only.map_or(0..HISTORIES, |seed| seed..seed + 1);
    let next = AtomicU64::new(seeds.start);
    let ends = Mutex::new(Ends::new());
    // Each history has a clock, files and a platform of its own.
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        break;
                    }
                    on_own_clock(history(seed, &ends));
                }
            });
        }
    });
    let ends = ends.into_inner().expect("no history has failed");
    if only.is_none() {
        use WriteState::{Cancelled, Confirmed, Conflicted, Expired, Wedged};
        for state in [Confirmed, Conflicted, Wedged, Expired, Cancelled] {
            assert!(ends.get(&state).is_some_and(|count| *count > 20), "too few to prove anything: {ends:?}");
        }
    }
}

#[test]
fn with_every_answer_lost_each_decision_is_applied_once() {
    on_own_clock(async {
        let town = Town::new(1);
        let manifest = crate::outbox::Reach::manifest(&town).clone();
        let deck = Deck::new();
        deck.pull(&town).await;
        town.weather(Weather::DEAF);
        blocking(|| {
            for n in [1, 2, 4, 5] {
                let decided = deck.decide(&manifest, "agents", &format!("agent-{n}"), asked("suspend"));
                assert!(matches!(decided, Some(Decision::Queued(_))), "{decided:?}");
            }
            for n in 0..6 {
                let decided = deck.decide(&manifest, "approvals", &format!("approval-{n}"), asked("approve"));
                assert!(matches!(decided, Some(Decision::Queued(_))), "{decided:?}");
            }
        });
        settle(&deck, &town).await;
        let writes = blocking(|| deck.writes());
        assert_eq!(writes.len(), 10);
        for write in writes {
            assert_eq!(write.state, WriteState::Confirmed, "{write:#?}");
            assert_eq!(town.applied()[write.id.as_str()], 1);
        }
    });
}

#[test]
fn an_approval_that_is_not_what_the_person_saw_is_never_sent() {
    on_own_clock(async {
        for (field, value) in
            [("status", "REJECTED"), ("payload_hash", "another"), ("tool", "shell"), ("subject", "somebody else")]
        {
            let town = Town::new(2);
            let manifest = crate::outbox::Reach::manifest(&town).clone();
            let deck = Deck::new();
            deck.pull(&town).await;
            blocking(|| deck.decide(&manifest, "approvals", "approval-3", asked("approve"))).expect("kept");
            town.change("approvals", "approval-3", |row| {
                row[field] = value.into();
                row["approver"] = "mallory".into();
            });
            settle(&deck, &town).await;
            let write = blocking(|| deck.writes()).remove(0);
            assert_eq!(write.state, WriteState::Conflicted, "{field}: {write:#?}");
            assert!(town.applied().is_empty(), "{field}");
            let verdict = write.verdict.expect("a verdict");
            assert!(verdict.disputes.iter().any(|dispute| dispute.at == format!("/{field}")), "{verdict:#?}");
            if field == "status" {
                assert_eq!(verdict.who.as_deref(), Some("mallory"));
            }
        }
    });
}

#[test]
fn an_approval_that_waited_too_long_is_never_sent() {
    on_own_clock(async {
        let town = Town::new(3);
        let manifest = crate::outbox::Reach::manifest(&town).clone();
        let deck = Deck::new();
        deck.pull(&town).await;
        blocking(|| deck.decide(&manifest, "approvals", "approval-0", asked("approve"))).expect("kept");
        blocking(|| deck.decide(&manifest, "agents", "agent-1", asked("suspend"))).expect("kept");
        tokio::time::advance(Duration::from_secs(31 * 60)).await;
        settle(&deck, &town).await;
        let states: Vec<WriteState> = blocking(|| deck.writes()).iter().map(|write| write.state).collect();
        assert_eq!(states, [WriteState::Expired, WriteState::Confirmed]);
        assert_eq!(town.rows("approvals")["approval-0"]["status"], "PENDING");
    });
}
