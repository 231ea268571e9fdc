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

use super::context::Context;
use crate::error::{Code, Failure, Kind};

/// Arguments of `incidents`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
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
    match args.verb {
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

/// Most incidents that an ambiguous id is told to mean.
const LISTED: usize = 10;

/// The one incident whose id this is, or begins like this.
fn one(outbox: &Outbox, id: &str) -> Result<Incident, Failure> {
    let begun = id.trim().trim_end_matches('…').to_ascii_uppercase();
    if begun.is_empty() {
        return Err(
            Failure::usage("an id, or the beginning of one, cannot be empty").hint("`qd incidents list` shows them")
        );
    }
    let mut found = outbox.incidents()?;
    found.retain(|incident| incident.id.as_str().starts_with(&begun));
    match found.len() {
        0 => Err(Failure::not_found(format!("there is no incident {id}")).hint("`qd incidents list --all` shows them")),
        1 => Ok(found.swap_remove(0)),
        _ => {
            let mut message = format!("{id} is more than one incident:");
            for incident in found.iter().take(LISTED) {
                message.push_str(&format!("\n  {}  {}", incident.id, Clean::line(&incident.title)));
            }
            if found.len() > LISTED {
                message.push_str("\n  and others");
            }
            Err(Failure::new(Kind::Ambiguous, message).hint("write more of the id"))
        }
    }
}

/// An incident that was just here is not any more.
fn went(id: &quarterdeck_sync::model::IncidentId) -> Failure {
    Failure::not_found(format!("there is no incident {id} any more"))
}
