//! `cancel`, `retry` and `discard`: what a person may do to a write where it stands.

use jiff::Timestamp;
use quarterdeck_sync::model::{Verdict, Write, WriteId, WriteState};
use quarterdeck_sync::outbox::{Outbox, OutboxError, Turn, Which};

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

/// A write that has not been sent, or is known to have had no effect.
const UNSENT: [WriteState; 2] = [WriteState::Queued, WriteState::Retrying];

/// Runs `cancel`.
pub fn cancel(cx: &Context, args: &CancelArgs) -> Result<Code, Failure> {
    let outbox = cx.outbox()?;
    let writes = if args.all {
        let which = Which { connections: args.connection.clone(), states: UNSENT.to_vec(), ..Which::default() };
        let writes = outbox.list(&which)?;
        let count = plural(writes.len() as u64, "write", "writes");
        if !writes.is_empty() {
            agree(args.yes, &format!("cancel {count} that nobody has carried out?"))?;
        }
        writes
    } else {
        super::named(&outbox, &args.ids)?
    };
    if writes.is_empty() {
        cx.say("there is nothing to cancel");
    }
    each(cx, &outbox, &writes, |write| {
        let why = || cannot_cancel(write);
        move_on(
            cx,
            &outbox,
            write,
            &UNSENT,
            to(WriteState::Cancelled, "cancelled", "taken back before it was sent"),
            why,
        )
    })
}

fn cannot_cancel(write: &Write) -> (&'static str, String) {
    let id = &write.id;
    match write.state {
        WriteState::Sending | WriteState::Unknown | WriteState::Accepted | WriteState::Confirmed => {
            ("it has left, and may have had its effect", format!("qd outbox undo {id} offers the way back"))
        }
        WriteState::Conflicted | WriteState::Wedged | WriteState::Expired => {
            ("it failed, and is not sent any more", format!("qd outbox discard {id} lets go of it"))
        }
        _ => ("it is at its end", format!("qd outbox show {id} tells how it came to that")),
    }
}

/// Runs `retry`.
pub fn retry(cx: &Context, args: &RetryArgs) -> Result<Code, Failure> {
    let desk = Desk::open(cx)?;
    let writes = super::named(&desk.outbox, &args.ids)?;
    for write in &writes {
        if doubtful(&desk, write) {
            let question = format!(
                "{} {} may have been carried out already, and nothing can tell. Send it again?",
                write.intent.verb,
                outcome::target(write)
            );
            agree(args.yes, &question)?;
        }
    }
    let mut code = None;
    let mut ids: Vec<WriteId> = Vec::new();
    for write in &writes {
        match again(cx, &desk, write) {
            Ok(()) => ids.push(write.id.clone()),
            Err(failure) if writes.len() == 1 => return Err(failure),
            Err(failure) => {
                cx.warn(&failure.message);
                code = Some(failure.code());
            }
        }
    }
    if ids.is_empty() {
        return outcome::tell(cx, &[], code);
    }
    outcome::conclude(cx, &desk, "outbox retry", &ids, args.sending, code)
}

/// Nothing that can be looked at tells whether the platform has done it already.
fn doubtful(desk: &Desk, write: &Write) -> bool {
    let uncertain = write.verdict.as_ref().is_some_and(|verdict| verdict.code == "uncertain");
    match write.state {
        WriteState::Wedged => uncertain,
        WriteState::Unknown => !provable(desk, write),
        _ => false,
    }
}

fn provable(desk: &Desk, write: &Write) -> bool {
    let intent = &write.intent;
    let Ok(manifest) = desk.manifest(&intent.platform) else { return false };
    manifest.actions.get(&intent.action).is_some_and(|action| {
        !action.done.is_empty()
            || action.done_gone
            || action.creates
            || action.edits.is_some()
            || !action.steps.is_empty()
    })
}

