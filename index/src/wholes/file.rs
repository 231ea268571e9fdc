//! The file: wholes in the order of their bytes, each with its documents.
//!
//! ```text
//! file   = block* table length-of-table (4 bytes, the lowest first)
//! table  = (length first-whole packed raw)*       of each block: its first whole, its bytes packed and unpacked
//! block  = zstd(entry*)
//! entry  = shared length rest bytes document*     what it shares with the whole before, the rest of it, the bytes its documents take
//! ```
//!
//! Numbers are LEB128; of its documents a whole tells the first, and how much greater each is than the one before.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::OnceLock;

use tantivy::directory::OwnedBytes;
use tantivy::directory::error::OpenReadError;
use tantivy::{DocId, SegmentReader};
use tantivy_fst::Automaton;
use zstd::bulk::{Compressor, Decompressor};

use super::{EXTENSION, component};

/// Bytes of a block before it is packed, or somewhat more. The smaller, the more all of its wholes begin alike, so that it need not be
/// unpacked to see that none can match; and the worse it packs.
const BLOCK: usize = 8 << 10;

/// No block is larger, whatever its one whole has.
const LARGEST: usize = 1 << 28;

/// Blocks are packed once and unpacked with every question: soon is better than small.
const LEVEL: i32 = 1;

/// Writes a file.
pub(super) struct Writer<W> {
    out: W,
    packer: Compressor<'static>,
    packed: Vec<u8>,
    block: Vec<u8>,
    first: Vec<u8>,
    last: Vec<u8>,
    documents: Vec<u8>,
    table: Vec<u8>,
}

impl<W: Write> Writer<W> {
    pub fn new(out: W) -> io::Result<Self> {
        let packer = Compressor::new(LEVEL)?;
        let (packed, block, first, last) = Default::default();
        Ok(Self { out, packer, packed, block, first, last, documents: Vec::new(), table: Vec::new() })
    }

    /// Adds a whole, which is greater than the one before; its documents ascend.
    pub fn add(&mut self, whole: &[u8], documents: impl IntoIterator<Item = DocId>) -> io::Result<()> {
        if self.block.is_empty() {
            self.first = whole.to_vec();
            self.last.clear();
        }
        let shared = self.last.iter().zip(whole).take_while(|(a, b)| a == b).count();
        put(&mut self.block, shared);
        put(&mut self.block, whole.len() - shared);
        self.block.extend_from_slice(&whole[shared..]);
        self.documents.clear();
        let mut before = 0;
        for document in documents {
            put(&mut self.documents, (document - before) as usize);
            before = document;
        }
        put(&mut self.block, self.documents.len());
        self.block.extend_from_slice(&self.documents);
        self.last.truncate(shared);
        self.last.extend_from_slice(&whole[shared..]);
        if self.block.len() >= BLOCK { self.end_block() } else { Ok(()) }
    }

    fn end_block(&mut self) -> io::Result<()> {
        self.packed.clear();
        self.packed.reserve(zstd::zstd_safe::compress_bound(self.block.len()));
        let packed = self.packer.compress_to_buffer(&self.block, &mut self.packed)?;
        self.out.write_all(&self.packed)?;
        put(&mut self.table, self.first.len());
        self.table.extend_from_slice(&self.first);
        put(&mut self.table, packed);
        put(&mut self.table, self.block.len());
        self.block.clear();
        Ok(())
    }

    /// Writes what is left, and gives back what it was written to.
    pub fn finish(mut self) -> io::Result<W> {
        if !self.block.is_empty() {
            self.end_block()?;
        }
        let length = u32::try_from(self.table.len()).map_err(io::Error::other)?;
        self.out.write_all(&self.table)?;
        self.out.write_all(&length.to_le_bytes())?;
        Ok(self.out)
    }
}

/// A file, to read from. Its table is read with the first question.
pub(super) struct File {
    bytes: OwnedBytes,
    table: OnceLock<Option<Vec<Block>>>,
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Block {
    /// Its first whole, in the file.
    first: Range<usize>,
    packed: Range<usize>,
    raw: usize,
}

impl File {
    pub fn open(segment: &SegmentReader) -> Result<Self, OpenReadError> {
        let bytes = segment.open_read(component())?.read_bytes();
        Ok(Self::of(bytes.map_err(|error| OpenReadError::wrap_io_error(error, PathBuf::from(EXTENSION)))?))
    }

