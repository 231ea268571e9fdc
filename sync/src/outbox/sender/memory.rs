//! What a recipe has done so far, as it is kept with its write: the way back, and what a person is told.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::Verdict;

/// Records named in words before the rest is only counted.
const NAMED: usize = 5;

/// What was done by each step, in their order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Memory {
    #[serde(default)]
    steps: Vec<Part>,
}

/// What one step has done.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Part {
    /// What it does, for a person.
    #[serde(default)]
    pub(super) what: String,
    /// Collection of what it changed.
    #[serde(default)]
    pub(super) collection: Option<String>,
    /// Records it changed, or was about to change.
    #[serde(default)]
    pub(super) changed: BTreeSet<String>,
    /// Of these, what the platform did not change, and its words.
    #[serde(default)]
    pub(super) refused: BTreeMap<String, String>,
    /// The list as it was before.
    #[serde(default)]
    pub(super) before: Option<Value>,
}

impl Memory {
    /// What a write remembers, with room for `steps` steps.
    pub(super) fn of(value: &Value, steps: usize) -> Self {
        let mut memory = Self::deserialize(value).unwrap_or_default();
        if memory.steps.len() < steps {
            memory.steps.resize_with(steps, Part::default);
        }
        memory
    }

    /// As it is kept.
    pub(super) fn value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    pub(super) fn part(&mut self, step: usize) -> &mut Part {
        &mut self.steps[step]
    }

    /// What was refused before is tried again.
    pub(super) fn forget_refusals(&mut self) {
        self.steps.iter_mut().for_each(|part| part.refused.clear());
    }

    pub(super) fn refusals(&self) -> impl Iterator<Item = (&String, &String)> {
        self.steps.iter().flat_map(|part| &part.refused)
    }

    /// Records of a collection that were changed.
    pub(super) fn changed_in(&self, collection: &str) -> impl Iterator<Item = String> {
        let parts = self.steps.iter().filter(|part| part.collection.as_deref() == Some(collection));
        parts.flat_map(|part| part.changed.iter().filter(|id| !part.refused.contains_key(*id)).cloned())
    }

    /// What was done and what was not, for a person.
    pub(super) fn told(&self) -> String {
        let mut out = String::new();
        for part in &self.steps {
            let done: Vec<&str> =
                part.changed.iter().filter(|id| !part.refused.contains_key(*id)).map(String::as_str).collect();
            if !done.is_empty() {
                let _ = write!(out, "{}{}: {}", gap(&out), part.what, named(&done));
            }
            for (id, words) in &part.refused {
                let _ = write!(out, "{}{} was refused for {id}: {words}", gap(&out), part.what);
            }
        }
        if out.is_empty() { "all of it was so already".to_owned() } else { out }
    }

    /// A verdict, with what was done before it.
    pub(super) fn told_with(&self, verdict: Verdict) -> Verdict {
        if self.steps.iter().all(|part| part.changed.is_empty()) {
            return verdict;
        }
        Verdict { message: format!("{} (so far {})", verdict.message, self.told()), ..verdict }
    }
}

fn gap(before: &str) -> &'static str {
    if before.is_empty() { "" } else { "; " }
}

fn named(ids: &[&str]) -> String {
    match ids.len().checked_sub(NAMED) {
        None | Some(0) => ids.join(", "),
        Some(more) => format!("{} and {more} more", ids[..NAMED].join(", ")),
    }
}
