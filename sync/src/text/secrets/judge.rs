//! What is no secret though it stands where one could: placeholders, names of variables, calls, paths, hashes, words.
//!
//! False alarms hide from an operator what they came to read, so a value has to look like chance, or like what people take for
//! a password, before it is masked on the word of its name alone.

/// Words by which people say: put yours here.
const PLACEHOLDERS: [&str; 34] = [
    "your",
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "redacted",
    "masked",
    "insert",
    "replace",
    "xxxx",
    "****",
    "....",
    "…",
    "<",
    "${",
    "{{",
    "$(",
    "%s",
    "%(",
    "process.env",
    "os.environ",
    "getenv",
    "env.",
    "secrets.",
    "vault:",
    "env:",
    "0000000000",
    // Patterns and formats that tokens are told or made by.
    "[0-9",
    "[a-f",
    "[a-z",
    "0-9]",
    "a-z]",
    "{:",
];

/// Shannon entropy of the bytes, in bits a byte. At most 256 bytes are looked at.
pub(super) fn entropy(text: &str) -> f64 {
    let bytes = text.as_bytes().get(..text.len().min(256)).unwrap_or_default();
    let mut counts = [0u32; 256];
    for &byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = bytes.len().max(1) as f64;
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| f64::from(count) / total)
        .map(|share| -share * share.log2())
        .sum()
}

/// A token of a vendor's shape that says by itself that it is none: `ghp_xxxxxxxxxxxx`.
pub(super) fn is_filler(text: &str) -> bool {
    let mut longest = 0;
    let mut length = 0;
    let mut last = 0;
    for &byte in text.as_bytes() {
        length = if byte == last { length + 1 } else { 1 };
        last = byte;
        if matches!(byte, b'x' | b'X' | b'*' | b'.' | b'0' | b'-' | b'_') {
            longest = longest.max(length);
        }
    }
    longest > 5 && longest * 3 > text.len()
}

/// A stand-in for a value, by its shape or its words.
pub(super) fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let one = text.bytes().all(|byte| Some(byte) == text.bytes().next());
    one || text.starts_with(['$', '%', '@', '{', '‹', '<', '[', '('])
        || PLACEHOLDERS.iter().any(|word| lower.contains(word))
        || is_filler(text)
}

