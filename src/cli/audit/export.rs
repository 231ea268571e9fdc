use std::path::{Path, PathBuf};

use jiff::Timestamp;
use quarterdeck_sync::outbox::{AuditEntry, Outbox};
use quarterdeck_sync::text::{Secrets, json_safe};
use serde_json::json;

use crate::cli::context::Context;
use crate::cli::file;
use crate::cli::out::{Out, talk};
use crate::cli::render::plural;
use crate::cli::reveal::Reveal;
use crate::error::{Code, Failure, Kind};

/// Arguments of `audit export`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A new file to write it to, instead of stdout
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Show what is masked.
    #[command(flatten)]
    reveal: Reveal,
}

/// Runs it. What is exported ends before the line that notes the export.
///
/// A line that holds a secret is exported masked, so its own hash cannot be computed again from it; with `--reveal` all can.
pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let secrets = args.reveal.allowed(cx, || json!({"command": "audit export", "file": args.file}))?;
    let outbox = cx.outbox()?;
    let done = match &args.file {
        Some(file) => to_file(&outbox, file, secrets)?,
        None => to_stdout(&outbox, secrets)?,
    };
    let detail = json!({"entries": done.entries, "head": done.head, "file": args.file});
    outbox.note("audit.export", detail, Timestamp::now())?;
    // It is what the export is worth: told whether or not somebody asked for quiet.
    talk(&format!("{}, head {}\n", plural(done.entries, "line", "lines"), done.head));
    Ok(Code::Done)
}

/// What was written.
struct Done {
    entries: u64,
    head: String,
}

impl Done {
    fn nothing() -> Self {
        Self { entries: 0, head: "0".repeat(64) }
    }

    fn with(&mut self, entry: AuditEntry) {
        self.entries += 1;
        self.head = entry.hash;
    }
}

fn to_stdout(outbox: &Outbox, secrets: Secrets) -> Result<Done, Failure> {
    let (mut out, mut done) = (Out::showing(secrets), Done::nothing());
    super::each_line(outbox, |entry| {
        out.json(&entry)?;
        done.with(entry);
        Ok(())
    })?;
    out.finish()?;
    Ok(done)
}

fn to_file(outbox: &Outbox, path: &Path, secrets: Secrets) -> Result<Done, Failure> {
    let written = file::whole(path, false, |to| {
        let mut done = Done::nothing();
        super::each_line(outbox, |entry| {
            let line =
                serde_json::to_string(&entry).map_err(|error| Failure::new(Kind::Internal, error.to_string()))?;
            writeln!(to, "{}", json_safe(&secrets.json(&line)))?;
            done.with(entry);
            Ok(())
        })?;
        Ok(done)
    });
    written.map_err(|failure| match failure.kind {
        Kind::Usage => Failure { message: format!("--file: {}", failure.message), ..failure }
            .hint("name a new file: an export is never written over"),
        _ => failure,
    })
}
