//! Documents as zstd frames, with a dictionary where the list has one.
//!
//! A frame is stored without its four magic bytes, which are always the same. Its header names the dictionary it was
//! packed with (none, for frames older than the list's dictionary): the number is the row in `dict`, so a frame
//! can be read knowing nothing but the file.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use rusqlite::{Connection, OpenFlags, OptionalExtension};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::{CCtx, DCtx, compress_bound, get_dict_id_from_frame, get_frame_content_size};

const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const LEVEL: i32 = 3;

/// No document is larger: replies are limited well below. A frame that says otherwise is damaged.
const LARGEST: u64 = 512 * 1024 * 1024;

thread_local! {
    static UNPACKER: RefCell<DCtx<'static>> = RefCell::new(DCtx::create());
}

/// Packs documents. Owned by the writer.
pub(super) struct Packer {
    context: CCtx<'static>,
    dicts: HashMap<i64, EncoderDictionary<'static>>,
    frame: Vec<u8>,
}

impl fmt::Debug for Packer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packer").field("dicts", &self.dicts.len()).finish_non_exhaustive()
    }
}

impl Packer {
    /// With the newest dictionary of every list in the file.
    pub(super) fn load(conn: &Connection) -> rusqlite::Result<Self> {
        let mut packer = Self { context: CCtx::create(), dicts: HashMap::new(), frame: Vec::new() };
        let mut statement = conn.prepare("SELECT list, bytes FROM dict ORDER BY id")?;
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

    /// The frame of a document, as it is stored.
    pub(super) fn pack(&mut self, list: i64, doc: &str) -> rusqlite::Result<&[u8]> {
        self.frame.clear();
        self.frame.reserve(compress_bound(doc.len()));
        let packed = match self.dicts.get(&list) {
            Some(dict) => self.context.compress_using_cdict(&mut self.frame, doc.as_bytes(), dict.as_cdict()),
            None => self.context.compress(&mut self.frame, doc.as_bytes(), LEVEL),
        };
        let size = packed
            .map_err(|code| rusqlite::Error::ToSqlConversionFailure(zstd::zstd_safe::get_error_name(code).into()))?;
        Ok(&self.frame[MAGIC.len()..size])
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
    pub(super) fn unpack(&self, stored: &[u8]) -> Option<String> {
        let mut frame = Vec::with_capacity(MAGIC.len() + stored.len());
        frame.extend_from_slice(&MAGIC);
        frame.extend_from_slice(stored);
        let size = get_frame_content_size(&frame).ok()??;
        if size > LARGEST {
            return None;
        }
        let mut doc = Vec::with_capacity(usize::try_from(size).ok()?);
        UNPACKER.with_borrow_mut(|context| match get_dict_id_from_frame(&frame) {
            None => context.decompress(&mut doc, &frame).ok(),
            Some(id) => {
                let dict = self.dict(id.get())?;
                context.decompress_using_ddict(&mut doc, &frame, dict.as_ddict()).ok()
            }
        })?;
        String::from_utf8(doc).ok()
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
