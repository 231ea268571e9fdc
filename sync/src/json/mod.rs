//! JSON from outside, read without ever refusing: whatever can be read of it is read.
//!
//! serde_json is for documents that are well formed, and refuses the whole of one for a lone surrogate, a number beyond
//! its range or 128 levels of depth. In what agents say all three occur, and a reader would rather see the rest. So this
//! looks at the text itself: a [`Json`] is a value's own piece of it, taken apart a level at a time and only where asked.
//!
//! Always true: no input fails or panics; nothing recurses, so depth costs nothing; a look at a value is linear in its text;
//! a piece of valid JSON is valid JSON.
//!
//! Not here: writing JSON, and whether a text is valid JSON (both serde_json).
//!
//! # Why there are three readers of JSON in this crate
//!
//! Each has to do what would be wrong of the others. `platform::decode` reads replies, once, before anything is kept: it must tell
//! what is broken and where, pass it by, and hash and pick on the way. This one reads what agents wrote within what is kept: it must
//! tell nothing and refuse nothing, a level at a time. [`peek`](crate::peek) reads documents of the mirror, which are well formed:
//! there "not whole" is an answer, and serde_json gives it, so that it needs no scanner. The first two could share the end of a string and a
//! table of escapes, some thirty lines; but one stops at the first doubt where the other reads over it, so each of those lines
//! would ask whose it is, in the loop that decides how fast a reply is read.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

/// One value: the text of it, without what surrounds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Json<'a>(&'a str);

/// The fields of an object. Where a name stands twice, the later one counts, as it does for JavaScript.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    fields: Vec<(Cow<'a, str>, Json<'a>)>,
}

impl<'a> Json<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self(text.trim())
    }

    /// Its text, as it was sent.
    pub(crate) fn raw(self) -> &'a str {
        self.0
    }

    pub(crate) fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    pub(crate) fn is_array(self) -> bool {
        self.0.starts_with('[')
    }

    /// What a string says. Lone surrogates become U+FFFD.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        let inner = self.0.strip_prefix('"')?;
        Some(unescaped(inner.strip_suffix('"').unwrap_or(inner)))
    }

    /// What a string, a number or a truth value says.
    pub(crate) fn scalar(self) -> Option<Cow<'a, str>> {
        match self.0.as_bytes().first()? {
            b'"' => self.string(),
            b'{' | b'[' => None,
            _ => (self.0 != "null").then_some(Cow::Borrowed(self.0)),
        }
    }

    /// A number, also one that was sent as a string.
    pub(crate) fn number(self) -> Option<f64> {
        let text = self.scalar()?;
        // `inf` and `nan` parse as well, and are no numbers to us.
        text.trim().parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// A number that counts something. None where it is negative or beyond what fits.
    pub(crate) fn count(self) -> Option<u64> {
        let whole = self.scalar()?.trim().parse().ok();
        whole.or_else(|| self.number().filter(|n| (0.0..9e15).contains(n)).map(|n| n.round() as u64))
    }

    pub(crate) fn truth(self) -> Option<bool> {
        self.scalar()?.trim().parse().ok()
    }

    /// The items of an array, as far as they can be told apart; none of anything else.
    pub(crate) fn items(self) -> impl Iterator<Item = Json<'a>> {
        let mut walk = Walk { text: self.0, at: 1 };
        let mut more = self.is_array();
        std::iter::from_fn(move || {
            more = more && !walk.sees(b']');
            if !more {
                return None;
            }
            let item = walk.value();
            more = item.is_some() && walk.takes(b',');
            item
        })
    }

    /// The fields of an object; none of anything else, and none where what stands between them is not JSON.
    pub(crate) fn object(self) -> Option<Object<'a>> {
        let mut walk = Walk { text: self.0, at: 1 };
        if !self.is_object() || !self.0.ends_with('}') {
            return None;
        }
        let mut fields = Vec::new();
        while !walk.takes(b'}') {
            let name = walk.value()?.string()?;
            if !walk.takes(b':') {
                return None;
            }
            fields.push((name, walk.value()?));
            if !walk.takes(b',') && !walk.sees(b'}') {
                return None;
            }
        }
        Some(Object { fields })
    }

    /// The same value, unpacked when it is a string that holds an array or an object.
    pub(crate) fn unpacked(self) -> Cow<'a, str> {
        match self.string() {
            Some(text) if text.trim_start().starts_with(['{', '[']) => text,
            _ => Cow::Borrowed(self.0),
        }
    }
}

impl<'a> Object<'a> {
    /// A field that is there and not null.
    pub(crate) fn get(&self, name: &str) -> Option<Json<'a>> {
        let found = self.fields.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| *value).filter(|value| value.raw() != "null")
    }

    /// The first of these fields that is there and not null.
    pub(crate) fn first(&self, names: &[&str]) -> Option<Json<'a>> {
        names.iter().find_map(|name| self.get(name))
    }

    /// What a field says, where it is a string.
    pub(crate) fn string(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name)?.string()
    }

    /// The first of these fields that is a string or a number and says something.
    pub(crate) fn word(&self, names: &[&str]) -> Option<String> {
        let words = names.iter().filter_map(|name| self.get(name)?.scalar());
        words.into_iter().find(|word| !word.trim().is_empty()).map(Cow::into_owned)
    }

    pub(crate) fn holds(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.get(name).and_then(Json::truth) == Some(true)
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, Json<'a>)> {
        self.fields.iter().map(|(name, value)| (&**name, *value))
    }
}

/// A place in a text, from which values are taken one after the other.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    pub(crate) text: &'a str,
    pub(crate) at: usize,
}

