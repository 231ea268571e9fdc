use jiff::Zoned;
use quarterdeck_sync::text::Secrets;
use serde_json::json;

use super::value::JsonCase;
use super::{one, went};
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::cli::render::{Cell, Column, Table, clock, moment};
use crate::cli::reveal::Reveal;
use crate::cli::style::{Role, Style};
use crate::error::{Code, Failure};
use crate::evidence::gather;
use crate::incident::{Case, Line, Moment, Pinned, Thing, state, written};

/// Arguments of `incidents show`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The incident's id, or the beginning of it
    #[arg(value_name = "ID")]
    id: String,
    /// Show what is masked.
    #[command(flatten)]
    reveal: Reveal,
}

/// Runs it.
pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let outbox = cx.outbox()?;
    let id = one(&outbox, &args.id)?.id;
    let secrets = args.reveal.allowed(cx, || json!({"command": "incidents show", "incident": id.as_str()}))?;
    let case = gather(&cx.reader()?, &outbox, &id, secrets)?.ok_or_else(|| went(&id))?;
    let mut out = Out::showing(secrets);
    match cx.form {
        Form::Plain => plain(cx.style, &case, secrets, &mut out)?,
        _ => {
            let line = Line { incident: case.incident.clone(), pins: case.pinned.len(), notes: case.notes.len() };
            out.json(&JsonCase::new(&case, &line))?;
        }
    }
    out.finish()?;
    Ok(Code::Done)
}

fn plain(style: Style, case: &Case, secrets: Secrets, out: &mut Out) -> Result<(), Failure> {
    let now = Zoned::now();
    let incident = &case.incident;
    let mut field = |name: &str, value: &str| {
        let name = style.paint(Role::Heading, &format!("{name:<10}"));
        out.line(&format!("{name}{}", secrets.line(value)))
    };
    field("id", incident.id.as_str())?;
    field("title", &incident.title)?;
    field("state", state(incident))?;
    field("opened", &moment(incident.opened_at, &now))?;
    if let Some(at) = incident.closed_at {
        field("closed", &moment(at, &now))?;
    }
    let heading = |out: &mut Out, words: &str| out.line(&format!("\n{}", style.paint(Role::Heading, words)));
    heading(out, "pinned")?;
    let mut table = Table::for_stdout(&PINS, style);
    case.pinned.iter().try_for_each(|pinned| out.raw(&table.row(pin(pinned))))?;
    out.raw(&table.finish())?;
    heading(out, "notes")?;
    for note in &case.notes {
        out.line(&format!("{}  {}", clock(note.made_at, &now), note.id))?;
        for line in secrets.block(&note.text).as_str().lines() {
            out.line(&format!("  {line}"))?;
        }
    }
    heading(out, "timeline")?;
    let mut table = Table::for_stdout(&MOMENTS, style);
    case.timeline.iter().try_for_each(|moment| out.raw(&table.row(happened(moment, &now))))?;
    out.raw(&table.finish())?;
    case.short.iter().try_for_each(|short| out.line(secrets.line(short).as_str()))
}

const PINS: [Column; 4] =
    [Column::whole("WHAT"), Column::whole("STATUS"), Column::cut("WHERE", 24), Column::cut("TITLE", 16)];

fn pin(pinned: &Pinned) -> Vec<Cell> {
    let gone = pinned.row().is_some_and(|row| row.gone_at.is_some());
    let status = match &pinned.thing {
        Thing::Missing => Cell::text("not here").role(Role::Warning),
        _ if gone => Cell::text("gone").role(Role::Warning),
        _ => Cell::maybe(pinned.status()),
    };
    vec![Cell::text(pinned.word()), status, Cell::text(written(pinned.place())), Cell::text(pinned.title())]
}

const MOMENTS: [Column; 3] = [Column::whole("AT"), Column::whole("WHAT"), Column::cut("", 30)];

fn happened(moment: &Moment, now: &Zoned) -> Vec<Cell> {
    let at = moment.at.map_or_else(|| "not told".to_owned(), |at| clock(at, now));
    let gap = if moment.words.is_empty() || moment.text.is_empty() { "" } else { ": " };
    vec![Cell::text(at), Cell::text(moment.what.as_str()), Cell::text(format!("{}{gap}{}", moment.words, moment.text))]
}
