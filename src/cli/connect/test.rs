//! `qd connect test`: signs in and reads one row. Where that succeeds, a connection that was paused is written to again, unless it is
//! to stay so; which decisions that concerns is told.

use quarterdeck_sync::model::{Timestamp, Write};
use serde_json::json;

use crate::cli::columns::grouped;
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::cli::render::JsonWrite;
use crate::config;
use crate::error::{Code, Failure};
use crate::trial;

/// Arguments of `connect test`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of the connection
    name: String,
    /// Leave it paused if it is: what waits for it in the outbox goes on waiting
    #[arg(long)]
    hold: bool,
}

/// What stood between a connection and its writes.
struct Held {
    /// It was paused, and is not any more.
    resumed: bool,
    /// What waits, the oldest first; none where it was not paused.
    waiting: Vec<Write>,
}

pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let connections = cx.connections()?;
    let connection = connections.get(&args.name)?;
    let client = config::client(&args.name, connection, &cx.registry(), &cx.settings()?)?;
    let found = cx.runtime()?.block_on(trial::read_one(&client))?;
    let Held { resumed, waiting } = resume(cx, args)?;
    let mut out = Out::new();
    let item = json!({
        "name": args.name, "platform": connection.platform, "url": connection.url,
        "collection": found.collection, "rows": found.rows, "total": found.total,
        "resumed": resumed, "waiting": waiting.iter().map(JsonWrite::new).collect::<Vec<_>>(),
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
            if resumed || !waiting.is_empty() {
                out.line(&format!("{}: {}", args.name, said(resumed, waiting.len())))?;
            }
            for write in &waiting {
                let target = write.intent.target.as_deref().unwrap_or(&write.intent.collection);
                out.line(&format!("  {}  {} {target}", write.id, write.intent.verb))?;
            }
        }
    }
    out.finish()?;
    Ok(Code::Done)
}

fn said(resumed: bool, waiting: usize) -> String {
    match (resumed, waiting) {
        (true, 0) => "it was paused, and nothing waited for it".to_owned(),
        (true, 1) => "it was paused; 1 decision goes out with the next sync".to_owned(),
        (true, many) => format!("it was paused; {} decisions go out with the next sync", grouped(many as u64)),
        (false, 1) => "it stays paused, and 1 decision waits".to_owned(),
        (false, many) => format!("it stays paused, and {} decisions wait", grouped(many as u64)),
    }
}

/// Lets a connection that did not accept us be written to again. Without an outbox there is nothing to let go on.
fn resume(cx: &Context, args: &Args) -> Result<Held, Failure> {
    if !cx.paths.outbox().exists() {
        return Ok(Held { resumed: false, waiting: Vec::new() });
    }
    let outbox = cx.outbox()?;
    let paused = outbox.paused()?.iter().any(|paused| paused.connection == args.name);
    let waiting = if paused { trial::waiting(&outbox, &args.name)? } else { Vec::new() };
    let resumed = !args.hold && outbox.resume(&args.name, Timestamp::now())?;
    Ok(Held { resumed, waiting })
}
