//! The one pass over a text that finds its words, and of which of them its wholes are made.

use std::ops::Range;

use super::cjk::{end_of_character, is_cjk};
use super::fold::{capped_folded, is_attached};
use super::kinds;
use super::parts::{Piece, pieces};
use super::{BLOB_BYTES, WHOLE_BYTES, WORD_BYTES, sign};

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// What is taken of it, in bytes of the text; not yet folded.
    pub taken: Range<usize>,
    /// Where it ends in the text: beyond what is taken, when it is too long.
    pub end: usize,
    /// Its position. With pieces it takes the next one too.
    pub position: usize,
    /// What else it is known by, in bytes of the text.
    pub pieces: Vec<Piece>,
    pub sort: Sort,
    /// Small letters alone, or digits alone, as most words are: it has no pieces and no parts, and is folded already.
    pub bare: bool,
}

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Letters and digits.
    Plain,
    /// Two neighbours of a run of CJK characters.
    Pair,
    /// The last character of such a run.
    Single,
    /// No word: it takes no position, and stands beside none ([`sign`]).
    Sign,
}

/// Goes over a text: [`Scan::next_word`] until it is `None`, and after each [`Scan::take_whole`].
pub(crate) struct Scan<'a> {
    text: &'a str,
    at: usize,
    position: usize,
    /// The end of the CJK run that is being gone through.
    run_end: usize,
    blob: Blob,
    /// No blob begins before this.
    no_blob: usize,
    joins: bool,
    joined: Option<Joined>,
    whole: Option<Range<usize>>,
}

/// Words joined so far.
#[derive(Debug, Clone, Copy)]
struct Joined {
    start: usize,
    end: usize,
    words: usize,
}

/// Where the last run of characters that could be a blob ends, and up to where it is gone through.
#[derive(Debug, Clone, Copy, Default)]
struct Blob {
    limit: usize,
    end: usize,
}

impl<'a> Scan<'a> {
    pub fn new(text: &'a str) -> Self {
        let blob = Blob::default();
        Self { text, at: 0, position: 0, run_end: 0, blob, no_blob: 0, joins: true, joined: None, whole: None }
    }

    /// Words alone, and no wholes.
    pub fn words(text: &'a str) -> Self {
        Self { joins: false, ..Self::new(text) }
    }

    /// The whole that ended before the last word began, if one did: bytes of the text.
    pub fn take_whole(&mut self) -> Option<Range<usize>> {
        self.whole.take()
    }

    /// One more than the last position.
    pub fn positions(&self) -> usize {
        self.position
    }

    /// The next word, if it is one of those that most are: [`Word::bare`], with nothing but ASCII before it. Its bytes in the text,
    /// and its position.
    #[inline]
    pub fn next_bare(&mut self) -> Option<(Range<usize>, usize)> {
        let bytes = self.text.as_bytes();
        let gap = self.at;
        let mut start = gap;
        while kinds::of(*bytes.get(start)?) == kinds::GAP {
            start += 1;
        }
        let kind = kinds::of(bytes[start]);
        let in_blob = (self.blob.limit..self.blob.end).contains(&start);
        if !matches!(kind, kinds::SMALL | kinds::DIGIT) || start < self.run_end || in_blob {
            return None;
        }
        let mut end = start + 1;
        while end < bytes.len() && kinds::of(bytes[end]) == kind {
            end += 1;
        }
        if bytes.get(end).is_some_and(|byte| kinds::of(*byte) != kinds::GAP) || end - start > WORD_BYTES {
            return None;
        }
        self.join(gap, start, end);
        self.look_for_blob(start);
        self.at = end;
        Some((start..end, self.advance(1)))
    }

    pub fn next_word(&mut self) -> Option<Word> {
        if let Some((taken, position)) = self.next_bare() {
            let end = taken.end;
            return Some(Word { taken, end, position, pieces: Vec::new(), sort: Sort::Plain, bare: true });
        }
        self.next_of_any()
    }

    /// The next word, whatever it is.
    pub(super) fn next_of_any(&mut self) -> Option<Word> {
        if self.at < self.run_end {
            return Some(self.next_of_run());
        }
        let gap = self.at;
        let mut start = match self.skip_gap() {
            Ok(start) => start,
            Err(sign) => return Some(sign),
        };
        if (self.blob.limit..self.blob.end).contains(&start) {
            self.at = self.blob.end;
            start = match self.skip_gap() {
                Ok(start) => start,
                Err(sign) => return Some(sign),
            };
        }
        let Some(first) = self.text[start..].chars().next() else {
            self.end_whole(None);
            return None;
        };
        if !first.is_ascii() && is_cjk(first) {
            self.end_whole(None);
            self.run_end = until(self.text, start, |c| !(is_cjk(c) || is_attached(c)));
            return Some(self.next_of_run());
        }
        let (end, bare) = self.end_of_word(start);
        self.join(gap, start, end);
        self.look_for_blob(start);
        self.at = end;
        let taken = start..start + capped_folded(&self.text[start..end], WORD_BYTES).len();
        let mut pieces = if bare { Vec::new() } else { pieces(&self.text[taken.clone()]) };
        for Piece { at, .. } in &mut pieces {
            *at = start + at.start..start + at.end;
        }
        let position = self.advance(if pieces.is_empty() { 1 } else { 2 });
        Some(Word { taken, end, position, pieces, sort: Sort::Plain, bare })
    }

