//! Opening an index, following what its writer commits, and doing away with it.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock, RwLockReadGuard};

use tantivy::directory::{INDEX_WRITER_LOCK, error::OpenReadError};
use tantivy::{IndexReader, ReloadPolicy, TantivyError};

use crate::directory::{self, Private};
use crate::error::Error;
use crate::face::{Document, Layout, Mark};
use crate::paper::{self, Paper, Room};
use crate::schema::{FORMAT, Shape};
use crate::snapshot::Snapshot;
use crate::wholes::{self, Files};

pub(crate) const META: &str = "meta.json";

/// How many times parts may go while they are being opened.
const TRIES: usize = 10;

/// An index, to read from. Cheap to share behind an `Arc`; any number of processes may have one open while one of them writes.
///
/// What it shows changes only by [`Index::reload`].
pub struct Index {
    /// `None`: it is in memory only.
    folder: Option<PathBuf>,
    shape: Arc<Shape>,
    reader: RwLock<Reading>,
}

/// What is read at present.
struct Reading {
    index: tantivy::Index,
    reader: IndexReader,
    /// Of what the reader shows.
    wholes: Arc<Files>,
    /// There is no index in the folder yet: this is an empty one in memory.
    missing: bool,
    /// What `meta.json` said just before it was opened: as long as it says the same, nothing was committed. Opening every part of
    /// an index anew takes longer than most searches in it.
    told: Option<Vec<u8>>,
    mark: Option<Mark>,
}

impl Reading {
    fn is_of(&self, told: Option<&[u8]>) -> bool {
        !self.missing && told.is_some() && self.told.as_deref() == told
    }
}

impl Index {
    /// Opens the index in `folder` to read from it; changes nothing there. One that is missing reads as empty, until a
    /// [`Index::reload`] finds it.
    ///
    /// # Errors
    /// [`Error::Outdated`] and [`Error::Damaged`]: see [`Error::asks_for_rebuild`].
    pub fn open(folder: &Path, layout: &Layout) -> Result<Self, Error> {
        let shape = Arc::new(Shape::new(layout));
        let reader = RwLock::new(read(folder, &shape)?);
        Ok(Self { folder: Some(folder.to_owned()), shape, reader })
    }

    /// A small index in memory, of these documents and their owners: for what lies over the big one. See
    /// [`Snapshot::search_beside`].
    pub fn in_memory(layout: &Layout, docs: impl IntoIterator<Item = (u64, Document)>) -> Result<Self, Error> {
        let shape = Arc::new(Shape::new(layout));
        let index = in_ram(&shape)?;
        let mut docs = docs.into_iter().peekable();
        if docs.peek().is_some() {
            // The smallest heap tantivy takes.
            let mut writer = index.writer_with_num_threads(1, 15_000_000)?;
            let room = Room::default();
            for (owner, document) in docs {
                let share = room.take(paper::weight(&document));
                writer.add_document(Paper::new(shape.clone(), owner, document, share))?;
            }
            writer.commit()?;
        }
        let reader = reader(&index)?;
        let wholes = wholes_of(&reader, &Files::default())?;
        let reading = Reading { reader, wholes, index, missing: false, told: None, mark: None };
        let reader = RwLock::new(reading);
        Ok(Self { folder: None, shape, reader })
    }

