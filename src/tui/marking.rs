//! Which parts of a text a query's words are, so that they can be marked where they stand.

use std::ops::Range;

use quarterdeck_index::query::{self, Term};

use crate::filter;

/// Words shorter than this are not marked inside of others: `a` stands everywhere.
const SHORT: usize = 2;

/// The words of a query that are asked for, in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// Of a query in the query language. Excluded words, values of fields and regular expressions are not among them.
    pub fn of_query(text: &str) -> Self {
        let (ast, _) = query::parse(text, &filter::fields());
        let words = ast.terms().into_iter().filter_map(|term| match term {
            Term::Word(text) | Term::Phrase(text) | Term::Prefix(text) | Term::Fuzzy(text) => Some(text),
            Term::Regex(_) => None,
        });
        Self::new(words)
    }

    /// Of plain text: what stands between spaces.
    pub fn plain(text: &str) -> Self {
        Self::new(text.split_whitespace())
    }

    fn new<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let mut words: Vec<String> = words.map(str::to_lowercase).filter(|word| !word.is_empty()).collect();
        // The longest first: where one begins inside of another, the longer one is marked.
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words.dedup();
        Self(words)
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every word stands somewhere in `text`, in any case of letters.
    pub fn all_in(&self, text: &str) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let text = text.to_lowercase();
        self.0.iter().all(|word| text.contains(word))
    }

    /// Where in `line` the words stand: byte ranges, in order, none within another.
    pub fn ranges(&self, line: &str) -> Vec<Range<usize>> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let (folded, places) = fold(line);
        let mut found: Vec<Range<usize>> = Vec::new();
        for word in &self.0 {
            for (at, _) in folded.match_indices(word) {
                let end = at + word.len();
                let alone = word.chars().count() >= SHORT || stands_alone(&folded, at, end);
                let range = places[at]..places[end];
                if alone && !range.is_empty() && !found.iter().any(|one| one.start < range.end && range.start < one.end)
                {
                    found.push(range);
                }
            }
        }
        found.sort_by_key(|range| range.start);
        found
    }
}

fn stands_alone(text: &str, from: usize, to: usize) -> bool {
    let before = text[..from].chars().next_back();
    let after = text[to..].chars().next();
    [before, after].into_iter().flatten().all(|c| !c.is_alphanumeric())
}

/// `line` in lower case, and for each of its bytes, and for its end, where the character it comes from begins in `line`. The byte
/// after a character stands for its end.
fn fold(line: &str) -> (String, Vec<usize>) {
    let mut folded = String::with_capacity(line.len());
    let mut places = Vec::with_capacity(line.len() + 1);
    for (at, c) in line.char_indices() {
        for lower in c.to_lowercase() {
            folded.push(lower);
            places.resize(folded.len(), at);
        }
    }
    places.push(line.len());
    (folded, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(words: &Words, line: &str) -> Vec<String> {
        words.ranges(line).into_iter().map(|range| line[range].to_owned()).collect()
    }

    #[test]
    fn words_are_marked_in_any_case_of_letters() {
        let words = Words::of_query("Refund \"time zone\" -secret tool:bash pay*");
        assert_eq!(marked(&words, "REFUND in the Time Zone of secret bash payments"), ["REFUND", "Time Zone", "pay"]);
        assert_eq!(marked(&Words::plain("ÄRGER"), "İ ärger"), ["ärger"]);
    }

    #[test]
    fn nothing_is_marked_twice_and_no_letter_everywhere() {
        let words = Words::plain("go golang a");
        assert_eq!(marked(&words, "golang, go and a banana"), ["golang", "go", "a"]);
        assert!(Words::plain(" ").ranges("anything").is_empty());
    }

    #[test]
    fn a_text_holds_words_only_if_it_holds_all_of_them() {
        let words = Words::plain("Checkout cart");
        assert!(words.all_in("the CART at checkout") && !words.all_in("checkout") && !Words::default().all_in("x"));
    }
}
