//! What an operator would notice.

use quarterdeck_sync::engine::Event as SyncEvent;
use quarterdeck_sync::model::{Kind, ListKey};
use quarterdeck_sync::platform::BudgetView;
use quarterdeck_sync::text::is_hidden;

use super::*;
use crate::tui::paint::Painter;

const SIZE: (u16, u16) = (160, 48);

#[test]
fn the_mirror_is_on_screen_at_once() {
    let console = Console::new(SIZE);
    let text = console.text();
    assert!(text.contains("mbp-mara-00"), "{text}");
    assert!(text.contains("Sessions 1,204"));
    assert!(console.app.ready());
}

#[test]
fn an_idle_console_neither_draws_nor_wakes_within_a_minute() {
    let mut console = Console::new(SIZE);
    console.press("j j G g @sessions @runs @approvals");
    console.pass(Duration::from_secs(30));
    assert!(!console.app.dirty());
    let deadline = console.app.deadline().expect("ages on screen change some day");
    assert!(deadline >= console.clock + Duration::from_secs(60));
}

#[test]
fn typing_filters_and_never_triggers_an_action() {
    let mut console = Console::new(SIZE);
    console.press("@sessions /");
    console.type_text("q j o 1 flaky");
    assert_eq!(console.orders, []);
    assert!(console.text().contains("/ q j o 1 flaky"));
    console.press("<Esc> /");
    console.type_text("flaky");
    let text = console.text();
    assert!(text.contains("of 1,204 match"), "{text}");
    let rows = text.lines().skip(4).filter(|line| line.contains("flaky")).count();
    assert!(rows > 20 && !text.contains("Upgrade to Postgres"), "{text}");
    console.press("<Enter> j");
    assert!(console.selected().contains("flaky"));
    console.press("<Esc>");
    assert!(console.text().contains("Upgrade to Postgres"));
}

#[test]
fn a_slow_filter_waits_for_a_pause_in_the_typing() {
    let mut console = Console::new(SIZE);
    console.press("@sessions /");
    console.key("f");
    console.clock += Duration::from_millis(300);
    console.settle();
    let before = console.store.windows.load(Ordering::SeqCst);
    console.type_text("laky");
    assert_eq!(console.store.windows.load(Ordering::SeqCst), before);
    assert!(console.text().contains("/ flaky") && console.text().contains("searching …"), "{}", console.text());
    console.pass(Duration::from_millis(200));
    assert_eq!(console.store.windows.load(Ordering::SeqCst), before + 1);
    assert!(console.text().contains("of 1,204 match") && !console.text().contains("Postgres"), "{}", console.text());
}

#[test]
fn an_old_answer_never_replaces_a_newer_one() {
    let mut console = Console::new(SIZE);
    console.press("@sessions /");
    let mut held = Vec::new();
    for letters in ["flaky", " zzzz"] {
        for c in letters.chars() {
            let event = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
            console.app.handle(Message::Input(Event::Key(event)), console.clock);
        }
        // Every answer to what is typed so far, kept back.
        while console.app.waiting() > 0 {
            held.push(console.inbox.recv_timeout(PATIENCE).unwrap());
        }
        held.extend(console.inbox.try_iter());
    }
    for message in held.into_iter().rev() {
        console.app.handle(message, console.clock);
    }
    console.settle();
    let text = console.text();
    assert!(text.contains("No sessions match"), "{text}");
    assert!(text.contains("0 of 1,204 match"), "{text}");
}

#[test]
fn new_rows_leave_the_selected_record_on_its_line() {
    let mut console = Console::new(SIZE);
    console.press("@sessions j j j j j");
    let before = (console.selected(), console.text().lines().position(|line| line.starts_with('▌')));
    {
        let mut world = console.store.world.lock().unwrap();
        for at in 0..3 {
            let list = ("sessions", Kind::Session);
            let doc = serde_json::json!({"id": at});
            world.add(("turen", "turen"), list, format!("new-{at}"), Some("Brand new"), None, (None, None), 0, doc);
        }
        world.count();
    }
    console.news(Outside::Committed);
    let after = (console.selected(), console.text().lines().position(|line| line.starts_with('▌')));
    assert_eq!(after, before);
    assert!(console.text().contains("Sessions 1,207"));
    console.press("g");
    assert!(console.text().contains("Brand new"));
}

