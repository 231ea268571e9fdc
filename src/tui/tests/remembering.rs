//! What the console remembers, what the palette finds, and what is completed.

use quarterdeck_sync::model::{ContentTotals, Kind, RowKey};

use super::*;
use crate::tui::memory::Memory;

const SIZE: (u16, u16) = (160, 48);

impl World {
    /// Names of agents and projects.
    pub fn words(&self) -> NamedWords {
        let mut words = NamedWords::default();
        for (row, _) in &self.rows {
            words.agents.extend(row.agent_title.clone());
            words.projects.extend(row.project.clone());
        }
        for names in [&mut words.agents, &mut words.projects] {
            names.sort();
            names.dedup();
        }
        words
    }

    /// Contents of the first connection.
    pub fn content_totals(&self) -> Vec<ContentTotals> {
        let totals = ContentTotals {
            connection: "turen".into(),
            held: 900,
            stale: 3,
            missing: 167,
            packed_bytes: 24_100_000,
            ..ContentTotals::default()
        };
        vec![totals]
    }
}

/// What a console last wanted remembered, as a file has it.
pub(super) fn remembered(console: &Console) -> Memory {
    let asks = console.asked.try_iter();
    let last = asks.filter_map(|ask| if let Ask::Remember(memory) = ask { Some(memory) } else { None }).last();
    Memory::read(&last.expect("it asks to be remembered").text()).unwrap()
}

/// Leaves, and opens the console again.
pub(super) fn again(mut console: Console, world: World) -> Console {
    console.press("C-c");
    let memory = remembered(&console);
    Console::started(SIZE, world, connections(), TuiSettings { memory, ..TuiSettings::default() })
}

#[test]
fn the_console_opens_where_it_was_left() {
    let mut console = Console::new(SIZE);
    console.press("T @runs /");
    console.type_text("status:failed");
    console.press("<Enter> o v # 7 j");
    console.pass(Duration::from_secs(60));
    let before = console.text();
    let console = again(console, World::believable());
    assert_eq!(console.text(), before, "the view, its filter, order, layout and row");
    assert!(console.text().contains("/ status:failed"));
}

#[test]
fn the_theme_one_left_with_is_kept_until_another_is_set() {
    let mut console = Console::new(SIZE);
    console.press("T C-c");
    let memory = remembered(&console);
    let ground = |console: &Console| console.screen.backend().buffer().cell((80, 20)).unwrap().bg;
    let left = ground(&console);
    let open = |theme: &str| {
        let settings = TuiSettings { memory: memory.clone(), theme: theme.into(), ..TuiSettings::default() };
        ground(&Console::with(SIZE, World::believable(), connections(), settings))
    };
    assert_eq!(open("dark"), left);
    assert_ne!(left, ground(&Console::new(SIZE)));
    let plain = TuiSettings { theme: "ansi-16".into(), ..TuiSettings::default() };
    let plain = ground(&Console::with(SIZE, World::believable(), connections(), plain));
    assert_eq!(open("ansi-16"), plain, "what is set anew wins");
}

#[test]
fn a_list_left_at_its_top_shows_what_is_new() {
    let mut console = Console::new(SIZE);
    console.press("@runs");
    let mut world = World::believable();
    let doc = serde_json::json!({});
    let (list, status) = (("runs", Kind::Run), Some("RUNNING"));
    world.add(("acme", "runagents"), list, "new".into(), Some("Brand new"), status, (None, None), 0, doc);
    let console = again(console, world);
    assert!(console.selected().contains("Brand new"), "{}", console.selected());
}

#[test]
fn in_a_mirror_made_anew_a_number_means_another_record_and_is_not_believed() {
    let mut console = Console::new(SIZE);
    console.press("@runs # 9 j");
    let mut world = World::believable();
    let count = world.rows.len() as i64;
    for (row, _) in &mut world.rows {
        row.key = RowKey(count - row.key.0);
    }
    let console = again(console, world);
    assert!(console.text().contains("1/346"), "{}", console.text());
}

/// The headings of the table.
fn heads(console: &Console) -> String {
    let text = console.text();
    text.lines().find(|line| line.contains("SESSION")).unwrap_or_default().to_owned()
}

#[test]
fn columns_are_chosen_on_a_sheet_and_every_list_of_the_kind_has_them() {
    let mut console = Console::new(SIZE);
    console.press("@sessions v v V");
    assert!(console.text().contains("Columns of sessions"), "{}", console.text());
    // The project away, the id to the front.
    console.press("j j <Space> j K K K <Enter>");
    let chosen = |heads: &str| !heads.contains("PROJECT") && heads.find("ID") < heads.find("SESSION");
    let before = heads(&console);
    assert!(chosen(&before), "{before}");
    console.press("@agents # 1 1 j L <Enter> v v");
    assert!(chosen(&heads(&console)), "{}", heads(&console));
    let mut console = again(console, World::believable());
    console.press("@sessions");
    assert_eq!(heads(&console), before);
}

#[test]
fn choosing_columns_triggers_no_action_of_the_list() {
    let mut console = Console::new(SIZE);
    console.press("V x s a l l h = 0 <Esc>");
    assert!(!console.text().contains("Columns of agents"));
    assert!(console.asked.try_iter().all(|ask| matches!(ask, Ask::Remember(_))), "nothing was decided");
}

#[test]
fn a_filter_is_completed_from_what_there_is() {
    let mut console = Console::new(SIZE);
    console.press("@runs /");
    console.type_text("st");
    assert!(console.text().contains("status:"), "{}", console.text());
    console.type_text("atus:f");
    console.press("<Tab>");
    let text = console.text();
    assert!(text.contains("/ status:FAILED") && text.contains("status begins with FAILED"), "{text}");
    console.type_text(" agent:k");
    assert!(console.text().contains("kb-writer"), "{}", console.text());
    console.press("<Tab> <Enter> j");
    assert!(console.selected().contains("kb-writer"), "{}", console.selected());
}

