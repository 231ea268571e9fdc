//! Lists of which somebody else knows the words: whatever of them it knows beforehand, they show the same.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::overlaid::{asked, seen, writes};
use super::paging::{all, check, filled, naive, query, seed};
use super::*;
use crate::model::{Content, Filter, Judge, Judged, Match, Overlay, Query, Record, RowKey};

/// Judges by whether the document has a text.
#[derive(Debug)]
struct Has {
    text: String,
    /// What it knows beforehand.
    known: BTreeMap<RowKey, bool>,
    few: Option<Vec<RowKey>>,
}

impl Judge for Has {
    fn asks(&self) -> &str {
        &self.text
    }

    fn holds(&self, record: &Record, _content: &dyn Fn() -> Option<Content>) -> bool {
        record.doc.contains(&self.text) || record.row.title.as_deref() == Some(&self.text)
    }

    fn knows(&self, _list: &ListKey, key: RowKey) -> Option<bool> {
        self.known.get(&key).copied()
    }

    fn few(&self, _list: &ListKey) -> Option<&[RowKey]> {
        self.few.as_deref()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// How much it knows beforehand: a share of the records, in thirds, and whether they are told to be few.
fn judge(text: &str, records: &[Record], thirds: i64, few: bool) -> Has {
    let mut judge = Has { text: text.to_owned(), known: BTreeMap::new(), few: None };
    let known = records.iter().filter(|record| record.row.key.0 % 3 < thirds);
    judge.known = known.map(|record| (record.row.key, judge.holds(record, &|| None))).collect();
    let maybe = |key: &RowKey| judge.known.get(key).copied().unwrap_or(true);
    judge.few = few.then(|| records.iter().map(|record| record.row.key).filter(maybe).collect());
    judge
}

/// The filter with all that asks for texts answered by a judge; and the same for the naive answer.
fn judged(filter: &Filter, with: &dyn Fn(&str) -> Filter) -> Filter {
    let all = |filters: &[Filter]| filters.iter().map(|filter| judged(filter, with)).collect();
    match filter {
        Filter::Text(Match::Regex(_)) => with("doc-3"),
        Filter::Text(_) => with("T1 new"),
        Filter::And(filters) => Filter::And(all(filters)),
        Filter::Or(filters) => Filter::Or(all(filters)),
        Filter::Not(filter) => Filter::Not(Box::new(judged(filter, with))),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_list_is_the_same_however_much_is_known_beforehand(
        seeds in prop::collection::vec(seed(), 0..40),
        decided in prop::collection::vec(asked(), 0..10),
        queries in prop::collection::vec(query(), 8),
        thirds in 0i64..4,
        few in any::<bool>(),
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
        let mirrored = all(&mirror.reader().unwrap(), seeds.len());
        let writes = writes(&seeds, &decided);
        let seen = seen(mirrored.clone(), &writes);
        let reader = mirror.reader().unwrap().over(Arc::new(Overlay::of(&writes)));
        // Unfinished writes are not known to it: nothing that it knows of such a record may be used.
        let overlaid = |record: &&Record| !record.row.pending.is_empty();
        let changed: Vec<RowKey> = seen.iter().filter(overlaid).map(|record| record.row.key).collect();
        for query in queries {
            let ask = |text: &str| {
                let mut judge = judge(text, &mirrored, thirds, few);
                if let Some(few) = &mut judge.few {
                    few.extend(&changed);
                    few.sort_unstable_by_key(|key| key.0);
                    few.dedup();
                }
                Filter::Judged(Judged(Arc::new(judge)))
            };
            let asked = Query { filter: judged(&query.filter, &ask), ..query.clone() };
            check(&asked, &reader, &naive(&asked, &seen))?;
        }
    }
}
