//! The rules, read from `rules.toml` once, and each pattern built when it is first needed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;

/// The rules as they were embedded.
const FILE: &str = include_str!("rules.toml");

/// Bytes a pattern may take when it is built.
const PATTERN_SIZE: usize = 4 << 20;

/// What must hold beside the pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Judge {
    /// Nothing.
    #[default]
    Shape,
    /// It is the head of a block that goes on to its END line.
    Key,
    /// A password where only one can stand: whatever is no placeholder.
    Given,
    /// Base64 of `user:password`.
    Basic,
    /// A value given to a name that says secret.
    Value,
    /// A value given to a name that says password: people choose them, so they may be short.
    Password,
    /// The argument of a flag that says secret.
    Flag,
    /// The argument of a flag that says password.
    PasswordFlag,
}

/// One rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub id: String,
    keywords: Vec<String>,
    pattern: String,
    #[serde(default)]
    run: usize,
    #[serde(default)]
    back: usize,
    #[serde(default)]
    sort: Sort,
    #[serde(default)]
    pub inside: bool,
    #[serde(default)]
    pub word: bool,
    #[serde(default)]
    pub whole: bool,
    #[serde(default)]
    pub digit: bool,
    #[serde(default)]
    pub entropy: f64,
    #[serde(default = "reach")]
    pub reach: usize,
    #[serde(default)]
    pub judge: Judge,
    #[serde(skip)]
    built: OnceLock<Option<Regex>>,
}

/// Of what the part of a secret is made that stands before its keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Sort {
    /// Digits.
    Digit,
    /// Hexadecimal digits in small letters.
    Hex,
    /// Letters and digits.
    #[default]
    Letter,
    /// Those, and the signs that tokens hold.
    Token,
}

impl Sort {
    fn holds(self, byte: u8) -> bool {
        match self {
            Self::Digit => byte.is_ascii_digit(),
            Self::Hex => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            Self::Letter => byte.is_ascii_alphanumeric(),
            Self::Token => byte.is_ascii_alphanumeric() || b"_.~%+=-".contains(&byte),
        }
    }
}

impl Judge {
    /// Does it read a value behind a name?
    pub(super) fn reads_value(self) -> bool {
        matches!(self, Self::Value | Self::Password | Self::Flag | Self::PasswordFlag)
    }

    /// Does the name before the value have to be a flag?
    pub(super) fn of_flag(self) -> bool {
        matches!(self, Self::Flag | Self::PasswordFlag)
    }

    /// Is the value one that people choose?
    pub(super) fn of_password(self) -> bool {
        matches!(self, Self::Password | Self::PasswordFlag)
    }
}

/// Words that lead from a name to its value.
const LEADS: [&[u8]; 7] = [b"is", b"was", b"for ", b"of ", b"to ", b"on ", b"value"];

/// Does the name that goes on at `from` end in a sign, or in a word, that gives it a value? Passes more than the patterns do.
fn leads_to_sign(bytes: &[u8], from: usize) -> bool {
    let rest = bytes.get(from..from.saturating_add(96).min(bytes.len())).unwrap_or_default();
    let step = |rest: &[u8], sort: fn(u8) -> bool| rest.iter().take_while(|&&byte| sort(byte)).count();
    let rest =
        rest.get(step(rest, |byte| byte.is_ascii_alphanumeric() || b"_.$-".contains(&byte))..).unwrap_or_default();
    let rest = rest.get(step(rest, |byte| b"\\\"'`])".contains(&byte))..).unwrap_or_default();
    let blanks = step(rest, |byte| byte.is_ascii_whitespace());
    let next = rest.get(blanks..).unwrap_or_default();
    let Some(first) = next.first() else { return false };
    let leads = |word: &&[u8]| next.get(..word.len()).is_some_and(|next| next.eq_ignore_ascii_case(word));
    b":=!,>|".contains(first) || blanks > 0 && (b"\"'".contains(first) || LEADS.iter().any(leads))
}

fn reach() -> usize {
    512
}

impl Rule {
    /// A cheap look at what stands around the keyword at `at`, before the pattern is tried: could it match?
    pub(super) fn may_match(&self, bytes: &[u8], at: usize, end: usize) -> bool {
        let unbroken = |byte: &u8| byte.is_ascii_graphic() && !b"\"'`<>(){}[];".contains(byte);
        let run = bytes.get(at..at.saturating_add(self.run)).is_some_and(|run| run.iter().all(unbroken));
        run && (!self.judge.reads_value() || !self.is_generic() || self.judge.of_flag() || leads_to_sign(bytes, end))
    }

