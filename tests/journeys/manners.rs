//! How the console behaves over a filled mirror: left alone, over a slow link, line by line, and where nothing may be decided.

use std::time::Duration;

use quarterdeck_sim::{Clock, Options};

use super::{ROOM, YES, console, fleet, go, id, listed, synced, writes};
use crate::terminal::{LIMIT, Pty};

/// How long it is left alone.
const WHILE: Duration = Duration::from_secs(10);
/// Ticks of the clock it may take meanwhile, of a thousand: what is counted as one may have been a fraction of it. A slower machine
/// takes longer for the same, and has taken longer to open: see [`SHARE`].
const TICKS: u64 = 2;
/// The part of what opening it took that it may take meanwhile.
const SHARE: u64 = 20;

#[test]
fn a_console_with_everything_in_sight_writes_nothing_and_does_nothing_while_nothing_happens() {
    // Nothing of it is so young that its age would change meanwhile.
    let clock = Clock::Fixed("2026-02-02T09:00:00Z".parse().expect("a time"));
    let fleet = synced(Options { clock, ..Options::default() }, &["turen"], "none");
    let mut pty = console(fleet.own(), "agents", &id(&listed(&fleet, "agents", "", 1)[0]));
    pty.until_text("turen ✓");
    let most = TICKS.max(pty.ticks() / SHARE);
    // What belongs to the start may go on for a while. Later, once a minute, the age of what was synced moves on, and the list is asked
    // for news: two such whiles are never side by side.
    let mut whiles = Vec::new();
    while whiles.last() != Some(&true) {
        let (bytes, ticks) = pty.left_alone(WHILE);
        whiles.push(bytes == 0 && ticks <= most);
        assert!(whiles.len() < 12, "it never held still: lately {bytes} bytes and {ticks} ticks");
    }
    pty.press("q");
    pty.ends_well();
}

#[test]
fn a_console_that_may_only_look_never_comes_to_a_sheet() {
    let fleet = synced(Options::default(), &["turen", "runagents"], "none");
    let mut pty = Pty::start(fleet.home(), &["--fresh", "--read-only"], ROOM);
    pty.until_text("read-only");
    for (view, shows) in [
        ("agents", "SEEN"),
        ("approvals", "ASKS FOR"),
        ("policies", "POLICY"),
        ("runs", "RUN "),
        ("events", "EVENT"),
        ("outbox", "Nothing waits"),
        ("inbox", "WHY IT IS HERE"),
    ] {
        go(&mut pty, view, shows);
        // Every key that decides anywhere, and the one that confirms.
        pty.press(&format!("asScCxXEiwWADuM{YES}mtd{YES}"));
        // On a sheet, and in an editor, this would be text.
        pty.press("?");
        pty.until_text(" Keys ");
        assert!(!pty.screen().contains("C-y yes, "), "in {view}:\n{}", pty.screen());
        pty.press("q");
        pty.until("the help left", |screen| !screen.contents().contains(" Keys "));
    }
    pty.press("q");
    pty.ends_well();
    assert_eq!((writes(&fleet).len(), fleet.sim.applied().len()), (0, 0));
}

#[test]
fn line_by_line_it_writes_plain_lines_and_gives_the_terminal_back() {
    let fleet = fleet("turen");
    let agents = listed(&fleet, "agents", "", 2);
    let name = |at: usize| agents[at]["title"].as_str().expect("a name").to_owned();
    let mut pty = Pty::start(fleet.home(), &["--fresh", "--linear"], ROOM);
    pty.until_text("> Inbox");
    pty.press(":open agents");
    // What the palette lies over is not read out with it.
    pty.until("the palette alone", |screen| screen.contents().lines().any(|line| line.starts_with("> Open Agents")));
    pty.press("\r");
    let chosen = |name: String| {
        move |screen: &vt100::Screen| {
            screen.contents().lines().any(|line| line.starts_with("> ") && line.contains(&name))
        }
    };
    pty.until("the first agent, chosen", chosen(name(0)));
    pty.press("j");
    pty.until("the second agent, chosen", chosen(name(1)));
    pty.press("q");
    pty.settle(LIMIT);
    assert_eq!(pty.child.wait().unwrap().exit_code(), 0);
    assert!(!pty.terminal.screen().bracketed_paste() && !pty.terminal.screen().hide_cursor());
    let raw = String::from_utf8(std::mem::take(&mut pty.raw)).expect("UTF-8");
    assert!(raw.starts_with("\u{1b}[?2004h") && raw.ends_with("\u{1b}[0m\u{1b}[?2004l\r\n"), "{raw:?}");
    let plain = raw.replace("\u{1b}[?2004h", "").replace("\u{1b}[0m\u{1b}[?2004l", "");
    let strange = |c: &char| c.is_control() && !matches!(c, '\r' | '\n');
    assert_eq!(plain.chars().find(strange), None, "no picture, no colour, no title");
    assert!(!plain.chars().any(|c| matches!(c, '\u{2500}'..='\u{259f}')), "no frame is read out");
}

#[test]
fn over_a_slow_link_everything_is_there_in_few_colours() {
    let fleet = fleet("turen");
    let agents = listed(&fleet, "agents", "", 3);
    let written = |args: &[&str]| {
        let mut pty = Pty::start_with(fleet.home(), args, ROOM, &[("COLORTERM", "truecolor")]);
        pty.until_text("Inbox");
        go(&mut pty, "agents", &id(&agents[0]));
        pty.press("jj");
        pty.until_text(&format!("agents  {}", id(&agents[2])));
        pty.press("q");
        pty.until("the end", |screen| !screen.alternate_screen());
        let raw = String::from_utf8_lossy(&pty.raw).into_owned();
        pty.ends_well();
        raw
    };
    let dear = |raw: &str| raw.contains("8;2;") || raw.contains("8;5;");
    assert!(dear(&written(&["--fresh"])), "the terminal was said to know true colours");
    assert!(!dear(&written(&["--fresh", "--low-bandwidth"])));
}

/// What a link of 9,600 bytes a second carries in a second.
const SECOND: usize = 9_600;

#[test]
fn over_a_link_of_9600_bytes_a_second_a_view_is_there_in_a_second_and_ten_keys_in_half_of_one() {
    let fleet = fleet("turen");
    let agents = listed(&fleet, "agents", "", 11);
    let mut pty = Pty::start_slow(fleet.home(), &["--fresh", "--low-bandwidth"], ROOM);
    pty.until_text("Inbox");
    pty.until_text("turen ✓");
    let begun = pty.raw.len();
    assert!(begun < 2 * SECOND, "{begun} bytes until the first view stood");
    pty.press("3");
    pty.until_text(&format!("agents  {}", id(&agents[0])));
    let view = pty.raw.len() - begun;
    assert!(view < SECOND, "{view} bytes for another view");
    // Faster than they can be drawn: what lies between is left out.
    pty.press("jjjjjjjjjj");
    pty.until_text(&format!("agents  {}", id(&agents[10])));
    let keys = pty.raw.len() - begun - view;
    assert!(keys < SECOND / 2, "{keys} bytes for ten keys");
    pty.press("q");
    pty.ends_well();
}
