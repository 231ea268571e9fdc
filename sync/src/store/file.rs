//! The file: opening it, its mode, its settings, its migrations, and the functions every connection knows.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::StoreError;
use super::frames::Dicts;
use super::private;
use super::rows::timestamp;
use crate::text::Secrets;

/// Every version of the schema, oldest first. Append only.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_mirror.sql"),
    include_str!("../../migrations/0002_budget.sql"),
    include_str!("../../migrations/0003_content.sql"),
    include_str!("../../migrations/0004_gone_entries.sql"),
    include_str!("../../migrations/0005_pace.sql"),
    include_str!("../../migrations/0006_partial.sql"),
];

/// The schema this program writes.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Marks the file as ours: "qdmr".
const APPLICATION: i64 = 0x7164_6d72;

/// Measured: 16 KiB pages insert a fifth faster than 4 KiB ones.
const PAGE: u32 = 16 * 1024;

/// About 320 MB of log between checkpoints, which run on the writer's time.
const CHECKPOINT_PAGES: u32 = 20_000;

/// Opens the file for the writer: made if missing, migrated if old.
pub(super) fn open_writer(path: &Path, dicts: &Arc<Dicts>) -> Result<Connection, StoreError> {
    prepare_file(path).map_err(|source| StoreError::Open { path: path.to_owned(), source })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let at = |error| explain(path, error);
    let mut conn = Connection::open_with_flags(path, flags).map_err(at)?;
    settings(&conn).map_err(at)?;
    // A transaction that begins by reading cannot wait when it comes to write: SQLite refuses it at once ("database is locked").
    // And there is somebody to wait for although there is one writer: a reader that meets the log's index half written
    // looks again under the writer's lock.
    conn.set_transaction_behavior(TransactionBehavior::Immediate);
    migrate(&mut conn, path)?;
    bound_cache(&conn, 16).map_err(at)?;
    conn.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES).map_err(at)?;
    register_functions(&conn, dicts).map_err(at)?;
    // The log and its index take the mode of the file only when they are made; they may be older than it.
    for beside in ["-wal", "-shm"] {
        let beside = suffixed(path, beside);
        if beside.exists() {
            private::tighten(&beside).map_err(|source| StoreError::Open { path: beside, source })?;
        }
    }
    Ok(conn)
}

/// Opens the file for reading. A missing or still empty file reads as an empty mirror; the flag says that it is one.
pub(super) fn open_reader(path: &Path, dicts: &Arc<Dicts>) -> Result<(Connection, bool), StoreError> {
    let at = |error| explain(path, error);
    let conn = match fs::metadata(path) {
        Ok(meta) if meta.len() > 0 => {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let conn = Connection::open_with_flags(path, flags).map_err(at)?;
            settings(&conn).map_err(at)?;
            match version(&conn, path)? {
                VERSION => {
                    bound_cache(&conn, 4).map_err(at)?;
                    Some(conn)
                }
                0 => None,
                found => return Err(StoreError::Older { path: path.to_owned(), found, known: VERSION }),
            }
        }
        Ok(_) => None,
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => return Err(StoreError::Open { path: path.to_owned(), source }),
    };
    let empty = conn.is_none();
    let conn = match conn {
        Some(conn) => conn,
        None => {
            let mut conn = Connection::open_in_memory()?;
            migrate(&mut conn, path)?;
            conn
        }
    };
    conn.pragma_update(None, "query_only", true)?;
    register_functions(&conn, dicts)?;
    Ok((conn, empty))
}

/// Says what an error at opening means for the person who has the file.
fn explain(path: &Path, error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            StoreError::NotAMirror { path: path.to_owned(), reason: error.to_string() }
        }
        Some(ErrorCode::ReadOnly) => {
            let reason = "neither it nor its folder may be read-only, even to read it: an index is kept beside it";
            StoreError::Open { path: path.to_owned(), source: io::Error::other(reason) }
        }
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            StoreError::Open { path: path.to_owned(), source: io::Error::other(error) }
        }
        _ => StoreError::Sqlite(error),
    }
}

fn prepare_file(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        private::folders().create(folder)?;
    }
    // Made by us before SQLite sees it, so that there is no moment at which others may read it. Never opened once it is there:
    // closing it would give up the locks of this process's readers.
    if !path.exists() {
        private::options().read(true).append(true).create(true).open(path)?;
    }
    private::tighten(path)
}

fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Bounds the page cache. SQLite turns the size into a number of pages of the size it knows at that moment: only after the
/// file was read, or made, is that the right one.
fn bound_cache(conn: &Connection, mib: i64) -> rusqlite::Result<()> {
    conn.pragma_update(None, "cache_size", -(mib * 1024))
}

