//! Deadlines, for writes that nobody can work on: their connection is gone, or its secret cannot be had.

use jiff::Timestamp;

use super::steps::{half_done, has_begun};
use super::{SendError, SendEvent, outcome};
use crate::model::{Write, WriteState};
use crate::outbox::{Outbox, OutboxError, Turn, Which};

/// Ends every write whose deadline has passed unsent, of whatever connection. Returns when the next deadline is.
///
/// # Errors
/// When the outbox fails.
pub async fn expire(
    outbox: &Outbox,
    now: fn() -> Timestamp,
    on_event: &(dyn Fn(SendEvent) + Send + Sync),
) -> Result<Option<Timestamp>, SendError> {
    let asked = outbox.clone();
    let states = vec![WriteState::Queued, WriteState::Retrying];
    let which = Which { states, ..Which::default() };
    let listed = tokio::task::spawn_blocking(move || asked.list(&which)).await;
    let mut next: Option<Timestamp> = None;
    for write in listed.unwrap_or(Err(OutboxError::Stopped))? {
        let at = now();
        match write.intent.deadline {
            Some(deadline) if deadline <= at => {
                let turn = turn(&write, at);
                if let Some(write) = outbox.turn_async(&write.id, &[write.state], turn).await? {
                    on_event(SendEvent::Moved(Box::new(write)));
                }
            }
            Some(deadline) => next = Some(next.map_or(deadline, |next| next.min(deadline))),
            None => {}
        }
    }
    Ok(next)
}

/// The end of a write whose deadline passed before it was applied. A recipe that has done something is not expired, which says that
/// nothing was.
pub(super) fn turn(write: &Write, at: Timestamp) -> Turn {
    let deadline = write.intent.deadline.map(|at| format!(" ({at:.0})")).unwrap_or_default();
    if has_begun(write) {
        let words = format!("its deadline{deadline} passed before all of it was done");
        let words = half_done(write, outcome::verdict("expired", words, None));
        return Turn { verdict: Some(words), ..Turn::to(WriteState::Wedged, at) };
    }
    let words = match write.attempts {
        0 => format!("its deadline{deadline} passed before it could be sent; nothing was sent"),
        _ => format!("its deadline{deadline} passed; it was tried before, and not applied"),
    };
    Turn { verdict: Some(outcome::verdict("expired", words, None)), ..Turn::to(WriteState::Expired, at) }
}
