//! Messages about failures: the server's words, cut short, with every secret taken out and nothing hidden left in.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::StatusCode;

use super::transport::Failure;
use crate::platform::{FetchError, FetchKind};
use crate::text::{Clean, scrub, shorten};

/// How much of a strange reply is shown.
const SHOWN: usize = 120;
/// How much of a server's own words is shown.
const WORDS: usize = 300;
/// The same where they say what is wrong with what was asked: often a list of fields.
const REASONS: usize = 900;
/// How much of a reply is looked at to show that much.
const LOOKED_AT: usize = 16 * 1024;
/// Most of the server's own secrets, and of those sent to it, that are kept in mind: older session cookies are dead anyway.
const GIVEN: usize = 256;

/// Everything that must never be seen: the key or password, and what the server gave for it.
#[derive(Default)]
pub(super) struct Secrets {
    own: Vec<String>,
    given: Mutex<VecDeque<String>>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl Secrets {
    /// Starts with the key or password.
    pub(super) fn new(secret: &str) -> Self {
        Self { own: forms(secret), given: Mutex::default() }
    }

    /// Keeps in mind what the server gave: a cookie, a token.
    pub(super) fn add(&self, secret: &str) {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        for form in forms(secret) {
            if !given.contains(&form) {
                given.push_back(form);
            }
        }
        while given.len() > GIVEN {
            given.pop_front();
        }
    }

    /// JSON text with every secret in it struck out. Those of less than six characters are left: they are words, and the text
    /// would be garbled for nothing.
    pub(super) fn strike(&self, json: String) -> String {
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<&String> = self.own.iter().chain(given.iter()).filter(|secret| secret.len() >= 6).collect();
        all.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        let mut json = json;
        for secret in all {
            if let Cow::Owned(scrubbed) = scrub(&json, secret) {
                json = scrubbed;
            }
        }
        json
    }

    /// `text` on one line, safe to show, without secrets, at most `limit` characters.
    pub(super) fn clean(&self, text: &str, limit: usize) -> String {
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<&String> = self.own.iter().chain(given.iter()).collect();
        // A secret that holds another one goes first, or its rest would stay.
        all.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        let mut text = text.trim().to_owned();
        for secret in all {
            if let Cow::Owned(scrubbed) = scrub(&text, secret) {
                text = scrubbed;
            }
        }
        // Scrubbed before it is cut, or half a secret could be left at the end.
        Clean::line(&shorten(&text, limit)).into_string()
    }
}

/// The forms in which a server might send `secret` back.
fn forms(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).unwrap_or_default();
    let coded = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let mut forms = vec![secret.to_owned(), json.trim_matches('"').to_owned(), coded];
    forms.dedup();
    forms
}

/// Makes the errors of one connection.
#[derive(Debug)]
pub(super) struct Words<'a> {
    pub secrets: &'a Secrets,
    pub path: &'a str,
    /// Host and port.
    pub host: &'a str,
}

