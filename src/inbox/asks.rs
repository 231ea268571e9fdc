//! What is asked of the mirror: which records want a person for their status, and from which end of the list. Every question is
//! answered along the index of its states, and bounded.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use quarterdeck_sync::model::{CountOf, Field, Filter, Freshness, Kind, Match, Order, Query, Row, Scope, Sort};

use super::cause::Cause;
use super::more::{Beyond, More};
use super::source::Source;
use super::states::{self, is};
use super::why;

/// Records of one cause that are listed from one end, at most.
pub(super) const MOST: usize = 200;
/// Approvals that are looked at from one end: which of them has the least time left stands in their documents.
const LOOKED: usize = 500;
/// Records that are counted beyond that.
const COUNTED: u64 = 10_000;

/// From which end of a list records are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// The newest: what happened once is the less of use the older it is.
    Newest,
    /// Those that have waited longest, and the newest: what waits for a person does not stop waiting.
    Both,
}

/// A question about records of a kind in certain states.
pub(super) struct Ask {
    pub cause: Cause,
    pub kind: Kind,
    filter: Filter,
    /// Only this list.
    list: Option<(String, String)>,
    ends: Ends,
}

/// What a status brings in.
pub(super) fn all(source: &dyn Source, lists: &[Freshness], now: Timestamp) -> Vec<Ask> {
    let ago = |time: SignedDuration| now.checked_sub(time).unwrap_or(Timestamp::MIN);
    let recent = |states: &str| Filter::And(vec![is(states), Filter::After(ago(why::RECENT))]);
    let old = |states: &str, time| Filter::And(vec![is(states), Filter::Before(ago(time))]);
    let ask = |cause, kind, filter, ends| Ask { cause, kind, filter, list: None, ends };
    let silent = lists
        .iter()
        .filter(|list| list.kind == Kind::Agent && source.signs(&list.platform, &list.list.collection).seen)
        .map(|list| Ask {
            list: Some((list.list.connection.clone(), list.list.collection.clone())),
            ..ask(Cause::Silent, Kind::Agent, old(states::ACTIVE, why::SILENT), Ends::Newest)
        });
    let asks = [
        ask(Cause::Approval, Kind::Approval, is(states::PENDING), Ends::Both),
        ask(Cause::Alert, Kind::Event, is(states::ALERT), Ends::Both),
        ask(Cause::Review, Kind::Event, recent(states::REVIEW), Ends::Newest),
        ask(Cause::Blocked, Kind::Event, recent(states::BLOCKED), Ends::Newest),
        ask(Cause::Failed, Kind::Run, recent(states::FAILED), Ends::Newest),
        ask(Cause::Failed, Kind::Agent, is(states::FAILED), Ends::Newest),
        ask(Cause::Stuck, Kind::Run, old(states::AT_WORK, why::STUCK), Ends::Both),
    ];
    // A kind that no connection has is not asked for.
    let there = |ask: &Ask| lists.iter().any(|list| list.kind == ask.kind && list.mirror_count > 0);
    asks.into_iter().chain(silent).filter(there).collect()
}

/// The records that answer a question.
pub(super) struct Found {
    /// Those that were taken, the newest first.
    pub rows: Vec<Row>,
    /// How many there are in all, where they are more; `true` when at least so many.
    all: Option<(u64, bool)>,
}

impl Ask {
    /// Asks.
    pub fn find(&self, source: &dyn Source) -> Result<Found, String> {
        let (connections, collections) = self.list.clone().map_or_else(Default::default, |(c, l)| (vec![c], vec![l]));
        let limit = if self.cause == Cause::Approval { LOOKED } else { MOST };
        let query = Query {
            filter: self.filter.clone(),
            sort: Sort::Updated,
            order: Order::Descending,
            limit,
            ..Query::newest(Scope { kinds: vec![self.kind], connections, collections })
        };
        let window = source.window(&query)?;
        let mut rows = window.rows;
        if !window.more_after {
            return Ok(Found { rows, all: None });
        }
        if self.ends == Ends::Both {
            let known: BTreeSet<_> = rows.iter().map(|row| row.key).collect();
            let oldest = source.window(&Query { order: Order::Ascending, ..query.clone() })?.rows;
            rows.extend(oldest.into_iter().rev().filter(|row| !known.contains(&row.key)));
        }
        let all = match source.count(&query, COUNTED)? {
            CountOf::Exact(all) => (all, false),
            CountOf::AtLeast(all) => (all, true),
        };
        Ok(Found { rows, all: Some(all) })
    }

    /// What there is beyond the `listed` ones of `found`.
    pub fn more(&self, found: &Found, listed: usize) -> Option<More> {
        let taken = found.rows.len() as u64;
        let (all, least) = found.all.unwrap_or((taken, false));
        let count = all.max(taken).saturating_sub(listed as u64);
        (count > 0).then(|| More { cause: self.cause, count, least, beyond: Beyond::Rows(self.kind, self.whole()) })
    }

    /// The filter for all of them, wherever it is asked.
    fn whole(&self) -> Filter {
        let Some((connection, collection)) = self.list.clone() else { return self.filter.clone() };
        let only = |field, name| Filter::Field(field, Match::Is(name));
        Filter::And(vec![only(Field::Connection, connection), only(Field::Collection, collection), self.filter.clone()])
    }
}
