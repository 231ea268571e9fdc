//! Records and entries as flat documents: what of them is searched, and by what they are filtered and counted.
//!
//! Always true: what is searched is what a hit's snippet is cut from ([`record_text`], [`entry_text`]), so that a word that is found
//! can be shown. Nothing panics on any document, and no text is longer than its bound.
//!
//! Entries have the facets of their record (agent, project, status ...), and kind, role, tool and path of their own. A record has everything that one of its entries has (`has:`).

mod entry;
mod flat;
mod record;

pub use entry::entry_text;
pub use record::record_text;

use std::borrow::Cow;
use std::collections::BTreeSet;

use quarterdeck_index::Document;
use quarterdeck_sync::model::{Entry, Record};

/// All documents of a record: its own, then one for each entry.
pub fn of(record: &Record, entries: &[Entry]) -> Vec<Document> {
    let shared = record::shared(record);
    let mut has = BTreeSet::new();
    let entries: Vec<Document> =
        entries.iter().map(|entry| entry::document(entry, record, &shared, &mut has)).collect();
    let mut documents = vec![record::document(record, shared, has)];
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

/// Adds a piece of text on a line of its own, as far as `most` bytes allow; `false` when there is no more room.
fn add(text: &mut String, piece: &str, most: usize) -> bool {
    let piece = uncoloured(piece);
    if piece.is_empty() {
        return true;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    let room = most.saturating_sub(text.len());
    if piece.len() <= room {
        text.push_str(&piece);
        return true;
    }
    let end = (0..=room).rev().find(|&end| piece.is_char_boundary(end)).unwrap_or(0);
    text.push_str(&piece[..end]);
    false
}

/// A moment, written as machines do: nobody searches for its digits, and everything would be found by its year.
fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    (19..=40).contains(&bytes.len())
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes[4] == b'-'
        && matches!(bytes[10], b'T' | b' ')
        && bytes[13] == b':'
}

/// Packed bytes, as pictures and signatures are sent: no words.
fn is_packed(text: &str) -> bool {
    text.len() >= 256
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_'))
}

#[cfg(test)]
mod tests;
