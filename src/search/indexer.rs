//! Brings the index up to the mirror, a piece at a time.
//!
//! Records are taken in the order of the change feed, each with all its documents, in the place of what the index had of it: doing
//! the same twice does no harm. What was read of the mirror is never older than the place in the feed that is kept with the
//! commit, so that a crash at any moment leaves an index that is behind and nothing worse. What a first sync brings is new: nothing
//! is looked for to be replaced of a record whose number is higher than all that were ever taken.
//!
//! Always true: after a commit the index holds nothing that the mirror did not hold when it was read; a mirror of another identity, a
//! new layout or a damage has the index filled anew, without a network.

use std::collections::BTreeSet;
use std::path::Path;

use quarterdeck_index::{Effort, Error, Index, Writer};
use quarterdeck_sync::model::{ListKey, RowKey};
use quarterdeck_sync::store::{Reader, StoreError};

use super::fields;
use super::makers::{self, Taken};
use super::progress::Progress;

/// Records of one step, at most.
const RECORDS: usize = 64;

/// The same while an index is filled by several threads, which wait for each other at the end of a step.
const MANY: usize = 256;

/// Entries of the change feed that are read at once.
const FEED: usize = 256;

/// Why the index could not follow.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The mirror cannot be read.
    #[error(transparent)]
    Mirror(#[from] StoreError),
    /// The index cannot be written.
    #[error(transparent)]
    Index(#[from] Error),
}

/// What a step has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Records looked at.
    pub records: usize,
    /// There is more to do.
    pub more: bool,
}

/// The one that writes to the index.
pub struct Indexer {
    writer: Writer,
    /// Threads that make documents.
    makers: usize,
    progress: Option<Progress>,
    /// Something was written since the last commit.
    dirty: bool,
    /// Lists whose records are the entries of others, as last looked up.
    entries: BTreeSet<ListKey>,
}

impl Indexer {
    /// Opens the index in `folder`. One that is damaged or of another version is wiped: it is filled anew.
    ///
    /// # Errors
    /// [`Error::Held`] while somebody else writes to it.
    pub fn open(folder: &Path, effort: Effort) -> Result<Self, Error> {
        let layout = fields::layout();
        let writer = match Writer::open(folder, &layout, effort) {
            Err(error) if error.asks_for_rebuild() => {
                Index::wipe(folder)?;
                Writer::open(folder, &layout, effort)?
            }
            opened => opened?,
        };
        let progress = writer.mark()?.as_ref().and_then(Progress::of);
        Ok(Self { writer, makers: effort.threads, progress, dirty: false, entries: BTreeSet::new() })
    }

    /// Has everything to be indexed anew.
    pub fn forget(&mut self) {
        self.progress = None;
    }

    /// Is it being filled?
    pub fn is_filling(&self) -> bool {
        self.progress.is_none_or(|progress| progress.filled.is_some())
    }

    /// Does some work, if there is any. What was done shows after [`Indexer::commit`].
    ///
    /// # Errors
    /// [`FollowError`]. What was done since the last commit is taken back when the index is opened again.
    pub fn step(&mut self, reader: &Reader) -> Result<Step, FollowError> {
        let mirror = identity(reader)?;
        let progress = match self.progress.filter(|progress| progress.mirror == mirror) {
            Some(progress) => progress,
            None => self.start(reader, mirror)?,
        };
        self.entries = reader.entry_lists()?.into_iter().collect();
        let (progress, followed) = self.follow(reader, progress)?;
        let (progress, filled) = match progress.filled {
            Some(filled) => self.fill(reader, progress, filled)?,
            None => (progress, Step { records: 0, more: false }),
        };
        self.progress = Some(progress);
        Ok(Step { records: followed.records + filled.records, more: followed.more || filled.more })
    }

    /// Empties the index, to fill it.
    fn start(&mut self, reader: &Reader, mirror: u64) -> Result<Progress, FollowError> {
        // Read before the first record: what changes from now on is met again in the feed.
        let progress = Progress::start(mirror, reader.feed_head()?);
        self.writer.remove(..)?;
        self.dirty = true;
        Ok(progress)
    }

    fn fill(&mut self, reader: &Reader, progress: Progress, filled: i64) -> Result<(Progress, Step), FollowError> {
        let most = if self.makers > 1 { MANY } else { RECORDS };
        let keys = reader.keys(RowKey(filled.saturating_add(1)), RowKey(i64::MAX), most)?;
        let progress = self.take(reader, progress, &keys)?;
        self.dirty = true;
        let more = keys.len() == most;
        let filled = keys.last().map(|key| key.0).filter(|_| more);
        Ok((Progress { filled, ..progress }, Step { records: keys.len(), more: true }))
    }

