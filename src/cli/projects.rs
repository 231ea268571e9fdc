//! What projects are called: records name them by their ids, and where the platform lists projects the mirror knows their names.

use std::collections::BTreeMap;

use quarterdeck_sync::model::{Query, Row, Scope};
use quarterdeck_sync::store::Reader;

use super::list::each_row;
use crate::error::Failure;

/// The collection of them, where a platform has one.
const PROJECTS: &str = "projects";
/// Projects whose names are looked up, the newest.
const MOST: u64 = 1_000;

/// Names of projects, by connection and id.
#[derive(Debug, Default)]
pub struct Projects(BTreeMap<String, BTreeMap<String, String>>);

impl Projects {
    /// Those that the mirror has of these connections; of all when none is named.
    pub fn read(reader: &Reader, connections: &[String]) -> Result<Self, Failure> {
        let scope =
            Scope { collections: vec![PROJECTS.to_owned()], connections: connections.to_vec(), ..Scope::default() };
        let mut known = Self::default();
        each_row(reader, Query::newest(scope), MOST, |row| {
            if let Some(title) = row.title.filter(|title| !title.trim().is_empty()) {
                known.0.entry(row.list.connection).or_default().insert(row.id, title);
            }
            Ok(())
        })?;
        Ok(known)
    }

    /// The project of a record, by its name where that is known.
    pub fn of<'a>(&'a self, row: &'a Row) -> Option<&'a str> {
        let id = row.project.as_ref()?;
        let name = self.0.get(&row.list.connection).and_then(|names| names.get(id));
        Some(name.unwrap_or(id))
    }
}
