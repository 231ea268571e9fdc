//! The inbox: what comes in, how it is walked through, and what a person says about it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use quarterdeck_sync::model::{Flag, FlagKind, Kind, Place, RowKey};

use super::fake::{World, now};
use super::screens::{SIZES, snapshot};
use super::*;
use crate::inbox::Leak;

pub(super) fn wanting(size: (u16, u16)) -> Console {
    let settings = TuiSettings::default();
    let mut console = Console::started(size, World::believable().wanting(), connections(), settings);
    // What the index knows comes behind the first frame.
    console.pass(Duration::from_secs(1));
    console
}

impl Console {
    /// Keeps the flags that were asked for, as the outside does.
    pub(super) fn keep_flags(&mut self) -> usize {
        let asked: Vec<Ask> = self.asked.try_iter().collect();
        let mut kept = 0;
        for ask in asked {
            let mut world = self.store.world.lock().unwrap();
            let same = |known: &Flag, kind: FlagKind, place: &Place| known.kind == kind && known.place == *place;
            match ask {
                Ask::Flag(flag) => {
                    world.flags.retain(|known| !same(known, flag.kind, &flag.place));
                    world.flags.push(flag);
                }
                Ask::Unflag(kind, place) => world.flags.retain(|known| !same(known, kind, &place)),
                _ => continue,
            }
            kept += 1;
        }
        self.news(Outside::Outbox);
        kept
    }

    /// The number in the inbox's tab.
    pub(super) fn waiting_items(&self) -> u64 {
        let text = self.text();
        let tab = text.lines().next().and_then(|line| line.split("Inbox ").nth(1)).unwrap_or_default();
        tab.split_whitespace().next().and_then(|count| count.parse().ok()).unwrap_or(0)
    }
}

/// Moves to the first item whose line holds `words`.
pub(super) fn seek(console: &mut Console, words: &str) {
    console.press("g");
    for _ in 0..400 {
        if console.selected().contains(words) {
            return;
        }
        // Step by step, so that each is told in full.
        console.press("n");
    }
    panic!("no item says {words}: {}", console.text());
}

#[test]
fn the_inbox_is_the_first_view_and_counts_in_its_tab() {
    let mut console = wanting((160, 48));
    assert_eq!(VIEWS[0].id, "inbox");
    let waiting = console.waiting_items();
    assert!(waiting > 20, "{}", console.text());
    assert!(console.selected().contains("high"), "the gravest stands first: {}", console.selected());
    console.press("@sessions");
    assert_eq!(console.waiting_items(), waiting, "the tab counts wherever one is");
}

#[test]
fn nothing_that_opens_the_index_is_asked_before_the_first_frame() {
    let mut console = Console::started((120, 36), World::believable().wanting(), connections(), TuiSettings::default());
    assert_eq!(console.store.finds.load(Ordering::SeqCst), 0);
    assert!(console.text().contains("approval"), "what the mirror knows is there: {}", console.text());
    assert!(!console.text().contains("leak"));
    console.pass(Duration::from_secs(1));
    assert_eq!(console.store.finds.load(Ordering::SeqCst), 1);
    assert!(console.text().contains("leak"), "{}", console.text());
}

#[test]
fn the_cursor_stays_with_its_item_whatever_comes_in_above() {
    let mut console = wanting((120, 36));
    console.press("n n n n");
    let (selected, line) = (console.selected(), console.text().lines().position(|line| line.starts_with('▌')));
    {
        let mut world = console.store.world.lock().unwrap();
        let key = world.rows.iter().find(|(row, _)| row.kind == Kind::Session).unwrap().0.key;
        let key = RowKey(key.0 + 40);
        world.findings.leaks.push(Leak { key, entries: 1, entry: Some(0), at: Some(now()), marks: Vec::new() });
    }
    let before = console.waiting_items();
    console.news(Outside::Committed);
    console.pass(Duration::from_secs(60));
    assert_eq!(console.waiting_items(), before + 1);
    assert_eq!(console.selected(), selected);
    assert!(line.is_some());
}

#[test]
fn an_item_that_goes_away_leaves_its_line_to_the_next() {
    let mut console = wanting((120, 36));
    console.press("n n");
    let next = {
        console.press("n");
        let next = console.selected();
        console.press("p");
        next
    };
    console.press("e");
    assert_eq!(console.selected(), next);
}

