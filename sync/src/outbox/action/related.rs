//! Records a decision rests on besides its target: which they are, and whether they are still what the person saw.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fill::{self, Places};
use super::same::{one_of, present, same};
use crate::model::{Dispute, Intent};
use crate::platform::manifest::{Action, Partition, Related};
use crate::platform::{Collection, Manifest};

/// The id of a related record, when the target names one and the mirror may hold it: collection and id.
pub fn related_record(related: &Related, id: &str, doc: &Value) -> Option<(String, String)> {
    let (args, none) = (BTreeMap::new(), BTreeMap::new());
    let places = Places { id, doc, args: &args, reason: None, related: &none, list: None };
    let found = fill::text(related.id.as_ref()?, &places)?;
    Some((related.collection.clone()?, found)).filter(|(_, id)| !id.is_empty())
}

/// In a child list, the record whose child the target is.
pub fn parent(manifest: &Manifest, intent: &Intent) -> Option<String> {
    parent_in(manifest.collections.get(&intent.collection)?, &intent.base.doc)
}

/// In a child list, the record whose child a related record is, as the mirror had it when the person decided.
pub fn related_parent(manifest: &Manifest, intent: &Intent, name: &str) -> Option<String> {
    let related = manifest.actions.get(&intent.action)?.related.get(name)?;
    parent_in(manifest.collections.get(related.collection.as_ref()?)?, intent.base.related.get(name)?)
}

/// The record that this one of a child list belongs to, as its document says it.
pub(in crate::outbox) fn parent_in(collection: &Collection, doc: &Value) -> Option<String> {
    let Some(Partition::Parent { field: Some(field), .. }) = &collection.partition else { return None };
    match doc.pointer(field)? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// What tells later whether a related record has come to show that the action was done: what stands now where it would.
pub(super) fn before(action: &Action, now: &BTreeMap<String, Value>) -> Value {
    let at = |name: &str, pointer: &str| now.get(name).and_then(|doc| doc.pointer(pointer)).cloned();
    let telling = action.related.iter().filter(|(name, related)| !related.shows.is_empty() && now.contains_key(*name));
    let each = telling.map(|(name, related)| {
        let values = related.shows.keys().map(|pointer| (pointer.clone(), at(name, pointer).unwrap_or_default()));
        (name.clone(), values.collect::<Map<String, Value>>().into())
    });
    Value::Object(each.collect())
}

/// Has it come, since what `was` at each pointer, to where it shows that the action was done?
pub(super) fn shows<'a>(related: &Related, was: impl Fn(&str) -> Option<&'a Value>, now: &Value) -> bool {
    let has_come = |(at, values): (&String, &Vec<Value>)| {
        let now = now.pointer(at);
        one_of(now, values) && was(at).is_some_and(|was| !same(Some(was), now))
    };
    !related.shows.is_empty() && related.shows.iter().all(has_come)
}

/// What is not as the person saw it in the related records, as a look shows them now.
pub(super) fn moved(action: &Action, intent: &Intent, now: &BTreeMap<String, Value>) -> Vec<Dispute> {
    let mut found = Vec::new();
    for (name, related) in &action.related {
        let (seen, now) = (intent.base.related.get(name), now.get(name));
        let (Some(now), seen) = (now, seen) else {
            // It was there when the person decided.
            if let Some(seen) = seen
                && (!related.guard.is_empty() || !related.needs.is_empty())
            {
                found.push(Dispute { at: format!("{name}:"), base: Some(seen.clone()), mine: None, theirs: None });
            }
            continue;
        };
        let mut differs = |at: &str, base: Option<&Value>| {
            let theirs = now.pointer(at);
            found.push(Dispute {
                at: format!("{name}:{at}"),
                base: base.cloned(),
                mine: None,
                theirs: theirs.cloned(),
            });
        };
        if let Some(seen) = seen {
            for at in related.guard.iter().filter(|at| !same(seen.pointer(at), now.pointer(at))) {
                differs(at, seen.pointer(at));
            }
        }
        for (at, values) in &related.needs {
            let as_seen = seen.is_some_and(|seen| same(seen.pointer(at), now.pointer(at)));
            if !as_seen && !one_of(now.pointer(at), values) {
                differs(at, seen.and_then(|seen| seen.pointer(at)));
            }
        }
        for at in &related.same {
            let told = present(intent.base.doc.pointer(at));
            if told.is_some() && present(now.pointer(at)).is_some() && !same(told, now.pointer(at)) {
                differs(at, told);
            }
        }
    }
    found
}
