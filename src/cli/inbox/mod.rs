//! `qd inbox`: everything that wants a person, the most pressing first, with why it is here and what can be done.
//!
//! Listing it is here; what a person says about an item (not now, seen, back again) in `put_off`.

mod put_off;

use jiff::{Timestamp, Zoned};
use quarterdeck_sync::model::FlagKind;
use quarterdeck_sync::outbox::Outbox;
use quarterdeck_sync::platform::Registry;
use serde::Serialize;

use super::context::Context;
use super::out::{Form, Out};
use super::reading;
use super::render::{Cell, Column, Items, Table, age, count};
use super::style::Role;
use crate::error::{Code, Failure};
use crate::inbox::{CAUSES, Cause, Files, Inbox, Item, Risk, Standing, Subject, gather, seek};
use crate::search::Find;

/// Arguments of `inbox`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    /// What is said about an item; without it the inbox is listed.
    #[command(subcommand)]
    verb: Option<put_off::Verb>,
    /// Only this connection; may be repeated
    #[arg(short, long, value_name = "NAME")]
    connection: Vec<String>,
    /// Only what is here for this cause; may be repeated
    #[arg(long, value_name = "CAUSE", value_parser = parse_cause)]
    cause: Vec<Cause>,
    /// What was seen or snoozed too
    #[arg(short, long)]
    all: bool,
    /// At most so many items; 0 is all
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

impl Args {
    fn passes(&self, item: &Item) -> bool {
        let of_connection = self.connection.is_empty() || self.connection.contains(&item.place.connection);
        let caused = |cause: &Cause| item.reasons.iter().any(|reason| reason.cause == *cause);
        of_connection && (self.cause.is_empty() || self.cause.iter().any(caused)) && (self.all || item.waits())
    }
}

/// Runs it.
pub fn run(cx: &Context, args: &Args) -> Result<Code, Failure> {
    match &args.verb {
        Some(verb) => put_off::run(cx, verb),
        None => list(cx, args),
    }
}

fn list(cx: &Context, args: &Args) -> Result<Code, Failure> {
    let now = Zoned::now();
    let reader = cx.reader()?;
    reading::check_connections(cx, &reader, &args.connection)?;
    let inbox = look(cx, &reader, now.timestamp())?;
    let found: Vec<&Item> = inbox.items.iter().filter(|item| args.passes(item)).collect();
    let limit = if args.limit == 0 { usize::MAX } else { args.limit };
    let mut out = Out::new();
    match cx.form {
        Form::Plain => {
            let mut table = Table::for_stdout(&COLUMNS, cx.style);
            found.iter().take(limit).try_for_each(|item| out.raw(&table.row(row(item, &now))))?;
            out.raw(&table.finish())?;
        }
        form => {
            let mut items = Items::new("inbox", form);
            found.iter().take(limit).try_for_each(|item| items.item(&mut out, &JsonItem::new(item)))?;
            items.finish(&mut out)?;
        }
    }
    out.finish()?;
    tell(cx, args, &inbox, found.len(), &now);
    Ok(Code::Done)
}

/// Everything that wants a person now.
fn look(cx: &Context, reader: &quarterdeck_sync::store::Reader, now: Timestamp) -> Result<Inbox, Failure> {
    let connections = cx.connections()?.iter().map(|(name, one)| (name.to_owned(), one.platform.clone())).collect();
    let registry: Registry = cx.registry();
    let manifests = registry.iter().map(|(manifest, _)| (manifest.name.clone(), manifest.clone())).collect();
    let outbox = Outbox::open_reader(&cx.paths.outbox()).map_err(|error| error.to_string());
    let files = Files { connections, reader, outbox, manifests: Some(&manifests) };
    let searcher = super::search::open(cx)?;
    let findings = seek(&files, &|question| searcher.find(question).map_err(|error| error.to_string()), now);
    // What cannot be taken back now is found again by the next look.
    if !findings.over.is_empty()
        && let Ok(outbox) = cx.outbox()
    {
        for place in &findings.over {
            if outbox.unflag(FlagKind::Acknowledged, place).is_err() {
                break;
            }
        }
    }
    gather(&files, &findings, now).map_err(|why| Failure::new(crate::error::Kind::Io, why))
}

/// What is to be known beside the items, on stderr.
fn tell(cx: &Context, args: &Args, inbox: &Inbox, found: usize, now: &Zoned) {
    inbox.notes.iter().for_each(|note| cx.warn(note));
    inbox.more.iter().for_each(|more| cx.say(&format!("and {}", more.told(count))));
    if args.limit > 0 && found > args.limit && cx.style.terminal {
        cx.say(&format!("the first {}: --limit 0 lists all of them", args.limit));
    }
    if found == 0 {
        let looked = match inbox.looked_at {
            Some(at) => format!("every connection was looked at, the last {} ago", age(at, now)),
            None => "not every connection was looked at yet: qd sync".to_owned(),
        };
        cx.say(&format!("nothing wants you; {looked}"));
    }
    let put_off = inbox.items.iter().filter(|item| !item.waits()).count();
    if put_off > 0 && !args.all {
        cx.say(&format!("{} seen or snoozed: --all lists them too", count(put_off as u64)));
    }
}

