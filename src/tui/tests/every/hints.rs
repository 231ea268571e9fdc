//! What is hinted at does something, and what is shown can be pinned, wherever one is.

use super::promises::pressable;
use super::*;
use crate::tui::actions::{Act, Scope, row};
use crate::tui::incidents::Deed;

const SIZE: (u16, u16) = (140, 40);

/// Hints that may change nothing where one begins: what they lead to is there already.
const THERE: [(Act, &str); 2] = [(Act::Latest, "timeline"), (Act::UnfoldFound, "found")];

/// Where what counts everywhere is tried: in a list, in a view that is none, and over one.
const GLOBAL: [&str; 3] = ["inbox", "agents", "transcript"];

#[test]
fn every_key_that_is_hinted_changes_the_screen_or_asks_for_something() {
    let mut dead = Vec::new();
    for place in PLACES.iter().filter(|place| place.states.contains(&Data)) {
        let hinted = Console::at(place, Data, SIZE).app.hinted();
        assert!(!hinted.is_empty(), "{}", place.name);
        let tried = |act: &Act| row(*act).scope != Scope::Global || GLOBAL.contains(&place.name);
        for act in hinted.into_iter().filter(|act| pressable(row(*act).keys[0]) && tried(act)) {
            let mut console = Console::at(place, Data, SIZE);
            console.asked.try_iter().for_each(drop);
            console.orders.clear();
            let before = console.screen.backend().buffer().clone();
            console.key(row(act).keys[0]);
            console.settle();
            let same = *console.screen.backend().buffer() == before;
            let asked = console.asked.try_iter().count();
            if same && asked == 0 && console.orders.is_empty() && !THERE.contains(&(act, place.name)) {
                dead.push(format!("{} in {}", row(act).id, place.name));
            }
        }
    }
    assert!(dead.is_empty(), "these keys do nothing: {dead:#?}");
}

/// Where a record, a write or an entry is in sight, and the keys that lead there.
const SHOWN: [(&str, &str); 14] = [
    ("the inbox", ""),
    ("agents", "@agents"),
    ("sessions", "@sessions"),
    ("runs", "@runs"),
    ("approvals", "@approvals"),
    ("policies", "@policies"),
    ("events", "@events"),
    ("others", "@others"),
    ("the details of a record", "@runs <Enter>"),
    ("the outbox", "@outbox"),
    ("what a search has found", "f ~refund <Esc>"),
    ("a transcript", "@sessions t"),
    ("a timeline", "@agents ="),
    ("beside the editor", "@policies / ~connection:turen <Enter> H"),
];

fn deed(console: &Console) -> Option<Deed> {
    console.asked.try_iter().find_map(|ask| if let Ask::Incident(deed) = ask { Some(*deed) } else { None })
}

#[test]
fn an_incident_is_opened_from_every_place_that_shows_a_record_and_what_is_shown_is_pinned() {
    for (what, keys) in SHOWN {
        let world = world(Data, false);
        let mut console = Console::started(SIZE, world, connections(), TuiSettings::default());
        console.go(keys);
        console.asked.try_iter().for_each(drop);
        console.go("&");
        let Some(Deed::Pin(_, pinned)) = deed(&console) else { panic!("{what}:\n{}", console.text()) };
        assert!(!pinned.is_empty(), "{what}");
        console.go("I ~It_leaks <Enter>");
        let Some(Deed::Open { title, pins }) = deed(&console) else { panic!("{what}:\n{}", console.text()) };
        assert_eq!((title.as_str(), &pins), ("It leaks", &pinned), "{what}");
    }
}

#[test]
fn every_item_of_the_inbox_but_a_connection_is_pinned_with_the_agent_behind_it() {
    let mut console = Console::started(SIZE, world(Data, false), connections(), TuiSettings::default());
    console.pass(Duration::from_secs(2));
    let mut agents = 0;
    for _ in 0..200 {
        let line = console.selected();
        console.asked.try_iter().for_each(drop);
        console.go("&");
        match deed(&console) {
            Some(Deed::Pin(_, pinned)) => agents += usize::from(pinned.len() == 2),
            _ => assert!(line.contains("connection"), "{line}"),
        }
        console.go("n");
        if console.selected() == line {
            break;
        }
    }
    assert!(agents > 3, "{agents}");
}

#[test]
fn where_no_record_is_shown_that_is_said() {
    for place in ["@fleet", "@connections"] {
        let mut console = Console::started(SIZE, world(Data, false), connections(), TuiSettings::default());
        console.go(place);
        console.go("&");
        assert!(console.text().contains("nothing is selected that could be pinned"), "{place}:\n{}", console.text());
    }
}
