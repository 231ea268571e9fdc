//! What was confirmed in the console, carried out: decisions are kept, writes are moved. Each binds to what the person saw.

use jiff::Timestamp;
use quarterdeck_sync::model::Write;
use quarterdeck_sync::model::{WriteId, WriteState};
use quarterdeck_sync::outbox::Outbox;
use quarterdeck_sync::outbox::action::Asked;
use quarterdeck_sync::outbox::decide::{self, Target};
use quarterdeck_sync::outbox::moves::{self, Move};
use quarterdeck_sync::outbox::resolve::{self, Resolution};

use super::house::{self, House};
use super::incidents::asked_of;
use crate::tui::decisions::{Change, Deed, Item, Outcome};

/// Said of a write that somebody else was faster with.
const MOVED_ON: &str = "it moved on meanwhile: look at it again";

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl House {
    /// Carries out what was confirmed. What it returns has happened, on the disk.
    pub fn carry_out(&self, deed: &Deed) -> Outcome {
        let Some(outbox) = self.open.get().and_then(|open| open.outbox.as_ref()) else {
            return Outcome::Failed(
                "the outbox cannot be written to: see the message at the start, or qd doctor".to_owned(),
            );
        };
        let done = match deed {
            Deed::Decide { asked, seen } => self.decide(outbox, asked, seen),
            Deed::Change { seen, change } => self.change(outbox, seen, change),
            // It is asked for as a test is.
            Deed::Resume { connection, .. } => Err(format!("{connection} is let go on by a test alone")),
        };
        done.unwrap_or_else(Outcome::Failed)
    }

    fn decide(&self, outbox: &Outbox, asked: &Asked, seen: &[Item]) -> Result<Outcome, String> {
        let reader = self.reader()?;
        let asked = Asked { by: self.by.clone(), ..asked.clone() };
        // An edit stays bound to what it was made from: what others do meanwhile is merged when it is sent.
        if !asked.args.contains_key("doc") && self.moved(&asked, seen)? {
            return Ok(Outcome::Moved);
        }
        let manifests: Result<Vec<_>, _> = seen.iter().map(|item| self.manifest(&item.record.row.platform)).collect();
        let decisions: Vec<_> = seen
            .iter()
            .zip(manifests?)
            .map(|(item, manifest)| {
                (&**manifest, Target::Record(&item.record), asked_of(manifest, &item.record, &asked))
            })
            .collect();
        let kept = decide::decide(outbox, &reader, &decisions, Timestamp::now()).map_err(words)?;
        Ok(Outcome::Kept(kept.into_iter().map(|result| result.map_err(words)).collect()))
    }

    /// Is what the person saw still what is there, in everything the decision rests on?
    fn moved(&self, asked: &Asked, seen: &[Item]) -> Result<bool, String> {
        let reader = self.reader()?;
        let mut now = Vec::with_capacity(seen.len());
        for item in seen {
            let row = &item.record.row;
            match house::named(&reader, &row.list, &row.id)? {
                Some(record) => now.push(record),
                None => return Ok(true),
            }
        }
        let now = self.weigh(&reader, now, asked)?;
        Ok(seen.iter().zip(&now).any(|(seen, now)| differs(seen, now)))
    }

    fn change(&self, outbox: &Outbox, seen: &[(WriteId, WriteState)], change: &Change) -> Result<Outcome, String> {
        let mut results = Vec::with_capacity(seen.len());
        let mut moved = true;
        for (id, state) in seen {
            let result = self.change_one(outbox, id, *state, change);
            moved &= matches!(result, Ok(None));
            results.push(result.and_then(|write| write.ok_or_else(|| MOVED_ON.to_owned())));
        }
        Ok(if moved { Outcome::Moved } else { Outcome::Changed(results) })
    }

    /// `None` when the write does not stand where it stood.
    fn change_one(
        &self,
        outbox: &Outbox,
        id: &WriteId,
        seen: WriteState,
        change: &Change,
    ) -> Result<Option<Write>, String> {
        let now = Timestamp::now();
        let Some(write) = outbox.get(id).map_err(words)?.filter(|write| write.state == seen) else { return Ok(None) };
        let manifest = self.manifest(&write.intent.platform)?;
        let resolution = match change {
            Change::Mine => Resolution::Mine,
            Change::Theirs => Resolution::Theirs,
            Change::Edited(text) => Resolution::Edit(house::settled(manifest, &write, text)?),
            Change::Cancel | Change::Undo | Change::Retry | Change::Discard => {
                let what = match change {
                    Change::Retry => Move::Retry,
                    Change::Discard => Move::Discard,
                    _ => Move::Cancel,
                };
                return moves::make(outbox, Some(manifest), id, seen, what, &self.by, now).map_err(words);
            }
        };
        let new = resolve::resolve(outbox, manifest, id, resolution, &self.by, now).map_err(words)?;
        match new {
            Some(new) => Ok(Some(new)),
            None => outbox.get(id).map_err(words),
        }
    }
}

fn differs(seen: &Item, now: &Item) -> bool {
    let bases = match (&seen.intent, &now.intent) {
        (Ok(seen), Ok(now)) => seen.base.doc == now.base.doc && seen.base.related == now.base.related,
        _ => false,
    };
    !bases || seen.record.doc != now.record.doc || seen.record.row.status != now.record.row.status
}
