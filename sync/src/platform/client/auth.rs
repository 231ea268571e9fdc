//! What proves who we are: which way of signing in a connection takes, and whether its secret is of the right sort.

use std::collections::BTreeMap;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use super::session::Session;
use crate::platform::manifest::Auth;
use crate::platform::{Manifest, Secret};

/// How this connection proves itself.
pub(super) enum Proof {
    /// The same header with every request.
    Key(HeaderMap),
    /// Cookies that a sign-in brought.
    Session(Box<Session>),
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Key(_) => "Key(…)",
            Self::Session(_) => "Session(…)",
        })
    }
}

impl Proof {
    /// Fails with a sentence for the operator.
    pub(super) fn new(manifest: &Manifest, user: Option<&str>, secret: &Secret) -> Result<Self, String> {
        let auth = choose(manifest, user)?;
        check(manifest, auth, secret)?;
        let (name, value) = match auth {
            Auth::Session { .. } => {
                let session = Session::new(auth, user.unwrap_or_default(), secret.clone());
                return session.map(|session| Self::Session(Box::new(session)));
            }
            Auth::Header { name, .. } => {
                let name = HeaderName::from_bytes(name.as_bytes())
                    .map_err(|_| format!("the manifest of {} names a header that cannot be sent", manifest.title))?;
                (name, secret.expose().to_owned())
            }
            Auth::Bearer { .. } => (AUTHORIZATION, format!("Bearer {}", secret.expose())),
        };
        let mut value =
            HeaderValue::from_str(&value).map_err(|_| "the key holds characters that no key has".to_owned())?;
        value.set_sensitive(true);
        Ok(Self::Key(HeaderMap::from_iter([(name, value)])))
    }
}

/// Is `secret` of the sort that `manifest` takes from a connection with, or without, this user?
///
/// Fails with a sentence for the operator, which never holds the secret. Nothing is sent: whether the platform accepts
/// it, only a request can tell.
pub fn check_secret(manifest: &Manifest, user: Option<&str>, secret: &Secret) -> Result<(), String> {
    check(manifest, choose(manifest, user)?, secret)
}

/// A connection with a user signs in, one without uses its key.
fn choose<'a>(manifest: &'a Manifest, user: Option<&str>) -> Result<&'a Auth, String> {
    let title = &manifest.title;
    let session = |auth: &&Auth| matches!(auth, Auth::Session { .. });
    match user {
        Some("") => Err("the user is empty".to_owned()),
        Some(_) => manifest
            .auth
            .iter()
            .find(session)
            .ok_or_else(|| format!("{title} takes a key and no user: leave the user out")),
        None => manifest
            .auth
            .iter()
            .find(|auth| !session(auth))
            .ok_or_else(|| format!("{title} signs in with a user and a password: name the user")),
    }
}

fn check(manifest: &Manifest, auth: &Auth, secret: &Secret) -> Result<(), String> {
    let text = secret.expose();
    if text.is_empty() {
        return Err("the secret is empty".to_owned());
    }
    if text.chars().any(char::is_control) {
        return Err("the secret holds a line break or another control character: was more than it copied?".to_owned());
    }
    let refused = match auth {
        Auth::Session { .. } => return Ok(()),
        Auth::Header { refused, .. } | Auth::Bearer { refused, .. } => refused,
    };
    if text.chars().any(char::is_whitespace) {
        return Err("the key holds a space: give the bare key, without `Bearer` or a header's name".to_owned());
    }
    if !text.is_ascii() {
        return Err("the key holds characters that no key has: was it copied from formatted text?".to_owned());
    }
    match longest(refused, text) {
        Some((prefix, reason)) => {
            Err(format!("{} does not take a key that begins with {prefix}: {reason}", manifest.title))
        }
        // Keys with other beginnings pass: vendors add new ones, and the server has the last word.
        None => Ok(()),
    }
}

fn longest<'a>(refused: &'a BTreeMap<String, String>, text: &str) -> Option<(&'a String, &'a String)> {
    refused.iter().filter(|(prefix, _)| text.starts_with(prefix.as_str())).max_by_key(|(prefix, _)| prefix.len())
}
