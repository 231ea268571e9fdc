//! Files for their owner alone, replaced as a whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::ConfigError;

/// Makes a folder and its missing parents, mode 0700. One that exists keeps its mode: `qd doctor` names a loose one.
pub fn make_folder(path: &Path) -> Result<(), ConfigError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|source| ConfigError::io(path, source))
}

/// Opens a file to add to it, mode 0600, making it and its folder when missing.
pub fn append(path: &Path) -> Result<File, ConfigError> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    OpenOptions::new().create(true).append(true).mode(0o600).open(path).map_err(|source| ConfigError::io(path, source))
}

/// Replaces a file's text: written beside it (0600), synced, renamed over it, and the folder synced, so that a crash leaves
/// either the old text or the new one.
pub fn replace(path: &Path, text: &str) -> Result<(), ConfigError> {
    let fail = |source| ConfigError::io(path, source);
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(".qd-")
        .permissions(fs::Permissions::from_mode(0o600))
        .tempfile_in(folder)
        .map_err(fail)?;
    file.write_all(text.as_bytes()).map_err(fail)?;
    file.as_file().sync_all().map_err(fail)?;
    file.persist(path).map_err(|error| fail(error.error))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(fail)
}

/// The text of a file; `None` when there is none.
pub fn read(path: &Path) -> Result<Option<String>, ConfigError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ConfigError::io(path, source)),
    }
}

/// Permission bits of a file: `0o600`.
pub fn mode(path: &Path) -> Option<u32> {
    fs::metadata(path).ok().map(|meta| meta.permissions().mode() & 0o777)
}
