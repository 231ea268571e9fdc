//! Contents, against an archive in memory: all of them, once each, and nothing lost.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::*;
use crate::model::{ContentKeep, ContentPolicy, ContentState, Kind, RowKey};
use crate::platform::decode::Decoder;
use crate::platform::{ContentAsk, ContentReply, FetchError, FetchKind, Manifest, PageAsk, Priority, Registry, Reply};

const MANIFEST: &str = r#"
schema = 1
name = "archive"
title = "Archive"
base_url = "http://127.0.0.1:1/api"
auth = { kind = "header", name = "X-Key" }

[collections.sessions]
kind = "session"
list = "/sessions"
content = { path = "/sessions/{id}/content", entries = "/messages", changed = ["modified_at", "message_count"] }
columns = { id = "/id", updated_at = "/modified_at" }

[collections.runs]
kind = "run"
list = "/runs"
content = { record = ["/steps_json", "/steps"], path = "/runs/{id}", changed = ["modified_at"] }
columns = { id = "/id", updated_at = "/modified_at" }

[collections.jobs]
kind = "run"
list = "/jobs"
content = { children = "job-events", order = "seq" }
columns = { id = "/id", status = "/status" }

[collections.job-events]
kind = "event"
list = "/jobs/{parent}/events"
partition = { parent = "jobs", open = ["*"] }
columns = { id = "/id" }
"#;

/// 2026-01-01, and then what the tests add.
static NOW: AtomicI64 = AtomicI64::new(1_767_225_600);

fn now() -> Timestamp {
    Timestamp::from_second(NOW.load(Ordering::Relaxed)).expect("in range")
}

/// One connection.
struct Archive {
    manifest: Manifest,
    decoders: BTreeMap<String, Decoder>,
    rows: Mutex<BTreeMap<String, BTreeMap<String, Value>>>,
    contents: Mutex<BTreeMap<String, Result<String, FetchKind>>>,
    asked: Mutex<Vec<String>>,
    /// Contents that never come.
    silent: Mutex<Vec<String>>,
}

impl Archive {
    fn new() -> Self {
        let manifest = Registry::builtin().check(Path::new("archive.toml"), MANIFEST).expect("a manifest");
        let decoders = manifest.collections.iter().map(|(name, it)| (name.clone(), Decoder::new(it))).collect();
        Self {
            manifest,
            decoders,
            rows: Mutex::default(),
            contents: Mutex::default(),
            asked: Mutex::default(),
            silent: Mutex::default(),
        }
    }

    /// With `count` sessions, the first of them the newest, a day between each two.
    fn of_sessions(count: usize) -> Self {
        let archive = Self::new();
        (0..count).for_each(|n| archive.session(n, 3, n as i64));
        archive
    }

    /// A session of so many messages that was last active so many days ago.
    fn session(&self, n: usize, messages: usize, days: i64) {
        let at = now() - SignedDuration::from_hours(24 * days);
        let id = format!("s{n}");
        let row = json!({"id": id, "modified_at": at.to_string(), "message_count": messages});
        let said: Vec<Value> =
            (0..messages).map(|m| json!({"type": "user", "content": format!("{id} says {m}")})).collect();
        self.put("sessions", row);
        self.contents.lock().unwrap().insert(id, Ok(Value::from(said).to_string()));
    }

    fn put(&self, collection: &str, row: Value) {
        let id = row["id"].as_str().expect("an id").to_owned();
        self.rows.lock().unwrap().entry(collection.to_owned()).or_default().insert(id, row);
    }

    fn remove(&self, collection: &str, id: &str) {
        self.rows.lock().unwrap().get_mut(collection).expect("a list").remove(id);
    }

    fn fails(&self, id: &str, kind: FetchKind) {
        self.contents.lock().unwrap().insert(id.to_owned(), Err(kind));
    }

    fn serves(&self, id: &str, messages: &str) {
        self.contents.lock().unwrap().insert(id.to_owned(), Ok(messages.to_owned()));
    }

