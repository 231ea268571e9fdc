//! Content that is fetched because somebody opens it.

use jiff::Timestamp;
use quarterdeck_sync::engine::{Opened, fetch_content};
use quarterdeck_sync::model::Record;

use crate::cli::context::Context;
use crate::config::{self, Lease};
use crate::error::{Failure, Kind};

/// Fetches the content of one record into the mirror. That the platform has nothing newer, or nothing at all, is no failure: the
/// mirror says what there is.
///
/// # Errors
/// Why it could not be had.
pub fn one(cx: &Context, record: &Record) -> Result<(), Failure> {
    let row = &record.row;
    let connections = cx.connections()?;
    let connection = connections.get(&row.list.connection)?;
    let lease = Lease::take(&cx.paths.lease(), "reading content")?;
    let runtime = cx.runtime()?;
    let client = config::client(&row.list.connection, connection, &cx.registry(), &cx.settings()?)?;
    let mirror = cx.mirror_to_write()?;
    let opened = runtime.block_on(fetch_content(&mirror, &client, &row.list, &row.id, Timestamp::now))?;
    drop((mirror, lease));
    match opened {
        Opened::Fetched { .. } | Opened::UpToDate | Opened::Absent | Opened::NotFetched => Ok(()),
        Opened::Failed(message) => Err(Failure::new(Kind::BadReply, message)),
        Opened::Unreachable(error) => Err(error.into()),
    }
}
