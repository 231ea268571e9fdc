//! A noun that stands alone lists: `qd outbox` is `qd outbox list`.

use clap::{Command, Subcommand};

use crate::error::{Failure, Kind};

/// The verb that was given; without one, `list` with the flags it has when none is given.
///
/// # Errors
/// Only for a noun that has no `list`, which is our fault.
pub fn or_list<V: Subcommand>(verb: Option<V>) -> Result<V, Failure> {
    if let Some(verb) = verb {
        return Ok(verb);
    }
    let command = V::augment_subcommands(Command::new("qd").no_binary_name(true));
    let matches = command.try_get_matches_from(["list"]);
    matches
        .and_then(|matches| V::from_arg_matches(&matches))
        .map_err(|error| Failure::new(Kind::Internal, format!("a noun alone does not list: {error}")))
}
