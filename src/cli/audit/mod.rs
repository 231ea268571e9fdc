//! `qd audit`: the log of everything that was decided and of what became of it, each line chained to the one before by its hash.

mod export;
mod list;
mod verify;

use clap::Subcommand;
use quarterdeck_sync::outbox::{AuditEntry, Outbox};

use super::alone::or_list;
use super::context::Context;
use crate::error::{Code, Failure};

/// Arguments of `audit`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List what happened, the latest last
    List(list::Args),
    /// Prove that no line was changed, added or taken away
    Verify(verify::Args),
    /// Write the whole log as NDJSON, hashes and all
    Export(export::Args),
}

/// Runs it.
pub fn run(cx: &Context, args: Args) -> Result<Code, Failure> {
    match or_list(args.verb)? {
        Verb::List(args) => list::run(cx, &args),
        Verb::Verify(args) => verify::run(cx, &args),
        Verb::Export(args) => export::run(cx, &args),
    }
}

/// Lines read at once.
const PAGE: usize = 500;

/// Hands every line of the log to `each`, the first first.
fn each_line(outbox: &Outbox, mut each: impl FnMut(AuditEntry) -> Result<(), Failure>) -> Result<(), Failure> {
    let mut after = 0;
    loop {
        let page = outbox.audit(after, PAGE)?;
        let Some(last) = page.last().map(|entry| entry.seq) else { return Ok(()) };
        page.into_iter().try_for_each(&mut each)?;
        after = last;
    }
}
