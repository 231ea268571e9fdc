//! What of a sheet counts as read: what was on the screen, however low it is, however wide it becomes, and however fast keys come.

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
