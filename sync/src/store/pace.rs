//! How many records were active when: counted as they are applied, so that nobody has to count them later.
//!
//! A quarter of an hour is the unit, since local days begin at one wherever an operator's clock may be; who asks brings the
//! edges of their days. Counted by last activity, like everything that lists by time. Not overlaid: a decision moves no record in time.

use std::collections::HashMap;

use rusqlite::Connection;

use super::filter::{self, Test};
use super::lists::{self, ListInfo};
use super::rows::millis;
use super::words::WordField;
use super::{Paced, StoreError};
use crate::model::{Field, Filter, Match, Scope, Timestamp};

/// Milliseconds in the unit.
const QUARTER: i64 = 900_000;
/// Records of one agent in one list that are counted one by one at most.
const MOST: i64 = 200_000;

/// The quarter a moment lies in. Before 1970 it is the one after: the migration divides as SQLite does.
pub(super) fn quarter(millis: i64) -> i64 {
    millis / QUARTER
}

/// What a transaction changes of the counts.
#[derive(Debug, Default)]
pub(super) struct Pace(HashMap<(i64, bool, i64, i64), i64>);

impl Pace {
    /// One record more, or one less.
    pub(super) fn count(&mut self, list: i64, gone: bool, active: Option<i64>, status: Option<i64>, by: i64) {
        if let Some(active) = active {
            *self.0.entry((list, gone, quarter(active), status.unwrap_or(0))).or_default() += by;
        }
    }

    /// Writes the changes, in key order.
    pub(super) fn write(self, conn: &Connection) -> rusqlite::Result<()> {
        let mut moves: Vec<_> = self.0.into_iter().filter(|(_, by)| *by != 0).collect();
        moves.sort_unstable();
        for (key, by) in moves {
            let n: i64 = conn
                .prepare_cached(
                    "INSERT INTO pace (list, gone, quarter, status, n) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT DO UPDATE SET n = n + excluded.n RETURNING n",
                )?
                .query_row((key.0, key.1, key.2, key.3, by), |row| row.get(0))?;
            if n == 0 {
                conn.prepare_cached("DELETE FROM pace WHERE list = ?1 AND gone = ?2 AND quarter = ?3 AND status = ?4")?
                    .execute(key)?;
            }
        }
        Ok(())
    }
}

/// The stretch between two edges that a moment lies in.
fn stretch(edges: &[i64], at: i64) -> Option<usize> {
    let after = edges.partition_point(|edge| *edge <= at);
    (1..edges.len()).contains(&after).then(|| after - 1)
}

/// See [`super::Reader::pace`].
pub(super) fn by_status(
    conn: &Connection,
    scope: &Scope,
    gone: bool,
    edges: &[Timestamp],
) -> Result<Vec<Paced>, StoreError> {
    let edges: Vec<i64> = edges.iter().map(|edge| quarter(millis(*edge))).collect();
    let (Some(first), Some(last)) = (edges.first(), edges.last()) else { return Ok(Vec::new()) };
    let mut statement = conn.prepare_cached(
        "SELECT p.quarter, p.status, p.n FROM pace AS p WHERE p.list = ?1 AND p.gone = ?2 AND p.quarter >= ?3 AND p.quarter < ?4",
    )?;
    let mut word = conn.prepare_cached("SELECT text FROM word WHERE id = ?1")?;
    let mut all = Vec::new();
    for list in lists::in_scope(conn, scope)? {
        let mut found: HashMap<i64, Vec<u64>> = HashMap::new();
        let mut rows = statement.query((list.id, gone, first, last))?;
        while let Some(row) = rows.next()? {
            let (at, status, n): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let counts = found.entry(status).or_insert_with(|| vec![0; edges.len() - 1]);
            if let Some(count) = stretch(&edges, at).and_then(|at| counts.get_mut(at)) {
                *count += n.cast_unsigned();
            }
        }
        let mut found: Vec<_> = found.into_iter().collect();
        found.sort_unstable();
        for (status, counts) in found {
            let status = match status {
                0 => None,
                status => Some(word.query_row([status], |row| row.get(0))?),
            };
            all.push(Paced { list: list.key.clone(), status, counts, more: false });
        }
    }
    Ok(all)
}

/// See [`super::Reader::pace_of_agent`].
pub(super) fn of_agent(
    conn: &Connection,
    scope: &Scope,
    agent: &str,
    edges: &[Timestamp],
) -> Result<Vec<Paced>, StoreError> {
    let edges: Vec<i64> = edges.iter().copied().map(millis).collect();
    let (Some(first), Some(last)) = (edges.first(), edges.last()) else { return Ok(Vec::new()) };
    // Before a first sync has settled there is no order by agent, and nothing to be counted at a price one would pay.
    let ordered: i64 =
        conn.query_row("SELECT count(*) FROM sqlite_master WHERE name = 'record_agent'", [], |row| row.get(0))?;
    if ordered == 0 {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for list in lists::in_scope(conn, scope)? {
        let mut paced = Paced { list: list.key.clone(), status: None, counts: vec![0; edges.len() - 1], more: false };
        for word in words(conn, &list, agent)? {
            let mut statement = conn.prepare_cached(
                "SELECT active FROM record WHERE shelf = ?1 AND agent = ?2 AND active >= ?3 AND active < ?4 LIMIT ?5",
            )?;
            for gone in [false, true] {
                let mut rows = statement.query((list.shelf(gone), word, first, last, MOST))?;
                let mut met = 0;
                while let Some(row) = rows.next()? {
                    met += 1;
                    if let Some(count) = stretch(&edges, row.get(0)?).and_then(|at| paced.counts.get_mut(at)) {
                        *count += 1;
                    }
                }
                paced.more |= met == MOST;
            }
        }
        all.push(paced);
    }
    Ok(all)
}

/// The words by which records of `list` name this agent.
fn words(conn: &Connection, list: &ListInfo, agent: &str) -> Result<Vec<i64>, StoreError> {
    let named = Filter::Field(Field::Agent, Match::Is(agent.to_owned()));
    Ok(match filter::fold(conn, list, &named)? {
        Test::Word(WordField::Agent, words) => words.into_iter().collect(),
        _ => Vec::new(),
    })
}
