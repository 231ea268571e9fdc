//! `qd platform`: the kinds of service we can talk to, and help for whoever describes another.

mod check;
mod probe;
mod show;

use clap::Subcommand;

use super::context::Context;
use crate::error::{Code, Failure};

/// Arguments of `platform`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the platforms
    List,
    /// Show what a platform serves
    Show(show::Args),
    /// Print a platform's manifest, to change a copy of it
    Export(show::Args),
    /// Check a manifest of your own, and try it on a server
    Check(check::Args),
}

/// Runs it.
pub fn run(cx: &Context, args: Args) -> Result<Code, Failure> {
    match args.verb {
        Verb::List => show::list(cx),
        Verb::Show(args) => show::show(cx, &args),
        Verb::Export(args) => show::export(cx, &args),
        Verb::Check(args) => check::run(cx, &args),
    }
}
