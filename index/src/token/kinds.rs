//! What each byte of a text is to whoever looks for words in it: most text is ASCII, and a table is the fastest way to say so.

/// Between words.
pub(super) const GAP: u8 = 0;
pub(super) const SMALL: u8 = 1;
pub(super) const CAPITAL: u8 = 2;
pub(super) const DIGIT: u8 = 4;
/// A byte of a character that is not ASCII: what it is, its character says.
pub(super) const WIDE: u8 = 8;

const KINDS: [u8; 256] = {
    let mut kinds = [GAP; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'a'..=b'z' => SMALL,
            b'A'..=b'Z' => CAPITAL,
            b'0'..=b'9' => DIGIT,
            0x80.. => WIDE,
            _ => GAP,
        };
        byte += 1;
    }
    kinds
};

pub(super) const fn of(byte: u8) -> u8 {
    KINDS[byte as usize]
}

/// Blobs are made of letters, digits and a few signs, of which all are one kind.
pub(super) const fn in_blob(byte: u8) -> bool {
    matches!(of(byte), SMALL | CAPITAL | DIGIT) || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-')
}
