//! Applying batches: counts, feed, gone marks, counters, agents.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::model::{CountOf, Field, Filter, JoinKey, ListState, Match, Offered, Query, RowKey, Scope, WalkCursor};
use crate::store::{Applied, NewProblem, Reader, StoreError};

fn applied(inserted: u64, updated: u64, unchanged: u64, gone: u64) -> Applied {
    Applied { inserted, updated, unchanged, gone }
}

fn touched(reader: &Reader, since: u64) -> BTreeSet<i64> {
    let entries = reader.feed(since, usize::MAX).unwrap();
    entries.iter().flat_map(|entry| entry.first.0..=entry.last.0).collect()
}

#[tokio::test]
async fn an_unchanged_row_costs_no_write_and_no_feed_entry() {
    let place = Place::new();
    let mirror = place.open();
    let sessions = list(&mirror, "a", "sessions", Kind::Session).await;
    let first = mirror.apply(sessions, rows([row("1", 1), row("2", 1)]), time(10)).await.unwrap();
    assert_eq!(first, applied(2, 0, 0, 0));
    let reader = mirror.reader().unwrap();
    let (head, mut commits) = (reader.feed_head().unwrap(), mirror.commits());
    commits.mark_unchanged();
    let again = mirror.apply(sessions, rows([row("1", 1), row("2", 1)]), time(20)).await.unwrap();
    assert_eq!(again, applied(0, 0, 2, 0));
    assert_eq!(reader.feed_head().unwrap(), head);
    assert!(!commits.has_changed().unwrap());
    let third = mirror.apply(sessions, rows([row("1", 1), row("2", 2)]), time(30)).await.unwrap();
    assert_eq!(third, applied(0, 1, 1, 0));
    assert!(commits.has_changed().unwrap());
    let found = reader.find(&Scope::default(), "2", 5).unwrap();
    assert_eq!(found[0].doc, row("2", 2).doc);
    assert_eq!(touched(&reader, head), BTreeSet::from([found[0].row.key.0]));
}

#[tokio::test]
async fn a_page_is_one_entry_of_the_feed() {
    let place = Place::new();
    let mirror = place.open();
    let sessions = list(&mirror, "a", "sessions", Kind::Session).await;
    let page = rows((0..100).rev().map(|id| row(&format!("{id:03}"), 1)));
    mirror.apply(sessions, page, time(1)).await.unwrap();
    let feed = mirror.reader().unwrap().feed(0, 10).unwrap();
    assert_eq!(feed.len(), 1);
    assert_eq!(feed[0].last.0 - feed[0].first.0, 99);
}

#[tokio::test]
async fn a_record_that_is_gone_stays_and_may_come_back() {
    let place = Place::new();
    let mirror = place.open();
    let sessions = list(&mirror, "a", "sessions", Kind::Session).await;
    mirror.apply(sessions, rows([row("1", 1), row("2", 1)]), time(10)).await.unwrap();
    let marks = Batch { gone: vec!["1".into(), "unknown".into()], ..Batch::default() };
    assert_eq!(mirror.apply(sessions, marks.clone(), time(20)).await.unwrap(), applied(0, 0, 0, 1));
    assert_eq!(mirror.apply(sessions, marks, time(25)).await.unwrap(), applied(0, 0, 0, 0));
    let reader = mirror.reader().unwrap();
    let gone = reader.find(&Scope::default(), "1", 1).unwrap().remove(0);
    assert_eq!(gone.row.gone_at, Some(time(20)));
    assert_eq!(gone.doc, row("1", 1).doc);
    assert_eq!(reader.live_count(sessions, None).unwrap(), 1);
    assert_eq!(reader.hashes(sessions, &["1", "2", "3"]).unwrap(), [None, Some(1), None]);
    assert_eq!(mirror.apply(sessions, rows([row("1", 1)]), time(30)).await.unwrap(), applied(0, 1, 0, 0));
    let back = reader.record(gone.row.key).unwrap().unwrap();
    assert_eq!((back.row.gone_at, back.row.confirmed_at), (None, time(30)));
}

#[tokio::test]
async fn one_id_twice_on_a_page_is_one_record_as_last_told() {
    let place = Place::new();
    let mirror = place.open();
    let sessions = list(&mirror, "a", "sessions", Kind::Session).await;
    let page = rows([row("1", 1), row("2", 1), row("1", 2), row("1", 2)]);
    assert_eq!(mirror.apply(sessions, page, time(1)).await.unwrap(), applied(2, 1, 1, 0));
    let found = mirror.reader().unwrap().find(&Scope::default(), "1", 9).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].doc, row("1", 2).doc);
}

