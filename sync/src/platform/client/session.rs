//! Signing in with a user and a password: cookies, their renewal, and the token that writes need.
//!
//! However many requests find that the session is over, one sign-in serves them all; a refused password is not tried
//! again for a good while, since servers count attempts and lock accounts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use reqwest::header::{COOKIE, HeaderMap, HeaderName, HeaderValue};
use tokio::sync::Mutex;

use super::jar::Jar;
use crate::platform::manifest::Auth;
use crate::platform::{FetchError, Secret};

/// A session is renewed when it has less than this, or a tenth of its life, to go.
const RENEW_AHEAD: Duration = Duration::from_secs(60);
/// How long a refused sign-in is not tried again: a few a day lock no account, and a refusal that came from a proxy in
/// trouble does not end a console that runs for weeks.
const REFUSED: Duration = Duration::from_secs(15 * 60);

/// What the manifest and the connection say about signing in, and where it stands.
pub(super) struct Session {
    pub login: String,
    user_field: String,
    password_field: String,
    user: String,
    password: Secret,
    pub csrf: Option<Csrf>,
    /// Pieces of a 403's text that mean the session is over; lower case.
    expired: Vec<String>,
    pub state: Mutex<State>,
    /// The newest generation the server has accepted a request of.
    proven: AtomicU64,
    /// Sign-ins begun.
    attempts: AtomicU64,
}

/// Where the token for writes is had.
pub(super) struct Csrf {
    pub path: String,
    pub pointers: Vec<String>,
    pub header: HeaderName,
}

/// Where signing in stands. Its lock is held while a sign-in runs: that is what lets one serve all.
#[derive(Default)]
pub(super) struct State {
    /// Counts sessions from 1; 0: never signed in.
    pub generation: u64,
    pub jar: Jar,
    renew_at: Option<SystemTime>,
    /// The token for writes, once one was needed.
    pub token: Option<HeaderValue>,
    /// How the last sign-in failed, if it did.
    pub failed: Option<FetchError>,
    /// The password is wrong, or signing in cannot work here: further requests fail with this until then.
    refused: Option<(FetchError, SystemTime)>,
}

impl State {
    /// There is a session, and it lasts a little longer.
    pub(super) fn is_live(&self, now: SystemTime) -> bool {
        self.generation > 0 && self.jar.header(now).is_some() && self.renew_at.is_none_or(|at| at > now)
    }

    /// Why nobody tries to sign in now.
    pub(super) fn refused(&self, now: SystemTime) -> Option<&FetchError> {
        self.refused.as_ref().filter(|(_, until)| *until > now).map(|(error, _)| error)
    }

    /// Keeps everybody from signing in for a while.
    pub(super) fn refuse(&mut self, error: FetchError, now: SystemTime) {
        self.refused = Some((error, now + REFUSED));
    }

    /// Puts a new session in place of the old one.
    pub(super) fn begin(&mut self, jar: Jar, now: SystemTime) {
        self.generation += 1;
        self.token = None;
        self.failed = None;
        self.keep(jar, now);
    }

    /// Keeps the cookies as the server last set them.
    pub(super) fn keep(&mut self, jar: Jar, now: SystemTime) {
        self.renew_at = jar.ends().map(|ends| {
            let lifetime = ends.duration_since(now).unwrap_or_default();
            ends - RENEW_AHEAD.min(lifetime / 10)
        });
        self.jar = jar;
    }

    /// Headers of a request: cookies, and the token where it is one that changes something.
    pub(super) fn headers(&self, token: Option<&HeaderName>, now: SystemTime) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Some(cookies) = self.jar.header(now) {
            headers.insert(COOKIE, cookies);
        }
        if let (Some(name), Some(value)) = (token, &self.token) {
            headers.insert(name.clone(), value.clone());
        }
        headers
    }
}

impl Session {
    /// `auth` must be [`Auth::Session`].
    pub(super) fn new(auth: &Auth, user: &str, password: Secret) -> Result<Self, String> {
        let Auth::Session { login, user_field, password_field, csrf, csrf_token, csrf_header, expired } = auth else {
            return Err("this is no way to sign in with a user".to_owned());
        };
        let csrf = match csrf {
            None => None,
            Some(path) => Some(Csrf {
                path: path.clone(),
                pointers: csrf_token.clone(),
                header: HeaderName::from_bytes(csrf_header.as_bytes())
                    .map_err(|_| "the manifest names a CSRF header that cannot be sent".to_owned())?,
            }),
        };
        Ok(Self {
            login: login.clone(),
            user_field: user_field.clone(),
            password_field: password_field.clone(),
            user: user.to_owned(),
            password,
            csrf,
            expired: expired.iter().map(|piece| piece.to_lowercase()).collect(),
            state: Mutex::default(),
            proven: AtomicU64::new(0),
            attempts: AtomicU64::new(0),
        })
    }

    /// The body that signs in.
    pub(super) fn credentials(&self) -> String {
        let mut body = serde_json::Map::new();
        body.insert(self.user_field.clone(), self.user.as_str().into());
        body.insert(self.password_field.clone(), self.password.expose().into());
        serde_json::Value::Object(body).to_string()
    }

    /// Does the text of a 403 say that the session is over?
    pub(super) fn says_expired(&self, body: &[u8]) -> bool {
        let text = String::from_utf8_lossy(body).to_lowercase();
        self.expired.iter().any(|piece| text.contains(piece.as_str()))
    }

    /// Does the text of a 403 speak of the token that writes carry? Every server has other words for it.
    pub(super) fn says_stale(&self, body: &[u8]) -> bool {
        let text = String::from_utf8_lossy(body).to_lowercase();
        self.csrf.is_some() && (text.contains("csrf") || text.contains("xsrf"))
    }

    /// How many sign-ins have begun so far.
    pub(super) fn attempts(&self) -> u64 {
        self.attempts.load(Ordering::Relaxed)
    }

    /// One more begins.
    pub(super) fn attempted(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    /// The server accepted a request of this generation.
    pub(super) fn prove(&self, generation: u64) {
        self.proven.fetch_max(generation, Ordering::Relaxed);
    }

    /// Was a request of this generation ever accepted? A session that never was is not renewed for being refused.
    pub(super) fn is_proven(&self, generation: u64) -> bool {
        self.proven.load(Ordering::Relaxed) >= generation
    }
}
