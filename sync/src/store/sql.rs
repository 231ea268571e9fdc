//! Statements of people: one at a time, reading only.

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, ErrorCode};
use serde_json::Value;

use super::{SqlRow, StoreError, views};
use crate::model::Overlay;

/// What there is to read.
const VIEWS: &str =
    "agents, sessions, runs, approvals, policies, events, others, records, contents, lists, problems, writes";

/// Pragmas that only tell something.
const TELLING: &[&str] = &["table_info", "table_xinfo", "table_list", "index_list", "index_info", "function_list"];

/// Runs `statement` on a connection made for it, which knows how texts are to be shown, with the unfinished writes over what it reads.
pub(super) fn run(
    mut conn: Connection,
    overlay: &Overlay,
    statement: &str,
    each: &mut dyn FnMut(SqlRow<'_>) -> bool,
) -> Result<(), StoreError> {
    // The file was opened to be read only; this lets temporary views be made, until the statement runs.
    conn.pragma_update(None, "query_only", false)?;
    views::lay(&conn, overlay)?;
    conn.pragma_update(None, "query_only", true)?;
    conn.authorizer(Some(allowed))?;
    let mut prepared = conn.prepare(statement).map_err(refusal)?;
    if !prepared.readonly() || prepared.column_count() == 0 {
        return Err(StoreError::Refused {
            message: "only a SELECT can be run here: the mirror is read only".to_owned(),
        });
    }
    let names: Vec<String> = prepared.column_names().map(str::to_owned).collect();
    let mut rows = prepared.query([]).map_err(refusal)?;
    while let Some(row) = rows.next().map_err(refusal)? {
        let mut values = Vec::with_capacity(names.len());
        for (place, name) in names.iter().enumerate() {
            values.push((name.as_str(), json(row.get_ref(place)?)));
        }
        if !each(&values) {
            break;
        }
    }
    Ok(())
}

fn allowed(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => Authorization::Allow,
        AuthAction::Function { function_name } if function_name != "load_extension" => Authorization::Allow,
        AuthAction::Pragma { pragma_name, .. } if TELLING.contains(&pragma_name) => Authorization::Allow,
        _ => Authorization::Deny,
    }
}

/// What SQLite says, with what to do about it.
fn refusal(error: Error) -> StoreError {
    // Trouble of the file, which no other statement would be spared.
    if let Some(
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::SystemIoFailure | ErrorCode::DiskFull,
    ) = error.sqlite_error_code()
    {
        return StoreError::Sqlite(error);
    }
    let said = match &error {
        Error::MultipleStatement => "one statement at a time".to_owned(),
        Error::SqliteFailure(_, Some(message)) => message.clone(),
        Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    };
    let message = if said.starts_with("no such table") || said.starts_with("no such column") {
        format!("{said}; there are {VIEWS}, and `SELECT * FROM records LIMIT 1` shows the columns")
    } else if said.contains("not authorized") || said.contains("readonly") {
        format!("{said}: only a SELECT can be run here, the mirror is read only")
    } else {
        said
    };
    StoreError::Refused { message }
}

fn json(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
        ValueRef::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into(),
    }
}
