//! Documents as zstd frames, with a dictionary where the list has one.
//!
//! A frame is stored without its four magic bytes, which are always the same. Its header names the dictionary it was
//! packed with (none, for frames older than the list's dictionary): the number is the row in `dict`, so a frame
//! can be read knowing nothing but the file.
//!
//! A title nearly always stands in the document too. In front of a short one it costs a few bytes of the frame instead of
//! a column of its own, which is a fifth of the file for a million sessions; a byte that no UTF-8 text holds parts the
//! two. Behind longer documents it would be costly to read, and it stays in its column.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use rusqlite::{Connection, OpenFlags, OptionalExtension};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::{CCtx, DCtx, compress_bound, get_dict_id_from_frame, get_frame_content_size};

/// Parts title and document.
const PART: u8 = 0xff;

/// Title and document up to this size share a frame.
const SHORT: usize = 2 * 1024;

pub(super) const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
pub(super) const LEVEL: i32 = 3;

/// No document is larger: replies are limited well below. A frame that says otherwise is damaged.
const LARGEST: u64 = 512 * 1024 * 1024;

thread_local! {
    static UNPACKER: RefCell<DCtx<'static>> = RefCell::new(DCtx::create());
}

/// Packs documents. Owned by the writer.
pub(super) struct Packer {
    context: CCtx<'static>,
    dicts: HashMap<i64, EncoderDictionary<'static>>,
    plain: Vec<u8>,
    frame: Vec<u8>,
}

/// A record's document as it is stored.
#[derive(Debug)]
pub(super) struct Packed<'a> {
    pub frame: &'a [u8],
    /// The title, unless the frame holds it.
    pub title: Option<&'a str>,
}

impl fmt::Debug for Packer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packer").field("dicts", &self.dicts.len()).finish_non_exhaustive()
    }
}

impl Packer {
    /// With the newest dictionary of every list in the file.
    pub(super) fn load(conn: &Connection) -> rusqlite::Result<Self> {
        let mut packer = Self { context: CCtx::create(), dicts: HashMap::new(), plain: Vec::new(), frame: Vec::new() };
        let mut statement = conn.prepare("SELECT list, bytes FROM dict WHERE list > 0 ORDER BY id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            packer.add(row.get(0)?, row.get_ref(1)?.as_blob()?);
        }
        Ok(packer)
    }

    /// Packs the documents of `list` with `dict` from now on.
    pub(super) fn add(&mut self, list: i64, dict: &[u8]) {
        if let Ok(dict) = EncoderDictionary::try_copy(dict, LEVEL) {
            self.dicts.insert(list, dict);
        }
    }

    /// Has `list` a dictionary?
    pub(super) fn has(&self, list: i64) -> bool {
        self.dicts.contains_key(&list)
    }

    /// Packs a document and, if it is short, its title.
    pub(super) fn pack<'a>(
        &'a mut self,
        list: i64,
        title: Option<&'a str>,
        doc: &'a str,
    ) -> rusqlite::Result<Packed<'a>> {
        let inside = shared(title, doc);
        let plain = match inside {
            Some(title) => {
                join(&mut self.plain, title, doc);
                self.plain.as_slice()
            }
            None => doc.as_bytes(),
        };
        self.frame.clear();
        self.frame.reserve(compress_bound(plain.len()));
        let packed = match self.dicts.get(&list) {
            Some(dict) => self.context.compress_using_cdict(&mut self.frame, plain, dict.as_cdict()),
            None => self.context.compress(&mut self.frame, plain, LEVEL),
        };
        let size = packed
            .map_err(|code| rusqlite::Error::ToSqlConversionFailure(zstd::zstd_safe::get_error_name(code).into()))?;
        Ok(Packed { frame: &self.frame[MAGIC.len()..size], title: title.filter(|_| inside.is_none()) })
    }
}

/// The title, if it shares the frame with its document.
fn shared<'a>(title: Option<&'a str>, doc: &str) -> Option<&'a str> {
    title.filter(|title| title.len() + 1 + doc.len() <= SHORT)
}

fn join(plain: &mut Vec<u8>, title: &str, doc: &str) {
    plain.clear();
    plain.extend_from_slice(title.as_bytes());
    plain.push(PART);
    plain.extend_from_slice(doc.as_bytes());
}

