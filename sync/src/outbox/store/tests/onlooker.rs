//! Looking at an outbox without having it open.

use std::fs;

use super::*;
use crate::model::ListKey;
use crate::outbox::Onlooker;

fn statuses(onlooker: &Onlooker) -> Vec<String> {
    let overlay = onlooker.overlay().unwrap();
    let list = ListKey::new("main", "agents");
    overlay.of_list(&list).map(|(id, patch)| format!("{id} {}", patch.marks[0].state)).collect()
}

#[test]
fn an_outbox_that_is_not_there_is_empty_until_it_is_and_looking_makes_none() {
    let place = Place::new();
    let onlooker = Onlooker::new(&place.path());
    assert_eq!(statuses(&onlooker), Vec::<String>::new());
    assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 0);
    let outbox = place.open();
    assert_eq!(statuses(&onlooker), Vec::<String>::new());
    let write = outbox.append(vec![suspend("7")], time(1)).unwrap().remove(0);
    assert_eq!(statuses(&onlooker), ["7 queued"]);
    outbox.turn(&write.id, &[WriteState::Queued], Turn::to(WriteState::Sending, time(2))).unwrap();
    assert_eq!(statuses(&onlooker), ["7 sending"]);
}

#[test]
fn a_damaged_outbox_is_told_and_left_and_the_one_in_its_place_is_looked_at() {
    let place = Place::new();
    let onlooker = Onlooker::new(&place.path());
    place.open().append(vec![suspend("7")], time(1)).unwrap();
    assert_eq!(statuses(&onlooker), ["7 queued"]);
    for name in ["outbox.db", "outbox.db-wal", "outbox.db-shm"] {
        fs::rename(place.folder.path().join(name), place.folder.path().join(format!("old-{name}"))).unwrap();
    }
    let rubbish = b"no database at all, but long enough to be taken for the beginning of one".repeat(99);
    fs::write(place.path(), &rubbish).unwrap();
    let error = onlooker.overlay().unwrap_err();
    assert!(matches!(error, OutboxError::Damaged { .. }), "{error}");
    assert_eq!(fs::read(place.path()).unwrap(), rubbish);
    let (outbox, aside) = Outbox::open(&place.path(), by("ann")).unwrap();
    assert!(aside.is_some());
    outbox.append(vec![suspend("8")], time(2)).unwrap();
    assert_eq!(statuses(&onlooker), ["8 queued"]);
}
