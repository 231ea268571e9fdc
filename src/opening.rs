//! Fetches the content of one record because somebody opens it: what commands that show a session call before they read.
//!
//! Always true: whatever happens, what was held stays held; a command shows that, and says what stood in the way.

use quarterdeck_sync::engine::{self, Opened};
use quarterdeck_sync::model::{ContentInfo, ContentState, ListKey, Timestamp};
use quarterdeck_sync::store::{Access, Mirror};

use crate::config::{self, Lease, LeaseError};
use crate::error::{Failure, Kind};
use crate::sending::Wiring;
use crate::stop::stop_asked;

/// Is it worth asking the platform for content that stands like this? What it had none for, it may have some for by now. Gone
/// records are not: the platform has them no longer.
pub fn is_wanted(info: &ContentInfo, gone: bool) -> bool {
    let settled = matches!(info.state, ContentState::Held | ContentState::Unoffered);
    !settled && !gone
}

/// Fetches the content of record `id` of `list`, if its connection can be asked and no other qd holds the lease. Blocks; ^C ends it
/// early.
///
/// # Errors
/// [`Kind::Stopped`] after ^C; else when our own files fail. That the platform cannot be asked is no error: see [`Opened`].
pub fn open(wiring: Wiring<'_>, list: &ListKey, id: &str) -> Result<Opened, Failure> {
    let named = wiring.connections.iter().find(|(name, _)| *name == list.connection);
    let Some((name, connection)) = named else {
        return Ok(Opened::Failed(format!("{} is no longer set up", list.connection)));
    };
    let _lease = match Lease::take(&wiring.paths.lease(), wiring.command) {
        Ok(lease) => lease,
        Err(LeaseError::Held { holder }) => {
            let holder = holder.map_or_else(|| "another qd".to_owned(), |holder| holder.to_string());
            return Ok(Opened::Failed(format!("{holder} pulls: what it has fetched is shown")));
        }
        Err(LeaseError::Config(error)) => return Err(error.into()),
    };
    let client = match config::client(name, connection, wiring.registry, wiring.settings) {
        Ok(client) => client,
        Err(failure) => return Ok(Opened::Failed(failure.message)),
    };
    let mirror = Mirror::open(&wiring.paths.mirror(), Access::ReadWrite)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Kind::Internal, format!("no threads to be had: {error}")))?;
    runtime.block_on(async {
        tokio::select! {
            opened = engine::fetch_content(&mirror, &client, list, id, Timestamp::now) => Ok(opened?),
            () = stop_asked() => Err(Failure::new(Kind::Stopped, "stopped before the content was here")),
        }
    })
}