    pub fn of(bytes: OwnedBytes) -> Self {
        Self { bytes, table: OnceLock::new() }
    }

    fn blocks(&self) -> io::Result<&[Block]> {
        self.table.get_or_init(|| table(&self.bytes)).as_deref().ok_or_else(damaged)
    }

    /// Calls `each` with the documents of all wholes that begin so and that the automaton lets pass: those of one whole in order, and some
    /// more than once.
    pub fn each<A: Automaton>(&self, begins: &[u8], automaton: &A, mut each: impl FnMut(DocId)) -> io::Result<()> {
        // Before the last block that begins sooner there is none.
        let blocks = self.blocks()?;
        let from = blocks.partition_point(|block| self.first(block) < begins).saturating_sub(1);
        let mut unpacker = Unpacker::new()?;
        let mut path = Path::new(automaton);
        for (number, block) in blocks.iter().enumerate().skip(from) {
            if self.first(block) > begins && !self.first(block).starts_with(begins) {
                break;
            }
            if !may_match(automaton, self.all_begin(&blocks[number..])) {
                continue;
            }
            let mut entries = Entries::of(unpacker.unpack(&self.bytes, block)?);
            path.begin();
            while let Some(entry) = entries.next()? {
                if path.take(entry.shared, entry.rest).ok_or_else(damaged)? && path.whole.starts_with(begins) {
                    documents(entry.documents, &mut each).ok_or_else(damaged)?;
                }
            }
            if path.is_over() {
                break;
            }
        }
        Ok(())
    }
}

impl File {
    fn first(&self, block: &Block) -> &[u8] {
        self.bytes.get(block.first.clone()).unwrap_or_default()
    }

    /// What all wholes of the first of these blocks begin with: its first one does, and that of the next.
    fn all_begin(&self, blocks: &[Block]) -> &[u8] {
        let [first, next] = [0, 1].map(|number| blocks.get(number).map(|block| self.first(block)));
        let (first, next) = (first.unwrap_or_default(), next.unwrap_or_default());
        let shared = first.iter().zip(next).take_while(|(a, b)| a == b).count();
        first.get(..shared).unwrap_or_default()
    }
}

/// May the automaton let something pass that begins so?
fn may_match<A: Automaton>(automaton: &A, begins: &[u8]) -> bool {
    let mut state = automaton.start();
    for byte in begins {
        if !automaton.can_match(&state) {
            return false;
        }
        state = automaton.accept(&state, *byte);
    }
    automaton.can_match(&state)
}

fn table(bytes: &[u8]) -> Option<Vec<Block>> {
    let (rest, length) = bytes.split_last_chunk::<4>()?;
    let start = rest.len().checked_sub(u32::from_le_bytes(*length) as usize)?;
    let (table, mut at, mut end) = (&rest[start..], 0, 0usize);
    let mut blocks = Vec::new();
    while at < table.len() {
        let length = take_bytes(table, &mut at)?.len();
        let first = start + at - length..start + at;
        let from = end;
        end = end.checked_add(take(table, &mut at)?)?;
        let raw = take(table, &mut at).filter(|raw| *raw <= LARGEST)?;
        blocks.push(Block { first, packed: from..end, raw });
    }
    (end == start).then_some(blocks)
}

/// The way through an automaton to the whole that was taken last: what it shares with the next one is not gone again.
struct Path<'a, A: Automaton> {
    automaton: &'a A,
    whole: Vec<u8>,
    /// The states after none, one, two ... of its bytes, up to where nothing can match any more.
    states: Vec<A::State>,
}

impl<'a, A: Automaton> Path<'a, A> {
    fn new(automaton: &'a A) -> Self {
        Self { automaton, whole: Vec::new(), states: vec![automaton.start()] }
    }

    fn begin(&mut self) {
        self.whole.clear();
        self.states.truncate(1);
    }

    /// Does the next whole pass? `None`: it shares more than there is.
    fn take(&mut self, shared: usize, rest: &[u8]) -> Option<bool> {
        self.whole.get(..shared)?;
        self.whole.truncate(shared);
        self.whole.extend_from_slice(rest);
        self.states.truncate(shared + 1);
        while let Some(byte) = self.whole.get(self.states.len() - 1) {
            let state = self.states.last()?;
            if !self.automaton.can_match(state) {
                return Some(false);
            }
            let next = self.automaton.accept(state, *byte);
            self.states.push(next);
        }
        Some(self.automaton.is_match(self.states.last()?))
    }

