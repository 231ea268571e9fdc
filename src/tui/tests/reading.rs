//! Reading a transcript.

use quarterdeck_sync::model::{Call, Entry, EntryKind, Part};
use quarterdeck_sync::text::is_hidden;

use super::*;
use crate::tui::paint::Painter;
use crate::tui::reading::Held;

const SIZE: (u16, u16) = (160, 48);

pub(super) fn console(size: (u16, u16)) -> Console {
    Console::with(size, World::believable().with_contents(), connections(), TuiSettings::default())
}

/// With these entries in the first session.
pub(super) fn reading(size: (u16, u16), entries: Vec<Entry>) -> Console {
    let mut world = World::believable().with_contents();
    let first = world.first_session();
    world.contents.insert(first, (Held::Here { fetched_at: told::ago(60), stale: false, partial: false }, entries));
    let mut console = Console::with(size, world, connections(), TuiSettings::default());
    console.press("@sessions t");
    console
}

pub(super) fn place(console: &Console) -> String {
    let text = console.text();
    let line = text.lines().find(|line| line.contains(" › ")).unwrap_or_default().trim_end().to_owned();
    line.rsplit("   ").next().unwrap_or_default().trim().to_owned()
}

#[test]
fn a_session_is_read_and_left_as_it_was_found() {
    let mut console = console(SIZE);
    console.press("@sessions j j k k");
    let before = console.text();
    console.press("t");
    let text = console.text();
    assert!(
        text.contains("Sessions › ") && text.contains("refund_test.go:44: not refunded") || text.contains("❯ user"),
        "{text}"
    );
    assert!(text.contains("holds") && text.contains("15 entries"), "{text}");
    for leave in ["h", "<BS>", "<Esc>"] {
        console.press(leave);
        console.pass(Duration::from_secs(10));
        assert_eq!(console.text(), before, "after {leave}");
        console.press("t");
    }
}

#[test]
fn jumps_lead_to_errors_calls_changes_and_people() {
    let mut console = console(SIZE);
    console.press("@sessions t e");
    assert_eq!(place(&console), "4/15");
    console.press("d");
    assert_eq!(place(&console), "7/15");
    assert!(console.text().contains("+ ") && console.text().contains("<-done"), "{}", console.text());
    console.press("p");
    assert_eq!(place(&console), "9/15");
    console.press("P");
    assert_eq!(place(&console), "1/15");
    console.press("c c");
    assert_eq!(place(&console), "5/15");
    console.press("C");
    assert_eq!(place(&console), "3/15");
    console.press("E");
    assert!(console.text().contains("No error above here"), "{}", console.text());
}

#[test]
fn long_answers_fold_and_unfold_where_the_cursor_is() {
    let mut console = console(SIZE);
    console.press("@sessions t e");
    assert!(console.text().contains("▸ 76 more lines") && !console.text().contains("attempt_20"), "{}", console.text());
    console.press("<Space>");
    assert!(console.text().contains("attempt_05") && !console.text().contains("more lines"), "{}", console.text());
    console.press("-");
    assert!(console.text().contains("▸ 76 more lines"));
}

#[test]
fn searching_inside_marks_and_jumps_and_types_no_action() {
    let mut console = console(SIZE);
    console.press("@sessions t /");
    console.type_text("not refunded");
    assert_eq!(console.orders, []);
    let text = console.text();
    assert!(text.contains("/ not refunded") && text.contains("3 found"), "{text}");
    // The answer it stands in was folded.
    assert!(text.contains("refund_test.go:44"), "{text}");
    console.press("<Enter>");
    assert_eq!(place(&console), "4/15");
    console.press("n");
    assert_eq!(place(&console), "6/15");
    console.press("N");
    assert_eq!(place(&console), "4/15");
    console.press("<Esc>");
    assert!(!console.text().contains("3 found"), "{}", console.text());
    console.press("<Esc>");
    assert!(console.text().contains("SESSION"), "{}", console.text());
}

#[test]
fn a_call_leads_to_its_answer_and_back() {
    let mut console = console(SIZE);
    console.press("@sessions t d o");
    assert_eq!(place(&console), "8/15");
    console.press("o");
    assert_eq!(place(&console), "7/15");
}

