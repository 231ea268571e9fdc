//! Where in a text a query's words stand: found by the code that cut the text into words for the index, so that what was
//! found is what is marked.
//!
//! What always holds: time is linear in the text, marks lie on character boundaries, in order, and do not overlap; there are at
//! most [`MOST`] of each term.

mod sequence;
mod snippet;
mod wanted;

use std::borrow::Cow;
use std::ops::Range;

use crate::query::Ast;
use crate::token::{Piece, Scan, Sort, fold, parts};
use sequence::Sequences;
pub use snippet::Snippet;
use wanted::Wanted;

/// Most places that are marked in one text for each term of a query.
const MOST: usize = 2_000;

/// Marks what a query asks for. Made once for all the texts of an answer: a regular expression takes longer to make ready
/// than most texts take to be gone through.
pub struct Marker {
    wanted: Wanted,
}

/// A place, and the number of the query's term that it was found by.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    at: Range<usize>,
    term: usize,
}

/// The places found so far.
struct Places {
    found: Vec<Place>,
    /// How many of each term.
    counts: Vec<usize>,
}

/// What is looked for at one position of a text: a word, a piece or a part of one, or a whole.
struct Form<'a> {
    /// Folded.
    word: Cow<'a, str>,
    at: Range<usize>,
}

impl<'a> Form<'a> {
    fn of(text: &'a str, at: Range<usize>) -> Self {
        Self { word: Cow::Owned(fold(&text[at.clone()])), at }
    }
}

impl Places {
    fn add(&mut self, at: Range<usize>, term: usize) {
        if let Some(count) = self.counts.get_mut(term).filter(|count| **count < MOST) {
            *count += 1;
            self.found.push(Place { at, term });
        }
    }
}

impl Marker {
    /// Excluded terms and fields mark nothing. `typing`: as in [`crate::Search::typing`].
    pub fn new(ast: &Ast, typing: bool) -> Self {
        Self { wanted: Wanted::new(ast, typing) }
    }

    /// The byte ranges of `text` that the query's words match.
    pub fn marks(&self, text: &str) -> Vec<Range<usize>> {
        joined(&self.places(text))
    }

    /// The best piece of `text` of at most `width` characters: the one with the most of the query's different terms. Without any, its
    /// beginning.
    pub fn snippet(&self, text: &str, width: usize) -> Snippet {
        snippet::cut(text, &self.places(text), width)
    }

    /// Is there anything to mark?
    pub fn finds(&self, text: &str) -> bool {
        !self.look(text, true).is_empty()
    }

    /// All places, by where they begin.
    fn places(&self, text: &str) -> Vec<Place> {
        let mut places = self.look(text, false);
        places.sort_by_key(|place| (place.at.start, place.at.end));
        places
    }

    /// The places; `one`: no more than are found with the first.
    fn look(&self, text: &str, one: bool) -> Vec<Place> {
        let mut places = Places { found: Vec::new(), counts: vec![0; self.wanted.terms()] };
        if self.wanted.terms() == 0 {
            return places.found;
        }
        let mut scan = Scan::new(text);
        let mut line = Sequences::new(&self.wanted);
        loop {
            let word = scan.next_word();
            if let Some(whole) = scan.take_whole() {
                self.alike(&Form::of(text, whole), &mut places);
            }
            let Some(word) = word.filter(|_| !one || places.found.is_empty()) else { break };
            if word.sort == Sort::Sign {
                let itself = Form::of(text, word.taken);
                self.alike(&itself, &mut places);
                // Of one line with no word: it stands beside none.
                Sequences::new(&self.wanted).step(0, std::slice::from_ref(&itself), text, &mut places);
                continue;
            }
            let end = if word.sort == Sort::Plain { word.end } else { word.taken.end };
            if word.bare {
                let itself = Form { word: Cow::Borrowed(&text[word.taken.clone()]), at: word.taken.start..end };
                self.alike(&itself, &mut places);
                line.step(word.position, std::slice::from_ref(&itself), text, &mut places);
                continue;
            }
            let itself = Form { word: Cow::Owned(fold(&text[word.taken.clone()])), at: word.taken.start..end };
            let form = |piece: &Piece| Form::of(text, piece.at.clone());
            let (behind, before): (Vec<&Piece>, _) = word.pieces.iter().partition(|piece| piece.follows);
            let here: Vec<Form> = std::iter::once(itself).chain(before.into_iter().map(form)).collect();
            let next: Vec<Form> = behind.into_iter().map(form).collect();
            here.iter().chain(&next).for_each(|form| self.alike(form, &mut places));
            line.step(word.position, &here, text, &mut places);
            if !next.is_empty() {
                line.step(word.position + 1, &next, text, &mut places);
            }
            if word.sort == Sort::Plain {
                self.parts(text, word.taken, &mut places);
            }
        }
        places.found
    }

    fn alike(&self, form: &Form<'_>, places: &mut Places) {
        self.wanted.alike(&form.word, |term| places.add(form.at.clone(), term));
    }

    fn parts(&self, text: &str, word: Range<usize>, places: &mut Places) {
        let mut line = Sequences::new(&self.wanted);
        for (position, part) in parts(&text[word.clone()]).into_iter().enumerate() {
            let form = Form::of(text, word.start + part.start..word.start + part.end);
            self.alike(&form, places);
            line.step(position, std::slice::from_ref(&form), text, places);
        }
    }
}

/// The byte ranges of `text` that the words of a query match. For many texts, see [`Marker`].
pub fn marks(text: &str, ast: &Ast) -> Vec<Range<usize>> {
    Marker::new(ast, false).marks(text)
}

/// The best piece of `text`, of at most `width` characters, on one line. For many texts, see [`Marker`].
pub fn snippet(text: &str, ast: &Ast, width: usize) -> Snippet {
    Marker::new(ast, false).snippet(text, width)
}

/// Places that overlap become one.
fn joined(places: &[Place]) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(places.len());
    for Place { at, .. } in places {
        match joined.last_mut() {
            Some(last) if at.start < last.end => last.end = last.end.max(at.end),
            _ => joined.push(at.clone()),
        }
    }
    joined
}
