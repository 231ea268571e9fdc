//! Known secrets in text from outside: found, and masked before anything leaves the program.
//!
//! [`mask`] and [`mask_json`] put a mark in the place of each secret that names the rule which saw it and keeps nothing of the
//! secret: `‹masked: github-pat›`. The rules are data (`rules.toml`). Which texts pass here, and which do not, is told in
//! docs/secrets.md.
//!
//! # How to use it
//!
//! Text for people goes through [`Clean::line`](super::Clean::line) and [`Clean::block`](super::Clean::block), JSON through the
//! one writer of the command line: both mask, and there is nothing to do. A command with `--reveal` is handed a [`Secrets`] that
//! says whether the person was allowed to look (it writes the audit line first), and passes it down to where text is made:
//!
//! - [`Secrets::line`], [`Secrets::block`]: text for a screen or a page;
//! - [`Secrets::text`], [`Secrets::json`]: text or JSON that goes on to be escaped for something else (HTML, Markdown);
//! - [`Secrets::under`]: a value that is shown apart from its name. The name alone tells what many a password is.
//!
//! **Mask first, then cut.** A text is masked whole before it is cut into lines, snippets or columns: half a secret is not
//! recognised, and is half a secret too many. Where a text must be cut before it is kept, [`shorten`](super::shorten) never cuts
//! inside of one. A snippet of a large text: mask the entry, then choose the piece; places in the text have moved then, so mark
//! words in what was masked.
//!
//! Always true: linear time; text without a keyword of any rule costs one pass and is borrowed; masking
//! twice is masking once; JSON stays the JSON it was but for the strings that held a secret.
//!
//! Not here: the secrets of connections, which are known to the letter ([`scrub`](super::scrub)), and fields that a manifest
//! names as secret (`platform::decode`), which never reach the mirror.

mod block;
mod json;
mod judge;
mod rules;
mod scan;
#[cfg(test)]
mod tests;
mod value;

use std::borrow::Cow;
use std::ops::Range;

use super::Clean;

/// How every mark begins: then the rule, then `›`.
const MARK: &str = "‹masked: ";

/// A secret in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it stands, in bytes: the secret itself, not the words around it.
    pub range: Range<usize>,
    /// The rule that saw it: `github-pat`.
    pub rule: &'static str,
}

/// The secrets of a text, in order, none overlapping another. Text that is JSON is looked into as such too.
pub fn find(text: &str) -> Vec<Found> {
    let found = scan::find(text);
    if !json::looks_like(text) {
        return found;
    }
    let inside = json::find(text);
    if inside.is_empty() { found } else { united(found.into_iter().chain(inside).collect()) }
}

/// Reads the rules ahead of the first text: some milliseconds that somebody would wait for.
pub fn prepare() {
    let _ = &*rules::RULES;
}

/// Does the text hold a secret?
pub fn holds(text: &str) -> bool {
    !find(text).is_empty()
}

/// Does the JSON text hold a secret in one of its strings, as [`mask_json`] would mask it?
pub fn holds_in_json(json: &str) -> bool {
    !json::find(json).is_empty()
}

/// The text with a mark in the place of each secret.
pub fn mask(text: &str) -> Cow<'_, str> {
    replaced(text, &find(text))
}

/// JSON text with a mark in the place of each secret in its strings, keys too. Everything else stays byte for byte, and the text
/// stays valid JSON if it was.
pub fn mask_json(json: &str) -> Cow<'_, str> {
    replaced(json, &json::find(json))
}

/// The JSON text of a value that stood under `name` in a document, masked as it would be there. `name` may be a JSON pointer.
pub fn mask_json_under<'a>(name: &str, json: &'a str) -> Cow<'a, str> {
    replaced(json, &json::find_under(&last_of(name), json))
}

/// Text that stands under `name`, apart from it: a column and its field, a label and its value. `name` may be a JSON pointer.
pub fn mask_under<'a>(name: &str, text: &'a str) -> Cow<'a, str> {
    replaced(text, &json::find_in_text(&last_of(name), text))
}

/// The name that a pointer ends with, whatever item of a list it points to; what is no pointer is a name.
fn last_of(pointer: &str) -> Cow<'_, str> {
    let Some(path) = pointer.strip_prefix('/') else { return Cow::Borrowed(pointer) };
    let number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    let last = path.rsplit('/').find(|part| !number(part)).unwrap_or_default();
    match last.contains('~') {
        true => Cow::Owned(last.replace("~1", "/").replace("~0", "~")),
        false => Cow::Borrowed(last),
    }
}

/// Does a mark stand in the text? Such a text has been shown to somebody and is not what a platform holds: it must not be sent
/// back to one.
pub fn has_mark(text: &str) -> bool {
    text.contains(MARK)
}

/// Whether secrets are to be seen. Only a person who asked for it, in the audit log, is shown them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Secrets {
    /// Masked.
    #[default]
    Masked,
    /// As they are. Whoever makes this has written down who asked for it.
    Revealed,
}

impl Secrets {
    /// Text that goes on to be made safe for what it stands in.
    pub fn text(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Masked => mask(text),
            Self::Revealed => Cow::Borrowed(text),
        }
    }

    /// Text that stands under `name`, and goes on to be made safe.
    pub fn under<'a>(self, name: &str, text: &'a str) -> Cow<'a, str> {
        match self {
            Self::Masked => mask_under(name, text),
            Self::Revealed => Cow::Borrowed(text),
        }
    }

    /// JSON text that goes on to be made safe ([`json_safe`](super::json_safe)).
    pub fn json(self, json: &str) -> Cow<'_, str> {
        match self {
            Self::Masked => mask_json(json),
            Self::Revealed => Cow::Borrowed(json),
        }
    }

    /// [`Clean::line`].
    pub fn line(self, text: &str) -> Clean {
        Clean::made_line(&self.text(text))
    }

    /// [`Clean::block`].
    pub fn block(self, text: &str) -> Clean {
        Clean::made_block(&self.text(text))
    }
}

/// Findings of several looks at one text: in order, and overlapping ones as one.
fn united(mut found: Vec<Found>) -> Vec<Found> {
    if found.len() < 2 {
        return found;
    }
    found.sort_by_key(|found| (found.range.start, rank(found.rule)));
    let mut united: Vec<Found> = Vec::with_capacity(found.len());
    for next in found {
        match united.last_mut() {
            Some(last) if next.range.start < last.range.end => {
                last.range.end = last.range.end.max(next.range.end);
                if rank(next.rule) < rank(last.rule) {
                    last.rule = next.rule;
                }
            }
            _ => united.push(next),
        }
    }
    united
}

fn rank(rule: &str) -> usize {
    rules::RULES.list.iter().position(|known| known.id == rule).unwrap_or(usize::MAX)
}

fn replaced<'a>(text: &'a str, found: &[Found]) -> Cow<'a, str> {
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for Found { range, rule } in found {
        out.push_str(text.get(done..range.start).unwrap_or_default());
        out.push_str(MARK);
        out.push_str(rule);
        out.push('›');
        done = range.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(out)
}