    /// Ids that were asked for since the last time, in that order.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl crate::pull::Source for Archive {
    fn name(&self) -> &str {
        "archive"
    }

    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn page(&self, ask: &PageAsk, _: Priority) -> Result<Reply, FetchError> {
        tokio::task::yield_now().await;
        let rows = self.rows.lock().unwrap();
        let list = match &ask.partition {
            Some(parent) => format!("{}/{parent}", ask.collection),
            None => ask.collection.clone(),
        };
        let body = Value::Array(rows.get(&list).map(|rows| rows.values().cloned().collect()).unwrap_or_default());
        Ok(Reply::Page(self.decoders[&ask.collection].page(ask, body.to_string().as_bytes()).expect("a page")))
    }

    async fn item(&self, _: &str, _: &str, _: Priority) -> Result<Option<crate::model::Incoming>, FetchError> {
        Ok(None)
    }

    async fn content(&self, ask: &ContentAsk, _: Priority) -> Result<ContentReply, FetchError> {
        self.asked.lock().unwrap().push(ask.id.clone());
        // A content is awaited for real, so that a sync can be killed between any two of them.
        tokio::task::yield_now().await;
        if self.silent.lock().unwrap().contains(&ask.id) {
            std::future::pending::<()>().await;
        }
        match self.contents.lock().unwrap().get(&ask.id) {
            None => Ok(ContentReply::Absent),
            Some(Ok(messages)) => {
                let count = crate::peek::count(messages).expect("an array");
                Ok(ContentReply::Messages { messages: messages.clone(), count, etag: None, partial: false })
            }
            Some(Err(kind)) => Err(FetchError {
                kind: *kind,
                path: "/x".to_owned(),
                status: match kind {
                    FetchKind::RateLimited => Some(429),
                    FetchKind::Unauthorized => Some(401),
                    _ => None,
                },
                message: format!("{kind:?}"),
                retry_after: None,
            }),
        }
    }

    fn budget(&self) -> BudgetView {
        BudgetView::default()
    }

    fn traffic(&self) -> Traffic {
        Traffic::default()
    }
}

fn bench(policy: ContentPolicy) -> Bench {
    let mut bench = Bench::new();
    bench.options.now = now;
    bench.options.content = ContentOptions { policy, budget: u64::MAX, keep: ContentKeep::Forever };
    bench
}

impl Bench {
    fn pull(&self, archive: &Archive) -> ConnectionReport {
        let report = self.run(sync(&self.mirror, std::slice::from_ref(archive), &self.options, &|_| {}));
        report.expect("the mirror works").connections.remove(0)
    }

    fn key(&self, kind: Kind, id: &str) -> RowKey {
        let reader = self.mirror.reader().expect("a reader");
        let found = reader.find(&Scope { kinds: vec![kind], ..Scope::default() }, id, 1).expect("a mirror");
        found.first().expect("the record").row.key
    }

    /// Sessions, gone ones too, whose content is held, with it.
    fn held(&self) -> BTreeMap<String, String> {
        let reader = self.mirror.reader().expect("a reader");
        let scope = Scope { kinds: vec![Kind::Session], ..Scope::default() };
        let rows = reader.window(&Query { limit: 1_000, gone: true, ..Query::newest(scope) }).expect("a window").rows;
        let held = |key| reader.content(key).expect("readable").map(|content| content.messages);
        rows.into_iter().filter_map(|row| Some((row.id, held(row.key)?))).collect()
    }

    fn state(&self, id: &str) -> ContentState {
        let key = self.key(Kind::Session, id);
        let reader = self.mirror.reader().expect("a reader");
        reader.content_state(key).expect("readable").expect("the record").state
    }
}

fn served_by(archive: &Archive) -> BTreeMap<String, String> {
    archive.contents.lock().unwrap().iter().filter_map(|(id, it)| Some((id.clone(), it.clone().ok()?))).collect()
}

