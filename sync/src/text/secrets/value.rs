//! Values that are given to a name which says secret: `api_key = "..."`, `password: ...`, `--token ...`, in code, YAML, JSON,
//! env files and shells.
//!
//! The name leads here; where the value begins and ends is read by hand, since quotes, escapes and what may follow a bare
//! value are more than a pattern can tell apart.

use std::ops::Range;

use super::judge;
use super::rules::{Judge, Rule};
use super::scan::is_word;

/// As much of a value in quotes is looked at: what it is shows in its beginning.
const LONGEST: usize = 8 << 10;
/// The same of a bare one. Names may stand in it, and each leads to a look at the rest.
const LONGEST_BARE: usize = 256;
/// Longest part of a name before the keyword that is looked at.
const NAME: usize = 48;

/// The secret behind a name whose `keyword` stands there; name and sign of assignment stand at `matched`. Where there is none, how
/// far that is settled.
pub(super) fn given(
    text: &str,
    rule: &Rule,
    keyword: Range<usize>,
    matched: Range<usize>,
) -> Result<Range<usize>, usize> {
    let settled = matched.end;
    let short = rule.word.then(|| text.get(keyword.clone())).flatten();
    // `API key` is a name of two words.
    let apart = text.get(keyword.clone()).filter(|keyword| keyword.contains(' '));
    let name = apart.or_else(|| name(text, keyword.start, matched.start));
    let Some(name) = name.filter(|name| says(name, short)) else { return Err(settled) };
    if rule.judge.of_flag() && !name.starts_with('-') {
        return Err(settled);
    }
    let Some(value) = Value::read(text, matched.end) else { return Err(settled) };
    // Arguments and fields stand in a row too: there only what chance has made counts, and only in quotes.
    let in_row =
        matches!(text.get(..matched.end).and_then(|text| text.trim_end().as_bytes().last()), Some(b',' | b'|'));
    if in_row && !(value.quoted && text.get(value.at.clone()).is_some_and(judge::is_likely_token)) {
        return Err(settled);
    }
    if is_said(text, matched.end) && text.get(value.at.clone()).is_none_or(judge::is_told_of) {
        return Err(settled);
    }
    if short.is_some_and(|word| is_tally(text, word, matched.end, &value)) {
        return Err(settled);
    }
    // One that goes on and on without a blank is read once, not again at each name in it.
    let settled = if !value.quoted && value.at.len() >= LONGEST_BARE { value.at.end } else { settled };
    secret(text, rule.judge, value).ok_or(settled)
}

/// Does what ends at `end` lead to its value in a sentence? `the password is`
fn is_said(text: &str, end: usize) -> bool {
    let mut before = text.as_bytes().get(end.saturating_sub(12)..end).unwrap_or_default();
    while let Some((b' ' | b'\t' | b':', rest)) = before.split_last() {
        before = rest;
    }
    let mut words = before.rsplit(|byte| matches!(byte, b' ' | b'\t'));
    let last = words.next().filter(|_| words.next().is_some());
    last.is_some_and(|last| [&b"is"[..], b"was", b"now", b"still"].iter().any(|word| last.eq_ignore_ascii_case(word)))
}

/// Does a short name stand for something else here? Tests pass, with names and numbers behind them: `PASS: TestKey9`,
/// `pass: 120ms`. What stands bare behind a blank has to end its line, and to look like more than a name.
fn is_tally(text: &str, word: &str, sign: usize, value: &Value) -> bool {
    let Some(seen) = text.get(value.at.clone()) else { return true };
    if judge::is_measure(seen) || judge::is_joined_words(seen) {
        return true;
    }
    if value.quoted {
        return false;
    }
    let apart = value.at.start > sign;
    let ends =
        text.get(value.at.end..).is_some_and(|rest| rest.is_empty() || rest.starts_with(['\n', '\r', '\\', '"', '\'']));
    let result = word.bytes().all(|byte| byte.is_ascii_uppercase());
    seen.bytes().all(|byte| byte.is_ascii_digit()) || apart && (result || !ends || !judge::is_mixed(seen))
}

fn secret(text: &str, judge: Judge, mut value: Value) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut secret = text.get(value.at.clone())?;
    // `token: Bearer ...`
    for scheme in ["Bearer ", "bearer ", "Basic ", "Token ", "token "] {
        if let Some(rest) = secret.strip_prefix(scheme) {
            value.at.start += scheme.len();
            secret = rest;
        }
    }
    let after = bytes.get(value.at.end).copied();
    let called = !value.quoted && matches!(after, Some(b'(' | b'[' | b'{'));
    (!called && likely(judge, secret, value.quoted)).then(|| value.whole(text))
}

