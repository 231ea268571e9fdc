//! A read connection.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};

use super::content::memo;
use super::mirror::{Lent, Shared};
use super::over::{Kept, Over};
use super::words::WordField;
use super::{
    FeedEntry, Known, NamedAgent, Paced, Peeked, SqlRow, StoreError, agents, budgets, count, file, lists, pace, peeks,
    rows, sql, states, window,
};
use crate::model::{
    CountOf, Freshness, ListId, ListKey, ListState, Overlay, Problem, Query, Record, RowKey, Scope, Timestamp,
    ToldBudget, Window,
};
use crate::text::Secrets;

/// A read connection. Every call sees the latest commit, from whichever process.
pub struct Reader {
    conn: Option<Connection>,
    /// Shows an empty mirror because there was no file: not to be used again, since there may be one now.
    empty: bool,
    pub(super) shared: Arc<Shared>,
    overlay: Arc<Overlay>,
    /// The overlaid records, as this connection last found them.
    kept: RefCell<Option<Kept>>,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("empty", &self.empty).finish_non_exhaustive()
    }
}

/// While it lives, its [`Reader`] sees one state of the mirror.
#[derive(Debug)]
pub struct Held<'a>(&'a Connection);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // Nothing was written; a connection that cannot end its transaction has already lost it.
        let _ = self.0.execute_batch("ROLLBACK");
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take().filter(|_| !self.empty) {
            self.shared.give_back(Lent { conn, kept: self.kept.take() });
        }
    }
}

impl Reader {
    pub(super) fn new(lent: Lent, empty: bool, shared: Arc<Shared>) -> Self {
        Self { conn: Some(lent.conn), empty, shared, overlay: Arc::default(), kept: RefCell::new(lent.kept) }
    }

    /// The same reader, with the unfinished writes over what it reads: windows, counts, statuses, single records and statements of
    /// people show the overlay. What the pull asks (`hashes`, `live`, `state` ...) is never overlaid.
    ///
    /// An overlay from before the question is right: a write leaves it only when the mirror has what it did, so that whoever reads
    /// the outbox first and the mirror then never sees a moment at which neither shows it.
    #[must_use]
    pub fn over(mut self, overlay: Arc<Overlay>) -> Self {
        self.overlay = overlay;
        self
    }