#[tokio::test]
async fn batches_handed_over_together_keep_their_order_and_their_counts() {
    let place = Place::new();
    let mirror = place.open();
    let lists = mirror
        .register(vec![spec("a", "sessions", Kind::Session), spec("b", "sessions", Kind::Session)])
        .await
        .unwrap();
    let mut pending = Vec::new();
    for version in 1..=20 {
        for &list in &lists {
            pending.push(mirror.submit(list, rows([row("1", version)]), time(1)).await.unwrap());
        }
    }
    let gone = Batch { gone: vec!["1".into()], ..Batch::default() };
    pending.push(mirror.submit(lists[0], gone, time(2)).await.unwrap());
    pending.push(mirror.submit(lists[0], rows([row("1", 7)]), time(3)).await.unwrap());
    let mut sum = Applied::default();
    for pending in pending {
        let applied = pending.committed().await.unwrap();
        sum.inserted += applied.inserted;
        sum.updated += applied.updated;
        sum.gone += applied.gone;
    }
    assert_eq!(sum, applied(2, 39, 0, 1));
    let reader = mirror.reader().unwrap();
    assert_eq!(reader.hashes(lists[0], &["1"]).unwrap(), [Some(7)]);
    assert_eq!(reader.hashes(lists[1], &["1"]).unwrap(), [Some(20)]);
}

#[tokio::test]
async fn a_bad_batch_fails_alone() {
    let place = Place::new();
    let mirror = place.open();
    let sessions = list(&mirror, "a", "sessions", Kind::Session).await;
    let good = mirror.submit(sessions, rows([row("1", 1)]), time(1)).await.unwrap();
    let bad = mirror.submit(ListId(77), rows([row("1", 1)]), time(1)).await.unwrap();
    let also_good = mirror.submit(sessions, rows([row("2", 1)]), time(1)).await.unwrap();
    assert!(good.committed().await.is_ok());
    assert!(matches!(bad.committed().await, Err(StoreError::UnknownList(77))));
    assert!(also_good.committed().await.is_ok());
    assert_eq!(mirror.reader().unwrap().live_count(sessions, None).unwrap(), 2);
}

#[tokio::test]
async fn what_the_file_refuses_takes_only_its_own_batch_along() {
    let place = Place::new();
    let mirror = place.open();
    let sessions = list(&mirror, "a", "sessions", Kind::Session).await;
    let other = rusqlite::Connection::open(place.path()).unwrap();
    other
        .execute_batch(
            "CREATE TRIGGER sabotage BEFORE INSERT ON record WHEN NEW.id = 'poison'
             BEGIN SELECT RAISE(ABORT, 'sabotage'); END",
        )
        .unwrap();
    let word = |id: &str| Incoming {
        columns: Columns { status: Some(format!("status of {id}")), ..Columns::default() },
        ..row(id, 1)
    };
    let mut pending = Vec::new();
    for ids in [vec!["1", "2"], vec!["3", "poison"], vec!["4", "3"]] {
        pending.push(mirror.submit(sessions, rows(ids.into_iter().map(word)), time(1)).await.unwrap());
    }
    let mut told = Vec::new();
    for pending in pending {
        told.push(pending.committed().await);
    }
    assert_eq!(told[0].as_ref().unwrap(), &applied(2, 0, 0, 0));
    assert!(told[1].as_ref().unwrap_err().to_string().contains("sabotage"));
    assert_eq!(told[2].as_ref().unwrap(), &applied(2, 0, 0, 0));
    let reader = mirror.reader().unwrap();
    let ids: Vec<String> = reader.live(sessions, None, None, 9).unwrap().into_iter().map(|known| known.id).collect();
    assert_eq!(ids, ["1", "2", "3", "4"]);
    assert_eq!(reader.statuses(&Scope::default()).unwrap().len(), 4);
    assert_eq!(reader.live_count(sessions, None).unwrap(), 4);
}

#[tokio::test]
async fn the_projects_of_live_rows_are_known_by_name() {
    let place = Place::new();
    let mirror = place.open();
    let sessions = list(&mirror, "a", "sessions", Kind::Session).await;
    let of = |id: &str, project: &str| Incoming {
        columns: Columns { project: Some(project.to_owned()), ..Columns::default() },
        ..row(id, 1)
    };
    mirror.apply(sessions, rows([of("1", "/b"), of("2", "/a"), of("3", "/b")]), time(1)).await.unwrap();
    let reader = mirror.reader().unwrap();
    assert_eq!(reader.projects(&Scope::default(), 9).unwrap(), ["/a", "/b"]);
    assert_eq!(reader.projects(&Scope::default(), 1).unwrap().len(), 1);
    let elsewhere = Scope { connections: vec!["b".to_owned()], ..Scope::default() };
    assert!(reader.projects(&elsewhere, 9).unwrap().is_empty());
}

