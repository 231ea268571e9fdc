//! `qd NOUN list`.

use super::context::{Context, Noun};
use crate::error::{Code, Failure};

/// Arguments of `list`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs it.
pub fn run(_cx: &Context, noun: &Noun, _args: Args) -> Result<Code, Failure> {
    Err(Failure::usage(format!("qd {} list is not built in", noun.name())))
}
