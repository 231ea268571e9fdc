use super::fold::{is_attached, syllable};

/// A character of a script that is written without spaces between words, or, like Korean, with endings that grow onto them.
pub(crate) fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{e01}'..='\u{e30}'           // Thai
        | '\u{e32}'..='\u{e33}'
        | '\u{e40}'..='\u{e46}'
        | '\u{e81}'..='\u{eb0}'         // Lao
        | '\u{eb2}'..='\u{eb3}'
        | '\u{ebd}'..='\u{ec6}'
        | '\u{edc}'..='\u{edf}'
        | '\u{1000}'..='\u{102a}'       // Burmese
        | '\u{1780}'..='\u{17b3}'       // Khmer
        | '\u{3005}'..='\u{3007}'       // 々〆〇
        | '\u{3041}'..='\u{3096}'       // Hiragana
        | '\u{30a1}'..='\u{30fa}'       // Katakana
        | '\u{30fc}'..='\u{30ff}'
        | '\u{3105}'..='\u{312f}'       // Bopomofo
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'       // Han
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}'       // Hangul
        | '\u{1100}'..='\u{11ff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}'       // half-width Katakana
        | '\u{20000}'..='\u{323af}')
}

/// Where the first character of `text` ends, as a reader sees it: with the marks behind it (`か` and `\u{3099}` are `が`, `ｶ` and
/// `ﾞ` too), and with the letters that make up a Korean syllable.
pub(crate) fn end_of_character(text: &str) -> usize {
    let mut chars = text.char_indices();
    let Some((_, mut so_far)) = chars.next() else { return 0 };
    for (at, c) in chars {
        if is_attached(c) || matches!(c, '\u{ff9e}' | '\u{ff9f}') {
            continue;
        }
        match syllable(so_far, c) {
            Some(more) => so_far = more,
            None => return at,
        }
    }
    text.len()
}
