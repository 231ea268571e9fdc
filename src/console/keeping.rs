//! What a person keeps for themselves: bookmarks, notes and reviews, read and written in the outbox.

use jiff::Timestamp;
use quarterdeck_sync::model::{Flag, FlagKind, Kind, ListKey, NoteId, Place};
use serde_json::json;

use super::house::House;
use crate::tui::kept::{Flagged, Keep, Kept, KeptNote, What};
use crate::tui::unsealed::Unsealed;

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
            return self.contained(&outbox);
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
