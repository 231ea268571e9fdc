//! Counts by time, against counting.

use proptest::prelude::*;

use super::*;
use crate::model::{Query, Scope, Timestamp};
use crate::store::Reader;

/// Live and gone records by list, status and stretch, counted one by one.
fn counted(reader: &Reader, edges: &[Timestamp], gone: bool) -> Vec<(String, Option<String>, Vec<u64>)> {
    let query = Query { gone: true, limit: 10_000, ..Query::newest(Scope::default()) };
    let mut found = std::collections::BTreeMap::new();
    for row in reader.window(&query).unwrap().rows.into_iter().filter(|row| row.gone_at.is_some() == gone) {
        let Some(at) = row.updated_at.or(row.created_at) else { continue };
        let after = edges.partition_point(|edge| *edge <= at);
        if (1..edges.len()).contains(&after) {
            let counts = found.entry((row.list.collection, row.status)).or_insert_with(|| vec![0; edges.len() - 1]);
            counts[after - 1] += 1;
        }
    }
    found.into_iter().map(|((list, status), counts)| (list, status, counts)).collect()
}

fn kept(reader: &Reader, edges: &[Timestamp], gone: bool) -> Vec<(String, Option<String>, Vec<u64>)> {
    let mut all: Vec<_> = reader
        .pace(&Scope::default(), gone, edges)
        .unwrap()
        .into_iter()
        .map(|paced| (paced.list.collection, paced.status, paced.counts))
        .collect();
    all.sort();
    all
}

fn quarters(numbers: &[i64]) -> Vec<Timestamp> {
    let mut edges: Vec<i64> = numbers.to_vec();
    edges.sort_unstable();
    edges.dedup();
    edges.into_iter().map(|quarter| time(quarter * 900)).collect()
}

fn step() -> impl Strategy<Value = (usize, u8, Option<i64>, usize, bool)> {
    (0..2usize, 0..12u8, prop::option::of(0..40i64), 0..3usize, any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn counts_by_time_equal_counting(
        steps in prop::collection::vec(step(), 1..60),
        edges in prop::collection::vec(0..12i64, 0..6),
    ) {
        let edges = quarters(&edges);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let place = Place::new();
            let mirror = place.open();
            let lists = [
                list(&mirror, "a", "sessions", Kind::Session).await,
                list(&mirror, "a", "events", Kind::Event).await,
            ];
            for (at, (which, id, active, status, gone)) in steps.into_iter().enumerate() {
                let mut row = row(&id.to_string(), at as u64 + 1);
                row.columns.updated_at = active.map(|minutes| time(minutes * 240));
                row.columns.created_at = (id % 3 == 0).then(|| time(i64::from(id) * 700));
                row.columns.status = ["allow", "block"].get(status).map(|status| (*status).to_owned());
                let batch = match gone {
                    true => Batch { gone: vec![row.id], ..Batch::default() },
                    false => rows([row]),
                };
                mirror.apply(lists[which], batch, time(at as i64)).await.unwrap();
            }
            let reader = mirror.reader().unwrap();
            for gone in [false, true] {
                assert_eq!(kept(&reader, &edges, gone), counted(&reader, &edges, gone));
            }
            mirror.forget("a").await.unwrap();
            assert!(kept(&reader, &edges, false).is_empty() && kept(&reader, &edges, true).is_empty());
        });
    }
}

#[tokio::test]
async fn an_agents_records_are_counted_by_time_once_the_first_sync_has_settled() {
    let place = Place::new();
    let mirror = place.open();
    let sessions = list(&mirror, "a", "sessions", Kind::Session).await;
    let made = |id: &str, agent: &str, at: i64| {
        let mut row = row(id, 1);
        row.columns.agent = Some(agent.to_owned());
        row.columns.updated_at = Some(time(at));
        row
    };
    let batch =
        rows([made("1", "x", 10), made("2", "x", 20), made("3", "x", 21), made("4", "y", 20), made("5", "x", 99)]);
    mirror.apply(sessions, batch, time(100)).await.unwrap();
    let reader = mirror.reader().unwrap();
    let edges = [10, 20, 30].map(time);
    assert!(reader.pace_of_agent(&Scope::default(), "x", &edges).unwrap().is_empty());
    mirror.settle().await.unwrap();
    let paced = reader.pace_of_agent(&Scope::default(), "x", &edges).unwrap();
    assert_eq!(paced.iter().map(|paced| paced.counts.clone()).collect::<Vec<_>>(), [[1, 2]]);
    let nobody = reader.pace_of_agent(&Scope::default(), "nobody", &edges).unwrap();
    assert!(nobody.iter().all(|paced| paced.counts == [0, 0]));
}

#[tokio::test]
async fn values_are_looked_at_in_short_lists() {
    let place = Place::new();
    let mirror = place.open();
    let agents = list(&mirror, "a", "agents", Kind::Agent).await;
    let mut odd = row("odd", 1);
    odd.doc = r#"{"id":"odd","v":null,"other":"x"}"#.to_owned();
    mirror.apply(agents, rows([row("1", 1), row("2", 2), odd]), time(5)).await.unwrap();
    let reader = mirror.reader().unwrap();
    let places = ["/v".to_owned(), "/other".to_owned()];
    let found = reader.peeks(&Scope::default(), &[&places, &[]], 10).unwrap();
    let values: Vec<_> = found.iter().map(|peeked| (peeked.id.as_str(), peeked.values[0].as_deref())).collect();
    assert_eq!(values, [("1", Some("1")), ("2", Some("2")), ("odd", Some("\"x\""))]);
    assert_eq!(reader.peeks(&Scope::default(), &[&places], 2).unwrap().len(), 2);
}
