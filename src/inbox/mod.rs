//! The inbox: everything that wants a person, over all platforms, the most pressing first.
//!
//! - [`Cause`] says why something is here, [`causes`](CAUSES) is the table of all of them;
//! - [`gather()`] asks a [`Source`] a bounded number of bounded questions and makes [`Item`]s of the answers;
//! - [`seek()`] looks for what no index of the mirror answers (secrets in content, cloned agents): slower, so it is asked for
//!   apart, and [`gather()`] is given what it found last;
//! - [`rank`] puts the items in order.
//!
//! What always holds:
//! - one thing stands here once, however many reasons it has: its place is its identity;
//! - the order is total and depends on the items alone, not on how they came in;
//! - nothing is left out unsaid: what is over a limit is counted, and where all of it stands is told ([`Inbox::more`]); what could
//!   not be looked at is told ([`Inbox::notes`]). What has waited longest is not what a limit leaves out;
//! - an item that somebody has acknowledged is back as soon as there is another reason, another state of one, or one that had ended
//!   and has come again. As long as the same goes on it stays away.
//!
//! The reasons are in our words. Titles are the platforms' and perhaps an agent's: they pass the text boundary where they are shown.
//!
//! Not here: how it looks (`tui`, `cli`), and how anything is decided (`quarterdeck_sync::outbox`).

mod asks;
mod cause;
mod findings;
mod flags;
mod gather;
mod item;
mod more;
mod rank;
mod source;
mod states;
mod troubles;
mod why;
mod writes;

#[cfg(test)]
mod tests;

pub use cause::{About, CAUSES, Cause, Risk};
pub use findings::{Clone, Findings, Leak, seek};
pub use gather::{Inbox, gather};
pub use item::{Agent, Can, Item, Reason, Standing, Subject, Whole};
pub use more::{Beyond, More};
pub use rank::rank;
pub use source::{End, Files, Signs, Source};
pub use states::prepare;
