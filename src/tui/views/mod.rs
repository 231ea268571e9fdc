//! The views, and what a view is.
//!
//! A view is one file and one line in [`VIEWS`]. It never reads the mirror: it hands questions to the desk through its
//! [`Cx`], takes answers in [`View::answer`], and draws what has arrived. It never blocks.

mod columns;
mod connections;
mod detail;
mod outbox;
mod records;
mod search;
mod transcript;
mod welcome;

use std::time::{Duration, Instant};

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use quarterdeck_sync::model::{Kind, ListKey, WriteId};
use ratatui::layout::Rect;

use super::actions::{Act, Facts, Scope};
use super::canvas::Canvas;
use super::data::{Answered, Desk, DraftOf, Lane, Owner, Question, Slot, Ticket};
use super::decisions::{Change, Target};
use super::fleet::Fleet;
use super::keys::Keymap;
use super::reading::Reading;

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
    /// Connections.
    Connections,
    /// Writes that wait for a person.
    Outbox,
    /// Nothing.
    Nothing,
}

/// Every view, in the order of the tabs.
pub const VIEWS: &[Entry] = &[
    records("agents", "Agents", "Agents", Kind::Agent, || Box::new(records::Records::new(&columns::AGENTS))),
    records("sessions", "Sessions", "Sess", Kind::Session, || Box::new(records::Records::new(&columns::SESSIONS))),
    records("runs", "Runs", "Runs", Kind::Run, || Box::new(records::Records::new(&columns::RUNS))),
    records("approvals", "Approvals", "Appr", Kind::Approval, || Box::new(records::Records::new(&columns::APPROVALS))),
    records("policies", "Policies", "Policies", Kind::Policy, || Box::new(records::Records::new(&columns::POLICIES))),
    records("events", "Events", "Events", Kind::Event, || Box::new(records::Records::new(&columns::EVENTS))),
    records("others", "Others", "Others", Kind::Other, || Box::new(records::Records::new(&columns::OTHERS))),
    Entry {
        id: "outbox",
        title: "Outbox",
        short: "Outbox",
        counts: Counts::Outbox,
        tab: true,
        make: || Box::new(outbox::Outbox::default()),
    },
    Entry {
        id: "connections",
        title: "Connections",
        short: "Conns",
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
        id: TRANSCRIPT,
        title: "Transcript",
        short: "Read",
        counts: Counts::Nothing,
        tab: false,
        make: || Box::new(transcript::Transcripts::default()),
    },
];

/// The view that searches.
pub(crate) const SEARCH: &str = "search";
/// The view that shows a transcript.
pub(crate) const TRANSCRIPT: &str = "transcript";

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

/// Something a view wants of the frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// Say something; it goes away by itself.
    Say(String),
    /// Call [`View::wake`] after this long.
    Wake(Duration),
    /// Open a sheet about doing this to these records. Nothing is done before it is confirmed there.
    Decide(Act, Vec<Wanted>),
    /// Open a sheet about a write.
    Change(WriteId, Change),
    /// Open an editor on this, and a sheet about what comes back.
    Draft(DraftOf),
    /// Open a transcript over what is open.
    Read(Reading),
    /// Back to the view that this one was opened from.
    Back,
    /// Fetch the entries of this session or run.
    Fetch(ListKey, String),
    /// Copy this: what it is, and the text.
    Copy(&'static str, String),
    /// Keep this query under this name.
    SaveSearch(String, String),
    /// Let go of the search of this name.
    ForgetSearch(String),
}

/// Where somebody comes from who opens a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// From another transcript.
    Here,
    /// From a view of this title, which itself lies over a transcript.
    Over(String),
    /// From a view of this title.
    Fresh(String),
}

/// A record that something is to be done to, and the list it stands in.
pub type Wanted = (ListKey, Target);

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
}

/// One screen of the console.
pub trait View {
    /// It comes into sight: ask for what is missing or may be stale.
    fn enter(&mut self, cx: &mut Cx);

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

    /// Shows a transcript.
    fn read(&mut self, _reading: Reading, _came: Came, _cx: &mut Cx) {}

    /// It is out of sight, and nothing leads back to what it shows.
    fn close(&mut self) {}

    /// A decision was kept: what was marked for it need not be any more.
    fn decided(&mut self) {}

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
