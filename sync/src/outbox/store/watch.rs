//! What tells that the file has changed, and the overlay that is kept until it has.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, params};

use super::file::{self, Identity};
use super::readers::Readers;
use super::writes::{state, time};
use crate::model::{Base, Intent, Overlay, Write, WriteId, WriteState};
use crate::outbox::OutboxError;

/// A connection of its own that never writes: SQLite counts for it what all others commit, in this process or elsewhere.
#[derive(Debug)]
pub(super) struct Watch {
    conn: Connection,
    of: Option<Identity>,
    /// Counts the files that lay under the name so far: SQLite counts commits for each from the beginning.
    files: u32,
    seen: Option<(u64, Arc<Overlay>)>,
    /// The unfinished writes without what the overlay does not need. What was asked for never changes, so that it is read
    /// once.
    writes: BTreeMap<WriteId, Write>,
}

impl Watch {
    pub(super) fn new(readers: &Readers) -> Result<Self, OutboxError> {
        let (conn, of) = readers.connect()?;
        Ok(Self { conn, of, files: 0, seen: None, writes: BTreeMap::new() })
    }

    /// A number that changes with every commit to the file.
    pub(super) fn version(&mut self, readers: &Readers) -> Result<u64, OutboxError> {
        if file::identity(readers.path()) != self.of {
            let (conn, of) = readers.connect()?;
            // Still none, or still one that is just being made: nothing is new.
            if (&of, &self.of) != (&None, &None) {
                *self = Self { conn, of, files: self.files.wrapping_add(1), seen: None, writes: BTreeMap::new() };
            }
        }
        self.number()
    }

    fn number(&self) -> Result<u64, OutboxError> {
        let version: u32 = self.conn.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        Ok(u64::from(self.files) << 32 | u64::from(version))
    }

    /// The overlay as of the last commit.
    pub(super) fn overlay(&mut self, readers: &Readers) -> Result<Arc<Overlay>, OutboxError> {
        let version = self.version(readers)?;
        if let Some((seen, overlay)) = &self.seen
            && *seen == version
        {
            return Ok(overlay.clone());
        }
        self.conn.execute_batch("BEGIN")?;
        // Number and rows of one moment: a write that moves meanwhile is neither missed nor seen twice.
        let read = self.number().and_then(|version| self.read().map(|()| version));
        self.conn.execute_batch("COMMIT")?;
        let overlay = Arc::new(Overlay::of(self.writes.values()));
        self.seen = Some((read?, overlay.clone()));
        Ok(overlay)
    }

    fn read(&mut self) -> Result<(), OutboxError> {
        let states = WriteState::ALL.into_iter().filter(|state| state.is_unfinished());
        let mut known = std::mem::take(&mut self.writes);
        for wanted in states {
            let mut statement = self
                .conn
                .prepare_cached("SELECT id, state, updated_at, attempts, due_at FROM writes WHERE state = ?1")?;
            let mut rows = statement.query(params![wanted.as_str()])?;
            while let Some(row) = rows.next()? {
                let id = WriteId::new(row.get::<_, String>(0)?);
                let mut write = match known.remove(&id) {
                    Some(write) => write,
                    None => slim(&self.conn, &id)?,
                };
                write.state = state(row, 1)?;
                write.updated_at = time(row.get(2)?);
                write.attempts = row.get(3)?;
                write.due_at = row.get::<_, Option<i64>>(4)?.map(time);
                self.writes.insert(id, write);
            }
        }
        Ok(())
    }
}

/// A write without what the person saw and without its arguments.
fn slim(conn: &Connection, id: &WriteId) -> Result<Write, OutboxError> {
    let write = super::writes::get(conn, id)?.ok_or_else(|| OutboxError::Unknown(id.to_string()))?;
    let intent = Intent { base: Base::default(), args: BTreeMap::new(), ..write.intent };
    Ok(Write { intent, verdict: None, memory: serde_json::Value::Null, ..write })
}
