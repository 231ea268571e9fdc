//! `qd policies edit|diff|apply|history|restore`: documents that several people change.
//!
//! Every change is a write like any other ([`super::act::Errand`]): its base is the document as it was seen here, so that what
//! others change meanwhile is merged with it, or told as a conflict. What may be changed, and what is wrong with a text, says
//! [`crate::editing`].
//!
//! Not here: the merge and the history (`sync::outbox`), and the way of a write.

mod change;
mod diff;
mod history;
mod show;

pub use change::rework;

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use quarterdeck_sync::model::Record;
use serde_json::Value;

use super::act::{Desk, Shared, Verbs};
use super::context::{Context, Noun};
use super::reading;
use crate::editing::{Complaint, Editable};
use crate::error::{Code, Failure};

/// Largest text that is read from a file.
const LARGEST: u64 = 16 << 20;

/// What can be done to policies.
#[derive(Debug, Subcommand)]
pub enum PolicyVerbs {
    /// Change a policy in your editor, or by a file
    Edit(Edit),
    /// Show what a file, a version or a write would change
    Diff(diff::Args),
    /// Change a policy by a file
    Apply(Apply),
    /// Every version of a policy that was seen here
    History(history::Args),
    /// Bring a version back
    Restore(Restore),
}

/// Which policy.
#[derive(Debug, clap::Args)]
pub struct Which {
    /// The policy's id, the beginning of it, or connection/id
    #[arg(value_name = "NAME")]
    name: String,
    /// Only this connection; may be repeated
    #[arg(short, long, value_name = "CONNECTION")]
    connection: Vec<String>,
}

/// Arguments of `edit`.
#[derive(Debug, clap::Args)]
pub struct Edit {
    #[command(flatten)]
    which: Which,
    /// Take the text from a file instead of the editor; - reads it from stdin
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    shared: Shared,
}

/// Arguments of `apply`.
#[derive(Debug, clap::Args)]
pub struct Apply {
    #[command(flatten)]
    which: Which,
    /// The policy as it is to be: all of it, or what of it is to change as a whole (/rules); - reads it from stdin
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    shared: Shared,
}

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
pub struct Restore {
    #[command(flatten)]
    which: Which,
    /// The version's number, as `history` shows it
    #[arg(value_name = "VERSION")]
    version: u64,
    #[command(flatten)]
    shared: Shared,
}

impl Verbs for PolicyVerbs {
    fn run(self, cx: &Context, noun: &Noun) -> Result<Code, Failure> {
        match self {
            PolicyVerbs::Edit(Edit { which, file: Some(file), shared }) => {
                change::apply(cx, noun, "edit", &which, &file, &shared)
            }
            PolicyVerbs::Edit(Edit { which, file: None, shared }) => change::edit(cx, noun, &which, &shared),
            PolicyVerbs::Diff(args) => diff::run(cx, noun, &args),
            PolicyVerbs::Apply(Apply { which, file, shared }) => {
                change::apply(cx, noun, "apply", &which, &file, &shared)
            }
            PolicyVerbs::History(args) => history::run(cx, noun, &args),
            PolicyVerbs::Restore(Restore { which, version, shared }) => {
                change::restore(cx, noun, &which, version, &shared)
            }
        }
    }
}

impl Which {
    /// The policy as the operator sees it.
    fn find(&self, cx: &Context, desk: &Desk, noun: &Noun) -> Result<Record, Failure> {
        reading::check_connections(cx, &desk.reader, &self.connection)?;
        reading::find(cx, &desk.reader, noun, &self.name, &self.connection)
    }
}

/// What can be changed of it.
fn editable(desk: &Desk, record: &Record) -> Result<Editable, Failure> {
    let manifest = desk.manifest(&record.row.platform)?;
    let seen: Value = desk.seen(record)?;
    Ok(Editable::new(manifest, &record.row.list.collection, seen, &record.doc)?)
}

/// The text of a file, or of stdin.
fn text_of(file: &Path) -> Result<String, Failure> {
    let shown = file.display();
    let mut text = String::new();
    let read = |input: &mut dyn Read, text: &mut String| input.take(LARGEST + 1).read_to_string(text);
    let done = match file.to_str() {
        Some("-") => read(&mut std::io::stdin().lock(), &mut text),
        _ => std::fs::File::open(file).and_then(|mut file| read(&mut file, &mut text)),
    };
    done.map_err(|error| Failure::usage(format!("{shown}: {error}")))?;
    if text.len() as u64 > LARGEST {
        return Err(Failure::usage(format!("{shown} is longer than {} MiB", LARGEST >> 20)));
    }
    Ok(text)
}

/// All that is wrong with a text, as one failure.
fn wrong(what: &str, complaints: &[Complaint]) -> Failure {
    let lines: Vec<String> = complaints.iter().map(|complaint| format!("\n  {complaint}")).collect();
    Failure::usage(format!("{what} cannot be taken:{}", lines.concat()))
}