/// What a page about URLs writes for a password.
pub(super) fn is_word_for_secret(text: &str) -> bool {
    let words = [
        "password",
        "passwd",
        "pass",
        "pwd",
        "passphrase",
        "secret",
        "token",
        "key",
        "apikey",
        "api_key",
        "pw",
        "port",
        // Not a password: the token stands before it.
        "x-oauth-basic",
    ];
    words.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A value behind a name that says password.
pub(super) fn is_likely_password(text: &str, quoted: bool) -> bool {
    if text.len() < 6 || is_placeholder(text) || is_code(text, quoted) || is_identifier(text) || text.contains("://") {
        return false;
    }
    let letters = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let signs = text.bytes().any(|byte| byte.is_ascii_punctuation() && !b"-_.,:;/".contains(&byte));
    let blanks = text.bytes().any(|byte| byte.is_ascii_whitespace());
    // A sentence is no password, unless it is none of words.
    if blanks && !(digits && signs) {
        return false;
    }
    (letters && (digits || signs)) || (digits && !text.bytes().any(|byte| b":-/.".contains(&byte)))
}

/// A value behind a name that says token, key or secret.
pub(super) fn is_likely_value(text: &str, quoted: bool) -> bool {
    !text.contains([' ', '\t']) && !is_code(text, quoted) && is_likely_token(text)
}

/// Something that chance has made, wherever it stands.
pub(super) fn is_likely_token(text: &str) -> bool {
    if text.len() < 10 || is_placeholder(text) || is_identifier(text) || is_path(text) || is_words(text) {
        return false;
    }
    let (mut upper, mut lower, mut digit) = (false, false, false);
    for byte in text.bytes() {
        upper |= byte.is_ascii_uppercase();
        lower |= byte.is_ascii_lowercase();
        digit |= byte.is_ascii_digit();
    }
    let entropy = entropy(text);
    match (digit, upper || lower) {
        (true, true) => entropy >= 2.75,
        // Without a digit it must be long and mixed: most such values are names.
        (false, true) => text.len() >= 20 && upper && lower && entropy >= 4.0 && !is_camel(text),
        _ => false,
    }
}

/// Code that says where a value comes from: `self.token`, `config["x"]`, `getToken()`, `a::b`.
fn is_code(text: &str, quoted: bool) -> bool {
    let lower = text.to_ascii_lowercase();
    if matches!(
        lower.trim_end_matches([',', ';']),
        "true" | "false" | "null" | "none" | "undefined" | "string" | "required"
    ) {
        return true;
    }
    if quoted {
        return false;
    }
    let is_short_name = |part: &str| {
        let letters = part.trim_end_matches(|c: char| c.is_ascii_digit());
        // A number is the place of a field: `pair.0`. A year is none: `summer.2024`.
        let most = if letters.is_empty() { 3 } else { 9 };
        part.len() < most && letters.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    let names = |text: &str| {
        text.split(['.', ':', '-']).all(|part| {
            let part = part.trim_start_matches(['&', '*', '!', '?']);
            let digits = part.bytes().filter(u8::is_ascii_digit).count();
            part.is_empty()
                || (part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && digits < 3 && part.len() < 24)
                || is_type(part)
                // `ed25519`
                || is_short_name(part)
        })
    };
    // `*const`, `&str`
    let pointer = text.trim_start_matches(['*', '&', '!']);
    let pointer = pointer.len() < text.len() && pointer.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    pointer
        || text.starts_with(':')
        || text.contains("::")
        || text.contains("->")
        || text.contains("=>")
        || text.contains("==") && !text.ends_with("==")
        || text.contains('.') && names(text)
}

/// A number as code writes it: `0x8031005C`, `0xC0290125_u32`, `-1073610703i32`. One of more digits than a machine takes is none.
fn is_number(text: &str) -> bool {
    let kinds = ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "usize", "isize", "ull", "ul", "u", "l", "n"];
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let rest = hex.unwrap_or_else(|| text.trim_start_matches('-'));
    let (sort, most): (fn(u8) -> bool, usize) = match hex {
        Some(_) => (|byte| byte.is_ascii_hexdigit(), 16),
        None => (|byte| byte.is_ascii_digit(), 20),
    };
    let digits = rest.bytes().take_while(|&byte| sort(byte)).count();
    let kind = rest.get(digits..).unwrap_or_default().trim_start_matches('_').to_ascii_lowercase();
    let told = hex.is_some() || text.starts_with('-') || !kind.is_empty();
    told && (1..=most).contains(&digits) && (kind.is_empty() || kinds.contains(&kind.as_str()))
}

/// The name of a type with a number in it: `Ed25519PrivateKey`, `X509Certificate`.
fn is_type(text: &str) -> bool {
    let runs = text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).count();
    let letters: String = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    let capitals = letters.bytes().filter(u8::is_ascii_uppercase).count();
    runs <= 1
        && text.len() - letters.len() <= 5
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && capitals > 1
        && is_camel(&letters)
}

/// What names things and hides nothing: a UUID, a date, a number, a version.
fn is_identifier(text: &str) -> bool {
    let uuid = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    let date = text.len() >= 8
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"-:.TZ+/".contains(&byte))
        && text.bytes().any(|byte| b"-:.T/".contains(&byte));
    let sum = ["sha256:", "sha256-", "sha512-", "sha384-", "sha1-", "sha1:", "md5:", "data:"]
        .iter()
        .any(|sum| text.starts_with(sum));
    uuid || date || sum || is_number(text)
}

fn is_path(text: &str) -> bool {
    let rooted = text.starts_with(['/', '~', '.']) || text.contains(":\\");
    let part = |part: &str| part.len() < 24 && part.bytes().filter(|byte| byte.is_ascii_digit()).count() < 4;
    text.contains("://")
        || (rooted || !text.contains(['+', '=']))
            && text.contains(['/', '\\'])
            && text.split(['/', '\\']).all(part)
            && text.split(['/', '\\']).filter(|part| is_words(part) || part.is_empty()).count() * 2
                > text.split(['/', '\\']).count()
}