#[test]
fn what_is_being_read_does_not_change_under_the_reader() {
    let mut console = Console::new(SIZE);
    console.press("@sessions l");
    let before = console.selected();
    {
        let mut world = console.store.world.lock().unwrap();
        let list = ("sessions", Kind::Session);
        let doc = serde_json::json!({"id": 1});
        world.add(("turen", "turen"), list, "newer".into(), Some("Brand new"), None, (None, None), 0, doc);
    }
    console.news(Outside::Committed);
    assert_eq!(console.selected(), before);
    assert!(console.text().contains("sessions  90000"), "{}", console.text());
}

#[test]
fn a_storm_of_commits_is_a_few_refreshes() {
    let mut console = Console::new(SIZE);
    console.pass(Duration::from_secs(5));
    let before = console.store.windows.load(Ordering::SeqCst);
    for _ in 0..100 {
        console.app.handle(Message::Outside(Outside::Committed), console.clock);
        console.pass(Duration::from_millis(5));
    }
    let windows = console.store.windows.load(Ordering::SeqCst) - before;
    assert!((2..=4).contains(&windows), "{windows} windows in half a second");
}

#[test]
fn the_whole_list_can_be_walked() {
    let mut console = Console::new(SIZE);
    console.press("@sessions G");
    let last = console.selected();
    assert!(console.text().contains("1,204"));
    console.press("g # 1 2 0 0 j");
    console.press("j j j j j");
    assert_eq!(console.selected(), last);
    assert!(console.text().contains("1,204/1,204"));
}

#[test]
fn a_running_cursor_never_shows_another_records_document() {
    let mut console = Console::new(SIZE);
    console.press("@sessions");
    assert!(console.text().contains("session_id"));
    for _ in 0..5 {
        console.key("j");
        console.settle();
        console.pass(Duration::from_millis(30));
    }
    let text = console.text();
    assert!(!text.contains("session_id"), "{text}");
    assert!(text.contains("89995"), "the record is named all the same");
    console.pass(Duration::from_millis(200));
    let text = console.text();
    assert!(
        text.lines().any(|line| line.contains("id ") && line.contains("89995")) && text.contains("session_id"),
        "{text}"
    );
}

#[test]
fn gone_records_are_shown_on_demand_and_marked() {
    let mut console = Console::new(SIZE);
    assert!(!console.text().contains("† gone"));
    console.press("z G");
    assert!(console.text().contains("† gone"));
    assert!(console.text().contains("† churn-radar"));
}

#[test]
fn what_cannot_be_done_says_why() {
    let mut console = Console::with(SIZE, World::default(), Vec::new(), TuiSettings::default());
    assert!(console.text().contains("qd connect add"));
    assert!(console.text().contains("qd demo"));
    console.press("r");
    assert!(console.text().contains("Not now: there is no connection yet"));
    assert!(console.asked.try_recv().is_err());
}

#[test]
fn a_sync_is_asked_for_and_followed() {
    let mut console = Console::with(SIZE, World::default(), connections(), TuiSettings::default());
    assert!(console.text().contains("Nothing has been mirrored yet"));
    console.press("r");
    assert_eq!(console.asked.try_recv(), Ok(Ask::SyncNow(None)));
    console.news(Outside::Sync(SyncEvent::Started { connection: "lab".into(), lists: 9 }));
    console.news(Outside::Sync(SyncEvent::Progress {
        list: ListKey::new("lab", "runs"),
        rows: 1_200,
        total: Some(4_000),
        budget: BudgetView { limit: Some(60), remaining: Some(7), reset_at: None, paused_until: None },
    }));
    let text = console.text();
    assert!(text.contains("lab ↻ runs 1,200/4,000 (7/60 left)"), "{text}");
    assert!(text.contains("Syncing …"));
    assert!(text.contains("turen ○ never synced"));
}

#[test]
fn another_holder_of_the_lease_is_named() {
    let mut console = Console::new(SIZE);
    console.news(Outside::LeaseHeldBy("qd (pid 4242)".into()));
    assert!(console.text().contains("reading only: qd (pid 4242) syncs"));
    console.press("r");
    assert!(console.text().contains("Not now: another qd is syncing"));
}

#[test]
fn the_palette_finds_views_actions_connections_and_themes() {
    let mut console = Console::new(SIZE);
    console.press(":");
    console.type_text("open conn");
    console.press("<Enter>");
    assert!(console.text().contains("https://api.prod.turen.io/api/v1"));
    console.press(":");
    console.type_text("sync lab");
    console.press("<Enter>");
    assert_eq!(console.asked.try_recv(), Ok(Ask::SyncNow(Some("lab".into()))));
    console.press(":");
    console.type_text("theme light");
    console.press("<Enter>");
    assert!(console.text().contains("Theme: Light"));
}