/// What a dictionary should learn from: the bytes a frame would hold.
pub(super) fn sample(title: Option<&str>, doc: &str) -> Vec<u8> {
    match shared(title, doc) {
        Some(title) => {
            let mut plain = Vec::new();
            join(&mut plain, title, doc);
            plain
        }
        None => doc.as_bytes()[..doc.len().min(2 * SHORT)].to_vec(),
    }
}

/// A dictionary of at most `size` bytes for documents like `samples`, made so that frames name it `id`. `None` when they are
/// too few or too unlike each other.
pub(super) fn train(id: i64, samples: &[Vec<u8>], size: usize) -> Option<Vec<u8>> {
    let mut dict = zstd::dict::from_samples(samples, size).ok()?;
    // After its magic number a dictionary carries its id; a small one costs a single byte in every frame.
    let place = dict.get_mut(4..8)?;
    place.copy_from_slice(&u32::try_from(id).ok()?.to_le_bytes());
    Some(dict)
}

/// The dictionaries of one file, for reading: shared by every connection of a mirror.
#[derive(Default)]
pub(super) struct Dicts {
    path: PathBuf,
    known: RwLock<HashMap<u32, Arc<DecoderDictionary<'static>>>>,
}

impl fmt::Debug for Dicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dicts").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Dicts {
    /// Those of the file at `path`.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, known: RwLock::default() }
    }

    /// The document in a stored frame; `None` when it is damaged.
    pub(super) fn doc(&self, stored: &[u8]) -> Option<String> {
        let (mut plain, part) = self.unpack(stored, usize::MAX)??;
        plain.drain(..part);
        String::from_utf8(plain).ok()
    }

    /// The title in a stored frame, if it holds one, and the document; `None` when it is damaged.
    pub(super) fn both(&self, stored: &[u8]) -> Option<(Option<String>, String)> {
        let (mut plain, part) = self.unpack(stored, usize::MAX)??;
        let doc = String::from_utf8(plain.split_off(part)).ok()?;
        let title = part.checked_sub(1).map(|end| {
            plain.truncate(end);
            String::from_utf8(plain)
        });
        Some((title.transpose().ok()?, doc))
    }

    /// The title in a stored frame, if it holds one; the outer `None` when it is damaged.
    pub(super) fn title(&self, stored: &[u8]) -> Option<Option<String>> {
        match self.unpack(stored, SHORT)? {
            Some((mut plain, part)) if part > 0 => {
                plain.truncate(part - 1);
                String::from_utf8(plain).ok().map(Some)
            }
            _ => Some(None),
        }
    }

    /// What a frame of at most `limit` bytes holds, and where the document begins in it. The outer `None` when it is damaged.
    fn unpack(&self, stored: &[u8], limit: usize) -> Option<Option<(Vec<u8>, usize)>> {
        let mut frame = Vec::with_capacity(MAGIC.len() + stored.len());
        frame.extend_from_slice(&MAGIC);
        frame.extend_from_slice(stored);
        let size = get_frame_content_size(&frame).ok()??;
        if size > LARGEST {
            return None;
        }
        let size = usize::try_from(size).ok()?;
        if size > limit {
            return Some(None);
        }
        let mut plain = Vec::with_capacity(size);
        UNPACKER.with_borrow_mut(|context| match get_dict_id_from_frame(&frame) {
            None => context.decompress(&mut plain, &frame).ok(),
            Some(id) => {
                let dict = self.dict(id.get())?;
                context.decompress_using_ddict(&mut plain, &frame, dict.as_ddict()).ok()
            }
        })?;
        let parted = memchr::memchr(PART, plain.get(..SHORT).unwrap_or(&plain));
        Some(Some((plain, parted.map_or(0, |part| part + 1))))
    }

    /// Looks in memory, then in the file: SQL functions have no connection to ask.
    fn dict(&self, id: u32) -> Option<Arc<DecoderDictionary<'static>>> {
        if let Some(dict) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Some(dict.clone());
        }
        let conn = Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
        let bytes: Vec<u8> =
            conn.query_row("SELECT bytes FROM dict WHERE id = ?1", [id], |row| row.get(0)).optional().ok().flatten()?;
        let dict = Arc::new(DecoderDictionary::try_copy(&bytes).ok()?);
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(id, dict.clone());
        Some(dict)
    }

    /// Makes a dictionary known before it is committed: the writer reads its own frames.
    pub(super) fn add(&self, id: i64, bytes: &[u8]) {
        if let (Ok(id), Ok(dict)) = (u32::try_from(id), DecoderDictionary::try_copy(bytes)) {
            self.known.write().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::new(dict));
        }
    }
}
