//! How the content of a record stands, decided from the record and from what is known of its content. Pure.

use std::borrow::Cow;

use super::state;
use crate::model::ContentSource;
use crate::peek as json;

/// What the mirror knows of a record's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Had {
    pub state: i64,
    pub gone: bool,
    pub hash: i64,
    pub stamp: i64,
}

/// A record as it is now.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Now {
    pub hash: i64,
    pub gone: bool,
    pub active: i64,
    /// What counts where the record has none of the telling values.
    pub otherwise: i64,
}

/// What there is to do.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::store) enum Look {
    /// Nothing.
    Leave,
    /// Nothing is known of it any longer.
    Forget,
    /// It is so now.
    Set(i64),
    /// It stands in the record: so many messages, in so many bytes.
    Inside(u64, u64),
}

/// Looks at one record. `since`: records that were active earlier are not wanted.
pub(in crate::store) fn look(
    source: &ContentSource,
    now: Now,
    doc: impl FnOnce() -> Option<String>,
    had: Option<Had>,
    since: i64,
) -> Look {
    let unchanged = had.is_some_and(|had| had.hash == now.hash);
    if matches!(source, ContentSource::Children { .. }) {
        return if had.is_some() { Look::Forget } else { Look::Leave };
    }
    if let Some(had) = had.filter(|_| unchanged) {
        return match (had.gone == now.gone, had.state) {
            (true, _) => Look::Leave,
            (false, state::WANTED) if now.gone => Look::Forget,
            (false, known) => Look::Set(known),
        };
    }
    let wanted = !now.gone && now.active >= since;
    if had.is_none() && !wanted && !matches!(source, ContentSource::Record { .. }) {
        return Look::Leave;
    }
    let doc = doc().unwrap_or_default();
    if let ContentSource::Record { at, fetched, .. } = source {
        if let Some((messages, count)) = inside(&doc, at, *fetched) {
            return Look::Inside(count, messages.len() as u64);
        }
        if !fetched {
            return if had.is_some() { Look::Forget } else { Look::Leave };
        }
    }
    let Some(had) = had else { return if wanted { Look::Set(state::WANTED) } else { Look::Leave } };
    let moved = stamp(source, &doc, now) != had.stamp;
    match (had.state, moved) {
        (state::HELD | state::STALE, true) => Look::Set(state::STALE),
        (state::HELD | state::STALE, false) => Look::Set(state::HELD),
        (state::ABSENT | state::DROPPED, false) => Look::Set(had.state),
        _ if wanted => Look::Set(state::WANTED),
        (state::WANTED | state::INSIDE, _) => Look::Forget,
        _ => Look::Set(had.state),
    }
}

/// The messages that stand in a record, and how many. A list may leave them out of its rows as an empty array, and show them when
/// it is asked for the record itself: where that can be done, none are none yet.
pub(in crate::store) fn inside<'d>(doc: &'d str, at: &[String], fetched: bool) -> Option<(Cow<'d, str>, u64)> {
    let messages = json::messages(doc, at)?;
    let count = json::count(&messages).unwrap_or(0);
    (count > 0 || !fetched).then_some((messages, count))
}

/// What the values that tell of a change of the content come to.
pub(in crate::store) fn stamp(source: &ContentSource, doc: &str, now: Now) -> i64 {
    match source {
        ContentSource::Fetched { changed } | ContentSource::Record { changed, .. } => {
            json::stamp(doc, changed, now.otherwise)
        }
        ContentSource::Children { .. } => now.otherwise,
    }
}