/// Words of a language with signs between them, and small numbers behind them: `oauth2-client`, `my_secret_v2`.
fn is_words(text: &str) -> bool {
    text.split(['-', '_', '.', '/', ':', '@', ' ', ',', ';']).all(|part| {
        let letters = part.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = part.len() - letters.len();
        let even = |letters: &str| {
            letters.bytes().all(|byte| byte.is_ascii_lowercase())
                || letters.bytes().all(|byte| byte.is_ascii_uppercase())
                || is_camel(letters)
        };
        (letters.bytes().all(|byte| byte.is_ascii_alphabetic()) && letters.len() < 20 && digits <= 4 && even(letters))
            || is_type(part)
    })
}

/// Words with signs between them, which name something where the name is a short one: `phase-2`, `test_parser`.
pub(super) fn is_joined_words(text: &str) -> bool {
    text.contains(['-', '_', '.', '/', ':', ' ']) && (is_words(text) || is_path(text))
}

/// What a sentence says of a secret: how it is made, kept, or called. `the password is base64-encoded`
pub(super) fn is_told_of(text: &str) -> bool {
    const SCHEMES: [&str; 20] = [
        "aes", "argon2", "ascii", "base32", "base58", "base64", "bcrypt", "ed25519", "es256", "hs256", "md5", "oauth",
        "pbkdf2", "pkcs", "rot13", "rs256", "rsa", "sha", "utf", "x509",
    ];
    let lower = text.to_ascii_lowercase();
    let scheme = text.len() <= 12 && SCHEMES.iter().any(|scheme| lower.starts_with(scheme));
    // A word, and what is left of a quote that was escaped: `the password is correct.&quot;`
    let word = text.split(['&', '\\']).next().unwrap_or_default().trim_end_matches(['.', '!', ',']);
    let quoted = text.contains(['&', '\\']) && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    scheme || quoted || is_joined_words(text) || is_measure(text)
}

/// A number with its unit: `120ms`, `98.5%`, `1920px`.
pub(super) fn is_measure(text: &str) -> bool {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ',');
    unit.len() < text.len() && unit.len() <= 3 && unit.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'%')
}

/// Letters of both sizes and digits, or signs, or chance: more than a name has.
pub(super) fn is_mixed(text: &str) -> bool {
    let holds = |sort: fn(&u8) -> bool| text.bytes().any(|byte| sort(&byte));
    let signs = text.bytes().any(|byte| byte.is_ascii_punctuation() && !b"-_.,:;/()".contains(&byte));
    let sizes = holds(u8::is_ascii_uppercase) && holds(u8::is_ascii_lowercase) && holds(u8::is_ascii_digit);
    signs || (sizes || is_likely_token(text)) && !text.contains(['_', '/', '.']) && !is_words(text)
}

/// Words written together: `AccessTokenProvider`. Each begins with one capital and has a vowel.
fn is_camel(text: &str) -> bool {
    if !text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return false;
    }
    let capitals = text.bytes().skip(1).filter(u8::is_ascii_uppercase).count();
    let vowels = text.bytes().filter(|byte| b"aeiouyAEIOUY".contains(byte)).count();
    capitals * 4 <= text.len() && vowels * 5 >= text.len()
}

/// Base64 of `user:password`?
pub(super) fn is_basic(text: &str) -> bool {
    let mut bits = 0u32;
    let mut held = 0;
    let mut out = Vec::with_capacity(text.len());
    for byte in text.bytes().take_while(|&byte| byte != b'=') {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return false,
        };
        bits = (bits << 6 | u32::from(digit)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held & 0xff) as u8);
        }
    }
    // What people type is text; what is random is not, but then nobody calls it Basic.
    out.contains(&b':') && out.len() > 3 && out.iter().all(|byte| matches!(byte, 0x20..=0x7e | 0x80..))
}
