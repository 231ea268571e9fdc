//! Applying a group of batches in one transaction.
//!
//! Rows and gone marks of all batches are brought into ascending (list, id) order first: pages arrive newest first, and
//! in key order the same rows make half the file and cost a third less time. Within one id the batches keep their order, but
//! a page never overwrites a row that was looked at after the page was asked for.

use std::cmp::Ordering;
use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

use super::frames::Packer;
use super::looks::Looks;
use super::pace::Pace;
use super::rows::millis;
use super::states::write_state;
use super::words::{WordField, Words};
use super::{Applied, Batch, lists};
use crate::model::{Incoming, Timestamp};

/// A batch with where and when.
#[derive(Debug)]
pub(super) struct Job {
    pub list: i64,
    pub batch: Batch,
    pub at: Timestamp,
}

impl Job {
    /// When its rows were what they are here: no earlier, and no later, is known than when they were asked for.
    fn read_at(&self) -> Timestamp {
        self.batch.asked_at.map_or(self.at, |asked| asked.min(self.at))
    }
}

/// What the writer keeps between transactions.
#[derive(Debug)]
pub(super) struct Kept {
    pub words: Words,
    pub packer: Packer,
    /// Key of the next new record.
    pub next_key: i64,
    pub looks: Looks,
    /// For a list whose records make up the content of others: the list of those.
    pub parents: HashMap<i64, Option<i64>>,
}

/// What became of a group.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Of each job in turn.
    pub applied: Vec<Applied>,
    /// Something was written.
    pub wrote: bool,
}

/// Applies `jobs` in one transaction. On an error nothing of them is in the file, and [`Kept`] is as it was.
pub(super) fn apply(conn: &mut Connection, kept: &mut Kept, jobs: &[Job]) -> rusqlite::Result<Outcome> {
    let next_key = kept.next_key;
    jobs.iter().filter(|job| job.batch.look).for_each(|job| kept.looks.note(job));
    let result = (|| {
        let step = conn.transaction()?;
        let mut changes = Changes::new(&step, kept, jobs.len());
        changes.rows_and_marks(jobs)?;
        for job in jobs {
            changes.beside(job)?;
        }
        let outcome = changes.finish()?;
        if outcome.wrote {
            step.commit()?;
        }
        Ok(outcome)
    })();
    if result.is_err() {
        kept.words.clear();
        kept.next_key = next_key;
    }
    result
}

/// One thing to do with one id.
#[derive(Debug, Clone, Copy)]
struct Op {
    job: usize,
    /// Place in the batch's rows; gone marks count on after them.
    place: usize,
}

impl Op {
    fn what(self, jobs: &[Job]) -> (&Job, &str, Option<&Incoming>) {
        let job = &jobs[self.job];
        match job.batch.rows.get(self.place) {
            Some(row) => (job, &row.id, Some(row)),
            None => (job, &job.batch.gone[self.place - job.batch.rows.len()], None),
        }
    }

    fn order(self, other: Op, jobs: &[Job]) -> Ordering {
        let ((job, id, _), (other_job, other_id, _)) = (self.what(jobs), other.what(jobs));
        (job.list, id, self.job, self.place).cmp(&(other_job.list, other_id, other.job, other.place))
    }
}

/// What the mirror has of an id.
#[derive(Debug)]
struct Had {
    key: i64,
    hash: u64,
    gone: bool,
    part: i64,
    words: [Option<i64>; 3],
    /// When it was last active.
    active: Option<i64>,
}

const FIELDS: [WordField; 3] = [WordField::Status, WordField::Agent, WordField::Project];

#[derive(Debug)]
struct Changes<'a> {
    conn: &'a Connection,
    kept: &'a mut Kept,
    applied: Vec<Applied>,
    touched: Vec<i64>,
    /// (list, field, gone, word) -> difference.
    tally: HashMap<(i64, WordField, bool, i64), i64>,
    /// (list, gone) -> difference.
    shelves: HashMap<(i64, bool), i64>,
    /// part -> difference of live rows.
    parts: HashMap<i64, i64>,
    pace: Pace,
    /// Parts that make up a content which has changed, with the list of the records that have it.
    made_up: HashMap<i64, i64>,
    wrote: bool,
}

