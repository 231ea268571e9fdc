//! One pass over a row: its hash, the values the columns need, and the places where its text must change.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::escape::mend;
use super::plan::Plan;
use super::scan::{Fault, MAX_DEPTH, Scanner, Sort, Text};
use super::secrets::{self, Around};

/// What stands in the place of a secret.
pub const MASKED: &str = "‹masked›";

/// A value that a slot took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pick<'a> {
    Text(Text<'a>),
    Number(&'a str),
    Flag(bool),
    Null,
    /// An object or an array.
    Nested,
}

/// Reads rows. Its buffers are used again from row to row.
pub struct Reader<'a, 'p> {
    pub scanner: Scanner<'a>,
    plan: &'p Plan,
    /// What each slot took.
    pub picks: Vec<Option<Pick<'a>>>,
    /// Stretches of the text to be replaced, in order, none within another.
    edits: Vec<(Range<usize>, String)>,
}

/// What hashes of different sorts of values start from, so that `1` and `"1"` differ.
mod seed {
    pub const KEY: u64 = 1;
    pub const TEXT: u64 = 2;
    pub const NUMBER: u64 = 3;
    pub const TRUE: u64 = 0x9e37_79b9_7f4a_7c15;
    pub const FALSE: u64 = 0xc2b2_ae3d_27d4_eb4f;
    pub const NULL: u64 = 0x1656_67b1_9e37_79f9;
    pub const ARRAY: u64 = 0x85eb_ca77_c2b2_ae63;
    pub const OBJECT: u64 = 0x27d4_eb2f_1656_67c5;
}

/// Two halves into one: the folded product of both, each kept from being zero.
#[inline]
fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ 0xa076_1d64_78bd_642f) * u128::from(b ^ 0xe703_7ed1_a0b4_28db);
    (product as u64) ^ ((product >> 64) as u64)
}

impl<'a, 'p> Reader<'a, 'p> {
    pub fn new(scanner: Scanner<'a>, plan: &'p Plan) -> Self {
        Self { scanner, plan, picks: vec![None; plan.slots], edits: Vec::new() }
    }

    /// Reads the value that begins here and returns its hash: equal for equal meaning, whatever the order of keys and
    /// the white space, with secrets already masked.
    pub fn row(&mut self) -> Result<u64, Fault> {
        self.picks.fill(None);
        self.edits.clear();
        self.value(Some(Plan::ROOT), Around::Plain, 0)
    }

    /// The row's text from `start` to here, with the edits done; `added` is put behind the opening brace.
    pub fn doc(&self, start: usize, added: Option<&str>) -> String {
        let end = self.scanner.at;
        let mut doc = String::with_capacity(end - start + added.map_or(0, str::len));
        let mut from = start;
        if let Some(added) = added {
            doc.push('{');
            doc.push_str(added);
            from += 1;
            if !self.scanner.slice(from, end).trim_start().starts_with('}') {
                doc.push(',');
            }
        }
        for (range, text) in &self.edits {
            doc.push_str(self.scanner.slice(from, range.start));
            doc.push_str(text);
            from = range.end;
        }
        doc.push_str(self.scanner.slice(from, end));
        doc
    }

    fn value(&mut self, at: Option<usize>, around: Around, depth: usize) -> Result<u64, Fault> {
        let sort = self.scanner.sort()?;
        let node = at.map(|at| self.plan.node(at));
        let slot = node.and_then(|node| node.slot);
        let named_in_manifest = node.is_some_and(|node| node.mask) && sort != Sort::Null;
        if self.plan.masks && (named_in_manifest || (around == Around::Secret && sort == Sort::Text)) {
            return self.masked(slot);
        }
        let (pick, hash) = match sort {
            Sort::Text => {
                let text = self.text()?;
                (Pick::Text(text), hash_of_text(&text))
            }
            Sort::Number => {
                let number = self.number()?;
                (Pick::Number(number), xxh3_64_with_seed(number.as_bytes(), seed::NUMBER))
            }
            Sort::Flag => {
                let flag = self.scanner.flag()?;
                (Pick::Flag(flag), if flag { seed::TRUE } else { seed::FALSE })
            }
            Sort::Null => {
                self.scanner.word("null")?;
                (Pick::Null, seed::NULL)
            }
            Sort::Object | Sort::Array if depth >= MAX_DEPTH => return Err(Fault::TooDeep),
            Sort::Object => (Pick::Nested, self.object(at, around, depth)?),
            Sort::Array => (Pick::Nested, self.array(at, around, depth)?),
        };
        if let Some(slot) = slot {
            self.picks[slot] = Some(pick);
        }
        Ok(hash)
    }

