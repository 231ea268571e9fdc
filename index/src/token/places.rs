//! Where in a text a whole can stand: most of a text has none, and is not cut into words to see that.

use std::ops::Range;

use super::kinds;
use super::scan::JOINERS;

/// Between two words.
const EDGE: u8 = 0;
/// In a word, or in a blob.
const INNER: u8 = 1;
/// Between the words of a whole; also in a blob.
const JOINER: u8 = 2;

const SORTS: [u8; 256] = {
    let mut sorts = [EDGE; 256];
    let mut byte = 0;
    while byte < 256 {
        if kinds::of(byte as u8) != kinds::GAP || kinds::in_blob(byte as u8) {
            sorts[byte] = INNER;
        }
        byte += 1;
    }
    let mut joiner = 0;
    while joiner < JOINERS.len() {
        sorts[JOINERS[joiner] as usize] = JOINER;
        joiner += 1;
    }
    sorts
};

fn sort(byte: u8) -> u8 {
    SORTS[usize::from(byte)]
}

/// The next stretch from `at` on in which words may be joined, with all that tells whether they are: no whole, no blob and no run of
/// CJK characters reaches over its ends.
pub(super) fn next(text: &str, at: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let joins = |joiner: &usize| {
        let beside = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(|byte| sort(*byte) != EDGE);
        beside(joiner.checked_sub(1)) && beside(joiner.checked_add(1))
    };
    let joiners = bytes.get(at..)?.iter().enumerate().filter(|(_, byte)| sort(**byte) == JOINER);
    let joiner = joiners.map(|(offset, _)| at + offset).find(joins)?;
    let start = bytes[..joiner].iter().rposition(|byte| sort(*byte) == EDGE).map_or(0, |edge| edge + 1);
    let length = bytes[joiner..].iter().position(|byte| sort(*byte) == EDGE).unwrap_or(bytes.len() - joiner);
    Some(start.max(at)..joiner + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<&str> {
        let mut at = 0;
        let next = || {
            let stretch = next(text, at)?;
            at = stretch.end;
            Some(&text[stretch])
        };
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn only_what_signs_join_is_looked_at() {
        assert!(all("").is_empty() && all("a").is_empty() && all("-").is_empty());
        assert!(all("It is so. He said: yes - or no, at 5 %.").is_empty());
        assert_eq!(all("see src/a.rs:7, or (parse_token) at x@y.z!"), ["src/a.rs:7", "parse_token", "x@y.z"]);
        assert_eq!(all("a::b c-é 部署-x …-d"), ["a::b", "c-é", "部署-x", "…-d"]);
    }
}
