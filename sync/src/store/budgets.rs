//! What each connection last told of its rate budget.

use rusqlite::{Connection, Row};

use super::StoreError;
use super::rows::timestamp;
use crate::model::{BudgetView, ToldBudget};

/// Keeps what was told last.
pub(super) fn keep(conn: &Connection, told: &ToldBudget) -> Result<(), StoreError> {
    let BudgetView { limit, remaining, reset_at, paused_until } = &told.budget;
    let number = |number: &Option<u64>| number.map(|number| i64::try_from(number).unwrap_or(i64::MAX));
    conn.prepare_cached(
        "INSERT OR REPLACE INTO budget (connection, told_at, allowed, remaining, reset_at, paused_until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute((
        &told.connection,
        told.told_at.as_millisecond(),
        number(limit),
        number(remaining),
        reset_at.map(|at| at.as_millisecond()),
        paused_until.map(|at| at.as_millisecond()),
    ))?;
    Ok(())
}

/// What was told last, by connection.
pub(super) fn all(conn: &Connection) -> Result<Vec<ToldBudget>, StoreError> {
    let mut query = conn.prepare_cached(
        "SELECT connection, told_at, allowed, remaining, reset_at, paused_until FROM budget ORDER BY connection",
    )?;
    let told = query.query_map([], told)?.collect::<Result<_, _>>()?;
    Ok(told)
}

fn told(row: &Row<'_>) -> rusqlite::Result<ToldBudget> {
    let number = |place| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(place)?.map(i64::unsigned_abs));
    let time = |place| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(place)?.map(timestamp));
    Ok(ToldBudget {
        connection: row.get(0)?,
        told_at: timestamp(row.get(1)?),
        budget: BudgetView { limit: number(2)?, remaining: number(3)?, reset_at: time(4)?, paused_until: time(5)? },
    })
}
