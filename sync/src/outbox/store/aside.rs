//! What happens to a file that is damaged: it is set aside, with its log, and a new one is begun.
//!
//! Every process that has the outbox open holds the lock beside it, shared. Setting aside needs it alone: so nobody writes into
//! a file that is being put away, and of two processes that find the same damage the second looks again and finds a sound file.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OpenFlags};

use super::file::{self, Trouble, suffixed};
use crate::outbox::{Aside, OutboxError};
use crate::store::private;

/// How long the others are given to end before a damaged file is left where it is.
const PATIENCE: Duration = Duration::from_secs(2);

/// A whole check costs about a second for each 300 MB: up to this size it is made whenever the file is opened, beyond it once a
/// day, and again as soon as damage was met.
const ALWAYS: u64 = 32 << 20;

/// How long a whole check of a bigger file is good for.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(24);

/// The lock beside the file, held as long as this lives. In it stands when the whole file was last found sound.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    /// The file is not what it should be: whoever opens it next looks at all of it.
    pub(super) fn doubt(&self) {
        let _ = self.0.set_len(0);
    }
}

/// Opens the file; one that is damaged is set aside first.
pub(super) fn open(path: &Path) -> Result<(Connection, Lock, Option<Aside>), OutboxError> {
    let unopened = |source| OutboxError::Open { path: path.to_owned(), source };
    file::prepare_folder(path).map_err(unopened)?;
    let lock = lock_file(path).map_err(unopened)?;
    let mut aside = None;
    loop {
        lock.lock_shared().map_err(unopened)?;
        let whole = is_due(path, &lock);
        let found = file::identity(path);
        let reason = match file::open_writer(path, whole) {
            Ok(conn) => {
                if whole {
                    note(&lock);
                }
                return Ok((conn, Lock(lock), aside));
            }
            Err(Trouble::Other(error)) => return Err(error),
            Err(Trouble::Damaged(reason)) => reason,
        };
        let damaged = |why: &str| OutboxError::Damaged { path: path.to_owned(), reason: format!("{reason}; {why}") };
        if aside.is_some() {
            return Err(damaged("and so is the new file in its place"));
        }
        lock.unlock().map_err(unopened)?;
        match alone(&lock, || file::identity(path) != found).map_err(unopened)? {
            Turn::Taken => return Err(damaged("another qd has it open: end that one, then it is set aside")),
            // Somebody else has set it aside in the meantime, and has the new one open already.
            Turn::Passed => continue,
            Turn::Ours => {}
        }
        // Or has let go of the new one since.
        if let Err(Trouble::Damaged(reason)) = file::open_writer(path, true) {
            aside = Some(set_aside(path, reason).map_err(|error| damaged(&error.to_string()))?);
        }
        lock.unlock().map_err(unopened)?;
    }
}

fn lock_file(path: &Path) -> io::Result<File> {
    let lock = suffixed(path, ".lock");
    let file = private::options().read(true).append(true).create(true).open(&lock)?;
    private::tighten(&lock)?;
    Ok(file)
}

/// Is the whole file to be checked?
pub(super) fn is_due(path: &Path, mut lock: &File) -> bool {
    let size = |path: &Path| fs::metadata(path).map_or(0, |meta| meta.len());
    let mut checked = String::new();
    let read = lock.read_to_string(&mut checked);
    let age = checked.trim().parse().map(|checked: Timestamp| Timestamp::now().duration_since(checked));
    let good = read.is_ok() && age.is_ok_and(|age| (SignedDuration::ZERO..GOOD_FOR).contains(&age));
    !good || size(path) + size(&suffixed(path, "-wal")) <= ALWAYS
}

/// Notes that the whole file was found sound just now. If that fails it is looked at once more than needed.
fn note(mut lock: &File) {
    let _ = lock.set_len(0).and_then(|()| writeln!(lock, "{}", Timestamp::now()));
}

/// What came of waiting for the lock.
enum Turn {
    /// It is held, alone.
    Ours,
    /// Others do not let go of it.
    Taken,
    /// There is no more need.
    Passed,
}

/// Takes the lock alone, unless what it was wanted for has `passed`.
fn alone(lock: &File, passed: impl Fn() -> bool) -> io::Result<Turn> {
    let since = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(Turn::Ours),
            Err(TryLockError::WouldBlock) if passed() => return Ok(Turn::Passed),
            Err(TryLockError::WouldBlock) if since.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => return Ok(Turn::Taken),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

/// Moves the file, with its log, to a name that nothing has yet. The file goes first: whoever finds the rest after a kill sees a
/// log without a file and sets that aside too. A file left without its log could be taken for a sound one.
fn set_aside(path: &Path, reason: String) -> io::Result<Aside> {
    let readable = unfinished(path);
    let place = free_name(path);
    for suffix in ["", "-wal", "-shm"] {
        match fs::rename(suffixed(path, suffix), suffixed(&place, suffix)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    file::sync_folder(&place)?;
    let reason = match readable {
        Some(count) => format!("{reason}; {count} unfinished writes can still be read in it"),
        None => reason,
    };
    Ok(Aside { path: place, reason })
}

/// How many unfinished writes a damaged file still shows, when it shows any.
fn unfinished(path: &Path) -> Option<u64> {
    if file::is_headless(path) {
        return None;
    }
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    let sql = "SELECT count(*) FROM writes WHERE state NOT IN ('confirmed', 'cancelled', 'discarded')";
    let count: i64 = conn.query_row(sql, [], |row| row.get(0)).ok()?;
    u64::try_from(count).ok()
}

fn free_name(path: &Path) -> PathBuf {
    let stamp = Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    let taken = |place: &Path| ["", "-wal", "-shm"].iter().any(|suffix| suffixed(place, suffix).exists());
    let mut place = suffixed(path, &format!(".damaged-{stamp}"));
    let mut number = 2;
    while taken(&place) {
        place = suffixed(path, &format!(".damaged-{stamp}-{number}"));
        number += 1;
    }
    place
}