#[tokio::test]
async fn a_writer_that_breaks_is_told_and_not_waited_for() {
    let place = Place::new();
    let mirror = place.open();
    let sessions = list(&mirror, "a", "sessions", Kind::Session).await;
    mirror.apply(sessions, rows([row("1", 1)]), time(1)).await.unwrap();
    mirror.break_writer();
    let mut stopped = false;
    // The first may still find the channel open; none may hang.
    for _ in 0..2 {
        stopped = matches!(mirror.apply(sessions, rows([row("2", 1)]), time(1)).await, Err(StoreError::Stopped));
    }
    assert!(stopped);
    assert!(matches!(mirror.settle().await, Err(StoreError::Stopped)));
    assert_eq!(mirror.reader().unwrap().live_count(sessions, None).unwrap(), 1);
}

#[tokio::test]
async fn titles_are_kept_whether_the_document_is_short_or_long() {
    let place = Place::new();
    let mirror = place.open();
    let lists = mirror.register(vec![spec("a", "others", Kind::Other)]).await.unwrap();
    let long = "x".repeat(5_000);
    for (id, title, doc) in [
        ("1", Some("short"), "{}".to_owned()),
        ("2", Some(""), "{}".to_owned()),
        ("3", None, "{}".to_owned()),
        ("4", Some("long \u{ff} document"), format!("{{\"a\":\"{long}\"}}")),
        ("5", None, format!("{{\"a\":\"{long}\"}}")),
        ("6", Some(long.as_str()), "{\"a\":\"\u{ff}\"}".to_owned()),
    ] {
        let columns = Columns { title: title.map(str::to_owned), ..Columns::default() };
        let told = Incoming { columns, doc: doc.clone(), ..row(id, 1) };
        mirror.apply(lists[0], rows([told]), time(1)).await.unwrap();
        let found = mirror.reader().unwrap().find(&Scope::default(), id, 1).unwrap().remove(0);
        assert_eq!((found.row.title.as_deref(), found.doc), (title, doc), "{id}");
    }
}

#[tokio::test]
async fn states_and_problems_stand_beside_the_rows() {
    let place = Place::new();
    let mirror = place.open();
    let runs = list(&mirror, "a", "runs", Kind::Run).await;
    let state = ListState {
        partition: "RUNNING".into(),
        offered: Offered::Yes,
        checked_at: Some(time(5)),
        server_count: Some(2),
        walk: Some(WalkCursor { started_at: time(4), at: "offset 100".into() }),
        watermark: Some("2026".into()),
        parent_hash: Some(u64::MAX),
        ..ListState::default()
    };
    let problem = |message: &str| NewProblem { id: None, code: "bad_row".into(), message: message.into() };
    let batch = Batch {
        partition: "RUNNING".into(),
        state: Some(state.clone()),
        problems: vec![problem("first"), NewProblem { id: Some("9".into()), ..problem("other") }],
        ..rows([row("1", 1)])
    };
    mirror.apply(runs, batch, time(5)).await.unwrap();
    let reader = mirror.reader().unwrap();
    assert_eq!(reader.state(runs, "RUNNING").unwrap(), Some(state.clone()));
    assert_eq!(reader.state(runs, "").unwrap(), None);
    assert_eq!(reader.states(runs).unwrap(), [state]);
    assert_eq!(reader.live_count(runs, Some("RUNNING")).unwrap(), 1);
    let fresh = reader.freshness().unwrap().remove(0);
    assert_eq!((fresh.server_count, fresh.mirror_count, fresh.walking, fresh.problems), (Some(2), 1, true, 2));

    let again = Batch { problems: vec![problem("again")], ..Batch::default() };
    mirror.apply(runs, again, time(9)).await.unwrap();
    let problems = reader.problems(Some("a"), 10).unwrap();
    assert_eq!(problems.len(), 2);
    assert_eq!((problems[0].message.as_str(), problems[0].since, problems[0].seen_at), ("again", time(5), time(9)));
    let solved = Batch { solved: vec!["bad_row".into()], ..Batch::default() };
    mirror.apply(runs, solved, time(10)).await.unwrap();
    assert!(reader.problems(None, 10).unwrap().is_empty());
}

