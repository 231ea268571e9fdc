//! The file itself: modes, versions, damage, readers beside a writer, restarts.

use super::*;
use crate::model::{Filter, Match, Order, Query, Scope, Sort};
use crate::store::StoreError;

#[cfg(unix)]
fn mode(path: &std::path::Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;

    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_the_mirror() {
    let place = Place::new();
    let path = place.folder.path().join("data/qd/mirror.db");
    let mirror = Mirror::open(&path, Access::ReadWrite).unwrap();
    list(&mirror, "a", "sessions", Kind::Session).await;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    for name in ["mirror.db", "mirror.db-wal", "mirror.db-shm"] {
        assert_eq!(mode(&path.with_file_name(name)), 0o600, "{name}");
    }
}

#[test]
fn a_missing_mirror_reads_as_empty_until_it_is_there() {
    let place = Place::new();
    let mirror = Mirror::open(&place.path(), Access::ReadOnly).unwrap();
    let reader = mirror.reader().unwrap();
    assert!(reader.window(&Query::newest(Scope::default())).unwrap().rows.is_empty());
    assert!(reader.freshness().unwrap().is_empty());
    assert!(!place.path().exists());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let writer = place.open();
    runtime.block_on(async {
        let sessions = list(&writer, "a", "sessions", Kind::Session).await;
        writer.apply(sessions, rows([row("1", 1)]), time(1)).await.unwrap();
    });
    drop(reader);
    assert_eq!(mirror.reader().unwrap().window(&Query::newest(Scope::default())).unwrap().rows.len(), 1);
    let refused = runtime.block_on(mirror.register(Vec::new()));
    assert!(matches!(refused, Err(StoreError::ReadOnly)));
}

#[tokio::test]
async fn a_reader_notices_the_commits_of_another_handle() {
    let place = Place::new();
    let writer = place.open();
    let sessions = list(&writer, "a", "sessions", Kind::Session).await;
    let other = Mirror::open(&place.path(), Access::ReadOnly).unwrap();
    let reader = other.reader().unwrap();
    let before = reader.data_version().unwrap();
    assert_eq!(reader.data_version().unwrap(), before);
    writer.apply(sessions, rows([row("1", 1)]), time(1)).await.unwrap();
    assert_ne!(reader.data_version().unwrap(), before);
    assert_eq!(reader.live_count(sessions, None).unwrap(), 1);
}

#[tokio::test]
async fn what_was_committed_is_there_after_the_end_of_the_writer() {
    let place = Place::new();
    let mirror = place.open();
    let sessions = list(&mirror, "a", "sessions", Kind::Session).await;
    mirror.apply(sessions, rows((0..50).map(|id| row(&id.to_string(), 1))), time(1)).await.unwrap();
    // A copy of the files as they are now is what a kill leaves behind: the log was not written back.
    let copy = Place::new();
    for name in ["mirror.db", "mirror.db-wal"] {
        std::fs::copy(place.folder.path().join(name), copy.folder.path().join(name)).unwrap();
    }
    let revived = copy.open();
    assert_eq!(revived.reader().unwrap().live_count(sessions, None).unwrap(), 50);
    let again = revived.apply(sessions, rows([row("7", 1), row("new", 1)]), time(2)).await.unwrap();
    assert_eq!((again.unchanged, again.inserted), (1, 1));
}

#[test]
fn a_newer_file_is_refused_and_kept() {
    let place = Place::new();
    drop(place.open());
    let conn = rusqlite::Connection::open(place.path()).unwrap();
    conn.pragma_update(None, "user_version", 99).unwrap();
    drop(conn);
    for access in [Access::ReadWrite, Access::ReadOnly] {
        let error = Mirror::open(&place.path(), access).unwrap_err();
        assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");
    }
}

#[test]
fn a_damaged_or_foreign_file_says_to_put_it_aside() {
    let place = Place::new();
    std::fs::write(place.path(), "no database at all, but long enough to look like one".repeat(500)).unwrap();
    for access in [Access::ReadWrite, Access::ReadOnly] {
        let error = Mirror::open(&place.path(), access).unwrap_err();
        assert!(matches!(error, StoreError::NotAMirror { .. }), "{error}");
        assert!(error.to_string().contains("put it aside"), "{error}");
    }
    let foreign = Place::new();
    rusqlite::Connection::open(foreign.path()).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    for access in [Access::ReadWrite, Access::ReadOnly] {
        let error = Mirror::open(&foreign.path(), access).unwrap_err().to_string();
        assert!(error.contains("another program"), "{error}");
    }
}

#[tokio::test]
async fn one_damaged_record_keeps_nobody_from_the_others() {
    let place = Place::new();
    let mirror = place.open();
    let runs = list(&mirror, "a", "runs", Kind::Run).await;
    mirror.apply(runs, rows((0..9).map(|id| row(&format!("r{id}"), 1))), time(1)).await.unwrap();
    let conn = rusqlite::Connection::open(place.path()).unwrap();
    conn.execute("UPDATE record SET doc = x'00ff' WHERE id = 'r4'", []).unwrap();
    let reader = mirror.reader().unwrap();
    let shown = |filter: Filter| {
        let query = Query { filter, sort: Sort::Id, order: Order::Ascending, ..Query::newest(Scope::default()) };
        reader.window(&query).unwrap().rows
    };
    let all = shown(Filter::All);
    assert_eq!(all.len(), 9, "it is listed like any other");
    assert_eq!(shown(Filter::Text(Match::Contains("r4".into()))).len(), 1, "and found by what can be read of it");
    let within = shown(Filter::Text(Match::Regex("^1$".into())));
    assert!(within.iter().all(|row| row.id != "r4") && within.len() == 8, "{within:?}");
    assert_eq!(reader.peeks(&Scope::default(), &[&["/v".to_owned()]], 99).unwrap().len(), 8);
    assert!(matches!(reader.record(all[4].key), Err(StoreError::Damaged { id }) if id == "r4"));
}
