//! Walking a plan, with the overlaid records merged in.

use std::cell::OnceCell;
use std::cmp::Ordering;

use rusqlite::types::ToSql;
use rusqlite::{CachedStatement, Connection, Rows};

use super::StoreError;
use super::filter::Candidate;
use super::frames::Dicts;
use super::lists::ListInfo;
use super::over::OverStrand;
use super::plan::{Group, Method, Place, Plan, Shelf, Strand, Value, Way};
use super::rows;
use super::words::WordField;
use crate::model::Sort;

/// Where a walk begins: at a place, or just beyond it.
#[derive(Debug, Clone)]
pub(super) struct Start {
    pub place: Place,
    pub inclusive: bool,
}

impl Start {
    /// Does a walk from here on `way` leave `place` behind?
    fn is_beyond(&self, way: Way, place: &Place) -> bool {
        match way.places(place, &self.place) {
            Ordering::Less => true,
            Ordering::Equal => !self.inclusive,
            Ordering::Greater => false,
        }
    }
}

/// A record that passed, with its list.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub place: Place,
    pub list: &'a ListInfo,
}

/// Does what has to be read hold?
pub(super) fn passes(conn: &Connection, dicts: &Dicts, shelf: &Shelf, key: i64) -> Result<bool, StoreError> {
    let mut unknown = false;
    for test in &shelf.rest {
        match test.known(&shelf.list.key, key) {
            Some(false) => return Ok(false),
            Some(true) => {}
            None => unknown = true,
        }
    }
    if !unknown {
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

/// One question being walked, in either direction.
pub(super) struct Walk<'a> {
    conn: &'a Connection,
    dicts: &'a Dicts,
    plan: &'a Plan,
    overlaid: &'a OverStrand<'a>,
    /// What was gathered, in the plan's own way: one question may be walked in both directions.
    gathered: OnceCell<Vec<(Place, usize)>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(conn: &'a Connection, dicts: &'a Dicts, plan: &'a Plan, overlaid: &'a OverStrand<'a>) -> Self {
        Self { conn, dicts, plan, overlaid, gathered: OnceCell::new() }
    }

    /// The next `count` answers on this way.
    pub(super) fn collect(&self, way: Way, start: Option<&Start>, count: usize) -> Result<Vec<Found<'a>>, StoreError> {
        let before = |place: &Place| start.is_some_and(|start| start.is_beyond(way, place));
        let mut overlaid = self.overlaid.from(way, before).peekable();
        let mut found = Vec::new();
        self.mirrored(way, start, count, &mut |place, shelf| {
            while let Some((next, at)) = overlaid.next_if(|(next, _)| way.places(next, &place).is_lt()) {
                if self.overlaid.passes(self.conn, self.dicts, *at)? {
                    found.push(Found { place: next.clone(), list: self.overlaid.list(*at) });
                    if found.len() == count {
                        return Ok(false);
                    }
                }
            }
            let shelf = &self.plan.shelves[shelf];
            if !self.overlaid.over().has(place.key) && passes(self.conn, self.dicts, shelf, place.key)? {
                found.push(Found { place, list: &shelf.list });
            }
            Ok(found.len() < count)
        })?;
        for (place, at) in overlaid {
            if found.len() == count {
                break;
            }
            if self.overlaid.passes(self.conn, self.dicts, *at)? {
                found.push(Found { place: place.clone(), list: self.overlaid.list(*at) });
            }
        }
        Ok(found)
    }

    /// What the indexes pick on this way, as the mirror has it, until `visit` says `false`. More than `count` answers are not
    /// wanted.
    fn mirrored(
        &self,
        way: Way,
        start: Option<&Start>,
        count: usize,
        visit: &mut dyn FnMut(Place, usize) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        match &self.plan.method {
            Method::Gather => self.gathered(way, start, visit),
            Method::Walk(groups) => {
                let mut order: Vec<_> = groups.iter().collect();
                order.sort_by(|a, b| way.labels(&a.label, &b.label));
                for group in order {
                    let bound = match start {
                        None => None,
                        Some(start) => match way.labels(&group.label, &start.place.label) {
                            Ordering::Less => continue,
                            Ordering::Equal => Some(start),
                            Ordering::Greater => None,
                        },
                    };
                    if !self.merge(way, group, bound, count, visit)? {
                        break;
                    }
                }
                Ok(())
            }
        }
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
                    _ => Ordering::Equal,
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
        // Where nothing has to be read, no more is needed, but for those that are left out; it matters while the index of this
        // order is not built yet.
        let most = count + self.overlaid.over().len();
        let limit = if shelf.rest.is_empty() { format!(" LIMIT {most}") } else { String::new() };
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
            let before = start.is_some_and(|start| start.is_beyond(way, place));
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
