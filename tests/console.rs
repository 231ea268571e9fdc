//! The console in a terminal of its own: what a person sees, and what their terminal is like afterwards.

use std::time::Duration;

use quarterdeck_sim::Options;

use crate::cli_harness::Home;
use crate::fleet::{ENDPOINTS, Fleet};
use crate::terminal::Pty;

/// Nothing came for so long: the screen is as it will be.
const MOMENT: Duration = Duration::from_millis(400);

#[test]
fn a_person_looks_round_in_the_demo_and_leaves() {
    let home = Home::new();
    let mut pty = Pty::start(home.path(), &["demo"], (120, 36));
    pty.until_text("Inbox");
    pty.press(":open sessions\r");
    pty.until_text("SESSION ");
    pty.resize((80, 24));
    pty.until("a narrow screen", |screen| {
        screen.contents().lines().count() <= 24 && screen.contents().contains("palette")
    });
    pty.press("?");
    pty.until_text(" Keys ");
    pty.press("q");
    pty.resize((120, 36));
    pty.until_text("DOCUMENT");
    pty.press("q");
    pty.ends_well();
}

#[test]
fn whoever_has_nothing_yet_is_told_how_to_begin() {
    let home = Home::new();
    let mut pty = Pty::start(home.path(), &[], (80, 24));
    pty.until_text("qd connect add");
    pty.press("\u{3}");
    pty.ends_well();
}

#[test]
fn a_signal_ends_it_like_a_key() {
    for signal in ["-TERM", "-HUP", "-INT"] {
        let home = Home::new();
        let mut pty = Pty::start(home.path(), &[], (80, 24));
        pty.until_text("Welcome");
        pty.signal(signal);
        pty.ends_well();
    }
}

#[test]
fn stepping_aside_gives_the_terminal_back_and_coming_back_draws_it_all() {
    let home = Home::new();
    let mut pty = Pty::start(home.path(), &[], (80, 24));
    pty.until_text("Welcome");
    pty.press("\u{1a}");
    pty.until_back("Welcome");
    pty.press("q");
    pty.until("the screen given back", |screen| !screen.alternate_screen());
    assert_eq!(pty.child.wait().unwrap().exit_code(), 0);
}

#[test]
fn it_shows_the_mirror_with_the_server_gone() {
    let fleet = Fleet::new(Options::default(), &["turen"]);
    assert_eq!(fleet.qd(&["sync"]).code, 0);
    let agent = fleet.mirrored("turen", "agents")[0]["hostname"].as_str().expect("a name").to_owned();
    let home = fleet.stop();
    let mut pty = Pty::start(home.path(), &[], (160, 48));
    pty.until_text("Inbox");
    pty.press(":open agents\r");
    pty.until_text(&agent);
    pty.press("q");
    pty.ends_well();
}

#[test]
fn a_decision_taken_without_a_network_is_seen_at_once_and_still_there_after_leaving() {
    let fleet = Fleet::new(Options::default(), &["turen"]);
    assert_eq!(fleet.qd(&["sync"]).code, 0);
    let agents = fleet.mirrored("turen", "agents");
    let active = agents.iter().find(|agent| agent["status"] == "active").expect("an active agent");
    let (name, id) = (active["hostname"].as_str().expect("a name"), active["id"].as_str().expect("an id"));
    let home = fleet.stop();
    let mut pty = Pty::start(home.path(), &[], (160, 48));
    pty.until_text("Inbox");
    pty.press(":open agents\r");
    pty.until_text(name);
    // Typed, then taken: the filter leaves the one agent.
    pty.press(&format!("/id:{id}\r"));
    pty.until_text("1 of ");
    pty.until_text("s suspend");
    pty.press("s");
    pty.until_text("yes, suspend it");
    pty.press("key leaked");
    pty.until_text("key leaked");
    pty.press("\u{19}");
    pty.until_text("⋯queued");
    pty.press("q");
    pty.ends_well();
    let mut pty = Pty::start(home.path(), &[], (160, 48));
    pty.until_text("⋯ 1 queued");
    pty.press(":open outbox\r");
    pty.until_text(&format!("suspend {id}"));
    pty.until_text("key leaked");
    pty.press("q");
    pty.ends_well();
}

