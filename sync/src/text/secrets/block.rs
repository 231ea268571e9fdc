//! Private keys: from their BEGIN line to their END line, or as far as the key goes where the end was cut off.

use std::ops::Range;

use super::scan::run;

/// Longest key, in bytes, with what its text was decorated with.
const LONGEST: usize = 64 << 10;
/// Share of what stands between the lines that must be such parts, in percent: lines may be numbered, quoted, coloured.
const SHARE: usize = 50;
/// Shortest run of base64 that is taken for a part of a key.
const PART: usize = 16;

/// The key whose BEGIN line stands at `head`. None where only that line is quoted, or dots stand for the key.
pub(super) fn key(text: &str, head: Range<usize>) -> Option<Range<usize>> {
    let rest = text.get(head.end..)?;
    let end = match end_line(rest) {
        Some((body, end)) => {
            let body = rest.get(..body)?;
            let parts =
                body.split(|c: char| !is_base64(c)).map(str::len).filter(|&length| length >= PART).sum::<usize>();
            (parts > 0 && parts * 100 >= body.len() * SHARE).then_some(end)?
        }
        None => unfinished(rest.as_bytes())?,
    };
    Some(head.start..head.end + end)
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')
}

/// Where the next END line begins and ends, if no other block begins before it.
fn end_line(rest: &str) -> Option<(usize, usize)> {
    let bytes = rest.as_bytes();
    let near = bytes.get(..LONGEST.min(bytes.len()))?;
    let mut at = 0;
    while at < near.len() {
        let dashes = run(near, at, |byte| byte == b'-');
        if dashes < 4 {
            at += dashes.max(1);
            continue;
        }
        let word = at + dashes + run(near, at + dashes, |byte| byte == b' ');
        let after = bytes.get(word..)?;
        if after.starts_with(b"BEGIN") {
            return None;
        }
        if after.starts_with(b"END") {
            let name = run(bytes, word, |byte| byte == b' ' || byte.is_ascii_uppercase() || byte.is_ascii_digit());
            return Some((at, word + name + run(bytes, word + name, |byte| byte == b'-')));
        }
        at += dashes;
    }
    None
}

/// How far a key goes that has no END line: over lines of base64, and the fields that may stand before them.
fn unfinished(bytes: &[u8]) -> Option<usize> {
    let (mut at, mut end) = (0, None);
    loop {
        at += gap(bytes, at);
        let part = run(bytes, at, |byte| is_base64(char::from(byte)));
        if part == 0 {
            return end;
        }
        let next = at + part;
        // `Proc-Type: 4,ENCRYPTED`
        let field = run(bytes, at, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if end.is_none() && bytes.get(at + field) == Some(&b':') {
            at += run(bytes, at, |byte| byte != b'\n' && byte != b'\\');
            continue;
        }
        if part < PART {
            // The last line of a key may be short.
            let last =
                bytes.get(next - 1) == Some(&b'=') || bytes.get(next).is_none_or(|byte| byte.is_ascii_whitespace());
            return if end.is_some() && last { Some(next) } else { end };
        }
        (at, end) = (next, Some(next));
    }
}

/// White space, written out or as an escape, and what strings are joined with.
fn gap(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    loop {
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'\\'), Some(b'n' | b'r' | b't' | b'\\')) => at += 2,
            (Some(byte), _) if byte.is_ascii_whitespace() || b"\"',|>\\".contains(byte) => at += 1,
            _ => return at - from,
        }
    }
}
