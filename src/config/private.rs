//! What "for its owner alone" means on this system.
//!
//! On Unix it is a mode, given when the file or folder is made: 0600 and 0700. Elsewhere, on Windows, what is made takes over the
//! access list of the user's profile it lies in, which lets nobody else in but administrators: there is no mode to set, and
//! none to look at, so a secret's file is taken as it is.

pub use self::system::{exposed, folders, hidden_folder, mode, open_at_once, options, sync_folder};

/// Why others may know what a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(unix), allow(dead_code, reason = "only modes and owners tell it"))]
pub enum Exposed {
    /// Its mode is not 0600 or 0400.
    Mode(u32),
    /// It belongs to another user.
    Owner,
}

#[cfg(unix)]
mod system {
    use std::fs::{DirBuilder, File, Metadata, OpenOptions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
    use std::path::Path;

    use super::Exposed;

    /// Makes folders with their missing parents.
    pub fn folders() -> DirBuilder {
        let mut folders = DirBuilder::new();
        folders.recursive(true).mode(0o700);
        folders
    }

    /// A folder under a hidden name in `above`, private, gone with what it holds when it is dropped.
    pub fn hidden_folder(above: &Path) -> io::Result<tempfile::TempDir> {
        let alone = std::fs::Permissions::from_mode(0o700);
        tempfile::Builder::new().prefix(".qd-").permissions(alone).tempdir_in(above)
    }

    /// Opens files; one that is made is private.
    pub fn options() -> OpenOptions {
        let mut options = OpenOptions::new();
        options.mode(0o600);
        options
    }

    /// Opens a file to read it. A pipe does not make us wait before we have seen that it is one.
    pub fn open_at_once(path: &Path) -> io::Result<File> {
        // `O_NONBLOCK`, which the standard library takes but does not name.
        let nonblocking = if cfg!(any(target_os = "linux", target_os = "android")) { 0x800 } else { 0x4 };
        OpenOptions::new().read(true).custom_flags(nonblocking).open(path)
    }

    /// Makes sure that what was renamed in a folder is so after a crash too.
    pub fn sync_folder(path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    /// Permission bits of a file, `0o600`; `None` when there is no such file, or no modes.
    pub fn mode(path: &Path) -> Option<u32> {
        path.metadata().ok().map(|meta| meta.permissions().mode() & 0o777)
    }

    /// Whether others may read this file, or could have.
    pub fn exposed(meta: &Metadata) -> Option<Exposed> {
        match meta.mode() & 0o7777 {
            0o600 | 0o400 if own_uid().is_none_or(|uid| uid == meta.uid()) => None,
            0o600 | 0o400 => Some(Exposed::Owner),
            mode => Some(Exposed::Mode(mode)),
        }
    }

    /// The user this process acts as: who owns a file it has just made.
    fn own_uid() -> Option<u32> {
        tempfile::tempfile().and_then(|file| file.metadata()).ok().map(|meta| meta.uid())
    }
}

#[cfg(not(unix))]
mod system {
    use std::fs::{DirBuilder, File, Metadata, OpenOptions};
    use std::io;
    use std::path::Path;

    use super::Exposed;

    /// Makes folders with their missing parents.
    pub fn folders() -> DirBuilder {
        let mut folders = DirBuilder::new();
        folders.recursive(true);
        folders
    }

    /// A folder under a hidden name in `above`, gone with what it holds when it is dropped.
    pub fn hidden_folder(above: &Path) -> io::Result<tempfile::TempDir> {
        tempfile::Builder::new().prefix(".qd-").tempdir_in(above)
    }

    /// Opens files.
    pub fn options() -> OpenOptions {
        OpenOptions::new()
    }

    /// Opens a file to read it.
    pub fn open_at_once(path: &Path) -> io::Result<File> {
        File::open(path)
    }

    /// A folder cannot be opened to be synced; its file system keeps a rename by itself.
    pub fn sync_folder(_: &Path) -> io::Result<()> {
        Ok(())
    }

    /// There are no modes.
    pub fn mode(_: &Path) -> Option<u32> {
        None
    }

    /// It cannot be told.
    pub fn exposed(_: &Metadata) -> Option<Exposed> {
        None
    }
}
