//! Keeps the client signed in: the acting half of [`super::session`].

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue, LOCATION, SET_COOKIE};

use super::Inner;
use super::auth::Proof;
use super::jar::Jar;
use super::retry::{Pace, Tries, doubled};
use super::send::{Pass, asked_wait};
use super::session::{Csrf, Session, State};
use super::transport::{Answer, Call};
use crate::platform::request::{error_text, join};
use crate::platform::{FetchError, FetchKind};

/// Largest reply to a sign-in or a token request.
const SMALL: u64 = 1024 * 1024;

impl Inner {
    /// What the next request proves itself with; signs in when there is no session, or it is about to end.
    pub(super) async fn pass(&self, method: &Method) -> Result<Pass, FetchError> {
        let session = match &self.proof {
            Proof::Key(headers) => return Ok(Pass { headers: headers.clone(), generation: 0 }),
            Proof::Session(session) => session,
        };
        let before = session.attempts();
        let mut state = session.state.lock().await;
        if !state.is_live(SystemTime::now()) {
            self.sign_in(session, &mut state, before).await?;
        }
        let csrf = session.csrf.as_ref().filter(|_| !method.is_safe());
        if let Some(csrf) = csrf
            && state.token.is_none()
        {
            let token = match self.token(session, csrf, &mut state).await {
                // The session ended on the server: the token is the first to notice.
                Err(error) if error.kind == FetchKind::Unauthorized && session.is_proven(state.generation) => {
                    let before = session.attempts();
                    self.sign_in(session, &mut state, before).await?;
                    self.token(session, csrf, &mut state).await?
                }
                token => token?,
            };
            state.token = Some(token);
        }
        let headers = state.headers(csrf.map(|csrf| &csrf.header), SystemTime::now());
        Ok(Pass { headers, generation: state.generation })
    }

    /// May a session that was just refused be renewed? Not when the server never accepted it: a new one would fare
    /// no better, and sign-ins are counted.
    pub(super) fn may_renew(&self, generation: u64) -> bool {
        match &self.proof {
            Proof::Session(session) => session.is_proven(generation),
            Proof::Key(_) => false,
        }
    }

    /// Replaces the session of `generation`, unless another request did already.
    pub(super) async fn renew(&self, generation: u64) -> Result<(), FetchError> {
        let Proof::Session(session) = &self.proof else { return Ok(()) };
        let before = session.attempts();
        let mut state = session.state.lock().await;
        if state.generation > generation {
            return Ok(());
        }
        self.sign_in(session, &mut state, before).await
    }

    /// Forgets the token that was sent with `pass`, unless there is a newer one already.
    pub(super) async fn forget_token(&self, pass: &Pass) {
        let Proof::Session(session) = &self.proof else { return };
        let Some(csrf) = &session.csrf else { return };
        let mut state = session.state.lock().await;
        if state.token.as_ref() == pass.headers.get(&csrf.header) {
            state.token = None;
        }
    }

    /// Takes note of a reply that does not end the session: it proves the session good, unless the server was too
    /// busy to look at it, and may set cookies anew.
    pub(super) async fn kept(&self, pass: &Pass, status: u16, headers: &HeaderMap) {
        let Proof::Session(session) = &self.proof else { return };
        if status != 429 && status < 500 {
            session.prove(pass.generation);
        }
        if !headers.contains_key(SET_COOKIE) {
            return;
        }
        let mut state = session.state.lock().await;
        if state.generation == pass.generation {
            self.keep_cookies(&mut state, headers);
        }
    }

    /// Takes what a reply sets, over what is known.
    fn keep_cookies(&self, state: &mut State, headers: &HeaderMap) {
        let now = SystemTime::now();
        let mut jar = state.jar.clone();
        jar.take(headers, now);
        jar.values().for_each(|value| self.secrets.add(value));
        state.keep(jar, now);
    }

    /// Signs in. `before` is how many sign-ins had been tried when this request began to wait for its turn: what one
    /// tried since came to is taken as our own outcome.
    async fn sign_in(&self, session: &Session, state: &mut State, before: u64) -> Result<(), FetchError> {
        if let Some(refused) = state.refused(SystemTime::now()) {
            return Err(refused.clone());
        }
        if let Some(failed) = &state.failed
            && session.attempts() > before
        {
            return Err(failed.clone());
        }
        session.attempted();
        state.failed = None;
        match self.log_in(session).await {
            Ok(jar) => {
                jar.values().for_each(|value| self.secrets.add(value));
                state.begin(jar, SystemTime::now());
                Ok(())
            }
            Err(error) => {
                if matches!(error.kind, FetchKind::Unauthorized | FetchKind::Unusable | FetchKind::Redirected) {
                    state.refuse(error.clone(), SystemTime::now());
                }
                state.failed = Some(error.clone());
                Err(error)
            }
        }
    }

