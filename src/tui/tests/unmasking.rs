//! Secrets shown as they are: only after a question, only of the record that was asked about, only until the view is left.

use quarterdeck_sync::model::{Answer as Told, Call, Entry, EntryKind, Part};
use quarterdeck_sync::text::{Secrets, is_hidden};
use serde_json::json;

use super::reading::reading;
use super::screens::{SIZES, snapshot};
use super::*;
use crate::tui::clipboard::{self, Between};
use crate::tui::unsealed::SIGN;

const SIZE: (u16, u16) = (120, 36);
/// A token that no rule misses.
const TOKEN: &str = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";

fn leaking() -> Vec<Entry> {
    let call = Call {
        tool: "Bash".into(),
        command: Some(format!("git push https://me:{TOKEN}@github.com/acme/x")),
        ..Call::default()
    };
    let answer = Told { tool: Some("Bash".into()), text: format!("{{\n\"token\": \"{TOKEN}\"}}"), ..Told::default() };
    let says = |kind: EntryKind, parts| Entry {
        kind,
        role: kind.as_str().into(),
        at: Some(told::ago(90)),
        parts,
        ..Entry::default()
    };
    vec![
        says(EntryKind::User, vec![Part::Text(format!("Use {TOKEN} \u{1b}[2J\u{202e}to push, and mind the clock"))]),
        says(EntryKind::Assistant, vec![Part::Call(call), Part::Result(answer)]),
        says(EntryKind::Assistant, vec![Part::Text("Done.".into())]),
    ]
}

fn revealed(console: &Console) -> Vec<String> {
    console.store.revealed.lock().unwrap().clone()
}

fn copied(console: &Console) -> Vec<u8> {
    let sent =
        console.orders.iter().rev().find_map(|order| if let Order::Send(bytes) = order { Some(bytes) } else { None });
    sent.cloned().expect("something was copied")
}

#[test]
fn secrets_of_a_transcript_are_shown_after_a_question_and_masked_again_by_the_same_key() {
    let mut console = reading(SIZE, leaking());
    let masked = console.text();
    assert!(masked.contains("‹masked: ") && !masked.contains(TOKEN), "{masked}");
    console.press("!");
    let text = console.text();
    assert!(text.contains("Show the secrets in it?") && !text.contains(TOKEN), "{text}");
    // The key that opened the question does not answer it, nor does any that is typed by habit.
    console.press("! <Enter> y <Space>");
    assert!(!console.text().contains(TOKEN) && revealed(&console).is_empty(), "{}", console.text());
    console.press("C-x");
    let text = console.text();
    assert!(text.contains(TOKEN) && text.contains(SIGN) && text.contains("shown in 2 entries"), "{text}");
    assert_eq!(text.matches(TOKEN).count(), 3, "in words, in a command, in a document: {text}");
    assert!(!text.contains("‹masked: "), "{text}");
    assert!(text.contains("␛[2J⟨202E⟩"), "{text}");
    assert!(!text.chars().any(|c| is_hidden(c) && c != '\n'), "{text}");
    assert_eq!(revealed(&console).len(), 1);
    console.press("!");
    console.pass(Duration::from_secs(30));
    assert_eq!(console.text(), masked);
}

#[test]
fn whoever_leaves_the_question_sees_nothing_and_the_log_stays_as_it_was() {
    let mut console = reading(SIZE, leaking());
    for leave in ["<Esc>", "C-g"] {
        console.press("!");
        console.press(leave);
        assert!(console.text().contains("‹masked: ") && !console.text().contains(TOKEN));
        // It was the question that was left, not the transcript.
        assert!(console.text().contains("❯ user"), "{}", console.text());
    }
    assert_eq!(revealed(&console), [] as [&str; 0]);
}

#[test]
fn nothing_is_shown_that_the_audit_log_cannot_tell_of() {
    let mut console = reading(SIZE, leaking());
    console.store.world.lock().unwrap().sealed = Some("the disk is full".into());
    console.press("! C-x");
    let text = console.text();
    assert!(
        text.contains("Nothing is shown: the disk is full") && !text.contains(TOKEN) && !text.contains(SIGN),
        "{text}"
    );
}