impl<'a> Walk<'a> {
    fn skip_space(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
    }

    /// What comes next is this.
    pub(crate) fn sees(&mut self, byte: u8) -> bool {
        self.skip_space();
        self.text.as_bytes().get(self.at) == Some(&byte)
    }

    /// What comes next is this, and it is behind us now.
    pub(crate) fn takes(&mut self, byte: u8) -> bool {
        let seen = self.sees(byte);
        self.at += usize::from(seen);
        seen
    }

    /// What is left.
    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default().trim()
    }

    /// The next value. None, and no step further, where none begins or the text ends inside of it.
    pub(crate) fn value(&mut self) -> Option<Json<'a>> {
        self.skip_space();
        let end = value_end(self.text.as_bytes(), self.at)?;
        let value = self.text.get(self.at..end)?;
        self.at = end;
        Some(Json(value))
    }
}

/// Where the value ends that begins at `at`. Brackets are counted and not compared: what a level holds is looked at when
/// it is taken apart.
fn value_end(text: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0usize;
    loop {
        match text.get(at)? {
            b'"' => at = string_end(text, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                at += 1;
            }
            b',' | b':' if depth == 0 => return None,
            b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            _ => at += plain(text.get(at..)?),
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

/// How long the number or word is that this begins with.
fn plain(text: &[u8]) -> usize {
    let ends =
        |byte: &u8| matches!(byte, b',' | b':' | b'}' | b']' | b'{' | b'[' | b'"' | b' ' | b'\t' | b'\n' | b'\r');
    text.iter().position(ends).unwrap_or(text.len())
}

/// Where the string ends, behind its quote, that begins at `at`.
fn string_end(text: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        match text.get(at)? {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

/// The inside of a string, its escapes resolved. What is no escape stays as it is.
fn unescaped(inner: &str) -> Cow<'_, str> {
    if memchr(b'\\', inner.as_bytes()).is_none() {
        return Cow::Borrowed(inner);
    }
    let mut said = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((before, after)) = rest.split_once('\\') {
        said.push_str(before);
        let (c, left) = escape(after);
        said.push(c);
        rest = left;
    }
    said.push_str(rest);
    Cow::Owned(said)
}

/// The character behind a backslash, and what follows it.
fn escape(after: &str) -> (char, &str) {
    let mut rest = after.chars();
    let c = match rest.next() {
        Some('n') => '\n',
        Some('t') => '\t',
        Some('r') => '\r',
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('u') => return unicode(rest.as_str()).unwrap_or(('\u{fffd}', rest.as_str())),
        Some(c @ ('"' | '\\' | '/')) => c,
        _ => return ('\\', after),
    };
    (c, rest.as_str())
}

/// The character that four hexadecimal digits name, two times four for a pair of surrogates.
fn unicode(text: &str) -> Option<(char, &str)> {
    let unit = |text: &str| u32::from_str_radix(text.get(..4)?, 16).ok();
    let (high, rest) = (unit(text)?, text.get(4..)?);
    let low = rest.strip_prefix("\\u").and_then(unit).filter(|low| (0xdc00..0xe000).contains(low));
    match (high, low) {
        (0xd800..0xdc00, Some(low)) => {
            let c = char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
            Some((c.unwrap_or('\u{fffd}'), rest.get(6..)?))
        }
        _ => Some((char::from_u32(high).unwrap_or('\u{fffd}'), rest)),
    }
}

/// What a person can read in JSON text: a line for each thing it says, `name: value`, escapes resolved and brackets left out.
///
/// Fields of the outermost object that are named in `without` are left out. Text that is no JSON is given back as it is.
pub(crate) fn readable(raw: &str, without: &[&str]) -> String {
    let mut walk = Walk { text: raw.trim(), at: 0 };
    if !walk.text.starts_with(['{', '[', '"']) {
        return walk.text.to_owned();
    }
    let mut lines = Lines::default();
    let mut depth = 0usize;
    while let Some(&byte) = walk.text.as_bytes().get(walk.at) {
        match byte {
            b'{' | b'[' => {
                lines.opens();
                depth += 1;
                walk.at += 1;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                walk.at += 1;
            }
            b',' | b':' => walk.at += 1,
            b' ' | b'\t' | b'\n' | b'\r' => walk.skip_space(),
            _ => {
                let Some(said) = walk.value().and_then(Json::scalar_or_null) else {
                    // A string that was cut short: what there is of it.
                    lines.says(&unescaped(walk.rest().trim_start_matches('"')));
                    break;
                };
                if byte == b'"' && walk.takes(b':') {
                    if depth == 1 && without.contains(&&*said) {
                        let _ = walk.value();
                    } else {
                        lines.name = Some(said);
                    }
                } else if byte == b'"' || said != "null" {
                    lines.says(&said);
                } else {
                    lines.name = None;
                }
            }
        }
    }
    lines.text
}

impl<'a> Json<'a> {
    fn scalar_or_null(self) -> Option<Cow<'a, str>> {
        if self.raw() == "null" { Some(Cow::Borrowed("null")) } else { self.scalar() }
    }
}

#[derive(Default)]
struct Lines<'a> {
    text: String,
    /// The name that was read last, as long as no value has followed.
    name: Option<Cow<'a, str>>,
}

impl Lines<'_> {
    fn says(&mut self, said: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        if let Some(name) = self.name.take() {
            self.text.push_str(&name);
            self.text.push_str(": ");
        }
        self.text.push_str(said);
    }

    /// A list or an object begins: its name has a line of its own.
    fn opens(&mut self) {
        if let Some(name) = self.name.take() {
            self.says(&name);
            self.text.push(':');
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
