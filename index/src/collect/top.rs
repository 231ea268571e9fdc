//! The first hits in an order that leaves no tie open.

use std::collections::BinaryHeap;

use tantivy::DocId;

use super::segment::{Columns, second};
use crate::face::{Hit, Order, Search};

/// A document that is a half-life old is raised half as much as one of this moment: 30 days, in milliseconds.
const HALF_LIFE: f64 = 30.0 * 24.0 * 3600.0 * 1000.0;
/// The most that being recent adds to a score, as a share of it.
const RECENT: f32 = 0.5;

/// Smaller comes first: score, time, owner, place. Whatever comes last by [`Order`] is largest.
type Rank = (u32, u64, u64, u64);

pub(super) struct Top {
    order: Order,
    now: i64,
    offset: usize,
    wanted: usize,
    heap: BinaryHeap<Kept>,
    too_old: TooOld,
    /// By how much the youngest document of the segment that is gone through is raised.
    most_raised: f32,
    /// See [`Top::least_score`].
    least: f32,
    /// What no document of the segment scores more than, before its time raises it.
    most: f32,
    /// See [`Top::least_second`].
    least_second: u32,
}

/// One of the first: its rank, its time, and what is compared without reading a time: the bits of its score before that raised it,
/// and its second.
type Kept = (Rank, Option<i64>, (u32, u32));

/// Documents with this score before their time raises it, and no younger than this, are not among the first: words that are only
/// like the one asked for all count the same.
#[derive(Default)]
struct TooOld {
    score: f32,
    worst: u32,
    before: i64,
}

impl Top {
    pub fn new(search: &Search<'_>) -> Self {
        let wanted = if search.limit == 0 { 0 } else { search.offset.saturating_add(search.limit) };
        let now = search.now.timestamp().as_millisecond();
        Self {
            order: search.order,
            now,
            offset: search.offset,
            wanted,
            heap: BinaryHeap::new(),
            too_old: TooOld::default(),
            most_raised: 1.0 + RECENT,
            least: f32::MIN,
            most: f32::INFINITY,
            least_second: 0,
        }
    }

    /// What is offered from now on is of this segment, where no document scores more than `most`.
    pub fn enter(&mut self, columns: &Columns, most: f32) {
        self.most = most;
        self.most_raised = 1.0 + RECENT * recency(Some(columns.at.max_value()), self.now);
        self.reckon_least();
    }

    /// How many are kept.
    pub fn wanted(&self) -> usize {
        self.wanted
    }

    /// No document whose score, before its time raises it, is this or less can be among the first. A little less than what would
    /// be exact: a tie must be seen to be broken.
    pub fn least_score(&self) -> f32 {
        self.least
    }

    /// No document with an earlier [`second`] can be among the first, whatever it scores.
    pub fn least_second(&self) -> u32 {
        self.least_second
    }

    /// Both are asked for with each document, and change only with what is kept.
    fn reckon_least(&mut self) {
        let Some(&(worst, ..)) = self.worst() else {
            (self.least, self.least_second) = (f32::MIN, 0);
            return;
        };
        self.least = f32::from_bits(!worst) / self.most_raised * 0.9999 - 1e-6;
        self.least_second = match self.order {
            Order::Best => second(Some(self.before(worst, self.most))).saturating_sub(1),
            Order::Newest | Order::Oldest => 0,
        };
    }

    /// Before when a document with this score is behind `worst`. A little before what would be exact.
    fn before(&self, worst: u32, score: f32) -> i64 {
        let raise = f32::from_bits(!worst) / score.max(f32::MIN_POSITIVE) - 1.0;
        let needed = f64::from(raise / RECENT) * 0.9999 - 1e-6;
        // Of what needs no raise nothing is too old, and of what would need more than there is only this moment is not.
        match needed > 0.0 {
            true => (self.now as f64 + needed.min(1.0).log2() * HALF_LIFE) as i64,
            false => i64::MIN,
        }
    }

