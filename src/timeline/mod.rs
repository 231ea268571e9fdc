//! What one agent or machine did, and what was done to it, on one axis: sessions, runs, events, approvals, versions of the policies
//! it obeys, and our own writes. A policy of which its platform does not tell whom it binds is there too, and that is said.
//!
//! [`gather`] answers an [`Ask`] with a [`Timeline`]: for every lane how many items lie in each cell of the axis, and the items
//! themselves around one moment. [`axis`] is the arithmetic of the axis.
//!
//! Always true: nothing loads a whole list: items come in windows around a moment, counts are read off an index; items ascend in
//! time. A record stands where it was last active, as in every list by time.
//! Not here: drawing (`tui::views::timeline`) and printing (`cli::timeline`).

pub mod axis;
mod gather;
mod whose;

#[cfg(test)]
mod mirrored;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use quarterdeck_sync::model::{Kind, ListKey, RowKey, WriteId, WriteState};
use quarterdeck_sync::outbox::OutboxError;
use quarterdeck_sync::store::StoreError;
use serde::Serialize;
use thiserror::Error;

pub use gather::gather;
pub use whose::host_of;

/// What an item is: its line on the axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Lane {
    /// A session.
    Session,
    /// A run.
    Run,
    /// An event.
    Event,
    /// An approval.
    Approval,
    /// A version of a policy, when it was first seen.
    Policy,
    /// A write of our own, when it was decided.
    Write,
}

impl Lane {
    /// Every lane, from the top.
    pub const ALL: [Lane; 6] = [Lane::Session, Lane::Run, Lane::Event, Lane::Approval, Lane::Policy, Lane::Write];

    /// What it is called.
    pub fn title(self) -> &'static str {
        match self {
            Lane::Session => "Sessions",
            Lane::Run => "Runs",
            Lane::Event => "Events",
            Lane::Approval => "Approvals",
            Lane::Policy => "Policies",
            Lane::Write => "Writes",
        }
    }

    /// The lane of a record.
    pub fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Session => Some(Lane::Session),
            Kind::Run => Some(Lane::Run),
            Kind::Event => Some(Lane::Event),
            Kind::Approval => Some(Lane::Approval),
            Kind::Policy => Some(Lane::Policy),
            Kind::Agent | Kind::Other => None,
        }
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What it is.
    pub lane: Lane,
    /// When.
    pub at: Timestamp,
    /// When it began, when that is another moment.
    pub since: Option<Timestamp>,
    /// What a person would call it; untrusted.
    pub title: String,
    /// The platform's word for its state, or that of a write; untrusted.
    pub status: Option<String>,
    /// The list it stands in, or the one that a write is about.
    pub list: ListKey,
    /// Its id there; for a write, of the record it is about.
    pub id: String,
    /// The record, where it is one that the mirror has.
    pub row: Option<RowKey>,
    /// The write, where it is one, or the one that made a version.
    pub write: Option<WriteId>,
    /// States of the unfinished writes on it.
    pub pending: Vec<WriteState>,
}

/// Whose timeline it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Agent {
    /// The connection it belongs to.
    pub connection: String,
    /// Its id, or the key by which records name it while no agent with it is known.
    pub id: String,
    /// What a person calls it; untrusted.
    pub title: Option<String>,
    /// It is a machine, called as its id says: how many agents are known of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<usize>,
    /// The list it stands in, where it is an agent that the mirror has.
    #[serde(skip)]
    pub list: Option<ListKey>,
}

/// Which stretch is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The list of a record: an agent, or something that names one, or the machine it comes from.
    pub list: ListKey,
    /// Its id.
    pub id: String,
    /// Not the agent is meant, but the machine that the record names.
    pub machine: bool,
    /// Where the axis begins.
    pub from: Timestamp,
    /// Where it ends.
    pub to: Timestamp,
    /// Cells of the axis.
    pub cells: u16,
    /// The moment around which items are wanted.
    pub around: Timestamp,
    /// Items wanted on either side of it, at most.
    pub side: usize,
}

/// How many items of a lane lie where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneCounts {
    /// The lane.
    pub lane: Lane,
    /// For each cell of the axis.
    pub counts: Vec<u64>,
    /// There are more than were counted.
    pub more: bool,
}

/// A stretch of a timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// Whose.
    pub agent: Agent,
    /// One for each of [`Lane::ALL`].
    pub lanes: Vec<LaneCounts>,
    /// Items around the moment asked for, ascending in time, whether or not the axis shows them.
    pub items: Vec<Item>,
    /// There are items before the first.
    pub earlier: bool,
    /// There are items after the last.
    pub later: bool,
}

/// Why there is no timeline.
#[derive(Debug, Error)]
pub enum TimelineError {
    /// The record names no agent, and no machine.
    #[error("{0} names no agent and no machine: only what one of them did has a timeline")]
    Nobody(String),
    /// The mirror failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The outbox failed.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
}
