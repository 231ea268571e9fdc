//! Phrases of whose last word only the beginning is known: `src/au`, `"deploy fai`.
//!
//! Which words the end may be is looked up segment by segment, and only where all the words before it are. The beginnings of hashes
//! are most of all that begins with `a`: words without digits are looked at first, and of all that were looked at those in most
//! documents are tried first, for as long as there is work left to spend. What could not be looked at or tried is told (`capped`).
//!
//! What always holds: time and memory are bounded by what may be spent, not by how many words begin so; nothing is found beside
//! what a phrase with one of those words at its end would find.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use tantivy::index::SegmentId;
use tantivy::postings::{Postings, SegmentPostings, TermInfo};
use tantivy::query::{
    BitSetDocSet, BooleanQuery, ConstScoreQuery, ConstScorer, EmptyQuery, EmptyScorer, EnableScoring, Explanation,
    Query, Scorer, Weight,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::termdict::TermDictionary;
use tantivy::{BitSet, DocId, DocSet, InvertedIndexReader, Score, SegmentReader, TERMINATED, Term};
use tantivy_fst::Automaton;

use super::Compiler;
use super::documents::{Bits, Documents, Marks, Source};
use super::text::LIKE;
use crate::error::Error;

/// Words that are looked at, over all segments by their size: while typing and otherwise.
const LOOKED_AT: (u64, u64) = (16_384, 400_000);
/// What may be spent on those that are tried, in documents that are looked at: some 20 milliseconds, and a second or two.
const SPENT: (u64, u64) = (400_000, 32_000_000);
/// Words of a segment that are gone through side by side, each in a few kilobytes: a stretch of documents at a time. While typing there
/// are no more.
const BESIDE: usize = 512;
/// What it costs to begin with a word, in documents.
const BEGUN: u64 = 16;
/// What the smallest segment is given of both.
const LEAST: u64 = 1_024;
/// Places that are held at once where the words before the last stand: more are gone through in several turns.
const HELD: usize = 1 << 20;

impl Compiler<'_> {
    /// Words side by side, at least two; of the last only the beginning. A phrase that ends with it as it stands is scored as one, the
    /// others count as what is only like what was asked for.
    pub(super) fn open_phrase(&self, words: Vec<(usize, Term)>) -> Result<Box<dyn Query>, Error> {
        let Some(((at, begins), before)) = words.split_last() else { return Ok(Box::new(EmptyQuery)) };
        let distance = |from: usize| u32::try_from(at.saturating_sub(from)).unwrap_or(u32::MAX);
        let leads: Arc<[(u32, Term)]> = before.iter().map(|(from, word)| (distance(*from), word.clone())).collect();
        let segments = self.ends(&leads, begins)?;
        if segments.is_empty() {
            return Ok(Box::new(EmptyQuery));
        }
        let ends =
            OpenPhrase { field: begins.field(), leads, segments: Arc::new(segments), held: HELD, beside: BESIDE };
        self.most.borrow_mut().add_like();
        let like = ConstScoreQuery::new(Box::new(ends), LIKE);
        Ok(match self.index.searcher.doc_freq(begins)? > 0 {
            true => Box::new(BooleanQuery::union(vec![self.exact_phrase(words), Box::new(like)])),
            false => Box::new(like),
        })
    }

    /// The words that begin so, of each segment that has all of `leads`: those that are tried, the most frequent first.
    fn ends(&self, leads: &[(u32, Term)], begins: &Term) -> Result<HashMap<SegmentId, Vec<TermInfo>>, Error> {
        let whole = |pair: (u64, u64)| if self.search.typing { pair.0 } else { pair.1 };
        let readers = self.index.searcher.segment_readers();
        let all = readers.iter().map(|segment| u64::from(segment.max_doc())).sum::<u64>().max(1);
        let share = |of: u64, segment: &SegmentReader| (of * u64::from(segment.max_doc()) / all).max(LEAST);
        let mut found = HashMap::new();
        for segment in readers {
            let index = segment.inverted_index(begins.field())?;
            let Some(rarest) = rarest(&index, leads).map_err(Error::io("search index"))? else { continue };
            let most = share(whole(LOOKED_AT), segment);
            let begins = begins.serialized_value_bytes();
            let (mut ends, all) = look(index.terms(), begins, most).map_err(Error::io("search index"))?;
            ends.sort_by_key(|end| Reverse(end.doc_freq));
            let (mut left, mut tried) = (share(whole(SPENT), segment), 0);
            let most = if self.search.typing { BESIDE } else { usize::MAX };
            for end in ends.iter().take(most) {
                if left == 0 {
                    break;
                }
                let documents = u64::from(end.doc_freq.min(rarest));
                left = left.saturating_sub(BEGUN + documents);
                self.documents.set(self.documents.get().saturating_add(documents));
                tried += 1;
            }
            if !all || tried < ends.len() {
                self.capped.set(true);
            }
            ends.truncate(tried);
            if !ends.is_empty() {
                found.insert(segment.segment_id(), ends);
            }
        }
        Ok(found)
    }
}

