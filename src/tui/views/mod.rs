//! The views, and what a view is.
//!
//! A view is one file and one line in [`VIEWS`]. It never reads the mirror: it hands questions to the desk through its
//! [`Cx`], takes answers in [`View::answer`], and draws what has arrived. It never blocks.

mod chosen;
mod columns;
mod complete;
mod connections;
mod copied;
mod detail;
mod editor;
mod fleet;
mod inbox;
mod incidents;
mod of_record;
mod order;
mod outbox;
mod pane;
mod records;
mod rest;
mod search;
mod sieve;
mod timeline;
mod transcript;
mod typed;
mod welcome;
mod wish;

use std::time::Instant;

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use quarterdeck_sync::model::{IncidentId, Kind, ListKey, RowKey};
use ratatui::layout::Rect;

pub use self::copied::Copied;
use self::wish::value;
pub use self::wish::{Aim, Came, Goal, Narrow, Traced, Wanted, Wish};
use super::actions::{Act, Facts, Scope};
use super::canvas::Canvas;
use super::data::{Answered, Desk, DraftOf, Lane, Owner, Question, Slot, Ticket};
use super::fleet::Fleet;
use super::incidents::Chosen;
use super::keys::Keymap;
use super::memory::trail::Step;
use super::memory::{DraftState, ListState};
use super::reading::Reading;
use super::unsealed::Unsealed;

/// A line of the registry.
pub struct Entry {
    /// Stable id, for the palette and settings.
    pub id: &'static str,
    /// Its tab.
    pub title: &'static str,
    /// The same where there is little room.
    pub short: &'static str,
    /// What its tab counts.
    pub counts: Counts,
    /// It has a tab; without one it only ever lies over another view.
    pub tab: bool,
    /// Makes it.
    pub make: fn() -> Box<dyn View>,
}

/// What stands beside a tab.
#[derive(Debug, Clone, Copy)]
pub enum Counts {
    /// Live records of a kind.
    Kind(Kind),
    /// What the view itself counts; nothing when that is nothing.
    Own,
    /// Connections.
    Connections,
    /// Writes that wait for a person.
    Outbox,
    /// Nothing.
    Nothing,
}

/// Every view, in the order of the tabs.
pub const VIEWS: &[Entry] = &[
    Entry {
        id: INBOX,
        title: "Inbox",
        short: "Inbox",
        counts: Counts::Own,
        tab: true,
        make: || Box::new(inbox::Inboxes::default()),
    },
    Entry {
        id: FLEET,
        title: "Fleet",
        short: "Fleet",
        counts: Counts::Nothing,
        tab: true,
        make: || Box::new(fleet::Panels::default()),
    },
    records("agents", "Agents", "Agents", Kind::Agent, || Box::new(records::Records::new(&columns::AGENTS))),
    records("sessions", "Sessions", "Sess", Kind::Session, || Box::new(records::Records::new(&columns::SESSIONS))),
    records("runs", "Runs", "Runs", Kind::Run, || Box::new(records::Records::new(&columns::RUNS))),
    records("approvals", "Approvals", "Appr", Kind::Approval, || Box::new(records::Records::new(&columns::APPROVALS))),
    records("policies", "Policies", "Pols", Kind::Policy, || Box::new(records::Records::new(&columns::POLICIES))),
    records("events", "Events", "Evts", Kind::Event, || Box::new(records::Records::new(&columns::EVENTS))),
    Entry {
        id: OUTBOX,
        title: "Outbox",
        short: "Outbox",
        counts: Counts::Outbox,
        tab: true,
        make: || Box::new(outbox::Outbox::default()),
    },
    Entry {
        id: INCIDENTS,
        title: "Incidents",
        short: "Inc",
        counts: Counts::Nothing,
        tab: true,
        make: || Box::new(incidents::Incidents::default()),
    },
    records("others", "Others", "Other", Kind::Other, || Box::new(records::Records::new(&columns::OTHERS))),
    Entry {
        id: CONNECTIONS,
        title: "Connections",
        short: "Conn",
        counts: Counts::Connections,
        tab: true,
        make: || Box::new(connections::Connections::default()),
    },
    Entry {
        id: SEARCH,
        title: "Search",
        short: "Find",
        counts: Counts::Nothing,
        tab: true,
        make: || Box::new(search::Search::default()),
    },
    // Those without a tab come last.
    Entry {
        id: TIMELINE,
        title: "Timeline",
        short: "Time",
        counts: Counts::Nothing,
        tab: false,
        make: || Box::new(timeline::Timelines::default()),
    },
    Entry {
        id: TRANSCRIPT,
        title: "Transcript",
        short: "Read",
        counts: Counts::Nothing,
        tab: false,
        make: || Box::new(transcript::Transcripts::default()),
    },
    Entry {
        id: EDITOR,
        title: "Editor",
        short: "Edit",
        counts: Counts::Nothing,
        tab: false,
        make: || Box::new(editor::Editor::default()),
    },
];

