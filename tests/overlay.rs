//! What is decided and not carried out yet, in every read of the command line. No platform is there: 127.0.0.1:9 answers nobody.

use std::collections::BTreeMap;

use quarterdeck_sync::model::{Base, By, ColumnEdits, Effect, Intent, Kind, Verdict, Write, WriteState};
use quarterdeck_sync::outbox::{Outbox, Turn};
use serde_json::{Value, json};

use crate::cli_read::{Deck, at, fleet};

/// The outbox of a deck, opened as another qd would.
fn outbox(deck: &Deck) -> Outbox {
    let (outbox, aside) = Outbox::open(&deck.home.path().join("outbox.db"), By::default()).expect("an outbox");
    assert_eq!(aside, None);
    outbox
}

/// Keeps the decision to suspend an agent of `prod`.
fn suspend(outbox: &Outbox, id: &str) -> Write {
    let columns = ColumnEdits { status: Some(Some("suspended".to_owned())), ..ColumnEdits::default() };
    let intent = Intent {
        connection: "prod".to_owned(),
        platform: "turen".to_owned(),
        collection: "agents".to_owned(),
        kind: Kind::Agent,
        action: "suspend".to_owned(),
        verb: "suspend".to_owned(),
        target: Some(id.to_owned()),
        title: None,
        args: BTreeMap::new(),
        reason: Some("it loops".to_owned()),
        base: Base { doc: json!({ "status": "active" }), ..Base::default() },
        effect: Effect { doc: vec![("/status".to_owned(), json!("suspended"))], columns },
        deadline: Some(at("2026-03-01T13:00:00Z")),
        undoes: None,
        by: By::default(),
    };
    outbox.append(vec![intent], at("2026-03-01T12:30:00Z")).expect("kept").remove(0)
}

fn turn(outbox: &Outbox, write: &Write, to: WriteState) {
    let turn = Turn { verdict: Some(Verdict::default()), ..Turn::to(to, at("2026-03-01T12:31:00Z")) };
    let states: Vec<WriteState> = WriteState::ALL.into_iter().filter(|state| state.is_unfinished()).collect();
    outbox.turn(&write.id, &states, turn).expect("turned").expect("it was unfinished");
}

