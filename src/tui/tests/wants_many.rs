//! In the inbox: marks and what is done to many, the filter, and the keys that lead from an item as from any record.

use std::time::Duration;

use quarterdeck_sync::model::{FlagKind, Kind, ListKey};

use super::wants::{seek, wanting};
use super::*;
use crate::tui::decisions::{Capabilities, Capability};

const SIZE: (u16, u16) = (160, 48);

/// Shows the items of one cause alone.
fn only(console: &mut Console, cause: &str) {
    for _ in 0..16 {
        let head = console.text().lines().find(|line| line.contains('‹')).unwrap_or_default().to_owned();
        if head.split('‹').nth(1).is_some_and(|chosen| chosen.split('›').next().unwrap_or_default().contains(cause))
        {
            return console.press("g");
        }
        console.press(".");
    }
    panic!("no {cause}: {}", console.text());
}

#[test]
fn what_is_marked_is_put_away_with_one_key_and_brought_back_with_one() {
    let mut console = wanting(SIZE);
    let before = console.waiting_items();
    console.press("<Space> n <Space> <Space>");
    assert!(console.text().contains("* 3 marked"), "{}", console.text());
    console.press("e");
    assert!(console.text().contains("3 are seen"), "{}", console.text());
    assert_eq!((console.keep_flags(), console.waiting_items()), (3, before - 3));
    assert!(!console.text().contains("marked"), "{}", console.text());
    console.press("u");
    assert_eq!((console.keep_flags(), console.waiting_items()), (3, before));
    console.press("<Space> <Space> # 4 z");
    assert!(console.text().contains("2 are snoozed for 4 hours"), "{}", console.text());
    assert_eq!((console.keep_flags(), console.waiting_items()), (2, before - 2));
    let kinds: Vec<FlagKind> = console.store.world.lock().unwrap().flags.iter().map(|flag| flag.kind).collect();
    assert_eq!(kinds, [FlagKind::Snoozed; 2]);
}

#[test]
fn marked_approvals_are_answered_on_one_sheet() {
    let mut console = wanting(SIZE);
    only(&mut console, "approval");
    console.press("* a");
    let text = console.text();
    assert!(text.contains("Approve 2 approvals") && text.contains("2 of 2 marked"), "{text}");
    console.press("<Esc>");
    console.press("<Esc> g <Space> x");
    assert!(console.text().contains("Reject ") && !console.text().contains("Reject 2"), "{}", console.text());
}

#[test]
fn marked_items_of_several_kinds_are_suspended_by_the_agents_behind_them_each_once() {
    let mut console = wanting(SIZE);
    // Two sessions of one agent, and an agent itself.
    only(&mut console, "leak");
    console.press("* ,");
    seek(&mut console, "clone");
    console.press("<Space> s");
    let text = console.text();
    assert!(text.contains("Suspend 2 agents"), "{text}");
    console.press("C-y");
    let asked = console.asked.try_iter().find_map(|ask| if let Ask::Decide(it) = ask { Some(it.deed) } else { None });
    let Some(crate::tui::decisions::Deed::Decide { seen, .. }) = asked else { panic!("{}", console.text()) };
    assert!(!seen.is_empty() && seen.iter().all(|item| item.record.row.kind == Kind::Agent), "{seen:?}");
}

#[test]
fn words_leave_the_items_that_hold_them_all_and_escape_shows_the_rest_again() {
    let mut console = wanting(SIZE);
    let all = console.waiting_items();
    console.press("/");
    console.type_text("FAILURE ended");
    let text = console.text();
    assert!(text.contains(&format!(" of {all} match")), "{text}");
    console.press("<Enter>");
    let lines: Vec<String> = console
        .text()
        .lines()
        .filter(|line| line.contains(" high ") || line.contains(" medium "))
        .map(str::to_owned)
        .collect();
    assert!(!lines.is_empty() && lines.iter().all(|line| line.contains("failure")), "{lines:#?}");
    // What is typed is text, and puts nothing away.
    console.press("/");
    console.type_text(" ezasx");
    assert!(console.text().contains("No item holds these words"), "{}", console.text());
    assert_eq!((console.keep_flags(), console.waiting_items()), (0, all));
    console.press("<Esc>");
    assert!(console.text().contains("/ FAILURE ended"), "as it was before: {}", console.text());
    console.press("<Esc>");
    assert!(!console.text().contains(&format!(" of {all} match")), "{}", console.text());
}