#[test]
fn seen_takes_an_item_out_until_something_about_it_changes() {
    let mut console = wanting((120, 36));
    let before = console.waiting_items();
    seek(&mut console, "failure");
    console.press("e");
    assert_eq!(console.waiting_items(), before - 1, "at once, before anything is kept");
    assert_eq!(console.keep_flags(), 1);
    assert_eq!(console.waiting_items(), before - 1);
    let place = console.store.world.lock().unwrap().flags[0].place.clone();
    {
        let mut world = console.store.world.lock().unwrap();
        let row = world.rows.iter_mut().find(|(row, _)| row.list.collection == place.collection && row.id == place.id);
        row.expect("its record").0.status = Some("ERROR".into());
    }
    console.news(Outside::Committed);
    assert_eq!(console.waiting_items(), before, "it failed otherwise: that is news");
}

#[test]
fn snoozed_items_are_put_off_for_as_many_hours_as_were_counted_and_shown_on_demand() {
    let mut console = wanting((120, 36));
    let before = console.waiting_items();
    console.press("n # 8 z");
    assert_eq!(console.keep_flags(), 1);
    let flag = console.store.world.lock().unwrap().flags[0].clone();
    let left = flag.until.map(|until| until.as_second() - now().as_second());
    assert_eq!((flag.kind, left), (FlagKind::Snoozed, Some(8 * 3_600)));
    assert_eq!(console.waiting_items(), before - 1);
    assert!(console.text().contains("1 seen or snoozed"), "{}", console.text());
    console.press("Z G");
    assert!(console.selected().contains("z snoozed"), "it says how it stands: {}", console.selected());
    console.press("z");
    assert_eq!(console.keep_flags(), 1);
    assert_eq!(console.waiting_items(), before, "the same key takes it back");
}

#[test]
fn undo_takes_back_the_last_flag() {
    let mut console = wanting((120, 36));
    let (before, selected) = (console.waiting_items(), console.selected());
    console.press("e");
    assert_eq!(console.keep_flags(), 1);
    console.press("u");
    assert_eq!(console.keep_flags(), 1);
    assert_eq!((console.waiting_items(), console.selected()), (before, selected));
    assert!(console.store.world.lock().unwrap().flags.is_empty());
}

#[test]
fn an_approval_is_answered_in_place_and_only_on_its_sheet() {
    let mut console = wanting((120, 36));
    seek(&mut console, "approval");
    console.press("a");
    assert!(console.text().contains("Approve"), "{}", console.text());
    let decided = |console: &Console| console.asked.try_iter().filter(|ask| matches!(ask, Ask::Decide(_))).count();
    assert_eq!(decided(&console), 0);
    console.press("C-y");
    assert_eq!(decided(&console), 1);
}

#[test]
fn what_is_decided_about_agents_is_about_the_agent_behind_the_item() {
    let mut console = wanting((160, 48));
    seek(&mut console, "leak");
    console.press("s");
    let text = console.text();
    assert!(text.contains("Suspend") && text.contains("agt_"), "the agent, not the session: {text}");
    console.press("<Esc> a");
    assert!(console.text().contains("Not now"), "a session cannot be approved: {}", console.text());
}

#[test]
fn enter_opens_an_item_where_it_lives_and_escape_comes_back_to_it() {
    for (what, there) in [("failure", "STATUS"), ("decision", "WRITE"), ("leak", "Inbox ›"), ("connection", "SERVER")]
    {
        let mut console = wanting((160, 48));
        seek(&mut console, what);
        let selected = console.selected();
        console.press("<Enter>");
        assert!(console.text().contains(there), "{what}: {}", console.text());
        console.press("<Esc>");
        assert_eq!(console.selected(), selected, "{what}");
    }
}

#[test]
fn a_record_that_is_opened_from_the_inbox_is_the_selected_one_whatever_was_filtered() {
    let mut console = wanting((120, 36));
    console.press("@runs /");
    console.type_text("status:completed");
    console.press("<Enter> @inbox");
    seek(&mut console, "failure");
    let id = |console: &Console| console.app.facts().targets.clone();
    assert_eq!(id(&console).len(), 1);
    console.press("<Enter>");
    assert!(console.selected().contains("failed"), "{}", console.selected());
}

#[test]
fn one_cause_can_be_looked_at_alone() {
    let mut console = wanting((120, 36));
    console.press(". .");
    let shown: Vec<String> = console
        .text()
        .lines()
        .filter(|line| line.contains(" high ") || line.contains(" medium "))
        .map(str::to_owned)
        .collect();
    assert!(!shown.is_empty() && shown.iter().all(|line| line.contains("clone")), "{shown:#?}");
    console.press("<Esc>");
    assert!(console.text().contains("approval"));
}