    fn object(&mut self, at: Option<usize>, around: Around, depth: usize) -> Result<u64, Fault> {
        self.scanner.open();
        // A sum does not care for the order of its terms.
        let (mut sum, mut first) = (seed::OBJECT, true);
        while self.scanner.next(b'}', first)? {
            first = false;
            let start = self.scanner.at;
            let key = self.scanner.key()?;
            if key.suspect {
                self.mend(start, key);
            }
            let name = key.value();
            let child = at.and_then(|at| self.plan.child(at, &name));
            let value = self.value(child, secrets::below(around, &name), depth + 1)?;
            sum = sum.wrapping_add(mix(xxh3_64_with_seed(name.as_bytes(), seed::KEY), value));
        }
        Ok(mix(sum, seed::OBJECT))
    }

    fn array(&mut self, at: Option<usize>, around: Around, depth: usize) -> Result<u64, Fault> {
        self.scanner.open();
        let (mut hash, mut index, mut first) = (seed::ARRAY, 0usize, true);
        while self.scanner.next(b']', first)? {
            first = false;
            let child = at.and_then(|at| self.plan.child(at, &index.to_string()));
            hash = mix(hash.rotate_left(7), self.value(child, secrets::in_array(around), depth + 1)?);
            index += 1;
        }
        Ok(mix(hash, seed::ARRAY))
    }

    #[inline]
    fn text(&mut self) -> Result<Text<'a>, Fault> {
        let start = self.scanner.at;
        let text = self.scanner.string()?;
        if text.suspect {
            self.mend(start, text);
        }
        Ok(text)
    }

    /// Keeps the document readable by strict parsers.
    fn mend(&mut self, start: usize, text: Text<'_>) {
        if let Some(mended) = mend(text.raw) {
            self.edits.push((start + 1..start + 1 + text.raw.len(), mended));
        }
    }

    /// Numbers are kept and hashed as written: no digit is lost, however many there are.
    fn number(&mut self) -> Result<&'a str, Fault> {
        let start = self.scanner.at;
        let number = self.scanner.number()?;
        let end = self.scanner.at;
        if number.ends_with(['N', 'y']) {
            // Python's NaN and Infinity: JSON has no such numbers.
            self.edits.push((start..end, "null".to_owned()));
        } else if (number.len() > 300 || number.contains(['e', 'E'])) && number.parse().is_ok_and(f64::is_infinite) {
            // Strict readers refuse the whole document over a number no double can hold; as text it loses nothing.
            self.edits.push((start..end, format!("\"{number}\"")));
        }
        Ok(number)
    }

    /// Replaces the value that begins here. Empty text stays: that nothing is set is no secret.
    fn masked(&mut self, slot: Option<usize>) -> Result<u64, Fault> {
        let start = self.scanner.at;
        if self.scanner.sort()? == Sort::Text {
            let text = self.scanner.string()?;
            if text.raw.is_empty() {
                return Ok(xxh3_64_with_seed(b"", seed::TEXT));
            }
        } else {
            self.scanner.skip(0)?;
        }
        self.edits.push((start..self.scanner.at, format!("\"{MASKED}\"")));
        if let Some(slot) = slot {
            self.picks[slot] = Some(Pick::Text(Text { raw: MASKED, escaped: false, suspect: false }));
        }
        Ok(xxh3_64_with_seed(MASKED.as_bytes(), seed::TEXT))
    }
}

#[inline]
fn hash_of_text(text: &Text<'_>) -> u64 {
    xxh3_64_with_seed(text.value().as_bytes(), seed::TEXT)
}

/// Hash of one more key with a text, to be added to that of an object's members.
pub fn with_member(hash: u64, key: &str, text: &str) -> u64 {
    let member = mix(xxh3_64_with_seed(key.as_bytes(), seed::KEY), xxh3_64_with_seed(text.as_bytes(), seed::TEXT));
    mix(hash, member)
}
