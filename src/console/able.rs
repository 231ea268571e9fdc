//! What each list lets be done to its records, read off the manifests for the console.

use std::collections::BTreeMap;
use std::sync::Arc;

use quarterdeck_sync::model::ListKey;
use quarterdeck_sync::outbox::action;
use quarterdeck_sync::platform::Manifest;
use quarterdeck_sync::platform::manifest::Action;

use crate::tui::ConnectionInfo;
use crate::tui::decisions::{Capabilities, Capability};

/// Of every list of these connections.
pub(super) fn capabilities(
    connections: &[ConnectionInfo],
    manifests: &BTreeMap<String, Arc<Manifest>>,
) -> Capabilities {
    let mut lists = Vec::new();
    for connection in connections {
        let Some(manifest) = manifests.get(&connection.platform) else { continue };
        for collection in manifest.collections.keys() {
            let known = action::verbs(manifest, collection).into_iter().map(|(verb, found)| match found {
                Ok(action) => able(manifest, action),
                Err(why) => Capability { verb: verb.to_owned(), lacks: Some(why.to_owned()), ..Capability::default() },
            });
            lists.push((ListKey::new(&connection.name, collection), known.collect()));
        }
    }
    Capabilities::new(lists)
}

fn able(manifest: &Manifest, action: &Action) -> Capability {
    let undo = match &action.undo {
        Some(undo) => manifest.actions.get(undo).map(|undo| undo.verb.clone()),
        // An edit is taken back by another.
        None => action.edits.is_some().then(|| action.verb.clone()),
    };
    Capability { verb: action.verb.clone(), lacks: None, note: action.note.clone(), undo, args: action.args.clone() }
}