#[test]
fn secrets_are_masked_again_when_the_view_is_left_by_whatever_way() {
    for (leave, back) in [("h", "t"), ("f", "<Esc>"), ("2", "@sessions t"), ("C-z", "k"), ("L", "<Esc>")] {
        let mut console = reading(SIZE, leaking());
        console.press("! C-x");
        assert!(console.text().contains(TOKEN), "{}", console.text());
        if leave == "L" {
            // A subagent, read over it.
            let mut world = console.store.world.lock().unwrap();
            let first = *world.contents.iter().find(|(_, (_, entries))| entries.len() == 3).unwrap().0;
            let child = world
                .rows
                .iter()
                .map(|(row, _)| row)
                .filter(|row| row.list.collection == "sessions")
                .nth(9)
                .unwrap()
                .clone();
            let known = |row| crate::tui::reading::Member { row: Some(row), ..Default::default() };
            let own = world.rows.iter().find(|(row, _)| row.key == first).unwrap().0.clone();
            let members = vec![
                crate::tui::reading::Member { here: true, ..known(own) },
                crate::tui::reading::Member { depth: 1, ..known(child) },
            ];
            world.kin.insert(first, crate::tui::reading::Kin { members, cut: false });
            drop(world);
            console.press("s <Enter>");
            assert!(!console.text().contains(TOKEN) && !console.text().contains(SIGN), "{}", console.text());
            console.press("h");
        } else {
            console.press(leave);
            assert!(!console.text().contains(TOKEN) && !console.text().contains(SIGN), "{leave}: {}", console.text());
            console.press(back);
        }
        let text = console.text();
        assert!(text.contains("‹masked: ") && !text.contains(TOKEN) && !text.contains(SIGN), "{leave}: {text}");
        assert_eq!(revealed(&console).len(), 1, "{leave}");
    }
}

#[test]
fn what_is_on_its_way_when_secrets_are_masked_again_never_comes_into_sight() {
    let mut console = reading(SIZE, leaking());
    console.press("!");
    console.key("C-x");
    // Asked for, and left before the answer is taken in.
    console.key("h");
    console.settle();
    assert!(!console.text().contains(TOKEN) && !console.text().contains(SIGN), "{}", console.text());
    console.press("t");
    assert!(!console.text().contains(TOKEN), "{}", console.text());
}

#[test]
fn a_session_that_goes_on_while_its_secrets_are_shown_shows_them_in_what_is_new() {
    let mut console = reading(SIZE, leaking());
    console.press("! C-x");
    {
        let mut world = console.store.world.lock().unwrap();
        let first = *world.contents.iter().find(|(_, (_, entries))| entries.len() == 3).unwrap().0;
        let mut more = leaking().remove(0);
        more.parts = vec![Part::Text(format!("new: {TOKEN}"))];
        world.contents.get_mut(&first).unwrap().1.push(more);
    }
    console.news(Outside::Committed);
    assert!(console.text().contains(&format!("new: {TOKEN}")), "{}", console.text());
    assert_eq!(revealed(&console).len(), 1);
    console.press("!");
    let text = console.text();
    assert!(text.contains("new: ‹masked: ") && !text.contains(TOKEN), "{text}");
}

#[test]
fn a_copy_is_what_is_shown() {
    let mut console = reading(SIZE, leaking());
    let text = format!("Use {TOKEN} \u{1b}[2J\u{202e}to push, and mind the clock");
    console.press("J y");
    let masked = clipboard::sequence(&text, Secrets::Masked, Between::Nothing);
    assert_eq!(Some(copied(&console)), masked);
    console.press("! C-x Y");
    let shown = clipboard::sequence(&text, Secrets::Revealed, Between::Nothing);
    assert_eq!(Some(copied(&console)), shown);
    assert_ne!(masked, shown);
    console.press("! Y");
    assert_eq!(Some(copied(&console)), masked);
}

#[test]
fn secrets_of_a_record_are_shown_of_that_record_alone() {
    let mut world = World::believable();
    let places: Vec<usize> = (0..world.rows.len()).filter(|at| world.rows[*at].0.list.collection == "agents").collect();
    for at in &places {
        world.rows[*at].1 = json!({"GITHUB_TOKEN": TOKEN}).to_string();
    }
    let mut console = Console::with((160, 48), world, connections(), TuiSettings::default());
    assert!(console.text().contains("‹masked: "), "{}", console.text());
    console.press("! C-x");
    let text = console.text();
    assert!(text.contains(TOKEN) && text.contains(SIGN), "{text}");
    console.press("j");
    assert!(!console.text().contains(TOKEN) && !console.text().contains(SIGN), "{}", console.text());
    console.press("k");
    assert!(console.text().contains("‹masked: ") && !console.text().contains(TOKEN), "{}", console.text());
    assert_eq!(revealed(&console).len(), 1);
    // Another record is another question.
    console.press("! C-x j !");
    assert!(
        console.text().contains("Show the secrets in it?") && !console.text().contains(TOKEN),
        "{}",
        console.text()
    );
}

