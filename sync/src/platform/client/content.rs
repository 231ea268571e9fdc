//! Reading the content of one record: all its pages, on whichever of the manifest's paths answers.

use std::collections::HashSet;
use std::sync::Arc;

use reqwest::header::{ETAG, HeaderValue, IF_NONE_MATCH};
use xxhash_rust::xxh3::xxh3_64;

use super::Inner;
use super::retry::Pace;
use super::send::Reader;
use super::transport::{Answer, Call};
use crate::platform::decode::{MessageDecoder, MessagePage};
use crate::platform::manifest::{ContentFetch, Partition};
use crate::platform::request::content_url;
use crate::platform::{At, Collection, ContentAsk, ContentReply, FetchError, FetchKind, PageAsk, Priority, Style};

/// Most pages of one content. Whoever answers with more never ends.
const MOST_PAGES: u32 = 20_000;

/// Empty pages in a row that are read on from, where each names another one that follows: as many as of a list.
const EMPTY_PAGES: u32 = 5;

/// How often a content is begun anew that changes while it is read.
const TRIES: u32 = 3;

/// What one request came to.
enum Got {
    Unchanged,
    Page(MessagePage, Option<String>),
}

/// Where to read on.
enum Next {
    At(At),
    End,
    /// It is the page before once more: the server knows of no pages, and has shown everything.
    Again,
    /// It goes in circles: it announces more, and shows what it has shown.
    Circle,
}

/// What was read of a content so far.
#[derive(Default)]
struct Read {
    /// The inside of an array.
    messages: String,
    count: u64,
    /// Messages in the whole of it, as last told.
    total: Option<u64>,
    /// The same in the platform's other count.
    stated: Option<u64>,
}

/// The pages that were read.
#[derive(Default)]
struct Trail {
    /// Their messages, at eight bytes a page.
    pages: HashSet<u64>,
    /// The cursors that they gave, likewise.
    cursors: HashSet<u64>,
    /// Empty ones, since one that was not.
    empty: u32,
}

impl Read {
    fn add(&mut self, page: &MessagePage) {
        if page.count > 0 && self.count > 0 {
            self.messages.push(',');
        }
        self.messages.push_str(&page.messages);
        self.count += page.count;
    }

    /// There is more of it, by what the platform says itself.
    fn is_partial(&self) -> bool {
        self.total.max(self.stated).is_some_and(|told| told > self.count)
    }
}

impl Inner {
    /// Reads the content of a record.
    pub(super) async fn content(
        self: &Arc<Self>,
        ask: &ContentAsk,
        priority: Priority,
    ) -> Result<ContentReply, FetchError> {
        let collection = self.collection(&ask.collection)?;
        let Some(fetch) = collection.content.as_ref().and_then(|content| content.fetch()) else {
            let why = format!("{} serves no content of {}", self.manifest.title, collection.name);
            return Err(FetchError { kind: FetchKind::NotOffered, ..self.unusable(&why) });
        };
        let paths: Vec<&str> = std::iter::once(&fetch.path).chain(&fetch.path_or).map(String::as_str).collect();
        let lesson = format!("{}/content", collection.name);
        // A path that has answered is the right one: another would say "not there" of a session that has no content, too.
        let known = self.learned_path(&lesson);
        let tried: Vec<usize> = known.map_or_else(|| (0..paths.len()).collect(), |known| vec![known]);
        let mut doubt = None;
        for place in tried {
            let Some(path) = paths.get(place) else { continue };
            match self.content_at(collection, fetch, path, ask, priority).await {
                Err(error) if error.kind == FetchKind::NotOffered => {}
                // Another path may answer; if none does, nobody knows whether there is a content.
                Err(error) if error.is_doubtful() => doubt = doubt.or(Some(error)),
                // A reply without a body, by its status.
                Err(error) if matches!(error.status, Some(204 | 205)) => return Ok(ContentReply::Absent),
                Err(error) => return Err(error),
                Ok(reply) => {
                    self.learn_path(&lesson, place);
                    return Ok(reply);
                }
            }
        }
        doubt.map_or(Ok(ContentReply::Absent), Err)
    }

    /// Reads the content on one path, from its beginning again as long as it changes under the reading.
    async fn content_at(
        self: &Arc<Self>,
        collection: &Collection,
        fetch: &ContentFetch,
        path: &str,
        ask: &ContentAsk,
        priority: Priority,
    ) -> Result<ContentReply, FetchError> {
        for _ in 0..TRIES {
            if let Some(reply) = self.all_pages(collection, fetch, path, ask, priority).await? {
                return Ok(reply);
            }
        }
        Err(self.strange(path, "it changed each time it was read"))
    }

