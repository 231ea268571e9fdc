//! From TOML to a [`Manifest`]: read, inherit, check.
//!
//! Four steps, each a file: [`tree`] reads TOML with the place of every key; an heir is laid over its parent there;
//! [`fields`] reads typed values and collects errors; [`shape`], [`collection`], [`content`](self::content), [`action`] and [`step`] know what a manifest is made of;
//! [`check`] looks at what only the whole can tell. All errors of a file are reported at once, each with file, line, column
//! and a hint. What is accepted is exactly what [`keys`] lists.
//!
//! Not here: where the text comes from (`registry`).

mod action;
mod check;
mod collection;
mod content;
mod fields;
pub(super) mod keys;
mod shape;
mod step;
#[cfg(test)]
mod tests;
mod tree;

use std::path::{Path, PathBuf};

use self::fields::Report;
use self::tree::Node;
use super::{Manifest, ManifestError};

/// Finds the text of the manifest called by a name, with the file it stands in. The second argument says how many
/// manifests of that very name are being read already: an heir may carry the name of what it inherits.
pub(super) type Lookup<'a> = dyn Fn(&str, usize) -> Option<(PathBuf, String)> + 'a;

/// Longest line of ancestors.
const GENERATIONS: usize = 8;

/// Reads and checks a manifest.
///
/// # Errors
/// Everything that is wrong with it, in the order in which it stands in the file.
pub(super) fn load(file: &Path, text: &str, lookup: &Lookup<'_>) -> Result<Manifest, Vec<ManifestError>> {
    let mut report = Report::default();
    let manifest = tree(&mut report, file, text, lookup, &mut Vec::new())
        .and_then(|root| shape::manifest(&mut report, &root))
        .and_then(|manifest| check::whole(&mut report, manifest));
    match manifest {
        Some(manifest) if report.errors.is_empty() => Ok(manifest),
        _ => {
            // The file's own errors first, then those of what it inherits.
            report.errors.sort_by_key(|error| (error.file != file, error.line, error.column));
            report.errors.dedup();
            Err(report.errors)
        }
    }
}

/// The tree of `text`, laid over the tree of what it inherits.
fn tree(
    report: &mut Report,
    file: &Path,
    text: &str,
    lookup: &Lookup<'_>,
    ancestors: &mut Vec<String>,
) -> Option<Node> {
    let number = report.files.len();
    report.files.push(file.to_owned());
    let (own, errors) = tree::parse(number, text.strip_prefix('\u{feff}').unwrap_or(text));
    for (place, message) in &errors {
        report.error(*place, format!("not valid TOML: {message}"), None);
    }
    if !errors.is_empty() {
        return None;
    }
    let Some(inherits) = own.get("inherits") else { return Some(own) };
    let parent = report.text(inherits)?;
    let own_name = own.get("name").and_then(Node::as_text).unwrap_or_default();
    ancestors.push(own_name.to_owned());
    if ancestors.len() > GENERATIONS {
        report.error(inherits.place, format!("`{parent}` is inherited in a circle, or too deeply"), None);
        return None;
    }
    let nested = ancestors.iter().filter(|name| **name == parent).count();
    let Some((parent_file, parent_text)) = lookup(&parent, nested) else {
        let hint = "`qd platform list` names the platforms there are";
        report.error(inherits.place, format!("there is no platform `{parent}` to inherit"), Some(hint.to_owned()));
        return None;
    };
    let inherited = tree(report, &parent_file, &parent_text, lookup, ancestors)?;
    Some(tree::merge(inherited, own))
}
