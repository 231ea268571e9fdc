//! Writes: kept, moved on, found again.

use super::*;
use crate::model::ListKey;
use crate::outbox::TurnLog;

#[test]
fn a_decision_is_kept_as_it_was_made() {
    let place = Place::new();
    let outbox = place.open();
    let kept = outbox.append(vec![suspend("a"), suspend("b")], time(1)).unwrap();
    assert_eq!(kept.iter().map(|write| &write.intent).collect::<Vec<_>>(), [&suspend("a"), &suspend("b")]);
    assert!(kept.iter().all(|write| write.state == WriteState::Queued && write.created_at == time(1)));
    drop(outbox);
    let again = place.open();
    assert_eq!(again.list(&Which::default()).unwrap(), kept);
    assert_eq!(again.get(&kept[1].id).unwrap().as_ref(), Some(&kept[1]));
    let line = &again.audit(0, 10).unwrap()[0];
    assert_eq!(
        (line.seq, line.what.as_str(), &line.write, &line.by),
        (1, "decided", &Some(kept[0].id.clone()), &by("ann"))
    );
    assert_eq!(line.detail["reason"], "it loops\nand loops");
    assert_eq!(line.detail["base"]["doc"]["status"], "active");
}

#[test]
fn only_one_of_two_moves_a_write_on() {
    let place = Place::new();
    let (one, two) = (place.open(), place.open());
    let id = one.append(vec![suspend("a")], time(1)).unwrap().remove(0).id;
    let sending = Turn { attempt: true, ..Turn::to(WriteState::Sending, time(2)) };
    let moved = one.turn(&id, &[WriteState::Queued], sending.clone()).unwrap().unwrap();
    assert_eq!((moved.state, moved.attempts, moved.updated_at), (WriteState::Sending, 1, time(2)));
    let cancel = Turn { by: Some(by("bob")), ..Turn::to(WriteState::Cancelled, time(3)) };
    assert_eq!(two.turn(&id, &[WriteState::Queued, WriteState::Retrying], cancel).unwrap(), None);
    assert_eq!(two.get(&id).unwrap().unwrap(), moved);
    assert_eq!(two.audit(0, 10).unwrap().len(), 2);
    let nobody = WriteId::new("01NOBODY");
    let missing = two.turn(&nobody, &[WriteState::Queued], sending).unwrap_err();
    assert!(matches!(missing, OutboxError::Unknown(id) if id == "01NOBODY"));
}

#[test]
fn every_verdict_a_write_ever_had_is_kept() {
    let place = Place::new();
    let outbox = place.open();
    let id = outbox.append(vec![suspend("a")], time(1)).unwrap().remove(0).id;
    let verdict = |code: &str| Some(Verdict { code: code.to_owned(), status: Some(503), ..Verdict::default() });
    let busy = Turn {
        verdict: verdict("busy"),
        due_at: Some(time(9)),
        memory: Some(json!({ "step": 1 })),
        ..Turn::to(WriteState::Retrying, time(2))
    };
    outbox.turn(&id, &[WriteState::Queued], busy).unwrap().unwrap();
    let back = outbox.turn(&id, &[WriteState::Retrying], Turn::to(WriteState::Queued, time(3))).unwrap().unwrap();
    assert_eq!(
        (back.verdict.as_ref(), back.due_at, &back.memory),
        (verdict("busy").as_ref(), None, &json!({ "step": 1 }))
    );
    let gone = Turn { verdict: verdict("gone"), by: Some(by("bob")), ..Turn::to(WriteState::Cancelled, time(4)) };
    outbox.turn(&id, &[WriteState::Queued], gone).unwrap().unwrap();
    let log = |at, from, to, verdict, by| TurnLog { at: time(at), from, to, verdict, by };
    use WriteState::{Cancelled, Queued, Retrying};
    let expected = [
        log(1, None, Queued, None, Some(by("ann"))),
        log(2, Some(Queued), Retrying, verdict("busy"), None),
        log(3, Some(Retrying), Queued, None, None),
        log(4, Some(Queued), Cancelled, verdict("gone"), Some(by("bob"))),
    ];
    assert_eq!(outbox.turns(&id).unwrap(), expected);
    let who: Vec<_> = outbox.audit(0, 10).unwrap().into_iter().map(|line| (line.what, line.by.user)).collect();
    let told = |what: &str, who: &str| (what.to_owned(), who.to_owned());
    assert_eq!(
        who,
        [
            told("decided", "ann"),
            told("retrying", "the-sender"),
            told("queued", "the-sender"),
            told("cancelled", "bob")
        ]
    );
}

