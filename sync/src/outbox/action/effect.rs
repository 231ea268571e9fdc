//! How a record will look once a write is done: settled at the decision, so that the overlay needs no manifest.

use serde_json::Value;

use super::ask::done;
use super::edit;
use crate::model::{ColumnEdits, Columns, Effect};
use crate::platform::Manifest;
use crate::platform::decode::Decoder;
use crate::platform::manifest::{Action, ActionRequest};

/// What a record that is to be deleted is called while it is still there: what one is called that was.
const DELETED: &str = "deleted";

/// The effect of an action on `doc`, the document as the operator sees it; `wanted` is the document an edit leads to.
pub(super) fn of(
    manifest: &Manifest,
    collection: &str,
    action: &Action,
    request: Option<&ActionRequest>,
    doc: &Value,
    wanted: Option<&Value>,
) -> Effect {
    let (done, gone) = done(action, request);
    let changes: Vec<(String, Value)> = match (&action.edits, wanted) {
        (Some(edits), Some(wanted)) => edit::changes(edits, doc, wanted),
        _ => done.iter().filter_map(|(at, values)| Some((at.clone(), values.first()?.clone()))).collect(),
    };
    let mut effect = Effect { doc: changes, columns: ColumnEdits::default() };
    if gone {
        effect.columns.status = Some(Some(DELETED.to_owned()));
        return effect;
    }
    let mut after = doc.clone();
    effect.onto(&mut after);
    if let (Some(before), Some(after)) = (columns(manifest, collection, doc), columns(manifest, collection, &after)) {
        let edit = |before: Option<String>, after: Option<String>| (before != after).then_some(after);
        effect.columns = ColumnEdits {
            title: edit(before.title, after.title),
            status: edit(before.status, after.status),
            project: edit(before.project, after.project),
        };
    }
    effect
}

/// The columns of a document, by the rules by which the mirror reads them.
fn columns(manifest: &Manifest, collection: &str, doc: &Value) -> Option<Columns> {
    let collection = manifest.collections.get(collection)?;
    let body = serde_json::to_vec(doc).ok()?;
    Decoder::new(collection).record(None, &body).ok().map(|incoming| incoming.columns)
}