/// Line `id` of a table, its columns apart.
fn line(table: &str, id: &str) -> String {
    let line = table.lines().find(|line| line.starts_with(id)).unwrap_or_else(|| panic!("{id}: {table}"));
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_suspension_that_is_queued_is_seen_in_every_read() {
    let deck = fleet();
    let write = suspend(&outbox(&deck), "a-1");
    // The agent of the same id on another connection is another agent.
    assert_eq!(deck.ids(&["agents", "list", "status:suspended", "--sort", "id"]), ["a-1", "a-2"]);
    assert_eq!(deck.ids(&["agents", "list", "status:active", "--sort", "id"]), ["a-1", "b-1"]);
    assert_eq!(deck.ids(&["agents", "list", "is:pending"]), ["a-1"]);
    assert_eq!(deck.ids(&["agents", "list", "NOT", "is:pending"]).len(), 3);
    assert_eq!(deck.ids(&["agents", "list", "--sort", "status:desc"])[0..2], ["a-2", "a-1"]);

    let shown = deck.json(&["agents", "show", "prod/a-1"]);
    assert_eq!((&shown["status"], &shown["doc"]["status"]), (&json!("suspended"), &json!("active")));
    let mark = json!({
        "id": write.id, "action": "suspend", "state": "queued",
        "created_at": "2026-03-01T12:30:00Z", "deadline": "2026-03-01T13:00:00Z",
    });
    assert_eq!(shown["pending"], json!([mark]));
    assert_eq!(deck.json(&["agents", "list", "is:pending"])["items"], json!([shown]));

    let sql = |statement: &str| deck.json(&["sql", statement])["items"].clone();
    let counted = sql("SELECT status, count(*) AS n FROM agents GROUP BY status ORDER BY status");
    assert_eq!(counted, json!([{"status": "active", "n": 2}, {"status": "suspended", "n": 2}]));
    let pending = sql("SELECT id, pending FROM agents WHERE pending <> '[]'");
    let told: Value = serde_json::from_str(pending[0]["pending"].as_str().expect("text")).expect("JSON");
    assert_eq!((&pending[0]["id"], &told), (&json!("a-1"), &json!([mark])));
    assert_eq!(sql("SELECT target, state FROM writes"), json!([{"target": "a-1", "state": "queued"}]));

    let table = deck.qd(&["agents", "list", "--connection", "prod"]).out;
    assert!(line(&table, "a-1").starts_with("a-1 web-01 suspended (queued) "), "{table}");
    assert!(line(&table, "a-2").starts_with("a-2 web-02 suspended 2026"), "{table}");
    let shown = deck.qd(&["agents", "show", "prod/a-1"]).out;
    assert!(line(&shown, "pending").starts_with("pending suspend: queued, decided "), "{shown}");
    assert!(line(&shown, "pending").contains(", not sent after 2026-03-01 13:00 "), "{shown}");
    assert!(line(&shown, "pending").ends_with(&format!(", write {}", write.id)), "{shown}");
}

#[test]
fn a_decision_is_seen_until_it_is_confirmed_and_a_failed_one_only_marks() {
    let deck = fleet();
    let outbox = outbox(&deck);
    let write = suspend(&outbox, "b-1");
    for (state, told) in [
        (WriteState::Sending, "suspended (sending)"),
        (WriteState::Unknown, "suspended (unknown)"),
        (WriteState::Accepted, "suspended (accepted)"),
        (WriteState::Conflicted, "active (conflicted)"),
        (WriteState::Discarded, "active"),
    ] {
        turn(&outbox, &write, state);
        let table = deck.qd(&["agents", "list"]).out;
        assert!(line(&table, "b-1").starts_with(&format!("b-1 db {told} 2026")), "{state}: {table}");
    }
    assert_eq!(deck.json(&["agents", "show", "b-1"])["pending"], json!([]));
}

#[test]
fn who_only_reads_makes_no_outbox_and_does_not_stop_before_a_damaged_one() {
    let deck = fleet();
    let path = deck.home.path().join("outbox.db");
    for args in [["agents", "list"], ["agents", "show"], ["sql", "SELECT * FROM agents"]] {
        let args = if args[1] == "show" { vec!["agents", "show", "b-1"] } else { args.to_vec() };
        assert_eq!(deck.qd(&args).code, 0, "{args:?}");
    }
    assert!(!path.exists());
    let rubbish = "this is no outbox\n".repeat(1_000);
    std::fs::write(&path, &rubbish).expect("written");
    let said = deck.qd(&["agents", "list", "--quiet"]);
    assert_eq!((said.code, said.out.lines().count()), (0, 5), "{said:?}");
    assert!(said.err.contains("outbox.db is damaged"), "{said:?}");
    assert_eq!(std::fs::read_to_string(&path).expect("left where it was"), rubbish);
}

#[test]
fn what_a_command_decides_is_what_the_next_one_reads() {
    let deck = fleet();
    let suspended = || deck.ids(&["agents", "list", "status:suspended", "--connection", "prod", "--sort", "id"]);
    let said = deck.qd(&["agents", "suspend", "prod/a-1", "--reason", "it loops", "--queue", "--json"]);
    assert_eq!(said.code, 6, "{said:?}");
    assert_eq!(suspended(), ["a-1", "a-2"]);
    let shown = deck.json(&["agents", "show", "prod/a-1"]);
    let id = shown["pending"][0]["id"].as_str().expect("an id");
    assert_eq!(shown["pending"][0]["state"], "queued");
    assert_eq!(deck.qd(&["outbox", "cancel", id]).code, 0);
    assert_eq!(suspended(), ["a-2"]);
    assert_eq!(deck.json(&["agents", "show", "prod/a-1"])["pending"], json!([]));
}
