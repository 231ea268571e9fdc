//! Taking back what was decided, honestly.

use jiff::Timestamp;

use super::action::Asked;
use super::decide::NOT_LEFT;
use super::{Outbox, OutboxError, moves};
use crate::model::{By, Write, WriteId, WriteState};
use crate::platform::Manifest;

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

/// What taking a write back would come to; changes nothing. `None`: it has not left, and would be cancelled. Else its
/// inverse, in nobody's name yet.
///
/// # Errors
/// Why there is no way back.
pub fn way_back(manifest: &Manifest, write: &Write) -> Result<Option<Asked>, String> {
    use WriteState::{
        Accepted, Cancelled, Confirmed, Conflicted, Discarded, Expired, Queued, Retrying, Sending, Unknown, Wedged,
    };
    match write.state {
        Queued | Retrying => return Ok(None),
        Conflicted | Expired => {
            return Err(format!("it is {} and had no effect: there is nothing to take back", write.state));
        }
        Cancelled => return Err("it was taken back already".to_owned()),
        Discarded => return Err("it was let go of: look at the record, and decide anew".to_owned()),
        Wedged => return Err("it failed: look at the record, and discard the write or try it again".to_owned()),
        Sending | Unknown | Accepted | Confirmed => {}
    }
    let action = manifest.actions.get(&write.intent.action);
    let verb = match action {
        Some(action) if action.edits.is_some() => Some(&action.verb),
        Some(action) => action.undo.as_ref().and_then(|undo| Some(&manifest.actions.get(undo)?.verb)),
        None => None,
    };
    match verb {
        Some(verb) => Ok(Some(Asked {
            verb: verb.clone(),
            undoes: Some((write.id.clone(), write.memory.clone())),
            ..Asked::default()
        })),
        None => {
            let note = action.and_then(|action| action.note.as_deref()).unwrap_or("it cannot be taken back");
            Err(format!("it has been sent, and there is no way back: {note}"))
        }
    }
}

/// Takes a write back: one that has not left is cancelled, for one that has its inverse is offered.
pub fn undo(outbox: &Outbox, manifest: &Manifest, id: &WriteId, by: &By, now: Timestamp) -> Result<Undo, OutboxError> {
    // Whoever sends may be faster than the first try; then it has left.
    loop {
        let write = outbox.get(id)?.ok_or_else(|| OutboxError::Unknown(id.to_string()))?;
        match way_back(manifest, &write) {
            Err(why) => return Ok(Undo::Impossible(why)),
            Ok(Some(inverse)) => return Ok(Undo::Inverse(Box::new(Asked { by: by.clone(), ..inverse }))),
            Ok(None) => {}
        }
        if let Some(write) = outbox.turn(id, &NOT_LEFT, moves::cancelling(by, now))? {
            return Ok(Undo::Cancelled(Box::new(write)));
        }
    }
}
