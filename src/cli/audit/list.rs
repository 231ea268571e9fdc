use std::collections::VecDeque;

use jiff::{Timestamp, Zoned};
use quarterdeck_index::query::Flaw;
use quarterdeck_sync::model::WriteId;
use quarterdeck_sync::outbox::AuditEntry;
use quarterdeck_sync::text::Secrets;
use serde_json::Value;

use crate::cli::act::outcome::short;
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::cli::outbox::{one, who};
use crate::cli::render::{Cell, Column, Items, Table, clock};
use crate::error::{Code, Failure};
use crate::filter;

/// Arguments of `audit list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only what happened since this time: 2026-02-01, 3h, yesterday
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only what happened until this time; a day is meant to its end
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// At most so many lines, the latest; 0 is all
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Only what is about this write, by its id or the beginning of it
    #[arg(long, value_name = "ID")]
    write: Option<String>,
}

/// Runs it.
pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let now = Zoned::now();
    let outbox = cx.outbox()?;
    let time = |flag: &str, text: &Option<String>, read: fn(&str, &Zoned) -> Result<Timestamp, Flaw>| {
        let wrong = |flaw: Flaw| Failure::usage(format!("{flag}: {}", flaw.message)).hint(flaw.hint);
        text.as_ref().map(|text| read(text, &now).map_err(wrong)).transpose()
    };
    let since = time("--since", &args.since, filter::since)?;
    let until = time("--until", &args.until, filter::until)?;
    let write: Option<WriteId> = args.write.as_ref().map(|id| one(&outbox, id)).transpose()?.map(|write| write.id);
    let mut kept: VecDeque<AuditEntry> = VecDeque::new();
    super::each_line(&outbox, |entry| {
        let meant = since.is_none_or(|since| entry.at >= since)
            && until.is_none_or(|until| entry.at < until)
            && (write.is_none() || entry.write == write);
        if meant {
            kept.push_back(entry);
        }
        if args.limit > 0 && kept.len() > args.limit {
            kept.pop_front();
        }
        Ok(())
    })?;
    let mut out = Out::new();
    match cx.form {
        Form::Plain => {
            let mut table = Table::for_stdout(&COLUMNS, cx.style);
            kept.iter().try_for_each(|entry| out.raw(&table.row(row(entry, &now))))?;
            out.raw(&table.finish())?;
        }
        form => {
            let mut items = Items::new("audit", form);
            kept.iter().try_for_each(|entry| items.item(&mut out, entry))?;
            items.finish(&mut out)?;
        }
    }
    out.finish()?;
    Ok(Code::Done)
}

const COLUMNS: [Column; 6] = [
    Column::number("LINE"),
    Column::whole("AT"),
    Column::whole("WHAT"),
    Column::cut("ABOUT", 20),
    Column::cut("WHO", 10),
    Column::whole("WRITE").spare(1),
];

fn row(entry: &AuditEntry, now: &Zoned) -> Vec<Cell> {
    vec![
        Cell::count(entry.seq),
        Cell::text(clock(entry.at, now)),
        Cell::text(&entry.what),
        Cell::text(about(&entry.detail)),
        Cell::text(who(&entry.by)),
        Cell::maybe(entry.write.as_ref().map(WriteId::as_str)),
    ]
}

/// What a line is about, in one: `suspend prod/a-1: the reason`, else its members.
fn about(detail: &Value) -> String {
    let text = |name: &str| detail.get(name).and_then(Value::as_str);
    let what = match (text("verb").or(text("action")), text("connection"), text("target")) {
        (Some(verb), Some(connection), Some(target)) => format!("{verb} {connection}/{target}"),
        (Some(verb), Some(connection), None) => format!("{verb} {connection}"),
        _ if detail.is_null() => String::new(),
        _ => short("", detail, Secrets::Masked),
    };
    let why = detail.pointer("/verdict/message").and_then(Value::as_str).or(text("reason"));
    why.map_or_else(|| what.clone(), |why| format!("{what}: {why}"))
}
