//! Reads JSON text token by token, without building anything.
//!
//! Our own, because a reply needs what a general parser does not give in one pass: the text of every number as sent, the
//! span of every row, strings with half surrogate pairs, and a way on after a row that is broken. The grammar is that of
//! RFC 8259, with two allowances for what servers really send: raw control characters in strings, and
//! Python's `NaN` and `Infinity`. Whoever keeps the text mends both (see `row`). Why it is not the reader of `crate::json` too, that
//! one says.

use std::borrow::Cow;

use super::escape::unescape;

/// What is wrong with the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It ends too early.
    CutOff,
    /// It is not JSON from this byte on.
    Syntax(usize),
    /// It is nested deeper than [`MAX_DEPTH`].
    TooDeep,
}

/// Deepest nesting of one row. Readers of stored documents stop at 128; this leaves them room for an envelope of ours.
pub const MAX_DEPTH: usize = 100;

/// What a value begins like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Object,
    Array,
    Text,
    Number,
    Flag,
    Null,
}

impl Sort {
    /// For messages.
    pub fn name(self) -> &'static str {
        match self {
            Sort::Object => "an object",
            Sort::Array => "an array",
            Sort::Text => "a string",
            Sort::Number => "a number",
            Sort::Flag => "true or false",
            Sort::Null => "null",
        }
    }
}

/// A string as it stands in the text, without its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text<'a> {
    /// Between the quotes.
    pub raw: &'a str,
    /// It holds escapes.
    pub escaped: bool,
    /// It holds raw control characters, or escapes of surrogates which may not come in pairs.
    pub suspect: bool,
}

impl<'a> Text<'a> {
    /// What the string says; half surrogate pairs become U+FFFD.
    pub fn value(&self) -> Cow<'a, str> {
        if self.escaped { Cow::Owned(unescape(self.raw)) } else { Cow::Borrowed(self.raw) }
    }
}

/// A place in JSON text.
#[derive(Debug, Clone, Copy)]
pub struct Scanner<'a> {
    text: &'a str,
    /// Next byte to read.
    pub at: usize,
}

impl<'a> Scanner<'a> {
    /// Starts at byte `at`, which must be a character's first.
    pub fn new(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    /// The text between two places.
    pub fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn fault<T>(&self) -> Result<T, Fault> {
        Err(if self.at >= self.text.len() { Fault::CutOff } else { Fault::Syntax(self.at) })
    }

    /// Passes white space.
    #[inline]
    pub fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
    }

    /// Passes white space; `true` when nothing is left.
    pub fn at_end(&mut self) -> bool {
        self.space();
        self.at >= self.text.len()
    }

    /// Passes white space and tells what value begins here.
    #[inline]
    pub fn sort(&mut self) -> Result<Sort, Fault> {
        self.space();
        match self.byte() {
            Some(b'"') => Ok(Sort::Text),
            Some(b'{') => Ok(Sort::Object),
            Some(b'[') => Ok(Sort::Array),
            Some(b'-' | b'0'..=b'9' | b'N' | b'I') => Ok(Sort::Number),
            Some(b't' | b'f') => Ok(Sort::Flag),
            Some(b'n') => Ok(Sort::Null),
            _ => self.fault(),
        }
    }

    /// Enters an object or array: passes its opening byte.
    #[inline]
    pub fn open(&mut self) {
        self.at += 1;
    }

    /// Before each member: `false` at the closing byte, which is passed. `first` says that no member came yet.
    #[inline]
    pub fn next(&mut self, close: u8, first: bool) -> Result<bool, Fault> {
        self.space();
        match self.byte() {
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            Some(b',') if !first => {
                self.at += 1;
                self.space();
                // A comma before the end is not JSON.
                if self.byte() == Some(close) { self.fault() } else { Ok(true) }
            }
            Some(_) if first => Ok(true),
            _ => self.fault(),
        }
    }

