//! `qd connect remove`.

use quarterdeck_sync::model::WriteState;
use quarterdeck_sync::outbox::{Outbox, Which};

use crate::cli::context::Context;
use crate::cli::render::plural;
use crate::config::{Lease, SecretSource, secret};
use crate::error::{Code, Failure, Kind};

/// Arguments of `connect remove`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of the connection
    name: String,
    /// Keep what the mirror holds of it
    #[arg(long)]
    keep_data: bool,
}

/// Everything that can fail without having changed anything comes first: the name, the outbox, the lease, the mirror.
pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let name = &args.name;
    let mut connections = cx.connections()?;
    connections.get(name)?;
    nothing_waits(cx, name)?;
    let data = !args.keep_data && cx.paths.mirror().exists();
    let held = if data {
        let lease = Lease::take(&cx.paths.lease(), "connect remove").map_err(|error| {
            let failure = Failure::from(error);
            match failure.kind {
                Kind::Held => failure.hint(format!("stop it first, or qd connect remove {name} --keep-data")),
                _ => failure,
            }
        })?;
        Some((lease, cx.mirror_to_write()?))
    } else {
        None
    };
    let removed = connections.remove(name)?;
    if let Some((_lease, mirror)) = &held {
        cx.runtime()?.block_on(mirror.forget(name))?;
    }
    cx.say(&format!("removed {name}{}", if data { " and what the mirror held of it" } else { "" }));
    if removed.secret == SecretSource::Keyring {
        match secret::forget(name) {
            Ok(true) => cx.say("removed its entry in the keyring too"),
            Ok(false) => cx.say("the keyring held no entry for it"),
            Err(error) => {
                cx.warn(&format!("its entry in the keyring is still there: {error}"));
                return Ok(Code::Partly);
            }
        }
    }
    Ok(Code::Done)
}

/// A decision that has not been sent would be sent to whatever is called so next.
fn nothing_waits(cx: &Context, name: &str) -> Result<(), Failure> {
    let outbox = Outbox::open_reader(&cx.paths.outbox())?;
    let states = vec![WriteState::Queued, WriteState::Retrying];
    let waiting = outbox.list(&Which { connections: vec![name.to_owned()], states, ..Which::default() })?.len();
    if waiting == 0 {
        return Ok(());
    }
    let waiting = plural(waiting as u64, "write waits", "writes wait");
    Err(Failure::new(Kind::Refused, format!("{waiting} to be sent to {name}"))
        .hint(format!("qd outbox flush sends what can be sent, qd outbox cancel --all -c {name} takes the rest back")))
}
