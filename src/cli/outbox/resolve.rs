use jiff::Timestamp;
use quarterdeck_sync::model::{Write, WriteState};
use quarterdeck_sync::outbox::decide::{self, Resolution};

use crate::cli::act::{Desk, Sending, outcome};
use crate::cli::context::Context;
use crate::error::{Code, Failure, Kind};

/// Arguments of `outbox resolve`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("side").required(true))]
pub struct Args {
    /// The write's id, or the beginning of it
    #[arg(value_name = "ID")]
    id: String,
    /// What I want, over what is there now
    #[arg(long, group = "side")]
    mine: bool,
    /// Leave it as it is there, and let go of the write
    #[arg(long, group = "side")]
    theirs: bool,
    #[command(flatten)]
    sending: Sending,
}

/// Runs it.
pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let desk = Desk::open(cx)?;
    let write = super::one(&desk.outbox, &args.id)?;
    if write.state != WriteState::Conflicted {
        let hint = match write.state.is_open() {
            true => "it is under way: qd outbox list",
            false => "only a conflicted write has two sides",
        };
        return Err(Failure::new(Kind::Refused, format!("write {} is {}", write.id, write.state)).hint(hint));
    }
    let manifest = desk.manifest(&write.intent.platform)?;
    let resolution = if args.mine { Resolution::Mine } else { Resolution::Theirs };
    let new = decide::resolve(&desk.outbox, manifest, &write.id, resolution, &desk.by(), Timestamp::now())?;
    tell(cx, &desk, &write, new, args.sending)
}

/// The old write is at its end; the new one, if there is one, is sent.
fn tell(cx: &Context, desk: &Desk, old: &Write, new: Option<Write>, sending: Sending) -> Result<Code, Failure> {
    match new {
        None => {
            cx.say("left as it is there");
            outcome::tell(cx, &outcome::stored(desk, std::slice::from_ref(&old.id))?, None)
        }
        Some(new) => {
            cx.say(&format!("kept {} in place of {}", new.id, old.id));
            outcome::conclude(cx, desk, "outbox resolve", &[new.id], sending, None)
        }
    }
}
