//! What a person keeps for themselves, from the command line: notes and bookmarks.

use quarterdeck_sim::Options;

use crate::fleet::Fleet;

#[test]
fn notes_and_bookmarks_are_kept_listed_and_let_go_of_without_a_network() {
    let fleet = Fleet::new(Options::default(), &["turen"]);
    assert_eq!(fleet.qd(&["sync", "--content", "none"]).code, 0);
    let id = fleet.sim.truth("turen", "sessions")[0]["id"].to_string();
    let _url = fleet.unplug();
    let place = format!("turen/{id}#3");
    assert_eq!(fleet.qd(&["bookmarks", "list", "--json"]).json()["items"], serde_json::json!([]));
    assert_eq!(fleet.qd(&["bookmarks", "add", &place]).code, 0);
    let listed = fleet.qd(&["bookmarks", "list", "--json"]).json();
    assert_eq!(listed["schema"], "qd.bookmarks/1");
    let item = &listed["items"][0];
    assert_eq!((&item["id"], &item["entry"]), (&id.clone().into(), &3.into()), "{listed}");

    assert_eq!(fleet.qd(&["notes", "add", &place, "  is this ours? \u{1b}[31m "]).code, 0);
    assert_eq!(fleet.qd(&["notes", "add", &format!("turen/{id}"), "the whole"]).code, 0);
    let notes = |args: &[&str]| fleet.qd(&[&["notes", "list", "--json"], args].concat()).json()["items"].clone();
    assert_eq!(notes(&[]).as_array().map(Vec::len), Some(2));
    assert_eq!(notes(&[&place])[0]["text"], "is this ours? \u{1b}[31m");
    let table = fleet.qd(&["notes", "list"]);
    assert!(table.out.contains(&place) && !table.out.contains('\u{1b}'), "{table:?}");

    let shown = fleet.qd(&["sessions", "show", &format!("turen/{id}"), "--json"]).json()["kept"].clone();
    assert_eq!(shown["bookmarks"], serde_json::json!([3]));
    assert_eq!((&shown["notes"][0]["entry"], &shown["notes"][1]["text"]), (&3.into(), &"the whole".into()));

    let note = notes(&[])[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(fleet.qd(&["notes", "drop", &note[18..]]).code, 0);
    assert_eq!(notes(&[])[0]["text"], "the whole");
    assert_eq!(fleet.qd(&["notes", "drop", "nowhere"]).code, 9);
    assert_eq!(fleet.qd(&["notes", "add", "nowhere", "x"]).code, 9);
    assert_eq!(fleet.qd(&["notes", "add", &place, " "]).code, 2);
    assert_eq!(fleet.qd(&["bookmarks", "drop", &place]).code, 0);
    assert_eq!(fleet.qd(&["bookmarks", "drop", &place]).code, 9);
}
