//! Which agent a record belongs to. Records carry an id or a join key, and may arrive before the agent does: who is meant is
//! found when it is asked, so that nothing has to be rewritten.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row as SqlRow};

use super::lists::{self, ListInfo};
use crate::model::Scope;

/// The agent of a record, as far as the mirror knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Agent {
    /// Its id; the bare key while no agent with it is known.
    pub id: Option<String>,
    pub title: Option<String>,
    /// Several live agents share the key.
    pub doubt: bool,
}

/// Of the agents with key `?2` in list `?1`, the one that is meant: the live one of the highest rank.
const MEANT: &str = "SELECT o.id, coalesce(o.title, qd_title(o.doc)),
        (SELECT count(*) FROM alias AS y JOIN record AS u ON u.key = y.record
         WHERE y.list = ?1 AND y.word = ?2 AND u.gone_at IS NULL) > 1
    FROM alias AS x JOIN record AS o ON o.key = x.record
    WHERE x.list = ?1 AND x.word = ?2
    ORDER BY o.gone_at IS NOT NULL, x.rank DESC, x.record DESC LIMIT 1";

/// The agent that a record of `list` means by `text`, which is word number `word`.
pub(super) fn resolve(conn: &Connection, list: &ListInfo, word: i64, text: &str) -> rusqlite::Result<Agent> {
    let named = |row: &SqlRow<'_>| Ok(Agent { id: row.get(0)?, title: row.get(1)?, doubt: row.get(2)? });
    let found = if let Some(joined) = list.join_list {
        conn.prepare_cached(MEANT)?.query_row((joined, word), named).optional()?
    } else if let Some(agents) = list.agent_list {
        conn.prepare_cached("SELECT id, coalesce(title, qd_title(doc)), 0 FROM record WHERE list = ?1 AND id = ?2")?
            .query_row((agents, text), named)
            .optional()?
    } else {
        None
    };
    Ok(found.unwrap_or_else(|| Agent { id: Some(text.to_owned()), ..Agent::default() }))
}

/// The agents that were met on the way through one window: its records name few, and each is looked up once.
#[derive(Debug, Default)]
pub(super) struct Met(HashMap<(i64, i64), Agent>);

impl Met {
    /// [`resolve`], unless it was asked before.
    pub(super) fn resolve(
        &mut self,
        conn: &Connection,
        list: &ListInfo,
        word: i64,
        text: &str,
    ) -> rusqlite::Result<Agent> {
        if let Some(agent) = self.0.get(&(list.id, word)) {
            return Ok(agent.clone());
        }
        let agent = resolve(conn, list, word, text)?;
        self.0.insert((list.id, word), agent.clone());
        Ok(agent)
    }
}

/// Every agent that records of `list` name: word number, the word, and who is meant.
pub(super) fn of_list(conn: &Connection, list: &ListInfo) -> rusqlite::Result<Vec<(i64, String, Agent)>> {
    let mut statement = conn.prepare_cached(
        "SELECT DISTINCT w.id, w.text FROM tally AS t JOIN word AS w ON w.id = t.word WHERE t.list = ?1 AND t.field = 2",
    )?;
    let mut rows = statement.query([list.id])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (word, text): (i64, String) = (row.get(0)?, row.get(1)?);
        let agent = resolve(conn, list, word, &text)?;
        all.push((word, text, agent));
    }
    Ok(all)
}

/// An agent, by a word that records name it with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedAgent {
    /// The connection.
    pub connection: String,
    /// The word: an id, or the key that joins to it.
    pub word: String,
    /// Id of the agent that is meant; the word itself while the mirror has no such agent.
    pub id: String,
    /// Its title, when the mirror has it.
    pub title: Option<String>,
}

/// Every agent that any record names, once for each word and connection.
pub(super) fn named(conn: &Connection) -> rusqlite::Result<Vec<NamedAgent>> {
    let mut all = Vec::new();
    for list in lists::in_scope(conn, &Scope::default())? {
        for (_, word, agent) in of_list(conn, &list)? {
            let id = agent.id.unwrap_or_else(|| word.clone());
            all.push(NamedAgent { connection: list.key.connection.clone(), word, id, title: agent.title });
        }
    }
    // The one of two lists that knows more of an agent comes first.
    all.sort_by(|a, b| (&a.connection, &a.word, a.title.is_none()).cmp(&(&b.connection, &b.word, b.title.is_none())));
    all.dedup_by(|a, b| (&a.connection, &a.word) == (&b.connection, &b.word));
    Ok(all)
}
