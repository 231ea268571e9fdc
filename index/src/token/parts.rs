//! The parts of one word: `parseAuthToken`, `HTTPServer2`; and what of it stands at a border of letters and digits: `20T10`.

use std::ops::Range;

use super::fold::is_silent;

/// More parts than this, and it is no word that somebody wrote.
const MOST: usize = 12;

/// The byte ranges of a word's parts; none when it is of one piece, or when it is no identifier: base64 and hashes change
/// case and kind at every other character.
pub(crate) fn parts(word: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if !word.bytes().any(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || !byte.is_ascii()) || is_hash(word)
    {
        return found;
    }
    let mut start = 0;
    // What is silent stands between no two letters: `é` may be two characters.
    let mut chars = word.char_indices().filter(|(_, c)| !is_silent(*c)).peekable();
    let mut before: Option<char> = None;
    while let Some((at, c)) = chars.next() {
        if let Some(last) = before
            && begins_part(last, c, chars.peek().map(|(_, next)| *next), &word[start..at])
        {
            found.push(start..at);
            start = at;
        }
        before = Some(c);
    }
    if found.is_empty() {
        return found;
    }
    found.push(start..word.len());
    let short = found.iter().filter(|part| part.len() < 2).count();
    if found.len() > MOST || short * 2 > found.len() {
        found.clear();
    }
    found
}

/// Whether a part begins with `c`; `so_far` is what the one before it would be.
fn begins_part(last: char, c: char, next: Option<char>, so_far: &str) -> bool {
    if c.is_uppercase() {
        // `HTTPServer`: the last capital of a run begins the next part.
        return last.is_lowercase()
            || (last.is_numeric() && next.is_some_and(char::is_lowercase))
            || (last.is_uppercase() && next.is_some_and(char::is_lowercase));
    }
    // `server2`, but not `v2`, `E0277` or `41d4`.
    c.is_numeric() && so_far.len() >= 2 && so_far.chars().all(|c| c.is_alphabetic() || is_silent(c))
}

/// More runs of letters and of digits than this, and it is no word that somebody wrote.
const RUNS: usize = 4;

/// What a word is known by beside the whole of it, because a border of letters and digits is seen as the end of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Its bytes.
    pub at: Range<usize>,
    /// It is what follows a border, and not what leads up to one.
    pub follows: bool,
}

/// The pieces of a word: each beginning that ends in a digit before a letter (`20` of `20T10`, `v18` of `v18beta`), then each
/// rest behind a border (`T10` and `10`), of which there is one at least. None of hashes, nor of what changes too often.
pub(crate) fn pieces(word: &str) -> Vec<Piece> {
    let borders = borders(word);
    let runs = borders.len() + 1;
    // The groups of a UUID change as often as a time without its dashes does.
    let is_hex = || word.bytes().all(|byte| byte.is_ascii_hexdigit());
    if runs == 1 || runs > RUNS || (runs == RUNS && is_hex()) || is_hash(word) {
        return Vec::new();
    }
    let before_letter = |at: &&usize| word[**at..].starts_with(char::is_alphabetic);
    let ends = borders.iter().filter(before_letter).map(|at| Piece { at: 0..*at, follows: false });
    let rests = borders.iter().map(|at| Piece { at: *at..word.len(), follows: true });
    ends.chain(rests).collect()
}

/// Where a digit follows a letter, or a letter a digit; no more than are needed to see that there are too many.
fn borders(word: &str) -> Vec<usize> {
    // Most words have no digit. What a mark belongs to, in other scripts, is for the folding to say: dates, versions and units are
    // written with plain letters.
    if word.bytes().all(|byte| byte.is_ascii_alphabetic()) || !word.is_ascii() {
        return Vec::new();
    }
    let sorted = word.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_alphanumeric());
    let sorted = sorted.map(|(at, byte)| (at, byte.is_ascii_digit()));
    let mut before = None;
    let borders = sorted.filter(|(_, numeric)| before.replace(*numeric).is_some_and(|before| before != *numeric));
    borders.map(|(at, _)| at).take(RUNS).collect()
}

/// A hash, or the beginning of one: hex digits, some of them letters and some not.
pub(crate) fn is_hash(word: &str) -> bool {
    word.len() >= 7
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.bytes().any(|byte| byte.is_ascii_digit())
        && word.bytes().any(|byte| byte.is_ascii_alphabetic())
}
