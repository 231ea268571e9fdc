//! Marks gone what a complete walk did not meet, if the guard lets it.

use super::guard;
use super::hands::Hands;
use super::seen::Seen;
use crate::platform::manifest::Absence;
use crate::store::{Age, Batch, Reader, StoreError};

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
    let matters = !accept && guard::asks_for_age(live, missing, seen.len(), absence);
    let old = if matters { Some(among_oldest(hands, partition, seen, missing).await?) } else { None };
    if !accept && !guard::allows(live, missing, seen.len(), absence, old) {
        return Ok(Vanished::Held { missing, live });
    }
    if missing > 0 {
        mark(hands, partition, seen).await?;
    }
    Ok(Vanished::Marked(missing))
}

/// How many of the `missing` rows are among as many oldest, by the time they were made or by that of their last change, whichever says
/// more: nobody tells by which of them a platform lets them go.
async fn among_oldest(
    hands: &mut Hands<'_>,
    partition: Option<&str>,
    seen: &Seen,
    missing: u64,
) -> Result<u64, StoreError> {
    let mut most = 0;
    for age in [Age::Made, Age::Active] {
        let (list, piece) = (hands.list, partition.map(str::to_owned));
        let until = hands.read(move |reader: &Reader| reader.nth_oldest(list, piece.as_deref(), age, missing)).await?;
        let Some(until) = until else { continue };
        let (mut old, mut after) = (0, None::<String>);
        loop {
            let piece = partition.map(str::to_owned);
            let question = move |reader: &Reader| {
                reader.live_until(list, piece.as_deref(), (age, until), after.as_deref(), STRETCH)
            };
            let ids = hands.read(question).await?;
            old += ids.iter().filter(|id| !seen.contains(Seen::key(id))).count() as u64;
            after = ids.last().cloned();
            if ids.len() < STRETCH {
                break;
            }
        }
        most = most.max(old.min(missing));
    }
    Ok(most)
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
    let question = move |reader: &Reader| reader.live(list, partition.as_deref(), after.as_deref(), STRETCH);
    Ok(hands.read(question).await?.into_iter().map(|known| known.id).collect())
}
