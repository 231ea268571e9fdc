//! The whole engine, mirror included, against a platform in memory.

mod contents;
mod decisions;
mod families;
mod numbers;
mod town;
mod validators;
mod wire;
mod world;

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use tempfile::TempDir;

use self::world::{Fault, Item, Manner, World, clock, item, items};
use super::*;
use crate::model::{Offered, Query, Scope};
use crate::platform::Style;
use crate::store::Access;

struct Bench {
    mirror: Mirror,
    options: SyncOptions,
    _home: TempDir,
}

impl Bench {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let mirror = Mirror::open(&home.path().join("mirror.db"), Access::ReadWrite).expect("a new mirror");
        let options = SyncOptions {
            now: clock::now,
            reconcile: Duration::from_secs(1_000_000),
            reconcile_unordered: Duration::from_secs(1_000_000),
            ..SyncOptions::default()
        };
        Self { mirror, options, _home: home }
    }

    fn run<T>(&self, future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
    }

    fn sync(&self, world: &World) -> ConnectionReport {
        self.sync_with(world, &self.options)
    }

    fn full(&self, world: &World) -> ConnectionReport {
        self.sync_with(world, &SyncOptions { full: true, ..self.options.clone() })
    }

    fn sync_with(&self, world: &World, options: &SyncOptions) -> ConnectionReport {
        let report = self.run(sync(&self.mirror, std::slice::from_ref(world), options, &|_| {}));
        report.expect("the mirror works").connections.remove(0)
    }

    fn full_pull<S: crate::pull::Source>(&self, source: &S) -> ConnectionReport {
        let options = SyncOptions { full: true, ..self.options.clone() };
        let report = self.run(sync(&self.mirror, std::slice::from_ref(source), &options, &|_| {}));
        report.expect("the mirror works").connections.remove(0)
    }

    /// Starts a sync and drops it after so many events of its own making.
    fn sync_killed_after(&self, world: &World, polls: u32) {
        self.run(async {
            let future = sync(&self.mirror, std::slice::from_ref(world), &self.options, &|_| {});
            let mut future = std::pin::pin!(future);
            for _ in 0..polls {
                if futures_util::FutureExt::now_or_never(future.as_mut()).is_some() {
                    return;
                }
                tokio::task::yield_now().await;
            }
        });
    }

    /// Live rows of a list: id to document.
    fn mirrored(&self, collection: &str) -> BTreeMap<String, serde_json::Value> {
        let scope = Scope { collections: vec![collection.into()], ..Scope::default() };
        let reader = self.mirror.reader().expect("a reader");
        let rows = reader.window(&Query { limit: 100_000, ..Query::newest(scope) }).expect("a window").rows;
        let doc = |key| reader.record(key).expect("readable").expect("there").doc;
        rows.into_iter().map(|row| (row.id, serde_json::from_str(&doc(row.key)).expect("JSON"))).collect()
    }

    fn feed_head(&self) -> u64 {
        self.mirror.reader().and_then(|reader| reader.feed_head()).expect("a feed")
    }
}

fn served(rows: &[Item]) -> BTreeMap<String, serde_json::Value> {
    let doc = |row: &Item| serde_json::from_str(&world::incoming(row).doc).expect("JSON");
    rows.iter().map(|row| (row.id.clone(), doc(row))).collect()
}

fn report<'r>(report: &'r ConnectionReport, collection: &str) -> &'r ListReport {
    report.lists.iter().find(|list| list.list.collection == collection).expect("the list is reported")
}

#[test]
fn a_second_sync_with_nothing_new_asks_once_per_list_and_writes_nothing() {
    let world = World::new([("things", items(0..250)), ("plain", items(0..120)), ("runs", items(0..5))]);
    let bench = Bench::new();
    bench.sync(&world);
    let head = bench.feed_head();
    world.forget_requests();
    let second = bench.sync(&world);
    assert_eq!((world.requests("things"), world.requests("plain"), world.requests("runs")), (1, 1, 3));
    assert_eq!(bench.feed_head(), head);
    assert!(second.lists.iter().all(|list| list.inserted + list.updated + list.gone == 0), "{second:?}");
}