impl Words<'_> {
    /// An error with a message of ours; `detail` may hold anything.
    pub(super) fn error(&self, kind: FetchKind, status: Option<u16>, detail: &str) -> FetchError {
        let path = self.secrets.clean(self.path, WORDS);
        let message = format!("{path}: {}", self.secrets.clean(detail, 2 * WORDS));
        FetchError { kind, path, status, message, retry_after: None }
    }

    /// A connection or a manifest that cannot work: nothing was sent, so the reason names no place.
    pub(super) fn never_sent(&self, why: &str) -> FetchError {
        let message = self.secrets.clean(why, 2 * WORDS);
        FetchError { kind: FetchKind::Unusable, path: self.path.to_owned(), status: None, message, retry_after: None }
    }

    /// A reply whose status says no. `words` is what the platform calls its error text.
    pub(super) fn status(&self, kind: FetchKind, status: u16, words: Option<&str>, body: &[u8]) -> FetchError {
        let told = match words {
            Some(words) if !words.trim().is_empty() => {
                self.secrets.clean(words, if matches!(status, 400 | 409 | 422) { REASONS } else { WORDS })
            }
            _ => self.first(body),
        };
        let colon = if told.is_empty() { "" } else { ": " };
        let path = self.secrets.clean(self.path, WORDS);
        let message = format!("{path}: {}{colon}{told}", named(status));
        FetchError { kind, path, status: Some(status), message, retry_after: None }
    }

    /// A reply that is not what was asked for.
    pub(super) fn unusable(&self, status: u16, why: &str, body: &[u8]) -> FetchError {
        let why = if is_page(body) { "it is a web page, not JSON" } else { why };
        let path = self.secrets.clean(self.path, WORDS);
        let first = self.first(body);
        let begins = if first.is_empty() { "it is empty".to_owned() } else { format!("it begins: {first}") };
        let message = format!(
            "{path}: {} with a reply that cannot be used ({}); {begins}",
            named(status),
            self.secrets.clean(why, WORDS)
        );
        FetchError { kind: FetchKind::BadReply, path, status: Some(status), message, retry_after: None }
    }

    /// No reply, or half of one.
    pub(super) fn failure(&self, failure: &Failure) -> FetchError {
        match failure {
            Failure::Connect { refused: true, .. } => self.error(
                FetchKind::Unreachable,
                None,
                &format!("{} refuses connections: nobody listens there", self.host),
            ),
            Failure::Connect { text, .. } => {
                self.error(FetchKind::Unreachable, None, &format!("cannot connect to {}: {text}", self.host))
            }
            Failure::Lost(text) => {
                self.error(FetchKind::Unreachable, None, &format!("{} gave no answer: {text}", self.host))
            }
            Failure::Silent { status, text } => {
                self.error(FetchKind::TimedOut, *status, &format!("{}: {text}", self.host))
            }
            Failure::Cut { status, text } => self.error(
                FetchKind::BadReply,
                Some(*status),
                &format!("{}, but the reply was cut off: {text}", named(*status)),
            ),
            Failure::TooLarge { status, limit } => self.error(
                FetchKind::TooLarge,
                Some(*status),
                &format!("{}, but the reply is larger than {limit} bytes", named(*status)),
            ),
            Failure::Unsendable(text) => {
                self.error(FetchKind::Unusable, None, &format!("the request cannot be sent: {text}"))
            }
        }
    }

    /// A redirect that is not followed.
    pub(super) fn redirected(&self, status: u16, location: Option<&str>, read: bool) -> FetchError {
        let to = location.unwrap_or("nowhere");
        let hint = if read {
            "it is not followed, since the key must not leave its host; if that is the right place, give it as the URL"
        } else {
            "a write is never sent elsewhere; give the right URL"
        };
        self.error(FetchKind::Redirected, Some(status), &format!("{} to {to}: {hint}", named(status)))
    }

    /// Refused for longer than we wait.
    pub(super) fn rate_limited(&self, last: Option<FetchError>, wait: Duration) -> FetchError {
        let told = last
            .map(|error| error.message)
            .unwrap_or_else(|| format!("{}: the rate budget is used up", self.secrets.clean(self.path, WORDS)));
        FetchError {
            kind: FetchKind::RateLimited,
            path: self.secrets.clean(self.path, WORDS),
            status: Some(429),
            message: format!("{told}; not before {} s", wait.as_secs_f64().ceil()),
            retry_after: Some(wait),
        }
    }

    fn first(&self, body: &[u8]) -> String {
        let body = &body[..body.len().min(LOOKED_AT)];
        self.secrets.clean(&String::from_utf8_lossy(body), SHOWN)
    }
}

/// Is it HTML or XML, as gateways and sign-in pages send it?
pub(super) fn is_page(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'<')
}

/// `404 Not Found`.
fn named(status: u16) -> String {
    let name = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    name.map_or_else(|| status.to_string(), |name| format!("{status} {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_seen_in_any_form_nor_in_part() {
        let secrets = Secrets::new("pass\"wörd/1");
        let words = Words { secrets: &secrets, path: "/x", host: "h" };
        let filler = "a".repeat(SHOWN - 4);
        for body in [
            "{\"detail\": \"pass\\\"wörd/1\"}".to_owned(),
            "?p=pass%22w%C3%B6rd%2F1".to_owned(),
            format!("{filler}pass\"wörd/1"),
        ] {
            let message = words.status(FetchKind::Rejected, 422, None, body.as_bytes()).message;
            assert!(message.contains("‹sec"), "{message}");
            assert!(!message.contains("pass"), "{message}");
        }
    }

    #[test]
    fn what_a_server_says_cannot_act_on_a_terminal() {
        let secrets = Secrets::default();
        let words = Words { secrets: &secrets, path: "/x", host: "h" };
        let error = words.status(FetchKind::Server, 500, Some("\u{1b}[2Jgone\u{202e}"), b"");
        assert_eq!(error.message, "/x: 500 Internal Server Error: ␛[2Jgone⟨202E⟩");
    }

    #[test]
    fn older_cookies_are_forgotten_before_the_key() {
        let secrets = Secrets::new("the-key");
        (0..900).for_each(|n| secrets.add(&format!("cookie{n}")));
        assert!(!secrets.clean("the-key cookie899", 100).contains("the-key"));
    }
}