impl<'a> Changes<'a> {
    fn new(conn: &'a Connection, kept: &'a mut Kept, jobs: usize) -> Self {
        Self {
            conn,
            kept,
            applied: vec![Applied::default(); jobs],
            touched: Vec::new(),
            tally: HashMap::new(),
            shelves: HashMap::new(),
            parts: HashMap::new(),
            pace: Pace::default(),
            made_up: HashMap::new(),
            wrote: false,
        }
    }

    fn rows_and_marks(&mut self, jobs: &[Job]) -> rusqlite::Result<()> {
        let each = |(job, what): (usize, &Job)| {
            (0..what.batch.rows.len() + what.batch.gone.len()).map(move |place| Op { job, place })
        };
        let mut ops: Vec<Op> = jobs.iter().enumerate().flat_map(each).collect();
        ops.sort_unstable_by(|a, b| a.order(*b, jobs));
        for op in ops {
            let (job, id, row) = op.what(jobs);
            if job.batch.asked_at.is_some_and(|asked| self.kept.looks.since(job.list, id, asked)) {
                self.applied[op.job].unchanged += u64::from(row.is_some());
                continue;
            }
            let had = self.had(job.list, id)?;
            match (row, had) {
                (Some(row), None) => {
                    self.insert(job, row)?;
                    self.applied[op.job].inserted += 1;
                }
                (Some(row), Some(had)) => {
                    let part = match job.batch.look {
                        true => had.part,
                        false => self.kept.words.part(self.conn, job.list, &job.batch.partition)?,
                    };
                    if had.hash == row.hash && !had.gone && had.part == part {
                        self.applied[op.job].unchanged += 1;
                    } else {
                        self.update(job, row, &had, part)?;
                        self.applied[op.job].updated += 1;
                    }
                }
                (None, Some(had)) if !had.gone => {
                    self.mark_gone(job, &had)?;
                    self.applied[op.job].gone += 1;
                }
                (None, _) => {}
            }
        }
        Ok(())
    }

    fn had(&self, list: i64, id: &str) -> rusqlite::Result<Option<Had>> {
        self.conn
            .prepare_cached(
                "SELECT key, hash, gone_at IS NOT NULL, part, status, agent, project, coalesce(updated_at, created_at)
                 FROM record WHERE list = ?1 AND id = ?2",
            )?
            .query_row((list, id), |row| {
                Ok(Had {
                    key: row.get(0)?,
                    hash: row.get::<_, i64>(1)?.cast_unsigned(),
                    gone: row.get(2)?,
                    part: row.get(3)?,
                    words: [row.get(4)?, row.get(5)?, row.get(6)?],
                    active: row.get(7)?,
                })
            })
            .optional()
    }

    fn words(&mut self, row: &Incoming) -> rusqlite::Result<[Option<i64>; 3]> {
        let columns = &row.columns;
        let mut words = [None; 3];
        for (word, text) in words.iter_mut().zip([&columns.status, &columns.agent, &columns.project]) {
            if let Some(text) = text {
                *word = Some(self.kept.words.intern(self.conn, text)?);
            }
        }
        Ok(words)
    }

