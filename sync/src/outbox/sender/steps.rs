//! Recipes: several requests that together are one write, such as containing an agent.
//!
//! Each step looks first, and does what is still to be done; so a recipe can be taken up again at any point, from the top. What
//! it is about to change is on the disk before it changes it (`Write::memory`): that is the way back. It is proven when a whole
//! round over the steps finds nothing to do.
//!
//! A record that the platform will not change (403) does not keep the rest from being done: the write is wedged at the end, with
//! what was and what was not done. Whatever has no answer is looked at again, like any write.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::SendError;
use super::attempt::Move;
use super::lanes::Contact;
use super::memory::Memory;
use super::outcome::{contact, look_failed, not_told, of_look, of_write, verdict};
use super::run::{Sender, Went};
use crate::model::{Write, WriteState};
use crate::outbox::action::{self, Places};
use crate::outbox::state::Outcome;
use crate::outbox::{Reach, Turn};
use crate::platform::FetchError;
use crate::platform::manifest::{Action, ActionRequest, Step};
use crate::platform::write::{NotTold, Seen, WriteCall};

/// Rounds of doing before the rest is left to timers: new runs may begin while old ones are ended.
const ROUNDS: usize = 4;

/// One request of a step.
#[derive(Debug)]
struct Todo {
    /// The record it changes, as it is remembered.
    id: String,
    call: WriteCall,
}

/// What a step's look has shown.
#[derive(Debug, Default)]
struct Found {
    todo: Vec<Todo>,
    /// To be remembered before anything is done: the list as it was.
    before: Option<Value>,
    /// Fresh rows of the step's collection, for the mirror.
    rows: Vec<Seen>,
}

/// Why a recipe cannot go on just now.
enum Snag {
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

    /// What is still to be done of a step.
    async fn look_step(&self, write: &Write, place: usize, step: &Step) -> Result<Found, Snag> {
        let actions = &self.reach.manifest().actions;
        let named = |name: &str| {
            actions.get(name).ok_or_else(|| Snag::Wedged(format!("the manifest has no action {name:?} any more")))
        };
        let key = |id: &str| format!("{}.{place}.{id}", write.id);
        match step {
            Step::Do { action } => self.look_do(write, named(action)?, &key).await,
            Step::Each { collection, by, action, remembered } => {
                let only = if *remembered { Some(self.remembered(write, collection).await?) } else { None };
                self.look_each(write, (collection, by), named(action)?, only.as_ref(), &key).await
            }
            Step::Ensure { collection, id, create } => self.look_ensure(write, collection, id, create, &key).await,
            Step::Head { read, list, value, write: request, remove } => {
                self.look_head(write, read, list, (value, *remove), request, &key).await
            }
        }
    }

    async fn look_do(&self, write: &Write, action: &Action, key: &impl Fn(&str) -> String) -> Result<Found, Snag> {
        let id = write.intent.target.clone().unwrap_or_default();
        let Some(seen) = self.look_at_target(write, action).await?.target else {
            return Err(Snag::Wedged(format!("{id} is not there any more")));
        };
        let mut found = Found::default();
        if still_needs(action, &seen.raw) {
            found.todo.push(self.todo(write, action, id, &seen.raw, key)?);
        }
        Ok(found)
    }

    async fn look_each(
        &self,
        write: &Write,
        (collection, by): (&str, &BTreeMap<String, String>),
        action: &Action,
        only: Option<&BTreeSet<String>>,
        key: &impl Fn(&str) -> String,
    ) -> Result<Found, Snag> {
        let target = write.intent.target.as_deref().unwrap_or_default();
        let places = places(write, target, &write.intent.base.doc);
        let mut wanted = Vec::new();
        for (pointer, template) in by {
            let value = action::text(template, &places);
            wanted.push((pointer, value.ok_or_else(|| Snag::Wedged(format!("{target} has no value for {template}")))?));
        }
        let is_its =
            |doc: &Value| wanted.iter().all(|(pointer, value)| text_of(doc.pointer(pointer)).as_ref() == Some(value));
        let mut found = Found::default();
        for seen in self.reach.rows(collection).await? {
            let id = seen.incoming.id.clone();
            if !is_its(&seen.raw) || only.is_some_and(|only| !only.contains(&id)) {
                continue;
            }
            if still_needs(action, &seen.raw) {
                found.todo.push(self.todo(write, action, id, &seen.raw, key)?);
            }
            found.rows.push(seen);
        }
        Ok(found)
    }

    async fn look_ensure(
        &self,
        write: &Write,
        collection: &str,
        id: &str,
        create: &ActionRequest,
        key: &impl Fn(&str) -> String,
    ) -> Result<Found, Snag> {
        let places = places(write, id, &write.intent.base.doc);
        let call = call(std::slice::from_ref(create), &places, &key(id))?;
        let mut found = Found::default();
        match self.reach.look(collection, id, None).await? {
            None => found.todo.push(Todo { id: id.to_owned(), call }),
            // One of that name that somebody made for something else would make the recipe a pretence.
            Some(seen) if !holds(&seen.raw, call.body.as_ref()) => {
                return Err(Snag::Wedged(format!("{collection} {id} exists, and is not what this needs it to be")));
            }
            Some(_) => {}
        }
        Ok(found)
    }

