//! Flags, notes and incidents.

use super::*;
use crate::model::{Flag, FlagKind, IncidentId, Place as Spot};

fn session(id: &str) -> Spot {
    Spot::record("main", "sessions", id)
}

fn flag(kind: FlagKind, place: Spot, at: i64) -> Flag {
    Flag { kind, place, made_at: time(at), until: None, seen: None }
}

#[test]
fn one_flag_of_a_kind_stands_at_a_place_and_outlives_the_program() {
    let place = Place::new();
    let outbox = place.open();
    let seen = Flag { seen: Some("v1".to_owned()), ..flag(FlagKind::Reviewed, session("s"), 1) };
    let again = Flag { seen: Some("v2".to_owned()), made_at: time(4), ..seen.clone() };
    let entry = flag(FlagKind::Bookmark, session("s").at(u64::from(u32::MAX)), 2);
    let other = flag(FlagKind::Bookmark, session("t"), 3);
    for one in [&seen, &entry, &other, &again] {
        outbox.flag(one).unwrap();
    }
    drop(outbox);
    let outbox = place.open();
    assert_eq!(outbox.flags_on("main", "sessions", "s").unwrap(), [again.clone(), entry.clone()]);
    assert_eq!(outbox.flags(FlagKind::Bookmark).unwrap(), [other, entry]);
    assert!(outbox.unflag(FlagKind::Reviewed, &again.place).unwrap());
    assert!(!outbox.unflag(FlagKind::Reviewed, &again.place).unwrap());
    assert!(outbox.flags(FlagKind::Reviewed).unwrap().is_empty());
    assert!(outbox.audit(0, 9).unwrap().is_empty(), "a bookmark is no decision");
}

#[test]
fn a_snooze_keeps_its_end() {
    let place = Place::new();
    let snooze = Flag { until: Some(time(99)), ..flag(FlagKind::Snoozed, session("s"), 1) };
    place.open().flag(&snooze).unwrap();
    assert_eq!(place.open().flags(FlagKind::Snoozed).unwrap(), [snooze]);
}

#[test]
fn a_flag_of_a_later_program_hides_no_other() {
    let place = Place::new();
    let outbox = place.open();
    let kept = flag(FlagKind::Bookmark, session("s"), 1);
    outbox.flag(&kept).unwrap();
    let conn = rusqlite::Connection::open(place.path()).unwrap();
    conn.execute_batch("INSERT INTO flags VALUES ('starred', 'main', 'sessions', 's', -1, 2, NULL, NULL)").unwrap();
    assert_eq!(outbox.flags_on("main", "sessions", "s").unwrap(), [kept]);
}

#[test]
fn notes_are_kept_in_the_order_in_which_they_were_written() {
    let place = Place::new();
    let outbox = place.open();
    let of = |spot: Option<Spot>, text: &str, at| outbox.add_note(spot, None, text, time(at)).unwrap().unwrap();
    let (first, second) = (of(Some(session("s").at(7)), "look\nhere", 5), of(Some(session("s")), "and here", 4));
    let third = of(None, "about nothing", 6);
    assert_eq!(outbox.notes_on("main", "sessions", "s").unwrap(), [first.clone(), second.clone()]);
    assert_eq!(outbox.notes().unwrap(), [first.clone(), second.clone(), third.clone()]);
    assert!(outbox.change_note(&first.id, "no, there", time(9)).unwrap());
    assert!(outbox.drop_note(&second.id).unwrap());
    assert!(!outbox.drop_note(&second.id).unwrap());
    assert!(!outbox.change_note(&second.id, "too late", time(9)).unwrap());
    let left: Vec<_> = place.open().notes().unwrap().into_iter().map(|note| (note.text, note.changed_at)).collect();
    assert_eq!(left, [("no, there".to_owned(), time(9)), ("about nothing".to_owned(), time(6))]);
}

#[test]
fn an_incident_is_opened_filled_and_closed() {
    let place = Place::new();
    let outbox = place.open();
    let (older, newer) =
        (outbox.open_incident("leak", time(2)).unwrap(), outbox.open_incident("stuck", time(1)).unwrap());
    assert!(older.id < newer.id, "opened later, whatever the clock says");
    assert!(outbox.pin(&older.id, &session("s"), time(3)).unwrap());
    assert!(outbox.pin(&older.id, &session("s").at(0), time(4)).unwrap());
    assert!(!outbox.pin(&older.id, &session("s"), time(5)).unwrap(), "once is enough");
    assert!(outbox.pin(&newer.id, &Spot::record("main", Spot::OUTBOX, "01W"), time(5)).unwrap());
    let note = outbox.add_note(Some(session("s")), Some(older.id.clone()), "began here", time(6)).unwrap().unwrap();
    assert!(outbox.rename_incident(&older.id, "leaked key").unwrap());
    assert!(outbox.close_incident(&older.id, time(7)).unwrap());
    assert!(!outbox.close_incident(&older.id, time(8)).unwrap());
    drop(outbox);

    let outbox = place.open();
    let all: Vec<_> = outbox.incidents().unwrap().into_iter().map(|one| (one.title, one.closed_at)).collect();
    assert_eq!(all, [("stuck".to_owned(), None), ("leaked key".to_owned(), Some(time(7)))]);
    let pins: Vec<_> = outbox.pins(&older.id).unwrap().into_iter().map(|pin| (pin.place, pin.pinned_at)).collect();
    assert_eq!(pins, [(session("s"), time(3)), (session("s").at(0), time(4))]);
    assert_eq!(outbox.notes_in(&older.id).unwrap(), std::slice::from_ref(&note));
    assert_eq!(outbox.notes_on("main", "sessions", "s").unwrap(), [note]);
    assert!(outbox.unpin(&older.id, &session("s")).unwrap());
    assert!(!outbox.unpin(&older.id, &session("s")).unwrap());
    assert!(outbox.reopen_incident(&older.id).unwrap());
    assert!(!outbox.reopen_incident(&older.id).unwrap());
    assert_eq!(outbox.incident(&older.id).unwrap().unwrap().closed_at, None);
}

#[test]
fn nothing_belongs_to_an_incident_that_is_none() {
    let place = Place::new();
    let outbox = place.open();
    let none = IncidentId::new("01NONE");
    assert!(!outbox.pin(&none, &session("s"), time(1)).unwrap());
    assert!(outbox.add_note(None, Some(none.clone()), "lost", time(1)).unwrap().is_none());
    assert!(!outbox.rename_incident(&none, "x").unwrap() && !outbox.close_incident(&none, time(1)).unwrap());
    assert_eq!((outbox.incident(&none).unwrap(), outbox.notes().unwrap()), (None, Vec::new()));
}
