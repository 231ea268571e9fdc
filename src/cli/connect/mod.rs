//! `qd connect`: the connections.

mod add;
mod list;
mod remove;
mod test;

use clap::Subcommand;

use super::alone::or_list;
use super::context::Context;
use crate::error::{Code, Failure};

/// Arguments of `connect`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Add a connection: says where its secret is, and keeps no secret
    Add(add::Args),
    /// List the connections
    List,
    /// Sign in and read one row
    Test(test::Args),
    /// Remove a connection, with what the mirror holds of it
    Remove(remove::Args),
}

/// Runs it.
pub fn run(cx: &Context, args: Args) -> Result<Code, Failure> {
    match or_list(args.verb)? {
        Verb::Add(args) => add::run(cx, args),
        Verb::List => list::run(cx),
        Verb::Test(args) => test::run(cx, &args),
        Verb::Remove(args) => remove::run(cx, &args),
    }
}
