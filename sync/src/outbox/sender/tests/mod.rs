//! What people notice of the sender.

mod fake;
mod lanes;
mod late;
mod many;
mod outcomes;
mod recipes;
mod stubborn;
mod wire;

use jiff::Timestamp;

use crate::model::{Base, By, Effect, Intent, Kind, Write, WriteId, WriteState};

/// A moment, in seconds.
fn time(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

/// A decision to do `action` to `target` of collection `agents`.
fn intent(action: &str, target: &str) -> Intent {
    Intent {
        connection: "prod".to_owned(),
        platform: "turen".to_owned(),
        collection: "agents".to_owned(),
        kind: Kind::Agent,
        action: action.to_owned(),
        verb: action.to_owned(),
        target: Some(target.to_owned()),
        title: None,
        args: Default::default(),
        reason: None,
        base: Base::default(),
        effect: Effect::default(),
        deadline: None,
        undoes: None,
        by: By::default(),
    }
}

/// A write with the id `id`.
fn write(id: &str, target: &str, state: WriteState) -> Write {
    Write { state, ..Write::unsent(WriteId::new(id), intent("suspend", target), time(0)) }
}
