//! Every view in every state: one table of places, and what must hold in all of them.
//!
//! [`PLACES`] says how each view, pane and sheet is reached. [`State`] says what the mirror is like. `looks` keeps how each pair
//! looks, at both sizes and in three themes; `styles` is the notation for it. `promises` presses keys everywhere: nothing is decided
//! but on a sheet, and what is typed is text. `deeds` confirms everything that can be decided, and compares with what was shown.
//! `hints`: what is hinted at does something, and what is shown can be pinned. `stale` gives old answers after new ones, to everything that asks. `frames` counts what reaches the terminal.
//!
//! A view that is added gets its line in the table, and is held to all of it.

mod deeds;
mod frames;
mod hints;
mod looks;
mod promises;
mod stale;
mod styles;

use std::sync::LazyLock;

use quarterdeck_sync::engine::{ConnectionError, ConnectionReport, Event as SyncEvent};
use quarterdeck_sync::platform::{BudgetView, FetchKind};

use super::screens::SIZES;
use super::*;

/// A place in the console, and how it is reached.
struct Place {
    name: &'static str,
    /// Keys that lead to its door, as [`Console::press`] takes them; `~words` types words, `_` for a blank.
    before: &'static str,
    /// Keys that open it, and make it ask.
    opens: &'static str,
    /// Keys that make it ask again, and close nothing.
    again: &'static str,
    /// Without the record it is about it could not be reached: where all else is empty, that one is still there, and says nothing.
    about: bool,
    /// The states in which it looks different.
    states: &'static [State],
}

/// What the mirror is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A night in a small company.
    Data,
    /// Synced, and nothing there.
    Empty,
    /// Before the answer.
    Loading,
    /// The mirror cannot be read.
    Error,
    /// No platform has answered for hours.
    Offline,
    /// Every text is too long for its place.
    Long,
}

use State::{Data, Empty, Error, Loading, Long, Offline};

const ALL: &[State] = &[Data, Empty, Loading, Error, Offline, Long];
/// What it shows is known before it is opened, or it opens only with the answer.
const AT_ONCE: &[State] = &[Data, Empty, Error, Offline, Long];

const fn view(name: &'static str, opens: &'static str) -> Place {
    Place { name, before: "", opens, again: "j", about: false, states: ALL }
}

const fn over(name: &'static str, before: &'static str, opens: &'static str, again: &'static str) -> Place {
    Place { name, before, opens, again, about: true, states: ALL }
}

const POLICY: &str = "@policies / ~connection:turen <Enter>";

/// Every view, and whatever lies over one.
const PLACES: &[Place] = &[
    view("inbox", ""),
    view("fleet", "@fleet"),
    view("agents", "@agents"),
    view("sessions", "@sessions"),
    view("runs", "@runs"),
    view("approvals", "@approvals"),
    view("policies", "@policies"),
    view("events", "@events"),
    view("outbox", "@outbox"),
    view("incidents", "@incidents"),
    view("others", "@others"),
    Place { states: AT_ONCE, ..view("connections", "@connections") },
    Place { before: "f", again: "~s", ..view("search", "~refund") },
    Place { states: &[Data], ..over("found", "f ~kind:agent_connection:turen", "<Enter>", "") },
    over("transcript", "@sessions", "t", "/ ~re <Esc>"),
    over("timeline", "@agents", "=", "-"),
    over("editor", POLICY, "i", "~x"),
    over("approval", "@approvals / ~status:pending <Enter> j", "a", "<Tab> <Right>"),
    Place { states: &[Data, Long], ..over("requests", "@approvals / ~status:pending <Enter> *", "a", "<Tab> <Right>") },
    Place { states: AT_ONCE, ..over("links", "@agents # 1 1 j", "L", "") },
    Place { states: &[Data, Long], ..over("completion", "@runs / ~status:paused_", "~agent:r", "") },
    Place { states: &[Data], ..over("columns", "@runs", "V", "") },
    Place { states: &[Data, Empty, Error, Long], again: "~0", ..view("palette", ": ~apr-0") },
    Place { states: &[Data], ..view("help", "?") },
];

fn lengthen_all(value: &mut serde_json::Value, much: &str) {
    match value {
        // A date is no text.
        serde_json::Value::String(text) if !text.starts_with("20") => *text = format!("{text} {much}"),
        serde_json::Value::Array(all) => all.iter_mut().for_each(|one| lengthen_all(one, much)),
        serde_json::Value::Object(all) => all.values_mut().for_each(|one| lengthen_all(one, much)),
        _ => {}
    }
}

