//! Which agents a policy is bound to.
//!
//! Platforms tell it in different ways, and some not at all: the policy names its agents, agents name their policies, or there is
//! one policy for everybody. What a platform does not tell is said to be unknown, and not guessed. Pure; for whoever shows who is
//! affected by a policy, or which policies an agent obeys.

use std::collections::HashSet;

use quarterdeck_sync::model::Row;
use serde_json::Value;

/// Where a policy names the agents that it is bound to.
const USED_BY: [&str; 3] = ["/used_by", "/status/used_by", "/agents"];
/// Where an agent names its policies.
const POLICIES: [&str; 7] =
    ["/policies", "/policy", "/policy_id", "/spec/policies", "/spec/policy", "/config/policies", "/policy_name"];

/// How it is known which agents a policy is bound to.
pub enum Binding {
    /// The policy names them.
    Named(HashSet<String>),
    /// They name their policies.
    Naming,
    /// There is one policy for all.
    Alone,
}

impl Binding {
    /// Whom the policy of this document binds; `alone` when it is the only one of its list. None when the platform does not tell.
    pub fn of(policy: &Value, agents: &[(Row, Value)], alone: bool) -> Option<Self> {
        if let Some(named) = names(policy, &USED_BY) {
            return Some(Self::Named(named));
        }
        let naming = agents.iter().any(|(_, doc)| names(doc, &POLICIES).is_some());
        if naming { Some(Self::Naming) } else { alone.then_some(Self::Alone) }
    }

    /// Does the policy bind this agent?
    pub fn binds(&self, policy: &Row, (agent, doc): &(Row, Value)) -> bool {
        let is_in = |all: &HashSet<String>, row: &Row| {
            all.contains(&row.id) || row.title.as_ref().is_some_and(|title| all.contains(title))
        };
        let names_it = || names(doc, &POLICIES).is_some_and(|all| is_in(&all, policy));
        match self {
            Self::Named(named) => is_in(named, agent) || names_it(),
            Self::Naming => names_it(),
            Self::Alone => true,
        }
    }

    /// How that is known, for a person.
    pub fn told(&self, connection: &str) -> String {
        match self {
            Self::Named(_) => "the policy names the agents that use it".to_owned(),
            Self::Naming => "agents name the policies they are bound to".to_owned(),
            Self::Alone => format!("it is the one policy of {connection}: every agent has it"),
        }
    }
}

/// The names at the first of `places` that is there: a text, or a list of texts or of things with a name.
fn names(doc: &Value, places: &[&str]) -> Option<HashSet<String>> {
    let value = places.iter().find_map(|at| doc.pointer(at).filter(|value| !value.is_null()))?;
    let name = |value: &Value| match value {
        Value::String(name) => Some(name.clone()),
        Value::Object(_) => ["/name", "/id"].iter().find_map(|at| value.pointer(at)?.as_str().map(str::to_owned)),
        _ => None,
    };
    match value {
        Value::Array(items) => Some(items.iter().filter_map(name).collect()),
        other => Some(name(other).into_iter().collect()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_read_however_they_are_listed() {
        let read = |doc: Value| {
            let mut found: Vec<String> = names(&doc, &USED_BY)?.into_iter().collect();
            found.sort();
            Some(found)
        };
        assert_eq!(read(json!({"used_by": ["b", "a"]})), Some(vec!["a".into(), "b".into()]));
        assert_eq!(read(json!({"used_by": [{"name": "a"}, {"id": "b"}, 3]})), Some(vec!["a".into(), "b".into()]));
        assert_eq!(read(json!({"used_by": []})), Some(vec![]));
        assert_eq!(read(json!({"used_by": null})), None);
    }
}