const COLUMNS: [Column; 8] = [
    Column::whole("RISK"),
    Column::whole("WHAT"),
    Column::cut("ITEM", 20),
    Column::cut("WHY", 24),
    Column::cut("AGENT", 10).spare(2),
    Column::whole("CONNECTION").spare(1),
    Column::whole("LEFT"),
    Column::whole("WAITS"),
];

fn row(item: &Item, now: &Zoned) -> Vec<Cell> {
    let time = |at: Option<Timestamp>| Cell::maybe(at.map(|at| age(at, now)).as_deref());
    let waits = match item.standing {
        Standing::Waiting => time(item.since()),
        Standing::Snoozed(until) => Cell::text(format!("snoozed, {}", age(until, now))),
        Standing::Acknowledged(_) => Cell::text("seen"),
    };
    let role = match item.risk() {
        Risk::High => Some(Role::Bad),
        Risk::Medium => Some(Role::Warning),
        Risk::Low => None,
    };
    let agent = item.agent.as_ref().map(|agent| agent.title.as_str()).or(item.agent_name.as_deref());
    vec![
        Cell::text(item.risk().as_str()).role(role),
        Cell::text(item.cause().as_str()),
        Cell::text(item.called()),
        Cell::text(item.why()),
        Cell::maybe(agent),
        Cell::text(&item.place.connection),
        time(item.deadline()),
        waits,
    ]
}

/// An item as JSON. The order of the members is part of the schema.
#[derive(Debug, Serialize)]
struct JsonItem<'a> {
    risk: Risk,
    cause: &'static str,
    /// Every cause, the gravest first.
    causes: Vec<&'static str>,
    connection: &'a str,
    platform: &'a str,
    /// Of a record, its collection; of trouble with one list, that list.
    collection: Option<&'a str>,
    /// The kind of the record, or `write`, or `connection`.
    kind: &'static str,
    /// Of a record or a write.
    id: Option<&'a str>,
    title: &'a str,
    status: Option<&'a str>,
    /// Id of the agent behind it.
    agent: Option<&'a str>,
    why: String,
    can: Vec<JsonCan<'a>>,
    since: Option<Timestamp>,
    deadline: Option<Timestamp>,
    /// 0-based place of the first entry that shows why.
    entry: Option<u32>,
    snoozed_until: Option<Timestamp>,
    acknowledged_at: Option<Timestamp>,
    /// What it is a part of, the widest first: titles.
    within: Vec<&'a str>,
}

/// Something that can be done, and to what.
#[derive(Debug, Serialize)]
struct JsonCan<'a> {
    verb: &'static str,
    collection: &'a str,
    id: &'a str,
}

impl<'a> JsonItem<'a> {
    fn new(item: &'a Item) -> Self {
        let place = &item.place;
        let some = |text: &'a str| Some(text).filter(|text| !text.is_empty());
        let kind = match &item.subject {
            Subject::Record { kind, .. } => kind.as_str(),
            Subject::Write { .. } => "write",
            Subject::Connection => "connection",
        };
        let can = item.can.iter().map(|can| match &item.agent {
            Some(agent) if can.agent => JsonCan { verb: can.verb, collection: &agent.list.collection, id: &agent.id },
            _ => JsonCan { verb: can.verb, collection: &place.collection, id: &place.id },
        });
        let (snoozed_until, acknowledged_at) = match item.standing {
            Standing::Waiting => (None, None),
            Standing::Snoozed(until) => (Some(until), None),
            Standing::Acknowledged(at) => (None, Some(at)),
        };
        Self {
            risk: item.risk(),
            cause: item.cause().as_str(),
            causes: item.reasons.iter().map(|reason| reason.cause.as_str()).collect(),
            connection: &place.connection,
            platform: &item.platform,
            collection: some(&place.collection),
            kind,
            id: some(&place.id),
            title: &item.title,
            status: item.status.as_deref(),
            agent: item.agent.as_ref().map(|agent| agent.id.as_str()).or(item.agent_name.as_deref()),
            why: item.why(),
            can: can.collect(),
            since: item.since(),
            deadline: item.deadline(),
            entry: item.entry(),
            snoozed_until,
            acknowledged_at,
            within: item.within.iter().map(|whole| whole.title.as_str()).collect(),
        }
    }
}

fn parse_cause(text: &str) -> Result<Cause, String> {
    let found = CAUSES.iter().find(|about| [about.words.0, about.words.1].contains(&text));
    let words = || CAUSES.iter().map(|about| about.words.0).collect::<Vec<_>>().join(", ");
    found.map(|about| about.cause).ok_or_else(|| format!("a cause is {}", words()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_named_in_one_or_in_many() {
        assert_eq!((parse_cause("leak"), parse_cause("silent agents")), (Ok(Cause::Leak), Ok(Cause::Silent)));
        assert!(parse_cause("nonsense").unwrap_err().contains("approval"));
    }
}