#[test]
fn an_edit_far_down_a_list_that_was_said_to_have_no_pages_is_seen_within_the_ten_minutes() {
    let world = World::new([("runs", items(0..9))]);
    world.with("runs", |list| list.manner.cap = 4);
    let bench = Bench::new();
    bench.sync(&world);
    world.with("runs", |list| list.rows[7].version = 9);
    let due = SyncOptions { reconcile_unordered: Duration::ZERO, ..bench.options.clone() };
    bench.sync_with(&world, &due);
    assert_eq!(bench.mirrored("runs"), served(&world.rows("runs")));
}

#[test]
fn a_contradiction_is_told_by_every_sync_until_it_is_gone() {
    let world = World::new([("things", items(0..250))]);
    world.with("things", |list| list.manner.fault = Fault::TotalOff(7));
    let bench = Bench::new();
    for _ in 0..3 {
        let told = bench.sync(&world);
        assert_eq!(report(&told, "things").outcome, Outcome::Partial);
    }
    world.with("things", |list| list.manner.fault = Fault::None);
    bench.sync(&world);
    assert_eq!(report(&bench.sync(&world), "things").outcome, Outcome::Ok);
}

#[test]
fn an_edit_that_moves_a_row_to_the_top_costs_two_pages_and_is_mirrored() {
    let world = World::new([("things", items(0..500))]);
    let bench = Bench::new();
    bench.sync(&world);
    world.forget_requests();
    world.with("things", |list| {
        let mut row = list.rows.remove(420);
        row.version = 7;
        list.rows.insert(0, row);
    });
    bench.sync(&world);
    assert_eq!(bench.mirrored("things"), served(&world.rows("things")));
    assert!(world.requests("things") <= 3);
}

#[test]
fn a_deleted_row_is_noticed_by_the_count_alone() {
    let world = World::new([("things", items(0..300))]);
    let bench = Bench::new();
    bench.sync(&world);
    world.with("things", |list| drop(list.rows.remove(250)));
    let report_ = bench.sync(&world);
    assert_eq!(report(&report_, "things").gone, 1);
    assert_eq!(bench.mirrored("things"), served(&world.rows("things")));
}

#[test]
fn an_emptied_server_never_empties_the_mirror() {
    for rows in [3, 300] {
        let world = World::new([("things", items(0..rows)), ("plain", items(0..rows))]);
        let bench = Bench::new();
        bench.sync(&world);
        for list in ["things", "plain"] {
            world.with(list, |list| list.manner.fault = Fault::Emptied);
        }
        for _ in 0..2 {
            let emptied = bench.full(&world);
            for list in ["things", "plain"] {
                assert_eq!(report(&emptied, list).outcome, Outcome::Partial);
                assert_eq!(bench.mirrored(list).len() as u64, rows);
            }
        }
        let accepted = bench.sync_with(&world, &SyncOptions { accept_gone: true, ..bench.options.clone() });
        assert_eq!(report(&accepted, "things").gone, rows);
        assert!(bench.mirrored("things").is_empty());
    }
}

#[test]
fn more_than_a_fifth_does_not_vanish_without_a_word_and_a_fifth_does() {
    let world = World::new([("things", items(0..100))]);
    let bench = Bench::new();
    bench.sync(&world);
    world.with("things", |list| list.rows.truncate(79));
    let held = bench.sync(&world);
    assert_eq!((report(&held, "things").outcome, report(&held, "things").gone), (Outcome::Partial, 0));
    world.with("things", |list| list.rows = items(0..80));
    let marked = bench.sync(&world);
    assert_eq!((report(&marked, "things").outcome, report(&marked, "things").gone), (Outcome::Ok, 20));
}

#[test]
fn sessions_that_age_out_may_do_so_over_a_weekend_and_others_do_not_vanish_with_them() {
    let mut rows: Vec<Item> = (0..100).map(|age| Item { version: 1_000 - age, ..item(age) }).collect();
    let mut world = World::new([("things", rows.clone())]);
    world.says("absence = \"retention\"");
    let bench = Bench::new();
    bench.sync(&world);
    // Any sixty of a hundred: the server fails.
    world.with("things", |list| list.rows.retain(|row| row.version % 5 > 1));
    let held = bench.full(&world);
    assert_eq!((report(&held, "things").outcome, report(&held, "things").gone), (Outcome::Partial, 0));
    // All but the forty oldest.
    rows.truncate(60);
    world.with("things", |list| list.rows = rows);
    let aged = bench.full(&world);
    assert_eq!((report(&aged, "things").outcome, report(&aged, "things").gone), (Outcome::Ok, 40));
}