#[tokio::test]
async fn a_list_in_partitions_is_as_fresh_as_the_stalest() {
    let place = Place::new();
    let mirror = place.open();
    let runs = list(&mirror, "a", "runs", Kind::Run).await;
    let state = |partition: &str, walked_at| Batch {
        partition: partition.into(),
        state: Some(ListState {
            partition: partition.into(),
            offered: Offered::Yes,
            walked_at,
            checked_at: walked_at,
            server_count: Some(3),
            ..ListState::default()
        }),
        ..Batch::default()
    };
    mirror.apply(runs, state("RUNNING", Some(time(9))), time(9)).await.unwrap();
    mirror.apply(runs, state("FAILED", None), time(9)).await.unwrap();
    let fresh = mirror.reader().unwrap().freshness().unwrap().remove(0);
    assert_eq!((fresh.walked_at, fresh.server_count), (None, Some(6)));
    mirror.apply(runs, state("FAILED", Some(time(7))), time(9)).await.unwrap();
    let fresh = mirror.reader().unwrap().freshness().unwrap().remove(0);
    assert_eq!((fresh.walked_at, fresh.checked_at), (Some(time(7)), Some(time(7))));
}

#[tokio::test]
async fn a_complete_walk_confirms_the_rows_it_did_not_have_to_write() {
    let place = Place::new();
    let mirror = place.open();
    let sessions = list(&mirror, "a", "sessions", Kind::Session).await;
    mirror.apply(sessions, rows([row("1", 1), row("2", 1)]), time(10)).await.unwrap();
    let walked = ListState { offered: Offered::Yes, walked_at: Some(time(50)), ..ListState::default() };
    let end = Batch { state: Some(walked), gone: vec!["2".into()], ..Batch::default() };
    mirror.apply(sessions, end, time(50)).await.unwrap();
    let reader = mirror.reader().unwrap();
    let confirmed = |id: &str| reader.find(&Scope::default(), id, 1).unwrap()[0].row.confirmed_at;
    assert_eq!((confirmed("1"), confirmed("2")), (time(50), time(10)));
}

fn joined(id: &str, key: &str, rank: i64, title: &str) -> Incoming {
    Incoming {
        join: Some(JoinKey { key: key.into(), rank }),
        columns: Columns { title: Some(title.into()), ..Columns::default() },
        ..row(id, rank.unsigned_abs())
    }
}

fn of_agent(id: &str, agent: &str) -> Incoming {
    Incoming { columns: Columns { agent: Some(agent.into()), ..Columns::default() }, ..row(id, 1) }
}

#[tokio::test]
async fn a_session_finds_its_agent_whichever_came_first() {
    let place = Place::new();
    let mirror = place.open();
    let sessions = ListSpec { agent_join: Some("agents".into()), ..spec("a", "sessions", Kind::Session) };
    let lists = mirror.register(vec![sessions, spec("a", "agents", Kind::Agent)]).await.unwrap();
    mirror.apply(lists[0], rows([of_agent("s1", "client-1"), of_agent("s2", "client-2")]), time(1)).await.unwrap();
    let reader = mirror.reader().unwrap();
    let shown = |id: &str| {
        let row = reader.find(&Scope::default(), id, 1).unwrap().remove(0).row;
        (row.agent.unwrap(), row.agent_title, row.agent_doubt)
    };
    assert_eq!(shown("s1"), ("client-1".into(), None, false));
    let agents = rows([joined("old", "client-1", 1, "builder"), joined("new", "client-1", 2, "Builder Two")]);
    mirror.apply(lists[1], agents, time(2)).await.unwrap();
    assert_eq!(shown("s1"), ("new".into(), Some("Builder Two".into()), true));
    mirror.apply(lists[1], Batch { gone: vec!["new".into()], ..Batch::default() }, time(3)).await.unwrap();
    assert_eq!(shown("s1"), ("old".into(), Some("builder".into()), false));

    for (named, ids) in [("client-1", vec!["s1"]), ("OLD", vec!["s1"]), ("Builder", vec!["s1"]), ("nobody", vec![])] {
        let filter = Filter::Field(Field::Agent, Match::Is(named.into()));
        let query = Query { filter, ..Query::newest(Scope { kinds: vec![Kind::Session], ..Scope::default() }) };
        let found: Vec<String> = reader.window(&query).unwrap().rows.into_iter().map(|row| row.id).collect();
        assert_eq!(found, ids, "{named}");
    }
}

