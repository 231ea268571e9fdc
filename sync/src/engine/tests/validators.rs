//! What a server says of a list that it does not send again: believed, but not for ever, and not against what is asked for.

use super::*;

/// When a list was last walked, as a person is told.
fn walked_at(bench: &Bench, collection: &str) -> jiff::Timestamp {
    let fresh = bench.mirror.reader().and_then(|reader| reader.freshness()).expect("readable");
    let list = fresh.into_iter().find(|fresh| fresh.list.collection == collection).expect("the list");
    list.walked_at.expect("walked")
}

#[test]
fn validators_are_used_where_a_server_offers_them() {
    let world = World::new([("things", items(0..50))]);
    world.with("things", |list| list.manner.etag = true);
    let bench = Bench::new();
    bench.sync(&world);
    bench.sync(&world);
    let last = world.with("things", |list| list.asks.last().cloned()).expect("a request");
    assert!(last.etag.is_some());
    assert_eq!(bench.mirrored("things").len(), 50);
}

#[test]
fn not_modified_does_not_stand_for_pages_that_were_not_asked_for() {
    let world = World::new([("plain", items(0..150))]);
    world.with("plain", |list| list.manner.etag = true);
    let bench = Bench::new();
    bench.sync(&world);
    // An edit on the second page; the first one, and what its tag stands for, is as it was.
    world.with("plain", |list| list.manner.tag_of_the_page = true);
    bench.full(&world);
    world.with("plain", |list| list.rows[140].version = 9);
    let due = SyncOptions { reconcile_unordered: Duration::ZERO, ..bench.options.clone() };
    bench.sync_with(&world, &due);
    assert_eq!(bench.mirrored("plain"), served(&world.rows("plain")));
}

#[test]
fn a_tag_that_stands_still_freezes_a_list_for_no_longer_than_a_day() {
    for list in ["things", "plain"] {
        let world = World::new([(list, items(0..50))]);
        world.with(list, |list| (list.manner.etag, list.manner.tag_stands_still) = (true, true));
        let bench = Bench::new();
        bench.sync(&world);
        world.with(list, |list| list.rows[40].version = 9);
        bench.sync(&world);
        assert_ne!(bench.mirrored(list), served(&world.rows(list)), "{list}: the server said that nothing changed");
        let day = Duration::ZERO;
        let tomorrow = SyncOptions { reconcile: day, reconcile_unordered: day, ..bench.options.clone() };
        bench.sync_with(&world, &tomorrow);
        assert_eq!(bench.mirrored(list), served(&world.rows(list)), "{list}");
    }
}

#[test]
fn what_not_modified_vouched_for_was_read_no_later_for_that() {
    let world = World::new([("things", items(0..50))]);
    world.with("things", |list| list.manner.etag = true);
    let bench = Bench::new();
    bench.sync(&world);
    let read_at = walked_at(&bench, "things");
    for _ in 0..3 {
        bench.sync(&world);
    }
    let vouched_at = walked_at(&bench, "things");
    assert!(vouched_at > read_at, "it is as fresh as the server says");
    // A day is over since it was read, though not since it was vouched for.
    let age = clock::now().duration_since(vouched_at).as_secs().unsigned_abs() + 2;
    let day = SyncOptions { reconcile: Duration::from_secs(age), ..bench.options.clone() };
    bench.sync_with(&world, &day);
    let last = world.with("things", |list| list.asks.last().cloned()).expect("a request");
    assert_eq!(last.etag, None, "it is read for once");
}

#[test]
fn whoever_accepts_what_is_gone_is_not_told_that_nothing_changed() {
    let world = World::new([("things", items(0..50))]);
    world.with("things", |list| (list.manner.etag, list.manner.tag_stands_still) = (true, true));
    let bench = Bench::new();
    bench.sync(&world);
    world.with("things", |list| list.rows.truncate(20));
    bench.sync_with(&world, &SyncOptions { accept_gone: true, ..bench.options.clone() });
    assert_eq!(bench.mirrored("things"), served(&world.rows("things")));
}

#[test]
fn a_manifest_that_masks_more_reads_a_list_anew_whatever_its_tag_says() {
    let mut world = World::new([("things", items(0..50))]);
    world.with("things", |list| list.manner.etag = true);
    let bench = Bench::new();
    bench.sync(&world);
    world.says("mask = [\"/token\"]");
    bench.sync(&world);
    let last = world.with("things", |list| list.asks.last().cloned()).expect("a request");
    assert_eq!(last.etag, None, "the rows are read as they are to be held from now on");
    bench.sync(&world);
    let last = world.with("things", |list| list.asks.last().cloned()).expect("a request");
    assert!(last.etag.is_some(), "and once is enough");
}
