//! What `qd sql` reads: the views of the file with the unfinished writes over them, as temporary views of the statement's
//! own connection. They stand before those of the file, under the same names.

use rusqlite::{Connection, Error, params};

use crate::model::{Kind, Overlay};

/// Nothing is decided: the views are those of the file.
const BARE: &str = "CREATE TEMP VIEW records AS
    SELECT connection, platform, collection, kind, id, qd_shown(title) AS title, status, agent, project,
        created_at, updated_at, confirmed_at, gone_at, '[]' AS pending, doc
    FROM main.records;";

/// The ids come first in the key: hardly two records share one, so that one comparison settles most.
const OVERLAID: &str = "CREATE TEMP TABLE overlaid (
        id TEXT NOT NULL, collection TEXT NOT NULL, connection TEXT NOT NULL,
        retitled INTEGER NOT NULL, title TEXT, restated INTEGER NOT NULL, status TEXT, moved INTEGER NOT NULL, project TEXT,
        pending TEXT NOT NULL,
        PRIMARY KEY (id, collection, connection)
    ) WITHOUT ROWID;
    CREATE TEMP VIEW records AS
    SELECT r.connection, r.platform, r.collection, r.kind, r.id,
        qd_shown(CASE WHEN o.retitled THEN o.title ELSE r.title END) AS title,
        CASE WHEN o.restated THEN o.status ELSE r.status END AS status,
        r.agent,
        CASE WHEN o.moved THEN o.project ELSE r.project END AS project,
        r.created_at, r.updated_at, r.confirmed_at, r.gone_at, coalesce(o.pending, '[]') AS pending, r.doc
    FROM main.records AS r
    LEFT JOIN overlaid AS o ON o.id = r.id AND o.collection = r.collection AND o.connection = r.connection;";

/// The unfinished writes: what they aim at, and where they stand.
const WRITES: &str = "CREATE TEMP TABLE writes (
        id TEXT PRIMARY KEY, connection TEXT NOT NULL, collection TEXT NOT NULL, target TEXT, action TEXT NOT NULL,
        state TEXT NOT NULL, created_at TEXT NOT NULL, deadline TEXT
    ) WITHOUT ROWID;";

/// Lays `overlay` over the views of `conn`, which must not have been asked to only read yet.
pub(super) fn lay(conn: &Connection, overlay: &Overlay) -> rusqlite::Result<()> {
    conn.execute_batch(WRITES)?;
    if overlay.has_records() {
        conn.execute_batch(OVERLAID)?;
        records(conn, overlay)?;
    } else {
        conn.execute_batch(BARE)?;
    }
    for kind in Kind::ALL {
        let view = kind.plural();
        conn.execute_batch(&format!("CREATE TEMP VIEW {view} AS SELECT * FROM temp.records WHERE kind = '{kind}'"))?;
    }
    let mut insert = conn.prepare("INSERT INTO temp.writes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
    for (list, target, mark) in overlay.writes() {
        let (made, deadline) = (mark.created_at.to_string(), mark.deadline.map(|at| at.to_string()));
        insert.execute(params![
            mark.id.as_str(),
            list.connection,
            list.collection,
            target,
            mark.action,
            mark.state.as_str(),
            made,
            deadline
        ])?;
    }
    Ok(())
}

fn records(conn: &Connection, overlay: &Overlay) -> rusqlite::Result<()> {
    let mut insert = conn.prepare("INSERT INTO temp.overlaid VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?;
    for (list, id, patch) in overlay.records() {
        let edits = &patch.columns;
        let pending =
            serde_json::to_string(&patch.marks).map_err(|error| Error::ToSqlConversionFailure(Box::new(error)))?;
        insert.execute(params![
            id,
            list.collection,
            list.connection,
            edits.title.is_some(),
            edits.title.as_ref().and_then(Option::as_deref),
            edits.status.is_some(),
            edits.status.as_ref().and_then(Option::as_deref),
            edits.project.is_some(),
            edits.project.as_ref().and_then(Option::as_deref),
            pending,
        ])?;
    }
    Ok(())
}
