//! Text that Markdown shows as it is. Its secrets have been masked, or shown on purpose, before ([`crate::transcript::Transcript`]).
//!
//! Escaped is whatever makes markup in CommonMark or in what GitHub and others add to it: links that form by themselves, formulas,
//! strikes. In prose a backslash is enough; a letter of an e-mail address cannot be escaped, so an empty comment stands behind its
//! `@`, which also keeps anybody from being called by name where the document is pasted.

use quarterdeck_sync::text::Secrets;

use crate::transcript::html;

/// For one line: a title, a cell of a table, a name in a sentence.
pub fn line(text: &str) -> String {
    escaped(Secrets::Revealed.line(text).as_str())
}

/// For several lines: each stays one, and keeps what it is indented by.
pub fn prose(text: &str) -> String {
    let clean = Secrets::Revealed.block(text);
    let lines = clean.as_str().split('\n').map(|line| {
        let words = line.trim_start_matches(' ');
        format!("{}{}", "&nbsp;".repeat(line.len() - words.len()), escaped(words.trim_end_matches(' ')))
    });
    // Two spaces break a line, but not before an empty one, which ends the paragraph.
    lines.collect::<Vec<_>>().join("  \n").replace("  \n  \n", "\n\n").replace("\n  \n", "\n\n")
}

/// For one line within a tag of HTML. No Markdown is read there; should a viewer read it all the same, nothing in it is any.
pub fn tag(text: &str) -> String {
    let html = html::escape::line(text);
    let mut out = String::with_capacity(html.len());
    let mut rest = html.chars();
    while let Some(c) = rest.next() {
        let active = match c {
            ':' => rest.as_str().starts_with("//"),
            '.' => ends_www(&out),
            c => "[]()*_`~$\\@|".contains(c),
        };
        if active { out.push_str(&format!("&#{};", u32::from(c))) } else { out.push(c) }
    }
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = None;
    let mut rest = text.chars();
    // At the beginning of a line some characters mean more: lists, headings, rules, underlines, numbers of lists.
    let mut numbered = true;
    let mut first = true;
    while let Some(c) = rest.next() {
        let next = rest.as_str();
        let active = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '&' | '~' | '|' | '$' | '{' | '}' => true,
            '_' => !between_words(before, next),
            '#' | '+' | '-' | '=' | ':' if first => true,
            '.' | ')' => (numbered && !first) || (c == '.' && ends_www(&out)),
            ':' => next.starts_with("//"),
            _ => false,
        };
        if active {
            out.push('\\');
        }
        out.push(c);
        if c == '@' {
            out.push_str("<!-- -->");
        }
        numbered &= c.is_ascii_digit();
        first = false;
        before = Some(c);
    }
    out
}

/// An underscore within a word marks nothing: names of code stay readable.
fn between_words(before: Option<char>, next: &str) -> bool {
    before.is_some_and(char::is_alphanumeric) && next.chars().next().is_some_and(char::is_alphanumeric)
}

fn ends_www(out: &str) -> bool {
    out.len().checked_sub(3).and_then(|at| out.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case("www"))
}
