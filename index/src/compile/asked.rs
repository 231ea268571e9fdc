//! What a piece of a query's text asks for, told apart from any index: marking needs it too.

use std::sync::OnceLock;

use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder, SINK_STATE};
use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};
use regex_automata::{Anchored, MatchKind};
use regex_syntax::hir::{Dot, Hir, HirKind, Look, Repetition};
use tantivy_fst::Automaton;

use crate::query::{Node, NodeKind};
use crate::token::{self, Scan, Sort, WHOLE_BYTES, fold, is_hash, parts};

/// Most words of a phrase that are looked for.
const PHRASE_WORDS: usize = 64;

/// The words of a piece of a query.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Spelling {
    /// Position and folded word.
    pub words: Vec<(usize, String)>,
    /// The last word is but the beginning of one, because it is a single CJK character, a hash, or a number like one.
    pub open: bool,
    /// The last word is a whole one, since something that is no word follows it.
    pub closed: bool,
    /// The same words, of which the first is what follows a border in a longer one: `T10:00` of `2026-02-01T10:00`. Empty when it cannot
    /// be.
    pub behind: Vec<(usize, String)>,
    /// Parts of the only word, when it is in camel case.
    pub parts: Vec<String>,
    /// Signs, each once; none beside words.
    pub signs: Vec<String>,
}

impl Spelling {
    pub fn of(text: &str) -> Self {
        let mut scan = Scan::new(text);
        let mut spelling = Spelling::default();
        let mut last = None;
        let mut rest: Option<(usize, String)> = None;
        let mut bordered = false;
        while let Some(word) = scan.next_word() {
            if word.sort == Sort::Sign {
                spelling.add_sign(&text[word.taken]);
                continue;
            }
            // What follows in the document decides whether the end of a run is an end there too.
            let ends_pair = word.sort == Sort::Single && last == Some(Sort::Pair);
            spelling.open = word.sort == Sort::Single;
            spelling.closed = word.end < text.trim_end().len() || word.sort == Sort::Pair || ends_pair;
            last = Some(word.sort);
            if ends_pair {
                spelling.open = false;
                // Where more follows in the query, it is an end for certain, and a phrase with an open end can have no gap.
                rest = Some((word.position, fold(&text[word.taken.clone()])));
                continue;
            }
            let folded = fold(&text[word.taken.clone()]);
            if folded.is_empty() {
                continue;
            }
            // Both positions of a word with pieces are asked for: a phrase with an open end can have no gap.
            spelling.words.extend(rest.take());
            let behind = word.pieces.iter().find(|piece| piece.follows);
            bordered |= spelling.words.is_empty() && behind.is_some();
            rest = behind.map(|piece| (word.position + 1, fold(&text[piece.at.clone()])));
            if word.sort == Sort::Plain {
                let found = parts(&text[word.taken.clone()]);
                spelling.parts = found.into_iter().map(|part| fold(&text[word.taken.clone()][part])).collect();
            }
            spelling.words.push((word.position, folded));
            if spelling.words.len() >= PHRASE_WORDS {
                break;
            }
        }
        if spelling.words.len() > 1 || spelling.parts.iter().any(String::is_empty) {
            spelling.parts.clear();
        }
        if let ([(_, first), (second, _), others @ ..], true) = (spelling.words.as_slice(), bordered)
            && !others.is_empty()
        {
            let shifted = others.iter().map(|(at, word)| (at - second, word.clone()));
            spelling.behind = std::iter::once((0, first.clone())).chain(shifted).collect();
        }
        if !spelling.words.is_empty() {
            spelling.signs.clear();
        }
        spelling.open |= spelling.names_a_hash();
        spelling
    }

    fn add_sign(&mut self, sign: &str) {
        let sign = fold(sign);
        if self.signs.len() < PHRASE_WORDS && !self.signs.contains(&sign) {
            self.signs.push(sign);
        }
    }

    /// It asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.signs.is_empty()
    }

    /// One word and nothing beside it.
    pub fn is_plain(&self) -> bool {
        self.words.len() == 1 && !self.open && self.parts.is_empty()
    }

    /// A hash or UUID is named by its beginning.
    fn names_a_hash(&self) -> bool {
        let hex = |word: &str| word.bytes().all(|byte| byte.is_ascii_hexdigit());
        match self.words.as_slice() {
            [(_, word)] => is_hash(word) && word.len() < 64,
            // `550e8400-e29b-41`: four groups at most, some with a piece.
            [(_, first), rest @ ..] => {
                is_hash(first) && first.len() == 8 && rest.len() < 9 && rest.iter().all(|(_, word)| hex(word))
            }
            [] => false,
        }
    }
}

