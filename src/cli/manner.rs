//! Flags of the console: of `qd` alone, and of `qd demo`.

use super::Command;
use crate::console::Manner;
use crate::error::Failure;

/// How the console is to behave. Each can be set in `config.toml` as well.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "The console")]
pub struct Flags {
    /// Look only: no key of the console decides anything
    #[arg(long)]
    read_only: bool,
    /// Nothing moves that no key moved, and messages wait for a key
    #[arg(long)]
    reduced_motion: bool,
    /// For slow links: few colours, and no more frames than the link carries
    #[arg(long)]
    low_bandwidth: bool,
    /// Line after line instead of a picture, for screen readers
    #[arg(long)]
    linear: bool,
    /// Colours, this once: a name of `qd themes list`
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
}

impl Flags {
    /// What the console is told.
    pub fn manner(&self) -> Manner {
        Manner {
            read_only: self.read_only,
            reduced_motion: self.reduced_motion,
            low_bandwidth: self.low_bandwidth,
            linear: self.linear,
        }
    }

    /// Before a command they, and `--fresh`, would mean nothing, and `--read-only` must never be taken for a promise.
    pub fn refuse_before(&self, fresh: bool, command: Option<&Command>) -> Result<(), Failure> {
        if command.is_none() || (self.manner() == Manner::default() && self.theme.is_none() && !fresh) {
            return Ok(());
        }
        Err(Failure::usage("flags of the console do not belong before a command")
            .hint("leave the command out to open the console; `qd demo` takes these flags behind its name"))
    }
}
