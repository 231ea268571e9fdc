//! The editor: what is typed is checked, kept and never lost, and nothing that is typed acts.

use quarterdeck_sync::model::{Dispute, Kind, Verdict, WriteState};
use quarterdeck_sync::outbox::action::Asked;
use quarterdeck_sync::outbox::decide::Decision;
use serde_json::json;

use super::*;
use crate::tui::decisions::{Change, Confirmed, Deed, Outcome};
use crate::tui::drafting::{DraftKey, Kept};

const SIZE: (u16, u16) = (160, 48);
const TOGETHER: Duration = Duration::from_millis(1);

/// The console with the one policy of Turen in the editor.
fn open(size: (u16, u16)) -> Console {
    let mut console = Console::new(size);
    open_in(&mut console);
    console
}

pub(super) fn open_in(console: &mut Console) {
    console.press("@policies /");
    console.type_text("connection:turen");
    console.press("<Enter> i");
}

impl Console {
    /// What was asked to be kept of drafts, or forgotten.
    fn drafts(&self) -> Vec<Ask> {
        self.asked.try_iter().filter(|ask| matches!(ask, Ask::KeepDraft(_) | Ask::DropDraft(_))).collect()
    }

    /// Text as a terminal pastes it.
    pub(super) fn paste(&mut self, text: &str) {
        self.app.handle(Message::Input(Event::Paste(text.to_owned())), self.clock);
        self.settle();
    }
}

#[test]
fn a_document_opens_with_what_can_be_changed_and_is_checked() {
    let console = open(SIZE);
    let text = console.text();
    assert!(text.contains("Editing default") && text.contains("\"min_scorecard\": 5"), "{text}");
    assert!(!text.contains("\"version\"") && text.contains("✓ Nothing is wrong with it."), "{text}");
    assert!(text.contains("Affected 34") && text.contains("✓ no changes"), "{text}");
}

#[test]
fn what_is_typed_is_checked_with_its_place() {
    let mut console = open(SIZE);
    console.press("<Down> <Down> <End> <BS> <BS>");
    console.type_text("\"x\",");
    let text = console.text();
    assert!(
        text.contains("✗ 1 wrong") && text.contains("3:5  /rules/min_scorecard a text stands where a number was"),
        "{text}"
    );
    assert!(text.contains("● not in the outbox yet"), "{text}");
    console.press("C-s");
    assert!(console.text().contains("Not yet: line 3, column 5"), "{}", console.text());
    console.press("C-u C-u C-u C-u");
    console.type_text("60,");
    console.pass(Duration::from_secs(30));
    let text = console.text();
    assert!(text.contains("! 1 to look at · 1 change") && text.contains("more than ten times"), "{text}");
    console.press("C-o");
    let text = console.text();
    assert!(text.contains("- 5") && text.contains("+ 60"), "{text}");
    console.press("C-o");
    let text = console.text();
    assert!(text.contains("PUT /policy") && text.contains("\"min_scorecard\": 60"), "{text}");
}

#[test]
fn no_key_that_is_typed_acts_and_pasted_text_neither() {
    let mut console = open(SIZE);
    for c in ' '..='~' {
        console.key(&c.to_string());
        console.pass(TOGETHER);
    }
    console.press("<Enter>");
    console.paste("q\u{3}\u{19}C-y\r\n:quit\r");
    assert_eq!(console.orders, []);
    let acted = |ask: &Ask| !matches!(ask, Ask::KeepDraft(_) | Ask::Shown);
    assert_eq!(console.asked.try_iter().filter(acted).collect::<Vec<_>>(), []);
    let text = console.text();
    assert!(text.contains("Editing default") && text.contains("␃") && text.contains(":quit"), "{text}");
    // Neither does the key that confirms a sheet.
    console.press("C-y");
    assert_eq!(console.asked.try_iter().filter(acted).collect::<Vec<_>>(), []);
}