    fn worst(&self) -> Option<&Rank> {
        match self.heap.len() >= self.wanted {
            true => self.heap.peek().map(|(rank, ..)| rank),
            false => None,
        }
    }

    pub fn offer_scored(&mut self, doc: DocId, score: f32, columns: &Columns) {
        if score <= self.least || self.is_behind(score, doc, columns) {
            return;
        }
        let at = columns.at.first(doc);
        if at.is_some_and(|at| at < self.too_old(score)) {
            return;
        }
        let raised = score.max(0.0) * (1.0 + RECENT * recency(at, self.now));
        self.offer(doc, raised, score.to_bits(), at, columns);
    }

    /// Of two with one score the younger comes first, whatever that comes to: is it behind the last of the first?
    fn is_behind(&self, score: f32, doc: DocId, columns: &Columns) -> bool {
        let older = |(base, worst): (u32, u32)| base == score.to_bits() && columns.second(doc) < worst;
        self.heap.len() >= self.wanted && self.heap.peek().is_some_and(|(.., worst)| older(*worst))
    }

    /// Before when a document with this score is not among the first, whatever else it is. A little before what would be exact.
    fn too_old(&mut self, score: f32) -> i64 {
        let Some(&(worst, ..)) = self.worst() else { return i64::MIN };
        if self.too_old.score != score {
            // Worth reckoning for scores that come again.
            self.too_old = TooOld { score, worst: u32::MAX, before: i64::MIN };
        } else if self.too_old.worst != worst {
            self.too_old = TooOld { score, worst, before: self.before(worst, score).saturating_sub(1) };
        }
        self.too_old.before
    }

    pub fn offer_block(&mut self, docs: &[DocId], columns: &Columns) {
        let mut times = [None; super::BLOCK];
        for docs in docs.chunks(super::BLOCK) {
            let times = &mut times[..docs.len()];
            times.fill(None);
            columns.at.first_vals(docs, times);
            for (doc, at) in docs.iter().zip(times) {
                self.offer(*doc, 0.0, 0, *at, columns);
            }
        }
    }

    fn offer(&mut self, doc: DocId, score: f32, base: u32, at: Option<i64>, columns: &Columns) {
        let score = if self.order == Order::Best { !score.to_bits() } else { u32::MAX };
        let time = time_rank(at, self.order);
        if let Some((worst_score, worst_time, ..)) = self.worst()
            && (score, time) > (*worst_score, *worst_time)
        {
            return;
        }
        let rank = (score, time, columns.owner(doc), columns.place(doc));
        if self.heap.len() < self.wanted {
            self.heap.push((rank, at, (base, second(at))));
        } else if let Some(mut worst) = self.heap.peek_mut()
            && rank < worst.0
        {
            *worst = (rank, at, (base, second(at)));
        } else {
            return;
        }
        self.reckon_least();
    }

    /// Both as one.
    pub fn join(&mut self, other: Self) {
        self.heap.extend(other.heap);
        while self.heap.len() > self.wanted {
            self.heap.pop();
        }
    }

    pub fn into_hits(self) -> Vec<Hit> {
        let best = self.order == Order::Best;
        let ranked = self.heap.into_sorted_vec().into_iter().skip(self.offset);
        ranked
            .map(|((score, _, owner, place), at, _)| Hit {
                owner,
                place: place.checked_sub(1).and_then(|place| u32::try_from(place).ok()),
                at,
                score: if best { f32::from_bits(!score) } else { 0.0 },
            })
            .collect()
    }
}

/// From 1, at this moment or later, towards 0; without a time it is 0.
fn recency(at: Option<i64>, now: i64) -> f32 {
    let Some(at) = at else { return 0.0 };
    let age = now.saturating_sub(at).max(0) as f64;
    (-age / HALF_LIFE).exp2() as f32
}

/// Without a time comes last.
fn time_rank(at: Option<i64>, order: Order) -> u64 {
    let Some(at) = at else { return u64::MAX };
    let ascending = (at as u64) ^ (1 << 63);
    match order {
        Order::Oldest => ascending,
        Order::Best | Order::Newest => !ascending,
    }
}
