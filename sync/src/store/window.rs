//! Walking a plan: windows and counts.

use std::cell::OnceCell;

use rusqlite::types::ToSql;
use rusqlite::{CachedStatement, Connection, Rows};

use super::StoreError;
use super::filter::{Candidate, Test};
use super::frames::Dicts;
use super::plan::{self, Group, Method, Place, Plan, Shelf, Strand, Value, Way};
use super::rows;
use super::words::WordField;
use crate::model::{Anchor, CountOf, Query, Row, Sort, Window};

/// Where a walk begins: at a place, or just beyond it.
#[derive(Debug, Clone)]
struct Start {
    place: Place,
    inclusive: bool,
}

/// A record that passed, with the shelf it was found on.
#[derive(Debug)]
struct Found {
    place: Place,
    shelf: usize,
}

/// Answers `query`.
pub(super) fn window(conn: &Connection, dicts: &Dicts, query: &Query) -> Result<Window, StoreError> {
    let plan = Plan::new(conn, query)?;
    let walk = Walk { conn, dicts, plan: &plan, gathered: OnceCell::new() };
    let limit = query.limit.max(1);
    let anchored = |key: crate::model::RowKey| match rows::stored(conn, key.0)? {
        Some(stored) => plan.place(conn, &stored).map(Some),
        None => Ok(None),
    };
    let (start, backward) = match query.anchor {
        Anchor::First => (None, false),
        Anchor::Last => (None, true),
        Anchor::After(key) => (anchored(key)?.map(|place| Start { place, inclusive: false }), false),
        Anchor::Before(key) => (anchored(key)?.map(|place| Start { place, inclusive: false }), true),
        Anchor::At(key) => (anchored(key)?.map(|place| Start { place, inclusive: true }), false),
    };
    let way = if backward { plan.way.back() } else { plan.way };
    // What lies behind the start is seen by going back from it.
    let behind = match &start {
        None => false,
        Some(start) => {
            let back = Start { place: start.place.clone(), inclusive: !start.inclusive };
            !walk.collect(way.back(), Some(&back), 1)?.is_empty()
        }
    };
    let mut found = walk.collect(way, start.as_ref(), limit + 1)?;
    let ahead = found.len() > limit;
    found.truncate(limit);
    if backward {
        found.reverse();
    }
    let mut lines: Vec<Row> = Vec::with_capacity(found.len());
    for found in &found {
        if let Some(stored) = rows::stored(conn, found.place.key)? {
            lines.push(rows::line(conn, &plan.shelves[found.shelf].list, stored)?);
        }
    }
    let (more_before, more_after) = if backward { (ahead, behind) } else { (behind, ahead) };
    Ok(Window { rows: lines, more_before, more_after })
}

/// Counts the answers of `query`, one by one up to `cap` where the mirror keeps no count.
pub(super) fn count(conn: &Connection, dicts: &Dicts, query: &Query, cap: u64) -> Result<CountOf, StoreError> {
    let mut known = 0;
    let mut counted = 0;
    for shelf in plan::shelves(conn, query)? {
        match &shelf.test {
            Test::Always => known += shelf.count,
            Test::Word(field, words) => {
                known += plan::tally(conn, shelf.list.id, shelf.gone, *field, words.iter().copied())?;
            }
            _ => counted += count_shelf(conn, dicts, &shelf, cap.saturating_sub(counted))?,
        }
        if counted > cap {
            return Ok(CountOf::AtLeast(known + cap));
        }
    }
    Ok(CountOf::Exact(known + counted))
}

/// Counts up to one more than `cap`.
fn count_shelf(conn: &Connection, dicts: &Dicts, shelf: &Shelf, cap: u64) -> Result<u64, StoreError> {
    let from = format!("FROM record AS r WHERE {}{}", shelf.driven(), shelf.sql);
    if shelf.rest.is_empty() {
        let sql = format!("SELECT count(*) FROM (SELECT 1 {from} LIMIT ?1)");
        let limit = i64::try_from(cap.saturating_add(1)).unwrap_or(i64::MAX);
        return Ok(conn.prepare(&sql)?.query_row([limit], |row| row.get::<_, i64>(0))?.cast_unsigned());
    }
    let mut statement = conn.prepare(&format!("SELECT r.key {from}"))?;
    let mut keys = statement.query([])?;
    let mut counted = 0;
    while let Some(row) = keys.next()? {
        if passes(conn, dicts, shelf, row.get(0)?)? {
            counted += 1;
            if counted > cap {
                break;
            }
        }
    }
    Ok(counted)
}