/// The view of what wants a person.
pub(crate) const INBOX: &str = "inbox";
/// The view of the fleet in numbers.
pub(crate) const FLEET: &str = "fleet";
/// The view of what one agent did.
pub(crate) const TIMELINE: &str = "timeline";
/// The view of the writes.
pub(crate) const OUTBOX: &str = "outbox";
/// The view of the incidents.
pub(crate) const INCIDENTS: &str = "incidents";
/// The view of the connections.
pub(crate) const CONNECTIONS: &str = "connections";
/// The view that searches.
pub(crate) const SEARCH: &str = "search";
/// The view that shows a transcript.
pub(crate) const TRANSCRIPT: &str = "transcript";

/// The view that edits a document.
pub(crate) const EDITOR: &str = "editor";

/// The number of a view.
pub(crate) fn number(id: &str) -> usize {
    VIEWS.iter().position(|view| view.id == id).unwrap_or(0)
}

const fn records(
    id: &'static str,
    title: &'static str,
    short: &'static str,
    kind: Kind,
    make: fn() -> Box<dyn View>,
) -> Entry {
    Entry { id, title, short, counts: Counts::Kind(kind), tab: true, make }
}

/// What a view may use while it handles something.
pub struct Cx<'a> {
    /// Where questions go.
    pub desk: &'a Desk,
    /// This view's number.
    pub view: usize,
    /// The connections.
    pub fleet: &'a Fleet,
    /// The time of day.
    pub now: Timestamp,
    /// The time for measuring.
    pub clock: Instant,
    /// What the view wants of the frame.
    pub wishes: Vec<Wish>,
}

impl Cx<'_> {
    /// Asks for something; `part` says which of the view's things it is for.
    pub fn ask(&self, part: u8, lane: Lane, question: Question) -> Ticket {
        self.desk.ask(Slot { owner: Owner::View(self.view), part }, lane, question)
    }

    /// Says something; it goes away by itself.
    pub fn say(&mut self, words: impl Into<String>) {
        self.wishes.push(Wish::Say(words.into()));
    }
}

/// What a view draws with, besides the canvas.
pub struct Scene<'a> {
    /// The connections.
    pub fleet: &'a Fleet,
    /// The keys in force, for hints on empty screens.
    pub keys: &'a Keymap,
    /// Nothing is decided in this console.
    pub read_only: bool,
}

/// One screen of the console.
pub trait View {
    /// It comes into sight: ask for what is missing or may be stale.
    fn enter(&mut self, cx: &mut Cx);

    /// It comes into sight over another view, for the first time, and shows no more than this.
    fn narrow(&mut self, _narrow: Narrow, cx: &mut Cx) {
        self.enter(cx);
    }

    /// Another view lies over it now; one comes back to it as it is.
    fn covered(&mut self) {}

    /// The mirror changed while it is in sight.
    fn refresh(&mut self, cx: &mut Cx) {
        self.enter(cx);
    }

    /// An answer to one of its questions. Answers to superseded tickets are the view's to drop.
    fn answer(&mut self, answered: Answered, cx: &mut Cx);

    /// Does an action; `count` is the number typed before it. False when it is none of the view's.
    fn act(&mut self, act: Act, count: Option<u32>, cx: &mut Cx) -> bool;

    /// A key while [`Scope::Prompt`] is in force, that no action took.
    fn type_key(&mut self, _key: &KeyEvent, _cx: &mut Cx) {}

    /// Text pasted while [`Scope::Prompt`] is in force.
    fn paste(&mut self, _text: &str, _cx: &mut Cx) {}

    /// A click at a place of the screen.
    fn click(&mut self, _x: u16, _y: u16, _cx: &mut Cx) {}

    /// The time it asked to be woken after has passed.
    fn wake(&mut self, _cx: &mut Cx) {}

