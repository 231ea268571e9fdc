//! A secret in a file for its owner alone.

use std::io::Read;
use std::path::Path;

use quarterdeck_sync::platform::Secret;

use super::{SecretError, SecretSource};
use crate::config::private::{self, Exposed};

/// Most bytes a secret's file may have.
const LIMIT: u64 = 64 << 10;

/// Reads it, after looking at the very file that was opened: a regular file of ours that nobody else may read.
/// Where files have no modes (Windows), who may read it cannot be told, and it is taken.
pub fn read(source: &SecretSource, path: &Path) -> Result<Secret, SecretError> {
    let fail = |message: String, hint: &str| SecretError::new(source, message, hint);
    if !path.is_absolute() {
        return Err(fail("the path is not absolute".to_owned(), "give the whole path"));
    }
    let file = private::open_at_once(path)
        .map_err(|error| fail(error.to_string(), "make the file with the secret in it, then chmod 600 it"))?;
    let meta = file.metadata().map_err(|error| fail(error.to_string(), "is the disk well?"))?;
    if !meta.is_file() {
        return Err(fail("it is not a regular file".to_owned(), "put the secret into a file, then chmod 600 it"));
    }
    match private::exposed(&meta) {
        None => {}
        Some(Exposed::Mode(mode)) => {
            let hint = format!("chmod 600 '{}'; if others could read it until now, make a new key", path.display());
            return Err(fail(format!("its mode is {mode:04o}, so others may read it"), &hint));
        }
        Some(Exposed::Owner) => return Err(fail("it belongs to another user".to_owned(), "use a file of your own")),
    }
    let mut text = String::new();
    file.take(LIMIT + 1)
        .read_to_string(&mut text)
        .map_err(|_| fail("it cannot be read as text".to_owned(), "the file must hold the secret alone"))?;
    if text.len() as u64 > LIMIT {
        return Err(fail("it is too large for a secret".to_owned(), "the file must hold the secret alone"));
    }
    Ok(Secret::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &Path) -> SecretSource {
        SecretSource::File(path.to_owned())
    }

    #[cfg(unix)]
    #[test]
    fn only_a_file_that_nobody_else_can_read_is_taken() {
        use std::os::unix::fs::PermissionsExt;

        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        std::fs::write(&path, "sk_live_fake1\n").unwrap();
        for (mode, taken) in
            [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o644, false), (0o700, false)]
        {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            match read(&source(&path), &path) {
                Ok(secret) => assert!(taken && secret.expose() == "sk_live_fake1", "{mode:o}"),
                Err(error) => {
                    assert!(!taken, "{mode:o}: {error}");
                    assert!(error.hint.unwrap().starts_with("chmod 600"));
                }
            }
        }
    }

    #[test]
    fn what_is_no_file_is_refused_at_once() {
        let home = tempfile::tempdir().unwrap();
        let error = read(&source(home.path()), home.path()).unwrap_err();
        assert!(error.message.contains("not a regular file"), "{error}");
        let relative = Path::new("key");
        assert!(read(&source(relative), relative).unwrap_err().message.contains("not absolute"));
        let missing = home.path().join("none");
        assert!(read(&source(&missing), &missing).is_err());
    }
}
