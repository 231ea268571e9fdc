//! Taking up where one left: the line drops, and the console opens on the very thing again, with the way back.

use super::reading::{console, place};
use super::remembering::{again, remembered};
use super::*;
use crate::tui::drafting::Kept;
use crate::tui::memory::Memory;
use crate::tui::memory::trail::{NarrowState, ReadState, Step};

const SIZE: (u16, u16) = (160, 48);

fn world() -> World {
    World::believable().with_contents().with_writes().with_incidents()
}

fn open(world: World, memory: Memory) -> Console {
    Console::started(SIZE, world, connections(), TuiSettings { memory, ..TuiSettings::default() })
}

fn begun() -> Console {
    Console::with(SIZE, world(), connections(), TuiSettings::default())
}

fn way(console: &Console) -> String {
    console.text().lines().nth(1).unwrap_or_default().trim().to_owned()
}

/// Leaves and comes again; the screen must be the same, once what was said has gone.
fn same(mut console: Console, of: World) -> Console {
    console.pass(Duration::from_secs(60));
    let before = console.text();
    let console = again(console, of);
    assert_eq!(console.text(), before);
    console
}

#[test]
fn a_transcript_opens_at_the_entry_one_read_with_the_words_one_looked_for_and_leads_back_to_its_list() {
    let mut console = console(SIZE);
    console.press("@sessions /");
    console.type_text("id:90000");
    console.press("<Enter> t /");
    console.type_text("refund");
    console.press("<Enter> J J");
    let (before, title) = (place(&console), way(&console));
    assert!(!before.starts_with("1/"), "it is somewhere inside: {before}");
    let found =
        |console: &Console| console.text().split("   ").find(|part| part.ends_with(" found")).map(str::to_owned);
    let words = found(&console);
    assert!(words.is_some(), "{}", console.text());
    let mut console = again(console, World::believable().with_contents());
    assert_eq!((place(&console), way(&console), found(&console)), (before, title, words));
    console.press("<Esc> <Esc>");
    assert!(console.text().contains("/ id:90000"), "back in the list, as it was filtered: {}", console.text());
}

#[test]
fn the_audit_view_of_a_transcript_is_still_on() {
    let mut console = console(SIZE);
    console.press("@sessions t v J J");
    let before = place(&console);
    let console = again(console, World::believable().with_contents());
    assert!(console.text().contains("   audit   "), "{}", console.text());
    assert_eq!(place(&console), before);
}

#[test]
fn the_way_through_lists_that_lay_over_one_another_is_still_there() {
    let mut console = begun();
    console.press("@agents # 1 1 j L <Enter> j");
    assert_eq!(way(&console), "Agents › ci-runner-3-02 › Sessions");
    console.press("t");
    let mut console = again(console, world());
    console.press("h");
    assert_eq!(way(&console), "Agents › ci-runner-3-02 › Sessions");
    assert!(console.selected().contains("ci-runner-3"), "{}", console.selected());
    assert!(!console.text().contains("mbp-mara"), "only those of the agent: {}", console.text());
    console.press("<Esc>");
    assert!(console.selected().contains("ci-runner-3-02"), "{}", console.selected());
}

#[test]
fn a_timeline_opens_as_close_as_it_was_at_what_one_looked_at() {
    let mut console = begun();
    console.press("@agents = - - k k");
    let axis = |console: &Console| console.text().lines().skip(1).take(9).collect::<Vec<_>>().join("\n");
    let (before, item) = (axis(&console), console.selected());
    let mut console = again(console, world());
    assert_eq!((axis(&console), console.selected()), (before, item));
    console.press("<Esc>");
    assert!(console.text().contains("AGENT"), "{}", console.text());
}

#[test]
fn a_search_is_found_again_with_its_hit_and_what_it_was_begun_from() {
    let mut console = begun();
    console.press("@runs f");
    console.type_text("refund");
    console.press("<Esc> j j");
    let mut console = same(console, world());
    assert!(console.text().contains("⌕ refund") && console.text().contains("3/"), "{}", console.text());
    console.press("<Esc>");
    assert!(console.text().contains("RUN"), "{}", console.text());
}

#[test]
fn a_search_over_a_search_and_what_an_item_of_the_inbox_led_to_are_found_again() {
    let mut console = begun();
    console.press("@runs f");
    console.type_text("refund");
    console.press("<Esc> j j <Enter> f");
    console.type_text("token");
    console.press("<Esc> j");
    let mut console = same(console, world());
    assert!(console.text().contains("⌕ token"), "{}", console.text());
    console.press("<Esc> h");
    assert!(console.text().contains("⌕ refund") && console.text().contains("3/"), "{}", console.text());
    for item in ["connection", "decision", "failure"] {
        let mut console = begun();
        console.press("@inbox");
        super::wants::seek(&mut console, item);
        console.press("<Enter>");
        let mut console = same(console, world());
        assert!(way(&console).starts_with("Inbox › "), "{}", console.text());
        console.press("<Esc>");
        assert!(console.selected().contains(item), "{}", console.text());
    }
}

#[test]
fn an_incident_and_the_cause_one_worked_through_in_the_inbox_are_found_again() {
    let mut console = begun();
    console.press("@incidents j");
    same(console, world());
    let mut console = begun();
    console.press("@inbox . . j");
    same(console, world());
    let mut console = begun();
    console.press("@fleet . . .");
    same(console, world());
}

