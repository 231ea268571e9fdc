//! `qd sessions entries ID`: what was said, entry by entry.

use std::path::PathBuf;

use jiff::Zoned;
use quarterdeck_sync::model::Entry;
use quarterdeck_sync::text::Secrets;

use super::open::{self, Opening};
use super::pick::Picking;
use crate::cli::context::{Context, Noun};
use crate::cli::out::{Form, Out};
use crate::cli::render::{Cell, Column, Items, Table};
use crate::cli::style::Role;
use crate::error::{Code, Failure};
use crate::transcript::{JsonEntry, headline};

/// Arguments of `entries`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The record's id, the beginning of it, or connection/id
    #[arg(value_name = "ID", required_unless_present = "file")]
    id: Option<String>,
    /// Read what was exported as JSON instead, here or elsewhere; - reads it from stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["id", "connection", "offline"])]
    file: Option<PathBuf>,
    #[command(flatten)]
    opening: Opening,
    #[command(flatten)]
    picking: Picking,
}

/// Runs it.
pub fn run(cx: &Context, noun: &Noun, args: &Args) -> Result<Code, Failure> {
    let now = Zoned::now();
    let pick = args.picking.pick(&now)?;
    let transcript = match &args.file {
        Some(file) => open::file(cx, noun, file, &args.opening)?.0,
        None => {
            let opened = open::open(cx, noun, args.id.as_deref().unwrap_or_default(), &args.opening)?;
            opened.say(cx, &now);
            opened.transcript
        }
    };
    let entries = transcript.entries();
    // In a transcript secrets have been masked already, or are shown on purpose.
    let mut out = Out::showing(Secrets::Revealed);
    let mut listed = 0u64;
    match cx.form {
        Form::Plain => listed = plain(cx, pick.of(entries), &now, &mut out)?,
        form => {
            let mut items = Items::new("entries", form);
            for entry in pick.of(entries) {
                items.item(&mut out, &JsonEntry::new(entry))?;
                listed += 1;
            }
            items.finish(&mut out)?;
        }
    }
    out.finish()?;
    if listed == 0 {
        cx.say(if entries.is_empty() { "nothing was said in it" } else { "no entries match" });
    }
    Ok(Code::Done)
}

const COLUMNS: &[Column] = &[
    Column::number("ENTRY"),
    Column::whole("TIME"),
    Column::whole("KIND"),
    Column::cut("TOOL", 8).spare(1),
    Column::cut("TEXT", 24),
];

fn plain<'a>(
    cx: &Context,
    entries: impl Iterator<Item = &'a Entry>,
    now: &Zoned,
    out: &mut Out,
) -> Result<u64, Failure> {
    let mut table = Table::for_stdout(COLUMNS, cx.style);
    let mut listed = 0;
    for entry in entries {
        listed += 1;
        let time = entry.at.map(|at| at.to_zoned(now.time_zone().clone()).strftime("%Y-%m-%d %H:%M:%S").to_string());
        let kind = Cell::text(entry.kind.as_str());
        let kind = if entry.error { kind.behind("(error)").role(Role::Bad) } else { kind };
        let row = vec![
            Cell::text(entry.place.to_string()),
            Cell::maybe(time.as_deref()),
            kind,
            Cell::seen(entry.tools().join(" "), Secrets::Revealed),
            Cell::seen(headline(entry, LONGEST), Secrets::Revealed),
        ];
        out.raw(&table.row(row))?;
    }
    out.raw(&table.finish())?;
    Ok(listed)
}

/// Most characters of an entry's text that stand in its line, however wide the terminal is.
const LONGEST: usize = 400;
