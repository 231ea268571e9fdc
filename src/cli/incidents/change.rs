//! What changes an incident itself: open, rename, note, close, open again.

use std::io::Read;

use jiff::Timestamp;
use quarterdeck_sync::model::Incident;
use quarterdeck_sync::outbox::Outbox;

use super::pin::Things;
use super::value::JsonIncident;
use super::{one, went};
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::cli::render::Items;
use crate::error::{Code, Failure, Kind};
use crate::evidence;

/// Longest title, in characters: it stands in one line.
const TITLE: usize = 200;
/// Longest note, in bytes.
const NOTE: u64 = 64 << 10;

/// Arguments of `incidents open`.
#[derive(Debug, clap::Args)]
pub struct OpenArgs {
    /// What happened, in a few words
    #[arg(value_name = "TITLE")]
    title: String,
    /// Pin these first: ids of records, the beginning of one, or connection/id
    #[arg(long, value_name = "ID")]
    pin: Vec<String>,
}

/// Arguments of `incidents rename`.
#[derive(Debug, clap::Args)]
pub struct RenameArgs {
    /// The incident's id, or the beginning of it
    #[arg(value_name = "ID")]
    id: String,
    /// Its new title
    #[arg(value_name = "TITLE")]
    title: String,
}

/// Arguments of `incidents note`.
#[derive(Debug, clap::Args)]
pub struct NoteArgs {
    /// The incident's id, or the beginning of it
    #[arg(value_name = "ID")]
    id: String,
    /// The note; - reads it from stdin
    #[arg(value_name = "TEXT")]
    text: String,
}

/// Arguments of whatever is about one incident.
#[derive(Debug, clap::Args)]
pub struct OneArgs {
    /// The incident's id, or the beginning of it
    #[arg(value_name = "ID")]
    id: String,
}

/// Opens one.
pub fn open(cx: &Context, args: &OpenArgs) -> Result<Code, Failure> {
    let title = title(&args.title)?;
    let outbox = cx.outbox()?;
    // What cannot be found keeps the incident from being opened: nobody wants half of it.
    let places = Things::records(&args.pin).find(cx, &outbox)?;
    let incident = outbox.open_incident(&title, Timestamp::now())?;
    for place in &places {
        outbox.pin(&incident.id, place, Timestamp::now())?;
    }
    tell(cx, &outbox, &incident, "opened")
}

/// Renames one.
pub fn rename(cx: &Context, args: &RenameArgs) -> Result<Code, Failure> {
    let title = title(&args.title)?;
    let outbox = cx.outbox()?;
    let id = one(&outbox, &args.id)?.id;
    if !outbox.rename_incident(&id, &title)? {
        return Err(went(&id));
    }
    again(cx, &outbox, &id, "renamed")
}

/// Notes something.
pub fn note(cx: &Context, args: &NoteArgs) -> Result<Code, Failure> {
    let text = match args.text.as_str() {
        "-" => {
            let mut text = String::new();
            let read = std::io::stdin().lock().take(NOTE + 1).read_to_string(&mut text);
            read.map_err(|error| Failure::usage(format!("stdin: {error}")))?;
            text
        }
        text => text.to_owned(),
    };
    if text.trim().is_empty() || text.len() as u64 > NOTE {
        return Err(Failure::usage("a note holds something, and at most 64 KiB of text"));
    }
    let outbox = cx.outbox()?;
    let id = one(&outbox, &args.id)?.id;
    if outbox.add_note(None, Some(id.clone()), text.trim_end(), Timestamp::now())?.is_none() {
        return Err(went(&id));
    }
    again(cx, &outbox, &id, "noted in")
}

/// Closes one.
pub fn close(cx: &Context, args: &OneArgs) -> Result<Code, Failure> {
    let outbox = cx.outbox()?;
    let id = one(&outbox, &args.id)?.id;
    match outbox.close_incident(&id, Timestamp::now())? {
        true => again(cx, &outbox, &id, "closed"),
        false => Err(Failure::new(Kind::Refused, format!("{id} is closed already"))),
    }
}

/// Opens one again.
pub fn reopen(cx: &Context, args: &OneArgs) -> Result<Code, Failure> {
    let outbox = cx.outbox()?;
    let id = one(&outbox, &args.id)?.id;
    match outbox.reopen_incident(&id)? {
        true => again(cx, &outbox, &id, "opened again"),
        false => Err(Failure::new(Kind::Refused, format!("{id} is open"))),
    }
}

fn title(text: &str) -> Result<String, Failure> {
    let title = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match title.chars().count() {
        0 => Err(Failure::usage("an incident needs a title")),
        count if count > TITLE => Err(Failure::usage(format!("a title has at most {TITLE} characters"))),
        _ => Ok(title),
    }
}

/// Tells how an incident stands now.
pub fn again(
    cx: &Context,
    outbox: &Outbox,
    id: &quarterdeck_sync::model::IncidentId,
    done: &str,
) -> Result<Code, Failure> {
    let incident = outbox.incident(id)?.ok_or_else(|| went(id))?;
    tell(cx, outbox, &incident, done)
}

/// What was done is talk; the incident as it stands is data, for scripts.
fn tell(cx: &Context, outbox: &Outbox, incident: &Incident, done: &str) -> Result<Code, Failure> {
    cx.say(&format!("{done} {}: {}", incident.id, incident.title));
    if cx.form != Form::Plain {
        let line = evidence::line(outbox, incident.clone())?;
        let (mut out, mut items) = (Out::new(), Items::new("incidents", cx.form));
        items.item(&mut out, &JsonIncident::new(&line))?;
        items.finish(&mut out)?;
        out.finish()?;
    }
    Ok(Code::Done)
}
