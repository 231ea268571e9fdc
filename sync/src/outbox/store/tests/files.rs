//! The file itself: modes, versions, damage, other processes.

use std::fs;
use std::path::Path;

use super::*;

#[test]
fn an_outbox_that_is_not_there_yet_is_read_without_making_it() {
    let place = Place::new();
    let reader = Outbox::open_reader(&place.path()).unwrap();
    assert_eq!(reader.list(&Which { all: true, ..Which::default() }).unwrap(), []);
    assert!(reader.overlay().unwrap().is_empty());
    let before = reader.version().unwrap();
    assert_eq!(reader.version().unwrap(), before);
    assert!(!place.path().exists());
    let kept = place.open().append(vec![suspend("a")], time(1)).unwrap();
    assert_ne!(reader.version().unwrap(), before);
    assert_eq!(reader.list(&Which::default()).unwrap(), kept);
    assert!(!reader.overlay().unwrap().is_empty());
    let id = &kept[0].id;
    for refused in [
        reader.append(vec![suspend("b")], time(1)).map(drop),
        reader.turn(id, &[WriteState::Queued], Turn::to(WriteState::Cancelled, time(2))).map(drop),
        reader.note("audit.export", json!({}), time(2)),
        reader.pause("main", "401", time(2)),
    ] {
        assert!(matches!(refused, Err(OutboxError::ReadOnly)));
    }
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_the_outbox() {
    use std::os::unix::fs::PermissionsExt;

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let place = Place::new();
    let path = place.folder.path().join("data/qd/outbox.db");
    let (outbox, _) = Outbox::open(&path, by("ann")).unwrap();
    outbox.append(vec![suspend("a")], time(1)).unwrap();
    for folder in ["data", "data/qd"] {
        assert_eq!(mode(&place.folder.path().join(folder)), 0o700, "{folder}");
    }
    for name in ["outbox.db", "outbox.db-wal", "outbox.db-shm", "outbox.db.lock"] {
        assert_eq!(mode(&path.with_file_name(name)), 0o600, "{name}");
    }
    drop(outbox);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    drop(Outbox::open(&path, by("ann")).unwrap());
    assert_eq!(mode(&path), 0o600);
}

/// Everything in the folder of the outbox but its lock and the log's index, by name.
fn contents(place: &Place) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(place.folder.path()).unwrap().map(|entry| entry.unwrap());
    let named = entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()));
    named.filter(|(name, _)| !name.ends_with(".lock") && !name.ends_with("-shm")).collect()
}

#[test]
fn a_newer_file_is_refused_untouched() {
    let place = Place::new();
    drop(place.open());
    rusqlite::Connection::open(place.path()).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = contents(&place);
    for _ in 0..2 {
        let error = Outbox::open(&place.path(), by("ann")).unwrap_err();
        assert!(matches!(error, OutboxError::Newer { found: 99, .. }), "{error}");
        let error = Outbox::open_reader(&place.path()).unwrap_err();
        assert!(matches!(error, OutboxError::Newer { found: 99, .. }), "{error}");
    }
    let after = contents(&place);
    assert_eq!(before["outbox.db"], after["outbox.db"]);
}

/// An outbox with forty writes in its file and, as a kill leaves it, forty more in its log.
fn filled() -> (Place, Vec<WriteId>) {
    let place = Place::new();
    let outbox = place.open();
    let mut kept = outbox.append((0..40).map(|n| suspend(&n.to_string())).collect(), time(1)).unwrap();
    drop(outbox);
    let outbox = place.open();
    kept.extend(outbox.append((0..40).map(|n| suspend(&n.to_string())).collect(), time(2)).unwrap());
    let killed = Place::new();
    for name in ["outbox.db", "outbox.db-wal"] {
        fs::copy(place.folder.path().join(name), killed.folder.path().join(name)).unwrap();
    }
    (killed, ids(&kept))
}

type Harm = fn(&Path);

/// Ways in which a file comes to harm, and words that tell of it.
const HARMS: [(&str, Harm, &str); 7] = [
    ("garbage", |path| fs::write(path, "no database, but as long as one ".repeat(400)).unwrap(), ""),
    ("a few bytes", |path| fs::write(path, "oops").unwrap(), ""),
    ("cut in the middle", |path| cut(path, 2), ""),
    ("cut to nothing", |path| fs::write(path, "").unwrap(), "its log is not"),
    ("deleted beside its log", |path| fs::remove_file(path).unwrap(), "its log is not"),
    ("zero pages in the middle", zeros, ""),
    ("the file of another program", foreign, "another program"),
];

fn cut(path: &Path, part: u64) {
    fs::remove_file(path.with_file_name("outbox.db-wal")).unwrap();
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(file.metadata().unwrap().len() / part).unwrap();
}

fn zeros(path: &Path) {
    fs::remove_file(path.with_file_name("outbox.db-wal")).unwrap();
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 2 * 4096].fill(0);
    fs::write(path, bytes).unwrap();
}

fn foreign(path: &Path) {
    fs::remove_file(path).unwrap();
    fs::remove_file(path.with_file_name("outbox.db-wal")).unwrap();
    rusqlite::Connection::open(path)
        .unwrap()
        .execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)")
        .unwrap();
}

