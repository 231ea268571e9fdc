//! The tokens as tantivy takes them.

use std::collections::HashSet;
use std::hash::BuildHasher as _;
use std::ops::Range;

use foldhash::quality::RandomState;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::{Piece, Scan, Sort, VALUE_BYTES, capped, fold_into, parts};

/// Positions left free before each extra: it is no neighbour of anything.
const APART: usize = 2;

/// Words and extras of a text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    token: Token,
    extras: Extras,
    pieces: Vec<Piece>,
    with_wholes: bool,
}

impl Words {
    /// Wholes are among the extras.
    pub fn with_wholes() -> Self {
        Self { with_wholes: true, ..Self::default() }
    }
}

/// What is kept once a document, and comes behind its words.
#[derive(Debug, Clone, Default)]
struct Extras {
    seen: Seen,
    found: Vec<Extra>,
}

/// Texts that have been there, by their hashes.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen(HashSet<u64, RandomState>);

impl Seen {
    pub fn is_new(&mut self, text: &str) -> bool {
        self.0.insert(self.0.hasher().hash_one(text))
    }

    /// Forgets them, and with an enormous text what it needed.
    pub fn clear(&mut self) {
        match self.0.capacity() > 1 << 14 {
            true => *self = Self::default(),
            false => self.0.clear(),
        }
    }
}

/// Bytes of the text. `follows`: it stands right behind the extra before it.
#[derive(Debug, Clone)]
struct Extra {
    at: Range<usize>,
    follows: bool,
}

impl Extras {
    fn add(&mut self, text: &str, at: Range<usize>) {
        if self.seen.is_new(&text[at.clone()]) {
            self.found.push(Extra { at, follows: false });
        }
    }

    fn add_parts(&mut self, text: &str, word: Range<usize>) {
        let parts = parts(&text[word.clone()]);
        if !parts.is_empty() && self.seen.is_new(&text[word.clone()]) {
            let shifted = parts.into_iter().map(|part| word.start + part.start..word.start + part.end);
            self.found.extend(shifted.enumerate().map(|(place, at)| Extra { at, follows: place > 0 }));
        }
    }
}

impl Tokenizer for Words {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        self.token.reset();
        // What an enormous text needed is not kept for all the small ones.
        if self.extras.found.capacity() > 1 << 14 {
            self.extras = Extras::default();
        }
        self.extras.seen.clear();
        self.extras.found.clear();
        self.pieces.clear();
        let Self { token, extras, pieces, with_wholes } = self;
        let with_wholes = *with_wholes;
        let scan = if with_wholes { Scan::new(text) } else { Scan::words(text) };
        WordStream { text, scan, token, extras, pieces, with_wholes, position: 0, next_extra: None }
    }
}

pub(crate) struct WordStream<'a> {
    text: &'a str,
    scan: Scan<'a>,
    token: &'a mut Token,
    extras: &'a mut Extras,
    /// Pieces of the last word that are still to come, the next at the end.
    pieces: &'a mut Vec<Piece>,
    with_wholes: bool,
    /// Of the last word.
    position: usize,
    /// Which extra comes next, once there are no more words.
    next_extra: Option<usize>,
}

impl WordStream<'_> {
    fn advance_word(&mut self) -> bool {
        if let Some(piece) = self.pieces.pop() {
            self.token.position = self.position + usize::from(piece.follows);
            self.fill(piece.at);
            return true;
        }
        if !self.with_wholes
            && let Some((at, position)) = self.scan.next_bare()
        {
            (self.position, self.token.position) = (position, position);
            self.fill_bare(at);
            return true;
        }
        let word = loop {
            let word = self.scan.next_word();
            if let Some(whole) = self.scan.take_whole() {
                self.extras.add(self.text, whole);
            }
            match word {
                Some(sign) if sign.sort == Sort::Sign => self.extras.add(self.text, sign.taken),
                word => break word,
            }
        };
        let Some(word) = word else {
            self.next_extra = Some(0);
            self.token.position = self.scan.positions();
            return false;
        };
        self.position = word.position;
        self.token.position = word.position;
        if word.bare {
            self.fill_bare(word.taken);
            return true;
        }
        if word.sort == Sort::Plain {
            self.extras.add_parts(self.text, word.taken.clone());
        }
        self.pieces.extend(word.pieces.into_iter().rev());
        self.fill(word.taken);
        true
    }

    fn advance_extra(&mut self, number: usize) -> bool {
        let Some(extra) = self.extras.found.get(number) else { return false };
        self.token.position += if extra.follows { 1 } else { APART };
        let at = extra.at.clone();
        self.next_extra = Some(number + 1);
        self.fill(at);
        true
    }

    /// What is folded already.
    fn fill_bare(&mut self, at: Range<usize>) {
        self.token.text.clear();
        self.token.offset_from = at.start;
        self.token.offset_to = at.end;
        self.token.text.push_str(&self.text[at]);
    }

    fn fill(&mut self, at: Range<usize>) {
        self.token.text.clear();
        self.token.offset_from = at.start;
        self.token.offset_to = at.end;
        fold_into(&self.text[at], &mut self.token.text);
    }
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            let more = match self.next_extra {
                None => self.advance_word() || self.advance_extra(0),
                Some(number) => self.advance_extra(number),
            };
            // Folding may leave nothing.
            if !more || !self.token.text.is_empty() {
                return more;
            }
        }
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

/// The value of a facet: one token.
#[derive(Debug, Clone, Default)]
pub(crate) struct Value {
    token: Token,
}

pub(crate) struct ValueStream<'a> {
    token: &'a mut Token,
    done: bool,
}

impl Tokenizer for Value {
    type TokenStream<'a> = ValueStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> ValueStream<'a> {
        self.token.reset();
        self.token.position = 0;
        self.token.offset_to = text.len();
        fold_into(capped(text, VALUE_BYTES), &mut self.token.text);
        ValueStream { token: &mut self.token, done: false }
    }
}

impl TokenStream for ValueStream<'_> {
    fn advance(&mut self) -> bool {
        !std::mem::replace(&mut self.done, true)
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}
