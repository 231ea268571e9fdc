//! What the writer does beside applying batches: ending a first sync, training dictionaries, forgetting a connection.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension};

use super::StoreError;
use super::apply::{self, Job};
use super::frames::{self, Dicts, Packer};
use super::lists::ListInfo;

/// Documents a list must show before a dictionary is worth training: fewer than these are small anyway.
const SAMPLES: usize = 1_000;

/// More are not better, and cost memory.
const MOST_SAMPLES: usize = 4 * SAMPLES;

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
    // Ids came in no order, and left up to half of each page of theirs empty. What that frees the orders take.
    if !conn.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'record_active'")?.exists([])? {
        conn.execute_batch("REINDEX record_id")?;
    }
    conn.execute_batch(include_str!("../../migrations/indexes.sql"))?;
    // Readers may hold the log; what is left of it is written by a later checkpoint.
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

/// When a dictionary was last tried for a list that has none: records it had. Tried again at twice as many.
pub(super) type Tried = HashMap<i64, u64>;

/// Trains a dictionary for each of `lists` that shows enough documents, in `jobs` or in the file, and has none. A list that
/// cannot have one goes without: frames say what they need.
pub(super) fn train(
    conn: &Connection,
    packer: &mut Packer,
    dicts: &Dicts,
    tried: &mut Tried,
    lists: &[ListInfo],
    jobs: &[Job],
) {
    for list in lists {
        let told = || jobs.iter().filter(|job| job.list == list.id).flat_map(|job| &job.batch.rows);
        let count = list.live + list.gone + told().count() as u64;
        if packer.has(list.id) || count < tried.get(&list.id).map_or(SAMPLES as u64, |before| before * 2) {
            continue;
        }
        tried.insert(list.id, count);
        let mut seen = HashSet::new();
        let mut samples: Vec<Vec<u8>> = told()
            .filter(|row| seen.insert(row.hash))
            .take(MOST_SAMPLES)
            .map(|row| frames::sample(row.columns.title.as_deref(), &row.doc))
            .collect();
        if samples.len() < SAMPLES {
            // Pages that trickle in never show enough at once; those before them do.
            samples.extend(stored_samples(conn, dicts, list.id).unwrap_or_default());
        }
        if samples.len() >= SAMPLES {
            let _ = keep_dict(conn, packer, dicts, list.id, &samples);
        }
    }
}

fn stored_samples(conn: &Connection, dicts: &Dicts, list: i64) -> rusqlite::Result<Vec<Vec<u8>>> {
    let mut statement = conn.prepare_cached("SELECT title, doc FROM record WHERE list = ?1 LIMIT ?2")?;
    let mut rows = statement.query((list, MOST_SAMPLES as i64))?;
    let mut samples = Vec::new();
    while let Some(row) = rows.next()? {
        let frame = row.get_ref(1)?.as_blob()?;
        let title = row.get::<_, Option<String>>(0)?.or_else(|| dicts.title(frame).flatten());
        samples.extend(dicts.doc(frame).map(|doc| frames::sample(title.as_deref(), &doc)));
    }
    Ok(samples)
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
        step.execute("DELETE FROM body WHERE record IN (SELECT record FROM content WHERE list = ?1)", [list])?;
        step.execute("DELETE FROM child WHERE part IN (SELECT id FROM part WHERE list = ?1)", [list])?;
        for table in ["record", "alias", "tally", "pace", "part", "trouble", "content"] {
            step.execute(&format!("DELETE FROM {table} WHERE list = ?1"), [list])?;
        }
        step.execute("DELETE FROM list WHERE id = ?1", [list])?;
    }
    step.execute("DELETE FROM budget WHERE connection = ?1", [connection])?;
    touched.sort_unstable();
    apply::feed(&step, &touched)?;
    step.commit()?;
    Ok(())
}
