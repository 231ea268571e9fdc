//! What a JSON string says, and how to say it so that strict readers take it.

/// Resolves escapes. The text has been scanned: every escape in it is a known one.
pub fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = &rest[at..];
        let (c, length) = resolve(escape);
        out.push(c);
        rest = escape.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// The character an escape stands for, and the bytes it takes; half a surrogate pair stands for U+FFFD.
fn resolve(escape: &str) -> (char, usize) {
    let c = match escape.as_bytes().get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => return resolve_unicode(escape),
        Some(other) => char::from(*other),
        None => char::REPLACEMENT_CHARACTER,
    };
    (c, 2)
}

fn resolve_unicode(escape: &str) -> (char, usize) {
    let unit = |at: usize| escape.get(at..at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let first = unit(2).unwrap_or(0xfffd);
    if (0xd800..0xdc00).contains(&first)
        && escape.get(6..8) == Some("\\u")
        && let Some(second @ 0xdc00..=0xdfff) = unit(8)
    {
        let point = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return (char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER), 12);
    }
    (char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 6)
}

/// The string's text with raw control characters escaped and half surrogate pairs replaced: strict JSON again.
/// `None` when it was strict already.
pub fn mend(raw: &str) -> Option<String> {
    let mut out = String::with_capacity(raw.len() + 8);
    let mut rest = raw;
    let mut mended = false;
    while let Some(at) = rest.find(|c: char| c == '\\' || c < ' ') {
        out.push_str(&rest[..at]);
        let here = &rest[at..];
        let length = if here.starts_with('\\') {
            let (c, length) = resolve(here);
            let half = c == char::REPLACEMENT_CHARACTER && !here[..length].eq_ignore_ascii_case("\\ufffd");
            mended |= half;
            out.push_str(if half { "\\ufffd" } else { &here[..length] });
            length
        } else {
            mended = true;
            out.push_str(&format!("\\u{:04x}", here.as_bytes()[0]));
            1
        };
        rest = &here[length..];
    }
    out.push_str(rest);
    mended.then_some(out)
}
