//! Walks the audit log, and holds the writes against it.

use rusqlite::Connection;

use super::ledger::{GENESIS, Line};
use crate::outbox::{OutboxError, Proof};

/// Walks the whole log in one snapshot.
pub(super) fn verify(conn: &Connection) -> Result<Proof, OutboxError> {
    let (mut entries, mut head, mut broken) = (0, GENESIS.to_owned(), None);
    let sql = format!("SELECT {} FROM audit ORDER BY line", Line::COLUMNS);
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let line = Line::of(row)?;
        entries += 1;
        if broken.is_none() && (line.prev != head || line.computed() != line.hash) {
            broken = Some((entries, "it does not fit".to_owned()));
        }
        head = line.hash;
    }
    Ok(Proof { entries, head, broken })
}
