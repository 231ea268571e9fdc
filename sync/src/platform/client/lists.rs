//! Reading lists and records: which path a server knows, which page size it stands, what its reply holds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Zoned;
use jiff::tz::TimeZone;
use reqwest::header::{
    DATE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};

use super::Inner;
use super::retry::Pace;
use super::send::{Reader, is_gone};
use super::transport::{Answer, Call};
use crate::model::Incoming;
use crate::platform::decode::Decoder;
use crate::platform::manifest::{Paging, Partition};
use crate::platform::request::{item_url, list_url};
use crate::platform::{At, Collection, FetchError, FetchKind, PageAsk, Priority, Reply};

/// Page sizes to fall back to when a server refuses ours.
const SMALLER: [u32; 2] = [100, 20];

/// Makes something of the reply to a question for a page.
pub(super) type PageReader<T> = Arc<dyn Fn(&PageAsk, &Answer) -> Result<T, String> + Send + Sync>;

/// What a server has shown about its lists, by collection.
#[derive(Debug, Default)]
pub(super) struct Learned(Mutex<HashMap<String, Lesson>>);

#[derive(Debug, Clone, Copy, Default)]
struct Lesson {
    /// Which of the collection's paths answers: 0 is `list`, then `list_or`.
    path: Option<usize>,
    /// Largest page size that was not refused.
    size: Option<u32>,
}

impl Learned {
    fn get(&self, collection: &str) -> Lesson {
        self.all().get(collection).copied().unwrap_or_default()
    }

    fn change(&self, collection: &str, change: impl FnOnce(&mut Lesson)) {
        change(self.all().entry(collection.to_owned()).or_default());
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Lesson>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Reads one page.
    pub(super) async fn page(self: &Arc<Self>, ask: &PageAsk, priority: Priority) -> Result<Reply, FetchError> {
        let decoder = self.decoder(self.collection(&ask.collection)?);
        let read: PageReader<Reply> = Arc::new(move |ask, answer| {
            if answer.status == 304 {
                return Ok(Reply::NotModified);
            }
            let mut page = decoder.page(ask, &answer.body)?;
            page.etag = text(&answer.headers, ETAG);
            page.last_modified = last_modified(&answer.headers);
            Ok(Reply::Page(page))
        });
        self.page_with(ask, priority, &read).await
    }

    /// Reads one page with `read`, on whichever of the collection's paths answers.
    pub(super) async fn page_with<T: Send + 'static>(
        self: &Arc<Self>,
        ask: &PageAsk,
        priority: Priority,
        read: &PageReader<T>,
    ) -> Result<T, FetchError> {
        let collection = self.collection(&ask.collection)?;
        let paths: Vec<&str> =
            std::iter::once(&collection.list).chain(&collection.list_or).map(String::as_str).collect();
        let known = self.learned.get(&collection.name).path;
        let mut missing = None;
        // The path that worked last comes first. A missing parent is no reason to try the others.
        let mut order: Vec<usize> = known.into_iter().chain((0..paths.len()).filter(|n| Some(*n) != known)).collect();
        if known.is_some_and(|known| paths[known].contains("{parent}")) {
            order.truncate(1);
        }
        for place in order {
            match self.page_at(collection, paths[place], ask, priority, read).await {
                // Of several words that weighs most which leaves it open whether there is a list.
                Err(error) if error.is_doubtful() => missing = Some(error),
                Err(error) if error.kind == FetchKind::NotOffered => missing = missing.or(Some(error)),
                Err(error) => return Err(error),
                Ok(reply) => {
                    if known != Some(place) {
                        self.learned.change(&collection.name, |lesson| lesson.path = Some(place));
                    }
                    return Ok(reply);
                }
            }
        }
        Err(missing.unwrap_or_else(|| self.unusable(&format!("{} has no path", collection.name))))
    }

    /// Which of several paths for the same thing has answered.
    pub(super) fn learned_path(&self, what: &str) -> Option<usize> {
        self.learned.get(what).path
    }

    /// This one has.
    pub(super) fn learn_path(&self, what: &str, place: usize) {
        self.learned.change(what, |lesson| lesson.path = Some(place));
    }