    /// Can nothing match that comes?
    fn is_over(&self) -> bool {
        !self.automaton.can_match(&self.states[0])
    }
}

/// Goes through a file whole by whole.
pub(super) struct Cursor {
    file: File,
    unpacker: Unpacker,
    /// The next block, and what of the one that is gone through is left.
    next: usize,
    block: Vec<u8>,
    at: usize,
    /// Where it stands.
    pub whole: Vec<u8>,
    pub documents: Vec<DocId>,
}

impl Cursor {
    /// Before the first.
    pub fn new(file: File) -> io::Result<Self> {
        let unpacker = Unpacker::new()?;
        let (block, whole, documents) = Default::default();
        Ok(Self { file, unpacker, next: 0, block, at: 0, whole, documents })
    }

    /// Goes on; `false` at the end.
    pub fn advance(&mut self) -> io::Result<bool> {
        while self.at == self.block.len() {
            let Some(block) = self.file.blocks()?.get(self.next) else { return Ok(false) };
            self.block.clear();
            self.block.extend_from_slice(self.unpacker.unpack(&self.file.bytes, block)?);
            self.whole.clear();
            (self.next, self.at) = (self.next + 1, 0);
        }
        let mut entries = Entries { bytes: &self.block, at: self.at };
        let entry = entries.next()?.filter(|entry| entry.shared <= self.whole.len()).ok_or_else(damaged)?;
        self.whole.truncate(entry.shared);
        self.whole.extend_from_slice(entry.rest);
        self.documents.clear();
        documents(entry.documents, |document| self.documents.push(document)).ok_or_else(damaged)?;
        self.at = entries.at;
        Ok(true)
    }
}

struct Unpacker {
    unpacker: Decompressor<'static>,
    raw: Vec<u8>,
}

impl Unpacker {
    fn new() -> io::Result<Self> {
        Ok(Self { unpacker: Decompressor::new()?, raw: Vec::new() })
    }

    fn unpack(&mut self, bytes: &[u8], block: &Block) -> io::Result<&[u8]> {
        let packed = bytes.get(block.packed.clone()).ok_or_else(damaged)?;
        self.raw.clear();
        // As the frame says too: what is damaged is not to take all memory.
        let told = zstd::zstd_safe::get_frame_content_size(packed).ok().flatten();
        if told != Some(block.raw as u64) {
            return Err(damaged());
        }
        self.raw.try_reserve(block.raw).map_err(io::Error::other)?;
        self.unpacker.decompress_to_buffer(packed, &mut self.raw).map_err(|_| damaged())?;
        if self.raw.len() == block.raw { Ok(&self.raw) } else { Err(damaged()) }
    }
}

struct Entries<'a> {
    bytes: &'a [u8],
    at: usize,
}

struct Entry<'a> {
    shared: usize,
    rest: &'a [u8],
    documents: &'a [u8],
}

impl<'a> Entries<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn next(&mut self) -> io::Result<Option<Entry<'a>>> {
        if self.at == self.bytes.len() {
            return Ok(None);
        }
        let mut read = || {
            let shared = take(self.bytes, &mut self.at)?;
            let rest = take_bytes(self.bytes, &mut self.at)?;
            Some(Entry { shared, rest, documents: take_bytes(self.bytes, &mut self.at)? })
        };
        read().map(Some).ok_or_else(damaged)
    }
}

fn documents(bytes: &[u8], mut each: impl FnMut(DocId)) -> Option<()> {
    let (mut at, mut document) = (0, 0u32);
    while at < bytes.len() {
        document = document.checked_add(u32::try_from(take(bytes, &mut at)?).ok()?)?;
        each(document);
    }
    Some(())
}

fn damaged() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "the wholes of a part of the index are damaged")
}

fn put(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[inline]
fn take(bytes: &[u8], at: &mut usize) -> Option<usize> {
    let mut number = 0usize;
    for shift in (0..usize::BITS).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        number |= usize::from(byte & 0x7f).checked_shl(shift)?;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn take_bytes<'a>(bytes: &'a [u8], at: &mut usize) -> Option<&'a [u8]> {
    let length = take(bytes, at)?;
    let end = at.checked_add(length)?;
    let taken = bytes.get(*at..end)?;
    *at = end;
    Some(taken)
}
