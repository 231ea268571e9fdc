//! Everything that can be decided, wherever it is offered: without the sheet's own key nothing is queued, and with it exactly
//! what was shown.
//!
//! [`run_through`] presses every key of the table that decides, in every place and state, row by row; it follows each through the
//! editor it may lead to, holds what is confirmed against what stood on the sheet, and what was kept against both.

use std::collections::{BTreeMap, BTreeSet};

use quarterdeck_sync::model::{Kind, WriteState};

use super::promises::pressable;
use super::*;
use crate::tui::actions::{ACTIONS, Act, Action, Danger, Scope};
use crate::tui::decisions::{Confirmed, Deed};
use crate::tui::looks::capital;
use crate::tui::tests::editing::in_conflict;

const SIZE: (u16, u16) = (120, 40);
/// Said on every sheet.
const SHEET: &str = "leave, nothing is done";
/// Said on one that can be confirmed.
const ASKS: &str = "C-y yes, ";
/// Rows that are tried in a list: among them some of each status.
const ROWS: usize = 11;

/// Every action of the table that decides, but for the sheet's own.
fn deciding() -> impl Iterator<Item = &'static Action> {
    ACTIONS.iter().filter(|action| action.danger == Danger::Decides && action.act != Act::Confirm)
}

/// A night in which there is something to decide of every kind.
fn full(state: State) -> World {
    let mut world = world(state, false);
    let doc = serde_json::json!({"id": "al-1", "acknowledged": false});
    let alerts = ("alerts", Kind::Other);
    world.add(("lab", "exo"), alerts, "al-1".into(), Some("Costs are high"), Some("open"), (None, None), 1, doc);
    let acme = ListKey::new("acme", "agents");
    // Few enough that all that is to be decided on is among the first rows.
    let mut few = 0;
    world.rows.retain(|(row, _)| {
        few += usize::from(row.list == acme);
        row.list != acme || few <= 2 || row.id == "refund-helper"
    });
    let deployments = world.rows.iter_mut().filter(|(row, _)| row.list.collection == "deployments");
    for ((row, _), status) in deployments.zip(["active", "inactive"]) {
        row.status = Some(status.into());
    }
    let contained = world.rows.iter_mut().find(|(row, _)| row.list == acme);
    contained.expect("an agent").0.status = Some("contained".into());
    world.count();
    // Each way to settle a conflict has one of its own.
    let first = world.writes.len();
    (first..first + 6).fold(world, in_conflict)
}

/// A console at a place, with the decisions of [`full`].
fn at(place: &Place, state: State) -> Console {
    let mut console = Console::started(SIZE, full(state), connections(), TuiSettings::default());
    console.news(Outside::Capabilities(outbox::all_capabilities()));
    if state == Offline {
        connections().iter().for_each(|connection| console.unreachable(connection));
    }
    console.go(place.before);
    console.go(place.opens);
    console.pass(Duration::from_secs(2));
    console
}

impl Console {
    /// A sheet is open.
    fn on_sheet(&self) -> bool {
        self.text().contains(SHEET)
    }

    /// Everything that stands on the open sheet, page by page.
    fn sheet(&mut self) -> String {
        let mut all = self.text();
        let mut last = String::new();
        for _ in 0..20 {
            self.go("C-f");
            let page = self.text();
            if page == last {
                break;
            }
            all.push_str(&page);
            last = page;
        }
        all
    }

    /// From where a key has led to the sheet, through the editor if there is one; false when it leads to none.
    fn reach_sheet(&mut self) -> bool {
        let edit = self.orders.drain(..).find_map(|order| match order {
            Order::Edit { text, .. } => Some(text),
            _ => None,
        });
        if let Some(text) = edit {
            let edited = text.replace("\"min_scorecard\": 5", "\"min_scorecard\": 7");
            self.app.edited(Ok(Some(edited)), self.clock);
            self.settle();
        } else if self.text().contains("Editing ") || self.text().contains("Settling ") {
            self.go("<Down> <Down> <End> <BS> <BS> 7 , C-s");
        }
        self.on_sheet()
    }

    /// Back to where one was, whatever was opened.
    fn back_to_place(&mut self) {
        for _ in 0..4 {
            let text = self.text();
            if text.contains("throw away") {
                self.go("C-d");
            } else if [SHEET, "Editing ", "Settling ", "Not to be edited"].iter().any(|open| text.contains(open)) {
                self.go("<Esc>");
            }
        }
        self.orders.clear();
    }

