//! Recipes: several requests that together are one write, such as containing an agent.
//!
//! Each step looks first, and does what is still to be done; so a recipe can be taken up again at any point, from the top. What
//! it is about to change is on the disk before it changes it (`Write::memory`): that is the way back. It is proven when a whole
//! round over the steps finds nothing to do.
//!
//! A record that the platform will not change (403) does not keep the rest from being done: the write is wedged at the end, with
//! what was and what was not done. Whatever has no answer is looked at again, like any write.

use serde_json::Value;

use super::SendError;
use super::attempt::Move;
use super::find::Todo;
use super::lanes::Contact;
use super::memory::Memory;
use super::outcome::{contact, look_failed, not_told, of_look, of_write, verdict};
use super::run::{Sender, Went};
use crate::model::{Write, WriteState};
use crate::outbox::state::Outcome;
use crate::outbox::{Reach, Turn};
use crate::platform::FetchError;
use crate::platform::manifest::{Action, Step};
use crate::platform::write::NotTold;

/// Rounds of doing before the rest is left to timers: new runs may begin while old ones are ended.
const ROUNDS: usize = 4;

/// Why a recipe cannot go on just now.
pub(super) enum Snag {
    /// A look failed.
    Look(FetchError),
    /// A request was not answered with yes, and the write has to wait for that.
    Told(Outcome, NotTold),
    /// Nothing can help.
    Wedged(String),
    /// Somebody moved the write.
    Elsewhere(Box<Went>),
    Own(SendError),
}

impl From<FetchError> for Snag {
    fn from(error: FetchError) -> Self {
        Self::Look(error)
    }
}

impl From<SendError> for Snag {
    fn from(error: SendError) -> Self {
        Self::Own(error)
    }
}

