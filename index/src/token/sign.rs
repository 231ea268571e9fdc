//! Signs that say something by themselves, as words do: emoji and their like.
//!
//! A sign is what a reader sees as one: with its colour of skin, joined with others (`👩‍💻`), two letters that are a flag. It is no word:
//! between two words it does not count.

use super::WORD_BYTES;
use super::fold::is_silent;

/// What joins signs to one.
const JOINER: char = '\u{200d}';

/// Where the sign that begins at `start` ends, if one does.
pub(super) fn end(text: &str, start: usize) -> Option<usize> {
    let mut rest = text.get(start..)?.char_indices();
    let (_, first) = rest.next().filter(|(_, c)| begins(*c))?;
    let mut end = start + first.len_utf8();
    if is_flag_letter(first) {
        let second = rest.next().filter(|(_, c)| is_flag_letter(*c));
        return Some(second.map_or(end, |(at, c)| start + at + c.len_utf8()));
    }
    let mut joined = false;
    for (at, c) in rest {
        match c {
            JOINER => joined = true,
            c if is_silent(c) => {}
            c if joined && begins(c) && at < WORD_BYTES => {
                end = start + at + c.len_utf8();
                joined = false;
            }
            _ => break,
        }
        if at >= WORD_BYTES {
            break;
        }
    }
    Some(end)
}

fn is_flag_letter(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

/// A sign may begin with this: pictures, not the lines and arrows that tables and logs are drawn with.
pub(super) fn begins(c: char) -> bool {
    matches!(c, '\u{2300}'..='\u{23ff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
        && !is_silent(c)
        && !c.is_alphanumeric()
}
