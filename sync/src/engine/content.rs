//! Contents: fetching what is due, and opening one.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::connection::spec;
use super::{ContentReport, Event, SyncOptions};
use crate::model::{ContentPolicy, ListId, ListKey, RowKey, Scope};
use crate::platform::{Collection, FetchError};
use crate::pull::{ContentPull, Source, open_content};
use crate::store::{Mirror, NewContent, StoreError};

/// Shortest time between two [`Event::Contents`] of one connection.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// Fetches the contents of one connection that are due, newest first, and makes room where there is too much. What its lists
/// have brought must be in the mirror: what is due is decided by that. Dropping the future stops it; what was
/// kept stays, and nothing of it is fetched again.
///
/// # Errors
/// Only when the mirror itself fails; what the platform does wrong stands in the report.
pub async fn contents<S: Source>(
    mirror: &Mirror,
    source: &S,
    options: &SyncOptions,
    on_event: &(dyn Fn(Event) + Send + Sync),
) -> Result<ContentReport, StoreError> {
    let wanted = options.content;
    if options.full && wanted.policy != ContentPolicy::None {
        let lists = asked_for(mirror, source, options).await?;
        mirror.ask_contents_again(lists.into_iter().map(|(_, list)| list).collect()).await?;
    }
    let mut report = ContentReport::new(wanted.policy);
    while fetch_due(mirror, source, options, &mut report, on_event).await? {}
    let trimmed = mirror.trim_content(wanted.limits(), (options.now)()).await?;
    mirror.plan_content(wanted.policy, wanted.budget, (options.now)()).await?;
    let totals = totals(mirror, source.name(), options).await?;
    Ok(ContentReport {
        waiting: totals.as_ref().map_or(0, |totals| totals.due),
        failing: totals.as_ref().map_or(0, |totals| totals.failing),
        dropped: report.dropped + trimmed.dropped,
        expired: report.expired + trimmed.expired,
        over: trimmed.over,
        totals,
        ..report
    })
}

/// Fetches what is due now, newest first, for as long as that is likely to be what is due; true when it is to be looked at again.
async fn fetch_due<S: Source>(
    mirror: &Mirror,
    source: &S,
    options: &SyncOptions,
    report: &mut ContentReport,
    on_event: &(dyn Fn(Event) + Send + Sync),
) -> Result<bool, StoreError> {
    let wanted = options.content;
    mirror.plan_content(wanted.policy, wanted.budget, (options.now)()).await?;
    let waiting = totals(mirror, source.name(), options).await?.map_or(0, |totals| totals.due);
    report.due = report.done() + waiting;
    if wanted.policy == ContentPolicy::None || waiting == 0 {
        return Ok(false);
    }
    let last = Mutex::new(None::<Instant>);
    let progress = |report: &ContentReport| {
        let now = Instant::now();
        let mut last = last.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if last.is_none_or(|last| now - last >= PROGRESS_EVERY) {
            *last = Some(now);
            let (connection, budget) = (source.name().to_owned(), source.budget());
            on_event(Event::Contents { connection, report: report.clone(), budget });
        }
    };
    let lists = asked_for(mirror, source, options).await?;
    ContentPull { source, mirror, lists, options, progress: &progress }.run(report).await
}

/// What became of opening a content.
#[derive(Debug, Clone, PartialEq)]
pub enum Opened {
    /// It came: so many messages.
    Fetched {
        /// Messages.
        messages: u64,
    },
    /// What is held is what the platform has.
    UpToDate,
    /// The platform has none for this record.
    Absent,
    /// There is nothing to fetch: the record has no content, or it stands in records that the mirror has.
    NotFetched,
    /// No usable answer; what is held stays. For a person.
    Failed(String),
    /// The connection cannot be asked.
    Unreachable(FetchError),
}

/// Fetches the content of one record before anything else, whatever the policy says: a person has opened it, or waits for it.
///
/// # Errors
/// Only when the mirror itself fails.
pub async fn fetch_content<S: Source>(
    mirror: &Mirror,
    source: &S,
    list: &ListKey,
    id: &str,
    now: fn() -> jiff::Timestamp,
) -> Result<Opened, StoreError> {
    let Some(collection) = source.manifest().collections.get(&list.collection) else { return Ok(Opened::NotFetched) };
    // The mirror may be from before this platform's content was known.
    lists(mirror, source).await?;
    let (asked, list, id) = (mirror.clone(), list.clone(), id.to_owned());
    let due = move || {
        let reader = asked.reader()?;
        match key(&reader, &list, &id)? {
            Some(key) => reader.openable_content(key),
            None => Ok(None),
        }
    };
    let due = tokio::task::spawn_blocking(due).await.map_err(|_| StoreError::Stopped)??;
    let Some(due) = due else { return Ok(Opened::NotFetched) };
    Ok(match open_content(mirror, source, collection, due, now).await? {
        Ok(NewContent::Messages { count, .. }) => Opened::Fetched { messages: count },
        Ok(NewContent::Unchanged) => Opened::UpToDate,
        Ok(NewContent::Absent) => Opened::Absent,
        Ok(NewContent::Failed { message, .. }) => Opened::Failed(message),
        Err(error) => Opened::Unreachable(error),
    })
}

/// The record of exactly this id.
fn key(reader: &crate::store::Reader, list: &ListKey, id: &str) -> Result<Option<RowKey>, StoreError> {
    let scope = Scope {
        connections: vec![list.connection.clone()],
        collections: vec![list.collection.clone()],
        ..Scope::default()
    };
    let found = reader.find(&scope, id, 1)?;
    Ok(found.into_iter().find(|record| record.row.id == id).map(|record| record.row.key))
}

/// The lists among those asked for whose content is fetched.
async fn asked_for<'s, S: Source>(
    mirror: &Mirror,
    source: &'s S,
    options: &SyncOptions,
) -> Result<Vec<(&'s Collection, ListId)>, StoreError> {
    let mut lists = lists(mirror, source).await?;
    lists.retain(|(collection, _)| options.collections.is_empty() || options.collections.contains(&collection.name));
    Ok(lists)
}

/// The lists of a connection whose content is fetched.
async fn lists<'s, S: Source>(mirror: &Mirror, source: &'s S) -> Result<Vec<(&'s Collection, ListId)>, StoreError> {
    let manifest = source.manifest();
    let known: Vec<&Collection> =
        manifest.pull_order.iter().filter_map(|name| manifest.collections.get(name)).collect();
    let ids =
        mirror.register(known.iter().map(|collection| spec(source.name(), manifest, collection)).collect()).await?;
    let fetched = |collection: &Collection| collection.content.as_ref().is_some_and(|it| it.fetch().is_some());
    Ok(known.into_iter().zip(ids).filter(|(collection, _)| fetched(collection)).collect())
}

async fn totals(
    mirror: &Mirror,
    connection: &str,
    options: &SyncOptions,
) -> Result<Option<crate::model::ContentTotals>, StoreError> {
    let (mirror, connection) = (mirror.clone(), connection.to_owned());
    let (policy, now) = (options.content.policy, (options.now)());
    let read = move || {
        let all = mirror.reader()?.content_totals(policy, now)?;
        Ok(all.into_iter().find(|totals| totals.connection == connection))
    };
    tokio::task::spawn_blocking(read).await.map_err(|_| StoreError::Stopped)?
}
