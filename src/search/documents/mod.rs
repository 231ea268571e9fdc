//! Records and entries as flat documents: what of them is searched, and by what they are filtered and counted.
//!
//! Always true: what is searched is what a hit's snippet is cut from ([`record_text`], [`entry_text`]), so that a word that is found
//! can be shown. Nothing panics on any document, and no text is longer than its bound.
//!
//! Entries have the facets of their record (agent, project, status ...), and kind, role, tool and path of their own. A record has everything that one of its entries has (`has:`).

mod entry;
mod flat;
mod gathered;
mod record;

pub use entry::entry_text;
pub use record::record_text;

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::DateTime;
use quarterdeck_index::Document;
use quarterdeck_sync::model::{Entry, Record};

use self::flat::{Piece, Within};

/// All documents of a record: its own, then one for each entry.
pub fn of(record: &Record, entries: &[Entry]) -> Vec<Document> {
    let shared = record::shared(record).into();
    let mut has = BTreeSet::new();
    let entries: Vec<Document> =
        entries.iter().map(|entry| entry::document(entry, record, &shared, &mut has)).collect();
    let mut documents = vec![record::document(record, &shared, has)];
    documents.extend(entries);
    documents
}

/// Text without the sequences that colour it on a terminal: a word behind one would not begin where it seems to.
fn uncoloured(text: &str) -> Cow<'_, str> {
    // The byte of the one, and the last byte of the other.
    if memchr::memchr2(0x1b, 0x9b, text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let control = c == '\u{9b}' || c == '\u{1b}' && chars.next_if_eq(&'[').is_some();
        if control {
            // Parameters, then one character that says what to do (ECMA-48, 5.4).
            while chars.next_if(|c| matches!(c, '\u{20}'..='\u{3f}')).is_some() {}
            let _ = chars.next_if(|c| matches!(c, '\u{40}'..='\u{7e}'));
        } else if c != '\u{1b}' {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Names of members that hold the time of what they stand in; so does every one that ends in `_at`.
const TIMES: [&str; 5] = ["timestamp", "ts", "time", "at", "date"];

/// A moment, written as machines do, where a platform's documents say when something was: nobody searches for its digits, and
/// everything would be found by its year. What a tool was given is another matter.
fn is_time(piece: &Piece<'_>) -> bool {
    let key = piece.key;
    let named = piece.within != Within::Given && (key.ends_with("_at") || key.ends_with("At") || TIMES.contains(&key));
    let text = piece.text.as_ref();
    named && (19..=40).contains(&text.len()) && (text.parse::<Timestamp>().is_ok() || text.parse::<DateTime>().is_ok())
}

/// A text without most of its bytes where these are packed ones, as pictures and signatures are sent: no words. The index keeps the
/// first 64 bytes of such, and the word that begins among them.
fn unpacked(text: &str) -> &str {
    let sorts = |byte: u8| (byte.is_ascii_lowercase(), byte.is_ascii_uppercase(), byte.is_ascii_digit());
    let bytes = text.as_bytes();
    let in_packed = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_".contains(byte);
    if bytes.len() < 256 || !bytes.iter().all(in_packed) {
        return text;
    }
    // Words that are joined to each other change less between small letters, capitals and digits.
    let changes = bytes.windows(2).filter(|pair| sorts(pair[0]) != sorts(pair[1])).count();
    match changes * 5 >= bytes.len() * 2 || bytes.len() > JOINED {
        true => text.get(..PACKED).unwrap_or(text),
        false => text,
    }
}

/// Longer than any words that are joined to each other.
const JOINED: usize = 1024;

/// Bytes that are taken of packed ones.
const PACKED: usize = 128;

#[cfg(test)]
mod tests;
