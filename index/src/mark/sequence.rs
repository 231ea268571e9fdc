//! Words side by side, looked for in one pass.

use std::ops::Range;

use super::Places;
use super::wanted::{Sequence, Wanted};
use crate::token::fold;

/// Most beginnings of phrases that are followed at once: `"a a a b"` in a text of nothing but `a`.
const FOLLOWED: usize = 1024;

pub(super) struct Sequences<'a> {
    wanted: &'a Wanted,
    /// Those that have begun: which, how many of its words have been seen, the position and the byte it began at.
    begun: Vec<(usize, usize, usize, usize)>,
}

impl<'a> Sequences<'a> {
    pub fn new(wanted: &'a Wanted) -> Self {
        Self { wanted, begun: Vec::new() }
    }

    /// The next word, folded, at `position`, which stands in these bytes of the text.
    pub fn step(&mut self, position: usize, word: &str, at: Range<usize>, text: &str, places: &mut Places) {
        let wanted = self.wanted;
        self.begun.retain_mut(|(number, seen, first, start)| {
            let sequence = &wanted.sequences[*number];
            let Some((distance, next)) = sequence.words.get(*seen) else { return false };
            if *first + distance != position {
                return *first + distance > position;
            }
            let is_last = *seen + 1 == sequence.words.len();
            if !(word == next || (is_last && sequence.open && word.starts_with(next.as_str()))) {
                return false;
            }
            *seen += 1;
            if is_last {
                let end = end_of(sequence, word, &at, text);
                places.add(*start..end, sequence.term);
            }
            !is_last
        });
        for number in wanted.by_first.get(word).into_iter().flatten() {
            let sequence = &wanted.sequences[*number];
            if sequence.words.len() == 1 {
                places.add(at.clone(), sequence.term);
            } else if self.begun.len() < FOLLOWED {
                self.begun.push((*number, 1, position, at.start));
            }
        }
        for number in &wanted.begun {
            let sequence = &wanted.sequences[*number];
            if sequence.words.first().is_some_and(|(_, begins)| word.starts_with(begins.as_str())) {
                let end = end_of(sequence, word, &at, text);
                places.add(at.start..end, sequence.term);
            }
        }
    }
}

/// Where the mark of the last word ends: of two CJK characters of which one was asked for, only that one.
fn end_of(sequence: &Sequence, word: &str, at: &Range<usize>, text: &str) -> usize {
    let asked = sequence.words.last().map_or("", |(_, word)| word);
    let first = text[at.clone()].chars().next().map_or(0, char::len_utf8);
    let one = at.start + first;
    match word != asked && one < at.end && word.chars().count() == 2 && !word.is_ascii() {
        true if fold(&text[at.start..one]) == asked => one,
        _ => at.end,
    }
}
