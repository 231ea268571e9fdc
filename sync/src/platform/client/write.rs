//! Changes something: one request, sent once, and the truth about how far it got.
//!
//! It goes out a second time only when the server has said that it did nothing, and why is mended: a session that was
//! over (once), a stale token (once), a refusal for now (429, within patience). Everything else is told to the caller, who looks
//! before anything is sent again:
//!
//! | what came of it | told as | because |
//! |---|---|---|
//! | it could not be built, signed for or let out by the budget | No | it never left |
//! | it may not leave any more, once all that is waited for | No | the same; asked of the wall clock, just before it would leave |
//! | no connection: name, refusal, TLS, too slow | No | a request follows a connection |
//! | the connection broke or fell silent before a status came | Maybe | it may have been read, and carried out, before that |
//! | 2xx | yes | also without a body: the status is the answer |
//! | 2xx, and then the body broke off, stopped, was too large or no JSON | yes, no body | the status came first |
//! | 2xx with a web page | Maybe | a gateway spoke (a sign-in page, a portal), and not the platform |
//! | 2xx with an error and nothing else, or that says of itself that it did not succeed | Maybe, refused | it contradicts itself: a look tells which half is true |
//! | 301, 302, 307, 308 | No | "ask elsewhere", which is never done with a change: where it leads may be another action |
//! | 303 | Maybe | "done, look there" |
//! | 304 | Maybe | no answer to a change |
//! | 401, and 403 about the session | No | refused at the door |
//! | 403 about the token | No | refused at the door |
//! | 408 | Maybe | means "I never read it all", but proxies say it of servers behind them |
//! | 425, 429 | No | refused at the door, for now |
//! | other 4xx | No | the server has said that it would not |
//! | 501 | No | it knows no such request |
//! | 503 that says when to come again | No | turned away at the door; not from a server that says so with every reply |
//! | 404, 405, 501 where the manifest knows another way to ask for the same | that one is tried | it did nothing |
//! | other 5xx | Maybe | a handler may fail after its work is done, and a proxy does not know |

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use serde_json::Value;

use super::Inner;
use super::auth::Proof;
use super::budget::{Patience, Permit};
use super::send::Pass;
use super::transport::{Answer, Call, Failure};
use super::verdict::{Heard, Written, heard};
use super::words::is_page;
use crate::platform::decode::secret_texts;
use crate::platform::request::{filled_url, only_an_error};
use crate::platform::write::{NotTold, Reached, Told, WriteCall};
use crate::platform::{FetchError, FetchKind, Priority};

/// Largest reply to a change that is read; a longer one is still a yes.
const REPLY: u64 = 8 * 1024 * 1024;
/// Shorter texts than this are no secrets worth the holes they would leave in messages.
const SHORTEST: usize = 6;
/// Most secrets of one body that are kept out of messages.
const MOST_SECRETS: usize = 16;
/// Where a platform that knows idempotency keys looks for one.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What one try came to.
enum Came {
    Told(Told),
    NotTold(NotTold),
    /// Not done: ask the budget for leave again.
    Later(FetchError),
    /// Not done: sign in first.
    Renew(FetchError),
    /// Not done: fetch another token first.
    Token(FetchError),
}

impl Inner {
    /// Carries `ask` out; see the table above.
    pub(super) async fn write(self: &Arc<Self>, ask: &WriteCall) -> Result<Told, NotTold> {
        let others = ask.or.iter().map(|other| (&other.method, &other.path, &other.body));
        let ways = std::iter::once((&ask.method, &ask.path, &ask.body)).chain(others);
        let mut first = None;
        for (method, path, body) in ways {
            self.keep_secret(body.as_ref());
            let call = self.change(ask, method, path, body.as_ref()).map_err(no)?;
            match self.write_one_way(&call, ask.not_after).await {
                // What the first way was told says most: it is what this version of the platform is known by.
                Err(not_told) if not_told.error.kind == FetchKind::NotOffered => first = first.or(Some(not_told)),
                came => return came,
            }
        }
        Err(first.unwrap_or_else(|| no(self.unusable("the write names no request"))))
    }

    /// Keeps what is secret in a body out of every message: servers like to show what they were sent.
    fn keep_secret(&self, body: Option<&Value>) {
        let Some(body) = body else { return };
        let masks = self.manifest.collections.values().flat_map(|collection| &collection.mask);
        let named = masks.filter_map(|mask| mask.rsplit('/').find(|step| *step != "*")).collect();
        for secret in secret_texts(body, &named).into_iter().filter(|text| text.len() >= SHORTEST).take(MOST_SECRETS) {
            self.secrets.add(secret);
        }
    }

    async fn write_one_way(self: &Arc<Self>, call: &Call, not_after: Option<Timestamp>) -> Result<Told, NotTold> {
        let mut patience = Patience::new(self.options.patience);
        let mut refused = None;
        let (mut renewed, mut fetched) = (false, false);
        loop {
            // Before it queues: what fails to sign in fails for all who wait for it, and takes no one's turn.
            self.pass(&call.method).await.map_err(no)?;
            let permit = self.gate.enter(Priority::Write, &mut patience).await;
            let permit = permit.map_err(|wait| no(self.words(call).rate_limited(refused.take(), wait)))?;
            // The wait may have been long, and the session renewed by another request meanwhile.
            let pass = self.pass(&call.method).await.map_err(no)?;
            // Nothing is waited for from here on. The clock that waits are measured with stands still while the machine sleeps.
            if not_after.is_some_and(|at| at <= (self.options.now)()) {
                let why =
                    "it had to wait until it could not leave any more: its time is over, or the last look is too old";
                return Err(no(self.words(call).error(FetchKind::Unusable, None, why)));
            }
            match self.write_once(call, &pass, permit).await {
                Came::Told(told) => return Ok(told),
                Came::NotTold(not_told) => return Err(not_told),
                Came::Later(error) => {
                    self.counters.refused();
                    refused = Some(error);
                }
                Came::Renew(error) => {
                    if std::mem::replace(&mut renewed, true) || !self.may_renew(pass.generation) {
                        return Err(no(error));
                    }
                    self.renew(pass.generation).await.map_err(no)?;
                }
                Came::Token(error) => {
                    if std::mem::replace(&mut fetched, true) {
                        return Err(no(error));
                    }
                    self.forget_token(&pass).await;
                }
            }
            self.counters.retry();
        }
    }