#[test]
fn a_session_that_is_gone_since_leads_to_its_list_and_a_word_says_so() {
    let mut console = console(SIZE);
    console.press("@sessions t J J");
    let mut world = World::believable().with_contents();
    let first = world.first_session();
    world.rows.retain(|(row, _)| row.key != first);
    let console = again(console, world);
    let text = console.text();
    assert!(text.contains("SESSION") && text.contains("is not in the mirror any more"), "{text}");
}

#[test]
fn an_entry_that_is_gone_since_leaves_one_at_the_last() {
    let mut console = console(SIZE);
    console.press("@sessions t G");
    let mut world = World::believable().with_contents();
    let first = world.first_session();
    world.contents.get_mut(&first).unwrap().1.truncate(2);
    let console = again(console, world);
    assert_eq!(place(&console), "2/2", "{}", console.text());
    assert!(console.text().contains("there are 2 now"), "{}", console.text());
}

#[test]
fn a_mirror_made_anew_has_other_numbers_and_the_same_session() {
    let mut console = console(SIZE);
    console.press("@sessions j j t");
    let title = way(&console);
    let mut world = World::believable().with_contents();
    let count = world.rows.len() as i64;
    let other = |key: RowKey| RowKey(count - key.0);
    world.rows.iter_mut().for_each(|(row, _)| row.key = other(row.key));
    world.contents = std::mem::take(&mut world.contents).into_iter().map(|(key, held)| (other(key), held)).collect();
    assert_eq!(way(&again(console, world)), title);
}

#[test]
fn of_a_long_way_the_beginning_and_the_end_are_kept() {
    let mut console = begun();
    console.press("# 1 1 j");
    for _ in 0..30 {
        console.press("j L <Enter>");
    }
    let here = console.selected();
    console.press("C-c");
    let memory = remembered(&console);
    assert_eq!(memory.trail.len(), 8);
    let mut console = open(world(), memory);
    assert_eq!(console.selected(), here);
    for _ in 0..7 {
        console.press("<Esc>");
    }
    assert!(!console.text().contains(" › ") && console.text().contains("AGENT"), "{}", console.text());
}

#[test]
fn a_hostile_file_opens_a_console_that_works_and_can_be_left() {
    let step = |view: &str| Step { view: view.into(), ..Step::default() };
    let nowhere = ReadState { entry: Some(u32::MAX), words: "(".into(), ..ReadState::default() };
    let reading = Step { read: vec![nowhere; 3], ..step("transcript") };
    let laid = Step { narrow: Some(NarrowState::default()), ..step("inbox") };
    let odd =
        [laid, step("transcript"), step("timeline"), step("nonsense"), reading, step("transcript"), step("editor")];
    for at in 0..odd.len() {
        let trail = odd.iter().cycle().skip(at).take(odd.len()).cloned().collect();
        let mut console = open(world(), Memory { trail, ..Memory::default() });
        for _ in 0..8 {
            console.press("<Esc>");
        }
        console.press("@runs j");
        assert!(console.text().contains("RUN"), "{}", console.text());
    }
}

#[test]
fn the_memory_of_an_older_console_still_opens_its_view() {
    let memory = Memory { view: Some("runs".into()), ..Memory::default() };
    assert!(open(world(), memory).text().contains("RUN"));
}

/// What the console asked last to be kept of what was typed.
fn kept(console: &Console) -> Option<Kept> {
    let kept = console.asked.try_iter().filter_map(|ask| match ask {
        Ask::KeepDraft(kept) => Some(*kept),
        _ => None,
    });
    kept.last()
}

#[test]
fn the_editor_is_open_again_where_the_cursor_was_with_what_was_typed_and_leads_back() {
    let mut console = begun();
    super::editing::open_in(&mut console);
    console.press("<Down> <Down> <End> <BS> <BS>");
    console.type_text("60,");
    console.pass(Duration::from_secs(1));
    let drafts = vec![kept(&console).expect("what was typed is kept outside")];
    let cursor = |console: &Console| {
        let text = console.text();
        text.lines().find_map(|line| Some(line[line.find("line ")?..].split("  ").next()?.to_owned()))
    };
    let (before, place) = (way(&console), cursor(&console));
    let mut console = again(console, World { drafts, ..world() });
    let text = console.text();
    assert!(text.contains("Editing default") && text.contains("\"min_scorecard\": 60"), "{text}");
    assert!(place.is_some() && text.contains("! 1 to look at"), "checked as before: {text}");
    assert_eq!((way(&console), cursor(&console)), (before, place));
    console.press("<Esc> <Enter>");
    assert!(console.text().contains("/ connection:turen"), "back in the list, as it was filtered: {}", console.text());
}

#[test]
fn a_document_that_is_not_there_any_more_says_so_and_is_left_as_any_other() {
    let mut console = begun();
    super::editing::open_in(&mut console);
    let mut gone = world();
    gone.rows.retain(|(row, _)| row.kind != Kind::Policy);
    let mut console = again(console, gone);
    assert!(console.text().contains("it is not there any more"), "{}", console.text());
    console.press("<Esc>");
    assert!(console.text().contains("/ connection:turen"), "{}", console.text());
}

#[test]
fn a_conflict_that_was_being_settled_is_open_again() {
    let mut console = Console::with(SIZE, super::editing::conflicted(), connections(), TuiSettings::default());
    console.press("@outbox i");
    assert!(console.text().contains("Settling default"), "{}", console.text());
    let mut console = same(console, super::editing::conflicted());
    console.press("<Esc> <Enter>");
    assert!(!console.text().contains("Settling default"), "{}", console.text());
}
