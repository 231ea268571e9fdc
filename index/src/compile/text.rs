//! Words, phrases and what stands for many words, in the text.

use tantivy::Term;
use tantivy::query::{BooleanQuery, ConstScoreQuery, EmptyQuery, PhraseQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};

use super::any_word::any_word;
use super::many::{ASKED, Anything, TYPED};
use super::{Asked, Compiler, Pattern, Slips, Spelling, any_of};
use crate::error::Error;

/// What a word counts that is only like the one asked for: less than most words that are right.
pub(super) const LIKE: f32 = 1.0;

impl Compiler<'_> {
    pub(super) fn word(&self, text: &str) -> Result<Asked, Error> {
        self.spelled(self.index.shape.text, text, false)
    }

    pub(super) fn phrase(&self, text: &str) -> Result<Asked, Error> {
        self.spelled(self.index.shape.text, text, false)
    }

    pub(super) fn prefix(&self, text: &str) -> Result<Asked, Error> {
        self.spelled(self.index.shape.text, text, true)
    }

    /// Words side by side; `begun`: of the last only the beginning.
    pub(super) fn spelled(&self, field: Field, text: &str, begun: bool) -> Result<Asked, Error> {
        let spelling = Spelling::of(text);
        let open = spelling.open || (begun && !spelling.closed);
        let term = |word: &str| Term::from_field_text(field, word);
        let mut any: Vec<Box<dyn Query>> = Vec::new();
        match spelling.words.as_slice() {
            [] if spelling.is_empty() => return Ok(None),
            // All of them: whoever asks for two means both.
            [] => {
                let signs = spelling.signs.iter().map(|sign| self.exact(term(sign))).collect();
                any.push(Box::new(BooleanQuery::intersection(signs)));
            }
            [(_, word)] if open => any.push(self.begins(field, word)?),
            [(_, word)] => any.push(self.exact(term(word))),
            words => any.push(self.side_by_side(words.iter().map(|(at, word)| (*at, term(word))).collect(), open)?),
        }
        if !spelling.behind.is_empty() {
            any.push(self.side_by_side(spelling.behind.iter().map(|(at, word)| (*at, term(word))).collect(), open)?);
        }
        if spelling.parts.len() > 1 {
            let parts = spelling.parts.iter().map(|part| term(part)).enumerate().collect();
            any.push(self.side_by_side(parts, open)?);
        }
        self.scored.set(true);
        Ok(any_of(any))
    }

    /// `words` are at least two.
    fn side_by_side(&self, words: Vec<(usize, Term)>, open: bool) -> Result<Box<dyn Query>, Error> {
        match open {
            true => self.open_phrase(words),
            false => Ok(self.exact_phrase(words)),
        }
    }

    /// `words` are at least two.
    pub(super) fn exact_phrase(&self, words: Vec<(usize, Term)>) -> Box<dyn Query> {
        self.most.borrow_mut().add_words(words.iter().map(|(_, word)| word.clone()).collect());
        Box::new(PhraseQuery::new_with_offset(words))
    }

    fn begins(&self, field: Field, word: &str) -> Result<Box<dyn Query>, Error> {
        let words = match self.search.typing {
            true => self.typed(field, word, TYPED)?,
            false => self.words(field, word, &Anything, ASKED)?,
        };
        Ok(self.like(field, word, words, None))
    }

    pub(super) fn fuzzy(&self, text: &str) -> Result<Asked, Error> {
        let Some(slips) = Slips::new(text) else { return self.word(text) };
        let field = self.index.shape.text;
        let words = self.words(field, &slips.begins, &slips, ASKED)?;
        let wholes = self.wholes(&slips.begins, &slips)?;
        self.scored.set(true);
        Ok(Some(self.like(field, &slips.word, words, wholes)))
    }

    pub(super) fn regex(&self, pattern: &str) -> Result<Asked, Error> {
        let Some(pattern) = self.pattern(Pattern::new(pattern), pattern) else { return Ok(self.unreadable()) };
        Ok(Some(super::unscored(self.matching(self.index.shape.text, &pattern)?)))
    }

    /// What finds the words of a field that the pattern finds, and in the text the wholes too. Titles have theirs among their words.
    pub(super) fn matching(&self, field: Field, pattern: &Pattern) -> Result<Box<dyn Query>, Error> {
        let words = any_word(self.words(field, "", pattern, ASKED)?);
        let wholes = if field == self.index.shape.text { self.wholes("", pattern)? } else { None };
        Ok(match wholes {
            Some(wholes) => Box::new(BooleanQuery::union(vec![words, wholes])),
            None => words,
        })
    }

    /// A pattern that is right but too large is told as an answer that is not whole.
    pub(super) fn pattern(&self, built: Option<Pattern>, text: &str) -> Option<Pattern> {
        if built.is_none() && crate::query::check_regex(text).is_ok() {
            self.capped.set(true);
        }
        built
    }

    /// What a regular expression finds that cannot be used: it may still be being typed.
    pub(super) fn unreadable(&self) -> Asked {
        match self.search.typing && !self.capped.get() {
            true => None,
            false => Some(Box::new(EmptyQuery)),
        }
    }

    fn exact(&self, term: Term) -> Box<dyn Query> {
        self.most.borrow_mut().add_words(vec![term.clone()]);
        Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
    }

    /// The word itself, which is scored, or one of these, or what has one of the wholes.
    fn like(&self, field: Field, word: &str, mut words: Vec<Term>, wholes: Option<Box<dyn Query>>) -> Box<dyn Query> {
        let itself = Term::from_field_text(field, word);
        let known = words.contains(&itself);
        match (words.len(), &wholes) {
            (0, None) => return Box::new(EmptyQuery),
            (1, None) => return self.exact(words.remove(0)),
            _ => {}
        }
        self.most.borrow_mut().add_like();
        let any = match wholes {
            Some(wholes) => Box::new(BooleanQuery::union(vec![any_word(words), wholes])),
            None => any_word(words),
        };
        let any = Box::new(ConstScoreQuery::new(any, LIKE));
        match known {
            true => Box::new(BooleanQuery::union(vec![self.exact(itself), any])),
            false => any,
        }
    }
}
