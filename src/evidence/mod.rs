//! An incident gathered from mirror and outbox, and its evidence written into a folder.
//!
//! [`gather()`] reads a [`Case`](crate::incident::Case); [`export()`] writes one: report, records, transcripts, our writes, the
//! lines of the audit log about them, a manifest, and the sums that `sha256sum -c` checks. Shared by the console, which does both in
//! the background, and the command line.
//!
//! Always true: everything is read from one moment of the mirror; a folder under its final name is whole, and was never another
//! one before; files are for their owner alone; what could not be had is told in the report and the manifest, and keeps nobody
//! from the rest; secrets are masked unless a person was allowed to see them.
//!
//! Not here: what a case is and how its pages read ([`crate::incident`]). Nothing here asks a platform for anything.

mod audit;
mod export;
mod folder;
mod gather;
mod happened;
mod keep;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use quarterdeck_sync::model::IncidentId;
use quarterdeck_sync::outbox::OutboxError;
use quarterdeck_sync::store::StoreError;

pub use export::{Asked, Done, Step, export};
pub use gather::{gather, line};

/// Why there is no evidence.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// There is no such incident.
    #[error("there is no incident {0}")]
    Unknown(IncidentId),
    /// Something of that name is there already.
    #[error("{} is there already", .0.display())]
    There(PathBuf),
    /// The folder in which the new one would lie is not there.
    #[error("the folder {} is not there", .0.display())]
    Nowhere(PathBuf),
    /// A file could not be written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Somebody asked to stop.
    #[error("it was stopped: nothing was written")]
    Stopped,
    /// The mirror cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The outbox cannot be read.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
}