impl<R: Reach> Sender<'_, R> {
    /// Takes the steps, all those that are still to be taken.
    pub(super) async fn recipe(&self, write: Write, action: &Action, failures: u32) -> Result<Went, SendError> {
        let mut write = match self.sending(write, None).await? {
            Ok(write) => write,
            Err(elsewhere) => return Ok(elsewhere),
        };
        let mut memory = Memory::of(&write.memory, action.steps.len());
        memory.forget_refusals();
        let snag = match self.rounds(&mut write, &mut memory, action).await {
            Ok(()) if memory.refusals().next().is_none() => {
                let words = verdict("accepted", memory.told(), None);
                let step = Move { memory: Some(memory.value()), ..Move::to(Outcome::Accepted, words) };
                let went = self.settle(write, 0, step).await?;
                return match went.write.state {
                    WriteState::Accepted => self.prove_recipe(went.write, action, 0).await,
                    _ => Ok(went),
                };
            }
            Ok(()) => Snag::Wedged(memory.told()),
            Err(snag) => snag,
        };
        self.snagged(write, failures, &memory, snag).await
    }

    /// After the steps: does a look at everything show nothing left to do?
    pub(super) async fn prove_recipe(&self, write: Write, action: &Action, failures: u32) -> Result<Went, SendError> {
        let mut memory = Memory::of(&write.memory, action.steps.len());
        let asked_at = self.now();
        for (place, step) in action.steps.iter().enumerate() {
            let found = match self.look_step(&write, place, step).await {
                Ok(found) => found,
                Err(Snag::Look(error)) => return self.blind(write, failures, &error).await,
                Err(Snag::Own(error)) => return Err(error),
                Err(_) => return self.not_shown(write, failures).await,
            };
            if !found.todo.is_empty() {
                return self.not_shown(write, failures).await;
            }
            let part = memory.part(place);
            for row in found.rows.into_iter().filter(|row| part.changed.contains(&row.incoming.id)) {
                self.keep(part.collection.as_deref().unwrap_or_default(), row.incoming, asked_at).await?;
            }
        }
        let sight = match self.look_at_target(&write, action).await {
            Ok(sight) => sight,
            Err(error) => return self.blind(write, failures, &error).await,
        };
        self.show(&write, &sight, asked_at).await?;
        let words = verdict("applied", format!("{}; a look at all of it shows so", memory.told()), None);
        self.settle(write, failures, Move::to(Outcome::Done, words)).await
    }

    /// Rounds over all steps, until one finds nothing to do that could be done.
    async fn rounds(&self, write: &mut Write, memory: &mut Memory, action: &Action) -> Result<(), Snag> {
        for _ in 0..ROUNDS {
            let mut quiet = true;
            for (place, step) in action.steps.iter().enumerate() {
                let found = self.look_step(write, place, step).await?;
                let refused = &memory.part(place).refused;
                let todo: Vec<Todo> = found.todo.into_iter().filter(|todo| !refused.contains_key(&todo.id)).collect();
                if todo.is_empty() {
                    continue;
                }
                quiet = false;
                self.act(write, memory, (place, step), todo, found.before).await?;
            }
            if quiet {
                break;
            }
        }
        Ok(())
    }

    /// Does what a look found to be done, with what is about to change remembered before.
    async fn act(
        &self,
        write: &mut Write,
        memory: &mut Memory,
        (place, step): (usize, &Step),
        todo: Vec<Todo>,
        before: Option<Value>,
    ) -> Result<(), Snag> {
        let part = memory.part(place);
        part.collection = Some(collection_of(step, write).to_owned());
        part.what = what(step);
        part.changed.extend(todo.iter().map(|todo| todo.id.clone()));
        if part.before.is_none() {
            part.before = before;
        }
        *write = self.remember(write, memory).await?;
        for Todo { id, call } in todo {
            match self.reach.write(&call).await {
                Ok(_) => {}
                Err(not) => match of_write(&not) {
                    // It changed meanwhile: the next round's look tells what is left to do.
                    Outcome::Clash => {}
                    Outcome::Refused => {
                        let part = memory.part(place);
                        part.refused.insert(id, not.error.message);
                        if !matches!(step, Step::Each { .. }) {
                            return Err(Snag::Wedged(memory.told()));
                        }
                    }
                    outcome => return Err(Snag::Told(outcome, not)),
                },
            }
        }
        *write = self.remember(write, memory).await?;
        Ok(())
    }

    async fn remember(&self, write: &Write, memory: &Memory) -> Result<Write, Snag> {
        let turn = Turn { memory: Some(memory.value()), ..Turn::to(WriteState::Sending, self.now()) };
        let kept = self.outbox.turn_async(&write.id, &[WriteState::Sending], turn).await.map_err(SendError::from)?;
        match kept {
            Some(write) => {
                self.moved(&write);
                Ok(write)
            }
            None => Err(Snag::Elsewhere(Box::new(self.elsewhere(write.clone()).await?))),
        }
    }

    /// Settles a recipe that cannot go on just now.
    async fn snagged(&self, write: Write, failures: u32, memory: &Memory, snag: Snag) -> Result<Went, SendError> {
        let (outcome, words, contact) = match snag {
            Snag::Own(error) => return Err(error),
            Snag::Elsewhere(went) => return Ok(*went),
            Snag::Wedged(message) => (Outcome::Refused, verdict("refused", message, None), Contact::Answered),
            Snag::Told(outcome, not) => {
                let words = not_told(&outcome, &not.error);
                (outcome, memory.told_with(words), contact(&not.error))
            }
            Snag::Look(error) => {
                let outcome = of_look(&error);
                let words = look_failed(&outcome, &error);
                (outcome, memory.told_with(words), contact(&error))
            }
        };
        let step = Move { outcome, verdict: Some(words), memory: Some(memory.value()), contact };
        self.settle(write, failures, step).await
    }
}

fn collection_of<'a>(step: &'a Step, write: &'a Write) -> &'a str {
    match step {
        Step::Each { collection, .. } | Step::Ensure { collection, .. } => collection,
        Step::Do { .. } | Step::Head { .. } => &write.intent.collection,
    }
}

/// What a step does, for a person.
fn what(step: &Step) -> String {
    match step {
        Step::Do { action } => action.clone(),
        Step::Each { collection, action, .. } => format!("{action} on {collection}"),
        Step::Ensure { collection, .. } => format!("made in {collection}"),
        Step::Head { list, remove: false, value, .. } => format!("{value} put first in {list}"),
        Step::Head { list, remove: true, value, .. } => format!("{value} taken out of {list}"),
    }
}