/// Is `value`, which stands whole in a string under `name`, a secret? For members of JSON. The rule's keyword stands at `word` in
/// the name.
pub(super) fn is_secret_member(rule: &Rule, name: &str, word: Range<usize>, value: &str) -> bool {
    let short = rule.word.then(|| name.get(word)).flatten();
    let name = name.trim_start_matches('-');
    let other = || short.is_some() && (judge::is_measure(value) || judge::is_joined_words(value));
    !name.contains('/') && says(name, short) && likely(rule.judge, value, true) && !other()
}

/// Does `name` say that its value is a secret: by any word of it, or by this one alone, which has to be the last?
fn says(name: &str, short: Option<&str>) -> bool {
    let Some(short) = short else { return names_secret(name) };
    let all: Vec<String> = words(name.rsplit('.').next().unwrap_or(name)).collect();
    let Some((last, before)) = all.split_last() else { return false };
    let harmless = before.first().is_some_and(|first| HARMLESS_BEGINS.contains(&first.as_str()))
        || before.last().is_some_and(|word| word == "by");
    last.eq_ignore_ascii_case(short) && !harmless
}

fn likely(judge: Judge, value: &str, quoted: bool) -> bool {
    match judge.of_password() {
        true => judge::is_likely_password(value, quoted),
        false => judge::is_likely_value(value, quoted),
    }
}

/// The whole name around a keyword, without what stands behind its last letter.
fn name(text: &str, keyword: usize, matched: usize) -> Option<&str> {
    let bytes = text.as_bytes();
    let in_name = |byte: u8| is_word(byte) || byte == b'-' || byte == b'.';
    let before =
        bytes.get(keyword.saturating_sub(NAME)..keyword)?.iter().rev().take_while(|&&byte| in_name(byte)).count();
    let behind = bytes.get(matched..)?.iter().take(NAME * 2).take_while(|&&byte| in_name(byte)).count();
    text.get(keyword - before..matched + behind)
}

/// Names that hold no secret though a word in them says so: what is counted, where it lies, how it looks, when it ends.
const HARMLESS_ENDS: [&str; 66] = [
    "hash",
    "hashes",
    "digest",
    "fingerprint",
    "checksum",
    "sha256",
    "sha",
    "sha1",
    "md5",
    "file",
    "filename",
    "path",
    "dir",
    "url",
    "uri",
    "endpoint",
    "host",
    "name",
    "names",
    "type",
    "types",
    "kind",
    "id",
    "ids",
    "arn",
    "count",
    "counts",
    "limit",
    "length",
    "len",
    "size",
    "usage",
    "used",
    "budget",
    "cost",
    "price",
    "expiry",
    "expires",
    "expiration",
    "expired",
    "ttl",
    "timeout",
    "at",
    "age",
    "date",
    "time",
    "version",
    "policy",
    "field",
    "fields",
    "label",
    "prefix",
    "suffix",
    "format",
    "regex",
    "pattern",
    "enabled",
    "required",
    "strength",
    "hint",
    "ref",
    "refs",
    "tokens",
    "provider",
    "status",
    "scope",
];

/// The same at the beginning.
const HARMLESS_BEGINS: [&str; 16] = [
    "next",
    "page",
    "prev",
    "previous",
    "continuation",
    "cancellation",
    "cancel",
    "public",
    "max",
    "min",
    "num",
    "total",
    "input",
    "output",
    "prompt",
    "sync",
];

/// Does the name say that its value is a secret?
pub(super) fn names_secret(name: &str) -> bool {
    let last_dotted = name.rsplit('.').next().unwrap_or(name);
    if !words(last_dotted).any(|word| says_secret(&word)) {
        return false;
    }
    let mut words = words(last_dotted);
    let first = words.next().unwrap_or_default();
    let last = words.last().unwrap_or_else(|| first.clone());
    let harmless = HARMLESS_ENDS.contains(&last.as_str()) || first != last && HARMLESS_BEGINS.contains(&first.as_str());
    !harmless
}

/// Does a word of a name say secret? `passenger`, `tokenizer` and `authority` do not, whatever they begin with.
fn says_secret(word: &str) -> bool {
    let begins = |known: &[&str]| known.iter().any(|known| word.starts_with(known));
    let other = (word.starts_with("pass")
        && word != "pass"
        && !begins(&["password", "passwd", "passphrase", "passwort", "passcode"]))
        || (word.starts_with("auth") && word != "auth" && !begins(&["authtoken", "authkey", "authsecret", "authpass"]))
        || word.starts_with("tokeniz");
    !other && ["pass", "pwd", "secret", "token", "key", "auth", "credential"].iter().any(|known| word.contains(known))
}

/// The words of a name, in small letters: `nextPageToken`, `next_page_token`.
fn words(name: &str) -> impl Iterator<Item = String> + '_ {
    let bytes = name.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        at += bytes.get(at..)?.iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
        let start = at;
        while let Some(byte) = bytes.get(at).filter(|byte| byte.is_ascii_alphanumeric()) {
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            if at > start && byte.is_ascii_uppercase() && before.is_some_and(u8::is_ascii_lowercase) {
                break;
            }
            at += 1;
        }
        (at > start).then(|| name.get(start..at).unwrap_or_default().to_ascii_lowercase())
    })
}

