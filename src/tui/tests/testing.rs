//! Trying a connection from the console.

use quarterdeck_sync::engine::{ConnectionError, ConnectionReport, Event as SyncEvent};
use quarterdeck_sync::model::WriteState;
use quarterdeck_sync::platform::{BudgetView, FetchKind};

use super::*;
use crate::tui::Manner;
use crate::tui::fleet::Answer as Tried;

const SIZE: (u16, u16) = (160, 48);

fn tried(resumed: bool) -> Tried {
    Tried { collection: "agents".into(), rows: 1, total: Some(24), resumed, ..Tried::default() }
}

fn asks(console: &Console) -> Vec<Ask> {
    console.asked.try_iter().filter(|ask| matches!(ask, Ask::Test { .. } | Ask::SyncNow(_))).collect()
}

#[test]
fn a_connection_is_tried_with_one_key_and_its_answer_stands_in_its_place() {
    let mut console = Console::new(SIZE);
    console.press("@connections t");
    assert_eq!(asks(&console), [Ask::Test { name: "turen".into(), resume: Some(Vec::new()) }]);
    assert!(console.text().contains("↻ being tested"), "{}", console.text());
    console.press("t");
    assert_eq!(asks(&console), [], "one at a time: no older answer can come behind a newer one");
    console.news(Outside::Tested { name: "turen".into(), result: Ok(tried(true)) });
    let text = console.text();
    for words in ["✓ 2026-11-22 09:00:00 UTC", "signed in; agents answered with 1 row of 24; it was paused"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(text.contains("what waits in the outbox is sent again"), "{text}");
    assert_eq!(asks(&console), [], "it was read well before: nothing is to be made up for");
    console.press("t");
    console.news(Outside::Tested { name: "turen".into(), result: Err("401: the key was not accepted".into()) });
    let text = console.text();
    assert!(text.contains("! 2026-11-22 09:00:00 UTC") && text.contains("401: the key was not accepted"), "{text}");
    assert!(!text.contains("✓ 2026-11-22"), "{text}");
}

#[test]
fn the_answer_is_told_wherever_one_is_by_then() {
    let mut console = Console::new(SIZE);
    console.press("@connections t @agents");
    console.news(Outside::Tested { name: "turen".into(), result: Err("no route to host".into()) });
    assert!(console.text().contains("turen cannot be used: no route to host"), "{}", console.text());
}

#[test]
fn a_connection_that_was_refused_is_read_again_as_soon_as_it_answers() {
    let mut console = Console::new(SIZE);
    let error = ConnectionError { kind: Some(FetchKind::Unauthorized), message: "401".into() };
    console.news(Outside::Sync(SyncEvent::Finished(refused(error))));
    console.press("@connections t");
    asks(&console);
    console.news(Outside::Tested { name: "turen".into(), result: Ok(tried(false)) });
    assert_eq!(asks(&console), [Ask::SyncNow(Some("turen".into()))]);
}

fn refused(error: ConnectionError) -> ConnectionReport {
    ConnectionReport {
        connection: "turen".into(),
        platform: "turen".into(),
        started_at: fake::now(),
        ended_at: fake::now(),
        lists: Vec::new(),
        content: None,
        error: Some(error),
        traffic: Default::default(),
        budget: BudgetView::default(),
    }
}

#[test]
fn a_console_that_only_reads_looks_and_lets_nothing_go_on() {
    let settings = TuiSettings { manner: Manner { read_only: true, ..Manner::default() }, ..TuiSettings::default() };
    let mut console = Console::with(SIZE, World::believable(), connections(), settings);
    console.press("@connections t");
    assert_eq!(asks(&console), [Ask::Test { name: "turen".into(), resume: None }]);
    let answer = Tried { paused: true, ..tried(false) };
    console.news(Outside::Tested { name: "turen".into(), result: Ok(answer) });
    assert!(console.text().contains("still: this console is read-only"), "{}", console.text());
}

#[test]
fn the_key_is_in_the_palette_and_the_help() {
    let mut console = Console::new(SIZE);
    console.press("@connections :");
    console.type_text("test the selected");
    console.press("<Enter>");
    assert_eq!(asks(&console), [Ask::Test { name: "turen".into(), resume: Some(Vec::new()) }]);
    console.press("?");
    let mut pages = String::new();
    for _ in 0..12 {
        pages.push_str(&console.text());
        console.press("<PgDn>");
    }
    assert!(pages.contains("Test the selected connection"), "{pages}");
}

/// A world in which a connection is paused, and writes wait for it.
fn paused() -> World {
    let mut world = World::believable().with_writes();
    let message = "401: the key is not accepted".to_owned();
    let connection =
        world.writes.iter().find(|write| write.state == WriteState::Queued).expect("a write").intent.connection.clone();
    world.paused.push(quarterdeck_sync::outbox::Paused { connection, since: outbox::ago(60), message });
    world
}

#[test]
fn testing_a_paused_connection_asks_before_it_sends_what_waits() {
    let world = paused();
    let name = world.paused[0].connection.clone();
    let waiting: Vec<WriteId> = world.held_back(&name).into_iter().map(|write| write.id).collect();
    assert!(!waiting.is_empty());
    let mut console = Console::with(SIZE, world, connections(), TuiSettings::default());
    console.press("@connections");
    let down = connections().iter().position(|one| one.name == name).expect("a connection");
    while !console.selected().contains(&name) {
        console.press("j");
        assert!(down < 3);
    }
    console.press("t");
    assert_eq!(asks(&console), [], "nothing is tried, and nothing sent, before that is confirmed");
    let text = console.text();
    assert!(text.contains(&format!("Test {name}")) && text.contains("401: the key is not accepted"), "{text}");
    let mut shown = text;
    // No key that led here, and none one hits in haste.
    console.press("t t <Enter> y");
    assert_eq!(asks(&console), []);
    for _ in 0..10 {
        console.press("<PgDn>");
        shown.push_str(&console.text());
    }
    for id in &waiting {
        assert!(shown.contains(id.as_str()), "{id} is sent and was not shown:\n{shown}");
    }
    assert!(shown.contains(&format!("C-y yes, test it, then send {}", waiting.len())), "{shown}");
    console.press("<Esc> t");
    assert_eq!(asks(&console), []);
    for _ in 0..10 {
        console.press("<PgDn>");
    }
    console.press("C-y");
    assert_eq!(asks(&console), [Ask::Test { name: name.clone(), resume: Some(waiting) }]);
    assert!(!console.text().contains("leave, nothing is done"), "{}", console.text());
    assert_eq!(console.deeds(), []);
}

#[test]
fn a_console_that_only_reads_tests_without_asking_and_sends_nothing() {
    let settings = TuiSettings { manner: Manner { read_only: true, ..Manner::default() }, ..TuiSettings::default() };
    let world = paused();
    let name = world.paused[0].connection.clone();
    let mut console = Console::with(SIZE, world, connections(), settings);
    console.press("@connections");
    for _ in 0..40 {
        if !console.selected().contains(&name) {
            console.press("j");
        }
    }
    console.press("t");
    assert_eq!(asks(&console), [Ask::Test { name, resume: None }]);
}
