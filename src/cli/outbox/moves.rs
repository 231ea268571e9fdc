//! `cancel`, `retry` and `discard`: what a person may do to a write where it stands.

use jiff::Timestamp;
use quarterdeck_sync::model::{Write, WriteId, WriteState};
use quarterdeck_sync::outbox::moves::{self, Move};
use quarterdeck_sync::outbox::{OutboxError, Which};
use quarterdeck_sync::platform::Manifest;

use crate::cli::act::{Desk, Sending, outcome, sure};
use crate::cli::context::Context;
use crate::cli::prompt;
use crate::cli::render::plural;
use crate::error::{Code, Failure, Kind};

/// Arguments of `outbox cancel`.
#[derive(Debug, clap::Args)]
pub struct CancelArgs {
    /// Ids of writes, or the beginning of one
    #[arg(value_name = "ID", required_unless_present = "all")]
    ids: Vec<String>,
    /// Every write that has not been sent
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    /// Only this connection; may be repeated
    #[arg(short, long, value_name = "NAME", requires = "all")]
    connection: Vec<String>,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

/// Arguments of `outbox retry`.
#[derive(Debug, clap::Args)]
pub struct RetryArgs {
    /// Ids of writes, or the beginning of one
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    sending: Sending,
}

/// Arguments of `outbox discard`.
#[derive(Debug, clap::Args)]
pub struct DiscardArgs {
    /// Ids of writes, or the beginning of one
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

/// Runs `cancel`.
pub fn cancel(cx: &Context, args: &CancelArgs) -> Result<Code, Failure> {
    let desk = Desk::open(cx)?;
    let writes = if args.all {
        let states = vec![WriteState::Queued, WriteState::Retrying];
        let which = Which { connections: args.connection.clone(), states, ..Which::default() };
        let writes = desk.outbox.list(&which)?;
        let count = plural(writes.len() as u64, "write", "writes");
        if !writes.is_empty() {
            agree(args.yes, &format!("cancel {count} that nobody has carried out?"))?;
        }
        writes
    } else {
        super::named(&desk.outbox, &args.ids)?
    };
    if writes.is_empty() {
        cx.say("there is nothing to cancel");
    }
    let (ids, code) = each(cx, &writes, |write| make(&desk, write, Move::Cancel))?;
    outcome::tell(cx, &outcome::stored(&desk, &ids)?, code, &outcome::Barred::new())
}

/// Runs `retry`.
pub fn retry(cx: &Context, args: &RetryArgs) -> Result<Code, Failure> {
    let desk = Desk::open(cx)?;
    let writes = super::named(&desk.outbox, &args.ids)?;
    for write in &writes {
        if moves::doubtful(manifest(&desk, write), write) {
            let question = format!(
                "{} {} may have been carried out already, and nothing can tell. Send it again?",
                write.intent.verb,
                outcome::target(write)
            );
            agree(args.yes, &question)?;
        }
    }
    let (ids, code) = each(cx, &writes, |write| match write.state {
        // It is under way: sent now, if it can be.
        WriteState::Queued | WriteState::Sending | WriteState::Accepted => Ok(()),
        _ => make(&desk, write, Move::Retry),
    })?;
    outcome::conclude(cx, &desk, "outbox retry", &ids, args.sending, code)
}

/// Runs `discard`.
pub fn discard(cx: &Context, args: &DiscardArgs) -> Result<Code, Failure> {
    let desk = Desk::open(cx)?;
    let writes = super::named(&desk.outbox, &args.ids)?;
    for write in writes.iter().filter(|write| write.state == WriteState::Unknown) {
        let target = outcome::target(write);
        agree(
            args.yes,
            &format!("{} {target} may have been carried out. Let go of it all the same?", write.intent.verb),
        )?;
    }
    let (ids, code) = each(cx, &writes, |write| make(&desk, write, Move::Discard))?;
    outcome::tell(cx, &outcome::stored(&desk, &ids)?, code, &outcome::Barred::new())
}

/// Does something to each write. The ids of those it was done to; of the others why not is told, and how they end the command. The
/// failure of the only one is the command's.
fn each(
    cx: &Context,
    writes: &[Write],
    act: impl Fn(&Write) -> Result<(), Failure>,
) -> Result<(Vec<WriteId>, Option<Code>), Failure> {
    let (mut ids, mut code) = (Vec::new(), None);
    for write in writes {
        match act(write) {
            Ok(()) => ids.push(write.id.clone()),
            Err(failure) if writes.len() == 1 => return Err(failure),
            Err(failure) => {
                cx.warn(&failure.message);
                code = Some(failure.code());
            }
        }
    }
    Ok((ids, code))
}

/// Moves a write on as a person wants it, or says why it cannot be, and what can be done instead.
fn make(desk: &Desk, write: &Write, what: Move) -> Result<(), Failure> {
    let made =
        moves::make(&desk.outbox, manifest(desk, write), &write.id, write.state, what, &desk.by(), Timestamp::now());
    match made {
        Ok(Some(_)) => Ok(()),
        Ok(None) => {
            let why = format!("write {} is not {} any more: it moved on meanwhile", write.id, write.state);
            Err(Failure::new(Kind::Refused, why).hint("look again: qd outbox list"))
        }
        Err(error @ OutboxError::NotNow { .. }) => Err(Failure::from(error).hint(instead(write))),
        Err(error) => Err(error.into()),
    }
}

/// What can be done about a write as it stands.
fn instead(write: &Write) -> String {
    let id = &write.id;
    match write.state {
        WriteState::Queued | WriteState::Retrying => format!("qd outbox cancel {id} takes it back while it is unsent"),
        WriteState::Sending | WriteState::Unknown | WriteState::Accepted | WriteState::Confirmed => {
            format!("qd outbox undo {id} offers the way back")
        }
        WriteState::Conflicted => format!("qd outbox resolve {id} --mine or --theirs settles it"),
        WriteState::Wedged | WriteState::Expired => format!("qd outbox discard {id} lets go of it"),
        WriteState::Cancelled | WriteState::Discarded => format!("qd outbox show {id} tells how it came to that"),
    }
}

/// The manifest of a write's platform, if there is one still.
fn manifest<'a>(desk: &'a Desk, write: &Write) -> Option<&'a Manifest> {
    desk.manifest(&write.intent.platform).ok()
}

/// Goes on only if a person agrees, or has said so before.
pub fn agree(yes: bool, question: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !prompt::someone() {
        return Err(Failure::usage(format!("{question} Nobody is there to ask")).hint("--yes does it without asking"));
    }
    match sure(question)? {
        true => Ok(()),
        false => Err(Failure::new(Kind::Stopped, "nothing was changed")),
    }
}
