//! Which live records of a list are its oldest: asked when many of them are missing from their server.

use rusqlite::OptionalExtension as _;

use super::StoreError;
use super::reader::Reader;
use crate::model::ListId;

/// By which time a record is old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// That of its making, else of its last change.
    Made,
    /// That of its last change, else of its making.
    Active,
}

/// A piece of a list, or with none for the piece all of it.
const PIECE: &str = "list = ?1 AND gone_at IS NULL
    AND (?2 IS NULL OR part = (SELECT p.id FROM part AS p WHERE p.list = ?1 AND p.name = ?2))";

impl Age {
    fn column(self) -> &'static str {
        match self {
            Age::Made => "made",
            Age::Active => "active",
        }
    }
}

impl Reader {
    /// The time of the `n`th oldest live record, from 1; in milliseconds, and the least that there is where a record tells none.
    pub fn nth_oldest(
        &self,
        list: ListId,
        partition: Option<&str>,
        age: Age,
        n: u64,
    ) -> Result<Option<i64>, StoreError> {
        let column = age.column();
        let sql = format!("SELECT {column} FROM record WHERE {PIECE} ORDER BY {column} LIMIT 1 OFFSET ?3");
        let before = i64::try_from(n.saturating_sub(1)).unwrap_or(i64::MAX);
        self.read(|conn| {
            Ok(conn.prepare_cached(&sql)?.query_row((list.0, partition, before), |row| row.get(0)).optional()?)
        })
    }

    /// Ids of live records that are as old as this time or older, in order of id, starting after `after`.
    pub fn live_until(
        &self,
        list: ListId,
        partition: Option<&str>,
        (age, until): (Age, i64),
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let from = if after.is_some() { "id > ?3" } else { "?3 IS NULL" };
        let column = age.column();
        let sql = format!("SELECT id FROM record WHERE {PIECE} AND {from} AND {column} <= ?4 ORDER BY id LIMIT ?5");
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let ids = statement.query_map((list.0, partition, after, until, limit), |row| row.get(0))?;
            Ok(ids.collect::<Result<_, _>>()?)
        })
    }
}
