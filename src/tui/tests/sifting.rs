//! The outbox and the connections, sifted, sorted and marked like any list.

use super::remembering::remembered;
use super::*;

const SIZE: (u16, u16) = (160, 48);

fn world() -> World {
    World::believable().with_writes()
}

fn console(size: (u16, u16)) -> Console {
    Console::with(size, world(), connections(), TuiSettings::default())
}

/// Leaves, and opens the console again.
fn again(mut console: Console) -> Console {
    console.press("C-c");
    let memory = remembered(&console);
    Console::started(SIZE, world(), connections(), TuiSettings { memory, ..TuiSettings::default() })
}

/// The lines of the table, from below its headings on: those on the left of the pane.
fn table(console: &Console, head: &str) -> Vec<String> {
    let text = console.text();
    let lines = text.lines().skip_while(|line| !line.contains(head)).skip(1);
    let left = lines.map(|line| line.split('│').next().unwrap_or_default().trim_end().to_owned());
    left.take_while(|line| !line.is_empty() && !line.contains("──")).collect()
}

#[test]
fn writes_are_filtered_by_what_they_are_while_one_types_and_values_are_completed() {
    let mut console = console(SIZE);
    console.press("@outbox");
    let all = table(&console, "STATE").len();
    console.press("/");
    console.type_text("state:we");
    assert!(console.text().contains("wedged"), "it is offered: {}", console.text());
    console.press("<Tab> <Enter>");
    let some = table(&console, "STATE");
    assert!(console.text().contains("/ state:wedged"), "{}", console.text());
    assert!(!some.is_empty() && some.len() < all, "{some:?}");
    assert!(some.iter().all(|line| line.contains("wedged")), "{some:?}");
    console.press("/");
    console.type_text(" nobody-of-that-name");
    console.press("<Enter>");
    assert!(console.text().contains("No writes match."), "{}", console.text());
    console.press("<Esc>");
    assert_eq!(table(&console, "STATE").len(), all, "esc clears it: {}", console.text());
    console.press("/ x q <Esc>");
    assert_eq!((console.orders.len(), table(&console, "STATE").len()), (0, all), "typed, and taken back");
}

#[test]
fn writes_are_sorted_by_their_columns_and_back() {
    let mut console = console(SIZE);
    console.press("@outbox");
    let own = table(&console, "STATE");
    console.press("o");
    assert!(console.text().contains("By age, newest first") && console.text().contains("AGE ↓"), "{}", console.text());
    console.press("O");
    assert!(console.text().contains("By age, oldest first") && console.text().contains("AGE ↑"), "{}", console.text());
    console.press("o o o o");
    assert!(console.text().contains("By write, from A to Z"), "{}", console.text());
    let verb = |line: &String| line.split_whitespace().nth(2).unwrap_or_default().to_lowercase();
    let verbs: Vec<String> = table(&console, "STATE").iter().map(|line| verb(&line.replace(['▌', '▏'], " "))).collect();
    assert!(verbs.is_sorted(), "{verbs:?}");
    console.press("o o");
    assert_eq!(table(&console, "STATE"), own, "{}", console.text());
}

#[test]
fn a_mark_stays_on_a_write_that_a_filter_hides_and_the_pane_goes_where_it_is_wanted() {
    let mut console = console(SIZE);
    console.press("@outbox <Space> /");
    console.type_text("state:queued");
    console.press("<Enter>");
    assert!(console.text().contains("* 1 marked"), "{}", console.text());
    console.press("<Esc> <Esc>");
    assert!(!console.text().contains("marked"), "the marks go first: {}", console.text());
    assert!(console.text().contains("TURNS"), "{}", console.text());
    console.press("v v");
    assert!(!console.text().contains("TURNS"), "it is away: {}", console.text());
    console.press("l");
    assert!(console.text().contains("TURNS"), "who reads it sees it: {}", console.text());
}