#[test]
fn a_refused_list_does_not_keep_the_others_from_being_read() {
    for (kind, status) in [(FetchKind::NotOffered, 404), (FetchKind::NotOffered, 405), (FetchKind::Forbidden, 403)] {
        let world = World::new([("things", items(0..9)), ("plain", items(0..9))]);
        world.with("plain", |list| list.manner.fault = Fault::Refuses(kind, status));
        let bench = Bench::new();
        let first = bench.sync(&world);
        assert_eq!(report(&first, "plain").outcome, Outcome::NotOffered);
        assert_eq!(report(&first, "plain").offered, Offered::No { status });
        assert_eq!(bench.mirrored("things").len(), 9);
        assert!(first.error.is_none());
        world.forget_requests();
        let second = bench.sync(&world);
        assert_eq!(report(&second, "plain").outcome, Outcome::NotOffered, "it is said each time");
        assert_eq!(world.requests("plain"), 0, "and asked but once");
    }
}

/// A server that is started anew while it is first asked: the gateway before it finds nobody, and says so in its own words.
#[test]
fn a_list_that_only_a_gateway_says_is_not_there_is_asked_for_ten_minutes_later() {
    let world = World::new([("things", items(0..9)), ("plain", items(0..9)), ("runs", items(0..9))]);
    for list in ["plain", "runs"] {
        world.with(list, |list| list.manner.fault = Fault::Refuses(FetchKind::BadReply, 404));
    }
    let mut bench = Bench::new();
    let first = bench.sync(&world);
    for list in ["plain", "runs"] {
        assert_eq!(report(&first, list).outcome, Outcome::NotOffered, "{list}: it may be so");
        world.with(list, |list| list.manner.fault = Fault::None);
    }
    world.forget_requests();
    bench.sync(&world);
    assert_eq!((world.requests("plain"), world.requests("runs")), (0, 0));
    bench.options.reconcile_unordered = Duration::ZERO;
    bench.sync(&world);
    for list in ["plain", "runs"] {
        assert_eq!(bench.mirrored(list), served(&world.rows(list)), "{list}");
    }
}

#[test]
fn a_list_that_fails_halfway_loses_nothing_and_is_finished_by_the_next_sync() {
    let world = World::new([("things", items(0..900))]);
    let bench = Bench::new();
    world.with("things", |list| list.manner.fault = Fault::FailsFrom(300));
    let failed = bench.sync(&world);
    assert_eq!(report(&failed, "things").outcome, Outcome::Failed);
    assert!(bench.mirrored("things").len() >= 300);
    world.with("things", |list| list.manner.fault = Fault::None);
    bench.sync(&world);
    assert_eq!(bench.mirrored("things"), served(&world.rows("things")));
}

#[test]
fn a_lying_server_loses_nothing_and_the_lie_is_told() {
    for fault in [Fault::IgnoresOffset, Fault::TotalOff(40), Fault::TotalOff(-40), Fault::Endless] {
        let world = World::new([("things", items(0..250))]);
        let bench = Bench::new();
        bench.sync(&world);
        world.with("things", |list| list.manner.fault = fault);
        let lied = bench.full(&world);
        assert_eq!(report(&lied, "things").outcome, Outcome::Partial, "{fault:?}");
        assert!(report(&lied, "things").message.is_some());
        assert_eq!(report(&lied, "things").gone, 0, "{fault:?}");
        let mirrored = bench.mirrored("things");
        assert!((0..250).all(|id| mirrored.contains_key(&id.to_string())), "{fault:?}");
    }
}

#[test]
fn a_record_that_changes_its_partition_during_the_sync_stays() {
    let world = World::new([("runs", items(0..30))]);
    let bench = Bench::new();
    bench.sync(&world);
    // Between the first and the second request it moves into the piece that was just read.
    world.with("runs", |list| {
        list.rows[3].status = "DONE".to_owned();
        list.meddle = Some(Box::new(|request, rows| {
            if request == 4 {
                rows[3].status = "RUNNING".to_owned();
            }
        }));
    });
    let moved = bench.sync(&world);
    assert_eq!(report(&moved, "runs").gone, 0);
    assert_eq!(bench.mirrored("runs"), served(&world.rows("runs")));
}

