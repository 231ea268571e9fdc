//! Both ways: what must be found, and what must not.

mod innocent;
mod json;
mod laws;
mod planted;

/// Letters and digits as chance would have them, the same on every run: look-alikes stand in no file.
fn chance(seed: u64, alphabet: &str, length: usize) -> String {
    let letters: Vec<char> = alphabet.chars().collect();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        letters[(state >> 33) as usize % letters.len()]
    };
    // A digit among the first, as nearly every real one has: one without is not what is tried here.
    let mut text: String = (0..length).map(|_| next()).collect();
    if alphabet.contains('7') && length > 2 {
        text.replace_range(1..2, "7");
    }
    text
}

const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &str = "0123456789abcdef";
