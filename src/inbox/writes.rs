//! Decisions of ours that want a person.

use quarterdeck_sync::model::{Place, Write, WriteState};

use super::item::{Can, Item, Subject};

/// States in which a write may want a person.
pub(super) const WANTING: [WriteState; 4] =
    [WriteState::Conflicted, WriteState::Wedged, WriteState::Expired, WriteState::Unknown];
/// States of writes that have not reached their platform.
pub(super) const UNSENT: [WriteState; 3] = [WriteState::Queued, WriteState::Sending, WriteState::Retrying];

/// The item of a write, with no reason yet.
pub(super) fn item(write: &Write) -> Item {
    let intent = &write.intent;
    let target = intent.title.as_deref().or(intent.target.as_deref()).unwrap_or("(new)");
    let place = Place::record(&intent.connection, Place::OUTBOX, write.id.as_str());
    let subject = Subject::Write { id: write.id.clone(), state: write.state };
    let verbs: &[&'static str] = match write.state {
        WriteState::Conflicted => &["settle", "discard"],
        _ => &["retry", "discard"],
    };
    Item {
        platform: intent.platform.clone(),
        status: Some(write.state.as_str().to_owned()),
        can: verbs.iter().map(|verb| Can { verb, agent: false }).collect(),
        ..Item::bare(place, subject, format!("{} {target}", intent.verb))
    }
}
