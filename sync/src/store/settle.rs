//! What the writer does beside applying batches: ending a first sync, training dictionaries, forgetting a connection.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension};

use super::StoreError;
use super::apply::{self, Job};
use super::frames::{self, Dicts, Packer};

/// Documents a list must show at once before a dictionary is worth training: fewer than these are small anyway.
const SAMPLES: usize = 1_000;

/// Measured on session records: twice as large gains two percent.
const DICT_BYTES: usize = 64 * 1024;

/// Key of the next new record: above every key ever given.
pub(super) fn next_key(conn: &Connection) -> rusqlite::Result<i64> {
    let highest: i64 = conn.query_row("SELECT coalesce(max(key), 0) FROM record", [], |row| row.get(0))?;
    let given: Option<i64> =
        conn.query_row("SELECT value FROM memo WHERE name = 'next_key'", [], |row| row.get(0)).optional()?;
    Ok((highest + 1).max(given.unwrap_or(1)))
}

/// Builds the orders that are missing and writes the log into the file.
pub(super) fn settle(conn: &Connection) -> Result<(), StoreError> {
    conn.execute_batch(include_str!("../../migrations/indexes.sql"))?;
    // Readers may hold the log; what is left of it is written by a later checkpoint.
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

/// Trains a dictionary for every list that shows enough documents in `jobs` and has none. A list that cannot have one
/// goes without: frames say what they need.
pub(super) fn train(conn: &Connection, packer: &mut Packer, dicts: &Dicts, jobs: &[Job]) {
    let mut rows: HashMap<i64, usize> = HashMap::new();
    for job in jobs {
        *rows.entry(job.list).or_default() += job.batch.rows.len();
    }
    rows.retain(|&list, rows| *rows >= SAMPLES && !packer.has(list));
    for list in rows.into_keys() {
        let mut seen = HashSet::new();
        let docs = jobs.iter().filter(|job| job.list == list).flat_map(|job| &job.batch.rows);
        let samples: Vec<Vec<u8>> = docs
            .filter(|row| seen.insert(row.hash))
            .take(4 * SAMPLES)
            .map(|row| frames::sample(row.columns.title.as_deref(), &row.doc))
            .collect();
        if samples.len() >= SAMPLES {
            let _ = keep_dict(conn, packer, dicts, list, &samples);
        }
    }
}

fn keep_dict(
    conn: &Connection,
    packer: &mut Packer,
    dicts: &Dicts,
    list: i64,
    samples: &[Vec<u8>],
) -> rusqlite::Result<()> {
    let id: i64 = conn.query_row("SELECT coalesce(max(id), 0) + 1 FROM dict", [], |row| row.get(0))?;
    if let Some(bytes) = frames::train(id, samples, DICT_BYTES) {
        conn.execute("INSERT INTO dict (id, list, bytes) VALUES (?1, ?2, ?3)", (id, list, &bytes))?;
        dicts.add(id, &bytes);
        packer.add(list, &bytes);
    }
    Ok(())
}

/// Forgets a connection. Its keys and its list numbers are not given again.
pub(super) fn forget(conn: &mut Connection, connection: &str, next_key: i64) -> Result<(), StoreError> {
    let step = conn.transaction()?;
    step.execute(
        "INSERT INTO memo (name, value) VALUES ('next_key', ?1) ON CONFLICT DO UPDATE SET value = ?1",
        [next_key],
    )?;
    let lists: Vec<i64> = step
        .prepare("SELECT id FROM list WHERE connection = ?1")?
        .query_map([connection], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut touched = Vec::new();
    for list in lists {
        let mut keys = step.prepare("SELECT key FROM record WHERE list = ?1")?;
        for key in keys.query_map([list], |row| row.get(0))? {
            touched.push(key?);
        }
        for table in ["record", "alias", "tally", "part", "trouble"] {
            step.execute(&format!("DELETE FROM {table} WHERE list = ?1"), [list])?;
        }
        step.execute("DELETE FROM list WHERE id = ?1", [list])?;
    }
    touched.sort_unstable();
    apply::feed(&step, &touched)?;
    step.commit()?;
    Ok(())
}
