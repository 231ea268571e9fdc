//! Single values of many documents, for what no column holds: which version agents run, what a day cost.

use rusqlite::Connection;

use super::frames::Dicts;
use super::lists;
use super::{Peeked, StoreError};
use crate::model::{Scope, Timestamp};
use crate::peek;

/// See [`super::Reader::peeks`].
pub(super) fn peeks(
    conn: &Connection,
    dicts: &Dicts,
    scope: &Scope,
    places: &[&[String]],
    limit: usize,
) -> Result<Vec<Peeked>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT id, doc, coalesce(updated_at, created_at, confirmed_at) FROM record WHERE list = ?1 AND gone_at IS NULL LIMIT ?2",
    )?;
    let mut all = Vec::new();
    for list in lists::in_scope(conn, scope)? {
        let left = i64::try_from(limit.saturating_sub(all.len())).unwrap_or(i64::MAX);
        let mut rows = statement.query((list.id, left))?;
        while let Some(row) = rows.next()? {
            let id: String = row.get(0)?;
            let doc = row.get_ref(1)?.as_blob().ok().and_then(|frame| dicts.doc(frame));
            // A damaged one keeps nobody from the others.
            let Some(doc) = doc else { continue };
            let first = |at: &&[String]| at.iter().find_map(|at| peek::at(&doc, at)).map(str::to_owned);
            let at = Timestamp::from_millisecond(row.get(2)?).unwrap_or_default();
            all.push(Peeked { id, at, values: places.iter().map(first).collect() });
        }
    }
    Ok(all)
}
