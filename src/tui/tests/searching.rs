//! Searching, and opening what was found.

use super::*;
use crate::tui::paint::Painter;

const SIZE: (u16, u16) = (160, 48);

fn console(size: (u16, u16)) -> Console {
    Console::with(size, World::believable().with_contents(), connections(), TuiSettings::default())
}

#[test]
fn what_is_typed_is_found_as_one_types_and_opens_at_its_entry() {
    let mut console = console(SIZE);
    console.press("@sessions f");
    console.type_text("not refunded");
    let text = console.text();
    assert!(text.contains("⌕ not refunded") && text.contains("1/"), "{text}");
    // The preview shows it where it stands.
    assert!(text.contains("refund_test.go:44: not refunded"), "{text}");
    console.press("<Enter>");
    let text = console.text();
    assert!(text.contains("Search › ") && text.contains("3 found") && text.contains("not refunded"), "{text}");
    console.press("h");
    assert!(console.text().contains("⌕ not refunded") && console.text().contains("best first"), "{}", console.text());
    console.press("<Esc>");
    assert!(console.text().contains("SESSION"), "{}", console.text());
}

#[test]
fn a_page_down_goes_on_with_hits_that_were_not_here_yet() {
    let mut console = console(SIZE);
    console.press("f");
    console.type_text("re");
    console.press("<Esc>");
    let place = |console: &Console| {
        let text = console.text();
        let told = text
            .split_whitespace()
            .find_map(|word| word.split_once('/').filter(|(_, of)| of.replace(',', "").parse::<u64>().is_ok()));
        told.map(|(at, of)| (at.replace(',', "").parse::<u64>().unwrap(), of.to_owned()))
    };
    assert_eq!(place(&console).map(|(at, _)| at), Some(1), "{}", console.text());
    console.press("<PgDn>");
    let once = place(&console).unwrap().0;
    console.press("<PgDn>");
    assert_eq!(place(&console).unwrap().0, 2 * once - 1, "{}", console.text());
}

#[test]
fn typing_into_the_query_never_triggers_an_action() {
    let mut console = console(SIZE);
    console.press("f");
    console.type_text("q q: ?123 [] #5j s x");
    assert_eq!(console.orders, []);
    assert!(console.text().contains("⌕ q q: ?123 [] #5j s x"), "{}", console.text());
    assert!(console.asked.try_iter().all(|ask| matches!(ask, Ask::Shown)));
}

#[test]
fn a_search_is_kept_under_a_name_and_let_go_of_again() {
    let mut world = World::believable().with_contents();
    let saved =
        |name: &str| SavedSearch { name: name.to_owned(), query: "has:error".to_owned(), saved_at: fake::now() };
    world.searches = vec![saved("errors"), saved("leaks")];
    let mut console = Console::with(SIZE, world, connections(), TuiSettings::default());
    let asked = |console: &Console| console.asked.try_iter().filter(|ask| *ask != Ask::Shown).collect::<Vec<_>>();
    console.press("f");
    console.type_text("refund");
    console.press("<Esc> s");
    console.type_text("two words");
    console.press("<Enter>");
    assert!(console.text().contains("A name is at most 64 letters"), "{}", console.text());
    assert!(console.text().contains("Keep as two words"), "{}", console.text());
    console.press("C-u");
    console.type_text("money-back");
    console.press("<Enter>");
    let kept = Ask::SaveSearch { name: "money-back".to_owned(), query: "refund*".to_owned() };
    assert_eq!(asked(&console), [kept]);
    assert!(console.text().contains("⌕ refund"), "{}", console.text());

    // With nothing typed the saved ones are there, and the key that forgets one is not the one that says so.
    console.press("/ C-u <Esc> @search");
    let first = "errors".to_owned();
    console.press("D");
    assert!(console.text().contains(&format!("Let go of {first}")), "{}", console.text());
    console.press("<Esc>");
    assert_eq!(asked(&console), []);
    console.press("D <Enter>");
    assert_eq!(asked(&console), [Ask::ForgetSearch(first)]);
}

