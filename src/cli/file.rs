//! Files that a command writes: whole or not at all, for their owner alone, and over nothing that was there.

use std::io::{BufWriter, Write};
use std::path::Path;

use crate::error::{Failure, Kind};

/// Refuses a file that is there already, unless it may be replaced, and one in a folder that is not there: a name that was mistyped
/// makes no folders.
pub fn check(path: &Path, replace: bool) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(Failure::usage(format!("the folder {} is not there", folder.display()))
            .hint("make it first, or name a file in one that is"));
    }
    match path.symlink_metadata() {
        Ok(meta) if meta.is_dir() => {
            Err(Failure::usage(format!("{} is a folder", path.display())).hint("name a file in it"))
        }
        Ok(_) if !replace => Err(there(path)),
        _ => Ok(()),
    }
}

fn there(path: &Path) -> Failure {
    Failure::usage(format!("{} is there already", path.display())).hint("name a new file, or --force to replace it")
}

/// Writes a file: beside it first, then renamed, so that a file of this name is all of what was written.
pub fn whole<T>(
    path: &Path,
    replace: bool,
    write: impl FnOnce(&mut dyn Write) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let shown = path.display();
    let fail = |error: std::io::Error| Failure::new(Kind::Io, format!("{shown}: {error}"));
    let path = std::path::absolute(path).map_err(fail)?;
    check(&path, replace)?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let temporary = tempfile::Builder::new().prefix(".qd-").tempfile_in(folder).map_err(fail)?;
    let mut to = BufWriter::with_capacity(64 << 10, temporary);
    let done = write(&mut to)?;
    let temporary = to.into_inner().map_err(|error| fail(error.into_error()))?;
    temporary.as_file().sync_all().map_err(fail)?;
    match replace {
        true => temporary.persist(&path).map_err(|error| fail(error.error))?,
        false => temporary.persist_noclobber(&path).map_err(|error| match error.error.kind() {
            std::io::ErrorKind::AlreadyExists => there(&path),
            _ => fail(error.error),
        })?,
    };
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[test]
    fn a_file_is_written_whole_or_not_at_all_and_over_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.md");
        let text = |text: &'static str| move |to: &mut dyn Write| Ok(to.write_all(text.as_bytes())?);
        whole(&path, false, text("one")).unwrap();
        assert_eq!(config::mode(&path).unwrap_or(0o600), 0o600);
        let refused = whole(&path, false, text("two")).unwrap_err();
        assert_eq!((refused.kind, std::fs::read_to_string(&path).unwrap()), (Kind::Usage, "one".to_owned()));
        let broken = whole(&path, true, |to| {
            to.write_all(b"half")?;
            Err::<(), _>(Failure::new(Kind::Io, "stopped"))
        });
        assert_eq!((broken.unwrap_err().kind, std::fs::read_to_string(&path).unwrap()), (Kind::Io, "one".to_owned()));
        whole(&path, true, text("three")).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "three");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_told_and_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("mistyped");
        let refused = whole(&missing.join("a.md"), false, |_| Ok(())).unwrap_err();
        assert_eq!(refused.kind, Kind::Usage);
        assert!(refused.message.contains("mistyped is not there"), "{}", refused.message);
        assert!(!missing.exists());
    }
}
