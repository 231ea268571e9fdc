//! What only the whole manifest can tell: do the names it uses exist, in which order is it pulled.

use std::collections::BTreeMap;

use super::fields::{Report, listed, nearest};
use crate::model::Kind;
use crate::platform::Manifest;
use crate::platform::manifest::{JoinTarget, Partition};

/// Checks references and works out what follows from them: who is joined to, and the order of the pull.
pub fn whole(report: &mut Report, mut manifest: Manifest) -> Option<Manifest> {
    names_exist(report);
    actions_fit(report, &manifest);
    join_targets(report, &mut manifest);
    content_fits(report, &manifest);
    let circle = parent_circle(&manifest);
    if let Some(name) = circle {
        let place = report.collections.iter().find(|(to, _)| *to == name).map(|(_, place)| *place);
        if let Some(place) = place {
            report.error(
                place,
                format!("`{name}` is its own ancestor"),
                Some("a parent needs a list of its own".to_owned()),
            );
        }
        return None;
    }
    manifest.pull_order = pull_order(&manifest);
    Some(manifest)
}

fn names_exist(report: &mut Report) {
    let described = std::mem::take(&mut report.described);
    let names = |table: &str| -> Vec<&str> { described.iter().filter_map(|name| name.strip_prefix(table)).collect() };
    let (collections, actions) = (names("collections."), names("actions."));
    let mut nouns = collections.clone();
    nouns.extend(Kind::ALL.iter().filter(|kind| **kind != Kind::Other).map(|kind| kind.plural()));
    let to_collections = report.collections.clone();
    let (to_actions, to_nouns) = (report.actions.clone(), std::mem::take(&mut report.nouns));
    let references = to_collections.iter().map(|(name, place)| ("collection", &collections, name, place));
    let references = references.chain(to_nouns.iter().map(|(name, place)| ("collection or kind", &nouns, name, place)));
    for (what, known, name, place) in
        references.chain(to_actions.iter().map(|(name, _, place)| ("action", &actions, name, place)))
    {
        if !known.contains(&name.as_str()) {
            let near = nearest(name, known.iter().copied());
            let hint =
                near.map_or_else(|| format!("there are {}", listed(known)), |near| format!("did you mean `{near}`?"));
            report.error(*place, format!("there is no {what} `{name}`"), Some(hint));
        }
    }
}

/// An action that is named must act on what it is named for, and in one request; one verb means one thing on one collection.
fn actions_fit(report: &mut Report, manifest: &Manifest) {
    for (name, on, place) in std::mem::take(&mut report.actions) {
        let Some(action) = manifest.actions.get(&name) else { continue };
        if action.on != on && manifest.collections.contains_key(&on) {
            let message = format!("`{name}` acts on `{}`, not on `{on}`", action.on);
            report.error(place, message, None);
        } else if action.lacks.is_some() {
            report.error(place, format!("`{name}` is something this platform lacks"), None);
        }
    }
    for (name, place) in std::mem::take(&mut report.verbs) {
        let Some(action) = manifest.actions.get(&name) else { continue };
        let twin = |(other, it): &(&String, &crate::platform::manifest::Action)| {
            **other < name && it.on == action.on && it.verb == action.verb
        };
        if let Some((other, _)) = manifest.actions.iter().find(twin) {
            let message = format!("`{other}` and `{name}` are both called `{}` on `{}`", action.verb, action.on);
            report.error(place, message, Some("give one of them another `verb`".to_owned()));
        }
    }
}

/// Tells each collection by which key others name its rows.
fn join_targets(report: &mut Report, manifest: &mut Manifest) {
    let mut targets: BTreeMap<String, JoinTarget> = BTreeMap::new();
    for collection in manifest.collections.values() {
        let Some(join) = &collection.columns.agent_join else { continue };
        let target = JoinTarget { on: join.on.clone(), rank: join.rank.clone() };
        let known = targets.entry(join.to.clone()).or_insert_with(|| target.clone());
        if *known != target
            && let Some((_, place)) = report.collections.iter().find(|(name, _)| *name == join.to)
        {
            let message = format!("`{}` is joined to in two ways: `{}` and `{}`", join.to, known.on, target.on);
            report.error(*place, message, Some("use the same `on` and `rank` in every join".to_owned()));
        }
    }
    for (name, target) in targets {
        if let Some(collection) = manifest.collections.get_mut(&name) {
            collection.joined = Some(target);
        }
    }
}

/// Content that is made of the records of another collection needs one list of them for each of its own.
fn content_fits(report: &mut Report, manifest: &Manifest) {
    for (name, made_of, place) in std::mem::take(&mut report.made_of) {
        if manifest.collections.contains_key(&made_of) && parent_of(manifest, &made_of) != Some(name.as_str()) {
            let hint = format!("`{made_of}` needs `partition = {{ parent = \"{name}\" }}`");
            report.error(place, format!("`{made_of}` has no list for each record of `{name}`"), Some(hint));
        }
    }
}

fn parent_of<'a>(manifest: &'a Manifest, name: &str) -> Option<&'a str> {
    match &manifest.collections.get(name)?.partition {
        Some(Partition::Parent { collection, .. }) => Some(collection),
        _ => None,
    }
}

/// A collection that is its own ancestor.
fn parent_circle(manifest: &Manifest) -> Option<String> {
    manifest.collections.keys().find_map(|start| {
        let mut at = start.as_str();
        // Longer than there are collections is a circle, whether or not `start` is on it.
        for _ in 0..manifest.collections.len() {
            at = parent_of(manifest, at)?;
        }
        Some(at.to_owned())
    })
}

/// Agents first, and everything after its parents and what it joins to.
fn pull_order(manifest: &Manifest) -> Vec<String> {
    let rank = |kind: Kind| Kind::ALL.iter().position(|known| *known == kind);
    let mut names: Vec<&String> = manifest.collections.keys().collect();
    names.sort_by_key(|name| (rank(manifest.collections[*name].kind), name.as_str()));
    let mut order = Vec::with_capacity(names.len());
    for name in names {
        visit(manifest, name, &mut order, 0);
    }
    order
}

/// Joins may form a circle (agents that name agents), hence the depth: there, any order is as good.
fn visit(manifest: &Manifest, name: &str, order: &mut Vec<String>, depth: usize) {
    let Some(collection) = manifest.collections.get(name) else { return };
    if order.iter().any(|done| done == name) || depth > manifest.collections.len() {
        return;
    }
    let joined = collection.columns.agent_join.as_ref().map(|join| join.to.as_str());
    for before in parent_of(manifest, name).into_iter().chain(joined) {
        if before != name {
            visit(manifest, before, order, depth + 1);
        }
    }
    if !order.iter().any(|done| done == name) {
        order.push(name.to_owned());
    }
}