/// Whether the end of this part, at the end of a query that is being typed, may be the beginning of a word. A phrase's may
/// as long as its quote is open: it then stands in one byte more than its text.
pub(crate) fn begun(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Word(_) => true,
        NodeKind::Phrase(text) => node.span.end - node.span.start <= text.len() + 1,
        _ => false,
    }
}

/// A regular expression that is compared with whole words.
#[derive(Debug)]
pub(crate) struct Pattern {
    dfa: dense::DFA<Vec<u32>>,
    start: StateID,
}

impl Pattern {
    /// Bytes an automaton may take, and be made from.
    const SIZE: usize = 1 << 20;

    /// `None`: it cannot be read, or is too large.
    pub fn new(pattern: &str) -> Option<Self> {
        Self::made(pattern, false)
    }

    /// One that is found anywhere in a value; `^` and `$` in it are the ends of that value.
    pub fn anywhere(pattern: &str) -> Option<Self> {
        Self::made(pattern, true)
    }

    fn made(pattern: &str, anywhere: bool) -> Option<Self> {
        // Words have no diacritics; small letters are made large and back by the automaton itself.
        let mut folded = String::with_capacity(pattern.len());
        for c in pattern.chars() {
            match c.is_ascii() {
                true => folded.push(c),
                false => token::fold_into(c.encode_utf8(&mut [0; 4]), &mut folded),
            }
        }
        // `\w` of all alphabets takes more states than that of the first one.
        Self::build(&folded, anywhere, true).or_else(|| Self::build(&folded, anywhere, false))
    }

    fn build(pattern: &str, anywhere: bool, unicode: bool) -> Option<Self> {
        let syntax = syntax::Config::new().case_insensitive(true).unicode(unicode).utf8(unicode).nest_limit(64);
        let read = syntax::parse_with(pattern, &syntax).ok()?;
        let read = if anywhere { found_within(read, unicode) } else { read };
        let nfa = thompson::Config::new()
            .nfa_size_limit(Some(Self::SIZE))
            .utf8(unicode)
            .shrink(false)
            .which_captures(thompson::WhichCaptures::None);
        let nfa = thompson::Compiler::new().configure(nfa).build_from_hir(&read).ok()?;
        let config = dense::Config::new()
            .start_kind(StartKind::Anchored)
            .match_kind(MatchKind::All)
            .dfa_size_limit(Some(Self::SIZE))
            .determinize_size_limit(Some(Self::SIZE));
        let dfa = dense::Builder::new().configure(config).build_from_nfa(&nfa).ok()?;
        let start = dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).ok()?;
        Some(Self { dfa, start })
    }

    pub fn matches(&self, word: &str) -> bool {
        matches(self, word)
    }
}

/// What is found within a text, as what all of the text has to be. The automaton knows `^` and `$` wherever they stand; but where an
/// alternative begins with `^`, it is not even looked for further on: most words are given up at their first letter then.
fn found_within(pattern: Hir, unicode: bool) -> Hir {
    let parts = match pattern.into_kind() {
        HirKind::Alternation(ways) => {
            return Hir::alternation(ways.into_iter().map(|way| found_within(way, unicode)).collect());
        }
        HirKind::Capture(group) => return found_within(*group.sub, unicode),
        HirKind::Concat(parts) => parts,
        HirKind::Look(look) => vec![Hir::look(look)],
        HirKind::Empty => Vec::new(),
        HirKind::Literal(literal) => vec![Hir::literal(literal.0)],
        HirKind::Class(class) => vec![Hir::class(class)],
        HirKind::Repetition(repetition) => vec![Hir::repetition(repetition)],
    };
    let is = |look: Look| move |part: &Hir| matches!(part.kind(), HirKind::Look(found) if *found == look);
    let begins = parts.first().is_some_and(is(Look::Start));
    let ends = parts.last().is_some_and(is(Look::End));
    let dot = if unicode { Dot::AnyChar } else { Dot::AnyByte };
    let any = || Repetition { min: 0, max: None, greedy: true, sub: Box::new(Hir::dot(dot)) };
    let around = |not: bool| (!not).then(|| Hir::repetition(any()));
    Hir::concat(around(begins).into_iter().chain(parts).chain(around(ends)).collect())
}

