//! The lists the mirror keeps.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row as SqlRow};

use super::content::follow;
use super::{ListSpec, StoreError};
use crate::model::{ContentSource, Kind, ListId, ListKey, Scope};

/// A list as the file knows it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ListInfo {
    pub id: i64,
    pub key: ListKey,
    pub platform: String,
    pub kind: Kind,
    /// Number of the list whose records carry the keys that this list's records name as their agent.
    pub join_list: Option<i64>,
    /// Number of the list in which this list's agents are ids.
    pub agent_list: Option<i64>,
    pub live: u64,
    pub gone: u64,
    /// Where in its records' documents messages stand, if they do.
    pub messages_at: Option<Arc<[String]>>,
}

impl ListInfo {
    /// First column of every order: list and gone at once.
    pub(super) fn shelf(&self, gone: bool) -> i64 {
        self.id * 2 + i64::from(gone)
    }

    /// Records on one shelf.
    pub(super) fn count(&self, gone: bool) -> u64 {
        if gone { self.gone } else { self.live }
    }

    /// Is it one of `scope`?
    pub(super) fn is_in(&self, scope: &Scope) -> bool {
        (scope.kinds.is_empty() || scope.kinds.contains(&self.kind))
            && (scope.collections.is_empty() || scope.collections.contains(&self.key.collection))
            && (scope.connections.is_empty() || scope.connections.contains(&self.key.connection))
    }
}

const SELECT: &str =
    "SELECT l.id, l.connection, l.collection, l.platform, l.kind, j.id, a.id, l.live, l.gone, l.content
    FROM list AS l
    LEFT JOIN list AS j ON j.connection = l.connection AND j.collection = l.agent_join
    LEFT JOIN list AS a ON a.connection = l.connection AND a.collection = l.agent_list";

fn read(row: &SqlRow<'_>) -> rusqlite::Result<ListInfo> {
    Ok(ListInfo {
        id: row.get(0)?,
        key: ListKey { connection: row.get(1)?, collection: row.get(2)? },
        platform: row.get(3)?,
        kind: row.get_ref(4)?.as_str()?.parse().unwrap_or(Kind::Other),
        join_list: row.get(5)?,
        agent_list: row.get(6)?,
        live: row.get::<_, i64>(7)?.cast_unsigned(),
        gone: row.get::<_, i64>(8)?.cast_unsigned(),
        messages_at: messages_at(row.get_ref(9)?.as_str_or_null()?),
    })
}

/// Where messages stand in the documents of a list whose content is come by so.
fn messages_at(source: Option<&str>) -> Option<Arc<[String]>> {
    // Every record that is read asks, and most lists have their content elsewhere.
    let source = source.filter(|source| source.contains("\"record\""))?;
    match serde_json::from_str(source) {
        Ok(ContentSource::Record { at, .. }) => Some(at.into()),
        _ => None,
    }
}

/// The lists of `scope`, by connection and collection. There are tens of them, not thousands.
pub(super) fn in_scope(conn: &Connection, scope: &Scope) -> rusqlite::Result<Vec<ListInfo>> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} ORDER BY l.connection, l.collection"))?;
    let lists = statement.query_map([], read)?.filter(|list| list.as_ref().map_or(true, |list| list.is_in(scope)));
    lists.collect()
}

/// Lists whose records make up the content of records of another list.
pub(super) fn of_entries(conn: &Connection) -> rusqlite::Result<Vec<ListKey>> {
    let mut statement = conn.prepare_cached(
        "SELECT DISTINCT l.connection, l.collection FROM list AS l
         JOIN list AS o ON o.connection = l.connection AND o.content_list = l.collection",
    )?;
    let lists = statement.query_map([], |row| Ok(ListKey { connection: row.get(0)?, collection: row.get(1)? }))?;
    lists.collect()
}

/// One list by its number.
pub(super) fn by_id(conn: &Connection, id: i64) -> rusqlite::Result<Option<ListInfo>> {
    conn.prepare_cached(&format!("{SELECT} WHERE l.id = ?1"))?.query_row([id], read).optional()
}

/// Makes lists known; what a manifest now says of a known one replaces what it said before.
pub(super) fn register(conn: &mut Connection, specs: &[ListSpec]) -> Result<Vec<ListId>, StoreError> {
    let step = conn.transaction()?;
    let mut ids = Vec::with_capacity(specs.len());
    for spec in specs {
        let known: Option<i64> = step
            .prepare_cached("SELECT id FROM list WHERE connection = ?1 AND collection = ?2")?
            .query_row((&spec.key.connection, &spec.key.collection), |row| row.get(0))
            .optional()?;
        let kind = spec.kind.as_str();
        let id = match known {
            Some(id) => {
                step.prepare_cached(
                    "UPDATE list SET platform = ?2, kind = ?3, agent_join = ?4, agent_list = ?5 WHERE id = ?1
                     AND (platform, kind, agent_join, agent_list) IS NOT (?2, ?3, ?4, ?5)",
                )?
                .execute((id, &spec.platform, kind, &spec.agent_join, &spec.agent_list))?;
                id
            }
            None => step
                .prepare_cached(
                    "INSERT INTO list (connection, collection, platform, kind, agent_join, agent_list)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .insert((
                    &spec.key.connection,
                    &spec.key.collection,
                    &spec.platform,
                    kind,
                    &spec.agent_join,
                    &spec.agent_list,
                ))?,
        };
        content(&step, id, spec)?;
        ids.push(ListId(id));
    }
    step.commit()?;
    Ok(ids)
}

/// Writes down how the content of a list's records is come by. Where that is new, all that was found out about it is void, and
/// records that make it up are told apart from others of their list.
fn content(conn: &Connection, list: i64, spec: &ListSpec) -> Result<(), StoreError> {
    let text = spec.content.as_ref().map(serde_json::to_string).transpose();
    let text = text.map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    let of = match &spec.content {
        Some(ContentSource::Children { collection, .. }) => Some(collection),
        _ => None,
    };
    let changed = conn
        .prepare_cached("UPDATE list SET content = ?2, content_list = ?3 WHERE id = ?1 AND content IS NOT ?2")?
        .execute((list, text, of))?;
    if changed > 0 {
        follow::void(conn)?;
        // Whoever follows the feed has to look at all of them again.
        conn.execute(
            "INSERT INTO feed (first, last) SELECT min(key), max(key) FROM record WHERE list = ?1 HAVING count(*) > 0",
            [list],
        )?;
    }
    // The list of children may have become known before this one, or after it.
    if changed > 0 || of.is_some() {
        conn.execute(
            "INSERT OR IGNORE INTO child (part, record)
             SELECT r.part, r.key FROM list AS l
             JOIN list AS o ON o.connection = l.connection AND o.collection = l.content_list
             JOIN record AS r ON r.list = o.id
             WHERE l.id = ?1 AND NOT EXISTS (SELECT 1 FROM child AS x JOIN part AS p ON p.id = x.part WHERE p.list = o.id)",
            [list],
        )?;
    }
    Ok(())
}

/// The list whose records' content is made up of the records of `list`.
pub(super) fn parents(conn: &Connection, list: i64) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached(
        "SELECT l.id FROM list AS o JOIN list AS l ON l.connection = o.connection AND l.content_list = o.collection
         WHERE o.id = ?1",
    )?
    .query_row([list], |row| row.get(0))
    .optional()
}