#[test]
fn hits_of_an_older_query_never_take_the_place_of_newer_ones() {
    let mut console = console(SIZE);
    console.press("f");
    let mut held = Vec::new();
    for letters in ["refund", " zzzz"] {
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
    assert!(console.text().contains("Nothing is called or says “refund zzzz”"), "{}", console.text());
}

#[test]
fn old_hits_stay_until_the_new_ones_are_there() {
    let mut console = console(SIZE);
    console.press("f");
    console.type_text("refund");
    let before = console.text();
    let event = KeyEvent::new(KeyCode::Char('s'), KeyModifiers::NONE);
    console.app.handle(Message::Input(Event::Key(event)), console.clock);
    console.draw();
    let during = console.text();
    let below = |text: &str| text.lines().skip(4).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(below(&during), below(&before));
    assert!(during.contains("⌕ refunds"));
    console.settle();
}

#[test]
fn a_facet_narrows_by_what_it_writes_into_the_query() {
    let mut console = console(SIZE);
    console.press("f");
    console.type_text("refund");
    console.press("<Esc> h");
    assert!(console.text().contains("KIND") && console.text().contains("TOOL"), "{}", console.text());
    console.press("<Enter>");
    let narrowed = console.text();
    assert!(narrowed.contains("⌕ kind:\"session\" refund") && narrowed.contains("✓ session"), "{narrowed}");
    console.press("<Enter> <Esc>");
    let text = console.text();
    assert!(text.contains("⌕ refund ") && !text.contains("kind:\""), "{text}");
}

#[test]
fn saved_searches_are_there_before_anything_is_typed() {
    let mut console = console(SIZE);
    console.press("f");
    let text = console.text();
    assert!(
        text.contains("SAVED") && text.contains("failed commands") && text.contains("kind:tool has:error"),
        "{text}"
    );
    console.press("<Down> <Enter>");
    assert!(console.text().contains("⌕ refund"), "{}", console.text());
}

#[test]
fn a_record_that_is_found_is_read_beside_the_hits() {
    let mut console = console(SIZE);
    console.press("f");
    console.type_text("kind:agent connection:acme");
    console.press("<Enter>");
    assert!(console.text().contains("DOCUMENT") && console.text().contains("ghcr.io"), "{}", console.text());
    console.press("j j <Esc> j");
    assert!(console.text().contains("2/"), "{}", console.text());
}

#[test]
fn a_click_on_what_stands_beside_the_hits_gives_it_the_keys_or_opens_it() {
    let mut console = console(SIZE);
    console.press("f");
    console.type_text("kind:agent connection:acme");
    console.press("<Esc>");
    super::sifting::click(&mut console, "DOCUMENT");
    console.press("j j");
    assert!(console.text().contains("1/"), "the keys move through the record: {}", console.text());
    console.press("<Esc> j");
    assert!(console.text().contains("2/"), "{}", console.text());
    // An entry is read where it stands.
    console.press("f");
    console.type_text("kind:session refund");
    console.press("<Esc>");
    let before = console.text();
    super::sifting::click(&mut console, "❯ user");
    assert!(console.text().contains("Search › ") && !console.text().contains("⌕ "), "{}", console.text());
    console.press("<Esc>");
    assert_eq!(console.text(), before);
}

/// A search whose first hit is an agent, and its id.
fn found(size: (u16, u16)) -> (Console, String) {
    let mut console = console(size);
    console.press("f");
    console.type_text("kind:agent connection:turen");
    console.press("<Enter>");
    let text = console.text();
    let id = {
        let world = console.store.world.lock().unwrap();
        let shown = |row: &&(Row, String)| row.0.kind == Kind::Agent && text.contains(&format!("agents  {}", row.0.id));
        world.rows.iter().find(shown).map(|(row, _)| row.id.clone())
    };
    let id = id.unwrap_or_else(|| panic!("no agent is open\n{text}"));
    (console, id)
}

#[test]
fn a_record_that_is_found_opens_in_its_list_and_one_comes_back_to_the_search_as_it_was() {
    let (mut console, id) = found(SIZE);
    let before = console.text();
    console.press("<Enter>");
    let text = console.text();
    assert!(text.contains(" › Agents") && text.contains(&id), "{text}");
    console.press("<Esc>");
    assert_eq!(console.text(), before);
}

#[test]
fn what_can_be_done_with_a_record_in_its_list_can_be_done_where_it_was_found() {
    let (mut console, id) = found(SIZE);
    console.press("s");
    let text = console.text();
    assert!(text.contains("Suspend ") && text.contains(&id) && text.contains("nothing is done"), "{text}");
    console.press("<Esc> =");
    assert!(console.text().contains(" › Timeline"), "{}", console.text());
    console.press("<Esc> L");
    assert!(console.text().contains("leads to") && console.text().contains("this agent"), "{}", console.text());
    // The keys of the hits are theirs again as soon as one is back among them.
    console.press("<Esc> h s");
    assert!(console.text().contains("Keep as"), "{}", console.text());
    console.press("<Esc> L");
    assert!(console.text().contains("leads to") && console.text().contains("this agent"), "{}", console.text());
}

#[test]
fn whoever_reads_a_record_that_was_found_reads_and_decides_about_that_one_whatever_comes_in() {
    let (mut console, id) = found(SIZE);
    {
        let mut world = console.store.world.lock().unwrap();
        let (mut row, doc) = world.rows.iter().find(|(row, _)| row.id == id).cloned().unwrap();
        (row.id, row.key) = ("agt_newer".to_owned(), RowKey(9_000_001));
        row.title = Some("newer than all".to_owned());
        world.rows.insert(0, (row, doc));
    }
    console.news(Outside::Committed);
    console.press("s");
    assert!(console.text().contains(&id) && !console.text().contains("agt_newer"), "{}", console.text());
}

#[test]
fn where_there_is_room_for_one_thing_alone_a_found_record_says_how_to_leave_it() {
    let (mut console, id) = found((80, 24));
    let text = console.text();
    let hints = text.lines().last().unwrap_or_default();
    assert!(text.contains(&id) && hints.contains("h hits") && hints.contains("⏎ open"), "{text}");
    assert!(!hints.contains("read"), "{hints}");
    console.press("h");
    assert!(console.text().contains("⌕ kind:agent") && !console.text().contains("DOCUMENT"), "{}", console.text());
}

#[test]
fn more_hits_come_as_one_scrolls_and_none_twice() {
    let mut console = console(SIZE);
    console.press("f");
    console.type_text("kind:event");
    console.press("<Esc>");
    console.press("# 2 0 0 j");
    console.press("# 2 0 0 j");
    console.press("# 2 0 0 j");
    let text = console.text();
    assert!(text.contains("/812"), "{text}");
    assert!(console.store.finds.load(Ordering::SeqCst) > 2);
}

#[test]
fn hits_that_have_gone_meanwhile_make_no_other_come_twice_or_stay_away() {
    let world = World { lost: 3, ..World::believable().with_contents() };
    let mut console = Console::with(SIZE, world, connections(), TuiSettings::default());
    console.press("f");
    console.type_text("kind:event");
    console.press("<Esc>");
    for _ in 0..12 {
        console.press("# 2 0 0 j");
    }
    // 812 of which every third has gone.
    let text = console.text();
    assert!(text.contains("542/542"), "{text}");
}

#[test]
fn what_is_to_be_known_of_an_answer_is_told_calmly() {
    let mut world = World::believable().with_contents();
    world.behind = 12;
    let mut console = Console::with(SIZE, world, connections(), TuiSettings::default());
    console.press("f");
    console.type_text("refund (ref*");
    let text = console.text();
    assert!(text.contains("12 records are not searched yet"), "{text}");
    assert!(text.contains("type on"), "{text}");
}

#[test]
fn the_order_can_be_turned() {
    let mut console = console(SIZE);
    console.press("f");
    console.type_text("refund");
    console.press("<Esc> o");
    assert!(console.text().contains("newest first"), "{}", console.text());
    console.press("o o");
    assert!(console.text().contains("best first"), "{}", console.text());
}

#[test]
fn an_index_that_cannot_be_read_says_so() {
    let mut console = console(SIZE);
    console.store.broken.store(true, Ordering::SeqCst);
    console.press("f");
    console.type_text("refund");
    assert!(console.text().contains("Nothing can be found: disk I/O error"), "{}", console.text());
    console.store.broken.store(false, Ordering::SeqCst);
    console.type_text("s");
    console.press("<BS>");
    assert!(console.text().contains("best first"), "{}", console.text());
}

#[test]
fn every_size_is_drawn() {
    for size in [(40, 10), (60, 12), (80, 24), (96, 30), (132, 40), (300, 100)] {
        let mut console = console(size);
        console.press("f");
        console.type_text("refund");
        console.press("<Esc> j j h j <Enter> l v v G <Enter> G h / <Esc> <Esc>");
    }
}

#[test]
fn a_held_key_costs_few_bytes() {
    let mut console = console((200, 50));
    console.press("f");
    console.type_text("kind:event");
    console.press("<Esc> # 4 0 j");
    let mut painter = Painter::new(true);
    painter.paint(console.screen.backend().buffer(), None);
    let mut costs = Vec::new();
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
    let mean = costs.iter().sum::<usize>() / costs.len();
    assert!(mean <= 900, "{mean} bytes a key: {costs:?}");
}

/// Types without waiting for any answer.
fn rush(console: &mut Console, text: &str) {
    for c in text.chars() {
        let event = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
        console.app.handle(Message::Input(Event::Key(event)), console.clock);
    }
}

#[test]
fn enter_before_the_answer_opens_what_was_typed_as_soon_as_it_is_found() {
    let mut console = console(SIZE);
    console.press("@sessions f");
    console.type_text("kind:agent");
    let older = console.selected();
    rush(&mut console, " OR refund_test");
    console.key("<Enter>");
    console.draw();
    assert!(console.text().contains("⌕ kind:agent OR refund_test"), "the query stands: {}", console.text());
    console.settle();
    let text = console.text();
    assert!(text.contains("Search › ") || text.contains("DOCUMENT"), "the first of the newest: {text}");
    assert!(older.is_empty() || text.contains("refund_test"), "{text}");
}

#[test]
fn enter_after_another_query_never_opens_a_hit_of_the_older_one() {
    let mut console = console(SIZE);
    console.press("@sessions f");
    console.type_text("not refunded");
    rush(&mut console, " zzzzqq");
    console.key("<Enter>");
    console.settle();
    let text = console.text();
    assert!(text.contains("Nothing is called or says “not refunded zzzzqq”"), "{text}");
    // Who goes on typing, or leaves, is not torn away by an answer that comes late.
    console.press("/");
    rush(&mut console, "C");
    let event = KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL);
    console.app.handle(Message::Input(Event::Key(event)), console.clock);
    rush(&mut console, "not refunded");
    console.key("<Enter>");
    console.key("<Esc>");
    console.settle();
    assert!(!console.text().contains("Search › "), "{}", console.text());
}
