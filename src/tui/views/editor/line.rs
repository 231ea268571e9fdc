//! One line of JSON as cells: what is a name, a text, a number; what is hidden or secret, made visible or covered.
//!
//! Columns are characters of the line, cells are places on the screen: a tab takes several, a hidden character as many as its
//! picture, a secret as many as the mark in its place. Pure.

use std::ops::Range;

use quarterdeck_sync::text::{Clean, is_hidden, secrets};
use unicode_width::UnicodeWidthChar;

use crate::tui::canvas::{FOREIGN, unmarked};
use crate::tui::theme::Role;

/// Cells of a tab's step.
const TAB: usize = 4;
/// What stands in the place of a secret.
const MARK: &str = "‹masked: secret›";
/// A line of more bytes is not searched for secrets of its own while it is drawn: the check of the whole text is.
const LONG: usize = 4_096;

/// Something that is drawn whole: a character, the blanks of a tab, a mark.
pub(super) struct Unit {
    /// Its first column.
    pub column: usize,
    /// The column behind it.
    pub behind: usize,
    /// Its first cell.
    pub cell: usize,
    /// Cells it takes.
    pub wide: usize,
    /// What it looks like.
    pub words: String,
    /// What it is.
    pub role: Role,
}

/// The units of a line that are seen in these cells. `known`: secrets that the whole text was found to hold.
pub(super) fn units(line: &str, known: &[String], cells: Range<usize>) -> Vec<Unit> {
    let mut found = Vec::new();
    each(line, known, |unit| {
        if unit.cell >= cells.end {
            return false;
        }
        if unit.cell + unit.wide > cells.start || unit.wide == 0 {
            let words =
                if unit.c == '\t' && unit.words.is_empty() { " ".repeat(unit.wide) } else { unit.words.to_owned() };
            let Seen { column, behind, cell, wide, role, .. } = unit;
            found.push(Unit { column, behind, cell, wide, words, role });
        }
        true
    });
    found
}

/// The cell that a column is drawn at. A column inside a secret is where its mark begins.
pub(super) fn cell_of(line: &str, known: &[String], column: usize) -> usize {
    let mut found = 0;
    each(line, known, |unit| {
        found = if column < unit.behind { unit.cell } else { unit.cell + unit.wide };
        column >= unit.behind
    });
    found
}

/// The column that is drawn at a cell; behind the end of the line its end.
pub(super) fn column_of(line: &str, known: &[String], cell: usize) -> usize {
    let mut found = 0;
    each(line, known, |unit| {
        let on_it = cell < unit.cell + unit.wide;
        found = if on_it { unit.column } else { unit.behind };
        !on_it
    });
    found
}

/// A unit while the line is gone through.
struct Seen<'a> {
    column: usize,
    behind: usize,
    cell: usize,
    wide: usize,
    c: char,
    words: &'a str,
    role: Role,
}

