//! `qd connect test`: signs in and reads one row. Where that succeeds, a connection that was paused is written to again.

use quarterdeck_sync::model::Timestamp;
use quarterdeck_sync::platform::manifest::Partition;
use quarterdeck_sync::platform::{At, Client, FetchError, FetchKind, PageAsk, Priority, Reply};
use serde_json::json;

use crate::cli::columns::grouped;
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::config;
use crate::error::{Code, Failure, Kind};

/// Arguments of `connect test`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of the connection
    name: String,
}

pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let connections = cx.connections()?;
    let connection = connections.get(&args.name)?;
    let client = config::client(&args.name, connection, &cx.registry(), &cx.settings()?)?;
    let found = cx.runtime()?.block_on(read_one(&client))?;
    let resumed = resume(cx, &args.name)?;
    let mut out = Out::new();
    let item = json!({
        "name": args.name, "platform": connection.platform, "url": connection.url,
        "collection": found.collection, "rows": found.rows, "total": found.total,
        "resumed": resumed,
    });
    match cx.form {
        Form::Json => out.json(&json!({"schema": "qd.connect.test/1", "item": item}))?,
        Form::Ndjson => out.json(&item)?,
        Form::Plain => {
            let count = found.total.map(|total| format!(" of {}", grouped(total))).unwrap_or_default();
            out.line(&format!(
                "{}: signed in to {}; {} answered with {} row{}{count}",
                args.name,
                connection.platform,
                found.collection,
                found.rows,
                if found.rows == 1 { "" } else { "s" }
            ))?;
            if resumed {
                out.line(&format!("{}: it was paused; what waits in the outbox is sent again", args.name))?;
            }
        }
    }
    out.finish()?;
    Ok(Code::Done)
}

/// Lets a connection that did not accept us be written to again. Without an outbox there is nothing to let go on.
fn resume(cx: &Context, name: &str) -> Result<bool, Failure> {
    match cx.paths.outbox().exists() {
        true => Ok(cx.outbox()?.resume(name, Timestamp::now())?),
        false => Ok(false),
    }
}

/// What answered.
struct Found {
    collection: String,
    rows: usize,
    total: Option<u64>,
}

/// Asks the platform's lists in turn until one answers: a key may be barred from some of them.
async fn read_one(client: &Client) -> Result<Found, Failure> {
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
