//! Journeys that only look: offline, through a search, out to the clipboard, and back from another size or from the shell.

use super::{ROOM, console, cursor_line, fleet, go, id, listed, offered, synced};
use crate::terminal::Pty;
use quarterdeck_sim::Options;
use serde_json::Value;

#[test]
fn with_the_server_gone_everything_is_there_and_its_age_is_told() {
    let fleet = synced(Options::default(), &["turen", "runagents"], "none");
    let (agent, run) = (listed(&fleet, "agents", "connection:turen", 1), listed(&fleet, "runs", "", 1));
    let home = fleet.stop();
    let mut pty = console(&home, "agents", &id(&agent[0]));
    pty.until_text("turen ! unreachable");
    pty.until_text("runagents ! unreachable");
    go(&mut pty, "runs", &id(&run[0]));
    // One word of why: where its line breaks depends on which list was asked for first.
    go(&mut pty, "connections", "refuses");
    let told = pty.screen();
    assert!(!told.contains("✓ turen") && !told.contains("✓ runagents"), "nothing passes for fresh:\n{told}");
    pty.press("q");
    pty.ends_well();
}

#[test]
fn a_session_is_found_by_a_word_and_read_where_the_word_stands() {
    let fleet = synced(Options::default(), &["turen"], "all");
    let said = fleet.qd(&["search", "idempotency", "--limit", "1", "--json"]).json();
    let session = said["items"][0]["session"].as_str().expect("an entry was found").to_owned();
    let home = fleet.stop();
    let mut pty = Pty::start(home.path(), &["--fresh"], ROOM);
    pty.until_text("Inbox");
    pty.press("f");
    pty.until_text("⌕");
    pty.press("idempotency");
    pty.until("what was found", |screen| screen.contents().contains("│▌"));
    // Typing is over; what is found for the last letters may still be on its way.
    pty.press("\u{1b}");
    pty.until_text(&format!("turen · sessions · {session}"));
    offered(&mut pty, "\r", "⏎ read");
    pty.until_text(&format!("turen · sessions · {session}"));
    pty.until("the entry with the word", |screen| {
        let line = cursor_line(screen);
        screen.contents().contains("Search › ") && line.is_some_and(|line| line.contains("idempotency"))
    });
    // And back to what was found.
    pty.press("h");
    pty.until("what was found", |screen| !screen.contents().contains("Search › "));
    pty.press("q");
    pty.ends_well();
}

/// RFC 4648, with padding.
fn unbase64(text: &str) -> Vec<u8> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        other => panic!("no digit: {other}"),
    };
    let groups = text.trim_end_matches('=').as_bytes().chunks(4);
    let bytes = groups.flat_map(|group| {
        let word = group.iter().enumerate().fold(0, |word, (place, c)| word | u32::from(digit(*c)) << (18 - 6 * place));
        word.to_be_bytes()[1..group.len()].to_vec()
    });
    bytes.collect()
}

#[test]
fn an_entry_is_copied_to_the_clipboard_of_the_terminal() {
    let fleet = synced(Options::default(), &["turen"], "all");
    let session = id(&listed(&fleet, "sessions", "", 1)[0]);
    let entries = fleet.qd(&["sessions", "entries", &session, "--json"]).json()["items"].clone();
    let prompt = entries.as_array().expect("entries").iter().find(|entry| entry["role"] == "user").expect("a prompt");
    let text = prompt["text"].as_str().expect("a text");
    let home = fleet.stop();
    let mut pty = console(&home, "sessions", &format!("sessions  {session}"));
    offered(&mut pty, "t", "t transcript");
    pty.until_text(&format!("turen · sessions · {session}"));
    pty.press("p");
    pty.until("the prompt", |screen| cursor_line(screen).is_some_and(|line| line.contains("user")));
    pty.press("y");
    pty.until_text("Copied the entry");
    pty.press("q");
    // The sequence may come behind the frame that tells of it.
    pty.until("the end", |screen| !screen.alternate_screen());
    let raw = String::from_utf8_lossy(&pty.raw).into_owned();
    let copies: Vec<&str> = raw.split("\u{1b}]52;c;").skip(1).map(|rest| rest.split('\u{7}').next().unwrap()).collect();
    assert_eq!(copies.len(), 1, "copied once");
    assert_eq!(String::from_utf8(unbase64(copies[0])).expect("UTF-8"), text);
    pty.ends_well();
}

/// The console on a list, with the third agent selected; that agent.
fn third_agent() -> (crate::fleet::Fleet, Pty, Value) {
    let fleet = fleet("turen");
    let agents = listed(&fleet, "agents", "", 3);
    let mut pty = console(fleet.own(), "agents", &id(&agents[0]));
    pty.press("jj");
    pty.until_text(&format!("agents  {}", id(&agents[2])));
    (fleet, pty, agents[2].clone())
}

fn selected(screen: &vt100::Screen, agent: &Value) -> bool {
    let name = agent["title"].as_str().expect("a name");
    cursor_line(screen).is_some_and(|line| line.contains(name))
}

#[test]
fn a_terminal_that_becomes_small_and_large_again_shows_the_same_record() {
    let (_fleet, mut pty, agent) = third_agent();
    pty.resize((80, 24));
    // Only where there is no room do the tabs have short names.
    pty.until("a narrow screen", |screen| screen.contents().contains("Appr ") && selected(screen, &agent));
    assert!(pty.screen().lines().count() <= 24, "{}", pty.screen());
    pty.press("k");
    pty.until("the one above", |screen| cursor_line(screen).is_some() && !selected(screen, &agent));
    pty.press("j");
    pty.until("the same again", |screen| selected(screen, &agent));
    pty.resize(ROOM);
    pty.until("a wide screen", |screen| screen.contents().contains("Approvals") && selected(screen, &agent));
    pty.until_text(&format!("agents  {}", id(&agent)));
    pty.press("q");
    pty.ends_well();
}

#[test]
fn who_steps_aside_and_comes_back_finds_the_list_and_the_record_as_they_were() {
    let (_fleet, mut pty, agent) = third_agent();
    pty.press("\u{1a}");
    pty.until_back(&format!("agents  {}", id(&agent)));
    pty.until("the same record", |screen| selected(screen, &agent));
    // And it goes on hearing keys.
    pty.press("k");
    pty.until("the one above", |screen| cursor_line(screen).is_some() && !selected(screen, &agent));
    pty.press("q");
    pty.until("the screen given back", |screen| !screen.alternate_screen());
    assert_eq!(pty.child.wait().unwrap().exit_code(), 0);
}
