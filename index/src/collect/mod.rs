//! Going through what matches: how many there are, what facets they have, which of them come first.
//!
//! A question that only narrows is gone through once, without scores. One with words is gone through once with them; only a
//! single word or two, which may be in half of all documents, are gone through twice: once to count, without scores, and once for
//! the best, where tantivy passes over whole stretches that cannot be among them.
//!
//! What always holds: the order is that of [`crate::Order`], down to the last tie, and the same for each page of a snapshot.

mod counts;
mod owners;
mod segment;
mod statistics;
mod top;

use tantivy::SegmentReader;
use tantivy::query::{EnableScoring, Weight};

use crate::compile::{Plan, compile};
use crate::error::Error;
use crate::face::{Found, Order, Search};
use crate::snapshot::Snapshot;
use counts::Counts;
use segment::Columns;
use statistics::Statistics;
use top::Top;

pub(crate) use counts::Values;
pub(crate) use owners::owners;

/// Answers from several indices as if they were one. The first is the one that [`Search::without`] speaks of.
pub(crate) fn answer(indices: &[&Snapshot], search: &Search<'_>) -> Result<Found, Error> {
    let statistics = Statistics::new(indices);
    let mut answer = Answer { search, top: Top::new(search), counts: Counts::new(search.count), total: 0 };
    let mut capped = false;
    for (place, index) in indices.iter().enumerate() {
        let without = if place == 0 { search.without } else { &[] };
        let plan = compile(index, search, without)?;
        capped |= plan.capped;
        answer.take(index, &plan, &statistics)?;
    }
    Ok(Found { hits: answer.top.into_hits(), total: answer.total, counts: answer.counts.finish(), capped })
}

struct Answer<'a> {
    search: &'a Search<'a>,
    top: Top,
    counts: Counts,
    total: u64,
}

/// Documents that are looked at together.
const BLOCK: usize = 64;

impl Answer<'_> {
    fn take(&mut self, index: &Snapshot, plan: &Plan, statistics: &Statistics<'_>) -> Result<(), Error> {
        let searcher = &index.searcher;
        let by_score = plan.scored && self.search.order == Order::Best && self.top.wanted() > 0;
        let bare = plan.query.weight(EnableScoring::disabled_from_searcher(searcher));
        let scored = match by_score {
            true => Some(plan.query.weight(EnableScoring::enabled_from_statistics_provider(statistics, searcher))?),
            false => None,
        };
        let bare = bare?;
        for segment in searcher.segment_readers() {
            let columns = Columns::open(segment)?;
            self.counts.enter(index, segment)?;
            match &scored {
                Some(scored) if plan.simple => {
                    self.count(segment, bare.as_ref())?;
                    self.best(segment, scored.as_ref(), &columns)?;
                }
                Some(scored) => self.scored(segment, scored.as_ref(), &columns)?,
                None => self.unscored(segment, bare.as_ref(), &columns)?,
            }
            self.counts.leave()?;
        }
        Ok(())
    }

    fn count(&mut self, segment: &SegmentReader, weight: &dyn Weight) -> Result<(), Error> {
        if self.counts.is_empty() {
            self.total += u64::from(weight.count(segment)?);
            return Ok(());
        }
        each_block(segment, weight, |docs| {
            self.total += docs.len() as u64;
            self.counts.add(docs);
        })
    }

    /// The best only: tantivy calls for documents whose score is above what is answered.
    fn best(&mut self, segment: &SegmentReader, weight: &dyn Weight, columns: &Columns) -> Result<(), Error> {
        let alive = segment.alive_bitset();
        let top = &mut self.top;
        weight.for_each_pruning(top.least_score(), segment, &mut |doc, score| {
            if alive.is_none_or(|alive| alive.is_alive(doc)) {
                top.offer_scored(doc, score, columns);
            }
            top.least_score()
        })?;
        Ok(())
    }

    fn scored(&mut self, segment: &SegmentReader, weight: &dyn Weight, columns: &Columns) -> Result<(), Error> {
        let alive = segment.alive_bitset();
        let Answer { top, counts, total, .. } = self;
        let mut block = Vec::with_capacity(BLOCK);
        weight.for_each(segment, &mut |doc, score| {
            if alive.is_some_and(|alive| !alive.is_alive(doc)) {
                return;
            }
            *total += 1;
            top.offer_scored(doc, score, columns);
            block.push(doc);
            if block.len() == BLOCK {
                counts.add(&block);
                block.clear();
            }
        })?;
        counts.add(&block);
        Ok(())
    }

    fn unscored(&mut self, segment: &SegmentReader, weight: &dyn Weight, columns: &Columns) -> Result<(), Error> {
        if self.top.wanted() == 0 {
            return self.count(segment, weight);
        }
        each_block(segment, weight, |docs| {
            self.total += docs.len() as u64;
            self.counts.add(docs);
            self.top.offer_block(docs, columns);
        })
    }
}

/// All documents that match and are not deleted.
fn each_block(segment: &SegmentReader, weight: &dyn Weight, mut take: impl FnMut(&[u32])) -> Result<(), Error> {
    let Some(alive) = segment.alive_bitset() else {
        weight.for_each_no_score(segment, &mut |docs| take(docs))?;
        return Ok(());
    };
    let mut living = Vec::with_capacity(BLOCK);
    weight.for_each_no_score(segment, &mut |docs| {
        living.clear();
        living.extend(docs.iter().copied().filter(|doc| alive.is_alive(*doc)));
        take(&living);
    })?;
    Ok(())
}
