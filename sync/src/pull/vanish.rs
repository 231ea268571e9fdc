//! Marks gone what a complete walk did not meet, if the guard lets it.

use super::guard;
use super::hands::Hands;
use super::seen::Seen;
use crate::platform::manifest::Absence;
use crate::store::{Batch, StoreError};

/// Live records looked at, and marked, at a time.
const STRETCH: usize = 500;

/// What became of the rows that a walk did not meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vanished {
    /// They are marked gone; so many.
    Marked(u64),
    /// Too many at once: all are kept.
    Held {
        /// Rows that were not met.
        missing: u64,
        /// Live rows in the mirror.
        live: u64,
    },
}

/// Marks every live record of the list (or of one piece of it) that `seen` does not know.
pub async fn vanish(
    hands: &mut Hands<'_>,
    partition: Option<&str>,
    seen: &Seen,
    absence: Absence,
    accept: bool,
) -> Result<Vanished, StoreError> {
    hands.settle().await?;
    let (mut live, mut missing) = (0, 0);
    let mut after = None;
    loop {
        let ids = stretch(hands, partition, after).await?;
        live += ids.len() as u64;
        missing += ids.iter().filter(|id| !seen.contains(Seen::key(id))).count() as u64;
        after = ids.last().cloned();
        if ids.len() < STRETCH {
            break;
        }
    }
    if !accept && !guard::allows(live, missing, seen.len(), absence) {
        return Ok(Vanished::Held { missing, live });
    }
    if missing > 0 {
        mark(hands, partition, seen).await?;
    }
    Ok(Vanished::Marked(missing))
}

/// Ids of live records that `seen` does not know: the first `limit` of them.
pub async fn missing(hands: &mut Hands<'_>, seen: &Seen, limit: usize) -> Result<Vec<String>, StoreError> {
    hands.settle().await?;
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let ids = stretch(hands, None, after).await?;
        after = ids.last().cloned();
        let last = ids.len() < STRETCH;
        found.extend(ids.into_iter().filter(|id| !seen.contains(Seen::key(id))));
        if last || found.len() >= limit {
            found.truncate(limit);
            return Ok(found);
        }
    }
}

/// Notes every live record of a piece as met: the server said that nothing changed there.
pub async fn met_all(hands: &mut Hands<'_>, partition: &str, seen: &mut Seen) -> Result<(), StoreError> {
    hands.settle().await?;
    let mut after = None;
    loop {
        let ids = stretch(hands, Some(partition), after).await?;
        for id in &ids {
            seen.insert(Seen::key(id));
        }
        after = ids.last().cloned();
        if ids.len() < STRETCH {
            return Ok(());
        }
    }
}

async fn mark(hands: &mut Hands<'_>, partition: Option<&str>, seen: &Seen) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let ids = stretch(hands, partition, after).await?;
        after = ids.last().cloned();
        let last = ids.len() < STRETCH;
        let gone: Vec<String> = ids.into_iter().filter(|id| !seen.contains(Seen::key(id))).collect();
        if !gone.is_empty() {
            hands.give(Batch { gone, ..Batch::default() }).await?;
        }
        if last {
            return hands.settle().await;
        }
    }
}

async fn stretch(hands: &Hands<'_>, partition: Option<&str>, after: Option<String>) -> Result<Vec<String>, StoreError> {
    let (list, partition) = (hands.list, partition.map(str::to_owned));
    let question =
        move |reader: &crate::store::Reader| reader.live(list, partition.as_deref(), after.as_deref(), STRETCH);
    Ok(hands.read(question).await?.into_iter().map(|known| known.id).collect())
}
