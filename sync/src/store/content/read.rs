//! What is asked about one content, and which are due.

use std::cmp::Ordering;

use rusqlite::{Connection, OptionalExtension};

use super::super::StoreError;
use super::super::frames::Dicts;
use super::super::rows::timestamp;
use super::follow::{self, TOUCHED, Touched};
use super::plan::{self, Look};
use super::{parts, source, state};
use crate::model::{Content, ContentInfo, ContentSource, ContentState, DueContent, ListId, RowKey, Stretch};
use crate::peek as json;

/// A record, how its content is come by, and what is known of it.
struct Found {
    touched: Touched,
    source: ContentSource,
    id: String,
    confirmed_at: i64,
}

fn find(conn: &Connection, key: i64) -> rusqlite::Result<Option<Found>> {
    let found = conn
        .prepare_cached(&format!(
            "SELECT {TOUCHED}, r.id, r.confirmed_at FROM record AS r LEFT JOIN content AS c ON c.record = r.key WHERE r.key = ?1"
        ))?
        .query_row([key], |row| Ok((Touched::read(row)?, row.get(10)?, row.get(11)?)))
        .optional()?;
    let Some((touched, id, confirmed_at)) = found else { return Ok(None) };
    Ok(source(conn, touched.list)?.map(|source| Found { touched, source, id, confirmed_at }))
}

/// The content of a record.
pub(in crate::store) fn content(conn: &Connection, dicts: &Dicts, key: i64) -> Result<Option<Content>, StoreError> {
    let Some(found) = find(conn, key)? else { return Ok(None) };
    let damaged = || StoreError::Damaged { id: found.id.clone() };
    let confirmed_at = timestamp(found.confirmed_at);
    let inside = |messages: String| {
        let count = json::count(&messages).unwrap_or(0);
        Content { messages, count, fetched_at: confirmed_at, stale: false, partial: false }
    };
    match &found.source {
        ContentSource::Children { order, .. } => {
            let children = children(conn, dicts, &found, order)?;
            let partial = children.is_some() && shown_in_part(conn, &found)?;
            return Ok(children.map(|messages| Content { partial, ..inside(messages) }));
        }
        ContentSource::Record { at, fetched, .. } => {
            let doc = follow::doc(conn, dicts, key)?.ok_or_else(damaged)?;
            if let Some((messages, _)) = plan::inside(&doc, at, *fetched) {
                return Ok(Some(inside(messages.into_owned())));
            }
        }
        ContentSource::Fetched { .. } => {}
    }
    let held = conn
        .prepare_cached(
            "SELECT b.frame, c.messages, c.fetched_at, c.partial FROM body AS b JOIN content AS c ON c.record = b.record WHERE b.record = ?1",
        )?
        .query_row([key], |row| {
            let messages = parts::unpack(dicts, row.get_ref(0)?.as_blob()?);
            Ok((messages, row.get::<_, Option<i64>>(1)?, row.get::<_, Option<i64>>(2)?, row.get(3)?))
        })
        .optional()?;
    let Some((messages, count, fetched_at, partial)) = held else { return Ok(None) };
    Ok(Some(Content {
        messages: messages.ok_or_else(damaged)?,
        count: count.unwrap_or(0).cast_unsigned(),
        fetched_at: timestamp(fetched_at.unwrap_or(found.confirmed_at)),
        stale: stands(conn, dicts, &found.touched, &found.source) == state::STALE,
        partial,
    }))
}

/// The messages around one of a record's, without unpacking those that are stored apart from it. All of them where the content is
/// not fetched apart.
pub(in crate::store) fn stretch(
    conn: &Connection,
    dicts: &Dicts,
    key: i64,
    place: usize,
) -> Result<Option<Stretch>, StoreError> {
    // Whether the content stands in records instead is asked of the list alone.
    let found = conn
        .prepare_cached(
            "SELECT b.frame, l.content FROM body AS b JOIN content AS c ON c.record = b.record JOIN list AS l ON l.id = c.list
             WHERE b.record = ?1",
        )?
        .query_row([key], |row| {
            let source = serde_json::from_str(row.get_ref(1)?.as_str()?);
            let fetched = matches!(source, Ok(ContentSource::Fetched { .. }));
            Ok(fetched.then_some(parts::around(dicts, row.get_ref(0)?.as_blob()?, place)))
        })
        .optional()?;
    match found.flatten() {
        Some(Some(stretch)) => Ok(Some(stretch)),
        // Whoever reads the whole of what is damaged says what it is.
        Some(None) | None => {
            Ok(content(conn, dicts, key)?.map(|whole| Stretch { first: 0, end: None, messages: whole.messages }))
        }
    }
}

