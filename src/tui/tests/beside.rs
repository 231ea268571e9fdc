//! What lists tell of records beside what stands in them: reviews, bookmarks, containments, names of projects, days to come.

use quarterdeck_sync::model::{Kind, WriteState};
use serde_json::json;

use super::*;
use crate::tui::kept::{Containment, Flagged, Kept};

const SIZE: (u16, u16) = (160, 48);

impl World {
    /// What stands beside records of a kind.
    pub fn flagged(&self, kind: Kind) -> Flagged {
        let mut flagged = Flagged::default();
        if kind == Kind::Agent {
            for write in self.writes.iter().filter(|write| write.state == WriteState::Confirmed) {
                if let ("contain", Some(id)) = (write.intent.verb.as_str(), write.intent.target.clone()) {
                    let undone = self.undone.contains(&id);
                    let how = if undone { Containment::Undone } else { Containment::Holds };
                    flagged.contain(write.list(), id, how);
                }
            }
            return flagged;
        }
        for (row, _) in &self.rows {
            let Some(kept) = self.kept.get(&row.id) else { continue };
            if !kept.bookmarks.is_empty() {
                flagged.bookmark(row.list.clone(), row.id.clone());
            }
            if let Some((_, seen)) = &kept.reviewed {
                flagged.review(row.list.clone(), row.id.clone(), seen.clone());
            }
        }
        flagged
    }
}

fn console(world: World) -> Console {
    Console::with(SIZE, world, connections(), TuiSettings::default())
}

#[test]
fn the_list_of_sessions_says_which_were_reviewed_which_changed_since_and_which_are_bookmarked() {
    let mut world = World::believable();
    let sessions: Vec<Row> =
        world.rows.iter().map(|(row, _)| row.clone()).filter(|row| row.kind == Kind::Session).take(4).collect();
    let keep = |world: &mut World, row: &Row, bookmarks: Vec<Option<u64>>, reviewed: Option<String>| {
        let reviewed = reviewed.map(|seen| (fake::now(), seen));
        world.kept.insert(row.id.clone(), Kept { bookmarks, reviewed, ..Kept::default() });
    };
    let look = |row: &Row| crate::tui::kept::look(row, 12);
    keep(&mut world, &sessions[0], Vec::new(), Some(look(&sessions[0])));
    keep(&mut world, &sessions[1], vec![Some(3)], None);
    keep(&mut world, &sessions[2], vec![None], Some(look(&sessions[0])));
    let mut console = console(world);
    console.press("@sessions v v");
    let text = console.text();
    let line = |row: &Row| {
        let found = text.lines().find(|line| line.contains(&row.id)).unwrap_or_else(|| panic!("{text}"));
        found.trim_start_matches(['▌', ' ']).to_owned()
    };
    assert!(line(&sessions[0]).starts_with("✓ "), "{text}");
    assert!(line(&sessions[1]).starts_with("★ "), "{text}");
    assert!(line(&sessions[2]).starts_with("★~ "), "it has changed since: {text}");
    assert!(!line(&sessions[3]).starts_with(['✓', '★', '~']), "{text}");
}

#[test]
fn an_agent_that_was_contained_does_not_read_as_if_nothing_was() {
    let mut world = World::believable();
    let found = world.rows.iter().find(|(row, _)| row.kind == Kind::Agent && row.list.connection == "acme");
    let (row, doc) = found.cloned().expect("an agent of RunAgents");
    let asked = quarterdeck_sync::outbox::action::Asked { verb: "contain".into(), ..Default::default() };
    let status = Some("active".to_owned());
    let record = Record { row: Row { status, ..row.clone() }, doc };
    let mut intent = outbox::intent(&record, &asked).unwrap();
    intent.effect = Default::default();
    world.writes.push(outbox::write(1, intent, WriteState::Confirmed, 60));
    let mut console = console(world);
    console.press("@agents v v /");
    console.type_text("connection:acme");
    console.press("<Enter>");
    let line = |console: &Console| {
        let text = console.text();
        let found = text.lines().find(|line| line.contains(row.title.as_deref().unwrap()));
        found.unwrap_or_else(|| panic!("{text}")).to_owned()
    };
    assert!(line(&console).contains("■contained"), "{}", line(&console));
    assert_eq!(console.text().matches("■contained").count(), 1, "{}", console.text());
    // Somebody has let it go in the vendor's console.
    console.store.world.lock().unwrap().undone.push(row.id.clone());
    console.news(Outside::Committed);
    assert!(line(&console).contains("!active again"), "{}", line(&console));
    assert!(!console.text().contains("■contained"), "{}", console.text());
}

#[test]
fn a_project_that_is_but_an_id_has_its_name_where_the_mirror_knows_it() {
    let mut world = World::believable();
    let id = "3f1d7c2e-0000-4a4b-9c55-1f2e3d4c5b6a";
    world.add(
        ("lab", "exo"),
        ("projects", Kind::Other),
        id.into(),
        Some("Payments desk"),
        None,
        (None, None),
        10,
        json!({"id": id, "name": "Payments desk"}),
    );
    let (row, _) = world
        .rows
        .iter_mut()
        .find(|(row, _)| row.kind == Kind::Agent && row.list.connection == "lab" && row.gone_at.is_none())
        .expect("an agent of Exo");
    row.project = Some(id.to_owned());
    row.updated_at = Some(fake::now());
    world.count();
    let mut console = console(world);
    console.press("v v");
    let text = console.text();
    assert!(text.contains("Payments desk"), "{text}");
    assert!(!text.contains("1f2e3d4c5b6a"), "{text}");
}

#[test]
fn a_list_with_a_day_to_come_opens_on_the_latest_that_has() {
    let mut world = World::believable();
    for (day, ago) in [("2026-11-23", -54_000), ("2026-11-22", 32_400), ("2026-11-21", 118_800)] {
        let doc = json!({"date": day, "count": 3});
        let of = ("session-calendar", Kind::Other);
        world.add(("turen", "turen"), of, day.into(), Some(day), None, (None, None), ago, doc);
    }
    world.count();
    let mut console = console(world);
    console.press("@others v v . . . .");
    assert!(console.selected().contains("2026-11-22"), "{}", console.text());
    let first = |console: &Console| console.text().lines().find(|line| line.contains("2026-11-2")).map(str::to_owned);
    assert!(first(&console).unwrap().contains("2026-11-22"), "{}", console.text());
    // A refresh moves nothing, and what is above is a key away.
    console.news(Outside::Committed);
    assert!(console.selected().contains("2026-11-22"), "{}", console.text());
    console.press("k");
    assert!(console.selected().contains("2026-11-23"), "{}", console.text());
    console.news(Outside::Committed);
    assert!(console.selected().contains("2026-11-23"), "{}", console.text());
    console.press("g");
    console.news(Outside::Committed);
    assert!(console.selected().contains("2026-11-23"), "who goes to the top stays there: {}", console.text());
}