#[test]
fn what_is_typed_without_a_suggestion_moves_through_the_rows_as_before() {
    let mut console = Console::new(SIZE);
    console.press("@sessions /");
    console.type_text("flaky");
    let place = |console: &Console| console.text().lines().position(|line| line.starts_with('▌'));
    let before = place(&console);
    console.press("<Down> <Down>");
    assert_eq!(place(&console), before.map(|line| line + 2), "{}", console.text());
}

#[test]
fn the_palette_finds_a_record_by_the_beginning_of_its_id() {
    let mut console = Console::new(SIZE);
    console.press("@runs j :");
    console.type_text("apr-00");
    assert!(console.text().contains("apr-004"), "{}", console.text());
    console.type_text("4");
    console.press("<Enter>");
    let text = console.text();
    assert!(text.lines().nth(1).unwrap().contains("Runs › "), "{text}");
    assert!(text.contains("apr-004"), "{text}");
    console.press("<Esc>");
    assert!(console.text().contains("2/346"), "{}", console.text());
}

#[test]
fn what_was_chosen_last_stands_first_in_the_palette() {
    let first = |console: &Console| {
        let text = console.text();
        text.lines().find(|line| line.contains("▌") && line.contains("│")).unwrap_or_default().to_owned()
    };
    let mut console = Console::new((80, 24));
    console.press(":");
    console.type_text("theme light");
    console.press("<Enter> :");
    assert!(console.text().contains("Theme Light") || console.text().contains("Theme light"), "{}", console.text());
    let mut console = again(console, World::believable());
    console.press(":");
    assert!(console.text().contains("Theme light"), "{}{}", first(&console), console.text());
}

#[test]
fn the_palette_opens_a_saved_search() {
    let mut console = Console::with(SIZE, World::believable().with_contents(), connections(), TuiSettings::default());
    let saved = console.store.world.lock().unwrap().searches[0].clone();
    console.press(":");
    console.type_text(&saved.name);
    console.press("<Enter>");
    assert!(console.text().contains(&saved.query), "{}", console.text());
}

#[test]
fn a_list_of_a_connection_is_one_key_away() {
    let mut console = Console::new(SIZE);
    console.press("@connections j <Enter>");
    let text = console.text();
    assert!(text.lines().nth(1).unwrap().starts_with("  Connections › Agents"), "{text}");
    assert!(text.contains(r#"/ connection:"turen" collection:"agents""#), "{text}");
    console.press("<Esc> g R");
    assert_eq!(console.asked.try_iter().last(), Some(Ask::SyncNow(Some("turen".into()))));
}

#[test]
fn everything_between_two_marks_is_marked() {
    let mut console = Console::new(SIZE);
    console.press("M");
    assert!(console.text().contains("Mark one record first"));
    console.press("j <Space> j j j M");
    assert!(console.text().contains("* 5 marked"), "{}", console.text());
    console.press("@policies j j <Space> k k k M");
    assert!(console.text().contains("* 3 marked"), "upwards too: {}", console.text());
}

#[test]
fn the_columns_of_the_outbox_are_chosen_and_remembered_like_those_of_any_list() {
    let settings = TuiSettings::default;
    let heads = |console: &Console| {
        let text = console.text();
        text.lines().find(|line| line.contains("STATE")).unwrap_or_default().to_owned()
    };
    let mut console = Console::with(SIZE, World::believable().with_writes(), connections(), settings());
    console.press("@outbox V");
    assert!(console.text().contains("Columns of writes"), "{}", console.text());
    // The age away; the list, which nobody sees by itself, to the front.
    console.press("# 5 j <Space> j <Space> # 6 K");
    for _ in 0..5 {
        console.press("K");
    }
    console.press("<Enter>");
    let chosen = heads(&console);
    assert!(!chosen.contains("AGE") && chosen.find("LIST") < chosen.find("STATE"), "{chosen}");
    assert!(console.asked.try_iter().all(|ask| matches!(ask, Ask::Remember(_) | Ask::Shown)), "nothing was decided");
    console.press("q");
    let memory = remembered(&console);
    let settings = TuiSettings { memory, ..settings() };
    let mut console = Console::started(SIZE, World::believable().with_writes(), connections(), settings);
    console.press("@outbox");
    assert_eq!(heads(&console), chosen);
}

#[test]
fn a_note_that_was_begun_is_there_again_after_the_console_was_left_in_the_middle_of_it() {
    let world = || World::believable().with_writes().with_contents().with_incidents();
    let mut console = Console::with(SIZE, world(), connections(), TuiSettings::default());
    console.press(":");
    console.type_text("Open Incidents");
    console.press("<Enter> n");
    console.type_text("told the team");
    let mut console = again(console, world());
    console.press("n");
    assert!(console.text().contains("told the team"), "{}", console.text());
    console.press("<Esc> @sessions t J i");
    console.type_text("ask mara");
    let mut console = again(console, world());
    assert!(!console.text().contains("ask mara"), "{}", console.text());
    console.press("i");
    assert!(console.text().contains("ask mara"), "{}", console.text());
    // Left with the key that leaves it, it is there as well; once kept, it is done with.
    console.type_text(" first");
    console.press("<Esc>");
    assert!(console.text().contains("what was written is there when you write again"), "{}", console.text());
    console.press("h t J i");
    assert!(console.text().contains("ask mara first"), "{}", console.text());
    console.press("<Enter> i");
    assert!(!console.text().contains("ask mara first"), "{}", console.text());
}