#[test]
fn saving_goes_through_a_sheet_and_leaves_the_editor_once_it_is_kept() {
    let mut console = open(SIZE);
    console.press("<Down> <Down> <End> <BS> <BS> 6 , C-s");
    let text = console.text();
    assert!(text.contains("Update 1 policy") && text.contains("+ 6"), "{text}");
    console.press("<Esc>");
    assert!(console.text().contains("Editing default"), "{}", console.text());
    console.press("C-s C-y");
    let asked: Vec<Ask> = console.asked.try_iter().collect();
    let decided = asked.iter().find_map(|ask| if let Ask::Decide(confirmed) = ask { Some(confirmed) } else { None });
    let Confirmed { sheet, deed: Deed::Decide { asked, seen } } = &**decided.expect("a decision") else { panic!() };
    assert_eq!((asked.verb.as_str(), &asked.args["doc"]["rules"]["min_scorecard"]), ("update", &json!(6)));
    let write = {
        let mut world = console.store.world.lock().unwrap();
        world.keep(outbox::intent(&seen[0].record, asked).unwrap())
    };
    console.news(Outside::Decided { sheet: *sheet, outcome: Outcome::Kept(vec![Ok(Decision::Queued(write))]) });
    assert!(!console.text().contains("Editing default"), "{}", console.text());
    assert!(matches!(console.drafts().as_slice(), [.., Ask::DropDraft(DraftKey { id, .. })] if id == "default"));
}

#[test]
fn a_decision_about_something_else_throws_no_draft_away() {
    let mut console = open(SIZE);
    console.press("<Down> <Down> <End> <BS> <BS> 6 , C-s <Esc> <Esc> <Enter>");
    console.drafts();
    console.press("@agents s C-y");
    let confirmed =
        console.asked.try_iter().find_map(|ask| if let Ask::Decide(confirmed) = ask { Some(confirmed) } else { None });
    console.news(Outside::Decided { sheet: confirmed.unwrap().sheet, outcome: Outcome::Kept(Vec::new()) });
    assert_eq!(console.drafts(), []);
}

#[test]
fn leaving_asks_first_and_what_was_typed_is_kept_or_thrown_away() {
    let mut console = open(SIZE);
    console.press("<Esc>");
    assert!(!console.text().contains("Editing default"), "nothing was typed, and nothing is asked");
    console.drafts();
    console.press("i x <Esc>");
    let text = console.text();
    assert!(text.contains("What you typed is not in the outbox.") && text.contains("Editing default"), "{text}");
    // Neither letters nor what confirms a sheet answers the question.
    console.press("q y k C-y <Esc>");
    assert!(console.text().contains("x{") && !console.text().contains("What you typed"), "{}", console.text());
    console.press("<Esc> <Enter>");
    assert!(!console.text().contains("Editing default"));
    let kept = console.drafts();
    let [.., Ask::KeepDraft(kept)] = kept.as_slice() else { panic!("{kept:?}") };
    assert!(kept.text.starts_with("x{") && kept.base.contains("min_scorecard"));
    // It is there again.
    console.store.world.lock().unwrap().drafts.push((**kept).clone());
    console.press("i");
    let text = console.text();
    assert!(text.contains("x{") && text.contains("goes on with what was typed"), "{text}");
    console.press("<Esc> C-d");
    assert!(matches!(console.drafts().as_slice(), [.., Ask::DropDraft(_)]));
}

#[test]
fn what_is_typed_is_kept_soon_and_before_the_console_ends() {
    let mut console = open(SIZE);
    console.key("x");
    console.settle();
    assert_eq!(console.drafts(), []);
    console.pass(Duration::from_millis(500));
    assert!(matches!(console.drafts().as_slice(), [Ask::KeepDraft(kept)] if kept.text.starts_with("x{")));
    console.key("y");
    console.key("C-c");
    console.settle();
    assert!(matches!(console.drafts().as_slice(), [Ask::KeepDraft(kept)] if kept.text.starts_with("xy{")));
    assert_eq!(console.orders, [Order::Quit]);
}

