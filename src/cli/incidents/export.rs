use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::json;

use super::one;
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::cli::render::{plural, size};
use crate::cli::reveal::Reveal;
use crate::error::{Code, Failure};
use crate::evidence::{self, Asked};
use crate::incident::folder_name;

/// Arguments of `incidents export`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The incident's id, or the beginning of it
    #[arg(value_name = "ID")]
    id: String,
    /// The new folder; without it one is made here, named after the incident and the time
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// Show what is masked.
    #[command(flatten)]
    reveal: Reveal,
}

/// Runs it: exit code 5 when something that is pinned could not be had.
pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let outbox = cx.outbox()?;
    let incident = one(&outbox, &args.id)?;
    let now = Timestamp::now();
    let to = args.to.clone().unwrap_or_else(|| PathBuf::from(folder_name(&incident, now)));
    let about = || json!({"command": "incidents export", "incident": incident.id.as_str(), "folder": to});
    let secrets = args.reveal.allowed(cx, about)?;
    let asked = Asked { incident: &incident.id, to: &to, secrets, by: cx.env.by(), now };
    let done = evidence::export(&cx.reader()?, &outbox, &asked, &|_| true)?;
    let mut out = Out::new();
    let item = json!({
        "incident": incident.id.as_str(), "folder": done.folder, "files": done.files, "bytes": done.bytes,
        "left_out": done.left_out,
    });
    match cx.form {
        Form::Json => out.json(&json!({"schema": "qd.incidents.export/1", "item": item}))?,
        Form::Ndjson => out.json(&item)?,
        Form::Plain => out.line(secrets.line(&done.folder.display().to_string()).as_str())?,
    }
    out.finish()?;
    cx.say(&format!(
        "{}, {}: sha256sum -c SHA256SUMS checks them",
        plural(done.files, "file", "files"),
        size(done.bytes)
    ));
    for why in &done.left_out {
        cx.warn(&format!("left out: {why}"));
    }
    Ok(if done.left_out.is_empty() { Code::Done } else { Code::Partly })
}
