//! `qd NOUN show`.

use super::context::{Context, Noun};
use crate::error::{Code, Failure};

/// Arguments of `show`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs it.
pub fn run(_cx: &Context, noun: &Noun, _args: Args) -> Result<Code, Failure> {
    Err(Failure::usage(format!("qd {} show is not built in", noun.name())))
}
