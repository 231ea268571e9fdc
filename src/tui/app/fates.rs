//! What becomes of the decisions of this console: told once, when it is known. Nobody should have to look after a decision
//! that was carried out.

use std::collections::BTreeMap;
use std::time::Instant;

use quarterdeck_sync::model::{Write, WriteId, WriteState};

use super::App;
use super::decide::NAMED;
use crate::tui::data::{Answer, Answered, Lane, Owner, Question, Slot, Ticket};
use crate::tui::looks::so_many;
use crate::tui::text::fit;

/// What the frame asks for: how the decisions of this console stand.
pub(super) const FATES: u8 = 4;

/// Decisions that are watched; of more the newest. All of them stand in the outbox.
const MOST: usize = 200;

/// Decisions of this console whose fate was not told yet.
#[derive(Debug, Default)]
pub(super) struct Watched {
    ids: Vec<WriteId>,
    ticket: Option<Ticket>,
    /// What was said when they were decided: no longer so once they have come to something.
    said: Option<String>,
}

impl App {
    /// Tells what becomes of these, when it is known.
    pub(super) fn watch(&mut self, ids: impl IntoIterator<Item = WriteId>) {
        let watched = &mut self.watched;
        for id in ids {
            watched.ids.retain(|known| *known != id);
            watched.ids.push(id);
        }
        watched.ids.drain(..watched.ids.len().saturating_sub(MOST));
    }

    /// Remembers what was said of them when they were decided.
    pub(super) fn said_of_watched(&mut self, words: String) {
        self.watched.said = Some(words);
    }

    /// Asks how they stand.
    pub(super) fn ask_fates(&mut self) {
        let watched = &mut self.watched;
        if !watched.ids.is_empty() {
            let slot = Slot { owner: Owner::Frame, part: FATES };
            watched.ticket = Some(self.desk.ask(slot, Lane::Later, Question::Fates(watched.ids.clone())));
        }
    }

    /// How they stand: those that have come to something are told of, and no longer watched.
    pub(super) fn fated(&mut self, answered: Answered, clock: Instant) {
        let watched = &mut self.watched;
        let Answer::Fates(writes) = answered.answer else { return };
        if watched.ticket.take_if(|ticket| *ticket == answered.ticket).is_none() {
            return;
        }
        let over: Vec<&Write> = writes.iter().filter(|write| !under_way(write.state)).collect();
        watched.ids.retain(|id| over.iter().all(|write| write.id != *id));
        let said = if watched.ids.is_empty() { watched.said.take() } else { None };
        if let Some(words) = words(&over) {
            said.iter().for_each(|said| self.toasts.unsay(said));
            self.toasts.say(words, clock);
        }
    }
}

/// Nothing has come of it yet.
fn under_way(state: WriteState) -> bool {
    matches!(state, WriteState::Queued | WriteState::Sending | WriteState::Retrying | WriteState::Unknown)
}

/// What became of these, in a line; `None` where there is nothing to tell. What a person took back needs no telling.
fn words(over: &[&Write]) -> Option<String> {
    let told: Vec<&Write> =
        over.iter().copied().filter(|it| !matches!(it.state, WriteState::Cancelled | WriteState::Discarded)).collect();
    let troubled = told.iter().any(|write| write.state.needs_person());
    let hint = if troubled { "; the outbox says why" } else { "" };
    match told.as_slice() {
        [] => None,
        [only] => {
            let intent = &only.intent;
            let target = fit(intent.title.as_deref().or(intent.target.as_deref()).unwrap_or("(new)"), NAMED);
            Some(format!("{} {target}: {}{hint}.", intent.verb, only.state))
        }
        many => {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            many.iter().for_each(|write| *counts.entry(write.state.as_str()).or_default() += 1);
            let counts: Vec<String> = counts.into_iter().map(|(state, count)| format!("{count} {state}")).collect();
            let (first, all) = (many[0], so_many(many.len(), &many[0].intent.collection));
            Some(format!("{} {all}: {}{hint}.", first.intent.verb, counts.join(", ")))
        }
    }
}
