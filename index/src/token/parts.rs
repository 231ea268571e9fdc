//! The parts of one word: `parseAuthToken`, `HTTPServer2`.

use std::ops::Range;

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
    let mut chars = word.char_indices().peekable();
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
    c.is_numeric() && so_far.len() >= 2 && so_far.chars().all(char::is_alphabetic)
}

/// A hash, or the beginning of one: hex digits, some of them letters and some not.
pub(crate) fn is_hash(word: &str) -> bool {
    word.len() >= 7
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.bytes().any(|byte| byte.is_ascii_digit())
        && word.bytes().any(|byte| byte.is_ascii_alphabetic())
}
