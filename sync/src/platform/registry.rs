//! All platforms we know: the built-in manifests, and the operator's own.

use std::path::Path;
use std::sync::Arc;

use super::{Manifest, ManifestError};

/// Where a manifest comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Embedded in the program.
    BuiltIn,
    /// A file of the operator's; `replaces` says that it hides a built-in one.
    File {
        /// The file.
        path: std::path::PathBuf,
        /// A built-in manifest of this name is hidden.
        replaces: bool,
    },
}

/// The manifests by name.
#[derive(Debug, Clone)]
pub struct Registry {}

impl Registry {
    /// The built-in platforms alone.
    pub fn builtin() -> Self {
        todo!()
    }

    /// The built-in platforms and every `*.toml` in `dir`, which adds to them or replaces them. A file that is wrong
    /// is reported and left out; the others still count. A missing `dir` is no error.
    pub fn load(_dir: &Path) -> (Self, Vec<ManifestError>) {
        todo!()
    }

    /// The manifest called `name`.
    pub fn get(&self, _name: &str) -> Option<Arc<Manifest>> {
        todo!()
    }

    /// All of them by name, with where they come from.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<Manifest>, &Origin)> {
        std::iter::empty()
    }

    /// The TOML text behind `name`, as `qd platform export` prints it.
    pub fn source(&self, _name: &str) -> Option<&str> {
        todo!()
    }

    /// Reads and checks one manifest; `inherits` is looked up among the platforms known here.
    pub fn check(&self, _file: &Path, _text: &str) -> Result<Manifest, Vec<ManifestError>> {
        todo!()
    }
}
