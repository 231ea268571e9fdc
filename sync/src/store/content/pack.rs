//! Packing contents: frames like those of documents (see `frames`), made off the writer's thread, where there may be several
//! at a time. A large one goes through the packer in pieces, so that beside it there is only what comes out. A long one is stored
//! in parts (see `parts`).

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, PoisonError, RwLock};

use rusqlite::Connection;
use zstd::dict::EncoderDictionary;
use zstd::stream::write::Encoder;

use super::super::frames::{self, Dicts, LEVEL, MAGIC};
use super::parts;
use crate::content;

/// Contents of a list before a dictionary for them is worth training.
const SAMPLES: i64 = 200;

/// What one content gives to learn from: its beginning, where most of the texts that all of them share stand.
const SAMPLE_BYTES: usize = 16 * 1024;

/// Contents that are learned from.
const MOST_SAMPLES: i64 = 2 * SAMPLES;

const DICT_BYTES: usize = 64 * 1024;

/// Least bytes of a part, unpacked: small ones are read sooner and pack worse.
const PART_BYTES: usize = 4 * 1024;

/// What goes through the packer at once.
const PIECE: usize = 256 * 1024;

/// The dictionaries to pack contents with, by list. Shared by every handle of a mirror.
#[derive(Default)]
pub(in crate::store) struct Packs(RwLock<HashMap<i64, Arc<EncoderDictionary<'static>>>>);

impl fmt::Debug for Packs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).len();
        f.debug_struct("Packs").field("dicts", &known).finish()
    }
}

impl Packs {
    /// Loads those in the file. The contents of list 7 have theirs under -7: its documents have one, too.
    pub(in crate::store) fn load(&self, conn: &Connection) -> rusqlite::Result<()> {
        let mut statement = conn.prepare("SELECT -list, bytes FROM dict WHERE list < 0 ORDER BY id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            self.add(row.get(0)?, row.get_ref(1)?.as_blob()?);
        }
        Ok(())
    }

    fn add(&self, list: i64, dict: &[u8]) {
        if let Ok(dict) = EncoderDictionary::try_copy(dict, LEVEL) {
            self.0.write().unwrap_or_else(PoisonError::into_inner).insert(list, Arc::new(dict));
        }
    }

    fn get(&self, list: i64) -> Option<Arc<EncoderDictionary<'static>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&list).cloned()
    }

    /// A content of `list` as it is stored: in parts where it is long.
    pub(in crate::store) fn pack(&self, list: i64, messages: &str) -> io::Result<Vec<u8>> {
        let cuts = content::pieces(messages, PART_BYTES);
        if cuts.len() < 2 {
            return self.frame(list, messages);
        }
        let mut stored = parts::Writer::new(cuts.len());
        let mut begun = 0;
        for cut in cuts {
            let piece = messages.get(begun..cut.end).unwrap_or_default();
            stored.add(cut.messages, &self.frame(list, piece)?);
            begun = cut.end;
        }
        Ok(stored.finish())
    }

    fn frame(&self, list: i64, messages: &str) -> io::Result<Vec<u8>> {
        let dict = self.get(list);
        let mut packer = match &dict {
            Some(dict) => Encoder::with_prepared_dictionary(Vec::new(), dict)?,
            None => Encoder::new(Vec::new(), LEVEL)?,
        };
        packer.set_pledged_src_size(Some(messages.len() as u64))?;
        for piece in messages.as_bytes().chunks(PIECE) {
            packer.write_all(piece)?;
        }
        let mut frame = packer.finish()?;
        frame.drain(..MAGIC.len());
        Ok(frame)
    }

    /// Trains a dictionary for contents like that of `record`, which was just kept, once there are enough of them. Tried a few
    /// times in a run of the program; a list whose contents are too unlike each other goes without.
    pub(in crate::store) fn train(
        &self,
        conn: &Connection,
        dicts: &Dicts,
        tried: &mut HashMap<i64, i64>,
        record: i64,
    ) -> rusqlite::Result<()> {
        let list: i64 =
            conn.prepare_cached("SELECT list FROM content WHERE record = ?1")?.query_row([record], |row| row.get(0))?;
        let kept = tried.entry(list).or_insert(0);
        *kept += 1;
        if *kept % SAMPLES != 0 || *kept > 4 * SAMPLES || self.get(list).is_some() {
            return Ok(());
        }
        let samples = samples(conn, dicts, list)?;
        if (samples.len() as i64) < SAMPLES {
            return Ok(());
        }
        let id: i64 = conn.query_row("SELECT coalesce(max(id), 0) + 1 FROM dict", [], |row| row.get(0))?;
        if let Some(bytes) = frames::train(id, &samples, DICT_BYTES) {
            conn.execute("INSERT INTO dict (id, list, bytes) VALUES (?1, ?2, ?3)", (id, -list, &bytes))?;
            dicts.add(id, &bytes);
            self.add(list, &bytes);
        }
        Ok(())
    }
}

fn samples(conn: &Connection, dicts: &Dicts, list: i64) -> rusqlite::Result<Vec<Vec<u8>>> {
    let mut statement = conn.prepare(
        "SELECT b.frame FROM content AS c JOIN body AS b ON b.record = c.record WHERE c.list = ?1 AND c.raw < 4194304 LIMIT ?2",
    )?;
    let mut rows = statement.query((list, MOST_SAMPLES))?;
    let mut samples = Vec::new();
    while let Some(row) = rows.next()? {
        if let Some(text) = parts::unpack(dicts, row.get_ref(0)?.as_blob()?) {
            samples.push(text.as_bytes()[..text.len().min(SAMPLE_BYTES)].to_vec());
        }
    }
    Ok(samples)
}
