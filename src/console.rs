//! Opens the console: the one place that knows both the engine's live side ([`crate::live`]) and `tui`.

use crate::config::{Connections, Env, Paths, Settings};
use crate::error::{Code, Failure};

/// Opens the console on what is at `paths`, and returns when its user leaves.
pub fn run(_env: &Env, paths: &Paths) -> Result<Code, Failure> {
    let _settings = Settings::load(&paths.settings())?;
    let _connections = Connections::load(&paths.connections())?;
    Err(Failure::usage("the console is not built in").hint("qd help lists the commands"))
}
