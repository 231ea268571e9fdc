//! Writes and their turns: rows in and out of the file.

use jiff::Timestamp;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ulid::Ulid;

use super::ledger;
use super::writer::Desk;
use crate::model::{Intent, Write, WriteId, WriteState};
use crate::outbox::{Lot, OutboxError, Turn, TurnLog, Which};

/// An intent as it is kept.
#[derive(Debug)]
pub(super) struct Prepared {
    intent: Intent,
    text: String,
}

impl Prepared {
    /// Turns an intent into text, off the writer's time. What comes back is what the text says.
    pub(super) fn new(intent: &Intent) -> Result<Self, OutboxError> {
        let text = ledger::stable(intent)?;
        Ok(Self { intent: serde_json::from_str(&text)?, text })
    }
}

/// Keeps decisions in order, each with its first turn and its line in the audit log.
pub(super) fn append(desk: &mut Desk<'_>, prepared: Vec<Prepared>, now: Timestamp) -> Result<Vec<Write>, OutboxError> {
    let now = to_millis(now);
    let mut last: Option<String> =
        desk.conn.prepare_cached("SELECT max(id) FROM writes")?.query_row([], |row| row.get(0))?;
    let mut writes = Vec::with_capacity(prepared.len());
    for Prepared { intent, text } in prepared {
        let id = next_id(last.as_deref(), now);
        last = Some(id.to_string());
        let write = Write::unsent(WriteId::new(id.to_string()), intent, now);
        let (intent, millis) = (&write.intent, now.as_millisecond());
        desk.conn
            .prepare_cached(
                "INSERT INTO writes (id, created_at, connection, collection, target, state, updated_at, attempts, memory,
                 intent) VALUES (?1, ?2, ?3, ?4, ?5, 'queued', ?2, 0, 'null', ?6)",
            )?
            .execute(params![
                write.id.as_str(),
                millis,
                intent.connection,
                intent.collection,
                intent.target,
                text
            ])?;
        let line = desk.ledger.add(desk.conn, now, "decided", Some(&write.id), &intent.by, &text)?;
        desk.conn
            .prepare_cached(
                r#"INSERT INTO turns (line, write, at, "to", attempt, by) VALUES (?1, ?2, ?3, 'queued', 0, ?4)"#,
            )?
            .execute(params![line, write.id.as_str(), millis, serde_json::to_string(&intent.by)?])?;
        writes.push(write);
    }
    Ok(writes)
}

/// An id above every id in the file, so that their order is that of the decisions whatever the clocks say.
pub(super) fn next_id(last: Option<&str>, now: Timestamp) -> Ulid {
    let fresh = Ulid::from_datetime(std::time::SystemTime::from(now));
    match last.and_then(|last| Ulid::from_string(last).ok()) {
        Some(last) if last >= fresh => {
            last.increment().unwrap_or_else(|| Ulid::from_parts(last.timestamp_ms().saturating_add(1), fresh.random()))
        }
        _ => fresh,
    }
}

/// A turn as it is kept.
#[derive(Debug)]
pub(super) struct PreparedTurn {
    turn: Turn,
    verdict: Option<String>,
    memory: Option<String>,
}

impl PreparedTurn {
    /// Turns a move into texts, off the writer's time.
    pub(super) fn new(turn: Turn) -> Result<Self, OutboxError> {
        let verdict = turn.verdict.as_ref().map(ledger::stable).transpose()?;
        let memory = turn.memory.as_ref().map(ledger::stable).transpose()?;
        Ok(Self { turn, verdict, memory })
    }
}

