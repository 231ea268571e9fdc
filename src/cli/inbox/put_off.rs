//! `qd inbox snooze|acknowledge|back`: what a person says about an item, kept where the console keeps it. No platform hears of it.

use std::time::Duration;

use clap::Subcommand;
use jiff::{SignedDuration, Timestamp, Zoned};
use quarterdeck_sync::model::{Flag, FlagKind};

use super::{JsonItem, look};
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::cli::reading;
use crate::cli::render::{Items, age};
use crate::config::parse_duration;
use crate::error::{Code, Failure, Kind};
use crate::filter;
use crate::inbox::{Item, Standing};

/// How long somebody snoozes who does not say.
const HOUR: Duration = Duration::from_secs(60 * 60);
/// Items that are named where several could be meant.
const NAMED: usize = 5;

/// What can be said about an item.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Put an item off for an hour, for as long as --for says, or until a time
    Snooze(Snooze),
    /// Take an item out until something about it changes: it was seen
    #[command(visible_alias = "seen")]
    Acknowledge(One),
    /// Bring an item back that was snoozed or acknowledged
    Back(One),
}

/// An item.
#[derive(Debug, clap::Args)]
pub struct One {
    /// Id of its record or write, a unique beginning of it, or connection/id; of a connection in trouble, its name, or
    /// connection/collection
    #[arg(value_name = "ID")]
    id: String,
    /// Only of this connection; may be repeated
    #[arg(short, long, value_name = "NAME")]
    connection: Vec<String>,
}

/// Arguments of `inbox snooze`.
#[derive(Debug, clap::Args)]
pub struct Snooze {
    #[command(flatten)]
    one: One,
    /// For so long: 30m, 8h, 2d
    #[arg(long = "for", value_name = "TIME", value_parser = parse_duration, conflicts_with = "until")]
    length: Option<Duration>,
    /// Until this time: 2026-12-01, 2026-12-01T08:00
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

/// Says it.
pub fn run(cx: &Context, verb: &Verb) -> Result<Code, Failure> {
    let now = Zoned::now();
    let (one, until) = match verb {
        Verb::Snooze(args) => (&args.one, Some(end(args, &now)?)),
        Verb::Acknowledge(one) | Verb::Back(one) => (one, None),
    };
    let mut item = find(cx, one, now.timestamp())?;
    let outbox = cx.outbox()?;
    let made_at = now.timestamp();
    let down = |kind| outbox.unflag(kind, &item.place);
    let flag = |kind, until, seen| outbox.flag(&Flag { kind, place: item.place.clone(), made_at, until, seen });
    let (standing, said) = match verb {
        Verb::Snooze(_) => {
            // What was seen would hide it beyond that time.
            down(FlagKind::Acknowledged)?;
            flag(FlagKind::Snoozed, until, None)?;
            let until = until.unwrap_or(made_at);
            (Standing::Snoozed(until), format!("snoozed until {until}"))
        }
        Verb::Acknowledge(_) => {
            flag(FlagKind::Acknowledged, None, Some(item.fingerprint()))?;
            (Standing::Acknowledged(made_at), "seen, until something about it changes".to_owned())
        }
        Verb::Back(_) => {
            if !(down(FlagKind::Snoozed)? | down(FlagKind::Acknowledged)?) {
                return Err(Failure::new(Kind::Refused, format!("{} waits in the inbox already", name(&item))));
            }
            (Standing::Waiting, "back in the inbox".to_owned())
        }
    };
    item.standing = standing;
    cx.say(&format!("{}: {said}", name(&item)));
    if cx.form != Form::Plain {
        let (mut out, mut items) = (Out::new(), Items::new("inbox", cx.form));
        items.item(&mut out, &JsonItem::new(&item))?;
        items.finish(&mut out)?;
        out.finish()?;
    }
    Ok(Code::Done)
}

/// When a snooze ends.
fn end(args: &Snooze, now: &Zoned) -> Result<Timestamp, Failure> {
    let Some(text) = &args.until else {
        let length = SignedDuration::try_from(args.length.unwrap_or(HOUR));
        let until = length.ok().and_then(|length| now.timestamp().checked_add(length).ok());
        return until.ok_or_else(|| Failure::usage("--for: that is beyond the end of all calendars"));
    };
    let wrong = |message: String, hint: String| Failure::usage(format!("--until: {message}")).hint(hint);
    let until = filter::since(text, now).map_err(|flaw| wrong(flaw.message, flaw.hint))?;
    if until <= now.timestamp() {
        let message = format!("`{text}` has passed, {} ago", age(until, now));
        return Err(wrong(message, "name a time to come, or say how long: --for 3h".to_owned()));
    }
    Ok(until)
}

/// The item that is meant.
fn find(cx: &Context, one: &One, now: Timestamp) -> Result<Item, Failure> {
    let id = one.id.trim().trim_end_matches('…');
    if id.is_empty() {
        return Err(Failure::usage("an id, or the beginning of one, cannot be empty"));
    }
    let reader = cx.reader()?;
    reading::check_connections(cx, &reader, &one.connection)?;
    let here = |item: &Item| one.connection.is_empty() || one.connection.contains(&item.place.connection);
    let mut found: Vec<Item> = look(cx, &reader, now)?.items.into_iter().filter(here).collect();
    found.retain(|item| begins(item, id));
    if found.iter().any(|item| is(item, id)) {
        found.retain(|item| is(item, id));
    }
    match found.len() {
        0 => Err(Failure::not_found(format!("nothing in the inbox is called {id}"))
            .hint("qd inbox --all lists everything, with what was put off")),
        1 => Ok(found.swap_remove(0)),
        more => {
            let named: Vec<String> = found.iter().take(NAMED).map(name).collect();
            let rest = if more > NAMED { format!(", and {} more", more - NAMED) } else { String::new() };
            let message = format!("{id} is {more} items: {}{rest}", named.join(", "));
            Err(Failure::new(Kind::Ambiguous, message).hint("write more of the id, or connection/id"))
        }
    }
}

/// What an item is called among those of its connection: the id of its record or write, else the list that is in trouble.
fn own(item: &Item) -> &str {
    if item.place.id.is_empty() { &item.place.collection } else { &item.place.id }
}

/// What an item is called: `connection/id`; of trouble with a whole connection, its name.
fn name(item: &Item) -> String {
    match own(item) {
        "" => item.place.connection.clone(),
        own => format!("{}/{own}", item.place.connection),
    }
}

fn is(item: &Item, id: &str) -> bool {
    name(item) == id || (!item.place.id.is_empty() && item.place.id == id)
}

fn begins(item: &Item, id: &str) -> bool {
    is(item, id)
        || name(item).starts_with(id) && id.contains('/')
        || (!item.place.id.is_empty() && item.place.id.starts_with(id))
}