    /// Reads one page on one path; with a smaller size when the server refuses the one asked for.
    async fn page_at<T: Send + 'static>(
        self: &Arc<Self>,
        collection: &Collection,
        path: &str,
        ask: &PageAsk,
        priority: Priority,
        read: &PageReader<T>,
    ) -> Result<T, FetchError> {
        let wanted = asked_size(collection, ask);
        let most = self.learned.get(&collection.name).size;
        let first = wanted.map(|wanted| most.map_or(wanted, |most| wanted.min(most)));
        let sized = |size: Option<u32>| PageAsk { size: size.or(ask.size), ..ask.clone() };
        let asked = sized(first.filter(|_| first != wanted));
        let refused = match self.page_once(collection, path, asked, priority, read).await {
            Err(error) if error.kind == FetchKind::Rejected && matches!(error.status, Some(400 | 422)) => error,
            outcome => return outcome,
        };
        for size in SMALLER.into_iter().filter(|&size| first.is_some_and(|first| size < first)) {
            match self.page_once(collection, path, sized(Some(size)), priority, read).await {
                Err(error) if error.kind == FetchKind::Rejected => {}
                Ok(reply) => {
                    self.learned.change(&collection.name, |lesson| lesson.size = Some(size));
                    return Ok(reply);
                }
                Err(error) => return Err(error),
            }
        }
        // Smaller pages are refused as well: the size was not what is wrong, and the first words say what is.
        Err(refused)
    }

    /// Reads one page, as asked.
    async fn page_once<T: Send + 'static>(
        self: &Arc<Self>,
        collection: &Collection,
        path: &str,
        ask: PageAsk,
        priority: Priority,
        read: &PageReader<T>,
    ) -> Result<T, FetchError> {
        let today = Zoned::now().with_time_zone(TimeZone::UTC).date();
        let url = list_url(&self.base, collection, path, &ask, today).map_err(|why| match collection.partition {
            // An id that no path can hold is one record's matter, and no reason to give the connection up.
            Some(Partition::Parent { .. }) => self.rejected(&why),
            _ => self.unusable(&why),
        })?;
        let mut call = Call::get(url, self.options.max_reply);
        call.headers = validators(&ask);
        call.firm = match priority {
            // What is read for a decision: a list, or a parent, that is not there has consequences.
            Priority::Write => Some(Pace::Usual),
            // Many a server says so itself of a path that it does not know, and there may be many such lists.
            Priority::List | Priority::Content => Some(Pace::Once),
            Priority::Interactive => None,
        };
        let read = Arc::clone(read);
        let reader: Reader<T> = Arc::new(move |answer: &Answer| read(&ask, answer));
        self.send(&call, priority, reader).await
    }

    /// Reads one record; `None` when the server has none of this id.
    pub(super) async fn item(
        self: &Arc<Self>,
        collection: &str,
        id: &str,
        priority: Priority,
    ) -> Result<Option<Incoming>, FetchError> {
        let collection = self.collection(collection)?;
        let url = item_url(&self.base, collection, id, None).map_err(|why| self.rejected(&why))?;
        let Some(url) = url else {
            let why = format!("{} serves no single records of {}", self.manifest.title, collection.name);
            return Err(FetchError { kind: FetchKind::NotOffered, ..self.unusable(&why) });
        };
        let call = Call { firm: Some(Pace::Usual), ..Call::get(url, self.options.max_reply) };
        let decoder = self.decoder(collection);
        let reader: Reader<Incoming> = Arc::new(move |answer: &Answer| decoder.record(None, &answer.body));
        match self.send(&call, priority, reader).await {
            Ok(record) => Ok(Some(record)),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads one row of the first list that is offered: signs in on the way, and shows whether anything answers.
    pub(super) async fn probe(self: &Arc<Self>) -> Result<(), FetchError> {
        let mut failed: Option<FetchError> = None;
        let whole = |collection: &&Collection| !matches!(collection.partition, Some(Partition::Parent { .. }));
        let collections = self.manifest.pull_order.iter().filter_map(|name| self.manifest.collections.get(name));
        for collection in collections.filter(whole) {
            let partition = match &collection.partition {
                Some(Partition::Values { values, .. }) => values.first().cloned(),
                _ => None,
            };
            let ask = PageAsk {
                collection: collection.name.clone(),
                partition,
                at: At::Start,
                size: (collection.paging != Paging::None).then_some(1),
                since: None,
                etag: None,
                last_modified: None,
            };
            match self.page(&ask, Priority::Interactive).await {
                Ok(_) => return Ok(()),
                Err(error) if matches!(error.kind, FetchKind::NotOffered | FetchKind::Forbidden) => {
                    // Being forbidden says more about the key than a missing list does about the server.
                    if failed.as_ref().is_none_or(|known| known.kind == FetchKind::NotOffered) {
                        failed = Some(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Err(failed.unwrap_or_else(|| self.unusable("the manifest has no list that could be asked for")))
    }

    /// A request that was not sent because of the id it is about.
    pub(super) fn rejected(&self, why: &str) -> FetchError {
        FetchError { kind: FetchKind::Rejected, ..self.unusable(why) }
    }

    pub(super) fn decoder(&self, collection: &Collection) -> Arc<Decoder> {
        self.decoders.get(&collection.name).map_or_else(|| Arc::new(Decoder::new(collection)), Arc::clone)
    }

    pub(super) fn collection(&self, name: &str) -> Result<&Collection, FetchError> {
        let found = self.manifest.collections.get(name);
        found.ok_or_else(|| self.unusable(&format!("{} has no collection {name}", self.manifest.title)))
    }
}

/// The page size that a request would carry.
fn asked_size(collection: &Collection, ask: &PageAsk) -> Option<u32> {
    match &collection.paging {
        Paging::None => ask.size,
        Paging::Offset { size, .. } | Paging::Cursor { size, .. } | Paging::Page { size, .. } => {
            Some(ask.size.unwrap_or(*size))
        }
    }
}

fn validators(ask: &PageAsk) -> HeaderMap {
    let pairs: [(HeaderName, &Option<String>); 2] =
        [(IF_NONE_MATCH, &ask.etag), (IF_MODIFIED_SINCE, &ask.last_modified)];
    // One that cannot stand in a header is left out: the reply then comes whole.
    pairs.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::from_str(value.as_deref()?).ok()?))).collect()
}

/// `Last-Modified`, where it tells this state of the list from later ones (RFC 9110, 8.8.2.2): it counts seconds, and of a list that
/// changed in the very second in which it was read it says the same before and after.
fn last_modified(headers: &HeaderMap) -> Option<String> {
    let told = text(headers, LAST_MODIFIED)?;
    let at = httpdate::parse_http_date(&told).ok()?;
    let date = httpdate::parse_http_date(&text(headers, DATE)?).ok()?;
    (date.duration_since(at).ok()? > Duration::from_secs(1)).then_some(told)
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
