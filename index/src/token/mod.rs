//! From text to the words that are kept in the index, and from a query's text to the words that are looked for: one code.
//!
//! A **word** is a run of letters and digits; each takes one position, so that a phrase is words side by side, whatever
//! stands between them: `"auth token"` finds `parse_auth_token`, `"src/auth"` finds `src/auth/index.ts`. Words are folded:
//! no case, no diacritics, no full-width forms ([`fold`]).
//!
//! A word in which letters and digits meet has **pieces**, and takes two positions, in a query too: at the first stand the word
//! and what leads up to a border, at the second what follows one. `20T10` is `20`, then `t10` and `10`: so `2026-11-20` and `10:00`
//! find `2026-11-20T10:00:00Z`, and `20:00` does not.
//!
//! A **sign** is an emoji or its like ([`sign`]). It is an extra, so that it stands between no two words.
//!
//! Beside its words a text has **extras**, each kept once a document, behind its last word, where no phrase of words reaches:
//! the **parts** of a word in camel case (`parseAuthToken`: `parse auth token`, side by side). And it has **wholes**, words joined
//! by `_ - . / : @` (`src/auth/index.ts`; a path without the line behind it), which is what a regular expression or a word with
//! a slip is compared with. Most are unlike all others, so they are kept by themselves (`crate::wholes`); those of titles, which
//! are few, are extras too.
//!
//! Chinese, Japanese and Korean have no spaces, nor have Thai, Lao, Burmese and Khmer: each pair of neighbours is a word, and so is
//! the last character of a run; so a single character is the beginning of one ([`scan`]). A character is what a reader takes for one.
//!
//! What always holds: time is linear, memory small, and what is cut off (a word's bytes beyond [`WORD_BYTES`], a blob's
//! beyond [`BLOB_BYTES`]) is cut off in a query too.

mod cjk;
mod fold;
mod kinds;
mod parts;
mod places;
mod scan;
mod sign;
mod stream;
#[cfg(test)]
mod tests;
mod wholes;

pub(crate) use cjk::{end_of_character, is_cjk};
pub(crate) use fold::{fold, fold_into};
pub(crate) use parts::{Piece, is_hash, parts};
pub(crate) use scan::{Scan, Sort};
pub(crate) use stream::{Value, Words};
pub(crate) use wholes::Wholes;

/// Most bytes of a word as it is kept: longer than the longest hash people name (SHA-256 in hex).
pub(crate) const WORD_BYTES: usize = 64;

/// Most bytes of a whole: a path longer than this is found by its words only.
pub(crate) const WHOLE_BYTES: usize = 48;

/// How much of a blob (base64 and its like) is taken.
pub(crate) const BLOB_BYTES: usize = 64;

/// Most bytes of a facet's value.
pub(crate) const VALUE_BYTES: usize = 1024;

/// The beginning of `text`, at most so many bytes, on a character boundary.
pub(crate) fn capped(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A facet's value as it is compared.
pub(crate) fn folded_value(text: &str) -> String {
    fold(capped(text, VALUE_BYTES))
}
