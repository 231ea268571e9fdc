//! Rows that were looked at one by one, and pages that cross them on the way.

use super::*;

fn page(asked_at: i64, rows: impl IntoIterator<Item = Incoming>) -> Batch {
    Batch { asked_at: Some(time(asked_at)), partition: "open".to_owned(), ..super::rows(rows) }
}

fn look(rows: impl IntoIterator<Item = Incoming>) -> Batch {
    Batch { look: true, ..super::rows(rows) }
}

#[tokio::test]
async fn a_page_that_was_asked_for_before_a_look_does_not_bring_the_old_row_back() {
    let place = Place::new();
    let mirror = place.open();
    let runs = list(&mirror, "a", "runs", Kind::Run).await;
    let is = |id: &str| mirror.reader().unwrap().hashes(runs, &[id]).unwrap()[0];
    mirror.apply(runs, page(10, [row("r1", 1), row("r2", 1)]), time(11)).await.unwrap();
    mirror.apply(runs, look([row("r1", 2)]), time(20)).await.unwrap();
    mirror.apply(runs, Batch { gone: vec!["r2".to_owned()], ..look([]) }, time(20)).await.unwrap();

    mirror.apply(runs, page(19, [row("r1", 1), row("r2", 1), row("r3", 1)]), time(25)).await.unwrap();
    assert_eq!((is("r1"), is("r3")), (Some(2), Some(1)), "only the row that was looked at is left alone");
    assert_eq!(mirror.reader().unwrap().live_count(runs, None).unwrap(), 2, "r2 stays gone");

    mirror.apply(runs, page(21, [row("r1", 3), row("r2", 3)]), time(26)).await.unwrap();
    assert_eq!((is("r1"), is("r2")), (Some(3), Some(3)), "a page of after the look counts");
}

#[tokio::test]
async fn a_look_leaves_a_row_in_its_piece_of_the_list() {
    let place = Place::new();
    let mirror = place.open();
    let runs = list(&mirror, "a", "runs", Kind::Run).await;
    mirror.apply(runs, page(10, [row("r1", 1)]), time(11)).await.unwrap();
    let applied = mirror.apply(runs, look([row("r1", 2)]), time(20)).await.unwrap();
    assert_eq!(applied.updated, 1);
    let reader = mirror.reader().unwrap();
    assert_eq!(reader.live_count(runs, Some("open")).unwrap(), 1);
    assert_eq!(reader.hashes(runs, &["r1"]).unwrap(), [Some(2)]);
}
