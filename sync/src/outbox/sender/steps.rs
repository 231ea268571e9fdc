//! Recipes: several requests that together are one write, such as containing an agent.
//!
//! Each step looks first, and does what is still to be done; so a recipe can be taken up again at any point, from the top. What
//! it is about to change is on the disk before it changes it (`Write::memory`): that is the way back. It is proven when a whole
//! round over the steps finds nothing to do.
//!
//! One record in the way keeps nothing else from being done. What the platform will not change (403), does not answer for (500,
//! a time-out) or does not let be looked at is noted ([`Trouble`]), and the other records and the later steps follow; then the
//! write waits for the worst of it, with what was and what was not done. Whatever has no answer is looked at again, like any
//! write. Only what nothing else would get past (no connection, 401, 429) ends the try at once.

use std::collections::BTreeSet;

use serde_json::Value;

use super::SendError;
use super::attempt::Move;
use super::find::{Found, Todo};
use super::lanes::Contact;
use super::memory::{Memory, Part};
use super::outcome::{contact, ends_all, look_failed, not_told, of_look, of_write, verdict};
use super::run::{Sender, Went};
use crate::model::{Verdict, Write, WriteState};
use crate::outbox::state::Outcome;
use crate::outbox::{Reach, Turn};
use crate::platform::FetchError;
use crate::platform::manifest::{Action, Step};
use crate::platform::write::{NotTold, Reached, WriteCall};

/// Rounds of doing before the rest is left to timers: new runs may begin while old ones are ended.
const ROUNDS: usize = 4;

/// Requests in a row without an answer after which the rest of a step is left to the next try: each may take its time-out.
const UNANSWERED: u32 = 3;

/// What stands in the way of a recipe.
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

impl Snag {
    /// Of several snags the weightiest is what the write waits for: what may have been applied comes before what was not, and
    /// what time may mend before what it will not.
    fn weight(&self) -> u8 {
        let of = |outcome: &Outcome| match outcome {
            Outcome::Unauthorized => 4,
            Outcome::Throttled(_) => 3,
            Outcome::Unanswered => 2,
            Outcome::NotSent | Outcome::LookFailed => 1,
            _ => 0,
        };
        match self {
            Self::Own(_) | Self::Elsewhere(_) => u8::MAX,
            Self::Told(outcome, _) => of(outcome),
            Self::Look(error) => of(&of_look(error)),
            Self::Wedged(_) => 0,
        }
    }
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

/// What stood in the way in one try of a recipe.
#[derive(Default)]
struct Trouble {
    /// The worst of it.
    worst: Option<Snag>,
    /// Nothing else would fare better: the try is over.
    over: bool,
    /// Collection and id of what is not asked for again before the next try.
    stalled: BTreeSet<(String, String)>,
    /// What an `ensure` of this round could not make sure of.
    unmade: Vec<String>,
    /// Questions in a row that nobody answered.
    silent: u32,
    /// Something was done, or may have been, in this try or before it: of the write can never be said again that it had no effect.
    begun: bool,
}

impl Trouble {
    fn note(&mut self, snag: Snag) {
        let error = match &snag {
            Snag::Look(error) => Some(error),
            Snag::Told(_, not) => Some(&not.error),
            Snag::Wedged(_) | Snag::Elsewhere(_) | Snag::Own(_) => None,
        };
        self.begun |= matches!(snag, Snag::Told(Outcome::Unanswered, _));
        let lost = error.is_some_and(|error| contact(error) == Contact::Lost);
        self.silent = if lost { self.silent.saturating_add(1) } else { 0 };
        self.over |= match &snag {
            Snag::Own(_) | Snag::Elsewhere(_) => true,
            Snag::Wedged(_) => false,
            // A list that breaks off is no more than that, unless it is the second thing in a row.
            Snag::Look(error) => {
                if lost {
                    self.silent > 1
                } else {
                    ends_all(error)
                }
            }
            Snag::Told(_, not) => ends_all(&not.error) && not.reached == Reached::No,
        };
        if self.worst.as_ref().is_none_or(|known| known.weight() < snag.weight()) {
            self.worst = Some(snag);
        }
    }

