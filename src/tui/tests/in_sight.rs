//! What of a sheet counts as read: what was on the screen, however low it is, however wide it becomes, and however fast keys come.

use crossterm::event::{MouseEvent, MouseEventKind};

use super::several::all_marked;
use super::*;

fn resize(console: &mut Console, size: (u16, u16)) {
    console.screen.backend_mut().resize(size.0, size.1);
    console.app.handle(Message::Input(Event::Resize(size.0, size.1)), console.clock);
    console.settle();
}

#[test]
fn what_no_line_of_was_in_sight_is_not_approved_before_the_terminal_is_higher() {
    let mut console = Console::new((80, 11));
    console.press("@approvals a");
    let text = console.text();
    assert!(text.contains("Approve 1 approval") && !text.contains("yes, approve"), "{text}");
    console.press("C-y");
    assert_eq!(console.deeds(), [], "{text}");
    assert!(console.text().contains("there is no room here to read it: make the"), "{}", console.text());
    resize(&mut console, (80, 24));
    assert!(console.text().contains("C-y yes, "), "{}", console.text());
    console.press("C-y");
    assert_eq!(console.deeds().len(), 1);
}

/// The requests that a screen tells to their last line, by their number.
fn told(console: &Console) -> Vec<usize> {
    let text = console.text();
    (0..40).filter(|at| text.contains(&format!("REQUEST {} OF", at + 1))).collect()
}

/// How many are still to be read, as the sheet says.
fn left(console: &Console) -> usize {
    let text = console.text();
    let told = text.split_once("to confirm: ").or_else(|| text.split_once("not in sight: "));
    match told.and_then(|(_, told)| told.split(' ').next()) {
        Some(number) => number.parse().unwrap(),
        None => {
            assert!(text.contains("C-y yes, approve"), "{text}");
            0
        }
    }
}

/// Narrow, each request takes many lines. Wider, as many lines are more requests, of which most were never on the screen.
#[test]
fn a_wider_terminal_reads_no_request_for_anybody() {
    let mut console = all_marked((60, 24), 30);
    let mut shown: std::collections::BTreeSet<usize> = told(&console).into_iter().collect();
    for _ in 0..12 {
        console.key("<PgDn>");
        console.draw();
        shown.extend(told(&console));
    }
    let before = left(&console);
    assert!(before > 15, "{}", console.text());
    resize(&mut console, (160, 24));
    shown.extend(told(&console));
    assert!(!console.text().contains("yes, approve"), "{}", console.text());
    let read = 30 - left(&console);
    assert!(read <= shown.len() && left(&console) <= before, "{read} count as read, {shown:?} were there");
    console.press("C-<End> C-y");
    assert_eq!(console.deeds(), [], "{}", console.text());
}

#[test]
fn a_look_in_the_background_leaves_what_was_read_read_and_the_page_where_it_is() {
    let mut console = all_marked((80, 24), 12);
    for _ in 0..4 {
        console.key("<PgDn>");
        console.draw();
    }
    let (before, to_read) = (console.text(), left(&console));
    assert!(to_read < 12, "{before}");
    console.news(Outside::Committed);
    assert_eq!(console.text(), before);
    resize(&mut console, (100, 24));
    resize(&mut console, (80, 24));
    assert_eq!(left(&console), to_read, "{}", console.text());
}

fn wheel(console: &mut Console) {
    let mouse = MouseEvent { kind: MouseEventKind::ScrollDown, column: 20, row: 8, modifiers: KeyModifiers::NONE };
    console.app.handle(Message::Input(Event::Mouse(mouse)), console.clock);
}

/// On a bad link many keys come before the next screen does. None of them may leap over requests, nor make the way to the end long.
#[test]
fn keys_and_turns_of_the_wheel_that_run_ahead_of_the_screen_leap_over_nothing() {
    for size in [(80, 24), (80, 15)] {
        let mut console = all_marked(size, 12);
        let mut shown: std::collections::BTreeSet<usize> = told(&console).into_iter().collect();
        let mut frames = 0;
        while !console.text().contains("C-y yes, ") {
            for _ in 0..6 {
                console.key("<PgDn>");
                wheel(&mut console);
            }
            console.draw();
            shown.extend(told(&console));
            frames += 1;
            assert!(!console.text().contains("back to what was not in sight"), "{}", console.text());
            assert!(frames < 60, "the sheet has no end: {}", console.text());
        }
        assert_eq!(shown.len(), 12, "{shown:?}");
    }
}

#[test]
fn who_has_leapt_pages_on_as_anywhere() {
    let mut console = all_marked((80, 24), 30);
    console.press("C-<End> C-b C-b C-b C-b");
    let told = |console: &Console| console.text().lines().filter(|line| line.contains("┊")).count();
    let first = console.text();
    console.press("<PgDn>");
    let second = console.text();
    let same = first.lines().filter(|line| line.contains("/v1/refunds/") && second.contains(line.trim())).count();
    assert!(told(&console) > 3 && same == 0, "a page further on:\n{first}\n{second}");
}

/// What happens meanwhile may hold anything that an agent wrote, and would hide lines that then counted as read.
#[test]
fn what_happens_meanwhile_waits_until_the_sheet_is_left() {
    for size in [(160, 48), (80, 24)] {
        let mut console = Console::new(size);
        console.press("@approvals a");
        let before = console.text();
        console.news(Outside::Notice("agent-3 could not be fetched. Press C-y to go on.".into()));
        assert_eq!(console.text(), before);
        console.clock += std::time::Duration::from_secs(600);
        console.app.tick(console.clock);
        console.press("<Esc>");
        assert!(console.text().contains("agent-3 could not be fetched"), "{}", console.text());
    }
}

#[test]
fn the_answer_to_a_key_stands_below_the_sheet_until_the_next_key() {
    let mut console = all_marked((80, 24), 12);
    let (sheet, status) = (|text: &str| text.lines().take(22).collect::<Vec<_>>().join("\n"), "turen");
    let before = console.text();
    console.press("C-y");
    let told = console.text();
    assert_eq!(sheet(&told), sheet(&before), "nothing of the sheet is hidden");
    assert!(told.lines().nth(22).is_some_and(|line| line.contains("Not now: ")), "{told}");
    console.press("<Tab>");
    assert!(console.text().lines().nth(22).is_some_and(|line| line.contains(status)), "{}", console.text());
    console.press("C-y <Esc>");
    assert!(!console.text().contains("Not now: "), "the sheet is left: {}", console.text());
}
