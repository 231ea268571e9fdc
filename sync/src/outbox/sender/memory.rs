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
    /// Of these, what was not answered with yes so far, and how often it was tried.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) open: BTreeMap<String, u32>,
    /// In a child list, what the records are children of.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) parents: BTreeMap<String, String>,
    /// The list as it was before.
    #[serde(default)]
    pub(super) before: Option<Value>,
}

impl Part {
    /// A look has shown what is left to be done: whatever is not, is done, or has ended by itself.
    pub(super) fn left(&mut self, left: impl Fn(&str) -> bool) {
        self.open.retain(|id, _| left(id));
        // What was refused was not done by us, whoever did it then.
        let over: Vec<String> = self.refused.keys().filter(|id| !left(id)).cloned().collect();
        for id in over {
            self.refused.remove(&id);
            self.changed.remove(&id);
        }
    }

    /// What was done.
    fn done(&self) -> Vec<&String> {
        self.changed.iter().filter(|id| !self.refused.contains_key(*id) && !self.open.contains_key(*id)).collect()
    }
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

    /// Did it come so far as to take steps?
    pub(super) fn has_steps(&self) -> bool {
        self.steps.iter().any(|part| !part.changed.is_empty())
    }

    /// Was anything done, as far as is known?
    pub(super) fn has_done(&self) -> bool {
        self.steps.iter().any(|part| !part.done().is_empty())
    }

    /// Records of a collection that were changed.
    pub(super) fn changed_in(&self, collection: &str) -> impl Iterator<Item = String> {
        let parts = self.steps.iter().filter(|part| part.collection.as_deref() == Some(collection));
        parts.flat_map(|part| part.changed.iter().filter(|id| !part.refused.contains_key(*id)).cloned())
    }

    /// What was done and what was not, for a person.
    pub(super) fn told(&self) -> String {
        let mut out = String::new();
        let mut told: BTreeSet<&str> = BTreeSet::new();
        for part in self.steps.iter().filter(|part| !part.changed.is_empty()) {
            // A step that is taken twice is told once.
            if !told.insert(&part.what) {
                continue;
            }
            let same: Vec<&Part> = self.steps.iter().filter(|other| other.what == part.what).collect();
            let done: BTreeSet<&String> = same.iter().flat_map(|part| part.done()).collect();
            if !done.is_empty() {
                let ids: Vec<&String> = done.iter().copied().collect();
                let _ = write!(out, "{}{}: {}", gap(&out), part.what, named(&ids));
            }
            let refused: BTreeMap<&String, &String> = same.iter().flat_map(|part| &part.refused).collect();
            for (id, words) in refused {
                let _ = write!(out, "{}{} was refused for {id}: {words}", gap(&out), part.what);
            }
            let open: BTreeSet<&String> = same.iter().flat_map(|part| part.open.keys()).collect();
            let open: Vec<&String> = open.difference(&done).copied().collect();
            if !open.is_empty() {
                let _ = write!(out, "{}{} is still to be done for {}", gap(&out), part.what, named(&open));
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

/// Some ids, for a person: the first few by name.
pub(super) fn named(ids: &[impl AsRef<str>]) -> String {
    let first: Vec<&str> = ids.iter().take(NAMED).map(AsRef::as_ref).collect();
    match ids.len().saturating_sub(NAMED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
