//! Folding: what differs only in case, in diacritics or in width is the same.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// The text folded.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded
}

/// Appends `text`, folded.
pub(crate) fn fold_into(text: &str, folded: &mut String) {
    if text.is_ascii() {
        let start = folded.len();
        folded.push_str(text);
        folded[start..].make_ascii_lowercase();
        return;
    }
    for c in text.chars() {
        fold_char(c, folded);
    }
}

fn fold_char(c: char, folded: &mut String) {
    if c.is_ascii() {
        return folded.push(c.to_ascii_lowercase());
    }
    // Decomposition would take a syllable apart into letters that nobody types.
    if matches!(c, '\u{ac00}'..='\u{d7a3}') {
        return folded.push(c);
    }
    decompose_compatible(c, |c| {
        if !is_silent(c) {
            for c in c.to_lowercase().filter(|c| !is_silent(*c)) {
                match special(c) {
                    Some(letters) => folded.push_str(letters),
                    None => folded.push(c),
                }
            }
        }
    });
}

/// Stands within a word or behind a sign and adds nothing to it: accents, joiners, soft hyphens, marks of direction, colours of skin.
pub(crate) fn is_silent(c: char) -> bool {
    !c.is_ascii()
        && (is_combining_mark(c)
            || matches!(c,
                '\u{ad}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}'
                | '\u{feff}'
                | '\u{1f3fb}'..='\u{1f3ff}'))
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
