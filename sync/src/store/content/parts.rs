//! Long contents are stored in parts of whole messages, each a frame of its own: whoever wants one message unpacks its part.
//!
//! A table stands in front: a byte that begins no frame (its reserved bit is set, RFC 8878, 3.1.1.1.1), the number of parts, and for each its
//! messages and the bytes of its frame, as LEB128 numbers. Contents that are short, or no array, are one frame without a table.

use std::ops::Range;

use super::super::frames::Dicts;
use crate::content;
use crate::model::Stretch;

/// Begins a table.
const PARTED: u8 = 0xff;

/// Puts parts together.
pub(super) struct Writer {
    table: Vec<u8>,
    frames: Vec<u8>,
}

impl Writer {
    pub fn new(parts: usize) -> Self {
        let mut table = vec![PARTED];
        put(&mut table, parts);
        Self { table, frames: Vec::new() }
    }

    pub fn add(&mut self, messages: usize, frame: &[u8]) {
        put(&mut self.table, messages);
        put(&mut self.table, frame.len());
        self.frames.extend_from_slice(frame);
    }

    pub fn finish(self) -> Vec<u8> {
        [self.table, self.frames].concat()
    }
}

fn put(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn take(stored: &[u8], at: &mut usize) -> Option<usize> {
    let mut number = 0usize;
    for shift in (0..usize::BITS).step_by(7) {
        let byte = *stored.get(*at)?;
        *at += 1;
        let low = usize::from(byte & 0x7f);
        number |= low.checked_shl(shift).filter(|shifted| shifted >> shift == low)?;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// A part: its messages, and where its frame stands.
struct Part {
    messages: usize,
    frame: Range<usize>,
}

/// The parts; `None` when it is damaged. A content without a table has none.
fn parts(stored: &[u8]) -> Option<Vec<Part>> {
    if stored.first() != Some(&PARTED) {
        return Some(Vec::new());
    }
    let mut at = 1;
    let count = take(stored, &mut at).filter(|count| *count <= stored.len())?;
    let mut parts = Vec::with_capacity(count);
    let mut end = 0usize;
    for _ in 0..count {
        let messages = take(stored, &mut at)?;
        let start = end;
        end = end.checked_add(take(stored, &mut at)?)?;
        parts.push(Part { messages, frame: start..end });
    }
    parts
        .iter_mut()
        .for_each(|part| part.frame = part.frame.start.saturating_add(at)..part.frame.end.saturating_add(at));
    (count > 0 && end.checked_add(at) == Some(stored.len())).then_some(parts)
}

/// The whole content; `None` when it is damaged.
pub(super) fn unpack(dicts: &Dicts, stored: &[u8]) -> Option<String> {
    let parts = parts(stored)?;
    if parts.is_empty() {
        return dicts.doc(stored);
    }
    let mut text = String::new();
    for part in parts {
        text.push_str(&dicts.doc(stored.get(part.frame)?)?);
    }
    Some(text)
}

/// The part that has the message at `place`, the whole where there are no parts or no such message; `None` when it is damaged.
pub(super) fn around(dicts: &Dicts, stored: &[u8], place: usize) -> Option<Stretch> {
    let parts = parts(stored)?;
    let mut first = 0usize;
    for (number, part) in parts.iter().enumerate() {
        let end = first.checked_add(part.messages)?;
        if place < end {
            let text = dicts.doc(stored.get(part.frame.clone())?)?;
            let messages = content::alone(&text, number == 0, number + 1 == parts.len());
            return Some(Stretch { first, end: Some(end), messages });
        }
        first = end;
    }
    Some(Stretch { first: 0, end: None, messages: unpack(dicts, stored)? })
}
