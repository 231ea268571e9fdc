//! The file: its mode, its settings, its migrations, and whether it is sound.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::outbox::OutboxError;
use crate::store::private;

/// Every version of the schema, oldest first. Append only.
const MIGRATIONS: &[&str] = &[
    include_str!("../../../migrations/outbox/0001.sql"),
    include_str!("../../../migrations/outbox/0002.sql"),
    include_str!("../../../migrations/outbox/0003.sql"),
];

/// The schema this program writes.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Marks the file as ours: "qdob".
const APPLICATION: i64 = 0x7164_6f62;

/// The tables of the newest schema.
const TABLES: [&str; 10] =
    ["writes", "turns", "audit", "versions", "paused", "searches", "flags", "notes", "incidents", "pins"];

/// How long two processes that make the file at the same moment wait for each other.
const PATIENCE: Duration = Duration::from_secs(10);
/// And before each looks again whether the other has done it.
const TURN: Duration = Duration::from_millis(100);
/// How long any other statement waits for whoever holds the file.
const WAIT: Duration = Duration::from_secs(10);

/// One at a time in this process. A system gives up all of a process's locks on a file as soon as that process closes any handle
/// on it, and making the file is opening and closing it: whoever had opened the new file by then would write without a lock.
static OPENING: Mutex<()> = Mutex::new(());

/// Why a file is not used.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It is damaged, or not an outbox at all.
    Damaged(String),
    /// Nothing that says anything about what it holds.
    Other(OutboxError),
}

impl Trouble {
    /// The same for whoever does not set files aside.
    fn left(self, path: &Path) -> OutboxError {
        match self {
            Self::Damaged(reason) => OutboxError::Damaged { path: path.to_owned(), reason },
            Self::Other(error) => error,
        }
    }
}