/// How the content stands now, whether or not its record was looked at since it changed.
fn stands(conn: &Connection, dicts: &Dicts, touched: &Touched, source: &ContentSource) -> i64 {
    let doc = || follow::doc(conn, dicts, touched.key).ok().flatten();
    match plan::look(source, touched.now, doc, touched.had, i64::MIN) {
        Look::Leave => touched.had.map_or(state::WANTED, |had| had.state),
        Look::Forget => state::WANTED,
        Look::Set(known) => known,
        Look::Inside(..) => state::INSIDE,
    }
}

/// What is known of a record's content; `None` when there is no such record.
pub(in crate::store) fn info(conn: &Connection, dicts: &Dicts, key: i64) -> Result<Option<ContentInfo>, StoreError> {
    let nothing = |state| ContentInfo {
        state,
        messages: 0,
        raw_bytes: 0,
        packed_bytes: 0,
        fetched_at: None,
        failures: 0,
        partial: false,
    };
    let Some(found) = find(conn, key)? else {
        let there: bool = conn.query_row("SELECT count(*) FROM record WHERE key = ?1", [key], |row| row.get(0))?;
        return Ok(there.then(|| nothing(ContentState::Unoffered)));
    };
    let from_records = |content: Content| ContentInfo {
        messages: content.count,
        raw_bytes: content.messages.len() as u64,
        fetched_at: Some(content.fetched_at),
        partial: content.partial,
        ..nothing(ContentState::Held)
    };
    let known = stands(conn, dicts, &found.touched, &found.source);
    if known == state::INSIDE || matches!(found.source, ContentSource::Children { .. }) {
        let content = content(conn, dicts, key)?;
        return Ok(Some(content.map_or_else(|| nothing(ContentState::Missing), from_records)));
    }
    let told = conn
        .prepare_cached("SELECT messages, raw, packed, fetched_at, tries, packed IS NOT NULL AND partial FROM content WHERE record = ?1")?
        .query_row([key], |row| {
            let number =
                |place| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(place)?.unwrap_or(0).cast_unsigned());
            Ok(ContentInfo {
                messages: number(0)?,
                raw_bytes: number(1)?,
                packed_bytes: number(2)?,
                fetched_at: row.get::<_, Option<i64>>(3)?.map(timestamp),
                failures: u32::try_from(number(4)?).unwrap_or(u32::MAX),
                partial: row.get(5)?,
                ..nothing(word(known))
            })
        })
        .optional()?;
    Ok(Some(told.unwrap_or_else(|| nothing(word(known)))))
}

fn word(known: i64) -> ContentState {
    match known {
        state::HELD | state::INSIDE => ContentState::Held,
        state::STALE => ContentState::Stale,
        state::ABSENT => ContentState::Absent,
        state::DROPPED => ContentState::Dropped,
        _ => ContentState::Missing,
    }
}

/// The list that a record's content consists of may be longer than its server showed.
fn shown_in_part(conn: &Connection, of: &Found) -> rusqlite::Result<bool> {
    conn.prepare_cached(
        "SELECT coalesce(max(p.partial), 0) FROM list AS l
         JOIN list AS o ON o.connection = l.connection AND o.collection = l.content_list
         JOIN part AS p ON p.list = o.id AND p.name = ?2 WHERE l.id = ?1",
    )?
    .query_row((of.touched.list, &of.id), |row| row.get(0))
}

/// The records that make up the content of one, as an array in their order. Of a record that is there, those that are gone are
/// left out; one that is gone itself keeps what it had.
fn children(conn: &Connection, dicts: &Dicts, of: &Found, order: &str) -> Result<Option<String>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT r.doc, r.id FROM list AS l
         JOIN list AS o ON o.connection = l.connection AND o.collection = l.content_list
         JOIN part AS p ON p.list = o.id AND p.name = ?2
         JOIN child AS x ON x.part = p.id
         JOIN record AS r ON r.key = x.record
         WHERE l.id = ?1 AND (r.gone_at IS NULL OR ?3) ORDER BY x.record",
    )?;
    let mut rows = statement.query((of.touched.list, &of.id, of.touched.now.gone))?;
    let mut docs = Vec::new();
    while let Some(row) = rows.next()? {
        let doc = dicts.doc(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?);
        let doc = doc.ok_or(StoreError::Damaged { id: row.get(1)? })?;
        docs.push((Place::of(&doc, order), doc));
    }
    if docs.is_empty() {
        return Ok(None);
    }
    // Those of one place stay in the order in which they came.
    docs.sort_by(|(a, _), (b, _)| a.order(b));
    let mut array = String::with_capacity(docs.iter().map(|(_, doc)| doc.len() + 1).sum::<usize>() + 1);
    for (n, (_, doc)) in docs.iter().enumerate() {
        array.push(if n == 0 { '[' } else { ',' });
        array.push_str(doc);
    }
    array.push(']');
    Ok(Some(array))
}

