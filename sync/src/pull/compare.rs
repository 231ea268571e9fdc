//! Which rows of a page are news to the mirror.

use std::collections::HashMap;

use jiff::Timestamp;

use super::hands::Hands;
use super::seen::Seen;
use super::sweep::Goal;
use crate::model::Incoming;
use crate::platform::Page;
use crate::store::StoreError;

/// What a page brings.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// Something is new or different.
    pub news: bool,
    /// Ids that the mirror does not hold live.
    pub new_ids: u64,
    /// The row with which the news before ended is as it was.
    pub anchored: bool,
    /// A row up to that one is new or different.
    pub renumbered: bool,
}

/// Which rows of a page are news to the mirror; `mark`: where the news before ended. A walk to the end does not ask: the mirror finds
/// out by itself.
pub(super) async fn compare(
    goal: &Goal,
    mark: Option<&str>,
    page: &Page,
    seen: &Seen,
    hands: &Hands<'_>,
) -> Result<Compared, StoreError> {
    if *goal == Goal::All {
        return Ok(Compared { news: true, ..Compared::default() });
    }
    let fresh: Vec<&Incoming> = page.rows.iter().filter(|row| !seen.contains(Seen::key(&row.id))).collect();
    let ids: Vec<String> = fresh.iter().map(|row| row.id.clone()).collect();
    let list = hands.list;
    let question =
        move |reader: &crate::store::Reader| reader.hashes(list, &ids.iter().map(String::as_str).collect::<Vec<_>>());
    let hashes = hands.read(question).await?;
    let mut compared = Compared::default();
    for (row, hash) in fresh.iter().zip(&hashes) {
        compared.news |= *hash != Some(row.hash);
        compared.new_ids += u64::from(hash.is_none());
    }
    if let Some(mark) = mark {
        let held: HashMap<&str, bool> =
            fresh.iter().zip(hashes).map(|(row, hash)| (row.id.as_str(), hash == Some(row.hash))).collect();
        for (row, value) in page.rows.iter().zip(&page.order_by) {
            let Some(value) = value.as_deref().filter(|value| !later(value, mark)) else { continue };
            match held.get(row.id.as_str()) {
                Some(false) => compared.renumbered = true,
                Some(true) | None => compared.anchored |= value == mark,
            }
        }
    }
    Ok(compared)
}

/// Is `a` later than `b`? Numbers by size, times by time, all else as text.
pub(super) fn later(a: &str, b: &str) -> bool {
    if let (Ok(a), Ok(b)) = (a.parse::<i128>(), b.parse::<i128>()) {
        return a > b;
    }
    if let (Ok(a), Ok(b)) = (a.parse::<Timestamp>(), b.parse::<Timestamp>()) {
        return a > b;
    }
    a > b
}
