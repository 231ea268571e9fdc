//! The contents of one connection: fetched newest first, behind everything else, each kept by itself.
//!
//! What is due the mirror says ([`Mirror::plan_content`]); what became of a fetch is decided by [`judge`], a pure function. One
//! content that fails costs no other, and is tried less and less often. Where the connection itself fails, or refuses, the others that
//! are on their way are not waited for. Stopping at any moment loses what was on its way
//! and nothing else: a content is due until it is kept.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use jiff::{SignedDuration, Timestamp};

use super::list::code_of;
use super::plan::younger;
use super::report::{ContentReport, SyncOptions};
use super::source::Source;
use crate::model::{DueContent, ListId};
use crate::platform::{Collection, ContentAsk, ContentReply, FetchError, FetchKind, Priority};
use crate::store::{ContentRoom, KeptContent, Mirror, NewContent, StoreError};

/// Contents fetched side by side. The rate budget, not this, decides how fast; this bounds the memory.
const AT_ONCE: usize = 4;

/// Due contents that are read from the mirror together.
const WINDOW: usize = 64;

/// How far over the budget, in one part of so many, fetching goes before the oldest make room: each time costs a look at all.
const OVER: u64 = 10;

/// Contents that fail in a row, after which no more are asked for: so many of which the server may be the reason. One that is
/// itself at fault counts as one of [`OWN`].
const FAILING: u32 = 8;

/// Contents that are at fault themselves, and say as much about the server as one that it failed to answer for.
const OWN: u32 = 4;

/// How long contents are fetched before it is looked again at what is due: lists are pulled meanwhile, and what they bring is newer than
/// all that waits.
const STRETCH: Duration = Duration::from_secs(5 * 60);

/// First and longest wait before a content that failed is tried again.
const AGAIN: (SignedDuration, SignedDuration) = (SignedDuration::from_mins(5), SignedDuration::from_hours(24));

/// Fetches what is due of one connection.
pub(crate) struct ContentPull<'a, S> {
    pub source: &'a S,
    pub mirror: &'a Mirror,
    /// The lists whose records have content that is fetched.
    pub lists: Vec<(&'a Collection, ListId)>,
    pub options: &'a SyncOptions,
    /// Told after each content.
    pub progress: &'a (dyn Fn(&ContentReport) + Send + Sync),
}

/// The due contents of one list, read from the mirror as they are needed.
struct Lane<'a> {
    collection: &'a Collection,
    list: ListId,
    window: VecDeque<DueContent>,
    last: Option<DueContent>,
    ended: bool,
}

/// What one fetch came to.
struct Fetched {
    kept: Option<KeptContent>,
    verdict: Verdict,
}

/// What a reply, or its absence, means.
#[derive(Debug, Clone, PartialEq)]
enum Verdict {
    /// Something to keep.
    Keep(NewContent),
    /// Nobody can say anything about this content: the connection is what fails.
    Stop(FetchError),
}

