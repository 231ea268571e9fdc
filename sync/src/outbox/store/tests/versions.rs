//! Files of every version of the schema, as programs of their time left them; and the versions of policies.

use super::*;
use crate::model::{Flag, FlagKind, ListKey, Place as Spot};

/// One dump per version, oldest first, as `sqlite3 outbox.db .dump` writes it, with the two numbers that it leaves out. Never
/// edited.
const DUMPS: &[&str] = &[
    include_str!("../../../../migrations/outbox/dumps/0001.sql"),
    include_str!("../../../../migrations/outbox/dumps/0002.sql"),
    include_str!("../../../../migrations/outbox/dumps/0003.sql"),
];

/// Every dump holds the same: a write that is confirmed, one that is queued, a paused connection, a policy with two versions.
/// From the second on there is a saved search; from the third, an incident with a pin and a note, and a flag.
#[test]
fn an_outbox_of_any_version_is_read_and_goes_on() {
    for (version, dump) in (1..).zip(DUMPS) {
        let place = Place::new();
        rusqlite::Connection::open(place.path()).unwrap().execute_batch(dump).unwrap();
        let outbox = place.open();
        let all = outbox.list(&Which { all: true, ..Which::default() }).unwrap();
        let stand: Vec<_> = all.iter().map(|write| (write.intent.target.as_deref(), write.state)).collect();
        assert_eq!(stand, [(Some("a"), WriteState::Confirmed), (Some("b"), WriteState::Queued)]);
        assert_eq!(all[0].intent, suspend("a"));
        let proof = outbox.verify().unwrap();
        assert_eq!((proof.entries, proof.broken), (5, None));
        assert_eq!(outbox.paused().unwrap()[0].connection, "lab");
        assert_eq!(outbox.versions(&ListKey::new("main", "policies"), "p").unwrap().len(), 2);
        let saved = outbox.saved_searches().unwrap().into_iter().map(|saved| (saved.name, saved.saved_at));
        let leaks = (version > 1).then(|| ("leaks".to_owned(), time(7)));
        assert_eq!(saved.collect::<Vec<_>>(), leaks.into_iter().collect::<Vec<_>>());
        let incidents = outbox.incidents().unwrap();
        assert_eq!(
            incidents.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(),
            &["leak"][..usize::from(version > 2)]
        );
        let (flags, notes) = (outbox.flags(FlagKind::Bookmark).unwrap(), outbox.notes().unwrap());
        let pins = incidents.iter().map(|one| outbox.pins(&one.id).unwrap().len()).sum::<usize>();
        assert_eq!([flags.len(), notes.len(), pins], [usize::from(version > 2); 3]);
        let moved = outbox.turn(&all[1].id, &[WriteState::Queued], Turn::to(WriteState::Sending, time(50))).unwrap();
        assert!(moved.is_some());
        assert!(outbox.append(vec![suspend("c")], time(51)).unwrap()[0].id > all[1].id);
        let conn = rusqlite::Connection::open(place.path()).unwrap();
        let version: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        assert_eq!(version, super::super::file::VERSION);
    }
    assert_eq!(DUMPS.len(), usize::try_from(super::super::file::VERSION).unwrap(), "a version without a dump");
}

#[test]
fn a_policy_is_kept_whenever_it_is_another() {
    let place = Place::new();
    let outbox = place.open();
    let (list, other) = (ListKey::new("main", "policies"), ListKey::new("lab", "policies"));
    let write = WriteId::new("01W");
    let keep = |list: &ListKey, doc: &str, hash, label, write, at| {
        outbox.keep_version(list, "p", doc, hash, label, write, time(at)).unwrap()
    };
    assert!(keep(&list, "{\"a\":1}", u64::MAX, Some("v1"), None, 1));
    assert!(!keep(&list, "{\"a\":1}", u64::MAX, None, None, 2));
    assert!(keep(&other, "{\"a\":1}", u64::MAX, None, None, 2));
    assert!(keep(&list, "{\"a\":2}", 7, None, Some(&write), 3));
    // What was undone is a version of its own.
    assert!(keep(&list, "{\"a\":1}", u64::MAX, None, None, 4));
    let versions = outbox.versions(&list, "p").unwrap();
    let told: Vec<_> =
        versions.iter().map(|v| (v.number, v.seen_at, v.doc.as_str(), v.label.as_deref(), v.write.as_ref())).collect();
    let expected = [
        (3, time(4), "{\"a\":1}", None, None),
        (2, time(3), "{\"a\":2}", None, Some(&write)),
        (1, time(1), "{\"a\":1}", Some("v1"), None),
    ];
    assert_eq!(told, expected);
    assert_eq!(versions[0].hash, u64::MAX);
    for sql in ["UPDATE versions SET doc = '{}'", "DELETE FROM versions"] {
        let error = rusqlite::Connection::open(place.path()).unwrap().execute_batch(sql).unwrap_err();
        assert!(error.to_string().contains("never"), "{error}");
    }
}

