//! Secrets inside the strings of JSON text.
//!
//! A string is read as what it means, so an escape hides nothing; what is found is told as a place in the text as it stands, so
//! everything else stays byte for byte. The name that a value stands under counts as if it stood before it, also for the items
//! of a list; so does the flag before it in a list of arguments, the `name` beside a `value`, and the place that a difference is
//! about (`at`, `path`). JSON in a string is looked into the same way.
//!
//! Lenient: text that is no JSON, or stops halfway, is read as far as it goes.

use std::borrow::Cow;

use super::rules::RULES;
use super::{Found, judge, scan, value};

/// JSON in strings in strings, so deep and no deeper.
const DEEPEST: usize = 4;

/// The secrets in the strings of `json`, in order, none overlapping another.
pub(super) fn find(json: &str) -> Vec<Found> {
    quiet(json).map_or_else(Vec::new, |quiet| at_depth(json, quiet, Inside::default(), 0))
}

/// The same for JSON that stands under `name`: a member's value, taken out of its document.
pub(super) fn find_under(name: &str, json: &str) -> Vec<Found> {
    let quiet = if RULES.keywords(name).is_match(name) { Some(0) } else { quiet(json) };
    let around = Inside { key: Cow::Borrowed(name), ..Inside::default() };
    quiet.map_or_else(Vec::new, |quiet| at_depth(json, quiet, around, 0))
}

/// The secrets of a text that stands under `name`.
pub(super) fn find_in_text(name: &str, text: &str) -> Vec<Found> {
    in_string(Some(name), text, 0, 0)
}

/// One pass that settles many texts, and much of others: where the first keyword ends, or an escape stands that could hide one. Nothing
/// is to be found in what ends before; nowhere if there is none.
fn quiet(json: &str) -> Option<usize> {
    let bytes = json.as_bytes();
    let next = |at: &usize| bytes.get(at.saturating_add(1));
    let hides = |at: &usize| !next(at).is_some_and(|escaped| b"\"\\bfnrt".contains(escaped));
    let escape = memchr::memchr_iter(b'\\', bytes).find(hides);
    // A pointer writes a slash so.
    let slash = memchr::memchr_iter(b'~', bytes).find(|at| matches!(next(at), Some(b'0' | b'1')));
    let keyword = RULES.keywords(json).find(json).map(|word| word.end());
    [escape, slash, keyword].into_iter().flatten().min()
}

/// Does text look as if it were JSON?
pub(super) fn looks_like(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with(['{', '[']) && text.contains('"')
}

/// `quiet`: there is nothing in strings that end before that. `around`: what the whole of it stands in.
fn at_depth<'a>(json: &'a str, quiet: usize, around: Inside<'a>, depth: usize) -> Vec<Found> {
    let mut found = Vec::new();
    let mut open = vec![around];
    let bytes = json.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'{' => open.push(Inside { object: true, ..Inside::default() }),
            b'[' => {
                let key = open.last().and_then(Inside::name).unwrap_or_default();
                open.push(Inside { key, ..Inside::default() });
            }
            b'}' | b']' => drop(open.pop()),
            b'"' => {
                let end = string_end(bytes, at);
                let text = Text::of(json.get(at + 1..end).unwrap_or_default());
                let key = open.last().is_some_and(|inside| inside.object) && is_key(bytes, end + 1);
                let name = if key { None } else { open.last().and_then(Inside::name) };
                let inside = if end < quiet {
                    Vec::new()
                } else {
                    in_string(name.as_deref(), &text.meaning, text.meant(quiet.saturating_sub(at + 1)), depth)
                };
                let places = match inside.is_empty() {
                    true => Vec::new(),
                    false => text.places(inside.iter().flat_map(|found| [found.range.start, found.range.end])),
                };
                for (Found { rule, .. }, place) in inside.iter().zip(places.chunks_exact(2)) {
                    if let [start, end] = place {
                        found.push(Found { range: at + 1 + start..at + 1 + end, rule });
                    }
                }
                if let Some(inside) = open.last_mut() {
                    inside.saw(text.meaning, key);
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// One past the last byte of the string that opens at `at`: its closing quote, or the end.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(step) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += step;
        if bytes.get(at) == Some(&b'"') {
            return at;
        }
        at += 2;
    }
    bytes.len()
}

/// Is the next sign a colon?
fn is_key(bytes: &[u8], from: usize) -> bool {
    bytes.get(from..).unwrap_or_default().iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
}

/// What is known of the object or list around a string.
#[derive(Default)]
struct Inside<'a> {
    object: bool,
    /// The key of the value that comes next; of a list, the name it stands under.
    key: Cow<'a, str>,
    /// What `name` or `key` says, for the `value` beside it; in a list the item before.
    beside: Cow<'a, str>,
    /// What `at` or `path` points to, for the sides of a difference; in a list what the item before points to.
    place: Cow<'a, str>,
}

/// Members that hold a value whose name stands in another member.
const VALUES: [&str; 1] = ["value"];
/// Members that hold what stands, stood or is to stand at a place.
const SIDES: [&str; 10] = ["from", "to", "base", "mine", "theirs", "old", "new", "before", "after", "value"];