    /// Runs `read` on one state of the file, however many statements it takes.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let conn = self.conn.as_ref().ok_or(StoreError::Stopped)?;
        if !conn.is_autocommit() {
            return read(conn);
        }
        let step = conn.unchecked_transaction()?;
        let answer = read(&step)?;
        step.commit()?;
        Ok(answer)
    }

    /// [`Reader::read`], with the overlaid records.
    fn read_over<T>(&self, read: impl FnOnce(&Connection, &Over) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if !self.overlay.has_records() {
            return self.read(|conn| read(conn, &Over::default()));
        }
        self.read(|conn| {
            let kept = Kept::renew(self.kept.take(), conn, &self.overlay)?;
            let answer = read(conn, kept.over());
            self.kept.replace(Some(kept));
            answer
        })
    }

    /// Until what it returns is dropped, every call sees the mirror as it is now, whatever is committed meanwhile: a long list
    /// is one list. The writer's journal cannot shrink for so long, so it is nothing for a screen.
    pub fn hold(&self) -> Result<Held<'_>, StoreError> {
        let conn = self.conn.as_ref().ok_or(StoreError::Stopped)?;
        conn.execute_batch("BEGIN")?;
        let held = Held(conn);
        // What is seen is settled by the first read.
        conn.query_row("SELECT count(*) FROM list", [], |row| row.get::<_, i64>(0))?;
        Ok(held)
    }

    /// A window of rows.
    pub fn window(&self, query: &Query) -> Result<Window, StoreError> {
        self.read_over(|conn, over| window::window(conn, &self.shared.dicts, over, query))
    }

    /// How many rows answer `query` (its anchor and limit do not matter), counting at most `cap` when it has to count one by one.
    pub fn count(&self, query: &Query, cap: u64) -> Result<CountOf, StoreError> {
        self.read_over(|conn, over| count::count(conn, &self.shared.dicts, over, query, cap))
    }

    /// One record by its number.
    pub fn record(&self, key: RowKey) -> Result<Option<Record>, StoreError> {
        Ok(self.read(|conn| rows::record(conn, &self.shared.dicts, key.0))?.map(|record| self.show(record)))
    }

    /// A record as the operator sees it; its document is as the platform sent it.
    fn show(&self, record: Record) -> Record {
        Record { row: self.overlay.apply(record.row), ..record }
    }

    /// Records of `scope`, gone ones too, whose id is `id`; where there is none, those whose id begins with it. At most `limit`.
    pub fn find(&self, scope: &Scope, id: &str, limit: usize) -> Result<Vec<Record>, StoreError> {
        self.read(|conn| {
            let exact = "SELECT key FROM record WHERE list = ?1 AND id = ?2 AND ?3 > 0";
            // Every text that begins with the id sorts before the id with the highest character behind it.
            let begins = "SELECT key FROM record WHERE list = ?1 AND id >= ?2 AND id < ?2 || char(0x10ffff) ORDER BY id LIMIT ?3";
            let mut found = Vec::new();
            for sql in [exact, begins] {
                for list in lists::in_scope(conn, scope)? {
                    let left = i64::try_from(limit - found.len()).unwrap_or(i64::MAX);
                    let keys: Vec<i64> = conn
                        .prepare_cached(sql)?
                        .query_map((list.id, id, left), |row| row.get(0))?
                        .collect::<Result<_, _>>()?;
                    for key in keys {
                        found.extend(rows::record(conn, &self.shared.dicts, key)?.map(|record| self.show(record)));
                    }
                }
                if !found.is_empty() {
                    break;
                }
            }
            Ok(found)
        })
    }

    /// For each of `ids` in turn: the hash of the live record, or `None`.
    pub fn hashes(&self, list: ListId, ids: &[&str]) -> Result<Vec<Option<u64>>, StoreError> {
        self.read(|conn| {
            let mut statement =
                conn.prepare_cached("SELECT hash FROM record WHERE list = ?1 AND id = ?2 AND gone_at IS NULL")?;
            let mut hashes = Vec::with_capacity(ids.len());
            for id in ids {
                let hash: Option<i64> = statement.query_row((list.0, id), |row| row.get(0)).optional()?;
                hashes.push(hash.map(i64::cast_unsigned));
            }
            Ok(hashes)
        })
    }

    /// Live records of `scope` and the hashes of their documents, list by list, in order of id: what to read again is told without
    /// reading a document. Never overlaid.
    pub fn known(&self, scope: &Scope) -> Result<Vec<(ListKey, Known)>, StoreError> {
        self.read(|conn| {
            let mut statement =
                conn.prepare_cached("SELECT id, hash FROM record WHERE list = ?1 AND gone_at IS NULL ORDER BY id")?;
            let mut all = Vec::new();
            for list in lists::in_scope(conn, scope)? {
                let mut rows = statement.query([list.id])?;
                while let Some(row) = rows.next()? {
                    let known = Known { id: row.get(0)?, hash: row.get::<_, i64>(1)?.cast_unsigned() };
                    all.push((list.key.clone(), known));
                }
            }
            Ok(all)
        })
    }

    /// Live records of a list in order of id (by code point), starting after `after`; with `partition`, only those last seen there.
    pub fn live(
        &self,
        list: ListId,
        partition: Option<&str>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Known>, StoreError> {
        self.read(|conn| {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let known =
                |row: &rusqlite::Row<'_>| Ok(Known { id: row.get(0)?, hash: row.get::<_, i64>(1)?.cast_unsigned() });
            let from = if after.is_some() { "id > ?3" } else { "?3 IS NULL" };
            let all = conn
                .prepare_cached(&format!(
                    "SELECT id, hash FROM record
                     WHERE list = ?1 AND gone_at IS NULL AND {from}
                        AND (?2 IS NULL OR part = (SELECT p.id FROM part AS p WHERE p.list = ?1 AND p.name = ?2))
                     ORDER BY id LIMIT ?4",
                ))?
                .query_map((list.0, partition, after, limit), known)?
                .collect::<Result<_, _>>()?;
            Ok(all)
        })
    }

    /// Live rows of a list, or of one partition of it. Never counted: the mirror knows.
    pub fn live_count(&self, list: ListId, partition: Option<&str>) -> Result<u64, StoreError> {
        self.read(|conn| {
            let count: Option<i64> = match partition {
                None => conn
                    .prepare_cached("SELECT live FROM list WHERE id = ?1")?
                    .query_row([list.0], |row| row.get(0))
                    .optional()?,
                Some(partition) => conn
                    .prepare_cached("SELECT live FROM part WHERE list = ?1 AND name = ?2")?
                    .query_row((list.0, partition), |row| row.get(0))
                    .optional()?,
            };
            Ok(count.unwrap_or(0).cast_unsigned())
        })
    }

    /// State of one partition of a list.
    pub fn state(&self, list: ListId, partition: &str) -> Result<Option<ListState>, StoreError> {
        self.read(|conn| Ok(states::state(conn, list.0, partition)?))
    }

    /// States of all partitions of a list.
    pub fn states(&self, list: ListId) -> Result<Vec<ListState>, StoreError> {
        self.read(|conn| Ok(states::states(conn, list.0)?))
    }

    /// Freshness of every list, by connection and collection.
    pub fn freshness(&self) -> Result<Vec<Freshness>, StoreError> {
        self.read(|conn| Ok(states::freshness(conn)?))
    }

    /// Open problems, newest first.
    pub fn problems(&self, connection: Option<&str>, limit: usize) -> Result<Vec<Problem>, StoreError> {
        self.read(|conn| Ok(states::problems(conn, connection, limit)?))
    }

    /// The change feed after entry `after`.
    pub fn feed(&self, after: u64, limit: usize) -> Result<Vec<FeedEntry>, StoreError> {
        self.read(|conn| {
            let entries = conn
                .prepare_cached("SELECT seq, first, last FROM feed WHERE seq > ?1 ORDER BY seq LIMIT ?2")?
                .query_map((after.cast_signed(), i64::try_from(limit).unwrap_or(i64::MAX)), |row| {
                    let seq: i64 = row.get(0)?;
                    Ok(FeedEntry { seq: seq.cast_unsigned(), first: RowKey(row.get(1)?), last: RowKey(row.get(2)?) })
                })?
                .collect::<Result<_, _>>()?;
            Ok(entries)
        })
    }

    /// Number of the newest feed entry; 0 when there is none.
    pub fn feed_head(&self) -> Result<u64, StoreError> {
        self.read(|conn| {
            let head: i64 =
                conn.prepare_cached("SELECT coalesce(max(seq), 0) FROM feed")?.query_row([], |row| row.get(0))?;
            Ok(head.cast_unsigned())
        })
    }

    /// Numbers of records from `first` to `last`, ascending, at most `limit`: those that there are.
    pub fn keys(&self, first: RowKey, last: RowKey, limit: usize) -> Result<Vec<RowKey>, StoreError> {
        self.read(|conn| {
            let keys = conn
                .prepare_cached("SELECT key FROM record WHERE key BETWEEN ?1 AND ?2 ORDER BY key LIMIT ?3")?
                .query_map((first.0, last.0, i64::try_from(limit).unwrap_or(i64::MAX)), |row| row.get(0).map(RowKey))?
                .collect::<Result<_, _>>()?;
            Ok(keys)
        })
    }

    /// When what is here of a record was asked for, whatever walks have met it unchanged since then: those may have asked before
    /// something that they ended after.
    pub fn read_at(&self, key: RowKey) -> Result<Option<Timestamp>, StoreError> {
        self.read(|conn| {
            let mut statement = conn.prepare_cached("SELECT confirmed_at FROM record WHERE key = ?1")?;
            let at: Option<i64> = statement.query_row([key.0], |row| row.get(0)).optional()?;
            Ok(at.and_then(|at| Timestamp::from_millisecond(at).ok()))
        })
    }

    /// Every agent that any record names, and by which words: those of a connection stand together.
    pub fn agents_named(&self) -> Result<Vec<NamedAgent>, StoreError> {
        self.read(|conn| Ok(agents::named(conn)?))
    }

    /// Lists whose records make up the content of other records: they are the entries of those.
    pub fn entry_lists(&self) -> Result<Vec<ListKey>, StoreError> {
        self.read(|conn| Ok(lists::of_entries(conn)?))
    }

    /// A number drawn when the file was made: whoever follows the change feed starts over when it is another. `None` while there
    /// is no file.
    pub fn identity(&self) -> Result<Option<u64>, StoreError> {
        if self.empty {
            return Ok(None);
        }
        self.read(|conn| Ok(memo(conn, "identity")?.map(i64::cast_unsigned)))
    }

    /// What each connection last told of its rate budget.
    pub fn budgets(&self) -> Result<Vec<ToldBudget>, StoreError> {
        self.read(budgets::all)
    }

    /// Live rows by status within `scope`.
    pub fn statuses(&self, scope: &Scope) -> Result<BTreeMap<String, u64>, StoreError> {
        self.read_over(|conn, over| {
            let mut statuses = BTreeMap::new();
            let mut statement = conn.prepare_cached(
                "SELECT w.text, t.n FROM tally AS t JOIN word AS w ON w.id = t.word
                 WHERE t.list = ?1 AND t.field = 1 AND t.gone = 0",
            )?;
            for list in lists::in_scope(conn, scope)? {
                let mut rows = statement.query([list.id])?;
                while let Some(row) = rows.next()? {
                    *statuses.entry(row.get(0)?).or_default() += row.get::<_, i64>(1)?.cast_unsigned();
                }
            }
            over.statuses(scope, &mut statuses);
            Ok(statuses)
        })
    }

    /// How many records of `scope` were last active between each two neighbours of `edges` (ascending), by list and status: live
    /// ones, or the gone ones. Never counted one by one, and as cheap at a million records as at ten; never overlaid. Exact
    /// where edges stand on a quarter of an hour.
    pub fn pace(&self, scope: &Scope, gone: bool, edges: &[Timestamp]) -> Result<Vec<Paced>, StoreError> {
        self.read(|conn| pace::by_status(conn, scope, gone, edges))
    }

    /// The same of one agent's records, live and gone, by list, whatever their status; read off the order by agent, and nothing while that
    /// is not built yet.
    pub fn pace_of_agent(&self, scope: &Scope, agent: &str, edges: &[Timestamp]) -> Result<Vec<Paced>, StoreError> {
        self.read(|conn| pace::of_agent(conn, scope, agent, edges))
    }

    /// What stands in the documents of live records of `scope`: for each of `places` the value at the first pointer that holds
    /// one. Reads documents, at most `limit` of them: for short lists.
    pub fn peeks(&self, scope: &Scope, places: &[&[String]], limit: usize) -> Result<Vec<Peeked>, StoreError> {
        self.read(|conn| peeks::peeks(conn, &self.shared.dicts, scope, places, limit))
    }

    /// The projects that live rows within `scope` name, each once, in order; at most `limit`.
    pub fn projects(&self, scope: &Scope, limit: usize) -> Result<Vec<String>, StoreError> {
        self.read(|conn| {
            let mut projects = BTreeSet::new();
            let mut statement = conn.prepare_cached(
                "SELECT w.text FROM tally AS t JOIN word AS w ON w.id = t.word
                 WHERE t.list = ?1 AND t.field = ?2 AND t.gone = 0 AND t.n > 0 LIMIT ?3",
            )?;
            for list in lists::in_scope(conn, scope)? {
                let left = i64::try_from(limit.saturating_sub(projects.len())).unwrap_or(i64::MAX);
                let mut rows = statement.query((list.id, WordField::Project as i64, left))?;
                while let Some(row) = rows.next()? {
                    projects.insert(row.get(0)?);
                }
            }
            Ok(projects.into_iter().collect())
        })
    }

    /// A number that changes when any process commits to the file. Only numbers of the same reader can be compared: it is
    /// for the console over a mirror that another process writes.
    pub fn data_version(&self) -> Result<u64, StoreError> {
        let conn = self.conn.as_ref().ok_or(StoreError::Stopped)?;
        let version: i64 = conn.pragma_query_value(None, "data_version", |row| row.get(0))?;
        Ok(version.cast_unsigned())
    }

    /// Runs one read-only statement and hands each row to `each` as column names and JSON values; stops when `each` says `false`.
    /// Anything that writes, attaches, or changes settings is refused, as is a second statement. Secrets are masked in documents and
    /// titles before the statement sees them: one that cuts a text would else show the rest of a secret.
    pub fn sql(
        &self,
        statement: &str,
        secrets: Secrets,
        each: &mut dyn FnMut(SqlRow<'_>) -> bool,
    ) -> Result<(), StoreError> {
        // A connection of its own: what the statement may do is watched there, and nothing else is slowed by it.
        let (conn, _) = self.shared.connect()?;
        file::register_shown(&conn, &self.shared.dicts, secrets)?;
        sql::run(conn, &self.overlay, statement, each)
    }
}
