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
