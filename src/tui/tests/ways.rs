//! What the keys are about after one has come for one thing, and the way back from it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::editing::open_in;
use super::wants::{seek, wanting};
use super::*;

const SIZE: (u16, u16) = (160, 48);

/// The line of breadcrumbs.
fn crumbs(console: &Console) -> String {
    console.text().lines().nth(1).unwrap_or_default().trim().to_owned()
}

/// Clicks the breadcrumb of this name that stands at this place among those.
fn click_crumb(console: &mut Console, name: &str, nth: usize) {
    let text = console.text();
    let line = text.lines().nth(1).unwrap_or_default();
    let at = line.match_indices(name).nth(nth).unwrap_or_else(|| panic!("no {name}: {line}")).0;
    let column = crate::tui::text::width(&line[..at]) as u16;
    let kind = MouseEventKind::Down(MouseButton::Left);
    let mouse = MouseEvent { kind, column, row: 1, modifiers: KeyModifiers::NONE };
    console.app.handle(Message::Input(Event::Mouse(mouse)), console.clock);
    console.settle();
}

#[test]
fn who_comes_for_one_request_decides_about_that_one_and_not_about_what_was_marked_before() {
    let mut console = wanting(SIZE);
    console.press("@approvals <Space> <Space> @inbox");
    seek(&mut console, "approval");
    console.press("<Enter> a");
    assert!(console.text().contains("Approve 1 approval"), "{}", console.text());
    console.press("<Esc>");
    assert!(!console.text().contains("marked"), "{}", console.text());
}

#[test]
fn who_comes_for_one_decision_changes_that_one_and_not_those_that_were_marked_before() {
    let mut console = wanting(SIZE);
    console.press("@outbox <Space> <Space>");
    assert!(console.text().contains("* 2 marked"), "{}", console.text());
    console.press("@inbox");
    seek(&mut console, "decision");
    console.press("<Enter>");
    assert!(console.text().contains("TURNS") && !console.text().contains("marked"), "{}", console.text());
}

#[test]
fn who_comes_for_one_connection_tests_that_one_and_not_those_that_were_marked_before() {
    let mut console = Console::new(SIZE);
    console.press("@connections <Space> :");
    console.type_text("open connection acme");
    console.press("<Enter> t");
    let tested: Vec<Ask> = console.asked.try_iter().filter(|ask| matches!(ask, Ask::Test { .. })).collect();
    let [Ask::Test { name, .. }] = tested.as_slice() else { panic!("{tested:?}") };
    assert_eq!(name, "acme");
}

#[test]
fn who_comes_for_one_connection_moves_in_the_list_again() {
    let mut console = Console::new(SIZE);
    console.press("@connections <Enter> :");
    console.type_text("open connection acme");
    console.press("<Enter>");
    assert!(console.selected().contains("acme"), "{}", console.selected());
    console.press("k");
    assert!(!console.selected().contains("acme"), "{}", console.selected());
}

#[test]
fn a_record_that_is_opened_over_a_list_of_its_kind_leads_back_to_that_list_as_it_was_left() {
    let mut console = Console::new(SIZE);
    console.press("@sessions /");
    console.type_text("flaky");
    console.press("<Enter> j j j");
    let before = console.text();
    assert!(before.contains("/ flaky"), "{before}");
    console.press("=");
    for _ in 0..60 {
        if !console.selected().contains(" session ") {
            console.press("k");
        }
    }
    console.press("<Enter>");
    assert!(crumbs(&console).starts_with("Sessions › ") && crumbs(&console).ends_with(" › Sessions"), "{before}");
    console.press("/");
    console.type_text("payments");
    console.press("<Enter> <Esc> <Esc> <Esc>");
    assert_eq!(console.text(), before);
}

#[test]
fn a_look_at_an_item_of_the_inbox_says_where_one_came_from_and_leaves_every_tab_as_it_was() {
    let mut console = wanting(SIZE);
    console.press("@runs /");
    console.type_text("status:completed");
    console.press("<Enter> j j");
    let runs = console.text();
    console.press("@outbox /");
    console.type_text("suspend");
    console.press("<Enter>");
    let outbox = console.text();
    console.press("@connections j j");
    let connections = console.text();
    console.press("@inbox");
    for (item, way) in [("failure", "Runs"), ("decision", "Outbox"), ("connection", "Connections")] {
        seek(&mut console, item);
        let inbox = console.text();
        console.press("<Enter>");
        assert_eq!(crumbs(&console), format!("Inbox › {way}"));
        console.press("<Esc>");
        assert_eq!(console.text(), inbox, "{item}");
    }
    for (tab, before) in [("@runs", runs), ("@outbox", outbox), ("@connections", connections)] {
        console.press(tab);
        assert_eq!(console.text(), before, "{tab}");
    }
}

#[test]
fn a_search_from_a_transcript_leaves_the_search_that_led_there_as_it_was() {
    let mut console = super::reading::console(SIZE);
    console.press("f");
    console.type_text("refund");
    console.press("<Esc> j j");
    let before = console.text();
    console.press("<Enter> f");
    console.type_text("token");
    console.press("<Esc>");
    assert!(console.text().contains("⌕ token"), "{}", console.text());
    console.press("<Esc> h");
    assert_eq!(console.text(), before);
}

