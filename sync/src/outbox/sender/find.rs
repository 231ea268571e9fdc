//! What is still to be done of a recipe's step: a look, and what follows from it. Nothing is changed here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::SendError;
use super::memory::Memory;
use super::run::Sender;
use super::steps::Snag;
use crate::model::{Write, WriteState};
use crate::outbox::action::{self, Places, still_needs, text_of};
use crate::outbox::{Reach, Which};
use crate::platform::manifest::{Action, ActionRequest, Step, Through};
use crate::platform::write::{Seen, WriteCall};

/// One request of a step.
#[derive(Debug)]
pub(super) struct Todo {
    /// The record it changes, as it is remembered.
    pub(super) id: String,
    pub(super) call: WriteCall,
}

/// What a step's look has shown.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) todo: Vec<Todo>,
    /// To be remembered before anything is done: the list as it was.
    pub(super) before: Option<Value>,
    /// Fresh rows of the step's collection, for the mirror.
    pub(super) rows: Vec<Seen>,
}

/// What tells the target's records from others'.
#[derive(Debug, Default)]
struct Its<'a> {
    /// All of these values make a record the target's.
    values: Vec<(&'a str, String)>,
    /// So does it to belong to one of these, by what stands at the pointer.
    owners: Option<(&'a str, BTreeSet<String>)>,
}

impl Its<'_> {
    fn has(&self, doc: &Value) -> bool {
        let at = |pointer: &str| doc.pointer(pointer).and_then(text_of);
        let by_value = || self.values.iter().all(|(pointer, value)| at(pointer).as_ref() == Some(value));
        let by_owner = |(pointer, ids): &(&str, BTreeSet<String>)| at(pointer).is_some_and(|id| ids.contains(&id));
        (!self.values.is_empty() && by_value()) || self.owners.as_ref().is_some_and(by_owner)
    }
}

/// Is `id` named anywhere in a document: as a value, or within a text that holds a document of its own?
fn names(doc: &Value, id: &str) -> bool {
    match doc {
        Value::String(text) => text.match_indices(id).any(|(at, _)| {
            // Not within a longer id.
            let inner = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
            !text[..at].ends_with(inner) && !text[at + id.len()..].starts_with(inner)
        }),
        Value::Array(items) => items.iter().any(|item| names(item, id)),
        Value::Object(fields) => fields.values().any(|value| names(value, id)),
        other => text_of(other).is_some_and(|text| text == id),
    }
}

impl<R: Reach> Sender<'_, R> {
    /// What is still to be done of a step.
    pub(super) async fn look_step(&self, write: &Write, place: usize, step: &Step) -> Result<Found, Snag> {
        let actions = &self.reach.manifest().actions;
        let named = |name: &str| {
            actions.get(name).ok_or_else(|| Snag::Wedged(format!("the manifest has no action {name:?} any more")))
        };
        let key = |id: &str| format!("{}.{place}.{id}", write.id);
        match step {
            Step::Do { action } => self.look_do(write, named(action)?, &key).await,
            Step::Each { collection, by, through, action, remembered } => {
                let only = if *remembered { Some(self.remembered(write, collection).await?) } else { None };
                let its = self.its(write, by, through.as_ref()).await?;
                self.look_each(write, (collection, &its), named(action)?, only.as_ref(), &key).await
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

    /// What tells the target's records from others'.
    async fn its<'a>(
        &self,
        write: &Write,
        by: &'a BTreeMap<String, String>,
        through: Option<&'a Through>,
    ) -> Result<Its<'a>, Snag> {
        let target = write.intent.target.as_deref().unwrap_or_default();
        let places = places(write, target, &write.intent.base.doc);
        let mut its = Its::default();
        for (pointer, template) in by {
            let value = action::text(template, &places);
            let value = value.ok_or_else(|| Snag::Wedged(format!("{target} has no value for {template}")))?;
            its.values.push((pointer, value));
        }
        if let Some(Through { collection, at }) = through {
            let naming = self.reach.rows(collection).await?.into_iter().filter(|seen| names(&seen.raw, target));
            its.owners = Some((at, naming.map(|seen| seen.incoming.id).collect()));
        }
        Ok(its)
    }

    async fn look_each(
        &self,
        write: &Write,
        (collection, its): (&str, &Its<'_>),
        action: &Action,
        only: Option<&BTreeSet<String>>,
        key: &impl Fn(&str) -> String,
    ) -> Result<Found, Snag> {
        let mut found = Found::default();
        for seen in self.reach.rows(collection).await? {
            let id = seen.incoming.id.clone();
            if !its.has(&seen.raw) || only.is_some_and(|only| !only.contains(&id)) {
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
        let which = Which {
            all: true,
            connections: vec![intent.connection.clone()],
            target: intent.target.clone().map(|id| (intent.collection.clone(), id)),
            ..Which::default()
        };
        self.ask(move |outbox| outbox.list(&which)).await
    }
}

/// What templates are filled with.
pub(super) fn places<'a>(write: &'a Write, id: &'a str, doc: &'a Value) -> Places<'a> {
    Places::of(&write.intent, id, doc)
}

fn call(requests: &[ActionRequest], places: &Places<'_>, key: &str) -> Result<WriteCall, Snag> {
    let call = action::call(requests, places, key);
    call.ok_or_else(|| Snag::Wedged(format!("no request can be made for {}", places.id)))
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
