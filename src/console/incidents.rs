//! Incidents for the console: what there is, what is done to them, and their evidence, which is written beside everything else.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use quarterdeck_sync::model::{IncidentId, Kind, Place, Record};
use quarterdeck_sync::outbox::Outbox;
use quarterdeck_sync::outbox::action::{self, Asked};
use quarterdeck_sync::platform::Manifest;
use quarterdeck_sync::text::Secrets;

use super::house::House;
use crate::amounts::{plural, size};
use crate::config;
use crate::evidence::{self, EvidenceError, Step};
use crate::incident::{Case, Line, folder_name};
use crate::tui::Outside;
use crate::tui::decisions::Target;
use crate::tui::incidents::{Chosen, Deed, Outcome};

/// Between two words of how far an export is.
const TELL: Duration = Duration::from_millis(700);

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// What is asked of this record: to contain a run is to stop it, where its platform has no other way.
pub(super) fn asked_of(manifest: &Manifest, record: &Record, asked: &Asked) -> Asked {
    let can = |verb: &str| action::find(manifest, &record.row.list.collection, verb).is_ok();
    if asked.verb == "contain" && record.row.kind == Kind::Run && !can("contain") && can("stop") {
        return Asked { verb: "stop".to_owned(), args: Default::default(), ..asked.clone() };
    }
    asked.clone()
}

impl House {
    /// Every incident, the newest first.
    pub(super) fn incident_lines(&self) -> Result<Vec<Line>, String> {
        let outbox = self.outbox()?;
        let all = outbox.incidents().map_err(words)?;
        all.into_iter().map(|incident| evidence::line(&outbox, incident).map_err(words)).collect()
    }

    /// An incident with all that is known of it.
    pub(super) fn case(&self, id: &IncidentId) -> Result<Option<Case>, String> {
        evidence::gather(&self.reader()?, &self.outbox()?, id, Secrets::Masked).map_err(words)
    }

    /// Does something to an incident. What it returns has happened, on the disk. An export is none of these: see [`Exports`].
    fn do_to_incident(&self, deed: &Deed) -> Result<Outcome, String> {
        let outbox = self.open.get().and_then(|open| open.outbox.as_ref());
        let outbox = outbox.ok_or("the outbox cannot be written to: see the message at the start, or qd doctor")?;
        let now = Timestamp::now();
        let gone = || "there is no such incident any more".to_owned();
        let done = |so: bool, said: &str| match so {
            true => Ok(Outcome::Done { said: said.to_owned(), at: None }),
            false => Err("it was done already, or is not there any more".to_owned()),
        };
        match deed {
            Deed::Open { title, pins } => self.open_incident(outbox, title, pins, now),
            Deed::Pin(to, chosen) => self.pin(outbox, to.as_ref(), chosen, now),
            Deed::Rename(id, title) => {
                done(outbox.rename_incident(id, title).map_err(words)?, &format!("Renamed: {title}."))
            }
            Deed::Close(id) => done(outbox.close_incident(id, now).map_err(words)?, "Closed."),
            Deed::Reopen(id) => match outbox.reopen_incident(id).map_err(words)? {
                true => Ok(Outcome::Done { said: "Open again.".to_owned(), at: Some(id.clone()) }),
                false => Err("it is open already, or is not there any more".to_owned()),
            },
            Deed::Unpin(id, place) => done(outbox.unpin(id, place).map_err(words)?, "Taken off; undo pins it again."),
            Deed::Note(id, text) => {
                let note = outbox.add_note(None, Some(id.clone()), text, now).map_err(words)?.ok_or_else(gone)?;
                Ok(Outcome::Done { said: "Noted.".to_owned(), at: note.incident })
            }
            Deed::ChangeNote(id, text) => done(outbox.change_note(id, text, now).map_err(words)?, "Changed."),
            Deed::DropNote(id) => done(outbox.drop_note(id).map_err(words)?, "Dropped; undo brings it back."),
            Deed::Export(_) => Err("an export is written beside everything else".to_owned()),
        }
    }

    fn open_incident(&self, outbox: &Outbox, title: &str, pins: &[Chosen], now: Timestamp) -> Result<Outcome, String> {
        let places = self.places(pins)?;
        let incident = outbox.open_incident(title, now).map_err(words)?;
        for place in &places {
            outbox.pin(&incident.id, place, now).map_err(words)?;
        }
        let pinned = match places.len() {
            0 => String::new(),
            count => format!(", {count} pinned"),
        };
        Ok(Outcome::Done { said: format!("Opened{pinned}: {title}"), at: Some(incident.id) })
    }

    fn pin(
        &self,
        outbox: &Outbox,
        to: Option<&IncidentId>,
        chosen: &[Chosen],
        now: Timestamp,
    ) -> Result<Outcome, String> {
        let known = to.map(|id| outbox.incident(id)).transpose().map_err(words)?.flatten();
        let incident = match known {
            Some(incident) => incident,
            None => {
                let all = outbox.incidents().map_err(words)?;
                let open = all.into_iter().find(|incident| incident.closed_at.is_none());
                open.ok_or("no incident is open: open one first, and what is selected is pinned to it")?
            }
        };
        let mut new: u64 = 0;
        for place in self.places(chosen)? {
            new += u64::from(outbox.pin(&incident.id, &place, now).map_err(words)?);
        }
        let said = match new {
            0 => format!("Pinned already: {}", incident.title),
            count => format!("{} pinned: {}", plural(count, "thing", "things"), incident.title),
        };
        Ok(Outcome::Done { said, at: Some(incident.id) })
    }

