//! `qd incidents`: what belongs to something that went wrong, gathered, noted, and written out as evidence.
//!
//! An incident is named by its id, or by the beginning of one. It is the operator's own work and no platform hears of it: nothing
//! here needs a network.

mod change;
mod export;
mod list;
mod pin;
mod show;
mod value;

use clap::Subcommand;
use quarterdeck_sync::model::Incident;
use quarterdeck_sync::outbox::Outbox;
use quarterdeck_sync::text::Clean;

use super::alone::or_list;
use super::begun::Named;
use super::context::Context;
use crate::error::{Code, Failure};

/// Arguments of `incidents`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the incidents, the newest first
    List(list::Args),
    /// Show an incident: what is pinned, what was noted, what happened when
    Show(show::Args),
    /// Open an incident
    Open(change::OpenArgs),
    /// Give an incident another title
    Rename(change::RenameArgs),
    /// Pin records, entries or writes to an incident
    Pin(pin::PinArgs),
    /// Take pins off an incident
    Unpin(pin::PinArgs),
    /// Write a note
    Note(change::NoteArgs),
    /// Close an incident
    Close(change::OneArgs),
    /// Open a closed incident again
    Reopen(change::OneArgs),
    /// Write the evidence into a new folder: report, records, transcripts, audit log, and sums that sha256sum -c checks
    Export(export::Args),
}

/// Runs it.
pub fn run(cx: &Context, args: Args) -> Result<Code, Failure> {
    match or_list(args.verb)? {
        Verb::List(args) => list::run(cx, &args),
        Verb::Show(args) => show::run(cx, &args),
        Verb::Open(args) => change::open(cx, &args),
        Verb::Rename(args) => change::rename(cx, &args),
        Verb::Pin(args) => pin::pin(cx, &args),
        Verb::Unpin(args) => pin::unpin(cx, &args),
        Verb::Note(args) => change::note(cx, &args),
        Verb::Close(args) => change::close(cx, &args),
        Verb::Reopen(args) => change::reopen(cx, &args),
        Verb::Export(args) => export::run(cx, &args),
    }
}

const INCIDENTS: Named<'static> = Named { one: "incident", list: "qd incidents list --all" };

/// The one incident whose id this is, or begins like this.
fn one(outbox: &Outbox, id: &str) -> Result<Incident, Failure> {
    let begun = INCIDENTS.beginning(id)?.to_ascii_uppercase();
    let mut found = outbox.incidents()?;
    found.retain(|incident| incident.id.as_str().starts_with(&begun));
    INCIDENTS.only(id, found, |incident| format!("{}  {}", incident.id, Clean::line(&incident.title)))
}

/// An incident that was just here is not any more.
fn went(id: &quarterdeck_sync::model::IncidentId) -> Failure {
    Failure::not_found(format!("there is no incident {id} any more"))
}
