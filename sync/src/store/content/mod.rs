//! Content: the messages of sessions and runs, beside their records.
//!
//! A list says once how the content of its records is come by ([`crate::model::ContentSource`], told with
//! [`super::ListSpec`]). What is fetched is kept as one frame per record in `body`; what stands in records, or consists of
//! them, is read from there and never kept twice. `content` holds what is known of each, so that it is counted, and
//! what is due is found, without reading a body.
//!
//! What always holds:
//! - a change of what [`super::Reader::content`] answers stands in the change feed, in the same commit;
//! - content of a record that is gone stays until it has been kept as long as the operator wants;
//! - what is due was decided by `plan` alone, a pure function of the record and what is known.
//!
//! `follow` looks at records that were touched since the last time and `plan` decides how their content stands, `keep` takes
//! what was fetched, `trim` makes room, `read` answers and `totals` counts; `pack` makes frames, `parts` puts those of a long content together.
//!
//! Not here: fetching (`pull`), and what a message means (`content` of this crate).

pub(super) mod follow;
pub(super) mod keep;
pub(super) mod pack;
mod parts;
pub(super) mod plan;
pub(super) mod read;
pub(super) mod totals;
pub(super) mod trim;

use rusqlite::{Connection, OptionalExtension};

use crate::model::{ContentKeep, ContentSource, Timestamp};

/// What came of asking for the content of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewContent {
    /// Here it is.
    Messages {
        /// The text of a JSON array, scrubbed; kept as it is.
        messages: String,
        /// How many there are.
        count: u64,
        /// `ETag` of the reply.
        etag: Option<String>,
        /// The platform may have more than it showed.
        partial: bool,
    },
    /// It is as it was: the platform said so (304).
    Unchanged,
    /// The platform has none for this record: it is not asked again until the record changes.
    Absent,
    /// No usable answer.
    Failed {
        /// Stable word for the problem, which begins with `content_`.
        code: String,
        /// For a person; scrubbed.
        message: String,
        /// Not to be tried before this time.
        again_at: Timestamp,
    },
}

/// What became of a [`NewContent`], after its commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptContent {
    /// What is held of this record has changed.
    pub changed: bool,
    /// Bytes of JSON that came.
    pub raw_bytes: u64,
    /// Bytes that all contents take in the mirror.
    pub held_bytes: u64,
}

/// How much content may be held, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentLimits {
    /// Bytes that all contents may take in the mirror; `u64::MAX`: as many as they are.
    pub budget: u64,
    /// How long content of gone records is kept.
    pub keep: ContentKeep,
}

/// How full the mirror is of contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentRoom {
    /// Bytes that all contents take in the mirror.
    pub held_bytes: u64,
    /// While less than this is held, there is room for contents older than all that are held.
    pub older_below: u64,
}

/// What had to go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrimmedContent {
    /// Contents dropped to make room: the oldest, never of a record that is gone.
    pub dropped: u64,
    /// Bytes that they took.
    pub dropped_bytes: u64,
    /// Contents of gone records that were kept long enough.
    pub expired: u64,
    /// Bytes over the budget that are left, because nothing else may go.
    pub over: u64,
}

/// How a content stands, as the file says it.
pub(super) mod state {
    pub const WANTED: i64 = 0;
    pub const HELD: i64 = 1;
    pub const STALE: i64 = 2;
    pub const ABSENT: i64 = 3;
    pub const DROPPED: i64 = 4;
    pub const INSIDE: i64 = 5;
}

/// How the content of a list's records is come by, if they have any.
pub(super) fn source(conn: &Connection, list: i64) -> rusqlite::Result<Option<ContentSource>> {
    let text: Option<String> = conn
        .prepare_cached("SELECT content FROM list WHERE id = ?1")?
        .query_row([list], |row| row.get(0))
        .optional()?
        .flatten();
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// A number of the memo.
pub(super) fn memo(conn: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT value FROM memo WHERE name = ?1")?.query_row([name], |row| row.get(0)).optional()
}

/// Puts a number into the memo.
pub(super) fn remember(conn: &Connection, name: &str, value: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT INTO memo (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2")?
        .execute((name, value))?;
    Ok(())
}

/// One part in so many of the budget must be free before something older than all that is held is fetched, or what was dropped
/// is fetched again.
const ROOM: u64 = 10;

/// How full the mirror is. As much must be free as the largest content took that ever had to make room: so what is dropped is
/// not what the next sync fetches.
pub(super) fn room(conn: &Connection, budget: u64) -> rusqlite::Result<ContentRoom> {
    let largest = memo(conn, "content_largest")?.unwrap_or(0).cast_unsigned();
    let older_below = budget.saturating_sub(largest.max(budget / ROOM));
    Ok(ContentRoom { held_bytes: held_bytes(conn)?, older_below })
}

/// Bytes that all contents take.
pub(super) fn held_bytes(conn: &Connection) -> rusqlite::Result<u64> {
    let sum: i64 = conn
        .prepare_cached("SELECT coalesce(sum(packed), 0) FROM content WHERE packed IS NOT NULL")?
        .query_row([], |row| row.get(0))?;
    Ok(sum.cast_unsigned())
}