#[test]
fn a_status_that_nobody_told_us_of_does_not_make_a_record_vanish() {
    let world = World::new([("runs", items(0..30))]);
    let bench = Bench::new();
    bench.sync(&world);
    world.with("runs", |list| list.rows[3].status = "HIBERNATING".to_owned());
    bench.sync(&world);
    assert_eq!(bench.mirrored("runs"), served(&world.rows("runs")));
    world.with("runs", |list| drop(list.rows.remove(3)));
    let deleted = bench.sync(&world);
    assert_eq!(report(&deleted, "runs").gone, 1);
}

#[test]
fn children_are_read_once_per_changed_or_open_parent() {
    let mut runs = items(0..3);
    runs[2].status = "DONE".to_owned();
    let step = |run: u64, seq: u64| Item { id: format!("{run}-{seq}"), version: seq, status: "step".to_owned() };
    let world = World::new([
        ("runs", runs),
        ("steps/0", vec![step(0, 1), step(0, 2)]),
        ("steps/1", vec![]),
        ("steps/2", vec![step(2, 1)]),
    ]);
    for run in 0..3 {
        world.with(&format!("steps/{run}"), |list| list.manner.style = Style::Whole);
    }
    let bench = Bench::new();
    bench.sync(&world);
    assert_eq!(bench.mirrored("steps").len(), 3);
    world.forget_requests();
    world.with("steps/0", |list| list.rows.push(step(0, 3)));
    bench.sync(&world);
    assert_eq!(bench.mirrored("steps").len(), 4);
    assert_eq!((world.requests("steps/1"), world.requests("steps/2")), (1, 0), "open, and settled");
}

#[test]
fn one_parent_whose_list_is_broken_costs_no_other() {
    let step = |run: u64| Item { id: format!("s{run}"), version: 1, status: "step".to_owned() };
    use FetchKind::*;
    for kind in [Server, Rejected, TooLarge, TimedOut, Forbidden] {
        let world = World::new([
            ("runs", items(0..4)),
            ("steps/0", vec![step(0)]),
            ("steps/1", vec![step(1)]),
            ("steps/2", vec![step(2)]),
            ("steps/3", vec![step(3)]),
        ]);
        for run in 0..4 {
            world.with(&format!("steps/{run}"), |list| list.manner.style = Style::Whole);
        }
        world.with("steps/1", |list| list.manner.fault = Fault::Refuses(kind, 500));
        let bench = Bench::new();
        let first = bench.sync(&world);
        assert_eq!(bench.mirrored("steps").len(), 3, "{kind:?}");
        let told = if kind == FetchKind::Forbidden { Outcome::Ok } else { Outcome::Partial };
        assert_eq!(report(&first, "steps").outcome, told, "{kind:?}");
        assert!(first.error.is_none());
        world.with("steps/1", |list| list.manner.fault = Fault::None);
        let second = bench.sync(&world);
        assert_eq!((bench.mirrored("steps").len(), report(&second, "steps").outcome), (4, Outcome::Ok), "{kind:?}");
    }
}

#[test]
fn a_server_that_fails_for_every_parent_is_not_asked_for_all_of_them() {
    let world = World::new([("runs", items(0..300))]);
    for run in 0..300 {
        let mut list = world::List::default();
        list.manner.fault = Fault::Refuses(FetchKind::Server, 500);
        world.lists.lock().unwrap().insert(format!("steps/{run}"), list);
    }
    let bench = Bench::new();
    let failed = bench.sync(&world);
    assert_eq!(report(&failed, "steps").outcome, Outcome::Failed);
    let asked: usize = (0..300).map(|run| world.requests(&format!("steps/{run}"))).sum();
    assert!(asked < 20, "{asked} requests");
}

#[test]
fn a_capped_reply_to_a_watermark_is_asked_on() {
    let step = |seq: u64| Item { id: format!("s{seq}"), version: seq, status: "step".to_owned() };
    let world = World::new([("runs", items(0..1)), ("steps/0", (1..=30).map(step).collect())]);
    // Seven at a time, and no word about there being more.
    world.with("steps/0", |list| {
        list.manner = Manner { cap: 7, tells_total: false, tells_more: false, style: Style::Page, ..Manner::default() };
    });
    let bench = Bench::new();
    bench.sync(&world);
    assert_eq!(bench.mirrored("steps").len(), 30);
    bench.full(&world);
    assert_eq!(bench.mirrored("steps").len(), 30, "nor does a later walk take the rest for gone");
}