#[test]
fn every_content_is_fetched_once_newest_first_and_again_only_when_its_record_says_so() {
    let (archive, bench) = (Archive::of_sessions(30), bench(ContentPolicy::All));
    let report = bench.pull(&archive).content.expect("a report");
    assert_eq!((report.fetched, report.waiting, report.failed), (30, 0, 0), "{report:?}");
    assert_eq!(archive.asked(), (0..30).map(|n| format!("s{n}")).collect::<Vec<_>>());
    assert_eq!(bench.held(), served_by(&archive));

    let head = bench.feed_head();
    let report = bench.pull(&archive).content.expect("a report");
    assert!(archive.asked().is_empty(), "nothing new, and nothing asked for");
    assert_eq!((report.due, bench.feed_head()), (0, head));
    let totals = report.totals.expect("totals");
    assert_eq!((totals.held, totals.missing, totals.settled), (30, 0, true), "{totals:?}");

    archive.session(7, 5, 0);
    bench.pull(&archive);
    assert_eq!(archive.asked(), ["s7"]);
    assert_eq!(bench.held(), served_by(&archive));
    assert!(bench.feed_head() > head);

    // A field that tells nothing of the messages.
    archive.put("sessions", json!({"id": "s9", "modified_at": (now() - SignedDuration::from_hours(24 * 9)).to_string(), "message_count": 3, "seen": 1}));
    bench.pull(&archive);
    assert!(archive.asked().is_empty());
    assert_eq!(bench.state("s9"), ContentState::Held);
}

#[test]
fn a_sync_that_is_killed_anywhere_goes_on_and_fetches_nothing_twice() {
    let archive = Archive::of_sessions(24);
    let bench = bench(ContentPolicy::All);
    let mut kills = 0;
    for polls in (1..60).step_by(3) {
        bench.run(async {
            let future = sync(&bench.mirror, std::slice::from_ref(&archive), &bench.options, &|_| {});
            let mut future = std::pin::pin!(future);
            for _ in 0..polls {
                if futures_util::FutureExt::now_or_never(future.as_mut()).is_some() {
                    return;
                }
                // Lets the writer get on, without waiting for it.
                tokio::task::yield_now().await;
                std::thread::yield_now();
            }
        });
        kills += 1;
        for (id, messages) in bench.held() {
            assert_eq!(served_by(&archive).get(&id), Some(&messages), "nothing half is kept");
        }
    }
    bench.pull(&archive);
    assert_eq!(bench.held(), served_by(&archive));
    // What was on its way when the process died is asked for once more, and nothing else.
    let asked = archive.asked().len();
    assert!(asked <= 24 + 4 * kills, "{asked} requests");
    bench.pull(&archive);
    assert!(archive.asked().is_empty());
}

/// A first sync of many contents runs for hours, and the lists are pulled beside it.
#[test]
fn a_session_that_is_said_meanwhile_does_not_wait_for_all_that_is_older() {
    let archive = Archive::of_sessions(60);
    let mut bench = bench(ContentPolicy::All);
    let lists = SyncOptions { content: ContentOptions::default(), ..bench.options.clone() };
    let pull = |bench: &Bench| bench.run(sync(&bench.mirror, std::slice::from_ref(&archive), &lists, &|_| {}));
    pull(&bench).expect("the mirror works");
    // Each look at this clock is a minute.
    static LOOKS: AtomicI64 = AtomicI64::new(0);
    bench.options.now = || now() + SignedDuration::from_mins(LOOKS.fetch_add(1, Ordering::Relaxed));
    let told = std::sync::atomic::AtomicBool::new(false);
    let on_event = |_| {
        if !told.swap(true, Ordering::Relaxed) {
            archive.session(900, 3, -1);
            std::thread::scope(|scope| {
                scope.spawn(|| pull(&bench).expect("the mirror works")).join().expect("it is pulled");
            });
        }
    };
    let report = bench.run(contents(&bench.mirror, &archive, &bench.options, &on_event)).expect("the mirror works");
    assert_eq!((report.due, report.fetched, report.waiting), (61, 61, 0), "{report:?}");
    let asked = archive.asked();
    let place = asked.iter().position(|id| id == "s900").expect("asked for");
    assert!(place < 30, "it came {place} places down");
    assert_eq!(asked.len(), 61, "and nothing is fetched twice");
    assert_eq!(bench.held(), served_by(&archive));
}

