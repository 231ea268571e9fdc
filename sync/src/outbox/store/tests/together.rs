//! Many at once, and ends that nobody chose.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::*;

/// Where a child process finds the outbox.
const CHILD: &str = "QD_TEST_OUTBOX";

#[test]
#[ignore = "is run, and killed, by other tests"]
#[expect(clippy::print_stdout, reason = "what its parent hears")]
fn child_that_decides_without_end() {
    let path = std::env::var_os(CHILD).unwrap();
    let (outbox, _) = Outbox::open(path.as_ref(), by("child")).unwrap();
    for n in 0.. {
        let kept = outbox.append(vec![suspend(&n.to_string()), suspend("b")], time(n)).unwrap();
        let sending = Turn { attempt: true, ..Turn::to(WriteState::Sending, time(n)) };
        outbox.turn(&kept[0].id, &[WriteState::Queued], sending).unwrap().unwrap();
        println!("{CHILD} {} {}", kept[0].id, kept[1].id);
    }
}

fn child(place: &Place) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--nocapture", "--exact", "outbox::store::tests::together::child_that_decides_without_end"])
        .env(CHILD, place.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn three_processes_that_are_killed_lose_nothing_that_they_were_told_is_kept() {
    let place = Place::new();
    let mut children: Vec<Child> = (0..3).map(|_| child(&place)).collect();
    let mut lines: Vec<_> =
        children.iter_mut().map(|child| BufReader::new(child.stdout.take().unwrap()).lines()).collect();
    let mut told = Vec::new();
    let mut hear = |line: Option<Result<String, std::io::Error>>| {
        let line = line.transpose().unwrap();
        if let Some(ids) = line.as_deref().and_then(|line| line.strip_prefix(CHILD)) {
            told.push(ids.split_whitespace().map(WriteId::new).collect::<Vec<_>>());
        }
        line.is_some()
    };
    // All of them are in the middle of it.
    for lines in &mut lines {
        let mut heard = 0;
        while heard < 10 {
            let line = lines.next();
            heard += usize::from(matches!(&line, Some(Ok(line)) if line.starts_with(CHILD)));
            assert!(hear(line));
        }
    }
    for child in &mut children {
        child.kill().unwrap();
    }
    for lines in &mut lines {
        while hear(lines.next()) {}
    }
    for child in &mut children {
        child.wait().unwrap();
    }
    let outbox = place.open();
    assert!(told.len() >= 30);
    for ids in &told {
        let states: Vec<_> = ids.iter().map(|id| outbox.get(id).unwrap().map(|write| write.state)).collect();
        assert_eq!(states, [Some(WriteState::Sending), Some(WriteState::Queued)], "{ids:?}");
    }
    assert_eq!(outbox.verify().unwrap().broken, None);
    outbox.append(vec![suspend("after")], time(1)).unwrap();
}

#[test]
fn a_log_that_was_torn_anywhere_ends_with_a_whole_commit() {
    let place = Place::new();
    let outbox = place.open();
    let mut kept = Vec::new();
    for n in 0..8 {
        kept.extend(ids(&outbox.append(vec![suspend("a"), suspend("b")], time(n)).unwrap()));
    }
    let (file, log) =
        (fs::read(place.path()).unwrap(), fs::read(place.path().with_file_name("outbox.db-wal")).unwrap());
    let mut seen = Vec::new();
    // Odd steps, so that it tears within pages too.
    for length in (0..=log.len()).step_by(log.len() / 23 - 1).chain([log.len()]) {
        let torn = Place::new();
        fs::write(torn.path(), &file).unwrap();
        fs::write(torn.path().with_file_name("outbox.db-wal"), &log[..length]).unwrap();
        let outbox = torn.open();
        let there = ids(&outbox.list(&Which::default()).unwrap());
        assert_eq!(there, kept[..there.len()]);
        assert!(there.len().is_multiple_of(2));
        assert_eq!(outbox.verify().unwrap().broken, None);
        seen.push(there.len());
    }
    assert!(seen.is_sorted() && seen.first() == Some(&0) && seen.last() == Some(&kept.len()), "{seen:?}");
}

#[test]
fn a_commit_waits_for_the_disk() {
    let place = Place::new();
    drop(place.open());
    let conn = super::super::file::open_writer(&place.path(), true).unwrap();
    let number = |name: &str| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!((number("synchronous"), number("fullfsync"), number("checkpoint_fullfsync")), (2, 1, 1));
    let mode: String = conn.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[tokio::test]
async fn what_arrives_while_the_disk_is_busy_shares_one_commit() {
    let place = Place::new();
    let outbox = place.open();
    let kept = ids(&outbox.append((0..300).map(|n| suspend(&n.to_string())).collect(), time(1)).unwrap());
    let before = *outbox.commits().borrow();
    let other = rusqlite::Connection::open(place.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let turns = kept.iter().map(|id| {
        // One in three loses its race: it gets its own answer, and spoils nothing for the others.
        let loses = id.as_str().ends_with(['0', '3', '6', '9', 'C', 'F']);
        let from: &[WriteState] = if loses { &[WriteState::Sending] } else { &[WriteState::Queued] };
        outbox.turn_async(id, from, Turn::to(WriteState::Sending, time(2)))
    });
    let mut turns = Box::pin(futures_util::future::join_all(turns));
    // Handed over, all of them; none can be done yet.
    assert!(futures_util::poll!(&mut turns).is_pending());
    other.execute_batch("COMMIT").unwrap();
    let moved = turns.await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
    let commits = *outbox.commits().borrow() - before;
    // The writer may have begun with the first of them alone.
    assert!((1..=2).contains(&commits), "{commits} commits");
    for (id, moved) in kept.iter().zip(moved) {
        assert_eq!(outbox.get(id).unwrap().map(|write| write.state == WriteState::Sending), Some(moved.is_some()));
    }
    assert_eq!(outbox.verify().unwrap().broken, None);
}

#[test]
fn one_that_fails_does_not_take_the_others_of_its_commit_along() {
    let place = Place::new();
    let outbox = place.open();
    let kept = ids(&outbox.append(vec![suspend("a"), suspend("b"), suspend("c")], time(1)).unwrap());
    outbox.turn(&kept[1], &[WriteState::Queued], Turn::to(WriteState::Cancelled, time(2))).unwrap();
    let other = rusqlite::Connection::open(place.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let results: Vec<bool> = std::thread::scope(|scope| {
        let threads: Vec<_> = kept
            .iter()
            .map(|id| {
                let outbox = &outbox;
                scope.spawn(move || outbox.turn(id, &WriteState::ALL, Turn::to(WriteState::Sending, time(3))).is_ok())
            })
            .collect();
        other.execute_batch("COMMIT").unwrap();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(results, [true, false, true]);
    let proof = outbox.verify().unwrap();
    assert_eq!((proof.entries, proof.broken), (6, None));
}

#[test]
fn many_handles_add_and_move_at_once_without_losing_or_doubling_anything() {
    let place = Place::new();
    let handles: Vec<Outbox> = (0..3).map(|_| place.open()).collect();
    let shared = ids(&handles[0].append((0..20).map(|n| suspend(&n.to_string())).collect(), time(1)).unwrap());
    let won: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|n| {
                let (outbox, shared) = (handles[n % 3].clone(), &shared);
                scope.spawn(move || {
                    let mut won = 0;
                    for (m, id) in shared.iter().enumerate() {
                        outbox.append(vec![suspend(&format!("{n}-{m}"))], time(2)).unwrap();
                        let turn = Turn { attempt: true, ..Turn::to(WriteState::Sending, time(3)) };
                        won += usize::from(outbox.turn(id, &[WriteState::Queued], turn).unwrap().is_some());
                    }
                    won
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    // Each of the shared writes was moved by one of six.
    assert_eq!(won, shared.len());
    let all = handles[2].list(&Which::default()).unwrap();
    assert_eq!(all.len(), 20 + 6 * 20);
    assert!(all.iter().take(20).all(|write| write.attempts == 1));
    assert_eq!(handles[1].verify().unwrap().broken, None);
}

#[test]
fn a_full_disk_is_told_and_costs_nothing_that_was_kept() {
    let place = Place::new();
    let outbox = place.open();
    let kept = ids(&outbox.append(vec![suspend("a")], time(1)).unwrap());
    let (conn, lock, _) = super::super::aside::open(&place.path()).unwrap();
    let pages: i64 = conn.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    conn.query_row(&format!("PRAGMA max_page_count = {}", pages + 2), [], |_| Ok(())).unwrap();
    let commits = tokio::sync::watch::Sender::new(0);
    let writer = super::super::Writer::new(conn, lock.into(), &place.path(), by("full"), commits.clone());
    let full = Outbox { shared: outbox.shared.clone(), hand: Some(super::super::Hand::start(writer).unwrap()) };
    let big = Intent { base: Base { doc: json!("x".repeat(100_000)), ..Base::default() }, ..suspend("big") };
    for _ in 0..2 {
        let error = full.append(vec![suspend("b"), big.clone()], time(2)).unwrap_err().to_string();
        assert!(error.contains("full"), "{error}");
    }
    assert_eq!(*commits.borrow(), 0);
    full.turn(&kept[0], &[WriteState::Queued], Turn::to(WriteState::Cancelled, time(3))).unwrap().unwrap();
    drop(full);
    let all = Which { all: true, ..Which::default() };
    assert_eq!(ids(&outbox.list(&all).unwrap()), kept);
    let proof = outbox.verify().unwrap();
    assert_eq!((proof.entries, proof.broken), (2, None));
}
