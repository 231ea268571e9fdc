//! Compares the index with the mirror: every record, every number of entries.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use quarterdeck_index::query::{Ast, Node, NodeKind, Span, Value, ValueKind};
use quarterdeck_index::{Error, Index, Order, Search, Snapshot};
use quarterdeck_sync::model::{ListKey, Record, RowKey};
use quarterdeck_sync::store::{Reader, StoreError};
use serde::Serialize;

use super::fields;
use super::indexer::{FollowError, identity};
use super::progress::Progress;

/// Records that are compared at once.
const STRETCH: usize = 1_000;

/// Differences that are told one by one.
const TOLD: usize = 20;

/// What comparing has shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Everything in the mirror is in the index as it is in the mirror, and nothing else is.
    pub healthy: bool,
    /// Records that differ because they were touched since the index was last committed.
    pub behind: u64,
    /// Records that differ for no such reason.
    pub wrong: u64,
    /// Records that are damaged in the mirror itself, or whose content is: the index cannot have what nobody can read. No index that
    /// is made anew changes that.
    pub unreadable: u64,
    /// The first of them.
    pub differences: Vec<Difference>,
    /// Each list, by connection and collection.
    pub lists: Vec<ListVerdict>,
    /// Files that are not what was written.
    pub damaged: Option<String>,
}

/// A record of which the index does not have what the mirror has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its number in the mirror.
    pub key: i64,
    /// Its list; none when the mirror does not have it.
    #[serde(flatten)]
    pub list: Option<ListKey>,
    /// Its id.
    pub id: Option<String>,
    /// Documents there should be: the record and its entries.
    pub mirror: u64,
    /// Documents there are.
    pub index: u64,
}

/// A list in both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListVerdict {
    /// The list.
    #[serde(flatten)]
    pub list: ListKey,
    /// Records in the mirror, gone ones too. Those that are the entries of other records are not counted.
    pub mirror_records: u64,
    /// Records in the index.
    pub index_records: u64,
    /// Entries in the mirror.
    pub mirror_entries: u64,
    /// Entries in the index.
    pub index_entries: u64,
}

/// Compares. The mirror is held at one state for so long.
///
/// # Errors
/// When either cannot be read at all.
pub fn verify(reader: &Reader, index: &Index) -> Result<Verdict, FollowError> {
    let _held = reader.hold()?;
    index.reload()?;
    let snapshot = index.snapshot();
    let identity = identity(reader)?;
    let progress = index.mark()?.as_ref().and_then(Progress::of).filter(|progress| progress.mirror == identity);
    let mut comparing =
        Comparing { reader, late: late(reader, progress)?, verdict: Verdict::default(), lists: BTreeMap::new() };
    for list in reader.freshness()? {
        comparing.list(&list.list);
    }
    comparing.run(&snapshot)?;
    let Comparing { mut verdict, lists, .. } = comparing;
    verdict.lists = lists.into_values().collect();
    verdict.damaged = match index.check() {
        Err(Error::Damaged(why)) => Some(why),
        checked => checked.map(|()| None)?,
    };
    verdict.healthy = verdict.wrong == 0 && verdict.behind == 0 && verdict.unreadable == 0 && verdict.damaged.is_none();
    Ok(verdict)
}

/// Stretches of records that may differ, since the index has not followed so far.
fn late(reader: &Reader, progress: Option<Progress>) -> Result<Vec<RangeInclusive<i64>>, FollowError> {
    let Some(progress) = progress else { return Ok(vec![0..=i64::MAX]) };
    let mut late: Vec<_> = progress.filled.map(|filled| filled.saturating_add(1)..=i64::MAX).into_iter().collect();
    let mut seq = progress.seq;
    loop {
        let feed = reader.feed(seq, STRETCH)?;
        let Some(last) = feed.last() else { return Ok(late) };
        seq = last.seq;
        late.extend(feed.iter().map(|entry| entry.first.0..=entry.last.0));
    }
}

struct Comparing<'a> {
    reader: &'a Reader,
    late: Vec<RangeInclusive<i64>>,
    verdict: Verdict,
    lists: BTreeMap<ListKey, ListVerdict>,
}

