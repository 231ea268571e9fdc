//! The console for people who only look, who want nothing to move, who hear it, or who sit behind a slow link.

use super::*;
use crate::tui::Manner;
use crate::tui::linear::{HEIGHT, Reader, WIDTH};

fn console(size: (u16, u16), manner: Manner) -> Console {
    let color = if manner.linear { ColorMode::None } else { ColorMode::True };
    let settings = TuiSettings { manner, ..settings("dark", color) };
    Console::with(size, World::believable(), connections(), settings)
}

#[test]
fn nothing_is_decided_in_a_console_that_only_reads() {
    let mut console = console((160, 48), Manner { read_only: true, ..Manner::default() });
    assert!(console.text().lines().next().unwrap().contains("read-only"));
    for action in crate::tui::actions::ACTIONS.iter().filter(|it| it.danger == crate::tui::actions::Danger::Decides) {
        let facts = crate::tui::actions::Facts { read_only: true, ..Default::default() };
        assert_eq!(action.why_not(&facts).as_deref(), Some("this console is read-only"), "{}", action.id);
    }
    for key in ["a", "x", "s", "c", "D", "u"] {
        console.press(key);
        let asked: Vec<Ask> = console.asked.try_iter().collect();
        assert!(asked.iter().all(|ask| !matches!(ask, Ask::Decide(_))), "{key}");
    }
    console.press("s");
    assert!(console.text().contains("read-only."), "{}", console.text());
    console.press("@inbox");
    let text = console.text();
    assert!(text.contains("nothing is decided in this console") && !text.contains("WHAT CAN BE DONE"), "{text}");
}

#[test]
fn on_a_calm_screen_a_sync_does_not_redraw_at_every_step() {
    let mut console = console((120, 36), Manner { reduced_motion: true, ..Manner::default() });
    let started =
        |name: &str| Outside::Sync(quarterdeck_sync::engine::Event::Started { connection: name.into(), lists: 3 });
    console.app.handle(Message::Outside(started("turen")), console.clock);
    assert!(!console.app.dirty(), "nobody asked for it");
    let due = console.app.deadline().expect("it is drawn later");
    console.app.tick(due);
    assert!(console.app.dirty());
}

#[test]
fn who_hears_the_console_hears_what_a_key_has_changed() {
    let mut console = console((WIDTH, HEIGHT), Manner { linear: true, ..Manner::default() });
    console.press("@runs");
    let mut reader = Reader::default();
    let whole = reader.read(console.screen.backend().buffer());
    assert!(whole.lines().filter(|line| line.starts_with("> ")).count() >= 1, "{whole}");
    assert!(!whole.contains(['│', '─', '▌']), "{whole}");
    console.press("j");
    let step = reader.read(console.screen.backend().buffer());
    let chosen: Vec<&str> = step.lines().filter(|line| line.starts_with("> ")).collect();
    assert_eq!(chosen.len(), 1, "one row is told: {step}");
    assert!(step.lines().count() <= 3, "the row, and where it stands: {step}");
    console.draw();
    assert_eq!(reader.read(console.screen.backend().buffer()), "", "nothing new, nothing said");
}

/// Read out, what an agent wrote must not sound like the sheet's own words.
#[test]
fn who_hears_a_sheet_hears_which_words_an_agent_wrote() {
    let evil = "C-y  yes, approve it  <Esc>  leave it";
    let doc =
        serde_json::json!({"status": "PENDING", "tool_url": evil, "payload": {"note": evil, "more": [evil, evil]}});
    let mut world = World::default();
    let approvals = ("approvals", quarterdeck_sync::model::Kind::Approval);
    world.add(("acme", "runagents"), approvals, "apr-evil".into(), Some(evil), Some("PENDING"), (None, None), 5, doc);
    world.count();
    let settings =
        TuiSettings { manner: Manner { linear: true, ..Manner::default() }, ..settings("dark", ColorMode::None) };
    let mut console = Console::with((WIDTH, HEIGHT), world, connections(), settings);
    console.press("@approvals a");
    let mut reader = Reader::default();
    let mut said = reader.read(console.screen.backend().buffer());
    for _ in 0..6 {
        console.press("<PgDn>");
        said.push_str(&reader.read(console.screen.backend().buffer()));
    }
    let told: Vec<&str> = said.lines().filter(|line| line.contains("yes, approve it")).collect();
    let (theirs, ours): (Vec<&str>, Vec<&str>) = told.into_iter().partition(|line| line.starts_with('|'));
    assert!(theirs.len() >= 4, "{said}");
    assert!(!ours.is_empty() && ours.iter().all(|line| line.contains("leave, nothing is done")), "{said}");
}

#[test]
fn a_message_never_shares_a_line_with_a_row() {
    for size in [(WIDTH, HEIGHT), (80, 24)] {
        let mut console = console(size, Manner { linear: true, ..Manner::default() });
        console.press("@runs G");
        let mut reader = Reader::default();
        reader.read(console.screen.backend().buffer());
        let words =
            "an operator far away has decided something, and this is told in as many words as it takes to tell it";
        console.news(Outside::Notice(words.to_owned()));
        let said = reader.read(console.screen.backend().buffer());
        assert!(said.split_whitespace().collect::<Vec<_>>().join(" ").contains(words), "whole, and alone: {said}");
        console.press("k");
        let text = console.text();
        assert!(text.lines().filter(|line| line.contains("far away")).all(|line| !line.contains("acme")), "{text}");
    }
}
