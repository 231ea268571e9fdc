//! `qd bookmarks`: records and entries to be found again.

use clap::Subcommand;
use jiff::{Timestamp, Zoned};
use quarterdeck_sync::model::{Flag, FlagKind};
use quarterdeck_sync::outbox::Outbox;
use serde::Serialize;

use super::{place, written};
use crate::cli::alone::or_list;
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::cli::render::{Cell, Column, Items, Table, age};
use crate::error::{Code, Failure};

/// Arguments of `bookmarks`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the bookmarks, newest first
    List,
    /// Set a bookmark at a record, or at an entry of it
    Add(At),
    /// Take a bookmark away
    Drop(At),
}

/// A place.
#[derive(Debug, clap::Args)]
struct At {
    /// The record's id, the beginning of it, or connection/id; with #N behind it for its entry N, from 0
    #[arg(value_name = "ID[#ENTRY]")]
    place: String,
    /// Only this connection; may be repeated
    #[arg(short, long, value_name = "NAME")]
    connection: Vec<String>,
}

/// One bookmark.
#[derive(Debug, Serialize)]
struct Item<'a> {
    connection: &'a str,
    collection: &'a str,
    id: &'a str,
    entry: Option<u64>,
    made_at: Timestamp,
}

/// Runs it.
pub fn run(cx: &Context, args: Args) -> Result<Code, Failure> {
    match &or_list(args.verb)? {
        Verb::List => list(cx),
        Verb::Add(at) => {
            let place = place(cx, &at.place, &at.connection)?;
            let said = format!("bookmark at {}", written(&place));
            let kind = FlagKind::Bookmark;
            cx.outbox()?.flag(&Flag { kind, place, made_at: Timestamp::now(), until: None, seen: None })?;
            cx.say(&said);
            Ok(Code::Done)
        }
        Verb::Drop(at) => {
            let outbox = cx.outbox()?;
            let flags = outbox.flags(FlagKind::Bookmark)?;
            // What is gone from the mirror can be let go of too, by the name that the list gives it.
            let listed = flags.into_iter().map(|flag| flag.place).find(|place| written(place) == at.place);
            let place = listed.map_or_else(|| place(cx, &at.place, &at.connection), Ok)?;
            if !outbox.unflag(FlagKind::Bookmark, &place)? {
                let failure = Failure::not_found(format!("there is no bookmark at {}", written(&place)));
                return Err(failure.hint("qd bookmarks list shows them"));
            }
            cx.say(&format!("no bookmark any more at {}", written(&place)));
            Ok(Code::Done)
        }
    }
}

fn list(cx: &Context) -> Result<Code, Failure> {
    let flags = Outbox::open_reader(&cx.paths.outbox())?.flags(FlagKind::Bookmark)?;
    let mut out = Out::new();
    match cx.form {
        Form::Plain => {
            let columns = [Column::whole("PLACE"), Column::whole("IN"), Column::whole("SET")];
            let (mut table, now) = (Table::for_stdout(&columns, cx.style), Zoned::now());
            for flag in &flags {
                out.raw(&table.row(vec![
                    Cell::text(written(&flag.place)),
                    Cell::text(&flag.place.collection),
                    Cell::text(age(flag.made_at, &now)),
                ]))?;
            }
            out.raw(&table.finish())?;
        }
        form => {
            let mut items = Items::new("bookmarks", form);
            for Flag { place, made_at, .. } in &flags {
                let (connection, collection, id) = (&*place.connection, &*place.collection, &*place.id);
                items.item(&mut out, &Item { connection, collection, id, entry: place.entry, made_at: *made_at })?;
            }
            items.finish(&mut out)?;
        }
    }
    out.finish()?;
    if flags.is_empty() {
        cx.say("no bookmarks: b sets one in a transcript, qd bookmarks add ID anywhere");
    }
    Ok(Code::Done)
}
