//! Every file and folder of ours.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::{ConfigError, Env, files};

/// Where everything is. Nothing is made until it is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Folder of what the operator sets.
    pub config_dir: PathBuf,
    /// Folder of what we keep.
    pub data_dir: PathBuf,
    /// Folder of the log.
    pub log_dir: PathBuf,
    /// Folder of what the console remembers.
    pub state_dir: PathBuf,
}

impl Paths {
    /// Below `QD_HOME` when it is set, else where the XDG rules say.
    ///
    /// # Errors
    /// When neither `QD_HOME` nor a home directory is known.
    pub fn find(env: &Env) -> Result<Self, ConfigError> {
        if let Some(home) = &env.home {
            return Ok(Self::under(&std::path::absolute(home).unwrap_or_else(|_| home.clone())));
        }
        let base = etcetera::base_strategy::Xdg::new().map_err(|_| ConfigError::NoHome)?;
        let state = base.state_dir().unwrap_or_else(|| base.data_dir());
        Ok(Self {
            config_dir: base.config_dir().join("quarterdeck"),
            data_dir: base.data_dir().join("quarterdeck"),
            log_dir: state.join("quarterdeck"),
            state_dir: state.join("quarterdeck"),
        })
    }

    /// Everything flat below one folder.
    pub fn under(home: &Path) -> Self {
        Self {
            config_dir: home.to_owned(),
            data_dir: home.to_owned(),
            log_dir: home.join("log"),
            state_dir: home.to_owned(),
        }
    }

    /// `config.toml`, the operator's.
    pub fn settings(&self) -> PathBuf {
        self.config_dir.join("config.toml")
    }

    /// `connections.toml`, ours.
    pub fn connections(&self) -> PathBuf {
        self.config_dir.join("connections.toml")
    }

    /// Folder of the operator's own manifests.
    pub fn platforms(&self) -> PathBuf {
        self.config_dir.join("platforms")
    }

    /// Folder of the operator's own themes.
    pub fn themes(&self) -> PathBuf {
        self.config_dir.join("themes")
    }

    /// The mirror.
    pub fn mirror(&self) -> PathBuf {
        self.data_dir.join("mirror.db")
    }

    /// The outbox: the operators' own work.
    pub fn outbox(&self) -> PathBuf {
        self.data_dir.join("outbox.db")
    }

    /// Outboxes that were damaged and set aside, as long as nobody has moved them elsewhere.
    pub fn damaged_outboxes(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(&self.data_dir) else { return Vec::new() };
        let named = |path: &PathBuf| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            name.starts_with("outbox.db.damaged-") && !name.ends_with("-wal") && !name.ends_with("-shm")
        };
        let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(named).collect();
        found.sort();
        found
    }

    /// Folder of the search index.
    pub fn search(&self) -> PathBuf {
        self.data_dir.join("search")
    }

    /// The file whose lock is the lease.
    pub fn lease(&self) -> PathBuf {
        self.data_dir.join("sync.lock")
    }

    /// The log.
    pub fn log(&self) -> PathBuf {
        self.log_dir.join("qd.log")
    }

    /// What was copied last in the console and is too long for a clipboard.
    pub fn copied(&self) -> PathBuf {
        self.data_dir.join("copied.txt")
    }

    /// What the console remembers: where one was, and the columns of its lists.
    pub fn session(&self) -> PathBuf {
        self.state_dir.join("console.qd")
    }

    /// Folder of the evidence that the console wrote: a folder for each time.
    pub fn evidence(&self) -> PathBuf {
        self.data_dir.join("evidence")
    }

    /// Folder of what is being typed into the console's editor.
    pub fn drafts(&self) -> PathBuf {
        self.data_dir.join("drafts")
    }

    /// Makes the data folder, for the owner alone.
    pub fn make_data_dir(&self) -> Result<(), ConfigError> {
        files::make_folder(&self.data_dir)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_variable_moves_everything() {
        let env = Env { home: Some("/tmp/deck".into()), ..Env::default() };
        let paths = Paths::find(&env).unwrap();
        for path in [paths.settings(), paths.connections(), paths.platforms(), paths.themes(), paths.mirror()] {
            assert_eq!(path.parent(), Some(Path::new("/tmp/deck")));
        }
        assert_eq!(paths.log(), Path::new("/tmp/deck/log/qd.log"));
    }
}