#[test]
fn links_lead_through_the_records_of_a_platform_and_back() {
    let fleet = Fleet::new(Options::default(), &["runagents"]);
    assert_eq!(fleet.qd(&["sync"]).code, 0);
    let home = fleet.stop();
    let mut pty = Pty::start(home.path(), &[], (160, 48));
    pty.until_text("Inbox");
    pty.press("6");
    pty.until_text("ASKS FOR");
    // An approval names the run that waits for it, and the agent.
    pty.press("L");
    pty.until_text("leads to");
    pty.until_text("run: ");
    pty.until_text("agent: ");
    pty.press("run\r");
    pty.until("the way, and the run", |screen| {
        let text = screen.contents();
        // Its row comes after the list: before that nothing leads on from it.
        text.contains("Approvals › ") && text.contains("› Runs") && text.lines().any(|line| line.starts_with('▌'))
    });
    pty.press("L");
    pty.until_text("leads to");
    pty.press("approvals\r");
    pty.until("the way on", |screen| screen.contents().matches("› Approvals").count() == 1);
    pty.press("\u{1b}");
    pty.until("one step back", |screen| !screen.contents().contains("› Approvals"));
    pty.press("\u{1b}");
    pty.until("the list it began with", |screen| !screen.contents().contains(" › "));
    pty.press("q");
    pty.ends_well();
}

#[test]
fn it_opens_where_it_was_left_unless_one_begins_afresh() {
    let fleet = Fleet::new(Options::default(), &["runagents"]);
    assert_eq!(fleet.qd(&["sync"]).code, 0);
    let home = fleet.stop();
    let mut pty = Pty::start(home.path(), &[], (160, 48));
    pty.until_text("Inbox");
    pty.press("5/status:completed\r");
    pty.until_text("/ status:completed");
    pty.press("q");
    pty.ends_well();
    let mut pty = Pty::start(home.path(), &[], (160, 48));
    pty.until_text("/ status:completed");
    pty.press("q");
    pty.ends_well();
    let mut pty = Pty::start(home.path(), &["--fresh"], (160, 48));
    pty.until_text("Inbox");
    assert!(!pty.screen().contains("/ status:completed"), "{}", pty.screen());
    pty.press("q");
    pty.ends_well();
    // What is damaged is set aside, and keeps nobody out.
    std::fs::write(home.path().join("console.qd"), "{\"qd\": 1, \"lists\"").unwrap();
    let mut pty = Pty::start(home.path(), &[], (160, 48));
    pty.until_text("is damaged");
    pty.press("q");
    pty.ends_well();
}

#[test]
fn it_fits_whatever_size_the_terminal_takes() {
    let fleet = Fleet::new(Options::default(), &["turen"]);
    fleet.qd(&["sync"]);
    let mut pty = Pty::start(fleet.home(), &[], (160, 48));
    pty.until_text("Inbox");
    pty.press(":open agents\r");
    pty.until_text("active");
    for (columns, rows, shows) in
        [(80, 24, "active"), (120, 36, "active"), (30, 8, "30x8: too small"), (160, 48, "active")]
    {
        pty.resize((columns, rows));
        // Of what is still drawn for the size before, a line is longer, or there is another of them.
        pty.until(&format!("all of it at {columns}x{rows}"), |screen| {
            let text = screen.contents();
            let drawn = text.lines().last().is_some_and(|line| line.contains("palette")) || columns < 40;
            drawn && text.contains(shows) && text.lines().count() <= usize::from(rows)
        });
    }
    pty.press("q");
    pty.ends_well();
}

#[test]
fn a_console_that_is_left_alone_writes_nothing() {
    let home = Home::new();
    let mut pty = Pty::start(home.path(), &[], (120, 36));
    pty.until_text("Welcome");
    // What belongs to the start may come late on a busy machine.
    let still = (0..100).any(|_| pty.left_alone(3 * MOMENT).0 == 0);
    assert!(still, "it never held still");
    pty.press("q");
    pty.ends_well();
}

#[test]
fn hostile_text_of_any_platform_never_acts_on_the_terminal() {
    let fleet = Fleet::new(Options { hostile: true, ..Options::default() }, &ENDPOINTS);
    fleet.qd(&["sync"]);
    let mut pty = Pty::start(fleet.home(), &[], (160, 48));
    pty.until_text("Agents");
    for view in ["inbox", "agents", "sessions", "runs", "approvals", "policies", "events", "outbox", "others"] {
        for key in [&format!(":open {view}\r"), "j", "j", "\r"] {
            pty.press(key);
            pty.settle(MOMENT / 2);
        }
        let hidden = |c: &char| quarterdeck_sync::text::is_hidden(*c) && !matches!(c, '\n' | '\u{1b}' | '\r' | '\u{7}');
        let written = String::from_utf8_lossy(&pty.raw).into_owned();
        assert_eq!(written.chars().find(hidden).map(u32::from), None, "in view {view}");
        let commands = written.split("\u{1b}]").skip(1);
        let foreign: Vec<&str> = commands.filter(|command| !command.starts_with("2;quarterdeck\u{7}")).collect();
        assert_eq!(foreign, Vec::<&str>::new(), "no title, no clipboard, no link but our own: view {view}");
    }
    pty.press("q");
    pty.ends_well();
}
