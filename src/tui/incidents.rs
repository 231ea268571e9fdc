//! Incidents, in the words in which the console speaks of them with the outside.
//!
//! What there is comes by ticket, as everything ([`Question`](super::data::Question)). What a person does to an incident goes out
//! as a [`Deed`] and comes back as an [`Outcome`]: it is kept in our own file and no platform hears of it, so no sheet asks before
//! it. What is contained out of an incident goes through the sheet, as anywhere.

use quarterdeck_sync::model::{IncidentId, ListKey, NoteId, Place};

use super::actions::{self, Act, Reason};
use super::decisions::Target;

/// Something that can be pinned: a record, an entry of its content, a write ([`Place::OUTBOX`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The record, or the write.
    pub of: Target,
    /// The entry of it.
    pub entry: Option<u64>,
    /// What it is called.
    pub title: String,
}

impl Chosen {
    /// A record that is called so.
    pub fn new(of: Target, title: impl Into<String>) -> Self {
        Self { of, entry: None, title: title.into() }
    }

    /// What is at a place.
    pub fn at(place: &Place) -> Self {
        let of = Target::Named(ListKey::new(&place.connection, &place.collection), place.id.clone());
        Self { of, entry: place.entry, title: place.id.clone() }
    }
}

/// Something that is done to an incident.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Open one, and pin these to it.
    Open {
        /// What happened.
        title: String,
        /// What is pinned first.
        pins: Vec<Chosen>,
    },
    /// Give it another title.
    Rename(IncidentId, String),
    /// Close it.
    Close(IncidentId),
    /// Open it again.
    Reopen(IncidentId),
    /// Pin these: to this one, else to the newest that is open.
    Pin(Option<IncidentId>, Vec<Chosen>),
    /// Take a pin off.
    Unpin(IncidentId, Place),
    /// Write a note.
    Note(IncidentId, String),
    /// Change a note.
    ChangeNote(NoteId, String),
    /// Let go of a note.
    DropNote(NoteId),
    /// Write the evidence into a new folder.
    Export(IncidentId),
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It is kept, or written.
    Done {
        /// What was done, for a person.
        said: String,
        /// The incident that is being worked on now, where that is another one.
        at: Option<IncidentId>,
    },
    /// The evidence of an incident lies in a folder.
    Written {
        /// Which incident.
        of: IncidentId,
        /// The folder.
        folder: String,
        /// What was written, for a person.
        said: String,
    },
    /// It goes on; how far it is, for a person.
    Going(String),
    /// It was not done: why, for a person.
    Failed(Box<Deed>, String),
}

/// What a person writes.
#[derive(Debug, Clone, PartialEq)]
pub enum Purpose {
    /// The title of a new incident, with what is pinned first.
    Open(Vec<Chosen>),
    /// Another title.
    Rename(IncidentId),
    /// A note in an incident.
    Note(IncidentId),
    /// Other words for a note.
    ChangeNote(NoteId),
}

impl Purpose {
    /// The deed, once it is written.
    pub fn deed(self, text: String) -> Deed {
        match self {
            Purpose::Open(pins) => Deed::Open { title: text, pins },
            Purpose::Rename(id) => Deed::Rename(id, text),
            Purpose::Note(id) => Deed::Note(id, text),
            Purpose::ChangeNote(id) => Deed::ChangeNote(id, text),
        }
    }

    /// It has one line.
    pub fn is_title(&self) -> bool {
        matches!(self, Purpose::Open(_) | Purpose::Rename(_))
    }
}

/// What a view wants of the frame for an incident.
#[derive(Debug, Clone, PartialEq)]
pub enum Want {
    /// Do this.
    Do(Deed),
    /// Let the person write.
    Write {
        /// What it is for.
        purpose: Purpose,
        /// What the text begins with.
        text: String,
        /// Title of the incident that it is written for.
        of: String,
    },
    /// This is the incident that is being worked on: what is pinned goes there.
    WorkOn(IncidentId),
}

/// What the view of incidents knows about what can be done.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// Something is selected that can be pinned.
    pub pinnable: bool,
    /// The view is open.
    pub open: bool,
    /// An incident is selected.
    pub selected: bool,
    /// A pin or a note is selected in it.
    pub thing: Option<Thing>,
    /// Something selected leads somewhere.
    pub leads: bool,
    /// It is read, and not the list.
    pub inside: bool,
}

/// What is selected in an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A pin.
    Pin,
    /// A note.
    Note,
}

/// Why nothing can be pinned now.
pub fn not_pinnable(facts: &actions::Facts) -> Option<Reason> {
    (!facts.incidents.pinnable).then(|| "nothing is selected that could be pinned".into())
}

/// Why nothing can be done with an incident now.
pub fn no_incident(facts: &actions::Facts) -> Option<Reason> {
    match (facts.incidents.open, facts.incidents.selected) {
        (false, _) => Some("this view is not that of the incidents".into()),
        (_, false) => Some("no incident is selected".into()),
        _ => None,
    }
}

/// Why nothing can be taken out of the incident now.
pub fn nothing_to_take(facts: &actions::Facts) -> Option<Reason> {
    no_incident(facts).or_else(|| facts.incidents.thing.is_none().then(|| "no pin and no note is selected".into()))
}

/// Why the selected thing cannot be entered or followed.
pub fn nowhere_to_go(facts: &actions::Facts) -> Option<Reason> {
    let here = |facts: &actions::Facts| facts.incidents.inside && !facts.incidents.leads;
    no_incident(facts).or_else(|| here(facts).then(|| "this leads nowhere".into()))
}

/// Why nothing that is pinned can be contained.
pub fn not_containable(facts: &actions::Facts) -> Option<Reason> {
    if let Some(why) = no_incident(facts) {
        return Some(why);
    }
    if facts.targets.is_empty() {
        return Some("no agent and no run is pinned that its platform still lists".into());
    }
    let why = |act: Act| facts.lacking.iter().find(|(lacking, _)| *lacking == act).map(|(_, why)| why.clone());
    // A run is contained by stopping it.
    why(Act::Contain).filter(|_| why(Act::StopRun).is_some())
}