fn settings(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(Duration::from_secs(10))?;
    conn.set_prepared_statement_cache_capacity(64);
    // Without this guarantee SQLite plans anew whenever a parameter changes that it once held against a partial index: every
    // time, which costs ten times the lookup itself.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.pragma_update(None, "mmap_size", 0)?;
    conn.pragma_update(None, "temp_store", "FILE")?;
    conn.pragma_update(None, "trusted_schema", true)?;
    conn.pragma_update(None, "synchronous", "NORMAL")
}

/// The schema of an open file, after making sure that it is ours.
fn version(conn: &Connection, path: &Path) -> Result<i64, StoreError> {
    let number = |name: &str| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let read = || {
        // A kill between the first setting and the first migration leaves a file without any table: still ours.
        let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
        Ok((number("application_id")?, number("user_version")?, tables))
    };
    let (application, found, tables) = read().map_err(|error| explain(path, error))?;
    if application != APPLICATION && (tables > 0 || found != 0) {
        let reason = "it belongs to another program".to_owned();
        return Err(StoreError::NotAMirror { path: path.to_owned(), reason });
    }
    if found > VERSION {
        return Err(StoreError::Newer { path: path.to_owned(), found, known: VERSION });
    }
    Ok(found)
}

fn migrate(conn: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let found = version(conn, path)?;
    let at = |error| explain(path, error);
    if found == 0 {
        conn.pragma_update(None, "page_size", PAGE).map_err(at)?;
    }
    conn.pragma_update(None, "journal_mode", "WAL").map_err(at)?;
    if found == VERSION {
        return Ok(());
    }
    // All at once: a reader that opens the file meanwhile finds no mirror yet, or a whole one, never one of an older version.
    let step = conn.transaction().map_err(at)?;
    for sql in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        step.execute_batch(sql).map_err(at)?;
    }
    step.pragma_update(None, "application_id", APPLICATION).map_err(at)?;
    step.pragma_update(None, "user_version", VERSION).map_err(at)?;
    step.commit().map_err(at)
}

/// `qd_time(milliseconds)` is RFC 3339 text; `qd_doc(frame)` and `qd_title(frame)` are what a frame holds.
fn register_functions(conn: &Connection, dicts: &Arc<Dicts>) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    conn.create_scalar_function("qd_time", 1, flags, |ctx| {
        Ok(ctx.get::<Option<i64>>(0)?.map(|millis| timestamp(millis).to_string()))
    })?;
    let known = dicts.clone();
    conn.create_scalar_function("qd_doc", 1, flags, move |ctx| match ctx.get_raw(0) {
        ValueRef::Blob(frame) => known.doc(frame).map(Some).ok_or_else(damaged),
        _ => Ok(None),
    })?;
    let known = dicts.clone();
    conn.create_scalar_function("qd_title", 1, flags, move |ctx| match ctx.get_raw(0) {
        // One damaged record must not keep anybody from the rest of a list: it has no title, and its document says that it is damaged.
        ValueRef::Blob(frame) => Ok(known.title(frame).flatten()),
        _ => Ok(None),
    })
}

/// For statements that may cut a text anywhere before it is shown, where half a secret is not recognised any more: `qd_doc` and
/// `qd_title` as they are to be shown, and `qd_shown(text)` for a title that stands beside its document.
pub(super) fn register_shown(conn: &Connection, dicts: &Arc<Dicts>, secrets: Secrets) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    conn.create_scalar_function("qd_shown", 1, flags, move |ctx| {
        Ok(ctx.get::<Option<String>>(0)?.map(|text| secrets.text(&text).into_owned()))
    })?;
    if secrets == Secrets::Revealed {
        return Ok(());
    }
    let known = dicts.clone();
    conn.create_scalar_function("qd_doc", 1, flags, move |ctx| match ctx.get_raw(0) {
        ValueRef::Blob(frame) => known.doc(frame).map(|doc| Some(secrets.json(&doc).into_owned())).ok_or_else(damaged),
        _ => Ok(None),
    })?;
    let known = dicts.clone();
    conn.create_scalar_function("qd_title", 1, flags, move |ctx| match ctx.get_raw(0) {
        ValueRef::Blob(frame) => {
            let title = known.title(frame).ok_or_else(damaged)?;
            Ok(title.map(|title| secrets.text(&title).into_owned()))
        }
        _ => Ok(None),
    })
}

fn damaged() -> rusqlite::Error {
    rusqlite::Error::UserFunctionError("a document in the mirror is damaged: put mirror.db aside and sync again".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_takes_its_turn_before_it_reads_where_it_may_still_wait() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mirror.db");
        let dicts = Arc::new(Dicts::default());
        let mut other = open_writer(&path, &dicts).expect("a writer");
        let mut conn = open_writer(&path, &dicts).expect("a writer");
        let turn = other.transaction().expect("nobody else writes");
        conn.busy_timeout(Duration::ZERO).expect("set");
        let refused = conn.transaction().err().and_then(|error| error.sqlite_error_code());
        assert_eq!(refused, Some(ErrorCode::DatabaseBusy));
        drop(turn);
        assert!(conn.transaction().is_ok());
    }
}
