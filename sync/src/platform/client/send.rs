//! Asks for something until there is an answer worth having: the one loop around the retries, waits and sign-ins of
//! requests that only read. What changes something goes through [`super::write`].

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LOCATION, RETRY_AFTER};

use super::Inner;
use super::auth::Proof;
use super::budget::{Patience, Permit};
use super::retry::{Pace, Tries};
use super::transport::{Answer, Call, Failure};
use super::verdict::{Asked, Verdict, follow, judge};
use super::words::{Words, is_page};

use crate::platform::request::error_text;
use crate::platform::{FetchError, FetchKind, Priority};

/// Replies over this are decoded off the threads that serve the network.
const LARGE: usize = 256 * 1024;

/// How long a content that was refused waits for the server to want it: it comes after everything else, and is as due in the next
/// sync. Waits that only keep to the budget are no refusals.
const CONTENT_PATIENCE: Duration = Duration::from_secs(10);

/// Makes something of a good reply, or says why it cannot be used.
pub(super) type Reader<T> = Arc<dyn Fn(&Answer) -> Result<T, String> + Send + Sync>;

/// What proves one request, and of which session it is.
pub(super) struct Pass {
    pub headers: HeaderMap,
    pub generation: u64,
}

/// What one try came to.
enum Step<T> {
    Done(T),
    Fail(FetchError),
    /// Try again, not before `after`.
    Again {
        error: FetchError,
        pace: Pace,
        after: Option<Duration>,
    },
    /// Ask for leave again: the budget knows how long to wait.
    Later(FetchError),
    /// Sign in, then try again.
    Renew(FetchError),
}

