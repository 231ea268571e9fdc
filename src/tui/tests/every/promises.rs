//! What no key may do anywhere, and what a store that fails may not do to the console.

use std::collections::BTreeSet;
use std::sync::MutexGuard;

use super::*;
use crate::tui::actions::{ACTIONS, Act};

const SIZE: (u16, u16) = (110, 32);
/// Said on every sheet.
const SHEET: &str = "nothing is done";
/// Said in an editor that has nothing to edit.
const REFUSED: &str = "Not to be edited";

/// Every key of the table, once, as it is written there.
fn keys() -> BTreeSet<&'static str> {
    ACTIONS.iter().flat_map(|action| action.keys).copied().collect()
}

/// What a key of the table is called here, where it can be pressed here at all.
pub(super) fn pressable(key: &str) -> bool {
    !key.starts_with("A-") && !key.starts_with("<F") && !["<PgUp>", "<Home>", "<Del>"].contains(&key)
}

/// The text of a document, or of a conflict, is being edited.
fn edits(text: &str) -> bool {
    text.contains("Editing ") || text.contains("Settling ")
}

/// Where an action that changes the outside is first asked for: on a sheet, or in an editor that leads to one.
fn asked_for(console: &mut Console) -> bool {
    let text = console.text();
    let outside = console.orders.drain(..).any(|order| matches!(order, Order::Edit { .. }));
    outside || text.contains(SHEET) || edits(&text) || text.contains(REFUSED)
}

/// Where keys mean something else than anywhere else.
const APART: [&str; 11] = [
    "inbox",
    "fleet",
    "agents",
    "approvals",
    "policies",
    "outbox",
    "incidents",
    "connections",
    "search",
    "transcript",
    "timeline",
];

#[test]
fn no_key_of_the_table_decides_anywhere_by_itself() {
    for place in PLACES.iter().filter(|place| APART.contains(&place.name)) {
        let mut console = Console::at(place, Data, (80, 24));
        for key in keys().into_iter().filter(|key| pressable(key) && *key != "C-c" && *key != "q") {
            console.go(key);
            console.strike(key);
            console.decides_nothing(&format!("{key} in {}", place.name));
            console.settle();
            if asked_for(&mut console) {
                console = Console::at(place, Data, (80, 24));
            }
        }
    }
}

/// A field that takes text, and how it is reached.
const FIELDS: &[(&str, &str)] = &[
    ("the filter of a list", "@sessions /"),
    ("the filter of the outbox", "@outbox /"),
    ("the filter of the connections", "@connections /"),
    ("the filter of the inbox", "/"),
    ("the search", "f"),
    ("the palette", ":"),
    ("the search inside of a transcript", "@sessions t /"),
    ("the reason on a sheet", "@agents / ~connection:turen <Enter> j j j j s"),
    ("the title of an incident", "I"),
    ("a note on an incident", "@incidents n"),
    ("a note on an entry", "@sessions t i"),
    ("the name of a search that is kept", "f ~refund <Esc> s"),
    ("the editor", "@policies / ~connection:turen <Enter> i"),
    ("the search in the editor", "@policies / ~connection:turen <Enter> i C-f"),
];

/// The keys of the table that can be typed, and the digits.
fn typeable() -> Vec<char> {
    let one = |key: &&str| key.chars().count() == 1;
    let letters: BTreeSet<char> = keys().into_iter().filter(one).flat_map(str::chars).chain('0'..='9').collect();
    letters.into_iter().collect()
}

#[test]
fn in_a_text_field_every_key_that_is_bound_is_only_typed() {
    let letters = typeable();
    assert!(letters.len() > 60, "{letters:?}");
    for (what, keys) in FIELDS {
        for some in letters.chunks(16) {
            let world = world(Data, false);
            let mut console = Console::started(SIZE, world, connections(), TuiSettings::default());
            console.go(keys);
            console.orders.clear();
            console.asked.try_iter().for_each(drop);
            // Not first: where a field is empty, some keys might mean something else.
            let typed: String = some.iter().collect();
            console.type_text(&typed);
            let text = console.text();
            assert!(text.contains(&typed), "{what}: `{typed}` is not what was typed:\n{text}");
            assert_eq!(console.orders, [], "{what}: {typed}");
            let asked: Vec<Ask> =
                console.asked.try_iter().filter(|ask| !matches!(ask, Ask::KeepDraft(_) | Ask::Remember(_))).collect();
            assert_eq!(asked, [], "{what}: {typed}");
        }
    }
}

#[test]
fn no_settings_make_a_letter_act_where_text_is_typed() {
    for action in ACTIONS.iter().filter(|action| action.scope.takes_text() || action.act == Act::Confirm) {
        let mut settings = TuiSettings::default();
        settings.keys.insert(action.id.into(), vec!["e".into()]);
        let (keys, trouble) = crate::tui::keys::Keymap::new(&settings.keys);
        assert_eq!(keys.keys_of(action.act), Vec::<String>::new(), "{}", action.id);
        assert!(trouble.iter().any(|line| line.contains("e is text where")), "{}: {trouble:?}", action.id);
    }
}

impl Console {
    fn broken(&self, broken: bool) {
        self.store.panics.store(broken, Ordering::SeqCst);
        self.store.broken.store(broken, Ordering::SeqCst);
    }
}

/// The store refuses the thread that draws, so that every test here sees a view that reads by itself.
#[test]
#[should_panic(expected = "a view read the mirror on the thread that draws")]
fn the_store_of_these_tests_refuses_the_thread_that_draws() {
    let console = Console::opened(SIZE, World::default(), connections(), TuiSettings::default());
    let world: Result<MutexGuard<'_, World>, _> = console.store.world.try_lock();
    drop(world);
    let _ = console.store.freshness();
}

#[test]
fn a_store_that_breaks_under_any_view_is_said_and_survived() {
    for place in PLACES.iter().filter(|place| place.states.contains(&Error)) {
        let mut console = Console::before(place, Data, SIZE);
        console.broken(true);
        console.go(place.opens);
        console.go("j j k G g");
        console.news(Outside::Committed);
        let text = console.text();
        // Whatever the width it was wrapped to.
        let words: Vec<&str> = text.split(['│', ' ', '\n']).filter(|word| !word.is_empty()).collect();
        assert!(words.join(" ").contains("failed inside qd"), "{}:\n{text}", place.name);
        console.broken(false);
        console.news(Outside::Committed);
        console.go("<Esc>");
        console.pass(Duration::from_secs(60));
        console.news(Outside::Committed);
        let text = console.text();
        assert!(!text.contains("failed inside qd"), "{}:\n{text}", place.name);
    }
}
