//! `qd completions`: a script for the shell.

use clap::CommandFactory;
use clap_complete::Shell;

use super::Cli;
use super::out::Out;
use crate::error::{Code, Failure};

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    shell: Shell,
}

/// Runs it.
pub fn run(args: &Args) -> Result<Code, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "qd", &mut script);
    let mut out = Out::new();
    out.raw(&String::from_utf8_lossy(&script))?;
    out.finish()?;
    Ok(Code::Done)
}
