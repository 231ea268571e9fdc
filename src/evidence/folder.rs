//! A folder that is written whole: under a hidden name first, with the size and the sum of each file, then renamed.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::EvidenceError;
use crate::config;
use crate::incident::manifest;

/// The folder while it is made. Dropped before its end, it is gone with all that is in it.
#[derive(Debug)]
pub(super) struct Folder {
    temporary: TempDir,
    to: PathBuf,
    files: Vec<manifest::File>,
}

/// A file that is written, and its sum.
struct Summed {
    to: File,
    sum: Sha256,
    bytes: u64,
}

impl Write for Summed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.sum.update(bytes.get(..written).unwrap_or(bytes));
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

impl Folder {
    /// A new folder that will be `to`: nothing may be there, and the folder above must.
    pub fn new(to: &Path) -> Result<Self, EvidenceError> {
        let io = |source| EvidenceError::Io { path: to.to_owned(), source };
        let to = std::path::absolute(to).map_err(io)?;
        let above = to.parent().unwrap_or(Path::new("/"));
        if !above.is_dir() {
            return Err(EvidenceError::Nowhere(above.to_owned()));
        }
        absent(&to)?;
        // Beside its place, so that the rename stays on one file system.
        let temporary = config::hidden_folder(above);
        let temporary = temporary.map_err(|source| EvidenceError::Io { path: above.to_owned(), source })?;
        Ok(Self { temporary, to, files: Vec::new() })
    }

    /// The files so far, in the order in which they were written.
    pub fn files(&self) -> &[manifest::File] {
        &self.files
    }

    /// Writes a file. `path` is one of ours: parts of [`crate::incident::stem`]'s letters, apart by `/`.
    pub fn file<T>(
        &mut self,
        path: &str,
        write: impl FnOnce(&mut BufWriter<&mut dyn Write>) -> Result<T, EvidenceError>,
    ) -> Result<T, EvidenceError> {
        let place = path.split('/').fold(self.temporary.path().to_owned(), |place, part| place.join(part));
        let shown = self.to.join(path);
        let io = |source| EvidenceError::Io { path: shown.clone(), source };
        if let Some(above) = place.parent() {
            config::private_folder(above).map_err(io)?;
        }
        let file = config::new_private(&place).map_err(io)?;
        let mut summed = Summed { to: file, sum: Sha256::new(), bytes: 0 };
        let mut buffered = BufWriter::with_capacity(64 << 10, &mut summed as &mut dyn Write);
        let done = write(&mut buffered).map_err(|error| match error {
            EvidenceError::Io { source, .. } => io(source),
            other => other,
        })?;
        buffered.flush().map_err(io)?;
        drop(buffered);
        summed.to.sync_all().map_err(io)?;
        self.files.push(manifest::File {
            path: path.to_owned(),
            bytes: summed.bytes,
            sha256: hex(&summed.sum.finalize()),
        });
        Ok(done)
    }

    /// Gives the folder its name. From then on it is there, whole; before, nothing of that name was.
    pub fn finish(self) -> Result<PathBuf, EvidenceError> {
        let io = |source| EvidenceError::Io { path: self.to.clone(), source };
        absent(&self.to)?;
        let mut folders: Vec<PathBuf> = vec![self.temporary.path().to_owned()];
        for file in &self.files {
            if let Some((folder, _)) = file.path.split_once('/') {
                folders.push(self.temporary.path().join(folder));
            }
        }
        folders.dedup();
        folders.iter().try_for_each(|folder| config::sync_folder(folder)).map_err(io)?;
        // Between the look above and here somebody may have made one: a rename replaces an empty folder alone, and nothing else.
        std::fs::rename(self.temporary.path(), &self.to).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotADirectory => {
                EvidenceError::There(self.to.clone())
            }
            _ => io(source),
        })?;
        // It has its name: nothing is left to be cleaned up.
        let _ = self.temporary.keep();
        let above = self.to.parent().unwrap_or(Path::new("/"));
        config::sync_folder(above).map_err(|source| EvidenceError::Io { path: above.to_owned(), source })?;
        Ok(self.to)
    }
}

fn absent(path: &Path) -> Result<(), EvidenceError> {
    match path.symlink_metadata() {
        Ok(_) => Err(EvidenceError::There(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(EvidenceError::Io { path: path.to_owned(), source }),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    out
}
