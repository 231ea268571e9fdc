//! Windows, counts and statuses with unfinished writes over them, against a list kept in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::paging::{Seed, all, check, filled, naive, query, seed};
use super::*;
use crate::model::{
    Base, By, ColumnEdits, CountOf, Effect, Field, Filter, Intent, Match, Overlay, Query, Record, Scope, Write,
    WriteId, WriteState,
};
use crate::store::Reader;

/// A write in numbers: its target among the records (or beyond them), its state, and what it makes of status, title and
/// project: 0 leaves one alone, 1 empties it.
pub(super) type Asked = (usize, WriteState, usize, usize, usize);

pub(super) fn asked() -> impl Strategy<Value = Asked> {
    (0..44usize, prop::sample::select(WriteState::ALL.to_vec()), 0..5usize, 0..4usize, 0..3usize)
}

fn edit(words: &[&str], at: usize) -> Option<Option<String>> {
    at.checked_sub(1).map(|at| at.checked_sub(1).map(|at| words[at].to_owned()))
}

pub(super) fn write(number: usize, list: &ListKey, target: &str, state: WriteState, columns: ColumnEdits) -> Write {
    Write {
        id: WriteId::new(format!("{number:026}")),
        intent: Intent {
            connection: list.connection.clone(),
            platform: "turen".to_owned(),
            collection: list.collection.clone(),
            kind: Kind::Agent,
            action: "suspend".to_owned(),
            verb: "suspend".to_owned(),
            target: Some(target.to_owned()),
            title: None,
            args: BTreeMap::new(),
            reason: None,
            base: Base::default(),
            effect: Effect { doc: Vec::new(), columns },
            deadline: None,
            undoes: None,
            by: By::default(),
        },
        created_at: time(7),
        state,
        updated_at: time(7),
        attempts: 0,
        due_at: None,
        verdict: None,
        memory: serde_json::Value::Null,
    }
}

pub(super) fn writes(seeds: &[Seed], asked: &[Asked]) -> Vec<Write> {
    let lists = [ListKey::new("a", "sessions"), ListKey::new("a", "runs"), ListKey::new("b", "runs")];
    let writes = asked.iter().enumerate().map(|(number, &(target, state, status, title, project))| {
        let list = &lists[seeds.get(target).map_or(0, |seed| seed.0)];
        let columns = ColumnEdits {
            status: edit(&["suspended", "ACTIVE", "paused"], status),
            title: edit(&["T1 new", "other"], title),
            project: edit(&["/home/p1"], project),
        };
        write(number, list, &target.to_string(), state, columns)
    });
    writes.collect()
}

/// What the operator sees of `mirrored`: said once more, and as plainly as can be.
pub(super) fn seen(mut mirrored: Vec<Record>, writes: &[Write]) -> Vec<Record> {
    use WriteState::{Accepted, Conflicted, Expired, Queued, Retrying, Sending, Unknown, Wedged};
    for record in &mut mirrored {
        let row = &mut record.row;
        let mine =
            writes.iter().filter(|write| write.list() == row.list && write.intent.target.as_ref() == Some(&row.id));
        for write in mine {
            let columns = &write.intent.effect.columns;
            if [Queued, Sending, Accepted, Retrying, Unknown].contains(&write.state) {
                row.status = columns.status.clone().unwrap_or(row.status.take());
                row.title = columns.title.clone().unwrap_or(row.title.take());
                row.project = columns.project.clone().unwrap_or(row.project.take());
            } else if ![Conflicted, Wedged, Expired].contains(&write.state) {
                continue;
            }
            row.pending.push(write.mark());
        }
    }
    mirrored
}

