//! Walks the audit log, and holds turns and writes against it: a row that was edited with another tool is found.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;

use super::ledger::{GENESIS, Line};
use super::writes::time;
use crate::outbox::{OutboxError, Proof};

/// A line that does not fit, and why.
type Broken = Option<(i64, String)>;

/// Walks everything, in one snapshot.
pub(super) fn verify(conn: &Connection) -> Result<Proof, OutboxError> {
    let snapshot = conn.unchecked_transaction()?;
    let mut chain = chain(&snapshot)?;
    if chain.broken.is_none() {
        let turn = stray_turn(&snapshot)?;
        let write = changed_write(&snapshot)?;
        chain.broken = [turn, write].into_iter().flatten().min();
    }
    let number = |line: i64| u64::try_from(line).unwrap_or_default();
    Ok(Proof {
        entries: number(chain.lines),
        head: chain.head,
        broken: chain.broken.map(|(line, why)| (number(line), why)),
    })
}

struct Chain {
    lines: i64,
    head: String,
    broken: Broken,
}

/// Does every line follow from the one before, say what its hash was made of, and fit its turn?
fn chain(conn: &Connection) -> Result<Chain, OutboxError> {
    let mut chain = Chain { lines: 0, head: GENESIS.to_owned(), broken: None };
    let sql = format!("SELECT {} FROM audit ORDER BY line", Line::COLUMNS);
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    let mut before = 0;
    while let Some(row) = rows.next()? {
        let line = Line::of(row)?;
        if chain.broken.is_none() {
            chain.broken = misfit(conn, before, &chain.head, &line)?;
        }
        chain.lines += 1;
        before = line.line;
        chain.head = line.hash;
    }
    if chain.broken.is_none() {
        let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'audit'";
        let ever: Option<i64> = conn.query_row(sql, [], |row| row.get(0)).optional()?;
        if ever.unwrap_or_default() > before {
            chain.broken = Some((before + 1, "it and what followed were cut off".to_owned()));
        }
    }
    Ok(chain)
}

fn misfit(conn: &Connection, before: i64, head: &str, line: &Line) -> Result<Broken, OutboxError> {
    if line.line != before + 1 {
        return Ok(Some((before + 1, "it is missing".to_owned())));
    }
    let why = if line.prev != head {
        Some("it does not follow from the line before it")
    } else if line.computed() != line.hash {
        Some("it was changed: its hash is that of another text")
    } else {
        lost_turn(conn, line)?
    };
    Ok(why.map(|why| (line.line, why.to_owned())))
}

/// What is wrong with the turn that a line tells of.
fn lost_turn(conn: &Connection, line: &Line) -> Result<Option<&'static str>, OutboxError> {
    let Some(write) = &line.write else { return Ok(None) };
    let turn = conn
        .prepare_cached(
            r#"SELECT write, at, "from", "to", attempt, due_at, verdict, memory, by FROM turns WHERE line = ?1"#,
        )?
        .query_row([line.line], |row| Ok((row.get::<_, String>(0)?, tells(row, line)?)))
        .optional()?;
    match turn {
        None => return Ok(Some("the turn it tells of is missing")),
        Some((of, fits)) if of != *write || !fits => return Ok(Some("the turn it tells of was changed")),
        Some(_) => {}
    }
    if line.what != "decided" {
        return Ok(None);
    }
    let same: Option<bool> = conn
        .prepare_cached(
            "SELECT intent = ?2 AND created_at = (SELECT at FROM turns WHERE line = ?3)
                    AND connection = intent ->> '$.connection' AND collection = intent ->> '$.collection'
                    AND target IS intent ->> '$.target'
             FROM writes WHERE id = ?1",
        )?
        .query_row(params![write, line.detail, line.line], |row| row.get(0))
        .optional()?;
    Ok(match same {
        None => Some("the write it tells of is missing"),
        Some(false) => Some("the write it tells of was changed"),
        Some(true) => None,
    })
}

/// Does a turn say what its line says?
fn tells(turn: &Row<'_>, line: &Line) -> rusqlite::Result<bool> {
    let text = |column: usize| turn.get::<_, Option<String>>(column);
    let (from, to) = (text(2)?, text(3)?);
    let mut fits = time(turn.get(1)?).to_string() == line.at && text(8)?.is_none_or(|by| by == line.by);
    if line.what == "decided" {
        fits &= from.is_none() && to.as_deref() == Some("queued") && turn.get::<_, i64>(4)? == 0;
        for column in 5..8 {
            fits &= turn.get_ref(column)? == rusqlite::types::ValueRef::Null;
        }
        return Ok(fits);
    }
    let Ok(detail) = serde_json::from_str::<Value>(&line.detail) else { return Ok(false) };
    let told = |name: &str| detail.get(name).filter(|value| !value.is_null()).map(ToString::to_string);
    let quoted = |text: Option<String>| text.map(|text| Value::from(text).to_string());
    let due_at = turn.get::<_, Option<i64>>(5)?.map(|due| time(due).to_string());
    fits &= to.as_deref() == Some(&*line.what);
    fits &= told("from") == quoted(from) && told("to") == quoted(to) && told("due_at") == quoted(due_at);
    fits &= told("attempt") == Some((turn.get::<_, i64>(4)? != 0).to_string());
    // A memory that was emptied is kept as the text `null`.
    let kept = |column: usize| Ok::<_, rusqlite::Error>(text(column)?.filter(|text| text != "null"));
    fits &= told("verdict") == kept(6)? && told("memory") == kept(7)?;
    Ok(fits)
}

/// A turn that no line tells of.
fn stray_turn(conn: &Connection) -> Result<Broken, OutboxError> {
    let sql = "SELECT t.line, t.write FROM turns AS t LEFT JOIN audit AS a ON a.line = t.line
               WHERE a.line IS NULL OR a.write IS NOT t.write ORDER BY t.line LIMIT 1";
    let stray = conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).optional()?;
    Ok(stray.map(|(line, write)| (line, format!("a turn of write {write} has no such line"))))
}

/// The write with the lowest last line that does not stand where its turns have led it. 0: it has no line at all.
fn changed_write(conn: &Connection) -> Result<Broken, OutboxError> {
    // The last turn is one row by its index; the rest of what a write shows is the last that any of its turns said.
    let sql = r#"SELECT coalesce(last.line, 0), w.id FROM writes AS w
        LEFT JOIN turns AS last ON last.line = (SELECT max(line) FROM turns WHERE write = w.id)
        WHERE last.line IS NULL OR w.state IS NOT last."to" OR w.updated_at IS NOT last.at OR w.due_at IS NOT last.due_at
            OR w.attempts IS NOT (SELECT sum(attempt) FROM turns WHERE write = w.id)
            OR w.verdict IS NOT (SELECT verdict FROM turns WHERE write = w.id AND verdict IS NOT NULL
                                 ORDER BY line DESC LIMIT 1)
            OR w.memory IS NOT coalesce((SELECT memory FROM turns WHERE write = w.id AND memory IS NOT NULL
                                         ORDER BY line DESC LIMIT 1), 'null')
        ORDER BY 1 LIMIT 1"#;
    let changed = conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).optional()?;
    Ok(changed.map(|(line, write)| match line {
        0 => (line, format!("write {write} has no line")),
        _ => (line, format!("write {write} does not stand where this, its last line, left it")),
    }))
}