    /// The request as it goes out.
    fn change(&self, ask: &WriteCall, method: &str, path: &str, body: Option<&Value>) -> Result<Call, FetchError> {
        let method = match method {
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            other => return Err(self.unusable(&format!("{other} is no request that changes something"))),
        };
        let url = filled_url(&self.base, path, &ask.query).map_err(|why| self.rejected(&why))?;
        let key = HeaderValue::from_str(&ask.key)
            .map_err(|_| self.unusable("the key of a write holds characters that no header can carry"))?;
        let body = body.map(|body| Bytes::from(body.to_string()));
        let headers = HeaderMap::from_iter([(KEY, key)]);
        Ok(Call { method, url, headers, body, limit: REPLY.min(self.options.max_reply), firm: None })
    }

    /// Sends it, once.
    async fn write_once(&self, call: &Call, pass: &Pass, mut permit: Permit) -> Came {
        let told = |status: u16, headers: &HeaderMap| permit.headers(headers, status == 429);
        let answer = match self.transport.exchange(call, &pass.headers, told).await {
            Ok(answer) => answer,
            Err(failure) => return self.unanswered(call, &failure),
        };
        // The reply is here: others may go while it is judged.
        drop(permit);
        self.judge_change(call, pass, &answer).await
    }

    fn unanswered(&self, call: &Call, failure: &Failure) -> Came {
        let reached = match failure {
            Failure::Connect { .. } | Failure::Unsendable(_) => Reached::No,
            Failure::Silent { status: Some(status), .. }
            | Failure::Cut { status, .. }
            | Failure::TooLarge { status, .. }
                if (200..300).contains(status) =>
            {
                return Came::Told(Told { status: *status, body: None });
            }
            Failure::Lost(_) | Failure::Silent { .. } | Failure::Cut { .. } | Failure::TooLarge { .. } => {
                Reached::Maybe
            }
        };
        Came::NotTold(NotTold { error: self.words(call).failure(failure), reached })
    }

    async fn judge_change(&self, call: &Call, pass: &Pass, answer: &Answer) -> Came {
        let session = match &self.proof {
            Proof::Session(session) => Some(session),
            Proof::Key(_) => None,
        };
        let forbidden = |says: bool| answer.status == 403 && says;
        let heard = heard(
            answer.status,
            &Written {
                session: session.is_some(),
                expired: session.is_some_and(|session| forbidden(session.says_expired(&answer.body))),
                stale: session.is_some_and(|session| forbidden(session.says_stale(&answer.body))),
                come_again: answer.headers.contains_key(RETRY_AFTER) && !self.chatty.load(Ordering::Relaxed),
            },
        );
        if heard == Heard::Yes && answer.headers.contains_key(RETRY_AFTER) {
            self.chatty.store(true, Ordering::Relaxed);
        }
        if heard != Heard::Renew {
            self.kept(pass, answer.status, &answer.headers).await;
        }
        let said = |kind| self.said(call, answer, kind);
        match heard {
            Heard::Yes => match answered(&answer.body) {
                Ok(body) => Came::Told(Told { status: answer.status, body }),
                Err(Odd::Page) => {
                    maybe(self.words(call).unusable(answer.status, "it is a web page, not JSON", &answer.body))
                }
                Err(Odd::Error) => maybe(said(FetchKind::Rejected)),
            },
            Heard::Renew => Came::Renew(said(FetchKind::Unauthorized)),
            Heard::Token => Came::Token(said(FetchKind::Forbidden)),
            Heard::Later => Came::Later(said(FetchKind::RateLimited)),
            Heard::No(FetchKind::Redirected) => Came::NotTold(no(self.redirected_change(call, answer))),
            Heard::No(kind) => Came::NotTold(no(said(kind))),
            Heard::Maybe(FetchKind::Redirected) => maybe(self.redirected_change(call, answer)),
            Heard::Maybe(kind) => maybe(said(kind)),
        }
    }

    fn redirected_change(&self, call: &Call, answer: &Answer) -> FetchError {
        let location = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
        self.words(call).redirected(answer.status, location, false)
    }
}

/// Why a reply with a status that says yes is none.
#[derive(Debug, PartialEq, Eq)]
enum Odd {
    /// A gateway spoke, and not the platform.
    Page,
    /// The platform says in its body that it did not do it.
    Error,
}

/// The body of a yes, if there is one that can be read; or why it is no yes.
fn answered(body: &[u8]) -> Result<Option<Value>, Odd> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if is_page(body) {
        return Err(Odd::Page);
    }
    let body: Option<Value> = serde_json::from_slice(body).ok();
    match &body {
        Some(body) if only_an_error(body) || denies(body) => Err(Odd::Error),
        _ => Ok(body),
    }
}

/// Does it say of itself that it did not succeed?
fn denies(body: &Value) -> bool {
    ["success", "ok"].iter().any(|key| body.get(key) == Some(&Value::Bool(false)))
}

fn no(error: FetchError) -> NotTold {
    NotTold { error, reached: Reached::No }
}

fn maybe(error: FetchError) -> Came {
    Came::NotTold(NotTold { error, reached: Reached::Maybe })
}