fn long() -> World {
    let mut world = World::small();
    let much = "and on it goes, 日本語の長い題名 without_any_blank_".repeat(9);
    let lengthen = |text: &mut Option<String>| text.iter_mut().for_each(|text| *text = format!("{text} {much}"));
    for (row, doc) in &mut world.rows {
        lengthen(&mut row.title);
        lengthen(&mut row.agent_title);
        lengthen(&mut row.project);
        if row.kind == quarterdeck_sync::model::Kind::Event {
            lengthen(&mut row.status);
        }
        let mut value = serde_json::from_str(doc).unwrap();
        lengthen_all(&mut value, &much);
        *doc = value.to_string();
    }
    let mut world = world.wanting().with_incidents().with_costs();
    for write in &mut world.writes {
        lengthen(&mut write.intent.title);
        lengthen(&mut write.intent.reason);
        write.verdict.iter_mut().for_each(|verdict| verdict.message = format!("{}: {much}", verdict.message));
    }
    for case in &mut world.cases {
        case.incident.title = format!("{} {much}", case.incident.title);
        case.notes.iter_mut().for_each(|note| note.text = format!("{} {much}", note.text));
        case.timeline.iter_mut().for_each(|moment| moment.text = format!("{} {much}", moment.text));
    }
    for (_, entries) in world.contents.values_mut() {
        let texts = entries.iter_mut().flat_map(|entry| &mut entry.parts);
        for part in texts {
            if let quarterdeck_sync::model::Part::Text(text) = part {
                *text = format!("{text} {much}");
            }
        }
    }
    let list = world.lists[0].list.clone();
    let code = "unusable".into();
    world.problems.push(Problem {
        list,
        id: None,
        code,
        message: much.clone(),
        since: outbox::ago(90),
        seen_at: outbox::ago(9),
    });
    for saved in &mut world.searches {
        saved.query = format!("{} {much}", saved.query);
    }
    world
}

/// Synced, and nothing there; or nothing but the first record of every list, which says nothing.
fn empty(about: bool) -> World {
    let mut world = World::small();
    let mut known: Vec<ListKey> = Vec::new();
    world.rows.retain_mut(|(row, doc)| {
        (row.agent, row.agent_title, row.project) = (None, None, None);
        *doc = "{}".to_owned();
        let first = !known.contains(&row.list);
        known.push(row.list.clone());
        first && about
    });
    for list in &mut world.lists {
        list.checked_at = Some(outbox::ago(130));
        (list.mirror_count, list.gone_count) = (u64::from(about), 0);
        list.server_count = Some(list.mirror_count);
    }
    world
}

fn world(state: State, about: bool) -> World {
    static WORLDS: LazyLock<[World; 5]> = LazyLock::new(|| {
        let full = || World::small().wanting().with_incidents().with_costs();
        [full(), empty(false), empty(true), full().offline(), long()]
    });
    let [full, nothing, little, offline, long] = &*WORLDS;
    match (state, about) {
        (Data | Loading | Error, _) => full,
        (Empty, false) => nothing,
        (Empty, true) => little,
        (Offline, _) => offline,
        (Long, _) => long,
    }
    .clone()
}

impl Console {
    /// Where a place is, in a state.
    fn at(place: &Place, state: State, size: (u16, u16)) -> Self {
        let mut console = Self::before(place, state, size);
        if state == Error {
            console.store.broken.store(true, Ordering::SeqCst);
        }
        if state == Loading {
            place.opens.split(' ').filter(|key| !key.is_empty()).for_each(|key| console.strike(key));
            console.draw();
            // It takes so long that one begins to wonder.
            console.clock += Duration::from_secs(1);
            console.app.tick(console.clock);
            console.draw();
            return console;
        }
        console.go(place.opens);
        if state != Error {
            // What is searched for in the background comes behind the rest.
            console.pass(Duration::from_secs(2));
        }
        console
    }

    /// Before its door.
    fn before(place: &Place, state: State, size: (u16, u16)) -> Self {
        let mut world = world(state, place.about);
        // The first view is open before anything is pressed.
        let first = place.opens.is_empty();
        world.broken = first && state == Error;
        let mut console = Self::opened(size, world, connections(), TuiSettings::default());
        if !(first && state == Loading) {
            console.settle();
        }
        if state == Offline {
            connections().iter().for_each(|connection| console.unreachable(connection));
        }
        console.go(place.before);
        console
    }

    /// Nobody answers any more.
    fn unreachable(&mut self, connection: &ConnectionInfo) {
        let message = format!("{}: connection refused", connection.url);
        let report = ConnectionReport {
            connection: connection.name.clone(),
            platform: connection.platform.clone(),
            started_at: fake::now(),
            ended_at: fake::now(),
            lists: Vec::new(),
            content: None,
            error: Some(ConnectionError { kind: Some(FetchKind::Unreachable), message }),
            traffic: Default::default(),
            budget: BudgetView::default(),
        };
        self.news(Outside::Sync(SyncEvent::Finished(report)));
    }

    /// Presses keys, each once all is answered.
    fn go(&mut self, keys: &str) {
        for key in keys.split(' ').filter(|key| !key.is_empty()) {
            self.clock += Duration::from_secs(1);
            self.app.tick(self.clock);
            self.strike(key);
            self.settle();
        }
    }

    /// Presses one key, opens a view or types words, and takes no answer in.
    fn strike(&mut self, key: &str) {
        if let Some(view) = key.strip_prefix('@') {
            return self.open(view);
        }
        let Some(words) = key.strip_prefix('~') else { return self.key(key) };
        for c in words.replace('_', " ").chars() {
            let event = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
            self.app.handle(Message::Input(Event::Key(event)), self.clock);
        }
    }

    /// Nothing was asked of the outside that changes it.
    fn decides_nothing(&self, when: &str) {
        let decided = self.asked.try_iter().find(|ask| matches!(ask, Ask::Decide(_)));
        assert_eq!(decided, None, "{when}");
    }
}

#[test]
fn every_view_has_its_place_in_the_table() {
    for view in VIEWS {
        assert!(PLACES.iter().any(|place| place.name == view.id), "no place for {}", view.id);
    }
}
