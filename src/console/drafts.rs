//! What is being typed into the console's editor, kept in a file of its own until it is decided on: a crash, a lost line or a closed
//! terminal loses none of it.
//!
//! One file for each document, private like everything of ours, replaced as a whole. It holds what was typed as it was typed, and the
//! document it was made from, which is what the edit stays bound to.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use quarterdeck_sync::model::{ListKey, WriteId};
use serde::{Deserialize, Serialize};

use crate::config;
use crate::tui::drafting::{DraftKey, Kept};

/// What the file says it is.
const SCHEMA: &str = "qd.draft/1";
/// Longest part of a file's name that is made from what it is of.
const NAME: usize = 120;

#[derive(Debug, Serialize, Deserialize)]
struct File {
    schema: String,
    connection: String,
    collection: String,
    id: String,
    write: Option<String>,
    at: Timestamp,
    base: String,
    text: String,
}

/// Keeps a draft in the place of what was kept of it before. It is on the disk when this returns.
///
/// # Errors
/// Why it could not be kept, for a person.
pub(super) fn keep(folder: &Path, kept: &Kept) -> Result<(), String> {
    let key = &kept.key;
    let file = File {
        schema: SCHEMA.to_owned(),
        connection: key.list.connection.clone(),
        collection: key.list.collection.clone(),
        id: key.id.clone(),
        write: key.write.as_ref().map(ToString::to_string),
        at: kept.at,
        base: kept.base.clone(),
        text: kept.text.to_string(),
    };
    let text = serde_json::to_string(&file).map_err(|error| error.to_string())?;
    config::replace(&path(folder, key), &text).map_err(|error| error.to_string())
}

/// What was kept of a draft; none when nothing was, or it cannot be read.
pub(super) fn kept(folder: &Path, key: &DraftKey) -> Option<Kept> {
    let text = std::fs::read_to_string(path(folder, key)).ok()?;
    let file: File = serde_json::from_str(&text).ok()?;
    let of = DraftKey {
        list: ListKey::new(&file.connection, &file.collection),
        id: file.id,
        write: file.write.map(WriteId::new),
    };
    (file.schema == SCHEMA && of == *key).then(|| Kept {
        key: of,
        base: file.base,
        text: Arc::from(file.text),
        at: file.at,
    })
}

/// Forgets a draft.
///
/// # Errors
/// Why it is still there, for a person.
pub(super) fn drop(folder: &Path, key: &DraftKey) -> Result<(), String> {
    match std::fs::remove_file(path(folder, key)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.to_string()),
        _ => Ok(()),
    }
}

/// A name that says what it is of, and a number that tells apart what looks alike in it.
fn path(folder: &Path, key: &DraftKey) -> PathBuf {
    let write = key.write.as_ref().map_or_else(String::new, |id| format!("-{id}"));
    let said = format!("{}-{}-{}{write}", key.list.connection, key.list.collection, key.id);
    let safe: String =
        said.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).take(NAME).collect();
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    folder.join(format!("{safe}-{:016x}.json", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(id: &str, write: Option<&str>) -> DraftKey {
        DraftKey { list: ListKey::new("acme", "policies"), id: id.to_owned(), write: write.map(WriteId::new) }
    }

    #[test]
    fn what_was_typed_comes_back_to_the_letter_and_only_for_its_document() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("drafts");
        let draft = |id: &str, text: &str| Kept {
            key: of(id, None),
            base: "{\"a\":1}".to_owned(),
            text: Arc::from(text),
            at: "2026-11-22T09:00:00Z".parse().unwrap(),
        };
        assert_eq!(kept(&folder, &of("a/b", None)), None);
        keep(&folder, &draft("a/b", "{ \u{202e}half\n\t")).unwrap();
        keep(&folder, &draft("a_b", "other")).unwrap();
        keep(&folder, &draft("a_b", "newer")).unwrap();
        assert_eq!(kept(&folder, &of("a/b", None)), Some(draft("a/b", "{ \u{202e}half\n\t")));
        assert_eq!(kept(&folder, &of("a_b", None)).unwrap().text.as_ref(), "newer");
        assert_eq!(kept(&folder, &of("a_b", Some("01K"))), None);
        drop(&folder, &of("a/b", None)).unwrap();
        drop(&folder, &of("a/b", None)).unwrap();
        assert_eq!(kept(&folder, &of("a/b", None)), None);
        std::fs::write(path(&folder, &of("a_b", None)), "{").unwrap();
        assert_eq!(kept(&folder, &of("a_b", None)), None);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("drafts");
        let draft =
            Kept { key: of(&"x".repeat(900), None), base: String::new(), text: Arc::from("x"), at: Timestamp::now() };
        keep(&folder, &draft).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&path(&folder, &draft.key))), (0o700, 0o600));
    }
}