    async fn look_head(
        &self,
        write: &Write,
        read: &str,
        list: &str,
        (value, remove): (&Value, bool),
        request: &ActionRequest,
        key: &impl Fn(&str) -> String,
    ) -> Result<Found, Snag> {
        let id = write.intent.target.as_deref().unwrap_or_default();
        let path = action::path(read, &places(write, id, &write.intent.base.doc));
        let path = path.ok_or_else(|| Snag::Wedged(format!("{read} cannot be filled for {id}")))?;
        let Some(doc) = self.reach.look_at(&path).await? else {
            return Err(Snag::Wedged(format!("there is nothing at {path}")));
        };
        let now = match doc.pointer(list) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items.clone(),
            Some(_) => return Err(Snag::Wedged(format!("{list} at {path} is no list"))),
        };
        let others = now.iter().filter(|item| *item != value).cloned();
        let wanted: Vec<Value> =
            if remove { others.collect() } else { [value.clone()].into_iter().chain(others).collect() };
        let mut found = Found::default();
        if wanted != now {
            let wanted = Value::Array(wanted);
            let places = Places { list: Some(&wanted), ..places(write, id, &doc) };
            let call = call(std::slice::from_ref(request), &places, &key("list"))?;
            found.todo.push(Todo { id: id.to_owned(), call });
            found.before = Some(Value::Array(now));
        }
        Ok(found)
    }

    fn todo(
        &self,
        write: &Write,
        action: &Action,
        id: String,
        doc: &Value,
        key: &impl Fn(&str) -> String,
    ) -> Result<Todo, Snag> {
        let call = call(&action.requests, &places(write, &id, doc), &key(&id))?;
        Ok(Todo { id, call })
    }

    /// What earlier writes on this target changed in `collection`, and this one is to take back: of the one it undoes, and of
    /// those before it back to the last time this was done.
    async fn remembered(&self, write: &Write, collection: &str) -> Result<BTreeSet<String>, Snag> {
        let earlier = self.earlier(write).await?;
        let mut ids = BTreeSet::new();
        for before in earlier.iter().rev().filter(|before| before.id < write.id) {
            if before.intent.action == write.intent.action && before.state == WriteState::Confirmed {
                break;
            }
            ids.extend(Memory::of(&before.memory, 0).changed_in(collection));
        }
        Ok(ids)
    }

    /// Every write on the same target, finished ones too.
    async fn earlier(&self, write: &Write) -> Result<Vec<Write>, SendError> {
        let intent = &write.intent;
        let which = crate::outbox::Which {
            all: true,
            connections: vec![intent.connection.clone()],
            target: intent.target.clone().map(|id| (intent.collection.clone(), id)),
            ..crate::outbox::Which::default()
        };
        self.ask(move |outbox| outbox.list(&which)).await
    }
}

/// What templates are filled with.
pub(super) fn places<'a>(write: &'a Write, id: &'a str, doc: &'a Value) -> Places<'a> {
    let intent = &write.intent;
    let related = &intent.base.related;
    Places { id, doc, args: &intent.args, reason: intent.reason.as_deref(), related, list: None }
}

fn call(requests: &[ActionRequest], places: &Places<'_>, key: &str) -> Result<WriteCall, Snag> {
    let call = action::call(requests, places, key);
    call.ok_or_else(|| Snag::Wedged(format!("no request can be made for {}", places.id)))
}

/// Does a record still stand where the action makes sense?
fn still_needs(action: &Action, doc: &Value) -> bool {
    let stands = |(pointer, values): (&String, &Vec<Value>)| {
        let now = doc.pointer(pointer).unwrap_or(&Value::Null);
        values.contains(now)
    };
    match action.needs.is_empty() {
        true => action.done.is_empty() || !action.done.iter().all(stands),
        false => action.needs.iter().all(stands),
    }
}

/// Does the document hold what was to be created? It may hold more; an empty member need not be there.
fn holds(doc: &Value, wanted: Option<&Value>) -> bool {
    match (doc, wanted) {
        (_, None | Some(Value::Null)) => true,
        (Value::Object(doc), Some(Value::Object(wanted))) => {
            wanted.iter().all(|(name, wanted)| holds(doc.get(name).unwrap_or(&Value::Null), Some(wanted)))
        }
        (Value::Array(items), Some(Value::Array(wanted))) => {
            items.len() == wanted.len() && items.iter().zip(wanted).all(|(item, wanted)| holds(item, Some(wanted)))
        }
        (Value::Null, Some(Value::Array(wanted))) => wanted.is_empty(),
        (doc, Some(wanted)) => doc == wanted,
    }
}

fn text_of(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
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
