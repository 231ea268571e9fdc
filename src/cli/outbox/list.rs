use jiff::Zoned;
use quarterdeck_sync::model::{Write, WriteState};
use quarterdeck_sync::outbox::Which;

use crate::cli::act::outcome::{state_role, words};
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::cli::render::{Cell, Column, Items, JsonWrite, Table, age};
use crate::error::{Code, Failure};

/// Arguments of `outbox list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Finished ones too
    #[arg(short, long)]
    all: bool,
    /// Only writes in this state; may be repeated
    #[arg(long, value_name = "STATE", value_parser = parse_state)]
    state: Vec<WriteState>,
    /// Only this connection; may be repeated
    #[arg(short, long, value_name = "NAME")]
    connection: Vec<String>,
    /// At most so many writes, the newest; 0 is all
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

/// Runs it.
pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let outbox = cx.outbox()?;
    // Who asks for a state that is finished means finished writes.
    let all = args.all || args.state.iter().any(|state| !state.is_unfinished());
    let which = Which {
        all,
        connections: args.connection.clone(),
        states: args.state.clone(),
        limit: (args.limit > 0).then(|| args.limit.saturating_add(1)),
        ..Which::default()
    };
    let mut writes = outbox.list(&which)?;
    let more = args.limit > 0 && writes.len() > args.limit;
    if more {
        writes.remove(0);
    }
    let mut out = Out::new();
    match cx.form {
        Form::Plain => plain(cx, &writes, &mut out)?,
        form => {
            let mut items = Items::new("writes", form);
            writes.iter().try_for_each(|write| items.item(&mut out, &JsonWrite::new(write)))?;
            items.finish(&mut out)?;
        }
    }
    out.finish()?;
    if more && cx.style.terminal {
        cx.say(&format!("the newest {}: --limit 0 lists all of them", writes.len()));
    }
    if writes.is_empty() {
        cx.say(if all { "no writes match" } else { "nothing is under way, and nothing waits for you" });
    }
    for paused in outbox.paused()? {
        let name = &paused.connection;
        cx.say(&format!("{name} is not written to until `qd connect test {name}` succeeds: {}", paused.message));
    }
    Ok(Code::Done)
}

const COLUMNS: [Column; 8] = [
    Column::whole("ID"),
    Column::whole("STATE"),
    Column::whole("AGE"),
    Column::whole("ACTION"),
    Column::cut("TARGET", 13),
    Column::whole("CONNECTION").spare(1),
    Column::whole("DEADLINE").spare(2),
    Column::cut("WHY", 20),
];

fn plain(cx: &Context, writes: &[Write], out: &mut Out) -> Result<(), Failure> {
    let now = Zoned::now();
    let mut table = Table::for_stdout(&COLUMNS, cx.style);
    writes.iter().try_for_each(|write| out.raw(&table.row(row(write, &now))))?;
    out.raw(&table.finish())
}

fn row(write: &Write, now: &Zoned) -> Vec<Cell> {
    let intent = &write.intent;
    let why = write.verdict.as_ref().map(words).unwrap_or_default();
    // First: the platform's words may be cut, and this is what one waits for.
    let why = match next(write, now) {
        Some(next) if why.is_empty() => next,
        Some(next) => format!("{next}; {why}"),
        None => why,
    };
    vec![
        Cell::text(write.id.as_str()),
        Cell::text(write.state.as_str()).role(state_role(write.state)),
        Cell::text(age(write.created_at, now)),
        Cell::text(&intent.verb),
        Cell::text(intent.target.as_deref().unwrap_or(&intent.collection)),
        Cell::text(&intent.connection),
        Cell::maybe(intent.deadline.filter(|_| write.state.is_open()).map(|at| age(at, now)).as_deref()),
        Cell::text(why),
    ]
}

/// When something is done about a write by itself, if that is still to come.
fn next(write: &Write, now: &Zoned) -> Option<String> {
    let what = match write.state {
        WriteState::Queued | WriteState::Retrying => "next try",
        // It may have been carried out: it is looked for, never sent blindly.
        WriteState::Sending | WriteState::Unknown | WriteState::Accepted => "next look",
        _ => return None,
    };
    let when = match write.due_at? {
        due if due > now.timestamp() => age(due, now),
        // Nothing is sent while nobody syncs.
        _ => "with the next sync".to_owned(),
    };
    Some(format!("{what} {when}"))
}

fn parse_state(text: &str) -> Result<WriteState, String> {
    let words = || WriteState::ALL.map(WriteState::as_str).join(", ");
    text.parse().map_err(|()| format!("a write is {}", words()))
}
