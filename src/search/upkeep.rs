//! Looking after the index on demand: bringing it up to the mirror, filling it anew, saying how it stands.

use std::path::Path;
use std::time::{Duration, Instant};

use quarterdeck_index::{Effort, Index};
use quarterdeck_sync::model::{Freshness, ListKey};
use quarterdeck_sync::store::Reader;
use serde::Serialize;

use super::fields;
use super::indexer::{FollowError, Indexer, behind, identity};
use super::progress::Progress;
use super::verify::count_lists;

/// Time between two commits of a long piece of work: what is done anew after a crash. Each cuts the index into more pieces that
/// have to be merged.
const PACE: Duration = Duration::from_secs(30);

/// Brings the index in `folder` up to the mirror, as far as `patience` allows; `true` when it is.
///
/// # Errors
/// [`FollowError`]; that somebody else writes to it is one.
pub fn catch_up(reader: &Reader, folder: &Path, patience: Duration) -> Result<bool, FollowError> {
    let begun = Instant::now();
    // Looking costs less than a writer, and keeps nobody else from writing.
    let followed = Index::open(folder, &fields::layout()).and_then(|index| index.mark());
    if let Ok(mark) = followed
        && let Some(progress) = mark.as_ref().and_then(Progress::of)
        && behind(reader, Some(progress), 1)? == 0
    {
        return Ok(true);
    }
    let mut indexer = Indexer::open(folder, Effort::FOLLOW)?;
    loop {
        let step = indexer.step(reader)?;
        if !step.more || begun.elapsed() >= patience {
            indexer.commit()?;
            return Ok(!step.more);
        }
    }
}

/// Fills the index anew from the mirror. `told` hears how many records are in it, again and again.
///
/// # Errors
/// [`FollowError`]; that somebody else writes to it is one.
pub fn rebuild(reader: &Reader, folder: &Path, told: &mut dyn FnMut(u64)) -> Result<u64, FollowError> {
    let mut indexer = Indexer::open(folder, Effort::BUILD)?;
    indexer.forget();
    let (mut records, mut committed) = (0, Instant::now());
    loop {
        let step = indexer.step(reader)?;
        records += step.records as u64;
        told(records);
        if !step.more {
            break;
        }
        if committed.elapsed() >= PACE {
            indexer.commit()?;
            committed = Instant::now();
        }
    }
    indexer.commit()?;
    indexer.finish()?;
    Ok(records)
}

/// How the index stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Records in it.
    pub records: u64,
    /// Entries in it.
    pub entries: u64,
    /// Bytes of its files.
    pub bytes: u64,
    /// How far it has followed the mirror's change feed; none when it was never made, or is another mirror's.
    pub seq: Option<u64>,
    /// The end of the change feed.
    pub head: u64,
    /// It is being filled.
    pub filling: bool,
    /// Records that it does not have yet, counted to a hundred thousand.
    pub behind: u64,
}

/// Says how the index in `folder` stands to the mirror.
///
/// # Errors
/// [`FollowError`].
pub fn standing(reader: &Reader, folder: &Path) -> Result<Standing, FollowError> {
    let index = Index::open(folder, &fields::layout())?;
    let mirror = identity(reader)?;
    let progress = index.mark()?.as_ref().and_then(Progress::of).filter(|progress| progress.mirror == mirror);
    let snapshot = index.snapshot();
    let counted = count_lists(&snapshot, &[])?;
    Ok(Standing {
        records: counted.records,
        entries: snapshot.total().saturating_sub(counted.records),
        bytes: index.bytes(),
        seq: progress.map(|progress| progress.seq),
        head: reader.feed_head()?,
        filling: progress.is_some_and(|progress| progress.filled.is_some()),
        behind: behind(reader, progress, 100_000)?,
    })
}

/// Says of each list how many of its live records are in the index in `folder`. Nothing is said without an index of this mirror, nor
/// of lists whose records are the entries of others.
///
/// # Errors
/// [`FollowError`], when there is an index that cannot be read.
pub fn count_indexed(reader: &Reader, folder: &Path, lists: &mut [Freshness]) -> Result<(), FollowError> {
    let index = Index::open(folder, &fields::layout())?;
    count_in(reader, &index, lists)
}

/// [`count_indexed`], of an index that is open.
///
/// # Errors
/// [`FollowError`].
pub fn count_in(reader: &Reader, index: &Index, lists: &mut [Freshness]) -> Result<(), FollowError> {
    let mirror = identity(reader)?;
    if index.mark()?.as_ref().and_then(Progress::of).is_none_or(|progress| progress.mirror != mirror) {
        return Ok(());
    }
    let entries = reader.entry_lists()?;
    let keys: Vec<ListKey> = lists.iter().map(|list| list.list.clone()).collect();
    for (list, count) in lists.iter_mut().zip(count_lists(&index.snapshot(), &keys)?.lists) {
        list.index_count = (!entries.contains(&list.list)).then_some(count);
    }
    Ok(())
}