    /// Does the step put something in its place that is not there yet?
    fn bars(&self, step: &Step) -> bool {
        let named = |value: &Value| self.unmade.iter().any(|id| value.as_str() == Some(id));
        matches!(step, Step::Head { value, remove: false, .. } if named(value))
    }
}

impl<R: Reach> Sender<'_, R> {
    /// Takes the steps, all those that are still to be taken.
    pub(super) async fn recipe(&self, write: Write, action: &Action, failures: u32) -> Result<Went, SendError> {
        let begun = has_begun(&write);
        let mut write = match self.sending(write, None).await? {
            Ok(write) => write,
            Err(elsewhere) => return Ok(elsewhere),
        };
        let mut memory = Memory::of(&write.memory, action.steps.len());
        memory.forget_refusals();
        let trouble = self.rounds(&mut write, &mut memory, action, begun).await;
        if let Some(snag) = trouble.worst {
            return self.snagged(write, failures, &memory, snag, trouble.begun).await;
        }
        if memory.refusals().next().is_some() {
            let words = verdict("refused", memory.told(), None);
            let step = Move { memory: Some(memory.value()), ..Move::to(Outcome::Refused, words) };
            return self.settle(write, failures, step).await;
        }
        let words = verdict("accepted", memory.told(), None);
        let step = Move { memory: Some(memory.value()), ..Move::to(Outcome::Accepted, words) };
        let went = self.settle(write, 0, step).await?;
        match went.write.state {
            WriteState::Accepted => self.prove_recipe(went.write, action, 0).await,
            _ => Ok(went),
        }
    }

