//! Windows against a list kept in memory.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::*;
use crate::model::{Anchor, CountOf, Field, Filter, Match, Order, Query, Record, Row, RowKey, Scope, Sort};
use crate::store::Reader;

pub(super) const STATUSES: [&str; 3] = ["active", "Failed", "paused"];
const AGENTS: [&str; 3] = ["ag-1", "AG-2", "ag-3"];
const PROJECTS: [&str; 2] = ["/home/p1", "/home/p2"];

/// A record in numbers: list, gone, status, agent, project, created, updated; each 0 for none where it may be missing.
pub(super) type Seed = (usize, bool, usize, usize, usize, i64, i64);

pub(super) fn seed() -> impl Strategy<Value = Seed> {
    (0..3usize, prop::bool::weighted(0.2), 0..4usize, 0..4usize, 0..3usize, 0..6i64, 0..6i64)
}

fn filter() -> impl Strategy<Value = Filter> {
    let field = |field: Field, words: &[&str]| {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        prop::sample::select(words).prop_map(move |word| Filter::Field(field, Match::Is(word)))
    };
    let leaf = prop_oneof![
        Just(Filter::All),
        Just(Filter::Gone),
        Just(Filter::Pending),
        field(Field::Status, &["ACTIVE", "failed", "none", "suspended"]),
        field(Field::Agent, &["ag-1", "ag-2"]),
        field(Field::Project, &PROJECTS),
        field(Field::Connection, &["a", "b"]),
        field(Field::Id, &["0", "1", "12"]),
        prop::sample::select(vec!["", "0", "1", "12"])
            .prop_map(|start| Filter::Field(Field::Id, Match::Prefix(start.into()))),
        Just(Filter::Field(Field::Status, Match::Contains("AI".into()))),
        Just(Filter::Field(Field::Title, Match::Prefix("t1".into()))),
        Just(Filter::Text(Match::Contains("/P1".into()))),
        Just(Filter::Text(Match::Regex("doc-[0-3]$".into()))),
        (0..6i64).prop_map(|at| Filter::After(time(at))),
        (0..6i64).prop_map(|at| Filter::Before(time(at))),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 1..3).prop_map(Filter::Or),
            inner.prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    })
}

pub(super) fn query() -> impl Strategy<Value = Query> {
    let sort = prop::sample::select(vec![Sort::Updated, Sort::Created, Sort::Status, Sort::Agent, Sort::Id]);
    let scope = prop::sample::select(vec![
        Scope::default(),
        Scope { kinds: vec![Kind::Run], ..Scope::default() },
        Scope { connections: vec!["a".into()], ..Scope::default() },
    ]);
    (scope, filter(), any::<bool>(), sort, any::<bool>(), 1..7usize).prop_map(
        |(scope, filter, gone, sort, up, limit)| Query {
            scope,
            filter,
            gone,
            sort,
            order: if up { Order::Ascending } else { Order::Descending },
            anchor: Anchor::First,
            limit,
        },
    )
}