impl<S: Source> ContentPull<'_, S> {
    /// Fetches until nothing is due, there is no room, or the connection fails, and adds what came of it to `report`. True when it
    /// ended before that, because it is time to look again at what is due. An error ends the whole sync; what the platform does wrong
    /// stands in the report.
    pub async fn run(&self, report: &mut ContentReport) -> Result<bool, StoreError> {
        let (began, before) = ((self.options.now)(), report.done());
        let mut over = false;
        let mut lanes: Vec<Lane<'_>> = self
            .lists
            .iter()
            .map(|(collection, list)| Lane {
                collection,
                list: *list,
                window: VecDeque::new(),
                last: None,
                ended: false,
            })
            .collect();
        let mut room = true;
        let open = self.room().await?;
        let mut held = open.held_bytes;
        let mut failing = 0;
        let mut running = FuturesUnordered::new();
        loop {
            // However the clock goes, each stretch brings something.
            over = over || (report.done() > before && !younger(began, STRETCH, (self.options.now)()));
            while room && !over && failing < FAILING * OWN && running.len() < AT_ONCE {
                let Some((collection, due)) = self.next(&mut lanes).await? else { break };
                if held >= open.older_below && !self.is_newer(&due, held).await? {
                    room = false;
                    break;
                }
                running.push(self.fetch(collection, due));
            }
            let Some(fetched) = running.next().await else { break };
            let fetched = fetched?;
            held = fetched.kept.map_or(held, |kept| kept.held_bytes);
            failing = fetched.doubt().map_or(0, |doubt| failing + doubt);
            report.take(fetched.verdict, fetched.kept);
            held = self.make_room(held, report).await?;
            (self.progress)(report);
            if report.message.is_some() {
                // The others would fail the same way, each after a patience of its own. They stay due.
                break;
            }
        }
        report.full = !room;
        Ok(over && room && failing < FAILING * OWN && report.message.is_none())
    }

    /// The newest of what is due.
    async fn next<'l>(&self, lanes: &mut [Lane<'l>]) -> Result<Option<(&'l Collection, DueContent)>, StoreError> {
        for lane in lanes.iter_mut().filter(|lane| lane.window.is_empty() && !lane.ended) {
            let (mirror, list, after) = (self.mirror.clone(), lane.list, lane.last.take());
            let (policy, now) = (self.options.content.policy, (self.options.now)());
            let read = move || mirror.reader()?.due_content(list, policy, now, after.as_ref(), WINDOW);
            lane.window = tokio::task::spawn_blocking(read).await.map_err(|_| StoreError::Stopped)??.into();
            lane.last = lane.window.back().cloned();
            lane.ended = lane.window.len() < WINDOW;
        }
        let newest = lanes.iter_mut().filter(|lane| !lane.window.is_empty());
        let newest = newest.max_by_key(|lane| lane.window.front().map(|due| due.active));
        Ok(newest.and_then(|lane| Some((lane.collection, lane.window.pop_front()?))))
    }

    async fn room(&self) -> Result<ContentRoom, StoreError> {
        let (mirror, budget) = (self.mirror.clone(), self.options.content.budget);
        let room = tokio::task::spawn_blocking(move || mirror.reader()?.content_room(budget));
        room.await.map_err(|_| StoreError::Stopped)?
    }

    /// Drops the oldest when too much is held: what is fetched next is compared with what is left, so that a first sync of far more
    /// than there is room for ends with the newest and does not fetch the rest. What is held then.
    async fn make_room(&self, held: u64, report: &mut ContentReport) -> Result<u64, StoreError> {
        let limits = self.options.content.limits();
        if held <= limits.budget.saturating_add(limits.budget / OVER) {
            return Ok(held);
        }
        let trimmed = self.mirror.trim_content(limits, (self.options.now)()).await?;
        report.dropped += trimmed.dropped;
        report.expired += trimmed.expired;
        Ok(self.room().await?.held_bytes)
    }

    /// Would something older make room for it? Where nothing can, what is free must do.
    async fn is_newer(&self, due: &DueContent, held: u64) -> Result<bool, StoreError> {
        let mirror = self.mirror.clone();
        let oldest = tokio::task::spawn_blocking(move || mirror.reader()?.oldest_content());
        let oldest = oldest.await.map_err(|_| StoreError::Stopped)??;
        Ok(oldest.map_or(held < self.options.content.budget, |oldest| due.active > oldest))
    }

    async fn fetch(&self, collection: &Collection, due: DueContent) -> Result<Fetched, StoreError> {
        fetch(self.mirror, self.source, collection, due, self.options.now, Priority::Content).await
    }
}