/// Tells the units of a line one after the other, until it is told to stop.
fn each(line: &str, known: &[String], mut tell: impl FnMut(Seen<'_>) -> bool) {
    let (covered, tokens) = (covered(line, known), tokens(line));
    let (mut secrets, mut tokens) = (covered.into_iter().peekable(), tokens.into_iter().peekable());
    let (mut column, mut cell) = (0, 0);
    let mut chars = line.char_indices();
    let mut room = [0; 4];
    while let Some((at, c)) = chars.next() {
        while tokens.next_if(|(range, _)| range.end <= at).is_some() {}
        let role = tokens.peek().filter(|(range, _)| range.start <= at).map_or(Role::Text, |(_, role)| *role);
        let mut behind = column + 1;
        let visible: String;
        let (words, wide, role) = if let Some(secret) = secrets.next_if(|range| range.start <= at) {
            while chars.clone().next().is_some_and(|(next, _)| next < secret.end) {
                chars.next();
                behind += 1;
            }
            (MARK, cells(MARK), Role::Warn)
        } else if c == '\t' {
            ("", TAB - cell % TAB, Role::Text)
        } else if is_hidden(c) || c == FOREIGN {
            visible = unmarked(Clean::line(c.encode_utf8(&mut room)).as_str()).into_owned();
            (visible.as_str(), cells(&visible), Role::Warn)
        } else {
            (&*c.encode_utf8(&mut room), c.width().unwrap_or(0), role)
        };
        if !tell(Seen { column, behind, cell, wide, c, words, role }) {
            return;
        }
        (column, cell) = (behind, cell + wide);
    }
}

fn cells(words: &str) -> usize {
    words.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// The stretches of a line that hold a secret: in order, none over another.
fn covered(line: &str, known: &[String]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = known
        .iter()
        .filter(|secret| !secret.is_empty())
        .flat_map(|secret| line.match_indices(secret.as_str()).map(|(at, found)| at..at + found.len()))
        .collect();
    if line.len() <= LONG {
        found.extend(secrets::find(line).into_iter().map(|found| found.range));
    }
    found.sort_by_key(|range| range.start);
    let mut whole: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for range in found {
        match whole.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => whole.push(range),
        }
    }
    whole
}

/// The parts of a line of JSON that look different, in order. A line of text that is none yet is taken as far as it goes.
fn tokens(line: &str) -> Vec<(Range<usize>, Role)> {
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'"' => {
                while let Some(byte) = bytes.get(at) {
                    at += if *byte == b'\\' { 2 } else { 1 };
                    if *byte == b'"' {
                        break;
                    }
                }
                at = at.min(bytes.len());
                let named = bytes.iter().skip(at).find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
                found.push((start..at, if named { Role::JsonKey } else { Role::JsonText }));
            }
            b'-' | b'0'..=b'9' => {
                let inside = |byte: &&u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
                at += bytes.iter().skip(at).take_while(inside).count();
                found.push((start..at, Role::JsonNumber));
            }
            b'a'..=b'z' => {
                at += bytes.iter().skip(at).take_while(|byte| byte.is_ascii_lowercase()).count();
                let known = matches!(line.get(start..at), Some("true" | "false" | "null"));
                found.push((start..at, if known { Role::JsonWord } else { Role::Text }));
            }
            b'{' | b'}' | b'[' | b']' | b',' | b':' => found.push((start..at, Role::Dim)),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str, known: &[&str]) -> String {
        let known: Vec<String> = known.iter().map(|secret| (*secret).to_owned()).collect();
        units(line, &known, 0..usize::MAX).into_iter().map(|unit| unit.words).collect()
    }

    #[test]
    fn names_texts_and_numbers_are_told_apart() {
        let roles: Vec<Role> =
            tokens(r#"  "a\"b": ["x", -1.5e3, true, nul]"#).into_iter().map(|(_, role)| role).collect();
        let wanted = [
            Role::JsonKey,
            Role::Dim,
            Role::Dim,
            Role::JsonText,
            Role::Dim,
            Role::JsonNumber,
            Role::Dim,
            Role::JsonWord,
            Role::Dim,
            Role::Text,
            Role::Dim,
        ];
        assert_eq!(roles, wanted);
    }

    #[test]
    fn nothing_hidden_and_no_secret_is_drawn_and_columns_stay_right() {
        let line = "\t\"a\": \"\u{202e}x\u{1b}\", \"k\": \"hunter2-and-more\" ]";
        let drawn = shown(line, &["hunter2-and-more"]);
        assert!(!drawn.chars().any(is_hidden) && !drawn.contains("hunter2"), "{drawn}");
        assert!(drawn.starts_with("    \"a\": \"⟨202E⟩x␛\"") && drawn.contains(MARK), "{drawn}");
        let known = ["hunter2-and-more".to_owned()];
        assert_eq!(cell_of(line, &known, 0), 0);
        assert_eq!(cell_of(line, &known, 1), 4);
        // One column inside the secret, and the one behind it.
        let begin = line.chars().position(|c| c == 'h').unwrap();
        let mark = cell_of(line, &known, begin);
        assert_eq!(cell_of(line, &known, begin + 5), mark);
        assert_eq!(cell_of(line, &known, begin + 16), mark + 16);
        for column in [0, 1, 4, begin, begin + 16, line.chars().count()] {
            assert_eq!(column_of(line, &known, cell_of(line, &known, column)), column, "{column}");
        }
        let ends_with_one = "x hunter2-and-more";
        assert_eq!(cell_of(ends_with_one, &known, 18), 2 + 16);
        assert_eq!(cell_of(ends_with_one, &known, 9), 2);
    }

    #[test]
    fn broken_lines_are_no_trouble() {
        for line in ["\"", "\"\\", "\\", "-", "{\"é", "\u{301}", "日本\"語"] {
            for column in 0..6 {
                let _ = (cell_of(line, &[], column), column_of(line, &[], column), shown(line, &["\""]));
            }
        }
    }
}
