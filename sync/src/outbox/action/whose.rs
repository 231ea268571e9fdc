//! What tells a target's records of another collection from others'. Pure.

use serde_json::Value;

use super::fill::{Places, text, text_of};
use super::same::{Conditions, one_of, present};
use crate::platform::manifest::Whose;

/// The marks of one target's records.
#[derive(Debug, PartialEq)]
pub(in crate::outbox) struct Its<'a> {
    /// All values of one of these make a record the target's.
    ways: Vec<Vec<(&'a str, String)>>,
    /// What it must hold besides, where it has a value there.
    only: &'a Conditions,
}

impl<'a> Its<'a> {
    /// None when the target lacks what each of the marks is made of.
    pub(in crate::outbox) fn of(whose: &'a Whose, places: &Places<'_>) -> Option<Self> {
        let value = |(at, template): (&'a String, &String)| Some((at.as_str(), text(template, places)?));
        let ways = whose.by.iter().filter_map(|all| all.iter().map(value).collect::<Option<Vec<_>>>());
        let ways: Vec<_> = ways.filter(|all| !all.is_empty()).collect();
        (!ways.is_empty() || whose.by.is_empty()).then_some(Self { ways, only: &whose.only })
    }

    /// Is this record the target's, by what it says itself?
    pub(in crate::outbox) fn has(&self, doc: &Value) -> bool {
        let is = |(at, value): &(&str, String)| doc.pointer(at).and_then(text_of).as_ref() == Some(value);
        self.not_others(doc) && self.ways.iter().any(|all| all.iter().all(is))
    }

    /// Does nothing in it speak against its being the target's?
    pub(in crate::outbox) fn not_others(&self, doc: &Value) -> bool {
        self.only.iter().all(|(at, values)| {
            let told = present(doc.pointer(at));
            told.is_none() || one_of(told, values)
        })
    }

    /// Does this record say whose it is at all?
    pub(in crate::outbox) fn is_told(&self, doc: &Value) -> bool {
        self.ways.iter().any(|all| all.iter().all(|(at, _)| doc.pointer(at).is_some()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::platform::Registry;
    use crate::platform::manifest::Step;

    /// Exo's manual names neither the keys of a deployment nor the words in them.
    #[test]
    fn a_deployment_is_an_agents_by_either_key_and_never_a_workflows() {
        let manifest = Registry::builtin().get("exo").unwrap();
        let Step::Each { whose, .. } = &manifest.actions["contain"].steps[0] else { panic!("each of its deployments") };
        let (args, related, doc) = (BTreeMap::new(), BTreeMap::new(), json!({}));
        let places = Places { id: "7", doc: &doc, args: &args, reason: None, related: &related, list: None };
        let its = Its::of(whose, &places).unwrap();
        for (doc, has, told) in [
            (json!({"entity_type": "agent", "entity_id": "7"}), true, true),
            (json!({"entity_id": 7}), true, true),
            (json!({"agent_id": "7"}), true, true),
            (json!({"agent_id": "7", "entity_type": null}), true, true),
            (json!({"agent_id": "8"}), false, true),
            (json!({"agent_id": null, "workflow_id": "7"}), false, true),
            (json!({"entity_type": "workflow", "entity_id": "7"}), false, true),
            (json!({"target": "7"}), false, false),
        ] {
            assert_eq!((its.has(&doc), its.is_told(&doc)), (has, told), "{doc}");
        }
    }
}
