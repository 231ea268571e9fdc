//! `qd timeline NOUN ID`: what an agent did and what was done to it, in order of time.

use jiff::{Timestamp, Zoned};
use quarterdeck_index::query::Flaw;
use quarterdeck_sync::model::Kind;
use quarterdeck_sync::outbox::Outbox;
use quarterdeck_sync::text::Clean;
use serde::Serialize;

use super::context::{Context, Noun};
use super::out::{Form, Out};
use super::reading;
use super::render::{Cell, Column, Items, Table, clock};
use crate::error::{Code, Failure};
use crate::filter;
use crate::timeline::{self, Ask, Item, Lane, TimelineError};

/// Arguments of `timeline`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What the id is of: agents, sessions, runs, events, approvals, or a collection
    noun: String,
    /// Its id, a unique beginning of it, or connection/id
    id: String,
    /// Of the whole machine that it names, whatever agents ran there and on whichever connection
    #[arg(long)]
    machine: bool,
    /// Only what happened since this time: 2026-02-01, 3h, yesterday
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only what happened until this time; a day is meant to its end
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// At most so many items, the latest
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

/// An item as it stands in JSON.
#[derive(Debug, Serialize)]
struct Told<'a> {
    lane: Lane,
    at: Timestamp,
    since: Option<Timestamp>,
    title: &'a str,
    status: Option<&'a str>,
    connection: &'a str,
    collection: &'a str,
    id: &'a str,
    write: Option<&'a str>,
    pending: Vec<String>,
}

/// Items that are asked for at once.
const WINDOW: usize = 500;

/// Runs it.
pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let now = Zoned::now();
    let time = |flag: &str, text: &Option<String>, read: fn(&str, &Zoned) -> Result<Timestamp, Flaw>| {
        let wrong = |flaw: Flaw| Failure::usage(format!("{flag}: {}", flaw.message)).hint(flaw.hint);
        text.as_ref().map(|text| read(text, &now).map_err(wrong)).transpose()
    };
    let since = time("--since", &args.since, filter::since)?;
    let until = time("--until", &args.until, filter::until)?;
    let reader = cx.reader()?;
    let noun = match Kind::from_plural(&args.noun) {
        Some(kind) => Noun::Kind(kind),
        None => Noun::Collection(args.noun.clone()),
    };
    let record = reading::find(cx, &reader, &noun, &args.id, &[])?;
    // Who only looks makes no outbox; without one there are no writes and no versions.
    let outbox = Outbox::open_reader(&cx.paths.outbox()).ok();
    let mut kept: Vec<Item> = Vec::new();
    let mut around = until.unwrap_or(Timestamp::MAX);
    // From the latest back, window by window.
    while kept.len() < args.limit {
        let ask = Ask {
            list: record.row.list.clone(),
            id: record.row.id.clone(),
            machine: args.machine,
            from: Timestamp::MIN,
            to: Timestamp::MIN,
            cells: 1,
            around,
            side: WINDOW.min(args.limit.max(1)),
        };
        let found = timeline::gather(&reader, outbox.as_ref(), &ask).map_err(failed)?;
        let Some(found) = found else { break };
        if args.machine && found.agent.machine.is_none() {
            let why = format!("{} {} names no machine", args.noun, record.row.id);
            return Err(Failure::usage(why).hint("leave out --machine for what the agent alone did"));
        }
        let before: Vec<Item> = found.items.into_iter().filter(|item| item.at < around).collect();
        let Some(first) = before.first().map(|item| item.at) else { break };
        let meant = before.into_iter().rev().take_while(|item| since.is_none_or(|since| item.at >= since));
        let (had, room) = (kept.len(), args.limit - kept.len());
        kept.extend(meant.take(room));
        if kept.len() == had || !found.earlier || since.is_some_and(|since| first < since) {
            break;
        }
        around = first;
    }
    kept.reverse();
    tell(cx, &kept, &now)
}

fn failed(error: TimelineError) -> Failure {
    match error {
        TimelineError::Nobody(_) => Failure::usage(error.to_string()),
        TimelineError::Store(error) => Failure::from(error),
        TimelineError::Outbox(error) => Failure::from(error),
    }
}

const COLUMNS: [Column; 5] = [
    Column::whole("AT"),
    Column::whole("WHAT"),
    Column::cut("STATUS", 8),
    Column::cut("TITLE", 20),
    Column::cut("ID", 10).spare(1),
];

fn tell(cx: &Context, items: &[Item], now: &Zoned) -> Result<Code, Failure> {
    let mut out = Out::new();
    match cx.form {
        Form::Plain => {
            let mut table = Table::for_stdout(&COLUMNS, cx.style);
            for item in items {
                let status = item.status.as_deref().map(|status| Clean::line(status).into_string());
                out.raw(&table.row(vec![
                    Cell::text(clock(item.at, now)),
                    Cell::text(format!("{:?}", item.lane).to_lowercase()),
                    Cell::maybe(status.as_deref()),
                    Cell::text(&item.title),
                    Cell::text(item.write.as_ref().map_or(item.id.as_str(), |write| write.as_str())),
                ]))?;
            }
            out.raw(&table.finish())?;
            if items.is_empty() {
                cx.say("nothing is known of what it did then");
            }
        }
        form => {
            let mut told = Items::new("timeline", form);
            for item in items {
                told.item(&mut out, &shown(item))?;
            }
            told.finish(&mut out)?;
        }
    }
    out.finish()?;
    Ok(Code::Done)
}

fn shown(item: &Item) -> Told<'_> {
    Told {
        lane: item.lane,
        at: item.at,
        since: item.since,
        title: &item.title,
        status: item.status.as_deref(),
        connection: &item.list.connection,
        collection: &item.list.collection,
        id: &item.id,
        write: item.write.as_ref().map(|write| write.as_str()),
        pending: item.pending.iter().map(ToString::to_string).collect(),
    }
}