#[test]
fn the_outbox_is_found_again_as_it_was_looked_at() {
    let mut console = console(SIZE);
    console.press("@outbox /");
    console.type_text("-state:queued");
    console.press("<Enter> o o v j");
    console.pass(Duration::from_secs(60));
    console.pass(Duration::from_secs(1));
    let before = console.text();
    assert_eq!(again(console).text(), before);
}

#[test]
fn a_connection_is_known_beside_its_line_and_a_list_of_it_too() {
    for size in [SIZE, (80, 24)] {
        let mut console = console(size);
        console.press("@connections");
        let text = console.text();
        for words in ["CONNECTION", "MIRROR", "CHECKED", "platform", "https://api.prod.turen.io/api/v1"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        console.press("j");
        let text = console.text();
        for words in ["agents of turen", "read whole", "2/"] {
            assert!(text.contains(words), "{words}: {text}");
        }
    }
}

#[test]
fn marked_connections_are_synced_and_tested_together() {
    let mut console = console(SIZE);
    console.press("@connections <Space> <Space>");
    assert!(console.text().contains("* 2 marked"), "{}", console.text());
    console.asked.try_iter().for_each(drop);
    console.press("R");
    let asked: Vec<Ask> = console.asked.try_iter().collect();
    let sync = |name: &str| Ask::SyncNow(Some(name.to_owned()));
    assert_eq!(asked, [sync("lab"), sync("turen")]);
    console.press("t");
    let tested = console.asked.try_iter().filter(|ask| matches!(ask, Ask::Test { .. })).count();
    assert_eq!(tested, 2);
    // What was said of the tests goes first, then the marks.
    console.press("<Esc> <Esc> R");
    assert_eq!(console.asked.try_iter().last(), Some(sync("acme")), "without marks the one under the cursor");
}

#[test]
fn connections_and_lists_are_filtered_and_sorted() {
    let mut console = console(SIZE);
    console.press("@connections /");
    console.type_text("coll");
    assert!(console.text().contains("collection:"), "{}", console.text());
    console.press("<Tab>");
    console.type_text("runs");
    console.press("<Enter>");
    let lines = table(&console, "CONNECTION");
    assert!(lines.iter().any(|line| line.contains("  runs")), "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains("policies")), "{lines:?}");
    console.press("<Esc> /");
    console.type_text("platform:exo");
    console.press("<Enter>");
    let lines = table(&console, "CONNECTION");
    assert!(lines.len() > 3 && lines[0].contains("lab"), "a connection that passes shows all it has: {lines:?}");
    console.press("<Esc> o o");
    assert!(console.text().contains("By records, most first"), "{}", console.text());
    let first = table(&console, "CONNECTION")[0].clone();
    console.press("O");
    assert_ne!(table(&console, "CONNECTION")[0], first);
    console.press("/");
    console.type_text("nobody");
    console.press("<Enter>");
    assert!(console.text().contains("No connections match."), "{}", console.text());
}

#[test]
fn the_connections_are_found_again_as_they_were_looked_at() {
    let mut console = console(SIZE);
    console.press("@connections V j <Space> <Enter> o v j j");
    console.pass(Duration::from_secs(60));
    console.pass(Duration::from_secs(1));
    let before = console.text();
    assert!(!before.contains("STATE"), "{before}");
    assert_eq!(again(console).text(), before);
}

#[test]
fn incidents_are_filtered_like_any_list() {
    let world = || World::believable().with_writes().with_incidents();
    let mut console = Console::with(SIZE, world(), connections(), TuiSettings::default());
    console.press("@incidents z <Esc>");
    let all = table(&console, "INCIDENT").len();
    assert_eq!(all, 3, "{}", console.text());
    console.press("/");
    console.type_text("is:c");
    console.press("<Tab> <Enter>");
    assert!(console.text().contains("/ is:closed"), "{}", console.text());
    assert_eq!(table(&console, "INCIDENT").len(), 1, "{}", console.text());
    console.press("<Esc>");
    assert_eq!(table(&console, "INCIDENT").len(), all, "{}", console.text());
    console.press("/");
    console.type_text("no-such-thing");
    console.press("<Enter>");
    assert!(console.text().contains("No incidents match."), "{}", console.text());
}

/// A click with the left button where these words stand.
pub(super) fn click(console: &mut Console, words: &str) {
    let text = console.text();
    let (y, line) = text.lines().enumerate().find(|(_, line)| line.contains(words)).unwrap_or_else(|| panic!("{text}"));
    let x = crate::tui::text::width(&line[..line.find(words).unwrap()]);
    let kind = crossterm::event::MouseEventKind::Down(crossterm::event::MouseButton::Left);
    let at = crossterm::event::MouseEvent { kind, column: x as u16, row: y as u16, modifiers: KeyModifiers::NONE };
    console.app.handle(Message::Input(Event::Mouse(at)), console.clock);
    console.settle();
}

#[test]
fn a_click_on_an_entry_of_the_palette_chooses_it_and_one_beside_it_closes_the_palette() {
    let mut console = console(SIZE);
    console.press(":");
    console.type_text("open");
    click(&mut console, "Open Runs");
    assert!(console.text().contains("RUN ") && !console.text().contains("Do what?"), "{}", console.text());
    console.press(":");
    click(&mut console, "Do what?");
    assert!(console.text().contains("Do what?"), "on its edge nothing happens: {}", console.text());
    click(&mut console, "STATUS");
    assert!(!console.text().contains("Do what?"), "{}", console.text());
}

#[test]
fn the_palette_has_every_action_and_says_of_the_others_where_they_work() {
    let mut console = console(SIZE);
    console.press("@agents :");
    console.type_text("let go of a write");
    assert!(console.text().contains("in the outbox"), "{}", console.text());
    console.press("<Enter>");
    let text = console.text();
    assert!(text.contains("It works in the outbox: d does it.") && text.contains("WRITE"), "{text}");
    console.press("@agents :");
    console.type_text("next change of a file");
    console.press("<Enter>");
    let text = console.text();
    assert!(text.contains("Not here: it works in a transcript, and d does it.") && text.contains("AGENT"), "{text}");
    // Not one is missing.
    for action in crate::tui::actions::ACTIONS {
        use crate::tui::actions::{Act, view_number};
        if view_number(action.act).is_none() && action.act != Act::Palette {
            let listed = console.app.offers(action.act);
            assert!(listed, "{} is nowhere in the palette", action.id);
        }
    }
}

/// It says how many records are marked.
fn counts_marks(console: &Console) -> bool {
    let text = console.text();
    text.match_indices(" marked").any(|(at, _)| text[..at].ends_with(char::is_numeric))
}

#[test]
fn marking_all_marks_nothing_of_a_list_that_was_changed_before_the_marks_came() {
    let mut console = Console::new(SIZE);
    console.press("@sessions");
    for change in ["o", "z", "/"] {
        console.key("*");
        console.key(change);
        if change == "/" {
            console.type_text("flaky");
            console.key("<Enter>");
        }
        console.settle();
        assert!(!counts_marks(&console), "{change}: {}", console.text());
    }
    console.press("*");
    assert!(counts_marks(&console), "{}", console.text());
}

#[test]
fn how_many_match_is_told_of_as_many_as_are_listed_without_the_filter() {
    let mut console = Console::new(SIZE);
    console.press("/");
    console.type_text("churn-radar");
    console.press("<Enter>");
    assert!(console.text().contains("1 of 49 match"), "{}", console.text());
    console.press("z");
    assert!(console.text().contains("2 of 50 match"), "with the one that is gone: {}", console.text());
    console.press("@others . . /");
    console.type_text("-zzzz");
    console.press("<Enter>");
    assert!(console.text().contains("5 of 5 match"), "of the chosen group: {}", console.text());
}