#[tokio::test]
async fn an_agent_named_by_id_shows_its_title() {
    let place = Place::new();
    let mirror = place.open();
    let runs = ListSpec { agent_list: Some("agents".into()), ..spec("a", "runs", Kind::Run) };
    let lists = mirror.register(vec![runs, spec("a", "agents", Kind::Agent)]).await.unwrap();
    mirror.apply(lists[0], rows([of_agent("r1", "ag-1")]), time(1)).await.unwrap();
    let agent = Incoming { columns: Columns { title: Some("Payer".into()), ..Columns::default() }, ..row("ag-1", 1) };
    mirror.apply(lists[1], rows([agent]), time(2)).await.unwrap();
    let row = mirror.reader().unwrap().find(&Scope::default(), "r1", 1).unwrap().remove(0).row;
    assert_eq!((row.agent.as_deref(), row.agent_title.as_deref()), (Some("ag-1"), Some("Payer")));
}

#[tokio::test]
async fn a_forgotten_connection_leaves_nothing_and_its_numbers_are_not_given_again() {
    let place = Place::new();
    let mirror = place.open();
    let lists = mirror
        .register(vec![spec("a", "sessions", Kind::Session), spec("b", "sessions", Kind::Session)])
        .await
        .unwrap();
    for &list in &lists {
        mirror.apply(list, rows([row("1", 1), row("2", 1)]), time(1)).await.unwrap();
    }
    let reader = mirror.reader().unwrap();
    let head = reader.feed_head().unwrap();
    mirror.forget("b").await.unwrap();
    assert_eq!(touched(&reader, head), BTreeSet::from([3, 4]));
    assert_eq!(reader.record(RowKey(3)).unwrap(), None);
    assert_eq!(reader.freshness().unwrap().len(), 1);
    drop((reader, mirror));
    let mirror = place.open();
    let again = list(&mirror, "b", "sessions", Kind::Session).await;
    assert!(!lists.contains(&again));
    mirror.apply(again, rows([row("1", 1)]), time(2)).await.unwrap();
    let found = mirror.reader().unwrap().find(&Scope { connections: vec!["b".into()], ..Scope::default() }, "1", 9);
    assert_eq!(found.unwrap()[0].row.key, RowKey(5));
}