#[test]
fn an_item_leads_where_its_record_leads_in_its_own_list() {
    let mut console = wanting(SIZE);
    seek(&mut console, "clone");
    let item = console.selected();
    console.press("L");
    assert!(console.text().contains("leads to") && console.text().contains("sessions"), "{}", console.text());
    console.press("<Esc> =");
    assert!(console.text().contains("Timeline") && console.text().contains("Inbox ›"), "{}", console.text());
    console.press("<Esc>");
    assert_eq!(console.selected(), item);
    let update = Capability { verb: "update".into(), ..Capability::default() };
    let able = Capabilities::new([(ListKey::new("turen", "agents"), vec![update])]);
    console.news(Outside::Capabilities(able));
    for key in ["i", "H"] {
        console.press(key);
        let text = console.text();
        assert!(text.contains("Editor") && text.contains("Turen's agents describe themselves"), "{key}: {text}");
        assert!(!text.contains("nothing is done"), "{key} is no decision: {text}");
        console.press("<Esc> <Esc>");
        assert_eq!(console.selected(), item, "{key}");
    }
}

#[test]
fn what_is_no_record_says_so_instead_of_doing_nothing() {
    let mut console = wanting(SIZE);
    seek(&mut console, "decision");
    for key in ["L", "=", "i", "H", "s", "a"] {
        console.press(key);
        assert!(console.text().contains("this item is no record"), "{key}: {}", console.text());
        console.press("<Esc>");
    }
}

#[test]
fn the_step_of_a_workflow_that_asks_says_which_workflow_it_is_of() {
    let mut world = World::small();
    let lab = ("lab", "exo");
    let run = serde_json::json!({"id": "r-17", "workflow_id": "wf-3"});
    let gate = serde_json::json!({"id": "ap-1", "run_id": "r-17", "node_id": "gate", "status": "pending"});
    let none = (None, None);
    let empty = serde_json::json!({});
    world.add(lab, ("workflows", Kind::Other), "wf-3".into(), Some("Nightly billing"), None, none, 900, empty);
    world.add(
        lab,
        ("workflow-runs", Kind::Run),
        "r-17".into(),
        Some("run by schedule"),
        Some("awaiting_approval"),
        none,
        90,
        run,
    );
    world.add(lab, ("approvals", Kind::Approval), "ap-1".into(), Some("step gate"), Some("pending"), none, 60, gate);
    world.count();
    for size in [(160, 48), (120, 36), (80, 24)] {
        let mut console = Console::started(size, world.clone(), connections(), TuiSettings::default());
        console.pass(Duration::from_secs(1));
        seek(&mut console, "step gate");
        assert!(console.selected().contains("Nightly"), "{}", console.selected());
        if size.0 == 160 {
            let text = console.text();
            assert!(text.contains("run by schedule, awaiting_approval"), "{text}");
        }
        console.press("/");
        console.type_text("billing");
        assert!(console.text().contains("1 of "), "{}", console.text());
    }
}

#[test]
fn putting_away_the_last_of_a_cause_shows_the_others_at_once_and_never_says_that_nothing_waits() {
    let mut console = wanting(SIZE);
    only(&mut console, "approval");
    let chosen = |console: &Console| console.text().lines().take(4).any(|line| line.contains('‹'));
    for _ in 0..40 {
        if !chosen(&console) {
            break;
        }
        // Before anything is kept: what the outside tells comes later.
        console.press("e");
        assert!(!console.text().contains("Nothing wants you"), "{}", console.text());
    }
    assert!(!chosen(&console) && console.waiting_items() > 0, "{}", console.text());
    assert!(!console.selected().is_empty() && !console.selected().contains("approval"), "{}", console.text());
}
