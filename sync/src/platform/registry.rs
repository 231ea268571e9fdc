//! All platforms we know: the built-in manifests, and the operator's own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::load::load;
use super::{Manifest, ManifestError};

/// The manifests this program carries, by name.
const BUILT_IN: [(&str, &str); 4] = [
    ("exo", include_str!("../../platforms/exo.toml")),
    ("runagents", include_str!("../../platforms/runagents.toml")),
    ("runagents-v1alpha", include_str!("../../platforms/runagents-v1alpha.toml")),
    ("turen", include_str!("../../platforms/turen.toml")),
];

/// Largest manifest that is read: far more than anyone writes by hand.
const MAX_FILE: u64 = 1 << 20;

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

#[derive(Debug, Clone)]
struct Entry {
    manifest: Arc<Manifest>,
    origin: Origin,
    source: Arc<str>,
}

/// The manifests by name.
#[derive(Debug, Clone)]
pub struct Registry {
    entries: BTreeMap<String, Entry>,
}

impl Registry {
    /// The built-in platforms alone.
    pub fn builtin() -> Self {
        let mut entries = BTreeMap::new();
        for (name, source) in BUILT_IN {
            // A test reads every one of them, so that nothing is left out here.
            if let Ok(manifest) = load(&built_in_file(name), source, &|name, _| built_in(name)) {
                let entry = Entry { manifest: Arc::new(manifest), origin: Origin::BuiltIn, source: source.into() };
                entries.insert(name.to_owned(), entry);
            }
        }
        Self { entries }
    }

    /// The built-in platforms and every `*.toml` in `dir`, which adds to them or replaces them. A file that is wrong
    /// is reported and left out; the others still count. A missing `dir` is no error.
    pub fn load(dir: &Path) -> (Self, Vec<ManifestError>) {
        let mut registry = Self::builtin();
        let (files, mut errors) = read_dir(dir);
        // Names are needed before anything is checked: a file may inherit one that comes after it.
        let named: Vec<(Option<String>, &PathBuf, &String)> =
            files.iter().map(|(path, text)| (name_in(text), path, text)).collect();
        let lookup = |name: &str, nested: usize| {
            let own = named.iter().filter(|(known, ..)| known.as_deref() == Some(name));
            let own = own.map(|(_, path, text)| ((*path).clone(), (*text).clone()));
            own.chain(built_in(name)).nth(nested)
        };
        let mut taken: BTreeMap<String, PathBuf> = BTreeMap::new();
        for (path, text) in &files {
            match load(path, text, &lookup) {
                Err(wrong) => errors.extend(wrong),
                Ok(manifest) => {
                    if let Some(first) = taken.insert(manifest.name.clone(), path.clone()) {
                        errors.push(twice(&manifest.name, path, &first));
                        taken.insert(manifest.name, first);
                        continue;
                    }
                    let replaces = built_in(&manifest.name).is_some();
                    let origin = Origin::File { path: path.clone(), replaces };
                    let name = manifest.name.clone();
                    let entry = Entry { manifest: Arc::new(manifest), origin, source: text.as_str().into() };
                    registry.entries.insert(name, entry);
                }
            }
        }
        (registry, errors)
    }

    /// The manifest called `name`.
    pub fn get(&self, name: &str) -> Option<Arc<Manifest>> {
        self.entries.get(name).map(|entry| Arc::clone(&entry.manifest))
    }

    /// All of them by name, with where they come from.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<Manifest>, &Origin)> {
        self.entries.values().map(|entry| (&entry.manifest, &entry.origin))
    }

    /// The TOML text behind `name`, as `qd platform export` prints it: for one that inherits, what it changes.
    pub fn source(&self, name: &str) -> Option<&str> {
        self.entries.get(name).map(|entry| &*entry.source)
    }

    /// Reads and checks one manifest; `inherits` is looked up among the platforms known here.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn check(&self, file: &Path, text: &str) -> Result<Manifest, Vec<ManifestError>> {
        let own = name_in(text);
        load(file, text, &|name, nested| {
            // A file that carries the name of what it inherits means the one below it, not itself.
            let known = self.entries.get(name).and_then(|entry| match &entry.origin {
                Origin::File { path, .. } if !same_file(path, file) => Some((path.clone(), entry.source.to_string())),
                _ => None,
            });
            let itself = usize::from(own.as_deref() == Some(name));
            known.into_iter().chain(built_in(name)).nth(nested.saturating_sub(itself))
        })
    }
}

fn built_in_file(name: &str) -> PathBuf {
    PathBuf::from(format!("built-in {name}.toml"))
}

fn built_in(name: &str) -> Option<(PathBuf, String)> {
    let (name, source) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
    Some((built_in_file(name), (*source).to_owned()))
}

fn same_file(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// The name a manifest gives itself, as far as it can be read.
fn name_in(text: &str) -> Option<String> {
    let table: toml::Table = toml::from_str(text).ok()?;
    table.get("name")?.as_str().map(str::to_owned)
}

fn twice(name: &str, file: &Path, first: &Path) -> ManifestError {
    ManifestError {
        file: file.to_owned(),
        line: None,
        column: None,
        message: format!("the platform `{name}` is already described by {}", first.display()),
        hint: Some("give one of the two another `name`, or remove it".to_owned()),
    }
}

/// The manifests in `dir` by file name, and those that could not be read.
fn read_dir(dir: &Path) -> (Vec<(PathBuf, String)>, Vec<ManifestError>) {
    let unreadable = |path: &Path, error: &dyn std::fmt::Display| ManifestError {
        file: path.to_owned(),
        line: None,
        column: None,
        message: format!("cannot be read: {error}"),
        hint: Some("check its permissions and that it is UTF-8 text".to_owned()),
    };
    let mut files = Vec::new();
    let mut errors = Vec::new();
    let listing = match std::fs::read_dir(dir) {
        Ok(listing) => listing,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return (files, errors),
        Err(error) => return (files, vec![unreadable(dir, &error)]),
    };
    let mut paths: Vec<PathBuf> = listing.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    for path in paths {
        match read_file(&path) {
            Ok(text) => files.push((path, text)),
            Err(error) => errors.push(unreadable(&path, &error)),
        }
    }
    (files, errors)
}

fn read_file(path: &Path) -> std::io::Result<String> {
    let size = std::fs::metadata(path)?.len();
    if size > MAX_FILE {
        return Err(std::io::Error::other(format!("{size} bytes is more than the {MAX_FILE} a manifest may have")));
    }
    std::fs::read_to_string(path)
}