#[test]
fn a_policy_reaches_as_far_as_it_says_and_widens() {
    let archive = Archive::of_sessions(20);
    let mut bench = bench(ContentPolicy::None);
    bench.pull(&archive);
    assert!(archive.asked().is_empty());
    bench.options.content.policy = ContentPolicy::Recent(SignedDuration::from_hours(24 * 5));
    let report = bench.pull(&archive).content.expect("a report");
    assert_eq!(archive.asked(), ["s0", "s1", "s2", "s3", "s4", "s5"]);
    let totals = report.totals.expect("totals");
    assert_eq!((totals.held, totals.missing, totals.due), (6, 14, 0), "{totals:?}");
    bench.options.content.policy = ContentPolicy::All;
    bench.pull(&archive);
    assert_eq!(archive.asked().len(), 14);
    bench.options.content.policy = ContentPolicy::Recent(SignedDuration::from_hours(24));
    bench.pull(&archive);
    assert!(archive.asked().is_empty());
    assert_eq!(bench.held().len(), 20);
}

#[test]
fn a_session_that_is_gone_keeps_what_was_said_in_it() {
    let archive = Archive::of_sessions(12);
    let mut bench = bench(ContentPolicy::All);
    bench.pull(&archive);
    archive.remove("sessions", "s11");
    bench.full_pull(&archive);
    assert_eq!(bench.held().len(), 12);

    // Room for hardly anything: the oldest make it, but not the one that could not be fetched again.
    bench.options.content.budget = 300;
    let report = bench.pull(&archive).content.expect("a report");
    assert!(report.dropped > 0, "{report:?}");
    let held = bench.held();
    assert!(held.contains_key("s11") && held.contains_key("s0") && !held.contains_key("s10"), "{held:?}");
    assert_eq!(bench.state("s10"), ContentState::Dropped);
    archive.asked();
    bench.pull(&archive);
    assert!(archive.asked().is_empty(), "what was dropped is not fetched again and again");

    bench.options.content = ContentOptions { budget: u64::MAX, ..bench.options.content };
    bench.pull(&archive);
    assert_eq!(bench.held().len(), 12, "there is room again");

    bench.options.content.keep = ContentKeep::For(SignedDuration::from_hours(1));
    bench.options.now = || now() + SignedDuration::from_hours(2);
    let report = bench.pull(&archive).content.expect("a report");
    assert_eq!((report.expired, bench.held().contains_key("s11")), (1, false));
}

#[test]
fn what_the_platform_has_no_longer_makes_no_room_though_its_session_is_still_listed() {
    let archive = Archive::of_sessions(12);
    let mut bench = bench(ContentPolicy::All);
    bench.pull(&archive);
    archive.session(11, 4, 11);
    archive.contents.lock().unwrap().remove("s11");
    bench.full_pull(&archive);
    assert_eq!(bench.state("s11"), ContentState::Stale);

    bench.options.content.budget = 300;
    let report = bench.pull(&archive).content.expect("a report");
    let held = bench.held();
    assert!(report.dropped > 0 && !held.contains_key("s10"), "{held:?}");
    assert!(held.contains_key("s11"), "nothing could bring it back: {held:?}");
}

#[test]
fn a_session_that_fails_costs_no_other_and_is_not_asked_at_every_sync() {
    let archive = Archive::of_sessions(6);
    archive.fails("s2", FetchKind::Server);
    archive.contents.lock().unwrap().remove("s4");
    let mut bench = bench(ContentPolicy::All);
    let report = bench.pull(&archive).content.expect("a report");
    assert_eq!((report.fetched, report.failed, report.absent, report.waiting), (4, 1, 1, 1), "{report:?}");
    let problems = bench.mirror.reader().unwrap().problems(None, 10).unwrap();
    assert_eq!(
        (problems.len(), problems[0].code.as_str(), problems[0].id.as_deref()),
        (1, "content_server", Some("s2"))
    );
    assert_eq!(report.failing, 1);
    archive.asked();
    let report = bench.pull(&archive).content.expect("a report");
    assert!(archive.asked().is_empty(), "it is left alone for a while, and what has none is known to have none");
    assert_eq!((report.failed, report.waiting, report.failing), (0, 1, 1), "and that is said: {report:?}");
    bench.full_pull(&archive);
    assert_eq!(archive.asked(), ["s2", "s4"], "who asks for everything asks for these too");

    archive.serves("s2", "[1]");
    bench.options.now = || now() + SignedDuration::from_mins(11);
    bench.pull(&archive);
    assert_eq!((archive.asked(), bench.state("s2")), (vec!["s2".to_owned()], ContentState::Held));
    assert!(bench.mirror.reader().unwrap().problems(None, 10).unwrap().is_empty());
}

