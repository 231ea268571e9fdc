//! More than the inbox lists: what has waited longest, has the least time left or weighs most is never what is left out, and the
//! rest is one key away.

use std::time::Duration;

use quarterdeck_sync::model::{Kind, Record, Write, WriteState};
use quarterdeck_sync::outbox::action::Asked;

use super::outbox::{ago, intent, write};
use super::*;

/// Approvals that wait, one each minute; `expires` tells when the time of one runs out.
fn busy(count: i64, expires: impl Fn(i64) -> Option<i64>) -> World {
    let mut world = World::small();
    world.rows.retain(|(row, _)| row.kind != Kind::Approval);
    for at in 0..count {
        let mut doc = serde_json::json!({"status": "PENDING"});
        if let Some(left) = expires(at) {
            doc["expires_at"] = ago(-left).to_string().into();
        }
        let (id, title) = (format!("apr-{at:04}"), format!("refund number {at:04}"));
        let list = ("approvals", Kind::Approval);
        world.add(("acme", "runagents"), list, id, Some(&title), Some("PENDING"), (None, None), 60 * at, doc);
    }
    world.count();
    world
}

fn open(world: World) -> Console {
    let mut console = Console::started((160, 48), world, connections(), TuiSettings::default());
    console.pass(Duration::from_secs(1));
    console
}

/// The titles of the items, read off the screen from the first to the last.
fn titles(console: &mut Console) -> Vec<String> {
    let mut titles = Vec::new();
    console.press("g");
    for _ in 0..1_000 {
        let line = console.selected();
        if !line.contains("refund number") {
            break;
        }
        let at = line.find("refund number").unwrap_or_default();
        titles.push(line[at..].chars().take(18).collect());
        console.key("n");
        console.settle();
    }
    titles
}

#[test]
fn of_more_approvals_than_are_listed_the_oldest_the_newest_and_those_that_run_out_are() {
    // The one that runs out first stands in the middle, neither old nor new.
    let mut console = open(busy(900, |at| Some(if at == 450 { 50 } else { 90_000 - at })));
    let titles = titles(&mut console);
    assert_eq!(titles.len(), 400, "no more than a person can look through");
    assert_eq!(titles[0], "refund number 0450", "it has the least time left");
    for wanted in ["refund number 0899", "refund number 0000", "refund number 0199"] {
        assert!(titles.iter().any(|title| title == wanted), "{wanted} is missing");
    }
}

#[test]
fn old_approvals_that_nobody_can_answer_any_more_do_not_push_out_those_that_can() {
    // Everything but one of the oldest has run out; the newest two hundred are listed for being new.
    let mut console = open(busy(600, |at| (at >= 300).then_some(if at == 555 { 3_600 } else { -60 })));
    console.press("g");
    assert!(console.selected().contains("refund number 0555"), "{}", console.selected());
}

#[test]
fn the_line_about_more_is_walked_to_and_opens_the_list_of_all_and_one_comes_back_to_it() {
    let mut console = open(busy(450, |_| None));
    assert!(console.text().contains("50 more approvals"), "told from the start: {}", console.text());
    console.press("G");
    assert!(console.selected().contains("50 more approvals"), "{}", console.text());
    console.press("p");
    assert!(!console.selected().is_empty() && !console.selected().contains("more"), "{}", console.selected());
    console.press("n e");
    assert!(console.text().contains("Not now"), "nothing is put away unseen: {}", console.text());
    console.press("<Enter>");
    let text = console.text();
    assert!(text.contains("all approvals of the inbox") && text.contains("/450"), "{text}");
    console.press("<Esc> <Esc>");
    assert!(console.selected().contains("50 more approvals"), "{}", console.text());
    console.news(Outside::Committed);
    assert!(console.selected().contains("50 more approvals"), "{}", console.text());
}

fn decided(world: &World, number: usize, state: WriteState, seconds: i64) -> Write {
    let (row, doc) =
        world.rows.iter().find(|(row, _)| row.status.as_deref() == Some("active")).expect("an agent").clone();
    let asked = Asked { verb: "suspend".into(), ..Asked::default() };
    let title = format!("write number {number:04}");
    let mut intent = intent(&Record { row, doc }, &asked).expect("it can be");
    intent.title = Some(title);
    write(number, intent, state, seconds)
}

#[test]
fn a_conflict_stands_first_however_many_decisions_were_not_sent_in_time() {
    let mut world = World::small();
    let conflict = decided(&world, 1, WriteState::Conflicted, 9 * 86_400);
    let mut writes: Vec<Write> =
        (2..=502).map(|at| decided(&world, at, WriteState::Expired, 4_000 + 10 * at as i64)).collect();
    writes.push(conflict);
    world.writes = writes;
    let mut console = open(world);
    console.press(". . .");
    let mut sought = 0;
    while !console.text().contains("‹") || !console.text().contains("write number 0001") {
        console.press(".");
        sought += 1;
        assert!(sought < 12, "{}", console.text());
    }
    console.press("g");
    assert!(console.selected().contains("write number 0001"), "{}", console.selected());
    console.press("G");
    assert!(console.selected().contains("101 more decisions"), "{}", console.text());
    console.press("<Enter>");
    assert!(console.text().contains("‹⊘ 501 expired›"), "those in that state: {}", console.text());
}