#[test]
fn an_answer_about_an_older_text_never_replaces_a_newer_one() {
    let mut console = open(SIZE);
    // The first check is on its way while more is typed.
    console.key("x");
    let late = console.inbox.recv_timeout(PATIENCE).expect("an answer");
    console.key("<BS>");
    console.app.handle(late, console.clock);
    console.draw();
    assert!(console.text().contains("checking …"), "{}", console.text());
    console.settle();
    assert!(console.text().contains("✓ Nothing is wrong with it."), "{}", console.text());
}

#[test]
fn a_draft_made_from_an_older_document_says_so() {
    let mut console = Console::new(SIZE);
    let key =
        DraftKey { list: quarterdeck_sync::model::ListKey::new("turen", "policy"), id: "default".into(), write: None };
    let kept = Kept {
        key,
        base: "{\"rules\": {}}".into(),
        text: "{\"rules\": {\"min_scorecard\": 9}}".into(),
        at: fake::now(),
    };
    console.store.world.lock().unwrap().drafts.push(kept);
    open_in(&mut console);
    assert!(console.text().contains("it has changed there since"), "{}", console.text());
}

#[test]
fn words_are_found_and_the_cursor_comes_back_when_the_search_is_left() {
    let mut console = open(SIZE);
    console.press("C-f");
    console.type_text("typosquat");
    assert!(console.text().contains("find typosquat"), "{}", console.text());
    console.press("<Enter>");
    let before = console.text();
    assert!(before.contains("line 11, column 6"), "{before}");
    console.press("C-n");
    assert!(console.text().contains("line 12, column 6"), "{}", console.text());
    console.press("C-f <Esc>");
    assert!(console.text().contains("line 12, column 6"), "{}", console.text());
}

#[test]
fn an_older_version_comes_back_by_a_sheet() {
    let mut console = Console::new(SIZE);
    console.press("@policies /");
    console.type_text("connection:turen");
    console.press("<Enter> H j");
    let text = console.text();
    assert!(text.contains("▸Versions 2") && text.contains("bringing it back would change"), "{text}");
    console.press("<Enter>");
    assert!(console.text().contains("Update 1 policy"), "{}", console.text());
}

#[test]
fn the_text_goes_on_in_an_editor_of_ones_own_and_comes_back_into_this_one() {
    let mut console = open(SIZE);
    console.press("<BackTab> E");
    let [Order::Edit { name, text }] = console.orders.as_slice() else { panic!("{:?}", console.orders) };
    assert!(name.contains("default") && text.starts_with("{\n  \"rules\""));
    console.app.edited(Ok(Some("{\"rules\": {\"min_scorecard\": 7}}\n".into())), console.clock);
    console.settle();
    let text = console.text();
    assert!(text.contains("{\"rules\": {\"min_scorecard\": 7}}") && text.contains("● not in the outbox yet"), "{text}");
    console.press("<Esc> C-u C-u");
    assert!(console.text().contains("\"min_scorecard\": 5"), "{}", console.text());
}

/// A world whose policy is in conflict.
pub(super) fn conflicted() -> World {
    in_conflict(World::believable(), 1)
}

/// The same of another world, by a write of this number.
pub(super) fn in_conflict(mut world: World, number: usize) -> World {
    let found = world.rows.iter().find(|(row, _)| row.kind == Kind::Policy && row.list.connection == "turen");
    let (row, doc) = found.cloned().unwrap();
    let mut wanted: serde_json::Value = serde_json::from_str(&doc).unwrap();
    wanted["rules"]["min_scorecard"] = json!(5);
    let asked = Asked { verb: "update".into(), args: [("doc".into(), wanted)].into(), ..Asked::default() };
    let intent = outbox::intent(&Record { row, doc }, &asked).unwrap();
    let dispute = Dispute {
        at: "/rules/min_scorecard".into(),
        base: Some(json!(3)),
        mine: Some(json!(5)),
        theirs: Some(json!(4)),
    };
    let verdict = Verdict { code: "moved".into(), disputes: vec![dispute], ..Verdict::default() };
    world.writes.push(quarterdeck_sync::model::Write {
        verdict: Some(verdict),
        ..outbox::write(number, intent, WriteState::Conflicted, 60)
    });
    world.overlay();
    world
}

