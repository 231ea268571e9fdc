//! The outbox: what people decided, kept until the platform has it or has refused it.
//!
//! `outbox.db` is the operators' own work: a command returns when its write is on the disk, and nothing in the file is ever
//! overwritten but where a write stands. What the operator sees is the mirror with the unfinished writes over it
//! ([`crate::model::Overlay`]).
//!
//! Deciding and acting are apart:
//! - [`state`] is the life of a write: one pure function, and its table.
//! - [`action`] turns a manifest's action and a record into an intent, and an intent and a fresh look at its target into what
//!   is to be done: pure.
//! - [`merge`] merges two people's edits of one document: pure.
//! - [`decide`] is how a person's decision gets in: capability, overlay, interlocks, undoing what has not left yet.
//! - [`moves`] is what a person may do to a write where it stands: cancel, try again, let go of.
//! - [`resolve`] settles what was decided in vain: mine, theirs, or something new.
//! - [`history`] keeps every version of a policy that was seen.
//! - [`Outbox`] is the file: writes, their turns, the audit log, the versions of policies, paused connections,
//!   saved searches, and what a person keeps for themselves: flags, notes, incidents.
//! - [`sender`] carries writes out: looks, compares, commits `sending`, sends, settles.
//!
//! Always true: `sending` is on the disk before the request leaves; no write is sent without a look at its target first; what
//! was sent and not answered is never sent again before a look has shown that it had no effect.
//!
//! Not here: how a platform is spoken to (`platform`), how records are kept (`store`).

pub mod action;
pub mod decide;
mod error;
mod face;
pub mod history;
pub mod merge;
pub mod moves;
mod reach;
pub mod resolve;
pub mod sender;
pub mod state;
mod store;
mod undo;

pub use error::OutboxError;
pub use face::{Aside, AuditEntry, Lot, Paused, Proof, SavedSearch, Turn, TurnLog, Version, Which};
pub use reach::Reach;
pub use store::{Onlooker, Outbox};
