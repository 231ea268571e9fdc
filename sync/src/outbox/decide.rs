//! How a person's decision gets in.

use jiff::Timestamp;
use serde_json::Value;
use thiserror::Error;

use super::action::{Asked, Refusal};
pub use super::resolve::{Resolution, resolve};
use super::{Outbox, OutboxError, Which};
use crate::model::{By, Intent, Record, Write, WriteId};
use crate::platform::Manifest;
use crate::store::{Reader, StoreError};

/// What became of a decision.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Kept, to be sent.
    Queued(Write),
    /// It took back a write that had not been sent: both are cancelled, and nothing will be sent.
    TookBack {
        /// The new write.
        new: Write,
        /// The one it took back.
        old: Write,
    },
    /// The same is on its way already.
    Already(Write),
}

/// Why a decision was not kept.
#[derive(Debug, Error)]
pub enum DecideError {
    /// It makes no sense, or the platform cannot do it.
    #[error("{0:?}")]
    Refused(Refusal),
    /// The outbox failed.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// The mirror failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The target of a decision.
#[derive(Debug, Clone)]
pub enum Target<'a> {
    /// A record of the mirror.
    Record(&'a Record),
    /// Something that is to be made, in this collection of this connection.
    New {
        /// The connection.
        connection: &'a str,
        /// The collection.
        collection: &'a str,
    },
}

/// A record's document as the operator sees it: as the mirror has it, with what the open writes on it will do. What an edit starts
/// from.
pub fn seen(outbox: &Outbox, record: &Record) -> Result<Value, OutboxError> {
    let mut doc: Value = serde_json::from_str(&record.doc)?;
    let which = Which {
        connections: vec![record.row.list.connection.clone()],
        target: Some((record.row.list.collection.clone(), record.row.id.clone())),
        ..Which::default()
    };
    for write in outbox.list(&which)?.iter().filter(|write| write.state.is_open()) {
        write.intent.effect.onto(&mut doc);
    }
    Ok(doc)
}

/// What would be kept of the decisions, in their order, and keeps nothing: what a person is shown before they say yes. The same
/// questions get the same answers from [`decide`] as long as nothing moves.
pub fn consider(
    _outbox: &Outbox,
    _reader: &Reader,
    _decisions: &[(&Manifest, Target<'_>, Asked)],
    _now: Timestamp,
) -> Result<Vec<Result<Intent, Refusal>>, DecideError> {
    todo!()
}

/// Keeps the decisions that can be kept, all with one sync of the disk, and says for each what became of it.
pub fn decide(
    _outbox: &Outbox,
    _reader: &Reader,
    _decisions: &[(&Manifest, Target<'_>, Asked)],
    _now: Timestamp,
) -> Result<Vec<Result<Decision, Refusal>>, DecideError> {
    todo!()
}

/// What can be done to take a write back.
#[derive(Debug, Clone, PartialEq)]
pub enum Undo {
    /// It was still here: it is cancelled.
    Cancelled(Box<Write>),
    /// It has left: this is its inverse, to be confirmed and decided by the person.
    Inverse(Box<Asked>),
    /// There is no way back, and why.
    Impossible(String),
}

/// Takes a write back: one that has not left is cancelled, for one that has its inverse is offered.
pub fn undo(
    _outbox: &Outbox,
    _manifest: &Manifest,
    _id: &WriteId,
    _by: &By,
    _now: Timestamp,
) -> Result<Undo, OutboxError> {
    todo!()
}