    /// After the steps: does a look at everything show nothing left to do?
    pub(super) async fn prove_recipe(&self, write: Write, action: &Action, failures: u32) -> Result<Went, SendError> {
        let mut memory = Memory::of(&write.memory, action.steps.len());
        let asked_at = self.now();
        for (place, step) in action.steps.iter().enumerate() {
            let found = self.look_step(&write, place, step).await.unwrap_or_else(Found::in_doubt);
            match found.doubt {
                None if found.todo.is_empty() => {}
                Some(Snag::Look(error)) => return self.blind(write, failures, &error).await,
                Some(Snag::Own(error)) => return Err(error),
                _ => return self.not_shown(write, failures).await,
            }
            if let (Step::Each { collection, .. }, part) = (step, memory.part(place))
                && let Some(error) = self.keep_changed(collection, part).await?
            {
                return self.blind(write, failures, &error).await;
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

    /// Hands the records that a step has changed to the mirror, as they are now. What cannot be looked at is left to the next
    /// sync; an error that tells of the whole connection comes back.
    async fn keep_changed(&self, collection: &str, part: &Part) -> Result<Option<FetchError>, SendError> {
        for id in &part.changed {
            let asked_at = self.now();
            match self.reach.look(collection, id, part.parents.get(id).map(String::as_str)).await {
                Ok(Some(seen)) => self.keep(collection, seen.incoming, asked_at).await?,
                Err(error) if ends_all(&error) => return Ok(Some(error)),
                Ok(None) | Err(_) => {}
            }
        }
        Ok(None)
    }

    /// Rounds over all steps, until one finds nothing to do that could be done.
    async fn rounds(&self, write: &mut Write, memory: &mut Memory, action: &Action, begun: bool) -> Trouble {
        let mut trouble = Trouble { begun, ..Trouble::default() };
        for _ in 0..ROUNDS {
            let mut quiet = true;
            trouble.unmade.clear();
            for (place, step) in action.steps.iter().enumerate() {
                if trouble.bars(step) {
                    continue;
                }
                quiet &= !self.take(write, memory, (place, step), &mut trouble).await;
                if trouble.over {
                    return trouble;
                }
            }
            if quiet {
                break;
            }
        }
        trouble
    }

    /// Takes one step: looks, and does what can be done. Was there anything?
    async fn take(
        &self,
        write: &mut Write,
        memory: &mut Memory,
        (place, step): (usize, &Step),
        trouble: &mut Trouble,
    ) -> bool {
        let found = self.look_step(write, place, step).await.unwrap_or_else(Found::in_doubt);
        let part = memory.part(place);
        let mut made = found.todo.is_empty() && found.doubt.is_none();
        match found.doubt {
            Some(snag) => trouble.note(snag),
            None => {
                trouble.silent = 0;
                let left: BTreeSet<&str> = found.todo.iter().map(|todo| todo.id.as_str()).collect();
                part.left(|id| left.contains(id));
            }
        }
        let collection = collection_of(step, write).to_owned();
        let can = |todo: &Todo| {
            let stalled = trouble.stalled.contains(&(collection.clone(), todo.id.clone()));
            !trouble.over && !stalled && !part.refused.contains_key(&todo.id)
        };
        let mut todo: Vec<Todo> = found.todo.into_iter().filter(can).collect();
        // What was tried in vain before comes last: it may cost the most time.
        todo.sort_by_key(|todo| part.open.get(&todo.id).copied().unwrap_or_default());
        let any = !todo.is_empty();
        if any {
            match self.act(write, memory, (place, step), todo, found.before, trouble).await {
                Ok(all) => made = all,
                Err(snag) => trouble.note(snag),
            }
        }
        if let (Step::Ensure { id, .. }, false) = (step, made) {
            trouble.unmade.push(id.clone());
        }
        any
    }

    /// Does what a look found to be done, with what is about to change remembered before. Was all of it answered with yes?
    async fn act(
        &self,
        write: &mut Write,
        memory: &mut Memory,
        (place, step): (usize, &Step),
        todo: Vec<Todo>,
        before: Option<Value>,
        trouble: &mut Trouble,
    ) -> Result<bool, Snag> {
        let collection = collection_of(step, write).to_owned();
        let part = memory.part(place);
        part.collection = Some(collection.clone());
        part.what = what(step);
        for Todo { id, parent, .. } in &todo {
            part.changed.insert(id.clone());
            part.open.entry(id.clone()).or_default();
            part.parents.extend(parent.clone().map(|parent| (id.clone(), parent)));
        }
        if part.before.is_none() {
            part.before = before;
        }
        *write = self.remember(write, memory).await?;
        let part = memory.part(place);
        let mut all = true;
        for Todo { id, call, .. } in todo {
            // Begun in time, it is brought to its end: half a recipe is what nobody has decided.
            let not_after = write.intent.deadline.filter(|_| !trouble.begun);
            let call = WriteCall { not_after, ..call };
            let told = self.reach.write(&call).await;
            all &= told.is_ok();
            let not = match told {
                Ok(_) => {
                    trouble.begun = true;
                    part.open.remove(&id);
                    trouble.silent = 0;
                    continue;
                }
                Err(not) => not,
            };
            match of_write(&not) {
                // It changed meanwhile: the next round's look tells what is left to do.
                Outcome::Clash => drop(part.open.remove(&id)),
                Outcome::Refused => {
                    part.open.remove(&id);
                    part.refused.insert(id, not.error.message);
                }
                outcome => {
                    part.open.entry(id.clone()).and_modify(|tries| *tries = tries.saturating_add(1));
                    trouble.stalled.insert((collection.clone(), id));
                    trouble.note(Snag::Told(outcome, not));
                    if trouble.over || trouble.silent >= UNANSWERED {
                        break;
                    }
                    continue;
                }
            }
            trouble.silent = 0;
        }
        *write = self.remember(write, memory).await?;
        Ok(all)
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

    /// Settles a recipe that cannot be brought to its end just now.
    async fn snagged(
        &self,
        write: Write,
        failures: u32,
        memory: &Memory,
        snag: Snag,
        begun: bool,
    ) -> Result<Went, SendError> {
        let step = match snag {
            Snag::Own(error) => return Err(error),
            Snag::Elsewhere(went) => return Ok(*went),
            Snag::Wedged(message) => Move::to(Outcome::Refused, verdict("refused", message, None)),
            Snag::Told(outcome, not) => {
                let words = not_told(&outcome, &not.error);
                Move::after(&not.error, outcome, words)
            }
            Snag::Look(error) => {
                let outcome = of_look(&error);
                let words = look_failed(&outcome, &error);
                Move::after(&error, outcome, words)
            }
        };
        let verdict = step.verdict.map(|words| memory.told_with(words));
        // Where some of it was done, or may have been, the write is never one of which it can be said that it had no effect.
        let waits = matches!(step.outcome, Outcome::NotSent | Outcome::Throttled(_) | Outcome::Unauthorized);
        let from = if waits && (begun || memory.has_done()) { WriteState::Unknown } else { write.state };
        let step = Move { verdict, memory: Some(memory.value()), ..step };
        self.settle_from(from, write, failures, step).await
    }
}

/// Has a recipe done something, or perhaps? An ordinary write remembers no steps.
pub(super) fn has_begun(write: &Write) -> bool {
    let memory = Memory::of(&write.memory, 0);
    memory.has_steps() && (write.state == WriteState::Unknown || memory.has_done())
}

/// The words for a recipe that stops where it stands: what is said of the whole, and what was done before.
pub(super) fn half_done(write: &Write, words: Verdict) -> Verdict {
    Memory::of(&write.memory, 0).told_with(words)
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