    fn insert(&mut self, job: &Job, row: &Incoming) -> rusqlite::Result<()> {
        let part = self.kept.words.part(self.conn, job.list, &job.batch.partition)?;
        let words = self.words(row)?;
        let key = self.kept.next_key;
        let packed = self.kept.packer.pack(job.list, row.columns.title.as_deref(), &row.doc)?;
        self.conn
            .prepare_cached(
                "INSERT INTO record (key, list, part, id, title, status, agent, project, created_at, updated_at, confirmed_at,
                    hash, doc)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )?
            .execute((
                key,
                job.list,
                part,
                &row.id,
                packed.title,
                words[0],
                words[1],
                words[2],
                row.columns.created_at.map(millis),
                row.columns.updated_at.map(millis),
                millis(job.read_at()),
                row.hash.cast_signed(),
                packed.frame,
            ))?;
        self.kept.next_key += 1;
        self.alias(job.list, key, row)?;
        self.belongs(job.list, part, key, None)?;
        self.count(job.list, part, false, words, active(row), 1);
        self.touch(key);
        Ok(())
    }

    fn update(&mut self, job: &Job, row: &Incoming, had: &Had, part: i64) -> rusqlite::Result<()> {
        let words = self.words(row)?;
        let packed = self.kept.packer.pack(job.list, row.columns.title.as_deref(), &row.doc)?;
        self.conn
            .prepare_cached(
                "UPDATE record SET part = ?2, title = ?3, status = ?4, agent = ?5, project = ?6, created_at = ?7,
                    updated_at = ?8, confirmed_at = ?9, gone_at = NULL, hash = ?10, doc = ?11
                 WHERE key = ?1",
            )?
            .execute((
                had.key,
                part,
                packed.title,
                words[0],
                words[1],
                words[2],
                row.columns.created_at.map(millis),
                row.columns.updated_at.map(millis),
                millis(job.read_at()),
                row.hash.cast_signed(),
                packed.frame,
            ))?;
        self.conn.prepare_cached("DELETE FROM alias WHERE record = ?1")?.execute([had.key])?;
        self.alias(job.list, had.key, row)?;
        self.belongs(job.list, part, had.key, Some(had.part))?;
        self.count(job.list, had.part, had.gone, had.words, had.active, -1);
        self.count(job.list, part, false, words, active(row), 1);
        self.touch(had.key);
        Ok(())
    }

    fn mark_gone(&mut self, job: &Job, had: &Had) -> rusqlite::Result<()> {
        self.conn
            .prepare_cached("UPDATE record SET gone_at = ?2 WHERE key = ?1")?
            .execute((had.key, millis(job.at)))?;
        self.count(job.list, had.part, false, had.words, had.active, -1);
        self.count(job.list, had.part, true, had.words, had.active, 1);
        if let Some(parents) = self.parents(job.list)? {
            self.made_up.insert(had.part, parents);
        }
        self.touch(had.key);
        Ok(())
    }

    fn alias(&mut self, list: i64, key: i64, row: &Incoming) -> rusqlite::Result<()> {
        let Some(join) = &row.join else { return Ok(()) };
        let word = self.kept.words.intern(self.conn, &join.key)?;
        self.conn
            .prepare_cached("INSERT INTO alias (list, word, record, rank) VALUES (?1, ?2, ?3, ?4)")?
            .execute((list, word, key, join.rank))?;
        Ok(())
    }

    /// Takes note of a record that may be part of the content of another.
    fn belongs(&mut self, list: i64, part: i64, key: i64, before: Option<i64>) -> rusqlite::Result<()> {
        let Some(parents) = self.parents(list)? else { return Ok(()) };
        if let Some(before) = before.filter(|before| *before != part) {
            self.conn.prepare_cached("DELETE FROM child WHERE part = ?1 AND record = ?2")?.execute((before, key))?;
            self.made_up.insert(before, parents);
        }
        self.conn.prepare_cached("INSERT OR IGNORE INTO child (part, record) VALUES (?1, ?2)")?.execute((part, key))?;
        self.made_up.insert(part, parents);
        Ok(())
    }

    /// The list whose records have content that is made up of the records of `list`.
    fn parents(&mut self, list: i64) -> rusqlite::Result<Option<i64>> {
        if let Some(known) = self.kept.parents.get(&list) {
            return Ok(*known);
        }
        let found = lists::parents(self.conn, list)?;
        self.kept.parents.insert(list, found);
        Ok(found)
    }

    /// The records whose content is made up of what has changed.
    fn touch_parents(&mut self) -> rusqlite::Result<()> {
        for (part, parents) in std::mem::take(&mut self.made_up) {
            let parent: Option<i64> = self
                .conn
                .prepare_cached(
                    "SELECT r.key FROM part AS p JOIN record AS r ON r.list = ?2 AND r.id = p.name WHERE p.id = ?1",
                )?
                .query_row((part, parents), |row| row.get(0))
                .optional()?;
            self.touched.extend(parent);
        }
        Ok(())
    }

    fn count(&mut self, list: i64, part: i64, gone: bool, words: [Option<i64>; 3], active: Option<i64>, by: i64) {
        self.pace.count(list, gone, active, words[0], by);
        *self.shelves.entry((list, gone)).or_default() += by;
        if !gone {
            *self.parts.entry(part).or_default() += by;
        }
        for (field, word) in FIELDS.into_iter().zip(words) {
            if let Some(word) = word {
                *self.tally.entry((list, field, gone, word)).or_default() += by;
            }
        }
    }

    fn touch(&mut self, key: i64) {
        self.touched.push(key);
        self.wrote = true;
    }

    /// State and problems of a batch.
    fn beside(&mut self, job: &Job) -> rusqlite::Result<()> {
        if let Some(state) = &job.batch.state {
            let part = self.kept.words.part(self.conn, job.list, &job.batch.partition)?;
            self.wrote |= write_state(self.conn, part, state)?;
        }
        for code in &job.batch.solved {
            self.wrote |= self
                .conn
                .prepare_cached("DELETE FROM trouble WHERE list = ?1 AND code = ?2")?
                .execute((job.list, code))?
                > 0;
        }
        for problem in &job.batch.problems {
            self.conn
                .prepare_cached(
                    "INSERT INTO trouble (list, code, id, message, since, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
                     ON CONFLICT (list, code, coalesce(id, ''), id IS NULL)
                     DO UPDATE SET message = excluded.message, seen_at = excluded.seen_at",
                )?
                .execute((job.list, &problem.code, &problem.id, &problem.message, millis(job.at)))?;
            self.wrote = true;
        }
        Ok(())
    }

    /// Counters and feed.
    fn finish(mut self) -> rusqlite::Result<Outcome> {
        self.touch_parents()?;
        for ((list, gone), by) in self.shelves.into_iter().filter(|&(_, by)| by != 0) {
            let sql = if gone {
                "UPDATE list SET gone = gone + ?2 WHERE id = ?1"
            } else {
                "UPDATE list SET live = live + ?2 WHERE id = ?1"
            };
            self.conn.prepare_cached(sql)?.execute((list, by))?;
        }
        for (part, by) in self.parts.into_iter().filter(|&(_, by)| by != 0) {
            self.conn.prepare_cached("UPDATE part SET live = live + ?2 WHERE id = ?1")?.execute((part, by))?;
        }
        for ((list, field, gone, word), by) in self.tally.into_iter().filter(|&(_, by)| by != 0) {
            let key = (list, field as i64, gone, word);
            let n: i64 = self
                .conn
                .prepare_cached(
                    "INSERT INTO tally (list, field, gone, word, n) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT DO UPDATE SET n = n + excluded.n RETURNING n",
                )?
                .query_row((key.0, key.1, key.2, key.3, by), |row| row.get(0))?;
            if n == 0 {
                self.conn
                    .prepare_cached("DELETE FROM tally WHERE list = ?1 AND field = ?2 AND gone = ?3 AND word = ?4")?
                    .execute(key)?;
            }
        }
        self.pace.write(self.conn)?;
        self.touched.sort_unstable();
        self.touched.dedup();
        feed(self.conn, &self.touched)?;
        Ok(Outcome { applied: self.applied, wrote: self.wrote })
    }
}

/// When a row says that it was last active.
fn active(row: &Incoming) -> Option<i64> {
    row.columns.updated_at.or(row.columns.created_at).map(millis)
}

/// Tells the change feed of `touched` records, ascending and each once: one entry per unbroken stretch.
pub(super) fn feed(conn: &Connection, touched: &[i64]) -> rusqlite::Result<()> {
    for stretch in touched.chunk_by(|a, b| a + 1 == *b) {
        if let (Some(first), Some(last)) = (stretch.first(), stretch.last()) {
            conn.prepare_cached("INSERT INTO feed (first, last) VALUES (?1, ?2)")?.execute((first, last))?;
        }
    }
    Ok(())
}