/// Where a record stands among its siblings: by number, else by text, else at the end.
enum Place {
    Number(f64),
    Text(String),
    Nowhere,
}

impl Place {
    fn of(doc: &str, pointer: &str) -> Self {
        match json::at(doc, pointer) {
            None => Self::Nowhere,
            Some(value) => match value.trim_matches('"').parse::<f64>() {
                Ok(number) => Self::Number(number),
                Err(_) => Self::Text(value.to_owned()),
            },
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Number(_) => 0,
            Self::Text(_) => 1,
            Self::Nowhere => 2,
        }
    }
}

/// What is due in `list`, newest first: records that were active at `since` or later and before (`active`, key) `before`.
pub(in crate::store) fn due(
    conn: &Connection,
    dicts: &Dicts,
    list: i64,
    since: i64,
    now: i64,
    before: Option<(i64, i64)>,
    limit: usize,
) -> rusqlite::Result<Vec<DueContent>> {
    let Some(source) = source(conn, list)? else { return Ok(Vec::new()) };
    let (active, key) = before.unwrap_or((i64::MAX, i64::MAX));
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {TOUCHED}, r.id, p.name, c.etag, c.tries, c.active
         FROM content AS c JOIN record AS r ON r.key = c.record JOIN part AS p ON p.id = r.part
         WHERE c.list = ?1 AND c.state IN (0, 2) AND c.gone = 0 AND r.gone_at IS NULL AND c.active >= ?2
            AND (c.active, c.record) < (?4, ?5) AND (c.again_at IS NULL OR c.again_at <= ?3)
         ORDER BY c.active DESC, c.record DESC LIMIT ?6"
    ))?;
    let mut rows = statement.query((list, since, now, active, key, i64::try_from(limit).unwrap_or(i64::MAX)))?;
    let mut due = Vec::new();
    while let Some(row) = rows.next()? {
        let touched = Touched::read(row)?;
        let doc = follow::doc(conn, dicts, touched.key)?.unwrap_or_default();
        due.push(DueContent {
            record: RowKey(touched.key),
            list: ListId(list),
            id: row.get(10)?,
            partition: row.get(11)?,
            stamp: plan::stamp(&source, &doc, touched.now).cast_unsigned(),
            etag: row.get::<_, Option<String>>(12)?,
            held: touched.had.is_some_and(|had| had.state == state::STALE),
            failures: u32::try_from(row.get::<_, i64>(13)?).unwrap_or(u32::MAX),
            active: row.get(14)?,
        });
    }
    Ok(due)
}

/// One record as if its content were due: it was opened. `None` where there is nothing to fetch.
pub(in crate::store) fn one(conn: &Connection, dicts: &Dicts, key: i64) -> rusqlite::Result<Option<DueContent>> {
    let Some(found) = find(conn, key)? else { return Ok(None) };
    let fetched = matches!(found.source, ContentSource::Fetched { .. } | ContentSource::Record { fetched: true, .. });
    if !fetched || stands(conn, dicts, &found.touched, &found.source) == state::INSIDE {
        return Ok(None);
    }
    let doc = follow::doc(conn, dicts, key)?.unwrap_or_default();
    let (partition, etag, tries, held): (_, _, Option<i64>, _) = conn
        .prepare_cached(
            "SELECT p.name, c.etag, c.tries, c.packed IS NOT NULL FROM record AS r JOIN part AS p ON p.id = r.part
             LEFT JOIN content AS c ON c.record = r.key WHERE r.key = ?1",
        )?
        .query_row([key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    Ok(Some(DueContent {
        record: RowKey(key),
        list: ListId(found.touched.list),
        id: found.id,
        partition,
        stamp: plan::stamp(&found.source, &doc, found.touched.now).cast_unsigned(),
        etag,
        held,
        failures: u32::try_from(tries.unwrap_or(0)).unwrap_or(u32::MAX),
        active: found.touched.now.active,
    }))
}

/// When the oldest content that may make room was last active.
pub(in crate::store) fn oldest_held(conn: &Connection) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached(
        "SELECT c.active FROM content AS c JOIN record AS r ON r.key = c.record
         WHERE c.gone = 0 AND c.packed IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM trouble AS t WHERE t.list = c.list AND t.code = 'content_gone' AND coalesce(t.id, '') = r.id
                AND (t.id IS NULL) = 0)
         ORDER BY c.active LIMIT 1",
    )?
    .query_row([], |row| row.get(0))
    .optional()
}
