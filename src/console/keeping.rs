//! What a person keeps for themselves: bookmarks, notes and reviews, read and written in the outbox.

use std::collections::BTreeSet;

use jiff::Timestamp;
use quarterdeck_sync::model::{Flag, FlagKind, Kind, ListKey, NoteId, Place, WriteState};
use quarterdeck_sync::outbox::{Outbox, Which};
use serde_json::json;

use super::house::House;
use crate::tui::kept::{Flagged, Keep, Kept, KeptNote, What};
use crate::tui::unsealed::Unsealed;

/// Decisions that are looked through for containments, the newest.
const LOOKED_AT: usize = 1_000;

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl House {
    /// All that is kept about a session or run.
    pub(super) fn kept_about(&self, list: &ListKey, id: &str) -> Result<Kept, String> {
        let outbox = self.outbox()?;
        let mut kept = Kept::default();
        for flag in outbox.flags_on(&list.connection, &list.collection, id).map_err(words)? {
            match flag.kind {
                FlagKind::Bookmark => kept.bookmarks.push(flag.place.entry),
                FlagKind::Reviewed if flag.place.entry.is_none() => {
                    kept.reviewed = Some((flag.made_at, flag.seen.unwrap_or_default()));
                }
                FlagKind::Reviewed | FlagKind::Snoozed | FlagKind::Acknowledged => {}
            }
        }
        let notes = outbox.notes_on(&list.connection, &list.collection, id).map_err(words)?;
        kept.notes = notes
            .into_iter()
            .map(|note| KeptNote {
                id: note.id.to_string(),
                entry: note.place.and_then(|place| place.entry),
                text: note.text,
                at: note.changed_at,
            })
            .collect();
        Ok(kept)
    }

    /// The right to see the secrets of a record as they are. The audit log says so when this returns; if it cannot, nothing may be
    /// shown.
    pub(super) fn reveal(&self, list: &ListKey, id: &str) -> Result<Unsealed, String> {
        let outbox = self.open.get().and_then(|open| open.outbox.as_ref());
        let outbox = outbox.ok_or("the audit log cannot be written: see the message at the start, or qd doctor")?;
        let about = json!({
            "command": "console",
            "connection": list.connection, "collection": list.collection, "target": id,
        });
        outbox.note("reveal", about, Timestamp::now()).map_err(|error| format!("the audit log: {error}"))?;
        Ok(Unsealed::written(list.clone(), id.to_owned()))
    }

    /// What stands beside records of a kind: which have a bookmark or a review; of agents, which were contained from here.
    pub(super) fn flagged_of(&self, kind: Kind) -> Result<Flagged, String> {
        let outbox = self.outbox()?;
        let mut flagged = Flagged::default();
        if kind == Kind::Agent {
            return contained(&outbox);
        }
        for Flag { place, .. } in outbox.flags(FlagKind::Bookmark).map_err(words)? {
            flagged.bookmark(ListKey::new(place.connection, place.collection), place.id);
        }
        for Flag { place, seen, .. } in outbox.flags(FlagKind::Reviewed).map_err(words)? {
            if place.entry.is_none() {
                let list = ListKey::new(place.connection, place.collection);
                flagged.review(list, place.id, seen.unwrap_or_default());
            }
        }
        Ok(flagged)
    }

    /// Keeps something, on the disk when it returns.
    pub fn remember(&self, keep: &Keep) -> Result<(), String> {
        let outbox = self.open.get().and_then(|open| open.outbox.as_ref());
        let outbox = outbox.ok_or("nothing can be kept: see the message at the start, or qd doctor")?;
        let now = Timestamp::now();
        let record = Place::record(&keep.list.connection, &keep.list.collection, &keep.id);
        let at = |entry: &Option<u64>| Place { entry: *entry, ..record.clone() };
        let flag = |kind, place, seen| Flag { kind, place, made_at: now, until: None, seen };
        match &keep.what {
            What::Bookmark { entry, on: true } => outbox.flag(&flag(FlagKind::Bookmark, at(entry), None)),
            What::Bookmark { entry, on: false } => outbox.unflag(FlagKind::Bookmark, &at(entry)).map(drop),
            What::Reviewed(Some(seen)) => outbox.flag(&flag(FlagKind::Reviewed, at(&None), Some(seen.clone()))),
            What::Reviewed(None) => outbox.unflag(FlagKind::Reviewed, &at(&None)).map(drop),
            What::Note { entry, text } => outbox.add_note(Some(at(entry)), None, text, now).map(drop),
            What::Rewrite { note, text } if text.is_empty() => outbox.drop_note(&NoteId::new(note)).map(drop),
            What::Rewrite { note, text } => outbox.change_note(&NoteId::new(note), text, now).map(drop),
        }
        .map_err(|error| format!("nothing was kept: {error}"))
    }
}

