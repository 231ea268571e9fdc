//! One sync of one connection: its lists side by side, those with one piece per parent after their parents.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::{ConnectionError, ConnectionReport, ContentOptions, Event, ListReport, Mode, Outcome, SyncOptions};
use crate::model::{BudgetView, ListId, ListKey, Offered, ToldBudget};
use crate::platform::manifest::Partition;
use crate::platform::{Collection, FetchError, FetchKind};
use crate::pull::{ListPull, Meter, Source};
use crate::store::{Mirror, StoreError};

pub(super) use crate::outbox::sender::list_spec as spec;

/// Lists pulled side by side. The rate budget, not this, decides how fast.
const LISTS_AT_ONCE: usize = 4;

/// Lists refused the credentials in a row after which the connection is not asked for more.
const REFUSALS: usize = 3;

/// Shortest time between two [`Event::Progress`] of one list.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// What the pulls of one connection share.
struct Shared<'a, S> {
    mirror: &'a Mirror,
    source: &'a S,
    options: &'a SyncOptions,
    on_event: &'a (dyn Fn(Event) + Send + Sync),
    /// A list found the connection unusable.
    halted: AtomicBool,
    /// Some list got an answer.
    answered: AtomicBool,
    /// Lists that were refused the credentials, one after the other.
    refused: AtomicUsize,
    /// Lists to be pulled before the children of others.
    lists: usize,
}

/// Syncs one connection.
pub(super) async fn sync<S: Source>(
    mirror: &Mirror,
    source: &S,
    options: &SyncOptions,
    on_event: &(dyn Fn(Event) + Send + Sync),
) -> Result<ConnectionReport, StoreError> {
    let started_at = (options.now)();
    let manifest = source.manifest();
    let known: Vec<&Collection> =
        manifest.pull_order.iter().filter_map(|name| manifest.collections.get(name)).collect();
    let specs = known.iter().map(|collection| spec(source.name(), manifest, collection)).collect();
    let ids = mirror.register(specs).await?;
    let lists: Vec<(&Collection, ListId)> = known.into_iter().zip(ids).collect();
    let asked_for = |name: &String| options.collections.is_empty() || options.collections.contains(name);
    let wanted = lists.iter().copied().filter(|(collection, _)| asked_for(&collection.name));
    let (children, roots): (Vec<_>, Vec<_>) = wanted.partition(|(collection, _)| parent_of(collection).is_some());
    on_event(Event::Started { connection: source.name().to_owned(), lists: children.len() + roots.len() });

    let lists_first = if roots.is_empty() { children.len() } else { roots.len() };
    let shared = Shared {
        mirror,
        source,
        options,
        on_event,
        halted: false.into(),
        answered: false.into(),
        refused: 0.into(),
        lists: lists_first,
    };
    let mut reports = Vec::new();
    let mut error = None;
    for stage in [roots, children] {
        shared.stage(stage, &lists, &mut reports, &mut error).await?;
    }
    reports.sort_by_key(|report| lists.iter().position(|(collection, _)| collection.name == report.list.collection));
    let error = error.or_else(|| none_served(&reports));
    let content = match &error {
        None if options.content != ContentOptions::default() => {
            Some(super::contents(mirror, source, options, on_event).await?)
        }
        _ => None,
    };
    let budget = source.budget();
    if budget != BudgetView::default() {
        let told =
            ToldBudget { connection: source.name().to_owned(), told_at: (options.now)(), budget: budget.clone() };
        mirror.keep_budget(told).await?;
    }
    let report = ConnectionReport {
        connection: source.name().to_owned(),
        platform: manifest.name.clone(),
        started_at,
        ended_at: (options.now)(),
        lists: reports,
        content,
        error,
        traffic: source.traffic(),
        budget,
    };
    on_event(Event::Finished(report.clone()));
    Ok(report)
}

