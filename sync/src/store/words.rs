//! Interned texts: statuses, agents, projects and partition names, each stored once.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

/// Which column of a record a word stands in: the number is the one in `tally`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum WordField {
    Status = 1,
    Agent = 2,
    Project = 3,
}

impl WordField {
    /// Name of the column.
    pub(super) fn column(self) -> &'static str {
        match self {
            WordField::Status => "status",
            WordField::Agent => "agent",
            WordField::Project => "project",
        }
    }
}

/// Entries after which a cache starts over, so that memory does not grow with the number of texts.
const CACHED: usize = 16 * 1024;

/// The writer's memory of the numbers it has given. Must be cleared when a transaction is taken back.
#[derive(Debug, Default)]
pub(super) struct Words {
    words: HashMap<String, i64>,
    parts: HashMap<(i64, String), i64>,
}

impl Words {
    /// Number of `text`, given now if it has none.
    pub(super) fn intern(&mut self, conn: &Connection, text: &str) -> rusqlite::Result<i64> {
        if let Some(&id) = self.words.get(text) {
            return Ok(id);
        }
        let known = conn
            .prepare_cached("SELECT id FROM word WHERE text = ?1")?
            .query_row([text], |row| row.get(0))
            .optional()?;
        let id = match known {
            Some(id) => id,
            None => conn.prepare_cached("INSERT INTO word (text) VALUES (?1)")?.insert([text])?,
        };
        if self.words.len() >= CACHED {
            self.words.clear();
        }
        self.words.insert(text.to_owned(), id);
        Ok(id)
    }

    /// Number of partition `name` of `list`, given now if it has none.
    pub(super) fn part(&mut self, conn: &Connection, list: i64, name: &str) -> rusqlite::Result<i64> {
        let key = (list, name.to_owned());
        if let Some(&id) = self.parts.get(&key) {
            return Ok(id);
        }
        let known = conn
            .prepare_cached("SELECT id FROM part WHERE list = ?1 AND name = ?2")?
            .query_row((list, name), |row| row.get(0))
            .optional()?;
        let id = match known {
            Some(id) => id,
            None => conn.prepare_cached("INSERT INTO part (list, name) VALUES (?1, ?2)")?.insert((list, name))?,
        };
        if self.parts.len() >= CACHED {
            self.parts.clear();
        }
        self.parts.insert(key, id);
        Ok(id)
    }

    /// Forgets everything: what a rolled-back transaction gave is not in the file.
    pub(super) fn clear(&mut self) {
        self.words.clear();
        self.parts.clear();
    }
}