/// A value as it stands in a text.
struct Value {
    at: Range<usize>,
    quoted: bool,
}

impl Value {
    /// Reads the value that begins at or a few blanks behind `from`. The quote may have been read already.
    fn read(text: &str, from: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        if let Some(quote @ (b'"' | b'\'')) = from.checked_sub(1).and_then(|last| bytes.get(last)).copied()
            && !matches!(bytes.get(from), Some(b' ' | b':' | b'=' | b','))
        {
            return Self::quoted(text, from, quote);
        }
        let blanks = bytes.get(from..)?.iter().take(8).take_while(|&&byte| byte == b' ' || byte == b'\t').count();
        let mut at = from + blanks;
        // `b"..."`, `r'...'`, and quotes that are escaped themselves.
        let prefix = bytes.get(at..)?.iter().take(2).take_while(|byte| b"bBrRfFuU".contains(byte)).count();
        let slashes =
            |at: usize| bytes.get(at..).unwrap_or_default().iter().take(7).take_while(|&&byte| byte == b'\\').count();
        for start in [at, at + prefix] {
            let start = start + slashes(start);
            if let Some(quote @ (b'"' | b'\'' | b'`')) = bytes.get(start).copied() {
                at = start + 1;
                // Three of them open a block.
                let more = bytes.get(at..)?.iter().take(2).take_while(|&&byte| byte == quote).count();
                return Self::quoted(text, if more == 2 { at + 2 } else { at }, quote);
            }
        }
        Self::bare(text, at)
    }

    fn quoted(text: &str, from: usize, quote: u8) -> Option<Self> {
        let bytes = text.as_bytes();
        let stop = |byte: u8| byte == quote || byte == b'\n';
        let length = bytes.get(from..)?.iter().take(LONGEST).take_while(|&&byte| !stop(byte)).count();
        // A quote that was never closed was the end of a string: `println("password: ");`
        let open = bytes.get(from + length) != Some(&quote);
        if open && bytes.get(from).is_some_and(|byte| b").,;]}".contains(byte)) {
            return None;
        }
        let slashes = bytes.get(from..from + length)?.iter().rev().take_while(|&&byte| byte == b'\\').count();
        Self::on_characters(text, from..from + length - slashes, true)
    }

    fn bare(text: &str, from: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut end = from;
        while let Some(&byte) = bytes.get(end) {
            let next = bytes.get(end + 1).copied();
            let stops = match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'|' | b'(' | b'[' | b'{' | 0x1b => {
                    true
                }
                b'\\' => matches!(next, None | Some(b'n' | b'r' | b't' | b'u' | b'"' | b'\'' | b'\\' | b'\n')),
                // Signs that end a value in code and in prose, and may stand in a password.
                b',' | b';' | b')' | b']' | b'}' | b'&' => ends_value(bytes, end + 1),
                b'.' | b':' | b'!' | b'?' => {
                    next.is_none_or(|next| next.is_ascii_whitespace() || b"\"')".contains(&next))
                }
                _ => false,
            };
            if stops || end - from >= LONGEST_BARE {
                break;
            }
            end += 1;
        }
        Self::on_characters(text, from..end, false)
    }

    /// Where all of it stands: one that is longer than what was looked at goes on to its quote, or to the next blank.
    fn whole(self, text: &str) -> Range<usize> {
        let looked_at = if self.quoted { LONGEST } else { LONGEST_BARE };
        if self.at.len() < looked_at {
            return self.at;
        }
        let rest = text.get(self.at.end..).unwrap_or_default();
        let stops = |c: char| c == '"' || c == '\'' || c == '`' || c == '\n' || (!self.quoted && c.is_whitespace());
        self.at.start..self.at.end + rest.find(stops).unwrap_or(rest.len())
    }

    fn on_characters(text: &str, range: Range<usize>, quoted: bool) -> Option<Self> {
        let end = (range.end..=text.len()).find(|&end| text.is_char_boundary(end))?;
        text.get(range.start..end).filter(|value| !value.is_empty())?;
        Some(Self { at: range.start..end, quoted })
    }
}

/// Does what stands at `at` show that a value has ended before the sign before it: nothing, a blank, another sign, or the next
/// name with its sign of assignment?
fn ends_value(bytes: &[u8], at: usize) -> bool {
    let Some(&next) = bytes.get(at) else { return true };
    if next.is_ascii_whitespace() || b"\"'`,;:.)]}&\\<".contains(&next) {
        return true;
    }
    let name = bytes
        .get(at..)
        .unwrap_or_default()
        .iter()
        .take(NAME)
        .take_while(|&&byte| is_word(byte) || byte == b'-')
        .count();
    name > 0 && matches!(bytes.get(at + name), Some(b'=' | b':' | b'"' | b'\''))
}
