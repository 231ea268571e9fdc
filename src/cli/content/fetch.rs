//! Content that is fetched because somebody opens it.

use quarterdeck_sync::engine::Opened;
use quarterdeck_sync::model::Record;

use crate::cli::context::Context;
use crate::error::{Failure, Kind};
use crate::opening;
use crate::sending::Wiring;

/// Fetches the content of one record into the mirror. That the platform has nothing newer, or nothing at all, is no trouble: the
/// mirror says what there is. Otherwise the answer is why it could not be had, and what is held can be read all the same.
///
/// # Errors
/// When it was stopped, or our own files fail.
pub fn one(cx: &Context, record: &Record) -> Result<Option<Failure>, Failure> {
    let (list, id) = (&record.row.list, &record.row.id);
    let (settings, registry) = (cx.settings()?, cx.registry());
    let connections = cx.connections()?.pick(&[])?;
    let wiring = Wiring {
        paths: &cx.paths,
        settings: &settings,
        registry: &registry,
        connections: &connections,
        command: "reading a session",
    };
    Ok(match opening::open(wiring, list, id)? {
        Opened::Fetched { .. } | Opened::UpToDate | Opened::Absent | Opened::NotFetched => None,
        Opened::Failed(message) => Some(Failure::new(Kind::BadReply, message)),
        Opened::Unreachable(error) => Some(error.into()),
    })
}
