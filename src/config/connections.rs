//! `connections.toml`: which connections there are. Ours: `qd connect` reads, changes and replaces it as a whole.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{ConfigError, SecretSource, files, toml_error};

const REPAIR: &str =
    "`qd connect` keeps this file: put the line right, or move the file away and add the connections again";
const HEAD: &str = "# Kept by `qd connect`. It says where each secret is, and holds none.\n\n";

/// One account on one platform, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// Name of the platform.
    pub platform: String,
    /// Base URL, in form.
    pub url: String,
    /// User, for a platform that is signed in to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Where the secret is.
    pub secret: SecretSource,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    connections: BTreeMap<String, Connection>,
}

/// The connections, by name.
#[derive(Debug, Clone)]
pub struct Connections {
    path: PathBuf,
    all: BTreeMap<String, Connection>,
}

impl Connections {
    /// Reads the file; without one there are no connections.
    ///
    /// # Errors
    /// [`ConfigError::Text`] with line and column when the file was edited into something it cannot be.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let document = match files::read(path)? {
            None => Document::default(),
            Some(text) => toml::from_str(&text).map_err(|error| toml_error::place(path, &text, &error, REPAIR))?,
        };
        Ok(Self { path: path.to_owned(), all: document.connections })
    }

    /// All of them in order of name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Connection)> {
        self.all.iter().map(|(name, connection)| (name.as_str(), connection))
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The one called `name`.
    ///
    /// # Errors
    /// [`ConfigError::Unknown`], with the names there are.
    pub fn get(&self, name: &str) -> Result<&Connection, ConfigError> {
        self.all.get(name).ok_or_else(|| self.unknown(name))
    }

    /// Those called `names`; all of them when none is named.
    ///
    /// # Errors
    /// [`ConfigError::Unknown`] for the first that is not there.
    pub fn pick(&self, names: &[String]) -> Result<Vec<(String, Connection)>, ConfigError> {
        if names.is_empty() {
            return Ok(self.all.clone().into_iter().collect());
        }
        let mut picked: Vec<(String, Connection)> = Vec::new();
        for name in names {
            let connection = self.get(name)?;
            if !picked.iter().any(|(known, _)| known == name) {
                picked.push((name.clone(), connection.clone()));
            }
        }
        Ok(picked)
    }

    /// Adds one and writes the file. Two commands at once both count.
    ///
    /// # Errors
    /// [`ConfigError::Name`] or [`ConfigError::Exists`] for a name that cannot be taken.
    pub fn add(&mut self, name: &str, connection: Connection) -> Result<(), ConfigError> {
        check_name(name)?;
        self.change(|all| {
            if all.contains_key(name) {
                return Err(ConfigError::Exists { name: name.to_owned() });
            }
            all.insert(name.to_owned(), connection);
            Ok(())
        })
    }

    /// Removes one, writes the file and returns what was removed.
    ///
    /// # Errors
    /// [`ConfigError::Unknown`] when it is not there.
    pub fn remove(&mut self, name: &str) -> Result<Connection, ConfigError> {
        let unknown = self.unknown(name);
        self.change(|all| all.remove(name).ok_or(unknown))
    }

    /// Reads anew under a lock, changes, writes: nobody's change is lost to another's.
    fn change<T>(
        &mut self,
        change: impl FnOnce(&mut BTreeMap<String, Connection>) -> Result<T, ConfigError>,
    ) -> Result<T, ConfigError> {
        let lock_path = self.path.with_extension("lock");
        let lock: File = files::append(&lock_path)?;
        lock.lock().map_err(|source| ConfigError::io(&lock_path, source))?;
        let mut fresh = Self::load(&self.path)?.all;
        let result = change(&mut fresh)?;
        let document = Document { connections: fresh };
        let text = toml::to_string(&document)
            .map_err(|error| ConfigError::io(&self.path, std::io::Error::other(error.to_string())))?;
        files::replace(&self.path, &format!("{HEAD}{text}"))?;
        self.all = document.connections;
        Ok(result)
    }

    fn unknown(&self, name: &str) -> ConfigError {
        ConfigError::Unknown { name: name.to_owned(), known: self.all.keys().cloned().collect() }
    }
}

/// A connection's name stands in ids, file names and filters: lower-case letters, digits, `-` and `_`, at most 64.
pub fn check_name(name: &str) -> Result<(), ConfigError> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let fits = name.len() <= 64 && name.starts_with(good) && name.chars().all(|c| good(c) || c == '-' || c == '_');
    if fits { Ok(()) } else { Err(ConfigError::Name { name: name.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::mode;

    fn turen() -> Connection {
        Connection {
            platform: "turen".to_owned(),
            url: "https://api.example.test/api/v1".to_owned(),
            user: None,
            secret: "env:TUREN_KEY".parse().unwrap(),
        }
    }

    #[test]
    fn what_was_added_is_there_next_time_and_for_its_owner_alone() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("deck/connections.toml");
        Connections::load(&path).unwrap().add("prod", turen()).unwrap();
        let read = Connections::load(&path).unwrap();
        assert_eq!(read.get("prod").unwrap(), &turen());
        if cfg!(unix) {
            assert_eq!((mode(&path), mode(path.parent().unwrap())), (Some(0o600), Some(0o700)));
        }
    }

    #[test]
    fn two_commands_at_once_both_count() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("connections.toml");
        let (mut one, mut two) = (Connections::load(&path).unwrap(), Connections::load(&path).unwrap());
        one.add("a", turen()).unwrap();
        two.add("b", turen()).unwrap();
        assert_eq!(
            Connections::load(&path).unwrap().iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>(),
            ["a", "b"]
        );
        assert!(matches!(two.add("a", turen()), Err(ConfigError::Exists { .. })));
    }

    #[test]
    fn names_are_plain() {
        for good in ["a", "prod-2", "0_x"] {
            check_name(good).unwrap();
        }
        for bad in ["", "-a", "A", "a b", "ä", "a/b", &"a".repeat(65)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_file_edited_by_hand_into_nonsense_is_told_with_its_place() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("connections.toml");
        std::fs::write(
            &path,
            "[connections.a]\nplatform = \"turen\"\nurl = \"https://x\"\nsecret = \"sk_live_fake\"\n",
        )
        .unwrap();
        let error = Connections::load(&path).unwrap_err().to_string();
        assert!(error.contains("connections.toml:4:10: "), "{error}");
        assert!(!error.contains("sk_live_fake"), "{error}");
    }
}
