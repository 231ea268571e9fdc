//! What is to be marked.

use std::collections::HashMap;

use foldhash::quality::RandomState;

use crate::compile::{Pattern, Slips, Spelling, begun};
use crate::query::{Ast, Node, NodeKind};

/// The terms of a query, as they are compared with a text's words. Each has a number.
#[derive(Default)]
pub(super) struct Wanted {
    /// Words side by side; a single word is one of one.
    pub sequences: Vec<Sequence>,
    /// Sequences by their first word, those that are not themselves open.
    pub by_first: HashMap<String, Vec<usize>, RandomState>,
    /// Sequences whose only word is the beginning of one.
    pub begun: Vec<usize>,
    slips: Vec<(usize, Slips)>,
    patterns: Vec<(usize, Pattern)>,
    terms: usize,
}

pub(super) struct Sequence {
    pub term: usize,
    /// Distance from the first word, and the word.
    pub words: Vec<(usize, String)>,
    /// Of the last word only the beginning.
    pub open: bool,
}

impl Wanted {
    pub fn new(ast: &Ast, typing: bool) -> Self {
        let mut wanted = Self::default();
        wanted.node(&ast.root, typing);
        wanted
    }

    /// How many terms there are.
    pub fn terms(&self) -> usize {
        self.terms
    }

    /// Calls with the numbers of the terms that a word is like: by a slip, or by a regular expression.
    pub fn alike(&self, word: &str, mut found: impl FnMut(usize)) {
        self.slips.iter().filter(|(_, slips)| slips.matches(word)).for_each(|(term, _)| found(*term));
        self.patterns.iter().filter(|(_, pattern)| pattern.matches(word)).for_each(|(term, _)| found(*term));
    }

    /// `last`: it is being typed, and nothing follows.
    fn node(&mut self, node: &Node, last: bool) {
        match &node.kind {
            NodeKind::Word(text) | NodeKind::Phrase(text) => self.text(text, last && begun(node)),
            NodeKind::Prefix(text) => self.text(text, true),
            NodeKind::Fuzzy(text) => match Slips::new(text) {
                Some(slips) => {
                    self.slips.push((self.terms, slips));
                    self.terms += 1;
                }
                None => self.text(text, false),
            },
            NodeKind::Regex(pattern) => {
                self.patterns.extend(Pattern::new(pattern).map(|pattern| (self.terms, pattern)));
                self.terms += 1;
            }
            NodeKind::And(nodes) | NodeKind::Or(nodes) => {
                for (place, node) in nodes.iter().enumerate() {
                    self.node(node, last && place + 1 == nodes.len());
                }
            }
            NodeKind::All | NodeKind::Field { .. } | NodeKind::Not(_) => {}
        }
    }

    fn text(&mut self, text: &str, begun: bool) {
        let Spelling { words, behind, open, closed, parts, signs } = Spelling::of(text);
        let open = open || (begun && !closed);
        for sign in signs {
            self.sequence(vec![(0, sign)], false);
            self.terms += 1;
        }
        let Some((first, _)) = words.first() else { return };
        let first = *first;
        let words = words.into_iter().map(|(position, word)| (position - first, word)).collect();
        self.sequence(words, open);
        self.sequence(behind, open);
        if parts.len() > 1 {
            self.sequence(parts.into_iter().enumerate().collect(), open);
        }
        self.terms += 1;
    }

    fn sequence(&mut self, words: Vec<(usize, String)>, open: bool) {
        let number = self.sequences.len();
        match words.as_slice() {
            [_] if open => self.begun.push(number),
            [(_, first), ..] => self.by_first.entry(first.clone()).or_default().push(number),
            [] => return,
        }
        self.sequences.push(Sequence { term: self.terms, words, open });
    }
}