/// Fetches the content of one record and keeps what came of it.
async fn fetch<S: Source>(
    mirror: &Mirror,
    source: &S,
    collection: &Collection,
    due: DueContent,
    now: fn() -> Timestamp,
    priority: Priority,
) -> Result<Fetched, StoreError> {
    let ask = ContentAsk {
        collection: collection.name.clone(),
        id: due.id.clone(),
        partition: due.partition.clone(),
        etag: due.etag.clone().filter(|_| due.held),
    };
    // What is fetched is as new as the moment it was asked for.
    let at = now();
    let reply = source.content(&ask, priority).await;
    let verdict = judge(reply, &due, now());
    let mut told = verdict.clone_without_messages();
    let kept = match verdict {
        Verdict::Keep(got) => mirror.keep_content(due, got, at).await?,
        Verdict::Stop(error) => {
            if let Some(refused) = refused(&error, due.failures, now()).filter(|_| priority == Priority::Content) {
                mirror.keep_content(due, refused, at).await?;
            }
            told = Verdict::Stop(error);
            None
        }
    };
    Ok(Fetched { kept, verdict: told })
}

/// Opens one content: fetches it for a person who waits.
pub(crate) async fn open<S: Source>(
    mirror: &Mirror,
    source: &S,
    collection: &Collection,
    due: DueContent,
    now: fn() -> Timestamp,
) -> Result<Result<NewContent, FetchError>, StoreError> {
    let fetched = fetch(mirror, source, collection, due, now, Priority::Interactive).await?;
    Ok(match fetched.verdict {
        Verdict::Keep(got) => Ok(got),
        Verdict::Stop(error) => Err(error),
    })
}

/// What a reply means for the content of a record.
fn judge(reply: Result<ContentReply, FetchError>, due: &DueContent, now: Timestamp) -> Verdict {
    let failed = |code: &str, message: String, again: SignedDuration| {
        let again_at = now.checked_add(again).unwrap_or(Timestamp::MAX);
        Verdict::Keep(NewContent::Failed { code: format!("content_{code}"), message, again_at })
    };
    match reply {
        Ok(ContentReply::Messages { messages, count, etag, partial }) => {
            Verdict::Keep(NewContent::Messages { messages, count, etag, partial })
        }
        Ok(ContentReply::Unchanged) => Verdict::Keep(NewContent::Unchanged),
        // The record may be about to go, with what it said: what is held stays as it is.
        Ok(ContentReply::Absent) if due.held => {
            let message = "the platform no longer has its messages: those that were fetched before are kept".to_owned();
            failed("gone", message, after(due.failures))
        }
        Ok(ContentReply::Absent) => Verdict::Keep(NewContent::Absent),
        Err(error) => match error.kind {
            FetchKind::Server | FetchKind::BadReply | FetchKind::TimedOut => {
                failed(code_of(error.kind), error.message, after(due.failures))
            }
            // Nothing of this gets better by itself.
            FetchKind::Forbidden | FetchKind::Rejected | FetchKind::Redirected | FetchKind::TooLarge => {
                failed(code_of(error.kind), error.message, AGAIN.1)
            }
            FetchKind::NotOffered => Verdict::Keep(NewContent::Absent),
            FetchKind::Unauthorized | FetchKind::RateLimited | FetchKind::Unreachable | FetchKind::Unusable => {
                Verdict::Stop(error)
            }
        },
    }
}

/// What is kept of a content that was refused to the end of its patience, or for which the key does not do. The server may refuse this
/// one alone: the next sync begins with others, so that it never stands before all that are older.
fn refused(error: &FetchError, failures: u32, now: Timestamp) -> Option<NewContent> {
    let own = matches!(error.kind, FetchKind::RateLimited | FetchKind::Unauthorized) && error.status.is_some();
    own.then(|| NewContent::Failed {
        code: format!("content_{}", code_of(error.kind)),
        message: error.message.clone(),
        again_at: now.checked_add(after(failures)).unwrap_or(Timestamp::MAX),
    })
}

/// How long a content that has failed so often before is left alone.
fn after(failures: u32) -> SignedDuration {
    let (first, longest) = AGAIN;
    let doubled = first.as_secs().saturating_mul(1 << failures.min(20));
    SignedDuration::from_secs(doubled).min(longest)
}

