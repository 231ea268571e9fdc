//! `qd connect test`: signs in and reads one row. Where that succeeds, a connection that was paused is written to again.

use quarterdeck_sync::model::Timestamp;
use serde_json::json;

use crate::cli::columns::grouped;
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::config;
use crate::error::{Code, Failure};
use crate::trial;

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
    let found = cx.runtime()?.block_on(trial::read_one(&client))?;
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