/// Two policies that can be edited; the first is in the editor.
fn two_policies() -> Console {
    let mut world = World::believable();
    let document = serde_json::json!({"name": "second", "rules": {"min_scorecard": 8}});
    let policies = ("policy", Kind::Policy);
    world.add(("turen", "turen"), policies, "zq7-second".into(), Some("Second"), None, (None, None), 500_000, document);
    world.count();
    let mut console = Console::with(SIZE, world, connections(), TuiSettings::default());
    open_in(&mut console);
    assert!(console.text().contains("Editing default"), "{}", console.text());
    console
}

/// Opens the other policy over it, as somebody who wants to compare the two.
fn open_second(console: &mut Console) {
    console.press("<BackTab> :");
    console.type_text("zq7");
    console.press("<Enter> i");
    assert!(console.text().contains("Editing zq7-second"), "{}", console.text());
}

#[test]
fn a_document_that_is_opened_over_a_half_edited_one_leads_back_to_it_with_what_was_typed() {
    let mut console = two_policies();
    console.press("x");
    open_second(&mut console);
    assert!(crumbs(&console).matches("Editor").count() == 2, "{}", crumbs(&console));
    console.press("<Esc> <Esc>");
    let text = console.text();
    assert!(text.contains("Editing default") && text.contains("x{") && text.contains("Affected 34"), "{text}");
    // The keys reach it, and it is left as any other: with a question, and then for good.
    console.press("<Esc> y");
    assert!(console.text().contains("xy{"), "{}", console.text());
    console.press("<Esc> <Enter>");
    assert!(!console.text().contains("Editing"), "{}", console.text());
}

#[test]
fn a_document_that_is_opened_twice_on_one_way_is_never_an_empty_editor() {
    let mut console = two_policies();
    console.press("x");
    open_second(&mut console);
    open_second(&mut console);
    for _ in 0..12 {
        let empty = crumbs(&console).ends_with("Editor") && !console.text().contains("Editing");
        assert!(!empty, "{}", console.text());
        console.press("<Esc>");
        if console.text().contains("What you typed") {
            console.press("<Enter>");
        }
    }
    assert!(console.text().contains("connection:turen") || crumbs(&console).is_empty(), "{}", console.text());
}

#[test]
fn a_click_on_the_way_leads_to_the_document_that_was_edited_there() {
    let mut console = two_policies();
    console.press("x");
    open_second(&mut console);
    click_crumb(&mut console, "Editor", 0);
    let text = console.text();
    assert!(text.contains("Editing default") && text.contains("x{"), "{text}");
    console.press("<Esc>");
    assert!(console.text().contains("Editing default"), "to the text first: {}", console.text());
}

/// Goes from a transcript to another session of the same agent, and reads that.
fn read_on(console: &mut Console) {
    console.press("L");
    console.type_text("sessions");
    console.press("<Enter> j t");
}

#[test]
fn a_note_that_is_being_written_is_there_again_after_a_click_on_the_way() {
    let mut console = super::reading::console(SIZE);
    console.press("@agents L <Enter> t i");
    console.type_text("half a thought");
    click_crumb(&mut console, "Sessions", 0);
    assert!(crumbs(&console).ends_with("Sessions"), "{}", console.text());
    console.press("t i");
    assert!(console.text().contains("half a thought"), "{}", console.text());
}

#[test]
fn a_click_on_the_way_leads_to_the_transcript_that_was_read_there() {
    let mut console = super::reading::console(SIZE);
    console.press("@agents L <Enter> t");
    let (before, way) = (console.text(), crumbs(&console));
    read_on(&mut console);
    assert_ne!(crumbs(&console), way);
    click_crumb(&mut console, "Transcript", 0);
    assert_eq!(console.text(), before);
}

#[test]
fn however_many_transcripts_were_read_on_the_way_each_is_there_again() {
    let mut console = super::reading::console(SIZE);
    console.press("@agents L <Enter> t J");
    let mut left = Vec::new();
    for _ in 0..14 {
        left.push((crumbs(&console), console.text().lines().nth(2).unwrap_or_default().to_owned()));
        read_on(&mut console);
    }
    for (way, heading) in left.into_iter().rev() {
        console.press("h <Esc>");
        let text = console.text();
        assert_eq!((crumbs(&console), text.lines().nth(2).unwrap_or_default()), (way, &*heading), "{text}");
    }
}

#[test]
fn what_was_on_its_way_for_a_session_that_was_left_is_not_shown_as_another() {
    let mut console = super::reading::console(SIZE);
    console.press("@sessions t");
    let before = console.text();
    console.press("L");
    console.type_text("sessions");
    console.press("<Enter> j");
    let way = console.text().lines().nth(1).unwrap_or_default().to_owned();
    assert!(way.matches(" › ").count() >= 2 && way.trim_end().ends_with("Sessions"), "{}", console.text());
    // Left before it was read, and back to the first.
    for key in ["t", "<Esc>", "<Esc>"] {
        console.key(key);
    }
    console.settle();
    assert_eq!(console.text(), before);
}
