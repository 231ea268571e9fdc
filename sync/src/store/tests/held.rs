//! A reader that holds on to one state of the mirror.

use super::*;
use crate::model::{Query, Scope};

#[tokio::test]
async fn a_held_reader_sees_one_state_and_then_the_newest() {
    let place = Place::new();
    let mirror = place.open();
    let runs = list(&mirror, "a", "runs", Kind::Run).await;
    mirror.apply(runs, rows([row("1", 1)]), time(1)).await.unwrap();
    let reader = mirror.reader().unwrap();
    let seen = || reader.window(&Query::newest(Scope::default())).unwrap().rows.len();
    {
        let _held = reader.hold().unwrap();
        mirror.apply(runs, rows([row("2", 1)]), time(2)).await.unwrap();
        assert_eq!(seen(), 1);
    }
    assert_eq!(seen(), 2);
}