impl Comparing<'_> {
    fn list(&mut self, list: &ListKey) -> &mut ListVerdict {
        self.lists.entry(list.clone()).or_insert_with(|| ListVerdict {
            list: list.clone(),
            mirror_records: 0,
            index_records: 0,
            mirror_entries: 0,
            index_entries: 0,
        })
    }

    /// Walks both side by side, a stretch of numbers at a time.
    fn run(&mut self, snapshot: &Snapshot) -> Result<(), FollowError> {
        let entries = self.reader.entry_lists()?;
        let mut from = 0i64;
        loop {
            let keys = self.reader.keys(RowKey(from), RowKey(i64::MAX), STRETCH)?;
            let owners = snapshot.owners(from.cast_unsigned(), STRETCH)?;
            // What lies behind the end of the shorter one is compared next time.
            let end = |full: bool, last: Option<i64>| last.filter(|_| full).unwrap_or(i64::MAX);
            let last_key = end(keys.len() == STRETCH, keys.last().map(|key| key.0));
            let last_owner = end(owners.len() == STRETCH, owners.last().map(|(owner, _)| owner.cast_signed()));
            let until = last_key.min(last_owner);
            let mut found: BTreeMap<i64, u64> =
                owners.into_iter().map(|(owner, count)| (owner.cast_signed(), count)).collect();
            for key in keys.into_iter().filter(|key| key.0 <= until) {
                let found = found.remove(&key.0).unwrap_or(0);
                self.compare(key, found, &entries)?;
            }
            for (key, count) in found.into_iter().filter(|(key, _)| *key <= until) {
                self.differs(Difference { key, list: None, id: None, mirror: 0, index: count });
            }
            if until == i64::MAX {
                return Ok(());
            }
            from = until + 1;
        }
    }

    fn compare(&mut self, key: RowKey, found: u64, entries: &[ListKey]) -> Result<(), FollowError> {
        let record = match self.reader.record(key) {
            Err(StoreError::Damaged { .. }) => {
                self.verdict.unreadable += 1;
                return Ok(());
            }
            read => read?,
        };
        let Some(Record { row, .. }) = record else { return Ok(()) };
        let of_entries = entries.contains(&row.list);
        let messages = match of_entries {
            true => 0,
            false => {
                self.reader.content_state(key)?.filter(|held| held.state.is_held()).map_or(0, |held| held.messages)
            }
        };
        let list = self.list(&row.list);
        list.mirror_records += u64::from(!of_entries);
        list.mirror_entries += messages;
        list.index_records += u64::from(found > 0);
        list.index_entries += found.saturating_sub(1);
        let should = if of_entries { 0 } else { messages + 1 };
        if found != should && matches!(self.reader.content(key), Err(StoreError::Damaged { .. })) {
            self.verdict.unreadable += 1;
        } else if found != should {
            self.differs(Difference {
                key: key.0,
                list: Some(row.list),
                id: Some(row.id),
                mirror: should,
                index: found,
            });
        }
        Ok(())
    }

    fn differs(&mut self, difference: Difference) {
        if self.late.iter().any(|late| late.contains(&difference.key)) {
            self.verdict.behind += 1;
            return;
        }
        self.verdict.wrong += 1;
        if self.verdict.differences.len() < TOLD {
            self.verdict.differences.push(difference);
        }
    }
}

/// Records in the index: all of them, and the live ones of each list.
pub struct Counted {
    pub records: u64,
    pub lists: Vec<u64>,
}

/// Counts them.
pub fn count_lists(snapshot: &Snapshot, lists: &[ListKey]) -> Result<Counted, Error> {
    let own = || vec![not(field("is", "entry"))];
    let mut counted = Counted { records: count(snapshot, own())?, lists: Vec::with_capacity(lists.len()) };
    for list in lists {
        let mut asked = own();
        asked.push(not(field("is", "gone")));
        asked.extend([field("connection", &list.connection), field("collection", &list.collection)]);
        counted.lists.push(count(snapshot, asked)?);
    }
    Ok(counted)
}

fn count(snapshot: &Snapshot, mut asked: Vec<Node>) -> Result<u64, Error> {
    let root = if asked.len() == 1 { asked.swap_remove(0) } else { node(NodeKind::And(asked)) };
    let search = Search {
        ast: &Ast { root },
        fields: fields::ASKS,
        typing: false,
        now: &jiff::Zoned::now(),
        offset: 0,
        limit: 0,
        count: &[],
        hits_only: false,
        without: &[],
        order: Order::Newest,
    };
    Ok(snapshot.search(&search)?.total)
}

fn node(kind: NodeKind) -> Node {
    Node { kind, span: Span::default() }
}

fn field(name: &str, value: &str) -> Node {
    let value = Value { kind: ValueKind::Text(value.to_owned()), span: Span::default() };
    node(NodeKind::Field { name: name.to_owned(), values: vec![value] })
}

fn not(inner: Node) -> Node {
    node(NodeKind::Not(Box::new(inner)))
}