    /// Does what the next entries of the change feed ask for. Of records that are still to be filled in they ask for nothing: those
    /// are read later, as they are then.
    fn follow(&mut self, reader: &Reader, mut progress: Progress) -> Result<(Progress, Step), FollowError> {
        let feed = reader.feed(progress.seq, FEED)?;
        let reach = progress.filled.unwrap_or(i64::MAX);
        let mut touched = BTreeSet::new();
        let mut more = feed.len() == FEED;
        for entry in feed {
            let first = entry.first.0.max(progress.within.saturating_add(1));
            let end = entry.last.0.min(reach);
            if first > end || self.drop_stretch(reader, progress, first, end)? {
                (progress.seq, progress.within) = (entry.seq, 0);
                continue;
            }
            let room = RECORDS.saturating_sub(touched.len());
            let last = end.min(first.saturating_add(i64::try_from(room).unwrap_or(0)).saturating_sub(1));
            touched.extend(first..=last);
            if last < end {
                (progress.within, more) = (last.max(progress.within), true);
                break;
            }
            (progress.seq, progress.within) = (entry.seq, 0);
        }
        let keys: Vec<RowKey> = touched.iter().copied().map(RowKey).collect();
        let progress = self.take(reader, progress, &keys)?;
        self.dirty |= !touched.is_empty();
        Ok((progress, Step { records: touched.len(), more }))
    }

    /// Removes a long stretch of which the mirror has nothing any more: a connection was forgotten.
    fn drop_stretch(
        &mut self,
        reader: &Reader,
        progress: Progress,
        first: i64,
        last: i64,
    ) -> Result<bool, FollowError> {
        let long = last.saturating_sub(first) >= i64::try_from(RECORDS).unwrap_or(i64::MAX);
        if !long || !reader.keys(RowKey(first), RowKey(last), 1)?.is_empty() {
            return Ok(false);
        }
        if first <= progress.top {
            self.writer.remove(first.cast_unsigned()..=last.cast_unsigned())?;
            self.dirty = true;
        }
        Ok(true)
    }

    /// Puts what the mirror has of these records into the index, in the place of what it has of them. Each is there once, ascending.
    fn take(&self, reader: &Reader, progress: Progress, keys: &[RowKey]) -> Result<Progress, FollowError> {
        let known = keys.iter().filter(|key| key.0 <= progress.top);
        self.writer.clear(&known.map(|key| key.0.cast_unsigned()).collect::<Vec<_>>())?;
        let read = |key: &RowKey| self.read(reader, *key);
        makers::run(self.makers, keys.iter().map(read), |taken| makers::put(&self.writer, taken))?;
        let top = keys.last().map_or(progress.top, |key| progress.top.max(key.0));
        Ok(Progress { top, ..progress })
    }

    /// What the mirror has of a record.
    fn read(&self, reader: &Reader, key: RowKey) -> Result<Taken, FollowError> {
        let record = sound(reader.record(key))?.filter(|record| !self.entries.contains(&record.row.list));
        let content = match record {
            Some(_) => sound(reader.content(key))?,
            None => None,
        };
        Ok(Taken { key, record, content })
    }

    /// Has what was done shown, and kept, together with how far it goes.
    ///
    /// # Errors
    /// [`Error`]: nothing of it was kept.
    pub fn commit(&mut self) -> Result<(), Error> {
        if let (true, Some(progress)) = (self.dirty, self.progress) {
            self.writer.commit(&progress.mark())?;
            self.dirty = false;
        }
        Ok(())
    }

    /// Is there something to commit?
    pub fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// Waits for what is still being merged, and gives way to another writer.
    ///
    /// # Errors
    /// [`Error`].
    pub fn finish(self) -> Result<(), Error> {
        self.writer.finish()
    }
}

/// One bad record is no reason to stop: it cannot be shown either.
fn sound<T>(read: Result<Option<T>, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Err(StoreError::Damaged { .. }) => Ok(None),
        read => read,
    }
}

/// The mirror's identity; 0 while there is none.
///
/// # Errors
/// When it cannot be read.
pub fn identity(reader: &Reader) -> Result<u64, StoreError> {
    Ok(reader.identity()?.unwrap_or(0))
}

/// Records of the mirror that the index does not have yet, counted to `most`; those that were touched twice count twice.
///
/// # Errors
/// When the mirror cannot be read.
pub fn behind(reader: &Reader, progress: Option<Progress>, most: u64) -> Result<u64, StoreError> {
    let limit = usize::try_from(most).unwrap_or(usize::MAX);
    let identity = identity(reader)?;
    let Some(progress) = progress.filter(|progress| progress.mirror == identity) else {
        return Ok(reader.keys(RowKey(0), RowKey(i64::MAX), limit)?.len() as u64);
    };
    let mut behind = 0u64;
    if let Some(filled) = progress.filled {
        behind += reader.keys(RowKey(filled.saturating_add(1)), RowKey(i64::MAX), limit)?.len() as u64;
    }
    let (mut seq, mut within) = (progress.seq, progress.within);
    while behind < most {
        let feed = reader.feed(seq, FEED)?;
        let Some(last) = feed.last() else { break };
        seq = last.seq;
        for entry in feed {
            let first = entry.first.0.max(within.saturating_add(1));
            behind = behind.saturating_add(entry.last.0.saturating_sub(first).saturating_add(1).max(0).cast_unsigned());
            within = 0;
        }
    }
    Ok(behind.min(most))
}

#[cfg(test)]
mod tests;