#[test]
fn leaving_works_from_everywhere() {
    for before in ["?", ":", "/", "l", "@connections", "s"] {
        let mut console = Console::new(SIZE);
        console.press(before);
        console.press("C-c");
        assert_eq!(console.orders, [Order::Quit], "after {before}");
    }
    let mut console = Console::new(SIZE);
    console.press("? q");
    assert_eq!(console.orders, [], "q leaves the help first");
    console.press("q");
    assert_eq!(console.orders, [Order::Quit]);
    console.app.handle(Message::Outside(Outside::Quit), console.clock);
    console.app.handle(Message::Terminate, console.clock);
    assert_eq!(console.app.take_orders(), [Order::Quit, Order::Quit]);
}

#[test]
fn a_key_that_ends_a_count_does_nothing_else() {
    let mut console = Console::new((120, 36));
    console.press("<Space> <Space> # 5 <Esc>");
    assert!(console.text().contains("* 2 marked"), "{}", console.text());
    let before = console.selected();
    console.press("j k");
    assert_eq!(console.selected(), before, "the count is over");
    console.press("g L <Enter> # 5 <BS> <BS>");
    let there = console.text();
    assert!(there.contains("Agents › "), "the list is not left: {there}");
    console.press("# 5 <Esc>");
    assert!(console.text().contains("Agents › "), "{}", console.text());
    // Without a count the same key leads back.
    console.press("<Esc>");
    assert!(!console.text().contains("Agents › "), "{}", console.text());
}

#[test]
fn a_digit_too_many_opens_no_view() {
    let mut console = Console::new((120, 36));
    console.press("# 0 0 0 0 0 0 0 0 1 5 j");
    assert!(console.text().contains("AGENT"), "{}", console.text());
    assert!(console.text().contains("2/"), "one line down: {}", console.text());
}

#[test]
fn keys_can_be_changed_and_clashes_are_told() {
    let mut settings = TuiSettings::default();
    settings.keys.insert("help".into(), vec!["x".into()]);
    settings.keys.insert("sort".into(), vec!["j".into()]);
    let mut console = Console::with(SIZE, World::believable(), connections(), settings);
    assert!(console.text().contains("j means both `down` and `sort`"), "{}", console.text());
    console.press("?");
    assert!(!console.text().contains("! keys:"));
    console.press("x");
    assert!(console.text().contains("! keys: j means both"), "{}", console.text());
}

#[test]
fn a_mirror_that_cannot_be_read_is_said_not_hidden() {
    let mut console = Console::new(SIZE);
    console.store.broken.store(true, Ordering::SeqCst);
    console.press("@sessions");
    assert!(console.text().contains("The mirror could not be read."), "{}", console.text());
    console.store.broken.store(false, Ordering::SeqCst);
    console.news(Outside::Committed);
    assert!(console.text().contains("1/1,204"), "{}", console.text());
}

#[test]
fn a_bug_below_is_said_and_the_console_lives_on() {
    let mut console = Console::new(SIZE);
    console.store.panics.store(true, Ordering::SeqCst);
    console.store.broken.store(true, Ordering::SeqCst);
    console.press("@sessions");
    assert!(console.text().contains("reading the mirror failed inside qd"), "{}", console.text());
    console.store.broken.store(false, Ordering::SeqCst);
    console.news(Outside::Committed);
    assert!(console.text().contains("1/1,204"), "{}", console.text());
}

#[test]
fn a_look_for_news_does_not_make_the_line_flicker() {
    let mut console = Console::new(SIZE);
    let before = console.text();
    assert!(before.contains("turen ✓ 3m   lab ~ 1h old"), "{before}");
    console.news(Outside::Sync(SyncEvent::Started { connection: "turen".into(), lists: 3 }));
    assert_eq!(console.text(), before);
}

#[test]
fn hostile_text_is_seen_and_not_obeyed() {
    let mut world = World::believable();
    let evil = "\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}kcab\u{0}\r\n\u{e0041}";
    let doc = serde_json::json!({evil: [evil, {"deep": evil}]});
    world
        .add(
            (evil, evil),
            ("agents", Kind::Agent),
            evil.into(),
            Some(evil),
            Some(evil),
            (Some(evil), Some(evil)),
            -5,
            doc,
        )
        .agent_doubt = true;
    world.count();
    world.lists[0].list.connection = evil.into();
    let mut console = Console::with(SIZE, world, connections(), TuiSettings::default());
    for keys in ["g l", "e", "G", "<Esc> @outbox", "@connections", "@agents /"] {
        console.press(keys);
        let text = console.text();
        assert!(!text.chars().any(|c| is_hidden(c) && c != '\n'), "after {keys}: {text:?}");
    }
    console.press("<Esc> g");
    assert!(console.text().contains("␛]0;owned␇"));
    console.news(Outside::Notice(evil.into()));
    assert!(!console.text().chars().any(|c| is_hidden(c) && c != '\n'));
}

