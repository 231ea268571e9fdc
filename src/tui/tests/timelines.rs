//! What a timeline tells, and what can be done from it.

use super::*;

#[test]
fn a_timeline_names_its_clock_which_is_that_of_the_details() {
    let mut console = Console::new((160, 48));
    console.press("@agents =");
    let text = console.text();
    let head = text.lines().find(|line| line.contains("1 day")).unwrap_or_default();
    assert!(head.contains("1 day, UTC"), "{text}");
    // What the cursor is on is told at the very time that its details tell.
    let at = {
        let line = console.selected();
        line.split_whitespace().find(|word| word.matches(':').count() == 2).map(str::to_owned)
    };
    let at = at.unwrap_or_else(|| panic!("{text}"));
    let world = console.store.world.lock().unwrap();
    let known = world.rows.iter().filter_map(|(row, _)| row.updated_at.or(row.created_at));
    let writes = world.writes.iter().map(|write| write.created_at);
    assert!(known.chain(writes).any(|known| known.to_string().contains(&format!("T{at}"))), "{at}\n{text}");
}

#[test]
fn an_incident_names_the_clock_of_its_notes_and_of_its_timeline() {
    let world = World::believable().with_writes().with_contents().with_incidents();
    let mut console = Console::with((160, 48), world, connections(), TuiSettings::default());
    console.press("@incidents");
    for heading in ["NOTES", "TIMELINE"] {
        let text = console.text();
        let line = text.lines().find(|line| line.contains(heading)).unwrap_or_default();
        assert!(line.trim_end().ends_with(" UTC"), "{heading}\n{text}");
    }
}

#[test]
fn from_its_timeline_an_agent_is_contained_and_what_the_cursor_is_on_is_read_and_followed() {
    let world = World::believable().with_contents().with_writes();
    let mut console = Console::with((160, 48), world, connections(), TuiSettings::default());
    console.press("@agents /");
    console.type_text("connection:turen");
    console.press("<Enter> =");
    let text = console.text();
    let agent = {
        let world = console.store.world.lock().unwrap();
        let named =
            |row: &Row| row.title.as_deref().is_some_and(|title| text.contains(title)) && text.contains(&row.id);
        world.rows.iter().map(|(row, _)| row).find(|row| row.kind == Kind::Agent && named(row)).cloned()
    };
    let agent = agent.unwrap_or_else(|| panic!("{text}"));
    // Whatever the cursor is on: the sheet is about the agent.
    for key in ["s", "c"] {
        console.press(key);
        let text = console.text();
        assert!(text.contains(&agent.id) && text.contains("nothing is done"), "{key}\n{text}");
        console.press("<Esc> k");
        assert!(console.text().contains("Timeline"), "{}", console.text());
    }
    console.press("L");
    assert!(console.text().contains("leads to"), "{}", console.text());
    console.press("<Esc>");
    for _ in 0..40 {
        if console.selected().contains(" session ") {
            break;
        }
        console.press("k");
    }
    console.press("t");
    assert!(console.text().contains("Timeline › Transcript"), "{}", console.text());
    console.press("<Esc>");
    assert!(console.selected().contains(" session "), "{}", console.text());
}

#[test]
fn a_run_that_went_on_meanwhile_stays_under_the_cursor() {
    let mut console = Console::new((160, 48));
    console.press("@agents = k k");
    let title = |line: &str| line.split_whitespace().skip(3).collect::<Vec<_>>().join(" ");
    let before = title(&console.selected());
    {
        let mut world = console.store.world.lock().unwrap();
        for (row, _) in &mut world.rows {
            row.updated_at = row.updated_at.map(|at| at.checked_add(jiff::SignedDuration::from_secs(1)).unwrap());
        }
    }
    console.news(Outside::Committed);
    assert_eq!(title(&console.selected()), before, "{}", console.text());
}

#[test]
fn an_agent_leads_to_the_timeline_of_its_machine_which_tells_where_each_item_is_from() {
    let mut console = Console::new((160, 48));
    console.press("@agents /");
    console.type_text("connection:turen");
    console.press("<Enter> L");
    assert!(console.text().contains("its machine: mbp-mara"), "{}", console.text());
    console.type_text("its machine");
    console.press("<Enter>");
    let text = console.text();
    assert!(text.contains(" › Timeline") && text.contains("machine, 2 agents"), "{text}");
    let from = console.selected().split_whitespace().last().unwrap_or_default().to_owned();
    assert!(["turen", "lab", "acme"].contains(&from.as_str()), "{}", console.selected());
    // Nobody is contained by what happened on a machine of several.
    console.press("s");
    assert!(!console.text().contains("nothing is done"), "{}", console.text());
    // What was said of it goes first.
    console.press("<Esc> <Esc>");
    assert!(console.text().contains("connection:turen"), "{}", console.text());
}