#[test]
fn a_search_is_kept_under_one_name_until_it_is_let_go_of() {
    let place = Place::new();
    let outbox = place.open();
    outbox.save_search("leaks", "has:secret", time(1)).unwrap();
    outbox.save_search("errors", "has:error", time(2)).unwrap();
    outbox.save_search("leaks", "has:secret after:7d", time(3)).unwrap();
    let saved = |outbox: &Outbox| -> Vec<_> {
        outbox.saved_searches().unwrap().into_iter().map(|one| (one.name, one.query, one.saved_at)).collect()
    };
    let of = |name: &str, query: &str, at| (name.to_owned(), query.to_owned(), time(at));
    assert_eq!(saved(&outbox), [of("errors", "has:error", 2), of("leaks", "has:secret after:7d", 3)]);
    assert!(outbox.forget_search("errors").unwrap());
    assert!(!outbox.forget_search("errors").unwrap());
    drop(outbox);
    assert_eq!(saved(&place.open()), [of("leaks", "has:secret after:7d", 3)]);
    assert!(place.open().audit(0, 9).unwrap().is_empty(), "looking for something is no decision");
}

#[test]
fn a_connection_is_paused_once_and_resumed_once() {
    let place = Place::new();
    let outbox = place.open();
    outbox.pause("main", "401", time(1)).unwrap();
    outbox.pause("main", "still 401", time(2)).unwrap();
    outbox.pause("lab", "401", time(3)).unwrap();
    let paused: Vec<_> = outbox.paused().unwrap().into_iter().map(|p| (p.connection, p.since, p.message)).collect();
    assert_eq!(paused, [("lab".into(), time(3), "401".into()), ("main".into(), time(1), "still 401".into())]);
    assert!(outbox.resume("main", time(4)).unwrap());
    assert!(!outbox.resume("main", time(5)).unwrap());
    let what: Vec<_> = outbox.audit(0, 9).unwrap().into_iter().map(|line| (line.what, line.by.user)).collect();
    let by_sender = |what: &str| (what.to_owned(), "the-sender".to_owned());
    assert_eq!(what, ["paused", "paused", "resumed"].map(by_sender));
}

#[test]
fn unfinished_writes_are_found_without_walking_the_finished_ones() {
    let place = Place::new();
    drop(place.open());
    let conn = rusqlite::Connection::open(place.path()).unwrap();
    let target = Some(("agents".to_owned(), "a".to_owned()));
    let connections = vec!["main".to_owned()];
    for (which, index) in [
        (Which::default(), "writes_state"),
        (Which { limit: Some(50), ..Which::default() }, "writes_state"),
        (Which { states: vec![WriteState::Queued], ..Which::default() }, "writes_state"),
        (Which { connections: connections.clone(), ..Which::default() }, "writes_state"),
        (Which { all: true, connections, target, ..Which::default() }, "writes_target"),
    ] {
        let (sql, values) = super::super::writes::select(&which);
        let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let plan: Vec<String> = explain
            .query_map(rusqlite::params_from_iter(values), |row| row.get(3))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert!(plan[0].contains(&format!("SEARCH writes USING INDEX {index}")), "{which:?}: {plan:?}");
    }
}

#[test]
#[ignore = "makes the next dump: run it, dump the file, add the two numbers"]
fn make_a_dump() {
    let path = std::env::var_os("QD_DUMP").unwrap();
    let (outbox, _) = Outbox::open(path.as_ref(), by("the-sender")).unwrap();
    let kept = ids(&outbox.append(vec![suspend("a"), suspend("b")], time(1)).unwrap());
    let sending = Turn { attempt: true, memory: Some(json!({ "n": 1 })), ..Turn::to(WriteState::Sending, time(2)) };
    outbox.turn(&kept[0], &[WriteState::Queued], sending).unwrap();
    let verdict = Verdict { code: "applied".to_owned(), status: Some(200), ..Verdict::default() };
    let confirmed = Turn { verdict: Some(verdict), ..Turn::to(WriteState::Confirmed, time(3)) };
    outbox.turn(&kept[0], &[WriteState::Sending], confirmed).unwrap();
    outbox.pause("lab", "401", time(4)).unwrap();
    let list = ListKey::new("main", "policies");
    outbox.keep_version(&list, "p", "{\"a\":1}", 1, Some("v1"), None, time(5)).unwrap();
    outbox.keep_version(&list, "p", "{\"a\":2}", 2, None, Some(&kept[0]), time(6)).unwrap();
    outbox.save_search("leaks", "has:secret after:7d", time(7)).unwrap();
    let spot = Spot::record("main", "sessions", "s");
    let flag = Flag { kind: FlagKind::Bookmark, place: spot.clone().at(3), made_at: time(8), until: None, seen: None };
    outbox.flag(&flag).unwrap();
    let incident = outbox.open_incident("leak", time(9)).unwrap();
    outbox.pin(&incident.id, &spot, time(10)).unwrap();
    outbox.add_note(Some(spot), Some(incident.id), "began here", time(11)).unwrap();
}