impl Inner {
    /// Sends `call`, which only reads, and reads its reply. Retries what may get better; waits as the budget says; signs in
    /// again once when the session is over.
    pub(super) async fn send<T: Send + 'static>(
        self: &Arc<Self>,
        call: &Call,
        priority: Priority,
        reader: Reader<T>,
    ) -> Result<T, FetchError> {
        let mut tries = Tries::new(self.options.tries, self.options.backoff, self.options.backoff_max);
        let mut patience = Patience::new(self.options.patience);
        let mut refused = None;
        let mut renewed = false;
        loop {
            // Before it queues: what fails to sign in fails for all who wait for it, and takes no one's turn.
            self.pass(&call.method).await?;
            let permit = self.gate.enter(priority, &mut patience).await;
            let permit = permit.map_err(|wait| self.words(call).rate_limited(refused.take(), wait))?;
            // The wait may have been long, and the session renewed by another request meanwhile.
            let pass = self.pass(&call.method).await?;
            match self.attempt(call, &pass, permit, &reader).await {
                Step::Done(value) => return Ok(value),
                Step::Fail(error) => return Err(error),
                Step::Later(error) => {
                    self.counters.refused();
                    if priority == Priority::Content {
                        patience.shorten(CONTENT_PATIENCE);
                    }
                    refused = Some(error);
                }
                Step::Renew(error) => {
                    if renewed || !self.may_renew(pass.generation) {
                        return Err(error);
                    }
                    renewed = true;
                    self.renew(pass.generation).await?;
                }
                Step::Again { error, pace, after } => {
                    let Some(wait) = tries.again(pace, &self.jitter) else { return Err(error) };
                    let wait = wait.max(after.unwrap_or_default());
                    if wait > self.options.patience {
                        return Err(error);
                    }
                    tokio::time::sleep(wait).await;
                }
            }
            self.counters.retry();
        }
    }

    /// One try, redirects included.
    async fn attempt<T: Send + 'static>(
        &self,
        call: &Call,
        pass: &Pass,
        mut permit: Permit,
        reader: &Reader<T>,
    ) -> Step<T> {
        let mut call = call.clone();
        let mut hops = 0;
        loop {
            let told = |status: u16, headers: &HeaderMap| permit.headers(headers, status == 429);
            let answer = match self.transport.exchange(&call, &pass.headers, told).await {
                Ok(answer) => answer,
                Err(failure) => return self.failed(&call, &failure),
            };
            let location = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
            match follow(answer.status, &call.url, location, hops) {
                Some(to) => {
                    call.url = to;
                    hops += 1;
                    permit.again();
                }
                None => {
                    // The reply is here: others may go while it is decoded.
                    drop(permit);
                    return self.take(&call, pass, answer, reader).await;
                }
            }
        }
    }

    fn failed<T>(&self, call: &Call, failure: &Failure) -> Step<T> {
        let error = self.words(call).failure(failure);
        match failure.pace() {
            Some(pace) => Step::Again { error, pace, after: None },
            None => Step::Fail(error),
        }
    }

    /// Judges a whole reply and reads it.
    async fn take<T: Send + 'static>(&self, call: &Call, pass: &Pass, answer: Answer, reader: &Reader<T>) -> Step<T> {
        let session = match &self.proof {
            Proof::Session(session) => Some(session),
            Proof::Key(_) => None,
        };
        let words = self.words(call);
        let expired = answer.status == 403 && session.is_some_and(|session| session.says_expired(&answer.body));
        let conditional = call.headers.contains_key(IF_NONE_MATCH) || call.headers.contains_key(IF_MODIFIED_SINCE);
        let verdict = judge(answer.status, &Asked { session: session.is_some(), expired, conditional });
        if answer.status < 400 && answer.headers.contains_key(RETRY_AFTER) {
            self.chatty.store(true, Ordering::Relaxed);
        }
        if verdict != Verdict::Renew {
            self.kept(pass, answer.status, &answer.headers).await;
        }
        let said = |kind| self.said(call, &answer, kind);
        match verdict {
            Verdict::Take => match decode(&answer, reader).await {
                Ok(value) => Step::Done(value),
                Err(why) => {
                    let error = words.unusable(answer.status, &why, &answer.body);
                    // Whole JSON of another shape is what this server says, not what got lost on the way.
                    let whole = serde_json::from_slice::<serde::de::IgnoredAny>(&answer.body).is_ok();
                    Step::Again { error, pace: if whole { Pace::Once } else { Pace::Usual }, after: None }
                }
            },
            Verdict::Renew => Step::Renew(said(FetchKind::Unauthorized)),
            Verdict::Later => Step::Later(said(FetchKind::RateLimited)),
            Verdict::Fail(FetchKind::Redirected) => {
                let location = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
                Step::Fail(words.redirected(answer.status, location, true))
            }
            Verdict::Fail(FetchKind::NotOffered) => {
                match call.firm.filter(|_| by_a_gateway(answer.status, &answer.body)) {
                    Some(pace) => {
                        let why = "it is not JSON: a gateway may have spoken, and not the platform";
                        let error = words.unusable(answer.status, why, &answer.body);
                        Step::Again { error, pace, after: None }
                    }
                    None => Step::Fail(said(FetchKind::NotOffered)),
                }
            }
            Verdict::Fail(kind) => Step::Fail(said(kind)),
            Verdict::Again(FetchKind::BadReply) => {
                let error = words.unusable(answer.status, "it has no body", &answer.body);
                Step::Again { error, pace: Pace::Usual, after: None }
            }
            Verdict::Again(kind) => {
                let error = said(kind);
                Step::Again { after: error.retry_after, error, pace: Pace::Usual }
            }
        }
    }

    /// A reply whose status says no, in the server's words.
    pub(super) fn said(&self, call: &Call, answer: &Answer, kind: FetchKind) -> FetchError {
        let told = error_text(&self.manifest, &answer.body);
        let mut error = self.words(call).status(kind, answer.status, told.as_deref(), &answer.body);
        // Some servers send the header with every reply; it means something with these two.
        error.retry_after = asked_wait(&answer.headers).filter(|_| matches!(answer.status, 429 | 503));
        error
    }

    /// The words for errors of this request.
    pub(super) fn words<'a>(&'a self, call: &'a Call) -> Words<'a> {
        Words { secrets: &self.secrets, path: call.url.path(), host: &self.host }
    }
}

/// May "there is no such thing" be the word of a gateway that finds no server behind it, during a redeploy? A platform says it in
/// JSON, or by the status alone; gateways send pages, or a line of text ("404 page not found").
fn by_a_gateway(status: u16, body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    let says = body.first().is_some_and(|first| b"{[\"".contains(first));
    let json = says && serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
    is_page(body) || (matches!(status, 404 | 410) && !body.is_empty() && !json)
}

/// The platform says that there is nothing of the kind.
pub(super) fn is_gone(error: &FetchError) -> bool {
    error.kind == FetchKind::NotOffered && matches!(error.status, Some(404 | 410))
}

/// The wait that a server asks for: seconds, or a date by its own clock where it tells the time.
pub(super) fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let asked = text(RETRY_AFTER)?;
    if let Ok(seconds) = asked.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let until = httpdate::parse_http_date(asked).ok()?;
    let now = text(DATE).and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or_else(SystemTime::now);
    Some(until.duration_since(now).unwrap_or_default())
}

async fn decode<T: Send + 'static>(answer: &Answer, reader: &Reader<T>) -> Result<T, String> {
    if answer.body.len() <= LARGE {
        return reader(answer);
    }
    let (answer, reader) = (answer.clone(), Arc::clone(reader));
    let work = tokio::task::spawn_blocking(move || reader(&answer));
    work.await.unwrap_or_else(|_| Err("decoding it failed".to_owned()))
}
