//! What a person may do to a write where it stands: cancel it, try it again, let go of it.
//!
//! [`can`] says whether it can be done and why not, from the write alone; [`make`] does it, if the write still stands where the
//! person saw it. Not here: conflicts (`resolve`), and taking back what has left (`undo`).

use jiff::Timestamp;

use super::{Outbox, OutboxError, Turn};
use crate::model::{By, Verdict, Write, WriteId, WriteState};
use crate::platform::Manifest;
use crate::platform::manifest::Action;

/// What is to become of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// It is not sent any more.
    Cancel,
    /// It is tried again: a look first.
    Retry,
    /// It failed, and is let go of.
    Discard,
}

/// Whether it can be done to a write as it stands.
///
/// # Errors
/// Why it cannot, and what can be done instead: for a person.
pub fn can(what: Move, write: &Write) -> Result<(), &'static str> {
    use WriteState::{
        Accepted, Cancelled, Confirmed, Conflicted, Discarded, Expired, Queued, Retrying, Sending, Unknown, Wedged,
    };
    match (what, write.state) {
        (Move::Cancel, Queued | Retrying) | (Move::Retry, Wedged | Retrying | Unknown) => Ok(()),
        (Move::Discard, Conflicted | Wedged | Expired | Unknown) => Ok(()),
        (_, Cancelled | Confirmed | Discarded) => Err("it is at its end"),
        (Move::Cancel, Sending | Unknown | Accepted) => Err("it has left, and may have had its effect: take it back"),
        (Move::Cancel, Conflicted | Wedged | Expired) => Err("it failed, and is not sent any more: let go of it"),
        (Move::Retry, Conflicted) => Err("somebody else got there first: settle the conflict"),
        (Move::Retry, Expired) => Err("its deadline has passed: look at the record, and decide anew"),
        (Move::Retry, Queued | Sending | Accepted) => Err("it is under way"),
        (Move::Discard, Queued | Retrying) => Err("it has not been sent: cancel it"),
        (Move::Discard, Sending | Accepted) => Err("it is under way"),
    }
}

/// Trying it again may do it a second time: no look can tell whether the platform has done it. Without a manifest nothing can.
pub fn doubtful(manifest: Option<&Manifest>, write: &Write) -> bool {
    let uncertain = write.verdict.as_ref().is_some_and(|verdict| verdict.code == "uncertain");
    match write.state {
        WriteState::Wedged => uncertain,
        WriteState::Unknown => !provable(manifest, write),
        _ => false,
    }
}

fn provable(manifest: Option<&Manifest>, write: &Write) -> bool {
    manifest.and_then(|manifest| manifest.actions.get(&write.intent.action)).is_some_and(Action::provable)
}

/// The move of a write that is taken back before it had any effect.
pub(super) fn cancelling(by: &By, now: Timestamp) -> Turn {
    let (code, message) = ("cancelled".to_owned(), "taken back before it was sent".to_owned());
    let verdict = Some(Verdict { code, message, ..Verdict::default() });
    Turn { verdict, by: Some(by.clone()), ..Turn::to(WriteState::Cancelled, now) }
}

/// Does it, if the write still stands in `seen`; `None` when it does not. The manifest is that of the write's platform, if there
/// is one still.
///
/// # Errors
/// When it cannot be done to a write that stands there, and when the file fails.
pub fn make(
    outbox: &Outbox,
    manifest: Option<&Manifest>,
    id: &WriteId,
    seen: WriteState,
    what: Move,
    by: &By,
    now: Timestamp,
) -> Result<Option<Write>, OutboxError> {
    let write = outbox.get(id)?.ok_or_else(|| OutboxError::Unknown(id.to_string()))?;
    if write.state != seen {
        return Ok(None);
    }
    can(what, &write).map_err(|why| OutboxError::NotNow { id: id.clone(), state: seen, why: why.to_owned() })?;
    let turn = match what {
        Move::Cancel => cancelling(by, now),
        Move::Discard => Turn::to(WriteState::Discarded, now),
        // A look settles it: it is not sent again before one.
        Move::Retry if seen == WriteState::Unknown && provable(manifest, &write) => {
            Turn { due_at: Some(now), ..Turn::to(WriteState::Unknown, now) }
        }
        Move::Retry => Turn { due_at: Some(now), ..Turn::to(WriteState::Queued, now) },
    };
    outbox.turn(id, &[seen], Turn { by: Some(by.clone()), ..turn })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Base, Effect, Intent, Kind};

    fn write(state: WriteState) -> Write {
        let intent = Intent {
            connection: "a".into(),
            platform: "turen".into(),
            collection: "agents".into(),
            kind: Kind::Agent,
            action: "suspend".into(),
            verb: "suspend".into(),
            target: Some("1".into()),
            title: None,
            args: Default::default(),
            reason: None,
            base: Base::default(),
            effect: Effect::default(),
            deadline: None,
            undoes: None,
            by: By::default(),
        };
        let at = Timestamp::UNIX_EPOCH;
        Write { state, ..Write::unsent(WriteId::new("01"), intent, at) }
    }

    #[test]
    fn what_a_look_can_settle_is_tried_again_without_doubt() {
        let registry = crate::platform::Registry::builtin();
        let doubt = |platform: &str, action: &str, state| {
            let mut write = write(state);
            write.intent.action = action.to_owned();
            doubtful(registry.get(platform).as_deref(), &write)
        };
        for (platform, action, state, doubted) in [
            ("turen", "suspend", WriteState::Unknown, false),
            ("turen", "delete", WriteState::Unknown, false),
            ("exo", "contain", WriteState::Unknown, false),
            ("exo", "create", WriteState::Unknown, false),
            ("turen", "an action that is no more", WriteState::Unknown, true),
            ("a platform that is no more", "suspend", WriteState::Unknown, true),
            ("a platform that is no more", "suspend", WriteState::Retrying, false),
        ] {
            assert_eq!(doubt(platform, action, state), doubted, "{platform} {action} {state}");
        }
    }

    #[test]
    fn what_may_have_had_its_effect_is_never_cancelled_and_what_is_over_never_moves() {
        let allowed = |what| WriteState::ALL.into_iter().filter(move |state| can(what, &write(*state)).is_ok());
        use WriteState::{Conflicted, Expired, Queued, Retrying, Unknown, Wedged};
        assert_eq!(allowed(Move::Cancel).collect::<Vec<_>>(), [Queued, Retrying]);
        assert_eq!(allowed(Move::Retry).collect::<Vec<_>>(), [Retrying, Unknown, Wedged]);
        assert_eq!(allowed(Move::Discard).collect::<Vec<_>>(), [Unknown, Conflicted, Wedged, Expired]);
    }
}