/// In how many documents the rarest of these words is; `None` where one is in none.
fn rarest(index: &InvertedIndexReader, leads: &[(u32, Term)]) -> io::Result<Option<u32>> {
    let mut rarest = u32::MAX;
    for (_, word) in leads {
        let Some(info) = index.get_term_info(word)? else { return Ok(None) };
        rarest = rarest.min(info.doc_freq);
    }
    Ok(Some(rarest))
}

/// The words that begin so, at most `most`, and whether those are all.
fn look(words: &TermDictionary, begins: &[u8], most: u64) -> io::Result<(Vec<TermInfo>, bool)> {
    let mut found = Vec::new();
    for digits in [false, true] {
        let mut words = words.search(Begun { begins, digits }).into_stream()?;
        while words.advance() {
            if found.len() as u64 >= most {
                return Ok((found, false));
            }
            found.push(words.value().clone());
        }
    }
    Ok((found, true))
}

/// Words that begin so, with a digit somewhere behind that, or without any.
struct Begun<'a> {
    begins: &'a [u8],
    digits: bool,
}

impl Automaton for Begun<'_> {
    /// How many bytes were seen, and whether there was a digit; `None`: it begins otherwise.
    type State = Option<(usize, bool)>;

    fn start(&self) -> Self::State {
        Some((0, false))
    }

    fn is_match(&self, state: &Self::State) -> bool {
        state.is_some_and(|(seen, digit)| seen >= self.begins.len() && digit == self.digits)
    }

    fn can_match(&self, state: &Self::State) -> bool {
        state.is_some_and(|(_, digit)| self.digits || !digit)
    }

    fn accept(&self, state: &Self::State, byte: u8) -> Self::State {
        let (seen, digit) = (*state)?;
        match self.begins.get(seen) {
            Some(begins) => (*begins == byte).then_some((seen + 1, false)),
            None => Some((seen, digit || byte.is_ascii_digit())),
        }
    }
}

/// A phrase with any of some words at its end.
#[derive(Debug, Clone)]
struct OpenPhrase {
    field: Field,
    /// The words before the last: how far before it each stands.
    leads: Arc<[(u32, Term)]>,
    /// The last words of each segment.
    segments: Arc<HashMap<SegmentId, Vec<TermInfo>>>,
    /// See [`HELD`].
    held: usize,
    /// See [`BESIDE`].
    beside: usize,
}

impl OpenPhrase {
    fn ends(&self, segment: &SegmentReader) -> &[TermInfo] {
        self.segments.get(&segment.segment_id()).map_or(&[], Vec::as_slice)
    }

