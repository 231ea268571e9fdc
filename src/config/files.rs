//! Files for their owner alone, replaced as a whole or not at all.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use super::{ConfigError, private, toml_error};

/// Makes a folder and its missing parents, private. One that exists keeps its mode: `qd doctor` names a loose one.
pub fn make_folder(path: &Path) -> Result<(), ConfigError> {
    private::folders().create(path).map_err(|source| ConfigError::io(path, source))
}

/// Opens a file to add to it, making it and its folder when missing, private.
pub fn append(path: &Path) -> Result<File, ConfigError> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    private::options().create(true).append(true).open(path).map_err(|source| ConfigError::io(path, source))
}

/// Replaces a file's text: written beside it (private, as every temporary file), synced, renamed over it, and the folder synced, so that a crash leaves
/// either the old text or the new one.
pub fn replace(path: &Path, text: &str) -> Result<(), ConfigError> {
    let fail = |source| ConfigError::io(path, source);
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    let mut file = tempfile::Builder::new().prefix(".qd-").tempfile_in(folder).map_err(fail)?;
    file.write_all(text.as_bytes()).map_err(fail)?;
    file.as_file().sync_all().map_err(fail)?;
    file.persist(path).map_err(|error| fail(error.error))?;
    private::sync_folder(folder).map_err(fail)
}

/// The text of a file; `None` when there is none.
pub fn read(path: &Path) -> Result<Option<String>, ConfigError> {
    match fs::read(path) {
        Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|error| toml_error::not_text(path, &error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ConfigError::io(path, source)),
    }
}

/// Makes a folder and its missing parents, for their owner alone.
pub fn private_folder(path: &Path) -> std::io::Result<()> {
    private::folders().create(path)
}

/// Makes a file for its owner alone, to be written; fails when there is one.
pub fn new_private(path: &Path) -> std::io::Result<File> {
    private::options().write(true).create_new(true).open(path)
}