/// Agents that were contained, and not released since. Where a platform's own status says so, there is nothing to add; RunAgents binds a
/// policy in a document that is not mirrored, and Exo stops what is deployed of the agent.
fn contained(outbox: &Outbox) -> Result<Flagged, String> {
    let mut flagged = Flagged::default();
    let which = Which { all: true, states: vec![WriteState::Confirmed], limit: Some(LOOKED_AT), ..Which::default() };
    let mut told = BTreeSet::new();
    // The newest first: what was decided last holds.
    for write in outbox.list(&which).map_err(words)?.into_iter().rev() {
        let contains = write.intent.verb == "contain";
        let Some(target) = write.intent.target.clone().filter(|_| contains || write.intent.verb == "release") else {
            continue;
        };
        let first = told.insert((write.list(), target.clone()));
        if first && contains && write.intent.kind == Kind::Agent && write.intent.effect.columns.status.is_none() {
            flagged.contain(write.list(), target);
        }
    }
    Ok(flagged)
}

#[cfg(test)]
mod tests {
    use quarterdeck_sync::model::{Base, By, ColumnEdits, Effect, Intent, Row, RowKey};
    use quarterdeck_sync::outbox::Turn;

    use super::*;

    fn row(platform: &str, id: &str) -> Row {
        Row {
            key: RowKey(1),
            list: ListKey::new(platform, "agents"),
            platform: platform.to_owned(),
            kind: Kind::Agent,
            id: id.to_owned(),
            title: None,
            status: Some("Running".to_owned()),
            agent: None,
            agent_title: None,
            agent_doubt: false,
            project: None,
            created_at: None,
            updated_at: None,
            confirmed_at: Timestamp::UNIX_EPOCH,
            gone_at: None,
            pending: Vec::new(),
        }
    }

    fn intent(platform: &str, verb: &str, id: &str, becomes: Option<&str>) -> Intent {
        let status = becomes.map(|status| Some(status.to_owned()));
        Intent {
            connection: platform.to_owned(),
            platform: platform.to_owned(),
            collection: "agents".to_owned(),
            kind: Kind::Agent,
            action: verb.to_owned(),
            verb: verb.to_owned(),
            target: Some(id.to_owned()),
            title: None,
            args: Default::default(),
            reason: None,
            base: Base::default(),
            effect: Effect { doc: Vec::new(), columns: ColumnEdits { status, ..ColumnEdits::default() } },
            deadline: None,
            undoes: None,
            by: By::default(),
        }
    }

    /// Keeps a decision, and brings it where it ends.
    fn decide(outbox: &Outbox, intent: Intent, ends: WriteState) {
        let write = outbox.append(vec![intent], Timestamp::now()).unwrap().remove(0);
        let mut from = WriteState::Queued;
        for to in [WriteState::Sending, WriteState::Accepted, WriteState::Confirmed] {
            if from != ends {
                let turn = Turn {
                    to,
                    due_at: None,
                    verdict: None,
                    memory: None,
                    attempt: false,
                    by: None,
                    at: Timestamp::now(),
                };
                assert!(outbox.turn(&write.id, &[from], turn).unwrap().is_some());
                from = to;
            }
        }
    }

    #[test]
    fn an_agent_is_contained_from_the_confirmed_containment_to_its_release() {
        let home = tempfile::tempdir().unwrap();
        let (outbox, _) = Outbox::open(&home.path().join("outbox.db"), By::default()).unwrap();
        let is = |platform: &str, id: &str| contained(&outbox).unwrap().is_contained(&row(platform, id));
        decide(&outbox, intent("runagents", "contain", "refunds", None), WriteState::Queued);
        assert!(!is("runagents", "refunds"), "what is under way stands in the row by itself");
        decide(&outbox, intent("runagents", "contain", "triage", None), WriteState::Confirmed);
        decide(&outbox, intent("turen", "contain", "agt_1", Some("suspended")), WriteState::Confirmed);
        assert!(is("runagents", "triage") && !is("runagents", "other"));
        assert!(!is("turen", "agt_1"), "there the status says so");
        decide(&outbox, intent("runagents", "release", "triage", None), WriteState::Confirmed);
        assert!(!is("runagents", "triage"));
        decide(&outbox, intent("runagents", "contain", "triage", None), WriteState::Confirmed);
        assert!(is("runagents", "triage"));
    }
}
