//! The rules, read from `rules.toml` once, and each pattern built when it is first needed.

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
    pub back: usize,
    #[serde(default)]
    pub inside: bool,
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

fn reach() -> usize {
    512
}

impl Rule {
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
    /// Finds every keyword in one pass.
    pub keywords: AhoCorasick,
    /// The rule of each keyword.
    pub of_keyword: Vec<usize>,
}

/// The rules. That they can be read and built is tested; nothing from outside has a say in it.
pub(super) static RULES: LazyLock<Rules> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct File {
        rule: Vec<Rule>,
    }
    let file: File = toml::from_str(FILE).expect("the embedded rules can be read");
    let pairs = || file.rule.iter().enumerate().flat_map(|(at, rule)| rule.keywords.iter().map(move |word| (word, at)));
    let keywords = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::DFA))
        .build(pairs().map(|(word, _)| word))
        .expect("the embedded keywords are few");
    let of_keyword = pairs().map(|(_, at)| at).collect();
    Rules { keywords, of_keyword, list: file.rule }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_can_be_built_and_is_led_to() {
        for rule in &RULES.list {
            assert!(rule.pattern().is_some(), "{}: {:?}", rule.id, Regex::new(&rule.pattern));
            assert!(!rule.keywords.is_empty() && rule.keywords.iter().all(|word| word.len() > 1), "{}", rule.id);
            assert_eq!(rule.back == 0, rule.pattern.starts_with('^'), "{}", rule.id);
            assert!(rule.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
        }
    }
}
