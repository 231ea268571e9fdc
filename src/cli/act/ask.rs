use quarterdeck_sync::model::Intent;
use quarterdeck_sync::text::Clean;

use super::errand::Errand;
use super::flags::Shared;
use crate::cli::out::talk;
use crate::cli::prompt;
use crate::cli::render::plural;
use crate::error::{Failure, Kind};

/// Most targets that are named in a question.
const NAMED: usize = 50;

/// Asks whether to go on, where there is somebody to ask. Every word of the question is ours, or an id.
pub fn confirm(errand: &Errand<'_>, wanted: &[Intent], shared: &Shared) -> Result<(), Failure> {
    let count = plural(wanted.len() as u64, "record", "records");
    if !prompt::someone() {
        let why = match errand.bulk {
            true => format!("{} would {} {count}, and nobody is there to ask", "--where", errand.verb),
            false => format!("{} is asked about first, and nobody is there to ask", errand.verb),
        };
        return Err(Failure::usage(why).hint("--yes does it without asking, --dry-run shows what it would be"));
    }
    let mut text = format!("to {}:\n", errand.verb);
    for intent in wanted.iter().take(NAMED) {
        text.push_str(&format!("  {}\n", target(intent)));
    }
    if wanted.len() > NAMED {
        text.push_str(&format!("  and {} more (--dry-run shows all)\n", wanted.len() - NAMED));
    }
    if let Some(reason) = &shared.reason {
        text.push_str(&format!("because: {reason}\n"));
    }
    for note in errand.notes() {
        text.push_str(&format!("note: {note}\n"));
    }
    talk(&Clean::block(&text).into_string());
    match sure(&format!("{} {count}?", errand.verb))? {
        true => Ok(()),
        false => Err(Failure::new(Kind::Stopped, "nothing was decided")),
    }
}

/// A question that is answered with yes or no; anything but yes is no.
pub fn sure(question: &str) -> Result<bool, Failure> {
    let answer = prompt::line(&format!("{} [y/N] ", Clean::line(question)))?;
    Ok(["y", "yes"].contains(&answer.to_ascii_lowercase().as_str()))
}

fn target(intent: &Intent) -> String {
    format!("{}/{}", intent.connection, intent.target.as_deref().unwrap_or(&intent.collection))
}
