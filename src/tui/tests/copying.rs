//! What is selected is copied, wherever one is: its id, and what belongs to it.

use quarterdeck_sync::model::IncidentId;
use quarterdeck_sync::text::Secrets;
use quarterdeck_sync::text::secrets::mask;

use super::*;
use crate::tui::clipboard::{self, Between};
use crate::tui::incidents::Outcome;

const SIZE: (u16, u16) = (160, 48);

fn console() -> Console {
    let world = World::believable().with_contents().with_writes().with_incidents();
    Console::with(SIZE, world, connections(), TuiSettings::default())
}

/// What a key sends to the terminal.
fn sent(console: &mut Console, key: &str) -> Option<Vec<u8>> {
    console.settle();
    console.orders.clear();
    console.press(key);
    console.orders.iter().find_map(|order| if let Order::Send(bytes) = order { Some(bytes.clone()) } else { None })
}

fn copies(console: &mut Console, key: &str, text: &str) {
    let wanted = clipboard::sequence(text, Secrets::Masked, Between::Nothing);
    assert!(wanted.is_some() && sent(console, key) == wanted, "{key} does not copy {text}:\n{}", console.text());
}

fn ids(console: &Console, kind: Kind) -> Vec<String> {
    let world = console.store.world.lock().unwrap();
    world.rows.iter().filter(|(row, _)| row.kind == kind).map(|(row, _)| row.id.clone()).collect()
}

#[test]
fn the_id_of_the_chosen_record_is_copied_from_its_list_and_from_its_details() {
    for (view, kind) in [("@agents", Kind::Agent), ("@runs", Kind::Run), ("@approvals", Kind::Approval)] {
        for way in ["", " <Enter>"] {
            let mut console = console();
            console.press(&format!("{view} j{way}"));
            let text = console.text();
            let chosen = ids(&console, kind).into_iter().filter(|id| text.contains(id.as_str()));
            let tried: Vec<String> = chosen.collect();
            let got = sent(&mut console, "y").unwrap_or_else(|| panic!("{view}{way}:\n{text}"));
            let same = |id: &&String| clipboard::sequence(id, Secrets::Masked, Between::Nothing).as_ref() == Some(&got);
            assert!(tried.iter().any(|id| same(&id)), "{view}{way} copied none of {tried:?}\n{text}");
            assert!(console.text().contains("Copied the id"), "{}", console.text());
        }
    }
}

#[test]
fn the_document_in_the_details_is_copied_as_it_is_shown_with_its_secrets_masked() {
    const TOKEN: &str = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
    let mut world = World::believable();
    for (row, doc) in world.rows.iter_mut().filter(|(row, _)| row.kind == Kind::Agent) {
        *doc = serde_json::json!({"id": row.id, "note": format!("uses {TOKEN}")}).to_string();
    }
    let mut console = Console::with(SIZE, world, connections(), TuiSettings::default());
    console.press("<Enter>");
    let got = sent(&mut console, "Y").unwrap_or_else(|| panic!("{}", console.text()));
    let id = ids(&console, Kind::Agent).into_iter().find(|id| {
        let whole = format!("uses {TOKEN}");
        let masked = mask(&whole);
        let text = format!("{:#}", serde_json::json!({"id": id, "note": masked}));
        clipboard::sequence(&text, Secrets::Masked, Between::Nothing).as_ref() == Some(&got)
    });
    let whole = clipboard::sequence(TOKEN, Secrets::Revealed, Between::Nothing);
    assert!(id.is_some() && whole != Some(got), "{}", console.text());
}

#[test]
fn a_write_gives_its_own_id_and_that_of_its_record() {
    let mut console = console();
    console.press("@outbox");
    let (id, target) = {
        let text = console.text();
        let world = console.store.world.lock().unwrap();
        let write = world.writes.iter().find(|write| text.contains(write.id.as_str())).unwrap();
        (write.id.to_string(), write.intent.target.clone().unwrap())
    };
    copies(&mut console, "y", &id);
    copies(&mut console, "Y", &target);
}

#[test]
fn an_incident_gives_its_id_what_is_pinned_gives_its_own_and_the_evidence_its_folder() {
    let mut console = console();
    console.press("@incidents");
    let (id, pin) = {
        let text = console.text();
        let world = console.store.world.lock().unwrap();
        let case = world.cases.iter().find(|case| text.contains(&case.incident.title)).unwrap();
        (case.incident.id.clone(), case.pinned[0].place().id.clone())
    };
    copies(&mut console, "y", id.as_str());
    // Before there is evidence nothing is copied, and that is said.
    assert_eq!(sent(&mut console, "Y"), None);
    assert!(console.text().contains("Not now: nothing is open that could be copied"), "{}", console.text());
    let folder = "/srv/evidence/incident-refunds-20260310T081231Z";
    let written = |of: IncidentId| Outcome::Written { of, folder: folder.into(), said: "Evidence.".into() };
    console.news(Outside::Incident(written(IncidentId::new("another"))));
    assert_eq!(sent(&mut console, "Y"), None, "the folder of another incident");
    console.news(Outside::Incident(written(id)));
    copies(&mut console, "Y", folder);
    console.press("<Enter>");
    copies(&mut console, "y", &pin);
}

#[test]
fn a_hit_an_item_of_the_inbox_and_a_moment_give_their_ids() {
    let mut console = console();
    console.press("f");
    console.type_text("kind:agent connection:acme");
    console.press("<Esc>");
    let known = |console: &Console| {
        let text = console.text();
        let world = console.store.world.lock().unwrap();
        let shown = |row: &&(Row, String)| text.contains(row.0.id.as_str());
        world.rows.iter().filter(shown).map(|(row, _)| row.id.clone()).collect::<Vec<_>>()
    };
    for keys in ["", "@inbox", "@agents ="] {
        if !keys.is_empty() {
            console.press(keys);
        }
        let got = sent(&mut console, "y").unwrap_or_else(|| panic!("{keys}:\n{}", console.text()));
        let all: Vec<String> = match keys {
            // What a moment is called does not always tell its id.
            "@agents =" => console.store.world.lock().unwrap().rows.iter().map(|(row, _)| row.id.clone()).collect(),
            _ => known(&console),
        };
        let same = |id: &String| clipboard::sequence(id, Secrets::Masked, Between::Nothing).as_ref() == Some(&got);
        assert!(all.iter().any(same), "{keys}: {all:?}\n{}", console.text());
    }
    console.press("f");
    console.type_text("kind:agent connection:acme");
    console.press("<Esc>");
    let got = sent(&mut console, "Y").expect("the document of the hit");
    assert!(got.len() > 100 && console.text().contains("Copied the document"), "{}", console.text());
}
