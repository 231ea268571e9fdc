//! `qd sql`.

use super::context::Context;
use crate::error::{Code, Failure};

/// Arguments of `sql`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs it.
pub fn run(_cx: &Context, _args: Args) -> Result<Code, Failure> {
    Err(Failure::usage("qd sql is not built in"))
}