#[tokio::test]
async fn documents_survive_whatever_dictionary_came_between() {
    let place = Place::new();
    let mirror = place.open();
    let sessions = list(&mirror, "a", "sessions", Kind::Session).await;
    let page = |from: u64| {
        rows((from..from + 1_500).map(|n| Incoming {
            doc: format!(r#"{{"id":"{n:06}","prompt":"fix the build of module {} please","n":{n}}}"#, n % 97),
            ..row(&format!("{n:06}"), n)
        }))
    };
    mirror.apply(sessions, rows([row("early", 1)]), time(1)).await.unwrap();
    mirror.apply(sessions, page(0), time(1)).await.unwrap();
    drop(mirror);
    let mirror = place.open();
    mirror.apply(sessions, page(2_000), time(1)).await.unwrap();
    mirror.settle().await.unwrap();
    let reader = mirror.reader().unwrap();
    let doc = |id: &str| reader.find(&Scope::default(), id, 1).unwrap().remove(0).doc;
    assert_eq!(doc("early"), row("early", 1).doc);
    assert_eq!(doc("000007"), page(0).rows[7].doc);
    assert_eq!(doc("002100"), page(2_000).rows[100].doc);
}

#[tokio::test]
async fn pages_that_trickle_in_get_a_dictionary_too() {
    let place = Place::new();
    let mirror = place.open();
    let sessions = list(&mirror, "a", "sessions", Kind::Session).await;
    let told = |n: u64| Incoming {
        doc: format!(
            r#"{{"id":"{n}","prompt":"fix the build of module {} please and say what was wrong with it"}}"#,
            n % 97
        ),
        ..row(&n.to_string(), n)
    };
    for page in 0..15 {
        mirror.apply(sessions, rows((page * 100..page * 100 + 100).map(told)), time(1)).await.unwrap();
    }
    let file = rusqlite::Connection::open(place.path()).unwrap();
    let size = |id: &str| -> i64 {
        file.query_row("SELECT length(doc) FROM record WHERE id = ?1", [id], |row| row.get(0)).unwrap()
    };
    assert!(size("1450") * 2 < size("50"), "{} and {}", size("1450"), size("50"));
    let found = mirror.reader().unwrap().find(&Scope::default(), "1450", 1).unwrap();
    assert_eq!(found[0].doc, told(1_450).doc);
}

#[derive(Debug, Clone)]
enum Step {
    Rows(Vec<(u8, u8, u8, u8)>, u8),
    Gone(Vec<u8>),
}

fn step() -> impl Strategy<Value = Step> {
    let row = (0..30u8, 0..3u8, 0..3u8, 0..3u8);
    prop_oneof![
        3 => (prop::collection::vec(row, 0..12), 0..3u8).prop_map(|(rows, part)| Step::Rows(rows, part)),
        1 => prop::collection::vec(0..30u8, 0..8).prop_map(Step::Gone),
    ]
}

type Naive = BTreeMap<String, (u64, bool, u8, String)>;

/// Applies a step to a map, and says what has to be told about it.
fn naive(known: &mut Naive, step: &Step) -> (Applied, BTreeSet<String>) {
    let (mut told, mut touched) = (Applied::default(), BTreeSet::new());
    match step {
        Step::Rows(rows, part) => {
            for &(id, version, status, _) in rows {
                let (id, hash) = (id.to_string(), u64::from(version) * 3 + u64::from(status));
                let new = (hash, true, *part, format!("st{status}"));
                match known.get(&id) {
                    Some(old) if *old == new => {
                        told.unchanged += 1;
                        continue;
                    }
                    Some(_) => told.updated += 1,
                    None => told.inserted += 1,
                }
                touched.insert(id.clone());
                known.insert(id, new);
            }
        }
        Step::Gone(ids) => {
            for id in ids {
                let id = id.to_string();
                if let Some(record) = known.get_mut(&id).filter(|record| record.1) {
                    record.1 = false;
                    told.gone += 1;
                    touched.insert(id);
                }
            }
        }
    }
    (told, touched)
}

fn batch_of(step: &Step) -> Batch {
    match step {
        Step::Rows(all, part) => Batch {
            partition: format!("p{part}"),
            ..rows(all.iter().map(|&(id, version, status, _)| Incoming {
                columns: Columns { status: Some(format!("st{status}")), ..Columns::default() },
                ..row(&id.to_string(), u64::from(version) * 3 + u64::from(status))
            }))
        },
        Step::Gone(ids) => Batch { gone: ids.iter().map(u8::to_string).collect(), ..Batch::default() },
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn counts_feed_and_counters_are_exact_after_any_history(steps in prop::collection::vec(step(), 1..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let place = Place::new();
        let mirror = place.open();
        let runs = runtime.block_on(list(&mirror, "a", "runs", Kind::Run));
        let reader = mirror.reader().unwrap();
        let mut known = Naive::new();
        for step in &steps {
            let head = reader.feed_head().unwrap();
            let (told, changed) = naive(&mut known, step);
            prop_assert_eq!(runtime.block_on(mirror.apply(runs, batch_of(step), time(1))).unwrap(), told);
            let ids: BTreeSet<String> = touched(&reader, head)
                .into_iter()
                .map(|key| reader.record(RowKey(key)).unwrap().unwrap().row.id)
                .collect();
            prop_assert_eq!(ids, changed);
        }
        let live: Vec<_> = known.iter().filter(|(_, record)| record.1).collect();
        let fresh = reader.freshness().unwrap().remove(0);
        prop_assert_eq!((fresh.mirror_count, fresh.gone_count), (live.len() as u64, (known.len() - live.len()) as u64));
        for part in 0..3u8 {
            let count = live.iter().filter(|(_, record)| record.2 == part).count() as u64;
            prop_assert_eq!(reader.live_count(runs, Some(&format!("p{part}"))).unwrap(), count);
            let ids: Vec<String> = reader.live(runs, Some(&format!("p{part}")), None, 100).unwrap()
                .into_iter().map(|known| known.id).collect();
            prop_assert_eq!(ids.len() as u64, count);
        }
        let mut statuses = BTreeMap::new();
        for (_, record) in &live {
            *statuses.entry(record.3.clone()).or_insert(0u64) += 1;
        }
        prop_assert_eq!(&reader.statuses(&Scope::default()).unwrap(), &statuses);
        for (status, count) in statuses {
            let filter = Filter::Field(Field::Status, Match::Is(status.to_uppercase()));
            let query = Query { filter, ..Query::newest(Scope::default()) };
            prop_assert_eq!(reader.count(&query, 0).unwrap(), CountOf::Exact(count));
        }
    }
}