/// Moves a write on, if it is in one of the states `from`.
pub(super) fn turn(
    desk: &mut Desk<'_>,
    id: &WriteId,
    from: &[WriteState],
    prepared: &PreparedTurn,
) -> Result<Option<Write>, OutboxError> {
    let Some(before) = get(desk.conn, id)? else { return Err(OutboxError::Unknown(id.to_string())) };
    if !from.contains(&before.state) {
        return Ok(None);
    }
    let PreparedTurn { turn, verdict, memory } = prepared;
    let (at, due_at) = (to_millis(turn.at), turn.due_at.map(|due| due.as_millisecond()));
    desk.conn
        .prepare_cached(
            "UPDATE writes SET state = ?2, updated_at = ?3, attempts = attempts + ?4, due_at = ?5,
             verdict = coalesce(?6, verdict), memory = coalesce(?7, memory) WHERE id = ?1",
        )?
        .execute(params![id.as_str(), turn.to.as_str(), at.as_millisecond(), turn.attempt, due_at, verdict, memory])?;
    let detail = detail(&before, turn, verdict.as_deref(), memory.as_deref())?;
    let by = turn.by.as_ref().unwrap_or(desk.me);
    let line = desk.ledger.add(desk.conn, at, turn.to.as_str(), Some(id), by, &detail)?;
    desk.conn
        .prepare_cached(
            r#"INSERT INTO turns (line, write, at, "from", "to", attempt, due_at, by, memory, verdict)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"#,
        )?
        .execute(params![
            line,
            id.as_str(),
            at.as_millisecond(),
            before.state.as_str(),
            turn.to.as_str(),
            turn.attempt,
            due_at,
            turn.by.as_ref().map(serde_json::to_string).transpose()?,
            memory,
            verdict
        ])?;
    get(desk.conn, id)
}

/// What the audit log says of a move: everything that its turn says, and which write it is about.
fn detail(write: &Write, turn: &Turn, verdict: Option<&str>, memory: Option<&str>) -> Result<String, OutboxError> {
    let value = |text: Option<&str>| text.map(serde_json::from_str::<Value>).transpose();
    let intent = &write.intent;
    ledger::stable(&json!({
        "connection": intent.connection,
        "collection": intent.collection,
        "target": intent.target,
        "action": intent.verb,
        "from": write.state,
        "to": turn.to,
        "attempt": turn.attempt,
        "due_at": turn.due_at.map(to_millis),
        "verdict": value(verdict)?,
        "memory": value(memory)?,
    }))
}

const COLUMNS: &str = "id, intent, created_at, state, updated_at, attempts, due_at, verdict, memory";

/// One write.
pub(super) fn get(conn: &Connection, id: &WriteId) -> Result<Option<Write>, OutboxError> {
    conn.prepare_cached(&format!("SELECT {COLUMNS} FROM writes WHERE id = ?1"))?
        .query_row([id.as_str()], |row| Ok(write(row)))
        .optional()?
        .transpose()
}

/// Writes whose id begins with `prefix`, newest first.
pub(super) fn find(conn: &Connection, prefix: &str, limit: usize) -> Result<Vec<Write>, OutboxError> {
    let prefix = prefix.to_ascii_uppercase();
    // No character of an id sorts behind this one.
    let end = format!("{prefix}~");
    let sql = format!("SELECT {COLUMNS} FROM writes WHERE id >= ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3");
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(params![prefix, end, count(limit)], |row| Ok(write(row)))?;
    rows.map(|row| row?).collect()
}

/// Writes in the order of their ids.
pub(super) fn list(conn: &Connection, which: &Which) -> Result<Vec<Write>, OutboxError> {
    let (sql, values) = select(which);
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| Ok(write(row)))?;
    let mut writes = rows.map(|row| row?).collect::<Result<Vec<_>, OutboxError>>()?;
    if !which.oldest {
        writes.reverse();
    }
    Ok(writes)
}

/// The statement that finds writes, newest first unless the oldest are wanted, and its values.
pub(super) fn select(which: &Which) -> (String, Vec<Sql>) {
    let (mut terms, mut values) = (Vec::new(), Vec::<Sql>::new());
    let mut one_of = |column: &str, words: Vec<String>| {
        terms.push(format!("{column} IN ({})", vec!["?"; words.len()].join(", ")));
        values.extend(words.into_iter().map(Sql::from));
    };
    let states: Vec<WriteState> = match (which.states.is_empty(), which.all) {
        (false, _) => which.states.clone(),
        (true, true) => Vec::new(),
        (true, false) => WriteState::ALL.into_iter().filter(|state| state.is_unfinished()).collect(),
    };
    if !states.is_empty() {
        one_of("state", states.iter().map(ToString::to_string).collect());
    }
    if !which.connections.is_empty() {
        one_of("connection", which.connections.clone());
    }
    if let Some((collection, id)) = &which.target {
        one_of("collection", vec![collection.clone()]);
        one_of("target", vec![id.clone()]);
    }
    let terms = if terms.is_empty() { "1".to_owned() } else { terms.join(" AND ") };
    // Few are unfinished, and few are of one record: gathered by an index and sorted, not found by walking every id.
    let order = if states.is_empty() && which.target.is_none() { "id" } else { "+id" };
    values.push(Sql::from(which.limit.map_or(-1, count)));
    let way = if which.oldest { "ASC" } else { "DESC" };
    (format!("SELECT {COLUMNS} FROM writes WHERE {terms} ORDER BY {order} {way} LIMIT ?"), values)
}