    async fn log_in(&self, session: &Session) -> Result<Jar, FetchError> {
        let call = Call {
            method: Method::POST,
            url: join(&self.base, &session.login).map_err(|why| self.unusable(&why))?,
            headers: HeaderMap::new(),
            body: Some(Bytes::from(session.credentials())),
            limit: SMALL,
            firm: None,
        };
        let answer = self.simple(&call, &HeaderMap::new()).await?;
        let words = self.words(&call);
        match answer.status {
            200..=299 => {}
            300..=399 => {
                let location = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
                return Err(words.redirected(answer.status, location, false));
            }
            _ => return Err(self.refused_login(&call, &answer)),
        }
        let mut jar = Jar::default();
        if jar.take(&answer.headers, SystemTime::now()) {
            return Ok(jar);
        }
        // What the reply holds instead may be a credential: it is not shown.
        Err(words.error(
            FetchKind::Unusable,
            Some(answer.status),
            "signing in was answered without a session cookie: this is no server of the sort the manifest describes",
        ))
    }

    fn refused_login(&self, call: &Call, answer: &Answer) -> FetchError {
        let kind = match answer.status {
            400 | 401 | 403 | 422 => FetchKind::Unauthorized,
            // Not `NotOffered`: that would be said of a list, and this is about the whole connection.
            404 | 405 | 410 | 501 => FetchKind::Unusable,
            500..=599 => FetchKind::Server,
            _ => FetchKind::Rejected,
        };
        let told = error_text(&self.manifest, &answer.body);
        let mut error = self.words(call).status(kind, answer.status, told.as_deref(), &answer.body);
        error.message = format!("signing in failed: {}", error.message);
        error
    }

    /// Fetches the token that writes carry. Some servers check it against a cookie that they set beside it.
    async fn token(&self, session: &Session, csrf: &Csrf, state: &mut State) -> Result<HeaderValue, FetchError> {
        let call = Call::get(join(&self.base, &csrf.path).map_err(|why| self.unusable(&why))?, SMALL);
        let answer = self.simple(&call, &state.headers(None, SystemTime::now())).await?;
        let words = self.words(&call);
        if !(200..300).contains(&answer.status) {
            let over = answer.status == 403 && session.says_expired(&answer.body);
            let kind = if answer.status == 401 || over { FetchKind::Unauthorized } else { FetchKind::Rejected };
            let told = error_text(&self.manifest, &answer.body);
            return Err(words.status(kind, answer.status, told.as_deref(), &answer.body));
        }
        let reply: Option<serde_json::Value> = serde_json::from_slice(&answer.body).ok();
        let token = reply.as_ref().and_then(|reply| {
            csrf.pointers.iter().find_map(|pointer| reply.pointer(pointer)?.as_str().filter(|token| !token.is_empty()))
        });
        if let Some(token) = token {
            self.secrets.add(token);
            if answer.headers.contains_key(SET_COOKIE) {
                self.keep_cookies(state, &answer.headers);
            }
            if let Ok(mut value) = HeaderValue::from_str(token) {
                value.set_sensitive(true);
                return Ok(value);
            }
        }
        Err(words.error(FetchKind::BadReply, Some(answer.status), "no token for writes in the reply"))
    }

    /// One request beside the budget, which signing in has of its own: retried after failures, patient with refusals.
    /// Any status but 429 and 5xx is handed back.
    async fn simple(&self, call: &Call, pass: &HeaderMap) -> Result<Answer, FetchError> {
        let options = &self.options;
        let mut tries = Tries::new(options.tries, options.backoff, options.backoff_max);
        let (mut refusals, mut waited) = (0, Duration::ZERO);
        loop {
            let (error, pace) = match self.transport.exchange(call, pass, |_, _| {}).await {
                Ok(answer) if answer.status == 429 => {
                    self.counters.refused();
                    let own = doubled(options.backoff, options.backoff_max, refusals);
                    let wait = asked_wait(&answer.headers).filter(|_| refusals == 0).unwrap_or(own).max(own);
                    refusals += 1;
                    waited += wait;
                    if waited > options.patience {
                        let told = error_text(&self.manifest, &answer.body);
                        let words = self.words(call);
                        let error = words.status(FetchKind::RateLimited, 429, told.as_deref(), &answer.body);
                        return Err(words.rate_limited(Some(error), wait));
                    }
                    tokio::time::sleep(wait).await;
                    continue;
                }
                Ok(answer) if answer.status >= 500 && answer.status != 501 => {
                    (self.refused_login(call, &answer), Some(Pace::Usual))
                }
                Ok(answer) => return Ok(answer),
                Err(failure) => (self.words(call).failure(&failure), failure.pace()),
            };
            match pace.and_then(|pace| tries.again(pace, &self.jitter)) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(error),
            }
            self.counters.retry();
        }
    }
}
