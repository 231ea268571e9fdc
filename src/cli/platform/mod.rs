//! `qd platform`: the kinds of service we can talk to, and help for whoever describes another.

mod actions;
mod check;
mod probe;
mod show;

use std::sync::Arc;

use clap::Subcommand;
use quarterdeck_sync::platform::{Manifest, Origin, Registry};

use super::alone::or_list;
use super::context::Context;
use crate::error::{Code, Failure, Kind};
use crate::names::nearest;

/// Arguments of `platform`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the platforms
    List,
    /// Show what a platform serves, what can be done on it, and what it lacks
    Show(show::Args),
    /// Print a platform's manifest, to change a copy of it
    Export(show::Args),
    /// Check a manifest of your own, and try it on a server
    Check(check::Args),
}

/// Runs it.
pub fn run(cx: &Context, args: Args) -> Result<Code, Failure> {
    match or_list(args.verb)? {
        Verb::List => show::list(cx),
        Verb::Show(args) => show::show(cx, &args),
        Verb::Export(args) => show::export(cx, &args),
        Verb::Check(args) => check::run(cx, &args),
    }
}

/// The platform called `name`, or a failure of this kind that names those there are.
pub fn named<'a>(registry: &'a Registry, name: &str, kind: Kind) -> Result<(&'a Arc<Manifest>, &'a Origin), Failure> {
    registry.iter().find(|(manifest, _)| manifest.name == name).ok_or_else(|| {
        let known: Vec<&str> = registry.iter().map(|(manifest, _)| manifest.name.as_str()).collect();
        let near =
            nearest(name, known.iter().copied()).map(|near| format!("did you mean {near}? ")).unwrap_or_default();
        Failure::new(kind, format!("there is no platform called {name:?}"))
            .hint(format!("{near}there are: {}", known.join(", ")))
    })
}
