//! The one boundary for text from outside.
//!
//! Everything a platform, a file or a user sends is untrusted. Before such text is printed, drawn, copied, logged or
//! exported it becomes a [`Clean`]: known secrets are masked ([`secrets`] says how they are told and how a person may see
//! them), control characters, escape sequences, bidi overrides and characters without a shape of their own turn into visible
//! glyphs. JSON output is masked by [`secrets::mask_json`] and made safe by [`json_safe`], which keeps its meaning.

pub mod secrets;

use std::borrow::Cow;
use std::fmt;

pub use secrets::Secrets;

/// Text that is safe to show: no control characters, nothing invisible, nothing that reorders its neighbours, and no known secret
/// unless a person asked for it ([`Secrets`]).
///
/// The only way to make one is to pass the boundary. Pass it with the whole text, and cut what comes out: a secret that was
/// cut in two is not known any more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Clean(String);

impl Clean {
    /// For one line: line breaks and tabs become visible too.
    pub fn line(text: &str) -> Self {
        Secrets::Masked.line(text)
    }

    /// For several lines: line breaks stay, tabs become four spaces, a carriage return before a line break is dropped.
    pub fn block(text: &str) -> Self {
        Secrets::Masked.block(text)
    }

    fn made_line(text: &str) -> Self {
        Self(visible(text, |_| false))
    }

    fn made_block(text: &str) -> Self {
        let text = text.replace("\r\n", "\n").replace('\t', "    ");
        Self(visible(&text, |c| c == '\n'))
    }

    /// Words of our own, known to hold nothing from outside.
    pub fn ours(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, given away.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for Clean {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Characters that act on a terminal or a reader instead of being seen: controls, bidi marks and overrides,
/// zero-width and filler characters, tags, line and paragraph separators, noncharacters.
pub fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}'
        | '\u{7f}'..='\u{9f}'
        | '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fdd0}'..='\u{fdef}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
        || (c as u32) & 0xfffe == 0xfffe
}

/// How many characters of `text` the boundary would have to make visible, tabs and line breaks not counted.
pub fn hidden_count(text: &str) -> usize {
    text.chars().filter(|&c| is_hidden(c) && !matches!(c, '\t' | '\n' | '\r')).count()
}

fn visible(text: &str, keep: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if keep(c) || !is_hidden(c) => out.push(c),
            // Unicode has a picture for each of the old controls.
            '\u{0}'..='\u{1f}' => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}')),
            '\u{7f}' => out.push('\u{2421}'),
            c => {
                out.push('⟨');
                out.push_str(&format!("{:04X}", c as u32));
                out.push('⟩');
            }
        }
    }
    out
}

/// Makes JSON text safe to print without changing its meaning: what [`is_hidden`] calls hidden becomes a `\u` escape.
///
/// `json` must be valid JSON: hidden characters can then stand in its strings only. White space between
/// its tokens stays.
pub fn json_safe(json: &str) -> Cow<'_, str> {
    let hidden = |c: char| is_hidden(c) && !matches!(c, '\n' | '\r' | '\t');
    if !json.contains(hidden) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if hidden(c) {
            let mut units = [0u16; 2];
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Bytes behind a cut that are looked at for the end of a secret.
const BEYOND: usize = 4096;

/// Cuts `text` to at most `limit` characters, with a mark where it was cut. Never inside a known secret: what is left of one
/// would not be known for one, so it is cut before it.
pub fn shorten(text: &str, limit: usize) -> Cow<'_, str> {
    let Some((mut end, _)) = text.char_indices().nth(limit) else { return Cow::Borrowed(text) };
    let near = (end.saturating_add(BEYOND)..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    let found = secrets::find(text.get(..near).unwrap_or(text));
    if let Some(cut) = found.iter().find(|found| found.range.start < end && end < found.range.end) {
        end = cut.range.start;
    }
    Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default()))
}

/// Replaces every occurrence of `secret` in `text` by a mark. Secrets shorter than four characters are left, since
/// replacing them would garble the message and protect nothing.
pub fn scrub<'a>(text: &'a str, secret: &str) -> Cow<'a, str> {
    if secret.len() < 4 || !text.contains(secret) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(secret, "‹secret›"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_escape_sequence_is_seen_and_not_obeyed() {
        assert_eq!(Clean::line("\u{1b}[31mred\u{7}\n").as_str(), "␛[31mred␇␊");
        assert_eq!(Clean::line("a\u{9b}2Jb\u{202e}c\u{200d}").as_str(), "a⟨009B⟩2Jb⟨202E⟩c⟨200D⟩");
    }

    #[test]
    fn a_block_keeps_its_lines_and_nothing_else() {
        assert_eq!(Clean::block("a\tb\r\nc\rd\0").as_str(), "a    b\nc␍d␀");
    }

    #[test]
    fn json_keeps_its_meaning() {
        let json = "{\"a\":\"x\u{9b}\u{202e}\u{e0041}\"}";
        let safe = json_safe(json);
        assert!(!safe.chars().any(is_hidden));
        let (was, is): (serde_json::Value, serde_json::Value) =
            (serde_json::from_str(json).unwrap(), serde_json::from_str(&safe).unwrap());
        assert_eq!(was, is);
    }

    #[test]
    fn a_secret_is_scrubbed_wherever_it_stands() {
        assert_eq!(scrub("key sk_live_fake1 and sk_live_fake1", "sk_live_fake1"), "key ‹secret› and ‹secret›");
    }

    proptest! {
        #[test]
        fn nothing_hidden_passes(text in any::<String>()) {
            prop_assert!(!Clean::line(&text).as_str().chars().any(is_hidden));
            prop_assert!(!Clean::block(&text).as_str().chars().any(|c| is_hidden(c) && c != '\n'));
        }
    }
}
