//! Trying a connection: signing in and reading one row, for the command line and the console alike.
//!
//! It asks the platform at this moment and changes nothing there. Whether a connection that was paused goes on is for who tried it.

use quarterdeck_sync::model::{Write, WriteState};
use quarterdeck_sync::outbox::{Outbox, OutboxError, Which};
use quarterdeck_sync::platform::manifest::{Paging, Partition};
use quarterdeck_sync::platform::{At, Client, FetchError, FetchKind, PageAsk, Priority, Reply};

use crate::error::{Failure, Kind};

/// What answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The list that did.
    pub collection: String,
    /// Rows it sent: one was asked for, where the list takes a limit.
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
            // A list that takes no limit may refuse one.
            size: (collection.paging != Paging::None).then_some(1),
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

#[cfg(test)]
mod tests {
    use quarterdeck_sim::{Options, Sim};
    use quarterdeck_sync::platform::Registry;

    use super::*;
    use crate::config::{self, Connection, SecretSource, Settings};

    /// A list that is not paged may refuse a limit with 422: the connection could then never be tried, and never resumed.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_list_that_takes_no_limit_is_asked_without_one() {
        let sim = Sim::start(Options::default()).await.unwrap();
        for (name, limited) in [("runagents", false), ("exo-documented", true)] {
            let place = sim.endpoint(name).unwrap();
            let home = tempfile::tempdir().unwrap();
            let file = home.path().join("key");
            config::replace(&file, &place.key.unwrap()).unwrap();
            let connection =
                Connection { platform: place.platform, url: place.url, user: None, secret: SecretSource::File(file) };
            let client = config::client(name, &connection, &Registry::builtin(), &Settings::default()).unwrap();
            sim.clear_log();
            read_one(&client).await.unwrap();
            let asked: Vec<String> = sim.log().into_iter().map(|one| format!("{}?{}", one.path, one.query)).collect();
            assert!(!asked.is_empty() && asked.iter().all(|one| one.contains("limit=1") == limited), "{asked:?}");
        }
    }
}