    /// Shows what has been committed since; costs little when nothing was. Snapshots that were taken stay as they are.
    ///
    /// # Errors
    /// As [`Index::open`]: the index may have been made anew by a newer version meanwhile.
    pub fn reload(&self) -> Result<(), Error> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let told = told(folder)?;
        if self.reading().is_of(told.as_deref()) {
            return Ok(());
        }
        let mut reading = self.reader.write().unwrap_or_else(|broken| broken.into_inner());
        if reading.missing || told.is_none() {
            *reading = read(folder, &self.shape)?;
            return Ok(());
        }
        let mark = check(&reading.index, &self.shape)?;
        reading.reader.reload()?;
        reading.wholes = wholes_of(&reading.reader, &reading.wholes)?;
        let searcher = reading.reader.searcher();
        let segments = searcher.segment_readers();
        self.shape.values.keep(segments);
        self.shape.times.keep(segments);
        self.shape.beginnings.keep(segments);
        (reading.told, reading.mark) = (told, mark);
        Ok(())
    }

    fn reading(&self) -> RwLockReadGuard<'_, Reading> {
        self.reader.read().unwrap_or_else(|broken| broken.into_inner())
    }

    /// A view that stays as it is, for paging.
    pub fn snapshot(&self) -> Snapshot {
        let reading = self.reading();
        Snapshot::new(reading.reader.searcher(), self.shape.clone(), reading.wholes.clone())
    }

    /// What the last commit was marked with; `None` when there was none. Read from the disk, not from what is shown.
    pub fn mark(&self) -> Result<Option<Mark>, Error> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let told = told(folder)?;
        let reading = self.reading();
        match told.as_deref() {
            None => Ok(None),
            told if reading.is_of(told) => Ok(reading.mark.clone()),
            _ if reading.missing => read(folder, &self.shape).map(|now| now.mark),
            _ => check(&reading.index, &self.shape),
        }
    }

    /// Reads every file and compares it with its checksum: slow, and the only way to find a damage before a search does.
    ///
    /// # Errors
    /// [`Error::Damaged`] names the files.
    pub fn check(&self) -> Result<(), Error> {
        let reading = self.reading();
        let mut damaged: Vec<_> = reading.index.validate_checksum()?.into_iter().collect();
        damaged.sort();
        match damaged.as_slice() {
            [] => Ok(()),
            files => {
                Err(Error::Damaged(files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")))
            }
        }
    }

    /// Bytes of the index's files.
    pub fn bytes(&self) -> u64 {
        let Some(files) = self.folder.as_ref().and_then(|folder| std::fs::read_dir(folder).ok()) else { return 0 };
        files.flatten().filter_map(|file| file.metadata().ok()).map(|meta| meta.len()).sum()
    }

    /// Removes the index in `folder`. What others have open stays readable to them; at any moment of it the index is
    /// either whole or missing.
    ///
    /// # Errors
    /// [`Error::Held`] while somebody writes to it.
    pub fn wipe(folder: &Path) -> Result<(), Error> {
        if !folder.exists() {
            return Ok(());
        }
        let lock = folder.join(&INDEX_WRITER_LOCK.filepath);
        let held = File::options().create(true).truncate(false).write(true).open(&lock).map_err(Error::io(&lock))?;
        match held.try_lock() {
            Ok(()) => clear(folder),
            Err(TryLockError::WouldBlock) => Err(Error::Held),
            Err(TryLockError::Error(error)) => Err(Error::io(&lock)(error)),
        }
    }
}

/// Removes all files but the locks, which others may wait at. `meta.json` first: without it there is no index.
pub(crate) fn clear(folder: &Path) -> Result<(), Error> {
    let meta = folder.join(META);
    if meta.exists() {
        std::fs::remove_file(&meta).map_err(Error::io(&meta))?;
    }
    for entry in std::fs::read_dir(folder).map_err(Error::io(folder))? {
        let path = entry.map_err(Error::io(folder))?.path();
        let is_lock = path.extension().is_some_and(|extension| extension == "lock");
        if path.is_file() && !is_lock {
            std::fs::remove_file(&path).map_err(Error::io(&path))?;
        }
    }
    Ok(())
}

fn reader(index: &tantivy::Index) -> Result<IndexReader, Error> {
    // No thread that watches the folder: whoever commits says so.
    Ok(index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?)
}

/// What `meta.json` says; `None` when there is none. It is replaced whole, so that it is never half there.
fn told(folder: &Path) -> Result<Option<Vec<u8>>, Error> {
    let meta = folder.join(META);
    match std::fs::read(&meta) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        told => told.map(Some).map_err(Error::io(&meta)),
    }
}

