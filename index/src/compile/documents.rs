//! Documents of a segment that hold any of some words, or phrases, put together a stretch at a time.
//!
//! What begins with a letter or two is in half of all documents, and as often as not several times: putting them together is most of
//! what a key costs. Whoever passes over a stretch, because nothing in it can be among the first, never has it put together.

use tantivy::postings::BlockSegmentPostings;
use tantivy::{BitSet, DocId, DocSet, TERMINATED};

/// Bits of a word.
const WORD: u32 = u64::BITS;
/// Documents of a stretch.
const STRETCH: u32 = 16_384;

/// Says which documents they are.
pub(super) trait Source: Send {
    /// Marks those of a stretch. Stretches are asked for in ascending order, not all of them.
    fn put(&mut self, stretch: &mut Bits<'_>);
    /// About how many there are in the segment.
    fn size_hint(&self) -> u32;
}

/// Which documents of a stretch are among them.
pub(super) struct Bits<'a> {
    first: DocId,
    /// A bit for each document, the lowest first.
    words: &'a mut [u64],
}

impl Bits<'_> {
    /// The first document of the stretch.
    pub fn first(&self) -> DocId {
        self.first
    }

    /// The first behind it.
    pub fn end(&self) -> DocId {
        self.first + self.words.len() as u32 * WORD
    }
}

impl Marks for Bits<'_> {
    fn mark(&mut self, document: DocId) {
        let place = document - self.first;
        self.words[(place / WORD) as usize] |= 1 << (place % WORD);
    }

    fn is_marked(&self, document: DocId) -> bool {
        let place = document - self.first;
        self.words[(place / WORD) as usize] >> (place % WORD) & 1 == 1
    }
}

/// Documents that are marked. What is asked of it must be within it.
pub(super) trait Marks {
    fn mark(&mut self, document: DocId);
    fn is_marked(&self, document: DocId) -> bool;
}

impl Marks for BitSet {
    fn mark(&mut self, document: DocId) {
        self.insert(document);
    }

    fn is_marked(&self, document: DocId) -> bool {
        self.contains(document)
    }
}

/// The documents with any of some words.
impl Source for Vec<BlockSegmentPostings> {
    fn put(&mut self, stretch: &mut Bits<'_>) {
        let end = stretch.end();
        for postings in self {
            let mut from = postings.seek(stretch.first());
            loop {
                let block = postings.docs();
                // What of a block is behind the stretch is for the next one.
                let within = match block.last() {
                    Some(last) if *last >= end => block.partition_point(|document| *document < end),
                    _ => block.len(),
                };
                block.get(from..within).unwrap_or_default().iter().for_each(|document| stretch.mark(*document));
                if within < block.len() || block.is_empty() {
                    break;
                }
                postings.advance();
                from = 0;
            }
        }
    }

    /// More than there are: a document may hold several of the words.
    fn size_hint(&self) -> u32 {
        self.iter().map(BlockSegmentPostings::doc_freq).fold(0, u32::saturating_add)
    }
}

/// The documents, and where the one that goes through them stands.
pub(super) struct Documents<S> {
    source: S,
    /// Documents there are, with those that hold none of the words.
    max_doc: DocId,
    /// The first document of the stretch that is put together.
    first: DocId,
    /// See [`Bits`].
    words: Box<[u64]>,
    /// The word that the document is in, and what of it was not gone through.
    at: usize,
    left: u64,
    doc: DocId,
}

impl<S: Source> Documents<S> {
    /// Those of a source, standing at the first.
    pub fn new(source: S, max_doc: DocId) -> Self {
        let words = vec![0; (STRETCH / WORD) as usize].into_boxed_slice();
        let mut documents = Self { source, max_doc, first: 0, words, at: 0, left: 0, doc: TERMINATED };
        documents.put_together(0);
        documents.left = documents.words[0];
        documents.next();
        documents
    }

    /// Goes to the next one: there may be one even where none is stood at.
    fn next(&mut self) -> DocId {
        while self.left == 0 {
            self.at += 1;
            if self.at == self.words.len() {
                let next = self.first.saturating_add(STRETCH);
                if next >= self.max_doc {
                    self.doc = TERMINATED;
                    return TERMINATED;
                }
                self.put_together(next);
                self.at = 0;
            }
            self.left = self.words[self.at];
        }
        self.doc = self.first + self.at as u32 * WORD + self.left.trailing_zeros();
        self.left &= self.left - 1;
        self.doc
    }

    /// Puts the stretch together that begins with this document. They come in ascending order.
    fn put_together(&mut self, first: DocId) {
        self.first = first;
        self.words.fill(0);
        self.source.put(&mut Bits { first, words: &mut self.words });
    }
}

impl<S: Source> DocSet for Documents<S> {
    fn advance(&mut self) -> DocId {
        if self.doc == TERMINATED { TERMINATED } else { self.next() }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if target <= self.doc {
            return self.doc;
        }
        if target >= self.max_doc {
            self.doc = TERMINATED;
            return TERMINATED;
        }
        let first = target - target % STRETCH;
        if first != self.first {
            self.put_together(first);
        }
        let place = target % STRETCH;
        self.at = (place / WORD) as usize;
        self.left = self.words[self.at] & (u64::MAX << (place % WORD));
        self.next()
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.source.size_hint().min(self.max_doc)
    }
}
