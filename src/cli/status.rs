//! `qd status`.

use super::context::Context;
use crate::error::{Code, Failure};

/// Arguments of `status`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs it.
pub fn run(_cx: &Context, _args: Args) -> Result<Code, Failure> {
    Err(Failure::usage("qd status is not built in"))
}
