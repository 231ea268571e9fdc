//! Trying a connection: signing in and reading one row, for the command line and the console alike.
//!
//! It asks the platform at this moment and changes nothing there. Whether a connection that was paused goes on is for who tried it.

use quarterdeck_sync::model::{Write, WriteState};
use quarterdeck_sync::outbox::{Outbox, OutboxError, Which};
use quarterdeck_sync::platform::manifest::Partition;
use quarterdeck_sync::platform::{At, Client, FetchError, FetchKind, PageAsk, Priority, Reply};

use crate::error::{Failure, Kind};

/// What answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The list that did.
    pub collection: String,
    /// Rows it sent: one was asked for.
    pub rows: usize,
    /// Rows it says it has.
    pub total: Option<u64>,
}

/// Asks the platform's lists in turn until one answers: a key may be barred from some of them.
///
/// # Errors
/// Why none of them did: not signed in, not reachable, or no list is there at all.
pub async fn read_one(client: &Client) -> Result<Found, Failure> {
    let mut barred: Option<FetchError> = None;
    for name in &client.manifest().pull_order {
        let Some(collection) = client.manifest().collections.get(name) else { continue };
        let partition = match &collection.partition {
            Some(Partition::Parent { .. }) => continue,
            Some(Partition::Values { values, .. }) => values.first().cloned(),
            None => None,
        };
        let ask = PageAsk {
            collection: name.clone(),
            partition,
            at: At::Start,
            size: Some(1),
            since: None,
            etag: None,
            last_modified: None,
        };
        match client.page(&ask, Priority::Interactive).await {
            Ok(Reply::Page(page)) => {
                return Ok(Found { collection: name.clone(), rows: page.rows.len(), total: page.total });
            }
            Ok(Reply::NotModified) => return Ok(Found { collection: name.clone(), rows: 0, total: None }),
            Err(error) if matches!(error.kind, FetchKind::Forbidden | FetchKind::NotOffered) => barred = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    match barred {
        Some(error) if error.kind == FetchKind::Forbidden => Err(error.into()),
        Some(error) => {
            Err(Failure::new(Kind::BadReply, format!("no list of {} is there: {error}", client.manifest().title))
                .hint("is that the URL of this platform's API?"))
        }
        None => Err(Failure::new(Kind::Manifest, format!("{} has no list to read", client.manifest().title))),
    }
}

/// Writes that go out once a connection is no longer paused, the oldest first.
///
/// # Errors
/// When the outbox cannot be read.
pub fn waiting(outbox: &Outbox, connection: &str) -> Result<Vec<Write>, OutboxError> {
    let mut writes = outbox.list(&Which { connections: vec![connection.to_owned()], ..Which::default() })?;
    writes.retain(|write| write.state.is_open() && write.state != WriteState::Accepted);
    Ok(writes)
}
