//! The audit log: lines that hang together by their hashes.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::model::{By, WriteId};
use crate::outbox::{AuditEntry, OutboxError};

/// What the first line has for the hash of the line before.
pub(super) const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The end of the log: where the next line is hung. Valid inside one transaction only.
#[derive(Debug, Clone)]
pub(super) struct Ledger {
    line: i64,
    hash: String,
}

/// A line as it lies in the file.
#[derive(Debug)]
pub(super) struct Line {
    pub line: i64,
    pub at: String,
    pub what: String,
    pub write: Option<String>,
    pub by: String,
    pub detail: String,
    pub prev: String,
    pub hash: String,
}

impl Ledger {
    pub(super) fn read(conn: &Connection) -> rusqlite::Result<Self> {
        let last = conn
            .prepare_cached("SELECT line, hash FROM audit ORDER BY line DESC LIMIT 1")?
            .query_row([], |row| Ok(Self { line: row.get(0)?, hash: row.get(1)? }))
            .optional()?;
        Ok(last.unwrap_or_else(|| Self { line: 0, hash: GENESIS.to_owned() }))
    }

    /// Adds a line and returns its number.
    pub(super) fn add(
        &mut self,
        conn: &Connection,
        at: Timestamp,
        what: &str,
        write: Option<&WriteId>,
        by: &By,
        detail: &str,
    ) -> Result<i64, OutboxError> {
        let mut line = Line {
            line: self.line + 1,
            at: at.to_string(),
            what: one_line(what),
            write: write.map(ToString::to_string),
            by: serde_json::to_string(by)?,
            detail: detail.to_owned(),
            prev: self.hash.clone(),
            hash: String::new(),
        };
        line.hash = line.computed();
        conn.prepare_cached(
            "INSERT INTO audit (line, at, what, write, by, detail, prev, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            line.line,
            line.at,
            line.what,
            line.write,
            line.by,
            line.detail,
            line.prev,
            line.hash
        ])?;
        self.line = line.line;
        self.hash = line.hash;
        Ok(line.line)
    }
}

impl Line {
    /// Columns, in the order [`Line::of`] reads them.
    pub(super) const COLUMNS: &str = "line, at, what, write, by, detail, prev, hash";

    pub(super) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            line: row.get(0)?,
            at: row.get(1)?,
            what: row.get(2)?,
            write: row.get(3)?,
            by: row.get(4)?,
            detail: row.get(5)?,
            prev: row.get(6)?,
            hash: row.get(7)?,
        })
    }

    /// SHA-256 over the seven texts, each on a line of its own: none of them holds a line feed, as JSON escapes it. The last is
    /// not followed by one.
    pub(super) fn computed(&self) -> String {
        let mut hash = Sha256::new();
        let number = self.line.to_string();
        let write = self.write.as_deref().unwrap_or_default();
        for text in [&self.prev, &number, &self.at, &self.what, write, &self.by] {
            hash.update(text.as_bytes());
            hash.update(b"\n");
        }
        hash.update(self.detail.as_bytes());
        format!("{:x}", hash.finalize())
    }

    pub(super) fn entry(self) -> Result<AuditEntry, OutboxError> {
        let at = self.at.parse().map_err(|_| {
            OutboxError::Sqlite(rusqlite::Error::InvalidColumnType(1, "at".to_owned(), rusqlite::types::Type::Text))
        })?;
        Ok(AuditEntry {
            seq: u64::try_from(self.line).unwrap_or_default(),
            at,
            what: self.what,
            write: self.write.map(WriteId::new),
            by: serde_json::from_str(&self.by)?,
            detail: serde_json::from_str(&self.detail)?,
            prev: self.prev,
            hash: self.hash,
        })
    }
}

/// Lines after line `after`, at most `limit`.
pub(super) fn lines(conn: &Connection, after: u64, limit: usize) -> Result<Vec<AuditEntry>, OutboxError> {
    let sql = format!("SELECT {} FROM audit WHERE line > ?1 ORDER BY line LIMIT ?2", Line::COLUMNS);
    let mut statement = conn.prepare_cached(&sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let lines = statement.query_map(params![after, limit], Line::of)?;
    lines.map(|line| line?.entry()).collect()
}

/// A value as JSON text that reads back as a value with the same text: what is exported can be hashed again. Numbers that no
/// program reads back exactly settle at the first reading.
pub(super) fn stable(value: &impl Serialize) -> Result<String, OutboxError> {
    let text = serde_json::to_string(value)?;
    let mut value: Value = serde_json::from_str(&text)?;
    let mut text = serde_json::to_string(&value)?;
    for _ in 0..8 {
        value = serde_json::from_str(&text)?;
        let next = serde_json::to_string(&value)?;
        if next == text {
            break;
        }
        text = next;
    }
    Ok(text)
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
