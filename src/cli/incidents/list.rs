use jiff::Zoned;

use super::value::JsonIncident;
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::cli::render::{Cell, Column, Items, Table, age};
use crate::error::{Code, Failure};
use crate::evidence;
use crate::incident::{Line, state};

/// Arguments of `incidents list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Closed ones too
    #[arg(short, long)]
    all: bool,
    /// At most so many, the newest; 0 is all
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

/// Runs it.
pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let outbox = cx.outbox()?;
    let mut found = outbox.incidents()?;
    found.retain(|incident| args.all || incident.closed_at.is_none());
    let more = args.limit > 0 && found.len() > args.limit;
    if args.limit > 0 {
        found.truncate(args.limit);
    }
    let lines: Vec<Line> =
        found.into_iter().map(|incident| evidence::line(&outbox, incident)).collect::<Result<_, _>>()?;
    let mut out = Out::new();
    match cx.form {
        Form::Plain => {
            let now = Zoned::now();
            let mut table = Table::for_stdout(&COLUMNS, cx.style);
            lines.iter().try_for_each(|line| out.raw(&table.row(row(line, &now))))?;
            out.raw(&table.finish())?;
        }
        form => {
            let mut items = Items::new("incidents", form);
            lines.iter().try_for_each(|line| items.item(&mut out, &JsonIncident::new(line)))?;
            items.finish(&mut out)?;
        }
    }
    out.finish()?;
    if more && cx.style.terminal {
        cx.say(&format!("the newest {}: --limit 0 lists all of them", lines.len()));
    }
    if lines.is_empty() {
        cx.say(if args.all { "there was no incident yet" } else { "no incident is open" });
    }
    Ok(Code::Done)
}

const COLUMNS: [Column; 6] = [
    Column::whole("ID"),
    Column::whole("STATE"),
    Column::whole("OPENED"),
    Column::number("PINS"),
    Column::number("NOTES"),
    Column::cut("TITLE", 20),
];

fn row(line: &Line, now: &Zoned) -> Vec<Cell> {
    let incident = &line.incident;
    vec![
        Cell::text(incident.id.as_str()),
        Cell::text(state(incident)),
        Cell::text(age(incident.opened_at, now)),
        Cell::count(line.pins as u64),
        Cell::count(line.notes as u64),
        Cell::text(&incident.title),
    ]
}