#[test]
fn a_server_that_only_refuses_is_not_waited_for_list_by_list() {
    let world = World::new([("things", items(0..9)), ("plain", items(0..9)), ("runs", items(0..9))]);
    for list in ["things", "plain", "runs"] {
        world.with(list, |list| list.manner.fault = Fault::Refuses(FetchKind::RateLimited, 429));
    }
    let bench = Bench::new();
    let refused = bench.sync(&world);
    assert_eq!(refused.error.and_then(|error| error.kind), Some(FetchKind::RateLimited));
    let asked: usize = ["things", "plain", "runs"].iter().map(|list| world.requests(list)).sum();
    assert!(asked <= 3, "{asked} requests: no more than were on their way");
}

#[test]
fn a_key_that_is_refused_stops_the_connection() {
    let world = World::new([("things", items(0..9)), ("plain", items(0..9)), ("runs", items(0..9))]);
    for list in ["things", "plain", "runs"] {
        world.with(list, |list| list.manner.fault = Fault::Refuses(FetchKind::Unauthorized, 401));
    }
    let bench = Bench::new();
    let refused = bench.sync(&world);
    assert_eq!(refused.error.and_then(|error| error.kind), Some(FetchKind::Unauthorized));
    assert_eq!(world.requests("runs"), 1, "no more requests than are already on their way");
}

#[test]
fn a_list_that_wants_more_than_the_key_has_does_not_stop_the_others() {
    let world = World::new([("things", items(0..9)), ("plain", items(0..9)), ("runs", items(0..9))]);
    world.with("things", |list| list.manner.fault = Fault::Refuses(FetchKind::Unauthorized, 401));
    let bench = Bench::new();
    let synced = bench.sync(&world);
    assert!(synced.error.is_none());
    assert_eq!(report(&synced, "things").outcome, Outcome::Failed);
    assert_eq!(bench.mirrored("plain").len(), 9);
    assert_eq!(bench.mirrored("runs").len(), 9);
}

#[test]
fn a_list_that_was_served_once_is_asked_for_again_however_it_is_refused() {
    for status in [403, 404, 405, 501] {
        let world = World::new([("things", items(0..250))]);
        let bench = Bench::new();
        bench.sync(&world);
        world.with("things", |list| list.rows.push(item(900)));
        world.with("things", |list| list.manner.fault = Fault::Refuses(FetchKind::NotOffered, status));
        assert_eq!(report(&bench.sync(&world), "things").outcome, Outcome::Failed, "{status}: it is told as a failure");
        world.with("things", |list| list.manner.fault = Fault::None);
        bench.sync(&world);
        assert_eq!(bench.mirrored("things"), served(&world.rows("things")), "{status}");
    }
}

#[test]
fn a_first_walk_whose_place_the_server_has_forgotten_begins_anew() {
    use FetchKind::*;
    for (kind, status) in [(NotOffered, 410), (NotOffered, 404), (BadReply, 200), (Rejected, 400), (Server, 500)] {
        let world = World::new([("things", items(0..3_000))]);
        world.with("things", |list| list.manner.fault = Fault::FailsFrom(2_500));
        let bench = Bench::new();
        assert_eq!(report(&bench.sync(&world), "things").outcome, Outcome::Failed);
        world.forget_requests();
        world.with("things", |list| list.manner.fault = Fault::Forgets(kind, status));
        assert_eq!(report(&bench.sync(&world), "things").outcome, Outcome::Ok, "{kind:?} {status}");
        assert_eq!(bench.mirrored("things"), served(&world.rows("things")), "{kind:?} {status}");
        assert!(world.with("things", |list| list.asks[0].at != crate::platform::At::Start), "it went on first");
    }
}

#[test]
fn edits_behind_a_page_that_failed_are_read_by_the_next_sync() {
    let world = World::new([("things", items(0..500))]);
    let bench = Bench::new();
    bench.sync(&world);
    world.with("things", |list| list.rows[..350].iter_mut().for_each(|row| row.version += 1));
    world.with("things", |list| list.manner.fault = Fault::FailsFrom(90));
    assert_eq!(report(&bench.sync(&world), "things").outcome, Outcome::Failed);
    world.with("things", |list| list.manner.fault = Fault::None);
    bench.sync(&world);
    assert_eq!(bench.mirrored("things"), served(&world.rows("things")));
}

#[test]
fn rows_taken_away_between_pages_of_one_row_do_not_hide_others() {
    let world = World::new([("things", items(0..40))]);
    world.with("things", |list| {
        list.manner = Manner { cap: 1, tells_total: false, tells_more: false, ..Manner::default() };
        list.meddle = Some(Box::new(|request, rows| {
            if request < 12 && rows.len() > 5 {
                rows.remove(request as usize / 2);
            }
        }));
    });
    let bench = Bench::new();
    bench.sync(&world);
    assert_eq!(bench.mirrored("things"), served(&world.rows("things")));
}

