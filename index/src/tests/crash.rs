//! What is on the disk: what a commit keeps, who may write, and what is left when a writer is killed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::*;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn writer(folder: &Path) -> Result<Writer, Error> {
    Writer::open(folder, &layout(), Effort::FOLLOW)
}

fn mark(text: &str) -> Mark {
    Mark(text.to_owned())
}

fn found(index: &Index, query: &str) -> Vec<u64> {
    owners(&index.snapshot(), query, false)
}

#[test]
fn a_missing_index_reads_as_empty_until_it_is_written() {
    let home = folder();
    let folder = home.path().join("index");
    let index = Index::open(&folder, &layout()).expect("it opens");
    assert_eq!((found(&index, "*"), index.mark().expect("a mark")), (vec![], None));
    assert!(!folder.exists(), "reading makes nothing");
    let mut writer = writer(&folder).expect("a writer");
    writer.replace(7, [entry(0, "deploy")]).expect("written");
    index.reload().expect("reloaded");
    assert_eq!(found(&index, "deploy"), [] as [u64; 0], "nothing is seen before it is committed");
    writer.commit(&mark("one")).expect("committed");
    let before = index.snapshot();
    index.reload().expect("reloaded");
    assert_eq!((found(&index, "deploy"), index.mark().expect("a mark")), (vec![7], Some(mark("one"))));
    assert_eq!(owners(&before, "deploy", false), [] as [u64; 0], "a snapshot stays as it is");
}

#[test]
fn an_owner_is_replaced_whole_and_removed_whole() {
    let home = folder();
    let index = Index::open(home.path(), &layout()).expect("it opens");
    let mut writer = writer(home.path()).expect("a writer");
    for owner in 0..10 {
        writer.replace(owner, (0..3).map(|place| entry(place, "old"))).expect("written");
    }
    writer.commit(&mark("1")).expect("committed");
    writer.replace(4, [entry(0, "new")]).expect("written");
    writer.replace(4, [entry(0, "newer")]).expect("written");
    writer.remove(6..8).expect("removed");
    writer.remove(9..=9).expect("removed");
    writer.commit(&mark("2")).expect("committed");
    index.reload().expect("reloaded");
    assert_eq!(found(&index, "new"), [] as [u64; 0]);
    assert_eq!(found(&index, "newer"), [4]);
    let told = index.snapshot().owners(0, 100).expect("owners");
    assert_eq!(told, [(0, 3), (1, 3), (2, 3), (3, 3), (4, 1), (5, 3), (8, 3)]);
    assert_eq!(index.snapshot().total(), 19);
    writer.replace(5, [entry(0, "never")]).expect("written");
    writer.rollback().expect("rolled back");
    writer.remove(..).expect("removed");
    writer.commit(&mark("3")).expect("committed");
    index.reload().expect("reloaded");
    assert_eq!(index.snapshot().total(), 0);
    assert_eq!(index.snapshot().owners(0, 100).expect("owners"), []);
}

#[test]
fn a_stretch_of_owners_that_are_all_deleted_is_no_end() {
    let home = folder();
    let index = Index::open(home.path(), &layout()).expect("it opens");
    let mut writer = writer(home.path()).expect("a writer");
    for owner in 0..50 {
        writer.replace(owner, [entry(0, "old")]).expect("written");
    }
    writer.commit(&mark("1")).expect("committed");
    writer.remove(..40).expect("removed");
    writer.commit(&mark("2")).expect("committed");
    index.reload().expect("reloaded");
    assert_eq!(index.snapshot().owners(0, 3).expect("owners"), [(40, 1), (41, 1), (42, 1)]);
}

/// Asks again while somebody holds the index: a child that another test is just starting has a copy of each of our locks until it
/// is another program.
fn once_free<T>(ask: impl Fn() -> Result<T, Error>) -> T {
    let since = Instant::now();
    loop {
        match ask() {
            Err(Error::Held) if since.elapsed() < Duration::from_secs(60) => thread::sleep(Duration::from_millis(5)),
            told => return told.unwrap_or_else(|error| panic!("{error}")),
        }
    }
}

#[test]
fn there_is_one_writer_at_a_time() {
    let home = folder();
    let first = writer(home.path()).expect("a writer");
    assert!(matches!(writer(home.path()), Err(Error::Held)));
    assert!(matches!(Index::wipe(home.path()), Err(Error::Held)));
    drop(first);
    once_free(|| writer(home.path()));
}

#[test]
fn another_layout_asks_for_a_rebuild_and_gets_one() {
    let home = folder();
    let mut first = writer(home.path()).expect("a writer");
    first.replace(1, [entry(0, "deploy")]).expect("written");
    first.commit(&mark("1")).expect("committed");
    drop(first);
    let reading = Index::open(home.path(), &layout()).expect("it opens");
    let newer = Layout { version: 2, ..layout() };
    let other = Layout { facets: layout().facets[..2].to_vec(), ..layout() };
    for layout in [&newer, &other] {
        let refused = Index::open(home.path(), layout).err().expect("refused");
        assert!(refused.asks_for_rebuild(), "{refused}");
        let refused = Writer::open(home.path(), layout, Effort::FOLLOW).err().expect("refused");
        assert!(refused.asks_for_rebuild(), "{refused}");
    }
    once_free(|| Index::wipe(home.path()));
    reading.reload().expect("reloaded");
    assert_eq!(found(&reading, "*"), [] as [u64; 0]);
    let mut second = once_free(|| Writer::open(home.path(), &newer, Effort::FOLLOW));
    assert_eq!(second.mark().expect("a mark"), None);
    second.replace(2, [entry(0, "deploy")]).expect("written");
    second.commit(&mark("2")).expect("committed");
    assert!(Index::open(home.path(), &newer).is_ok_and(|index| found(&index, "deploy") == [2]));
    assert!(reading.reload().is_err_and(|error| error.asks_for_rebuild()), "an older reader is told");
}

