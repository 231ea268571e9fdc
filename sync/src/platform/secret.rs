//! A secret that cannot be shown by accident.

use std::fmt;

/// A key or password. Its `Debug` shows nothing, it has no `Display`, and it is never serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret; a trailing line break, as files and commands leave it, is dropped.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self(text.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// The secret itself: for the one header or body that carries it, and for scrubbing it from messages.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