impl Fetched {
    /// How much doubt it casts on the server, if it came to nothing.
    fn doubt(&self) -> Option<u32> {
        match &self.verdict {
            Verdict::Stop(_) => Some(OWN),
            Verdict::Keep(NewContent::Failed { code, .. }) => {
                let of_the_server = ["content_server", "content_timed_out"].contains(&code.as_str());
                Some(if of_the_server { OWN } else { 1 })
            }
            Verdict::Keep(_) => None,
        }
    }
}

impl Verdict {
    /// What it says, for a report: the messages themselves are on their way to the mirror.
    fn clone_without_messages(&self) -> Self {
        match self {
            Verdict::Keep(NewContent::Messages { count, etag, partial, .. }) => Verdict::Keep(NewContent::Messages {
                messages: String::new(),
                count: *count,
                etag: etag.clone(),
                partial: *partial,
            }),
            other => other.clone(),
        }
    }
}

impl ContentReport {
    /// Counts one fetch.
    fn take(&mut self, verdict: Verdict, kept: Option<KeptContent>) {
        match verdict {
            Verdict::Keep(NewContent::Messages { .. }) => {
                self.fetched += 1;
                self.messages_bytes(kept);
            }
            Verdict::Keep(NewContent::Unchanged) => self.unchanged += 1,
            Verdict::Keep(NewContent::Absent) => self.absent += 1,
            Verdict::Keep(NewContent::Failed { message, .. }) => {
                self.failed += 1;
                self.failure = Some(message);
            }
            Verdict::Stop(error) => {
                self.message.get_or_insert(error.message);
            }
        }
    }

    fn messages_bytes(&mut self, kept: Option<KeptContent>) {
        let Some(kept) = kept else { return };
        self.bytes += kept.raw_bytes;
        self.changed += u64::from(kept.changed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RowKey;

    fn due(held: bool, failures: u32) -> DueContent {
        DueContent {
            record: RowKey(1),
            list: ListId(1),
            id: "s".to_owned(),
            partition: String::new(),
            stamp: 0,
            etag: None,
            held,
            failures,
            active: 0,
        }
    }

    fn error(kind: FetchKind) -> Result<ContentReply, FetchError> {
        Err(FetchError { kind, path: "/s".to_owned(), status: None, message: "no".to_owned(), retry_after: None })
    }

    fn again_at(verdict: Verdict) -> Option<i64> {
        match verdict {
            Verdict::Keep(NewContent::Failed { again_at, .. }) => Some(again_at.as_second()),
            _ => None,
        }
    }

    #[test]
    fn a_content_that_keeps_failing_is_asked_for_less_and_less_often() {
        let waits: Vec<i64> = (0..12)
            .filter_map(|failures| {
                again_at(judge(error(FetchKind::Server), &due(false, failures), Timestamp::UNIX_EPOCH))
            })
            .collect();
        assert_eq!(waits[..4], [300, 600, 1_200, 2_400]);
        assert_eq!(waits[11], 24 * 3_600);
        let at_once = again_at(judge(error(FetchKind::TooLarge), &due(false, 0), Timestamp::UNIX_EPOCH));
        assert_eq!(at_once, Some(24 * 3_600));
    }

    #[test]
    fn what_is_held_is_not_given_up_because_the_platform_has_it_no_longer() {
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(judge(Ok(ContentReply::Absent), &due(false, 0), now), Verdict::Keep(NewContent::Absent));
        assert!(again_at(judge(Ok(ContentReply::Absent), &due(true, 0), now)).is_some());
    }

    #[test]
    fn a_connection_that_fails_is_not_the_fault_of_a_session() {
        for kind in [FetchKind::Unauthorized, FetchKind::Unreachable, FetchKind::RateLimited, FetchKind::Unusable] {
            assert!(matches!(judge(error(kind), &due(false, 0), Timestamp::UNIX_EPOCH), Verdict::Stop(_)), "{kind:?}");
        }
    }
}
