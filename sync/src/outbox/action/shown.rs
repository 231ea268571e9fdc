//! Whether a look shows a write's effect, and what the write does, for a person.

use serde_json::Value;

use super::ask::done;
use super::fill::{self, Places};
use super::plan::{SENT, altered};
use super::same::meets;
use super::{Sight, create, edit};
use crate::model::{Dispute, Write};
use crate::platform::Manifest;
use crate::platform::manifest::Absence;

/// Does the look show that the write has had its effect? With the fields the server changed or dropped. Of a recipe, and of an
/// action that nothing shows, no look tells.
pub fn shown(manifest: &Manifest, write: &Write, sight: &Sight) -> Option<Vec<Dispute>> {
    let intent = &write.intent;
    let action = manifest.actions.get(&intent.action)?;
    if action.creates {
        return create::shown(write, sight);
    }
    let theirs = match &sight.target {
        Some(seen) => serde_json::from_str::<Value>(&seen.incoming.doc).ok()?,
        None => Value::Null,
    };
    // Whatever shows it now, the way that was taken was chosen by what was there before.
    let doc = if sight.target.is_some() { &theirs } else { &intent.base.doc };
    let related = if sight.related.is_empty() { &intent.base.related } else { &sight.related };
    let places = Places {
        id: intent.target.as_deref().unwrap_or_default(),
        doc,
        args: &intent.args,
        reason: intent.reason.as_deref(),
        related,
        list: None,
    };
    let request = fill::way(&action.requests, &places);
    let (wanted, gone) = done(action, request);
    if sight.target.is_none() {
        let settles = manifest.collections.get(&intent.collection).is_some_and(|it| it.absence == Absence::Settled);
        return (gone || settles || action.verb == "delete").then(Vec::new);
    }
    if let Some(edits) = &action.edits {
        return edit::shown(edits, write, write.memory.get(SENT), &theirs);
    }
    (!wanted.is_empty() && meets(&theirs, wanted)).then(|| altered(request, &places, wanted))
}

/// What the write will do, field by field, for a person: `base` as it was seen, `mine` as it will be. Something that will be gone
/// altogether stands at the empty pointer.
pub fn diff(write: &Write) -> Vec<Dispute> {
    let intent = &write.intent;
    let base = &intent.base.doc;
    let dispute = |at: &str, base: Option<&Value>, mine: Option<&Value>| Dispute {
        at: at.to_owned(),
        base: base.cloned(),
        mine: mine.cloned(),
        theirs: None,
    };
    match (intent.args.get("doc"), &intent.target) {
        (Some(wanted), Some(_)) => edit::diff(write, wanted),
        (Some(wanted), None) => {
            let fields = wanted.as_object().into_iter().flatten();
            fields
                .map(|(key, value)| {
                    dispute(&format!("/{}", key.replace('~', "~0").replace('/', "~1")), None, Some(value))
                })
                .collect()
        }
        (None, _) if intent.effect.doc.is_empty() && intent.effect.columns.status.is_some() => {
            let name = intent.title.as_ref().or(intent.target.as_ref()).map(|name| Value::from(name.as_str()));
            vec![dispute("", name.as_ref(), None)]
        }
        (None, _) => {
            let effect = intent.effect.doc.iter();
            effect.map(|(at, mine)| dispute(at, base.pointer(at), Some(mine))).collect()
        }
    }
}