    /// A member's key and the colon after it.
    #[inline]
    pub fn key(&mut self) -> Result<Text<'a>, Fault> {
        if self.byte() != Some(b'"') {
            return self.fault();
        }
        let key = self.string()?;
        self.space();
        if self.byte() != Some(b':') {
            return self.fault();
        }
        self.at += 1;
        Ok(key)
    }

    /// A string; the place must be at its opening quote.
    #[inline]
    pub fn string(&mut self) -> Result<Text<'a>, Fault> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut at = start;
        let (mut escaped, mut suspect) = (false, false);
        loop {
            at = plain(bytes, at);
            match bytes.get(at) {
                None => return Err(Fault::CutOff),
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    at += self.escape(at, &mut suspect)?;
                }
                // What else is not plain is a raw control character.
                Some(_) => {
                    suspect = true;
                    at += 1;
                }
            }
        }
        self.at = at + 1;
        Ok(Text { raw: self.slice(start, at), escaped, suspect })
    }

    /// Length of the escape at `at`.
    fn escape(&self, at: usize, suspect: &mut bool) -> Result<usize, Fault> {
        let bytes = self.text.as_bytes();
        match bytes.get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(2),
            Some(b'u') => {
                let Some(digits) = bytes.get(at + 2..at + 6) else { return Err(Fault::CutOff) };
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(Fault::Syntax(at));
                }
                *suspect |= matches!(digits[0], b'd' | b'D') && !matches!(digits[1], b'0'..=b'7');
                Ok(6)
            }
            Some(_) => Err(Fault::Syntax(at)),
            None => Err(Fault::CutOff),
        }
    }

    /// A number as it stands, or one of Python's words for what is none.
    #[inline]
    pub fn number(&mut self) -> Result<&'a str, Fault> {
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        match self.byte() {
            Some(b'N') => self.word("NaN")?,
            Some(b'I') => self.word("Infinity")?,
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(self.slice(start, self.at))
    }

    #[inline]
    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.byte() {
            self.at += 1;
        }
        if self.at == start { self.fault() } else { Ok(()) }
    }

    /// A fixed word.
    pub fn word(&mut self, word: &str) -> Result<(), Fault> {
        let rest = &self.text.as_bytes()[self.at..];
        if rest.starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(());
        }
        Err(if word.as_bytes().starts_with(rest) { Fault::CutOff } else { Fault::Syntax(self.at) })
    }

    /// `true` or `false`.
    #[inline]
    pub fn flag(&mut self) -> Result<bool, Fault> {
        let flag = self.byte() == Some(b't');
        self.word(if flag { "true" } else { "false" })?;
        Ok(flag)
    }

    /// Passes a value of any sort, checking its grammar.
    pub fn skip(&mut self, depth: usize) -> Result<(), Fault> {
        match self.sort()? {
            Sort::Text => self.string().map(drop),
            Sort::Number => self.number().map(drop),
            Sort::Flag => self.flag().map(drop),
            Sort::Null => self.word("null"),
            Sort::Object | Sort::Array if depth >= MAX_DEPTH => Err(Fault::TooDeep),
            Sort::Object => {
                self.open();
                let mut first = true;
                while self.next(b'}', first)? {
                    first = false;
                    self.key()?;
                    self.skip(depth + 1)?;
                }
                Ok(())
            }
            Sort::Array => {
                self.open();
                let mut first = true;
                while self.next(b']', first)? {
                    first = false;
                    self.skip(depth + 1)?;
                }
                Ok(())
            }
        }
    }

    /// Passes an object or array by its brackets alone, however deep or broken it is inside.
    pub fn skip_brackets(&mut self) -> Result<(), Fault> {
        let bytes = self.text.as_bytes();
        let mut depth = 0usize;
        while let Some(byte) = bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'"' => self.skip_quotes(),
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
        Err(Fault::CutOff)
    }

    /// Is there nothing but white space between these bytes?
    pub fn is_blank(&self, range: std::ops::Range<usize>) -> bool {
        self.text.as_bytes().get(range).is_none_or(|bytes| bytes.iter().all(u8::is_ascii_whitespace))
    }

    /// Passes the rest of a string, whatever escapes it holds.
    fn skip_quotes(&mut self) {
        let bytes = self.text.as_bytes();
        loop {
            self.at = plain(bytes, self.at);
            match bytes.get(self.at) {
                None => return,
                Some(b'"') => {
                    self.at += 1;
                    return;
                }
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
            }
        }
    }
}

/// The next byte from `at` on that is a quote, a backslash or a control character; eight bytes are looked at at once.
///
/// The usual test for a zero byte in a word, three times over. A flag may be wrong above a right one, because a subtraction borrows, but
/// never below: the lowest is the one we want.
#[inline]
fn plain(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (ONES * 0x22);
        let slash = word ^ (ONES * 0x5c);
        let below_space = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (quote.wrapping_sub(ONES) & !quote) | (slash.wrapping_sub(ONES) & !slash) | below_space;
        match found & HIGH {
            0 => at += 8,
            flags => return at + (flags.trailing_zeros() / 8) as usize,
        }
    }
    while let Some(0x20..=0x21 | 0x23..=0x5b | 0x5d..=0xff) = bytes.get(at) {
        at += 1;
    }
    at
}
