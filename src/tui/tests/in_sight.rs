//! What of a sheet counts as read: what was on the screen, however low it is, however wide it becomes, and however fast keys come.

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
    assert!(console.text().contains("C-y yes, approve it"), "{}", console.text());
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
