//! Files and folders for their owner alone.
//!
//! On Unix that is their mode, 0600 and 0700. Elsewhere, on Windows, they take over the access list of the user's profile they lie
//! in, which lets nobody else in but administrators.

#[cfg(not(unix))]
pub(crate) use self::inherited::{folders, options, tighten};
#[cfg(unix)]
pub(crate) use self::modes::{folders, options, tighten};

#[cfg(unix)]
mod modes {
    use std::fs::{self, DirBuilder, OpenOptions, Permissions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
    use std::path::Path;

    /// Makes folders with their missing parents.
    pub fn folders() -> DirBuilder {
        let mut folders = DirBuilder::new();
        folders.recursive(true).mode(0o700);
        folders
    }

    /// Opens files; one that is made is private from its first moment.
    pub fn options() -> OpenOptions {
        let mut options = OpenOptions::new();
        options.mode(0o600);
        options
    }

    /// Makes a file private that may not have been.
    pub fn tighten(path: &Path) -> io::Result<()> {
        if fs::metadata(path)?.permissions().mode() & 0o777 != 0o600 {
            fs::set_permissions(path, Permissions::from_mode(0o600))?;
        }
        Ok(())
    }
}

#[cfg(not(unix))]
mod inherited {
    use std::fs::{DirBuilder, OpenOptions};
    use std::io;
    use std::path::Path;

    /// Makes folders with their missing parents.
    pub fn folders() -> DirBuilder {
        let mut folders = DirBuilder::new();
        folders.recursive(true);
        folders
    }

    /// Opens files.
    pub fn options() -> OpenOptions {
        OpenOptions::new()
    }

    /// Nothing is to be done.
    pub fn tighten(_: &Path) -> io::Result<()> {
        Ok(())
    }
}