    /// Where what was chosen is: its row may be another one after the next sync, its place is not.
    fn places(&self, chosen: &[Chosen]) -> Result<Vec<Place>, String> {
        let reader = self.reader()?;
        let mut places = Vec::with_capacity(chosen.len());
        for one in chosen {
            let place = match &one.of {
                Target::Named(list, id) => Place::record(&list.connection, &list.collection, id),
                Target::Row(key) => {
                    let record = reader.record(*key).map_err(words)?;
                    let row = record.ok_or_else(|| format!("{} is not in the mirror any more", one.title))?.row;
                    Place::record(row.list.connection, row.list.collection, row.id)
                }
            };
            places.push(Place { entry: one.entry, ..place });
        }
        Ok(places)
    }

    /// Writes the evidence of an incident into a new folder of ours.
    fn export(&self, id: &IncidentId, go_on: &dyn Fn(Step) -> bool) -> Result<Outcome, String> {
        let open = self.open.get().and_then(|open| open.outbox.as_ref());
        let outbox = open.ok_or("the outbox cannot be written to, and an export is noted there")?;
        let now = Timestamp::now();
        let incident = outbox.incident(id).map_err(words)?.ok_or_else(|| words(EvidenceError::Unknown(id.clone())))?;
        let above = self.paths.evidence();
        config::make_folder(&above).map_err(words)?;
        let to = above.join(folder_name(&incident, now));
        let asked = evidence::Asked { incident: id, to: &to, secrets: Secrets::Masked, by: self.by.clone(), now };
        let done = evidence::export(&self.reader()?, outbox, &asked, go_on).map_err(words)?;
        let left_out = match done.left_out.len() as u64 {
            0 => String::new(),
            count => format!("; {} not in it, the report says why", plural(count, "thing is", "things are")),
        };
        let files = plural(done.files, "file", "files");
        let folder = done.folder.display().to_string();
        let said = format!("Evidence: {files}, {}, in {folder}{left_out}", size(done.bytes));
        Ok(Outcome::Written { of: id.clone(), folder, said })
    }
}

/// The exports that are under way. Dropped, they are stopped, and leave nothing behind.
#[derive(Default)]
pub(super) struct Exports {
    stop: Arc<AtomicBool>,
    running: Vec<JoinHandle<()>>,
}

impl Exports {
    /// Does something to an incident, and tells what came of it: an export in a thread of its own, so that no decision waits for it.
    pub fn take(&mut self, house: &Arc<House>, deed: Deed, news: &Sender<Outside>) {
        let Deed::Export(id) = &deed else {
            let outcome = house.do_to_incident(&deed).unwrap_or_else(|why| Outcome::Failed(Box::new(deed), why));
            return drop(news.send(Outside::Incident(outcome)));
        };
        let (id, house, stop) = (id.clone(), Arc::clone(house), Arc::clone(&self.stop));
        let (teller, asked) = (news.clone(), deed.clone());
        let work = move || {
            let told = Cell::new(None);
            let outcome = house.export(&id, &|step| go_on(step, &told, &stop, &teller));
            let outcome = outcome.unwrap_or_else(|why| Outcome::Failed(Box::new(asked), why));
            // The console may have been left already.
            let _ = teller.send(Outside::Incident(outcome));
        };
        self.running.retain(|thread| !thread.is_finished());
        match thread::Builder::new().name("qd-evidence".to_owned()).spawn(work) {
            Ok(thread) => self.running.push(thread),
            Err(error) => {
                let outcome = Outcome::Failed(Box::new(deed), format!("no threads to be had: {error}"));
                let _ = news.send(Outside::Incident(outcome));
            }
        }
    }
}

impl Drop for Exports {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.running.drain(..).for_each(|thread| drop(thread.join()));
    }
}

/// Tells how far an export is, now and then; whether it is to go on.
fn go_on(step: Step, told: &Cell<Option<Instant>>, stop: &AtomicBool, news: &Sender<Outside>) -> bool {
    if told.get().is_none_or(|at| at.elapsed() >= TELL) {
        told.set(Some(Instant::now()));
        let said = format!("Writing the evidence: {} of {} …", step.done, step.of);
        let _ = news.send(Outside::Incident(Outcome::Going(said)));
    }
    !stop.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use quarterdeck_sync::model::{ListKey, Row};
    use quarterdeck_sync::platform::Registry;

    use super::*;

    fn record(collection: &str, kind: Kind) -> Record {
        let row = Row::bare(ListKey::new("acme", collection), "runagents", kind, "x");
        Record { row, doc: "{}".to_owned() }
    }

    #[test]
    fn a_run_is_contained_by_stopping_it_and_an_agent_with_all_its_platform_has() {
        let registry = Registry::builtin();
        let (manifest, _) = registry.iter().find(|(manifest, _)| manifest.name == "runagents").unwrap();
        let asked = |verb: &str| Asked { verb: verb.to_owned(), reason: Some("why".to_owned()), ..Asked::default() };
        let of = |collection, kind, verb| asked_of(manifest, &record(collection, kind), &asked(verb)).verb;
        assert_eq!(of("runs", Kind::Run, "contain"), "stop");
        assert_eq!(of("agents", Kind::Agent, "contain"), "contain");
        assert_eq!(of("runs", Kind::Run, "suspend"), "suspend", "nothing else is taken for another");
        assert_eq!(asked_of(manifest, &record("runs", Kind::Run), &asked("contain")).reason.as_deref(), Some("why"));
    }
}
