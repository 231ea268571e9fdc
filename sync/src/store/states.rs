//! List states, freshness and problems: what stands beside the records.

use rusqlite::{Connection, OptionalExtension, Row as SqlRow};

use super::rows::{millis, timestamp};
use crate::model::{Freshness, ListKey, ListState, Offered, Problem, Scope, Timestamp, WalkCursor};

use super::lists;

const COLUMNS: &str = "name, offered, walked_at, checked_at, server_count, walk_started_at, walk_at, watermark, etag,
    last_modified, parent_hash, learned, partial";

fn read(row: &SqlRow<'_>) -> rusqlite::Result<ListState> {
    let time = |place| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(place)?.map(timestamp));
    let walk = match (time(5)?, row.get(6)?) {
        (Some(started_at), Some(at)) => Some(WalkCursor { started_at, at }),
        _ => None,
    };
    Ok(ListState {
        partition: row.get(0)?,
        offered: offered(row.get(1)?),
        walked_at: time(2)?,
        checked_at: time(3)?,
        server_count: row.get::<_, Option<i64>>(4)?.map(i64::cast_unsigned),
        walk,
        watermark: row.get(7)?,
        etag: row.get(8)?,
        last_modified: row.get(9)?,
        parent_hash: row.get::<_, Option<i64>>(10)?.map(i64::cast_unsigned),
        learned: row.get(11)?,
        partial: row.get(12)?,
    })
}

fn offered(number: i64) -> Offered {
    match number {
        0 => Offered::Unknown,
        1 => Offered::Yes,
        status => Offered::No { status: u16::try_from(status).unwrap_or_default() },
    }
}

fn offered_number(offered: &Offered) -> i64 {
    match offered {
        Offered::Unknown => 0,
        Offered::Yes => 1,
        Offered::No { status } => i64::from(*status),
    }
}

/// The state of one partition, if it was ever told.
pub(super) fn state(conn: &Connection, list: i64, partition: &str) -> rusqlite::Result<Option<ListState>> {
    conn.prepare_cached(&format!("SELECT {COLUMNS} FROM part WHERE list = ?1 AND name = ?2 AND offered IS NOT NULL"))?
        .query_row((list, partition), read)
        .optional()
}

/// The states of all partitions of a list, by name.
pub(super) fn states(conn: &Connection, list: i64) -> rusqlite::Result<Vec<ListState>> {
    conn.prepare_cached(&format!("SELECT {COLUMNS} FROM part WHERE list = ?1 AND offered IS NOT NULL ORDER BY name"))?
        .query_map([list], read)?
        .collect()
}

/// Replaces the state of partition number `part`. Says whether anything changed.
pub(super) fn write_state(conn: &Connection, part: i64, state: &ListState) -> rusqlite::Result<bool> {
    let walk = state.walk.as_ref();
    let changed = conn
        .prepare_cached(
            "UPDATE part SET offered = ?2, walked_at = ?3, checked_at = ?4, server_count = ?5, walk_started_at = ?6,
                walk_at = ?7, watermark = ?8, etag = ?9, last_modified = ?10, parent_hash = ?11, learned = ?12,
                partial = ?13
             WHERE id = ?1 AND (offered, walked_at, checked_at, server_count, walk_started_at, walk_at, watermark, etag,
                last_modified, parent_hash, learned, partial) IS NOT (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute((
            part,
            offered_number(&state.offered),
            state.walked_at.map(millis),
            state.checked_at.map(millis),
            state.server_count.map(u64::cast_signed),
            walk.map(|walk| millis(walk.started_at)),
            walk.map(|walk| &walk.at),
            &state.watermark,
            &state.etag,
            &state.last_modified,
            state.parent_hash.map(u64::cast_signed),
            &state.learned,
            state.partial,
        ))?;
    Ok(changed > 0)
}

/// Freshness of every list, by connection and collection.
pub(super) fn freshness(conn: &Connection) -> rusqlite::Result<Vec<Freshness>> {
    let mut all = Vec::new();
    for list in lists::in_scope(conn, &Scope::default())? {
        let parts = conn
            .prepare_cached(
                "SELECT count(*), max(offered = 1), max(offered), min(walked_at), count(walked_at), min(checked_at),
                    count(checked_at), sum(server_count), max(walk_at IS NOT NULL)
                 FROM part WHERE list = ?1 AND name <> '' AND offered IS NOT NULL",
            )?
            .query_row([list.id], Parts::read)?;
        let problems: i64 = conn
            .prepare_cached("SELECT count(*) FROM trouble WHERE list = ?1")?
            .query_row([list.id], |row| row.get(0))?;
        let whole = state(conn, list.id, "")?.unwrap_or_default();
        all.push(Freshness {
            list: list.key,
            platform: list.platform,
            kind: list.kind,
            offered: if whole.offered == Offered::Unknown { parts.offered } else { whole.offered },
            walked_at: whole.walked_at.max(parts.walked_at),
            checked_at: whole.checked_at.max(parts.checked_at),
            server_count: whole.server_count.or(parts.server_count),
            mirror_count: list.live,
            index_count: None,
            gone_count: list.gone,
            walking: whole.walk.is_some() || parts.walking,
            problems: problems.cast_unsigned(),
        });
    }
    Ok(all)
}

/// What the partitions of a list say together: a list is as fresh as the stalest of them.
struct Parts {
    offered: Offered,
    walked_at: Option<Timestamp>,
    checked_at: Option<Timestamp>,
    server_count: Option<u64>,
    walking: bool,
}

impl Parts {
    fn read(row: &SqlRow<'_>) -> rusqlite::Result<Self> {
        let count: i64 = row.get(0)?;
        let all = |time: usize, known: usize| {
            let oldest: Option<i64> = row.get(time)?;
            Ok::<_, rusqlite::Error>(if row.get::<_, i64>(known)? == count { oldest.map(timestamp) } else { None })
        };
        let yes = row.get::<_, Option<bool>>(1)?.unwrap_or(false);
        Ok(Self {
            offered: if yes { Offered::Yes } else { offered(row.get::<_, Option<i64>>(2)?.unwrap_or(0)) },
            walked_at: all(3, 4)?,
            checked_at: all(5, 6)?,
            server_count: row.get::<_, Option<i64>>(7)?.map(i64::cast_unsigned),
            walking: row.get::<_, Option<bool>>(8)?.unwrap_or(false),
        })
    }
}

/// Open problems, newest first.
pub(super) fn problems(conn: &Connection, connection: Option<&str>, limit: usize) -> rusqlite::Result<Vec<Problem>> {
    conn.prepare_cached(
        "SELECT l.connection, l.collection, t.id, t.code, t.message, t.since, t.seen_at
         FROM trouble AS t JOIN list AS l ON l.id = t.list WHERE ?1 IS NULL OR l.connection = ?1
         ORDER BY t.seen_at DESC, t.rowid DESC LIMIT ?2",
    )?
    .query_map((connection, i64::try_from(limit).unwrap_or(i64::MAX)), |row| {
        Ok(Problem {
            list: ListKey { connection: row.get(0)?, collection: row.get(1)? },
            id: row.get(2)?,
            code: row.get(3)?,
            message: row.get(4)?,
            since: timestamp(row.get(5)?),
            seen_at: timestamp(row.get(6)?),
        })
    })?
    .collect()
}