#[test]
fn rows_that_come_and_go_between_pages_of_one_row_do_not_hide_others() {
    let world = World::new([("things", items(0..40))]);
    world.with("things", |list| {
        list.manner.cap = 1;
        list.meddle = Some(Box::new(|request, rows| {
            if (10..14).contains(&request) {
                rows.remove(0);
                rows.push(item(900 + request));
            }
        }));
    });
    let bench = Bench::new();
    bench.sync(&world);
    assert_eq!(bench.mirrored("things"), served(&world.rows("things")));
}

#[test]
fn a_list_that_grows_with_each_request_is_met_all_the_same() {
    let world = World::new([("things", items(0..300))]);
    world.with("things", |list| {
        list.manner.cap = 50;
        list.meddle = Some(Box::new(|request, rows| rows.insert(0, item(10_000 + request))));
    });
    let synced = Bench::new().sync(&world);
    assert_eq!(report(&synced, "things").outcome, Outcome::Ok, "{:?}", report(&synced, "things").message);
}

#[test]
fn a_server_that_heeds_no_value_of_a_partition_brings_no_news_for_that() {
    let world = World::new([("runs", items(0..30))]);
    world.with("runs", |list| list.manner.fault = Fault::IgnoresValue);
    let bench = Bench::new();
    for sync in 0..3 {
        let synced = bench.sync(&world);
        let of = report(&synced, "runs");
        let inserted = if sync == 0 { 30 } else { 0 };
        assert_eq!((of.inserted, of.updated, of.gone), (inserted, 0, 0), "sync {sync}");
        assert_eq!(of.server_count, Some(30), "sync {sync}");
    }
    world.with("runs", |list| list.rows[7].version += 1);
    assert_eq!(report(&bench.sync(&world), "runs").updated, 1);
    assert_eq!(bench.mirrored("runs"), served(&world.rows("runs")));
}

/// Approvals that wait are none at most times, and must not be out of sight for a day when there is one.
#[test]
fn a_value_without_rows_that_is_refused_for_once_is_asked_for_by_the_next_sync() {
    let world = World::new([("runs", items(0..9))]);
    let bench = Bench::new();
    bench.sync(&world);
    world.with("runs", |list| list.manner.fault = Fault::RefusesValue("PAUSED"));
    assert_eq!(report(&bench.sync(&world), "runs").outcome, Outcome::Partial, "it is told");
    world.with("runs", |list| {
        list.manner.fault = Fault::None;
        list.rows.push(Item { status: "PAUSED".to_owned(), ..item(900) });
    });
    assert_eq!(report(&bench.sync(&world), "runs").outcome, Outcome::Ok);
    assert_eq!(bench.mirrored("runs"), served(&world.rows("runs")));
}

#[test]
fn a_value_that_is_refused_for_once_keeps_its_rows_and_those_of_the_others() {
    let mut rows = items(0..90);
    rows[..60].iter_mut().for_each(|row| row.status = "PAUSED".to_owned());
    let world = World::new([("runs", rows)]);
    let bench = Bench::new();
    bench.sync(&world);
    world.with("runs", |list| {
        list.manner.fault = Fault::RefusesValue("PAUSED");
        list.rows.extend((900..903).map(|id| Item { status: "DONE".to_owned(), ..item(id) }));
    });
    let refused = bench.sync(&world);
    assert_eq!(report(&refused, "runs").outcome, Outcome::Partial);
    assert_eq!(report(&refused, "runs").gone, 0);
    assert_eq!(bench.mirrored("runs"), served(&world.rows("runs")), "the other values are read all the same");
}

#[test]
fn rows_that_a_lying_server_hid_are_read_once_it_tells_the_truth() {
    for fault in [Fault::IgnoresOffset, Fault::Emptied] {
        let world = World::new([("things", items(0..430))]);
        let bench = Bench::new();
        world.with("things", |list| list.manner.fault = fault);
        bench.sync(&world);
        world.with("things", |list| list.manner.fault = Fault::None);
        bench.sync(&world);
        assert_eq!(bench.mirrored("things"), served(&world.rows("things")), "{fault:?}");
    }
}

