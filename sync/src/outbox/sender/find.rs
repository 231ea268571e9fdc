//! What is still to be done of a recipe's step: a look, and what follows from it. Nothing is changed here.

use std::collections::BTreeSet;

use serde_json::Value;

use super::SendError;
use super::memory::{Memory, named};
use super::outcome::ends_all;
use super::run::Sender;
use super::steps::Snag;
use crate::model::{Write, WriteState};
use crate::outbox::action::{self, Its, Places, still_needs, text_of};
use crate::outbox::{Reach, Which};
use crate::platform::manifest::{Action, ActionRequest, Standing, Step, Through, Whose};
use crate::platform::request::cannot_lack;
use crate::platform::write::{Seen, WriteCall};

/// Records that others belong to which are read one by one, of each list.
const LOOKED_UP: usize = 1_000;

/// One request of a step.
#[derive(Debug)]
pub(super) struct Todo {
    /// The record it changes, as it is remembered.
    pub(super) id: String,
    /// In a child list, the record it is a child of.
    pub(super) parent: Option<String>,
    pub(super) call: WriteCall,
}

/// What a step's look has shown.
#[derive(Default)]
pub(super) struct Found {
    pub(super) todo: Vec<Todo>,
    /// To be remembered before anything is done: the list as it was.
    pub(super) before: Option<Value>,
    /// There may be more to do: what keeps that from being told.
    pub(super) doubt: Option<Snag>,
}