    fn writes(&self) -> BTreeMap<WriteId, WriteState> {
        self.store.world.lock().unwrap().writes.iter().map(|write| (write.id.clone(), write.state)).collect()
    }
}

/// Holds what went out against what stood on the sheet: the verb, and every id, no more and no fewer.
fn is_what_was_shown(confirmed: &Confirmed, shown: &str, when: &str) {
    match &confirmed.deed {
        Deed::Decide { asked, seen } => {
            assert!(shown.contains(&format!("{} ", capital(&asked.verb))), "{when}: {asked:?}\n{shown}");
            assert!(!seen.is_empty(), "{when}: nothing was decided\n{shown}");
            for item in seen {
                let row = &item.record.row;
                assert!(shown.contains(&row.id), "{when}: {} was not shown\n{shown}", row.id);
                let intent = item.intent.as_ref().unwrap_or_else(|why| panic!("{when}: {why}"));
                assert_eq!((intent.target.as_ref(), &intent.verb), (Some(&row.id), &asked.verb), "{when}");
            }
            if let Some(reason) = &asked.reason {
                assert!(shown.contains(reason), "{when}: {reason} was not shown\n{shown}");
            }
            let told = if seen.len() == 1 { "yes, ".to_owned() } else { format!("yes, {} {}", asked.verb, seen.len()) };
            assert!(shown.contains(&told), "{when}: {} are not what was shown\n{shown}", seen.len());
        }
        Deed::Resume { connection, .. } => panic!("{when}: {connection} is let go on by a test alone"),
        Deed::Change { seen, .. } => {
            assert!(!seen.is_empty(), "{when}: nothing was changed\n{shown}");
            for (id, state) in seen {
                assert!(shown.contains(id.as_str()), "{when}: {id} was not shown\n{shown}");
                assert!(shown.contains(&format!("{state}: ")), "{when}: {state} was not shown\n{shown}");
            }
        }
    }
}

/// Keeps what was confirmed, as the outside does; the outbox has then changed by that and by nothing else.
fn keeps_just_that(console: &mut Console, confirmed: Vec<Confirmed>, when: &str) {
    let before = console.writes();
    let wanted: BTreeSet<WriteId> = match &confirmed[0].deed {
        Deed::Change { seen, .. } => seen.iter().map(|(id, _)| id.clone()).collect(),
        Deed::Decide { .. } | Deed::Resume { .. } => BTreeSet::new(),
    };
    let kept: BTreeSet<WriteId> = console.keep_all(confirmed).into_iter().collect();
    let now = console.writes();
    let changed: BTreeSet<WriteId> =
        now.iter().filter(|(id, state)| before.get(*id) != Some(*state)).map(|(id, _)| id.clone()).collect();
    assert!(changed.is_subset(&kept.union(&wanted).cloned().collect()), "{when}: {changed:?}");
    assert!(kept.is_subset(&changed), "{when}: {kept:?}");
    assert!(!console.on_sheet(), "{when}: what was confirmed is still asked\n{}", console.text());
}

/// One action, where it is offered: asked for, left, asked for again and confirmed. False when it cannot be confirmed here.
fn decide(console: &mut Console, action: &Action, opens: &str, when: &str) -> bool {
    let key = action.keys[0];
    console.go(key);
    console.decides_nothing(when);
    if !console.reach_sheet() {
        console.back_to_place();
        return false;
    }
    console.decides_nothing(when);
    if !console.text().contains(ASKS) {
        console.go("C-y");
        console.decides_nothing(&format!("{when}, which cannot be confirmed"));
        console.back_to_place();
        return false;
    }
    for again in [key, key, "<Enter>", "<Space>", "y", "Y", key] {
        console.go(again);
        console.decides_nothing(&format!("{when}, then {again}"));
    }
    console.back_to_place();
    console.go("C-y");
    console.decides_nothing(&format!("{when}, left, then C-y"));
    if action.scope == Scope::Editor {
        // The editor was left with the sheet.
        console.go(opens);
    }
    console.go(key);
    assert!(console.reach_sheet(), "{when}: it was there a moment ago\n{}", console.text());
    let mut shown = console.sheet();
    console.go("C-y");
    if console.text().contains("say why") {
        console.decides_nothing(&format!("{when}, without the reason that is asked for"));
        console.go("~because_of_this");
        shown.push_str(&console.text());
        console.go("C-y");
    }
    let confirmed = console.deeds();
    assert_eq!(confirmed.len(), 1, "{when}: {confirmed:?}\n{}", console.text());
    is_what_was_shown(&confirmed[0], &shown, when);
    console.go("C-y");
    console.decides_nothing(&format!("{when}, confirmed twice"));
    keeps_just_that(console, confirmed, when);
    console.back_to_place();
    true
}