    /// What is to be remembered of it.
    fn keep(&self) -> Option<ListState> {
        None
    }

    /// Takes what was remembered, before it comes into sight; `whole` also says what one looked at, and not only how.
    fn recall(&mut self, _kept: &ListState, _whole: bool, _now: Timestamp) {}

    /// Where one is in it, as far as [`View::keep`] does not tell: to be found again the next time.
    fn leave_off(&self, _step: &mut Step) {}

    /// Takes up where one left, before it comes into sight. False: nothing could be made of it.
    fn take_up(&mut self, _step: &Step, _now: Timestamp) -> bool {
        true
    }

    /// Edits a document, or shows its versions.
    fn compose(&mut self, _of: DraftOf, _aim: Aim, _cx: &mut Cx) {}

    /// A text came back from an editor of the person's own.
    fn edited(&mut self, _text: String, _cx: &mut Cx) {}

    /// It may be out of sight for good after this: what is only in its memory is to be kept now.
    fn leaving(&mut self, _cx: &mut Cx) {}

    /// What was written in it and not kept, for the next time.
    fn drafts(&self) -> Vec<DraftState> {
        Vec::new()
    }

    /// What was written and not kept the last time.
    fn take_drafts(&mut self, _left: &[DraftState]) {}

    /// Shows a transcript.
    fn read(&mut self, _reading: Reading, _came: Came, _cx: &mut Cx) {}

    /// Shows something that lives here.
    fn seek(&mut self, _goal: &Goal, _cx: &mut Cx) {}

    /// The mirror changed while it is out of sight: for what its tab counts.
    fn changed(&mut self, _cx: &mut Cx) {}

    /// What its tab counts, once it is known.
    fn count(&self) -> Option<u64> {
        None
    }

    /// Shows the timeline of the agent of this record, or of its machine.
    fn trace(&mut self, _of: Traced, _cx: &mut Cx) {}

    /// What came of asking for the entries of a session or run: none when its platform answered, else why not. False when it does
    /// not show that one.
    fn fetched(&mut self, _list: &ListKey, _id: &str, _failed: Option<&str>, _cx: &mut Cx) -> bool {
        false
    }

    /// The record in sight whose secrets are masked, or shown.
    fn masks(&self) -> Option<(ListKey, String)> {
        None
    }

    /// The secrets of the record that it named may be shown as they are; none: no longer, from this moment on.
    fn unseal(&mut self, _unsealed: Option<Unsealed>, _cx: &mut Cx) {}

    /// It shows them, and has not gone on to another record since.
    fn shows_secrets(&self) -> bool {
        false
    }

    /// It is out of sight, and nothing leads back to what it shows.
    fn close(&mut self) {}

    /// Nothing leads back to what it shows, but to what it showed when it lay over less.
    fn step_out(&mut self, _cx: &mut Cx) {}

    /// It has nothing to show any more: whoever comes back goes on to what lies below.
    fn bare(&self) -> bool {
        false
    }

    /// What is selected, or marked, and could be pinned to an incident.
    fn chosen(&self) -> Vec<Chosen> {
        Vec::new()
    }

    /// What can be copied of it: the id of what is selected; with `more` what belongs to that.
    fn copied(&self, _more: bool) -> Option<Copied<'_>> {
        None
    }

    /// The evidence of an incident lies in this folder now.
    fn wrote_evidence(&mut self, _of: IncidentId, _folder: String) {}

    /// A decision was kept, whoever opened the sheet for it: what is taken back next is that.
    fn overtaken(&mut self) {}

    /// The decision that a sheet was opened for here was kept: what was marked for it need not be any more.
    fn decided(&mut self) {}

    /// The same, of all that was marked but these.
    fn decided_but(&mut self, _later: &[RowKey]) {
        self.decided();
    }

    /// It has just been drawn: what only drawing tells (how many lines fit) is known now.
    fn drawn(&mut self, _cx: &mut Cx) {}

    /// It has something to show: the first frame waits for this, for a moment.
    fn ready(&self) -> bool {
        true
    }

    /// Which keys count.
    fn scope(&self) -> Scope;

    /// What it knows about what can be done.
    fn facts(&self, facts: &mut Facts);

    /// Draws it. `&mut` for what only drawing knows: how many lines fit.
    fn draw(&mut self, area: Rect, scene: &Scene, canvas: &mut Canvas);
}