fn in_ram(shape: &Shape) -> Result<tantivy::Index, Error> {
    let made = tantivy::Index::builder().schema(shape.schema.clone()).register_plugin(wholes::plugin());
    let index = made.create_in_ram()?;
    shape.prepare(&index);
    Ok(index)
}

fn read(folder: &Path, shape: &Shape) -> Result<Reading, Error> {
    let told = told(folder)?;
    let found = match told {
        Some(_) => opened(folder, shape)?,
        None => None,
    };
    let missing = found.is_none();
    let (index, mark) = match found {
        Some(found) => found,
        None => (in_ram(shape)?, None),
    };
    let reader = reader(&index)?;
    let wholes = wholes_of(&reader, &Files::default())?;
    Ok(Reading { reader, wholes, index, missing, told, mark })
}

/// The wholes of what a reader shows. Where a part has gone before its wholes were opened, it is made to show what came in its place.
fn wholes_of(reader: &IndexReader, known: &Files) -> Result<Arc<Files>, Error> {
    for _ in 0..TRIES {
        match Files::open(reader.searcher().segment_readers(), known) {
            Err(OpenReadError::FileDoesNotExist(_)) => reader.reload()?,
            opened => return Ok(Arc::new(opened.map_err(TantivyError::from)?)),
        }
    }
    Ok(Arc::new(Files::open(reader.searcher().segment_readers(), known).map_err(TantivyError::from)?))
}

/// Opens what is in the folder; `None` when it went away meanwhile.
fn opened(folder: &Path, shape: &Shape) -> Result<Option<(tantivy::Index, Option<Mark>)>, Error> {
    let mut index = match tantivy::Index::open(Private::open(folder)?) {
        Ok(index) => index,
        Err(TantivyError::OpenReadError(OpenReadError::FileDoesNotExist(path))) if path.ends_with(META) => {
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let mark = check(&index, shape)?;
    index.register_plugin(wholes::plugin());
    shape.prepare(&index);
    Ok(Some((index, mark)))
}

/// Opens the index to write to it, or makes it. The caller must know that nobody else writes.
pub(crate) fn open_or_make(folder: &Path, shape: &Shape) -> Result<tantivy::Index, Error> {
    directory::make(folder).map_err(Error::io(folder))?;
    if folder.join(META).exists()
        && let Some((index, _)) = opened(folder, shape)?
    {
        return Ok(index);
    }
    let settings = tantivy::IndexSettings {
        docstore_compression: tantivy::store::Compressor::None,
        docstore_compress_dedicated_thread: false,
        ..tantivy::IndexSettings::default()
    };
    let made = tantivy::Index::builder().schema(shape.schema.clone()).settings(settings);
    let index = made.register_plugin(wholes::plugin()).open_or_create(Private::open(folder)?)?;
    shape.prepare(&index);
    Ok(index)
}

/// What is kept with a commit: whose index it is, and the caller's mark.
pub(crate) fn payload(shape: &Shape, mark: &Mark) -> String {
    format!("{} {}\n{}", FORMAT, shape.layout.version, mark.0)
}

/// Whether the index was made for this layout; and its mark.
pub(crate) fn check(index: &tantivy::Index, shape: &Shape) -> Result<Option<Mark>, Error> {
    let meta = index.load_metas()?;
    let version = format!("{} {}", FORMAT, shape.layout.version);
    let told = meta.payload.as_deref().map(|payload| payload.split_once('\n').unwrap_or((payload, "")));
    match told {
        Some((made, _)) if made != version => {
            return Err(Error::Outdated(format!("it has version {made}, this is {version}")));
        }
        _ if meta.schema != shape.schema => return Err(Error::Outdated("it has other fields".to_owned())),
        _ => {}
    }
    Ok(told.map(|(_, mark)| Mark(mark.to_owned())))
}