/// How many writes in `states` each connection has that were decided at `until` or before, by its name.
pub(super) fn lots(conn: &Connection, states: &[WriteState], until: Timestamp) -> Result<Vec<Lot>, OutboxError> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT connection, count(*), min(created_at), max(created_at) FROM writes
         WHERE state IN ({}) AND created_at <= ? GROUP BY connection ORDER BY connection",
        vec!["?"; states.len()].join(", ")
    ))?;
    let words = states.iter().map(|state| Sql::from(state.to_string()));
    let values = words.chain([Sql::from(until.as_millisecond())]);
    let rows = statement.query_map(params_from_iter(values), |row| {
        Ok(Lot {
            connection: row.get(0)?,
            count: row.get::<_, i64>(1)?.cast_unsigned(),
            oldest: time(row.get(2)?),
            newest: time(row.get(3)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many writes are in each state that has any.
pub(super) fn counts(conn: &Connection) -> Result<Vec<(WriteState, u64)>, OutboxError> {
    let mut statement = conn.prepare_cached("SELECT state, count(*) FROM writes GROUP BY state")?;
    let rows = statement.query_map([], |row| Ok((state(row, 0)?, row.get::<_, i64>(1)?)))?;
    let mut counts = rows
        .map(|row| row.map(|(state, count)| (state, u64::try_from(count).unwrap_or_default())))
        .collect::<Result<Vec<_>, _>>()?;
    counts.sort_unstable_by_key(|(state, _)| *state);
    Ok(counts)
}

/// Every move of a write, oldest first.
pub(super) fn turns(conn: &Connection, id: &WriteId) -> Result<Vec<TurnLog>, OutboxError> {
    let mut statement =
        conn.prepare_cached(r#"SELECT at, "from", "to", verdict, by FROM turns WHERE write = ?1 ORDER BY line"#)?;
    let rows = statement.query_map([id.as_str()], |row| {
        let from = match row.get_ref(1)? {
            rusqlite::types::ValueRef::Null => None,
            _ => Some(state(row, 1)?),
        };
        Ok(TurnLog { at: time(row.get(0)?), from, to: state(row, 2)?, verdict: json_of(row, 3)?, by: json_of(row, 4)? })
    })?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?)
}

fn write(row: &Row<'_>) -> Result<Write, OutboxError> {
    let intent: Intent = serde_json::from_str(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?;
    Ok(Write {
        id: WriteId::new(row.get::<_, String>(0)?),
        intent,
        created_at: time(row.get(2)?),
        state: state(row, 3)?,
        updated_at: time(row.get(4)?),
        attempts: row.get(5)?,
        due_at: row.get::<_, Option<i64>>(6)?.map(time),
        verdict: json_of(row, 7)?,
        memory: json_of(row, 8)?.unwrap_or_default(),
    })
}

/// A state by its word.
pub(super) fn state(row: &Row<'_>, column: usize) -> rusqlite::Result<WriteState> {
    let word = row.get_ref(column)?.as_str()?;
    word.parse().map_err(|()| odd(column, format!("there is no state {word:?}")))
}

fn json_of<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    let text = row.get_ref(column)?.as_str_or_null()?;
    text.map(|text| serde_json::from_str(text).map_err(|error| odd(column, error.to_string()))).transpose()
}

fn odd(column: usize, why: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, why.into())
}

/// Times are kept to the millisecond.
pub(super) fn to_millis(at: Timestamp) -> Timestamp {
    time(at.as_millisecond())
}

/// The time `millis` stands for; times beyond what the calendar holds become its ends.
pub(super) fn time(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(if millis < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

pub(super) fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
