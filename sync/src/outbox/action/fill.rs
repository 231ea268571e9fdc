//! Templates of actions, filled.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::same::present;
use crate::model::Intent;
use crate::platform::manifest::{ActionRequest, OtherWay};
use crate::platform::request::segment;
use crate::platform::template::{self, Part, Slot};
use crate::platform::write::{OtherCall, WriteCall};

/// What the places of a template are filled with.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// Id of the record.
    pub id: &'a str,
    /// Its document.
    pub doc: &'a Value,
    /// Arguments of the action.
    pub args: &'a BTreeMap<String, Value>,
    /// Why.
    pub reason: Option<&'a str>,
    /// Related records, by name.
    pub related: &'a BTreeMap<String, Value>,
    /// The list a step has made.
    pub list: Option<&'a Value>,
}

impl<'a> Places<'a> {
    /// For a record of this id and document, with what the person gave and saw.
    pub fn of(intent: &'a Intent, id: &'a str, doc: &'a Value) -> Self {
        let (args, reason, related) = (&intent.args, intent.reason.as_deref(), &intent.base.related);
        Self { id, doc, args, reason, related, list: None }
    }

    /// For the target as the person saw it.
    pub fn seen(intent: &'a Intent) -> Self {
        Self::of(intent, intent.target.as_deref().unwrap_or_default(), &intent.base.doc)
    }

    /// The value of a place; none when there is none, or null.
    fn value(&self, slot: Slot<'_>) -> Option<Value> {
        match slot {
            Slot::Id => Some(Value::from(self.id)),
            Slot::Pointer(at) => present(self.doc.pointer(at)).cloned(),
            Slot::Related(name, at) => present(self.related.get(name)?.pointer(at)).cloned(),
            Slot::Doc => Some(self.doc.clone()),
            Slot::List => self.list.cloned(),
            Slot::Argument("reason") => self.reason.map(Value::from),
            Slot::Argument(name) => present(self.args.get(name)).cloned(),
            Slot::Parent | Slot::Day(_) => None,
        }
    }
}

/// A template as text, not escaped; none when one of its places has no value, or one that is no text.
pub fn text(template: &str, places: &Places<'_>) -> Option<String> {
    expand(template, |slot| text_of(&places.value(slot)?))
}

/// A template as a path: what fills a place stays one segment, whatever it holds. None when it cannot be one.
pub fn path(template: &str, places: &Places<'_>) -> Option<String> {
    expand(template, |slot| segment(&text_of(&places.value(slot)?)?).ok())
}

fn expand(template: &str, fill: impl Fn(Slot<'_>) -> Option<String>) -> Option<String> {
    template::expand(template, |slot| fill(slot).ok_or_else(|| slot.name())).ok()
}

/// A value that stands for itself as text; none of a list, an object, or nothing.
pub(in crate::outbox) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The first of the requests whose conditions hold.
pub(super) fn way<'a>(requests: &'a [ActionRequest], places: &Places<'_>) -> Option<&'a ActionRequest> {
    let given = |name: &String| match name.as_str() {
        "reason" => places.reason.is_some(),
        name => present(places.args.get(name)).is_some(),
    };
    requests.iter().find(|request| {
        request.when.iter().all(|place| holds_something(place, places)) && !request.unless.iter().any(given)
    })
}

/// Has the place a value that says something?
fn holds_something(place: &str, places: &Places<'_>) -> bool {
    let value = match template::parts(place).as_deref() {
        Ok([Part::Slot(slot)]) => places.value(*slot),
        _ => None,
    };
    !matches!(value, None | Some(Value::Bool(false))) && value.as_ref().and_then(Value::as_str) != Some("")
}

/// The call that the first request whose conditions hold comes to; none when there is no such request, or its path cannot be filled.
pub fn call(requests: &[ActionRequest], places: &Places<'_>, key: &str) -> Option<WriteCall> {
    made(way(requests, places)?, places, key)
}

/// The call a request comes to.
pub(super) fn made(request: &ActionRequest, places: &Places<'_>, key: &str) -> Option<WriteCall> {
    let to = path(&request.path, places)?;
    let other = |other: &OtherWay| {
        let method = other.method.clone().unwrap_or_else(|| request.method.clone());
        let path = other.path.as_ref().map_or_else(|| Some(to.clone()), |template| path(template, places))?;
        let body = other.body.as_ref().or(request.body.as_ref()).and_then(|body| filled(body, places));
        Some(OtherCall { method, path, body })
    };
    let query = request.query.iter().filter_map(|(name, value)| Some((name.clone(), text(value, places)?)));
    Some(WriteCall {
        method: request.method.clone(),
        query: query.collect(),
        body: request.body.as_ref().and_then(|body| filled(body, places)),
        or: request.or.iter().filter_map(other).collect(),
        key: key.to_owned(),
        path: to,
        not_after: None,
    })
}

/// A body with its places filled: a text that is one place alone becomes the value itself; what has no value is left out.
fn filled(body: &Value, places: &Places<'_>) -> Option<Value> {
    Some(match body {
        Value::String(template) => match template::parts(template).as_deref() {
            Ok([Part::Slot(slot)]) => places.value(*slot)?,
            _ => text(template, places)?.into(),
        },
        Value::Array(items) => items.iter().filter_map(|item| filled(item, places)).collect(),
        Value::Object(members) => {
            let members = members.iter().filter_map(|(key, value)| Some((key.clone(), filled(value, places)?)));
            Value::Object(members.collect::<Map<String, Value>>())
        }
        other => other.clone(),
    })
}