impl Found {
    /// The look failed: nothing is known.
    pub(super) fn in_doubt(snag: Snag) -> Self {
        Self { doubt: Some(snag), ..Self::default() }
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
            Step::Each { collection, whose, action, remembered } => {
                let only = if *remembered { Some(self.remembered(write, collection).await?) } else { None };
                self.look_each(write, (collection, whose), named(action)?, only.as_ref(), &key).await
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

    /// The records of a collection that are the target's and still need the action.
    ///
    /// A platform that shows too little of its records to tell is never taken for one that has none: what can be told is done, and
    /// what cannot is a doubt.
    async fn look_each(
        &self,
        write: &Write,
        (collection, whose): (&str, &Whose),
        action: &Action,
        only: Option<&BTreeSet<String>>,
        key: &impl Fn(&str) -> String,
    ) -> Result<Found, Snag> {
        let target = write.intent.target.as_deref().unwrap_or_default();
        let its = Its::of(whose, &places(write, target, &write.intent.base.doc));
        let its = its.ok_or_else(|| Snag::Wedged(format!("{target} lacks what its {collection} are told by")))?;
        let rows = self.reach.rows(collection, &action.needs).await?.into_iter();
        let rows = rows.filter(|seen| only.is_none_or(|only| only.contains(&seen.incoming.id)));
        let may_need = |seen: &Seen| still_needs(action, &seen.raw) || !tells_needs(action, &seen.raw);
        let rows: Vec<Seen> = rows.filter(|seen| may_need(seen) && its.not_others(&seen.raw)).collect();
        let at = whose.through.as_ref().map(|through| through.at.as_str());
        if !rows.is_empty() && !rows.iter().any(|seen| its.is_told(&seen.raw) || owner(&seen.raw, at).is_some()) {
            let why = format!("it cannot be told which of the {collection} are its: none of them says so");
            return Err(Snag::Wedged(why));
        }
        let (mut mine, others): (Vec<Seen>, Vec<Seen>) = rows.into_iter().partition(|seen| its.has(&seen.raw));
        let mut found = Found::default();
        if let Some(through) = &whose.through {
            let (owners, doubt) = self.owners(target, through, &others).await;
            let of_these = |seen: &Seen| owner(&seen.raw, at).is_some_and(|id| owners.contains(&id));
            mine.extend(others.into_iter().filter(of_these));
            found.doubt = doubt;
        }
        let (mine, dark): (Vec<Seen>, Vec<Seen>) = mine.into_iter().partition(|seen| still_needs(action, &seen.raw));
        if !dark.is_empty() {
            let ids = named(&dark.iter().map(|seen| &seen.incoming.id).collect::<Vec<_>>());
            let why = format!("it cannot be told how {ids} of {collection} stand: they do not say so");
            found.doubt = found.doubt.or(Some(Snag::Wedged(why)));
        }
        let list = self.collection(collection);
        for Seen { incoming, raw } in mine {
            let parent = list.and_then(|list| action::parent_in(list, &raw));
            found.todo.push(Todo { parent, ..self.todo(write, action, incoming.id, &raw, key)? });
        }
        Ok(found)
    }

    /// Which of the records that `others` belong to name the target, and what keeps that from being told of all of them.
    async fn owners(&self, target: &str, through: &Through, others: &[Seen]) -> (BTreeSet<String>, Option<Snag>) {
        let Through { collection, at, shown } = through;
        let (mut naming, mut doubt) = (BTreeSet::new(), None);
        let mut open: BTreeSet<String> = others.iter().filter_map(|seen| owner(&seen.raw, Some(at))).collect();
        if open.is_empty() {
            return (naming, None);
        }
        match self.reach.rows(collection, &Standing::default()).await {
            Ok(rows) => {
                for Seen { incoming, raw } in rows {
                    let named = names(&raw, target);
                    let tells = named || shown.is_empty() || shows(&raw, shown);
                    if tells && open.remove(&incoming.id) && named {
                        naming.insert(incoming.id);
                    }
                }
            }
            Err(error) => return (naming, Some(Snag::Look(error))),
        }
        let mut open = open.into_iter();
        let mut dark = Vec::new();
        for id in open.by_ref().take(LOOKED_UP) {
            let told = |doc: &Value| shown.iter().any(|at| doc.pointer(at).is_some_and(|it| !it.is_null()));
            match self.reach.look(collection, &id, None).await {
                Ok(Some(seen)) if names(&seen.raw, target) => drop(naming.insert(id)),
                Ok(Some(seen)) if shown.is_empty() || told(&seen.raw) => {}
                Ok(_) => dark.push(id),
                Err(error) => {
                    let over = ends_all(&error);
                    doubt = doubt.or(Some(Snag::Look(error)));
                    if over {
                        break;
                    }
                }
            }
        }
        dark.extend(open);
        if !dark.is_empty() {
            let ids = named(&dark);
            let why =
                format!("it cannot be told whether {ids} of {collection} work with {target}: they do not show it");
            doubt = doubt.or(Some(Snag::Wedged(why)));
        }
        (naming, doubt)
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
            None => found.todo.push(Todo { id: id.to_owned(), parent: None, call }),
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
            // What is taken for empty is written over: who lets the record go again would find nothing to put back.
            None => match cannot_lack(self.reach.manifest(), &doc, list) {
                Some(why) => return Err(Snag::Wedged(format!("{path} shows no {list}: {why}"))),
                None => Vec::new(),
            },
            Some(Value::Null) => Vec::new(),
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
            found.todo.push(Todo { id: id.to_owned(), parent: None, call });
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
        Ok(Todo { id, parent: None, call })
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

/// Does a record say how it stands where the action needs to know?
fn tells_needs(action: &Action, doc: &Value) -> bool {
    action.needs.keys().all(|at| doc.pointer(at).is_some())
}

/// The id of what a record belongs to.
fn owner(doc: &Value, at: Option<&str>) -> Option<String> {
    doc.pointer(at?).and_then(text_of).filter(|id| !id.is_empty())
}

/// Does a row of a list hold something at one of these? What is empty there may have been left out.
fn shows(doc: &Value, shown: &[String]) -> bool {
    shown.iter().any(|at| match doc.pointer(at) {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(members)) => !members.is_empty(),
        Some(_) => true,
    })
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
