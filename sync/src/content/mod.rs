//! Content: the messages of a session or run, fetched apart from its record, and their one normal form.
//!
//! [`entries`] turns the messages of any platform into [`Entry`]s; it decides by what a message holds, not by whose it
//! is, so that what one platform borrows from another is read as well. What it cannot read is kept and shown as it was sent.
//!
//! Always true: entry *n* is message *n*; no input fails or panics; nothing of a message is lost ([`Entry::raw`]).
//!
//! Not here: how content is asked for (`platform`), how it is kept (`store`), which content is due (`pull`).

use crate::model::Entry;

/// The entries of a session, from its messages: the text of a JSON array, as the mirror keeps it. Calls and results are paired.
pub fn entries(messages: &str) -> Vec<Entry> {
    let _ = messages;
    Vec::new()
}