fn incoming(number: usize, seed: &Seed) -> Incoming {
    let &(_, _, status, agent, project, created, updated) = seed;
    let word = |words: &[&str], at: usize| at.checked_sub(1).map(|at| words[at].to_owned());
    Incoming {
        columns: Columns {
            title: Some(format!("T{}", number % 4)),
            status: word(&STATUSES, status),
            agent: word(&AGENTS, agent),
            project: word(&PROJECTS, project),
            created_at: (created > 0).then(|| time(created)),
            updated_at: (updated > 0).then(|| time(updated)),
        },
        doc: format!(r#"{{"text":"doc-{}"}}"#, number % 7),
        ..row(&number.to_string(), 1)
    }
}

fn is(what: &Match, text: &str) -> bool {
    let text = text.to_lowercase();
    match what {
        Match::Is(word) => text == word.to_lowercase(),
        Match::Prefix(word) => text.starts_with(&word.to_lowercase()),
        Match::Contains(word) => text.contains(&word.to_lowercase()),
        // The only pattern in use.
        Match::Regex(_) => ["doc-0", "doc-1", "doc-2", "doc-3"].iter().any(|end| text.ends_with(end)),
    }
}

pub(super) fn passes(filter: &Filter, row: &Row, doc: &str) -> bool {
    let some = |what: &Match, text: &Option<String>| text.as_ref().is_some_and(|text| is(what, text));
    match filter {
        Filter::All => true,
        Filter::None => false,
        Filter::And(all) => all.iter().all(|filter| passes(filter, row, doc)),
        Filter::Or(any) => any.iter().any(|filter| passes(filter, row, doc)),
        Filter::Not(filter) => !passes(filter, row, doc),
        Filter::Pending => !row.pending.is_empty(),
        Filter::Gone => row.gone_at.is_some(),
        Filter::After(at) => row.updated_at.or(row.created_at).is_some_and(|time| time >= *at),
        Filter::Before(at) => row.updated_at.or(row.created_at).is_some_and(|time| time < *at),
        Filter::Judged(judged) => judged.0.holds(&Record { row: row.clone(), doc: doc.to_owned() }, &|| None),
        Filter::Text(what) => {
            is(what, &row.id)
                || [&row.title, &row.status, &row.agent, &row.project].into_iter().any(|text| some(what, text))
                || doc.split('"').nth(3).is_some_and(|text| is(what, text))
        }
        Filter::Field(field, what) => match field {
            Field::Status => some(what, &row.status),
            Field::Agent => some(what, &row.agent),
            Field::Project => some(what, &row.project),
            Field::Title => some(what, &row.title),
            Field::Connection => is(what, &row.list.connection),
            Field::Id => is(what, &row.id),
            Field::Kind | Field::Platform | Field::Collection => unreachable!("not asked here"),
        },
    }
}

pub(super) fn order(query: &Query, a: &Row, b: &Row) -> Ordering {
    let up = query.order == Order::Ascending;
    let turn = |order: Ordering, up: bool| if up { order } else { order.reverse() };
    let active = |row: &Row| (row.updated_at.or(row.created_at), row.key);
    let label = |text: &Option<String>| text.as_ref().map(|text| text.to_lowercase());
    match query.sort {
        Sort::Updated => turn(active(a).cmp(&active(b)), up),
        Sort::Created => {
            let made = |row: &Row| (row.created_at.or(row.updated_at), row.key);
            turn(made(a).cmp(&made(b)), up)
        }
        Sort::Id => turn((&a.id, a.key).cmp(&(&b.id, b.key)), up),
        Sort::Status => turn(label(&a.status).cmp(&label(&b.status)), up).then(active(b).cmp(&active(a))),
        Sort::Agent => turn(label(&a.agent).cmp(&label(&b.agent)), up).then(active(b).cmp(&active(a))),
    }
}

/// Every record there is.
pub(super) fn all(reader: &Reader, records: usize) -> Vec<Record> {
    (1..=records).map(|key| reader.record(RowKey(i64::try_from(key).unwrap())).unwrap().unwrap()).collect()
}

/// The answer, from all records as they are to be seen.
pub(super) fn naive(query: &Query, all: &[Record]) -> Vec<Row> {
    let mut rows: Vec<Row> = all
        .iter()
        .filter(|record| query.scope.kinds.is_empty() || query.scope.kinds.contains(&record.row.kind))
        .filter(|record| {
            query.scope.connections.is_empty() || query.scope.connections.contains(&record.row.list.connection)
        })
        .filter(|record| query.gone || record.row.gone_at.is_none())
        .filter(|record| passes(&query.filter, &record.row, &record.doc))
        .map(|record| record.row.clone())
        .collect();
    rows.sort_by(|a, b| order(query, a, b));
    rows
}

fn keys(rows: &[Row]) -> Vec<RowKey> {
    rows.iter().map(|row| row.key).collect()
}

/// Every window that can be asked for, against the whole answer.
pub(super) fn check(query: &Query, reader: &Reader, whole: &[Row]) -> Result<(), TestCaseError> {
    let ask = |anchor: Anchor| reader.window(&Query { anchor, ..query.clone() }).unwrap();
    let mut forth = Vec::new();
    let mut window = ask(Anchor::First);
    loop {
        prop_assert_eq!(window.more_before, !forth.is_empty());
        forth.extend(window.rows.clone());
        prop_assert_eq!(window.more_after, forth.len() < whole.len());
        match window.rows.last() {
            Some(last) if window.more_after => window = ask(Anchor::After(last.key)),
            _ => break,
        }
    }
    prop_assert_eq!(&forth, whole);
    let whole = &keys(whole)[..];
    let mut back = Vec::new();
    let mut window = ask(Anchor::Last);
    loop {
        prop_assert_eq!(window.more_after, !back.is_empty());
        back.splice(0..0, keys(&window.rows));
        prop_assert_eq!(window.more_before, back.len() < whole.len());
        match window.rows.first() {
            Some(first) if window.more_before => window = ask(Anchor::Before(first.key)),
            _ => break,
        }
    }
    prop_assert_eq!(&back, whole);
    for (place, &key) in whole.iter().enumerate() {
        let window = ask(Anchor::At(key));
        let end = whole.len().min(place + query.limit);
        prop_assert_eq!(keys(&window.rows), &whole[place..end]);
        prop_assert_eq!((window.more_before, window.more_after), (place > 0, end < whole.len()));
    }
    prop_assert_eq!(reader.count(query, 1_000).unwrap(), CountOf::Exact(whole.len() as u64));
    Ok(())
}

pub(super) async fn filled(mirror: &Mirror, seeds: &[Seed]) {
    let lists = mirror
        .register(vec![
            spec("a", "sessions", Kind::Session),
            spec("a", "runs", Kind::Run),
            spec("b", "runs", Kind::Run),
        ])
        .await
        .unwrap();
    for (number, seed) in seeds.iter().enumerate() {
        mirror.apply(lists[seed.0], rows([incoming(number, seed)]), time(1)).await.unwrap();
        if seed.1 {
            let gone = Batch { gone: vec![number.to_string()], ..Batch::default() };
            mirror.apply(lists[seed.0], gone, time(2)).await.unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn windows_put_together_are_the_sorted_list(
        seeds in prop::collection::vec(seed(), 0..40),
        queries in prop::collection::vec(query(), 8),
        settled in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let place = Place::new();
        let mirror = place.open();
        runtime.block_on(async {
            filled(&mirror, &seeds).await;
            if settled {
                mirror.settle().await.unwrap();
            }
        });
        let reader = mirror.reader().unwrap();
        for query in queries {
            check(&query, &reader, &naive(&query, &all(&reader, seeds.len())))?;
        }
    }
}

#[tokio::test]
async fn a_lost_anchor_begins_at_the_end_it_came_from() {
    let place = Place::new();
    let mirror = place.open();
    let sessions = list(&mirror, "a", "sessions", Kind::Session).await;
    mirror.apply(sessions, rows((0..9).map(|id| row(&id.to_string(), 1))), time(1)).await.unwrap();
    let reader = mirror.reader().unwrap();
    let ids = |anchor: Anchor| {
        let query =
            Query { anchor, limit: 2, sort: Sort::Id, order: Order::Ascending, ..Query::newest(Scope::default()) };
        reader.window(&query).unwrap().rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(Anchor::After(RowKey(99))), ["0", "1"]);
    assert_eq!(ids(Anchor::Before(RowKey(99))), ["7", "8"]);
}

#[tokio::test]
async fn an_id_is_found_whole_or_by_its_beginning_in_any_case() {
    let place = Place::new();
    let mirror = place.open();
    let sessions = list(&mirror, "a", "sessions", Kind::Session).await;
    let ids = ["Sess_ab1", "sess_AB2", "sess_b", "it's", "SESS_ab3", "ses"];
    mirror.apply(sessions, rows(ids.map(|id| row(id, 1))), time(1)).await.unwrap();
    let reader = mirror.reader().unwrap();
    let found = |what: Match| {
        let filter = Filter::Field(Field::Id, what);
        let query = Query { filter, sort: Sort::Id, order: Order::Ascending, ..Query::newest(Scope::default()) };
        assert_eq!(reader.count(&query, 99).unwrap(), CountOf::Exact(reader.window(&query).unwrap().rows.len() as u64));
        reader.window(&query).unwrap().rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    let (is, begins) = (|id: &str| found(Match::Is(id.into())), |id: &str| found(Match::Prefix(id.into())));
    assert_eq!(begins("SESS_A"), ["SESS_ab3", "Sess_ab1", "sess_AB2"]);
    assert_eq!((begins("IT'S"), is("IT'S")), (vec!["it's".to_owned()], vec!["it's".to_owned()]));
    assert_eq!(begins("").len(), 6);
    assert_eq!(is("SESS_AB2"), ["sess_AB2"]);
    for none in ["SESS_A", "sess_ab2x", "s", ""] {
        assert_eq!(is(none), Vec::<String>::new(), "{none} is no id");
    }
}

#[tokio::test]
async fn counting_stops_at_the_cap() {
    let place = Place::new();
    let mirror = place.open();
    let sessions = list(&mirror, "a", "sessions", Kind::Session).await;
    mirror.apply(sessions, rows((0..30).map(|id| row(&format!("x{id}"), 1))), time(1)).await.unwrap();
    let reader = mirror.reader().unwrap();
    let query = Query { filter: Filter::Text(Match::Contains("x".into())), ..Query::newest(Scope::default()) };
    assert_eq!(reader.count(&query, 10).unwrap(), CountOf::AtLeast(10));
    assert_eq!(reader.count(&query, 30).unwrap(), CountOf::Exact(30));
}
