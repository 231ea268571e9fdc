//! Trying a connection from the console.

use quarterdeck_sync::engine::{ConnectionError, ConnectionReport, Event as SyncEvent};
use quarterdeck_sync::platform::{BudgetView, FetchKind};

use super::*;
use crate::tui::Manner;
use crate::tui::fleet::Answer as Tried;

const SIZE: (u16, u16) = (160, 48);

fn tried(resumed: bool) -> Tried {
    Tried { collection: "agents".into(), rows: 1, total: Some(24), resumed, paused: false }
}

fn asks(console: &Console) -> Vec<Ask> {
    console.asked.try_iter().filter(|ask| matches!(ask, Ask::Test { .. } | Ask::SyncNow(_))).collect()
}

#[test]
fn a_connection_is_tried_with_one_key_and_its_answer_stands_in_its_place() {
    let mut console = Console::new(SIZE);
    console.press("@connections t");
    assert_eq!(asks(&console), [Ask::Test { name: "turen".into(), resume: true }]);
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
    assert_eq!(asks(&console), [Ask::Test { name: "turen".into(), resume: false }]);
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
    assert_eq!(asks(&console), [Ask::Test { name: "turen".into(), resume: true }]);
    console.press("?");
    let mut pages = String::new();
    for _ in 0..12 {
        pages.push_str(&console.text());
        console.press("<PgDn>");
    }
    assert!(pages.contains("Test the selected connection"), "{pages}");
}