    /// Where the word that begins here ends, and whether it is [`Word::bare`].
    fn end_of_word(&self, start: usize) -> (usize, bool) {
        let mut seen = 0;
        let mut at = start;
        while let Some(byte) = self.text.as_bytes().get(at) {
            match kinds::of(*byte) {
                kinds::GAP => break,
                kinds::WIDE => {
                    let ends = |c: char| !((c.is_alphanumeric() && !is_cjk(c)) || is_attached(c));
                    return (until(self.text, at, ends), false);
                }
                kind => seen |= kind,
            }
            at += 1;
        }
        (at, seen == kinds::SMALL || seen == kinds::DIGIT)
    }

    fn advance(&mut self, positions: usize) -> usize {
        let position = self.position;
        self.position += positions;
        position
    }

    fn next_of_run(&mut self) -> Word {
        let start = self.at;
        let second = start + end_of_character(&self.text[start..self.run_end]);
        let end = second + end_of_character(&self.text[second..self.run_end]);
        self.at = second;
        let sort = if second < end { Sort::Pair } else { Sort::Single };
        let taken = start..start + capped_folded(&self.text[start..end], WORD_BYTES).len();
        Word { taken, end, position: self.advance(1), pieces: Vec::new(), sort, bare: false }
    }

    /// Steps to the next word, or over the next sign, which is in the way.
    fn skip_gap(&mut self) -> Result<usize, Word> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            match kinds::of(*byte) {
                kinds::GAP => self.at += 1,
                kinds::WIDE => {
                    // A mark belongs to the letter before it; without one it begins no word.
                    let stops = |c: char| (c.is_alphanumeric() && !is_attached(c)) || sign::begins(c);
                    self.at = until(self.text, self.at, stops);
                    match sign::end(self.text, self.at) {
                        Some(end) => return Err(self.sign(end)),
                        None => break,
                    }
                }
                _ => break,
            }
        }
        Ok(self.at)
    }

    fn sign(&mut self, end: usize) -> Word {
        let taken = std::mem::replace(&mut self.at, end)..end;
        Word { taken, end, position: self.position, pieces: Vec::new(), sort: Sort::Sign, bare: false }
    }

    /// Looks once at each run of characters that blobs are made of: long, and changing between small letters, capitals and
    /// digits far more often than anything a person writes.
    #[inline]
    fn look_for_blob(&mut self, start: usize) {
        if start >= self.blob.end && start >= self.no_blob {
            self.measure_blob(start);
        }
    }

    fn measure_blob(&mut self, start: usize) {
        let run = &self.text.as_bytes()[start..];
        // What is shorter than a blob is none, nor is what follows in it.
        let first = &run[..run.len().min(BLOB_BYTES)];
        if let Some(gap) = first.iter().rposition(|byte| !kinds::in_blob(*byte)) {
            self.no_blob = start + gap;
            return;
        }
        let run = &run[..run.iter().position(|byte| !kinds::in_blob(*byte)).unwrap_or(run.len())];
        let changes = || run.windows(2).filter(|pair| kinds::of(pair[0]) != kinds::of(pair[1])).count();
        let end = start + run.len();
        let is_blob = run.len() >= BLOB_BYTES && changes() * 5 >= run.len() * 2;
        self.blob = Blob { limit: if is_blob { start + BLOB_BYTES } else { end }, end };
    }

    /// Takes the word at `start..end` into the whole that is being joined, or begins another.
    fn join(&mut self, gap: usize, start: usize, end: usize) {
        if !self.joins {
            return;
        }
        match &mut self.joined {
            Some(joined) if joined.end == gap && joins(&self.text.as_bytes()[gap..start]) => {
                joined.end = end;
                joined.words += 1;
            }
            _ => self.end_whole(Some(Joined { start, end, words: 1 })),
        }
    }

    fn end_whole(&mut self, next: Option<Joined>) {
        if let Some(Joined { start, end, words }) = std::mem::replace(&mut self.joined, next)
            && words > 1
        {
            let whole = without_line(&self.text[start..end]);
            self.whole = (whole.len() <= WHOLE_BYTES).then(|| start..start + whole.len());
        }
    }
}

/// A path without the line and the column behind it: a file is named with a hundred of them, and is one file.
fn without_line(whole: &str) -> &str {
    let number = |text: &'_ str| {
        let bare = text.trim_end_matches(|c: char| c.is_ascii_digit());
        (bare.len() < text.len()).then(|| bare.strip_suffix(':').map(str::len)).flatten()
    };
    if !whole.contains('/') {
        return whole;
    }
    let mut path = whole;
    for _ in 0..2 {
        match number(path).map(|end| &path[..end]).filter(|path| path.contains('/')) {
            Some(shorter) => path = shorter,
            None => break,
        }
    }
    path
}

/// What words of a whole are joined by.
pub(super) const JOINERS: [u8; 6] = *b"_-./:@";

/// May this stand between the words of a whole?
fn joins(gap: &[u8]) -> bool {
    match gap {
        [sign] => JOINERS.contains(sign),
        gap => matches!(gap, b"::" | b"__"),
    }
}

/// The first place from `start` on of a character that is so, or the end.
fn until(text: &str, start: usize, so: impl Fn(char) -> bool) -> usize {
    let rest = &text[start..];
    start + rest.find(so).unwrap_or(rest.len())
}
