//! What a recipe has seen to record by record, and whether that still holds.
//!
//! Pure: the records come from whoever asks, and may be of any time. What a recipe does otherwise, in a document that is not
//! mirrored, nobody can tell from records.

use serde_json::Value;

use super::fill::Places;
use super::whose::Its;
use crate::model::Intent;
use crate::platform::manifest::{Action, Manifest, Step};

/// The records of one collection that a recipe acts on for its target, each by an action of its own.
#[derive(Debug)]
pub struct Cover<'a> {
    /// The collection.
    pub collection: &'a str,
    its: Its<'a>,
    action: &'a Action,
}

/// What the recipe of `intent` covers; nothing where it is none, or acts on its target as a whole.
pub fn covers<'a>(manifest: &'a Manifest, intent: &Intent) -> Vec<Cover<'a>> {
    let Some(action) = manifest.actions.get(&intent.action) else { return Vec::new() };
    let places = Places::seen(intent);
    let cover = |step: &'a Step| match step {
        // Records that only belong to something of the target's come and go with that: they say nothing of the target.
        Step::Each { collection, whose, action, remembered: false } if !whose.by.is_empty() => {
            Some(Cover { collection, its: Its::of(whose, &places)?, action: manifest.actions.get(action)? })
        }
        _ => None,
    };
    let mut found: Vec<Cover<'a>> = Vec::new();
    for cover in action.steps.iter().filter_map(cover) {
        // What is done twice is covered once.
        if !found.iter().any(|known| known.collection == cover.collection && known.its == cover.its) {
            found.push(cover);
        }
    }
    found
}

impl Cover<'_> {
    /// The statuses in which a record is acted on, where the action asks for some.
    pub fn statuses(&self) -> Vec<&str> {
        let words = self.action.needs.get("/status");
        words.map(|words| words.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
    }

    /// Is this record the target's, and does it stand where the recipe would act on it again?
    pub fn is_undone(&self, doc: &Value) -> bool {
        self.its.has(doc) && still_needs(self.action, doc)
    }
}

/// Does a record still stand where the action makes sense?
pub(in crate::outbox) fn still_needs(action: &Action, doc: &Value) -> bool {
    let stands = |(pointer, values): (&String, &Vec<Value>)| {
        let now = doc.pointer(pointer).unwrap_or(&Value::Null);
        values.contains(now)
    };
    match action.needs.is_empty() {
        true => action.done.is_empty() || !action.done.iter().all(stands),
        false => action.needs.iter().all(stands),
    }
}
