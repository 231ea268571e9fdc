//! Going through what matches: how many there are, what facets they have, which of them come first.
//!
//! Who wants the hits only is answered without looking at what cannot be among them. A question that only narrows is gone through
//! once, without scores. One with words is gone through once with them; only a single word or two, which may be in half of all
//! documents, are gone through twice: once to count, without scores, and once for the best, where tantivy passes over whole stretches
//! that cannot be among them. Segments know nothing of each other: several threads go through those of a large index.
//!
//! What always holds: the order is that of [`crate::Order`], down to the last tie, and the same for each page of a snapshot.

mod counts;
mod owners;
mod segment;
mod statistics;
mod top;

use std::cmp::Reverse;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tantivy::query::{EnableScoring, Weight};
use tantivy::{SegmentReader, TERMINATED};

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
pub(crate) use segment::Times;

/// Documents that words which stand for many are in, for which several threads are worth beginning.
const MANY: u64 = 8_000;
/// Threads that go through the segments, at most: a question of a person must not take the whole machine.
const THREADS: usize = 4;

/// Asked once: the system looks it up in several files.
static CORES: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(1, usize::from));

/// Answers from several indices as if they were one. The first is the one that [`Search::without`] speaks of.
pub(crate) fn answer(indices: &[&Snapshot], search: &Search<'_>) -> Result<Found, Error> {
    let statistics = Statistics::new(indices);
    let mut capped = false;
    let mut work = Vec::new();
    for (place, index) in indices.iter().enumerate() {
        let without = if place == 0 { search.without } else { &[] };
        let plan = compile(index, search, without)?;
        capped |= plan.capped;
        work.push(Work::new(index, &plan, search, &statistics)?);
    }
    let answer = gone_through(&work, search)?;
    Ok(Found { hits: answer.top.into_hits(), total: answer.total, counts: answer.counts.finish(), capped })
}

/// What is asked of an index.
struct Work<'a> {
    index: &'a Snapshot,
    /// Matches only.
    bare: Box<dyn Weight>,
    /// With scores, where the best come first.
    scored: Option<Box<dyn Weight>>,
    simple: bool,
    /// What no document scores more than.
    most: f32,
    /// See [`Plan::documents`].
    documents: u64,
}

impl<'a> Work<'a> {
    fn new(index: &'a Snapshot, plan: &Plan, search: &Search<'_>, statistics: &Statistics<'_>) -> Result<Self, Error> {
        let searcher = &index.searcher;
        let by_score = plan.scored && search.order == Order::Best && search.limit > 0;
        let scored = match by_score {
            true => Some(plan.query.weight(EnableScoring::enabled_from_statistics_provider(statistics, searcher))?),
            false => None,
        };
        let bare = plan.query.weight(EnableScoring::disabled_from_searcher(searcher))?;
        let most = if by_score { plan.most.score(statistics)? } else { f32::INFINITY };
        Ok(Self { index, bare, scored, simple: plan.simple, most, documents: plan.documents })
    }
}

/// Goes through all segments, the largest first, in as many threads as it is worth.
fn gone_through(work: &[Work<'_>], search: &Search<'_>) -> Result<Answer, Error> {
    let mut segments: Vec<(&Work<'_>, &SegmentReader)> = work
        .iter()
        .flat_map(|work| work.index.searcher.segment_readers().iter().map(move |part| (work, part)))
        .collect();
    segments.sort_by_key(|(_, segment)| Reverse(segment.max_doc()));
    let helpers = match work.iter().map(|work| work.documents).sum::<u64>() > MANY {
        true => segments.len().min(*CORES).min(THREADS).saturating_sub(1),
        false => 0,
    };
    let next = AtomicUsize::new(0);
    let take = || {
        let mut answer = Answer::new(search);
        while let Some((work, segment)) = segments.get(next.fetch_add(1, Ordering::Relaxed)) {
            answer.take(work, segment)?;
        }
        Ok::<_, Error>(answer)
    };
    thread::scope(|scope| {
        // Where no thread can be had, this one goes through them all.
        let spawn = |_| thread::Builder::new().name("qd-search".to_owned()).spawn_scoped(scope, take).ok();
        let helping: Vec<_> = (0..helpers).filter_map(spawn).collect();
        let mut answer = take()?;
        for helper in helping {
            answer.join(helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(answer)
    })
}

/// What some of the segments answer.
struct Answer {
    top: Top,
    counts: Counts,
    total: u64,
    /// See [`Search::hits_only`].
    hits_only: bool,
}

/// Documents that are looked at together.
const BLOCK: usize = 64;

impl Answer {
    fn new(search: &Search<'_>) -> Self {
        let counts = Counts::new(search.count);
        Self { top: Top::new(search), hits_only: search.hits_only && counts.is_empty(), counts, total: 0 }
    }

    /// Both as one.
    fn join(&mut self, other: Self) {
        self.top.join(other.top);
        self.counts.join(other.counts);
        self.total += other.total;
    }

    fn take(&mut self, work: &Work<'_>, segment: &SegmentReader) -> Result<(), Error> {
        let bare = work.bare.as_ref();
        let columns = Columns::open(segment, &work.index.shape.times)?;
        self.counts.enter(work.index, segment)?;
        self.top.enter(&columns, work.most);
        match &work.scored {
            Some(scored) if self.hits_only => self.total += self.young(segment, scored.as_ref(), &columns)?,
            Some(scored) if work.simple => {
                self.count(segment, bare)?;
                self.best(segment, scored.as_ref(), &columns)?;
            }
            Some(scored) => self.scored(segment, scored.as_ref(), &columns)?,
            None => self.unscored(segment, bare, &columns)?,
        }
        self.counts.leave()
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

    /// The best only: documents that are too old for it, whatever they score, are passed over. Says how many were not.
    fn young(&mut self, segment: &SegmentReader, weight: &dyn Weight, columns: &Columns) -> Result<u64, Error> {
        let alive = segment.alive_bitset();
        let top = &mut self.top;
        let mut scorer = weight.scorer(segment, 1.0)?;
        let (mut doc, mut met) = (scorer.doc(), 0);
        while doc != TERMINATED {
            let young = columns.young(doc, top.least_second());
            if young != doc {
                doc = scorer.seek(young);
                continue;
            }
            if alive.is_none_or(|alive| alive.is_alive(doc)) {
                met += 1;
                top.offer_scored(doc, scorer.score(), columns);
            }
            doc = scorer.advance();
        }
        Ok(met)
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