impl<S: Source> Shared<'_, S> {
    /// Pulls these lists side by side.
    async fn stage(
        &self,
        lists: Vec<(&Collection, ListId)>,
        all: &[(&Collection, ListId)],
        reports: &mut Vec<ListReport>,
        error: &mut Option<ConnectionError>,
    ) -> Result<(), StoreError> {
        let mut waiting = lists.into_iter();
        let mut running = FuturesUnordered::new();
        running.extend(waiting.by_ref().take(LISTS_AT_ONCE).map(|list| self.pull(list, all)));
        while let Some(pulled) = running.next().await {
            let (report, failure) = pulled?;
            if let Some(failure) = failure {
                if self.is_fatal(&failure) {
                    self.halted.store(true, Ordering::Relaxed);
                    error.get_or_insert(ConnectionError { kind: Some(failure.kind), message: failure.message });
                }
            } else {
                self.refused.store(0, Ordering::Relaxed);
            }
            (self.on_event)(Event::Listed(report.clone()));
            reports.push(report);
            running.extend(waiting.next().map(|list| self.pull(list, all)));
        }
        Ok(())
    }

    async fn pull(
        &self,
        (collection, list): (&Collection, ListId),
        all: &[(&Collection, ListId)],
    ) -> Result<(ListReport, Option<FetchError>), StoreError> {
        let key = ListKey::new(self.source.name(), &collection.name);
        if self.halted.load(Ordering::Relaxed) {
            return Ok((unread(key), None));
        }
        let last = Mutex::new(None::<Instant>);
        let meter = Meter::default();
        let progress = |total| {
            self.answered.store(true, Ordering::Relaxed);
            let now = Instant::now();
            let mut last = last.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            if last.is_none_or(|last| now - last >= PROGRESS_EVERY) {
                *last = Some(now);
                let (list, rows, budget) = (key.clone(), meter.rows(), self.source.budget());
                (self.on_event)(Event::Progress { list, rows, total, budget });
            }
        };
        let parent = parent_of(collection);
        let pull = ListPull {
            source: self.source,
            mirror: self.mirror,
            key: key.clone(),
            list,
            parents: all.iter().find(|(other, _)| Some(other.name.as_str()) == parent).map(|(_, list)| *list),
            collection,
            options: self.options,
            meter: &meter,
            progress: &progress,
            halted: &|| self.halted.load(Ordering::Relaxed),
        };
        let (report, failure) = pull.run().await?;
        let answered = report.as_ref().is_some_and(|report| report.outcome != Outcome::Failed);
        self.answered.fetch_or(answered, Ordering::Relaxed);
        Ok((report.unwrap_or_else(|| unread(key)), failure))
    }

    /// Does this failure mean that no other list can be read either?
    fn is_fatal(&self, failure: &FetchError) -> bool {
        let silent = !self.answered.load(Ordering::Relaxed);
        match failure.kind {
            FetchKind::Unusable => true,
            // One list may want more than this key; a key that is no good is refused by the next list too.
            FetchKind::Unauthorized => self.refused.fetch_add(1, Ordering::Relaxed) + 1 >= REFUSALS.min(self.lists),
            // Whoever was refused for as long as we wait, and never answered, need not be asked list by list.
            FetchKind::Unreachable | FetchKind::TimedOut | FetchKind::RateLimited => silent,
            _ => false,
        }
    }
}

fn parent_of(collection: &Collection) -> Option<&str> {
    match &collection.partition {
        Some(Partition::Parent { collection, .. }) => Some(collection),
        _ => None,
    }
}

/// The connection answered, but serves none of the lists: a wrong URL, or a key that may do nothing.
fn none_served(reports: &[ListReport]) -> Option<ConnectionError> {
    let statuses: Vec<u16> = reports
        .iter()
        .map(|report| match report.offered {
            Offered::No { status } if report.outcome == Outcome::NotOffered => Some(status),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let forbidden = statuses.contains(&403);
    let (kind, message) = match (statuses.is_empty(), forbidden) {
        (true, _) => return None,
        (false, true) => (FetchKind::Forbidden, "every list was refused (403): this key may read nothing here"),
        (false, false) => {
            (FetchKind::NotOffered, "none of the platform's lists is served at this URL: is it the right one?")
        }
    };
    Some(ConnectionError { kind: Some(kind), message: message.to_owned() })
}

/// A list that was not read because its connection was found unusable.
fn unread(list: ListKey) -> ListReport {
    ListReport {
        list,
        outcome: Outcome::Failed,
        mode: Mode::Skipped,
        requests: 0,
        rows: 0,
        inserted: 0,
        updated: 0,
        gone: 0,
        bad: 0,
        server_count: None,
        offered: Offered::Unknown,
        message: Some("not read: the connection cannot be used".to_owned()),
    }
}