fn statuses(seen: &[Record], scope: &Scope) -> BTreeMap<String, u64> {
    let mut statuses = BTreeMap::new();
    let in_scope = |record: &&Record| {
        (scope.kinds.is_empty() || scope.kinds.contains(&record.row.kind))
            && (scope.connections.is_empty() || scope.connections.contains(&record.row.list.connection))
    };
    for record in seen.iter().filter(in_scope).filter(|record| record.row.gone_at.is_none()) {
        if let Some(status) = &record.row.status {
            *statuses.entry(status.clone()).or_default() += 1;
        }
    }
    statuses
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_the_operator_sees_is_the_mirror_with_the_unfinished_writes(
        seeds in prop::collection::vec(seed(), 0..40),
        asked in prop::collection::vec(asked(), 0..30),
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
        let writes = writes(&seeds, &asked);
        let seen = seen(all(&mirror.reader().unwrap(), seeds.len()), &writes);
        let reader = mirror.reader().unwrap().over(Arc::new(Overlay::of(&writes)));
        prop_assert_eq!(&all(&reader, seeds.len()), &seen);
        for query in queries {
            let whole = naive(&query, &seen);
            check(&query, &reader, &whole)?;
            match reader.count(&query, 2).unwrap() {
                CountOf::Exact(count) => prop_assert_eq!(count, whole.len() as u64),
                CountOf::AtLeast(count) => prop_assert!((2..whole.len() as u64).contains(&count)),
            }
            prop_assert_eq!(reader.statuses(&query.scope).unwrap(), statuses(&seen, &query.scope));
        }
    }

    /// A write that changes nothing makes a record stand among the overlaid ones: its texts must answer as its words do.
    #[test]
    fn a_record_answers_by_its_texts_as_it_does_by_its_words(
        seeds in prop::collection::vec(seed(), 1..40),
        queries in prop::collection::vec(query(), 8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let place = Place::new();
        let mirror = place.open();
        runtime.block_on(filled(&mirror, &seeds));
        let asked: Vec<Asked> = (0..seeds.len()).map(|target| (target, WriteState::Queued, 0, 0, 0)).collect();
        let overlay = Arc::new(Overlay::of(&writes(&seeds, &asked)));
        for query in queries.into_iter().filter(|query| !names_pending(&query.filter)) {
            let by_words = mirror.reader().unwrap();
            let by_texts = mirror.reader().unwrap().over(overlay.clone());
            let keys = |reader: &Reader| {
                let query = Query { limit: 100, ..query.clone() };
                reader.window(&query).unwrap().rows.into_iter().map(|row| row.key).collect::<Vec<_>>()
            };
            prop_assert_eq!(keys(&by_texts), keys(&by_words));
            prop_assert_eq!(by_texts.count(&query, 99).unwrap(), by_words.count(&query, 99).unwrap());
        }
    }
}

fn names_pending(filter: &Filter) -> bool {
    match filter {
        Filter::Pending => true,
        Filter::And(filters) | Filter::Or(filters) => filters.iter().any(names_pending),
        Filter::Not(filter) => names_pending(filter),
        _ => false,
    }
}

/// Agents 0 to 9, all active; 3 is to be suspended.
async fn fleet(place: &Place) -> (Mirror, Arc<Overlay>) {
    let mirror = place.open();
    let agents = list(&mirror, "a", "agents", Kind::Agent).await;
    let active = |id: u64| Incoming {
        columns: Columns { status: Some("active".into()), updated_at: Some(time(100)), ..Columns::default() },
        ..row(&id.to_string(), 1)
    };
    mirror.apply(agents, rows((0..10).map(active)), time(100)).await.unwrap();
    let suspended = ColumnEdits { status: Some(Some("suspended".into())), ..ColumnEdits::default() };
    let write = write(1, &ListKey::new("a", "agents"), "3", WriteState::Queued, suspended);
    (mirror, Arc::new(Overlay::of([&write])))
}

fn status(word: &str) -> Query {
    Query { filter: Filter::Field(Field::Status, Match::Is(word.into())), ..Query::newest(Scope::default()) }
}

#[tokio::test]
async fn a_queued_suspension_is_found_by_the_status_that_it_will_have() {
    let place = Place::new();
    let (mirror, overlay) = fleet(&place).await;
    let reader = mirror.reader().unwrap().over(overlay.clone());
    let found = reader.window(&status("suspended")).unwrap().rows;
    assert_eq!(found.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["3"]);
    assert_eq!((found[0].status.as_deref(), found[0].pending.len()), (Some("suspended"), 1));
    assert!(reader.window(&status("active")).unwrap().rows.iter().all(|row| row.id != "3"));
    assert_eq!(reader.count(&status("active"), 0).unwrap(), CountOf::Exact(9));
    assert_eq!(reader.statuses(&Scope::default()).unwrap(), [("active".into(), 9), ("suspended".into(), 1)].into());
    assert_eq!(reader.find(&Scope::default(), "3", 9).unwrap()[0].row.status.as_deref(), Some("suspended"));
    // The pull goes by what the platform said.
    let plain = mirror.reader().unwrap();
    assert_eq!(reader.live(ListId(1), None, None, 99).unwrap(), plain.live(ListId(1), None, None, 99).unwrap());
    assert_eq!(plain.count(&status("active"), 0).unwrap(), CountOf::Exact(10));
}

#[tokio::test]
async fn a_commit_between_two_questions_is_seen_through_the_overlay() {
    let place = Place::new();
    let (mirror, overlay) = fleet(&place).await;
    let pending = Query { filter: Filter::Pending, ..Query::newest(Scope::default()) };
    let titles = || {
        let reader = mirror.reader().unwrap().over(overlay.clone());
        reader.window(&pending).unwrap().rows.into_iter().map(|row| row.updated_at).collect::<Vec<_>>()
    };
    assert_eq!(titles(), [Some(time(100))]);
    let newer = Incoming {
        columns: Columns { status: Some("active".into()), updated_at: Some(time(200)), ..Columns::default() },
        ..row("3", 2)
    };
    mirror.apply(ListId(1), rows([newer]), time(200)).await.unwrap();
    assert_eq!(titles(), [Some(time(200))]);
    let order = mirror.reader().unwrap().over(overlay.clone()).window(&Query::newest(Scope::default())).unwrap();
    assert_eq!(order.rows[0].id, "3", "it stands where its new activity puts it");
}
