//! `qd outbox`: the decisions that are under way, and those that wait for a person.
//!
//! A write is named by its id, or by the beginning of one. What becomes of writes is told, and ends the command, as it is for the
//! commands that decide ([`super::act::outcome`]).

mod flush;
mod list;
mod moves;
mod resolve;
mod show;
mod undo;

pub use self::show::who;

use clap::Subcommand;
use quarterdeck_sync::model::Write;
use quarterdeck_sync::outbox::Outbox;

use super::act::outcome;
use super::alone::or_list;
use super::begun::{LISTED, Named};
use super::context::Context;
use crate::error::{Code, Failure};

/// Arguments of `outbox`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the writes that are unfinished, in the order in which they were decided
    List(list::Args),
    /// Show all there is to know about a write
    Show(show::Args),
    /// Send what can be sent
    Flush(flush::Args),
    /// Take back writes that have not been sent
    Cancel(moves::CancelArgs),
    /// Try writes again at once
    Retry(moves::RetryArgs),
    /// Let go of writes that failed
    Discard(moves::DiscardArgs),
    /// Settle a conflict
    Resolve(resolve::Args),
    /// Take a write back: unsent it is cancelled, sent its inverse is offered
    Undo(undo::Args),
}

/// Runs it.
pub fn run(cx: &Context, args: Args) -> Result<Code, Failure> {
    match or_list(args.verb)? {
        Verb::List(args) => list::run(cx, &args),
        Verb::Show(args) => show::run(cx, &args),
        Verb::Flush(args) => flush::run(cx, &args),
        Verb::Cancel(args) => moves::cancel(cx, &args),
        Verb::Retry(args) => moves::retry(cx, &args),
        Verb::Discard(args) => moves::discard(cx, &args),
        Verb::Resolve(args) => resolve::run(cx, &args),
        Verb::Undo(args) => undo::run(cx, &args),
    }
}

const WRITES: Named<'static> = Named { one: "write", list: "qd outbox list --all" };

/// The one write whose id this is, or begins like this.
pub fn one(outbox: &Outbox, id: &str) -> Result<Write, Failure> {
    let found = outbox.find(WRITES.beginning(id)?, LISTED + 1)?;
    WRITES.only(id, found, |write| format!("{}  {} {}", write.id, write.intent.verb, outcome::target(write)))
}

/// The writes of these ids, each once, in the order in which they were named.
fn named(outbox: &Outbox, ids: &[String]) -> Result<Vec<Write>, Failure> {
    let mut writes: Vec<Write> = Vec::with_capacity(ids.len());
    for id in ids {
        let write = one(outbox, id)?;
        if !writes.iter().any(|known| known.id == write.id) {
            writes.push(write);
        }
    }
    Ok(writes)
}
