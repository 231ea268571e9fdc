//! Finding: one pass for the keywords of all rules, and at each keyword the pattern of its rule on a window of the text.
//!
//! Time is linear in the text: a pattern reads at most `reach` bytes at a keyword, and what it has found or given up is not
//! read by the same rule again.

use std::ops::Range;

use aho_corasick::Input;

use super::Found;
use super::block;
use super::judge;
use super::rules::{Judge, RULES, Rule};
use super::value;

/// A finding and the number of its rule.
type Hit = (Range<usize>, usize);

/// The secrets of a text, in order, none overlapping another. Does not look into JSON.
pub(super) fn find(text: &str) -> Vec<Found> {
    find_from(text, 0)
}

/// The same of a text in which no keyword stands that ends before `quiet`.
pub(super) fn find_from(text: &str, quiet: usize) -> Vec<Found> {
    let mut hits: Vec<Hit> = Vec::new();
    // How far each rule is done.
    let mut until: Vec<usize> = Vec::new();
    let from = quiet.saturating_sub(RULES.longest).min(text.len());
    for word in RULES.keywords(text).find_overlapping_iter(Input::new(text).range(from..)) {
        let Some(&number) = RULES.of_keyword.get(word.pattern().as_usize()) else { continue };
        let Some(rule) = RULES.list.get(number) else { continue };
        if until.is_empty() {
            until.resize(RULES.list.len(), 0);
        }
        let Some(done) = until.get_mut(number) else { continue };
        let at = word.start();
        let bytes = text.as_bytes();
        if at < *done || !(rule.inside || begins_word(bytes, at)) || !rule.may_match(bytes, at, word.end()) {
            continue;
        }
        match at_keyword(text, rule, at, word.end()) {
            Seen::Secret(range) => {
                *done = range.end;
                hits.push((range, number));
            }
            // What was read and turned down is not read again from its middle.
            Seen::Else(end) => *done = end,
            Seen::Nothing if rule.reach > 1024 => {
                *done = at + run(text.as_bytes(), at, |byte| is_word(byte) || byte == b'-');
            }
            Seen::Nothing => {}
        }
    }
    merged(hits)
}

/// What a rule saw at a keyword.
enum Seen {
    /// A secret.
    Secret(Range<usize>),
    /// Something of the shape that is none; it ends here.
    Else(usize),
    /// Nothing of the shape.
    Nothing,
}

/// What `rule` sees at its keyword, which stands at `at..end`.
fn at_keyword(text: &str, rule: &Rule, at: usize, end: usize) -> Seen {
    let from = rule.start(text.as_bytes(), at);
    let to = end.saturating_add(rule.reach).min(text.len());
    let (Some(window), Some(pattern)) = (text.as_bytes().get(from..to), rule.pattern()) else { return Seen::Nothing };
    // Most keywords lead nowhere: that is settled without looking for groups.
    let Some(matched) = pattern.find(window) else { return Seen::Nothing };
    let whole = from + matched.start()..from + matched.end();
    if rule.judge.reads_value() && rule.is_generic() {
        return value::given(text, rule, at..end, whole).map_or_else(Seen::Else, Seen::Secret);
    }
    let end = whole.end;
    secret(text, rule, from..to, whole).map_or(Seen::Else(end), Seen::Secret)
}

/// The secret in what matched, if it is one.
fn secret(text: &str, rule: &Rule, around: Range<usize>, whole: Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let Range { start: from, end: to } = around;
    let (window, pattern) = (bytes.get(from..to)?, rule.pattern()?);
    let group = match pattern.captures_len() {
        1 => None,
        _ => pattern.captures(window)?.name("secret").map(|group| from + group.start()..from + group.end()),
    };
    let range = match rule.judge {
        Judge::Key => return block::key(text, whole),
        _ => group.unwrap_or(whole),
    };
    let range = aligned(text, range);
    let secret = text.get(range.clone())?;
    let holds = match rule.judge {
        Judge::Given => !judge::is_placeholder(secret) && !judge::is_word_for_secret(secret),
        Judge::Basic => judge::is_basic(secret),
        judge if judge.reads_value() => judge::is_likely_token(secret),
        _ => !judge::is_filler(secret),
    };
    // Judged before it is lengthened: what is turned down has cost no more than the window.
    let holds = holds
        && !(rule.whole && bytes.get(range.end).is_some_and(u8::is_ascii_alphanumeric))
        && (!rule.digit || secret.bytes().any(|byte| byte.is_ascii_digit()))
        && (rule.entropy == 0.0 || judge::entropy(secret) >= rule.entropy);
    holds.then(|| range.start..lengthened(bytes, &range, to))
}

/// Where a secret ends whose match ends at `range.end`: at the end of the window it may have been cut.
fn lengthened(bytes: &[u8], range: &Range<usize>, window: usize) -> usize {
    match range.end == window {
        true => range.end + run(bytes, range.end, |byte| is_word(byte) || b"+/=.~%-".contains(&byte)),
        false => range.end,
    }
}

/// The range with its end moved up to the end of a character.
fn aligned(text: &str, range: Range<usize>) -> Range<usize> {
    let end = (range.end..=text.len()).find(|&end| text.is_char_boundary(end)).unwrap_or(text.len());
    range.start..end
}

/// How many bytes from `at` are of a sort.
pub(super) fn run(bytes: &[u8], at: usize, sort: impl Fn(u8) -> bool) -> usize {
    bytes.get(at..).unwrap_or_default().iter().take_while(|&&byte| sort(byte)).count()
}

/// A letter, a digit or an underscore.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Does a word begin at `at`? Behind a letter or a digit none does, unless those belong to an escape: `\n`, `%3D`, `ESC[31m`.
fn begins_word(bytes: &[u8], at: usize) -> bool {
    let back = |by: usize| at.checked_sub(by).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
    let before = back(1);
    if !is_word(before) {
        return true;
    }
    let escape = matches!(before, b'n' | b'r' | b't' | b'b' | b'f' | b'v') && back(2) == b'\\';
    let percent = before.is_ascii_hexdigit() && back(2).is_ascii_hexdigit() && back(3) == b'%';
    let colour = before == b'm' && (2..12).map(back).find(|byte| !byte.is_ascii_digit() && *byte != b';') == Some(b'[');
    escape || percent || colour
}

/// Overlapping findings as one, named by the first rule among them.
fn merged(mut hits: Vec<Hit>) -> Vec<Found> {
    hits.sort_unstable_by_key(|(range, number)| (range.start, *number));
    let mut merged: Vec<Hit> = Vec::with_capacity(hits.len());
    for (range, number) in hits {
        match merged.last_mut() {
            Some((last, named)) if range.start < last.end => {
                last.end = last.end.max(range.end);
                *named = (*named).min(number);
            }
            _ => merged.push((range, number)),
        }
    }
    merged.into_iter().filter_map(|(range, number)| Some(Found { range, rule: &RULES.list.get(number)?.id })).collect()
}