#[test]
fn a_connection_that_fails_is_not_asked_for_every_session() {
    let archive = Archive::of_sessions(40);
    (0..40).for_each(|n| archive.fails(&format!("s{n}"), FetchKind::Unreachable));
    let bench = bench(ContentPolicy::All);
    let report = bench.pull(&archive).content.expect("a report");
    assert!(archive.asked().len() <= 4);
    assert_eq!((report.failed, report.waiting, report.message.is_some()), (0, 40, true));
    (0..40).for_each(|n| archive.serves(&format!("s{n}"), "[]"));
    bench.pull(&archive);
    assert_eq!(archive.asked().len(), 40, "nobody is blamed for the network");
}

#[test]
fn sessions_that_are_broken_in_a_row_cost_no_other() {
    let archive = Archive::of_sessions(40);
    (0..12).for_each(|n| archive.fails(&format!("s{n}"), FetchKind::BadReply));
    (20..24).for_each(|n| archive.fails(&format!("s{n}"), FetchKind::Server));
    let bench = bench(ContentPolicy::All);
    let report = bench.pull(&archive).content.expect("a report");
    assert_eq!((report.fetched, report.failed, report.failing), (24, 16, 16), "{report:?}");
    // But a server that fails for all of them is not asked for all of them.
    let archive = Archive::of_sessions(40);
    (0..40).for_each(|n| archive.fails(&format!("s{n}"), FetchKind::Server));
    let bench = self::bench(ContentPolicy::All);
    bench.pull(&archive);
    assert!(archive.asked().len() < 20);
}

#[test]
fn a_session_that_the_key_does_not_open_stands_before_the_others_only_once() {
    let archive = Archive::of_sessions(10);
    archive.fails("s0", FetchKind::Unauthorized);
    let bench = bench(ContentPolicy::All);
    let report = bench.pull(&archive).content.expect("a report");
    assert!(report.message.is_some(), "{report:?}");
    bench.pull(&archive);
    assert_eq!(bench.held().len(), 9);
}

#[test]
fn opening_a_session_fetches_it_whatever_the_policy() {
    let archive = Archive::of_sessions(3);
    let bench = bench(ContentPolicy::None);
    bench.pull(&archive);
    let list = ListKey::new("archive", "sessions");
    let open = |id: &str| bench.run(fetch_content(&bench.mirror, &archive, &list, id, now)).expect("a mirror");
    assert_eq!(open("s1"), Opened::Fetched { messages: 3 });
    assert_eq!(bench.held().len(), 1);
    let served = archive.contents.lock().unwrap().remove("s0");
    assert_eq!(open("s0"), Opened::Absent);
    archive.contents.lock().unwrap().extend(served.map(|served| ("s0".to_owned(), served)));
    assert_eq!(open("s0"), Opened::Fetched { messages: 3 }, "what was not there may be by now");
    archive.fails("s2", FetchKind::BadReply);
    assert!(matches!(open("s2"), Opened::Failed(_)));
    archive.fails("s2", FetchKind::Unreachable);
    assert!(matches!(open("s2"), Opened::Unreachable(_)));
    assert_eq!(open("s"), Opened::NotFetched);
}