impl<'a> Inside<'a> {
    /// The name the next value stands under.
    fn name(&self) -> Option<Cow<'a, str>> {
        let is = |known: &[&str]| known.iter().any(|word| self.key.eq_ignore_ascii_case(word));
        let name = match self.object {
            true if !self.beside.is_empty() && is(&VALUES) => &self.beside,
            true if !self.place.is_empty() && is(&SIDES) => &self.place,
            // Of a list of arguments.
            false if self.beside.starts_with('-') => &self.beside,
            // A pair of a pointer and what stands there.
            false if !self.place.is_empty() => &self.place,
            _ => &self.key,
        };
        (!name.is_empty()).then(|| name.clone())
    }

    fn saw(&mut self, text: Cow<'a, str>, key: bool) {
        // A longer one is no name, and would be kept again for every list in it.
        let text = if text.len() <= NAME { text } else { Cow::Borrowed("") };
        let is = |known: &[&str]| known.iter().any(|word| self.key.eq_ignore_ascii_case(word));
        let place = |text: &str| Cow::Owned(super::last_of(text).into_owned());
        if !self.object {
            self.place = if text.starts_with('/') { place(&text) } else { Cow::Borrowed("") };
            self.beside = text;
        } else if key {
            self.key = text;
        } else if is(&["name", "key", "header", "variable"]) {
            self.beside = text;
        } else if is(&["at", "path"]) && text.starts_with('/') {
            self.place = place(&text);
        }
    }
}

/// Longest name that says anything.
const NAME: usize = 128;

/// The secrets of one string, as places in its meaning. `quiet`: no keyword ends before that.
fn in_string(name: Option<&str>, text: &str, quiet: usize, depth: usize) -> Vec<Found> {
    let mut found = scan::find_from(text, quiet);
    if depth < DEEPEST && looks_like(text) {
        let around = Inside { key: Cow::Borrowed(name.unwrap_or_default()), ..Inside::default() };
        found.extend(at_depth(text, 0, around, depth + 1));
    }
    if let Some(name) =
        name.filter(|name| name.len() <= NAME && !text.is_empty() && RULES.keywords(name).is_match(*name))
    {
        found.extend(under_name(name, text));
    }
    super::united(found)
}

/// What is a secret since it stands under `name`: as if it were written behind it, and the whole where the name says so.
fn under_name(name: &str, text: &str) -> Vec<Found> {
    let written = format!("{name}={text}");
    let shift = name.len() + 1;
    let mut found: Vec<Found> = scan::find(&written)
        .into_iter()
        .filter(|found| found.range.end > shift)
        .map(|found| Found { range: found.range.start.saturating_sub(shift)..found.range.end - shift, ..found })
        .collect();
    let rules = RULES.keywords(name).find_overlapping_iter(name).filter_map(|word| {
        let rule = RULES.list.get(*RULES.of_keyword.get(word.pattern().as_usize())?)?;
        (rule.judge.reads_value() && rule.is_generic()).then_some((rule, word.range()))
    });
    for (rule, word) in rules {
        if value::is_secret_member(rule, name, word, text) && !judge::is_placeholder(text) {
            found.push(Found { range: 0..text.len(), rule: &rule.id });
            break;
        }
    }
    found
}

/// A string, and what it means.
struct Text<'a> {
    text: &'a str,
    meaning: Cow<'a, str>,
}

impl<'a> Text<'a> {
    fn of(text: &'a str) -> Self {
        let Some((plain, escaped)) = at_escape(text) else { return Self { text, meaning: Cow::Borrowed(text) } };
        let mut meaning = String::with_capacity(text.len());
        let (mut plain, mut escaped) = (plain, escaped);
        loop {
            meaning.push_str(plain);
            let (c, length) = escape(escaped);
            meaning.push(c);
            let rest = escaped.get(length..).unwrap_or_default();
            match at_escape(rest) {
                Some(next) => (plain, escaped) = next,
                None => {
                    meaning.push_str(rest);
                    return Self { text, meaning: Cow::Owned(meaning) };
                }
            }
        }
    }

    /// Where in the meaning that stands which is `at` in the text, or before. Up to there no escape is longer than two bytes.
    fn meant(&self, at: usize) -> usize {
        let escapes = self.text.as_bytes().get(..at).map_or(at, |before| memchr::memchr_iter(b'\\', before).count());
        at - escapes
    }

    /// The places in the text of places in the meaning, which come in order. Places begin and end with characters, so nothing is cut
    /// in two. Few strings hold a secret: this is worked out only for those that do.
    fn places(&self, wanted: impl Iterator<Item = usize>) -> Vec<usize> {
        let (mut at, mut meant) = (0, 0);
        let mut next = self.text.find('\\');
        wanted
            .map(|place| {
                while let Some(escape_at) = next
                    && meant + (escape_at - at) < place
                {
                    let (c, length) = escape(self.text.get(escape_at + 1..).unwrap_or_default());
                    meant += escape_at - at + c.len_utf8();
                    at = escape_at + 1 + length;
                    next = self.text.get(at..).and_then(|rest| rest.find('\\')).map(|more| at + more);
                }
                at + place.saturating_sub(meant)
            })
            .collect()
    }
}

/// What stands before the first backslash and behind it.
fn at_escape(text: &str) -> Option<(&str, &str)> {
    let at = memchr::memchr(b'\\', text.as_bytes())?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// What stands behind a backslash, and how many bytes of it. Half a surrogate pair is a replacement character.
fn escape(text: &str) -> (char, usize) {
    let unit = |text: &str| text.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let Some(first) = text.chars().next() else { return ('\u{fffd}', 0) };
    let c = match first {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'u' => {
            let Some(high) = text.get(1..).and_then(unit) else { return ('\u{fffd}', 1) };
            let low = text.get(5..).and_then(|rest| rest.strip_prefix("\\u")).and_then(unit);
            return match (high, low) {
                (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
                    let c = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                    (char::from_u32(c).unwrap_or('\u{fffd}'), 11)
                }
                _ => (char::from_u32(high).unwrap_or('\u{fffd}'), 5),
            };
        }
        other => other,
    };
    (c, first.len_utf8())
}