    /// The documents, for whoever goes through them; `None` when there are none.
    fn beside(&self, segment: &SegmentReader) -> tantivy::Result<Option<Beside>> {
        let index = segment.inverted_index(self.field)?;
        let Some(leads) = Leads::open(&index, &self.leads)? else { return Ok(None) };
        let option = IndexRecordOption::WithFreqsAndPositions;
        let ends = self.ends(segment).iter().map(|end| index.read_postings_from_terminfo(end, option));
        let ends = ends.collect::<io::Result<Vec<_>>>()?;
        let hint = self.ends(segment).iter().map(|end| end.doc_freq).fold(0, u32::saturating_add);
        Ok(Some(Beside { leads, ends, stretch: Stretch::default(), held: self.held, hint }))
    }

    /// All at once, one word after the other.
    fn found(&self, segment: &SegmentReader) -> tantivy::Result<BitSet> {
        let mut found = BitSet::with_max_value(segment.max_doc());
        let index = segment.inverted_index(self.field)?;
        let Some(mut leads) = Leads::open(&index, &self.leads)? else { return Ok(found) };
        let mut stretch = Stretch::default();
        while leads.fill(&mut stretch, self.held, TERMINATED) {
            for end in self.ends(segment) {
                let option = IndexRecordOption::WithFreqsAndPositions;
                stretch.meet(&mut index.read_postings_from_terminfo(end, option)?, &mut found);
            }
        }
        Ok(found)
    }
}

/// The documents of a segment with such phrases, the words at their ends side by side.
struct Beside {
    leads: Leads,
    ends: Vec<SegmentPostings>,
    stretch: Stretch,
    held: usize,
    hint: u32,
}

impl Source for Beside {
    fn put(&mut self, bits: &mut Bits<'_>) {
        self.leads.go_to(bits.first());
        while self.leads.fill(&mut self.stretch, self.held, bits.end()) {
            for end in &mut self.ends {
                self.stretch.meet(end, bits);
            }
        }
    }

    fn size_hint(&self) -> u32 {
        self.hint
    }
}

impl Query for OpenPhrase {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a Term, bool)) {
        self.leads.iter().for_each(|(_, word)| visitor(word, true));
    }
}

impl Weight for OpenPhrase {
    fn scorer(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        if self.ends(segment).is_empty() {
            return Ok(Box::new(EmptyScorer));
        }
        if self.ends(segment).len() > self.beside {
            return Ok(Box::new(ConstScorer::new(BitSetDocSet::from(self.found(segment)?), boost)));
        }
        Ok(match self.beside(segment)? {
            Some(beside) => Box::new(ConstScorer::new(Documents::new(beside, segment.max_doc()), boost)),
            None => Box::new(EmptyScorer),
        })
    }

    fn explain(&self, segment: &SegmentReader, document: DocId) -> tantivy::Result<Explanation> {
        let found = document < segment.max_doc() && self.found(segment)?.contains(document);
        Ok(Explanation::new("a phrase with an open end", if found { 1.0 } else { 0.0 }))
    }
}

/// The words before the last, gone through together.
struct Leads {
    /// The rarest first, each with how far before the last word it stands.
    words: Vec<(u32, SegmentPostings)>,
    places: Vec<u32>,
    others: Vec<u32>,
}

impl Leads {
    fn open(index: &InvertedIndexReader, leads: &[(u32, Term)]) -> io::Result<Option<Self>> {
        let mut words = Vec::with_capacity(leads.len());
        for (distance, word) in leads {
            let Some(info) = index.get_term_info(word)? else { return Ok(None) };
            let postings = index.read_postings_from_terminfo(&info, IndexRecordOption::WithFreqsAndPositions)?;
            words.push((info.doc_freq, *distance, postings));
        }
        words.sort_by_key(|(documents, ..)| *documents);
        let words = words.into_iter().map(|(_, distance, postings)| (distance, postings)).collect();
        Ok(Some(Self { words, places: Vec::new(), others: Vec::new() }))
    }

    /// Goes on to this document, or to the first behind it.
    fn go_to(&mut self, document: DocId) {
        if let Some((_, rarest)) = self.words.first_mut() {
            reach(rarest, document);
        }
    }

