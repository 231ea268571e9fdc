//! Content: the messages of a session or run, fetched apart from its record, and their one normal form.
//!
//! [`entries`] turns the messages of any platform into [`Entry`]s; it decides by what a message holds, not by whose it
//! is, so that what one platform borrows from another is read as well. What it cannot read is kept and shown as it was sent.
//! Whoever shows a window of a long session takes [`Messages`] apart once, and reads the entries that are seen.
//!
//! Always true: entry *n* is message *n*; no input fails or panics; nothing of a message is lost ([`Entry::raw`]); time and
//! memory are linear in the text.
//!
//! - `messages`: which pieces of the text are messages.
//! - `message`: one message, by its shape: what somebody says here, an `event` or a `step` in their own files.
//! - `blocks`, `call`, `answer`, `patch`: what a message holds.
//! - `times`, `usage`, `marks`: when, for how much, whether it failed, and whose subagent.
//! - `links`: which result answers which call.
//!
//! Not here: how content is asked for (`platform`), how it is kept (`store`), which content is due (`pull`).

mod answer;
mod blocks;
mod call;
mod event;
mod links;
mod marks;
mod message;
mod messages;
mod patch;
mod step;
mod times;
mod usage;

#[cfg(test)]
mod tests;

pub use links::Links;
pub use messages::{Cut, Messages, alone, pieces};

use crate::model::{Entry, Part};
use crate::text::Secrets;

/// The entries of a session, from its messages: the text of a JSON array, as the mirror keeps it. Calls and results are paired.
///
/// A string that holds such an array, and messages one a line, are taken as well. Where the text stops being JSON, what is
/// left is one last entry of kind other.
pub fn entries(messages: &str) -> Vec<Entry> {
    let messages = Messages::of(messages);
    let mut links = Links::default();
    let mut entries = Vec::with_capacity(messages.len().min(1 << 16));
    for reading in messages.readings(0..messages.len()) {
        links.note(&reading);
        entries.push(reading.entry);
    }
    links.apply(&mut entries);
    entries
}

/// The same as they may be shown: secrets are masked before the messages are taken apart. Many a secret is told by its name alone, and
/// what a person reads of a message no longer has each value beside its own. What is masked twice is masked once.
pub fn shown(messages: &str, secrets: Secrets) -> Vec<Entry> {
    entries(&secrets.json(messages))
}

/// How many messages there are, without reading them.
pub fn count(messages: &str) -> usize {
    Messages::of(messages).len()
}

/// The tool of the call `id` that a result at `place` answers: the nearest earlier one of that name. None when no message before it
/// makes such a call.
pub fn tool_called(messages: &Messages, place: usize, id: &str) -> Option<String> {
    let makes = |part: Part| match part {
        Part::Call(call) if call.id.as_deref() == Some(id) => Some(call.tool),
        _ => None,
    };
    (0..=place).rev().find_map(|at| {
        let raw = messages.raw(at).filter(|raw| raw.contains(id))?;
        message::read(0, raw).entry.parts.into_iter().rev().find_map(makes)
    })
}