/// Every action that is offered at a place, each as soon as a row lets it be confirmed. Those that were.
fn run_through(place: &Place, state: State) -> BTreeSet<&'static str> {
    let mut console = at(place, state);
    let mut done = BTreeSet::new();
    for row in 0..ROWS {
        for action in deciding() {
            if done.contains(action.id) || action.why_not(&console.app.facts()).is_some() {
                continue;
            }
            let when = format!("{} in {}, {state:?}, line {row}", action.id, place.name);
            if decide(&mut console, action, place.opens, &when) {
                done.insert(action.id);
                // What was decided on may have moved, and the cursor with it.
                console.go("g");
                (0..row).for_each(|_| console.go("j"));
            }
        }
        console.go("j");
    }
    done
}

/// Where what is confirmed is at home: in each state it is, there.
const HOME: [(&str, &str); 24] = [
    ("suspend-agent", "agents"),
    ("resume-agent", "agents"),
    ("contain", "agents"),
    ("release", "agents"),
    ("delete", "agents"),
    ("approve", "approvals"),
    ("reject", "approvals"),
    ("approve", "inbox"),
    ("stop-run", "runs"),
    ("edit", "policies"),
    ("edit-here", "policies"),
    ("save-text", "editor"),
    ("acknowledge", "others"),
    ("switch-on", "others"),
    ("switch-off", "others"),
    ("undo", "outbox"),
    ("cancel-write", "outbox"),
    ("retry-write", "outbox"),
    ("discard-write", "outbox"),
    ("take-mine", "outbox"),
    ("take-theirs", "outbox"),
    ("edit-write", "outbox"),
    ("edit-write-here", "outbox"),
    ("contain-pinned", "incidents"),
];

fn waits_for_its_key_and_is_what_was_shown(state: State) {
    let mut done: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    // Where everything is as usual, everywhere; else where it is at home.
    let home = |place: &Place| HOME.iter().any(|(_, home)| *home == place.name);
    for place in PLACES.iter().filter(|place| place.states.len() > 4 && (state == Data || home(place))) {
        for id in run_through(place, state) {
            done.entry(id).or_default().insert(place.name);
        }
    }
    for (id, place) in HOME {
        let places = done.get(id);
        assert!(places.is_some_and(|places| places.contains(place)), "{id} was not confirmed in {place}: {places:?}");
    }
    let never: Vec<&str> = deciding().map(|action| action.id).filter(|id| !done.contains_key(id)).collect();
    assert_eq!(never, Vec::<&str>::new(), "never confirmed anywhere");
}

#[test]
fn whatever_can_be_decided_waits_for_a_key_of_its_own_and_is_what_was_shown() {
    waits_for_its_key_and_is_what_was_shown(Data);
}

#[test]
fn so_it_is_while_no_platform_answers() {
    waits_for_its_key_and_is_what_was_shown(Offline);
}

#[test]
fn so_it_is_where_every_text_is_too_long_for_its_place() {
    waits_for_its_key_and_is_what_was_shown(Long);
}

#[test]
fn where_nothing_is_known_yet_nothing_can_be_decided_whatever_is_pressed() {
    let first = |state| move |place: &&Place| place.states.contains(&state) && place.states.len() > 4;
    for state in [Empty, Error, Loading] {
        for place in PLACES.iter().filter(first(state)) {
            let mut console = Console::at(&Place { about: false, ..*place }, state, SIZE);
            for action in deciding() {
                let key = action.keys[0];
                let when = format!("{key} in {}, {state:?}", place.name);
                // Nobody waits for an answer, in a hurry.
                for key in [key, "C-y", key, "<Enter>", "C-y"] {
                    console.strike(key);
                    console.draw();
                    console.decides_nothing(&when);
                }
                if state != Loading {
                    console.settle();
                    console.go("C-y");
                    console.decides_nothing(&when);
                }
                console.back_to_place();
            }
        }
    }
}

