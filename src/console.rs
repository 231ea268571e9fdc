//! Opens the console: the one place that knows both the engine's live side ([`crate::live`]) and `tui`.

use std::time::Duration;

use crate::config::{Connections, Env, Paths, Settings};
use crate::error::{Code, Failure};

/// What the console is opened on.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The environment as it was at start.
    pub env: Env,
    /// Where things are.
    pub paths: Paths,
    /// Time between two pulls; none: as it is set.
    pub every: Option<Duration>,
    /// No colour was asked for on the command line.
    pub no_color: bool,
}

impl Opening {
    /// On what is at `paths`, as it is set there.
    pub fn new(env: Env, paths: Paths) -> Self {
        Self { env, paths, every: None, no_color: false }
    }
}

/// Opens the console, and returns when its user leaves.
pub fn run(opening: Opening) -> Result<Code, Failure> {
    let _settings = Settings::load(&opening.paths.settings())?;
    let _connections = Connections::load(&opening.paths.connections())?;
    Err(Failure::usage("the console is not built in").hint("qd help lists the commands"))
}
