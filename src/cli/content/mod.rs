//! `qd sessions entries|export`, `qd runs events|export`, and the same for every collection whose records have content.
//!
//! Content is opened in one place ([`open`]): out of the mirror, from the platform when the mirror's copy is missing or stale and
//! the platform can be reached, or from a file that was exported as JSON. What is shown of it is counted, filtered and written by
//! [`crate::transcript`].
//!
//! Always true: what cannot be had is told, with what is held instead and from when; secrets are masked unless they were
//! asked for, which is noted in the audit log.

mod entries;
mod export;
mod fetch;
mod open;
mod pick;
mod summary;

use clap::Subcommand;

use super::act::Verbs;
use super::context::{Context, Noun};
use crate::error::{Code, Failure};

pub use entries::Args as EntriesArgs;
pub use export::Args as ExportArgs;
pub use summary::ShownContent;

/// What can be read of records that have content.
#[derive(Debug, Subcommand)]
pub enum ContentVerbs {
    /// What was said, entry by entry
    Entries(entries::Args),
    /// Write one down as a document: Markdown, a web page, or JSON that is complete
    Export(export::Args),
}

impl Verbs for ContentVerbs {
    fn run(self, cx: &Context, noun: &Noun) -> Result<Code, Failure> {
        match self {
            ContentVerbs::Entries(args) => entries::run(cx, noun, &args),
            ContentVerbs::Export(args) => export::run(cx, noun, &args),
        }
    }
}

/// Lists the entries of a record.
pub fn list_entries(cx: &Context, noun: &Noun, args: &EntriesArgs) -> Result<Code, Failure> {
    entries::run(cx, noun, args)
}

/// Writes a record down.
pub fn write_down(cx: &Context, noun: &Noun, args: &ExportArgs) -> Result<Code, Failure> {
    export::run(cx, noun, args)
}
