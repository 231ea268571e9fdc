//! What a transcript does besides being read: colours, what a person keeps, what it leads to, what could not be fetched.

use quarterdeck_sync::engine::{ConnectionError, ConnectionReport, Event as News};
use quarterdeck_sync::model::{Call, Edit, Entry, EntryKind, Part};
use quarterdeck_sync::platform::FetchKind;
use quarterdeck_sync::text::Secrets;
use ratatui::style::Style;

use super::reading::{console, place, reading};
use super::screens::{SIZES, snapshot, styles};
use super::*;
use crate::tui::clipboard::Between;
use crate::tui::kept::Keep;
use crate::tui::paint::Painter;
use crate::tui::reading::{Held, Kin, Member};
use crate::tui::theme::{Role, Theme};

const SIZE: (u16, u16) = (120, 36);

fn entry(kind: EntryKind, parts: Vec<Part>) -> Entry {
    Entry { kind, role: kind.as_str().into(), at: Some(told::ago(500)), parts, ..Entry::default() }
}

fn coding() -> Vec<Entry> {
    let words = "It was the clock. This is what it is now:\n\n```rust\nfn now() -> u64 {\n    let wait = \"soon\"; // a remark\n    42\n}\n```\n\nSee https://go.example/race and run `make`.";
    let run = Call {
        tool: "Bash".into(),
        command: Some("cargo test --lib -- now && echo \"done\"".into()),
        ..Call::default()
    };
    let file = Edit {
        path: Some("src/clock.rs".into()),
        after: "/// The time.\npub fn now() -> u64 {\n    42\n}\n".into(),
        ..Edit::default()
    };
    let write = Call { tool: "Write".into(), paths: vec!["src/clock.rs".into()], edits: vec![file], ..Call::default() };
    let asks = Part::Other { label: "approval_required".into(), json: r#"{"tool": "deploy", "risk": 3}"#.into() };
    vec![
        entry(EntryKind::User, vec![Part::Text("Why does the clock stand still?".into())]),
        entry(EntryKind::Assistant, vec![Part::Text(words.into()), Part::Call(run)]),
        entry(EntryKind::Tool, vec![Part::Call(write)]),
        entry(EntryKind::System, vec![asks]),
        entry(EntryKind::User, vec![Part::Text("Good.".into())]),
    ]
}

/// What the console wants kept, kept.
fn keep(console: &mut Console) -> Vec<Keep> {
    let asked: Vec<Keep> =
        console.asked.try_iter().filter_map(|ask| if let Ask::Own(keep) = ask { Some(*keep) } else { None }).collect();
    asked.iter().cloned().for_each(|keep| console.store.world.lock().unwrap().remember(keep));
    console.news(Outside::Outbox);
    asked
}

/// The style of the first cell of some words on the screen.
fn style_of(console: &Console, words: &str) -> Style {
    let text = console.text();
    let (y, line) = text.lines().enumerate().find(|(_, line)| line.contains(words)).unwrap_or_else(|| panic!("{text}"));
    let x = crate::tui::text::width(&line[..line.find(words).unwrap()]);
    let cell = console.screen.backend().buffer().cell((x as u16, y as u16)).unwrap();
    Style::new().fg(cell.fg).add_modifier(cell.modifier)
}

#[test]
fn code_has_the_colours_of_its_language() {
    let mut console = reading(SIZE, coding());
    console.press("J J");
    let theme = Theme::named("dark", ColorMode::True).unwrap();
    for (words, role) in [
        ("fn now", Role::CodeWord),
        ("\"soon\"", Role::CodeText),
        ("// a remark", Role::CodeNote),
        ("42", Role::CodeNumber),
        ("echo", Role::CodeName),
        ("/// The time", Role::CodeNote),
    ] {
        assert_eq!(style_of(&console, words).fg, theme.style(role).fg, "{words}");
    }
}

#[test]
fn without_colour_code_looks_like_any_text() {
    let mut world = World::believable().with_contents();
    let first = world.first_session();
    world.contents.insert(first, (Held::Here { fetched_at: told::ago(60), stale: false, partial: false }, coding()));
    let mut console = Console::with(SIZE, world, connections(), settings("dark", ColorMode::None));
    console.press("@sessions t J J");
    for words in ["fn now", "let wait", "// a remark"] {
        let style = style_of(&console, words);
        assert_eq!(
            (style.fg, style.add_modifier),
            (Some(ratatui::style::Color::Reset), ratatui::style::Modifier::empty())
        );
    }
}

#[test]
fn what_could_not_be_fetched_is_said_calmly_and_asked_for_only_on_demand() {
    let mut console = console(SIZE);
    console.press("@sessions j t");
    assert!(console.text().contains("is asked for them"), "{}", console.text());
    let asked = |console: &Console| {
        let fetches = console
            .asked
            .try_iter()
            .filter_map(|ask| if let Ask::Fetch(list, id) = ask { Some((list, id)) } else { None });
        fetches.collect::<Vec<_>>()
    };
    let (list, id) = asked(&console).remove(0);
    let failed = Some("api.prod.turen.io: connection refused".to_owned());
    console.news(Outside::Fetched { list: list.clone(), id: id.clone(), failed: failed.clone() });
    let text = console.text();
    assert!(!text.contains("is asked for them"), "{text}");
    assert!(text.contains("turen was asked just now: api.prod.turen.io: connection refused"), "{text}");
    assert!(text.contains("R asks again"), "{text}");
    console.news(Outside::Committed);
    assert_eq!(asked(&console), []);
    console.press("R");
    assert_eq!(asked(&console).len(), 1);
    assert!(console.text().contains("is asked for them"), "{}", console.text());
    // Of another session nothing is said on this page.
    console.news(Outside::Fetched { list, id: "another".into(), failed });
    assert!(console.text().contains("is asked for them"), "{}", console.text());
}

#[test]
fn a_copy_says_how_old_it_is_while_its_platform_cannot_be_reached() {
    let mut console = console(SIZE);
    console.news(Outside::Sync(News::Finished(offline())));
    console.press("@sessions t");
    assert!(console.text().contains("○ offline, as of 4m ago"), "{}", console.text());
}

fn offline() -> ConnectionReport {
    let error = ConnectionError { kind: Some(FetchKind::Unreachable), message: "connection refused".into() };
    ConnectionReport {
        connection: "turen".into(),
        platform: "turen".into(),
        started_at: told::ago(31),
        ended_at: told::ago(30),
        lists: Vec::new(),
        content: None,
        error: Some(error),
        traffic: Default::default(),
        budget: Default::default(),
    }
}

#[test]
fn a_bookmark_is_set_found_and_taken_away() {
    let mut console = reading(SIZE, coding());
    console.press("J J b");
    assert_eq!(keep(&mut console).len(), 1);
    assert!(console.text().lines().any(|line| line.contains("★● assistant")), "{}", console.text());
    console.press("g");
    assert!(console.text().contains("★ at 1 entry"), "{}", console.text());
    console.press("B");
    assert_eq!(place(&console), "2/5");
    console.press("b");
    keep(&mut console);
    assert!(!console.text().contains('★'), "{}", console.text());
    console.press("B");
    assert!(console.text().contains("No bookmark and no note here"), "{}", console.text());
}

#[test]
fn a_note_stands_at_its_entry_can_be_changed_and_types_no_action() {
    let mut console = reading(SIZE, coding());
    console.press("J J i");
    console.type_text("ask mara q?");
    assert_eq!(console.orders, []);
    console.press("<Enter>");
    keep(&mut console);
    assert!(console.text().contains("✎ ask mara q?"), "{}", console.text());
    console.press("i");
    console.type_text(" today");
    console.press("<Enter>");
    keep(&mut console);
    assert!(console.text().contains("✎ ask mara q? today"), "{}", console.text());
    console.press("i C-u <Enter>");
    keep(&mut console);
    assert!(!console.text().contains('✎'), "{}", console.text());
    console.press("g i");
    console.type_text("about the whole");
    console.press("<Esc>");
    assert_eq!(keep(&mut console), []);
}

#[test]
fn a_review_holds_until_the_session_changes() {
    let mut console = reading(SIZE, coding());
    console.press("m");
    keep(&mut console);
    assert!(console.text().contains("✓ reviewed"), "{}", console.text());
    {
        let mut world = console.store.world.lock().unwrap();
        let first = *world.contents.iter().find(|(_, (_, entries))| entries.len() == 5).unwrap().0;
        let more = coding().remove(0);
        world.contents.get_mut(&first).unwrap().1.push(more);
    }
    console.news(Outside::Committed);
    let text = console.text();
    assert!(text.contains("~ changed since its review") && !text.contains("✓ reviewed"), "{text}");
    console.press("m");
    keep(&mut console);
    assert!(console.text().contains("✓ reviewed"), "{}", console.text());
    console.press("m");
    keep(&mut console);
    assert!(!console.text().contains("reviewed 2"), "{}", console.text());
}

#[test]
fn what_is_not_all_here_cannot_be_reviewed() {
    let mut console = console(SIZE);
    console.press("@sessions j j t m");
    assert!(console.text().contains("what cannot be read is not reviewed"), "{}", console.text());
    assert_eq!(keep(&mut console), []);
}

#[test]
fn jumps_lead_to_questions_for_permission() {
    let mut console = reading(SIZE, coding());
    console.press("a");
    assert_eq!(place(&console), "4/5");
    console.press("a");
    assert!(console.text().contains("No question for permission below here"), "{}", console.text());
    console.press("G A");
    assert_eq!(place(&console), "4/5");
}

#[test]
fn one_of_several_things_of_an_entry_is_copied() {
    let mut console = reading(SIZE, coding());
    console.press("J J w");
    let text = console.text();
    for words in ["Copy what?", "fn now() -> u64 {", "code, 4 lines", "https://go.example/race", "cargo test"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    console.type_text("link");
    console.press("<Enter>");
    let [Order::Send(bytes)] = console.orders.as_slice() else { panic!("{:?}", console.orders) };
    let expected = crate::tui::clipboard::sequence("https://go.example/race", Secrets::Masked, Between::Nothing);
    assert_eq!(Some(bytes), expected.as_ref());
    console.press("J J J w");
    assert!(console.text().contains("No code, command, path or link"), "{}", console.text());
}

#[test]
fn the_tree_of_subagents_leads_to_them_and_back() {
    let mut console = reading(SIZE, coding());
    {
        let mut world = console.store.world.lock().unwrap();
        let first = *world.contents.iter().find(|(_, (_, entries))| entries.len() == 5).unwrap().0;
        let sessions = || world.rows.iter().map(|(row, _)| row).filter(|row| row.list.collection == "sessions");
        let [parent, child] = [7, 9].map(|at| sessions().nth(at).unwrap().clone());
        let own = sessions().find(|row| row.key == first).unwrap().clone();
        let [brother, niece, grandchild] = [11, 13, 15].map(|at| sessions().nth(at).unwrap().clone());
        let known = |row, depth| Member { row: Some(row), depth, ..Member::default() };
        let unknown = Member { name: "agent-77".into(), depth: 2, entry: Some(3), ..Member::default() };
        let members = vec![
            known(parent, 0),
            Member { here: true, ..known(own, 1) },
            known(child, 2),
            known(grandchild, 3),
            unknown,
            known(brother, 1),
            known(niece, 2),
        ];
        let kin = Kin { members, cut: true };
        world.kin.insert(first, kin);
    }
    console.key("s");
    console.key("/");
    console.key("<Esc>");
    console.settle();
    assert!(!console.text().contains("Subagents"), "who has gone on to something else: {}", console.text());
    console.press("s");
    let text = console.text();
    for words in ["Subagents", "started it", "this one", "agent-77", "only named here", "The tree is larger"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    for branch in ["├ ●", "│ ├ ", "│ │ └ ", "│ └ ○", "└ ", "  └ "] {
        assert!(text.lines().any(|line| line.contains(branch)), "{branch}: {text}");
    }
    console.press("<Enter>");
    assert!(console.text().contains("… › "), "{}", console.text());
    console.press("h s <Down> <Down> <Enter>");
    assert_eq!(place(&console), "4/5");
}

#[test]
fn whatever_is_about_an_entry_leads_to_it() {
    let mut world = World::believable().with_contents();
    let approval = world.rows.iter().find(|(row, _)| row.id == "apr-000").unwrap().0.key;
    world.contents.insert(approval, (Held::Here { fetched_at: told::ago(60), stale: false, partial: false }, coding()));
    world.led = Some(3);
    let mut console = Console::with(SIZE, world, connections(), TuiSettings::default());
    console.press("@approvals g");
    while !console.selected().is_empty() && place(&console) != "4/5" {
        console.press("t");
        if place(&console) != "4/5" {
            console.press("h j");
        }
    }
    assert_eq!(place(&console), "4/5", "{}", console.text());
}

/// A request whose run has told nothing yet: what it said comes while one looks.
fn awaiting() -> (Console, RowKey) {
    let mut world = World::believable();
    let of = |kind: Kind| world.rows.iter().map(|(row, _)| row).filter(move |row| row.kind == kind).map(|row| row.key);
    let (run, approvals): (RowKey, Vec<RowKey>) = (of(Kind::Run).next().unwrap(), of(Kind::Approval).collect());
    world.leads = approvals.into_iter().map(|approval| (approval, run)).collect();
    let mut console = Console::with(SIZE, world, connections(), TuiSettings::default());
    console.press("@approvals t");
    assert!(console.text().contains("is asked for them"), "{}", console.text());
    (console, run)
}

fn comes(console: &mut Console, run: RowKey) {
    let held = Held::Here { fetched_at: told::ago(1), stale: false, partial: false };
    let mut world = console.store.world.lock().unwrap();
    world.contents.insert(run, (held, coding()));
    world.led = Some(3);
    drop(world);
    console.news(Outside::Committed);
}

#[test]
fn the_entry_that_is_asked_about_is_in_front_although_it_had_to_be_fetched() {
    let (mut console, run) = awaiting();
    comes(&mut console, run);
    assert_eq!(place(&console), "4/5", "{}", console.text());
    // Whoever has gone on while it came is left there.
    let (mut console, run) = awaiting();
    console.press("j");
    comes(&mut console, run);
    assert_ne!(place(&console), "4/5", "{}", console.text());
}

#[test]
fn the_place_to_be_opened_at_waits_for_the_entries() {
    let (mut console, run) = awaiting();
    let row = console.store.world.lock().unwrap().rows.iter().find(|(row, _)| row.key == run).unwrap().0.clone();
    let of = crate::tui::decisions::Target::Named(row.list, row.id);
    let reading = crate::tui::reading::Reading { of, title: "a hit".into(), at: Some(1), query: String::new() };
    console.app.read(reading, console.clock);
    console.settle();
    comes(&mut console, run);
    assert_eq!(place(&console), "2/5", "{}", console.text());
}

#[test]
fn screens_of_what_is_kept_and_what_is_not_here() {
    for size in SIZES {
        let name = |what: &str| format!("transcript-{what}-{}x{}", size.0, size.1);
        let mut console = reading(size, coding());
        console.press("J J b i");
        console.type_text("Is this the clock that mara meant? See the incident of last week.");
        console.press("<Enter>");
        keep(&mut console);
        console.press("m");
        keep(&mut console);
        console.pass(Duration::from_secs(30));
        snapshot(&name("kept"), &console.text());
        console.press("w");
        snapshot(&name("pick"), &console.text());
        console.press("<Esc> h");
        console.key("t");
        console.draw();
        snapshot(&name("loading"), &console.text());
        console.settle();
        console.press("h j t");
        let (list, id) = console
            .asked
            .try_iter()
            .find_map(|ask| if let Ask::Fetch(list, id) = ask { Some((list, id)) } else { None })
            .unwrap();
        let failed = Some("turen: no answer from api.prod.turen.io within 30 s".to_owned());
        console.news(Outside::Fetched { list, id, failed });
        snapshot(&name("offline"), &console.text());
        snapshot(&name("empty"), &reading(size, Vec::new()).text());
        let long = "an-endless-word-".repeat(40_000);
        let parts = vec![Part::Text(format!("{long}\n```json\n{{\"a\": \"{long}\"}}\n```")), Part::Thinking(long)];
        let mut console = reading(size, vec![entry(EntryKind::Assistant, parts)]);
        console.press("G");
        snapshot(&name("long"), &console.text());
    }
}

/// What a terminal at the end of a slow line is sent for one key after the other, while code scrolls by and gets its colours.
#[test]
fn a_key_costs_few_bytes_where_everything_is_code() {
    let entries: Vec<Entry> = std::iter::repeat_with(coding).take(60).flatten().collect();
    let mut console = reading((200, 50), entries);
    console.press("# 6 0 j");
    let mut painter = Painter::new(true);
    painter.paint(console.screen.backend().buffer(), None);
    let mut costs = Vec::new();
    for _ in 0..60 {
        console.key("j");
        console.draw();
        let scrolled = painter.paint(console.screen.backend().buffer(), None).len();
        console.settle();
        costs.push(scrolled + painter.paint(console.screen.backend().buffer(), None).len());
    }
    let mean = costs.iter().sum::<usize>() / costs.len();
    assert!(mean <= 900 && costs.iter().all(|cost| *cost <= 2_000), "{mean} bytes a key: {costs:?}");
}

/// Another qd fetches in its turn: this one does not pretend that it has asked.
#[test]
fn while_another_syncs_nobody_is_said_to_be_asked() {
    let mut console = console(SIZE);
    console.press("@sessions j t");
    console.news(Outside::LeaseHeldBy("qd sync, pid 7".into()));
    let text = console.text();
    assert!(text.contains("another qd is syncing") && !text.contains("is asked for them"), "{text}");
    console.asked.try_iter().for_each(drop);
    console.news(Outside::LeaseTaken);
    console.news(Outside::Committed);
    assert_eq!(console.asked.try_iter().filter(|ask| matches!(ask, Ask::Fetch(..))).count(), 0, "not twice by itself");
}

#[test]
fn colours_of_code() {
    for (theme, mode) in [("dark", ColorMode::True), ("light", ColorMode::True), ("dark", ColorMode::None)] {
        let name = if mode == ColorMode::None { "mono" } else { theme };
        let mut world = World::believable().with_contents();
        let first = world.first_session();
        world
            .contents
            .insert(first, (Held::Here { fetched_at: told::ago(60), stale: false, partial: false }, coding()));
        let mut console = Console::with((80, 24), world, connections(), settings(theme, mode));
        console.press("@sessions t J J");
        snapshot(&format!("colours-code-{name}"), &styles(&console));
    }
}
