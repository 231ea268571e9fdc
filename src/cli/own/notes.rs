//! `qd notes`: a person's words about records and entries.

use clap::Subcommand;
use jiff::{Timestamp, Zoned};
use quarterdeck_sync::model::{Note, NoteId};
use quarterdeck_sync::outbox::Outbox;
use serde::Serialize;

use super::{place, written};
use crate::cli::alone::or_list;
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::cli::render::{Cell, Column, Items, Table, age};
use crate::error::{Code, Failure, Kind};

/// Arguments of `notes`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the notes, oldest first
    List(List),
    /// Write a note about a record, or about an entry of it
    Add(Add),
    /// Let go of a note
    Drop(Drop),
}

#[derive(Debug, clap::Args)]
struct List {
    /// Only those about this record: its id, the beginning of it, or connection/id
    #[arg(value_name = "ID")]
    of: Option<String>,
    /// Only this connection; may be repeated
    #[arg(short, long, value_name = "NAME")]
    connection: Vec<String>,
}

#[derive(Debug, clap::Args)]
struct Add {
    /// The record's id, the beginning of it, or connection/id; with #N behind it for its entry N, from 0
    #[arg(value_name = "ID[#ENTRY]")]
    place: String,
    /// The words
    #[arg(value_name = "TEXT")]
    text: String,
    /// Only this connection; may be repeated
    #[arg(short, long, value_name = "NAME")]
    connection: Vec<String>,
}

#[derive(Debug, clap::Args)]
struct Drop {
    /// The note's id, or the end of it, as the list shows it
    #[arg(value_name = "NOTE")]
    id: String,
}

/// One note.
#[derive(Debug, Serialize)]
struct Item<'a> {
    id: &'a str,
    connection: Option<&'a str>,
    collection: Option<&'a str>,
    record: Option<&'a str>,
    entry: Option<u64>,
    incident: Option<&'a str>,
    text: &'a str,
    made_at: Timestamp,
    changed_at: Timestamp,
}

impl<'a> From<&'a Note> for Item<'a> {
    fn from(note: &'a Note) -> Self {
        let place = note.place.as_ref();
        Self {
            id: note.id.as_str(),
            connection: place.map(|place| &*place.connection),
            collection: place.map(|place| &*place.collection),
            record: place.map(|place| &*place.id),
            entry: place.and_then(|place| place.entry),
            incident: note.incident.as_ref().map(|incident| incident.as_str()),
            text: &note.text,
            made_at: note.made_at,
            changed_at: note.changed_at,
        }
    }
}

/// Runs it.
pub fn run(cx: &Context, args: Args) -> Result<Code, Failure> {
    match &or_list(args.verb)? {
        Verb::List(args) => list(cx, args),
        Verb::Add(args) => {
            let text = args.text.trim();
            if text.is_empty() {
                return Err(Failure::usage("a note says something"));
            }
            let place = place(cx, &args.place, &args.connection)?;
            let said = written(&place);
            let note = cx.outbox()?.add_note(Some(place), None, text, Timestamp::now())?;
            let note = note.ok_or_else(|| Failure::new(Kind::Internal, "the note was not kept"))?;
            cx.say(&format!("note {} about {said}", note.id));
            Ok(Code::Done)
        }
        Verb::Drop(args) => drop_one(cx, &args.id),
    }
}

fn drop_one(cx: &Context, id: &str) -> Result<Code, Failure> {
    let outbox = cx.outbox()?;
    let ends = id.trim().trim_start_matches('…').to_ascii_uppercase();
    let notes = outbox.notes()?;
    let mut meant = notes.iter().map(|note| &note.id).filter(|known| known.as_str().ends_with(&ends));
    let found: Option<&NoteId> = meant.next().filter(|_| !ends.is_empty());
    match (found, meant.next()) {
        (None, _) => Err(Failure::not_found(format!("there is no note {id}")).hint("qd notes list shows them")),
        (Some(_), Some(_)) => {
            Err(Failure::new(Kind::Ambiguous, format!("{id} is more than one note")).hint("write more of the id"))
        }
        (Some(found), None) => {
            outbox.drop_note(found)?;
            cx.say(&format!("let go of note {found}"));
            Ok(Code::Done)
        }
    }
}

fn list(cx: &Context, args: &List) -> Result<Code, Failure> {
    let outbox = Outbox::open_reader(&cx.paths.outbox())?;
    let notes = match &args.of {
        None => outbox.notes()?,
        Some(of) => {
            let place = place(cx, of, &args.connection)?;
            let about = outbox.notes_on(&place.connection, &place.collection, &place.id)?;
            let entry = |note: &Note| note.place.as_ref().and_then(|place| place.entry);
            about.into_iter().filter(|note| place.entry.is_none() || entry(note) == place.entry).collect()
        }
    };
    let here = |note: &&Note| {
        args.connection.is_empty()
            || note.place.as_ref().is_some_and(|place| args.connection.contains(&place.connection))
    };
    let notes: Vec<&Note> = notes.iter().filter(here).collect();
    let mut out = Out::new();
    match cx.form {
        Form::Plain => {
            let columns = [
                Column::whole("NOTE"),
                Column::cut("ABOUT", 16),
                Column::cut("TEXT", 24),
                Column::whole("CHANGED").spare(1),
            ];
            let (mut table, now) = (Table::for_stdout(&columns, cx.style), Zoned::now());
            for note in &notes {
                let about = match (&note.place, &note.incident) {
                    (Some(place), _) => written(place),
                    (None, Some(incident)) => format!("incident {incident}"),
                    (None, None) => String::new(),
                };
                // The ends of ids differ, their beginnings are times.
                let id = note.id.as_str();
                out.raw(&table.row(vec![
                    Cell::text(id.get(id.len().saturating_sub(SHORT)..).unwrap_or(id)),
                    Cell::text(about),
                    Cell::text(note.text.replace('\n', " ")),
                    Cell::text(age(note.changed_at, &now)),
                ]))?;
            }
            out.raw(&table.finish())?;
        }
        form => {
            let mut items = Items::new("notes", form);
            notes.iter().try_for_each(|note| items.item(&mut out, &Item::from(*note)))?;
            items.finish(&mut out)?;
        }
    }
    out.finish()?;
    if notes.is_empty() {
        cx.say("no notes: i writes one in a transcript, qd notes add ID TEXT anywhere");
    }
    Ok(Code::Done)
}

/// Characters of an id that are shown.
const SHORT: usize = 8;