/// Does what has to be read hold?
fn passes(conn: &Connection, dicts: &Dicts, shelf: &Shelf, key: i64) -> Result<bool, StoreError> {
    if shelf.rest.is_empty() {
        return Ok(true);
    }
    let Some(stored) = rows::stored(conn, key)? else { return Ok(false) };
    let candidate = Candidate::new(conn, dicts, &shelf.list, stored);
    for test in &shelf.rest {
        if !test.holds(&candidate)? {
            return Ok(false);
        }
    }
    Ok(true)
}

struct Walk<'a> {
    conn: &'a Connection,
    dicts: &'a Dicts,
    plan: &'a Plan,
    /// What was gathered, in the plan's own way: one question may be walked in both directions.
    gathered: OnceCell<Vec<(Place, usize)>>,
}

impl Walk<'_> {
    /// The next `count` answers on this way.
    fn collect(&self, way: Way, start: Option<&Start>, count: usize) -> Result<Vec<Found>, StoreError> {
        let mut found = Vec::new();
        let mut visit = |place: Place, shelf: usize| {
            if passes(self.conn, self.dicts, &self.plan.shelves[shelf], place.key)? {
                found.push(Found { place, shelf });
            }
            Ok(found.len() < count)
        };
        match &self.plan.method {
            Method::Gather => self.gathered(way, start, &mut visit)?,
            Method::Walk(groups) => {
                let mut order: Vec<_> = groups.iter().collect();
                order.sort_by(|a, b| way.labels(&a.label, &b.label));
                for group in order {
                    let bound = match start {
                        None => None,
                        Some(start) => match way.labels(&group.label, &start.place.label) {
                            std::cmp::Ordering::Less => continue,
                            std::cmp::Ordering::Equal => Some(start),
                            std::cmp::Ordering::Greater => None,
                        },
                    };
                    if !self.merge(way, group, bound, count, &mut visit)? {
                        break;
                    }
                }
            }
        }
        Ok(found)
    }

    /// Merges the strands of a group, of which `count` records are wanted at most; says whether to go on.
    fn merge(
        &self,
        way: Way,
        group: &Group,
        start: Option<&Start>,
        count: usize,
        visit: &mut dyn FnMut(Place, usize) -> Result<bool, StoreError>,
    ) -> Result<bool, StoreError> {
        let (strands, label) = (&group.strands, group.label.as_ref());
        let mut statements: Vec<CachedStatement<'_>> = Vec::with_capacity(strands.len());
        for strand in strands {
            statements.push(self.conn.prepare_cached(&self.strand_sql(way, strand, start, count))?);
        }
        let mut cursors = Vec::with_capacity(strands.len());
        for (statement, strand) in statements.iter_mut().zip(strands) {
            let params: Vec<&dyn ToSql> = match start {
                Some(start) => vec![&start.place.value, &start.place.key],
                None => Vec::new(),
            };
            let mut cursor = Cursor { rows: statement.query(params.as_slice())?, shelf: strand.shelf, head: None };
            cursor.advance(label)?;
            cursors.push(cursor);
        }
        loop {
            let next =
                cursors.iter_mut().filter(|cursor| cursor.head.is_some()).min_by(|a, b| match (&a.head, &b.head) {
                    (Some(a), Some(b)) => way.places(a, b),
                    _ => std::cmp::Ordering::Equal,
                });
            let Some(cursor) = next else { return Ok(true) };
            let Some(place) = cursor.head.take() else { return Ok(true) };
            cursor.advance(label)?;
            if !visit(place, cursor.shelf)? {
                return Ok(false);
            }
        }
    }

    fn strand_sql(&self, way: Way, strand: &Strand, start: Option<&Start>, count: usize) -> String {
        let shelf = &self.plan.shelves[strand.shelf];
        let column = self.plan.column();
        let (than, direction) = if way.values_up { (">", "ASC") } else { ("<", "DESC") };
        let shelf_is = match self.plan.sort {
            // Ids have one index for live and gone.
            Sort::Id => {
                let gone = if shelf.gone { "NOT NULL" } else { "NULL" };
                format!("r.list = {} AND r.gone_at IS {gone}", shelf.list.id)
            }
            _ => shelf.all(),
        };
        let word = match strand.word {
            None => String::new(),
            Some((field, Some(word))) => format!(" AND r.{} = {word}", field.column()),
            Some((field, None)) => format!(" AND r.{} IS NULL", field.column()),
        };
        let bound = match start {
            None => String::new(),
            Some(start) => {
                let or_equal = if start.inclusive { "=" } else { "" };
                format!(" AND (r.{column}, r.key) {than}{or_equal} (?1, ?2)")
            }
        };
        // Where nothing has to be read, no more is needed; it matters while the index of this order is not built yet.
        let limit = if shelf.rest.is_empty() { format!(" LIMIT {count}") } else { String::new() };
        format!(
            "SELECT r.{column}, r.key FROM record AS r WHERE {shelf_is}{word}{sql}{bound}
             ORDER BY r.{column} {direction}, r.key {direction}{limit}",
            sql = shelf.sql,
        )
    }

    /// Everything the drivers pick, sorted.
    fn gathered(
        &self,
        way: Way,
        start: Option<&Start>,
        visit: &mut dyn FnMut(Place, usize) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        if self.gathered.get().is_none() {
            let mut all = Vec::new();
            for (place, shelf) in self.plan.shelves.iter().enumerate() {
                self.gather_shelf(shelf, place, &mut all)?;
            }
            all.sort_unstable_by(|(a, _), (b, _)| self.plan.way.places(a, b));
            let _ = self.gathered.set(all);
        }
        let all = self.gathered.get().map_or(&[][..], Vec::as_slice);
        let forward = way == self.plan.way;
        for step in 0..all.len() {
            let (place, shelf) = &all[if forward { step } else { all.len() - 1 - step }];
            let before = start.is_some_and(|start| match way.places(place, &start.place) {
                std::cmp::Ordering::Less => true,
                std::cmp::Ordering::Equal => !start.inclusive,
                std::cmp::Ordering::Greater => false,
            });
            if !before && !visit(place.clone(), *shelf)? {
                break;
            }
        }
        Ok(())
    }

    fn gather_shelf(&self, shelf: &Shelf, at: usize, all: &mut Vec<(Place, usize)>) -> Result<(), StoreError> {
        let column = self.plan.column();
        let label = match self.plan.sort {
            Sort::Status => WordField::Status.column(),
            Sort::Agent => WordField::Agent.column(),
            _ => "key",
        };
        let sql = format!("SELECT r.{column}, r.key, r.{label} FROM record AS r WHERE {}{}", shelf.driven(), shelf.sql);
        let labels = self.plan.labels_of(self.conn, shelf)?;
        let mut statement = self.conn.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let word: Option<i64> = row.get(2)?;
            let label = word.and_then(|word| labels.get(&word).cloned().flatten());
            all.push((Place { label, value: value(row)?, key: row.get(1)? }, at));
        }
        Ok(())
    }
}

fn value(row: &rusqlite::Row<'_>) -> rusqlite::Result<Value> {
    Ok(match row.get_ref(0)? {
        rusqlite::types::ValueRef::Integer(number) => Value::Number(number),
        other => Value::Text(other.as_str()?.to_owned()),
    })
}

/// One strand being read.
struct Cursor<'a> {
    rows: Rows<'a>,
    shelf: usize,
    head: Option<Place>,
}

impl Cursor<'_> {
    fn advance(&mut self, label: Option<&String>) -> rusqlite::Result<()> {
        self.head = match self.rows.next()? {
            None => None,
            Some(row) => Some(Place { label: label.cloned(), value: value(row)?, key: row.get(1)? }),
        };
        Ok(())
    }
}
