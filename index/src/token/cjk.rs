/// A character of a script that is written without spaces between words, or, like Korean, with endings that grow onto them.
pub(crate) fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{3005}'..='\u{3007}'         // 々〆〇
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
