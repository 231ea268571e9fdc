//! Words and numbers cut to the width they have: widths, ages, counts.
//!
//! Pure functions. Widths are in terminal cells, measured as the screen will draw them.

use std::borrow::Cow;

use jiff::Timestamp;
use quarterdeck_sync::text::Secrets;
use quarterdeck_sync::text::secrets::mask;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Cells that `text` takes on screen.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// `text` cut to at most `cells`, with a mark where it was cut.
pub(crate) fn fit(text: &str, cells: usize) -> Cow<'_, str> {
    if text.len() <= cells || width(text) <= cells {
        return Cow::Borrowed(text);
    }
    if cells == 0 {
        return Cow::Borrowed("");
    }
    let mut used = 0;
    let mut end = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        let cell = width(grapheme);
        if used + cell > cells - 1 {
            break;
        }
        used += cell;
        end = at + grapheme.len();
    }
    Cow::Owned(format!("{}…", &text[..end]))
}

/// `text` cut to at most `cells` from the left, for paths: their end says most. Masked before it is cut: half a secret is not
/// known for one, and here its name is cut away first.
pub(crate) fn fit_end(text: &str, cells: usize) -> Cow<'_, str> {
    if text.len() <= cells || width(text) <= cells {
        return Cow::Borrowed(text);
    }
    let masked = mask(text);
    if width(&masked) <= cells {
        return masked;
    }
    let (mut used, mut start) = (0, masked.len());
    for (at, grapheme) in masked.grapheme_indices(true).rev() {
        used += width(grapheme);
        if used + 1 > cells {
            break;
        }
        start = at;
    }
    match cells {
        0 => Cow::Borrowed(""),
        _ => Cow::Owned(format!("…{}", masked.get(start..).unwrap_or_default())),
    }
}

/// Breaks `text` into lines of at most `cells`, at spaces where there are some near the end, else anywhere.
/// At most `limit` lines; the last one is cut with a mark. Hidden characters are made visible first: that makes them longer.
pub(crate) fn wrap(text: &str, cells: usize, limit: usize) -> Vec<String> {
    wrap_shown(text, Secrets::Masked, cells, limit)
}

/// [`wrap`], for whoever may see the secrets in it.
pub(crate) fn wrap_shown(text: &str, secrets: Secrets, cells: usize, limit: usize) -> Vec<String> {
    let cells = cells.max(1);
    let clean = secrets.block(text);
    let mut lines = Vec::new();
    for paragraph in clean.as_str().split('\n') {
        wrap_line(paragraph, cells, &mut lines);
        if lines.len() > limit {
            break;
        }
    }
    if lines.len() > limit {
        lines.truncate(limit.max(1));
        if let Some(last) = lines.last_mut() {
            *last = fit(&format!("{last}…"), cells).into_owned();
        }
    }
    lines
}

/// The first `limit` lines, of at most `cells`, of a text that is clean already, and how many bytes of it they show. What is not
/// shown is not looked at, so a long text costs no more than a short one.
pub(crate) fn wrap_start(clean: &str, cells: usize, limit: usize) -> (Vec<String>, usize) {
    let cells = cells.max(1);
    let mut lines = Vec::new();
    let mut shown = 0;
    for paragraph in clean.split('\n') {
        if lines.len() >= limit {
            return (lines, shown);
        }
        let room = limit - lines.len();
        // No character takes more than four bytes, and few take less than a cell: what does not fit need not be looked at.
        let most = room.saturating_add(1).saturating_mul(cells).saturating_mul(4);
        let start = if paragraph.len() > most {
            &paragraph[..(0..=most).rev().find(|end| paragraph.is_char_boundary(*end)).unwrap_or(0)]
        } else {
            paragraph
        };
        let before = lines.len();
        wrap_line(start, cells, &mut lines);
        if lines.len() > limit || start.len() < paragraph.len() {
            lines.truncate(limit);
            // Blanks at a break are not in the lines: a byte or two less than shown does no harm here.
            shown += lines[before..].iter().map(String::len).sum::<usize>();
            return (lines, shown);
        }
        shown += paragraph.len() + 1;
    }
    (lines, shown.min(clean.len()))
}

/// Adds one line of text, without a line break in it, as lines of at most `cells`.
fn wrap_line(paragraph: &str, cells: usize, lines: &mut Vec<String>) {
    if paragraph.len() <= cells && paragraph.is_ascii() {
        return lines.push(paragraph.to_owned());
    }
    let mut line = String::new();
    // Where the last word of the line begins.
    let (mut used, mut last) = (0, 0);
    for word in paragraph.split_word_bounds() {
        let wide = width(word);
        if used + wide <= cells {
            line.push_str(word);
            used += wide;
            if word.trim().is_empty() {
                last = line.len();
            }
            continue;
        }
        let tail = line.get(last..).unwrap_or_default();
        if closes(word) && last > 0 && !tail.is_empty() && width(tail) + wide <= cells {
            // No line begins with what ends a sentence: the word before it comes along.
            let next = format!("{tail}{word}");
            line.truncate(last);
            lines.push(std::mem::replace(&mut line, next));
            (used, last) = (width(&line), 0);
            continue;
        }
        last = 0;
        if wide <= cells && used > 0 {
            lines.push(std::mem::take(&mut line));
            used = 0;
            if !word.trim().is_empty() {
                line.push_str(word);
                used = wide;
            }
            continue;
        }
        for grapheme in word.graphemes(true) {
            let cell = width(grapheme);
            if used + cell > cells && used > 0 {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push_str(grapheme);
            used += cell;
        }
    }
    lines.push(line);
}

/// Punctuation that belongs to the word before it.
fn closes(word: &str) -> bool {
    !word.is_empty()
        && word.chars().all(|c| matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '"' | '”' | '…'))
}

