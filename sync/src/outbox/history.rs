//! Every version of a policy that was seen: what `history` shows and `restore` brings back.
//!
//! The mirror forgets what a policy was; the outbox does not. Called whenever the mirror may have changed. When no policy did,
//! it costs one statement on each of the two files, and no document is read.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value;
use thiserror::Error;

use super::{Outbox, OutboxError, Which};
use crate::model::{Kind, ListKey, Scope, WriteId, WriteState};
use crate::store::{Known, Reader, StoreError};

/// Pointers to the platform's own word for a version.
const LABELS: [&str; 3] = ["/version", "/metadata/resourceVersion", "/revision"];

/// Why versions could not be kept.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// The outbox failed.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// The mirror failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps every policy of the mirror that differs from its newest kept version; says how many there were.
pub fn keep(outbox: &Outbox, mirror: &Reader, now: Timestamp) -> Result<usize, HistoryError> {
    let scope = Scope { kinds: vec![Kind::Policy], ..Scope::default() };
    let newest: HashMap<(ListKey, String), u64> = outbox.newest_versions()?;
    let mut kept = 0;
    for (list, Known { id, hash }) in mirror.known(&scope)? {
        let (list, id, known) = {
            let key = (list, id);
            let known = newest.get(&key) == Some(&hash);
            (key.0, key.1, known)
        };
        if !known && keep_one(outbox, mirror, &list, &id, hash, now)? {
            kept += 1;
        }
    }
    Ok(kept)
}

fn keep_one(
    outbox: &Outbox,
    mirror: &Reader,
    list: &ListKey,
    id: &str,
    hash: u64,
    now: Timestamp,
) -> Result<bool, HistoryError> {
    let scope = Scope {
        connections: vec![list.connection.clone()],
        collections: vec![list.collection.clone()],
        ..Scope::default()
    };
    let Some(record) = mirror.find(&scope, id, 1)?.into_iter().find(|record| record.row.id == id) else {
        return Ok(false);
    };
    let newest = outbox.versions(list, id)?.into_iter().next();
    // A manifest that reads other columns gives the same document another hash: no new version, though it is read again then.
    if newest.as_ref().is_some_and(|newest| newest.doc == record.doc) {
        return Ok(false);
    }
    let doc: Value = serde_json::from_str(&record.doc).map_err(OutboxError::from)?;
    let since = newest.map_or(Timestamp::MIN, |newest| newest.seen_at);
    let write = maker(outbox, list, id, &doc, since)?;
    Ok(outbox.keep_version(list, id, &record.doc, hash, label(&doc).as_deref(), write.as_ref(), now)?)
}

/// Our write that made this of the policy: the newest one that was carried out since, all of whose effect is there.
fn maker(
    outbox: &Outbox,
    list: &ListKey,
    id: &str,
    doc: &Value,
    since: Timestamp,
) -> Result<Option<WriteId>, OutboxError> {
    let which = Which {
        all: true,
        connections: vec![list.connection.clone()],
        states: vec![WriteState::Accepted, WriteState::Confirmed],
        target: Some((list.collection.clone(), id.to_owned())),
        ..Which::default()
    };
    let made = outbox.list(&which)?.into_iter().rev().find(|write| {
        let effect = &write.intent.effect.doc;
        write.updated_at >= since
            && !effect.is_empty()
            && effect.iter().all(|(at, value)| doc.pointer(at).unwrap_or(&Value::Null) == value)
    });
    Ok(made.map(|write| write.id))
}

fn label(doc: &Value) -> Option<String> {
    LABELS.iter().find_map(|at| match doc.pointer(at)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
