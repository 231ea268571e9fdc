//! What the keys are about after one has come for one thing, and the way back from it.

use super::wants::{seek, wanting};
use super::*;

const SIZE: (u16, u16) = (160, 48);

/// The line of breadcrumbs.
fn crumbs(console: &Console) -> String {
    console.text().lines().nth(1).unwrap_or_default().trim().to_owned()
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