#[test]
fn a_conflict_is_settled_with_all_sides_in_sight() {
    let mut console = Console::with(SIZE, conflicted(), connections(), TuiSettings::default());
    console.press("@outbox i");
    let text = console.text();
    assert!(text.contains("Settling default") && text.contains("▸Conflict"), "{text}");
    assert!(text.contains("mine") && text.contains("theirs") && text.contains("WHAT THEY CHANGED"), "{text}");
    console.press("<Down> <Down> <End> <BS> <BS> 4 , C-s");
    assert!(console.text().contains("put what I edited there"), "{}", console.text());
    console.press("C-y");
    let confirmed =
        console.asked.try_iter().find_map(|ask| if let Ask::Decide(confirmed) = ask { Some(confirmed) } else { None });
    let Deed::Change { change: Change::Edited(text), .. } = confirmed.unwrap().deed else { panic!() };
    assert!(text.contains("\"min_scorecard\": 4,"), "{text}");
}

#[test]
fn a_secret_in_the_text_is_never_on_the_screen() {
    let mut console = open(SIZE);
    let token = format!("ghp_{}", "a1B2c3D4e5".repeat(4).get(..36).unwrap());
    console.paste(&format!("{{\"rules\": {{\"token\": \"{token}\"}}}} "));
    let text = console.text();
    assert!(text.contains("‹masked: secret›") && !text.contains("a1B2c3"), "{text}");
    for _ in 0..3 {
        console.press("C-o");
        assert!(!console.text().contains("a1B2c3"), "{}", console.text());
    }
}

#[test]
fn a_megabyte_is_edited_as_any_other_text() {
    let mut world = World::believable();
    let found = world.rows.iter_mut().find(|(row, _)| row.id == "default").unwrap();
    found.1 = drafts::large(1_000_000);
    let mut console = Console::with(SIZE, world, connections(), TuiSettings::default());
    open_in(&mut console);
    console.press("<Down> <Down> <End>");
    console.type_text("x");
    assert!(console.text().contains("checking …"), "{}", console.text());
    console.pass(Duration::from_secs(1));
    assert!(console.text().contains("✗ 1 wrong"), "{}", console.text());
    console.press("<BS> C-f");
    console.type_text("api.example/900/");
    assert!(console.text().contains("https://api.example/900/*"), "{}", console.text());
    console.press("<Enter>");
    assert!(console.text().contains("https://api.example/900/*"), "{}", console.text());
}

#[test]
fn the_key_that_copies_everywhere_else_copies_a_selection_and_leaves_where_there_is_none() {
    let mut console = Console::new(SIZE);
    console.press("@policies /");
    console.type_text("connection:turen");
    console.press("<Enter> i");
    assert!(console.text().contains("Editing "), "{}", console.text());
    console.orders.clear();
    for _ in 0..3 {
        let right = KeyEvent::new(KeyCode::Right, KeyModifiers::SHIFT);
        console.app.handle(Message::Input(Event::Key(right)), console.clock);
    }
    console.press("C-c");
    let sent = console.orders.iter().any(|order| matches!(order, Order::Send(_)));
    assert!(sent && !console.orders.contains(&Order::Quit), "{:?}", console.orders);
    assert!(console.text().contains("Copied the selection"), "{}", console.text());
    console.press("C-c");
    assert!(console.orders.contains(&Order::Quit), "{:?}", console.orders);
}