    /// Reads all pages on one path. What is added at the end while they are read is read too; `None` when a page tells of fewer
    /// messages than one before it: something was taken out, and what was read is of two states. Of a server that announces more
    /// and does not show it, what it has shown is kept as a part.
    async fn all_pages(
        self: &Arc<Self>,
        collection: &Collection,
        fetch: &ContentFetch,
        path: &str,
        ask: &ContentAsk,
        priority: Priority,
    ) -> Result<Option<ContentReply>, FetchError> {
        let decoder = Arc::new(MessageDecoder::new(fetch));
        let mut read = Read::default();
        let mut trail = Trail::default();
        let mut at = At::Start;
        for pages in 0..MOST_PAGES {
            let conditional = ask.etag.as_deref().filter(|_| pages == 0);
            let url = self.content_page_url(collection, fetch, path, ask, &at)?;
            let (page, told) = match self.content_page(url, &decoder, &at, conditional, priority).await? {
                Got::Unchanged => return Ok(Some(ContentReply::Unchanged)),
                Got::Page(page, etag) => (page, etag),
            };
            if page.total < read.total && page.total.is_some() {
                return Ok(None);
            }
            read.total = page.total.or(read.total);
            read.stated = page.stated.or(read.stated);
            let next = next(&at, &page, read.count, &mut trail);
            if !matches!(next, Next::Again | Next::Circle) {
                read.add(&page);
            }
            if read.messages.len() as u64 > self.options.max_reply {
                let what = format!("content of more than {} bytes", self.options.max_reply);
                return Err(FetchError { kind: FetchKind::TooLarge, ..self.strange(path, &what) });
            }
            match next {
                Next::At(then) => at = then,
                Next::End | Next::Again | Next::Circle => {
                    let partial = read.is_partial() || matches!(next, Next::Circle) || page.has_more == Some(true);
                    let messages = self.secrets.strike(format!("[{}]", read.messages));
                    // What validates one page says nothing about the others, nor about what is missing.
                    let etag = told.filter(|_| pages == 0 && !partial);
                    return Ok(Some(ContentReply::Messages { messages, count: read.count, etag, partial }));
                }
            }
        }
        Err(self.strange(path, "it never ends"))
    }

    fn content_page_url(
        &self,
        collection: &Collection,
        fetch: &ContentFetch,
        path: &str,
        ask: &ContentAsk,
        at: &At,
    ) -> Result<url::Url, FetchError> {
        let parent = match &collection.partition {
            Some(Partition::Parent { .. }) => Some(ask.partition.as_str()),
            _ => None,
        };
        // A child that is numbered within its parent has the parent's id in front of its own.
        let own = parent.and_then(|parent| ask.id.strip_prefix(parent)?.strip_prefix('/')).unwrap_or(&ask.id);
        content_url(&self.base, fetch, path, (own, parent), &page_ask(at)).map_err(|why| self.rejected(&why))
    }

    async fn content_page(
        self: &Arc<Self>,
        url: url::Url,
        decoder: &Arc<MessageDecoder>,
        at: &At,
        etag: Option<&str>,
        priority: Priority,
    ) -> Result<Got, FetchError> {
        let mut call = Call { firm: Some(Pace::Usual), ..Call::get(url, self.options.max_reply) };
        if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            call.headers.insert(IF_NONE_MATCH, etag);
        }
        let (decoder, ask) = (Arc::clone(decoder), page_ask(at));
        let reader: Reader<Got> = Arc::new(move |answer: &Answer| {
            if answer.status == 304 {
                return Ok(Got::Unchanged);
            }
            let etag = answer.headers.get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
            Ok(Got::Page(decoder.page(&ask, &answer.body)?, etag))
        });
        self.send(&call, priority, reader).await
    }

    fn strange(&self, path: &str, what: &str) -> FetchError {
        FetchError {
            kind: FetchKind::BadReply,
            path: path.to_owned(),
            status: None,
            message: format!("{path}: {what}"),
            retry_after: None,
        }
    }
}

fn page_ask(at: &At) -> PageAsk {
    PageAsk {
        collection: String::new(),
        partition: None,
        at: at.clone(),
        size: None,
        since: None,
        etag: None,
        last_modified: None,
    }
}

/// What comes after a page, of which `before` messages were read already.
fn next(at: &At, page: &MessagePage, before: u64, trail: &mut Trail) -> Next {
    let end = before + page.count;
    let told = page.has_more.or(page.total.map(|total| end < total));
    let full = page.asked.is_some_and(|asked| page.count >= u64::from(asked));
    let more = match (&page.next_cursor, told) {
        (_, Some(more)) => more,
        (Some(_), None) => true,
        // Nothing is said of an end: one page more than there is shows it.
        (None, None) => match page.style {
            Style::Whole | Style::Cursor => false,
            Style::Offset | Style::Page => page.asked.is_none() || full,
        },
    };
    if page.count > 0 && page.next_cursor.is_none() && !trail.pages.insert(xxh3_64(page.messages.as_bytes())) {
        return if told == Some(true) || page.total.is_some() { Next::Circle } else { Next::Again };
    }
    trail.empty = if page.count == 0 { trail.empty + 1 } else { 0 };
    // What the server leaves out for whoever asks leaves pages empty, and there is more behind them. Without a cursor an empty page
    // is the end.
    let leads_on = page.count > 0 || (page.style == Style::Cursor && page.next_cursor.is_some());
    if !more || !leads_on {
        return Next::End;
    }
    if trail.empty > EMPTY_PAGES {
        return Next::Circle;
    }
    if page.next_cursor.as_ref().is_some_and(|cursor| !trail.cursors.insert(xxh3_64(cursor.as_bytes()))) {
        return Next::Circle;
    }
    match (page.style, &page.next_cursor) {
        (Style::Cursor, Some(cursor)) => Next::At(At::Cursor(cursor.clone())),
        (Style::Page, _) => Next::At(At::Page(if let At::Page(number) = at { number.saturating_add(1) } else { 2 })),
        (Style::Offset, _) => Next::At(At::Offset(end)),
        // It says that there is more, and not how to come by it: the usual way.
        (Style::Whole | Style::Cursor, _) => Next::At(At::Offset(end)),
    }
}