#[test]
fn writes_are_found_by_state_connection_target_and_the_beginning_of_their_id() {
    let place = Place::new();
    let outbox = place.open();
    let other = Intent { connection: "lab".to_owned(), ..suspend("a") };
    let kept = ids(&outbox.append(vec![suspend("a"), suspend("b"), other, suspend("a")], time(1)).unwrap());
    outbox.turn(&kept[0], &[WriteState::Queued], Turn::to(WriteState::Confirmed, time(2))).unwrap().unwrap();
    outbox.turn(&kept[1], &[WriteState::Queued], Turn::to(WriteState::Wedged, time(2))).unwrap().unwrap();
    let main = vec!["main".to_owned()];
    let target = Some(("agents".to_owned(), "a".to_owned()));
    for (which, expected) in [
        (Which::default(), vec![1, 2, 3]),
        (Which { all: true, ..Which::default() }, vec![0, 1, 2, 3]),
        (Which { all: true, limit: Some(2), ..Which::default() }, vec![2, 3]),
        (Which { limit: Some(1), ..Which::default() }, vec![3]),
        (Which { limit: Some(2), oldest: true, ..Which::default() }, vec![1, 2]),
        (Which { connections: main.clone(), ..Which::default() }, vec![1, 3]),
        (Which { connections: main.clone(), all: true, target, ..Which::default() }, vec![0, 3]),
        (Which { states: vec![WriteState::Confirmed, WriteState::Wedged], ..Which::default() }, vec![0, 1]),
    ] {
        let expected: Vec<_> = expected.into_iter().map(|at: usize| kept[at].clone()).collect();
        assert_eq!(ids(&outbox.list(&which).unwrap()), expected, "{which:?}");
    }
    let counts = outbox.counts().unwrap();
    assert_eq!(counts, [(WriteState::Queued, 2), (WriteState::Confirmed, 1), (WriteState::Wedged, 1)]);
    let newest_first: Vec<_> = kept.iter().rev().cloned().collect();
    let prefix = kept[0].as_str()[..10].to_lowercase();
    assert_eq!(ids(&outbox.find(&prefix, 10).unwrap()), newest_first);
    assert_eq!(ids(&outbox.find(kept[2].as_str(), 10).unwrap()), [kept[2].clone()]);
    assert_eq!(outbox.find("zz", 10).unwrap(), []);
}

#[test]
fn what_waits_is_told_by_connection_with_its_first_and_its_last_however_many_it_is() {
    let place = Place::new();
    let outbox = place.open();
    let lab = |id: &str| Intent { connection: "lab".to_owned(), ..suspend(id) };
    outbox.append(vec![suspend("a"), lab("a")], time(1)).unwrap();
    let sent = ids(&outbox.append(vec![lab("b")], time(2)).unwrap());
    outbox.turn(&sent[0], &[WriteState::Queued], Turn::to(WriteState::Confirmed, time(3))).unwrap().unwrap();
    outbox.append(vec![lab("c"), lab("d")], time(4)).unwrap();
    outbox.append(vec![lab("e")], time(9)).unwrap();
    let lot = |name: &str, count, oldest, newest| Lot {
        connection: name.to_owned(),
        count,
        oldest: time(oldest),
        newest: time(newest),
    };
    let open = [WriteState::Queued, WriteState::Retrying];
    assert_eq!(outbox.lots(&open, time(8)).unwrap(), [lot("lab", 3, 1, 4), lot("main", 1, 1, 1)]);
    assert_eq!(outbox.lots(&open, time(0)).unwrap(), []);
    assert_eq!(outbox.lots(&[], time(9)).unwrap(), []);
}

#[test]
fn decisions_sort_in_their_order_though_a_clock_goes_back() {
    let place = Place::new();
    let (one, two) = (place.open(), place.open());
    let mut kept = Vec::new();
    for (outbox, at) in [(&one, 500), (&two, 100), (&one, 100), (&two, 500)] {
        kept.extend(ids(&outbox.append(vec![suspend("a"), suspend("b")], time(at)).unwrap()));
    }
    assert!(kept.is_sorted() && kept.windows(2).all(|pair| pair[0] != pair[1]), "{kept:?}");
}

#[test]
fn the_overlay_follows_what_any_handle_commits() {
    let place = Place::new();
    let (one, two) = (place.open(), place.open());
    let list = ListKey::new("main", "agents");
    let status = |outbox: &Outbox| {
        let overlay = outbox.overlay().unwrap();
        overlay.patch(&list, "a").map(|patch| (patch.columns.status.clone().flatten(), patch.marks[0].state))
    };
    assert_eq!(status(&one), None);
    let before = one.version().unwrap();
    assert_eq!(one.version().unwrap(), before);
    let commits = two.commits();
    let id = two.append(vec![suspend("a")], time(1)).unwrap().remove(0).id;
    assert!(commits.has_changed().unwrap());
    assert_ne!(one.version().unwrap(), before);
    let suspended = Some("suspended".to_owned());
    for outbox in [&one, &two] {
        assert_eq!(status(outbox), Some((suspended.clone(), WriteState::Queued)));
    }
    assert!(std::sync::Arc::ptr_eq(&one.overlay().unwrap(), &one.overlay().unwrap()));
    one.turn(&id, &[WriteState::Queued], Turn::to(WriteState::Sending, time(2))).unwrap().unwrap();
    assert_eq!(status(&two), Some((suspended, WriteState::Sending)));
    one.turn(&id, &[WriteState::Sending], Turn::to(WriteState::Conflicted, time(3))).unwrap().unwrap();
    assert_eq!(status(&two), Some((None, WriteState::Conflicted)));
    one.turn(&id, &[WriteState::Conflicted], Turn::to(WriteState::Discarded, time(4))).unwrap().unwrap();
    assert_eq!(status(&two), None);
}
