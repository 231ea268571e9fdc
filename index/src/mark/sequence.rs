//! Words side by side, looked for in one pass.

use super::wanted::{Sequence, Wanted};
use super::{Form, Places};
use crate::token::{end_of_character, fold, is_cjk};

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

    /// What stands at the next position: a word, and what else it is known by.
    pub fn step(&mut self, position: usize, forms: &[Form<'_>], text: &str, places: &mut Places) {
        let wanted = self.wanted;
        self.begun.retain_mut(|(number, seen, first, start)| {
            let sequence = &wanted.sequences[*number];
            let Some((distance, next)) = sequence.words.get(*seen) else { return false };
            if *first + distance != position {
                return *first + distance > position;
            }
            let is_last = *seen + 1 == sequence.words.len();
            let fits =
                |form: &&Form<'_>| form.word == *next || (is_last && sequence.open && form.word.starts_with(next));
            let Some(form) = forms.iter().find(fits) else { return false };
            *seen += 1;
            if is_last {
                places.add(*start..end_of(sequence, form, text), sequence.term);
            }
            !is_last
        });
        for form in forms {
            self.begin(position, form, text, places);
        }
    }

    /// Sequences that begin with this, or are no more than this.
    fn begin(&mut self, position: usize, form: &Form<'_>, text: &str, places: &mut Places) {
        let wanted = self.wanted;
        for number in wanted.by_first.get(&*form.word).into_iter().flatten() {
            let sequence = &wanted.sequences[*number];
            if sequence.words.len() == 1 {
                places.add(form.at.clone(), sequence.term);
            } else if self.begun.len() < FOLLOWED {
                self.begun.push((*number, 1, position, form.at.start));
            }
        }
        for number in &wanted.begun {
            let sequence = &wanted.sequences[*number];
            if sequence.words.first().is_some_and(|(_, begins)| form.word.starts_with(begins.as_str())) {
                places.add(form.at.start..end_of(sequence, form, text), sequence.term);
            }
        }
    }
}

/// Where the mark of the last word ends: of two CJK characters of which one was asked for, only that one.
fn end_of(sequence: &Sequence, form: &Form<'_>, text: &str) -> usize {
    let Form { word, at } = form;
    let asked = sequence.words.last().map_or("", |(_, word)| word);
    if **word == *asked || !text[at.clone()].starts_with(is_cjk) {
        return at.end;
    }
    let one = at.start + end_of_character(&text[at.clone()]);
    if fold(&text[at.start..one]) == asked { one } else { at.end }
}