#[test]
fn damaged_files_ask_for_a_rebuild() {
    let home = folder();
    let mut first = writer(home.path()).expect("a writer");
    first.replace(1, [entry(0, "deploy")]).expect("written");
    first.commit(&mark("1")).expect("committed");
    first.finish().expect("finished");
    let index = Index::open(home.path(), &layout()).expect("it opens");
    index.check().expect("nothing is wrong");
    // All names first: files are taken away and put back below.
    let files = std::fs::read_dir(home.path()).expect("files").map(|file| file.expect("a file").path());
    let files: Vec<PathBuf> = files.collect();
    let segment = files.iter().filter(|path| path.extension().is_none_or(|end| end != "json" && end != "lock"));
    for path in segment.filter(|path| path.metadata().is_ok_and(|meta| meta.len() > 0)) {
        let bytes = std::fs::read(path).expect("bytes");
        // Written anew: what is mapped must not be cut short.
        let replace = |bytes: &[u8]| {
            std::fs::remove_file(path).expect("removed");
            std::fs::write(path, bytes).expect("written");
        };
        replace(&bytes[..bytes.len() / 2]);
        let opened = Index::open(home.path(), &layout());
        let told = opened.and_then(|index| index.check()).err();
        assert!(told.as_ref().is_some_and(Error::asks_for_rebuild), "{path:?} {told:?}");
        replace(&bytes);
    }
    std::fs::write(home.path().join("meta.json"), "{").expect("written");
    let told = Index::open(home.path(), &layout()).err().expect("refused");
    assert!(told.asks_for_rebuild(), "{told:?}");
    once_free(|| Index::wipe(home.path()));
    once_free(|| writer(home.path()));
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = folder();
    let folder = home.path().join("index");
    let mut writer = writer(&folder).expect("a writer");
    writer.replace(1, [entry(0, "secret")]).expect("written");
    writer.commit(&mark("1")).expect("committed");
    let mode = |path: &Path| path.metadata().expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for file in std::fs::read_dir(&folder).expect("files") {
        let path = file.expect("a file").path();
        assert_eq!(mode(&path), 0o600, "{path:?}");
    }
}

const CHILD: &str = "QD_INDEX_TEST_FOLDER";

/// What round `n` writes: an owner anew, with so many documents; and now and then one goes.
fn round(writer: &mut Writer, n: u64) {
    let docs = (0..=n % 7).map(|place| entry(place as u32, &format!("round{n} of many words")));
    writer.replace(n % 5, docs).expect("written");
    if n.is_multiple_of(3) {
        writer.remove(n % 4..=n % 4).expect("removed");
    }
}

/// Owners and their documents after so many rounds.
fn after(rounds: u64) -> Vec<(u64, u64)> {
    let mut owners = std::collections::BTreeMap::new();
    for n in 1..=rounds {
        owners.insert(n % 5, n % 7 + 1);
        if n.is_multiple_of(3) {
            owners.remove(&(n % 4));
        }
    }
    owners.into_iter().collect()
}

/// Not a test by itself: the writer that the next one kills.
#[test]
fn a_writer_that_will_be_killed() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let mut writer = writer(Path::new(&folder)).expect("a writer");
    let done = writer.mark().expect("a mark").and_then(|mark| mark.0.parse().ok()).unwrap_or(0u64);
    for n in done + 1.. {
        round(&mut writer, n);
        writer.commit(&mark(&n.to_string())).expect("committed");
        writeln!(std::io::stderr(), "{n}").expect("told");
    }
}

#[test]
fn a_writer_killed_at_any_moment_leaves_what_it_committed_and_no_lock() {
    let home = folder();
    let mut least = 0;
    for kill in 0..6 {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "tests::crash::a_writer_that_will_be_killed", "--nocapture"])
            .env(CHILD, home.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a child");
        let lines = BufReader::new(child.stderr.take().expect("its words")).lines();
        let told = lines.map_while(Result::ok).filter_map(|line| line.parse::<u64>().ok()).take(1 + kill * 2);
        least = told.last().expect("it commits").max(least);
        child.kill().expect("killed");
        child.wait().expect("gone");
        let index = Index::open(home.path(), &layout()).expect("it opens");
        let mark = index.mark().expect("a mark").expect("there is one");
        let rounds: u64 = mark.0.parse().expect("a number");
        assert!(rounds >= least, "{rounds} of {least}");
        index.check().expect("whole");
        assert_eq!(index.snapshot().owners(0, 100).expect("owners"), after(rounds));
    }
    // A lock of the dead holds nobody up.
    once_free(|| writer(home.path()));
}