    /// Where the pattern begins if it does so with the keyword at `at`.
    pub(super) fn start(&self, bytes: &[u8], at: usize) -> usize {
        let before = bytes.get(at.saturating_sub(self.back)..at).unwrap_or_default();
        at - before.iter().rev().take_while(|&&byte| self.sort.holds(byte)).count()
    }

    /// Does the name alone lead to it, whatever the value looks like? Then its pattern ends where the value begins.
    pub(super) fn is_generic(&self) -> bool {
        !self.pattern.contains("(?P<secret>")
    }

    /// Its pattern. ASCII classes: what it looks for is ASCII, and the tables of Unicode are large.
    pub(super) fn pattern(&self) -> Option<&Regex> {
        self.built
            .get_or_init(|| {
                RegexBuilder::new(&self.pattern)
                    .unicode(false)
                    .size_limit(PATTERN_SIZE)
                    .dfa_size_limit(PATTERN_SIZE)
                    .build()
                    .ok()
            })
            .as_ref()
    }
}

/// All rules, and the keywords that lead to them.
#[derive(Debug)]
pub(super) struct Rules {
    /// The first name what they share with a later one.
    pub list: Vec<Rule>,
    /// Finds every keyword in one pass: soon built.
    soon: AhoCorasick,
    /// The same: it takes a fraction of the time a byte, and milliseconds to be built.
    fast: OnceLock<AhoCorasick>,
    /// Bytes that were read before it was built.
    read: AtomicUsize,
    /// The rule of each keyword.
    pub of_keyword: Vec<usize>,
    /// Bytes of the longest keyword.
    pub longest: usize,
}

/// Once so many bytes were read, reading them has taken as much longer as building what is faster takes.
const ENOUGH: usize = 1 << 20;

impl Rules {
    /// What finds every keyword of `text` in one pass. A screen is there before the faster one would be; whoever reads much has that
    /// soon.
    pub(super) fn keywords(&self, text: &str) -> &AhoCorasick {
        match self.fast.get() {
            Some(fast) => fast,
            None if self.read.fetch_add(text.len(), Ordering::Relaxed) < ENOUGH => &self.soon,
            None => self.fast.get_or_init(|| automaton(&self.list, AhoCorasickKind::DFA)),
        }
    }
}

#[derive(Deserialize)]
struct File {
    rule: Vec<Rule>,
}

/// The rules. That they can be read and built is tested; nothing from outside has a say in it.
pub(super) static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let file: File = toml::from_str(FILE).expect("the embedded rules can be read");
    let led_to = file.rule.iter().enumerate().flat_map(|(at, rule)| rule.keywords.iter().map(move |_| at));
    Rules {
        of_keyword: led_to.collect(),
        longest: file.rule.iter().flat_map(|rule| &rule.keywords).map(String::len).max().unwrap_or(0),
        soon: automaton(&file.rule, AhoCorasickKind::ContiguousNFA),
        fast: OnceLock::new(),
        read: AtomicUsize::new(0),
        list: file.rule,
    }
});

fn automaton(rules: &[Rule], kind: AhoCorasickKind) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(kind))
        .build(rules.iter().flat_map(|rule| &rule.keywords))
        .expect("the embedded keywords are few")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_keywords_are_found_soon_and_fast() {
        let fast = automaton(&RULES.list, AhoCorasickKind::DFA);
        for text in [FILE, "export GITHUB_TOKEN=ghp_x; Password: y", "AKIA akia sk-ant-api03-", "nothing at all"] {
            let found = |by: &AhoCorasick| -> Vec<(usize, usize, usize)> {
                by.find_overlapping_iter(text)
                    .map(|word| (word.start(), word.end(), word.pattern().as_usize()))
                    .collect()
            };
            assert_eq!(found(&RULES.soon), found(&fast), "{text}");
        }
    }

    #[test]
    fn every_rule_can_be_built_and_is_led_to() {
        for rule in &RULES.list {
            assert!(rule.pattern().is_some(), "{}: {:?}", rule.id, Regex::new(&rule.pattern));
            assert!(!rule.keywords.is_empty() && rule.keywords.iter().all(|word| word.len() > 1), "{}", rule.id);
            // JSON writes them as they are, but for the slash.
            let plain = |byte: u8| (byte.is_ascii_graphic() || byte == b' ') && !b"\"\\".contains(&byte);
            assert!(rule.keywords.iter().all(|word| word.bytes().all(plain)), "{}", rule.id);
            assert!(rule.pattern.starts_with('^'), "{}", rule.id);
            assert!(rule.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
        }
    }
}
