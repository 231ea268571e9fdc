//! Records as the file keeps them, and as the model shows them.

use rusqlite::{Connection, OptionalExtension, Row as SqlRow};

use super::agents::{Agent, Met};
use super::frames::Dicts;
use super::lists::ListInfo;
use super::{StoreError, lists};
use crate::model::{Record, Row, RowKey, Timestamp};

/// Milliseconds since 1970.
pub(super) fn millis(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// The time `millis` stands for; times beyond what the calendar holds become its ends.
pub(super) fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(if millis < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// A record with its texts, before its agent is looked up.
#[derive(Debug)]
pub(super) struct Stored {
    pub key: i64,
    pub list: i64,
    pub id: String,
    pub title: Option<String>,
    pub status: Option<(i64, String)>,
    pub agent: Option<(i64, String)>,
    pub project: Option<(i64, String)>,
    pub created_at: Option<i64>,
    pub updated_at: Option<i64>,
    pub confirmed_at: i64,
    pub gone_at: Option<i64>,
}

const COLUMNS: &str =
    "r.key, r.list, r.id, r.status, s.text, r.agent, a.text, r.project, p.text, r.created_at, r.updated_at,
    CASE WHEN r.gone_at IS NULL THEN max(r.confirmed_at, coalesce(h.walked_at, 0), coalesce(w.walked_at, 0))
         ELSE r.confirmed_at END,
    r.gone_at, r.title";

const JOINS: &str = "LEFT JOIN word AS s ON s.id = r.status
    LEFT JOIN word AS a ON a.id = r.agent
    LEFT JOIN word AS p ON p.id = r.project
    LEFT JOIN part AS h ON h.id = r.part
    LEFT JOIN part AS w ON w.list = r.list AND w.name = ''";

impl Stored {
    fn read(row: &SqlRow<'_>) -> rusqlite::Result<Self> {
        let word = |id: usize| {
            let number: Option<i64> = row.get(id)?;
            let text: Option<String> = row.get(id + 1)?;
            Ok::<_, rusqlite::Error>(number.zip(text))
        };
        Ok(Self {
            key: row.get(0)?,
            list: row.get(1)?,
            id: row.get(2)?,
            status: word(3)?,
            agent: word(5)?,
            project: word(7)?,
            created_at: row.get(9)?,
            updated_at: row.get(10)?,
            confirmed_at: row.get(11)?,
            gone_at: row.get(12)?,
            title: row.get(13)?,
        })
    }

    /// When it last did something.
    pub(super) fn active(&self) -> Option<i64> {
        self.updated_at.or(self.created_at)
    }

    /// When it came to be.
    pub(super) fn made(&self) -> Option<i64> {
        self.created_at.or(self.updated_at)
    }
}

/// One record without its document.
pub(super) fn stored(conn: &Connection, key: i64) -> rusqlite::Result<Option<Stored>> {
    conn.prepare_cached(&format!(
        "SELECT {COLUMNS}, coalesce(r.title, qd_title(r.doc)) FROM record AS r {JOINS} WHERE r.key = ?1"
    ))?
    .query_row([key], |row| Ok(Stored { title: row.get(14)?, ..Stored::read(row)? }))
    .optional()
}

/// The line of a stored record. `met`: the agents of the lines before it.
pub(super) fn line(conn: &Connection, list: &ListInfo, stored: Stored, met: &mut Met) -> rusqlite::Result<Row> {
    let agent = match &stored.agent {
        Some((word, text)) => met.resolve(conn, list, *word, text)?,
        None => Agent::default(),
    };
    Ok(Row {
        key: RowKey(stored.key),
        list: list.key.clone(),
        platform: list.platform.clone(),
        kind: list.kind,
        id: stored.id,
        title: stored.title,
        status: stored.status.map(|(_, text)| text),
        agent: agent.id,
        agent_word: stored.agent.map(|(_, word)| word),
        agent_title: agent.title,
        agent_doubt: agent.doubt,
        project: stored.project.map(|(_, text)| text),
        created_at: stored.created_at.map(timestamp),
        updated_at: stored.updated_at.map(timestamp),
        confirmed_at: timestamp(stored.confirmed_at),
        gone_at: stored.gone_at.map(timestamp),
        pending: Vec::new(),
        messages_at: list.messages_at.clone(),
    })
}

/// The title of a record.
pub(super) fn title(conn: &Connection, key: i64) -> rusqlite::Result<Option<String>> {
    conn.prepare_cached("SELECT coalesce(title, qd_title(doc)) FROM record WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()
        .map(Option::flatten)
}

/// The document of a record.
pub(super) fn doc(conn: &Connection, dicts: &Dicts, key: i64, id: &str) -> Result<String, StoreError> {
    let doc = conn
        .prepare_cached("SELECT doc FROM record WHERE key = ?1")?
        .query_row([key], |row| Ok(row.get_ref(0)?.as_blob().ok().and_then(|frame| dicts.doc(frame))))?;
    doc.ok_or_else(|| StoreError::Damaged { id: id.to_owned() })
}

/// A whole record.
pub(super) fn record(conn: &Connection, dicts: &Dicts, key: i64) -> Result<Option<Record>, StoreError> {
    let found = conn
        .prepare_cached(&format!("SELECT {COLUMNS}, r.doc FROM record AS r {JOINS} WHERE r.key = ?1"))?
        .query_row([key], |row| {
            Ok((Stored::read(row)?, row.get_ref(14)?.as_blob().ok().and_then(|frame| dicts.both(frame))))
        })
        .optional()?;
    let Some((mut stored, frame)) = found else { return Ok(None) };
    let Some(list) = lists::by_id(conn, stored.list)? else { return Ok(None) };
    let (title, doc) = frame.ok_or_else(|| StoreError::Damaged { id: stored.id.clone() })?;
    stored.title = stored.title.or(title);
    Ok(Some(Record { row: line(conn, &list, stored, &mut Met::default())?, doc }))
}