/// The beginning of a text: at most so many bytes, cut between two characters.
pub(crate) fn beginning(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

/// A number with its thousands apart: `1,204,000`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number in at most four cells, for tabs: `912`, `12k`, `1.2M`.
pub(crate) fn brief(number: u64) -> String {
    match number {
        0..=9_999 => grouped(number),
        10_000..=999_999 => format!("{}k", number / 1_000),
        1_000_000..=9_999_999 => format!("{}.{}M", number / 1_000_000, number % 1_000_000 / 100_000),
        _ => format!("{}M", number / 1_000_000),
    }
}

/// How long ago `then` was, in one unit, and in how many seconds the answer changes.
/// Under a minute it is `now`: a screen that stands still must not have to count seconds.
pub(crate) fn age(now: Timestamp, then: Timestamp) -> (String, i64) {
    const UNITS: [(i64, &str); 5] = [(365 * 86_400, "y"), (7 * 86_400, "w"), (86_400, "d"), (3_600, "h"), (60, "m")];
    let seconds = now.as_second() - then.as_second();
    let ahead = seconds < -59;
    let distance = seconds.abs();
    for (unit, name) in UNITS {
        // Weeks begin at two, years at one: "9d" says more than "1w".
        if distance >= if unit == 7 * 86_400 { 2 * unit } else { unit } {
            let count = distance / unit;
            let next = if ahead { distance % unit + 1 } else { unit - distance % unit };
            let sign = if ahead { "in " } else { "" };
            return (format!("{sign}{count}{name}"), next);
        }
    }
    ("now".to_owned(), (60 - seconds).max(1))
}

/// Before the time of something that happened later than it is now: the clock of a platform goes ahead of ours.
pub(crate) const AHEAD: &str = "»";

/// Did something happen later than it is now? By less than a minute it is no matter.
pub(crate) fn is_ahead(now: Timestamp, then: Timestamp) -> bool {
    then.as_second() - now.as_second() > 59
}

/// A time as a person reads it, in UTC so that two operators see the same: `2026-11-22 07:44:05`.
pub(crate) fn moment(at: Timestamp) -> String {
    at.to_string().replace('T', " ").chars().take(19).collect::<String>() + " UTC"
}

/// A platform's word as it stands in a table: lower case, spaces for underscores. Masked before: a secret in other letters is not
/// known for one.
pub(crate) fn word(status: &str) -> String {
    mask(status).to_lowercase().replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_text_never_exceeds_its_cells() {
        for cells in 0..12 {
            for text in ["plain words", "日本語のテキスト", "a👩‍👩‍👧b👩‍👩‍👧", ""] {
                assert!(width(&fit(text, cells)) <= cells, "{text} in {cells}");
                assert!(width(&fit_end(text, cells)) <= cells, "{text} in {cells}");
            }
        }
        assert_eq!(fit("quarterdeck", 8), "quarter…");
        assert_eq!(fit_end("/home/mara/src/api", 8), "…src/api");
    }

    #[test]
    fn wrapped_text_keeps_every_word() {
        assert_eq!(wrap("one two three", 7, 9), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 4, 9), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("a\n\nb", 4, 9), ["a", "", "b"]);
        assert_eq!(wrap("one two three four", 5, 2).len(), 2);
        assert_eq!(
            wrap("one two, three.", 7, 9),
            ["one ", "two, ", "three."],
            "no line begins with what ends a sentence"
        );
        assert_eq!(wrap("(seven)", 6, 9), ["(seven", ")"]);
        assert!(wrap("ab\u{9b}cd", 5, 9).iter().all(|line| width(line) <= 5));
        assert_eq!(wrap("ab\u{9b}cd", 20, 9), ["ab⟨009B⟩cd"]);
    }

    #[test]
    fn the_start_of_a_long_text_is_wrapped_without_looking_at_the_rest() {
        assert_eq!(wrap_start("one two\nthree", 20, 9), (vec!["one two".to_owned(), "three".to_owned()], 13));
        assert_eq!(wrap_start("a\nb\nc", 20, 2), (vec!["a".to_owned(), "b".to_owned()], 4));
        let (lines, shown) = wrap_start(&"é".repeat(5_000_000), 10, 3);
        assert_eq!((lines.len(), shown), (3, 60));
        assert!(lines.iter().all(|line| width(line) == 10));
    }

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!((grouped(0), grouped(999), grouped(1_204_000)), ("0".into(), "999".into(), "1,204,000".into()));
        assert_eq!((brief(9_999), brief(12_345), brief(1_250_000)), ("9,999".into(), "12k".into(), "1.2M".into()));
    }

    #[test]
    fn an_age_says_when_it_will_change() {
        let now = Timestamp::from_second(10_000_000).unwrap();
        let ago = |seconds: i64| age(now, Timestamp::from_second(10_000_000 - seconds).unwrap());
        assert_eq!(ago(0), ("now".into(), 60));
        assert_eq!(ago(59), ("now".into(), 1));
        assert_eq!(ago(61), ("1m".into(), 59));
        assert_eq!(ago(7_200), ("2h".into(), 3_600));
        assert_eq!(ago(9 * 86_400).0, "9d");
        assert_eq!(ago(15 * 86_400).0, "2w");
        assert_eq!(ago(-3_600), ("in 1h".into(), 1));
    }
}
