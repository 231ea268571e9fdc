//! Who pulls: one process at a time holds an exclusive lock on a file of the data folder.
//!
//! The lock belongs to the open file, so it ends with its holder however that ends. What is written inside is for the message
//! alone, and trusted for nothing.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{ConfigError, files, private};

/// Who holds the lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Process id.
    pub pid: u32,
    /// Machine.
    pub host: String,
    /// Since when.
    pub since: Timestamp,
    /// What it does: `sync`, `console`.
    pub command: String,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "qd {} (process {} on {}, since {:.0})", self.command, self.pid, self.host, self.since)
    }
}

/// Why the lease was not given.
#[derive(Debug, Error)]
pub enum LeaseError {
    /// Another process has it.
    #[error("{} pulls already", .holder.as_ref().map_or_else(|| "another qd".to_owned(), Holder::to_string))]
    Held {
        /// Who, if its words can be read.
        holder: Option<Holder>,
    },
    /// The file cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// The right to pull, until it is dropped.
#[derive(Debug)]
pub struct Lease {
    file: File,
}

impl Lease {
    /// Takes the lease at `path`, or says who has it. Never waits.
    pub fn take(path: &Path, command: &str) -> Result<Self, LeaseError> {
        if let Some(folder) = path.parent() {
            files::make_folder(folder)?;
        }
        let fail = |source| LeaseError::Config(ConfigError::io(path, source));
        let mut file =
            private::options().read(true).write(true).create(true).truncate(false).open(path).map_err(fail)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LeaseError::Held { holder: read(&mut file) }),
            Err(TryLockError::Error(source)) => return Err(fail(source)),
        }
        let holder =
            Holder { pid: std::process::id(), host: host(), since: Timestamp::now(), command: command.to_owned() };
        let mut lease = Self { file };
        lease.write(&holder).map_err(fail)?;
        Ok(lease)
    }

    /// Who holds the lease at `path` just now; `None` when nobody does.
    pub fn held(path: &Path) -> Result<Option<Option<Holder>>, ConfigError> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ConfigError::io(path, source)),
        };
        // Shared, so that two who look do not take each other for a holder.
        match file.try_lock_shared() {
            Ok(()) => {
                let _ = file.unlock();
                Ok(None)
            }
            Err(TryLockError::WouldBlock) => Ok(Some(read(&mut file))),
            Err(TryLockError::Error(source)) => Err(ConfigError::io(path, source)),
        }
    }

    fn write(&mut self, holder: &Holder) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(serde_json::to_string(holder)?.as_bytes())
    }
}

impl Drop for Lease {
    /// Closing the file is not enough: a child that is just being started holds a copy of it for a moment.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

fn read(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.take(4096).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// Name of this machine, where its kernel tells it to who reads a file. It matters only when the data folder is shared.
fn host() -> String {
    let told = if cfg!(target_os = "linux") { std::fs::read_to_string("/proc/sys/kernel/hostname").ok() } else { None };
    let name = told.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    name.unwrap_or_else(|| "this machine".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_the_first_is_and_gets_it_after_them() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("data/sync.lock");
        assert!(Lease::held(&path).unwrap().is_none());
        let lease = Lease::take(&path, "sync --watch").unwrap();
        let Err(LeaseError::Held { holder: Some(holder) }) = Lease::take(&path, "sync") else { panic!("given twice") };
        assert_eq!((holder.pid, holder.command.as_str()), (std::process::id(), "sync --watch"));
        assert_eq!(Lease::held(&path).unwrap(), Some(Some(holder)));
        drop(lease);
        assert!(Lease::held(&path).unwrap().is_none());
        Lease::take(&path, "sync").unwrap();
    }
}