/// One change of the world, by a fraction of its length.
#[derive(Debug, Clone)]
enum Move {
    Insert(f64),
    Remove(f64),
    Edit(f64),
}

fn moves() -> impl Strategy<Value = Vec<(u64, Move)>> {
    let one = prop_oneof![
        (0.0..1.0).prop_map(Move::Insert),
        Just(Move::Insert(0.0)),
        (0.0..1.0).prop_map(Move::Remove),
        (0.0..1.0).prop_map(Move::Edit),
    ];
    proptest::collection::vec((0u64..12, one), 0..6)
}

fn make(rows: &mut Vec<Item>, change: &Move, serial: u64) {
    let place = |part: f64, len: usize| (part * len as f64) as usize;
    match change {
        Move::Insert(part) => rows.insert(place(*part, rows.len()), item(format!("new{serial}"))),
        Move::Remove(part) if !rows.is_empty() => drop(rows.remove(place(*part, rows.len()))),
        Move::Edit(part) if !rows.is_empty() => {
            let mut row = rows.remove(place(*part, rows.len()));
            row.version = 1_000 + serial;
            rows.insert(0, row);
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Rows are inserted, deleted and edited while the list is walked. Whatever that one sync could not see, the next
    /// one does; and what it could see, the first has.
    #[test]
    fn a_list_that_moves_while_it_is_read_is_mirrored(
        len in 0u64..60,
        cap in prop_oneof![Just(1usize), Just(2), Just(7), Just(100)],
        style in prop_oneof![Just(Style::Offset), Just(Style::Cursor)],
        tells_total: bool,
        tells_more: bool,
        script in moves(),
    ) {
        let tells_more = tells_more || style == Style::Cursor;
        walk_while_it_moves(len, Manner { style, cap, tells_total, tells_more, ..Manner::default() }, script);
    }
}

#[test]
fn moves_that_once_hid_a_row_hide_none() {
    let manner = |style, cap| Manner { style, cap, tells_total: true, tells_more: false, ..Manner::default() };
    walk_while_it_moves(49, manner(Style::Offset, 7), vec![(7, Move::Insert(0.0)), (0, Move::Insert(0.0))]);
    walk_while_it_moves(26, manner(Style::Cursor, 2), vec![(1, Move::Edit(0.402))]);
    walk_while_it_moves(18, manner(Style::Offset, 2), vec![(10, Move::Edit(0.643))]);
}

/// Walks a list that moves by `script`, and says when a row is missing that need not be.
fn walk_while_it_moves(len: u64, manner: Manner, script: Vec<(u64, Move)>) {
    let world = World::new([("things", items(0..len))]);
    let (cap, tells_total) = (manner.cap, manner.tells_total);
    world.with("things", |list| {
        list.manner = manner;
        list.meddle = Some(Box::new(move |request, rows| {
            for (serial, (at, change)) in script.iter().enumerate() {
                if *at == request {
                    make(rows, change, serial as u64);
                }
            }
        }));
    });
    let bench = Bench::new();
    bench.sync(&world);
    if tells_total && world.requests("things") > 12 && cap > 1 {
        // The list held still at the end, and its counts can be checked: nothing is missing already now.
        let mirrored = bench.mirrored("things");
        for row in world.rows("things") {
            assert!(mirrored.contains_key(&row.id), "{} is missing", row.id);
        }
    }
    world.with("things", |list| list.meddle = None);
    bench.full(&world);
    // A list that is empty where there were rows is not believed: that is for a person to say.
    if !world.rows("things").is_empty() {
        assert_eq!(bench.mirrored("things"), served(&world.rows("things")));
    }
}

proptest! {
    // Each case syncs thousands of rows.
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    /// A sync is killed anywhere, the world moves on, and the next sync makes the mirror equal.
    #[test]
    fn a_killed_sync_is_finished_by_the_next(polls in 0u32..400, len in 2_000u64..2_600, removed in 0usize..50) {
        let world = World::new([("things", items(0..len)), ("plain", items(0..90))]);
        let bench = Bench::new();
        bench.sync_killed_after(&world, polls);
        world.with("things", |list| {
            list.rows.drain(100..100 + removed);
            list.rows.insert(0, item("fresh"));
        });
        bench.sync(&world);
        prop_assert_eq!(bench.mirrored("things"), served(&world.rows("things")));
        prop_assert_eq!(bench.mirrored("plain"), served(&world.rows("plain")));
    }
}
