//! Incidents from anywhere: opening one, pinning what is selected, writing notes, and what came of it.

use std::time::Instant;

use crossterm::event::KeyEvent;
use quarterdeck_sync::model::{IncidentId, NoteId};

use super::{App, Overlay};
use crate::tui::Ask;
use crate::tui::actions::{Act, Scope};
use crate::tui::incidents::{Deed, Outcome, Purpose, Want};
use crate::tui::keys::Key;
use crate::tui::memory::DraftState;
use crate::tui::views::{INCIDENTS, number};
use crate::tui::widgets::writing::Writing;

/// Texts that were left and are kept, the latest.
const DRAFTS: usize = 8;

/// What the console remembers of incidents.
#[derive(Debug, Default)]
pub(super) struct Incidents {
    /// The one that is being worked on: what is pinned goes there.
    at: Option<IncidentId>,
    /// What was written and not kept, by what it was for: who writes the same again goes on with it.
    drafts: Vec<(Purpose, String)>,
}

impl Incidents {
    fn draft(&mut self, purpose: Purpose, text: String) {
        self.drafts.retain(|(known, _)| *known != purpose);
        if !text.trim().is_empty() {
            self.drafts.push((purpose, text));
        }
        if self.drafts.len() > DRAFTS {
            self.drafts.remove(0);
        }
    }

    /// The notes among them, for the next time: a title is soon typed again.
    pub(super) fn drafts(&self) -> Vec<DraftState> {
        let note = |(purpose, text): &(Purpose, String)| {
            let left = DraftState { text: text.clone(), ..DraftState::default() };
            match purpose {
                Purpose::Note(id) => Some(DraftState { incident: id.to_string(), ..left }),
                Purpose::ChangeNote(id) => Some(DraftState { note: id.to_string(), ..left }),
                Purpose::Open(_) | Purpose::Rename(_) => None,
            }
        };
        self.drafts.iter().filter_map(note).collect()
    }

    /// What was written and not kept the last time.
    pub(super) fn take_drafts(&mut self, left: &[DraftState]) {
        for left in left.iter().filter(|left| left.of.is_none()) {
            let purpose = match left.incident.as_str() {
                "" => Purpose::ChangeNote(NoteId::new(&left.note)),
                id => Purpose::Note(IncidentId::new(id)),
            };
            self.draft(purpose, left.text.clone());
        }
    }

    fn drafted(&mut self, purpose: &Purpose) -> Option<String> {
        let at = self.drafts.iter().position(|(known, _)| known == purpose)?;
        Some(self.drafts.remove(at).1)
    }
}

impl App {
    /// Asks for the title of a new incident; what is selected is pinned to it first.
    pub(super) fn open_incident(&mut self) {
        let pins = self.views[self.open].chosen();
        self.write(Purpose::Open(pins), "", "");
    }

    /// Pins what is selected to the incident that is being worked on.
    pub(super) fn pin(&mut self) {
        let places = self.views[self.open].chosen();
        self.ask_incident(Deed::Pin(self.incidents.at.clone(), places));
    }

    /// Grants what a view wants for an incident.
    pub(super) fn grant_incident(&mut self, want: Want) {
        match want {
            Want::Do(deed) => self.ask_incident(deed),
            Want::Write { purpose, text, of } => self.write(purpose, &text, &of),
            Want::WorkOn(id) => self.incidents.at = Some(id),
        }
    }

    fn ask_incident(&mut self, deed: Deed) {
        // Nothing more is pinned to what is closed.
        if let Deed::Close(id) = &deed {
            self.incidents.at.take_if(|at| at == id);
        }
        (self.asks)(Ask::Incident(Box::new(deed)));
    }

    fn write(&mut self, purpose: Purpose, text: &str, of: &str) {
        let draft = self.incidents.drafted(&purpose);
        let text = draft.as_deref().unwrap_or(text);
        self.overlay = Some(Overlay::Writing(Box::new(Writing::new(purpose, text, of))));
        self.dirty = true;
    }

    /// In the box every key that can be text is text.
    pub(super) fn key_in_writing(&mut self, writing: Box<Writing>, key: Key, event: &KeyEvent, clock: Instant) {
        match self.keys.find(writing.scope(), key) {
            Some(Act::Accept | Act::KeepNote) => {
                let text = writing.text();
                if !text.trim().is_empty() {
                    return self.ask_incident(writing.purpose().clone().deed(text));
                }
                self.toasts.reply("Not now: nothing is written yet.".to_owned(), clock);
            }
            Some(Act::Cancel | Act::LeaveNote) => {
                let (purpose, text) = (writing.purpose().clone(), writing.text());
                if writing.scope() == Scope::Note && !text.trim().is_empty() {
                    self.toasts.reply("Not kept; what was written is there when you write again.".to_owned(), clock);
                    self.incidents.draft(purpose, text);
                }
                return;
            }
            _ => {
                // Whoever leaves the console by a key leaves the box as it is: what is in it is kept for the next time.
                self.overlay = Some(Overlay::Writing(writing));
                if !self.leave_text(key, clock)
                    && let Some(Overlay::Writing(writing)) = &mut self.overlay
                {
                    writing.key(event);
                }
                return;
            }
        }
        self.overlay = Some(Overlay::Writing(writing));
    }

    /// A note that is being written may be out of sight for good after this: it is there when one writes again.
    pub(super) fn leave_writing(&mut self) {
        if let Some(Overlay::Writing(writing)) = &self.overlay
            && writing.scope() == Scope::Note
        {
            self.incidents.draft(writing.purpose().clone(), writing.text());
        }
    }

    /// What became of a deed.
    pub(super) fn incident_done(&mut self, outcome: Outcome, clock: Instant) {
        match outcome {
            Outcome::Done { said, at } => {
                self.tell(said, clock);
                self.incidents.at = at.or(self.incidents.at.take());
                // What was done is to be seen at once.
                self.refresh_due = Some(clock);
            }
            Outcome::Written { of, folder, said } => {
                self.views[number(INCIDENTS)].wrote_evidence(of, folder);
                self.tell(said, clock);
                self.refresh_due = Some(clock);
            }
            Outcome::Going(said) => self.tell(said, clock),
            Outcome::Failed(deed, why) => {
                self.toasts.say(format!("Not done: {why}"), clock);
                // Nobody writes the same twice.
                match *deed {
                    Deed::Open { title, pins } => self.incidents.draft(Purpose::Open(pins), title),
                    Deed::Rename(id, title) => self.incidents.draft(Purpose::Rename(id), title),
                    Deed::Note(id, text) => self.incidents.draft(Purpose::Note(id), text),
                    Deed::ChangeNote(id, text) => self.incidents.draft(Purpose::ChangeNote(id), text),
                    _ => {}
                }
            }
        }
    }
}