#[test]
fn snapshots_of_the_inbox() {
    for size in SIZES {
        let name = |what: &str| format!("inbox-{what}-{}x{}", size.0, size.1);
        let mut console = wanting(size);
        snapshot(&name("night"), &console.text());
        seek(&mut console, "approval");
        snapshot(&name("approval"), &console.text());
        console.press("e z Z G");
        console.pass(Duration::from_secs(30));
        snapshot(&name("put-off"), &console.text());
        console.press("Z .");
        console.pass(Duration::from_secs(30));
        snapshot(&name("one-cause"), &console.text());
        console.store.broken.store(true, Ordering::SeqCst);
        console.news(Outside::Committed);
        console.pass(Duration::from_secs(30));
        snapshot(&name("error"), &console.text());
    }
}

#[test]
fn long_and_hostile_items() {
    for size in SIZES {
        let mut world = World::believable().wanting();
        let evil = "\u{1b}]0;owned\u{7}\u{202e}\u{9b}2J\nC-y yes ".repeat(40);
        for (row, _) in &mut world.rows {
            (row.title, row.agent_title) = (Some(evil.clone()), Some(evil.clone()));
        }
        for write in &mut world.writes {
            write.intent.title = Some(evil.clone());
        }
        let mut console = Console::started(size, world, connections(), TuiSettings::default());
        console.press("n n");
        snapshot(&format!("inbox-hostile-{}x{}", size.0, size.1), &console.text());
        assert!(!console.text().chars().any(|c| quarterdeck_sync::text::is_hidden(c) && c != '\n'));
    }
}

#[test]
fn a_key_that_is_pressed_twice_or_held_puts_away_the_one_item_under_the_cursor() {
    for key in ["e", "z"] {
        let mut console = wanting((120, 36));
        let before = console.waiting_items();
        console.press("n");
        console.press(key);
        let next = console.selected();
        for _ in 0..20 {
            console.pass(Duration::from_millis(60));
            console.key(key);
            console.settle();
        }
        assert_eq!((console.waiting_items(), console.selected()), (before - 1, next), "{key}");
        assert!(console.text().contains("Once is enough"), "{}", console.text());
        assert_eq!(console.keep_flags(), 1, "{key}");
        // Who has had a look goes on.
        console.pass(Duration::from_secs(1));
        console.key(key);
        console.settle();
        assert_eq!(console.waiting_items(), before - 2, "{key}");
    }
}

#[test]
fn who_moves_first_may_go_on_at_once() {
    let mut console = wanting((120, 36));
    let before = console.waiting_items();
    console.press("e");
    console.key("n");
    console.key("e");
    console.settle();
    assert_eq!(console.waiting_items(), before - 2);
}

#[test]
fn snoozing_what_was_seen_brings_it_back_at_its_time() {
    let mut console = wanting((120, 36));
    console.press("e Z G z");
    assert_eq!(console.keep_flags(), 3, "seen; not seen any more, and snoozed");
    let flags: Vec<FlagKind> = console.store.world.lock().unwrap().flags.iter().map(|flag| flag.kind).collect();
    assert_eq!(flags, [FlagKind::Snoozed]);
    assert!(console.selected().contains("z snoozed"), "{}", console.selected());
}

#[test]
fn what_was_snoozed_and_then_seen_is_back_in_the_inbox_when_it_says_so() {
    let mut console = wanting((120, 36));
    let before = console.waiting_items();
    console.press("z Z G e");
    console.keep_flags();
    let kinds = |console: &Console| -> Vec<FlagKind> {
        console.store.world.lock().unwrap().flags.iter().map(|flag| flag.kind).collect()
    };
    assert_eq!(kinds(&console), [FlagKind::Acknowledged], "no snooze is left beneath");
    console.press("e");
    assert!(console.text().contains("Back in the inbox"), "{}", console.text());
    console.keep_flags();
    assert_eq!((kinds(&console), console.waiting_items()), (Vec::new(), before));
}

#[test]
fn undo_makes_an_item_stand_as_it_did_before() {
    let mut console = wanting((120, 36));
    console.press("e");
    console.keep_flags();
    let flags = |console: &Console| console.store.world.lock().unwrap().flags.clone();
    let seen = flags(&console);
    console.press("Z G z");
    console.keep_flags();
    assert_eq!(flags(&console)[0].kind, FlagKind::Snoozed);
    console.press("u");
    assert!(console.text().contains("It stands as it did before"), "{}", console.text());
    console.keep_flags();
    assert_eq!(flags(&console), seen);
    assert!(console.selected().contains("✓ seen"), "{}", console.selected());
}