/// How each kind of sheet is reached.
const SHEETS: [(&str, &str); 9] = [
    ("one record", "@agents / ~connection:turen <Enter> j j j j s"),
    ("many records", "@agents / ~connection:turen <Enter> * s C-f C-f"),
    ("several requests", "@approvals / ~status:pending <Enter> * a C-f C-f"),
    ("an approval", "@approvals j j a"),
    ("a refusal", "@approvals j j x"),
    ("an edit", "@policies / ~connection:turen <Enter> i <Down> <Down> <End> <BS> <BS> 7 , C-s"),
    ("an older version", "@policies / ~connection:turen <Enter> H j <Enter>"),
    ("a write", "@outbox t"),
    ("a conflict", "@outbox M"),
];

#[test]
fn what_is_answered_by_its_marks_is_what_was_shown_in_every_state() {
    for state in [Data, Offline, Long] {
        for (key, filter) in
            [("a", "@approvals / ~status:pending <Enter> *"), ("s", "@agents / ~connection:turen <Enter> *")]
        {
            let place = Place { name: "", before: filter, opens: key, again: "", about: false, states: ALL };
            let mut console = at(&place, state);
            let when = format!("{key} on all that is marked, {state:?}");
            // The one key that counts does not, before all of it was there to be read.
            let mut shown = console.text();
            while !console.text().contains(ASKS) {
                assert!(console.text().contains("to the end to confirm: "), "{when}:\n{}", console.text());
                console.go("C-y");
                console.decides_nothing(&when);
                // What was said of it lies over the sheet for a while.
                console.pass(Duration::from_secs(60));
                console.go("C-f");
                shown.push_str(&console.text());
            }
            console.go("C-y");
            let confirmed = console.deeds();
            assert_eq!(confirmed.len(), 1, "{when}\n{}", console.text());
            is_what_was_shown(&confirmed[0], &shown, &when);
            let Deed::Decide { seen, .. } = &confirmed[0].deed else { panic!("{when}: {confirmed:?}") };
            assert!(seen.len() > 1, "{when}");
            for (name, value) in seen.iter().filter(|_| key == "a").flat_map(|item| &item.rests_on) {
                let told = value.chars().take(24).collect::<String>();
                assert!(shown.contains(&told), "{when}: {name} was not shown: {told}\n{shown}");
            }
            keeps_just_that(&mut console, confirmed, &when);
        }
    }
}

#[test]
fn no_key_of_the_table_confirms_a_sheet_but_its_own() {
    // What leaves it, leaves the console, or asks something else is tried elsewhere.
    let apart = ["C-y", "<Esc>", "C-g", "C-c", "C-z", "C-l", "A-s", "C-r"];
    let keys: BTreeSet<&str> = ACTIONS.iter().flat_map(|action| action.keys).copied().collect();
    for (what, path) in SHEETS {
        let place = Place { name: "", before: "", opens: path, again: "", about: false, states: ALL };
        let mut console = at(&place, Data);
        assert!(console.text().contains(ASKS), "{what}:\n{}", console.text());
        for key in keys.iter().filter(|key| !apart.contains(*key) && pressable(key)) {
            console.go(key);
            console.decides_nothing(&format!("{key} on {what}"));
            assert!(console.on_sheet(), "{key} left {what}:\n{}", console.text());
        }
        assert_eq!(console.orders, [], "{what}");
    }
}

#[test]
fn what_is_chosen_in_the_palette_is_asked_for_as_by_its_key() {
    let mut asked = BTreeSet::new();
    let places = ["agents", "runs", "approvals", "policies", "others", "outbox", "incidents"];
    for place in PLACES.iter().filter(|place| places.contains(&place.name)) {
        let mut console = at(place, Data);
        for _ in 0..ROWS {
            // The editor takes text: no palette opens over it.
            for action in deciding().filter(|action| action.act != Act::SaveText) {
                if asked.contains(action.id) || action.why_not(&console.app.facts()).is_some() {
                    continue;
                }
                let when = format!("{} out of the palette in {}", action.id, place.name);
                console.go(":");
                console.type_text(action.label);
                console.go("<Enter>");
                console.decides_nothing(&when);
                assert!(!console.text().contains("Do what?"), "{when}:\n{}", console.text());
                if console.reach_sheet() {
                    asked.insert(action.id);
                    // The key that has chosen it.
                    console.go("<Enter> <Enter>");
                    console.decides_nothing(&when);
                }
                console.back_to_place();
            }
            console.go("j");
        }
    }
    let never: Vec<&str> = deciding().map(|action| action.id).filter(|id| !asked.contains(id)).collect();
    assert_eq!(never, ["save-text"]);
}
