//! Words that stand for many: looked up among the words of the index, in bounded time, bounded in number.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use tantivy::schema::Field;
use tantivy::{SegmentReader, Term};
use tantivy_fst::Automaton;

use super::Compiler;
use super::beginnings::Beginnings;
use crate::error::Error;

/// Words that a prefix stands for while it is typed: those in most documents.
pub(super) const TYPED: usize = 50;
/// The same when it is not.
pub(super) const ASKED: usize = 10_000;

/// Words that are looked at to find those: over all segments, by their size.
const LOOKED_AT: (usize, usize) = (8_192, 400_000);
/// Steps of an automaton through the words of all segments, while somebody types and when not.
const STEPS: (u64, u64) = (4_000_000, 40_000_000);
/// What the smallest segment is given.
const LEAST: usize = 128;

/// Lets everything pass: the limits of the range say what is wanted.
pub(super) struct Anything;

impl Automaton for Anything {
    type State = ();

    fn start(&self) {}

    fn is_match(&self, (): &()) -> bool {
        true
    }

    fn accept(&self, (): &(), _: u8) {}
}

/// An automaton that gives up after so many steps.
pub(super) struct Bounded<'a, A> {
    pub inner: &'a A,
    pub left: &'a Cell<u64>,
}

/// How many it may take.
pub(super) fn steps(typing: bool) -> u64 {
    if typing { STEPS.0 } else { STEPS.1 }
}

impl<A: Automaton> Automaton for Bounded<'_, A> {
    type State = A::State;

    fn start(&self) -> A::State {
        self.inner.start()
    }

    fn is_match(&self, state: &A::State) -> bool {
        self.inner.is_match(state)
    }

    fn can_match(&self, state: &A::State) -> bool {
        self.left.get() > 0 && self.inner.can_match(state)
    }

    fn accept(&self, state: &A::State, byte: u8) -> A::State {
        self.left.set(self.left.get().saturating_sub(1));
        self.inner.accept(state, byte)
    }
}

/// In each segment so many times more words are kept than are wanted of all: one that is in few documents here may be in many
/// elsewhere.
const SPARE: usize = 4;

/// The words of a segment that are in most documents.
struct Frequent {
    most: usize,
    kept: BinaryHeap<Reverse<(u32, Vec<u8>)>>,
}

impl Frequent {
    fn new(most: usize) -> Self {
        Self { most, kept: BinaryHeap::new() }
    }

    fn offer(&mut self, documents: u32, word: &[u8]) {
        if self.kept.len() < self.most {
            self.kept.push(Reverse((documents, word.to_owned())));
        } else if let Some(mut least) = self.kept.peek_mut()
            && least.0.0 < documents
        {
            let Reverse((count, bytes)) = &mut *least;
            *count = documents;
            bytes.clear();
            bytes.extend_from_slice(word);
        }
    }
}

impl Compiler<'_> {
    /// The words of `field` that begin so and that the automaton lets pass, at most `most`: those in most documents. When there
    /// are more, the answer is told to be capped.
    pub(super) fn words<A>(&self, field: Field, begins: &str, automaton: &A, most: usize) -> Result<Vec<Term>, Error>
    where
        A: Automaton,
        A::State: Clone,
    {
        let steps = Cell::new(steps(self.search.typing));
        let mut found = Found::new();
        for segment in self.index.searcher.segment_readers() {
            let share = self.share(segment, if self.search.typing { LOOKED_AT.0 } else { LOOKED_AT.1 });
            let automaton = Bounded { inner: automaton, left: &steps };
            self.take(&mut found, &look(segment, field, begins, automaton, share, most)?);
        }
        if steps.get() == 0 {
            self.capped.set(true);
        }
        Ok(self.most_frequent(field, found, most))
    }

    /// The words of `field` that begin so, while that is typed: at most `most`, those in most documents.
    pub(super) fn typed(&self, field: Field, begins: &str, most: usize) -> Result<Vec<Term>, Error> {
        if !Beginnings::keeps(begins) {
            return self.words(field, begins, &Anything, most);
        }
        let mut found = Found::new();
        for segment in self.index.searcher.segment_readers() {
            let share = self.share(segment, LOOKED_AT.1);
            let look = || look(segment, field, begins, Anything, share, most);
            self.take(&mut found, &*self.index.shape.beginnings.get(segment, field, begins, look)?);
        }
        Ok(self.most_frequent(field, found, most))
    }

    /// How many of the `all` words that may be looked at are this segment's.
    fn share(&self, segment: &SegmentReader, all: usize) -> usize {
        let segments = self.index.searcher.segment_readers();
        let documents = segments.iter().map(|segment| u64::from(segment.max_doc())).sum::<u64>().max(1);
        ((all as u64 * u64::from(segment.max_doc()) / documents) as usize).max(LEAST)
    }

    fn take(&self, found: &mut Found, known: &Known) {
        if !known.all {
            self.capped.set(true);
        }
        for (documents, word) in &known.words {
            match found.get_mut(word) {
                Some(sum) => *sum += u64::from(*documents),
                None => drop(found.insert(word.clone(), u64::from(*documents))),
            }
        }
    }

    fn most_frequent(&self, field: Field, found: Found, most: usize) -> Vec<Term> {
        let mut found: Vec<(u64, Vec<u8>)> = found.into_iter().map(|(word, documents)| (documents, word)).collect();
        if found.len() > most {
            self.capped.set(true);
            found.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            found.truncate(most);
        }
        let documents: u64 = found.iter().map(|(documents, _)| documents).sum();
        self.documents.set(self.documents.get().saturating_add(documents));
        let text = found.into_iter().filter_map(|(_, word)| String::from_utf8(word).ok());
        text.map(|word| Term::from_field_text(field, &word)).collect()
    }
}

/// Words, and in how many documents each is.
type Found = HashMap<Vec<u8>, u64>;

/// What was found in a segment.
#[derive(Debug)]
pub(super) struct Known {
    /// The most frequent, in no order, each behind the number of its documents.
    words: Vec<(u32, Vec<u8>)>,
    /// No word was left unlooked at.
    all: bool,
}

/// The words of a segment that begin so and that the automaton lets pass: of the first `looked_at` in the alphabet as many as may be
/// among the `most` of all segments.
fn look<A>(
    segment: &SegmentReader,
    field: Field,
    begins: &str,
    automaton: A,
    looked_at: usize,
    most: usize,
) -> Result<Known, Error>
where
    A: Automaton,
    A::State: Clone,
{
    let index = segment.inverted_index(field)?;
    let mut range = index.terms().search(automaton).ge(begins);
    let end = after(begins.as_bytes());
    if let Some(end) = &end {
        range = range.lt(end);
    }
    let mut words = range.into_stream().map_err(Error::io("search index"))?;
    let mut frequent = Frequent::new(most.saturating_mul(SPARE));
    let (mut left, mut all) = (looked_at, true);
    while words.advance() {
        if left == 0 {
            all = false;
            break;
        }
        left -= 1;
        frequent.offer(words.value().doc_freq, words.key());
    }
    Ok(Known { words: frequent.kept.into_iter().map(|Reverse(word)| word).collect(), all })
}

/// The first bytes that come after everything that begins with these.
fn after(begins: &[u8]) -> Option<Vec<u8>> {
    let last = begins.iter().rposition(|byte| *byte < u8::MAX)?;
    let mut end = begins[..=last].to_vec();
    end[last] += 1;
    Some(end)
}
