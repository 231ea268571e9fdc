//! Which records were touched since the index's last commit: of those it may say what was true before.

use quarterdeck_index::Mark;
use quarterdeck_sync::model::RowKey;
use quarterdeck_sync::store::{Reader, StoreError};

use super::indexer::identity;
use super::progress::Progress;

/// Entries of the change feed that are read at once, and at most: an index that is further behind is being filled.
const FEED: (usize, usize) = (1_024, 32_768);

/// First and last numbers of records, ascending, none touching another.
#[derive(Debug)]
pub struct Changed(Vec<(i64, i64)>);

impl Changed {
    /// Everything that was touched since `mark`; `None` when it is no mark of this mirror, or long ago. It costs what there is of it.
    ///
    /// # Errors
    /// When the mirror cannot be read.
    pub fn since(reader: &Reader, mark: &Mark) -> Result<Option<Self>, StoreError> {
        let mirror = identity(reader)?;
        let Some(progress) = Progress::of(mark).filter(|progress| progress.mirror == mirror) else { return Ok(None) };
        let mut stretches = Vec::new();
        stretches.extend(progress.filled.map(|filled| (filled.saturating_add(1), i64::MAX)));
        let (mut seq, mut within) = (progress.seq, progress.within);
        loop {
            let feed = reader.feed(seq, FEED.0)?;
            let Some(last) = feed.last() else { break };
            seq = last.seq;
            for entry in &feed {
                stretches.push((entry.first.0.max(within.saturating_add(1)), entry.last.0));
                within = 0;
            }
            if stretches.len() > FEED.1 {
                return Ok(None);
            }
        }
        Ok(Some(Self(merged(stretches))))
    }

    /// Was this one touched?
    pub fn has(&self, key: RowKey) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= key.0);
        after.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|(_, last)| key.0 <= *last)
    }

    /// First and last numbers of all of them.
    pub fn stretches(&self) -> &[(i64, i64)] {
        &self.0
    }
}

fn merged(mut stretches: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    stretches.retain(|(first, last)| first <= last);
    stretches.sort_unstable();
    let mut merged: Vec<(i64, i64)> = Vec::new();
    for (first, last) in stretches {
        match merged.last_mut() {
            Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
            _ => merged.push((first, last)),
        }
    }
    merged
}