impl Automaton for Pattern {
    type State = StateID;

    fn start(&self) -> StateID {
        self.start
    }

    fn is_match(&self, state: &StateID) -> bool {
        self.dfa.is_match_state(self.dfa.next_eoi_state(*state))
    }

    fn can_match(&self, state: &StateID) -> bool {
        !self.dfa.is_dead_state(*state) && !self.dfa.is_quit_state(*state)
    }

    fn accept(&self, state: &StateID, byte: u8) -> StateID {
        self.dfa.next_state(*state, byte)
    }
}

/// Words that differ from one by a slip or two: a letter too many, one missing, one wrong, two exchanged.
pub(crate) struct Slips {
    /// The word itself.
    pub word: String,
    /// What it must begin with: where two slips are allowed, the first letter is none of them.
    pub begins: String,
    dfa: DFA,
}

impl Slips {
    /// `None` when there is no word, or one too long to be mistyped.
    pub fn new(text: &str) -> Option<Self> {
        let trimmed = text.trim_matches(|c: char| !c.is_alphanumeric());
        let word = fold(trimmed);
        if word.is_empty() || word.len() > WHOLE_BYTES {
            return None;
        }
        static BUILDERS: OnceLock<[LevenshteinAutomatonBuilder; 3]> = OnceLock::new();
        let builders = BUILDERS.get_or_init(|| [0, 1, 2].map(|slips| LevenshteinAutomatonBuilder::new(slips, true)));
        let [none, one, two] = builders;
        let (builder, begins) = match word.chars().count() {
            0..=2 => (none, String::new()),
            3..=7 => (one, String::new()),
            _ => (two, word.chars().take(1).collect()),
        };
        Some(Self { dfa: builder.build_dfa(&word), word, begins })
    }

    pub fn matches(&self, word: &str) -> bool {
        word.starts_with(&self.begins) && matches(self, word)
    }
}

impl Automaton for Slips {
    type State = u32;

    fn start(&self) -> u32 {
        self.dfa.initial_state()
    }

    fn is_match(&self, state: &u32) -> bool {
        matches!(self.dfa.distance(*state), Distance::Exact(_))
    }

    fn can_match(&self, state: &u32) -> bool {
        *state != SINK_STATE
    }

    fn accept(&self, state: &u32, byte: u8) -> u32 {
        self.dfa.transition(*state, byte)
    }
}

fn matches<A: Automaton>(automaton: &A, word: &str) -> bool {
    let mut state = automaton.start();
    for byte in word.bytes() {
        if !automaton.can_match(&state) {
            return false;
        }
        state = automaton.accept(&state, byte);
    }
    automaton.is_match(&state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_found_where_a_reader_of_the_whole_value_finds_it() {
        let values = [
            "",
            "a",
            "b",
            "ab",
            "ba",
            "fail",
            "failed",
            "an error",
            "errors",
            "x\\",
            "c:\\x",
            "a$",
            "a b",
            "no#te",
            "line\nfail",
        ];
        for pattern in [
            "^fail|error$",
            "^a|b$",
            "(^a|b$)",
            "^(a|b)$",
            "a|^b|$",
            "^",
            "$",
            "^$",
            "\\\\$",
            "a\\$",
            "(?x)^a # the first",
            "(?m)^fail",
            "x^a",
            "a$x",
            "(?:^a)b?",
            "^^a$$",
            "err.r",
            "(a)(b)",
            "[^a]$",
            "\\Ab|a\\z",
            "^a*$",
            "",
        ] {
            let whole = searched(pattern);
            let found = Pattern::anywhere(pattern).expect("readable");
            for value in values {
                assert_eq!(found.matches(value), whole(value), "/{pattern}/ in {value:?}");
            }
        }
    }

    /// The same said by an automaton that looks for it, from every place of a value on.
    fn searched(pattern: &str) -> impl Fn(&str) -> bool {
        let syntax = syntax::Config::new().case_insensitive(true);
        let dfa = dense::Builder::new().syntax(syntax).build(pattern).expect("readable");
        move |value| dfa.try_search_fwd(&regex_automata::Input::new(value)).expect("no quitting").is_some()
    }
}
