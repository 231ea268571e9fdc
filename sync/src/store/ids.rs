//! Ids that are something or begin with it, whatever its case.
//!
//! The index of ids knows capital from small. Real ids are written in one way only, so the spellings of a prefix that occur
//! are found letter by letter: each step asks the index which of the two cases exist.

use rusqlite::{Connection, OptionalExtension};

use super::plan::{By, Driver};

/// Spellings after which the search is given up: ids that mix cases at random.
const SPELLINGS: usize = 32;

/// Picks the records of `list` whose id is `id`.
pub(super) fn whole(conn: &Connection, list: i64, id: &str) -> rusqlite::Result<Option<Driver>> {
    if id.is_empty() || id.contains('\0') {
        return Ok(None);
    }
    let Some(spelled) = spellings(conn, list, id)? else { return Ok(None) };
    // Each is the id of one record at most; one that only begins longer ids picks nothing.
    let count = spelled.len() as u64;
    Ok(Some(Driver { by: By::Ids(spelled), count }))
}

/// Picks the records of `list` whose id begins with `start`, if they are at most `most`.
pub(super) fn begun(conn: &Connection, list: i64, start: &str, most: u64) -> rusqlite::Result<Option<Driver>> {
    if start.is_empty() || start.contains('\0') {
        return Ok(None);
    }
    let Some(starts) = spellings(conn, list, start)? else { return Ok(None) };
    let mut count = 0;
    for start in &starts {
        let limit = most.saturating_add(1).cast_signed();
        let found: i64 = conn
            .prepare_cached(
                "SELECT count(*) FROM (SELECT 1 FROM record
                 WHERE list = ?1 AND id >= ?2 AND id < ?2 || char(0x10ffff) LIMIT ?3)",
            )?
            .query_row((list, start, limit), |row| row.get(0))?;
        count += found.cast_unsigned();
    }
    Ok((count <= most).then_some(Driver { by: By::Starts(starts), count }))
}

/// The spellings of `start` with which ids of `list` begin; `None` when they are many.
fn spellings(conn: &Connection, list: i64, start: &str) -> rusqlite::Result<Option<Vec<String>>> {
    let mut known = vec![String::new()];
    for letter in start.chars() {
        let (small, capital) = (letter.to_ascii_lowercase(), letter.to_ascii_uppercase());
        let cases = if small == capital { vec![small] } else { vec![small, capital] };
        let mut next = Vec::new();
        for begun in known {
            for &case in &cases {
                let longer = format!("{begun}{case}");
                if begins(conn, list, &longer)? {
                    next.push(longer);
                }
            }
        }
        if next.len() > SPELLINGS {
            return Ok(None);
        }
        known = next;
    }
    Ok(Some(known))
}

fn begins(conn: &Connection, list: i64, start: &str) -> rusqlite::Result<bool> {
    let found: Option<String> = conn
        .prepare_cached("SELECT id FROM record WHERE list = ?1 AND id >= ?2 ORDER BY id LIMIT 1")?
        .query_row((list, start), |row| row.get(0))
        .optional()?;
    Ok(found.is_some_and(|id| id.starts_with(start)))
}
