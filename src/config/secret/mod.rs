//! Where a connection's secret is, and how it is had.
//!
//! Four places: the environment, a command's first line, a file for its owner alone, the keyring. A place that cannot be
//! used is an error that names it: there is no second place to fall back to. The secret goes straight into a
//! [`Secret`], which shows nothing; no message here quotes what a place held.

mod command;
mod file;
mod keyring;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use quarterdeck_sync::platform::Secret;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use keyring::{forget, keep};

/// A place a secret can be in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum SecretSource {
    /// A variable of the environment.
    Env(String),
    /// What a command prints first.
    Command(String),
    /// A file.
    File(PathBuf),
    /// The keyring of the operating system, under the connection's name.
    Keyring,
}

/// The forms a place is written in.
pub const FORMS: &str = "env:VARIABLE, command:COMMAND, file:PATH or keyring";

/// Why a secret cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {message}")]
pub struct SecretError {
    /// Where it should have been.
    pub place: String,
    /// What stood in the way; quotes nothing the place held.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl SecretError {
    fn new(place: impl fmt::Display, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { place: place.to_string(), message: message.into(), hint: Some(hint.into()) }
    }
}

impl SecretSource {
    /// Gets the secret for the connection `name`. Blocks, at most for `limit`, while a command runs or a keyring is unlocked.
    ///
    /// # Errors
    /// When the place cannot be used, or holds nothing.
    pub fn resolve(&self, name: &str, limit: Duration) -> Result<Secret, SecretError> {
        let secret = match self {
            SecretSource::Env(variable) => environment(self, variable)?,
            SecretSource::Command(command) => command::run(self, command, limit)?,
            SecretSource::File(path) => file::read(self, path)?,
            SecretSource::Keyring => keyring::get(name, limit)?,
        };
        if secret.expose().trim().is_empty() {
            return Err(SecretError::new(self, "it is empty", "put the key or password there"));
        }
        if secret.expose().chars().any(char::is_control) {
            return Err(SecretError::new(
                self,
                "it holds control characters, so it cannot be a key or password",
                "the place must hold the secret alone, on one line",
            ));
        }
        Ok(secret)
    }
}

impl SecretSource {
    /// The same place wherever qd is started from: `file:~/key` and `file:key` become whole paths. A shell does not
    /// expand `~` behind `file:`.
    #[must_use]
    pub fn anchored(self) -> Self {
        let SecretSource::File(path) = self else { return self };
        let whole = match (path.strip_prefix("~"), etcetera::home_dir()) {
            (Ok(rest), Ok(home)) => home.join(rest),
            _ => std::path::absolute(&path).unwrap_or(path),
        };
        SecretSource::File(whole)
    }
}

fn environment(source: &SecretSource, variable: &str) -> Result<Secret, SecretError> {
    match std::env::var(variable) {
        Ok(secret) => Ok(Secret::new(secret)),
        Err(std::env::VarError::NotPresent) => Err(SecretError::new(
            source,
            "the variable is not set",
            format!("set {variable} in the environment qd is started from"),
        )),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(SecretError::new(source, "the variable does not hold text", "set it to the key or password"))
        }
    }
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretSource::Env(variable) => write!(f, "env:{variable}"),
            SecretSource::Command(command) => write!(f, "command:{command}"),
            SecretSource::File(path) => write!(f, "file:{}", path.display()),
            SecretSource::Keyring => f.write_str("keyring"),
        }
    }
}

impl FromStr for SecretSource {
    type Err = String;

    /// The text is never quoted in an error: people paste the secret itself here.
    fn from_str(text: &str) -> Result<Self, String> {
        let variable = |name: &str| {
            !name.is_empty()
                && !name.starts_with(|c: char| c.is_ascii_digit())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        match text.split_once(':') {
            None if text == "keyring" => Ok(SecretSource::Keyring),
            Some(("env", name)) if variable(name) => Ok(SecretSource::Env(name.to_owned())),
            Some(("env", _)) => Err("env: must be followed by the name of a variable, not by its value".to_owned()),
            Some(("command", command)) if !command.trim().is_empty() => Ok(SecretSource::Command(command.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(SecretSource::File(PathBuf::from(path))),
            _ => Err(format!("a secret is named by its place: {FORMS}")),
        }
    }
}

impl TryFrom<String> for SecretSource {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<SecretSource> for String {
    fn from(source: SecretSource) -> Self {
        source.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_given_instead_of_its_place_is_not_repeated() {
        for text in ["sk_live_fake1", "env:sk_live-fake1", "env:", "command: ", "file:", "keyring:x", ""] {
            let error = text.parse::<SecretSource>().unwrap_err();
            assert!(!error.contains("fake1"), "{error}");
        }
    }

    #[test]
    fn a_place_is_written_as_it_is_read() {
        for text in ["env:TUREN_KEY", "command:pass show turen: key", "file:/run/keys/a b", "keyring"] {
            assert_eq!(text.parse::<SecretSource>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_file_is_the_same_one_from_wherever_qd_is_started() {
        let anchored = |text: &str| text.parse::<SecretSource>().unwrap().anchored().to_string();
        let home = etcetera::home_dir().unwrap();
        assert_eq!(anchored("file:~/key"), format!("file:{}/key", home.display()));
        assert_eq!(anchored("file:key"), format!("file:{}/key", std::env::current_dir().unwrap().display()));
        assert_eq!(anchored("file:/run/key"), "file:/run/key");
        assert_eq!(anchored("env:K"), "env:K");
    }

    #[test]
    fn an_unset_variable_is_named() {
        let source: SecretSource = "env:QD_TEST_NEVER_SET".parse().unwrap();
        let error = source.resolve("a", Duration::from_secs(1)).unwrap_err();
        assert_eq!(error.to_string(), "env:QD_TEST_NEVER_SET: the variable is not set");
    }
}