#[test]
fn a_subagent_opens_over_its_session_and_leads_back_to_the_same_place() {
    let mut console = console(SIZE);
    console.press("@sessions t # 1 2 J o");
    assert!(console.text().contains("… › "), "{}", console.text());
    console.press("h");
    assert_eq!(place(&console), "12/15");
    console.press("h");
    assert!(console.selected().starts_with('▌'));
}

#[test]
fn the_audit_view_shows_only_what_touched_the_world() {
    let mut console = console(SIZE);
    console.press("@sessions t v G");
    let text = console.text();
    for word in ["command", "error", "write", "network", "subagent", "go test ./payments", "git push origin"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(!text.contains("Please also look up"), "{text}");
    console.press("v");
    assert!(console.text().contains("I ran it two hundred times"), "{}", console.text());
}

#[test]
fn a_call_of_an_api_is_in_the_audit_view_whatever_its_tool_is_called_and_what_is_left_out_is_counted() {
    let said = |tool: &str, input: &str| Entry {
        kind: EntryKind::Tool,
        parts: vec![Part::Call(Call { tool: tool.into(), input: input.into(), ..Call::default() })],
        ..Entry::default()
    };
    let entries = vec![
        said("mail", "to: ceo@rival.example"),
        said("mcp__stripe__create_refund", "amount: 900000"),
        said("Grep", "pattern: refund"),
        said("Glob", "pattern: *.go"),
    ];
    for size in [SIZE, (80, 24)] {
        let mut console = reading(size, entries.clone());
        console.press("v G");
        // What was said of it goes by itself.
        console.pass(Duration::from_secs(60));
        console.pass(Duration::from_secs(1));
        let text = console.text();
        for words in ["call      mail  to: ceo@rival.example", "mcp__stripe__create_refund  amount: 900000"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(text.contains("2 other calls not shown") && text.contains("v shows them"), "{text}");
        assert!(!text.contains("pattern"), "{text}");
        console.press("v");
        assert!(!console.text().contains("not shown") && console.text().contains("pattern"), "{}", console.text());
    }
}

#[test]
fn copying_sends_the_entry_to_the_terminal() {
    let mut console = console(SIZE);
    console.press("@sessions t p y");
    let [Order::Send(bytes)] = console.orders.as_slice() else { panic!("{:?}", console.orders) };
    assert!(bytes.starts_with(b"\x1b]52;c;") && bytes.ends_with(b"\x07"));
    assert!(console.text().contains("Copied the entry"), "{}", console.text());
}

#[test]
fn what_no_clipboard_takes_is_kept_in_a_file() {
    let huge = Entry { parts: vec![Part::Text("x".repeat(100_000))], kind: EntryKind::User, ..Entry::default() };
    let mut console = reading(SIZE, vec![huge]);
    console.press("p y");
    assert_eq!(console.orders, []);
    let kept = console
        .asked
        .try_iter()
        .find_map(|ask| if let Ask::Keep(what, text) = ask { Some((what, text.len())) } else { None });
    assert_eq!(kept, Some(("entry", 100_000)));
}

#[test]
fn what_is_not_here_is_asked_for_and_shown_when_it_comes() {
    let mut console = console(SIZE);
    console.press("@sessions j t");
    let text = console.text();
    assert!(text.contains("Its entries are not here yet") && text.contains("is asked for them"), "{text}");
    let asked = || console.asked.try_iter().filter(|ask| matches!(ask, Ask::Fetch(..))).count();
    assert_eq!(asked(), 1);
    {
        let mut world = console.store.world.lock().unwrap();
        let missing = *world.contents.iter().find(|(_, (held, _))| *held == Held::NotYet).unwrap().0;
        world
            .contents
            .insert(missing, (Held::Here { fetched_at: told::ago(0), stale: false, partial: false }, told::long(3)));
    }
    console.news(Outside::Committed);
    assert!(console.text().contains("message 2:"), "{}", console.text());
    assert_eq!(console.asked.try_iter().filter(|ask| matches!(ask, Ask::Fetch(..))).count(), 0);
}

#[test]
fn news_of_a_session_leave_the_reader_where_they_are() {
    let mut console = reading((100, 30), told::long(300));
    console.press("# 1 5 0 J");
    let before = console.text();
    console.news(Outside::Committed);
    assert_eq!(console.text(), before);
    {
        let mut world = console.store.world.lock().unwrap();
        let first = *world.contents.iter().find(|(_, (_, entries))| entries.len() == 300).unwrap().0;
        world.contents.get_mut(&first).unwrap().1.extend(told::long(1));
    }
    console.news(Outside::Committed);
    assert_eq!(place(&console), "150/301");
}

#[test]
fn a_hundred_thousand_entries_open_and_scroll() {
    let mut console = reading((120, 36), told::long(100_000));
    console.press("G");
    assert_eq!(place(&console), "100,000/100,000");
    assert!(console.text().contains("message 99999:"));
    console.press("g # 5 0 0 0 0 J");
    assert_eq!(place(&console), "50,000/100,000");
    console.press("C-d C-u <PgDn> j");
    assert!(console.text().contains("message 5000"), "{}", console.text());
}

#[test]
fn absurd_entries_are_survived_and_nothing_hidden_is_drawn() {
    let evil = "\u{1b}]0;owned\u{7}\u{202e}\u{9b}2J\u{0}";
    let parts = vec![
        Part::Text(format!("{evil}{}", "y".repeat(5_000_000))),
        Part::Thinking(evil.repeat(2_000)),
        Part::Other { label: evil.into(), json: format!("{{\"{}\": [", "deep".repeat(9)) },
        Part::Attachment { media: evil.into(), bytes: u64::MAX },
        Part::Call(quarterdeck_sync::model::Call {
            tool: evil.into(),
            command: Some("a\n".repeat(100_000)),
            answered_at: Some(u32::MAX),
            ..Default::default()
        }),
        Part::Result(quarterdeck_sync::model::Answer {
            text: "[".repeat(60_000),
            called_at: Some(7),
            ..Default::default()
        }),
    ];
    let odd = Entry {
        parts,
        role: evil.into(),
        subagent: Some(evil.into()),
        at: Some(jiff::Timestamp::MAX),
        error: true,
        ..Entry::default()
    };
    let early = Entry { at: Some(jiff::Timestamp::MIN), raw: evil.into(), ..Entry::default() };
    for size in [(40, 10), (80, 24), (160, 48)] {
        let mut console = reading(size, vec![early.clone(), odd.clone(), early.clone()]);
        for keys in ["G", "+", "g", "C-d C-d", "v", "G", "t t", "- v o y"] {
            console.press(keys);
            let text = console.text();
            assert!(!text.chars().any(|c| is_hidden(c) && c != '\n'), "after {keys}: {text:?}");
        }
    }
}

#[test]
fn a_transcript_that_cannot_be_read_says_so() {
    let mut console = console(SIZE);
    console.press("@sessions");
    console.store.broken.store(true, Ordering::SeqCst);
    console.press("t");
    assert!(console.text().contains("It cannot be read: disk I/O error"), "{}", console.text());
    console.press("h");
    assert!(console.text().contains("Sessions"));
}

#[test]
fn the_tabs_tell_where_a_transcript_was_opened_and_lead_away_from_it() {
    let mut console = console(SIZE);
    console.press("@sessions t @runs");
    assert!(!console.text().contains(" › "), "{}", console.text());
    console.press("@sessions");
    assert!(!console.text().contains(" › "), "{}", console.text());
    assert!(console.selected().starts_with('▌'));
}

/// What a terminal at the end of a slow line is sent for one held key, while a transcript scrolls.
#[test]
fn a_held_key_costs_few_bytes() {
    let mut console = reading((200, 50), told::long(2_000));
    console.press("# 4 0 0 j");
    let mut painter = Painter::new(true);
    painter.paint(console.screen.backend().buffer(), None);
    let mut costs = Vec::new();
    for _ in 0..30 {
        console.key("j");
        console.draw();
        costs.push(painter.paint(console.screen.backend().buffer(), None).len());
    }
    let mean = costs.iter().sum::<usize>() / costs.len();
    assert!(mean <= 900, "{mean} bytes a key: {costs:?}");
}

#[test]
fn esc_right_after_an_answer_takes_that_away_and_leaves_the_transcript_open() {
    let mut console = Console::new((120, 36));
    console.press("@sessions t");
    let open = |console: &Console| console.text().contains("Sessions › ");
    console.press("j j y");
    assert!(console.text().contains("Copied the"), "{}", console.text());
    console.press("<Esc>");
    assert!(open(&console) && !console.text().contains("Copied the"), "{}", console.text());
    console.press("y j <Esc>");
    assert!(!open(&console), "another key came between: the answer was read\n{}", console.text());
}