/// Opens the file for the writer: made if missing, migrated if old. Nothing of a file that is in trouble is touched.
/// `whole`: all of it is checked, not only whether it is ours.
pub(super) fn open_writer(path: &Path, whole: bool) -> Result<Connection, Trouble> {
    let _turn = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
    let conn = check(path, whole)?;
    let at = |error| explain(path, error);
    let since = Instant::now();
    // Whoever waits long for a turn never sees that another process has brought the file up to date meanwhile.
    conn.busy_timeout(TURN).map_err(at)?;
    while let Err(error) = migrate(&conn) {
        // Two that make the file at once may stand in each other's way where SQLite does not wait by itself.
        if error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) || since.elapsed() > PATIENCE {
            return Err(at(error));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    conn.busy_timeout(WAIT).map_err(at)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(at)?;
    // The log and its index take the mode of the file only when they are made; they may be older than it.
    for beside in ["-wal", "-shm"] {
        let beside = suffixed(path, beside);
        if beside.exists() {
            private::tighten(&beside).map_err(|source| unopened(&beside, source))?;
        }
    }
    Ok(conn)
}

/// Which file lies under a name: it changes when another is put there.
pub(super) type Identity = (u64, u64);

/// The file that lies at `path` now; none when there is none, or nothing in it.
pub(super) fn identity(path: &Path) -> Option<Identity> {
    let meta = fs::metadata(path).ok().filter(|meta| meta.len() > 0)?;
    #[cfg(unix)]
    return Some((std::os::unix::fs::MetadataExt::dev(&meta), std::os::unix::fs::MetadataExt::ino(&meta)));
    // Elsewhere an open file cannot be replaced.
    #[cfg(not(unix))]
    Some((0, u64::from(meta.is_file())))
}

/// Opens the file for reading, and says which one it is. Where none is yet, or one that is just being made, an empty outbox is
/// read. Nothing is written, but that a file of an older version is brought up to date. Whether it is sound as a whole is not
/// looked at: damage shows when it is met.
pub(super) fn open_reader(path: &Path) -> Result<(Connection, Option<Identity>), OutboxError> {
    // Before the file is opened: one that is put there in between is noticed the next time.
    let Some(identity) = identity(path) else {
        return if is_headless(path) { Err(headless().left(path)) } else { Ok((nothing()?, None)) };
    };
    let at = |error| explain(path, error).left(path);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(at)?;
    settings(&conn).map_err(at)?;
    conn.pragma_update(None, "query_only", true).map_err(at)?;
    match version(&conn, path).map_err(|trouble| trouble.left(path))? {
        0 => Ok((nothing()?, None)),
        VERSION => Ok((conn, Some(identity))),
        _ => {
            drop(conn);
            drop(open_writer(path, true).map_err(|trouble| trouble.left(path))?);
            open_reader(path)
        }
    }
}

/// An outbox without anything in it.
fn nothing() -> rusqlite::Result<Connection> {
    let conn = Connection::open_in_memory()?;
    migrate(&conn)?;
    conn.pragma_update(None, "query_only", true)?;
    Ok(conn)
}

/// Opens a file and looks whether it is ours, sound, and not from the future.
fn check(path: &Path, whole: bool) -> Result<Connection, Trouble> {
    if is_headless(path) {
        return Err(headless());
    }
    prepare_file(path).map_err(|source| unopened(path, source))?;
    let at = |error| explain(path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(at)?;
    // Until the file is known to be sound, its log is not written into it.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(at)?;
    settings(&conn).map_err(at)?;
    version(&conn, path)?;
    if whole {
        let said: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(at)?;
        if said != "ok" {
            return Err(Trouble::Damaged(said));
        }
    }
    Ok(conn)
}

/// The schema of an open file, after making sure that it is ours and all there. 0: nothing is in it yet.
fn version(conn: &Connection, path: &Path) -> Result<i64, Trouble> {
    let at = |error| explain(path, error);
    // One statement, and so one moment: another process may be making the file.
    let sql =
        "SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version),
               (SELECT group_concat(name) FROM sqlite_master WHERE type = 'table')";
    let (application, found, tables): (i64, i64, Option<String>) =
        conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).map_err(at)?;
    if application != APPLICATION && (tables.is_some() || found != 0) {
        return Err(Trouble::Damaged("it belongs to another program".to_owned()));
    }
    if found > VERSION {
        return Err(Trouble::Other(OutboxError::Newer { path: path.to_owned(), found, known: VERSION }));
    }
    let tables = tables.unwrap_or_default();
    match TABLES.iter().find(|table| !tables.split(',').any(|there| there == **table)) {
        Some(missing) if found == VERSION => Err(Trouble::Damaged(format!("its table {missing} is missing"))),
        _ => Ok(found),
    }
}

/// Has it a log, and nothing else? SQLite would take it for a new file and throw the log away.
pub(super) fn is_headless(path: &Path) -> bool {
    let length = |path: &Path| fs::metadata(path).map_or(0, |meta| meta.len());
    length(path) == 0 && length(&suffixed(path, "-wal")) > 0
}

fn headless() -> Trouble {
    Trouble::Damaged("it is empty, but its log is not".to_owned())
}

/// Makes the file, private from its first moment and lasting.
fn prepare_file(path: &Path) -> io::Result<()> {
    if !path.exists() {
        private::options().read(true).append(true).create(true).open(path)?.sync_all()?;
        sync_folder(path)?;
    }
    private::tighten(path)
}

/// Makes the folder of the file, with its missing parents.
pub(super) fn prepare_folder(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    if folder.exists() {
        return Ok(());
    }
    let top = folder.ancestors().find(|folder| folder.exists()).map(Path::to_owned);
    private::folders().create(folder)?;
    for made in folder.ancestors().take_while(|made| Some(*made) != top.as_deref()) {
        sync_folder(made)?;
    }
    Ok(())
}

/// Puts on the disk that a file of this name lies in its folder.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

pub(super) fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// What every connection is set to.
fn settings(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(WAIT)?;
    conn.set_prepared_statement_cache_capacity(64);
    conn.pragma_update(None, "synchronous", "FULL")?;
    // Where a plain sync stops at the drive's cache (macOS), ask for more; elsewhere it says nothing.
    conn.pragma_update(None, "fullfsync", true)?;
    conn.pragma_update(None, "checkpoint_fullfsync", true)?;
    conn.pragma_update(None, "foreign_keys", true)
}

fn migrate(conn: &Connection) -> rusqlite::Result<()> {
    let mode: String = conn.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode != "wal" {
        conn.pragma_update(None, "journal_mode", "WAL")?;
    }
    for (done, sql) in (0..).zip(MIGRATIONS) {
        let version = |conn: &Connection| conn.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
        if version(conn)? > done {
            continue;
        }
        let step = rusqlite::Transaction::new_unchecked(conn, rusqlite::TransactionBehavior::Immediate)?;
        // Another process may have been faster.
        if version(&step)? == done {
            step.execute_batch(sql)?;
            step.pragma_update(None, "application_id", APPLICATION)?;
            step.pragma_update(None, "user_version", done + 1)?;
        }
        step.commit()?;
    }
    Ok(())
}

/// Says what an error at opening means for the file.
fn explain(path: &Path, error: rusqlite::Error) -> Trouble {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Trouble::Damaged(words(&error)),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            unopened(path, io::Error::other(error))
        }
        _ => Trouble::Other(OutboxError::Sqlite(error)),
    }
}

fn words(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}

fn unopened(path: &Path, source: io::Error) -> Trouble {
    Trouble::Other(OutboxError::Open { path: path.to_owned(), source })
}