    /// Takes the next documents before `end` in which these stand as asked, as many as are held at once. Says whether there were any.
    fn fill(&mut self, stretch: &mut Stretch, held: usize, end: DocId) -> bool {
        stretch.clear();
        while stretch.places.len() < held {
            let Some(document) = self.together(end) else { break };
            self.look();
            stretch.add(document, &self.places);
            if let Some((_, rarest)) = self.words.first_mut() {
                rarest.advance();
            }
        }
        !stretch.documents.is_empty()
    }

    /// The next document before `end` that has all of them; all stand at it then.
    fn together(&mut self, end: DocId) -> Option<DocId> {
        let ((_, rarest), others) = self.words.split_first_mut()?;
        let mut document = rarest.doc();
        while document < end {
            let beyond = others.iter_mut().map(|(_, other)| reach(other, document)).find(|at| *at > document);
            match beyond {
                None => return Some(document),
                Some(at) => document = reach(rarest, at),
            }
        }
        None
    }

    /// Where the last word would stand in the document at which all of them are.
    fn look(&mut self) {
        let Self { words, places, others } = self;
        places.clear();
        for (number, (distance, word)) in words.iter_mut().enumerate() {
            match number {
                0 => word.positions_with_offset(*distance, places),
                _ if places.is_empty() => return,
                _ => {
                    word.positions_with_offset(*distance, others);
                    let mut rest = others.iter().peekable();
                    places.retain(|place| {
                        while rest.next_if(|other| *other < place).is_some() {}
                        rest.peek().is_some_and(|other| *other == place)
                    });
                }
            }
        }
    }
}

/// Documents with the words before the last, and where in each the last one would stand.
#[derive(Default)]
struct Stretch {
    /// Ascending, each with where its places begin.
    documents: Vec<(DocId, usize)>,
    places: Vec<u32>,
    buffer: Vec<u32>,
}

impl Stretch {
    fn clear(&mut self) {
        self.documents.clear();
        self.places.clear();
    }

    fn add(&mut self, document: DocId, places: &[u32]) {
        if !places.is_empty() {
            self.documents.push((document, self.places.len()));
            self.places.extend_from_slice(places);
        }
    }

    /// Adds the documents in which this word stands where it should.
    fn meet(&mut self, word: &mut SegmentPostings, found: &mut impl Marks) {
        let Self { documents, places, buffer } = self;
        let mut left = documents.as_slice();
        while let Some(((document, begin), rest)) = left.split_first() {
            let at = reach(word, *document);
            if at == TERMINATED {
                return;
            }
            if at > *document {
                left = from(left, at);
                continue;
            }
            if !found.is_marked(at) {
                let end = rest.first().map_or(places.len(), |(_, end)| *end);
                word.positions_with_offset(0, buffer);
                if places.get(*begin..end).is_some_and(|wanted| share_one(wanted, buffer)) {
                    found.mark(at);
                }
            }
            left = rest;
        }
    }
}

/// Goes on to the first document that is this one or behind it.
fn reach(postings: &mut SegmentPostings, document: DocId) -> DocId {
    if postings.doc() < document { postings.seek(document) } else { postings.doc() }
}

/// Those from `document` on. It is mostly near.
fn from(documents: &[(DocId, usize)], document: DocId) -> &[(DocId, usize)] {
    let mut near = 1;
    while documents.get(near).is_some_and(|(at, _)| *at < document) {
        near *= 2;
    }
    let stretch = documents.get(near / 2..near.min(documents.len())).unwrap_or_default();
    let at = near / 2 + stretch.partition_point(|(at, _)| *at < document);
    documents.get(at..).unwrap_or_default()
}

/// Is there a number in both? Both ascend.
fn share_one(a: &[u32], b: &[u32]) -> bool {
    let mut rest = b.iter().peekable();
    a.iter().any(|number| {
        while rest.next_if(|other| *other < number).is_some() {}
        rest.peek().is_some_and(|other| *other == number)
    })
}

#[cfg(test)]
pub(super) mod tests;