#[test]
fn the_order_is_always_in_sight() {
    let mut console = Console::new((80, 24));
    assert!(console.text().contains("SEEN ↓"));
    console.press("o o o");
    // The toast has gone by now.
    console.pass(Duration::from_secs(30));
    assert!(console.text().contains("by id, from A to Z"), "{}", console.text());
    console.press("O");
    console.pass(Duration::from_secs(30));
    assert!(console.text().contains("by id, from Z to A"), "{}", console.text());
}

#[test]
fn documents_fold_where_the_cursor_is() {
    let mut console = Console::new(SIZE);
    console.press("@approvals l");
    assert!(console.text().contains("ch_3Px"));
    console.press("-");
    assert!(!console.text().contains("ch_3Px") && console.text().contains("▸ payload"));
    console.press("e");
    assert!(console.text().contains("ch_3Px"));
}

#[test]
fn keys_typed_ahead_of_the_mirror_count() {
    let mut console = Console::new(SIZE);
    console.open("approvals");
    console.key("l");
    console.settle();
    console.press("-");
    assert!(console.text().contains("▸ payload"), "{}", console.text());
}

#[test]
fn others_are_grouped_by_collection() {
    let mut console = Console::new(SIZE);
    console.press("@others");
    assert!(console.text().contains("‹all 47›"), "{}", console.text());
    console.press(". .");
    let text = console.text();
    assert!(text.contains("‹knowledge bases 5›") && text.contains("1/5"), "{text}");
    console.press(", ,");
    assert!(console.text().contains("1/47"));
}

#[test]
fn every_size_is_drawn_and_too_small_says_so() {
    for size in [(1, 1), (20, 5), (40, 10), (41, 11), (60, 12), (80, 24), (300, 100)] {
        let mut console = Console::new(size);
        console.press("@sessions j l v v v ? <Esc> : <Esc> s <Esc> @others @outbox l G <Esc> @connections G");
    }
    assert!(Console::new((39, 24)).text().contains("too small"));
}

/// What a terminal at the end of a slow line is sent for one held key, while the list scrolls under it.
#[test]
fn a_held_key_costs_few_bytes() {
    let lists =
        ["@agents", "@approvals", "@policies", "@events", "@inbox j", "@outbox j", "@incidents j", "@connections j"];
    for view in ["@sessions # 4 4 j", "@runs # 4 4 j"].into_iter().chain(lists) {
        let world = World::believable().with_writes().with_incidents();
        let mut console = Console::with((200, 50), world, connections(), TuiSettings::default());
        console.press(view);
        console.pass(Duration::from_secs(10));
        let mut painter = Painter::new(true);
        painter.paint(console.screen.backend().buffer(), None);
        let mut costs = Vec::new();
        // The first key finds the cursor at rest and shows a document: that is paid once, not for every key.
        for _ in 0..30 {
            console.key("j");
            console.draw();
            let mut bytes = painter.paint(console.screen.backend().buffer(), None).len();
            console.settle();
            bytes += painter.paint(console.screen.backend().buffer(), None).len();
            console.pass(Duration::from_millis(33));
            bytes += painter.paint(console.screen.backend().buffer(), None).len();
            costs.push(bytes);
        }
        costs.remove(0);
        costs.sort_unstable();
        let mean = costs.iter().sum::<usize>() / costs.len();
        assert!(mean <= 900, "view {view}: {mean} bytes a key");
        assert!(costs[28] <= 2_000, "view {view}: {} bytes for the worst key", costs[28]);
    }
}

/// A connection was removed by another command, and the news of it is still on its way.
#[test]
fn a_record_that_is_not_there_any_more_is_told_and_not_asked_for_without_end() {
    for view in ["@agents", "@inbox"] {
        let mut console = Console::new(SIZE);
        console.press(view);
        console.store.world.lock().unwrap().rows.clear();
        console.press("j");
        assert!(console.text().contains("no longer in the mirror"), "{view}: {}", console.text());
    }
}

#[test]
fn an_idle_console_sends_nothing() {
    let mut console = Console::new(SIZE);
    let mut painter = Painter::new(true);
    assert!(!painter.paint(console.screen.backend().buffer(), None).is_empty());
    console.pass(Duration::from_secs(50));
    assert_eq!(painter.paint(console.screen.backend().buffer(), None).len(), 0);
}
