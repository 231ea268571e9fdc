//! Folding: what differs only in case, in diacritics, in width, or in how a character is put together is the same.
//!
//! Characters are taken apart and lose what is silent, so that it makes no difference whether they came in one piece. Korean
//! syllables alone go the other way: a file name of a Mac has them as letters (`ᄒ ᅡ ᆫ`), and nobody types those.

use unicode_normalization::char::{canonical_combining_class, compose, decompose_compatible, is_combining_mark};

/// The text folded.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded
}

/// Appends `text`, folded.
pub(crate) fn fold_into(text: &str, folded: &mut String) {
    let start = folded.len();
    if text.is_ascii() {
        folded.push_str(text);
        folded[start..].make_ascii_lowercase();
        return;
    }
    for c in text.chars() {
        fold_char(c, folded, start);
    }
}

/// The beginning of `text` that comes to at most `bytes` when it is folded: as much of a word whichever way it is written.
pub(super) fn capped_folded(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes || text.is_ascii() {
        return super::capped(text, bytes);
    }
    let mut folded = String::new();
    for (at, c) in text.char_indices() {
        fold_char(c, &mut folded, 0);
        if folded.len() > bytes {
            return &text[..at];
        }
    }
    text
}

/// Adds one character to what was folded from `start` on.
fn fold_char(c: char, folded: &mut String, start: usize) {
    if c.is_ascii() {
        return folded.push(c.to_ascii_lowercase());
    }
    if matches!(c, '\u{ac00}'..='\u{d7a3}') {
        return folded.push(c);
    }
    decompose_compatible(c, |c| {
        if !is_silent(c) {
            for c in c.to_lowercase().filter(|c| !is_silent(*c)) {
                match special(c) {
                    Some(letters) => folded.push_str(letters),
                    None => add(c, folded, start),
                }
            }
        }
    });
}

/// Adds a character; a letter that goes on with a Korean syllable, to that.
fn add(c: char, folded: &mut String, start: usize) {
    let last = folded[start..].chars().next_back();
    match last.and_then(|last| Some((last, syllable(last, c)?))) {
        Some((last, syllable)) => {
            folded.truncate(folded.len() - last.len_utf8());
            folded.push(syllable);
        }
        None => folded.push(c),
    }
}

/// The Korean syllable, or what there is of it so far, that `next` makes of the one before it.
pub(super) fn syllable(before: char, next: char) -> Option<char> {
    matches!(next, '\u{1161}'..='\u{1175}' | '\u{11a8}'..='\u{11c2}').then(|| compose(before, next)).flatten()
}

/// Stands within a word or behind a sign and adds nothing to it: accents, joiners, soft hyphens, marks of direction, colours of skin.
pub(crate) fn is_silent(c: char) -> bool {
    !c.is_ascii()
        && ((is_combining_mark(c) && !spells(c))
            || matches!(c,
                '\u{ad}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}'
                | '\u{feff}'
                | '\u{1f3fb}'..='\u{1f3ff}'))
}

/// Belongs to the letter before it, whether it counts or not. One that begins a word does not count.
pub(super) fn is_attached(c: char) -> bool {
    is_silent(c) || (!c.is_ascii() && is_combining_mark(c))
}

/// A mark without which a word is another: scripts from India to Indochina write most vowels as marks, and join letters with
/// them. Dots that make one letter of another, and accents of verse, are left out by many who write.
fn spells(c: char) -> bool {
    const DOTS_AND_ACCENTS: [u8; 3] = [7, 220, 230];
    matches!(c,
        '\u{900}'..='\u{109f}'
        | '\u{1700}'..='\u{17ff}'
        | '\u{1900}'..='\u{1aaf}'
        | '\u{1b00}'..='\u{1cff}'
        | '\u{a800}'..='\u{abff}'
        | '\u{11000}'..='\u{11fff}')
        && !DOTS_AND_ACCENTS.contains(&canonical_combining_class(c))
}

/// Letters with strokes and joined letters, which no decomposition takes apart.
fn special(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'þ' => "th",
        'ħ' => "h",
        'ı' => "i",
        'ŧ' => "t",
        'ς' => "σ",
        _ => return None,
    })
}
