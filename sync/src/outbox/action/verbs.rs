//! What can be done to the records of a collection.

use super::Refusal;
use crate::platform::Manifest;
use crate::platform::manifest::Action;

/// The verbs every platform is asked for, in the order in which people are shown them; others follow by name.
const ORDER: [&str; 15] = [
    "approve",
    "reject",
    "suspend",
    "resume",
    "contain",
    "release",
    "stop",
    "activate",
    "deactivate",
    "acknowledge",
    "enable",
    "disable",
    "update",
    "create",
    "delete",
];

/// The verbs a collection has, with the action of each, or why the platform lacks it: the usual ones first.
pub fn verbs<'a>(manifest: &'a Manifest, collection: &str) -> Vec<(&'a str, Result<&'a Action, &'a str>)> {
    let mut found: Vec<(&str, Result<&Action, &str>)> = Vec::new();
    // What it can do hides what it lacks.
    let (can, lacks): (Vec<&Action>, Vec<&Action>) = manifest
        .actions
        .values()
        .filter(|action| acts_on(manifest, action, collection))
        .partition(|it| it.lacks.is_none());
    for action in can.into_iter().chain(lacks) {
        if !found.iter().any(|(verb, _)| *verb == action.verb) {
            found.push((&action.verb, action.lacks.as_deref().map_or(Ok(action), Err)));
        }
    }
    found.sort_by_key(|(verb, _)| (ORDER.iter().position(|known| known == verb).unwrap_or(ORDER.len()), *verb));
    found
}

/// The action behind a verb: its name and what it says, or why there is none.
pub fn find<'a>(manifest: &'a Manifest, collection: &str, verb: &str) -> Result<(&'a str, &'a Action), Refusal> {
    let of_verb = |(_, action): &(&String, &Action)| action.verb == verb && acts_on(manifest, action, collection);
    let mut found: Vec<(&String, &Action)> = manifest.actions.iter().filter(of_verb).collect();
    found.sort_by_key(|(_, action)| action.lacks.is_some());
    match found.first() {
        Some((_, Action { lacks: Some(why), .. })) => Err(Refusal::Lacks(why.clone())),
        Some((name, action)) => Ok((name, action)),
        None => Err(Refusal::Lacks(format!("{} has no {verb} for {collection}", manifest.title))),
    }
}

/// What is lacking is lacking in every collection of the kind it names.
fn acts_on(manifest: &Manifest, action: &Action, collection: &str) -> bool {
    let kind = || manifest.collections.get(collection).map(|collection| collection.kind.plural());
    action.on == collection || (action.lacks.is_some() && kind() == Some(action.on.as_str()))
}