fn again(cx: &Context, desk: &Desk, write: &Write) -> Result<(), Failure> {
    let id = &write.id;
    let now = Timestamp::now();
    let why = || match write.state {
        WriteState::Expired => {
            ("its deadline has passed", "look at it again, and decide anew: what was seen then may not hold".to_owned())
        }
        WriteState::Conflicted => {
            ("somebody else got there first", format!("qd outbox resolve {id} --mine or --theirs settles it"))
        }
        _ => ("it is at its end", format!("qd outbox show {id} tells how it came to that")),
    };
    let turn = match write.state {
        // A look settles it: it is not sent again before one.
        WriteState::Unknown if provable(desk, write) => {
            Turn { due_at: Some(now), ..Turn::to(WriteState::Unknown, now) }
        }
        WriteState::Queued | WriteState::Sending | WriteState::Accepted => return Ok(()),
        _ => Turn { due_at: Some(now), ..Turn::to(WriteState::Queued, now) },
    };
    move_on(cx, &desk.outbox, write, &[WriteState::Wedged, WriteState::Retrying, WriteState::Unknown], turn, why)
}

/// Runs `discard`.
pub fn discard(cx: &Context, args: &DiscardArgs) -> Result<Code, Failure> {
    let outbox = cx.outbox()?;
    let writes = super::named(&outbox, &args.ids)?;
    for write in writes.iter().filter(|write| write.state == WriteState::Unknown) {
        let target = outcome::target(write);
        agree(
            args.yes,
            &format!("{} {target} may have been carried out. Let go of it all the same?", write.intent.verb),
        )?;
    }
    let from = [WriteState::Conflicted, WriteState::Wedged, WriteState::Expired, WriteState::Unknown];
    each(cx, &outbox, &writes, |write| {
        let why = || {
            let hint = match write.state.is_open() {
                true => format!("qd outbox cancel {} takes it back while it is unsent", write.id),
                false => format!("qd outbox show {} tells how it came to that", write.id),
            };
            ("only what failed can be discarded", hint)
        };
        move_on(cx, &outbox, write, &from, Turn::to(WriteState::Discarded, Timestamp::now()), why)
    })
}

/// Does something to each write, shows where they stand then, and says how it ended.
fn each(
    cx: &Context,
    outbox: &Outbox,
    writes: &[Write],
    act: impl Fn(&Write) -> Result<(), Failure>,
) -> Result<Code, Failure> {
    let mut code = None;
    for write in writes {
        match act(write) {
            Ok(()) => {}
            Err(failure) if writes.len() == 1 => return Err(failure),
            Err(failure) => {
                cx.warn(&failure.message);
                code = Some(failure.code());
            }
        }
    }
    let stand: Result<Vec<_>, OutboxError> =
        writes.iter().filter_map(|write| outbox.get(&write.id).transpose()).collect();
    outcome::tell(cx, &stand?, code)
}

/// Moves a write on, or says why it cannot be: where it stands, and what can be done instead.
fn move_on(
    cx: &Context,
    outbox: &Outbox,
    write: &Write,
    from: &[WriteState],
    turn: Turn,
    why: impl Fn() -> (&'static str, String),
) -> Result<(), Failure> {
    let turn = Turn { by: Some(cx.env.by()), ..turn };
    if outbox.turn(&write.id, from, turn)?.is_some() {
        return Ok(());
    }
    let state = outbox.get(&write.id)?.map_or(write.state, |now| now.state);
    let moved = state != write.state;
    let (reason, hint) = if moved { ("it moved on meanwhile", "look again: qd outbox list".to_owned()) } else { why() };
    Err(Failure::new(Kind::Refused, format!("write {} is {state}: {reason}", write.id)).hint(hint))
}

fn to(state: WriteState, code: &str, message: &str) -> Turn {
    let verdict = Verdict { code: code.to_owned(), message: message.to_owned(), ..Verdict::default() };
    Turn { verdict: Some(verdict), ..Turn::to(state, Timestamp::now()) }
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
