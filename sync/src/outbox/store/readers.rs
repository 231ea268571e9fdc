//! Read connections: kept for later, and opened anew when another file lies under the name.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, ErrorCode};

use super::file::{self, Identity};
use crate::outbox::OutboxError;

/// Connections kept for later; more are opened while more are in use.
const POOL: usize = 4;

/// A pool of read connections to the file that lies at a path now. While none does, an empty outbox is read.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    pool: Mutex<Pool>,
}

#[derive(Debug, Default)]
struct Pool {
    of: Option<Identity>,
    idle: Vec<Connection>,
}

impl Readers {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), pool: Mutex::default() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A connection outside the pool, and the file it is to; none when it shows an empty outbox for want of a file.
    pub(super) fn connect(&self) -> Result<(Connection, Option<Identity>), OutboxError> {
        file::open_reader(&self.path)
    }

    /// Reads with a connection of the pool.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, OutboxError>) -> Result<T, OutboxError> {
        let now = file::identity(&self.path);
        let pooled = {
            let mut pool = self.pool();
            if pool.of != now {
                *pool = Pool { of: now, idle: Vec::new() };
            }
            pool.idle.pop()
        };
        let (conn, of) = match pooled {
            Some(conn) => (conn, now),
            None => self.connect()?,
        };
        let result = read(&conn).map_err(|error| self.explain(error));
        let mut pool = self.pool();
        if of.is_some() && of == pool.of && conn.is_autocommit() && pool.idle.len() < POOL {
            pool.idle.push(conn);
        }
        result
    }

    /// Damage that shows only now.
    pub(super) fn explain(&self, error: OutboxError) -> OutboxError {
        match error {
            OutboxError::Sqlite(error)
                if matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)) =>
            {
                OutboxError::Damaged { path: self.path.clone(), reason: error.to_string() }
            }
            other => other,
        }
    }

    fn pool(&self) -> std::sync::MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