#[test]
fn secrets_of_a_record_that_was_found_are_shown_beside_its_hit_alone() {
    let mut world = World::believable();
    for (row, doc) in &mut world.rows {
        if row.list.collection == "agents" {
            *doc = json!({"GITHUB_TOKEN": TOKEN}).to_string();
        }
    }
    let mut console = Console::with((160, 48), world, connections(), TuiSettings::default());
    console.press("f");
    console.type_text("kind:agent connection:turen");
    console.press("<Esc>");
    assert!(console.text().contains("‹masked: ") && !console.text().contains(TOKEN), "{}", console.text());
    console.press("! C-x");
    let text = console.text();
    assert!(text.contains(TOKEN) && text.contains(SIGN), "{text}");
    console.press("j");
    console.pass(Duration::from_secs(1));
    assert!(!console.text().contains(TOKEN) && !console.text().contains(SIGN), "{}", console.text());
    console.press("k");
    console.pass(Duration::from_secs(1));
    assert!(console.text().contains("‹masked: ") && !console.text().contains(TOKEN), "{}", console.text());
    assert_eq!(revealed(&console).len(), 1);
    // However quickly one goes on and comes back.
    console.press("! C-x");
    assert!(console.text().contains(TOKEN), "{}", console.text());
    for key in ["j", "k"] {
        console.key(key);
        console.draw();
    }
    console.pass(Duration::from_secs(1));
    assert!(console.text().contains("‹masked: ") && !console.text().contains(TOKEN), "{}", console.text());
}

#[test]
fn secrets_of_a_request_are_shown_on_its_sheet_alone_and_until_it_is_left() {
    let mut world = World::believable();
    let at = world.rows.iter().position(|(row, _)| row.id == "apr-000").unwrap();
    let mut doc: serde_json::Value = serde_json::from_str(&world.rows[at].1).unwrap();
    doc["note"] = json!(format!("sign in with {TOKEN}"));
    world.rows[at].1 = doc.to_string();
    let mut console = Console::with((120, 60), world, connections(), TuiSettings::default());
    console.press("@approvals /");
    console.type_text("id:apr-000");
    console.press("<Enter> a <PgDn> <PgDn> <PgDn>");
    let text = console.text();
    assert!(text.contains("‹masked: ") && !text.contains(TOKEN), "{text}");
    // On a sheet every key that can be text is text.
    console.press("!");
    assert!(!console.text().contains("Show the secrets"), "{}", console.text());
    console.press("A-s");
    assert!(console.text().contains("Show the secrets in it?"), "{}", console.text());
    assert!(revealed(&console).is_empty());
    console.press("C-x <PgDn> <PgDn> <PgDn>");
    let text = console.text();
    assert!(text.contains(TOKEN) && text.contains(SIGN), "{text}");
    assert_eq!(revealed(&console), ["acme/approvals/apr-000"]);
    assert!(
        !console.asked.try_iter().any(|ask| matches!(ask, Ask::Decide(_))),
        "the answer to one question is none to the other"
    );
    console.press("A-s <PgDn> <PgDn> <PgDn>");
    assert!(console.text().contains("‹masked: ") && !console.text().contains(TOKEN), "{}", console.text());
    console.press("A-s C-x <Esc> a <PgDn> <PgDn> <PgDn>");
    assert!(console.text().contains("‹masked: ") && !console.text().contains(TOKEN), "{}", console.text());
}

#[test]
fn where_nothing_is_masked_there_is_nothing_to_ask() {
    let mut console = reading(SIZE, leaking().split_off(2));
    console.press("!");
    assert!(console.text().contains("no secret is masked here"), "{}", console.text());
}

#[test]
fn screens_of_the_question_and_of_what_is_shown() {
    for size in SIZES {
        let mut console = reading(size, leaking());
        console.press("!");
        snapshot(&format!("unmasking-question-{}x{}", size.0, size.1), &console.text());
        console.press("C-x");
        console.pass(Duration::from_secs(30));
        snapshot(&format!("unmasking-shown-{}x{}", size.0, size.1), &console.text());
    }
}