#[test]
fn a_damaged_file_is_set_aside_and_a_new_one_begun() {
    for (harm, do_it, words) in HARMS {
        let (place, _) = filled();
        do_it(&place.path());
        let before = contents(&place);
        let (outbox, aside) = Outbox::open(&place.path(), by("ann")).unwrap();
        let aside = aside.unwrap_or_else(|| panic!("{harm} was not noticed"));
        assert!(aside.reason.contains(words), "{harm}: {}", aside.reason);
        let put = aside.path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(put.starts_with("outbox.db.damaged-20"), "{put}");
        let after = contents(&place);
        for (name, bytes) in &before {
            let now = name.replace("outbox.db", &put);
            assert!(after.get(&now) == Some(bytes), "{harm}: {name} was changed");
        }
        assert_eq!(outbox.list(&Which { all: true, ..Which::default() }).unwrap(), [], "{harm}");
        outbox.append(vec![suspend("new")], time(3)).unwrap();
        drop(outbox);
        assert_eq!(place.open().list(&Which::default()).unwrap().len(), 1, "{harm}");
    }
}

#[test]
fn what_can_still_be_read_in_a_damaged_file_is_told() {
    let (place, _) = filled();
    let conn = rusqlite::Connection::open(place.path()).unwrap();
    conn.execute_batch("PRAGMA writable_schema = on; DELETE FROM sqlite_master WHERE tbl_name = 'paused'").unwrap();
    drop(conn);
    let (_, aside) = Outbox::open(&place.path(), by("ann")).unwrap();
    let reason = aside.unwrap().reason;
    assert!(reason.contains("80 unfinished writes can still be read in it"), "{reason}");
}

#[test]
fn of_many_that_find_the_same_damage_one_sets_it_aside() {
    let (place, _) = filled();
    fs::write(place.path(), "no database, but as long as one ".repeat(400)).unwrap();
    let start = std::sync::Barrier::new(6);
    let opened: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|n: i64| {
                let (start, path) = (&start, place.path());
                scope.spawn(move || {
                    start.wait();
                    let (outbox, aside) = Outbox::open(&path, by("ann")).unwrap();
                    outbox.append(vec![suspend(&n.to_string())], time(n)).unwrap();
                    (outbox, aside)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(opened.iter().filter(|(_, aside)| aside.is_some()).count(), 1);
    for (outbox, _) in &opened {
        assert_eq!(outbox.list(&Which::default()).unwrap().len(), 6);
    }
    let names = contents(&place);
    assert_eq!(names.keys().filter(|name| name.contains("damaged") && !name.ends_with("-wal")).count(), 1);
}

#[test]
fn a_damaged_file_that_another_process_uses_is_left_where_it_is() {
    let place = Place::new();
    let busy = place.open();
    busy.append(vec![suspend("a")], time(1)).unwrap();
    rusqlite::Connection::open(place.path()).unwrap().pragma_update(None, "application_id", 7).unwrap();
    let error = Outbox::open(&place.path(), by("ann")).unwrap_err();
    assert!(matches!(error, OutboxError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("another qd has it open"), "{error}");
    let late = busy.append(vec![suspend("b")], time(2)).unwrap();
    drop(busy);
    let (_, aside) = Outbox::open(&place.path(), by("ann")).unwrap();
    let sql = "SELECT count(*) FROM writes WHERE id = ?1";
    let conn = rusqlite::Connection::open(aside.unwrap().path).unwrap();
    assert_eq!(conn.query_row(sql, [late[0].id.as_str()], |row| row.get::<_, i64>(0)).unwrap(), 1);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_into_a_file_that_was_taken_away() {
    let place = Place::new();
    let outbox = place.open();
    outbox.append(vec![suspend("a")], time(1)).unwrap();
    fs::rename(place.path(), place.path().with_file_name("moved.db")).unwrap();
    for _ in 0..2 {
        let error = outbox.append(vec![suspend("b")], time(2)).unwrap_err().to_string();
        assert!(error.contains("moved or deleted"), "{error}");
    }
}

#[test]
fn a_big_file_is_checked_as_a_whole_once_a_day_and_a_small_one_always() {
    let place = Place::new();
    let now = Timestamp::now();
    let hours = |hours: i64| (now - jiff::SignedDuration::from_hours(hours)).to_string();
    for (mib, stamp, due) in [
        (1, hours(1), true),
        (33, hours(1), false),
        (33, hours(23), false),
        (33, hours(25), true),
        (33, hours(-2), true),
        (33, String::new(), true),
        (33, "lately".to_owned(), true),
    ] {
        fs::File::create(place.path()).unwrap().set_len(mib << 20).unwrap();
        let lock = place.folder.path().join("outbox.db.lock");
        fs::write(&lock, &stamp).unwrap();
        let is_due = super::super::aside::is_due(&place.path(), &fs::File::open(&lock).unwrap());
        assert_eq!(is_due, due, "{mib} MiB, {stamp:?}");
    }
}

#[test]
fn damage_that_is_met_later_has_the_file_checked_when_it_is_opened_next() {
    let (place, _) = filled();
    let outbox = place.open();
    let lock = place.folder.path().join("outbox.db.lock");
    assert_ne!(fs::read_to_string(&lock).unwrap(), "");
    // Another program has put its mark on it: readers that come now see that.
    rusqlite::Connection::open(place.path()).unwrap().pragma_update(None, "application_id", 7).unwrap();
    let error = outbox.list(&Which::default()).unwrap_err();
    assert!(matches!(error, OutboxError::Damaged { .. }), "{error}");
    assert_eq!(fs::read_to_string(&lock).unwrap(), "");
}
