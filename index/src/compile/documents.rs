//! Documents of a segment that hold any of some words, put together a stretch at a time.
//!
//! What begins with a letter or two is in half of all documents, and as often as not several times: putting them together is most of
//! what a key costs. Whoever passes over a stretch, because nothing in it can be among the first, never has it put together.

use tantivy::postings::BlockSegmentPostings;
use tantivy::{DocId, DocSet, TERMINATED};

/// Bits of a word.
const WORD: u32 = u64::BITS;
/// Documents of a stretch.
const STRETCH: u32 = 16_384;

/// The documents, and where the one that goes through them stands.
pub(super) struct Documents {
    postings: Vec<BlockSegmentPostings>,
    /// Documents there are, with those that hold none of the words.
    max_doc: DocId,
    /// The first document of the stretch that is put together.
    first: DocId,
    /// A bit for each document of it, the lowest first.
    words: Box<[u64]>,
    /// The word that the document is in, and what of it was not gone through.
    at: usize,
    left: u64,
    doc: DocId,
}

impl Documents {
    /// Those in any of `postings`, standing at the first.
    pub fn new(postings: Vec<BlockSegmentPostings>, max_doc: DocId) -> Self {
        let words = vec![0; (STRETCH / WORD) as usize].into_boxed_slice();
        let mut documents = Self { postings, max_doc, first: 0, words, at: 0, left: 0, doc: TERMINATED };
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
        let words = &mut *self.words;
        let mut put = |documents: &[DocId]| {
            for document in documents {
                let place = document - first;
                words[(place / WORD) as usize] |= 1 << (place % WORD);
            }
        };
        for postings in &mut self.postings {
            let mut from = postings.seek(first);
            loop {
                let block = postings.docs();
                // What of a block is behind the stretch is for the next one.
                let end = match block.last() {
                    Some(last) if *last >= first + STRETCH => {
                        block.partition_point(|document| *document < first + STRETCH)
                    }
                    _ => block.len(),
                };
                put(block.get(from..end).unwrap_or_default());
                if end < block.len() || block.is_empty() {
                    break;
                }
                postings.advance();
                from = 0;
            }
        }
    }
}

impl DocSet for Documents {
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

    /// More than there are: a document may hold several of the words.
    fn size_hint(&self) -> u32 {
        let all = self.postings.iter().map(BlockSegmentPostings::doc_freq).fold(0, u32::saturating_add);
        all.min(self.max_doc)
    }
}