#[test]
fn what_stands_in_records_is_read_from_them() {
    let archive = Archive::new();
    archive.put("runs", json!({"id": "r1", "steps_json": "[{\"n\": 1.50}]", "modified_at": now().to_string()}));
    archive.put("runs", json!({"id": "r2", "steps": [1, 2], "modified_at": now().to_string()}));
    archive.put("runs", json!({"id": "r3", "modified_at": now().to_string()}));
    archive.serves("r3", "[3]");
    // A list may leave out what its records have when they are asked for one by one.
    archive.put("runs", json!({"id": "r4", "steps_json": "[]", "modified_at": now().to_string()}));
    archive.put("runs", json!({"id": "r5", "steps": [], "modified_at": now().to_string()}));
    archive.serves("r4", "[4]");
    archive.serves("r5", "[]");
    archive.put("jobs", json!({"id": "j1", "status": "DONE"}));
    for (id, seq) in [("a", 10), ("b", 9), ("c", 11)] {
        archive.put("job-events/j1", json!({"id": id, "seq": seq}));
    }
    let bench = bench(ContentPolicy::All);
    bench.pull(&archive);
    let mut asked = archive.asked();
    asked.sort();
    assert_eq!(asked, ["r3", "r4", "r5"], "only what the row lacks is fetched");
    let reader = bench.mirror.reader().unwrap();
    let content = |id: &str| reader.content(bench.key(Kind::Run, id)).unwrap().map(|it| (it.messages, it.count));
    assert_eq!(content("r1"), Some((r#"[{"n": 1.50}]"#.to_owned(), 1)));
    assert_eq!(content("r2"), Some(("[1,2]".to_owned(), 2)));
    assert_eq!(content("r3"), Some(("[3]".to_owned(), 1)));
    assert_eq!((content("r4"), content("r5")), (Some(("[4]".to_owned(), 1)), Some(("[]".to_owned(), 0))));
    let (messages, count) = content("j1").unwrap();
    let seqs: Vec<Value> =
        serde_json::from_str::<Vec<Value>>(&messages).unwrap().iter().map(|it| it["seq"].clone()).collect();
    assert_eq!((seqs, count), (vec![9.into(), 10.into(), 11.into()], 3));

    // A new event is a change of its job's content: the feed says so.
    let head = bench.feed_head();
    archive.put("job-events/j1", json!({"id": "d", "seq": 12}));
    bench.pull(&archive);
    let job = bench.key(Kind::Run, "j1");
    let told = bench.mirror.reader().unwrap().feed(head, 100).unwrap();
    assert!(told.iter().any(|entry| (entry.first..=entry.last).contains(&job)), "{told:?}");
    let totals = bench.mirror.reader().unwrap().content_totals(ContentPolicy::All, now()).unwrap();
    assert_eq!((totals[0].held, totals[0].due), (6, 0), "{totals:?}");
}

#[test]
fn an_event_that_was_deleted_is_no_part_of_its_job_any_longer_until_the_job_is_gone_too() {
    let archive = Archive::new();
    archive.put("jobs", json!({"id": "j1", "status": "DONE"}));
    archive.put("jobs", json!({"id": "j2", "status": "DONE"}));
    for (id, seq) in [("a", 1), ("b", 2)] {
        archive.put("job-events/j1", json!({"id": id, "seq": seq}));
    }
    archive.put("job-events/j2", json!({"id": "c", "seq": 1}));
    let mut bench = bench(ContentPolicy::All);
    bench.options.accept_gone = true;
    bench.pull(&archive);
    let job = bench.key(Kind::Run, "j1");
    let count = |job| bench.mirror.reader().unwrap().content(job).unwrap().map(|content| content.count);
    let held = || bench.mirror.reader().unwrap().content_totals(ContentPolicy::All, now()).unwrap().remove(0).held;
    let shown = |messages: u64| {
        let (mut rows, asked) = (0, format!("SELECT id FROM contents WHERE id = 'j1' AND messages = {messages}"));
        let mut each = |_: crate::store::SqlRow<'_>| {
            rows += 1;
            true
        };
        bench.mirror.reader().unwrap().sql(&asked, crate::text::Secrets::Masked, &mut each).expect("a statement");
        rows
    };
    assert_eq!((count(job), held(), shown(2)), (Some(2), 2, 1));

    let head = bench.feed_head();
    archive.remove("job-events/j1", "b");
    bench.full_pull(&archive);
    assert_eq!((count(job), shown(1)), (Some(1), 1));
    let told = bench.mirror.reader().unwrap().feed(head, 100).unwrap();
    assert!(told.iter().any(|entry| (entry.first..=entry.last).contains(&job)), "{told:?}");

    archive.remove("job-events/j1", "a");
    bench.full_pull(&archive);
    assert_eq!((count(job), held(), shown(0)), (None, 1, 0), "a job without events has no content");
    archive.remove("jobs", "j1");
    bench.full_pull(&archive);
    assert_eq!((count(job), held(), shown(2)), (Some(2), 1, 1), "what a job had that is gone is kept");
}

#[test]
fn where_there_is_no_room_for_the_oldest_they_are_not_fetched_to_be_dropped_again() {
    let archive = Archive::of_sessions(40);
    let mut bench = bench(ContentPolicy::All);
    bench.options.content.budget = 1_000;
    let report = bench.pull(&archive).content.expect("a report");
    assert!(report.full && report.waiting > 0, "{report:?}");
    let held = bench.held();
    assert!(!held.is_empty() && held.contains_key("s0") && !held.contains_key("s39"));
    archive.asked();
    for _ in 0..3 {
        bench.pull(&archive);
        assert_eq!((archive.asked(), bench.held()), (Vec::new(), held.clone()), "nothing new, and nothing asked for");
    }

    // What is new still takes the place of what is oldest.
    archive.session(40, 3, -1);
    bench.pull(&archive);
    assert_eq!(archive.asked(), ["s40"]);
    assert!(bench.held().contains_key("s40"));
    archive.asked();
    bench.pull(&archive);
    assert!(archive.asked().is_empty());
}

#[test]
fn what_is_far_more_than_there_is_room_for_is_not_fetched_to_its_end() {
    let archive = Archive::new();
    (0..10).for_each(|n| archive.session(n, 3, 1_000 + n as i64));
    let mut bench = bench(ContentPolicy::All);
    bench.options.content.budget = 1_000;
    bench.pull(&archive);
    assert!(bench.held().contains_key("s0"));
    archive.asked();

    // All of these are newer than what is held, the first of them the newest.
    (10..110).for_each(|n| archive.session(n, 3, n as i64));
    let report = bench.pull(&archive).content.expect("a report");
    let (asked, held) = (archive.asked(), bench.held());
    assert!(report.full && report.dropped > 0 && report.waiting > 50, "{report:?}");
    assert!(asked.len() < 40, "the newest are fetched until there is no room: {asked:?}");
    assert!(held.contains_key("s10") && !held.contains_key("s0") && !held.contains_key("s109"), "{:?}", held.keys());
    let room = bench.mirror.reader().expect("a reader").content_room(1_000).expect("readable");
    assert!(room.held_bytes <= 1_000, "{room:?}");
    bench.pull(&archive);
    assert_eq!((archive.asked(), bench.held()), (Vec::new(), held), "and that is that");
}

#[test]
fn a_platform_that_refuses_contents_holds_up_no_sync_and_no_other_content_for_good() {
    let archive = Archive::of_sessions(10);
    archive.fails("s1", FetchKind::RateLimited);
    *archive.silent.lock().unwrap() = ["s0", "s2", "s3"].map(str::to_owned).to_vec();
    let bench = bench(ContentPolicy::All);
    let report = bench.pull(&archive).content.expect("a report");
    assert!(archive.asked().len() <= 4, "nothing more is asked for");
    assert_eq!((report.fetched, report.failed, report.waiting), (0, 0, 10), "{report:?}");
    assert!(report.message.is_some(), "{report:?}");

    archive.silent.lock().unwrap().clear();
    let report = bench.pull(&archive).content.expect("a report");
    assert_eq!((report.fetched, report.waiting, report.failing), (9, 1, 1), "the others have their turn: {report:?}");
    archive.serves("s1", "[1]");
    bench.full_pull(&archive);
    assert_eq!(bench.held().len(), 10);
}
